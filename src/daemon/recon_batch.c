/*
 * recon_batch.c - each member has one shape; what has another is told by its path:
 * queries.q0.properties[1].v.
 */
#include "recon_batch.h"

#include "alignd/base/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

enum { PATH_BYTES = 60 }; /* of a name that is told */

struct reading {
    const struct recon_limits *limits;
    struct arena *arena;
    struct buf *wrong;
    struct slice query; /* its key */
};

/* The path of a member is told, then the words. */
static unsigned refuse(struct reading *r, const char *member, const char *words)
{
    struct slice key = r->query;
    assert(!r->wrong->len);
    int len = (int)(key.len < PATH_BYTES ? key.len : PATH_BYTES);
    buf_append_format(r->wrong, "queries.%.*s%s: %s", len, key.data, member, words);
    return 400;
}

/* Of the i-th element of properties. */
static unsigned refuse_property(struct reading *r, size_t i, const char *member, const char *words)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), ".properties[%zu]%s", i, member);
    return refuse(r, path, words);
}

/* Has the object members of these names alone?  NULL ends them. */
static bool find_unknown(const struct json *object, const char *const *known,
                         struct slice *ret_unknown)
{
    void *cursor = NULL;
    const struct json *value;
    while (json_next(object, &cursor, ret_unknown, &value)) {
        const char *const *name = known;
        while (*name && !slice_equal(*ret_unknown, slice_of(*name)))
            name++;
        if (!*name)
            return true;
    }
    return false;
}

/* path: of the object, within the query. */
static unsigned check_members(struct reading *r, const char *path, const struct json *object,
                              const char *const *known)
{
    char member[2 * PATH_BYTES];
    struct slice unknown;
    if (!find_unknown(object, known, &unknown))
        return 0;
    snprintf(member, sizeof(member), "%s.%.*s", path,
             (int)(unknown.len < PATH_BYTES ? unknown.len : PATH_BYTES), unknown.data);
    unsigned status = refuse(r, member, "there is no such member, but");
    for (; *known; known++)
        buf_append_format(r->wrong, " %s", *known);
    return status;
}

/* --- values of properties --- */

static struct slice keep_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, slice_of(text));
}

static bool read_value(struct reading *r, const struct json *json, struct recon_value *ret)
{
    char text[NUMBER_TEXT_BYTES];
    double number;
    int64_t integer;
    bool truth;
    *ret = (struct recon_value){.text = {"", 0}, .id = {"", 0}};
    if (json_read_string(json, &ret->text))
        return true;
    if (json_read_bool(json, &truth))
        ret->text = slice_of(truth ? "true" : "false");
    else if (json_read_integer(json, &integer)) {
        snprintf(text, sizeof(text), "%lld", (long long)integer);
        ret->text = keep_text(r->arena, text);
    } else if (json_read_number(json, &number)) {
        number_write_double(text, number);
        ret->text = keep_text(r->arena, text);
    } else {
        (void)json_read_string(json_get(json, "name"), &ret->text);
        return json_kind(json) == JSON_KIND_OBJECT &&
               json_read_string(json_get(json, "id"), &ret->id) && ret->id.len;
    }
    return true;
}

#define VALUES "expected a string, a number, true, false, {\"id\":..} or a list of these"

static unsigned read_values(struct reading *r, const struct json *json, size_t i,
                            struct recon_property *p)
{
    bool list = json_kind(json) == JSON_KIND_ARRAY;
    p->count = list ? json_size(json) : 1;
    if (!p->count || p->count > RECON_VALUES_MOST)
        return refuse_property(r, i, ".v", p->count ? "too many values" : "no value");
    p->values = arena_alloc(r->arena, p->count * sizeof(*p->values));
    for (size_t k = 0; k < p->count; k++)
        if (!read_value(r, list ? json_at(json, k) : json, &p->values[k]))
            return refuse_property(r, i, ".v", VALUES);
    return 0;
}

static unsigned read_property(struct reading *r, const struct json *json, size_t i,
                              struct recon_property *p)
{
    static const char *const known[] = {"pid", "v", NULL};
    char path[PATH_BYTES];
    if (json_kind(json) != JSON_KIND_OBJECT)
        return refuse_property(r, i, "", "expected {\"pid\":..,\"v\":..}");
    if (!json_read_string(json_get(json, "pid"), &p->pid) || !p->pid.len)
        return refuse_property(r, i, ".pid", "expected a string");
    snprintf(path, sizeof(path), ".properties[%zu]", i);
    unsigned status = check_members(r, path, json, known);
    return status ? status : read_values(r, json_get(json, "v"), i, p);
}

static unsigned read_properties(struct reading *r, const struct json *json, struct recon_query *q)
{
    if (!json)
        return 0;
    q->property_count = json_size(json);
    if (json_kind(json) != JSON_KIND_ARRAY || q->property_count > RECON_PROPERTIES_MOST)
        return refuse(r, ".properties",
                      q->property_count > RECON_PROPERTIES_MOST ? "too many" : "expected a list");
    q->properties = arena_calloc(r->arena, q->property_count + 1, sizeof(*q->properties));
    for (size_t i = 0; i < q->property_count; i++) {
        unsigned status = read_property(r, json_at(json, i), i, &q->properties[i]);
        if (status)
            return status;
    }
    return 0;
}

/* --- a query --- */

static unsigned read_types(struct reading *r, const struct json *json, struct recon_query *q)
{
    bool list = json_kind(json) == JSON_KIND_ARRAY;
    if (!json)
        return 0;
    size_t n = list ? json_size(json) : 1;
    if (n > RECON_TYPES_MOST)
        return refuse(r, ".type", "too many");
    q->types = arena_alloc(r->arena, (n + 1) * sizeof(*q->types));
    for (size_t i = 0; i < n; i++)
        if (!json_read_string(list ? json_at(json, i) : json, &q->types[q->type_count++]))
            return refuse(r, ".type", "expected a string or a list of strings");
    return 0;
}

static unsigned read_strict(struct reading *r, const struct json *json, struct recon_query *q)
{
    struct slice text;
    if (!json)
        return 0;
    if (!json_read_string(json, &text) ||
        (!slice_equal(text, slice_of("any")) && !slice_equal(text, slice_of("should")) &&
         !slice_equal(text, slice_of("all"))))
        return refuse(r, ".type_strict", "expected \"any\", \"should\" or \"all\"");
    q->all_types = slice_equal(text, slice_of("all"));
    return 0;
}

static unsigned read_limit(struct reading *r, const struct json *json, struct recon_query *q)
{
    double limit;
    q->limit = r->limits->limit;
    if (!json)
        return 0;
    if (!json_read_number(json, &limit) || limit < 1 || limit != floor(limit))
        return refuse(r, ".limit", "expected a whole number from 1");
    q->limit = limit > (double)r->limits->limit_most ? r->limits->limit_most : (size_t)limit;
    return 0;
}

static unsigned read_query(struct reading *r, const struct json *json, struct recon_query *q)
{
    static const char *const known[] = {"query",      "type",        "limit",
                                        "properties", "type_strict", NULL};
    const struct json *text = json_get(json, "query");
    unsigned status;
    *q = (struct recon_query){.key = r->query, .text = {"", 0}};
    if (json_kind(json) != JSON_KIND_OBJECT)
        return refuse(r, "", "expected an object");
    if ((status = check_members(r, "", json, known)))
        return status;
    if (text && !json_read_string(text, &q->text))
        return refuse(r, ".query", "expected a string");
    if ((status = read_types(r, json_get(json, "type"), q)) ||
        (status = read_strict(r, json_get(json, "type_strict"), q)) ||
        (status = read_limit(r, json_get(json, "limit"), q)) ||
        (status = read_properties(r, json_get(json, "properties"), q)))
        return status;
    if (!text && !q->property_count)
        return refuse(r, "", "neither a query nor properties");
    assert(q->limit >= 1 && q->limit <= r->limits->limit_most);
    return 0;
}

unsigned recon_batch_read(const struct json *json, const struct recon_limits *limits,
                          struct arena *arena, struct recon_batch *ret, struct buf *wrong)
{
    struct reading r = {limits, arena, wrong, {"", 0}};
    const struct json *query;
    void *cursor = NULL;
    assert(limits->queries >= 1 && limits->limit >= 1 && limits->limit <= limits->limit_most);
    if (json_kind(json) != JSON_KIND_OBJECT) {
        buf_append_text(wrong, "queries: expected an object, {\"q0\":{\"query\":..}}");
        return 400;
    }
    if (json_size(json) > limits->queries) {
        buf_append_format(wrong, "queries: %zu are more than the %zu of a batch", json_size(json),
                          limits->queries);
        return 413;
    }
    *ret = (struct recon_batch){arena_alloc(arena, (json_size(json) + 1) * sizeof(*ret->all)), 0};
    while (json_next(json, &cursor, &r.query, &query)) {
        unsigned status = read_query(&r, query, &ret->all[ret->count++]);
        if (status)
            return status;
    }
    return 0;
}
