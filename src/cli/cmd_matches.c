/*
 * cmd_matches.c - `alignd matches` and `alignd export`: the current matches.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/curie_map.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/graph/term.h"
#include "alignd/cli/triple_export.h"
#include "alignd/state/match_list.h"
#include "alignd/model/model.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum format { FORMAT_TSV, FORMAT_SSSOM, FORMAT_NTRIPLES, FORMAT_JSON };

struct writer {
    struct offline *store;
    enum format format;
    struct buf line;
    const char *license;
    struct curie_map curies; /* of SSSOM */
};

/* A field of a TSV: tabs and line ends within become spaces. */
static void append_field(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        buf_append_char(out, c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
    }
}

static void write_tsv(struct buf *out, const struct match *m)
{
    append_field(out, m->subject);
    buf_append_char(out, '\t');
    append_field(out, m->object);
    buf_append_format(out, "\t%.6f\t", (double)m->confidence);
    append_field(out, m->type);
    buf_append_char(out, '\t');
    append_field(out, m->subject_label);
    buf_append_char(out, '\t');
    append_field(out, m->object_label);
    buf_append_char(out, '\n');
}

/* A label with quotes is quoted, as readers of the format take it (RFC 4180). */
static void append_label(struct buf *out, struct slice label)
{
    bool quoted = label.len && memchr(label.data, '"', label.len);
    if (quoted)
        buf_append_char(out, '"');
    for (size_t i = 0; i < label.len; i++) {
        if (label.data[i] == '"')
            buf_append_char(out, '"');
        append_field(out, (struct slice){label.data + i, 1});
    }
    if (quoted)
        buf_append_char(out, '"');
}

/* The columns in the order in which SSSOM lists its slots. */
#define SSSOM_COLUMNS                                                                              \
    "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\t"                           \
    "mapping_justification\tsubject_source\tobject_source\tconfidence\n"

static void write_sssom(struct buf *out, const struct writer *w, const struct match *m)
{
    assert(w->format == FORMAT_SSSOM && w->curies.count);
    const struct offline *f = w->store;
    curie_map_append(&w->curies, out, m->subject);
    buf_append_char(out, '\t');
    append_label(out, m->subject_label);
    buf_append_text(out, "\towl:sameAs\t");
    curie_map_append(&w->curies, out, m->object);
    buf_append_char(out, '\t');
    append_label(out, m->object_label);
    buf_append_format(out, "\tsemapv:CompositeMatching\tgraph:%s\tgraph:%s\t%.6f\n",
                      f->options.graphs[m->subject_graph], f->options.graphs[m->object_graph],
                      (double)m->confidence);
}

static int note_match(void *arg, const struct match *m)
{
    struct writer *w = arg;
    assert(m->subject_graph < w->store->options.graph_count);
    const char *const *graphs = w->store->options.graphs;
    curie_map_note(&w->curies, m->subject, graphs[m->subject_graph]);
    curie_map_note(&w->curies, m->object, graphs[m->object_graph]);
    return ERR_OK;
}

static void write_json(struct buf *out, const struct offline *f, const struct match *m)
{
    assert(m->subject_graph != m->object_graph);
    struct json_writer w = json_writer_of(out);
    json_writer_begin_object(&w);
    json_writer_add_string(&w, "subject_id", m->subject);
    json_writer_add_string(&w, "object_id", m->object);
    json_writer_add_string(&w, "subject_label", m->subject_label);
    json_writer_add_string(&w, "object_label", m->object_label);
    json_writer_add_text(&w, "subject_source", f->options.graphs[m->subject_graph]);
    json_writer_add_text(&w, "object_source", f->options.graphs[m->object_graph]);
    json_writer_add_string(&w, "type", m->type);
    json_writer_add_text(&w, "predicate_id", "owl:sameAs");
    json_writer_add_float(&w, "confidence", m->confidence);
    json_writer_end_object(&w);
    buf_append_char(out, '\n');
}

static int write_match(void *arg, const struct match *m)
{
    struct writer *w = arg;
    assert(m->subject_graph < w->store->options.graph_count);
    assert(m->object_graph < w->store->options.graph_count);
    buf_clear(&w->line);
    switch (w->format) {
    case FORMAT_TSV:
        write_tsv(&w->line, m);
        break;
    case FORMAT_SSSOM:
        write_sssom(&w->line, w, m);
        break;
    case FORMAT_JSON:
        write_json(&w->line, w->store, m);
        break;
    case FORMAT_NTRIPLES:
        term_append_bracketed(&w->line, m->subject);
        buf_append_text(&w->line, " <http://www.w3.org/2002/07/owl#sameAs> ");
        term_append_bracketed(&w->line, m->object);
        buf_append_text(&w->line, " .\n");
    }
    return fwrite(w->line.data, 1, w->line.len, stdout) == w->line.len ? ERR_OK : ERR_IO;
}

/* The metadata of the mapping set: YAML in comments.  The prefixes come first: the matches are
 * walked once for them. */
static int write_header(struct writer *w)
{
    if (w->format != FORMAT_SSSOM)
        return ERR_OK;
    curie_map_init(&w->curies);
    int rc = match_list_each(engine_state(w->store->engine), note_match, w);
    if (rc)
        return rc;
    char now[CLOCK_TEXT_BYTES];
    clock_write(now, clock_now_ms());
    assert(w->license && w->curies.count <= CURIE_MAP_MAX);
    printf("#curie_map:\n");
    for (size_t i = 0; i < w->curies.count; i++)
        printf("#  %s: \"%.*s\"\n", w->curies.all[i].prefix, (int)w->curies.all[i].namespace.len,
               w->curies.all[i].namespace.data);
    printf("#mapping_set_id: \"urn:uuid:%s\"\n#license: \"%s\"\n#mapping_date: \"%.10s\"\n"
           "#mapping_tool: \"alignd\"\n#mapping_tool_version: \"" ALIGND_VERSION "\"\n"
           "#comment: \"model %016" PRIx64 "\"\n" SSSOM_COLUMNS,
           engine_uuid(w->store->engine), w->license, now, model_digest(w->store->model));
    return ERR_OK;
}

static int write_all(const struct offline_options *o, enum format format, const char *license)
{
    assert(format <= FORMAT_JSON);
    struct offline store;
    int rc = offline_open(o, &store);
    if (rc)
        return offline_status(rc);
    assert(store.engine);
    struct writer w = {.store = &store, .format = format, .license = license};
    if (engine_dirty_count(store.engine))
        log_warn("%" PRIu64 " entities wait to be worked off: the matches are not final",
                 engine_dirty_count(store.engine));
    if ((rc = write_header(&w)) ||
        (rc = match_list_each(engine_state(store.engine), write_match, &w)))
        goto done;
    if (fflush(stdout))
        rc = ERR_IO;
done:
    curie_map_fini(&w.curies);
    buf_fini(&w.line);
    offline_close(&store);
    return offline_status(rc);
}

/* What the two commands are told. */
struct wish {
    struct offline_options store;
    const char *format, *license, *graph;
    bool triples, json;
};

/* All triples of a graph. */
static int write_triples(const struct offline_options *o, const char *graph_name)
{
    struct offline store;
    int rc = offline_open(o, &store);
    if (rc)
        return offline_status(rc);
    int graph = offline_graph(&store, graph_name);
    if (graph < 0) {
        log_error("export: the store has no graph '%s'", graph_name);
        rc = ERR_NOT_FOUND;
        goto done;
    }
    assert((size_t)graph < store.options.graph_count);
    if ((rc = triple_export_print(engine_state(store.engine), (size_t)graph, stdout)))
        goto done;
    if (fflush(stdout))
        rc = ERR_IO;
done:
    offline_close(&store);
    return offline_status(rc);
}

static int run(int argc, char **argv, const struct args *args, const struct wish *wish)
{
    assert(wish->format && wish->license);
    static const char *const names[] = {"tsv", "sssom", "ntriples", "json"};
    assert(sizeof(names) / sizeof(*names) == FORMAT_JSON + 1);
    int rc = args_parse_options(args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (wish->triples != (wish->graph != NULL)) {
        log_error("export: --triples and --graph NAME belong together");
        return err_exit_status(ERR_USAGE);
    }
    if (wish->triples)
        return write_triples(&wish->store, wish->graph);
    if (wish->json)
        return write_all(&wish->store, FORMAT_JSON, wish->license);
    for (int i = 0; i < 4; i++)
        if (strcmp(wish->format, names[i]) == 0)
            return write_all(&wish->store, (enum format)i, wish->license);
    log_error("export: '%s' is no format: sssom, ntriples, json or tsv", wish->format);
    return err_exit_status(ERR_USAGE);
}

int cmd_matches(int argc, char **argv)
{
    struct wish wish = {.format = "tsv", .license = ""};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&wish.store.store),
        JSON_ARG(&wish.json),
    };
    const struct args args = {"alignd matches --store DIR",
                              "Prints a line a match: subject, object, confidence, type, label of "
                              "the subject, label of the object; tabs between.",
                              table, sizeof(table) / sizeof(*table)};
    return run(argc, argv, &args, &wish);
}

int cmd_export(int argc, char **argv)
{
    struct wish wish = {.format = "sssom", .license = "https://w3id.org/sssom/license/unspecified"};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&wish.store.store),
        ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = &wish.format, .value = "NAME",
            .help = "sssom, ntriples (owl:sameAs), json (lines) or tsv"),
        ARG(.name = "triples", .type = ARG_FLAG, .to = &wish.triples,
            .help = "not the matches, but the triples of a graph, as N-Triples"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &wish.graph, .value = "NAME",
            .help = "whose triples"),
        ARG(.name = "license", .type = ARG_TEXT, .to = &wish.license, .value = "URI",
            .help = "what SSSOM says the matches may be used under; without: that nothing is said"),
        JSON_ARG(&wish.json),
    };
    const struct args args = {
        "alignd export --store DIR [OPTION]...",
        "Writes the current matches, or the triples of a graph, to standard output.", table,
        sizeof(table) / sizeof(*table)};
    return run(argc, argv, &args, &wish);
}
