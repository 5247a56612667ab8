/*
 * edges.h - the edges of an entity as they are within a turn: rows of adjacency, less what
 * the turn removed, and what it added.
 */
#ifndef ALIGND_ENGINE_EDGES_H
#define ALIGND_ENGINE_EDGES_H

#include "work.h"

void edges_add(struct arena *arena, struct work *w, const struct edge *edge);
void edges_remove(struct arena *arena, struct work *w, const struct edge *edge);
/* Was this edge removed in this turn? */
bool edges_is_removed(struct work *w, const struct edge *edge);
/* Are its rows too many to be read at once? */
bool edges_is_hub(const struct work_set *set, const struct work *w);
/* The first `limit` edges of a group. */
int edges_group(struct work_set *set, struct work *w, uint64_t relation, size_t limit,
                struct edge **ret_edges, size_t *ret_count);
/* The rows of the store from `from` on (NULL: the first), at most `limit`,
 * without those this turn removed or moved unless removed_too.  ret_next: where
 * to go on when there are more. */
int edges_stored(struct work_set *set, struct work *w, const struct edge *from, size_t limit,
                 bool removed_too, struct edge **ret_edges, size_t *ret_count,
                 struct edge *ret_next, bool *ret_more);
/* The rows of the store where it is the subject, in order: what leads to it from others is not
 * even read, however much that is.  Its node is loaded, and this turn has changed nothing yet. */
int edges_forward(struct work_set *set, struct work *w, struct edge **ret_edges, size_t *ret_count);
/* Is an edge with this key stored?  Not of this turn. */
int edges_exist(struct pool *pool, struct kv *kv, const struct work *const *works,
                const struct edge *edges, size_t count, bool *exist);
/* What was added and removed, each in order. */
void edges_sort(struct work *w);
#endif
