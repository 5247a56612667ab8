/*
 * cmd_matches.c - `alignd matches` and `alignd export`: the current matches.
 */
#include "alignd/align/band.h"
#include "alignd/align/event.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/curie_map.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/match_report.h"
#include "alignd/cli/offline.h"
#include "alignd/cli/triple_export.h"
#include "alignd/cli/tsv_field.h"
#include "alignd/graph/term.h"
#include "alignd/state/clusters.h"
#include "alignd/state/match_list.h"
#include "alignd/model/model.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum format { FORMAT_TSV, FORMAT_SSSOM, FORMAT_NTRIPLES, FORMAT_JSON };

/* What the two commands are told. */
struct wish {
    struct offline_options store;
    const char *format, *license, *set_id, *graph;
    bool triples, json, uris, stats;
    double review;
    const char *band_name; /* NULL: both */
    enum band band;
    int64_t clusters;
    bool consistent;
};

struct writer {
    struct offline *store;
    const struct wish *wish;
    enum format format;
    struct buf line, uri;
    struct curie_map curies; /* of SSSOM */
    bool clustered;          /* the matches are of more than two graphs */
    struct clusters_reader clusters;
};

/* What is said of a match beside itself. */
struct told {
    enum band band;
    struct clusters_told cluster;
};

static void write_tsv(struct buf *out, const struct writer *w, const struct match *m,
                      const struct told *told)
{
    assert(m->subject.len && m->object.len);
    tsv_field_append(out, m->subject);
    buf_append_char(out, '\t');
    tsv_field_append(out, m->object);
    buf_append_format(out, "\t%.6f\t", (double)m->confidence);
    tsv_field_append(out, m->type);
    buf_append_char(out, '\t');
    tsv_field_append(out, m->subject_label);
    buf_append_char(out, '\t');
    tsv_field_append(out, m->object_label);
    buf_append_format(out, "\t%s", band_name(told->band));
    if (w->clustered) {
        buf_append_char(out, '\t');
        tsv_field_append(out, told->cluster.cluster);
        buf_append_text(out, told->cluster.left_out ? "\tleft out" : "\t");
    }
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
        tsv_field_append(out, (struct slice){label.data + i, 1});
    }
    if (quoted)
        buf_append_char(out, '"');
}

/*
 * An entity as SSSOM calls it: by its IRI, or by the URI that RFC 3987 (3.1) makes of it, which is
 * another name.  Lent until the next call.
 */
static struct slice reference(struct writer *w, struct slice iri)
{
    if (!w->wish->uris)
        return iri;
    buf_clear(&w->uri);
    for (size_t i = 0; i < iri.len; i++) {
        unsigned char c = (unsigned char)iri.data[i];
        if (c > ' ' && c < 0x7f && !strchr("<>\"{}|\\^`[]", c))
            buf_append_char(&w->uri, (char)c);
        else
            buf_append_format(&w->uri, "%%%02X", c);
    }
    return buf_slice(&w->uri);
}

static void append_reference(struct writer *w, struct buf *out, struct slice iri)
{
    curie_map_append(&w->curies, out, reference(w, iri));
}

/* What SSSOM has no slot for goes into its slot `other`, as key: value. */
static void append_other(struct writer *w, struct buf *out, const struct clusters_told *told)
{
    assert(!told->left_out || !told->cluster.len);
    buf_append_char(out, '\t');
    if (told->cluster.len) {
        buf_append_text(out, "cluster: ");
        buf_append_slice(out, reference(w, told->cluster));
    } else if (told->left_out) {
        buf_append_text(out, "left_out: true");
    }
}

/* The columns in the order in which SSSOM lists its slots. */
#define SSSOM_COLUMNS                                                                              \
    "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\t"                           \
    "mapping_justification\tsubject_source\tobject_source\tconfidence"

static void write_sssom(struct buf *out, struct writer *w, const struct match *m,
                        const struct told *told)
{
    assert(w->format == FORMAT_SSSOM && w->curies.count);
    const struct offline *f = w->store;
    append_reference(w, out, m->subject);
    buf_append_char(out, '\t');
    append_label(out, m->subject_label);
    buf_append_format(out, "\t%s\t", band_predicate(told->band));
    append_reference(w, out, m->object);
    buf_append_char(out, '\t');
    append_label(out, m->object_label);
    buf_append_format(out, "\t%s\tgraph:%s\tgraph:%s\t%.6f", event_justification(m->pinned),
                      f->options.graphs[m->subject_graph], f->options.graphs[m->object_graph],
                      (double)m->confidence);
    if (w->clustered)
        append_other(w, out, &told->cluster);
    buf_append_char(out, '\n');
}

/* Which band and cluster it is of, and is it one that is wished for? */
static int look_at(struct writer *w, const struct match *m, struct told *ret, bool *ret_takes)
{
    const struct wish *wish = w->wish;
    assert(m->subject_graph != m->object_graph);
    *ret = (struct told){.band = band_of(m->confidence, (float)wish->review)};
    *ret_takes = !wish->band_name || ret->band == wish->band;
    if (!w->clustered || !*ret_takes)
        return ERR_OK;
    int rc = clusters_read(&w->clusters, m->subject_entity, m->object_entity, &ret->cluster);
    if (rc)
        return rc;
    *ret_takes = !wish->consistent || ret->cluster.cluster.len;
    return ERR_OK;
}

static int note_match(void *arg, const struct match *m)
{
    struct writer *w = arg;
    struct told told;
    bool takes = false;
    int rc = look_at(w, m, &told, &takes);
    if (rc || !takes)
        return rc;
    assert(m->subject_graph < w->store->options.graph_count);
    const char *const *graphs = w->store->options.graphs;
    curie_map_note(&w->curies, reference(w, m->subject), graphs[m->subject_graph]);
    curie_map_note(&w->curies, reference(w, m->object), graphs[m->object_graph]);
    return ERR_OK;
}

static void write_json(struct buf *out, const struct offline *f, const struct match *m,
                       const struct told *told)
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
    json_writer_add_text(&w, "predicate_id", band_predicate(told->band));
    json_writer_add_text(&w, "band", band_name(told->band));
    json_writer_add_text(&w, "mapping_justification", event_justification(m->pinned));
    json_writer_add_float(&w, "confidence", m->confidence);
    if (told->cluster.cluster.len)
        json_writer_add_string(&w, "cluster", told->cluster.cluster);
    if (told->cluster.left_out)
        json_writer_add_bool(&w, "left_out", true);
    json_writer_end_object(&w);
    buf_append_char(out, '\n');
}

static int write_match(void *arg, const struct match *m)
{
    struct writer *w = arg;
    assert(m->subject_graph < w->store->options.graph_count);
    assert(m->object_graph < w->store->options.graph_count);
    struct told told;
    bool takes = false;
    int rc = look_at(w, m, &told, &takes);
    if (rc || !takes)
        return rc;
    buf_clear(&w->line);
    switch (w->format) {
    case FORMAT_TSV:
        write_tsv(&w->line, w, m, &told);
        break;
    case FORMAT_SSSOM:
        write_sssom(&w->line, w, m, &told);
        break;
    case FORMAT_JSON:
        write_json(&w->line, w->store, m, &told);
        break;
    case FORMAT_NTRIPLES:
        term_append_bracketed(&w->line, m->subject);
        buf_append_format(&w->line, " <%s> ", band_predicate_iri(told.band));
        term_append_bracketed(&w->line, m->object);
        buf_append_text(&w->line, " .\n");
    }
    return fwrite(w->line.data, 1, w->line.len, stdout) == w->line.len ? ERR_OK : ERR_IO;
}

/* An IRI of web addresses, as SSSOM wants it, that is nobody's. */
#define SET_ID "https://alignd.invalid/stores/"

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
    assert(w->wish->license && w->curies.count <= CURIE_MAP_MAX);
    printf("#curie_map:\n");
    for (size_t i = 0; i < w->curies.count; i++) {
        const struct curie_prefix *p = &w->curies.all[i];
        printf("#  %s: \"%.*s\"\n", p->prefix, (int)p->namespace.len, p->namespace.data);
    }
    const char *of_store = *w->wish->set_id ? "" : engine_uuid(w->store->engine);
    printf("#mapping_set_id: \"%s%s\"\n#license: \"%s\"\n#mapping_date: \"%.10s\"\n"
           "#mapping_tool: \"alignd\"\n#mapping_tool_version: \"" ALIGND_VERSION "\"\n"
           "#comment: \"model %016" PRIx64 "\"\n" SSSOM_COLUMNS "%s\n",
           *of_store ? SET_ID : w->wish->set_id, of_store, w->wish->license, now,
           model_digest(w->store->model), w->clustered ? "\tother" : "");
    return ERR_OK;
}

static int write_all(const struct wish *wish, enum format format)
{
    assert(format <= FORMAT_JSON);
    struct offline store;
    int rc = offline_open(&wish->store, &store);
    if (rc)
        return offline_status(rc);
    assert(store.engine);
    struct writer w = {.store = &store,
                       .wish = wish,
                       .format = format,
                       .clustered =
                           wish->clusters && state_catalogs(engine_state(store.engine)) > 2};
    clusters_reader_init(&w.clusters, engine_state(store.engine),
                         wish->clusters ? (size_t)wish->clusters : 1);
    if (engine_dirty_count(store.engine))
        log_warn("%" PRIu64 " entities wait to be worked off: the matches are not final",
                 engine_dirty_count(store.engine));
    if (wish->stats) {
        rc = match_report_print(store.engine, &store.options, (float)wish->review, wish->json,
                                stdout);
        goto flush;
    }
    if ((rc = write_header(&w)) ||
        (rc = match_list_each(engine_state(store.engine), write_match, &w)))
        goto done;
flush:
    if (fflush(stdout) && !rc)
        rc = ERR_IO;
done:
    clusters_reader_fini(&w.clusters);
    curie_map_fini(&w.curies);
    buf_fini(&w.line);
    buf_fini(&w.uri);
    offline_close(&store);
    return offline_status(rc);
}

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

/* Words that shape what is written; said in the log where they are none. */
static int check_words(const char *command, struct wish *wish)
{
    assert(wish->set_id && wish->license);
    if (*wish->set_id && strncmp(wish->set_id, "https://", 8) &&
        strncmp(wish->set_id, "http://", 7)) {
        log_error("%s: --set-id '%s' is no http or https address", command, wish->set_id);
        return ERR_USAGE;
    }
    if (strpbrk(wish->set_id, "\"\\\n") || strpbrk(wish->license, "\"\\\n")) {
        log_error("%s: a quote, a backslash or a line end in --set-id or --license", command);
        return ERR_USAGE;
    }
    if (wish->stats && wish->band_name) {
        log_error("%s: --stats is of both bands: leave out --band", command);
        return ERR_USAGE;
    }
    for (wish->band = 0; wish->band_name && wish->band < BANDS; wish->band++)
        if (strcmp(wish->band_name, band_name(wish->band)) == 0)
            return ERR_OK;
    if (!wish->band_name)
        return ERR_OK;
    log_error("%s: '%s' is no band: match or possible", command, wish->band_name);
    return ERR_USAGE;
}

static int run(int argc, char **argv, const struct args *args, struct wish *wish)
{
    assert(wish->format && wish->license);
    static const char *const names[] = {"tsv", "sssom", "ntriples", "json"};
    assert(sizeof(names) / sizeof(*names) == FORMAT_JSON + 1);
    int rc = args_parse_options(args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if ((rc = check_words(argv[0], wish)))
        return err_exit_status(rc);
    if (wish->triples != (wish->graph != NULL)) {
        log_error("export: --triples and --graph NAME belong together");
        return err_exit_status(ERR_USAGE);
    }
    if (wish->triples)
        return write_triples(&wish->store, wish->graph);
    if (wish->json)
        return write_all(wish, FORMAT_JSON);
    for (int i = 0; i < 4; i++)
        if (strcmp(wish->format, names[i]) == 0)
            return write_all(wish, (enum format)i);
    log_error("export: '%s' is no format: sssom, ntriples, json or tsv", wish->format);
    return err_exit_status(ERR_USAGE);
}

#define CLUSTER_ARGS(wish)                                                                         \
    ARG(.name = "clusters", .type = ARG_INT, .to = &(wish)->clusters, .value = "N", .min = 0,      \
        .max = 1e6,                                                                                \
        .help = "of more than two graphs: where more entities hang together by matches, none is "  \
                "in a cluster (256); 0: say nothing of clusters")

/* As [decide] review has it; a store does not know what its daemon is told. */
#define REVIEW 0.5
#define BAND_ARGS(wish)                                                                            \
    ARG(.name = "review", .type = ARG_DOUBLE, .to = &(wish)->review, .value = "X", .min = 0,       \
        .max = 1,                                                                                  \
        .help = "confidence below which a match is but possible, as [decide] review (0.5)"),       \
        ARG(.name = "band", .type = ARG_TEXT, .to = &(wish)->band_name, .value = "NAME",           \
            .help = "only these: match, or possible")

int cmd_matches(int argc, char **argv)
{
    struct wish wish = {.store = {.read_only = true},
                        .format = "tsv",
                        .license = "",
                        .set_id = "",
                        .review = REVIEW,
                        .clusters = CLUSTERS_MOST};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&wish.store.store),
        BAND_ARGS(&wish),
        CLUSTER_ARGS(&wish),
        ARG(.name = "stats", .type = ARG_FLAG, .to = &wish.stats,
            .help = "not the matches, but by type and band how many there are and, estimated "
                    "without a label, which share of them is right; and by tenths of confidence"),
        JSON_ARG(&wish.json),
    };
    const struct args args = {
        "alignd matches --store DIR",
        "Prints a line a match: subject, object, confidence, type, label of "
        "the subject, label of the object, band; tabs between. Of more than two graphs "
        "also its cluster, or behind an empty one that it is left out.",
        table, sizeof(table) / sizeof(*table)};
    return run(argc, argv, &args, &wish);
}

int cmd_export(int argc, char **argv)
{
    struct wish wish = {.store = {.read_only = true},
                        .format = "sssom",
                        .license = "https://w3id.org/sssom/license/unspecified",
                        .set_id = "",
                        .review = REVIEW,
                        .clusters = CLUSTERS_MOST};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&wish.store.store),
        ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = &wish.format, .value = "NAME",
            .help = "sssom, ntriples (owl:sameAs, skos:closeMatch), json (lines) or tsv"),
        BAND_ARGS(&wish),
        CLUSTER_ARGS(&wish),
        ARG(.name = "consistent", .type = ARG_FLAG, .to = &wish.consistent,
            .help = "of more than two graphs: only matches that are in a cluster"),
        ARG(.name = "triples", .type = ARG_FLAG, .to = &wish.triples,
            .help = "not the matches, but the triples of a graph, as N-Triples"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &wish.graph, .value = "NAME",
            .help = "whose triples"),
        ARG(.name = "license", .type = ARG_TEXT, .to = &wish.license, .value = "URI",
            .help = "what SSSOM says the matches may be used under; without: that nothing is said"),
        ARG(.name = "uris", .type = ARG_FLAG, .to = &wish.uris,
            .help = "in SSSOM what an IRI has beside the characters of URIs is percent-encoded: "
                    "sssom-py leaves out the rows of others"),
        ARG(.name = "set-id", .type = ARG_TEXT, .to = &wish.set_id, .value = "IRI",
            .help = "what SSSOM calls the set of the matches; without: an address of the store's "
                    "that leads nowhere"),
        JSON_ARG(&wish.json),
    };
    const struct args args = {
        "alignd export --store DIR [OPTION]...",
        "Writes the current matches, or the triples of a graph, to standard output.", table,
        sizeof(table) / sizeof(*table)};
    return run(argc, argv, &args, &wish);
}
