/*
 * letter_sieve.h - of the dead letters that a standby made, those that are out already: whoever
 * owned the group before it made the same, and published them.
 *
 *   (1) A letter of a message before the offset that the group holds is out: a transaction carries
 *       both (publisher.h).
 *   (2) Of a message behind it, it may be out too, where a turn took several transactions: the
 *       dead letter topic tells, and is read when the first such letter is asked for.
 */
#ifndef ALIGND_DAEMON_LETTER_SIEVE_H
#define ALIGND_DAEMON_LETTER_SIEVE_H

#include "alignd/daemon/config.h"
#include "alignd/state/outbox.h"
#include "alignd/stream/publisher.h"

struct letter_sieve;

/* config: lent. */
struct letter_sieve *letter_sieve_new(const struct config *config);
void letter_sieve_free(struct letter_sieve *s);

/* (1): what the group holds; copied.  Offsets only go on. */
void letter_sieve_set(struct letter_sieve *s, struct slice topic, int32_t partition,
                      int64_t offset);

/* By (1) alone.  False of what is no letter. */
bool letter_sieve_is_before(const struct letter_sieve *s, const struct outbox_record *letter);

/* By both.  Codes of source_open. */
int letter_sieve_is_out(struct letter_sieve *s, const struct outbox_record *letter, bool *ret_out);
#endif
