/*
 * offsets.c - the rows of offsets.
 */
#include "alignd/state/offsets.h"

#include "alignd/base/buf.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

enum { VALUE_BYTES = 8 };

int offsets_get(struct kv *kv, struct slice topic, int32_t partition, int64_t *ret_next)
{
    struct buf key = {0};
    struct kv_value value = {0};
    bool found = false;
    layout_put_offset_key(&key, topic, partition);
    int rc = kv_get(kv, KV_OFFSETS, buf_slice(&key), &value, &found);
    if (rc)
        goto done;
    *ret_next = found && value.bytes.len == VALUE_BYTES ? (int64_t)get_be64(value.bytes.data) : -1;
done:
    kv_value_release(&value);
    buf_fini(&key);
    return rc;
}

void offsets_put(struct kv *kv, struct kv_batch *batch, const struct state_offset *offsets,
                 size_t count)
{
    struct buf key = {0};
    for (size_t i = 0; i < count; i++) {
        char next[VALUE_BYTES];
        put_be64(next, (uint64_t)offsets[i].next);
        buf_clear(&key);
        layout_put_offset_key(&key, offsets[i].topic, offsets[i].partition);
        kv_batch_put(kv, batch, KV_OFFSETS, buf_slice(&key), (struct slice){next, VALUE_BYTES});
    }
    buf_fini(&key);
}

struct each {
    int (*visit)(void *arg, const struct state_offset *offset);
    void *arg;
};

static int visit_row(void *arg, struct slice key, struct slice value)
{
    const struct each *each = arg;
    struct state_offset o;
    if (value.len != VALUE_BYTES || layout_get_offset_key(key, &o.topic, &o.partition))
        return ERR_STORE;
    o.next = (int64_t)get_be64(value.data);
    return each->visit(each->arg, &o);
}

int offsets_each(struct kv *kv, int (*visit)(void *arg, const struct state_offset *offset),
                 void *arg)
{
    struct each each = {visit, arg};
    return walk_rows(kv, KV_OFFSETS, visit_row, &each);
}
