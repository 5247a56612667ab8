/*
 * cmd_produce.c - `alignd produce`: files of triples to a topic.  Rows of one subject and its parts
 * that follow each other make one message, keyed by the subject, so that all that is said of an
 * entity stays in order.
 */
#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/record_arguments.h"
#include "alignd/graph/id.h"
#include "alignd/graph/mapping.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/json_change_write.h"
#include "alignd/stream/producer.h"
#include "alignd/stream/term_write.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#define BATCH 4096
#define MESSAGE_BYTES (256 * 1024)
#define FLUSH_MS 60000
#define PROGRESS_BYTES (4 << 20) /* of a file that takes long enough to watch */

/* Rows as N-Triples while all are inserts, else as a patch; a replace with its triples as JSON. */
enum message_form { FORM_TRIPLES, FORM_PATCH, FORM_REPLACE };

struct produce {
    struct producer *producer; /* NULL: only look whether the files can be read */
    enum codec_format format;
    bool quiet, json;
    bool invert;   /* deletes for inserts */
    bool raw;      /* each file is a message */
    bool whole;    /* a message of triples is the entity as a whole */
    bool cleared;  /* a replace was among the changes */
    bool verdicts; /* the topic is of these alone */
    struct record_arguments record;
    struct reject_arguments reject;
    struct record_map *records;
    struct change_file_rejects rejects;
    int64_t rows, rate;
    struct arena *arena;
    struct buf subject, key, text; /* of the message under way; subject: of its replace */
    bool open, several;            /* the replace takes more triples; changes stand behind it */
    enum message_form form;
    bool any;
    int64_t message_rows;
    uint64_t changes, messages, begun_us;
    struct progress progress;
};

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* The object of a replace is whole; with others behind it, or at the end of the message. */
static void end_replace(struct produce *p)
{
    if (p->open)
        json_change_write_end(&p->text);
    p->open = false;
    if (p->several)
        buf_append_char(&p->text, ']');
    p->several = false;
}

static int send_message(struct produce *p)
{
    assert(p->form <= FORM_REPLACE);
    static const char *const types[] = {"application/n-triples", "application/rdf-patch",
                                        "application/json"};
    struct producer_header header = {"content-type", slice_of(types[p->form])};
    if (!p->any)
        return ERR_OK;
    if (p->form == FORM_REPLACE)
        end_replace(p);
    struct producer_record record = {.partition = -1,
                                     .has_key = true,
                                     .key = buf_slice(&p->key),
                                     .value = buf_slice(&p->text),
                                     .headers = &header,
                                     .header_count = 1};
    int rc = p->producer ? producer_send(p->producer, &record) : ERR_OK;
    p->messages++;
    p->any = false;
    p->message_rows = 0;
    buf_clear(&p->text);
    return rc;
}

/* A replace and its triples; what is of a part, and what comes of the subject behind that, are
 * changes beside it, in an array. */
static void write_replace(struct produce *p, const struct change *c)
{
    if (c->op == CHANGE_CLEAR) {
        json_change_write_begin(&p->text, c);
        p->open = true;
        return;
    }
    if (p->open && slice_equal(c->subject.text, buf_slice(&p->subject))) {
        json_change_write_triple(&p->text, c);
        return;
    }
    if (p->open) { /* its bracket comes before it */
        json_change_write_end(&p->text);
        buf_append_char(&p->text, ' ');
        memmove(p->text.data + 1, p->text.data, p->text.len - 1);
        p->text.data[0] = '[';
    }
    p->open = false;
    p->several = true;
    buf_append_char(&p->text, ',');
    json_change_write(&p->text, c);
}

static void write_row(struct produce *p, const struct change *c)
{
    assert(p->any && p->form <= FORM_REPLACE);
    if (p->form == FORM_REPLACE) {
        write_replace(p, c);
        return;
    }
    if (p->form == FORM_PATCH) {
        term_write_change(&p->text, c);
        return;
    }
    term_write_nquads(&p->text, &c->subject);
    buf_append_char(&p->text, ' ');
    term_write_nquads(&p->text, &c->predicate);
    buf_append_char(&p->text, ' ');
    term_write_nquads(&p->text, &c->object);
    buf_append_text(&p->text, " .\n");
}

/* The form a row needs; what is inserted behind a replace is of it, while it is in its message.
 * What is said besides replaces is a patch where triples would be taken for all of an entity. */
static enum message_form form_of(const struct produce *p, const struct change *c, bool goes_on)
{
    assert(c->op <= CHANGE_CLEAR);
    if (c->op == CHANGE_CLEAR || (c->op == CHANGE_INSERT && goes_on && p->form == FORM_REPLACE))
        return FORM_REPLACE;
    bool patch = (p->whole && p->cleared) || c->op == CHANGE_DELETE ||
                 c->subject.kind == TERM_BLANK || c->object.kind == TERM_BLANK;
    return patch ? FORM_PATCH : FORM_TRIPLES;
}

static int add_row(struct produce *p, struct change c)
{
    assert(p->rows > 0);
    struct buf key = {0};
    struct term root = c.subject;
    struct id_root found;
    int rc = ERR_OK;
    if (p->invert && c.op == CHANGE_CLEAR) {
        log_error("produce: a replace of <%.*s> cannot be inverted: what it deletes is not said",
                  (int)c.subject.text.len, c.subject.text.data);
        return ERR_FORMAT;
    }
    if (p->invert)
        c.op = c.op == CHANGE_INSERT ? CHANGE_DELETE : CHANGE_INSERT;
    if (id_root_of_part(&c.subject, &found))
        root.text = found.text;
    term_append_written(&key, &root);
    bool goes_on = p->any && slice_equal(buf_slice(&key), buf_slice(&p->key)) &&
                   p->message_rows < p->rows && p->text.len < MESSAGE_BYTES;
    p->cleared = p->cleared || c.op == CHANGE_CLEAR;
    enum message_form form = form_of(p, &c, goes_on);
    if (p->any && (!goes_on || form != p->form || c.op == CHANGE_CLEAR))
        rc = send_message(p);
    buf_fini(&p->key);
    p->key = key;
    if (c.op == CHANGE_CLEAR) {
        buf_clear(&p->subject);
        buf_append_slice(&p->subject, c.subject.text);
    }
    p->form = form;
    p->any = true;
    p->message_rows++;
    p->changes++;
    write_row(p, &c);
    assert(p->message_rows <= p->rows);
    return rc;
}

/* Sleeps so that no more than rate changes a second have gone out so far. */
static void keep_rate(struct produce *p)
{
    if (p->rate <= 0 || !p->producer)
        return;
    uint64_t due = p->begun_us + p->changes * 1000000 / (uint64_t)p->rate, now = clock_mono_us();
    assert(due >= p->begun_us);
    if (due > now)
        clock_sleep_us(due - now);
}

static int send_changes(struct produce *p, const struct change *changes, size_t count)
{
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < count && !stopped; i++) {
        rc = add_row(p, changes[i]);
        keep_rate(p);
    }
    return rc;
}

static int send_file(struct produce *p, const char *path)
{
    assert(p->arena && !p->raw);
    struct change_file *f = NULL;
    uint64_t done, total, before = p->changes;
    size_t count = 0, batch = p->rate > 0 && p->rate < BATCH ? (size_t)p->rate : BATCH;
    assert(batch > 0 && batch <= BATCH);
    char what[80];
    const char *slash = strrchr(path, '/');
    struct codec_limits limits = {.relative_iris = true, .verdicts = p->verdicts};
    int rc = change_file_open(path, p->format, &limits, &f);
    if (rc)
        return rc;
    if ((rc = change_file_set_encoding(f, p->record.encoding))) {
        change_file_close(f);
        return rc;
    }
    change_file_set_records(f, p->records);
    change_file_set_rejects(f, &p->rejects);
    change_file_progress(f, &done, &total);
    bool watched = total == 0 || total > PROGRESS_BYTES || p->rate > 0;
    snprintf(what, sizeof(what), "%s %.50s", p->producer ? "send" : "look at",
             slash ? slash + 1 : path);
    if (watched)
        progress_begin(&p->progress, what, "changes");
    do {
        struct change *changes;
        arena_reset(p->arena);
        if ((rc = change_file_next(f, p->arena, batch, &changes, &count)) ||
            (rc = send_changes(p, changes, count)))
            goto done;
        change_file_progress(f, &done, &total);
        if (watched)
            progress_update(&p->progress, total ? (double)done / (double)total : -1,
                            p->changes - before, NULL);
    } while (count && !stopped);
    rc = send_message(p);
done:
    if (watched)
        progress_end(&p->progress);
    change_file_close(f);
    return !rc && stopped ? ERR_STOPPED : rc;
}

static int send_files(struct produce *p, char **files, int count)
{
    assert(count > 0);
    p->changes = p->messages = 0;
    p->begun_us = clock_mono_us();
    int rc = record_arguments_begin_rejects(&p->reject, &p->rejects);
    if (rc)
        return rc;
    for (int i = 0; !rc && i < count; i++)
        rc = send_file(p, files[i]);
    return err_first(rc, record_arguments_end_rejects(&p->reject, &p->rejects));
}

/* A file that turns out malformed on its last line has sent nothing: all are read once before.
 * Standard input cannot be. */
static int look_at_files(struct produce *p, char **files, int count)
{
    assert(!p->producer);
    for (int i = 0; i < count; i++)
        if (strcmp(files[i], "-") == 0)
            return ERR_OK;
    int rc = send_files(p, files, count);
    if (rc == ERR_FORMAT || rc == ERR_LIMIT)
        log_error("nothing was sent");
    return rc;
}

/* A whole file as one message, whatever is in it. */
static int send_raw(struct produce *p, const char *path)
{
    assert(p->raw && p->producer);
    struct file *f = NULL;
    size_t n = 1;
    int rc = file_open(path, &f);
    if (rc)
        return rc;
    buf_clear(&p->text);
    while (n) {
        char piece[65536];
        if ((rc = file_read(f, piece, sizeof(piece), &n)))
            goto done;
        assert(n <= sizeof(piece));
        buf_append(&p->text, piece, n);
    }
    struct producer_record record = {.partition = -1, .value = buf_slice(&p->text)};
    p->messages++;
    rc = producer_send(p->producer, &record);
done:
    file_close(f);
    return rc;
}

static void write_summary(const struct produce *p, const char *topic, double seconds, bool all)
{
    assert(topic && seconds >= 0);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_text(w, "topic", topic);
    if (!p->raw)
        json_writer_add_unsigned(w, "changes", p->changes);
    json_writer_add_unsigned(w, "messages", p->messages);
    json_writer_add_number(w, "seconds", seconds);
    json_writer_add_bool(w, "acknowledged", all);
    json_line_end(&line);
}

static void print_summary(const struct produce *p, const char *topic, double seconds, bool all)
{
    assert(topic && seconds >= 0);
    if (!p->raw)
        fprintf(stderr, "%" PRIu64 " change%s in ", p->changes, p->changes == 1 ? "" : "s");
    fprintf(stderr, "%" PRIu64 " message%s to '%s' in %.1f s%s\n", p->messages,
            p->messages == 1 ? "" : "s", topic, seconds, all ? "" : ", not all acknowledged");
}

static int run(struct produce *p, const struct config *config, const char *topic, char **files,
               int count, bool look)
{
    assert(topic && count > 0 && !p->producer);
    int rc = connection_check_broker(config);
    if (rc || (look && !p->raw && (rc = look_at_files(p, files, count))))
        return rc;
    if ((rc = producer_open(config->kafka, topic, (int)config->start_timeout_ms, &p->producer)))
        return rc;
    p->changes = p->messages = 0;
    p->begun_us = clock_mono_us();
    if (!p->raw)
        rc = send_files(p, files, count);
    for (int i = 0; p->raw && !rc && i < count; i++)
        rc = send_raw(p, files[i]);
    rc = err_first(rc, producer_flush(p->producer, FLUSH_MS));
    producer_close(p->producer);
    double seconds = (double)(clock_mono_us() - p->begun_us) / 1e6;
    if (p->json)
        write_summary(p, topic, seconds, rc == ERR_OK);
    else if (!p->quiet || rc)
        print_summary(p, topic, seconds, rc == ERR_OK);
    return rc;
}

/* The topic given, or the graph's only one. */
static int find_topic(const struct config *config, const char *graph, const char *given,
                      const char **ret)
{
    size_t i = graph ? config_find_graph(config, graph) : 0;
    if (graph && i == config->graph_count)
        return ERR_USAGE;
    *ret = given;
    if (given)
        return ERR_OK;
    if (!graph) {
        log_error("where to? --graph NAME of the configuration, or --topic NAME");
        return ERR_USAGE;
    }
    const struct config_graph *g = &config->graphs[i];
    if (g->topic_count != 1) {
        log_error("graph '%s' has %zu topics: say which with --topic", graph, g->topic_count);
        return ERR_USAGE;
    }
    assert(g->topics && *g->topics[0]);
    *ret = g->topics[0];
    return ERR_OK;
}

/* As the graph's section has it, where the command line says nothing else. */
static struct record_map *make_map(const struct produce *p, const struct config *config,
                                   const char *graph, const struct mapping *mapping)
{
    struct record_arguments a = p->record;
    size_t i = graph ? config_find_graph(config, graph) : config->graph_count;
    if (i < config->graph_count) {
        assert(a.nulls.count <= ARGS_LIST_MAX);
        const struct config_graph *g = &config->graphs[i];
        struct record_options *o = &a.options;
        o->id = o->id ? o->id : g->id;
        o->type = o->type ? o->type : g->type;
        o->base = o->base ? o->base : g->base;
        o->keep_empty = o->keep_empty || g->keep_empty;
        o->whole = g->records;
        for (size_t k = 0; k < g->null_count && a.nulls.count < ARGS_LIST_MAX; k++)
            a.nulls.at[a.nulls.count++] = g->nulls[k];
    }
    return record_arguments_map(&a, graph ? graph : "records", mapping);
}

static int produce(struct produce *p, const struct connection_arguments *connection,
                   const char *graph, const char *topic, char **files, int count, bool quiet,
                   bool blind)
{
    assert(count > 0);
    struct config *config;
    struct mapping *mapping = NULL;
    progress_set_enabled(!quiet);
    p->quiet = quiet;
    int rc = connection_load(connection, false, &config);
    if (rc)
        return connection_status(rc);
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    if ((rc = find_topic(config, graph, topic, &topic)) ||
        (*config->mapping_path && (rc = mapping_open(config->mapping_path, &mapping))))
        goto done;
    assert(topic);
    p->records = make_map(p, config, graph, mapping);
    size_t at = graph ? config_find_graph(config, graph) : config->graph_count;
    p->whole = at < config->graph_count && config->graphs[at].records;
    p->verdicts = at < config->graph_count && config_is_verdicts(config, at);
    p->arena = arena_new();
    rc = run(p, config, topic, files, count, !blind);
done:
    record_map_free(p->records);
    mapping_close(mapping);
    buf_fini(&p->subject);
    arena_free(p->arena);
    buf_fini(&p->key);
    buf_fini(&p->text);
    config_free(config);
    return connection_status(rc);
}

int cmd_produce(int argc, char **argv)
{
    struct connection_arguments connection = {0};
    struct produce p = {.rows = 1000};
    const char *graph = NULL, *topic = NULL, *format = "auto";
    bool quiet = false, blind = false;
    const struct arg table[] = {
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &graph, .value = "NAME",
            .help = "sends to the topic of this graph of the configuration"),
        ARG(.name = "topic", .was = 't', .type = ARG_TEXT, .to = &topic, .value = "NAME",
            .help = "sends to this topic"),
        ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = &format, .value = "NAME",
            .help = "of the files: auto, n-quads, rdf-patch, json, turtle, trig, csv, tsv or "
                    "sssom"),
        RECORD_ARGS(&p.record),
        REJECT_ARGS(&p.reject),
        ARG(.name = "invert", .type = ARG_FLAG, .to = &p.invert,
            .help = "deletes what the files insert, inserts what they delete"),
        ARG(.name = "rows", .type = ARG_INT, .to = &p.rows, .value = "N", .min = 1, .max = 1e6,
            .help = "rows of one subject in a message at most (1000)"),
        ARG(.name = "rate", .type = ARG_INT, .to = &p.rate, .value = "N", .min = 0, .max = 1e9,
            .help = "changes a second at most; 0, the default: as fast as it goes"),
        ARG(.name = "raw", .type = ARG_FLAG, .to = &p.raw,
            .help = "sends each file as one message, as it is, without a key"),
        ARG(.name = "blind", .type = ARG_FLAG, .to = &blind,
            .help = "does not read the files once before, to see that all of them is well-formed"),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &quiet,
            .help = "no progress, no summary"),
        JSON_ARG(&p.json),
        CONNECTION_ARGS(&connection),
    };
    const struct args args = {"alignd produce [OPTION]... FILE...",
                              "Sends files of triples or records (plain, .gz, .xz; - for standard "
                              "input) to a topic, keyed by subject. What a record says is taken "
                              "from the graph's section of the configuration.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (!count)
        log_error("produce: no files");
    else if (!codec_format_from_name(slice_of(format), &p.format))
        log_error("produce: '%s' is no format", format);
    else
        return produce(&p, &connection, graph, topic, rest, count, quiet, blind);
    return err_exit_status(ERR_USAGE);
}
