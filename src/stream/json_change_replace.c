/*
 * json_change_replace.c - where the triples of a replace stand in its text.  An entity may have
 * many thousands of them, and what a parser makes of them takes a multiple of their text: so they
 * are found by brackets, and read one by one (json_change.c).
 */
#include "json_change_internal.h"

#include <assert.h>
#include <stddef.h>

static const char *skip_white(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* Behind the string at p; the end where it does not end. */
static const char *skip_string(const char *p, const char *end)
{
    assert(p < end && *p == '"');
    for (p++; p < end && *p != '"'; p++)
        p += *p == '\\' && p + 1 < end;
    return p < end ? p + 1 : end;
}

/* Behind the value at p: at a ',' or the bracket that closes what it is in. */
static const char *skip_value(const char *p, const char *end)
{
    size_t depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        bool closes = *p == ']' || *p == '}';
        if (depth == 0 && (closes || *p == ','))
            break;
        depth += *p == '[' || *p == '{';
        depth -= closes;
        p++;
    }
    assert(p <= end);
    return p;
}

static bool is(const char *from, const char *to, const char *what)
{
    return slice_equal((struct slice){from, (size_t)(to - from)}, slice_of(what));
}

bool json_change_replace_find(struct slice object, struct slice *ret_triples)
{
    const char *p = object.data, *end = p + object.len;
    struct slice triples = {NULL, 0};
    bool replaces = false;
    assert(object.len && *p == '{');
    for (p = skip_white(p + 1, end); p < end && *p == '"'; p = skip_white(p, end)) {
        const char *key = p, *key_end = skip_string(p, end);
        p = skip_white(key_end, end);
        if (p == end || *p != ':')
            return false;
        const char *value = skip_white(p + 1, end);
        p = skip_value(value, end);
        const char *value_end = p;
        while (value_end > value && skip_white(value_end - 1, value_end) == value_end)
            value_end--;
        replaces = replaces || (is(key, key_end, "\"op\"") && is(value, value_end, "\"replace\""));
        bool array = value_end - value >= 2 && *value == '[' && value_end[-1] == ']';
        if (array && is(key, key_end, "\"triples\""))
            triples = (struct slice){value, (size_t)(value_end - value)};
        p += p < end && *p == ',';
    }
    assert(!triples.data || (triples.len >= 2 && triples.data + triples.len <= end));
    *ret_triples = triples;
    return replaces && triples.data;
}
