/*
 * identity.h - what a store says of itself, read without opening an engine on it:
 * no settings, model or mapping are needed.  For backups, and for starting over.
 */
#ifndef ALIGND_STATE_IDENTITY_H
#define ALIGND_STATE_IDENTITY_H

#include "alignd/base/arena.h"
#include "alignd/store/kv.h"

struct identity {
    char uuid[37];
    uint64_t epoch, head;
    bool held; /* events are held: engine/engine.h */
    uint64_t triples, matches;
    uint64_t dirty;                /* rows that wait to be worked off */
    uint64_t digests[KV_FAMILIES]; /* as in struct state */
};

/* ERR_NOT_FOUND: nothing is in it.  ERR_VERSION, ERR_STORE: the words are in the log. */
int identity_read(struct kv *kv, struct identity *ret_identity);

/* Over the rows that are a function of the triples: one number for the whole state. */
uint64_t identity_digest(const struct identity *identity);

/* Hashes every row of the state: ERR_DIFFERS (logged) when they are not what the digests
 * say, ERR_STORE when they cannot be read. */
int identity_check(struct kv *kv, const struct identity *identity);

/* The lines `name=value` of all that shapes the state; memory of the arena. */
int identity_read_settings(struct kv *kv, struct arena *arena, struct slice *ret_lines);

/*
 * Makes the store as good as new, in one synced write: everything derived, the outbox and all
 * offsets go, settings and graphs too (the next to open it decides them anew).  Its uuid
 * stays; the next epoch begins, with events held (engine/engine.h).
 * ERR_NOT_FOUND: nothing is in it.  ERR_VERSION, ERR_STORE.
 */
int identity_wipe(struct kv *kv);
#endif
