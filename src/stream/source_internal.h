/*
 * source_internal.h - the batch as source.c fills it.
 */
#ifndef ALIGND_STREAM_SOURCE_INTERNAL_H
#define ALIGND_STREAM_SOURCE_INTERNAL_H

#include "alignd/stream/source.h"

#include <librdkafka/rdkafka.h>

/* Takes the record over, also on an error. */
void source_batch_add(struct source_batch *batch, rd_kafka_message_t *rkm, size_t topic,
                      size_t graph);

/* Replaces the positions. */
struct source_position *source_batch_positions(struct source_batch *batch, size_t count);
#endif
