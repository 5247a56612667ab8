/*
 * match_list.h - the current matches of a store, read back.
 */
#ifndef ALIGND_ENGINE_MATCH_LIST_H
#define ALIGND_ENGINE_MATCH_LIST_H

#include "alignd/engine/engine.h"

struct match {
    size_t subject_graph, object_graph; /* indices into options.graphs */
    struct slice subject, object;       /* IRIs, or _:labels */
    struct slice subject_label, object_label; /* empty for none */
    struct slice type;                  /* of the subject; empty: untyped */
    float confidence;
};

/* Calls visit with every match, by subject in the order of the ids; lent until
 * it returns.  What visit returns other than 0 ends the walk. */
int match_list_each(struct engine *e, int (*visit)(void *arg, const struct match *m), void *arg);
#endif
