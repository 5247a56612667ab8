/*
 * cmd_explain.c - `alignd explain`: why a pair scores what it scores.
 */
#include "alignd/engine/explain.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
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

#define TOLD_ADDS 0.05f /* what adds less is not told one by one */

static void print_features(const struct explanation *x, bool all)
{
    assert(x->features || !x->feature_count);
    float rest = 0;
    size_t left_out = 0;
    printf("\nevidence: what each piece adds to the logit, or takes away\n");
    printf("  %+8.3f  before any is looked at\n", (double)x->prior);
    for (size_t i = 0; i < x->feature_count; i++) {
        const struct explain_feature *f = &x->features[i];
        if (!all && fabsf(f->adds) < TOLD_ADDS) {
            rest += f->adds;
            left_out++;
        } else if (isnan(f->value)) {
            printf("  %+8.3f  %s\n", (double)f->adds, f->name);
        } else {
            printf("  %+8.3f  %s: %.3g\n", (double)f->adds, f->name, (double)f->value);
        }
    }
    assert(left_out <= x->feature_count);
    if (left_out)
        printf("  %+8.3f  together, %zu more (--all)\n", (double)rest, left_out);
    printf("  %+8.3f  in all\n", (double)x->logit);
}

/* ---- as JSON ---- */

static void write_neighbours(struct json_writer *w, const struct explain_side *side,
                             const struct explain_side *other)
{
    assert(side->neighbours || !side->neighbour_count);
    json_writer_key(w, "neighbours");
    json_writer_begin_array(w);
    for (size_t i = 0; i < side->neighbour_count; i++) {
        const struct explain_neighbour *n = &side->neighbours[i];
        json_writer_begin_object(w);
        json_writer_add_string(w, "relation", n->relation);
        json_writer_add_bool(w, "inverse", n->inverse);
        json_writer_add_bool(w, "literal", n->value);
        json_writer_add_string(w, "name", n->name);
        json_writer_add_float(w, "weight", n->weight);
        json_writer_add_float(w, "cross", n->alpha);
        json_writer_add_float(w, "self", n->beta);
        if (n->twin >= 0 && (size_t)n->twin < other->neighbour_count) {
            json_writer_add_string(w, "nearest", other->neighbours[n->twin].name);
            json_writer_add_float(w, "similarity", n->twin_similarity);
        }
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

static void write_side(struct json_writer *w, const struct explain_side *side,
                       const struct explain_side *other)
{
    json_writer_begin_object(w);
    json_writer_add_string(w, "graph", side->graph);
    json_writer_add_string(w, "iri", side->iri);
    json_writer_add_string(w, "label", side->label);
    if (side->name.len)
        json_writer_add_string(w, "name", side->name);
    json_writer_add_string(w, "type", side->type);
    write_neighbours(w, side, other);
    json_writer_end_object(w);
}

/* All of it: who reads JSON leaves out himself. */
static void write_features(struct json_writer *w, const struct explanation *x)
{
    assert(x->features || !x->feature_count);
    json_writer_add_float(w, "prior", x->prior);
    json_writer_key(w, "evidence");
    json_writer_begin_array(w);
    for (size_t i = 0; i < x->feature_count; i++) {
        json_writer_begin_object(w);
        json_writer_add_text(w, "name", x->features[i].name);
        json_writer_add_float(w, "adds", x->features[i].adds);
        json_writer_add_float(w, "value", x->features[i].value);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_writer_add_float(w, "logit", x->logit);
}

static void write_blocks(struct json_writer *w, const struct explanation *x)
{
    assert(x->blocks || !x->block_count);
    json_writer_key(w, "blocks");
    json_writer_begin_array(w);
    for (size_t i = 0; i < x->block_count; i++) {
        const struct explain_block *b = &x->blocks[i];
        json_writer_begin_object(w);
        json_writer_add_text(w, "kind", b->kind);
        json_writer_add_string(w, "relation", b->relation);
        json_writer_add_string(w, "text", b->text);
        json_writer_add_bool(w, "live", b->live);
        json_writer_key(w, "members");
        json_writer_begin_array(w);
        json_writer_unsigned(w, b->members[0]);
        json_writer_unsigned(w, b->members[1]);
        json_writer_end_array(w);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

static void write_explanation(const struct explanation *x)
{
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_float(w, "score", x->score);
    json_writer_add_float(w, "threshold", x->threshold);
    json_writer_add_bool(w, "candidate", x->candidate);
    json_writer_add_bool(w, "match", x->matched);
    json_writer_add_bool(w, "pinned", (x->decided & DECIDED_PINNED) != 0);
    json_writer_add_bool(w, "barred", (x->decided & DECIDED_BARRED) != 0);
    json_writer_add_bool(w, "contradicted", (x->decided & DECIDED_CONTRADICTED) != 0);
    json_writer_key(w, "sides");
    json_writer_begin_array(w);
    write_side(w, &x->side[0], &x->side[1]);
    write_side(w, &x->side[1], &x->side[0]);
    json_writer_end_array(w);
    write_features(w, x);
    write_blocks(w, x);
    json_line_end(&line);
}

/* ---- in words ---- */

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
    print_side(&x->side[0], &x->side[1]);
    print_side(&x->side[1], &x->side[0]);
    print_features(x, all);
    printf("\nblocks shared\n");
    for (size_t i = 0; i < x->block_count; i++) {
        const struct explain_block *b = &x->blocks[i];
        printf("  %-24s %.*s%s'%.*s'  %" PRIu64 " x %" PRIu64 "%s\n", b->kind, S(b->relation),
               b->relation.len ? " " : "", S(b->text), b->members[0], b->members[1],
               b->live ? "" : "  (dead)");
    }
    if (!x->block_count)
        printf("  none\n");
}

/* The graph that holds an entity: the first that does, beginning with `from`. */
static int explain(struct offline *store, const struct term *a, const struct term *b,
                   struct arena *arena, struct explanation *x, int *missing)
{
    assert(store->engine && store->options.graph_count <= ENGINE_MAX_GRAPHS);
    int rc = ERR_NOT_FOUND, which = 0;
    *missing = 0;
    for (size_t i = 0; i < store->options.graph_count; i++)
        for (size_t k = 0; k < store->options.graph_count; k++) {
            if (i == k)
                continue;
            rc = explain_pair(store->engine, i, a, k, b, arena, x, &which);
            if (rc != ERR_NOT_FOUND)
                return rc;
            assert(which == 0 || which == 1);
            if (which == 1)
                *missing = 1; /* a was found */
        }
    return rc;
}

int cmd_explain(int argc, char **argv)
{
    struct offline_options o = {.read_only = true};
    bool all = false, json = false;
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "all", .was = 'a', .type = ARG_FLAG, .to = &all,
            .help = "every feature of the score, those of each head of attention too"),
        JSON_ARG(&json),
    };
    const struct args args = {"alignd explain --store DIR [--all] IRI_A IRI_B",
                              "Prints the score of two entities of different graphs, the attention "
                              "weights of their neighbours and the blocks they share.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, missing, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (count != 2) {
        log_error("explain: expected two IRIs, got %d", count);
        return err_exit_status(ERR_USAGE);
    }
    struct offline store;
    struct explanation x;
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    assert(store.engine);
    struct arena *arena = arena_new();
    struct term a = term_of(rest[0]), b = term_of(rest[1]);
    if ((rc = explain(&store, &a, &b, arena, &x, &missing)) == ERR_NOT_FOUND)
        log_error("explain: no graph of the store has <%s>", rest[missing]);
    if (rc)
        goto done;
    if (json)
        write_explanation(&x);
    else
        print(&x, all);
done:
    arena_free(arena);
    offline_close(&store);
    return offline_status(rc);
}
