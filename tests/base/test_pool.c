#include "alignd/base/pool.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#define COUNT 10007

struct job {
    struct pool *pool;
    unsigned char seen[COUNT];
    size_t grain;
    atomic_size_t calls, bad;
    atomic_uint inside[8]; /* calls under way of each worker */
};

static void mark(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct job *job = arg;
    job->calls++;
    if (begin >= end || end > COUNT || end - begin > job->grain || worker >= 8 ||
        worker >= pool_threads(job->pool) || atomic_fetch_add(&job->inside[worker], 1) != 0)
        job->bad++;
    for (size_t i = begin; i < end; i++)
        job->seen[i]++;
    atomic_fetch_sub(&job->inside[worker], 1);
}

static void expect_all_once(struct pool *pool, size_t count, size_t grain)
{
    static struct job job;
    job = (struct job){.pool = pool, .grain = grain ? grain : 1};
    pool_run(pool, mark, &job, count, grain);
    cr_expect_eq(job.bad, 0);
    cr_expect_eq(job.calls, (count + job.grain - 1) / job.grain);
    for (size_t i = 0; i < COUNT; i++)
        cr_assert_eq(job.seen[i], i < count, "%zu of %zu by %zu", i, count, grain);
}

Test(pool, every_index_is_done_once_whatever_the_threads_and_the_grain)
{
    static const size_t grains[] = {0, 1, 7, 64, 10006, 10007, 20000};
    for (unsigned threads = 0; threads <= 5; threads++) {
        struct pool *pool = threads ? pool_new(threads) : NULL;
        cr_assert_eq(pool_threads(pool), threads ? threads : 1);
        for (size_t i = 0; i < sizeof(grains) / sizeof(*grains); i++) {
            expect_all_once(pool, COUNT, grains[i]);
            expect_all_once(pool, 1, grains[i]);
            expect_all_once(pool, 0, grains[i]);
        }
        pool_free(pool);
    }
    pool_free(NULL);
}

Test(pool, many_short_runs_lose_nothing)
{
    struct pool *pool = pool_new(3);
    for (size_t i = 0; i < 5000; i++)
        expect_all_once(pool, i % 17, 1 + i % 3);
    pool_free(pool);
}

struct sum {
    struct pool *pool;
    uint64_t part[4];
};

static void add(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct sum *sum = arg;
    for (size_t i = begin; i < end; i++)
        sum->part[worker] += i;
}

static void add_nested(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct sum *sum = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        pool_run(sum->pool, add, sum, 100, 7);
}

Test(pool, a_run_inside_a_run_is_done_by_that_worker)
{
    struct sum sum = {.pool = pool_new(4)};
    pool_run(sum.pool, add_nested, &sum, 1000, 1);
    cr_expect_eq(sum.part[0] + sum.part[1] + sum.part[2] + sum.part[3], 4950u * 1000);
    pool_free(sum.pool);
}

static void *run_sums(void *arg)
{
    struct sum *sum = arg;
    for (size_t i = 0; i < 500; i++)
        pool_run(sum->pool, add, sum, 100, i % 200 + 1);
    return NULL;
}

Test(pool, two_callers_take_turns)
{
    struct sum sum = {.pool = pool_new(3)};
    pthread_t other;
    cr_assert_eq(pthread_create(&other, NULL, run_sums, &sum), 0);
    run_sums(&sum);
    pthread_join(other, NULL);
    cr_expect_eq(sum.part[0] + sum.part[1] + sum.part[2], 4950u * 1000);
    pool_free(sum.pool);
}

static void record_mask(void *arg, size_t begin, size_t end, unsigned worker)
{
    sigset_t *masks = arg;
    (void)begin;
    (void)end;
    pthread_sigmask(SIG_SETMASK, NULL, &masks[worker]);
    usleep(1000); /* time for the other to take one too */
}

Test(pool, signals_are_left_to_the_caller)
{
    sigset_t masks[2];
    sigemptyset(&masks[0]);
    sigemptyset(&masks[1]);
    struct pool *pool = pool_new(2);
    for (int i = 0; i < 100 && !sigismember(&masks[1], SIGTERM); i++)
        pool_run(pool, record_mask, masks, 20, 1);
    cr_expect(!sigismember(&masks[0], SIGTERM));
    cr_expect(sigismember(&masks[1], SIGTERM));
    pool_free(pool);
}
