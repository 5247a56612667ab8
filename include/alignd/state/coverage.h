/*
 * coverage.h - how well a store's triples and its mapping meet: which rows met something, which
 * predicates have no row, how many entities of each type have a label, and which types
 * another graph has too.
 */
#ifndef ALIGND_STATE_COVERAGE_H
#define ALIGND_STATE_COVERAGE_H

#include "alignd/base/arena.h"
#include "alignd/state/state.h"

struct coverage_type {
    struct slice name; /* shared name; empty: untyped */
    uint64_t entities, labelled;
    size_t others; /* graphs besides this one that have the type */
};

struct coverage_predicate {
    const struct predicate *predicate;
    uint64_t triples;
    bool has_row;
    bool corresponds; /* it is a label or a type, or another graph has the relation */
};

struct coverage_graph {
    uint64_t entities, labelled; /* of those that were looked at */
    bool whole;                  /* all were looked at */
    struct coverage_type *types; /* most entities first */
    size_t type_count, type_room;
    struct coverage_predicate *predicates; /* most triples first */
    size_t predicate_count, predicate_room;
};

struct coverage {
    struct coverage_graph graphs[STATE_MAX_GRAPHS];
    bool *met; /* of each row of the mapping */
};

struct coverage_options {
    uint64_t entities; /* looked at, a graph; as ids are hashes, the first ones are a fair sample */
    void (*progress)(void *arg, double done, uint64_t entities); /* may be NULL */
    void *arg;
};

/* Memory of the arena.  A row of a type met nothing when none of so many entities of its
 * shared name has it.  ERR_STORE. */
int coverage_read(const struct state *s, const struct mapping *mapping,
                  const struct coverage_options *options, struct arena *arena,
                  struct coverage *ret);

/* Has any entity of the graph a label?  true for a graph without entities.  ERR_STORE. */
int coverage_has_label(const struct state *s, size_t graph, bool *ret_has_label);

/* A predicate whose literals read like names of things: what a label may be. */
struct coverage_name {
    const struct predicate *predicate;
    uint64_t texts; /* different ones, of the entities looked at */
    struct slice example;
};

/* Those of a graph that have most different literals, best first; memory of the arena.
 * ERR_STORE. */
int coverage_find_names(const struct state *s, size_t graph, struct arena *arena,
                        struct coverage_name *ret_names, size_t most, size_t *ret_count);
#endif
