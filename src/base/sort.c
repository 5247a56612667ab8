/*
 * sort.c - about four items fall to each place of the distribution; a place with many, as of one
 * key, is left to qsort.
 */
#include "alignd/base/sort.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_ITEMS 4
#define FEW 32

struct order {
    sort_compare *compare;
    void *arg;
};

static int compare_items(const void *a, const void *b, void *arg)
{
    const struct sort_item *x = a, *y = b;
    const struct order *o = arg;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return o->compare ? o->compare(x, y, o->arg) : 0;
}

static void sort_few(struct sort_item *items, size_t count, struct order *o)
{
    assert(count <= FEW);
    for (size_t i = 1; i < count; i++) {
        struct sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && compare_items(&items[at - 1], &item, o) > 0; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void sort_place(struct sort_item *items, size_t count, struct order *o)
{
    assert(items || !count);
    if (count <= FEW)
        sort_few(items, count, o);
    else
        qsort_r(items, count, sizeof(*items), compare_items, o);
}

/* The bits by which keys are shifted so that they fall on at most so many places. */
static unsigned shift_for(uint64_t range, size_t places)
{
    assert(places > 1);
    unsigned shift = 0;
    while (range >> shift >= places)
        shift++;
    assert(range >> shift < places);
    return shift;
}

void sort_items(struct sort_item *items, size_t count, sort_compare *compare, void *arg)
{
    assert(items || !count);
    struct order o = {compare, arg};
    if (count <= FEW) {
        sort_few(items, count, &o);
        return;
    }
    size_t places = count / PLACE_ITEMS;
    struct sort_item *out = memory_malloc(count * sizeof(*out));
    size_t *ends = memory_calloc(places + 1, sizeof(*ends));
    uint64_t least = items[0].key, most = items[0].key;
    for (size_t i = 1; i < count; i++) {
        least = items[i].key < least ? items[i].key : least;
        most = items[i].key > most ? items[i].key : most;
    }
    unsigned shift = shift_for(most - least, places);

    /* pass 1: where each place begins; pass 2: all to their places, in the order they stand in */
    for (size_t i = 0; i < count; i++)
        ends[((items[i].key - least) >> shift) + 1]++;
    for (size_t i = 1; i <= places; i++)
        ends[i] += ends[i - 1];
    for (size_t i = 0; i < count; i++)
        out[ends[(items[i].key - least) >> shift]++] = items[i];

    /* pass 3: each place by itself; ends tells now where it ends */
    for (size_t i = 0, begin = 0; i < places; begin = ends[i++])
        sort_place(out + begin, ends[i] - begin, &o);
    assert(ends[places - 1] == count);
    memcpy(items, out, count * sizeof(*items));
    free(out);
    free(ends);
}
