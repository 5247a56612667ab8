/*
 * state.h - what a store holds, as far as it is kept in memory: its graphs and predicates,
 * what is counted along, and the rows that are read again and again.  Everything else is in
 * its rows (store/layout.h).
 *
 * Who reads takes a `const struct state *`.  Only state_commit, state_begin_epoch and
 * state_continue change one, after the store has taken the change: what fails before leaves it
 * as it was.
 */
#ifndef ALIGND_STATE_STATE_H
#define ALIGND_STATE_STATE_H

#include "alignd/align/decided.h"
#include "alignd/graph/id.h"
#include "alignd/graph/predicate.h"
#include "alignd/state/outbox.h"
#include "alignd/state/limits.h"
#include "alignd/state/row_cache.h"
#include "alignd/store/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_totals {
    uint64_t triples[STATE_MAX_GRAPHS];
    uint64_t entities[STATE_MAX_GRAPHS];
    uint64_t pairs, matches;
    struct decided_counts decided; /* pairs, each counted at both ends */
};

struct state {
    struct kv *kv; /* lent */
    char uuid[37];
    uint64_t epoch;
    uint64_t head; /* newest record of the outbox, of this epoch */
    bool held;     /* events are held: engine/engine.h */
    struct state_graph {
        struct slice name; /* lent */
        uint16_t tag;
        size_t rank; /* in the order of the names */
    } graphs[STATE_MAX_GRAPHS];
    size_t graph_count;
    uint16_t verdict_tag; /* of the graph of verdicts (graph/verdict.h); 0: there is none */
    struct predicates *predicates; /* may know of more than the store, with no triples */
    struct row_cache *rows;
    struct state_totals totals;
    uint64_t digests[KV_FAMILIES]; /* sum of the rows' hashes */
};

/* Nothing of the store is read yet.  graphs: names, lent; no two of one tag. */
void state_init(struct state *s, struct kv *kv, const char *const *graphs, size_t graph_count,
                const struct mapping *mapping, size_t row_cache_bytes);
void state_fini(struct state *s);

/*
 * Reads what the store says of itself.  What is new, all of it or a graph, goes into the
 * batch.  ERR_MISMATCH (logged): a graph of the store is not among those given.  ERR_VERSION
 * (logged), ERR_STORE.
 */
int state_load(struct state *s, struct kv_batch *batch);

/*
 * Another reader of the same rows, in a thread of its own: as s, or a view of it
 * (state_view.h), is now, with predicates and cached rows of its own.  Graphs and the database are
 * lent from s; state_fini ends it, whatever this returns.  ERR_STORE.
 */
int state_copy(const struct state *s, const struct mapping *mapping, size_t row_cache_bytes,
               struct state *ret);

/* The index of the graph of an id, or graph_count. */
size_t state_graph_of(const struct state *s, struct id id);
/* Is a the subject of a pair with b? */
bool state_first(const struct state *s, struct id a, struct id b);
/* Its index among the graphs, or graph_count. */
size_t state_verdict_graph(const struct state *s);
/* Has anybody said anything of a pair? */
bool state_has_verdicts(const struct state *s);
/* What is decided of how many pairs. */
struct decided_counts state_decided(const struct state *s);
/* Graphs without that of verdicts. */
size_t state_catalogs(const struct state *s);
/* Is it another one than that of verdicts? */
static inline bool state_is_catalog(const struct state *s, size_t graph)
{
    return s->graphs[graph].tag != s->verdict_tag;
}
/* Is it the id of an entity of a catalog?  Else it is one that verdicts speak of. */
static inline bool state_of_catalog(const struct state *s, struct id id)
{
    return id_graph(id) != s->verdict_tag;
}
/* Of all graphs. */
uint64_t state_entities(const struct state *s);
uint64_t state_triples(const struct state *s);

/* What a row adds to the digest of its family. */
uint64_t state_row_hash(enum kv_family family, struct slice key, struct slice row);

/* What a batch of rows changes of what is counted along: differences, modulo 2^64. */
struct state_change {
    struct state_totals totals;
    uint64_t digests[KV_FAMILIES];
    uint64_t records; /* appended to the outbox */
    bool hold;        /* events are held from here on */
    bool release;     /* events are held no more */
    const struct state_predicate {
        struct predicate *predicate;
        int64_t triples;
    } * predicates; /* each once */
    size_t predicate_count;
};

/* One row that differs from before, into the batch; old_row and new_row: data NULL for none. */
void state_put_row(const struct state *s, struct kv_batch *batch, struct state_change *change,
                   enum kv_family family, struct slice key, struct slice old_row,
                   struct slice new_row);

/*
 * The rows of the batch, and those that `change` makes, into the store at once; then the
 * state is what they say.  A batch without a row changes nothing.  On an error the state is
 * what it was; after ERR_STORE nobody knows what the store is.
 */
int state_commit(struct state *s, struct kv_batch *batch, const struct state_change *change,
                 bool sync);

/* Which dead letters; they are asked about in their order. */
struct state_letters {
    bool (*keep)(void *arg, const struct outbox_record *letter);
    void *arg;
};

/*
 * A new epoch, synced: seq begins at 1 again, and events are held from here on.  The epoch is
 * the next one, or at_least.  What of the outbox was not published is dropped but for dead
 * letters, those of which (NULL: all).  The batch is of the caller, empty before and after.
 */
int state_begin_epoch(struct state *s, struct kv_batch *batch, uint64_t at_least,
                      const struct state_letters *which);

/*
 * Goes on where another state stands, whose triples this new one is made of, synced: under its
 * identity, in its epoch, with its offsets and what of its outbox is not published, events
 * held.  The batch is of the caller, empty before and after.
 */
int state_continue(struct state *s, struct kv_batch *batch, const struct state *from);

/* Deletes all of a family. */
void state_clear_family(struct kv *kv, struct kv_batch *batch, enum kv_family family);
#endif
