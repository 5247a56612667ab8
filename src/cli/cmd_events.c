/*
 * cmd_events.c - `alignd events`: the output topic as readers see it, or folded
 * into the matches it stands for.
 */
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/sequence.h"
#include "alignd/daemon/topic_fold.h"
#include "alignd/stream/source.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

struct events {
    const struct config *config;
    bool fold, check, follow, from_end, keys, headers, json;
    struct topic_fold *pairs;
    struct sequence *sequence;
};

/* ---- fold ---- */

static struct slice text_of(const struct json *json, const char *key)
{
    struct slice text = {"", 0};
    json_read_string(json_get(json, key), &text);
    return text;
}

static int print_pair(void *arg, struct slice key, struct slice value)
{
    struct json_error error;
    double confidence = 0;
    struct json *json = json_parse(value, &error);
    const struct events *e = arg;
    assert(e->fold);
    if (!json) {
        log_error("a record of key '%.*s' is no JSON: %s", (int)key.len, key.data, error.message);
        return ERR_FORMAT;
    }
    struct slice s = text_of(json, "subject_id"), o = text_of(json, "object_id");
    json_read_number(json_get(json, "confidence"), &confidence);
    /* a float was written with as many digits as it takes to read it back: be it one again */
    if (e->json) {
        struct json_line line;
        struct json_writer *w = json_line_begin(&line);
        json_writer_add_string(w, "subject_id", s);
        json_writer_add_string(w, "object_id", o);
        json_writer_add_float(w, "confidence", (float)confidence);
        json_line_end(&line);
    } else {
        printf("%.*s\t%.*s\t%.6f\n", (int)s.len, s.data, (int)o.len, o.data,
               (double)(float)confidence);
    }
    json_free(json);
    return ERR_OK;
}

/* ---- sequence ---- */

/* An id as events bear it. */
static void add_id(struct json_writer *w, const char *name, uint64_t epoch, uint64_t number)
{
    char text[48];
    snprintf(text, sizeof(text), "%" PRIu64 "-%" PRIu64, epoch, number);
    json_writer_add_text(w, name, text);
}

static void write_sequence(const struct sequence_report *r)
{
    assert(r->events <= r->records);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_unsigned(w, "records", r->records);
    json_writer_add_unsigned(w, "events", r->events);
    add_id(w, "last", r->epoch, r->last);
    json_writer_add_unsigned(w, "missing", r->missing);
    json_writer_add_unsigned(w, "repeated", r->repeated);
    json_writer_add_unsigned(w, "out_of_order", r->shuffled);
    json_writer_add_unsigned(w, "without_id", r->unnamed);
    if (r->missing)
        add_id(w, "first_missing", r->first_epoch, r->first_missing);
    json_line_end(&line);
}

static void print_sequence(const struct sequence_report *r)
{
    assert(r->events <= r->records);
    printf("%" PRIu64 " records, %" PRIu64 " events, last %" PRIu64 "-%" PRIu64 ": %" PRIu64
           " missing, %" PRIu64 " repeated, %" PRIu64 " out of order, %" PRIu64 " without an id\n",
           r->records, r->events, r->epoch, r->last, r->missing, r->repeated, r->shuffled,
           r->unnamed);
    if (r->missing)
        printf("the first that is missing is %" PRIu64 "-%" PRIu64 "\n", r->first_epoch,
               r->first_missing);
}

static int tell_sequence(const struct events *e)
{
    assert(e->check && e->sequence);
    struct sequence_report r;
    sequence_judge(e->sequence, &r);
    assert(r.missing || !r.first_missing);
    if (e->json)
        write_sequence(&r);
    else
        print_sequence(&r);
    return r.missing || r.repeated || r.shuffled || r.unnamed ? ERR_DIFFERS : ERR_OK;
}

/* ---- reading ---- */

/* Key, headers and value of a record as an object; the value of an event is JSON already. */
static void write_record(const struct events *e, const struct source_message *m)
{
    assert(e->keys || e->headers);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    struct json_error error;
    struct json *value = m->tombstone ? NULL : json_parse(m->payload, &error);
    if (e->keys)
        json_writer_add_string(w, "key", m->key);
    if (e->headers) {
        json_writer_key(w, "headers");
        json_writer_begin_object(w);
        for (size_t i = 0; i < m->header_count; i++) {
            json_writer_key_slice(w, m->headers[i].name);
            json_writer_string(w, m->headers[i].value);
        }
        json_writer_end_object(w);
    }
    json_writer_key(w, "value");
    if (value)
        json_writer_raw(w, m->payload);
    else if (m->tombstone)
        json_writer_null(w);
    else
        json_writer_string(w, m->payload);
    json_line_end(&line);
    json_free(value);
}

static void print_record(const struct events *e, const struct source_message *m)
{
    assert(!e->fold && !e->check);
    if (e->json && (e->keys || e->headers)) {
        if (e->keys || !m->tombstone)
            write_record(e, m);
        return;
    }
    for (size_t i = 0; e->headers && i < m->header_count; i++)
        printf("%.*s: %.*s\n", (int)m->headers[i].name.len, m->headers[i].name.data,
               (int)m->headers[i].value.len, m->headers[i].value.data);
    if (e->keys)
        printf("%.*s\t", (int)m->key.len, m->key.data ? m->key.data : "");
    else if (m->tombstone)
        return; /* the unmatch before it says it all */
    printf("%.*s\n", (int)m->payload.len, m->payload.data ? m->payload.data : "");
}

static int take_batch(struct events *e, const struct source_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct source_message *m = &batch->messages[i];
        if (e->fold)
            topic_fold_take(e->pairs, m);
        if (e->check)
            sequence_take(e->sequence, m);
        if (!e->fold && !e->check)
            print_record(e, m);
    }
    return fflush(stdout) == 0 ? ERR_OK : ERR_IO;
}

static int where_to_begin(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    const struct events *e = arg;
    assert(partition >= 0);
    (void)topic, (void)partition;
    *ret_next = e->from_end ? SOURCE_END : SOURCE_BEGINNING;
    return ERR_OK;
}

static int read_topic(struct events *e, struct source *s)
{
    assert(s && e->pairs && e->sequence);
    static const struct source_limits limits = {10000, 8 << 20, 200, 0};
    struct source_batch *batch = source_batch_new();
    int rc = source_assign(s);
    if (rc)
        goto done;
    while (!stopped && (e->follow || !source_at_end(s))) {
        source_batch_clear(batch);
        if ((rc = source_poll(s, &limits, batch)) || (rc = take_batch(e, batch)))
            goto done;
    }
done:
    source_batch_free(batch);
    return rc;
}

static int run(struct events *e)
{
    assert(!e->pairs && !e->sequence);
    const struct config *c = e->config;
    struct source_topic topics[] = {{c->events_topic, 0}, {c->dead_letter_topic, 0}};
    struct source_options options = config_source_options(c);
    struct source *s = NULL;
    int rc;
    options.topics = topics; /* dead letters take numbers too */
    options.topic_count = e->check && *c->dead_letter_topic ? 2 : 1;
    options.whole = !e->follow;
    e->pairs = topic_fold_new(true);
    e->sequence = sequence_new();
    if ((rc = connection_check_broker(c)) || (rc = source_open(&options, where_to_begin, e, &s)) ||
        (rc = read_topic(e, s)))
        goto done;
    if (e->fold && (rc = topic_fold_each(e->pairs, print_pair, e)))
        goto done;
    if (e->check)
        rc = tell_sequence(e);
done:
    source_close(s);
    sequence_free(e->sequence);
    topic_fold_free(e->pairs);
    return rc;
}

int cmd_events(int argc, char **argv)
{
    struct connection_arguments connection = {0};
    struct events e = {0};
    const char *topic = NULL;
    const struct arg table[] = {
        ARG(.name = "fold", .type = ARG_FLAG, .to = &e.fold,
            .help = "prints the pairs that stand at the end instead: subject, object, confidence"),
        ARG(.name = "check", .type = ARG_FLAG, .to = &e.check,
            .help = "counts instead, dead letters included, and looks whether a record is missing, "
                    "there "
                    "twice or out of order (exit 1); for topics that are not compacted yet"),
        ARG(.name = "follow", .was = 'f', .type = ARG_FLAG, .to = &e.follow,
            .help = "goes on at the end, until interrupted"),
        ARG(.name = "from-end", .type = ARG_FLAG, .to = &e.from_end, .help = "skips what is there"),
        ARG(.name = "keys", .was = 'k', .type = ARG_FLAG, .to = &e.keys,
            .help = "prints the key and a tab first, and tombstones too"),
        ARG(.name = "headers", .type = ARG_FLAG, .to = &e.headers,
            .help = "prints the headers before each record, a line each"),
        ARG(.name = "topic", .was = 't', .type = ARG_TEXT, .to = &topic, .value = "NAME",
            .help = "reads this topic, not [output] topic"),
        JSON_ARG(&e.json),
        CONNECTION_ARGS(&connection),
    };
    const struct args args = {"alignd events [OPTION]...",
                              "Prints the match events of the output topic, a JSON object a line; "
                              "what is not committed is not seen.",
                              table, sizeof(table) / sizeof(*table)};
    struct config *config;
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    rc = connection_load(&connection, false, &config);
    if (rc)
        return connection_status(rc);
    if (topic)
        config->events_topic = topic;
    struct sigaction stop = {.sa_handler = on_stop};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    e.config = config;
    rc = run(&e);
    config_free(config);
    return connection_status(rc);
}
