/*
 * dirty.c - what one turn cannot finish, in rows of dirty (store/layout.h): 'R',
 * the rows that point to a hub are to be re-keyed; 'S', who samples a hub is to
 * be found; 'P', the pairs of an entity are to be scored again.
 *
 * Visits of hubs are held in memory too, for whoever looks for a row that
 * points to a hub must know under which orders it may stand.
 *
 * Invariants: (1) a row that points to hub h stands under h's current order or
 * one of those in its 'R' row.  (2) The state is the pure function of the
 * triples once there is no row here.
 */
#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <stdlib.h>

enum { INPUT_VISITS = 64 }; /* rows of hubs that any turn may visit */

static struct hub_visit *find(const struct engine *e, char kind, struct id id)
{
    for (size_t i = 0; i < e->hub_count; i++)
        if (e->hubs[i].kind == kind && !e->hubs[i].done && id_equal(e->hubs[i].id, id))
            return &e->hubs[i];
    return NULL;
}

const struct hub_visit *dirty_rekey(const struct engine *e, struct id id)
{
    return e->hub_count ? find(e, 'R', id) : NULL;
}

bool dirty_spread(const struct engine *e, struct id id)
{
    return e->hub_count && find(e, 'S', id);
}

static struct hub_visit *add(struct engine *e, char kind, struct id id)
{
    if (e->hub_count == e->hub_room) {
        size_t room = e->hub_room ? e->hub_room * 2 : 16;
        struct hub_visit *hubs = realloc(e->hubs, room * sizeof(*hubs));
        if (!hubs)
            return NULL;
        e->hubs = hubs;
        e->hub_room = room;
    }
    struct hub_visit *v = &e->hubs[e->hub_count++];
    *v = (struct hub_visit){.kind = kind, .id = id};
    return v;
}

static int add_order(struct hub_visit *v, uint32_t order)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->orders[i] == order)
            return ERR_OK;
    uint32_t *orders = realloc(v->orders, (v->count + 1) * sizeof(*orders));
    if (!orders)
        return ERR_NO_MEMORY;
    orders[v->count++] = order;
    v->orders = orders;
    return ERR_OK;
}

/* From the start again, wherever an earlier visit stands. */
static struct hub_visit *restart(struct engine *e, char kind, struct id id)
{
    struct hub_visit *v = find(e, kind, id);
    if (!v)
        v = add(e, kind, id);
    if (v) {
        v->started = false;
        v->changed = true;
    }
    return v;
}

int dirty_add_rekey(struct engine *e, struct work *hub, uint32_t old_order)
{
    struct hub_visit *v = restart(e, 'R', hub->id);
    return v ? add_order(v, old_order) : ERR_NO_MEMORY;
}

int dirty_add_spread(struct engine *e, struct work *hub)
{
    return restart(e, 'S', hub->id) ? ERR_OK : ERR_NO_MEMORY;
}

static void row_key(char out[LAYOUT_DIRTY_KEY_BYTES], char kind, struct id id)
{
    out[0] = kind;
    id_put(out + 1, id);
}

int dirty_add_rescore(struct engine *e, struct work *w)
{
    char key[LAYOUT_DIRTY_KEY_BYTES];
    struct kv_value value;
    bool found;
    row_key(key, 'P', w->id);
    struct slice k = {key, sizeof(key)};
    int rc = kv_get(e->state.kv, KV_DIRTY, k, &value, &found);
    if (rc)
        return rc;
    kv_value_release(&value);
    w->flags &= ~(uint32_t)WORK_PROFILE;
    w->flags |= WORK_PUT_OFF;
    if (found)
        return ERR_OK;
    kv_batch_put(e->state.kv, e->batch, KV_DIRTY, k, (struct slice){"", 0});
    e->rescores++;
    return ERR_OK;
}

int dirty_run_rescores(struct engine *e, size_t budget)
{
    if (!e->rescores)
        return ERR_OK;
    struct kv_iter *it = kv_iter_new(e->state.kv, KV_DIRTY);
    if (!it)
        return ERR_NO_MEMORY;
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("P")); kv_iter_valid(it) && budget && !rc; kv_iter_next(it)) {
        struct slice key = kv_iter_key(it);
        if (key.len != LAYOUT_DIRTY_KEY_BYTES || key.data[0] != 'P')
            break;
        struct work *w = work_get(&e->works, id_get(key.data + 1));
        if (!w) {
            rc = ERR_NO_MEMORY;
            break;
        }
        if (w->flags & WORK_PUT_OFF)
            continue;
        work_flag(w, WORK_PROFILE, NO_CAUSE);
        profiles_drop(e->profiles, w->id);
        kv_batch_delete(e->state.kv, e->batch, KV_DIRTY, key);
        e->rescores--;
        budget--;
    }
    if (!rc && !kv_iter_valid(it))
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

/* --- visits --- */

/* The next rows of a hub that lead to entities, and those entities. */
static int next_chunk(struct engine *e, struct hub_visit *v, size_t limit, struct edge **ret_edges,
                      struct work_list *ret_met)
{
    struct work *hub = work_get(&e->works, v->id);
    struct edge *edges, next = {0};
    size_t count = 0, kept = 0;
    bool more = false;
    int rc = hub ? work_load_nodes(&e->works, &hub, 1) : ERR_NO_MEMORY;
    static const struct edge first = {0};
    if (!rc)
        rc = edges_stored(&e->works, hub, v->started ? &v->next : &first, limit, v->kind == 'S', &edges,
                          &count, &next, &more);
    for (size_t i = 0; i < count && !rc; i++) {
        if (edge_is_value(&edges[i]))
            continue;
        struct work *k = work_get(&e->works, edges[i].neighbour);
        edges[kept++] = edges[i];
        rc = k ? work_list_add(e->arena, ret_met, k) : ERR_NO_MEMORY;
    }
    if (!rc)
        rc = work_load_nodes(&e->works, ret_met->works, ret_met->count);
    v->started = true;
    v->next = next;
    v->done = !more;
    v->changed = true;
    *ret_edges = edges;
    return rc;
}

/* Moves the rows that stand under a former order to the current one. */
static int rekey_chunk(struct engine *e, struct hub_visit *v, size_t limit, size_t *ret_used)
{
    struct hub_visit visit = *v; /* the list may grow */
    struct work_list met = {0};
    struct edge *edges;
    int rc = next_chunk(e, v, limit, &edges, &met);
    struct work *hub = work_find(&e->works, visit.id);
    size_t n = met.count * visit.count;
    struct edge *rows = arena_alloc(e->arena, (n + 1) * sizeof(*rows));
    const struct work **at = arena_alloc(e->arena, (n + 1) * sizeof(*at));
    bool *exist = arena_alloc(e->arena, n + 1);
    if (!rc && (!rows || !at || !exist))
        rc = ERR_NO_MEMORY;
    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        const struct edge *edge = &edges[i / visit.count];
        rows[i] = (struct edge){.relation = edge->relation ^ RELATION_INVERSE,
                                .order = visit.orders[i % visit.count],
                                .neighbour = hub->id,
                                .predicate = edge->predicate};
        at[i] = met.works[i / visit.count];
    }
    rc = edges_exist(e->state.kv, at, rows, n, exist);
    for (size_t i = 0; i < met.count && !rc; i++) {
        uint32_t from = hub->node.order;
        for (size_t k = 0; k < visit.count; k++)
            if (exist[i * visit.count + k])
                from = visit.orders[k];
        rc = turn_label_move_row(e, hub, &edges[i], met.works[i], from);
    }
    *ret_used = met.count;
    return rc;
}

/* Flags those neighbours of a hub that sampled it. */
static int spread_chunk(struct engine *e, struct hub_visit *v, size_t limit, size_t *ret_used)
{
    struct id hub = v->id;
    struct work_list met = {0};
    struct edge *edges;
    int rc = next_chunk(e, v, limit, &edges, &met);
    if (!rc)
        rc = work_load_samples(&e->works, met.works, met.count);
    for (size_t i = 0; i < met.count && !rc; i++)
        if (met.works[i]->sample && sample_holds(met.works[i]->sample, hub))
            work_flag(met.works[i], WORK_PROFILE, NO_CAUSE);
    *ret_used = met.count;
    return rc;
}

/* Rows of hubs that a turn may visit: with input as many as it has changes, so
 * that the input does not wait for a hub that was renamed; without, a chunk. */
static size_t visit_budget(const struct engine *e)
{
    size_t changes = 0, chunk = e->options.hub_chunk;
    if (!e->turn->input_count)
        return chunk;
    for (size_t i = 0; i < e->turn->input_count; i++)
        changes += e->turn->inputs[i].count;
    changes = changes < INPUT_VISITS ? INPUT_VISITS : changes;
    return changes < chunk ? changes : chunk;
}

static int run(struct engine *e, char kind,
               int (*chunk)(struct engine *, struct hub_visit *, size_t, size_t *))
{
    size_t left = visit_budget(e);
    int rc = ERR_OK;
    for (size_t i = 0; i < e->hub_count && left && !rc; i++) {
        size_t used = 0;
        if (e->hubs[i].kind != kind || e->hubs[i].done)
            continue;
        rc = chunk(e, &e->hubs[i], left, &used);
        left -= used < left ? used : left;
    }
    return rc;
}

int dirty_run_rekeys(struct engine *e)
{
    return run(e, 'R', rekey_chunk);
}

int dirty_run_spreads(struct engine *e)
{
    return run(e, 'S', spread_chunk);
}

/* --- rows --- */

int dirty_write(struct engine *e)
{
    struct buf row = {0};
    for (size_t i = 0; i < e->hub_count; i++) {
        struct hub_visit *v = &e->hubs[i];
        if (!v->changed)
            continue;
        char key[LAYOUT_DIRTY_KEY_BYTES], edge[EDGE_KEY_BYTES];
        row_key(key, v->kind, v->id);
        v->changed = false;
        if (v->done) {
            kv_batch_delete(e->state.kv, e->batch, KV_DIRTY, (struct slice){key, sizeof(key)});
            continue;
        }
        buf_clear(&row);
        buf_append_u8(&row, v->started);
        if (v->started) {
            edge_key(edge, v->id, &v->next);
            buf_append(&row, edge, sizeof(edge));
        }
        buf_append_varint(&row, v->count);
        for (size_t k = 0; k < v->count; k++)
            buf_append_u32(&row, v->orders[k]);
        kv_batch_put(e->state.kv, e->batch, KV_DIRTY, (struct slice){key, sizeof(key)},
                     buf_slice(&row));
    }
    bool failed = buf_failed(&row);
    buf_fini(&row);

    /* what is done is forgotten */
    size_t kept = 0;
    for (size_t i = 0; i < e->hub_count; i++) {
        if (e->hubs[i].done)
            free(e->hubs[i].orders);
        else
            e->hubs[kept++] = e->hubs[i];
    }
    e->hub_count = kept;
    return failed ? ERR_NO_MEMORY : ERR_OK;
}

void dirty_free(struct engine *e)
{
    for (size_t i = 0; i < e->hub_count; i++)
        free(e->hubs[i].orders);
    free(e->hubs);
    e->hubs = NULL;
    e->hub_count = e->hub_room = 0;
}

static int load_visit(struct engine *e, char kind, struct id id, struct slice row)
{
    struct reader r = reader_of(row);
    struct hub_visit *v = add(e, kind, id);
    if (!v)
        return ERR_NO_MEMORY;
    v->started = reader_take_u8(&r) != 0;
    const char *key = v->started ? reader_take(&r, EDGE_KEY_BYTES) : NULL;
    struct id entity;
    if (key && edge_decode((struct slice){key, EDGE_KEY_BYTES}, (struct slice){NULL, 0}, &entity,
                           &v->next))
        return ERR_STORE;
    for (uint64_t n = reader_take_varint(&r); n && !r.failed; n--)
        if (add_order(v, reader_take_u32(&r)))
            return ERR_NO_MEMORY;
    return r.failed ? ERR_STORE : ERR_OK;
}

static int load_row(void *arg, struct slice key, struct slice value)
{
    struct engine *e = arg;
    if (key.len != LAYOUT_DIRTY_KEY_BYTES)
        return ERR_STORE;
    if (key.data[0] != 'P')
        return load_visit(e, key.data[0], id_get(key.data + 1), value);
    e->rescores++;
    return ERR_OK;
}

int dirty_load(struct engine *e)
{
    dirty_free(e);
    e->rescores = 0;
    return walk_rows(e->state.kv, KV_DIRTY, load_row, e);
}
