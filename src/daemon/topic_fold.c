/*
 * topic_fold.c - a hash table of keys, chained.  A key whose last record is a tombstone stays in
 * it, not live, since a later record may bring it back.  Visits are sorted, so that what is
 * made of them does not depend on the order of the partitions.
 *
 * Values that came since they were last reduced are chained, each key once.
 *
 *  (1) There is a bucket for every key at least, and their number is a power of two.
 */
#include "alignd/daemon/topic_fold.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

struct entry {
    struct entry *next; /* of the bucket */
    char *key, *value;  /* value: NULL unless kept */
    size_t key_len, value_len;
    bool live;
    bool raw; /* in the chain of those that are not reduced yet */
    struct entry *next_raw;
};

struct topic_fold {
    bool keep_values;
    struct entry **buckets;
    size_t bucket_count, count;
    struct entry *raw; /* the chain */
};

struct topic_fold *topic_fold_new(bool keep_values)
{
    struct topic_fold *f = memory_calloc(1, sizeof(*f));
    f->keep_values = keep_values;
    return f;
}

static void free_entry(struct entry *e)
{
    if (!e)
        return;
    free(e->key);
    free(e->value);
    free(e);
}

void topic_fold_free(struct topic_fold *f)
{
    if (!f)
        return;
    assert(f->count <= f->bucket_count);
    for (size_t i = 0; i < f->bucket_count; i++)
        for (struct entry *e = f->buckets[i], *next; e; e = next) {
            next = e->next;
            free_entry(e);
        }
    free(f->buckets);
    free(f);
}

static void grow(struct topic_fold *f)
{
    size_t count = f->bucket_count ? 2 * f->bucket_count : 1024;
    struct entry **buckets = memory_calloc(count, sizeof(*buckets));
    for (size_t i = 0; i < f->bucket_count; i++)
        for (struct entry *e = f->buckets[i], *next; e; e = next) {
            size_t to = hash_bytes((struct slice){e->key, e->key_len}, 0) & (count - 1);
            next = e->next;
            e->next = buckets[to];
            buckets[to] = e;
        }
    assert(!(count & (count - 1)) && count > f->count); /* (1) */
    free(f->buckets);
    f->buckets = buckets;
    f->bucket_count = count;
}

static char *copy(struct slice s)
{
    char *out = memory_malloc(s.len + 1);
    if (s.len)
        memcpy(out, s.data, s.len);
    return out;
}

static struct entry *find_or_add(struct topic_fold *f, struct slice key)
{
    if (f->count >= f->bucket_count)
        grow(f);
    assert(!(f->bucket_count & (f->bucket_count - 1)) && f->count < f->bucket_count); /* (1) */
    struct entry **at = &f->buckets[hash_bytes(key, 0) & (f->bucket_count - 1)];
    for (struct entry *e = *at; e; e = e->next)
        if (slice_equal((struct slice){e->key, e->key_len}, key))
            return e;
    struct entry *e = memory_calloc(1, sizeof(*e));
    e->key = copy(key);
    e->key_len = key.len;
    e->next = *at;
    *at = e;
    assert(f->count < f->bucket_count);
    f->count++;
    return e;
}

void topic_fold_take(struct topic_fold *f, const struct source_message *message)
{
    struct entry *e = find_or_add(f, message->key);
    e->live = !message->tombstone;
    if (!f->keep_values)
        return;
    free(e->value);
    e->value = copy(message->payload);
    e->value_len = message->payload.len;
    if (e->raw)
        return;
    e->raw = true;
    e->next_raw = f->raw;
    f->raw = e;
}

void topic_fold_reduce(struct topic_fold *f, void (*reduce)(struct slice value, struct buf *out))
{
    struct buf out = {0};
    assert(f->keep_values);
    for (struct entry *e = f->raw; e; e = e->next_raw) {
        assert(e->raw);
        e->raw = false;
        buf_clear(&out);
        if (e->live)
            reduce((struct slice){e->value, e->value_len}, &out);
        free(e->value);
        e->value = copy(buf_slice(&out));
        e->value_len = out.len;
    }
    f->raw = NULL;
    buf_fini(&out);
}

bool topic_fold_find(const struct topic_fold *f, struct slice key, struct slice *ret_value)
{
    if (!f->bucket_count)
        return false;
    assert(!(f->bucket_count & (f->bucket_count - 1))); /* (1) */
    for (struct entry *e = f->buckets[hash_bytes(key, 0) & (f->bucket_count - 1)]; e; e = e->next)
        if (e->live && slice_equal((struct slice){e->key, e->key_len}, key)) {
            *ret_value = (struct slice){e->value, e->value_len};
            return true;
        }
    return false;
}

static int compare(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    return slice_compare((struct slice){(*x)->key, (*x)->key_len},
                         (struct slice){(*y)->key, (*y)->key_len});
}

int topic_fold_each(struct topic_fold *f,
                    int (*visit)(void *arg, struct slice key, struct slice value), void *arg)
{
    struct entry **live = memory_calloc(f->count ? f->count : 1, sizeof(struct entry *));
    size_t n = 0;
    int rc = ERR_OK;
    for (size_t i = 0; i < f->bucket_count; i++)
        for (struct entry *e = f->buckets[i]; e; e = e->next)
            if (e->live)
                live[n++] = e;
    assert(n <= f->count);
    qsort(live, n, sizeof(struct entry *), compare);
    for (size_t i = 0; !rc && i < n; i++)
        rc = visit(arg, (struct slice){live[i]->key, live[i]->key_len},
                   (struct slice){live[i]->value, live[i]->value_len});
    free(live);
    return rc;
}
