/*
 * build.h - a store made of triples alone, without turns: sequential passes that sort, straight
 * into sorted files.  The state is a function of the triples, so it needs no history:
 * the rows, totals and digests are those that turns would have come to.
 *
 * What is not built: published, outbox, offsets, dirty.  Nobody was told anything yet, so
 * the store holds its events (engine_holds_events).
 */
#ifndef ALIGND_ENGINE_BUILD_H
#define ALIGND_ENGINE_BUILD_H

#include "alignd/engine/engine.h"

struct build;

struct build_options {
    const char *folder;  /* of the database: files lie there until it takes them */
    bool in_memory;      /* so is the database */
    size_t memory_bytes; /* what the passes may take, besides what the kernel keeps of files */
    uint64_t expected_triples; /* about; 0: nobody knows */
    /* how much of the passes is done, in [0, 1], and which is under way, in the end "ingest"
     * and "commit"; what it returns other than 0 ends the build with that code.  May be
     * NULL. */
    int (*progress)(void *arg, double done, const char *pass);
    void *arg;
};

/* For an empty database, which is lent till build_free; nobody else may open an engine on it
 * till then.  ERR_CONFIG (logged) as engine_open; ERR_MISMATCH: it is not empty. */
int build_new(struct kv *kv, const struct engine_options *engine,
              const struct build_options *options, struct build **ret_build);
void build_free(struct build *b);

/*
 * More changes of one graph, by its index; of several of one triple the last one counts.  A clear
 * counts as a delete of every triple of its subject that was added before it in that graph, by
 * whatever call: so changes of one subject have to come in their order, those of others may come in
 * any.  A clear costs 32 to 64 bytes of the folder a cleared subject, and 16 a triple that comes
 * behind the first.
 */
int build_add(struct build *b, size_t graph, const struct change *changes, size_t count);

/* The store goes on where another one stands, whose triples it was given: state_continue
 * (state/state.h).  from is lent until build_run has returned. */
void build_continue(struct build *b, const struct state *from);

/* So many records more are in the outbox, which the caller writes into the database under the
 * numbers behind the newest one of `from`. */
void build_append(struct build *b, uint64_t records);

/*
 * The passes; once, after the last change.  The database is whole and on disk when it returns 0,
 * and of no use to anybody when it fails or is interrupted.
 */
int build_run(struct build *b);

/* Seconds a pass took and bytes it wrote for the next one, for those who want to know.  Returns the
 * name of pass i, NULL behind the last one. */
const char *build_pass(const struct build *b, size_t i, double *ret_seconds, uint64_t *ret_bytes);

#endif
