/*
 * topic_fold.h - the last record of each key of a topic: what is left of it when
 * it is compacted.  Keys and values are copied; memory grows with the keys.
 */
#ifndef ALIGND_DAEMON_TOPIC_FOLD_H
#define ALIGND_DAEMON_TOPIC_FOLD_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"
#include "alignd/stream/source.h"

#include <stdbool.h>
#include <stddef.h>

struct topic_fold;

/* keep_values: false keeps only whether there is one. */
struct topic_fold *topic_fold_new(bool keep_values);
void topic_fold_free(struct topic_fold *f);

void topic_fold_take(struct topic_fold *f, const struct source_message *message);

/*
 * What is to be kept of each value that came since this was last called and is still the last of
 * its key: reduce puts it into out, which is empty.  So a value that was soon followed by another
 * is not looked at at all.
 */
void topic_fold_reduce(struct topic_fold *f, void (*reduce)(struct slice value, struct buf *out));

/* Whether the last record of the key has a value, and which (kept values only; lent). */
bool topic_fold_find(const struct topic_fold *f, struct slice key, struct slice *ret_value);

/* Visits the keys whose last record has a value, in the order of their bytes; what
 * visit returns other than 0 ends it. */
int topic_fold_each(struct topic_fold *f,
                    int (*visit)(void *arg, struct slice key, struct slice value), void *arg);
#endif
