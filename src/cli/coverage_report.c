/*
 * coverage_report.c - a table of types, and a warning each for what met nothing.  Of what is
 * frequent a few lines are told and the rest counted: a mapping may leave out hundreds of
 * predicates on purpose.
 */
#include "alignd/cli/coverage_report.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/nearest.h"
#include "alignd/base/text.h"
#include "alignd/state/coverage.h"

#include <assert.h>
#include <inttypes.h>

#define TOLD 5          /* types and predicates of a graph */
#define FREQUENT 100    /* one of so many triples of its graph */
#define NAME_COLUMNS 20 /* of a type */

struct report {
    const struct state *s;
    const struct mapping *mapping;
    struct coverage coverage;
    size_t warnings;
};

static bool is_mapped(const struct report *r, size_t graph)
{
    assert(graph < r->s->graph_count);
    return mapping_has_graph(r->mapping, r->s->graphs[graph].name);
}

/* --- types --- */

static void print_type(const struct report *r, FILE *out, size_t graph,
                       const struct coverage_type *t)
{
    assert(graph < r->s->graph_count && t->labelled <= t->entities);
    struct buf line = {0};
    text_fit(&line, r->s->graphs[graph].name, 12);
    buf_append_text(&line, "  ");
    text_fit(&line, t->name.len ? t->name : slice_of("(no type)"), NAME_COLUMNS);
    fprintf(out, "  %.*s %10" PRIu64 " %10" PRIu64 "  %s\n", (int)line.len, line.data, t->entities,
            t->labelled,
            state_catalogs(r->s) < 2 ? "no other graph yet"
            : t->others              ? "yes"
                                     : "no");
    buf_fini(&line);
}

static void print_types(const struct report *r, FILE *out)
{
    fprintf(out, "  %-12s  %-*s %10s %10s  %s\n", "graph", NAME_COLUMNS, "type", "entities",
            "labelled", "another graph has it");
    for (size_t g = 0; g < r->s->graph_count; g++) {
        assert(r->s->graph_count <= STATE_MAX_GRAPHS);
        const struct coverage_graph *c = &r->coverage.graphs[g];
        struct coverage_type rest = {.name = {"(others)", 8}};
        size_t others = 0;
        for (size_t i = 0; i < c->type_count; i++) {
            if (i < 2 * TOLD) {
                print_type(r, out, g, &c->types[i]);
                continue;
            }
            rest.entities += c->types[i].entities;
            rest.labelled += c->types[i].labelled;
            others += c->types[i].others;
        }
        rest.others = others;
        if (rest.entities)
            print_type(r, out, g, &rest);
        if (!c->whole && state_is_catalog(r->s, g))
            fprintf(out, "  (of the first %" PRIu64 " entities of %.*s)\n", c->entities,
                    (int)r->s->graphs[g].name.len, r->s->graphs[g].name.data);
    }
}

/* --- rows --- */

static void warn(struct report *r, const char *text)
{
    assert(*text);
    log_warn("%s", text);
    r->warnings++;
}

/* The predicate without a row that a row may have meant: a letter or two of its end are other. */
static const struct coverage_predicate *meant(const struct report *r, size_t graph,
                                              const struct mapping_row *row)
{
    assert(graph < r->s->graph_count);
    const struct coverage_graph *c = &r->coverage.graphs[graph];
    const struct coverage_predicate *best = NULL;
    struct slice local = text_local_name(row->iri);
    size_t least = local.len / 3 + 1;
    for (size_t i = 0; i < c->predicate_count; i++) {
        const struct coverage_predicate *p = &c->predicates[i];
        size_t off = nearest_distance(local, text_local_name(p->predicate->iri));
        if (p->has_row || off >= least)
            continue;
        least = off;
        best = p;
    }
    return best;
}

static void tell_row(struct report *r, size_t graph, const struct mapping_row *row)
{
    assert(graph < r->s->graph_count);
    struct buf text = {0};
    bool type = row->kind == MAPPING_TYPE;
    const struct coverage_predicate *near = type ? NULL : meant(r, graph, row);
    buf_append_format(&text, "%s:%zu:%zu: no %s %.*s is in graph '%.*s'", mapping_name(r->mapping),
                      row->line, row->iri_column, type ? "entity of type" : "triple of",
                      (int)row->iri.len, row->iri.data, (int)row->graph.len, row->graph.data);
    if (near)
        buf_append_format(&text, ": did you mean %.*s (%" PRIu64 " triples, no row)?",
                          (int)near->predicate->iri.len, near->predicate->iri.data, near->triples);
    buf_append_char(&text, 0);
    warn(r, text.data);
    buf_fini(&text);
}

/* Rows of graphs that are there; of one that may come later nothing is known. */
static void tell_rows(struct report *r)
{
    size_t count;
    const struct mapping_row *rows = mapping_rows(r->mapping, &count);
    assert(r->coverage.met || !count);
    for (size_t i = 0; i < count; i++)
        for (size_t g = 0; g < r->s->graph_count; g++)
            if (!r->coverage.met[i] && r->coverage.graphs[g].entities &&
                slice_equal(rows[i].graph, r->s->graphs[g].name))
                tell_row(r, g, &rows[i]);
}

/* --- predicates --- */

static void tell_predicates(struct report *r, size_t graph)
{
    assert(graph < r->s->graph_count);
    const struct coverage_graph *c = &r->coverage.graphs[graph];
    struct slice name = r->s->graphs[graph].name;
    uint64_t all = r->s->totals.triples[graph];
    size_t told = 0, more = 0;
    char text[600];
    for (size_t i = 0; i < c->predicate_count; i++) {
        const struct coverage_predicate *p = &c->predicates[i];
        if (p->has_row || p->corresponds || p->triples * FREQUENT < all)
            continue;
        if (told == TOLD) {
            more++;
            continue;
        }
        snprintf(text, sizeof(text),
                 "graph '%.*s': %" PRIu64 " triples of %.*s have no row, and no other graph has a "
                 "relation '%.*s': map it, or say 'ignore'",
                 (int)name.len, name.data, p->triples, (int)p->predicate->iri.len,
                 p->predicate->iri.data, (int)p->predicate->name.len, p->predicate->name.data);
        warn(r, text);
        told++;
    }
    assert(told <= TOLD && (!more || told == TOLD));
    if (more) {
        snprintf(text, sizeof(text), "graph '%.*s': so it is with %zu more predicates",
                 (int)name.len, name.data, more);
        warn(r, text);
    }
}

/* A key of one side alone is compared with nothing. */
static void tell_keys(struct report *r, size_t graph)
{
    const struct coverage_graph *c = &r->coverage.graphs[graph];
    struct slice name = r->s->graphs[graph].name;
    char text[600];
    for (size_t i = 0; i < c->predicate_count; i++) {
        const struct predicate *p = c->predicates[i].predicate;
        if (p->kind != PREDICATE_KEY || c->predicates[i].corresponds)
            continue;
        snprintf(text, sizeof(text),
                 "graph '%.*s': no other graph has a '%.*s': what %.*s says is compared with "
                 "nothing",
                 (int)name.len, name.data, (int)p->name.len, p->name.data, (int)p->iri.len,
                 p->iri.data);
        warn(r, text);
    }
}

static void tell_graphs(struct report *r)
{
    assert(r->s->graph_count <= STATE_MAX_GRAPHS);
    char text[600];
    for (size_t g = 0; g < r->s->graph_count; g++) {
        struct slice name = r->s->graphs[g].name;
        const struct coverage_graph *c = &r->coverage.graphs[g];
        bool meets = state_catalogs(r->s) < 2 || !c->entities;
        for (size_t i = 0; i < c->type_count && !meets; i++)
            meets = c->types[i].others > 0;
        if (!meets) {
            snprintf(text, sizeof(text),
                     "graph '%.*s': no other graph has a type of it, so nothing of it can match: "
                     "map its types (type:NAME)",
                     (int)name.len, name.data);
            warn(r, text);
        }
        /* where the other side has not come yet, or nothing is mapped, all would be told */
        if (is_mapped(r, g) && state_catalogs(r->s) > 1) {
            tell_predicates(r, g);
            tell_keys(r, g);
        }
    }
}

int coverage_report_print(const struct state *s, const struct mapping *mapping, uint64_t entities,
                          FILE *out, size_t *ret_warnings)
{
    assert(out && ret_warnings && entities > 0);
    struct report r = {.s = s, .mapping = mapping};
    struct coverage_options options = {.entities = entities};
    struct arena *arena = arena_new();
    int rc = coverage_read(s, mapping, &options, arena, &r.coverage);
    if (rc)
        goto done;
    print_types(&r, out);
    tell_rows(&r);
    tell_graphs(&r);
    *ret_warnings = r.warnings;
done:
    arena_free(arena);
    return rc;
}

/* --- labels --- */

/* A value on one line. */
static void append_example(struct buf *text, struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        buf_append_char(text, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
    }
}

static void tell_unlabelled(const struct state *s, size_t graph, const struct coverage_name *names,
                            size_t count)
{
    assert(graph < s->graph_count && (names || !count));
    struct slice name = s->graphs[graph].name;
    struct buf text = {0};
    buf_append_format(&text,
                      "graph '%.*s': none of its %" PRIu64 " entities has a label, and without "
                      "names hardly anything is matched. ",
                      (int)name.len, name.data, s->totals.entities[graph]);
    if (count)
        buf_append_text(&text, "Map the predicate of their names, by the look of it one of:");
    for (size_t i = 0; i < count; i++) {
        buf_append_format(&text, "\n    %.*s\t%.*s\tlabel      (\"", (int)name.len, name.data,
                          (int)names[i].predicate->iri.len, names[i].predicate->iri.data);
        append_example(&text, names[i].example);
        buf_append_text(&text, "\")");
    }
    buf_append_text(&text, count ? "\nor say --allow-unlabelled" : "Say --allow-unlabelled, if so");
    buf_append_char(&text, 0);
    log_error("%s", text.data);
    buf_fini(&text);
}

int coverage_report_labels(const struct state *s, size_t graph)
{
    bool has_label;
    assert(graph < s->graph_count);
    int rc = coverage_has_label(s, graph, &has_label);
    if (rc || has_label)
        return rc;
    struct coverage_name names[3];
    size_t count;
    struct arena *arena = arena_new();
    if ((rc = coverage_find_names(s, graph, arena, names, 3, &count)))
        goto done;
    assert(count <= 3);
    tell_unlabelled(s, graph, names, count);
    rc = ERR_CONFIG;
done:
    arena_free(arena);
    return rc;
}
