/*
 * query_find.c - the pages by which people find what they look for: a name, the types there are,
 * the matches that are most in doubt.
 */
#include "query.h"
#include "query_arguments.h"

#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/engine/search.h"
#include "alignd/state/match_list.h"
#include "match_json.h"

#include <assert.h>

enum { SEARCH_HITS = 20, SEARCH_MOST = 200, SEARCH_MATCHES = 10, REVIEW_PAIRS = 50 };

static struct review_options options_of(const struct config *c)
{
    return (struct review_options){.entities = (uint64_t)c->http_review_entities,
                                   .every_us = (uint64_t)c->http_review_s * 1000000,
                                   .review = (float)c->engine.review};
}

/* Nobody who types a name waits for the whole of the store to be read. */
int query_type_list(struct query *q, size_t graph, struct arena *arena,
                    struct review_type **ret_types, size_t *ret_count)
{
    struct review_options o = options_of(q->d->config);
    struct review *from = &q->d->review;
    if (!review_is_read(from)) {
        from = &q->d->first_types;
        o.entities = (uint64_t)q->d->config->http_stats_entities;
    }
    return review_types(from, q->s, &o, graph, arena, ret_types, ret_count);
}

int query_type_names(struct query *q, size_t graph, struct arena *arena,
                     const struct slice **ret_names, size_t *ret_count)
{
    struct review_type *types;
    int rc = query_type_list(q, graph, arena, &types, ret_count);
    if (rc)
        return rc;
    struct slice *names = arena_alloc(arena, (*ret_count + 1) * sizeof(*names));
    for (size_t i = 0; i < *ret_count; i++)
        names[i] = types[i].name;
    *ret_names = names;
    return ERR_OK;
}

/* --- by name --- */

static int write_matches(struct query *q, struct json_writer *w, struct id id, struct arena *arena)
{
    struct pair_list partners;
    float review = (float)q->d->config->engine.review;
    int rc = match_list_partners(q->s->kv, id, arena, &partners);
    json_writer_key(w, "matches");
    json_writer_begin_array(w);
    for (size_t i = 0; !rc && i < partners.count && i < SEARCH_MATCHES; i++) {
        struct match_end end;
        if ((rc = match_end_read(q->s, partners.entries[i].other, arena, &end)))
            break;
        json_writer_begin_object(w);
        match_json_partner(w, &end, partners.entries[i].score, review);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    return rc;
}

static int write_hit(struct query *q, struct json_writer *w, const struct search_hit *hit,
                     struct arena *arena)
{
    assert(hit->graph < q->s->graph_count);
    json_writer_begin_object(w);
    json_writer_add_string(w, "iri", hit->iri);
    json_writer_add_string(w, "graph", q->s->graphs[hit->graph].name);
    json_writer_add_string(w, "label", hit->label);
    json_writer_add_string(w, "type", hit->type);
    if (hit->name.len)
        json_writer_add_string(w, "name", hit->name);
    json_writer_add_float(w, "score", hit->score);
    int rc = write_matches(q, w, hit->id, arena);
    json_writer_end_object(w);
    return rc;
}

static int write_hits(struct query *q, struct search_query *to, struct arena *arena,
                      struct buf *json)
{
    struct json_writer w = json_writer_of(json);
    struct search_hit *hits;
    size_t count;
    int rc;
    if ((!to->types && (rc = query_type_names(q, to->graph, arena, &to->types, &to->type_count))) ||
        (rc = search_names(q->d->model, q->s, to, arena, &hits, &count)))
        return rc;
    json_writer_begin_object(&w);
    json_writer_key(&w, "results");
    json_writer_begin_array(&w);
    for (size_t i = 0; i < count && !rc; i++)
        rc = write_hit(q, &w, &hits[i], arena);
    json_writer_end_array(&w);
    json_writer_end_object(&w);
    return rc;
}

unsigned query_search(struct query *q)
{
    static const char *const known[] = {"q", "type", "graph", "limit", NULL};
    const char *text = http_argument(q->request, "q"), *type = http_argument(q->request, "type");
    const struct slice given = slice_of(type ? type : "");
    struct search_query to = {.types = type ? &given : NULL,
                              .type_count = 1,
                              .graph = q->s->graph_count,
                              .limit = SEARCH_HITS,
                              .rows = (size_t)q->d->config->http_page_rows};
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_graph(q->request, "graph", q->s, &to.graph, q->body)) ||
        (status = query_count(q->request, "limit", SEARCH_MOST, &to.limit, q->body)))
        return status;
    if (!text) {
        buf_append_text(q->body, "which name? /search?q=WORDS");
        return 400;
    }
    to.text = slice_of(text);
    struct buf json = {0};
    struct arena *arena = arena_new();
    int rc = write_hits(q, &to, arena, &json);
    if (!rc)
        buf_append_slice(q->body, buf_slice(&json));
    arena_free(arena);
    buf_fini(&json);
    return query_status(q, rc);
}

/* --- what there is, and what to look at --- */

unsigned query_types(struct query *q)
{
    static const char *const known[] = {NULL};
    struct review_options o = options_of(q->d->config);
    unsigned status = query_check(q->request, known, q->body);
    return status ? status : query_status(q, review_write_types(&q->d->review, q->s, &o, q->body));
}

unsigned query_review(struct query *q)
{
    static const char *const known[] = {"graph", "type", "after", "limit", NULL};
    const char *type = http_argument(q->request, "type"),
               *after = http_argument(q->request, "after");
    struct review_options o = options_of(q->d->config);
    struct review_query to = {.graph = q->s->graph_count,
                              .typed = type != NULL,
                              .type = slice_of(type ? type : ""),
                              .after = slice_of(after ? after : ""),
                              .limit = REVIEW_PAIRS,
                              .rows = (size_t)q->d->config->http_page_rows};
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_graph(q->request, "graph", q->s, &to.graph, q->body)) ||
        (status = query_count(q->request, "limit", REVIEW_PAGE_MOST, &to.limit, q->body)))
        return status;
    return query_status(q, review_write(&q->d->review, q->s, &o, &to, q->body));
}
