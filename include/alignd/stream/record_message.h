/*
 * record_message.h - a message of a topic of records: what an entity is now, or that it is gone.
 *
 * JSON: an object is a record, an array several.  What wraps it is taken off: the schema of Kafka
 *   Connect's JSON ({"schema": ..., "payload": ...}), the five bytes of Confluent's wire format,
 * and the envelope of Debezium ({"before": ..., "after": ..., "op": ...}): op c, u, r    what
 * stands after; a before of another id is deleted op d          what stands before, or else the
 * key, is deleted op m          (a message) says nothing; op t (a truncated table) is refused A
 * flattened record with "__deleted": "true" (or true) is a deletion; of others
 *   "__deleted" is left out.  A column "__debezium_unavailable_value" is taken from before; where
 * that has it not, the message is refused. A change (json_change.h) is taken as one, so is one of a
 * Wikibase (rdf_change.h). N-Triples, N-Quads: the entities they speak of as a whole; RDF Patch: as
 * it is. No value: the entity of the key is deleted: BASE TYPE/KEY, or where the message would be
 * of N-Quads the IRI that the key is. A key is text, or JSON: a scalar, or an object (with a schema
 * or without), of which the id's member is taken, or else the only one.
 *
 * A record becomes a CHANGE_CLEAR of each entity it says and inserts; a deletion a CHANGE_CLEAR.
 */
#ifndef ALIGND_STREAM_RECORD_MESSAGE_H
#define ALIGND_STREAM_RECORD_MESSAGE_H

#include "alignd/stream/codec.h"
#include "alignd/stream/record_map.h"

struct record_message {
    bool has_key, tombstone;
    struct slice key, payload;
};

/* As codec_decode. */
int record_message_decode(const struct record_map *map, enum codec_format format,
                          const struct record_message *message, const struct codec_limits *limits,
                          struct arena *arena, struct change **ret_changes, size_t *ret_count,
                          struct codec_error *ret_error);
#endif
