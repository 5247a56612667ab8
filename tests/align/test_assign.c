#include "alignd/align/assign.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Two sides of N entities with every pair's score in a table. */
#define N 8

struct world {
    struct arena *arena;
    float score[N][N]; /* < 0: no candidate */
    struct pair_list pairs[2][N], partners[2][N];
    int touched;
};

static struct id id_at(int side, int i)
{
    return (struct id){(uint64_t)(side + 1) << 48, (uint64_t)i * 977};
}

static int find(void *arg, struct id id, struct assign_entity *ret)
{
    struct world *w = arg;
    int side = id_graph(id) - 1, i = (int)(id.lo / 977);
    *ret = (struct assign_entity){id, &w->pairs[side][i], &w->partners[side][i]};
    return ERR_OK;
}

static void touched(void *arg, struct id id)
{
    (void)id;
    ((struct world *)arg)->touched++;
}

static void set(struct world *w, int i, int k, float score)
{
    w->score[i][k] = score;
    if (score < 0) {
        pair_list_remove(&w->pairs[0][i], id_at(1, k));
        pair_list_remove(&w->pairs[1][k], id_at(0, i));
        return;
    }
    pair_list_put(&w->pairs[0][i], w->arena, id_at(1, k), score);
    pair_list_put(&w->pairs[1][k], w->arena, id_at(0, i), score);
}

/* The definition, without any cleverness. */
static void greedy(const struct world *w, float threshold, bool match[N][N])
{
    bool used[2][N] = {{false}};
    memset(match, 0, sizeof(bool) * N * N);
    for (;;) {
        int a = -1, b = -1;
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++)
                if (w->score[i][k] >= threshold && !used[0][i] && !used[1][k] &&
                    (a < 0 || w->score[i][k] > w->score[a][b]))
                    a = i, b = k; /* ties: the first by ids, as the loops run */
        if (a < 0)
            return;
        match[a][b] = used[0][a] = used[1][b] = true;
    }
}

static int best(const float *scores, size_t stride, float threshold)
{
    int b = -1;
    for (int k = 0; k < N; k++)
        if (scores[(size_t)k * stride] >= threshold &&
            (b < 0 || scores[(size_t)k * stride] > scores[(size_t)b * stride]))
            b = k;
    return b;
}

static void expected(const struct world *w, enum assign_policy policy, float threshold,
                     bool match[N][N])
{
    if (policy == ASSIGN_ONE_TO_ONE) {
        greedy(w, threshold, match);
        return;
    }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            match[i][k] = policy == ASSIGN_THRESHOLD ? w->score[i][k] >= threshold
                                                     : best(w->score[i], 1, threshold) == k &&
                                                           best(&w->score[0][k], N, threshold) == i;
}

static void check(const struct world *w, enum assign_policy policy, float threshold, int step)
{
    bool match[N][N];
    expected(w, policy, threshold, match);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            const struct pair_entry *there = pair_list_find(&w->partners[0][i], id_at(1, k));
            const struct pair_entry *back = pair_list_find(&w->partners[1][k], id_at(0, i));
            cr_assert_eq(there != NULL, match[i][k], "policy %d step %d: (%d, %d)", (int)policy,
                         step, i, k);
            cr_assert_eq(back != NULL, match[i][k]);
            if (there) {
                cr_assert_eq(there->score, w->score[i][k]);
                cr_assert_eq(back->score, w->score[i][k]);
            }
        }
}

static void run_random_repairs(enum assign_policy policy)
{
    unsigned seed = 7;
    struct world w = {.arena = arena_new()};
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            w.score[i][k] = -1;
    struct assign_context c = {policy, 0.5f, w.arena, find, touched, &w};
    for (int step = 0; step < 3000; step++) {
        struct assign_change changes[6];
        size_t n = 0, wanted = (size_t)(1 + rand_r(&seed) % 6);
        while (n < wanted) {
            int i = rand_r(&seed) % N, k = rand_r(&seed) % N;
            bool again = false;
            for (size_t x = 0; x < n; x++)
                again |= id_equal(changes[x].a, id_at(0, i)) && id_equal(changes[x].b, id_at(1, k));
            /* few distinct scores, so that ties are common; about half below the threshold */
            float score = rand_r(&seed) % 4 ? (float)(rand_r(&seed) % 20) / 19 : -1;
            if (again || score == w.score[i][k]) {
                wanted -= again ? 0 : 1;
                if (wanted <= n)
                    break;
                continue;
            }
            changes[n++] = (struct assign_change){id_at(0, i), id_at(1, k),
                                                  w.score[i][k] < 0 ? PAIR_UNSCORED : w.score[i][k],
                                                  score < 0 ? PAIR_UNSCORED : score};
            set(&w, i, k, score);
        }
        cr_assert_eq(assign_repair(&c, changes, n), ERR_OK);
        check(&w, policy, 0.5f, step);
    }
    cr_expect_gt(w.touched, 1000);
    arena_free(w.arena);
}

Test(assign, repaired_one_to_one_is_the_greedy_assignment)
{
    run_random_repairs(ASSIGN_ONE_TO_ONE);
}

Test(assign, repaired_mutual_best_is_the_mutual_best)
{
    run_random_repairs(ASSIGN_MUTUAL_BEST);
}

Test(assign, repaired_threshold_is_everything_over_it)
{
    run_random_repairs(ASSIGN_THRESHOLD);
}
