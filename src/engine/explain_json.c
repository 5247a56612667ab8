/*
 * explain_json.c - explanations as JSON.  All of it is told: who reads JSON leaves out himself.
 */
#include "alignd/engine/explain_json.h"

#include <assert.h>

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
            json_writer_add_unsigned(w, "twin", (uint64_t)n->twin);
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

static void write_features(struct json_writer *w, const struct explain_evidence *x)
{
    assert(x->features || !x->count);
    json_writer_add_float(w, "prior", x->prior);
    json_writer_key(w, "evidence");
    json_writer_begin_array(w);
    for (size_t i = 0; i < x->count; i++) {
        json_writer_begin_object(w);
        json_writer_add_text(w, "name", x->features[i].name);
        json_writer_add_float(w, "adds", x->features[i].adds);
        json_writer_add_float(w, "value", x->features[i].value);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_writer_add_float(w, "logit", x->logit);
}

static void write_blocks(struct json_writer *w, const struct explain_block *blocks, size_t count)
{
    assert(blocks || !count);
    json_writer_key(w, "blocks");
    json_writer_begin_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct explain_block *b = &blocks[i];
        json_writer_begin_object(w);
        json_writer_add_text(w, "kind", b->kind);
        json_writer_add_string(w, "relation", b->relation);
        json_writer_add_string(w, "text", b->text);
        json_writer_add_bool(w, "live", b->live);
        json_writer_add_unsigned(w, "limit", b->limit);
        json_writer_key(w, "members");
        json_writer_begin_array(w);
        json_writer_unsigned(w, b->members[0]);
        json_writer_unsigned(w, b->members[1]);
        json_writer_end_array(w);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

static void write_why(struct json_writer *w, const struct explain_why *why)
{
    json_writer_add_text(w, "reason", explain_reason_name(why->reason));
    if (!why->rival_iri.len)
        return;
    json_writer_key(w, "rival");
    json_writer_begin_object(w);
    json_writer_add_string(w, "iri", why->rival_iri);
    json_writer_add_string(w, "label", why->rival_label);
    json_writer_add_float(w, "score", why->rival_score);
    json_writer_end_object(w);
}

void explain_json_write_pair(struct json_writer *w, const struct explanation *x)
{
    json_writer_add_float(w, "score", x->score);
    json_writer_add_float(w, "threshold", x->threshold);
    json_writer_add_bool(w, "candidate", x->candidate);
    json_writer_add_bool(w, "match", x->matched);
    write_why(w, &x->why);
    json_writer_add_bool(w, "pinned", (x->decided & DECIDED_PINNED) != 0);
    json_writer_add_bool(w, "barred", (x->decided & DECIDED_BARRED) != 0);
    json_writer_add_bool(w, "contradicted", (x->decided & DECIDED_CONTRADICTED) != 0);
    json_writer_key(w, "sides");
    json_writer_begin_array(w);
    write_side(w, &x->side[0], &x->side[1]);
    write_side(w, &x->side[1], &x->side[0]);
    json_writer_end_array(w);
    write_features(w, &x->evidence);
    write_blocks(w, x->blocks, x->block_count);
}

static void write_graph(struct json_writer *w, const struct explain_graph *g)
{
    assert(g->count <= g->compared);
    json_writer_begin_object(w);
    json_writer_add_string(w, "graph", g->graph);
    json_writer_add_unsigned(w, "compared", g->compared);
    json_writer_key(w, "candidates");
    json_writer_begin_array(w);
    for (size_t i = 0; i < g->count; i++) {
        const struct explain_candidate *c = &g->candidates[i];
        json_writer_begin_object(w);
        json_writer_add_string(w, "iri", c->iri);
        json_writer_add_string(w, "label", c->label);
        json_writer_add_float(w, "score", c->score);
        write_why(w, &c->why);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_writer_end_object(w);
}

void explain_json_write_entity(struct json_writer *w, const struct explain_entity *x)
{
    json_writer_add_string(w, "graph", x->graph);
    json_writer_add_string(w, "iri", x->iri);
    json_writer_add_string(w, "label", x->label);
    json_writer_add_string(w, "type", x->type);
    json_writer_add_float(w, "threshold", x->threshold);
    json_writer_key(w, "graphs");
    json_writer_begin_array(w);
    for (size_t i = 0; i < x->graph_count; i++)
        write_graph(w, &x->graphs[i]);
    json_writer_end_array(w);
    write_blocks(w, x->blocks, x->block_count);
}
