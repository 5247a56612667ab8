/*
 * pool.c - threads that share out a range in chunks, whoever is free taking the next.  The
 * caller works along as worker 0.  Signals stay with the threads that were there
 * before: the pool's block them all.
 *
 *  (1) One range at a time (turn): run is written by whoever has the turn while the pool is
 *      closed, and read by those who joined under the lock while it was open.
 *  (2) The end waits only for threads that joined; one that wakes too late finds the pool
 *      closed, so a busy machine does not hold a short range up.
 *  (3) A range begun within a range is done on the spot, by the thread that begins it and
 *      under its number: no thread waits for another one that waits for it.
 */
#include "alignd/base/pool.h"

#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One range; written before it is opened, by whoever has the turn. */
struct run {
    pool_work *work;
    void *arg;
    size_t count, grain, chunks;
    atomic_size_t next; /* chunk to hand out; a count of chunks cannot overflow */
};

struct thread {
    struct pool *pool;
    pthread_t id;
    unsigned worker;
};

struct pool {
    pthread_mutex_t turn; /* held for a whole run: one range at a time */
    pthread_mutex_t lock; /* the fields below */
    pthread_cond_t start, done;
    struct run run;
    unsigned long round; /* rises with every run, so no thread takes one twice */
    bool open;           /* threads may still join; one that wakes too late need not */
    unsigned busy;       /* threads that joined and have not finished */
    bool stop;
    unsigned started; /* of threads */
    struct thread threads[];
};

/* The pool this thread is working for, and as whom. */
static _Thread_local const struct pool *inside;
static _Thread_local unsigned inside_worker;

static void run_chunks(struct pool *pool, unsigned worker)
{
    struct run *r = &pool->run;
    assert(r->work && r->grain);
    const struct pool *outside = inside;
    unsigned outside_worker = inside_worker;
    size_t chunk;

    assert(worker <= pool->started);
    inside = pool;
    inside_worker = worker;
    while ((chunk = atomic_fetch_add_explicit(&r->next, 1, memory_order_relaxed)) < r->chunks) {
        size_t begin = chunk * r->grain;
        size_t left = r->count - begin;
        r->work(r->arg, begin, begin + (left < r->grain ? left : r->grain), worker);
    }
    inside = outside;
    inside_worker = outside_worker;
}

static void *thread_main(void *arg)
{
    struct thread *thread = arg;
    struct pool *pool = thread->pool;
    unsigned long round = 0;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stop && (!pool->open || pool->round == round))
            pthread_cond_wait(&pool->start, &pool->lock);
        if (pool->stop)
            break;
        round = pool->round;
        pool->busy++;
        assert(pool->busy <= pool->started);
        pthread_mutex_unlock(&pool->lock);
        run_chunks(pool, thread->worker);
        pthread_mutex_lock(&pool->lock);
        assert(pool->busy);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void start_threads(struct pool *pool, unsigned count)
{
    sigset_t all, before;
    int rc = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < count && !rc; i++) {
        struct thread *thread = &pool->threads[i];
        *thread = (struct thread){.pool = pool, .worker = i + 1};
        rc = pthread_create(&thread->id, NULL, thread_main, thread);
        if (rc)
            log_warn("of %u threads %u could be started (%s): the rest of the work is theirs too; "
                     "raise the limit of tasks of the service (ulimit -u)",
                     count + 1, i + 1, strerror(rc));
        else
            pool->started++;
    }
    assert(pool->started <= count);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct pool *pool_new(unsigned threads)
{
    unsigned others = threads > 1 ? threads - 1 : 0;
    struct pool *pool = memory_calloc(1, sizeof(*pool) + others * sizeof(pool->threads[0]));
    pthread_mutex_init(&pool->turn, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->start, NULL);
    pthread_cond_init(&pool->done, NULL);
    start_threads(pool, others);
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    assert(!pool->open && !pool->busy);
    pool->stop = true;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->started; i++)
        pthread_join(pool->threads[i].id, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->start);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->turn);
    free(pool);
}

unsigned pool_threads(const struct pool *pool)
{
    return pool ? pool->started + 1 : 1;
}

static void run_alone(pool_work *work, void *arg, size_t count, size_t grain, unsigned worker)
{
    assert(grain);
    for (size_t begin = 0; begin < count;) {
        size_t end = count - begin < grain ? count : begin + grain;
        work(arg, begin, end, worker);
        begin = end;
    }
}

static void run_together(struct pool *pool)
{
    assert(pool->started && pool->run.chunks > 1);
    pthread_mutex_lock(&pool->lock);
    pool->open = true;
    pool->round++;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);

    run_chunks(pool, 0);

    pthread_mutex_lock(&pool->lock);
    pool->open = false;
    while (pool->busy)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void pool_run(struct pool *pool, pool_work *work, void *arg, size_t count, size_t grain)
{
    assert(work);
    grain = grain ? grain : 1;
    if (!pool || inside == pool) {
        run_alone(work, arg, count, grain, pool ? inside_worker : 0);
        return;
    }
    pthread_mutex_lock(&pool->turn);
    assert(!pool->open && !pool->busy); /* (1) */
    struct run *r = &pool->run;
    r->work = work;
    r->arg = arg;
    r->count = count;
    r->grain = grain;
    r->chunks = count / grain + (count % grain != 0);
    atomic_init(&r->next, 0);
    if (r->chunks > 1 && pool->started)
        run_together(pool);
    else
        run_chunks(pool, 0);
    pthread_mutex_unlock(&pool->turn);
}
