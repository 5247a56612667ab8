/*
 * store_digest.c - a digest with its offsets: read from a store, written as JSON, read from that.
 */
#include "alignd/daemon/store_digest.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/json.h"
#include "alignd/state/identity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct reading {
    struct arena *arena;
    struct state_offset *offsets;
    size_t count, room;
};

static int add_offset(void *arg, const struct state_offset *offset)
{
    struct reading *r = arg;
    struct state_offset copy = *offset;
    copy.topic = arena_copy(r->arena, offset->topic);
    ARRAY_PUSH_IN(r->arena, r->offsets, r->count, r->room, copy);
    return ERR_OK;
}

int store_digest_read(struct kv *kv, struct arena *arena, struct store_digest *ret)
{
    struct reading r = {.arena = arena};
    struct identity id;
    struct slice settings;
    int rc;
    if ((rc = identity_read(kv, &id)) || (rc = identity_read_settings(kv, arena, &settings)) ||
        (rc = offsets_each(kv, add_offset, &r)))
        return rc;
    *ret = (struct store_digest){.epoch = id.epoch,
                                 .triples = id.triples,
                                 .matches = id.matches,
                                 .waiting = id.dirty,
                                 .digest = identity_digest(&id),
                                 .settings = hash_bytes(settings, 0),
                                 .offsets = r.offsets,
                                 .offset_count = r.count};
    memcpy(ret->uuid, id.uuid, sizeof(ret->uuid));
    assert(strlen(ret->uuid) == sizeof(ret->uuid) - 1);
    return ERR_OK;
}

static void add_hash(struct json_writer *w, const char *name, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof(text), "%016" PRIx64, hash);
    json_writer_add_text(w, name, text);
}

void store_digest_write(const struct store_digest *d, struct json_writer *w)
{
    assert(d->offsets || !d->offset_count);
    add_hash(w, "digest", d->digest);
    add_hash(w, "settings", d->settings);
    json_writer_add_text(w, "store", d->uuid);
    json_writer_add_unsigned(w, "epoch", d->epoch);
    json_writer_add_unsigned(w, "triples", d->triples);
    json_writer_add_unsigned(w, "matches", d->matches);
    json_writer_add_unsigned(w, "waiting", d->waiting);
    json_writer_key(w, "offsets");
    json_writer_begin_array(w);
    for (size_t i = 0; i < d->offset_count; i++) {
        json_writer_begin_object(w);
        json_writer_add_string(w, "topic", d->offsets[i].topic);
        json_writer_add_integer(w, "partition", d->offsets[i].partition);
        json_writer_add_integer(w, "next", d->offsets[i].next);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

/* Sixteen hexadecimal digits. */
static bool read_hash(const struct json *json, uint64_t *ret)
{
    struct slice text;
    char digits[17] = "";
    if (!json_read_string(json, &text) || text.len != 16)
        return false;
    memcpy(digits, text.data, 16);
    return strspn(digits, "0123456789abcdef") == 16 && sscanf(digits, "%" SCNx64, ret) == 1;
}

static bool read_count(const struct json *json, uint64_t *ret)
{
    int64_t number;
    if (!json_read_integer(json, &number) || number < 0)
        return false;
    *ret = (uint64_t)number;
    return true;
}

static bool read_offset(const struct json *json, struct arena *arena, struct state_offset *ret)
{
    struct slice topic;
    int64_t partition, next;
    if (!json_read_string(json_get(json, "topic"), &topic) ||
        !json_read_integer(json_get(json, "partition"), &partition) || partition < 0 ||
        partition > INT32_MAX || !json_read_integer(json_get(json, "next"), &next))
        return false;
    *ret = (struct state_offset){arena_copy(arena, topic), (int32_t)partition, next};
    return true;
}

static bool read_all(const struct json *json, struct arena *arena, struct store_digest *d)
{
    const struct json *offsets = json_get(json, "offsets");
    struct slice uuid;
    if (!read_hash(json_get(json, "digest"), &d->digest) ||
        !read_hash(json_get(json, "settings"), &d->settings) ||
        !json_read_string(json_get(json, "store"), &uuid) || uuid.len != sizeof(d->uuid) - 1 ||
        !read_count(json_get(json, "epoch"), &d->epoch) ||
        !read_count(json_get(json, "triples"), &d->triples) ||
        !read_count(json_get(json, "matches"), &d->matches) ||
        !read_count(json_get(json, "waiting"), &d->waiting) ||
        json_kind(offsets) != JSON_KIND_ARRAY)
        return false;
    memcpy(d->uuid, uuid.data, uuid.len);
    d->offset_count = json_size(offsets);
    struct state_offset *all = arena_alloc(arena, (d->offset_count + 1) * sizeof(*all));
    for (size_t i = 0; i < d->offset_count; i++)
        if (!read_offset(json_at(offsets, i), arena, &all[i]))
            return false;
    d->offsets = all;
    return true;
}

int store_digest_parse(struct slice text, struct arena *arena, struct store_digest *ret)
{
    struct json_error error;
    struct store_digest d = {.epoch = 0};
    struct json *json = json_parse(text, &error);
    bool read = json && read_all(json, arena, &d);
    json_free(json);
    if (!read)
        return ERR_FORMAT;
    assert(d.offsets);
    *ret = d;
    return ERR_OK;
}

static int64_t next_of(const struct store_digest *d, const struct state_offset *like)
{
    for (size_t i = 0; i < d->offset_count; i++)
        if (d->offsets[i].partition == like->partition &&
            slice_equal(d->offsets[i].topic, like->topic))
            return d->offsets[i].next;
    return -1;
}

static bool has_read_as_much(const struct store_digest *a, const struct store_digest *b)
{
    for (size_t i = 0; i < a->offset_count; i++)
        if (next_of(b, &a->offsets[i]) != a->offsets[i].next)
            return false;
    return true;
}

bool store_digest_comparable(const struct store_digest *a, const struct store_digest *b)
{
    if (a->waiting || b->waiting)
        return false;
    if (!a->offset_count || !b->offset_count)
        return true;
    return has_read_as_much(a, b) && has_read_as_much(b, a);
}
