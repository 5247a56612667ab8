/*
 * letter_newer.h - letters of records that are out of date: their topics hold a newer message of
 * the same key, which says what the entity is since.  Resent, the letter would count over it.
 */
#ifndef ALIGND_DAEMON_LETTER_NEWER_H
#define ALIGND_DAEMON_LETTER_NEWER_H

#include "alignd/daemon/config.h"
#include "alignd/daemon/letter_list.h"

/*
 * Of the entries of a letter_list: sets newer of those that are selected and open to the offset of
 * the newest such message that is no letter itself.  Reads the topics of records that they are of
 * from the oldest of them on.  Codes of record_fetch.h.
 */
int letter_newer_find(const struct config *config, struct letter_entry *entries, size_t count);
#endif
