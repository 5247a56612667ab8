/*
 * verify.h - the proof of the promise: makes a second store from the triples
 * of the first and compares every row.  The builder (build.h) makes it, which shares
 * no control flow with the turns; or turns do, other ones in another order.
 */
#ifndef ALIGND_ENGINE_VERIFY_H
#define ALIGND_ENGINE_VERIFY_H

#include "alignd/engine/engine.h"

#define VERIFY_MAX_DIFFERENCES 10

struct verify_difference {
    enum kv_family family;
    char what[256]; /* in words */
};

struct verify_report {
    uint64_t triples;
    uint64_t rows[KV_FAMILIES]; /* compared */
    uint64_t differences;       /* found in all */
    struct verify_difference first[VERIFY_MAX_DIFFERENCES];
};

struct verify_options {
    const char *scratch; /* folder for the second store; NULL: in memory */
    bool by_turns;       /* not by the builder */
    size_t memory_bytes; /* of the builder, besides; 0: 256 MiB */
    void (*progress)(void *arg, double done, uint64_t triples); /* may be NULL */
    void *arg;
};

/*
 * The engine must have no dirty entities (ERR_RETRY).  0: equal;
 * ERR_DIFFERS: see the report; else what failed.
 */
int verify_store(struct engine *e, const struct verify_options *options,
                 struct verify_report *report);
#endif
