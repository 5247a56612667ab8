/*
 * history.h - random catalogs and random histories of them, for the property
 * tests: two small graphs with shared names, hubs, homonyms, missing labels, and what somebody
 * decided of their pairs,
 * literals; inserts, deletes, re-inserts, label changes, and entities said as a whole: a
 * clear and inserts, which a turn may cut anywhere.
 */
#ifndef ALIGND_TESTS_HISTORY_H
#define ALIGND_TESTS_HISTORY_H

#include "alignd/graph/term.h"

#include <stddef.h>
#include <stdint.h>

struct step {
    int graph; /* 0, 1; 2: verdicts */
    struct change change;
};

struct history {
    struct step *steps;
    size_t count;
    char *text; /* what the terms point into */
};

/* The same seed gives the same history. entities: a graph's. */
void history_make(struct history *h, uint64_t seed, size_t steps, int entities);
void history_free(struct history *h);
/* All of graph 0 first, as if the other catalog came later. */
void history_part(struct history *h);
/* Prints it as numbered patch rows on stderr, 'C' for a clear. */
void history_print(const struct history *h);

uint64_t history_random(uint64_t *rng);
#endif
