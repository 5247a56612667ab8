/* kv_fault.c - stands between the callers of kv.h and kv.c, by the linker. */
#include "kv_fault.h"

#include "alignd/base/err.h"
#include "alignd/store/kv.h"

#include <stdatomic.h>

static struct {
    _Atomic long left[3]; /* until it fails; below 0: not armed */
    _Atomic bool met;
} fault = {.left = {-1, -1, -1}};

void kv_fault_arm(enum kv_fault which, size_t after)
{
    fault.met = false;
    fault.left[which] = (long)after;
}

bool kv_fault_disarm(void)
{
    fault.left[KV_FAULT_READ] = fault.left[KV_FAULT_WRITE] = fault.left[KV_FAULT_FULL] = -1;
    return fault.met;
}

static bool fails(enum kv_fault which)
{
    if (fault.left[which] < 0 || fault.left[which]-- > 0)
        return false;
    fault.met = true;
    return true;
}

static bool is_full(void)
{
    if (fault.left[KV_FAULT_FULL] < 0)
        return false;
    if (fault.left[KV_FAULT_FULL] > 0) {
        fault.left[KV_FAULT_FULL]--;
        return false;
    }
    fault.met = true;
    return true;
}

int __real_kv_get(struct kv *kv, enum kv_family family, struct slice key, struct kv_value *value,
                  bool *found);
int __wrap_kv_get(struct kv *kv, enum kv_family family, struct slice key, struct kv_value *value,
                  bool *found);
int __wrap_kv_get(struct kv *kv, enum kv_family family, struct slice key, struct kv_value *value,
                  bool *found)
{
    return fails(KV_FAULT_READ) ? ERR_STORE : __real_kv_get(kv, family, key, value, found);
}

int __real_kv_get_many(struct kv *kv, enum kv_family family, const struct slice *keys, size_t count,
                       struct kv_value *values);
int __wrap_kv_get_many(struct kv *kv, enum kv_family family, const struct slice *keys, size_t count,
                       struct kv_value *values);
int __wrap_kv_get_many(struct kv *kv, enum kv_family family, const struct slice *keys, size_t count,
                       struct kv_value *values)
{
    if (!fails(KV_FAULT_READ))
        return __real_kv_get_many(kv, family, keys, count, values);
    for (size_t i = 0; i < count; i++)
        values[i] = (struct kv_value){0};
    return ERR_STORE;
}

int __real_kv_iter_status(const struct kv_iter *it);
int __wrap_kv_iter_status(const struct kv_iter *it);
int __wrap_kv_iter_status(const struct kv_iter *it)
{
    return fails(KV_FAULT_READ) ? ERR_STORE : __real_kv_iter_status(it);
}

int __real_kv_write(struct kv *kv, struct kv_batch *batch, bool sync);
int __wrap_kv_write(struct kv *kv, struct kv_batch *batch, bool sync);
int __wrap_kv_write(struct kv *kv, struct kv_batch *batch, bool sync)
{
    return fails(KV_FAULT_WRITE) || is_full() ? ERR_STORE : __real_kv_write(kv, batch, sync);
}
