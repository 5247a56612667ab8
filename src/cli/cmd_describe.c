/*
 * cmd_describe.c - `alignd describe`: what is in a catalog, so that somebody who has never seen it
 * can write its mapping.
 */
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/base/text.h"
#include "alignd/cli/survey_read.h"
#include "alignd/cli/commands.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define EXAMPLES 3

struct describe {
    struct offline_options offline;
    struct record_arguments records;
    const char *graph, *format_name;
    int64_t subjects, most;
    bool json;
};

/* The share of the values that are different, of all that the sample stands for. */
static uint64_t distinct_of(const struct survey *c, struct survey_use *use)
{
    double distinct = sketch_distinct(&use->distinct);
    assert(distinct >= 0);
    /* what nearly all have apart grows with the catalog, what a few share does not */
    return use->values && distinct > 0.5 * (double)use->values ? survey_scale(c, (uint64_t)distinct)
                                                               : (uint64_t)distinct;
}

/* --- for people --- */

static void print_use(const struct survey *c, size_t type, struct survey_use *u)
{
    assert(type < c->type_count && u->predicate < c->predicate_count);
    const struct survey_predicate *p = &c->predicates[u->predicate];
    const char *looks = survey_looks_like(c, &c->types[type], u);
    struct slice found[EXAMPLES];
    struct buf line = {0};
    size_t n = survey_find_examples(c, type, u, found, EXAMPLES);
    assert(n <= EXAMPLES);
    buf_append_format(&line, "    %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %-9s  %.*s",
                      survey_scale(c, u->entities), survey_scale(c, u->values), distinct_of(c, u),
                      looks, (int)p->iri.len, p->iri.data);
    if (u->references * 2 > u->values && c->types[u->to].iri.len)
        buf_append_format(&line, " -> %.*s", (int)text_local_name(c->types[u->to].iri).len,
                          text_local_name(c->types[u->to].iri).data);
    else
        for (size_t i = 0; i < n; i++) {
            buf_append_text(&line, i ? ", \"" : "  \"");
            buf_append_slice(&line, found[i]);
            buf_append_char(&line, '"');
        }
    printf("%.*s\n", (int)line.len, line.data);
    buf_fini(&line);
}

static void print_catalog(const struct survey *c, size_t most)
{
    printf("graph '%s': %" PRIu64 " triples, %s%" PRIu64 " entities\n", c->graph, c->triples,
           c->halvings ? "about " : "", survey_scale(c, c->subject_count));
    for (size_t t = 0; t < c->type_count; t++) {
        struct survey_type *type = &c->types[t];
        if (!type->entities)
            continue;
        printf("\n  %.*s: %" PRIu64 " entities\n", type->iri.len ? (int)type->iri.len : 9,
               type->iri.len ? type->iri.data : "(no type)", survey_scale(c, type->entities));
        printf("    %10s %10s %10s  %-9s  %s\n", "entities", "values", "distinct", "looks like",
               "predicate, examples");
        for (size_t i = 0; i < type->use_count && i < most; i++)
            print_use(c, t, &type->uses[i]);
        if (type->use_count > most)
            printf("    and %zu more predicates\n", type->use_count - most);
    }
}

/* --- for programs --- */

static void write_use(struct json_writer *w, const struct survey *c, size_t type,
                      struct survey_use *u)
{
    assert(type < c->type_count && u->predicate < c->predicate_count);
    struct slice found[EXAMPLES];
    size_t n = survey_find_examples(c, type, u, found, EXAMPLES);
    assert(n <= EXAMPLES);
    json_writer_begin_object(w);
    json_writer_key(w, "predicate");
    json_writer_string(w, c->predicates[u->predicate].iri);
    json_writer_key(w, "entities");
    json_writer_unsigned(w, survey_scale(c, u->entities));
    json_writer_key(w, "values");
    json_writer_unsigned(w, survey_scale(c, u->values));
    json_writer_key(w, "distinct");
    json_writer_unsigned(w, distinct_of(c, u));
    json_writer_key(w, "looks_like");
    json_writer_text(w, survey_looks_like(c, &c->types[type], u));
    if (u->references * 2 > u->values) {
        json_writer_key(w, "refers_to");
        json_writer_string(w, c->types[u->to].iri);
    }
    json_writer_key(w, "examples");
    json_writer_begin_array(w);
    for (size_t i = 0; i < n; i++)
        json_writer_string(w, found[i]);
    json_writer_end_array(w);
    json_writer_end_object(w);
}

static void write_catalog(struct json_writer *w, const struct survey *c)
{
    assert(c->halvings < 64);
    json_writer_begin_object(w);
    json_writer_key(w, "graph");
    json_writer_text(w, c->graph);
    json_writer_key(w, "triples");
    json_writer_unsigned(w, c->triples);
    json_writer_key(w, "entities");
    json_writer_unsigned(w, survey_scale(c, c->subject_count));
    json_writer_key(w, "sample");
    json_writer_number(w, 1 / (double)(UINT64_C(1) << c->halvings));
    json_writer_key(w, "types");
    json_writer_begin_array(w);
    for (size_t t = 0; t < c->type_count; t++) {
        if (!c->types[t].entities)
            continue;
        json_writer_begin_object(w);
        json_writer_key(w, "type");
        json_writer_string(w, c->types[t].iri);
        json_writer_key(w, "entities");
        json_writer_unsigned(w, survey_scale(c, c->types[t].entities));
        json_writer_key(w, "predicates");
        json_writer_begin_array(w);
        for (size_t i = 0; i < c->types[t].use_count; i++)
            write_use(w, c, t, &c->types[t].uses[i]);
        json_writer_end_array(w);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_writer_end_object(w);
}

static void print_all(const struct describe *d, struct survey *const *catalogs, size_t count)
{
    assert(count <= ENGINE_MAX_GRAPHS);
    struct buf text = {0};
    struct json_writer w = json_writer_of(&text);
    for (size_t i = 0; i < count; i++) {
        if (d->json) {
            buf_clear(&text);
            w = json_writer_of(&text);
            write_catalog(&w, catalogs[i]);
            printf("%.*s\n", (int)text.len, text.data);
        } else {
            printf("%s", i ? "\n" : "");
            print_catalog(catalogs[i], (size_t)d->most);
        }
    }
    buf_fini(&text);
}

/* --- */

static int describe_files(const struct describe *d, char **files, size_t count)
{
    assert(count > 0 && d->graph);
    enum codec_format format;
    if (!codec_format_from_name(slice_of(d->format_name), &format)) {
        log_error("describe: '%s' is no format", d->format_name);
        return ERR_USAGE;
    }
    struct survey *c = survey_new(d->graph, NULL, (size_t)d->subjects);
    int rc = survey_read_files(c, files, count, format, &d->records);
    if (rc)
        goto done;
    print_all(d, &c, 1);
done:
    survey_free(c);
    return rc;
}

static int describe_store(const struct describe *d)
{
    struct survey *catalogs[ENGINE_MAX_GRAPHS] = {NULL};
    struct offline store;
    int rc = offline_open(&d->offline, &store);
    if (rc)
        return rc;
    if ((rc = survey_read_store(&store, (size_t)d->subjects, catalogs)))
        goto done;
    assert(store.options.graph_count <= ENGINE_MAX_GRAPHS);
    print_all(d, catalogs, store.options.graph_count);
done:
    for (size_t i = 0; i < ENGINE_MAX_GRAPHS; i++)
        survey_free(catalogs[i]);
    offline_close(&store);
    return rc;
}

int cmd_describe(int argc, char **argv)
{
    struct describe d = {.offline = {.read_only = true},
                         .graph = "files",
                         .format_name = "auto",
                         .subjects = SURVEY_READ_SUBJECTS,
                         .most = 30};
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &d.offline.store,
            .value = "DIR", .help = "all graphs of a store, instead of files"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &d.graph, .value = "NAME",
            .help = "what the catalog of the files is called"),
        SURVEY_READ_ARGS(&d.format_name, &d.records, &d.subjects),
        ARG(.name = "json", .type = ARG_FLAG, .to = &d.json,
            .help = "a line of JSON a graph, with all predicates"),
        ARG(.name = "predicates", .type = ARG_INT, .to = &d.most, .value = "N", .min = 1,
            .max = 1e6, .help = "told of a type (30)"),
        OFFLINE_QUIET_ARG(&d.offline.quiet),
    };
    const struct args args = {"alignd describe --store DIR | FILE...",
                              "Tells what is in a catalog: its types, their predicates, how many "
                              "entities have them, different values, what they look like (name, "
                              "key, date, reference ...), examples.",
                              table, sizeof(table) / sizeof(*table)};
    char **files;
    int count, rc = args_parse(&args, argc, argv, &files, &count);
    if (rc)
        return args_exit_status(rc);
    if ((count == 0) == (d.offline.store == NULL)) {
        log_error("describe: either --store DIR or files");
        return err_exit_status(ERR_USAGE);
    }
    assert(d.subjects > 0 && d.most > 0);
    progress_set_enabled(!d.offline.quiet);
    return offline_status(count ? describe_files(&d, files, (size_t)count) : describe_store(&d));
}
