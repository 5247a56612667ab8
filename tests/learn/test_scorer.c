#include "../../src/learn/scorer_internal.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

/* Nameless entities: of the right graph more than a tile of them, so that there is an order. */
enum { SIDE = 3000, PAIRS = 8 * SIDE, TILE = 1024, ROUNDS = 20 };

static struct catalog_text text;
static struct catalog_entity entities[2 * SIDE];
static struct catalog catalog = {
    .texts = &text, .text_count = 1, .entities = entities, .entity_count = 2 * SIDE};

/* Pairs of each left entity with one right one, to and fro. */
static void make_pairs(struct catalog_pair *pairs, uint32_t stride)
{
    for (uint32_t i = 0; i < PAIRS; i++)
        pairs[i] = (struct catalog_pair){(i * stride) % SIDE, SIDE + (i * stride * 7 + i) % SIDE};
}

static bool in_order(const struct scorer *s, uint32_t i, uint32_t j)
{
    const struct catalog_pair *p = &s->pairs[i], *q = &s->pairs[j];
    uint32_t tile_p = s->rank[p->b] / TILE, tile_q = s->rank[q->b] / TILE;
    if (tile_p != tile_q)
        return tile_p < tile_q;
    return p->a != q->a ? p->a < q->a : i < j;
}

/* Scorers one after the other; how many pairs stand out of order. */
static void *make_scorers(void *arg)
{
    struct catalog_pair *pairs = malloc(PAIRS * sizeof(*pairs));
    size_t wrong = 0;
    make_pairs(pairs, *(const uint32_t *)arg);
    for (int round = 0; round < ROUNDS; round++) {
        struct scorer *s;
        scorer_new(&catalog, pairs, PAIRS, NULL, &s);
        for (size_t i = 1; i < PAIRS; i++)
            wrong += !in_order(s, s->order[i - 1], s->order[i]);
        scorer_free(s);
    }
    free(pairs);
    return (void *)wrong;
}

Test(scorer, two_threads_may_make_one_each)
{
    static uint32_t strides[2] = {1, 1999};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, make_scorers, &strides[i]), 0);
    for (int i = 0; i < 2; i++) {
        void *wrong;
        cr_assert_eq(pthread_join(threads[i], &wrong), 0);
        cr_expect_null(wrong, "thread %d: %zu pairs out of order", i, (size_t)wrong);
    }
}
