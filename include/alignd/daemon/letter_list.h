/*
 * letter_list.h - all letters of a dead letter topic without their values, and what became of them:
 * 200 bytes a letter.
 *
 * Those of one message (after a reset it is a letter again) are one matter: the newest stands for
 * it, the others are told as repeated.
 */
#ifndef ALIGND_DAEMON_LETTER_LIST_H
#define ALIGND_DAEMON_LETTER_LIST_H

#include "alignd/daemon/letter.h"

enum letter_state { LETTER_OPEN, LETTER_RESENT, LETTER_REPEATED };

#define LETTER_START_BYTES 64

struct letter_entry {
    struct record_place at;
    const char *topic, *code; /* of the list; those of one name are one pointer */
    int32_t partition;        /* of the message, as the next two */
    int64_t offset, timestamp_ms;
    uint64_t bytes; /* of key, headers and value, whole where it was cut */
    enum letter_state state;
    int64_t resent_ms; /* the last time; LETTER_RESENT alone */
    bool cut, selected;
    bool has_key;
    uint64_t key_hash;
    int64_t newer; /* -1; see letter_newer.h */
    unsigned char start_bytes;
    char start[LETTER_START_BYTES]; /* of the value */
};

struct letter_list;

struct letter_list *letter_list_new(void);
void letter_list_free(struct letter_list *list);

/* Both copy. */
void letter_list_take(struct letter_list *list, const struct source_message *m,
                      const struct letter *letter, bool selected);
void letter_list_take_mark(struct letter_list *list, const struct letter_mark *mark);

/* When all are taken: by topic, partition and offset of the messages.  Lent. */
struct letter_entry *letter_list_finish(struct letter_list *list, size_t *ret_count);
#endif
