/*
 * kafka_secret.h - which properties of librdkafka hold passwords and keys, and texts without them.
 */
#ifndef ALIGND_STREAM_KAFKA_SECRET_H
#define ALIGND_STREAM_KAFKA_SECRET_H

#include "alignd/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the property of that name holds a password or a key: nobody should see its value. */
bool kafka_secret_is_key(const char *key);

/* Values that nobody should see; all zero are none. */
struct kafka_secret_list {
    char **at;
    size_t count;
};

/* Copies one; "" is none. */
void kafka_secret_add(struct kafka_secret_list *list, const char *value);
/* Wipes and frees them. */
void kafka_secret_fini(struct kafka_secret_list *list);

/* The text with "[redacted]" for each of them, in space, which is empty before; valid until that
 * is changed. */
const char *kafka_secret_hide(const struct kafka_secret_list *list, const char *text,
                              struct buf *space);
#endif
