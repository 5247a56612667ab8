/*
 * json_change_flat.c - the members of a flat change, found in one walk and lent from the text.
 * It never says what is wrong: anything it does not expect, be it an escape, a number, or a
 * name that stands twice, is NULL, and the parser decides.
 */
#include "json_change_internal.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

static const char *skip_white(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* A string at p without escapes and control characters; moves behind its quote. */
static const char *take_string(const char *p, const char *end, struct slice *ret_text)
{
    assert(p <= end);
    if (p == end || *p != '"')
        return NULL;
    const char *text = ++p;
    while (p < end && *p != '"' && *p != '\\' && (uint8_t)*p >= 0x20)
        p++;
    if (p == end || *p != '"')
        return NULL;
    *ret_text = (struct slice){text, (size_t)(p - text)};
    return p + 1;
}

/* "key" and ':', to the value */
static const char *take_key(const char *p, const char *end, struct slice *ret_key)
{
    p = take_string(skip_white(p, end), end, ret_key);
    if (!p)
        return NULL;
    p = skip_white(p, end);
    return p < end && *p == ':' ? skip_white(p + 1, end) : NULL;
}

/* Behind a value: ret_more at a ',', not at the '}'. */
static const char *take_end(const char *p, const char *end, bool *ret_more)
{
    p = skip_white(p, end);
    if (p == end || (*p != ',' && *p != '}'))
        return NULL;
    *ret_more = *p == ',';
    return p + 1;
}

static bool is(struct slice key, const char *name)
{
    return slice_equal(key, slice_of(name));
}

/* p: at its '{' */
static const char *take_literal(const char *p, const char *end, struct json_change_literal *l)
{
    assert(*p == '{');
    bool more = true;
    for (p++; more;) {
        struct slice key, value;
        if (!(p = take_key(p, end, &key)) || !(p = take_string(p, end, &value)))
            return NULL;
        bool *has = is(key, "value")      ? &l->has_value
                    : is(key, "datatype") ? &l->has_datatype
                    : is(key, "language") ? &l->has_language
                                          : NULL;
        if (!has || *has)
            return NULL;
        *has = true;
        *(has == &l->has_value      ? &l->value
          : has == &l->has_datatype ? &l->datatype
                                    : &l->language) = value;
        if (!(p = take_end(p, end, &more)))
            return NULL;
    }
    return l->has_value ? p : NULL;
}

/* An object of these members, each at most once. */
static const char *take_members(const char *p, const char *end, struct json_change_plain *ret,
                                bool *ret_has_object)
{
    struct json_change_plain c = {0};
    bool more = true, has_object = false;
    assert(p <= end);
    if (p == end || *p != '{')
        return NULL;
    for (p++; more;) {
        struct slice key;
        if (!(p = take_key(p, end, &key)))
            return NULL;
        struct slice *to = is(key, "op")  ? &c.op
                           : is(key, "s") ? &c.subject
                           : is(key, "p") ? &c.predicate
                           : is(key, "o") ? &c.object
                                          : NULL;
        if (!to || to->data || (to == &c.object && has_object))
            return NULL;
        has_object = has_object || to == &c.object;
        if (to == &c.object && p < end && *p == '{')
            p = take_literal(p, end, &c.literal);
        else
            p = take_string(p, end, to);
        if (!p || !(p = take_end(p, end, &more)))
            return NULL;
    }
    *ret = c;
    *ret_has_object = has_object;
    return p;
}

const char *json_change_flat_scan(const char *p, const char *end, struct json_change_plain *ret)
{
    bool has_object;
    p = take_members(p, end, ret, &has_object);
    bool whole = p && ret->op.data && ret->subject.data && ret->predicate.data && has_object;
    assert(!whole || (ret->object.data != NULL) != ret->literal.has_value);
    return whole ? p : NULL;
}

const char *json_change_flat_scan_triple(const char *p, const char *end,
                                         struct json_change_plain *ret)
{
    bool has_object;
    p = take_members(p, end, ret, &has_object);
    bool whole = p && !ret->op.data && !ret->subject.data && ret->predicate.data && has_object;
    assert(!whole || (ret->object.data != NULL) != ret->literal.has_value);
    return whole ? p : NULL;
}
