/*
 * dead_letter.h - a message that could not be decoded, as an outbox record: its
 * key, value, headers and timestamp, and in further headers what was wrong:
 *
 *     __alignd.errors.topic, .partition, .offset   where it came from
 *     __alignd.errors.stage                        decode
 *     __alignd.errors.code, .message               see stream/codec.h
 *     __alignd.errors.line, .column                where known
 *     __alignd.errors.truncated                    bytes of the whole value, if it was cut
 *     __alignd.errors.headers_dropped              how many headers were too much
 */
#ifndef ALIGND_DAEMON_DEAD_LETTER_H
#define ALIGND_DAEMON_DEAD_LETTER_H

#include "alignd/base/arena.h"
#include "alignd/state/outbox.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/source.h"

struct dead_letter_limits {
    size_t bytes;        /* of key, the message's headers and value: the value is cut to fit */
    size_t header_bytes; /* of the message's headers: later ones are dropped */
};

/* Names and values of a message's headers. */
size_t dead_letter_header_bytes(const struct source_message *message);

/* The record points into the message and the arena. */
void dead_letter_make(const struct source_message *message, const char *topic,
                      const struct codec_error *error, const struct dead_letter_limits *limits,
                      struct arena *arena, struct outbox_record *ret_record);
#endif
