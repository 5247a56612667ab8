/*
 * bench.h - what the programs of this folder share: figures on standard
 * output, one JSON object a line, which scripts/bench.sh gathers:
 *
 *     {"name": "score.cached", "value": 3.1, "unit": "us"}
 */
#ifndef ALIGND_TESTS_BENCH_H
#define ALIGND_TESTS_BENCH_H

#include "alignd/base/arena.h"
#include "alignd/base/slice.h"
#include "alignd/graph/term.h"
#include "alignd/store/kv.h"

#include <stddef.h>
#include <stdint.h>

/* name: printf's format and what goes into it. */
__attribute__((format(printf, 3, 4))) void bench_say(double value, const char *unit,
                                                     const char *name, ...);

/* Says what failed and ends the program, unless rc is 0. */
void bench_check(int rc, const char *what);
/* Memory or the end of the program. */
void *bench_alloc(size_t bytes);

double bench_seconds(void);  /* since some moment */
double bench_cpu(void);      /* processor time of all threads, seconds */
double bench_core(void);     /* processor time of this thread: of one core, busy machine or not */
double bench_peak_mib(void); /* the most memory this process has had */

uint64_t bench_random(uint64_t *rng);

/* Measured values, in the order they came. */
struct bench_sample {
    double *x;
    size_t count, room;
};
void bench_add(struct bench_sample *s, double x);
void bench_free(struct bench_sample *s);
/* Sorts.  q: 0 the least, 0.5 the median, 1 the most; 0 of none. */
double bench_quantile(struct bench_sample *s, double q);
double bench_mean(const struct bench_sample *s);
/* NAME.median, NAME.p99, NAME.max. */
void bench_say_sample(struct bench_sample *s, const char *unit, const char *name);

/* All changes of a file, in memory of the arena. */
struct bench_changes {
    struct change *all;
    size_t count;
};
struct bench_changes bench_read_file(const char *path, struct arena *arena);

/* The blocks (TX to TC) of a file of RDF Patch, as they stand in memory that is kept. */
struct bench_blocks {
    struct slice *all;
    size_t count;
};
struct bench_blocks bench_read_blocks(const char *path);

/* "--name value" pairs: the value, or what is given for a missing one (NULL: it must be there). */
const char *bench_option(int argc, char **argv, const char *name, const char *otherwise);
double bench_number(int argc, char **argv, const char *name, double otherwise);
#endif
