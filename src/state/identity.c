/*
 * identity.c - what a store says of itself, from its rows alone.
 */
#include "alignd/state/identity.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/state/meta.h"
#include "alignd/state/state.h"
#include "alignd/state/walk.h"

#include <assert.h>
#include <string.h>

/* What tells of the way, not of the state, has no digest. */
static bool is_state(int family)
{
    return family != KV_META && family != KV_OFFSETS && family != KV_PUBLISHED &&
           family != KV_DIRTY && family != KV_OUTBOX;
}

static int read_state(struct kv *kv, struct identity *id)
{
    struct meta_state s;
    int rc = meta_get_state(kv, &s);
    if (rc)
        return rc;
    assert(s.graph_count <= STATE_MAX_GRAPHS);
    id->epoch = s.epoch;
    id->head = s.head;
    id->matches = s.matches;
    for (size_t i = 0; i < s.graph_count; i++)
        id->triples += s.graphs[i].triples;
    memcpy(id->digests, s.digests, sizeof(id->digests));
    return ERR_OK;
}

static int count_row(void *arg, struct slice key, struct slice value)
{
    (void)key, (void)value;
    ++*(uint64_t *)arg;
    return ERR_OK;
}

int identity_read(struct kv *kv, struct identity *ret_identity)
{
    struct identity id = {0};
    int rc;
    if ((rc = meta_check_format(kv, META_ALL)) || (rc = meta_get_uuid(kv, id.uuid)) ||
        (rc = meta_get_held(kv, &id.held)) || (rc = read_state(kv, &id)) ||
        (rc = walk_rows(kv, KV_DIRTY, count_row, &id.dirty))) {
        if (rc == ERR_STORE)
            log_error("store: what it says of itself cannot be read");
        return rc;
    }
    *ret_identity = id;
    return ERR_OK;
}

uint64_t identity_digest(const struct identity *identity)
{
    uint64_t all = 0;
    for (int f = 0; f < KV_FAMILIES; f++)
        if (is_state(f))
            all = hash_mix(all, identity->digests[f]);
    return all;
}

struct family_hash {
    enum kv_family family;
    uint64_t digest;
};

static int hash_row(void *arg, struct slice key, struct slice value)
{
    struct family_hash *h = arg;
    h->digest += state_row_hash(h->family, key, value);
    return ERR_OK;
}

int identity_check(struct kv *kv, const struct identity *identity)
{
    for (int f = 0; f < KV_FAMILIES; f++) {
        struct family_hash h = {.family = (enum kv_family)f};
        if (!is_state(f))
            continue;
        int rc = walk_rows(kv, h.family, hash_row, &h);
        if (rc)
            return rc;
        if (h.digest != identity->digests[f]) {
            log_error("store: the rows of %s are not those that were written",
                      kv_family_name(h.family));
            return ERR_DIFFERS;
        }
    }
    return ERR_OK;
}

int identity_read_settings(struct kv *kv, struct arena *arena, struct slice *ret_lines)
{
    int rc = meta_copy(kv, "fingerprint", arena, ret_lines);
    if (rc)
        return rc;
    if (!ret_lines->data)
        *ret_lines = (struct slice){"", 0};
    return ERR_OK;
}

/* Everything but the identity into the batch, as gone. */
static void clear_all(struct kv *kv, struct kv_batch *batch)
{
    assert(kv_batch_rows(batch) == 0);
    static const char *const settings[] = {"fingerprint", "mapping", "model", "graphs", "rescore"};
    for (int f = 0; f < KV_FAMILIES; f++)
        if (f != KV_META)
            state_clear_family(kv, batch, (enum kv_family)f);
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        meta_delete(kv, batch, settings[i]);
    meta_put_held(kv, batch, true);
}

int identity_wipe(struct kv *kv)
{
    struct identity id;
    int rc = identity_read(kv, &id);
    if (rc)
        return rc;
    struct meta_state s = {.epoch = id.epoch + 1};
    assert(s.epoch > id.epoch);
    struct kv_batch *batch = kv_batch_new();
    clear_all(kv, batch);
    meta_put_state(kv, batch, &s);
    rc = kv_write(kv, batch, true);
    kv_batch_free(batch);
    return rc;
}
