/*
 * recon_batch.h - what a client of the reconciliation service asks: a batch of queries as JSON, of
 * the members that "Reconciliation Service API v0.2" (W3C Entity Reconciliation Community Group)
 * gives them, and no others.
 */
#ifndef ALIGND_DAEMON_RECON_BATCH_H
#define ALIGND_DAEMON_RECON_BATCH_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/json.h"

#include <stdbool.h>
#include <stddef.h>

/* Of a query: properties, values of one, types. */
#define RECON_PROPERTIES_MOST 16
#define RECON_VALUES_MOST 16
#define RECON_TYPES_MOST 32

struct recon_value {
    struct slice text; /* numbers and truth values as text as well; or: */
    struct slice id;   /* an entity, as it is written; empty: it is none */
};

struct recon_property {
    struct slice pid;
    struct recon_value *values; /* one or more */
    size_t count;
};

struct recon_query {
    struct slice key;    /* under which it is answered */
    struct slice text;   /* a name, or the id of an entity; empty: of properties alone */
    struct slice *types; /* shared names; none: any */
    size_t type_count;
    bool all_types; /* it has to be of each */
    size_t limit;   /* >= 1 */
    struct recon_property *properties;
    size_t property_count;
};

struct recon_batch {
    struct recon_query *all;
    size_t count;
};

struct recon_limits {
    size_t queries;           /* of a batch */
    size_t limit, limit_most; /* where a query has none; what more than that counts as */
};

/* Strings are lent from the JSON, the rest is memory of the arena.  0, or the status of an error
 * with words in `wrong` that name the query and the member: 400, and 413 of too many queries. */
unsigned recon_batch_read(const struct json *json, const struct recon_limits *limits,
                          struct arena *arena, struct recon_batch *ret, struct buf *wrong);
#endif
