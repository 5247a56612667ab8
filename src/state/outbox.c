/*
 * outbox.c - records on their way to Kafka as rows: written with the turn that made them,
 * read in order of their numbers and deleted when the broker has them.
 *
 *  (1) A key is the number in big endian, so rows lie in the order of the topic.
 */
#include "alignd/state/outbox.h"

#include "alignd/base/array.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/layout.h"

#include <assert.h>

enum { HAS_KEY = 1, TOMBSTONE = 2 };

void outbox_encode(struct buf *out, const struct outbox_record *r)
{
    assert(r->destination == OUTBOX_EVENTS || r->destination == OUTBOX_DEAD_LETTERS);
    assert(r->header_count == 0 || r->headers);
    buf_append_u8(out, (uint8_t)r->destination);
    buf_append_u8(out, (uint8_t)((r->has_key ? HAS_KEY : 0) | (r->tombstone ? TOMBSTONE : 0)));
    buf_append_u64(out, (uint64_t)r->timestamp_ms);
    buf_append_bytes(out, r->key);
    buf_append_bytes(out, r->value);
    buf_append_varint(out, r->header_count);
    for (size_t i = 0; i < r->header_count; i++) {
        buf_append_bytes(out, r->headers[i].name);
        buf_append_bytes(out, r->headers[i].value);
    }
}

void outbox_put(struct kv *kv, struct kv_batch *batch, const struct outbox_record *record)
{
    assert(record->seq > 0); /* they count from 1 */
    char key[LAYOUT_OUTBOX_KEY_BYTES];
    struct buf row = {0};
    put_be64(key, record->seq);
    outbox_encode(&row, record);
    kv_batch_put(kv, batch, KV_OUTBOX, (struct slice){key, sizeof(key)}, buf_slice(&row));
    buf_fini(&row);
}

/* Slices point into row. */
static int decode(struct slice row, struct arena *arena, struct outbox_record *r)
{
    struct reader in = reader_of(row);
    r->destination = (enum outbox_destination)reader_take_u8(&in);
    uint8_t flags = reader_take_u8(&in);
    r->has_key = flags & HAS_KEY;
    r->tombstone = flags & TOMBSTONE;
    r->timestamp_ms = (int64_t)reader_take_u64(&in);
    r->key = reader_take_bytes(&in);
    r->value = reader_take_bytes(&in);
    uint64_t n = reader_take_varint(&in);
    if (in.failed || n > (uint64_t)(in.end - in.at) / 2 || r->destination > OUTBOX_DEAD_LETTERS)
        return ERR_STORE;
    struct outbox_header *headers = arena_alloc(arena, ((size_t)n + 1) * sizeof(*headers));
    for (size_t i = 0; i < n; i++) {
        headers[i].name = reader_take_bytes(&in);
        headers[i].value = reader_take_bytes(&in);
    }
    r->headers = headers;
    r->header_count = (size_t)n;
    return in.failed || in.at != in.end ? ERR_STORE : ERR_OK;
}

static int take(struct kv_iter *it, struct arena *arena, struct outbox_record *r)
{
    struct slice key = kv_iter_key(it), row = arena_copy(arena, kv_iter_value(it));
    if (key.len != LAYOUT_OUTBOX_KEY_BYTES || decode(row, arena, r)) {
        log_error("store: a row of the outbox cannot be read");
        return ERR_STORE;
    }
    r->seq = get_be64(key.data);
    return ERR_OK;
}

int outbox_read(struct kv *kv, uint64_t after, size_t max_records, size_t max_bytes,
                struct arena *arena, struct outbox_record **ret_records, size_t *ret_count)
{
    assert(max_records > 0);
    char from[LAYOUT_OUTBOX_KEY_BYTES];
    struct kv_iter *it = kv_iter_new(kv, KV_OUTBOX);
    struct outbox_record *records = NULL;
    size_t count = 0, room = 0, bytes = 0;
    int rc = ERR_OK;
    put_be64(from, after + 1);
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    while (kv_iter_valid(it) && count < max_records && (count == 0 || bytes < max_bytes)) {
        struct outbox_record record;
        bytes += kv_iter_value(it).len;
        if ((rc = take(it, arena, &record)))
            goto done;
        assert(record.seq > (count ? records[count - 1].seq : after)); /* (1) */
        ARRAY_PUSH_IN(arena, records, count, room, record);
        kv_iter_next(it);
    }
    if (!kv_iter_valid(it) && (rc = kv_iter_status(it)))
        goto done;
    assert(count <= max_records && !count == !records);
    *ret_records = records;
    *ret_count = count;
done:
    kv_iter_free(it);
    return rc;
}

int outbox_drop(struct kv *kv, uint64_t upto)
{
    char from[LAYOUT_OUTBOX_KEY_BYTES] = {0}, to[LAYOUT_OUTBOX_KEY_BYTES];
    if (upto == 0)
        return ERR_OK;
    put_be64(to, upto + 1);
    return kv_delete_range(kv, KV_OUTBOX, (struct slice){from, sizeof(from)},
                           (struct slice){to, sizeof(to)});
}
