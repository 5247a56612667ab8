/*
 * query_suggest.c - what somebody may be about to type: entities, types and properties of the
 * reconciliation service.  Clients send arguments of their own beside those of the specification,
 * so here an unknown one is none of our business.
 *
 *  (1) Entities are found by any whole word (engine/search.h).  The last one may go on: of whom all
 * words are, and one that goes on so, comes first, however much else there is in the name.
 */
#include "query_recon.h"
#include "query_arguments.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/number.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <stdlib.h>

enum { PAGE = 10, CURSOR_MOST = 200 };

struct suggest {
    struct buf prefix; /* normalised */
    struct slice typed;
    size_t cursor; /* so many are skipped */
};

static unsigned read_arguments(struct query *q, struct suggest *s)
{
    const char *prefix = http_argument(q->request, "prefix"),
               *cursor = http_argument(q->request, "cursor");
    int64_t skip = 0;
    if (!prefix) {
        buf_append_format(q->body, "prefix: of what? %s?prefix=TEXT", q->request->path);
        return 400;
    }
    if (cursor && *cursor && (!number_read_integer(slice_of(cursor), &skip) || skip < 0)) {
        buf_append_format(q->body, "cursor: '%s' is no number from 0", cursor);
        return 400;
    }
    *s = (struct suggest){.typed = slice_of(prefix),
                          .cursor = skip < CURSOR_MOST ? (size_t)skip : CURSOR_MOST};
    text_normalise(&s->prefix, s->typed);
    return 0;
}

static struct json_writer begin(struct buf *json)
{
    struct json_writer w = json_writer_of(json);
    json_writer_begin_object(&w);
    json_writer_key(&w, "result");
    json_writer_begin_array(&w);
    return w;
}

static unsigned end(struct query *q, struct json_writer *w, struct buf *json, struct suggest *s,
                    int rc)
{
    json_writer_end_array(w);
    json_writer_end_object(w);
    if (!rc)
        buf_append_slice(q->body, buf_slice(json));
    buf_fini(json);
    buf_fini(&s->prefix);
    return query_status(q, rc);
}

/* --- words --- */

static bool begins(struct slice text, struct slice with)
{
    return text.len >= with.len && (!with.len || memcmp(text.data, with.data, with.len) == 0);
}

/* Does the name, or the rest of it from some word on, begin so? */
static bool begins_somewhere(struct slice name, struct slice prefix)
{
    struct buf text = {0};
    struct slice word;
    text_normalise(&text, name);
    struct slice rest = buf_slice(&text);
    bool found = begins(rest, prefix);
    while (!found && text_next_word(&rest, &word))
        found =
            begins((struct slice){word.data, (size_t)(text.data + text.len - word.data)}, prefix);
    buf_fini(&text);
    return found;
}

static bool has_word(struct slice name, struct slice word, bool unfinished)
{
    struct slice other;
    while (text_next_word(&name, &other))
        if (unfinished ? begins(other, word) : slice_equal(other, word))
            return true;
    return false;
}

/* Has the name all words of the prefix, of which the last may go on? */
static bool completes(struct slice name, struct slice prefix)
{
    struct buf text = {0};
    struct slice word, rest = prefix;
    bool all = prefix.len > 0;
    text_normalise(&text, name);
    while (all && text_next_word(&rest, &word))
        all = has_word(buf_slice(&text), word, word.data + word.len == prefix.data + prefix.len);
    buf_fini(&text);
    return all;
}

/* --- entities --- */

struct suggested {
    struct search_hit hit;
    bool completes;
};

struct list {
    struct suggested *all;
    size_t count, room;
};

static int by_rank(const void *a, const void *b)
{
    const struct suggested *x = a, *y = b;
    if (x->completes != y->completes) /* (1) */
        return x->completes ? -1 : 1;
    if (x->hit.score != y->hit.score)
        return x->hit.score < y->hit.score ? 1 : -1;
    return id_compare(x->hit.id, y->hit.id);
}

static void add(struct list *l, struct recon *r, const struct search_hit *hit, struct slice prefix)
{
    bool whole = completes(hit->label, prefix) || (hit->name.len && completes(hit->name, prefix));
    for (size_t i = 0; i < l->count; i++)
        if (slice_equal(l->all[i].hit.iri, hit->iri))
            return;
    if (whole || hit->score >= RECON_ALIKE_LEAST)
        ARRAY_PUSH_IN(r->arena, l->all, l->count, l->room, (struct suggested){*hit, whole});
}

static int find_by_name(struct recon *r, struct slice prefix, struct slice type, struct list *l)
{
    const struct search_query to = {.text = prefix,
                                    .types = type.len ? &type : r->types,
                                    .type_count = type.len ? 1 : r->type_count,
                                    .graph = r->graph,
                                    .limit = CURSOR_MOST + PAGE,
                                    .rows = r->rows};
    struct search_hit *hits;
    size_t count;
    int rc = search_names(r->model, r->s, &to, r->arena, &hits, &count);
    for (size_t i = 0; i < count && !rc; i++)
        add(l, r, &hits[i], prefix);
    if (l->count)
        qsort(l->all, l->count, sizeof(*l->all), by_rank);
    return rc;
}

static int find(struct recon *r, const struct suggest *s, struct slice type, struct list *l)
{
    struct search_hit hit;
    int rc = memchr(s->typed.data, ':', s->typed.len) ? recon_rank_find(r, s->typed, r->arena, &hit)
                                                      : ERR_NOT_FOUND;
    if (rc == ERR_NOT_FOUND)
        return find_by_name(r, buf_slice(&s->prefix), type, l);
    if (!rc)
        ARRAY_PUSH_IN(r->arena, l->all, l->count, l->room, (struct suggested){hit, true});
    return rc;
}

static void write_entity(struct json_writer *w, const struct query *q, const struct search_hit *hit)
{
    json_writer_begin_object(w);
    json_writer_add_string(w, "id", hit->iri);
    json_writer_add_string(w, "name", query_recon_name(hit));
    query_recon_write_description(w, q, hit);
    query_recon_write_types(w, "notable", hit->type);
    json_writer_end_object(w);
}

unsigned query_suggest_entity(struct query *q, size_t graph)
{
    const char *type = http_argument(q->request, "type");
    struct suggest s;
    struct list l = {0};
    struct recon r;
    struct buf json = {0};
    unsigned status = read_arguments(q, &s);
    if (status)
        return status;
    struct arena *arena = arena_new();
    int rc = query_recon_open(q, graph, arena, &r);
    if (!rc)
        rc = find(&r, &s, slice_of(type ? type : ""), &l);
    struct json_writer w = begin(&json);
    for (size_t i = s.cursor; i < l.count && i < s.cursor + PAGE; i++)
        write_entity(&w, q, &l.all[i].hit);
    recon_fini(&r);
    status = end(q, &w, &json, &s, rc);
    arena_free(arena);
    return status;
}

/* --- types and properties --- */

/* One of many that may be told. */
static void write_one(struct json_writer *w, struct suggest *s, size_t *seen, const char *sign,
                      struct slice name, uint64_t count, const char *of)
{
    struct buf text = {0};
    if ((*seen)++ < s->cursor || *seen > s->cursor + PAGE)
        return;
    buf_append_text(&text, sign);
    buf_append_slice(&text, name);
    json_writer_begin_object(w);
    json_writer_add_string(w, "id", buf_slice(&text));
    json_writer_add_string(w, "name", buf_slice(&text));
    buf_clear(&text);
    buf_append_format(&text, "%llu %s%s", (unsigned long long)count, of,
                      *sign ? ", the other way round" : "");
    json_writer_add_string(w, "description", buf_slice(&text));
    json_writer_end_object(w);
    buf_fini(&text);
}

unsigned query_suggest_type(struct query *q, size_t graph)
{
    struct suggest s;
    struct review_type *types;
    struct buf json = {0};
    size_t count = 0, seen = 0;
    unsigned status = read_arguments(q, &s);
    if (status)
        return status;
    struct arena *arena = arena_new();
    int rc = query_type_list(q, graph, arena, &types, &count);
    struct json_writer w = begin(&json);
    for (size_t i = 0; i < count && !rc; i++)
        if (types[i].name.len && begins_somewhere(types[i].name, buf_slice(&s.prefix)))
            write_one(&w, &s, &seen, "", types[i].name, types[i].entities, "entities");
    status = end(q, &w, &json, &s, rc);
    arena_free(arena);
    return status;
}

/* Of one name two kinds may be there (facts.h). */
static bool is_told(const struct facts_relation *all, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_equal(all[k].name, all[i].name))
            return true;
    return false;
}

unsigned query_suggest_property(struct query *q, size_t graph)
{
    struct suggest s;
    struct recon r;
    struct buf json = {0};
    size_t seen = 0;
    unsigned status = read_arguments(q, &s);
    if (status)
        return status;
    struct arena *arena = arena_new();
    int rc = query_recon_open(q, graph, arena, &r);
    if (!rc)
        rc = recon_rank_open_facts(&r);
    struct slice prefix = buf_slice(&s.prefix);
    bool inverse = prefix.len && prefix.data[0] == '^';
    if (inverse)
        prefix = (struct slice){prefix.data + 1, prefix.len - 1};
    struct json_writer w = begin(&json);
    for (size_t i = 0; i < r.relation_count && !rc; i++)
        if (!is_told(r.relations, i) && begins_somewhere(r.relations[i].name, prefix))
            write_one(&w, &s, &seen, inverse ? "^" : "", r.relations[i].name,
                      r.relations[i].triples, "triples");
    recon_fini(&r);
    status = end(q, &w, &json, &s, rc);
    arena_free(arena);
    return status;
}
