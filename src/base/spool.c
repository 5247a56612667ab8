/*
 * spool.c - of each writer a bucket has a list of pieces of the one file, and a buffer of what is
 * not in it yet.  Writers share nothing but the end of the file.  Records of their own lengths have
 * it before them, four bytes in the machine's order.
 */
#include "alignd/base/spool.h"

#include "alignd/base/array.h"
#include "alignd/base/buf.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/base/sort.h"
#include "alignd/base/temporary.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFERS_BYTES ((size_t)16 << 20) /* of all buckets, before they are written */
#define BUFFER_MOST ((size_t)256 << 10)  /* of one */

/* A piece of a bucket in the file. */
struct piece {
    uint64_t at;
    size_t bytes;
};

/* What one writer added to a bucket. */
struct bucket {
    struct buf buffer;
    struct piece *pieces;
    size_t piece_count, piece_room;
    uint64_t bytes;
    size_t count;
};

struct spool {
    int fd;
    _Atomic int rc; /* the first failure */
    size_t record_bytes, buffer_bytes;
    _Atomic uint64_t end; /* of the file */
    size_t bucket_count;
    unsigned writers;
    struct bucket buckets[]; /* (writers, bucket_count) */
};

static struct bucket *bucket_of(struct spool *s, unsigned writer, size_t bucket)
{
    return &s->buckets[writer * s->bucket_count + bucket];
}

int spool_new(const char *folder, size_t buckets, unsigned writers, size_t record_bytes,
              struct spool **ret_spool)
{
    assert(buckets && writers);
    size_t all = buckets * writers, share = BUFFERS_BYTES / all;
    struct spool *s = memory_calloc(1, sizeof(*s) + all * sizeof(s->buckets[0]));
    s->bucket_count = buckets;
    s->writers = writers;
    s->record_bytes = record_bytes;
    s->buffer_bytes = share < BUFFER_MOST ? share : BUFFER_MOST;
    int rc = temporary_open(folder, &s->fd);
    if (rc) {
        free(s);
        return rc;
    }
    *ret_spool = s;
    return ERR_OK;
}

static void bucket_fini(struct bucket *b)
{
    buf_fini(&b->buffer);
    free(b->pieces);
    *b = (struct bucket){.bytes = b->bytes};
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->bucket_count * s->writers; i++)
        bucket_fini(&s->buckets[i]);
    close(s->fd);
    free(s);
}

/* The buffer of a bucket to the end of the file. */
static int flush(struct spool *s, struct bucket *b)
{
    assert(b->buffer.len);
    struct piece piece = {atomic_fetch_add(&s->end, b->buffer.len), b->buffer.len};
    int rc = temporary_write(s->fd, piece.at, buf_slice(&b->buffer));
    ARRAY_PUSH(b->pieces, b->piece_count, b->piece_room, piece);
    buf_clear(&b->buffer);
    return rc;
}

static void note_failure(struct spool *s, int rc)
{
    int none = ERR_OK;
    atomic_compare_exchange_strong(&s->rc, &none, rc);
}

char *spool_add(struct spool *s, unsigned writer, size_t bucket, size_t n)
{
    assert(writer < s->writers && bucket < s->bucket_count && n <= UINT32_MAX);
    assert(!s->record_bytes || n == s->record_bytes);
    struct bucket *b = bucket_of(s, writer, bucket);
    size_t header = s->record_bytes ? 0 : sizeof(uint32_t);
    int rc = ERR_OK;
    if (b->buffer.len && b->buffer.len + header + n > s->buffer_bytes)
        rc = flush(s, b);
    if (rc) {
        note_failure(s, rc);
        return NULL;
    }
    char *room = buf_extend(&b->buffer, header + n);
    uint32_t length = (uint32_t)n;
    memcpy(room, &length, header);
    b->bytes += header + n;
    b->count++;
    return room + header;
}

int spool_status(const struct spool *s)
{
    return s->rc;
}

uint64_t spool_bytes(const struct spool *s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->bucket_count * s->writers; i++)
        sum += s->buckets[i].bytes;
    return sum;
}

/* All of one writer's, to where it belongs. */
static int read_pieces(struct spool *s, const struct bucket *b, char *to)
{
    assert(b->piece_count <= b->piece_room);
    int rc = ERR_OK;
    for (size_t i = 0; i < b->piece_count && !rc; i++) {
        rc = temporary_read(s->fd, b->pieces[i].at, to, b->pieces[i].bytes);
        temporary_give_back(s->fd, b->pieces[i].at, b->pieces[i].bytes);
        to += b->pieces[i].bytes;
    }
    if (rc)
        return rc;
    if (b->buffer.len)
        memcpy(to, b->buffer.data, b->buffer.len);
    return ERR_OK;
}

static void list_records(struct spool_bucket *b)
{
    char *at = b->data;
    for (size_t i = 0; i < b->count; i++) {
        uint32_t length;
        memcpy(&length, at, sizeof(length));
        at += sizeof(length);
        b->records[i] = (struct slice){at, length};
        at += length;
        assert(at <= b->data + b->bytes);
    }
}

int spool_take(struct spool *s, size_t bucket, struct spool_bucket *ret_bucket)
{
    assert(bucket < s->bucket_count);
    struct spool_bucket b = {0};
    int rc = s->rc;
    for (unsigned w = 0; w < s->writers; w++) {
        b.bytes += bucket_of(s, w, bucket)->bytes;
        b.count += bucket_of(s, w, bucket)->count;
    }
    if (rc)
        goto done;
    b.data = memory_malloc(b.bytes + 1);
    if (!s->record_bytes)
        b.records = memory_malloc((b.count + 1) * sizeof(*b.records));
    char *to = b.data;
    for (unsigned w = 0; w < s->writers; w++) {
        const struct bucket *from = bucket_of(s, w, bucket);
        if ((rc = read_pieces(s, from, to)))
            goto done;
        to += from->bytes;
    }
    assert(to == b.data + b.bytes);
    if (b.records)
        list_records(&b);
done:
    for (unsigned w = 0; w < s->writers; w++)
        bucket_fini(bucket_of(s, w, bucket));
    if (rc)
        spool_bucket_fini(&b);
    *ret_bucket = b;
    return rc;
}

void spool_bucket_fini(struct spool_bucket *b)
{
    free(b->data);
    free(b->records);
    *b = (struct spool_bucket){0};
}

/* --- sorting --- */

static int compare_rest(const struct sort_item *a, const struct sort_item *b, void *arg)
{
    const size_t *bytes = arg;
    int c = memcmp(a->of.data, b->of.data, *bytes);
    return c ? c : (a->of.data > b->of.data) - (a->of.data < b->of.data);
}

static uint32_t length_of(const char *record)
{
    uint32_t length;
    memcpy(&length, record - sizeof(length), sizeof(length));
    return length;
}

void spool_bucket_sort(struct spool_bucket *b, size_t skip, size_t bytes)
{
    assert(b->records || !b->count);
    struct sort_item *items = memory_malloc((b->count + 1) * sizeof(*items));
    char *at = b->data;
    for (size_t i = 0; i < b->count; i++) {
        at += sizeof(uint32_t);
        assert(length_of(at) >= bytes && bytes >= skip + 8);
        items[i] = (struct sort_item){get_be64(at + skip), {at}};
        at += length_of(at);
    }
    assert(at == b->data + b->bytes);
    sort_items(items, b->count, compare_rest, &bytes);
    for (size_t i = 0; i < b->count; i++)
        b->records[i] = (struct slice){items[i].of.data, length_of(items[i].of.data)};
    free(items);
}
