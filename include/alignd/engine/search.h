/*
 * search.h - entities by name, through the blocks of their labels: who shares a word with what was
 * typed, whole words alone, most alike first.  Beside turns, by any thread.
 */
#ifndef ALIGND_ENGINE_SEARCH_H
#define ALIGND_ENGINE_SEARCH_H

#include "alignd/base/arena.h"
#include "alignd/model/model.h"
#include "alignd/state/state.h"

#include <stdbool.h>
#include <stddef.h>

struct search_query {
    struct slice text;         /* as typed: UTF-8 */
    const struct slice *types; /* shared names; those of no type are the empty one */
    size_t type_count;
    size_t graph; /* of the state, or graph_count for every catalog */
    size_t limit; /* >= 1 */
    size_t rows;  /* members that are read of a word that too many have, >= 1 */
};

struct search_hit {
    struct id id;
    size_t graph; /* of the state */
    struct slice iri, label, type;
    struct slice name; /* the further name that was found; empty: the label was */
    float score;       /* cosine of the text's vector and the name's (model/text_vector.h) */
};

/* s: a view, or the engine's state while no turn runs.  Hits are memory of the arena, best first.
 * ERR_STORE. */
int search_names(const struct model *model, const struct state *s, const struct search_query *q,
                 struct arena *arena, struct search_hit **ret_hits, size_t *ret_count);
#endif
