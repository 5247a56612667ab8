/*
 * pool.h - a fixed set of threads that share out a range.  The caller works
 * too, so pool_new(1) starts none.  Threads wait without spinning between
 * runs, and all signals are left to the other threads of the process.
 */
#ifndef ALIGND_BASE_POOL_H
#define ALIGND_BASE_POOL_H

#include <stddef.h>

struct pool;

/* Works on [begin, end) of the range.  worker is below pool_threads and is this
 * thread's alone for the run: an index into scratch memory. */
typedef void pool_work(void *arg, size_t begin, size_t end, unsigned worker);

/* threads (at least 1) counts the caller.  Where the system
 * gives fewer there are fewer (logged): what is computed does not depend on it. */
struct pool *pool_new(unsigned threads);
void pool_free(struct pool *pool);

/* 1 for a NULL pool. */
unsigned pool_threads(const struct pool *pool);

/*
 * Calls work until [0, count) is done, at most grain (at least 1) indices a
 * call, handed out in rising order; returns when every call has.  What was
 * written before is seen by work, what work wrote is seen after.
 *
 * The caller is worker 0, and does a range of one grain, or a NULL pool's, alone.
 * Two threads that run on one pool take turns.  A run from inside work on the
 * same pool is done by that worker alone, under its own number.
 */
void pool_run(struct pool *pool, pool_work *work, void *arg, size_t count, size_t grain);
#endif
