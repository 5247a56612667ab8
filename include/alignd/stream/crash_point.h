/*
 * crash_point.h - named places where a test can have the process killed:
 * ALIGND_CRASH_AT=point:count ends it with SIGKILL when the point is passed
 * for the count-th time; ALIGND_STOP_AT stops it there (SIGSTOP) until it is told to
 * continue.  With ALIGND_TRAPS_WHEN=FILE passes count only while the file is there.  For tests;
 * without the variables it costs two loads.
 *
 * Points, in the order of a message's way:
 *   turn-before      polled and decoded, nothing committed
 *   turn-after       committed to the store, the publisher not told yet
 *   turn-dirty       the same, of a turn without input that works off deferred entities
 *   txn-begin        a transaction is open, nothing produced
 *   txn-produced     its records are with the client
 *   txn-offsets      its offsets are with the broker
 *   txn-committed    committed at the broker, the outbox not cleaned yet
 *   outbox-dropped   all done
 * and where a standby passes, the middle one and the last in a replay too:
 *   demoted          it holds its events, and stands by
 *   takeover         it is about to take over
 *   fenced           nobody else can publish any more
 *   new-epoch        the store has begun an epoch, the group does not know yet
 *   claimed          the group is its own
 *   reconciled       what differs is in the outbox, the publisher not told yet
 *   reset-begin, reset-wiped, reset-claimed            alignd reset
 *   backup-checkpoint, backup-copied                   alignd backup
 *   restore-copied, restore-checked                    alignd restore
 *   letters-sent     alignd letters resend: a lot is acknowledged, and not marked
 * and a store that is built (alignd load; the daemon, where each pass is a point of its
 * own name too, so are ingest and commit):
 *   build-batch      more of the input is spooled
 *   build-bucket     a bucket of a pass is about to be taken
 *   build-run        the database beside is whole and closed, the old one as it was
 *   build-finished   it has taken its place
 */
#ifndef ALIGND_STREAM_CRASH_POINT_H
#define ALIGND_STREAM_CRASH_POINT_H

void crash_point_pass(const char *point);
#endif
