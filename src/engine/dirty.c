/*
 * dirty.c - what one turn cannot finish, in rows of dirty (store/layout.h): 'R', the rows
 * that point to a hub are to be re-keyed; 'S', who samples a hub is to be found; 'P', the
 * pairs of an entity are to be scored again.
 *
 * Visits of hubs are held in memory too, for whoever looks for a row that points to a hub
 * must know under which orders it may stand.
 *
 * Invariants: (1) a row that points to hub h stands under h's current order or one of those
 * in its 'R' row.  (2) The state is the pure function of the triples once there is no row
 * here.
 */
#include "dirty.h"

#include "alignd/base/array.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- in memory --- */

static struct hub_visit *find(const struct dirty *d, enum visit_kind kind, struct id id)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->hubs[i].kind == kind && !d->hubs[i].done && id_equal(d->hubs[i].id, id))
            return &d->hubs[i];
    return NULL;
}

const struct hub_visit *dirty_rekey(const struct dirty *d, struct id hub)
{
    return d->count ? find(d, VISIT_REKEY, hub) : NULL;
}

bool dirty_spread(const struct dirty *d, struct id hub)
{
    return d->count && find(d, VISIT_SPREAD, hub);
}

uint64_t dirty_count(const struct dirty *d)
{
    return d->rescores + d->count;
}

static struct hub_visit *add(struct dirty *d, enum visit_kind kind, struct id id)
{
    assert(kind == VISIT_REKEY || kind == VISIT_SPREAD);
    ARRAY_PUSH(d->hubs, d->count, d->room, (struct hub_visit){.kind = kind, .id = id});
    return &d->hubs[d->count - 1];
}

static void add_order(struct hub_visit *v, uint32_t order)
{
    assert(v->kind == VISIT_REKEY); /* who samples a hub has no order */
    for (size_t i = 0; i < v->count; i++)
        if (v->orders[i] == order)
            return;
    uint32_t *orders = memory_realloc(v->orders, (v->count + 1) * sizeof(*orders));
    orders[v->count++] = order;
    v->orders = orders;
}

/* From the start again, wherever an earlier visit stands. */
static struct hub_visit *restart(struct dirty *d, enum visit_kind kind, struct id id)
{
    struct hub_visit *v = find(d, kind, id);
    if (!v)
        v = add(d, kind, id);
    assert(!v->done && id_equal(v->id, id));
    v->started = false;
    v->changed = true;
    return v;
}

void dirty_add_rekey(struct dirty *d, struct id hub, uint32_t old_order)
{
    struct hub_visit *v = restart(d, VISIT_REKEY, hub);
    add_order(v, old_order);
}

void dirty_add_spread(struct dirty *d, struct id hub)
{
    restart(d, VISIT_SPREAD, hub);
}

void dirty_copy(struct dirty *ret_copy, const struct dirty *d)
{
    struct dirty copy = {.rescores = d->rescores};
    for (size_t i = 0; i < d->count; i++) {
        const struct hub_visit *from = &d->hubs[i];
        struct hub_visit *v = add(&copy, from->kind, from->id);
        uint32_t *orders = memory_malloc((from->count + 1) * sizeof(*orders));
        *v = *from;
        v->orders = orders;
        if (from->count)
            memcpy(orders, from->orders, from->count * sizeof(*orders));
    }
    assert(dirty_count(&copy) == dirty_count(d));
    *ret_copy = copy;
}

void dirty_free(struct dirty *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->hubs[i].orders);
    free(d->hubs);
    *d = (struct dirty){0};
}

/* --- entities that wait to be scored --- */

static struct slice key_of(char bytes[LAYOUT_DIRTY_KEY_BYTES], char kind, struct id id)
{
    assert(kind == 'P' || kind == VISIT_REKEY || kind == VISIT_SPREAD);
    bytes[0] = kind;
    id_put(bytes + 1, id);
    return (struct slice){bytes, LAYOUT_DIRTY_KEY_BYTES};
}

int dirty_add_rescore(struct dirty *d, struct kv *kv, struct kv_batch *batch, struct id entity)
{
    char bytes[LAYOUT_DIRTY_KEY_BYTES];
    struct slice key = key_of(bytes, 'P', entity);
    struct kv_value value;
    bool found;
    int rc = kv_get(kv, KV_DIRTY, key, &value, &found);
    if (rc)
        return rc;
    kv_value_release(&value);
    if (found)
        return ERR_OK;
    kv_batch_put(kv, batch, KV_DIRTY, key, (struct slice){"", 0});
    d->rescores++;
    return ERR_OK;
}

struct taking {
    struct dirty *d;
    struct kv *kv;
    struct kv_batch *batch;
    int (*visit)(void *arg, struct id entity);
    void *arg;
};

static int take_rescore(void *arg, struct slice key, struct slice value)
{
    const struct taking *x = arg;
    (void)value;
    if (key.len != LAYOUT_DIRTY_KEY_BYTES)
        return ERR_STORE;
    int rc = x->visit(x->arg, id_get(key.data + 1));
    if (rc)
        return rc == ERR_RETRY ? ERR_OK : rc;
    kv_batch_delete(x->kv, x->batch, KV_DIRTY, key);
    assert(x->d->rescores > 0);
    x->d->rescores--;
    return ERR_OK;
}

int dirty_take_rescores(struct dirty *d, struct kv *kv, struct kv_batch *batch,
                        int (*visit)(void *arg, struct id entity), void *arg)
{
    if (!d->rescores)
        return ERR_OK;
    struct taking taking = {d, kv, batch, visit, arg};
    int rc = walk_prefix(kv, KV_DIRTY, slice_of("P"), take_rescore, &taking);
    return rc == ERR_STOPPED ? ERR_OK : rc;
}

/* --- rows of visits --- */

static void encode_visit(struct buf *row, const struct hub_visit *v)
{
    assert((v->kind == VISIT_REKEY) == (v->count > 0));
    char edge[EDGE_KEY_BYTES];
    buf_append_u8(row, v->started);
    if (v->started) {
        edge_key(edge, v->id, &v->next);
        buf_append(row, edge, sizeof(edge));
    }
    buf_append_varint(row, v->count);
    for (size_t k = 0; k < v->count; k++)
        buf_append_u32(row, v->orders[k]);
}

static void forget_done(struct dirty *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->hubs[i].done)
            free(d->hubs[i].orders);
        else
            d->hubs[kept++] = d->hubs[i];
    }
    assert(kept <= d->count);
    d->count = kept;
}

void dirty_write(struct dirty *d, struct kv *kv, struct kv_batch *batch)
{
    struct buf row = {0};
    for (size_t i = 0; i < d->count; i++) {
        struct hub_visit *v = &d->hubs[i];
        char bytes[LAYOUT_DIRTY_KEY_BYTES];
        struct slice key = key_of(bytes, (char)v->kind, v->id);
        assert(v->changed || !v->done);
        if (!v->changed)
            continue;
        v->changed = false;
        if (v->done) {
            kv_batch_delete(kv, batch, KV_DIRTY, key);
            continue;
        }
        buf_clear(&row);
        encode_visit(&row, v);
        kv_batch_put(kv, batch, KV_DIRTY, key, buf_slice(&row));
    }
    buf_fini(&row);
    assert(d->count <= d->room);
    forget_done(d);
}

static int load_visit(struct dirty *d, enum visit_kind kind, struct id id, struct slice row)
{
    assert(kind == VISIT_REKEY || kind == VISIT_SPREAD);
    struct reader r = reader_of(row);
    struct hub_visit *v = add(d, kind, id);
    v->started = reader_take_u8(&r) != 0;
    const char *key = v->started ? reader_take(&r, EDGE_KEY_BYTES) : NULL;
    struct id entity;
    if (key && edge_decode((struct slice){key, EDGE_KEY_BYTES}, (struct slice){NULL, 0}, &entity,
                           &v->next))
        return ERR_STORE;
    uint64_t n = reader_take_varint(&r);
    if ((kind == VISIT_REKEY) != (n > 0))
        return ERR_STORE;
    for (; n && !r.failed; n--)
        add_order(v, reader_take_u32(&r));
    return r.failed ? ERR_STORE : ERR_OK;
}

static int load_row(void *arg, struct slice key, struct slice value)
{
    struct dirty *d = arg;
    if (key.len != LAYOUT_DIRTY_KEY_BYTES)
        return ERR_STORE;
    switch (key.data[0]) {
    case 'P':
        d->rescores++;
        return ERR_OK;
    case VISIT_REKEY:
    case VISIT_SPREAD:
        return load_visit(d, (enum visit_kind)key.data[0], id_get(key.data + 1), value);
    default:
        return ERR_STORE;
    }
}

int dirty_load(struct dirty *d, struct kv *kv)
{
    assert(d->count == 0 && d->rescores == 0);
    return walk_rows(kv, KV_DIRTY, load_row, d);
}
