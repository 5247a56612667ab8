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
    struct slice row = found ? arena_copy(arena, value.bytes) : (struct slice){NULL, 0};
    kv_value_release(&value);
    return row.data ? node_decode(row, arena, ret_node) : ERR_STORE;
}

static struct slice written(struct arena *arena, const struct node *n)
{
    struct buf text = {0};
    if (n->kind != TERM_BLANK)
        return n->term;
    buf_append_text(&text, "_:");
    buf_append_slice(&text, n->term);
    struct slice s = arena_copy(arena, buf_slice(&text));
    buf_fini(&text);
    return s;
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
                          .subject = written(arena, &a),
                          .object = written(arena, &b),
                          .subject_label = a.label,
                          .object_label = b.label,
                          .type = a.type,
                          .confidence = partners.entries[i].score};
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
