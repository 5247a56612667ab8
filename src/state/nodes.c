/*
 * nodes.c - entities by id, and how they are written.
 */
#include "alignd/state/nodes.h"

#include "alignd/base/err.h"

#include <string.h>

int nodes_read(struct kv *kv, struct id id, struct arena *arena, struct node *ret_node)
{
    char key[ID_BYTES];
    struct kv_value value = {0};
    bool found;
    id_put(key, id);
    int rc = kv_get(kv, KV_NODES, (struct slice){key, sizeof(key)}, &value, &found);
    if (rc)
        return rc;
    if (!found)
        return ERR_NOT_FOUND;
    struct slice row = arena_copy(arena, value.bytes);
    kv_value_release(&value);
    return node_decode(row, arena, ret_node);
}

void nodes_write_term(const struct node *node, struct arena *arena, struct slice *ret_text)
{
    *ret_text = node->term;
    if (node->kind != TERM_BLANK)
        return;
    char *text = arena_alloc(arena, node->term.len + 2);
    memcpy(text, "_:", 2);
    if (node->term.len)
        memcpy(text + 2, node->term.data, node->term.len);
    *ret_text = (struct slice){text, node->term.len + 2};
}
