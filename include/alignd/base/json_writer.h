/*
 * json_writer.h - appends JSON (RFC 8259) to a buffer, on one line without
 * spaces, commas by itself:
 *
 *     json_writer_begin_object(&w);
 *     json_writer_add_number(&w, "score", 0.5);
 *     json_writer_end_object(&w);          {"score":0.5}
 *
 */
#ifndef ALIGND_BASE_JSON_WRITER_H
#define ALIGND_BASE_JSON_WRITER_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buf *out;
    bool comma; /* due before the next value or key */
};

static inline struct json_writer json_writer_of(struct buf *out)
{
    return (struct json_writer){out, false};
}

void json_writer_begin_object(struct json_writer *w);
void json_writer_end_object(struct json_writer *w);
void json_writer_begin_array(struct json_writer *w);
void json_writer_end_array(struct json_writer *w);

/* The key of the value that follows. */
void json_writer_key(struct json_writer *w, const char *key);
void json_writer_key_slice(struct json_writer *w, struct slice key);

/* Text passes through as it is but for what must be escaped; bytes that are not
 * UTF-8 become U+FFFD. */
void json_writer_string(struct json_writer *w, struct slice text);
void json_writer_text(struct json_writer *w, const char *text);

void json_writer_integer(struct json_writer *w, int64_t value);
void json_writer_unsigned(struct json_writer *w, uint64_t value);
/* The fewest digits that read back as the same value; null for infinities and NaN. */
void json_writer_number(struct json_writer *w, double value);
void json_writer_float(struct json_writer *w, float value);
void json_writer_bool(struct json_writer *w, bool value);
void json_writer_null(struct json_writer *w);

/* A value that already is JSON. */
void json_writer_raw(struct json_writer *w, struct slice json);

/* A member of an object: key and value. */
void json_writer_add_string(struct json_writer *w, const char *key, struct slice value);
void json_writer_add_text(struct json_writer *w, const char *key, const char *value);
void json_writer_add_integer(struct json_writer *w, const char *key, int64_t value);
void json_writer_add_unsigned(struct json_writer *w, const char *key, uint64_t value);
void json_writer_add_number(struct json_writer *w, const char *key, double value);
void json_writer_add_float(struct json_writer *w, const char *key, float value);
void json_writer_add_bool(struct json_writer *w, const char *key, bool value);
#endif
