/*
 * dead_letter.h - a message that could not be decoded, as an outbox record: its
 * key, value, headers and timestamp, and in further headers what was wrong:
 *
 *     __alignd.errors.topic, .partition, .offset   where it came from
 *     __alignd.errors.stage                        decode
 *     __alignd.errors.code, .message               see stream/codec.h
 *     __alignd.errors.line, .column                where known
 *     __alignd.errors.truncated                    bytes of the whole value, if it was cut
 */
#ifndef ALIGND_DAEMON_DEAD_LETTER_H
#define ALIGND_DAEMON_DEAD_LETTER_H

#include "alignd/base/arena.h"
#include "alignd/engine/outbox.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/source.h"

/* The record points into the message and the arena.  ERR_NO_MEMORY. */
int dead_letter_make(const struct source_message *message, const char *topic,
                     const struct codec_error *error, size_t max_bytes, struct arena *arena,
                     struct outbox_record *ret_record);
#endif
