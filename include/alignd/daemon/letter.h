/*
 * letter.h - records of the dead letter topic as they are read: letters (dead_letter.h writes
 * them), and marks beside them that say which were resent:
 *
 *     key                          __alignd.resent/PARTITION:OFFSET
 *     value                        empty; not null, so compaction keeps it
 *     __alignd.resent.letter       PARTITION:OFFSET of the letter in this topic
 *     __alignd.resent.topic, .partition, .offset, .timestamp   the message the letter is of
 *     __alignd.resent.at           when
 *
 * A mark is in its letter's partition, so the letter is deleted before it.  It names the message
 * too: a reset makes a second letter of the same one.  It takes no number (__alignd.id).
 */
#ifndef ALIGND_DAEMON_LETTER_H
#define ALIGND_DAEMON_LETTER_H

#include "alignd/base/arena.h"
#include "alignd/stream/producer.h"
#include "alignd/stream/record_fetch.h"
#include "alignd/stream/source.h"

/* A message that became a letter.  The timestamp tells it from another one at that place of a topic
 * that was made again. */
struct letter_source {
    struct slice topic;
    int32_t partition;
    int64_t offset, timestamp_ms;
};

/* Slices are of the message that was read; empty for none. */
struct letter {
    struct record_place at; /* in the dead letter topic */
    struct letter_source source;
    struct slice code, message, line, column;
    uint64_t whole_bytes;     /* of the value, where it was cut; else 0 */
    uint64_t headers_dropped; /* of the message's own */
    size_t header_count;      /* of the message's own, which come first */
};

struct letter_mark {
    struct record_place letter;
    struct letter_source source;
    int64_t at_ms; /* when */
};

/* False: it is no letter. */
bool letter_read(const struct source_message *m, struct letter *ret_letter);
/* False: it is no mark.  What has the headers of a letter is none. */
bool letter_read_mark(const struct source_message *m, struct letter_mark *ret_mark);

/* Is the value or are the headers not as they were? */
bool letter_is_cut(const struct letter *letter);

/* A record for the dead letter topic; it lives in the arena. */
void letter_write_mark(const struct letter_mark *mark, struct arena *arena,
                       struct producer_record *ret_record);

#define LETTER_PLACE_BYTES 40
/* PARTITION:OFFSET, both ways; false for anything else. */
void letter_write_place(char out[LETTER_PLACE_BYTES], const struct record_place *place);
bool letter_read_place(struct slice text, struct record_place *ret_place);
#endif
