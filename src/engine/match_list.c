#include "alignd/engine/match_list.h"

#include "engine_internal.h"

#include "alignd/base/err.h"

static int load_node(struct engine *e, struct id id, struct arena *arena, struct node *ret_node)
{
    char key[ID_BYTES];
    struct kv_value value;
    bool found;
    id_put(key, id);
    int rc = kv_get(e->kv, KV_NODES, (struct slice){key, sizeof(key)}, &value, &found);
    if (rc)
        return rc;
    if (!found)
        return ERR_STORE;
    struct slice row = arena_copy(arena, value.bytes);
    kv_value_release(&value);
    return row.data ? node_decode(row, arena, ret_node) : ERR_NO_MEMORY;
}

static int written(struct arena *arena, const struct node *n, struct slice *ret_text)
{
    struct buf text = {0};
    *ret_text = n->term;
    if (n->kind != TERM_BLANK)
        return ERR_OK;
    buf_append_text(&text, "_:");
    buf_append_slice(&text, n->term);
    *ret_text = buf_failed(&text) ? (struct slice){NULL, 0} : arena_copy(arena, buf_slice(&text));
    buf_fini(&text);
    return ret_text->data ? ERR_OK : ERR_NO_MEMORY;
}

int match_list_partners(struct kv *kv, struct id id, struct arena *arena,
                        struct pair_list *ret_partners)
{
    char key[ID_BYTES];
    struct kv_value value = {0};
    struct pair_list pairs;
    bool found;
    id_put(key, id);
    int rc = kv_get(kv, KV_PAIRS, (struct slice){key, sizeof(key)}, &value, &found);
    if (!rc)
        rc = pair_list_decode(value.bytes, arena, &pairs);
    kv_value_release(&value);
    if (!rc)
        rc = kv_get(kv, KV_MATCHES, (struct slice){key, sizeof(key)}, &value, &found);
    if (!rc)
        rc = pair_list_decode_partners(value.bytes, &pairs, arena, ret_partners);
    kv_value_release(&value);
    return rc;
}

static int visit_entity(struct engine *e, struct arena *arena, struct id id,
                        int (*visit)(void *, const struct match *), void *arg)
{
    struct pair_list partners = {0};
    struct node a, b;
    int rc = match_list_partners(e->kv, id, arena, &partners);
    for (size_t i = 0; i < partners.count && !rc; i++) {
        struct id other = partners.entries[i].other;
        if (!work_first(e, id, other))
            continue;
        size_t count = e->options.graph_count;
        if (work_graph(e, id) == count || work_graph(e, other) == count)
            return ERR_STORE;
        rc = load_node(e, id, arena, &a);
        if (!rc)
            rc = load_node(e, other, arena, &b);
        if (rc)
            break;
        struct match m = {.subject_graph = work_graph(e, id),
                          .object_graph = work_graph(e, other),
                          .subject_label = a.label,
                          .object_label = b.label,
                          .type = a.type,
                          .confidence = partners.entries[i].score};
        rc = written(arena, &a, &m.subject);
        if (!rc)
            rc = written(arena, &b, &m.object);
        if (!rc)
            rc = visit(arg, &m);
    }
    return rc;
}

int match_list_each(struct engine *e, int (*visit)(void *arg, const struct match *m), void *arg)
{
    struct arena *arena = arena_new();
    struct kv_iter *it = kv_iter_new(e->kv, KV_MATCHES);
    int rc = arena && it ? ERR_OK : ERR_NO_MEMORY;
    if (it)
        kv_iter_seek(it, slice_of(""));
    for (; !rc && kv_iter_valid(it); kv_iter_next(it)) {
        struct slice key = kv_iter_key(it);
        rc = key.len == ID_BYTES ? visit_entity(e, arena, id_get(key.data), visit, arg) : ERR_STORE;
        arena_reset(arena);
    }
    if (!rc)
        rc = kv_iter_status(it);
    kv_iter_free(it);
    arena_free(arena);
    return rc;
}
