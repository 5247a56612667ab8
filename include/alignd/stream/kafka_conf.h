/*
 * kafka_conf.h - the librdkafka properties a user passes through: gathered from
 * [kafka], [kafka.consumer], [kafka.producer] and -X, checked one by one as they
 * come, and turned into what each kind of client is opened with.
 *
 * Refused are the properties the exactly-once protocol depends on (it sets them
 * itself), and, unless allowed, those that make librdkafka run or load code.
 * A value can stand in a file: 'sasl.password_file = PATH' sets sasl.password
 * to the file's content without the line end.  Passwords and keys are never logged, by librdkafka
 * neither, and not taken from the command line, which every user of the machine may read.
 */
#ifndef ALIGND_STREAM_KAFKA_CONF_H
#define ALIGND_STREAM_KAFKA_CONF_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* Later ones win: what -X says holds for every client. */
enum kafka_conf_section {
    KAFKA_CONF_COMMON,
    KAFKA_CONF_CONSUMER,
    KAFKA_CONF_PRODUCER,
    KAFKA_CONF_OVERRIDE,
    KAFKA_CONF_SECTIONS
};

struct kafka_conf;

/* allow_code: properties that run code are taken. */
struct kafka_conf *kafka_conf_new(bool allow_code);
void kafka_conf_free(struct kafka_conf *conf);

/*
 * Adds or replaces one property; both texts are copied.  where begins the
 * message ("alignd.conf:12"); NULL for the name of the section.
 * ERR_CONFIG: unknown, malformed, refused, or its file unreadable; the reason
 * is in the log, in librdkafka's words where it knows better.
 */
int kafka_conf_add(struct kafka_conf *conf, enum kafka_conf_section section, const char *key,
                   const char *value, const char *where);

/*
 * The same from "key=value" of the command line.  ERR_USAGE also for a secret: its file may be
 * named there ("sasl.password_file=PATH"), it itself not.
 */
int kafka_conf_add_pair(struct kafka_conf *conf, enum kafka_conf_section section, const char *pair);

/* bootstrap.servers as it stands, or "" without one. */
const char *kafka_conf_bootstrap(const struct kafka_conf *conf);

/*
 * librdkafka's statistics (JSON, see its STATISTICS.md) of every client opened
 * from now on, every statistics.interval.ms (5 seconds); called from the thread
 * that polls the client.  role: "consumer" or "producer".
 */
typedef void kafka_conf_stats_fn(void *arg, const char *role, struct slice json);
void kafka_conf_set_stats(struct kafka_conf *conf, kafka_conf_stats_fn *fn, void *arg);
#endif
