/*
 * json.h - reads JSON (RFC 8259), strictly: valid UTF-8, no duplicate keys, no
 * NUL in any string, nothing behind the value, at most 64 levels deep, numbers
 * in range.  The getters take NULL and values of another kind, so a path
 * of members is followed without checks and asked about once.
 */
#ifndef ALIGND_BASE_JSON_H
#define ALIGND_BASE_JSON_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64

struct json;

enum json_kind {
    JSON_KIND_NONE, /* of a NULL pointer */
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INTEGER,
    JSON_KIND_NUMBER, /* with a fraction or an exponent */
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

struct json_error {
    size_t line, column; /* from 1; where reading stopped */
    char message[160];
};

/* Any one value.  NULL on malformed text (error filled in).  Everything got from it lives until
 * json_free. */
struct json *json_parse(struct slice text, struct json_error *error);
void json_free(struct json *json);

enum json_kind json_kind(const struct json *json);

/* A member of an object, NULL when there is none. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_get_slice(const struct json *object, struct slice key);

/* Elements of an array or members of an object; 0 for anything else. */
size_t json_size(const struct json *json);
/* An element of an array, NULL past its end. */
const struct json *json_at(const struct json *array, size_t index);

/* Walks an object in the order of the text: start with *cursor NULL; false at
 * the end.  The key is valid as long as the object. */
bool json_next(const struct json *object, void **cursor, struct slice *ret_key,
               const struct json **ret_value);

/* The value, when it is one of that kind; json_read_number takes integers too. */
bool json_read_string(const struct json *json, struct slice *ret_text);
bool json_read_integer(const struct json *json, int64_t *ret_value);
bool json_read_number(const struct json *json, double *ret_value);
bool json_read_bool(const struct json *json, bool *ret_value);
#endif
