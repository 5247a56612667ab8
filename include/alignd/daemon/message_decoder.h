/*
 * message_decoder.h - messages of the input topics as changes, as the configuration has each graph
 * read: its format, its records, its limits.
 */
#ifndef ALIGND_DAEMON_MESSAGE_DECODER_H
#define ALIGND_DAEMON_MESSAGE_DECODER_H

#include "alignd/daemon/config.h"
#include "alignd/graph/mapping.h"
#include "alignd/stream/source.h"

struct message_decoder;

/* Both lent; mapping: NULL for none. */
struct message_decoder *message_decoder_new(const struct config *config,
                                            const struct mapping *mapping);
void message_decoder_free(struct message_decoder *d);

/* As codec_decode; the message's graph says how it is read.  A null value is no change but where
 * messages are records. */
int message_decoder_decode(const struct message_decoder *d, const struct source_message *m,
                           struct arena *arena, struct change **ret_changes, size_t *ret_count,
                           struct codec_error *ret_error);
#endif
