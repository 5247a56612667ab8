/*
 * sketch.c - hashes are gathered unsorted behind the sorted ones, and settled when there are twice
 * as many as are kept: so most of them cost one comparison.
 */
#include "alignd/base/sketch.h"

#include "alignd/base/array.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

void sketch_fini(struct sketch *s)
{
    free(s->hashes);
    *s = (struct sketch){0};
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void settle(struct sketch *s)
{
    assert(s->sorted <= s->count && s->count <= s->room);
    if (s->sorted == s->count)
        return;
    qsort(s->hashes, s->count, sizeof(*s->hashes), compare);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        if (n == 0 || s->hashes[i] != s->hashes[n - 1])
            s->hashes[n++] = s->hashes[i];
    if (n > SKETCH_SIZE) {
        s->below = s->hashes[SKETCH_SIZE];
        n = SKETCH_SIZE;
    }
    s->count = s->sorted = n;
    assert(s->count <= SKETCH_SIZE);
}

void sketch_add(struct sketch *s, uint64_t hash)
{
    if (s->below && hash >= s->below)
        return;
    assert(s->count <= 2 * SKETCH_SIZE);
    if (s->count == 2 * SKETCH_SIZE)
        settle(s);
    ARRAY_PUSH(s->hashes, s->count, s->room, hash);
}

double sketch_distinct(struct sketch *s)
{
    settle(s);
    assert(s->count <= SKETCH_SIZE);
    return s->below ? (double)s->count / ((double)s->below / 18446744073709551616.0)
                    : (double)s->count;
}

/* How many are below a bound. */
static size_t count_below(const struct sketch *s, uint64_t below)
{
    assert(s->sorted == s->count);
    size_t n = 0;
    while (n < s->count && (!below || s->hashes[n] < below))
        n++;
    return n;
}

struct sketch_overlap sketch_compare(struct sketch *a, struct sketch *b)
{
    settle(a);
    settle(b);
    uint64_t below = a->below && (!b->below || a->below < b->below) ? a->below : b->below;
    size_t n = count_below(a, below), m = count_below(b, below), both = 0;
    for (size_t i = 0, k = 0; i < n && k < m;) {
        both += a->hashes[i] == b->hashes[k];
        bool first = a->hashes[i] <= b->hashes[k], second = b->hashes[k] <= a->hashes[i];
        i += first;
        k += second;
    }
    assert(both <= n && both <= m);
    if (!both)
        return (struct sketch_overlap){0, 0};
    return (struct sketch_overlap){(double)both / (double)(n + m - both),
                                   (double)both / (double)(n < m ? n : m)};
}
