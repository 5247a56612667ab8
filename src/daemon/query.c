/*
 * query.c - the pages that tell what the store holds, as JSON: each of one turn, the last
 * that was committed when it was asked for.  What a request costs is bounded: by [http] page_rows,
 * by how many pairs a page has, by how many matches of an entity are told.
 */
#include "query.h"
#include "query_arguments.h"

#include "alignd/base/err.h"
#include "alignd/daemon/match_pages.h"
#include "alignd/daemon/match_query.h"
#include "alignd/engine/explain_json.h"
#include "alignd/graph/term.h"
#include "alignd/state/state_view.h"

#include <assert.h>
#include <inttypes.h>

enum { CANDIDATES = 10, CANDIDATES_MOST = 1000 }; /* of a graph */

/* --- arguments: 0, or the status of an error whose words are in the body --- */

static unsigned read_band(struct query *q, struct match_pages_query *to)
{
    const char *text = http_argument(q->request, "band");
    assert(!to->banded);
    if (!text)
        return 0;
    to->banded = true;
    for (to->band = 0; to->band < BANDS; to->band++)
        if (strcmp(text, band_name(to->band)) == 0)
            return 0;
    buf_append_format(q->body, "band: '%s' is neither %s nor %s", text, band_name(BAND_MATCH),
                      band_name(BAND_POSSIBLE));
    return 400;
}

/* --- pages --- */

unsigned query_no_such(struct query *q, struct slice iri)
{
    assert(!q->body->len && iri.len);
    buf_append_format(q->body, "no graph knows '%.*s'", (int)iri.len, iri.data);
    return 404;
}

unsigned query_status(struct query *q, int rc)
{
    if (!rc)
        return 200;
    if (rc == ERR_NOT_FOUND)
        return query_no_such(q, buf_slice(&q->iri));
    assert(!q->body->len);
    if (rc == ERR_USAGE)
        buf_append_text(q->body, "after: it is not what a page before gave as \"next\"");
    else
        buf_append_text(q->body, err_text(rc));
    return rc == ERR_USAGE ? 400 : 500;
}

static unsigned match(struct query *q)
{
    float review = (float)q->d->config->engine.review;
    unsigned status = query_entity(q->request, "a", "iri", &q->iri, q->body);
    if (status)
        return status;
    assert(q->iri.len);
    return query_status(q, match_query_write(q->body, q->s, review, buf_slice(&q->iri)));
}

static unsigned entity(struct query *q)
{
    const struct engine_options *o = &q->d->config->engine;
    unsigned status = query_entity(q->request, "iri", NULL, &q->iri, q->body);
    if (status)
        return status;
    struct facts *facts = NULL;
    assert(q->iri.len);
    int rc = facts_open(q->d->engine, q->s, &facts);
    if (!rc)
        rc = match_query_write_entity(q->body, q->s, (float)o->review, (size_t)o->clusters, facts,
                                      buf_slice(&q->iri));
    facts_close(facts);
    return query_status(q, rc);
}

static unsigned explain(struct query *q)
{
    static const char *const known[] = {"a", "b", NULL};
    struct explanation x;
    int missing = 0, rc;
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_entity(q->request, "a", NULL, &q->iri, q->body)) ||
        (status = query_entity(q->request, "b", NULL, &q->other, q->body)))
        return status;
    const struct term a = term_of_written(buf_slice(&q->iri)),
                      b = term_of_written(buf_slice(&q->other));
    struct arena *arena = arena_new();
    rc = explain_pair(q->d->engine, q->s, q->s->graph_count, &a, q->s->graph_count, &b, arena, &x,
                      &missing);
    if (!rc) {
        struct json_writer w = json_writer_of(q->body);
        json_writer_begin_object(&w);
        explain_json_write_pair(&w, &x);
        json_writer_end_object(&w);
    }
    arena_free(arena);
    if (rc == ERR_NOT_FOUND && missing == EXPLAIN_ONE_CATALOG) {
        buf_append_text(q->body, "both are of one catalog: a pair is of two");
        return 400;
    }
    if (rc == ERR_NOT_FOUND && missing)
        return query_no_such(q, buf_slice(&q->other));
    return query_status(q, rc);
}

static unsigned candidates(struct query *q)
{
    static const char *const known[] = {"iri", "limit", NULL};
    struct explain_entity x;
    size_t limit = CANDIDATES;
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_entity(q->request, "iri", NULL, &q->iri, q->body)) ||
        (status = query_count(q->request, "limit", CANDIDATES_MOST, &limit, q->body)))
        return status;
    const struct term term = term_of_written(buf_slice(&q->iri));
    struct arena *arena = arena_new();
    int rc = explain_entity(q->d->engine, q->s, q->s->graph_count, &term, limit, arena, &x);
    if (!rc) {
        struct json_writer w = json_writer_of(q->body);
        json_writer_begin_object(&w);
        explain_json_write_entity(&w, &x);
        json_writer_end_object(&w);
    }
    arena_free(arena);
    return query_status(q, rc);
}

static struct match_pages_query query_of(const struct query *q)
{
    struct match_pages_query to = match_pages_query_default(q->s);
    const char *after = http_argument(q->request, "after");
    to.rows = (size_t)q->d->config->http_page_rows;
    to.review = (float)q->d->config->engine.review;
    to.after = slice_of(after ? after : "");
    assert(to.rows > 0);
    return to;
}

/* Of which graph, and how many at a time. */
static unsigned read_part(struct query *q, struct match_pages_query *to)
{
    unsigned status = query_graph(q->request, "graph", q->s, &to->graph, q->body);
    return status ? status
                  : query_count(q->request, "limit", MATCH_PAGES_MOST, &to->limit, q->body);
}

static unsigned matches(struct query *q)
{
    static const char *const known[] = {"min",  "max",   "type",  "graph",
                                        "band", "after", "limit", NULL};
    struct match_pages_query to = query_of(q);
    const char *type = http_argument(q->request, "type");
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_share(q->request, "min", &to.min, q->body)) ||
        (status = query_share(q->request, "max", &to.max, q->body)) ||
        (status = read_part(q, &to)) || (status = read_band(q, &to)))
        return status;
    to.typed = type != NULL;
    to.type = slice_of(type ? type : "");
    assert(to.limit <= MATCH_PAGES_MOST);
    return query_status(q, match_pages_write_matches(q->body, q->s, &to));
}

static unsigned verdicts(struct query *q)
{
    static const char *const known[] = {"graph", "after", "limit", NULL};
    struct match_pages_query to = query_of(q);
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) || (status = read_part(q, &to)))
        return status;
    assert(to.limit <= MATCH_PAGES_MOST);
    return query_status(q, match_pages_write_verdicts(q->body, q->s, &to));
}

static unsigned stats(struct query *q)
{
    const struct config *c = q->d->config;
    if (!c->http_stats_s) {
        buf_append_text(q->body, "statistics are off: stats_s of [http] is 0");
        return 404;
    }
    assert(c->http_stats_entities > 0);
    const struct match_stats_options options = daemon_stats_options(c);
    return query_status(q, match_gauges_write_json(&q->d->gauges, q->s, &options,
                                                   (uint64_t)c->http_stats_s * 1000000, q->body));
}

/* --- which page --- */

struct page {
    const char *path; /* one that ends in '/' is of all below it */
    unsigned (*make)(struct query *q);
    unsigned (*post)(struct query *q); /* of those of daemon_posts */
};

static bool is_of(const struct page *page, const char *path)
{
    size_t len = strlen(page->path);
    bool below = page->path[len - 1] == '/';
    return below ? strncmp(page->path, path, len) == 0 : strcmp(page->path, path) == 0;
}

static const struct page *find_page(const char *path)
{
    static const struct page pages[] = {{"/match", match, NULL},
                                        {"/entity", entity, NULL},
                                        {"/explain", explain, NULL},
                                        {"/candidates", candidates, NULL},
                                        {"/matches", matches, NULL},
                                        {"/verdicts", verdicts, query_post_verdict},
                                        {"/stats", stats, NULL},
                                        {"/search", query_search, NULL},
                                        {"/types", query_types, NULL},
                                        {"/review", query_review, NULL},
                                        {"/status", query_status_page, NULL},
                                        {"/digest", query_digest, NULL},
                                        {"/promote", query_promote_how, query_promote},
                                        {"/events", query_events, NULL},
                                        {"/reconcile", query_recon, query_recon},
                                        {"/reconcile/", query_recon, query_recon}};
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
        if (is_of(&pages[i], path))
            return &pages[i];
    return NULL;
}

static unsigned make(struct query *q, const struct page *page)
{
    size_t len = strlen(page->path);
    assert(is_of(page, q->request->path) && (page->post || !q->request->post));
    q->rest = q->request->path + len;
    q->answer->type = "application/json";
    unsigned status = q->request->post ? page->post(q) : page->make(q);
    buf_append_char(q->body, '\n');
    return status;
}

unsigned query_answer(struct daemon *d, const struct http_request *request,
                      struct http_answer *answer)
{
    const struct page *page = find_page(request->path);
    if (!page)
        return 0;
    if (!d->open) {
        buf_append_text(answer->body, "starting\n");
        return 503;
    }
    assert(d->engine && !answer->body->len);
    struct state view;
    struct query q = {
        .d = d, .request = request, .s = &view, .answer = answer, .body = answer->body};
    int rc = state_view_open(engine_state(d->engine), &view);
    if (rc)
        return query_status(&q, rc);
    unsigned status = make(&q, page);
    state_view_close(&view);
    buf_fini(&q.iri);
    buf_fini(&q.other);
    return status;
}
