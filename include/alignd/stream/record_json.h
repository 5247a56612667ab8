/*
 * record_json.h - a JSON value (RFC 8259) as a tree in an arena, for records: numbers keep their
 * digits whatever their size, every value knows where it stands.  Strict: members named twice,
 * NUL and lone surrogates are refused.
 */
#ifndef ALIGND_STREAM_RECORD_JSON_H
#define ALIGND_STREAM_RECORD_JSON_H

#include "alignd/stream/term_scan.h"

#include <stdbool.h>

enum record_kind {
    RECORD_NULL,
    RECORD_TEXT,
    RECORD_NUMBER, /* text: as it is written */
    RECORD_BOOL,   /* text: true or false */
    RECORD_ARRAY,
    RECORD_OBJECT
};

struct record_value {
    enum record_kind kind;
    struct slice name;          /* of a member */
    struct slice text;          /* of a scalar, lent from the text where it has no escapes */
    const char *at;             /* where it starts */
    struct record_value *first; /* of an array or object */
    struct record_value *next;  /* in the same one */
};

/* The value at s->at, over white space; moves behind it.  The text was checked to be UTF-8.
 * Bounds: limits.nesting, limits.rows values. */
int record_json_read(struct term_scan *s, struct record_value **ret_value);

/* A member of an object; NULL for none, or of anything else. */
const struct record_value *record_json_get(const struct record_value *object, struct slice name);
#endif
