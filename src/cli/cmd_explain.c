/*
 * cmd_explain.c - `alignd explain`: why a pair scores what it scores and is a match or none; of one
 * IRI, whom it was compared with and why it is none of them.
 */
#include "alignd/engine/explain_json.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/explain_words.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define S(slice) (int)(slice).len, (slice).data

/* With or without the brackets of N-Triples. */
static struct term term_of(const char *text)
{
    return term_of_written(term_without_brackets(slice_of(text)));
}

static void print_neighbour(const struct explain_neighbour *n, const struct explain_side *other)
{
    struct buf line = {0}, relation = {0};
    buf_append_text(&relation, n->inverse ? "^" : "");
    buf_append_slice(&relation, n->relation);
    buf_append_format(&line, "  %6.3f %6.3f %6.3f  ", (double)n->weight, (double)n->alpha,
                      (double)n->beta);
    text_fit(&line, buf_slice(&relation), 20);
    buf_append_char(&line, ' ');
    bool twin = n->twin >= 0 && (size_t)n->twin < other->neighbour_count;
    if (twin || text_columns(n->name) > 32)
        text_fit(&line, n->name, 32);
    else
        buf_append_slice(&line, n->name);
    if (twin) {
        const struct slice name = other->neighbours[n->twin].name;
        size_t columns = text_columns(name);
        buf_append_char(&line, ' ');
        text_fit(&line, name, columns < 32 ? columns : 32);
        buf_append_format(&line, " (%.2f)", (double)n->twin_similarity);
    }
    printf("%.*s\n", (int)line.len, line.data ? line.data : "");
    buf_fini(&relation);
    buf_fini(&line);
}

static void print_side(const struct explain_side *side, const struct explain_side *other)
{
    assert(side->neighbours || !side->neighbour_count);
    printf("\n%.*s <%.*s>\n  label '%.*s', type '%.*s'\n", S(side->graph), S(side->iri),
           S(side->label), S(side->type));
    if (side->name.len)
        printf("  judged by the name '%.*s'\n", S(side->name));
    if (!side->neighbour_count) {
        printf("  no neighbours\n");
        return;
    }
    printf("  %-6s %-6s %-6s  %-20s %-32s %s\n", "weight", "cross", "self", "relation", "neighbour",
           "nearest on the other side");
    for (size_t i = 0; i < side->neighbour_count; i++)
        print_neighbour(&side->neighbours[i], other);
}

static void print_features(const struct explain_evidence *x, bool all)
{
    assert(x->features || !x->count);
    float rest;
    size_t told = explain_words_told(x, all ? 0 : EXPLAIN_WORDS_ADDS, x->count, &rest);
    printf("\nevidence: what each piece adds to the logit, or takes away\n");
    printf("  %+8.3f  " EXPLAIN_WORDS_PRIOR "\n", (double)x->prior);
    struct buf line = {0};
    for (size_t i = 0; i < told; i++) {
        buf_clear(&line);
        explain_words_feature(&line, &x->features[i]);
        printf("  %+8.3f  %.*s\n", (double)x->features[i].adds, (int)line.len, line.data);
    }
    buf_fini(&line);
    if (told < x->count)
        printf("  %+8.3f  together, %zu more (--all)\n", (double)rest, x->count - told);
    printf("  %+8.3f  in all\n", (double)x->logit);
}

/* ---- as JSON ---- */

static void write_explanation(const struct explanation *x)
{
    struct json_line line;
    explain_json_write_pair(json_line_begin(&line), x);
    json_line_end(&line);
}

static void write_entity(const struct explain_entity *x)
{
    struct json_line line;
    explain_json_write_entity(json_line_begin(&line), x);
    json_line_end(&line);
}

/* ---- in words ---- */

static void print_why(const struct explain_why *why, float threshold)
{
    struct buf line = {0};
    explain_words_why(&line, why, threshold);
    printf("%.*s\n", (int)line.len, line.data);
    buf_fini(&line);
}

static void print_graph(const struct explain_graph *g, float threshold)
{
    assert(g->count <= g->compared);
    printf("\n%.*s: ", S(g->graph));
    if (!g->compared) {
        printf("nobody there was compared with it\n");
        return;
    }
    printf("compared with %zu", g->compared);
    printf(g->count < g->compared ? ", the best %zu of them (--all)\n" : "\n", g->count);
    for (size_t i = 0; i < g->count; i++) {
        const struct explain_candidate *c = &g->candidates[i];
        printf("  %.4f  '%.*s' <%.*s>\n          ", (double)c->score, S(c->label), S(c->iri));
        print_why(&c->why, threshold);
    }
}

static void print_block(const struct explain_block *b)
{
    printf("  %-24s %.*s%s'%.*s'  %" PRIu64 " x %" PRIu64, b->kind, S(b->relation),
           b->relation.len ? " " : "", S(b->text), b->members[0], b->members[1]);
}

/* Whom an entity could meet at all. */
static void print_keys(const struct explain_entity *x)
{
    assert(x->blocks || !x->block_count);
    size_t met = 0;
    printf("\nits blocks, with members in its own catalog x in others: who shares none that lives "
           "is not compared with it\n");
    for (size_t i = 0; i < x->block_count; i++) {
        const struct explain_block *b = &x->blocks[i];
        print_block(b);
        if (!b->live)
            printf("  (dead: more than %" PRIu64 " of a catalog)\n", b->limit);
        else
            printf(b->members[1] ? "\n" : "  (nobody else)\n");
        met += b->live && b->members[1];
    }
    if (!x->block_count)
        printf("  none: it has neither a name nor values to go by\n");
    else if (!met)
        printf("  so nobody of another catalog can meet it\n");
}

static void print_entity(const struct explain_entity *x, bool all)
{
    bool alone = x->graph_count == 0;
    printf("%.*s <%.*s>\n  label '%.*s', type '%.*s'\n", S(x->graph), S(x->iri), S(x->label),
           S(x->type));
    assert(x->graphs || alone);
    if (alone)
        printf("\nthe store has no other catalog\n");
    for (size_t i = 0; i < x->graph_count; i++) {
        print_graph(&x->graphs[i], x->threshold);
        alone = alone || !x->graphs[i].compared;
    }
    if (all || alone)
        print_keys(x);
}

/* What somebody decided of the pair, as words behind what it is. */
static const char *decided_words(uint8_t decided)
{
    assert(decided <= (DECIDED_PINNED | DECIDED_BARRED | DECIDED_CONTRADICTED));
    if (decided & DECIDED_PINNED)
        return ", as a verdict says that the two are the same";
    if (decided & DECIDED_BARRED)
        return decided & DECIDED_CONTRADICTED
                   ? ", as a verdict says that the two are different (another one: the same)"
                   : ", as a verdict says that the two are different";
    return decided ? "; a verdict says that the two are the same, but others contradict it" : "";
}

static void print(const struct explanation *x, bool all)
{
    printf("score %.6f, threshold %.4f: %s%s%s\n", (double)x->score, (double)x->threshold,
           x->matched     ? "a match"
           : x->candidate ? "a candidate, no match"
                          : "no candidate",
           x->candidate || x->block_count ? "" : " (they share no block)",
           decided_words(x->decided));
    if (!x->matched)
        print_why(&x->why, x->threshold);
    print_side(&x->side[0], &x->side[1]);
    print_side(&x->side[1], &x->side[0]);
    print_features(&x->evidence, all);
    printf("\nblocks shared\n");
    for (size_t i = 0; i < x->block_count; i++) {
        const struct explain_block *b = &x->blocks[i];
        print_block(b);
        printf("%s\n", b->live ? "" : "  (dead)");
    }
    if (!x->block_count)
        printf("  none\n");
}

#define BEST 10 /* candidates of a graph that are told */

/* Of one IRI: in whichever graph it is. */
static int explain_one(struct offline *store, const char *iri, bool all, bool json,
                       struct arena *arena)
{
    struct explain_entity x;
    struct term term = term_of(iri);
    const struct state *s = engine_state(store->engine);
    int rc =
        explain_entity(store->engine, s, s->graph_count, &term, all ? SIZE_MAX : BEST, arena, &x);
    if (rc == ERR_NOT_FOUND)
        log_error("explain: no graph of the store has <%s>", iri);
    if (rc)
        return rc;
    if (json)
        write_entity(&x);
    else
        print_entity(&x, all);
    return ERR_OK;
}

static int explain_two(struct offline *store, char **iris, bool all, bool json, struct arena *arena)
{
    struct explanation x;
    struct term a = term_of(iris[0]), b = term_of(iris[1]);
    const struct state *s = engine_state(store->engine);
    int missing, rc = explain_pair(store->engine, s, s->graph_count, &a, s->graph_count, &b, arena,
                                   &x, &missing);
    if (rc == ERR_NOT_FOUND && missing == EXPLAIN_ONE_CATALOG)
        log_error("explain: <%s> and <%s> are of one catalog: a pair is of two", iris[0], iris[1]);
    else if (rc == ERR_NOT_FOUND)
        log_error("explain: no graph of the store has <%s>", iris[missing]);
    if (rc)
        return rc;
    if (json)
        write_explanation(&x);
    else
        print(&x, all);
    return ERR_OK;
}

int cmd_explain(int argc, char **argv)
{
    struct offline_options o = {.read_only = true};
    bool all = false, json = false;
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "all", .was = 'a', .type = ARG_FLAG, .to = &all,
            .help =
                "every feature of the score, those of each head of attention too; of one IRI, all "
                "candidates and its blocks"),
        JSON_ARG(&json),
    };
    const struct args args = {"alignd explain --store DIR [--all] IRI_A [IRI_B]",
                              "Prints the score of two entities of different graphs, why they are "
                              "no match, the attention weights of their neighbours and the blocks "
                              "they share. Of one: its best candidates of each other graph, and "
                              "why each is its match or not.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (count != 1 && count != 2) {
        log_error("explain: expected one or two IRIs, got %d", count);
        return err_exit_status(ERR_USAGE);
    }
    struct offline store;
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    struct arena *arena = arena_new();
    rc = count == 1 ? explain_one(&store, rest[0], all, json, arena)
                    : explain_two(&store, rest, all, json, arena);
    arena_free(arena);
    offline_close(&store);
    return offline_status(rc);
}
