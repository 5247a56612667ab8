/*
 * published.c - the rows of published.
 */
#include "alignd/state/published.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <string.h>

/* The key of a pair, in the bytes given. */
static struct slice key_of(char bytes[LAYOUT_PUBLISHED_KEY_BYTES], struct id subject,
                           struct id object)
{
    id_put(bytes, subject);
    id_put(bytes + ID_BYTES, object);
    return (struct slice){bytes, LAYOUT_PUBLISHED_KEY_BYTES};
}

#define WAITING_BYTES (sizeof(float) + 16)

static int decode(struct slice row, struct published *ret)
{
    *ret = (struct published){.confidence = -1};
    if (row.len != sizeof(ret->confidence) && row.len != WAITING_BYTES)
        return ERR_STORE;
    memcpy(&ret->confidence, row.data, sizeof(ret->confidence));
    ret->waits = row.len == WAITING_BYTES;
    if (ret->waits != (ret->confidence < 0))
        return ERR_STORE;
    if (ret->waits) {
        ret->first_ms = (int64_t)get_le64(row.data + sizeof(float));
        ret->last_ms = (int64_t)get_le64(row.data + sizeof(float) + 8);
    }
    return ret->first_ms < 0 || ret->last_ms < ret->first_ms ? ERR_STORE : ERR_OK;
}

int published_get(struct kv *kv, struct id subject, struct id object, struct published *ret)
{
    char key[LAYOUT_PUBLISHED_KEY_BYTES];
    struct kv_value value = {0};
    bool found;
    int rc = kv_get(kv, KV_PUBLISHED, key_of(key, subject, object), &value, &found);
    if (rc)
        return rc;
    *ret = (struct published){.confidence = -1};
    if (found)
        rc = decode(value.bytes, ret);
    kv_value_release(&value);
    return rc;
}

void published_put(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object,
                   float confidence)
{
    assert(confidence >= 0); /* below it: none was published */
    char key[LAYOUT_PUBLISHED_KEY_BYTES], row[sizeof(confidence)];
    memcpy(row, &confidence, sizeof(row));
    kv_batch_put(kv, batch, KV_PUBLISHED, key_of(key, subject, object),
                 (struct slice){row, sizeof(row)});
}

void published_put_waiting(struct kv *kv, struct kv_batch *batch, struct id subject,
                           struct id object, int64_t first_ms, int64_t last_ms)
{
    assert(first_ms >= 0 && last_ms >= first_ms);
    const float none = -1;
    char key[LAYOUT_PUBLISHED_KEY_BYTES], row[WAITING_BYTES];
    memcpy(row, &none, sizeof(none));
    put_le64(row + sizeof(none), (uint64_t)first_ms);
    put_le64(row + sizeof(none) + 8, (uint64_t)last_ms);
    kv_batch_put(kv, batch, KV_PUBLISHED, key_of(key, subject, object),
                 (struct slice){row, sizeof(row)});
}

void published_delete(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object)
{
    char key[LAYOUT_PUBLISHED_KEY_BYTES];
    kv_batch_delete(kv, batch, KV_PUBLISHED, key_of(key, subject, object));
}

struct each {
    int (*visit)(void *arg, struct id subject, struct id object, const struct published *row);
    void *arg;
};

static int visit_row(void *arg, struct slice key, struct slice value)
{
    const struct each *each = arg;
    struct published row;
    if (key.len != LAYOUT_PUBLISHED_KEY_BYTES)
        return ERR_STORE;
    int rc = decode(value, &row);
    if (rc)
        return rc;
    return each->visit(each->arg, id_get(key.data), id_get(key.data + ID_BYTES), &row);
}

int published_each(struct kv *kv,
                   int (*visit)(void *arg, struct id subject, struct id object,
                                const struct published *row),
                   void *arg)
{
    struct each each = {visit, arg};
    return walk_rows(kv, KV_PUBLISHED, visit_row, &each);
}
