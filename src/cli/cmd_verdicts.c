/*
 * cmd_verdicts.c - `alignd verdicts`: the pairs that somebody decided, and what came of it.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/state/decided_pairs.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

struct listing {
    struct offline store;
    bool json, quiet;
    uint64_t pairs;
};

static const char *words(uint8_t what)
{
    if (what & DECIDED_PINNED)
        return "pinned";
    assert(what & (DECIDED_BARRED | DECIDED_CONTRADICTED));
    if (what & DECIDED_BARRED)
        return what & DECIDED_CONTRADICTED ? "barred, contradicted" : "barred";
    return "contradicted";
}

static void write_json(const struct listing *l, const struct decided_pair *p)
{
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_bool(w, "pinned", (p->what & DECIDED_PINNED) != 0);
    json_writer_add_bool(w, "barred", (p->what & DECIDED_BARRED) != 0);
    json_writer_add_bool(w, "contradicted", (p->what & DECIDED_CONTRADICTED) != 0);
    json_writer_add_string(w, "subject_id", p->subject);
    json_writer_add_string(w, "object_id", p->object);
    json_writer_add_string(w, "subject_label", p->subject_label);
    json_writer_add_string(w, "object_label", p->object_label);
    json_writer_add_text(w, "subject_source", l->store.options.graphs[p->subject_graph]);
    json_writer_add_text(w, "object_source", l->store.options.graphs[p->object_graph]);
    json_line_end(&line);
}

static int print_pair(void *arg, const struct decided_pair *p)
{
    struct listing *l = arg;
    assert(p->subject_graph != p->object_graph);
    l->pairs++;
    if (l->json)
        write_json(l, p);
    else
        printf("%s\t%.*s\t%.*s\t%.*s\t%.*s\n", words(p->what), (int)p->subject.len, p->subject.data,
               (int)p->object.len, p->object.data, (int)p->subject_label.len, p->subject_label.data,
               (int)p->object_label.len, p->object_label.data);
    return ferror(stdout) ? ERR_IO : ERR_OK;
}

/* Those of whom nothing can come yet. */
static void tell_others(const struct listing *l, const struct state *s)
{
    uint64_t said = s->verdict_tag ? s->totals.triples[state_verdict_graph(s)] : 0;
    if (l->quiet)
        return;
    fprintf(stderr, "%" PRIu64 " pair%s, of %" PRIu64 " verdict%s", l->pairs,
            l->pairs == 1 ? "" : "s", said, said == 1 ? "" : "s");
    fprintf(stderr, "; what is said of entities that are not there waits for them\n");
}

int cmd_verdicts(int argc, char **argv)
{
    struct offline_options o = {.read_only = true};
    struct listing l = {0};
    bool contradicted = false;
    char **rest;
    int count;
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &o.store, .value = "DIR",
            .help = "the store"),
        ARG(.name = "contradicted", .type = ARG_FLAG, .to = &contradicted,
            .help = "only those that verdicts contradict each other about"),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &l.quiet, .help = "no summary"),
        JSON_ARG(&l.json),
    };
    const struct args args = {
        "alignd verdicts --store DIR [OPTION]...",
        "Prints the pairs that somebody decided (alignd load --verdicts, [verdicts] topics), a "
        "line "
        "each: what came of it, subject, object and their labels. pinned: they match, whatever "
        "they score. barred: they never do. contradicted: one is said to be the same as several of "
        "a catalog, and none of these pairs is pinned; or to be the same and different, and the "
        "pair is barred.",
        table, sizeof(table) / sizeof(*table)};
    int rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (count) {
        log_error("verdicts: there is nothing to be done with '%s'", rest[0]);
        return err_exit_status(ERR_USAGE);
    }
    if ((rc = offline_open(&o, &l.store)))
        return offline_status(rc);
    const uint8_t all = DECIDED_PINNED | DECIDED_BARRED | DECIDED_CONTRADICTED;
    const struct state *s = engine_state(l.store.engine);
    rc = decided_pairs_each(s, contradicted ? DECIDED_CONTRADICTED : all, print_pair, &l);
    if (!rc)
        tell_others(&l, s);
    offline_close(&l.store);
    assert(rc <= 0);
    return offline_status(rc);
}
