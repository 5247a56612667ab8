/*
 * nodes.h - entities by id, as their rows of nodes tell them, and how one is written
 * (graph/term.h).
 */
#ifndef ALIGND_STATE_NODES_H
#define ALIGND_STATE_NODES_H

#include "alignd/base/arena.h"
#include "alignd/graph/id.h"
#include "alignd/graph/node.h"
#include "alignd/graph/term.h"
#include "alignd/store/kv.h"

/* Memory of the arena.  ERR_NOT_FOUND: there is no such entity.  ERR_STORE. */
int nodes_read(struct kv *kv, struct id id, struct arena *arena, struct node *ret_node);

/* How an entity is written: lent from the node, or memory of the arena. */
void nodes_write_term(const struct node *node, struct arena *arena, struct slice *ret_text);
#endif
