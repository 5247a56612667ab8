/*
 * sample.h - the capped neighbourhood of an entity: its K entity neighbours
 * and V values drawn with weights inverse to how many share their relation.
 * Source: Efraimidis & Spirakis, "Weighted random sampling with a reservoir",
 * 2006 (the largest ln(u)/w); Cohen & Kaplan, "Bottom-k sketches" (u by hash,
 * so the samples of two graphs are coordinated).  Its row: samples of
 * store/layout.h.
 */
#ifndef ALIGND_GRAPH_SAMPLE_H
#define ALIGND_GRAPH_SAMPLE_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/id.h"

#include <stddef.h>
#include <stdint.h>

/* Texts of values are cut here, at a character's border. */
#define SAMPLE_VALUE_BYTES 256

struct sample_neighbour {
    uint64_t relation;
    struct id id;
};

struct sample_value {
    uint64_t relation;
    struct slice datatype, text;
};

/* At most so many of an entity. */
enum { SAMPLE_IDENTIFIERS = 8 };

struct sample_identifier {
    uint64_t relation; /* a key's */
    struct slice text; /* in its normal form: base/identifier.h */
};

/* A neighbour that somebody pinned, and to whom. */
struct sample_pin {
    size_t neighbour; /* its place */
    uint64_t pin;     /* align/decided.h */
};

struct sample {
    struct sample_neighbour *neighbours; /* best first */
    size_t neighbour_count;
    struct sample_value *values; /* best first */
    size_t value_count;
    struct slice *names; /* further ones, as they stand: sample_names.h */
    size_t name_count;
    struct sample_identifier *identifiers;
    size_t identifier_count;
    struct sample_pin *pins; /* of its neighbours, by place and pin, ascending; with the keys */
    size_t pin_count;
    uint64_t *keys; /* block keys: align/block_keys.h */
    size_t key_count;
    uint64_t signature[2]; /* of the label: text_signature */
};

void sample_encode(struct buf *out, const struct sample *s);
/* Slices point into row, arrays into the arena.  ERR_STORE. */
int sample_decode(struct slice row, struct arena *arena, struct sample *ret_sample);

/* Same neighbours and values in the same order? */
bool sample_same_neighbourhood(const struct sample *a, const struct sample *b);
/* Same further names and identifiers in the same order? */
bool sample_same_names(const struct sample *a, const struct sample *b);
bool sample_holds(const struct sample *s, struct id neighbour);

/*
 * Is a group of so many edges drawn from?  Names, keys and types are not, nor inverse
 * relations of more than inverse_limit: a dozen of the thousands of films of a
 * genre or a company say nothing about it, and each newcomer among them would
 * concern all the others.
 */
bool sample_draws_from(uint64_t relation, uint64_t edges, uint64_t inverse_limit);

/* Draws the best of several groups: offer each group's edges in their order
 * (the first `limit` of each do), then take. */
struct sampler {
    size_t limit;
    size_t count;
    struct sampler_slot {
        double priority; /* ln(u) * n */
        struct edge edge;
    } * slots; /* best first; room for limit + 1 */
};

void sampler_init(struct sampler *s, struct arena *arena, size_t limit);
/* group_edges: n of the whole group. Returns false when no later edge of this
 * group can enter any more. */
bool sampler_offer(struct sampler *s, const struct edge *e, uint64_t group_edges);
/* What was drawn of entities becomes the neighbours of a sample, in arena. */
void sampler_take_neighbours(const struct sampler *s, struct arena *arena, struct sample *sample);
/* What was drawn of literals becomes the values of a sample, in arena; texts stay those of the
 * edges.  ERR_STORE (one is no literal). */
int sampler_take_values(const struct sampler *s, struct arena *arena, struct sample *sample);
#endif
