/*
 * dataset.h - a store as training and evaluation read it: its entities with
 * the neighbours and values that serving samples, and their candidate pairs.
 */
#ifndef ALIGND_ENGINE_DATASET_H
#define ALIGND_ENGINE_DATASET_H

#include "alignd/base/arena.h"
#include "alignd/engine/engine.h"

/*
 * The type of an entity known by its IRI (or _:label), in whichever graph has
 * it; memory of the arena, empty when untyped.  ERR_NOT_FOUND.
 */
int dataset_find_type(struct engine *e, struct slice iri, struct arena *arena,
                      struct slice *ret_type);
#endif
