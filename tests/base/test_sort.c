#include "alignd/base/sort.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static uint64_t rng = 1;

static uint64_t random_number(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng;
}

static int by_value(const struct sort_item *a, const struct sort_item *b, void *arg)
{
    ++*(size_t *)arg;
    return (a->of.value > b->of.value) - (a->of.value < b->of.value);
}

static void expect_sorted(size_t count, uint64_t mask, unsigned shift)
{
    struct sort_item *items = malloc((count + 1) * sizeof(*items));
    size_t compared = 0;
    uint64_t before = 0, after = 0;
    for (size_t i = 0; i < count; i++) {
        items[i].key = (random_number() & mask) << shift;
        items[i].of.value = random_number();
        before += items[i].key ^ items[i].of.value;
    }
    sort_items(items, count, by_value, &compared);
    for (size_t i = 0; i < count; i++) {
        after += items[i].key ^ items[i].of.value;
        cr_assert(i == 0 || items[i - 1].key < items[i].key ||
                  (items[i - 1].key == items[i].key && items[i - 1].of.value <= items[i].of.value));
    }
    cr_expect_eq(before, after, "the same items");
    free(items);
}

Test(sort, any_number_of_items_whatever_their_keys)
{
    static const size_t counts[] = {0, 1, 2, 31, 32, 33, 34, 100, 1000, 54321};
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        expect_sorted(counts[i], UINT64_MAX, 0);
        expect_sorted(counts[i], 0, 0);
        expect_sorted(counts[i], 7, 0);
        expect_sorted(counts[i], 7, 61);
        expect_sorted(counts[i], 0xffff, 20);
    }
}

Test(sort, extremes_are_keys_too)
{
    struct sort_item items[100];
    for (size_t i = 0; i < 100; i++)
        items[i].key = i % 3 == 0 ? UINT64_MAX : i % 3 == 1 ? 0 : 1;
    sort_items(items, 100, NULL, NULL);
    for (size_t i = 0; i < 100; i++)
        cr_expect_eq(items[i].key, i < 33 ? 0 : i < 66 ? 1 : UINT64_MAX);
}
