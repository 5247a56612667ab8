/*
 * meta.c - the rows of meta.
 */
#include "alignd/state/meta.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int meta_get(struct kv *kv, const char *name, struct slice *ret_value, struct kv_value *pin)
{
    bool found = false;
    int rc = kv_get(kv, KV_META, slice_of(name), pin, &found);
    *ret_value = found ? pin->bytes : (struct slice){NULL, 0};
    assert(ret_value->data || !ret_value->len);
    return rc;
}

int meta_copy(struct kv *kv, const char *name, struct arena *arena, struct slice *ret_copy)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, name, &row, &pin);
    if (rc)
        return rc;
    *ret_copy = row.data ? arena_copy(arena, row) : row;
    kv_value_release(&pin);
    return ERR_OK;
}

void meta_put(struct kv *kv, struct kv_batch *batch, const char *name, struct slice value)
{
    assert(*name);
    kv_batch_put(kv, batch, KV_META, slice_of(name), value);
}

void meta_delete(struct kv *kv, struct kv_batch *batch, const char *name)
{
    assert(*name);
    kv_batch_delete(kv, batch, KV_META, slice_of(name));
}

/* --- format, uuid, held --- */

/* What to do with a store of another format. */
static void refuse_format(uint32_t format)
{
    assert(format != META_FORMAT);
    const char *way =
        format > META_FORMAT ? "use the alignd that wrote it, or put a backup back (alignd restore)"
        : format >= META_FORMAT_TRIPLES
            ? "`alignd rebuild --store DIR` makes it anew from its own triples, as does `alignd "
              "run --on-mismatch=rebuild`; offsets and what is not published yet stay"
            : "read its topics again (alignd run --on-mismatch=replay), or export its triples by "
              "the alignd that wrote it and load them";
    log_error("the store has format %" PRIu32 ", this alignd (" ALIGND_VERSION ") has format %d: "
              "%s",
              format, META_FORMAT, way);
}

int meta_check_format(struct kv *kv, enum meta_extent extent)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, "format", &row, &pin);
    if (rc)
        return rc;
    if (!row.data)
        return ERR_NOT_FOUND;
    struct reader r = reader_of(row);
    uint32_t format = reader_take_u32(&r);
    kv_value_release(&pin);
    if (r.failed)
        return ERR_STORE;
    uint32_t least = extent == META_TRIPLES ? META_FORMAT_TRIPLES : META_FORMAT;
    if (format >= least && format <= META_FORMAT)
        return ERR_OK;
    refuse_format(format);
    return ERR_VERSION;
}

void meta_put_format(struct kv *kv, struct kv_batch *batch)
{
    struct buf row = {0};
    buf_append_u32(&row, META_FORMAT);
    meta_put(kv, batch, "format", buf_slice(&row));
    buf_fini(&row);
}

int meta_make_uuid(char out[META_UUID_BYTES])
{
    unsigned char b[16];
    if (getrandom(b, sizeof(b), 0) != sizeof(b))
        return ERR_IO;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    char *p = out;
    for (int i = 0; i < 16; i++)
        p += sprintf(p, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
    assert(p == out + META_UUID_BYTES - 1);
    return ERR_OK;
}

int meta_get_uuid(struct kv *kv, char out[META_UUID_BYTES])
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, "uuid", &row, &pin);
    if (rc)
        return rc;
    bool whole = row.len == META_UUID_BYTES - 1;
    if (whole) {
        memcpy(out, row.data, META_UUID_BYTES - 1);
        out[META_UUID_BYTES - 1] = 0;
    }
    kv_value_release(&pin);
    return whole ? ERR_OK : ERR_STORE;
}

int meta_get_held(struct kv *kv, bool *ret_held)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, "held", &row, &pin);
    if (rc)
        return rc;
    *ret_held = row.data != NULL;
    kv_value_release(&pin);
    return ERR_OK;
}

void meta_put_held(struct kv *kv, struct kv_batch *batch, bool held)
{
    if (held)
        meta_put(kv, batch, "held", slice_of("1"));
    else
        meta_delete(kv, batch, "held");
}

/* --- the state row --- */

static void encode_state(struct buf *out, const struct meta_state *s)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    buf_append_u64(out, s->epoch);
    buf_append_u64(out, s->head);
    buf_append_u64(out, s->pairs);
    buf_append_u64(out, s->matches);
    buf_append_varint(out, s->graph_count);
    for (size_t i = 0; i < s->graph_count; i++) {
        buf_append_u32(out, s->graphs[i].tag);
        buf_append_u64(out, s->graphs[i].triples);
        buf_append_u64(out, s->graphs[i].entities);
    }
    buf_append_varint(out, KV_FAMILIES);
    for (int f = 0; f < KV_FAMILIES; f++)
        buf_append_u64(out, s->digests[f]);
}

static int decode_state(struct slice row, struct meta_state *s)
{
    struct reader r = reader_of(row);
    *s = (struct meta_state){0};
    s->epoch = reader_take_u64(&r);
    s->head = reader_take_u64(&r);
    s->pairs = reader_take_u64(&r);
    s->matches = reader_take_u64(&r);
    s->graph_count = (size_t)reader_take_varint(&r);
    if (s->graph_count > STATE_MAX_GRAPHS)
        return ERR_STORE;
    for (size_t i = 0; i < s->graph_count; i++) {
        s->graphs[i].tag = reader_take_u32(&r);
        s->graphs[i].triples = reader_take_u64(&r);
        s->graphs[i].entities = reader_take_u64(&r);
    }
    uint64_t families = reader_take_varint(&r);
    for (uint64_t f = 0; f < families && f < KV_FAMILIES; f++)
        s->digests[f] = reader_take_u64(&r);
    return r.failed || families > KV_FAMILIES ? ERR_STORE : ERR_OK; /* of new ones none yet */
}

int meta_get_state(struct kv *kv, struct meta_state *ret_state)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, "state", &row, &pin);
    if (rc)
        return rc;
    rc = row.data ? decode_state(row, ret_state) : ERR_STORE;
    kv_value_release(&pin);
    return rc;
}

void meta_put_state(struct kv *kv, struct kv_batch *batch, const struct meta_state *s)
{
    struct buf row = {0};
    encode_state(&row, s);
    meta_put(kv, batch, "state", buf_slice(&row));
    buf_fini(&row);
}
