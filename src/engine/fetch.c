/*
 * fetch.c - rows of the store, in ranges that RocksDB takes in one call.
 */
#include "fetch.h"

#include "alignd/base/err.h"

#include <assert.h>
#include <stdatomic.h>

#define RANGE 64

struct fetching {
    struct kv *kv;
    enum kv_family family;
    const struct slice *keys;
    struct kv_value *values;
    atomic_int rc; /* of one that failed */
};

static void fetch_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct fetching *f = arg;
    (void)worker;
    assert(begin < end);
    int rc = kv_get_many(f->kv, f->family, f->keys + begin, end - begin, f->values + begin);
    if (rc)
        atomic_store(&f->rc, rc);
}

int fetch_rows(struct pool *pool, struct kv *kv, enum kv_family family, const struct slice *keys,
               size_t count, struct kv_value *values)
{
    assert((keys && values) || !count);
    struct fetching fetching = {kv, family, keys, values, ERR_OK};
    pool_run(pool, fetch_range, &fetching, count, RANGE);
    return atomic_load(&fetching.rc);
}
