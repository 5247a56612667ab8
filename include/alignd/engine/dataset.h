/*
 * dataset.h - a store as training and evaluation read it: its entities with
 * the neighbours and values that serving samples, and their candidate pairs.
 */
#ifndef ALIGND_ENGINE_DATASET_H
#define ALIGND_ENGINE_DATASET_H

#include "alignd/base/arena.h"
#include "alignd/engine/engine.h"
#include "alignd/model/catalog.h"

/*
 * The type of an entity known by its IRI (or _:label), in whichever graph has
 * it; memory of the arena, empty when untyped.  ERR_NOT_FOUND.
 */
int dataset_find_type(struct engine *e, struct slice iri, struct arena *arena,
                      struct slice *ret_type);

struct dataset;

/*
 * Reads all of a store: what serving samples of every entity, and its
 * candidates.  No turn may run meanwhile; the engine may close after.
 */
int dataset_open(struct engine *e, struct dataset **ret_dataset);
void dataset_close(struct dataset *d);

/* Lent for the life of the dataset. */
const struct catalog *dataset_catalog(const struct dataset *d);

/* The entity of an IRI (or _:label), in whichever graph has it; -1 without. */
int64_t dataset_find(const struct dataset *d, struct slice iri);
#endif
