/*
 * letter_report.c - counts, and letters whole.  All that is of a message is printed by way of
 * printable.h: who can write to an input topic must not be able to write to a terminal.
 */
#include "alignd/cli/letter_report.h"

#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/letter_where.h"
#include "alignd/cli/printable.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LAST_MS INT64_C(253402300799999) /* of the year 9999 */
#define SAMPLE_COLUMNS 60

/* A time that a producer wrote may be anything. */
static const char *time_of(int64_t ms, char text[CLOCK_TEXT_BYTES])
{
    if (ms >= 0 && ms <= LAST_MS)
        clock_write(text, ms);
    else
        snprintf(text, CLOCK_TEXT_BYTES, "-");
    return text;
}

static void print_safely(struct slice text)
{
    struct buf out = {0};
    printable_append(&out, text);
    fwrite(out.data ? out.data : "", 1, out.len, stdout);
    buf_fini(&out);
}

/* ---- list ---- */

struct group {
    const char *code, *topic;
    uint64_t letters, resent, repeated;
    int64_t first_ms, last_ms;
    const struct letter_entry *sample; /* the first that was not resent, if there is one */
};

struct groups {
    struct group *at;
    size_t count, room;
};

static struct group *find_group(struct groups *g, const struct letter_entry *e)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].code == e->code && g->at[i].topic == e->topic)
            return &g->at[i];
    struct group fresh = {.code = e->code,
                          .topic = e->topic,
                          .first_ms = e->timestamp_ms,
                          .last_ms = e->timestamp_ms};
    ARRAY_PUSH(g->at, g->count, g->room, fresh);
    return &g->at[g->count - 1];
}

static void count_letter(struct groups *groups, const struct letter_entry *e)
{
    struct group *g = find_group(groups, e);
    if (e->state == LETTER_REPEATED) {
        g->repeated++;
        return;
    }
    g->letters++;
    g->resent += e->state == LETTER_RESENT;
    g->first_ms = e->timestamp_ms < g->first_ms ? e->timestamp_ms : g->first_ms;
    g->last_ms = e->timestamp_ms > g->last_ms ? e->timestamp_ms : g->last_ms;
    if (!g->sample || (g->sample->state == LETTER_RESENT && e->state == LETTER_OPEN))
        g->sample = e;
    assert(g->resent <= g->letters);
}

/* By topic, then the most frequent first. */
static int compare_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    int c = strcmp(x->topic, y->topic);
    if (!c)
        c = (x->letters < y->letters) - (x->letters > y->letters);
    return c ? c : strcmp(x->code, y->code);
}

static void write_group(const struct config *config, const struct group *g)
{
    char text[CLOCK_TEXT_BYTES], place[LETTER_PLACE_BYTES];
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    const char *graph = letter_where_graph(config, slice_of(g->topic));
    json_writer_add_text(w, "error", g->code);
    if (graph)
        json_writer_add_text(w, "graph", graph);
    json_writer_add_text(w, "topic", g->topic);
    json_writer_add_unsigned(w, "letters", g->letters);
    json_writer_add_unsigned(w, "resent", g->resent);
    json_writer_add_unsigned(w, "repeated", g->repeated);
    json_writer_add_text(w, "first", time_of(g->first_ms, text));
    json_writer_add_text(w, "last", time_of(g->last_ms, text));
    if (g->sample) {
        letter_write_place(place, &g->sample->at);
        json_writer_add_text(w, "sample", place);
        json_writer_add_string(w, "sample_value",
                               (struct slice){g->sample->start, g->sample->start_bytes});
    }
    json_line_end(&line);
}

static void print_group(const struct config *config, const struct group *g)
{
    char first[CLOCK_TEXT_BYTES], last[CLOCK_TEXT_BYTES], place[LETTER_PLACE_BYTES] = "-";
    struct buf code = {0}, topic = {0}, start = {0};
    const char *graph = letter_where_graph(config, slice_of(g->topic));
    printable_append(&code, slice_of(g->code));
    printable_append(&topic, slice_of(g->topic));
    if (g->sample) {
        letter_write_place(place, &g->sample->at);
        printable_append_start(&start, (struct slice){g->sample->start, g->sample->start_bytes},
                               SAMPLE_COLUMNS);
    }
    printf("%-18.*s %-12s %-24.*s %8" PRIu64 " %8" PRIu64 "  %-24s %-24s %s  %.*s\n", (int)code.len,
           code.len ? code.data : "", graph ? graph : "-", (int)topic.len,
           topic.len ? topic.data : "", g->letters, g->resent, time_of(g->first_ms, first),
           time_of(g->last_ms, last), place, (int)start.len, start.len ? start.data : "");
    buf_fini(&code);
    buf_fini(&topic);
    buf_fini(&start);
}

static void print_totals(const struct config *config, const struct groups *groups, uint64_t others)
{
    uint64_t letters = 0, resent = 0, repeated = 0;
    for (size_t i = 0; i < groups->count; i++) {
        letters += groups->at[i].letters;
        resent += groups->at[i].resent;
        repeated += groups->at[i].repeated;
    }
    printf("%" PRIu64 " dead letter%s in '%s', %" PRIu64 " of them resent", letters,
           letters == 1 ? "" : "s", config->dead_letter_topic, resent);
    if (repeated)
        printf("; %" PRIu64 " more say again what one of these says (after a reset)", repeated);
    if (others)
        printf("; %" PRIu64 " records are no letters", others);
    printf("\n");
}

void letter_report_list(const struct config *config, const struct letter_entry *entries,
                        size_t count, uint64_t others, bool json)
{
    struct groups groups = {0};
    assert(entries || !count);
    for (size_t i = 0; i < count; i++)
        if (entries[i].selected)
            count_letter(&groups, &entries[i]);
    if (groups.count)
        qsort(groups.at, groups.count, sizeof(*groups.at), compare_groups);
    if (!json && groups.count)
        printf("%-18s %-12s %-24s %8s %8s  %-24s %-24s %s\n", "ERROR", "GRAPH", "TOPIC", "LETTERS",
               "RESENT", "FIRST", "LAST", "SAMPLE");
    for (size_t i = 0; i < groups.count; i++)
        if (json)
            write_group(config, &groups.at[i]);
        else
            print_group(config, &groups.at[i]);
    if (!json)
        print_totals(config, &groups, others);
    free(groups.at);
}

/* ---- show ---- */

struct show {
    const struct config *config;
    const struct letter_entry **entries; /* in the order of their places */
    size_t count;
    bool json;
};

/* Text as it is; what is none besides in hexadecimal digits. */
static void write_bytes(struct json_writer *w, const char *name, bool there, struct slice bytes)
{
    char key[32];
    struct buf digits = {0};
    json_writer_key(w, name);
    if (!there) {
        json_writer_null(w);
        return;
    }
    json_writer_string(w, bytes);
    if (text_is_utf8(bytes))
        return;
    for (size_t i = 0; i < bytes.len; i++)
        buf_append_format(&digits, "%02x", (unsigned char)bytes.data[i]);
    snprintf(key, sizeof(key), "%s_hex", name);
    json_writer_add_string(w, key, buf_slice(&digits));
    buf_fini(&digits);
}

static void write_error(struct json_writer *w, const struct letter *l)
{
    json_writer_add_string(w, "error", l->code);
    json_writer_add_string(w, "message", l->message);
    if (l->line.len)
        json_writer_add_string(w, "line", l->line);
    if (l->column.len)
        json_writer_add_string(w, "column", l->column);
}

static void write_letter(const struct show *s, const struct letter_entry *e,
                         const struct source_message *m, const struct letter *l)
{
    static const char *const states[] = {"open", "resent", "repeated"};
    char place[LETTER_PLACE_BYTES], text[CLOCK_TEXT_BYTES];
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    const char *graph = letter_where_graph(s->config, l->source.topic);
    letter_write_place(place, &l->at);
    json_writer_add_text(w, "letter", place);
    write_error(w, l);
    if (graph)
        json_writer_add_text(w, "graph", graph);
    json_writer_add_string(w, "topic", l->source.topic);
    json_writer_add_integer(w, "partition", l->source.partition);
    json_writer_add_integer(w, "offset", l->source.offset);
    json_writer_add_text(w, "time", time_of(m->timestamp_ms, text));
    json_writer_add_text(w, "state", states[e->state]);
    if (e->state == LETTER_RESENT)
        json_writer_add_text(w, "resent_at", time_of(e->resent_ms, text));
    if (l->whole_bytes)
        json_writer_add_unsigned(w, "whole_bytes", l->whole_bytes);
    if (l->headers_dropped)
        json_writer_add_unsigned(w, "headers_dropped", l->headers_dropped);
    write_bytes(w, "key", m->has_key, m->key);
    json_writer_key(w, "headers");
    json_writer_begin_array(w);
    for (size_t i = 0; i < l->header_count; i++) {
        json_writer_begin_object(w);
        json_writer_add_string(w, "name", m->headers[i].name);
        write_bytes(w, "value", true, m->headers[i].value);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    write_bytes(w, "value", !m->tombstone, m->payload);
    json_line_end(&line);
}

/* Line by line, so that an error's line can be found. */
static void print_value(const struct source_message *m)
{
    struct slice rest = m->payload;
    if (m->tombstone) {
        printf("value    none\n");
        return;
    }
    printf("value    %zu byte%s\n", m->payload.len, m->payload.len == 1 ? "" : "s");
    while (rest.len) {
        const char *end = memchr(rest.data, '\n', rest.len);
        size_t n = end ? (size_t)(end - rest.data) : rest.len;
        assert(n <= rest.len);
        printf("  | ");
        print_safely((struct slice){rest.data, n});
        printf("\n");
        n += end != NULL;
        rest.data += n;
        rest.len -= n;
    }
}

static void print_place(const struct show *s, const struct letter_entry *e,
                        const struct source_message *m, const struct letter *l)
{
    char place[LETTER_PLACE_BYTES], text[CLOCK_TEXT_BYTES];
    const char *graph = letter_where_graph(s->config, l->source.topic);
    letter_write_place(place, &l->at);
    printf("letter   %s%s\n", place,
           e->state == LETTER_REPEATED ? ", repeated: a later letter is of the same message" : "");
    if (e->state == LETTER_RESENT)
        printf("resent   %s\n", time_of(e->resent_ms, text));
    printf("message  ");
    print_safely(l->source.topic);
    printf(" [%" PRId32 "] offset %" PRId64 ", graph %s, %s\n", l->source.partition,
           l->source.offset, graph ? graph : "-", time_of(m->timestamp_ms, text));
}

static void print_letter(const struct show *s, const struct letter_entry *e,
                         const struct source_message *m, const struct letter *l)
{
    print_place(s, e, m, l);
    printf("error    ");
    print_safely(l->code);
    printf(": ");
    print_safely(l->message);
    if (l->line.len) {
        printf(" at line ");
        print_safely(l->line);
        printf(", column ");
        print_safely(l->column);
    }
    if (l->whole_bytes)
        printf("\ncut      to %zu of %" PRIu64 " bytes", m->payload.len, l->whole_bytes);
    if (l->headers_dropped)
        printf("\ncut      %" PRIu64 " headers are not here", l->headers_dropped);
    if (m->has_key) {
        printf("\nkey      ");
        print_safely(m->key);
    }
    for (size_t i = 0; i < l->header_count; i++) {
        printf("\nheader   ");
        print_safely(m->headers[i].name);
        printf(": ");
        print_safely(m->headers[i].value);
    }
    printf("\n");
    print_value(m);
    printf("\n");
}

static int show_one(void *arg, size_t place, const struct source_message *m)
{
    const struct show *s = arg;
    struct letter letter;
    assert(place < s->count);
    if (!letter_read(m, &letter))
        return ERR_OK;
    if (s->json)
        write_letter(s, s->entries[place], m, &letter);
    else
        print_letter(s, s->entries[place], m, &letter);
    return fflush(stdout) == 0 ? ERR_OK : ERR_IO;
}

static int compare_shown(const void *a, const void *b)
{
    const struct letter_entry *const *x = a, *const *y = b;
    return record_fetch_compare(&(*x)->at, &(*y)->at);
}

int letter_report_show(const struct config *config, const struct letter_entry *entries,
                       size_t count, bool all, size_t limit, bool json)
{
    struct show s = {.config = config, .json = json};
    struct source_topic topic = {config->dead_letter_topic, 0};
    struct source_options options = config_source_options(config);
    assert(entries || !count);
    s.entries = memory_calloc(count ? count : 1, sizeof(*s.entries));
    for (size_t i = 0; i < count; i++)
        if (entries[i].selected && (all || entries[i].state == LETTER_OPEN))
            s.entries[s.count++] = &entries[i];
    size_t found = s.count;
    if (s.count)
        qsort(s.entries, s.count, sizeof(*s.entries), compare_shown);
    s.count = s.count < limit ? s.count : limit;
    struct record_place *places = memory_calloc(s.count ? s.count : 1, sizeof(*places));
    for (size_t i = 0; i < s.count; i++)
        places[i] = s.entries[i]->at;
    options.topics = &topic;
    options.topic_count = 1;
    int rc = record_fetch_places(&options, places, s.count, show_one, &s);
    if (!rc && !json && found > s.count)
        printf("%zu more: --limit\n", found - s.count);
    else if (!rc && !json && !found)
        printf("no letter%s\n", all ? "" : " that was not resent");
    free(places);
    free(s.entries);
    return rc;
}
