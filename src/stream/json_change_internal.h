/*
 * json_change_internal.h - the members of a plain change, and the scans that
 * find them without a parser where there is nothing to it.
 */
#ifndef ALIGND_STREAM_JSON_CHANGE_INTERNAL_H
#define ALIGND_STREAM_JSON_CHANGE_INTERNAL_H

#include "alignd/base/slice.h"

#include <stdbool.h>

struct json_change_literal {
    struct slice value, datatype, language;
    bool has_value, has_datatype, has_language;
};

struct json_change_plain {
    struct slice op, subject, predicate;
    struct slice object; /* a node; data NULL: literal holds it */
    struct json_change_literal literal;
};

/*
 * The flat shape that most producers write: an object of op, s, p and o, each once, in any
 * order, all of them strings without escapes, o also an object of value, datatype and
 * language.  Returns the end of the object, or NULL for anything else, be it an error or
 * only unusual: then a parser decides.  Slices point into the text, which is strict UTF-8.
 */
const char *json_change_flat_scan(const char *p, const char *end, struct json_change_plain *ret);

/* The same of a triple of a replace: p and o, each once, and nothing else. */
const char *json_change_flat_scan_triple(const char *p, const char *end,
                                         struct json_change_plain *ret);

/*
 * Is this a replace, its op and its 'triples' written without escapes?  object: from its '{' to
 * its '}', as brackets tell.  ret_triples: from '[' to ']'.  Which else is a replace, and
 * whether all is well-formed, a parser decides.
 */
bool json_change_replace_find(struct slice object, struct slice *ret_triples);
#endif
