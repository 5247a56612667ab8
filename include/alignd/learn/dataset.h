/*
 * dataset.h - a store as training and evaluation read it: its entities with
 * the neighbours and values that serving samples, and their candidate pairs.
 */
#ifndef ALIGND_LEARN_DATASET_H
#define ALIGND_LEARN_DATASET_H

#include "alignd/base/arena.h"
#include "alignd/learn/catalog.h"
#include "alignd/state/state.h"

/*
 * The type of an entity known by its IRI (or _:label), in whichever graph has
 * it; memory of the arena, empty when untyped.  ERR_NOT_FOUND.
 */
int dataset_find_type(const struct state *s, struct slice iri, struct arena *arena,
                      struct slice *ret_type);

struct dataset;

/*
 * Reads all of a store: what serving samples of every entity, and its
 * candidates.  No turn may run meanwhile; the engine may close after.
 */
int dataset_open(const struct state *s, struct dataset **ret_dataset);
void dataset_close(struct dataset *d);

/* How neighbours and values are drawn: as serving does, or otherwise, to see what it is worth. */
enum dataset_sampling {
    SAMPLING_COORDINATED, /* rare relations first; what both graphs know, in both or in neither */
    SAMPLING_INVERSE,     /* rare relations first; each entity draws for itself */
    SAMPLING_UNIFORM,     /* all neighbours alike; each entity draws for itself */
};

/*
 * Draws all samples anew from the store's triples, so many neighbours and
 * values each, by relations with at most inverse_limit neighbours; the candidates
 * stay those of the store.  With what the store was built with it changes nothing.
 * ERR_STORE.
 */
int dataset_resample(struct dataset *d, const struct state *s, enum dataset_sampling how,
                     size_t neighbours, size_t values, uint64_t inverse_limit);

/* Lent for the life of the dataset. */
const struct catalog *dataset_catalog(const struct dataset *d);

/* The entity of an IRI (or _:label), in whichever graph has it; -1 without. */
int64_t dataset_find(const struct dataset *d, struct slice iri);
#endif
