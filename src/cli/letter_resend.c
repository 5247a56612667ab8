/*
 * letter_resend.c - lots of letters: read whole, mended, looked at by the decoder the daemon has,
 * sent, acknowledged, marked.
 *
 *  (1) A letter's topic is an input of the configuration: its headers, which anybody may have
 *      written, choose among those.
 *  (2) Marks follow when all of their lot is acknowledged, so a mark stands for a message that is
 *      in its topic.
 */
#include "alignd/cli/letter_resend.h"

#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/filter.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/letter_where.h"
#include "alignd/cli/printable.h"
#include "alignd/daemon/letter_original.h"
#include "alignd/daemon/message_decoder.h"
#include "alignd/stream/crash_point.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FLUSH_MS 60000
#define REASON_BYTES 400

/* An input topic, by its index in the configuration. */
struct target {
    int partitions;            /* 0: not asked yet */
    struct producer *producer; /* NULL: not opened yet */
};

struct resend {
    const struct letter_resend_options *options;
    const struct config *config;
    struct mapping *mapping;
    struct message_decoder *decoder;
    struct topic_admin *admin;
    struct target *targets;
    struct producer *marks;
    uint64_t sent, left_out, resent_before, outdated;
};

/* A letter of the lot under way. */
struct item {
    const struct letter_entry *entry;
    size_t topic; /* in the configuration */
    bool goes, edited;
    char reason[REASON_BYTES]; /* why it does not */
};

/* ---- what is told ---- */

static void write_item(const struct resend *r, const struct item *item)
{
    const struct letter_entry *e = item->entry;
    const char *graph = letter_where_graph(r->config, slice_of(e->topic));
    char place[LETTER_PLACE_BYTES];
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    letter_write_place(place, &e->at);
    json_writer_add_text(w, "letter", place);
    json_writer_add_text(w, "error", e->code);
    if (graph)
        json_writer_add_text(w, "graph", graph);
    json_writer_add_text(w, "topic", e->topic);
    json_writer_add_integer(w, "partition", e->partition);
    json_writer_add_integer(w, "offset", e->offset);
    json_writer_add_bool(w, "sent", item->goes && r->options->execute);
    json_writer_add_bool(w, "edited", item->edited);
    if (e->newer >= 0)
        json_writer_add_integer(w, "newer", e->newer);
    if (!item->goes)
        json_writer_add_text(w, "left_out", item->reason);
    json_line_end(&line);
}

static void print_item(const struct resend *r, const struct item *item)
{
    const struct letter_entry *e = item->entry;
    char place[LETTER_PLACE_BYTES];
    struct buf words = {0}, line = {0};
    letter_write_place(place, &e->at);
    buf_append_format(&words, "%s (%s, offset %" PRId64 " of '%s' [%" PRId32 "]) ", place, e->code,
                      e->offset, e->topic, e->partition);
    if (item->goes)
        buf_append_format(&words, "%s%s", r->options->execute ? "sent" : "would be sent",
                          item->edited ? ", edited" : "");
    else
        buf_append_format(&words, "left out: %s", item->reason);
    if (item->goes && e->newer >= 0)
        buf_append_format(&words, ", over a newer message of its key at offset %" PRId64, e->newer);
    printable_append(&line, buf_slice(&words));
    printf("%.*s\n", (int)line.len, line.data);
    buf_fini(&words);
    buf_fini(&line);
}

static void tell(struct resend *r, const struct item *item)
{
    assert(item->goes == !*item->reason);
    r->sent += item->goes;
    r->left_out += !item->goes;
    r->outdated += item->goes && item->entry->newer >= 0;
    if (r->options->json)
        write_item(r, item);
    else
        print_item(r, item);
}

__attribute__((format(printf, 2, 3))) static void leave_out(struct item *item, const char *format,
                                                            ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(item->reason, sizeof(item->reason), format, arguments);
    va_end(arguments);
    item->goes = false;
    assert(*item->reason);
}

/* ---- before it is read ---- */

/* (1) */
static size_t find_topic(const struct config *config, const char *name)
{
    size_t i = 0;
    while (i < config->topic_count && strcmp(config->topics[i].name, name) != 0)
        i++;
    return i;
}

static int ask_for_partitions(struct resend *r, size_t topic)
{
    const char *name = r->config->topics[topic].name;
    int timeout_ms = (int)r->config->start_timeout_ms, partitions, rc;
    if (r->targets[topic].partitions)
        return ERR_OK;
    if ((!r->admin && (rc = topic_admin_open(r->config->kafka, &r->admin))) ||
        (rc = topic_admin_partitions(r->admin, name, timeout_ms, &partitions)))
        return rc;
    r->targets[topic].partitions = partitions ? partitions : -1;
    return ERR_OK;
}

/* Can it go at all?  What was resent and is not to be again is none of the lot. */
static int look_at(struct resend *r, struct item *item)
{
    const struct letter_entry *e = item->entry;
    int rc;
    item->topic = find_topic(r->config, e->topic);
    item->goes = true;
    if (item->topic == r->config->topic_count) {
        leave_out(item, "'%s' is no input topic of the configuration", e->topic);
        return ERR_OK;
    }
    if ((rc = ask_for_partitions(r, item->topic)))
        return rc;
    if (r->targets[item->topic].partitions < 0)
        leave_out(item, "topic '%s' does not exist", e->topic);
    else if (e->partition >= r->targets[item->topic].partitions)
        leave_out(item, "topic '%s' has no partition %" PRId32 " any more", e->topic, e->partition);
    return ERR_OK;
}

/* ---- mending ---- */

/* The value through the command; what it printed is in the arena. */
static int edit(const struct resend *r, struct item *item, struct arena *arena,
                struct producer_record *record)
{
    struct buf out = {0};
    int status = 0;
    assert(r->options->edit && !record->tombstone);
    int rc = filter_run(r->options->edit, record->value, (size_t)r->config->message_bytes, &out,
                        &status);
    if (rc == ERR_LIMIT)
        leave_out(item, "the command printed more than [input] message_bytes, %" PRIu64,
                  r->config->message_bytes);
    else if (!rc && status)
        leave_out(item, "the command ended with status %d", status);
    item->edited = !rc && !status && !slice_equal(buf_slice(&out), record->value);
    if (item->edited)
        record->value = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return rc == ERR_LIMIT ? ERR_OK : rc;
}

/* As the daemon would read it. */
static int check(const struct resend *r, struct item *item, struct arena *arena,
                 const struct producer_record *record)
{
    size_t n = record->header_count, count;
    struct source_header *headers = arena_alloc(arena, (n ? n : 1) * sizeof(*headers));
    struct source_message m = {.topic = item->topic,
                               .graph = r->config->topics[item->topic].graph,
                               .partition = record->partition,
                               .has_key = record->has_key,
                               .tombstone = record->tombstone,
                               .key = record->key,
                               .payload = record->value,
                               .headers = headers,
                               .header_count = n};
    struct change *changes;
    struct codec_error error;
    for (size_t i = 0; i < n; i++) {
        headers[i] =
            (struct source_header){slice_of(record->headers[i].name), record->headers[i].value};
        if (strcasecmp(record->headers[i].name, "content-type") == 0)
            m.content_type = headers[i].value;
    }
    int rc = message_decoder_decode(r->decoder, &m, arena, &changes, &count, &error);
    if (rc != ERR_FORMAT && rc != ERR_LIMIT)
        return rc;
    if (!r->options->anyway)
        leave_out(item, "it still cannot be decoded: %s: %s at line %" PRIu64 ", column %" PRIu64,
                  error.code, error.message, error.line, error.column);
    return ERR_OK;
}

static int mend(const struct resend *r, struct item *item, struct arena *arena,
                struct letter_original *original)
{
    int rc = ERR_OK;
    if (original->missing) {
        leave_out(item, "%s", original->missing);
        return ERR_OK;
    }
    if (r->options->edit && !original->record.tombstone)
        rc = edit(r, item, arena, &original->record);
    return !rc && item->goes ? check(r, item, arena, &original->record) : rc;
}

/* ---- sending ---- */

static int send_one(struct resend *r, const struct item *item, const struct producer_record *record)
{
    struct target *target = &r->targets[item->topic];
    char place[LETTER_PLACE_BYTES];
    assert(r->options->execute && item->goes && record->partition == item->entry->partition);
    int rc, timeout_ms = (int)r->config->start_timeout_ms;
    if (!target->producer &&
        (rc = producer_open(r->config->kafka, item->entry->topic, timeout_ms, &target->producer)))
        return rc;
    rc = producer_send(target->producer, record);
    letter_write_place(place, &item->entry->at);
    if (rc == ERR_LIMIT)
        log_error("letter %s, or one before it, is larger than the client sends or the topic "
                  "takes: [kafka.producer] message.max.bytes, and max.message.bytes of the topic",
                  place);
    return rc;
}

static int flush(struct resend *r)
{
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < r->config->topic_count; i++)
        if (r->targets[i].producer)
            rc = producer_flush(r->targets[i].producer, FLUSH_MS);
    return rc;
}

static int send_marks(struct resend *r, const struct item *items, size_t count, struct arena *arena)
{
    int rc, timeout_ms = (int)r->config->start_timeout_ms;
    if (!r->marks &&
        (rc = producer_open(r->config->kafka, r->config->dead_letter_topic, timeout_ms, &r->marks)))
        return rc;
    for (size_t i = 0; i < count; i++) {
        const struct letter_entry *e = items[i].entry;
        struct letter_mark mark = {
            e->at, {slice_of(e->topic), e->partition, e->offset, e->timestamp_ms}, clock_now_ms()};
        struct producer_record record;
        if (!items[i].goes)
            continue;
        letter_write_mark(&mark, arena, &record);
        if ((rc = producer_send(r->marks, &record)))
            return rc;
    }
    return producer_flush(r->marks, FLUSH_MS);
}

/* (2) */
static int send_lot(struct resend *r, const struct item *items, size_t count,
                    const struct letter_original *originals, struct arena *arena)
{
    int rc = ERR_OK;
    size_t going = 0;
    for (size_t i = 0; !rc && i < count; i++)
        if (items[i].goes) {
            rc = send_one(r, &items[i], &originals[i].record);
            going++;
        }
    if (rc || (rc = flush(r)) || !going)
        return rc;
    crash_point_pass("letters-sent");
    if ((rc = send_marks(r, items, count, arena)))
        log_error("%zu letters were sent, and could not be marked: the next time they are sent "
                  "again",
                  going);
    return rc;
}

/* ---- lots ---- */

static int work_off(struct resend *r, struct item *items, size_t count)
{
    struct arena *arena = arena_new();
    const struct letter_entry **entries = memory_calloc(count, sizeof(const struct letter_entry *));
    struct letter_original *originals = NULL;
    int rc;
    assert(count);
    for (size_t i = 0; i < count; i++)
        entries[i] = items[i].entry;
    if ((rc = letter_original_get(r->config, entries, count, arena, &originals)))
        goto done;
    for (size_t i = 0; i < count; i++)
        if ((rc = mend(r, &items[i], arena, &originals[i])))
            goto done;
    if (r->options->execute && (rc = send_lot(r, items, count, originals, arena)))
        goto done;
    for (size_t i = 0; i < count; i++)
        tell(r, &items[i]);
    if (fflush(stdout))
        rc = ERR_IO;
done:
    free(entries);
    arena_free(arena);
    return rc;
}

/* Those that can go of the entries from *at on, until a lot is full. */
static int fill_lot(struct resend *r, const struct letter_entry *entries, size_t count, size_t *at,
                    struct item **items, size_t *ret_count)
{
    size_t taken = 0, room = 0;
    uint64_t bytes = 0;
    int rc = ERR_OK;
    for (; !rc && *at < count && bytes < r->options->lot_bytes; ++*at) {
        const struct letter_entry *e = &entries[*at];
        if (!e->selected || e->state == LETTER_REPEATED)
            continue;
        if (e->state == LETTER_RESENT && !r->options->again) {
            r->resent_before++;
            continue;
        }
        struct item item = {.entry = e};
        if ((rc = look_at(r, &item)))
            break;
        if (!item.goes) {
            tell(r, &item);
            continue;
        }
        bytes += e->bytes;
        ARRAY_PUSH(*items, taken, room, item);
    }
    *ret_count = taken;
    return rc;
}

static void tell_totals(const struct resend *r)
{
    if (r->options->json)
        return;
    printf("%" PRIu64 " letter%s %s, %" PRIu64 " left out", r->sent, r->sent == 1 ? "" : "s",
           r->options->execute ? "sent" : "would be sent", r->left_out);
    if (r->resent_before)
        printf(", %" PRIu64 " resent before (--again sends them once more)", r->resent_before);
    if (r->outdated)
        printf(", %" PRIu64 " out of date", r->outdated);
    printf("\n");
    if (!r->options->execute)
        printf(
            "dry run: nothing was sent; --execute does it.  What a letter says is new once it is "
            "resent: it counts over what came since of the same subject.\n");
}

static int open_all(struct resend *r)
{
    const struct config *c = r->config;
    int rc = *c->mapping_path ? mapping_open(c->mapping_path, &r->mapping) : ERR_OK;
    if (rc)
        return rc;
    r->decoder = message_decoder_new(c, r->mapping);
    r->targets = memory_calloc(c->topic_count ? c->topic_count : 1, sizeof(*r->targets));
    return ERR_OK;
}

static void close_all(struct resend *r)
{
    for (size_t i = 0; r->targets && i < r->config->topic_count; i++)
        producer_close(r->targets[i].producer);
    free(r->targets);
    producer_close(r->marks);
    topic_admin_close(r->admin);
    message_decoder_free(r->decoder);
    mapping_close(r->mapping);
}

int letter_resend(const struct letter_resend_options *options, const struct letter_entry *entries,
                  size_t count)
{
    struct resend r = {.options = options, .config = options->config};
    int rc = open_all(&r);
    assert(options->lot_bytes > 0);
    for (size_t at = 0; !rc && at < count;) {
        struct item *items = NULL;
        size_t lot;
        rc = fill_lot(&r, entries, count, &at, &items, &lot);
        if (!rc && lot)
            rc = work_off(&r, items, lot);
        free(items);
    }
    if (!rc)
        tell_totals(&r);
    close_all(&r);
    return err_first(rc, r.left_out ? ERR_FORMAT : ERR_OK);
}
