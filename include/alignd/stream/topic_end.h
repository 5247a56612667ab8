/*
 * topic_end.h - when all that was written to a topic can be read.  A commit that was acknowledged
 * is decided, but a reader of what is committed sees its records only once the brokers have marked
 * them, and those of a transaction that is open not yet.  Who has to know all that a topic
 * says, of his own writing a moment ago too, waits for that first.
 */
#ifndef ALIGND_STREAM_TOPIC_END_H
#define ALIGND_STREAM_TOPIC_END_H

#include "alignd/stream/kafka_conf.h"

/*
 * Waits until on no partition a transaction is open, up to wait_ms.  ERR_BROKER (logged): one stays
 * open, or nobody answers; ERR_AUTH, ERR_CONFIG: the topic does not exist.
 */
int topic_end_await(const struct kafka_conf *kafka, const char *group, const char *topic,
                    int wait_ms);
#endif
