/*
 * broker_embedded.h - librdkafka's mock cluster in this process, on loopback
 * at ports of its own choosing: for the demonstration and for tests.  Other
 * processes can produce to it and read from it.
 *
 * It is no Kafka: records live in memory (5 MiB a partition, the oldest go
 * first) and end with the process, readers see uncommitted records, and offsets
 * within transactions cannot be stored: nothing is promised over a restart.
 */
#ifndef ALIGND_STREAM_BROKER_EMBEDDED_H
#define ALIGND_STREAM_BROKER_EMBEDDED_H

struct broker_embedded;

/* ERR_BROKER with librdkafka's words in the log. */
int broker_embedded_start(struct broker_embedded **ret_broker);
/* Clients must be closed before. */
void broker_embedded_stop(struct broker_embedded *b);

/* bootstrap.servers; valid until the stop. */
const char *broker_embedded_bootstrap(const struct broker_embedded *b);

/* A topic that is there already is no error. */
int broker_embedded_create_topic(struct broker_embedded *b, const char *name, int partitions);
#endif
