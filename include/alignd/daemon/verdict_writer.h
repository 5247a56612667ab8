/*
 * verdict_writer.h - verdicts of people at the page into the topic of verdicts, so that they take
 * the way that all verdicts take.  For any thread.
 */
#ifndef ALIGND_DAEMON_VERDICT_WRITER_H
#define ALIGND_DAEMON_VERDICT_WRITER_H

#include "alignd/graph/term.h"
#include "alignd/graph/verdict.h"
#include "alignd/stream/kafka_conf.h"

#include <pthread.h>
#include <stddef.h>

struct producer;

struct verdict_writer {
    pthread_mutex_t lock;
    const struct kafka_conf *kafka;
    const char *topic;         /* NULL: there is none to write to */
    struct producer *producer; /* opened by the first verdict */
};

/* kafka and topic are lent. */
void verdict_writer_init(struct verdict_writer *w, const struct kafka_conf *kafka,
                         const char *topic);
void verdict_writer_fini(struct verdict_writer *w);

/*
 * What is said of the pair from here on, whatever was said before, whichever of the two was the
 * subject: in one message, keyed by a.  VERDICT_NONE takes back.  Returns when the broker has it.
 * ERR_BROKER after timeout_ms, and then it may still arrive; ERR_RETRY: others wait for the broker,
 * it was not sent; ERR_AUTH, ERR_CONFIG (said in the log).
 */
int verdict_writer_send(struct verdict_writer *w, const struct term *a, const struct term *b,
                        enum verdict verdict, int timeout_ms);
#endif
