/*
 * spool.c - a bucket is a list of pieces of the one file, and a buffer of what is not in it yet.
 * Records of their own lengths have it before them, four bytes in the machine's order.
 */
#include "alignd/base/spool.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/sort.h"
#include "alignd/base/temporary.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFERS_BYTES ((size_t)16 << 20) /* of all buckets, before they are written */
#define BUFFER_MOST ((size_t)256 << 10)  /* of one */

/* A piece of a bucket in the file. */
struct piece {
    uint64_t at;
    size_t bytes;
};

struct bucket {
    struct buf buffer;
    struct piece *pieces;
    size_t piece_count, piece_room;
    uint64_t bytes;
    size_t count;
};

struct spool {
    int fd;
    int rc; /* the first failure */
    size_t record_bytes, buffer_bytes;
    uint64_t end; /* of the file */
    uint64_t bytes;
    size_t bucket_count;
    struct bucket buckets[];
};

int spool_new(const char *folder, size_t buckets, size_t record_bytes, struct spool **ret_spool)
{
    struct spool *s = calloc(1, sizeof(*s) + buckets * sizeof(s->buckets[0]));
    if (!s)
        return ERR_NO_MEMORY;
    s->bucket_count = buckets;
    s->record_bytes = record_bytes;
    s->buffer_bytes = BUFFERS_BYTES / buckets < BUFFER_MOST ? BUFFERS_BYTES / buckets : BUFFER_MOST;
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
    *b = (struct bucket){0};
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->bucket_count; i++)
        bucket_fini(&s->buckets[i]);
    close(s->fd);
    free(s);
}

static int note_piece(struct bucket *b, struct piece piece)
{
    if (b->piece_count == b->piece_room) {
        size_t room = b->piece_room ? 2 * b->piece_room : 8;
        struct piece *pieces = realloc(b->pieces, room * sizeof(*pieces));
        if (!pieces)
            return ERR_NO_MEMORY;
        b->pieces = pieces;
        b->piece_room = room;
    }
    b->pieces[b->piece_count++] = piece;
    return ERR_OK;
}

/* The buffer of a bucket to the end of the file. */
static int flush(struct spool *s, struct bucket *b)
{
    int rc = temporary_write(s->fd, s->end, buf_slice(&b->buffer));
    if (!rc)
        rc = note_piece(b, (struct piece){s->end, b->buffer.len});
    s->end += b->buffer.len;
    buf_clear(&b->buffer);
    return rc;
}

char *spool_add(struct spool *s, size_t bucket, size_t n)
{
    struct bucket *b = &s->buckets[bucket];
    assert(bucket < s->bucket_count && n <= UINT32_MAX);
    assert(!s->record_bytes || n == s->record_bytes);
    size_t header = s->record_bytes ? 0 : sizeof(uint32_t);
    if (!s->rc && b->buffer.len && b->buffer.len + header + n > s->buffer_bytes)
        s->rc = flush(s, b);
    char *room = s->rc ? NULL : buf_extend(&b->buffer, header + n);
    if (!room) {
        s->rc = s->rc ? s->rc : ERR_NO_MEMORY;
        return NULL;
    }
    uint32_t length = (uint32_t)n;
    memcpy(room, &length, header);
    b->bytes += header + n;
    b->count++;
    s->bytes += header + n;
    return room + header;
}

int spool_status(const struct spool *s)
{
    return s->rc;
}

uint64_t spool_bytes(const struct spool *s)
{
    return s->bytes;
}

static int read_pieces(struct spool *s, struct bucket *b, char *to)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < b->piece_count && !rc; i++) {
        rc = temporary_read(s->fd, b->pieces[i].at, to, b->pieces[i].bytes);
        temporary_give_back(s->fd, b->pieces[i].at, b->pieces[i].bytes);
        to += b->pieces[i].bytes;
    }
    if (!rc && b->buffer.len)
        memcpy(to, b->buffer.data, b->buffer.len);
    return rc;
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
    }
}

int spool_take(struct spool *s, size_t bucket, struct spool_bucket *ret_bucket)
{
    struct bucket *from = &s->buckets[bucket];
    struct spool_bucket b = {.bytes = (size_t)from->bytes, .count = from->count};
    int rc = s->rc;
    if (!rc && !(b.data = malloc(b.bytes + 1)))
        rc = ERR_NO_MEMORY;
    if (!rc && !s->record_bytes && !(b.records = malloc((b.count + 1) * sizeof(*b.records))))
        rc = ERR_NO_MEMORY;
    if (!rc)
        rc = read_pieces(s, from, b.data);
    if (!rc && b.records)
        list_records(&b);
    bucket_fini(from);
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

static uint64_t first_bytes(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return __builtin_bswap64(v); /* so that numbers sort as bytes do */
}

static uint32_t length_of(const char *record)
{
    uint32_t length;
    memcpy(&length, record - sizeof(length), sizeof(length));
    return length;
}

int spool_bucket_sort(struct spool_bucket *b, size_t skip, size_t bytes)
{
    struct sort_item *items = malloc((b->count + 1) * sizeof(*items));
    if (!items)
        return ERR_NO_MEMORY;
    char *at = b->data;
    for (size_t i = 0; i < b->count; i++) {
        at += sizeof(uint32_t);
        assert(length_of(at) >= bytes && bytes >= skip + 8);
        items[i] = (struct sort_item){first_bytes(at + skip), {at}};
        at += length_of(at);
    }
    int rc = sort_items(items, b->count, compare_rest, &bytes);
    for (size_t i = 0; i < b->count && !rc; i++)
        b->records[i] = (struct slice){items[i].of.data, length_of(items[i].of.data)};
    free(items);
    return rc;
}
