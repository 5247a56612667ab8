/*
 * meta.c - what the store says of itself: the rows of meta, and those of predicates into memory
 * (store/layout.h).
 */
#include "engine_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define FORMAT 3 /* 3: labels in the rows of vectors */

int meta_get(struct kv *kv, const char *name, struct slice *ret_value, struct kv_value *pin)
{
    bool found;
    int rc = kv_get(kv, KV_META, slice_of(name), pin, &found);
    *ret_value = found ? pin->bytes : (struct slice){NULL, 0};
    return rc;
}

static void put(struct engine *e, const char *name, struct slice value)
{
    kv_batch_put(e->kv, e->batch, KV_META, slice_of(name), value);
}

static const char *const policies[] = {"one-to-one", "mutual-best", "threshold"};

/* Everything the rows depend on besides the triples. */
static void fingerprint(const struct engine *e, struct buf *out)
{
    const struct engine_options *o = &e->options;
    buf_append_format(out, "mapping=%016" PRIx64 "\n", mapping_digest(o->mapping));
    buf_append_format(out, "model=%016" PRIx64 "\n", model_digest(o->model));
    buf_append_format(out, "neighbours=%d\nvalues=%d\n", o->neighbours, o->values);
    buf_append_format(out, "inverse_limit=%" PRIu64 "\n", o->inverse_limit);
    buf_append_format(out, "block_limit=%d\ntheta=%.9g\nshared_keys=%d\n", o->block_limit,
                      o->theta, o->shared_keys);
    buf_append_format(out, "threshold=%.9g\npolicy=%s\n", (double)e->threshold,
                      policies[o->policy]);
    buf_append_format(out, "block_keys=%d\n", BLOCK_KEYS_VERSION);
}

static struct slice next_line(struct slice *rest)
{
    const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
    struct slice line = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    rest->data += line.len + (end ? 1 : 0);
    rest->len -= line.len + (end ? 1 : 0);
    return line;
}

/* The line of the same name, empty for none. */
static struct slice find_line(struct slice lines, struct slice like)
{
    const char *equals = like.len ? memchr(like.data, '=', like.len) : NULL;
    size_t n = equals ? (size_t)(equals - like.data) + 1 : like.len;
    while (lines.len) {
        struct slice line = next_line(&lines);
        if (line.len >= n && memcmp(line.data, like.data, n) == 0)
            return line;
    }
    return (struct slice){"", 0};
}

/* Says which settings differ, name by name; true when any does. */
static bool differs(struct slice stored, struct slice wanted)
{
    bool any = false;
    for (struct slice rest = wanted; rest.len;) {
        struct slice is = next_line(&rest), was = find_line(stored, is);
        if (slice_equal(was, is))
            continue;
        any = true;
        log_error("the store was built with '%.*s', the configuration says '%.*s'", (int)was.len,
                  was.data, (int)is.len, is.data);
    }
    for (struct slice rest = stored; rest.len;) {
        struct slice was = next_line(&rest);
        if (find_line(wanted, was).len)
            continue;
        any = true;
        log_error("the store was built with '%.*s', which this alignd does not know", (int)was.len,
                  was.data);
    }
    return any;
}

/* Do they differ, and in nothing but what scores and decides? */
static bool differ_in_scores(struct slice stored, struct slice wanted)
{
    bool any = false;
    if (stored.len == 0)
        return false;
    for (struct slice rest = wanted; rest.len;) {
        struct slice is = next_line(&rest), was = find_line(stored, is);
        if (slice_equal(was, is))
            continue;
        any = true;
        if (!was.len || (memcmp(is.data, "model=", 6) && memcmp(is.data, "threshold=", 10)))
            return false;
    }
    for (struct slice rest = stored; rest.len;)
        if (!find_line(wanted, next_line(&rest)).len)
            return false;
    return any;
}

static void put_settings(struct engine *e, struct slice wanted)
{
    put(e, "fingerprint", wanted);
    if (e->options.mapping)
        put(e, "mapping", mapping_text(e->options.mapping));
    if (e->options.model_path)
        put(e, "model", slice_of(e->options.model_path));
    else
        kv_batch_delete(e->kv, e->batch, KV_META, slice_of("model"));
}

/* Another model or threshold: the store is taken there. */
static int begin_rescore(struct engine *e, struct slice stored, struct slice wanted)
{
    struct slice was = find_line(stored, slice_of("model="));
    uint64_t previous = 0;
    for (size_t i = 6; i < was.len; i++) {
        unsigned char c = (unsigned char)was.data[i];
        previous = previous << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    bool model_too = !slice_equal(was, find_line(wanted, was));
    log_info("%s: the store is scored again", model_too ? "another model" : "another threshold");
    put_settings(e, wanted);
    return rescore_begin(e, model_too, previous);
}

static int check_fingerprint(struct engine *e, struct slice stored)
{
    struct buf row = {0};
    fingerprint(e, &row);
    struct slice wanted = buf_slice(&row);
    int rc = buf_failed(&row) ? ERR_NO_MEMORY : ERR_OK;
    if (!rc && !stored.data) {
        put_settings(e, wanted);
    } else if (!rc && e->options.rescore && differ_in_scores(stored, wanted)) {
        rc = begin_rescore(e, stored, wanted);
    } else if (!rc && differs(stored, wanted)) {
        log_error("use the settings of the store, or load its triples into a new one");
        rc = ERR_MISMATCH;
    }
    buf_fini(&row);
    return rc;
}

/* Graphs of the store must be configured; new ones are noted. */
static int check_graphs(struct engine *e, struct slice stored)
{
    struct buf all = {0};
    for (struct slice rest = stored; rest.len;) {
        struct slice name = next_line(&rest);
        if (work_graph(e, (struct id){(uint64_t)id_graph_tag(name) << 48, 0}) ==
            e->options.graph_count) {
            log_error("the store holds a graph '%.*s' that is not configured", (int)name.len,
                      name.data);
            return ERR_MISMATCH;
        }
    }
    for (size_t rank = 0; rank < e->options.graph_count; rank++)
        for (size_t i = 0; i < e->options.graph_count; i++)
            if (e->ranks[i] == rank)
                buf_append_format(&all, "%s\n", e->options.graphs[i]);
    int rc = buf_failed(&all) ? ERR_NO_MEMORY : ERR_OK;
    if (!rc && !slice_equal(stored, buf_slice(&all)))
        put(e, "graphs", buf_slice(&all));
    buf_fini(&all);
    return rc;
}

/* A version 4 UUID. */
static int make_uuid(char out[37])
{
    unsigned char b[16];
    if (getrandom(b, sizeof(b), 0) != sizeof(b))
        return ERR_IO;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    char *p = out;
    for (int i = 0; i < 16; i++)
        p += sprintf(p, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
    return ERR_OK;
}

static int start_store(struct engine *e)
{
    struct buf format = {0};
    int rc = make_uuid(e->uuid);
    buf_append_u32(&format, FORMAT);
    if (!rc && buf_failed(&format))
        rc = ERR_NO_MEMORY;
    if (!rc) {
        put(e, "format", buf_slice(&format));
        put(e, "uuid", slice_of(e->uuid));
        e->epoch = 1;
        rc = meta_write_state(e);
    }
    buf_fini(&format);
    return rc;
}

int meta_check_format(struct kv *kv)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, "format", &row, &pin);
    if (rc || !row.data)
        return rc ? rc : ERR_NOT_FOUND;
    struct reader r = reader_of(row);
    uint32_t format = reader_take_u32(&r);
    kv_value_release(&pin);
    if (r.failed)
        return ERR_STORE;
    if (format != FORMAT) {
        log_error("the store has format %u, this alignd (" ALIGND_VERSION ") reads format %d: %s",
                  format, FORMAT,
                  format > FORMAT ? "use the alignd that wrote it" : "build it anew from the topics");
        return ERR_VERSION;
    }
    return ERR_OK;
}

/* --- the state row --- */

void meta_encode_state(struct buf *out, const struct meta_state *s)
{
    buf_append_u64(out, s->epoch);
    buf_append_u64(out, s->head);
    buf_append_u64(out, s->pairs);
    buf_append_u64(out, s->matches);
    buf_append_varint(out, s->graph_count);
    for (size_t i = 0; i < s->graph_count; i++) {
        buf_append_u32(out, s->graphs[i].tag);
        buf_append_u64(out, s->graphs[i].triples);
        buf_append_u64(out, s->graphs[i].entities);
    }
    buf_append_varint(out, KV_FAMILIES);
    for (int f = 0; f < KV_FAMILIES; f++)
        buf_append_u64(out, s->digests[f]);
}

int meta_decode_state(struct slice row, struct meta_state *s)
{
    struct reader r = reader_of(row);
    *s = (struct meta_state){0};
    s->epoch = reader_take_u64(&r);
    s->head = reader_take_u64(&r);
    s->pairs = reader_take_u64(&r);
    s->matches = reader_take_u64(&r);
    s->graph_count = (size_t)reader_take_varint(&r);
    if (s->graph_count > ENGINE_MAX_GRAPHS)
        return ERR_STORE;
    for (size_t i = 0; i < s->graph_count; i++) {
        s->graphs[i].tag = reader_take_u32(&r);
        s->graphs[i].triples = reader_take_u64(&r);
        s->graphs[i].entities = reader_take_u64(&r);
    }
    uint64_t families = reader_take_varint(&r);
    for (uint64_t f = 0; f < families && f < KV_FAMILIES; f++)
        s->digests[f] = reader_take_u64(&r);
    return r.failed || families != KV_FAMILIES ? ERR_STORE : ERR_OK;
}

int meta_write_state(struct engine *e)
{
    struct buf row = {0};
    struct meta_state s = {.epoch = e->epoch,
                           .head = e->head,
                           .pairs = e->totals.pairs,
                           .matches = e->totals.matches,
                           .graph_count = e->options.graph_count};
    for (size_t i = 0; i < s.graph_count; i++)
        s.graphs[i] =
            (struct meta_graph){e->tags[i], e->totals.triples[i], e->totals.entities[i]};
    memcpy(s.digests, e->digests, sizeof(s.digests));
    meta_encode_state(&row, &s);
    int rc = buf_failed(&row) ? ERR_NO_MEMORY : ERR_OK;
    if (!rc)
        put(e, "state", buf_slice(&row));
    buf_fini(&row);
    return rc;
}

static int read_state(struct engine *e, struct slice row)
{
    struct meta_state s;
    int rc = meta_decode_state(row, &s);
    if (rc)
        return rc;
    e->epoch = s.epoch;
    e->head = s.head;
    e->totals.pairs = s.pairs;
    e->totals.matches = s.matches;
    for (size_t i = 0; i < s.graph_count; i++) {
        size_t g = work_graph(e, (struct id){(uint64_t)s.graphs[i].tag << 48, 0});
        if (g == e->options.graph_count)
            return ERR_STORE;
        e->totals.triples[g] = s.graphs[i].triples;
        e->totals.entities[g] = s.graphs[i].entities;
    }
    memcpy(e->digests, s.digests, sizeof(e->digests));
    return ERR_OK;
}

/* --- epochs --- */

int meta_keep_dead_letters(struct kv *from, struct kv *to, struct kv_batch *batch,
                           uint64_t *ret_head)
{
    struct arena *arena = arena_new();
    struct outbox_record *records;
    struct buf row = {0};
    size_t count = 1;
    uint64_t after = 0, head = 0;
    int rc = arena ? ERR_OK : ERR_NO_MEMORY;
    while (!rc && count) {
        rc = outbox_read(from, after, 1000, 8 << 20, arena, &records, &count);
        for (size_t i = 0; !rc && i < count; i++) {
            char key[LAYOUT_OUTBOX_KEY_BYTES];
            after = records[i].seq;
            if (records[i].destination != OUTBOX_DEAD_LETTERS)
                continue;
            buf_clear(&row);
            outbox_encode(&row, &records[i]);
            put_be64(key, ++head);
            kv_batch_put(to, batch, KV_OUTBOX, (struct slice){key, sizeof(key)}, buf_slice(&row));
            rc = buf_failed(&row) ? ERR_NO_MEMORY : ERR_OK;
        }
        if (arena)
            arena_reset(arena);
    }
    buf_fini(&row);
    arena_free(arena);
    if (!rc)
        *ret_head = head;
    return rc;
}

/* Every key sorts before it. */
static const char beyond[64] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

void meta_clear_family(struct kv *kv, struct kv_batch *batch, enum kv_family family)
{
    kv_batch_delete_range(kv, batch, family, (struct slice){"", 0},
                          (struct slice){beyond, sizeof(beyond)});
}

int meta_begin_epoch(struct kv *kv, struct kv_batch *batch, uint64_t *ret_head)
{
    meta_clear_family(kv, batch, KV_PUBLISHED);
    meta_clear_family(kv, batch, KV_OUTBOX);
    kv_batch_put(kv, batch, KV_META, slice_of("held"), slice_of("1"));
    return meta_keep_dead_letters(kv, kv, batch, ret_head);
}

static int load_predicates(struct engine *e)
{
    struct kv_iter *it = kv_iter_new(e->kv, KV_PREDICATES);
    int rc = it ? ERR_OK : ERR_NO_MEMORY;
    if (it)
        kv_iter_seek(it, slice_of(""));
    for (; !rc && kv_iter_valid(it); kv_iter_next(it)) {
        struct slice key = kv_iter_key(it);
        struct reader r = reader_of(kv_iter_value(it));
        uint64_t triples = reader_take_varint(&r);
        struct slice iri = {r.at, (size_t)(r.end - r.at)};
        uint16_t tag = 0;
        if (key.len == LAYOUT_PREDICATE_KEY_BYTES)
            tag = (uint16_t)((unsigned char)key.data[0] << 8 | (unsigned char)key.data[1]);
        size_t graph = work_graph(e, (struct id){(uint64_t)tag << 48, 0});
        if (key.len != LAYOUT_PREDICATE_KEY_BYTES || r.failed || graph == e->options.graph_count) {
            rc = ERR_STORE;
            break;
        }
        struct predicate *p = predicates_resolve(e->predicates, e->names[graph], tag, iri);
        if (!p) {
            rc = ERR_NO_MEMORY;
            break;
        }
        p->triples = p->stored = triples;
    }
    if (!rc)
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

static int continue_store(struct engine *e)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(e->kv, "held", &row, &pin);
    e->held = !rc && row.data;
    kv_value_release(&pin);
    if (!rc)
        rc = meta_get(e->kv, "uuid", &row, &pin);
    if (!rc && row.len == 36)
        memcpy(e->uuid, row.data, 36);
    else if (!rc)
        rc = ERR_STORE;
    kv_value_release(&pin);
    if (!rc)
        rc = meta_get(e->kv, "state", &row, &pin);
    if (!rc)
        rc = read_state(e, row);
    kv_value_release(&pin);
    return rc ? rc : load_predicates(e);
}

int meta_load(struct engine *e)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_check_format(e->kv);
    bool fresh = rc == ERR_NOT_FOUND;
    if (!rc || fresh)
        rc = meta_get(e->kv, "fingerprint", &row, &pin);
    if (!rc)
        rc = check_fingerprint(e, row);
    kv_value_release(&pin);
    if (!rc)
        rc = meta_get(e->kv, "graphs", &row, &pin);
    if (!rc)
        rc = check_graphs(e, row);
    kv_value_release(&pin);
    if (!rc)
        rc = fresh ? start_store(e) : continue_store(e);
    if (rc == ERR_STORE)
        log_error("store: what it says of itself cannot be read");
    if (!rc && kv_batch_rows(e->batch))
        rc = kv_write(e->kv, e->batch, true);
    kv_batch_clear(e->batch);
    return rc;
}

/* --- settings --- */

static bool take_setting(struct engine_options *o, struct slice name, const char *value)
{
    if (slice_equal(name, slice_of("neighbours")))
        o->neighbours = atoi(value);
    else if (slice_equal(name, slice_of("values")))
        o->values = atoi(value);
    else if (slice_equal(name, slice_of("inverse_limit")))
        o->inverse_limit = strtoull(value, NULL, 10);
    else if (slice_equal(name, slice_of("block_limit")))
        o->block_limit = atoi(value);
    else if (slice_equal(name, slice_of("theta")))
        o->theta = atof(value);
    else if (slice_equal(name, slice_of("shared_keys")))
        o->shared_keys = atoi(value);
    else if (slice_equal(name, slice_of("threshold")))
        o->threshold = atof(value);
    else if (slice_equal(name, slice_of("policy")))
        for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++)
            o->policy = strcmp(value, policies[i]) ? o->policy : (enum engine_policy)i;
    else
        return slice_equal(name, slice_of("mapping")) || slice_equal(name, slice_of("model")) ||
               slice_equal(name, slice_of("block_keys"));
    return true;
}

static int take_fingerprint(struct slice row, struct arena *arena, struct engine_options *o)
{
    while (row.len) {
        struct slice line = next_line(&row);
        const char *equals = line.len ? memchr(line.data, '=', line.len) : NULL;
        if (!equals)
            return ERR_STORE;
        struct slice name = {line.data, (size_t)(equals - line.data)};
        struct slice value = arena_copy(
            arena, (struct slice){equals + 1, line.len - name.len - 1});
        if (!value.data)
            return ERR_NO_MEMORY;
        if (!take_setting(o, name, value.data))
            return ERR_STORE;
    }
    return ERR_OK;
}

static int take_graphs(struct slice row, struct arena *arena, struct engine_options *o)
{
    o->graph_count = 0;
    while (row.len) {
        struct slice name = arena_copy(arena, next_line(&row));
        if (!name.data)
            return ERR_NO_MEMORY;
        if (o->graph_count == ENGINE_MAX_GRAPHS)
            return ERR_STORE;
        o->graphs[o->graph_count++] = name.data;
    }
    return ERR_OK;
}

int meta_copy(struct kv *kv, const char *name, struct arena *arena, struct slice *ret_copy)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(kv, name, &row, &pin);
    if (!rc)
        *ret_copy = row.data ? arena_copy(arena, row) : row;
    if (!rc && row.data && !ret_copy->data)
        rc = ERR_NO_MEMORY;
    kv_value_release(&pin);
    return rc;
}

int engine_read_settings(struct kv *kv, struct arena *arena, struct engine_options *options,
                         struct slice *ret_mapping)
{
    struct slice row;
    int rc = meta_check_format(kv);
    if (!rc)
        rc = meta_copy(kv, "fingerprint", arena, &row);
    if (!rc)
        rc = take_fingerprint(row, arena, options);
    if (!rc)
        rc = meta_copy(kv, "graphs", arena, &row);
    if (!rc)
        rc = take_graphs(row, arena, options);
    if (!rc)
        rc = meta_copy(kv, "model", arena, &row);
    if (!rc)
        options->model_path = row.data;
    return rc ? rc : meta_copy(kv, "mapping", arena, ret_mapping);
}
