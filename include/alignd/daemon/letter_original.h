/*
 * letter_original.h - messages as they were before they became dead letters: from the letters, and
 * where these were cut from the input topics, as long as they hold them.
 */
#ifndef ALIGND_DAEMON_LETTER_ORIGINAL_H
#define ALIGND_DAEMON_LETTER_ORIGINAL_H

#include "alignd/base/arena.h"
#include "alignd/daemon/config.h"
#include "alignd/daemon/letter_list.h"
#include "alignd/stream/producer.h"

struct letter_original {
    /* As it was; to its partition, and of no timestamp: one of then might be deleted as too old. */
    struct producer_record record;
    const char *missing; /* why there is none, for people; NULL: there is */
};

/*
 * Of entries, in any order; all topics of theirs are inputs of config.  Originals are in the arena,
 * count of them, in the order of the entries.  Reads the dead letter topic from the first to the
 * last of them, and of the input topics likewise where letters were cut.  Codes of record_fetch.h.
 */
int letter_original_get(const struct config *config, const struct letter_entry *const *entries,
                        size_t count, struct arena *arena, struct letter_original **ret_originals);
#endif
