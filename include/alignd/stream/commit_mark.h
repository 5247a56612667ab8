/*
 * commit_mark.h - the sequence that travels with a commit: the metadata of
 * every offset in a transaction of ours reads
 *
 *     alignd/1 <store uuid> <epoch> <H> <instance>[ <beat> <lease>]
 *
 * H being the newest outbox seq the transaction published.  Kafka stores it
 * with the offsets or not at all, so after a crash it says exactly which
 * outbox records are out; nothing else knows.  The instance is a random word of
 * the publisher that committed it: two processes with copies of one store differ
 * in it alone.  One of several instances (lease.h) adds how many commits it made so far, so
 * that who watches sees it alive, and after how many milliseconds without another one it may be
 * taken for dead; 0: it has ended and left the group to the others.
 */
#ifndef ALIGND_STREAM_COMMIT_MARK_H
#define ALIGND_STREAM_COMMIT_MARK_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMIT_MARK_MAX 160

#define COMMIT_MARK_INSTANCE 16 /* hexadecimal digits */

struct commit_mark {
    char uuid[37];
    uint64_t epoch, head;
    char instance[COMMIT_MARK_INSTANCE + 1]; /* empty: not told (written before there were any) */
    bool beats;                              /* the next two are told */
    uint64_t beat, lease_ms;
};

/* The metadata text; always fits in COMMIT_MARK_MAX, its NUL included. */
void commit_mark_format(char text[COMMIT_MARK_MAX], const struct commit_mark *mark);
bool commit_mark_parse(struct slice text, struct commit_mark *ret_mark);
/* Whether text is a mark, and that of another instance. */
bool commit_mark_is_foreign(struct slice text, const char *instance);

/* What the group holds for one input partition. */
struct commit_mark_found {
    struct slice topic;
    int32_t partition;
    int64_t offset;       /* -1: none committed */
    struct slice text;    /* the metadata, empty for none */
    int64_t store_offset; /* the store's next, -1: none */
};

/* The store's side. */
struct commit_mark_store {
    const char *uuid;
    uint64_t epoch, head;
    uint64_t dropped; /* the newest seq that is known to be published; 0: none */
};

/*
 * Compares the two sides.
 *   ret_head  the newest seq of this epoch that is published: publish on from there
 *   why       on ERR_MISMATCH the reason, one line; else empty or a warning
 *
 * ERR_MISMATCH where going on could lose or repeat an output:
 *   (1) another store published under this group
 *   (2) the group is ahead of the store (an old copy of the store was brought back)
 *   (3) the group's mark is gone (it was reset), and the outbox holds records
 *       that may be out already
 *
 * A store claims its group with a mark before it publishes anything, so from
 * then on a missing mark always means that somebody took it away.
 */
int commit_mark_judge(const struct commit_mark_store *store, const struct commit_mark_found *found,
                      size_t count, uint64_t *ret_head, char *why, size_t why_size);
#endif
