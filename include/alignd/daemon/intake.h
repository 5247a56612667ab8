/*
 * intake.h - the thread that reads and decodes the input while the engine works:
 * it fills the next batch until the engine comes for it.  So a batch is what has
 * arrived meanwhile: a handful of messages at rest, tens of thousands with a
 * backlog.
 *
 * Invariants:
 *   (1) The offsets of a batch are those behind its messages, no more: what is
 *       committed with them is all that was read up to there.
 *   (2) A message is in a batch whole (its changes), or as a dead letter, or
 *       counted as skipped; where on_error = stop it is behind the batch's offsets.
 */
#ifndef ALIGND_DAEMON_INTAKE_H
#define ALIGND_DAEMON_INTAKE_H

#include "alignd/daemon/config.h"
#include "alignd/daemon/metrics.h"
#include "alignd/engine/engine.h"
#include "alignd/stream/source.h"

/* Lent until intake_release. */
struct intake_batch {
    struct engine_turn turn;
    size_t messages;
    uint64_t since_us; /* when the first message came (CLOCK_MONOTONIC) */
};

struct intake;

/* What may change while it runs (SIGHUP). */
struct intake_limits {
    size_t max_messages, max_bytes;
    int fill_ms;
};

/* Starts the thread; the source must be assigned.  All lent; mapping: NULL for none. */
int intake_start(const struct config *config, const struct mapping *mapping, struct source *source,
                 struct metrics *metrics, struct intake **ret_intake);
/* Takes NULL. */
void intake_stop(struct intake *in);

/* The batch that is ready, waiting up to wait_ms for one; NULL for none. */
const struct intake_batch *intake_take(struct intake *in, int wait_ms);
void intake_release(struct intake *in, const struct intake_batch *batch);

/* 0, or what ended the thread: source_poll's codes, or ERR_FORMAT of a message
 * that could not be decoded where on_error = stop. Batches before it are still taken. */
int intake_status(struct intake *in);

/* Nothing is ready, under way or left in the topics as far as the broker has told. */
bool intake_is_drained(struct intake *in);

void intake_pause(struct intake *in, bool pause);
void intake_set_limits(struct intake *in, const struct intake_limits *limits);
#endif
