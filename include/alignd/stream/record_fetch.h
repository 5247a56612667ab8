/*
 * record_fetch.h - topics read to their ends, and single records of a topic by their offsets: for
 * commands.  What is not committed is not seen.
 */
#ifndef ALIGND_STREAM_RECORD_FETCH_H
#define ALIGND_STREAM_RECORD_FETCH_H

#include "alignd/stream/source.h"

struct record_place {
    int32_t partition;
    int64_t offset;
};

/* The message is lent for the call.  place: its index among those asked for, of all 0.
 * 0 or an ERR_*, passed on. */
typedef int record_fetch_fn(void *arg, size_t place, const struct source_message *message);

/* All that is in the topics of options when it is called, partition by partition in the order of
 * the offsets.  Codes of source.h; ERR_BROKER: no record comes for start_timeout_ms, said in the
 * log. */
int record_fetch_all(const struct source_options *options, record_fetch_fn *take, void *arg);

/*
 * Of the only topic of options those places, which are in ascending order and each there once. What
 * the topic holds no more, or not yet, is not told.  Reads what lies between the first and the
 * last of a partition, too.
 */
int record_fetch_places(const struct source_options *options, const struct record_place *places,
                        size_t count, record_fetch_fn *take, void *arg);

/* Of the only topic of options what is at those places and behind them, to the ends; a partition
 * has one place at most, and without one is not read.  place: 0. */
int record_fetch_from(const struct source_options *options, const struct record_place *places,
                      size_t count, record_fetch_fn *take, void *arg);

/* By partition, then offset: <0, 0, >0. */
int record_fetch_compare(const struct record_place *a, const struct record_place *b);
#endif
