/*
 * match_list.h - the current matches of a store, read back.
 */
#ifndef ALIGND_STATE_MATCH_LIST_H
#define ALIGND_STATE_MATCH_LIST_H

#include "alignd/align/pair_list.h"
#include "alignd/state/state.h"

struct match {
    size_t subject_graph, object_graph; /* indices into the graphs of the state */
    struct id subject_entity, object_entity;
    struct slice subject, object;             /* IRIs, or _:labels */
    struct slice subject_label, object_label; /* empty for none */
    struct slice type;                        /* of the subject; empty: untyped */
    float confidence;
    bool pinned; /* somebody decided so (align/decided.h) */
};

/* Calls visit with every match, by subject in the order of the ids; lent until
 * it returns.  What visit returns other than 0 ends the walk. */
int match_list_each(const struct state *s, int (*visit)(void *arg, const struct match *m),
                    void *arg);

/* The partners of one entity, none for one that is not there.  Read in two
 * steps: beside a running engine, a partner may come with PAIR_UNSCORED. */
int match_list_partners(struct kv *kv, struct id id, struct arena *arena,
                        struct pair_list *ret_partners);
#endif
