#include "alignd/engine/identity.h"

#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/store/layout.h"

/* What tells of the way, not of the state, has no digest. */
static bool is_state(int family)
{
    return family != KV_META && family != KV_OFFSETS && family != KV_PUBLISHED &&
           family != KV_DIRTY && family != KV_OUTBOX;
}

static int read_state(struct kv *kv, struct identity *id)
{
    struct kv_value pin = {0};
    struct meta_state s = {0};
    struct slice row;
    int rc = meta_get(kv, "state", &row, &pin);
    if (!rc)
        rc = row.data ? meta_decode_state(row, &s) : ERR_STORE;
    kv_value_release(&pin);
    if (rc)
        return rc;
    id->epoch = s.epoch;
    id->head = s.head;
    id->matches = s.matches;
    for (size_t i = 0; i < s.graph_count; i++)
        id->triples += s.graphs[i].triples;
    memcpy(id->digests, s.digests, sizeof(id->digests));
    return ERR_OK;
}

static int count_rows(struct kv *kv, enum kv_family family, uint64_t *ret_count)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    uint64_t count = 0;
    if (!it)
        return ERR_NO_MEMORY;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it))
        count++;
    int rc = kv_iter_status(it);
    kv_iter_free(it);
    *ret_count = count;
    return rc;
}

int identity_read(struct kv *kv, struct identity *ret_identity)
{
    struct identity id = {0};
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_check_format(kv);
    if (!rc)
        rc = meta_get(kv, "uuid", &row, &pin);
    if (!rc && row.len == 36)
        memcpy(id.uuid, row.data, 36);
    else if (!rc)
        rc = ERR_STORE;
    kv_value_release(&pin);
    if (!rc)
        rc = meta_get(kv, "held", &row, &pin);
    if (!rc)
        id.held = row.data != NULL;
    kv_value_release(&pin);
    if (!rc)
        rc = read_state(kv, &id);
    if (!rc)
        rc = count_rows(kv, KV_DIRTY, &id.dirty);
    if (rc == ERR_STORE)
        log_error("store: what it says of itself cannot be read");
    if (!rc)
        *ret_identity = id;
    return rc;
}

uint64_t identity_digest(const struct identity *identity)
{
    uint64_t all = 0;
    for (int f = 0; f < KV_FAMILIES; f++)
        if (is_state(f))
            all = hash_mix(all, identity->digests[f]);
    return all;
}

static int hash_family(struct kv *kv, enum kv_family family, uint64_t *ret_digest)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    uint64_t digest = 0;
    if (!it)
        return ERR_NO_MEMORY;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it))
        digest += work_row_hash(family, kv_iter_key(it), kv_iter_value(it));
    int rc = kv_iter_status(it);
    kv_iter_free(it);
    *ret_digest = digest;
    return rc;
}

int identity_check(struct kv *kv, const struct identity *identity)
{
    int rc = ERR_OK;
    for (int f = 0; !rc && f < KV_FAMILIES; f++) {
        uint64_t digest;
        if (!is_state(f))
            continue;
        rc = hash_family(kv, (enum kv_family)f, &digest);
        if (!rc && digest != identity->digests[f]) {
            log_error("store: the rows of %s are not those that were written",
                      kv_family_name((enum kv_family)f));
            rc = ERR_DIFFERS;
        }
    }
    return rc;
}

int identity_read_settings(struct kv *kv, struct arena *arena, struct slice *ret_lines)
{
    int rc = meta_copy(kv, "fingerprint", arena, ret_lines);
    if (!rc && !ret_lines->data)
        *ret_lines = (struct slice){"", 0};
    return rc;
}

int identity_each_offset(struct kv *kv,
                         int (*visit)(void *arg, const struct engine_offset *offset), void *arg)
{
    struct kv_iter *it = kv_iter_new(kv, KV_OFFSETS);
    int rc = it ? ERR_OK : ERR_NO_MEMORY;
    if (it)
        kv_iter_seek(it, slice_of(""));
    for (; !rc && kv_iter_valid(it); kv_iter_next(it)) {
        struct slice key = kv_iter_key(it), value = kv_iter_value(it);
        struct engine_offset o;
        rc = value.len == 8 ? layout_get_offset_key(key, &o.topic, &o.partition) : ERR_STORE;
        if (rc)
            break;
        o.next = (int64_t)get_be64(value.data);
        rc = visit(arg, &o);
    }
    if (!rc)
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

/* Everything but the identity into the batch, as gone. */
static void clear_all(struct kv *kv, struct kv_batch *batch)
{
    static const char *const settings[] = {"fingerprint", "mapping", "model", "graphs", "rescore"};
    for (int f = 0; f < KV_FAMILIES; f++)
        if (f != KV_META)
            meta_clear_family(kv, batch, (enum kv_family)f);
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        kv_batch_delete(kv, batch, KV_META, slice_of(settings[i]));
    kv_batch_put(kv, batch, KV_META, slice_of("held"), slice_of("1"));
}

int identity_wipe(struct kv *kv)
{
    struct identity id;
    struct buf row = {0};
    struct kv_batch *batch = kv_batch_new();
    int rc = batch ? identity_read(kv, &id) : ERR_NO_MEMORY;
    if (!rc) {
        struct meta_state s = {.epoch = id.epoch + 1};
        clear_all(kv, batch);
        meta_encode_state(&row, &s);
        kv_batch_put(kv, batch, KV_META, slice_of("state"), buf_slice(&row));
        rc = buf_failed(&row) ? ERR_NO_MEMORY : kv_write(kv, batch, true);
    }
    buf_fini(&row);
    kv_batch_free(batch);
    return rc;
}
