/*
 * verdict_file.c - files of verdicts as a whole.  All changes are kept, and which of them holds is
 * known at the end: the last of its triple, unless a clear of its subject stands behind it.
 */
#include "alignd/cli/verdict_file.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/graph/id_map.h"
#include "alignd/stream/change_file.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#define BATCH 10000

struct said {
    struct slice a, b; /* b: empty of a clear */
    struct id triple, pair;
    enum change_op op;
    enum verdict verdict;
};

struct verdicts {
    struct arena *arena;
    struct said *all;
    size_t count, room;
    struct id_map last;  /* of a triple, of a cleared subject: where the last one is, from 1 */
    struct id_map pairs; /* enum pair_flag */
};

enum pair_flag { PAIR_SAME = 1, PAIR_DIFFERENT = 2, PAIR_VISITED = 4 };

static struct id key_of(struct slice text, uint64_t seed)
{
    struct hash128 h = hash_bytes_128(text, seed);
    return (struct id){h.hi, h.lo};
}

static struct slice keep_written(struct verdicts *v, const struct term *t)
{
    struct buf written = {0};
    term_append_written(&written, t);
    struct slice kept = arena_copy(v->arena, buf_slice(&written));
    buf_fini(&written);
    return kept;
}

static void *place_of(size_t index)
{
    return (void *)(uintptr_t)(index + 1);
}

static void add(struct verdicts *v, const struct change *c, enum verdict verdict)
{
    struct said s = {.a = keep_written(v, &c->subject), .op = c->op, .verdict = verdict};
    struct id a = key_of(s.a, 1);
    if (c->op == CHANGE_CLEAR) {
        *id_map_place(&v->last, a) = place_of(v->count);
    } else {
        s.b = keep_written(v, &c->object);
        struct id b = key_of(s.b, 1), p = key_of(c->predicate.text, 2);
        s.pair = (struct id){a.hi + b.hi, a.lo + b.lo}; /* in either order */
        s.triple = (struct id){a.hi + 3 * b.hi + p.hi, a.lo + 3 * b.lo + p.lo};
        *id_map_place(&v->last, s.triple) = place_of(v->count);
    }
    ARRAY_PUSH(v->all, v->count, v->room, s);
    assert(v->count && v->count <= v->room);
}

static int take(struct verdicts *v, const char *path, const struct change *changes, size_t count)
{
    assert(path);
    for (size_t i = 0; i < count; i++) {
        const char *wrong;
        enum verdict verdict = verdict_of_change(&changes[i], &wrong);
        if (wrong) {
            struct slice subject = changes[i].subject.text, predicate = changes[i].predicate.text;
            log_error("%s: the triple <%.*s> <%.*s>: %s", path, (int)subject.len, subject.data,
                      (int)predicate.len, predicate.data, wrong);
            return ERR_FORMAT;
        }
        add(v, &changes[i], verdict);
    }
    return ERR_OK;
}

static int read_file(struct verdicts *v, const char *path, struct arena *arena)
{
    static const struct codec_limits limits = {.relative_iris = true};
    struct change_file *file = NULL;
    size_t count = 1;
    int rc = change_file_open(path, CODEC_AUTO, &limits, &file);
    while (!rc && count) {
        struct change *changes;
        arena_reset(arena);
        if ((rc = change_file_next(file, arena, BATCH, &changes, &count)))
            break;
        rc = take(v, path, changes, count);
    }
    change_file_close(file);
    return rc;
}

static bool holds(const struct verdicts *v, size_t i)
{
    const struct said *s = &v->all[i];
    assert(i < v->count);
    return s->op == CHANGE_INSERT && id_map_get(&v->last, s->triple) == place_of(i) &&
           (uintptr_t)id_map_get(&v->last, key_of(s->a, 1)) <= i;
}

/* Raises what is said of a pair; the flags before. */
static unsigned raise_flag(struct verdicts *v, struct id pair, unsigned flag)
{
    void **place = id_map_place(&v->pairs, pair);
    unsigned before = (unsigned)(uintptr_t)*place;
    *place = (void *)(uintptr_t)(before | flag);
    return before;
}

static int visit_all(struct verdicts *v,
                     int (*visit)(void *arg, struct slice a, struct slice b, enum verdict verdict),
                     void *arg)
{
    assert(visit);
    for (size_t i = 0; i < v->count; i++)
        if (holds(v, i))
            raise_flag(v, v->all[i].pair,
                       v->all[i].verdict == VERDICT_SAME ? PAIR_SAME : PAIR_DIFFERENT);
    for (size_t i = 0; i < v->count; i++) {
        const struct said *s = &v->all[i];
        unsigned flags = holds(v, i) ? raise_flag(v, s->pair, PAIR_VISITED) : PAIR_VISITED;
        if (flags & PAIR_VISITED)
            continue;
        if (flags == (PAIR_SAME | PAIR_DIFFERENT)) {
            log_warn("<%.*s> and <%.*s> are said to be the same and to be different: neither is "
                     "taken",
                     (int)s->a.len, s->a.data, (int)s->b.len, s->b.data);
            continue;
        }
        int rc = visit(arg, s->a, s->b, s->verdict);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int verdict_file_each(const struct args_list *paths,
                      int (*visit)(void *arg, struct slice a, struct slice b, enum verdict verdict),
                      void *arg)
{
    assert(paths->count <= ARGS_LIST_MAX);
    struct verdicts v = {.arena = arena_new()};
    struct arena *batch = arena_new();
    int rc = ERR_OK;
    for (size_t i = 0; i < paths->count && !rc; i++)
        rc = read_file(&v, paths->at[i], batch);
    if (!rc)
        rc = visit_all(&v, visit, arg);
    id_map_fini(&v.last);
    id_map_fini(&v.pairs);
    free(v.all);
    arena_free(batch);
    arena_free(v.arena);
    return rc;
}
