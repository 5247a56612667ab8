/*
 * json.c - jansson under names of our own, for nobody else includes it.  Its parser goes
 * down a level of its stack with every bracket, so how deep a text nests is counted
 * before it sees one: text comes from outside.  Names that stand twice are refused,
 * since two readers would take two different ones.
 */
#include "alignd/base/json.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* A struct json is jansson's json_t under a name of our own.  Our functions must
 * not have the names of jansson's, which would then call ours. */
static json_t *inner(const struct json *json)
{
    union {
        const struct json *ours;
        json_t *theirs;
    } u = {json};
    return u.theirs;
}

static struct json *outer(json_t *json)
{
    return (struct json *)json;
}

/*
 * Refuses text that nests too deep before the parser recurses over it.
 * Brackets in strings do not count; where the text is malformed the count may
 * be off, but then the parser stops there at the latest.
 */
static bool too_deep(struct slice text, struct json_error *error)
{
    size_t depth = 0, line = 1, line_begin = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\n') {
            line++;
            line_begin = i + 1;
        }
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) {
                *error = (struct json_error){.line = line, .column = i - line_begin + 1};
                snprintf(error->message, sizeof(error->message), "more than %d levels deep",
                         JSON_DEPTH_MAX);
                return true;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    assert(depth <= JSON_DEPTH_MAX);
    return false;
}

static void set_allocator(void)
{
    json_set_alloc_funcs(memory_malloc, free);
}

struct json *json_parse(struct slice text, struct json_error *error)
{
    assert(text.data || !text.len);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t why;
    pthread_once(&once, set_allocator);
    if (too_deep(text, error))
        return NULL;
    json_t *json = json_loadb(text.len ? text.data : "", text.len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!json) {
        *error = (struct json_error){.line = why.line > 0 ? (size_t)why.line : 1,
                                     .column = why.column > 0 ? (size_t)why.column : 1};
        snprintf(error->message, sizeof(error->message), "%.*s", (int)sizeof(error->message) - 1,
                 why.text);
    }
    return outer(json);
}

void json_free(struct json *json)
{
    json_decref(inner(json));
}

enum json_kind json_kind(const struct json *json)
{
    if (!json)
        return JSON_KIND_NONE;
    switch (json_typeof(inner(json))) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_STRING:
        return JSON_KIND_STRING;
    case JSON_INTEGER:
        return JSON_KIND_INTEGER;
    case JSON_REAL:
        return JSON_KIND_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    }
    return JSON_KIND_NONE;
}

const struct json *json_get(const struct json *object, const char *key)
{
    return outer(json_object_get(inner(object), key));
}

const struct json *json_get_slice(const struct json *object, struct slice key)
{
    return outer(json_object_getn(inner(object), key.len ? key.data : "", key.len));
}

size_t json_size(const struct json *json)
{
    return json_array_size(inner(json)) + json_object_size(inner(json));
}

const struct json *json_at(const struct json *array, size_t index)
{
    return outer(json_array_get(inner(array), index));
}

bool json_next(const struct json *object, void **cursor, struct slice *ret_key,
               const struct json **ret_value)
{
    json_t *o = inner(object);
    *cursor = *cursor ? json_object_iter_next(o, *cursor) : json_object_iter(o);
    if (!*cursor)
        return false;
    *ret_key = (struct slice){json_object_iter_key(*cursor), json_object_iter_key_len(*cursor)};
    *ret_value = outer(json_object_iter_value(*cursor));
    return true;
}

bool json_read_string(const struct json *json, struct slice *ret_text)
{
    if (json_kind(json) != JSON_KIND_STRING)
        return false;
    *ret_text = (struct slice){json_string_value(inner(json)), json_string_length(inner(json))};
    return true;
}

bool json_read_integer(const struct json *json, int64_t *ret_value)
{
    if (json_kind(json) != JSON_KIND_INTEGER)
        return false;
    *ret_value = json_integer_value(inner(json));
    return true;
}

bool json_read_number(const struct json *json, double *ret_value)
{
    enum json_kind kind = json_kind(json);
    if (kind != JSON_KIND_NUMBER && kind != JSON_KIND_INTEGER)
        return false;
    *ret_value = json_number_value(inner(json));
    return true;
}

bool json_read_bool(const struct json *json, bool *ret_value)
{
    if (json_kind(json) != JSON_KIND_BOOL)
        return false;
    *ret_value = json_is_true(inner(json));
    return true;
}
