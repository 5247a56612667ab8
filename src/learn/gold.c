/*
 * gold.c - reads gold links and judges pairs by them.  Ends and links are kept by hash, each with
 * flags that say in which of the files it stands.
 */
#include "alignd/learn/gold.h"

#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/term.h"

#include <assert.h>
#include <stdlib.h>

enum end_flag {
    END_LINKED = 1, /* an end of a line of two; of a type: that of such an end */
    END_OTHER = 2,
    END_UNJUDGED = 4,
    PAIR_RIGHT = 8,
    PAIR_WRONG = 16,
    END_FIRST = 32,
    END_NONE_HERE = 64, /* has none, by `links`, */
    END_NONE = 128,     /* by whichever file; */
    END_HAS = 256,      /* has one, by whichever file */
};

struct gold {
    struct arena *arena;
    struct gold_link *links;
    size_t count, room;
    bool labelled;
    struct id_map flags; /* hash of an IRI, a pair or a type -> enum end_flag */
};

static struct id key_of(struct slice s, uint64_t seed)
{
    struct hash128 h = hash_bytes_128(s, seed);
    return (struct id){h.hi, h.lo};
}

/* The same for (a, b) and (b, a). */
static struct id key_of_pair(struct slice a, struct slice b)
{
    struct id x = key_of(a, 1), y = key_of(b, 1);
    return (struct id){x.hi + y.hi, x.lo + y.lo};
}

static unsigned flags_of(const struct gold *g, struct id key)
{
    return (unsigned)(uintptr_t)id_map_get(&g->flags, key);
}

static void raise_flag(struct gold *g, struct id key, enum end_flag flag)
{
    void **place = id_map_place(&g->flags, key);
    *place = (void *)((uintptr_t)*place | (uintptr_t)flag);
}

static int read_all(const char *path, struct buf *out)
{
    assert(!out->len);
    struct file *file;
    size_t n = 1;
    int rc = file_open(path, &file);
    if (rc)
        return rc;
    while (n) {
        char piece[16384];
        if ((rc = file_read(file, piece, sizeof(piece), &n)))
            goto done;
        buf_append(out, piece, n);
    }
done:
    file_close(file);
    return rc;
}

static struct slice take_until(struct slice *rest, char end)
{
    const char *at = rest->len ? memchr(rest->data, end, rest->len) : NULL;
    struct slice s = {rest->data, at ? (size_t)(at - rest->data) : rest->len};
    size_t used = s.len + (at != NULL);
    assert(used <= rest->len);
    rest->data += used;
    rest->len -= used;
    return s;
}

/* ends: it is said of whatever else they may be paired with, too */
static void add_link(struct gold *g, struct gold_link link, bool ends)
{
    assert(link.a.len && link.b.len && g->count <= g->room);
    if (g->count == g->room) {
        size_t room = g->room ? 2 * g->room : 1024;
        g->links = memory_realloc(g->links, room * sizeof(*g->links));
        g->room = room;
    }
    g->links[g->count++] = link;
    if (ends) {
        raise_flag(g, key_of(link.a, 0), END_LINKED);
        raise_flag(g, key_of(link.a, 0), END_FIRST);
        raise_flag(g, key_of(link.b, 0), END_LINKED);
    }
    enum end_flag verdict = link.label ? PAIR_RIGHT : PAIR_WRONG;
    raise_flag(g, key_of_pair(link.a, link.b), verdict);
}

static int refuse(const char *path, size_t number)
{
    assert(number);
    log_error("%s:%zu: expected IRI <TAB> IRI, and 1 or 0 in a third column if any; or one IRI "
              "alone, which has no counterpart",
              path, number);
    return ERR_FORMAT;
}

/* A link and 'has none' of one entity cannot both hold, whichever files say so. */
static int take_end(struct gold *g, const char *path, size_t number, struct slice iri,
                    enum end_flag flag)
{
    assert(flag == END_NONE || flag == END_HAS);
    assert(iri.len);
    enum end_flag opposite = flag == END_NONE ? END_HAS : END_NONE;
    if (flags_of(g, key_of(iri, 0)) & opposite) {
        log_error("%s:%zu: <%.*s> has %s by another line", path, number, (int)iri.len, iri.data,
                  flag == END_NONE ? "a counterpart" : "none");
        return ERR_FORMAT;
    }
    raise_flag(g, key_of(iri, 0), flag);
    return ERR_OK;
}

/* A line of one IRI.  One with a space in it is rather a link without its tab. */
static int take_none(struct gold *g, const char *path, size_t number, struct slice iri, bool other)
{
    assert(iri.len);
    if (memchr(iri.data, ' ', iri.len) || !memchr(iri.data, ':', iri.len))
        return refuse(path, number);
    int rc = take_end(g, path, number, iri, END_NONE);
    if (rc)
        return rc;
    raise_flag(g, key_of(iri, 0), other ? END_OTHER : END_NONE_HERE);
    return ERR_OK;
}

/* other: a file of another split, of which only the ends count */
static int take_line(struct gold *g, const char *path, size_t number, struct slice line, bool other)
{
    assert(line.len && number);
    bool alone = !memchr(line.data, '\t', line.len);
    struct slice a = term_without_brackets(take_until(&line, '\t')),
                 b = term_without_brackets(take_until(&line, '\t'));
    struct slice label = take_until(&line, '\t');
    bool yes = slice_equal(label, slice_of("1")), no = slice_equal(label, slice_of("0"));
    if (a.len && alone)
        return take_none(g, path, number, a, other);
    if (!a.len || !b.len || (label.len && !yes && !no))
        return refuse(path, number);
    int rc;
    if (!no && ((rc = take_end(g, path, number, a, END_HAS)) ||
                (rc = take_end(g, path, number, b, END_HAS))))
        return rc;
    if (other) {
        raise_flag(g, key_of(a, 0), END_OTHER);
        raise_flag(g, key_of(b, 0), END_OTHER);
        return ERR_OK;
    }
    g->labelled = g->labelled || label.len;
    add_link(g, (struct gold_link){.a = a, .b = b, .label = !no}, true);
    return ERR_OK;
}

enum file_kind { FILE_LINKS, FILE_OTHER, FILE_UNJUDGED };

static int read_file(struct gold *g, const char *path, enum file_kind kind)
{
    assert(path && kind <= FILE_UNJUDGED);
    struct buf text = {0};
    int rc = read_all(path, &text);
    struct slice rest = rc ? (struct slice){NULL, 0} : arena_copy(g->arena, buf_slice(&text));
    buf_fini(&text);
    for (size_t number = 1; !rc && rest.len; number++) {
        struct slice line = take_until(&rest, '\n');
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        if (!line.len || line.data[0] == '#')
            continue;
        if (kind == FILE_UNJUDGED)
            raise_flag(g, key_of(term_without_brackets(line), 0), END_UNJUDGED);
        else
            rc = take_line(g, path, number, line, kind == FILE_OTHER);
    }
    return rc;
}

int gold_open(const struct gold_options *o, struct gold **ret_gold)
{
    struct gold *g = memory_calloc(1, sizeof(*g));
    g->arena = arena_new();
    int rc = o->links ? read_file(g, o->links, FILE_LINKS) : ERR_OK;
    assert(!rc || o->links);
    for (size_t i = 0; i < o->other.count && !rc; i++)
        rc = read_file(g, o->other.at[i], FILE_OTHER);
    if (rc || (o->unjudged && (rc = read_file(g, o->unjudged, FILE_UNJUDGED))))
        goto done;
    *ret_gold = g;
    g = NULL;
done:
    gold_close(g);
    return rc;
}

int gold_add_verdict(struct gold *g, struct slice a, struct slice b, bool same, bool alone)
{
    assert(a.len && b.len);
    struct gold_link link = {arena_copy(g->arena, a), arena_copy(g->arena, b), same, alone};
    const struct slice ends[] = {link.a, link.b};
    for (size_t i = 0; i < 2 && same; i++) {
        if (flags_of(g, key_of(ends[i], 0)) & END_NONE) {
            log_error("<%.*s> has none by a line of the links, and a counterpart by a verdict: "
                      "take one of the two back",
                      (int)ends[i].len, ends[i].data);
            return ERR_FORMAT;
        }
        raise_flag(g, key_of(ends[i], 0), END_HAS);
    }
    add_link(g, link, same);
    return ERR_OK;
}

void gold_close(struct gold *g)
{
    if (!g)
        return;
    id_map_fini(&g->flags);
    free(g->links);
    arena_free(g->arena);
    free(g);
}

const struct gold_link *gold_links(const struct gold *g, size_t *ret_count)
{
    *ret_count = g->count;
    return g->links;
}

bool gold_is_labelled(const struct gold *g)
{
    return g->labelled;
}

void gold_add_type(struct gold *g, struct slice type)
{
    raise_flag(g, key_of(type, 2), END_LINKED);
}

bool gold_has_type(const struct gold *g, struct slice type)
{
    return (flags_of(g, key_of(type, 2)) & END_LINKED) != 0;
}

enum gold_verdict gold_judge(const struct gold *g, struct slice a, struct slice b,
                             struct slice type)
{
    assert(a.data && b.data);
    unsigned pair = flags_of(g, key_of_pair(a, b));
    if (pair & PAIR_RIGHT)
        return GOLD_RIGHT;
    if (pair & PAIR_WRONG)
        return GOLD_WRONG;
    unsigned ends = flags_of(g, key_of(a, 0)) | flags_of(g, key_of(b, 0));
    if (g->labelled)
        return ends & END_NONE_HERE ? GOLD_WRONG : GOLD_UNJUDGED;
    if (ends & END_UNJUDGED)
        return GOLD_UNJUDGED;
    if (ends & END_LINKED)
        return GOLD_WRONG;
    if (ends & END_OTHER)
        return GOLD_UNJUDGED;
    if (ends & END_NONE_HERE)
        return GOLD_WRONG;
    return flags_of(g, key_of(type, 2)) & END_LINKED ? GOLD_STRAY : GOLD_UNJUDGED;
}

bool gold_is_linked(const struct gold *g, struct slice a, struct slice b)
{
    return ((flags_of(g, key_of(a, 0)) | flags_of(g, key_of(b, 0))) & END_LINKED) != 0;
}

bool gold_is_first(const struct gold *g, struct slice a, struct slice b)
{
    return ((flags_of(g, key_of(a, 0)) | flags_of(g, key_of(b, 0))) & END_FIRST) != 0;
}
