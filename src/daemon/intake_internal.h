/*
 * intake_internal.h - a batch as it is filled: messages from the source, and
 * what they were decoded to (intake_lot.c); intake.c moves it between the threads.
 */
#ifndef ALIGND_DAEMON_INTAKE_INTERNAL_H
#define ALIGND_DAEMON_INTAKE_INTERNAL_H

#include "alignd/base/arena.h"
#include "alignd/daemon/intake.h"
#include "alignd/daemon/message_decoder.h"

/* A batch on its way: read by the thread, then lent to the engine. */
struct intake_lot {
    struct intake_batch face; /* first */
    struct source_batch *source;
    struct arena *arena;
    size_t decoded; /* messages of source looked at */
    struct engine_input *inputs;
    size_t input_size;
    struct state_offset *offsets;
    size_t offset_size;
    struct outbox_record *dead_letters;
    size_t dead_size;
};

struct intake_decoder {
    const struct config *config;
    struct metrics *metrics;
    struct message_decoder *messages;
    uint64_t error_logged_us, errors_unlogged;
    bool told; /* what can be done about bad messages */
};

void intake_lot_init(struct intake_lot *lot);
/* Takes a half-made one. */
void intake_lot_fini(struct intake_lot *lot);
void intake_lot_clear(struct intake_lot *lot);

/* Decodes the next message of source into the lot; one that stops it (ERR_FORMAT)
 * does not count as looked at. */
int intake_lot_decode_next(struct intake_decoder *in, struct intake_lot *lot);

/* Writes the offsets behind what was decoded: invariant (1). */
void intake_lot_put_offsets(struct intake_decoder *in, struct intake_lot *lot);
#endif
