/*
 * store_digest.h - what two stores are compared by: the digest of all that follows from their
 * triples, and where they stand.  GET /digest tells it, `alignd digest --with` compares.
 */
#ifndef ALIGND_DAEMON_STORE_DIGEST_H
#define ALIGND_DAEMON_STORE_DIGEST_H

#include "alignd/base/arena.h"
#include "alignd/base/json_writer.h"
#include "alignd/state/offsets.h"
#include "alignd/store/kv.h"

struct store_digest {
    char uuid[37];
    uint64_t epoch, triples, matches;
    uint64_t waiting;  /* entities that are not worked off: not final unless 0 */
    uint64_t digest;   /* identity_digest */
    uint64_t settings; /* of all that shapes the state */
    const struct state_offset *offsets;
    size_t offset_count;
};

/* Of one moment where kv is a view.  Memory of the arena.  ERR_NOT_FOUND: nothing is in it;
 * ERR_VERSION, ERR_STORE. */
int store_digest_read(struct kv *kv, struct arena *arena, struct store_digest *ret);

/* As members of an object. */
void store_digest_write(const struct store_digest *d, struct json_writer *w);
/* Of an object written so, which is lent from here on.  ERR_FORMAT: it is none. */
int store_digest_parse(struct slice text, struct arena *arena, struct store_digest *ret);

/* Have they read as much, partition by partition, and worked it off?  Then their digests can be
 * compared; so they can where one has read no topic at all (alignd load). */
bool store_digest_comparable(const struct store_digest *a, const struct store_digest *b);
#endif
