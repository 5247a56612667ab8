/*
 * search.h - entities by name, through the blocks of their labels: who shares a word with what was
 * typed, whole words alone, most alike first; and by what they say.  Beside turns, by any thread.
 */
#ifndef ALIGND_ENGINE_SEARCH_H
#define ALIGND_ENGINE_SEARCH_H

#include "alignd/base/arena.h"
#include "alignd/model/model.h"
#include "alignd/state/state.h"

#include <stdbool.h>
#include <stddef.h>

/* What an entity is known to say: a value, or the name of a neighbour. */
struct search_said {
    uint64_t relation; /* code, without its direction: facts_relations of facts.h */
    struct slice text;
};

#define SEARCH_READS 400

struct search_query {
    struct slice text; /* as typed: UTF-8; empty: who says anything of what is said below */
    const struct search_said *said; /* who says it is found before others that are as alike */
    size_t said_count;
    const struct slice *types; /* shared names; those of no type are the empty one; of thousands
                                  the first are looked among */
    size_t type_count;
    size_t graph; /* of the state, or graph_count for every catalog */
    size_t limit; /* >= 1 */
    size_t rows;  /* members that are read of a word that too many have, >= 1 */
    size_t reads; /* entities whose names are compared, those that share most; 0: SEARCH_READS */
};

struct search_hit {
    struct id id;
    size_t graph; /* of the state */
    struct slice iri, label, type;
    struct slice name; /* the further name that was found; empty: the label was */
    float score;       /* cosine of the text's vector and the name's (model/text_vector.h); without
                          a text 0 */
    double weight;     /* of what it shares with the query: the rarer the more */
};

/* s: a view, or the engine's state while no turn runs.  Hits are memory of the arena, best first.
 * ERR_STORE. */
int search_names(const struct model *model, const struct state *s, const struct search_query *q,
                 struct arena *arena, struct search_hit **ret_hits, size_t *ret_count);
#endif
