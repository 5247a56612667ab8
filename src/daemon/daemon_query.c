/*
 * daemon_query.c - the pages that tell what the store holds, as JSON: each of one turn, the last
 * that was committed when it was asked for.  What a request costs is bounded: by [http] page_rows,
 * by how many pairs a page has, by how many matches of an entity are told.
 */
#include "daemon_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/number.h"
#include "alignd/daemon/match_pages.h"
#include "alignd/daemon/match_query.h"
#include "alignd/state/state_view.h"

#include <assert.h>
#include <inttypes.h>

struct query {
    struct daemon *d;
    const struct http_request *request;
    const struct state *s; /* a view */
    struct buf *body;
    struct buf iri; /* what `entity` is lent from */
};

/* --- arguments: 0, or the status of an error whose words are in the body --- */

/* An IRI, or _:label.  None has a space, so one that came is a '+' that was left as it is. */
static unsigned read_entity(struct query *q, const char *name, const char *other,
                            struct slice *ret_entity)
{
    const char *text = http_argument(q->request, name);
    if (!text && other)
        text = http_argument(q->request, other);
    if (!text || !*text) {
        buf_append_format(q->body, "which entity? %s?%s=IRI, percent-encoded", q->request->path,
                          name);
        return 400;
    }
    assert(!q->iri.len);
    for (; *text; text++)
        buf_append_char(&q->iri, *text == ' ' ? '+' : *text);
    *ret_entity = buf_slice(&q->iri);
    return 0;
}

static unsigned read_share(struct query *q, const char *name, float *share)
{
    const char *text = http_argument(q->request, name);
    double value;
    if (!text)
        return 0;
    if (!number_read_double(slice_of(text), &value) || value < 0 || value > 1) {
        buf_append_format(q->body, "%s: '%s' is no number from 0 to 1", name, text);
        return 400;
    }
    *share = (float)value;
    assert(*share >= 0 && *share <= 1);
    return 0;
}

static unsigned read_limit(struct query *q, size_t *limit)
{
    const char *text = http_argument(q->request, "limit");
    int64_t value;
    if (!text)
        return 0;
    if (!number_read_integer(slice_of(text), &value) || value < 1 || value > MATCH_PAGES_MOST) {
        buf_append_format(q->body, "limit: '%s' is no number from 1 to %d", text, MATCH_PAGES_MOST);
        return 400;
    }
    *limit = (size_t)value;
    assert(*limit >= 1);
    return 0;
}

static unsigned read_graph(struct query *q, size_t *graph)
{
    const char *text = http_argument(q->request, "graph");
    const struct state *s = q->s;
    assert(*graph == s->graph_count);
    if (!text)
        return 0;
    for (size_t i = 0; i < s->graph_count; i++)
        if (state_is_catalog(s, i) && slice_equal(s->graphs[i].name, slice_of(text))) {
            *graph = i;
            return 0;
        }
    buf_append_format(q->body, "graph: there is no '%s', but", text);
    for (size_t i = 0; i < s->graph_count; i++)
        if (state_is_catalog(s, i))
            buf_append_format(q->body, " %.*s", (int)s->graphs[i].name.len, s->graphs[i].name.data);
    return 400;
}

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

/* One that is misspelt would tell of more than was asked for. */
static unsigned check_arguments(struct query *q, const char *const *known)
{
    const char *other = http_argument_other(q->request, known);
    assert(known[0]);
    if (!other)
        return 0;
    buf_append_format(q->body, "%s: there is no '%s', but", q->request->path, other);
    for (; *known; known++)
        buf_append_format(q->body, " %s", *known);
    return 400;
}

/* --- pages --- */

static unsigned status_of(struct query *q, int rc)
{
    if (!rc)
        return 200;
    assert(!q->body->len);
    if (rc == ERR_NOT_FOUND)
        buf_append_format(q->body, "no graph knows '%.*s'", (int)q->iri.len, q->iri.data);
    else if (rc == ERR_USAGE)
        buf_append_text(q->body, "after: it is not what a page before gave as \"next\"");
    else
        buf_append_text(q->body, err_text(rc));
    return rc == ERR_NOT_FOUND ? 404 : rc == ERR_USAGE ? 400 : 500;
}

static unsigned match(struct query *q)
{
    struct slice entity;
    unsigned status = read_entity(q, "a", "iri", &entity);
    if (status)
        return status;
    assert(entity.len);
    return status_of(q,
                     match_query_write(q->body, q->s, (float)q->d->config->engine.review, entity));
}

static unsigned entity(struct query *q)
{
    const struct engine_options *o = &q->d->config->engine;
    struct slice entity;
    unsigned status = read_entity(q, "iri", NULL, &entity);
    if (status)
        return status;
    assert(entity.len);
    return status_of(
        q, match_query_write_entity(q->body, q->s, (float)o->review, (size_t)o->clusters, entity));
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

static unsigned matches(struct query *q)
{
    static const char *const known[] = {"min",  "max",   "type",  "graph",
                                        "band", "after", "limit", NULL};
    struct match_pages_query to = query_of(q);
    const char *type = http_argument(q->request, "type");
    unsigned status;
    if ((status = check_arguments(q, known)) || (status = read_share(q, "min", &to.min)) ||
        (status = read_share(q, "max", &to.max)) || (status = read_graph(q, &to.graph)) ||
        (status = read_band(q, &to)) || (status = read_limit(q, &to.limit)))
        return status;
    to.typed = type != NULL;
    to.type = slice_of(type ? type : "");
    assert(to.limit <= MATCH_PAGES_MOST);
    return status_of(q, match_pages_write_matches(q->body, q->s, &to));
}

static unsigned verdicts(struct query *q)
{
    static const char *const known[] = {"graph", "after", "limit", NULL};
    struct match_pages_query to = query_of(q);
    unsigned status;
    if ((status = check_arguments(q, known)) || (status = read_graph(q, &to.graph)) ||
        (status = read_limit(q, &to.limit)))
        return status;
    assert(to.limit <= MATCH_PAGES_MOST);
    return status_of(q, match_pages_write_verdicts(q->body, q->s, &to));
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
    return status_of(q, match_gauges_write_json(&q->d->gauges, q->s, &options,
                                                (uint64_t)c->http_stats_s * 1000000, q->body));
}

unsigned daemon_query(struct daemon *d, const struct http_request *request, struct buf *body,
                      const char **content_type)
{
    static const struct {
        const char *path;
        unsigned (*make)(struct query *q);
    } pages[] = {{"/match", match},
                 {"/entity", entity},
                 {"/matches", matches},
                 {"/verdicts", verdicts},
                 {"/stats", stats}};
    size_t i = 0, count = sizeof(pages) / sizeof(*pages);
    while (i < count && strcmp(request->path, pages[i].path) != 0)
        i++;
    if (i == count)
        return 0;
    if (!d->open) {
        buf_append_text(body, "starting\n");
        return 503;
    }
    assert(d->engine && !body->len);
    struct state view;
    struct query q = {.d = d, .request = request, .s = &view, .body = body};
    int rc = state_view_open(engine_state(d->engine), &view);
    if (rc)
        return status_of(&q, rc);
    unsigned status = pages[i].make(&q);
    state_view_close(&view);
    buf_fini(&q.iri);
    buf_append_char(body, '\n');
    *content_type = "application/json";
    return status;
}
