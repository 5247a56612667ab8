/*
 * query_recon.c - what the service is (its manifest), and batches of queries.  URLs in the manifest
 * are whole, as clients take them for whole: they begin as the request's did, or as public_url of
 * [http] says.
 */
#include "query_recon.h"
#include "query_arguments.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>

/* Ids are IRIs, whoever gave them: the space that other services of such ids name too. */
#define IRI_SPACE "http://www.ietf.org/rfc/rfc3986"

enum { LIMIT = 10, DEFAULT_TYPES = 10, PREVIEW_WIDTH = 430, PREVIEW_HEIGHT = 300 };

int query_recon_open(struct query *q, size_t graph, struct arena *arena, struct recon *ret)
{
    assert(graph <= q->s->graph_count);
    *ret = (struct recon){.model = q->d->model,
                          .engine = q->d->engine,
                          .s = q->s,
                          .graph = graph,
                          .rows = (size_t)q->d->config->http_reconcile_rows,
                          .arena = arena};
    return query_type_names(q, graph, arena, &ret->types, &ret->type_count);
}

static void write_named(struct json_writer *w, struct slice name)
{
    json_writer_begin_object(w);
    json_writer_add_string(w, "id", name);
    json_writer_add_string(w, "name", name);
    json_writer_end_object(w);
}

void query_recon_write_types(struct json_writer *w, const char *key, struct slice type)
{
    json_writer_key(w, key);
    json_writer_begin_array(w);
    if (type.len)
        write_named(w, type);
    json_writer_end_array(w);
}

void query_recon_write_description(struct json_writer *w, const struct query *q,
                                   const struct search_hit *hit)
{
    struct buf text = {0};
    assert(hit->graph < q->s->graph_count);
    buf_append_slice(&text, q->s->graphs[hit->graph].name);
    if (hit->name.len) {
        buf_append_text(&text, ", also: ");
        buf_append_slice(&text, hit->name);
    }
    json_writer_add_string(w, "description", buf_slice(&text));
    buf_fini(&text);
}

/* --- the manifest --- */

static bool is_host(const char *host)
{
    for (const char *c = host; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_:[]", *c))
            return false;
    return *host != '\0';
}

static void append_base(const struct query *q, struct buf *to)
{
    const struct config *c = q->d->config;
    const char *host = http_header(q->request, "Host");
    size_t len = strlen(c->http_public_url);
    while (len && c->http_public_url[len - 1] == '/')
        len--;
    if (len)
        buf_append(to, c->http_public_url, len);
    else if (host && is_host(host))
        buf_append_format(to, "http://%s", host);
    else
        buf_append_format(to, strchr(c->http_listen, ':') ? "http://[%s]:%u" : "http://%s:%u",
                          c->http_listen, (unsigned)http_port(q->d->http));
}

static struct slice name_of(const struct query *q, size_t graph)
{
    return graph < q->s->graph_count ? q->s->graphs[graph].name : slice_of("*");
}

static void write_suggest(struct json_writer *w, const char *what, struct slice base,
                          struct slice name)
{
    struct buf path = {0};
    buf_append_format(&path, "/reconcile/%.*s/suggest/%s", (int)name.len, name.data, what);
    json_writer_key(w, what);
    json_writer_begin_object(w);
    json_writer_add_string(w, "service_url", base);
    json_writer_add_string(w, "service_path", buf_slice(&path));
    json_writer_end_object(w);
    buf_fini(&path);
}

static void write_url(struct json_writer *w, const char *key, struct slice base, const char *path)
{
    struct buf url = {0};
    buf_append_slice(&url, base);
    buf_append_text(&url, path);
    json_writer_add_string(w, key, buf_slice(&url));
    buf_fini(&url);
}

/* Where to look at an entity, and where a client asks for more. */
static void write_places(struct json_writer *w, struct slice base, struct slice name)
{
    struct buf path = {0};
    json_writer_key(w, "view");
    json_writer_begin_object(w);
    write_url(w, "url", base, "/#/entity?iri={{id}}");
    json_writer_end_object(w);
    buf_append_format(&path, "/reconcile/%.*s/preview?id={{id}}", (int)name.len, name.data);
    buf_append_char(&path, '\0');
    json_writer_key(w, "preview");
    json_writer_begin_object(w);
    write_url(w, "url", base, path.data);
    json_writer_add_integer(w, "width", PREVIEW_WIDTH);
    json_writer_add_integer(w, "height", PREVIEW_HEIGHT);
    json_writer_end_object(w);
    json_writer_key(w, "suggest");
    json_writer_begin_object(w);
    write_suggest(w, "entity", base, name);
    write_suggest(w, "type", base, name);
    write_suggest(w, "property", base, name);
    json_writer_end_object(w);
    buf_fini(&path);
}

static void write_manifest(struct query *q, size_t graph, const struct review_type *types,
                           size_t count)
{
    struct json_writer w = json_writer_of(q->body);
    struct buf base = {0}, name = {0};
    size_t told = 0;
    append_base(q, &base);
    buf_append_format(&name, "%s: ", q->d->config->name);
    buf_append_slice(&name,
                     graph < q->s->graph_count ? name_of(q, graph) : slice_of("all catalogs"));
    json_writer_begin_object(&w);
    json_writer_key(&w, "versions");
    json_writer_begin_array(&w);
    json_writer_text(&w, "0.2");
    json_writer_end_array(&w);
    json_writer_add_string(&w, "name", buf_slice(&name));
    json_writer_add_text(&w, "identifierSpace", IRI_SPACE);
    write_url(&w, "schemaSpace", buf_slice(&base), "/types");
    json_writer_add_text(&w, "serviceVersion", ALIGND_VERSION);
    json_writer_add_integer(&w, "batchSize", q->d->config->http_reconcile_queries);
    json_writer_key(&w, "defaultTypes");
    json_writer_begin_array(&w);
    for (size_t i = 0; i < count && told < DEFAULT_TYPES; i++)
        if (types[i].name.len) {
            write_named(&w, types[i].name);
            told++;
        }
    json_writer_end_array(&w);
    write_places(&w, buf_slice(&base), name_of(q, graph));
    json_writer_end_object(&w);
    buf_fini(&base);
    buf_fini(&name);
}

static unsigned manifest(struct query *q, size_t graph)
{
    struct review_type *types;
    size_t count;
    struct arena *arena = arena_new();
    int rc = query_type_list(q, graph, arena, &types, &count);
    if (!rc)
        write_manifest(q, graph, types, count);
    arena_free(arena);
    return query_status(q, rc);
}

/* --- batches --- */

static void write_feature(struct json_writer *w, struct slice id, float value)
{
    assert(value >= 0 && value <= 1);
    json_writer_begin_object(w);
    json_writer_add_string(w, "id", id);
    json_writer_add_number(w, "value", round((double)value * 1e4) / 1e4);
    json_writer_end_object(w);
}

/* One property may be given twice, and no two features have one id. */
static void write_property(struct json_writer *w, const struct recon_query *query, size_t i,
                           float value)
{
    struct buf id = {0};
    size_t before = 0;
    for (size_t k = 0; k < i; k++)
        before += slice_equal(query->properties[k].pid, query->properties[i].pid);
    buf_append_text(&id, "property:");
    buf_append_slice(&id, query->properties[i].pid);
    if (before)
        buf_append_format(&id, "#%zu", before + 1);
    write_feature(w, buf_slice(&id), value);
    buf_fini(&id);
}

static void write_features(struct json_writer *w, const struct recon_query *query,
                           const struct recon_candidate *c)
{
    json_writer_key(w, "features");
    json_writer_begin_array(w);
    if (c->by_id)
        write_feature(w, slice_of("id"), 1);
    else if (query->text.len)
        write_feature(w, slice_of("name"), fminf(fmaxf(c->hit.score, 0), 1));
    for (size_t i = 0; c->properties && i < query->property_count; i++)
        if (!isnan(c->properties[i]))
            write_property(w, query, i, c->properties[i]);
    json_writer_end_array(w);
}

static void write_candidate(struct json_writer *w, const struct query *q,
                            const struct recon_query *query, const struct recon_candidate *c)
{
    json_writer_begin_object(w);
    json_writer_add_string(w, "id", c->hit.iri);
    json_writer_add_string(w, "name", query_recon_name(&c->hit));
    query_recon_write_description(w, q, &c->hit);
    query_recon_write_types(w, "type", c->hit.type);
    json_writer_add_number(w, "score", round((double)c->score * 100) / 100);
    json_writer_add_bool(w, "match", c->match);
    write_features(w, query, c);
    json_writer_end_object(w);
}

static int write_result(struct json_writer *w, const struct query *q, struct recon *r,
                        const struct recon_query *query, struct arena *arena)
{
    struct recon_candidate *all;
    size_t count;
    int rc = recon_rank(r, query, arena, &all, &count);
    if (rc)
        return rc;
    json_writer_key_slice(w, query->key);
    json_writer_begin_object(w);
    json_writer_key(w, "result");
    json_writer_begin_array(w);
    for (size_t i = 0; i < count; i++)
        write_candidate(w, q, query, &all[i]);
    json_writer_end_array(w);
    json_writer_end_object(w);
    return ERR_OK;
}

static unsigned write_results(struct query *q, size_t graph, const struct recon_batch *batch,
                              struct arena *arena)
{
    struct buf json = {0};
    struct json_writer w = json_writer_of(&json);
    struct arena *one = arena_new();
    struct recon r;
    int rc = query_recon_open(q, graph, arena, &r);
    json_writer_begin_object(&w);
    for (size_t i = 0; i < batch->count && !rc; i++) {
        rc = write_result(&w, q, &r, &batch->all[i], one);
        arena_reset(one);
    }
    json_writer_end_object(&w);
    arena_free(one);
    if (!rc)
        buf_append_slice(q->body, buf_slice(&json));
    recon_fini(&r);
    buf_fini(&json);
    return query_status(q, rc);
}

static unsigned answer(struct query *q, size_t graph, struct slice text)
{
    size_t most = (size_t)q->d->config->http_reconcile_limit;
    const struct recon_limits limits = {.queries = (size_t)q->d->config->http_reconcile_queries,
                                        .limit = most < LIMIT ? most : LIMIT,
                                        .limit_most = most};
    struct json_error error;
    struct recon_batch batch;
    struct json *json = json_parse(text, &error);
    if (!json) {
        buf_append_format(q->body, "queries: no JSON: line %zu, column %zu: %s", error.line,
                          error.column, error.message);
        return 400;
    }
    struct arena *arena = arena_new();
    unsigned status = recon_batch_read(json, &limits, arena, &batch, q->body);
    if (!status)
        status = write_results(q, graph, &batch, arena);
    arena_free(arena);
    json_free(json);
    return status;
}

static unsigned service(struct query *q, size_t graph)
{
    static const char *const known[] = {"queries", NULL};
    struct buf field = {0};
    unsigned status = query_check(q->request, known, q->body);
    if (status)
        return status;
    if (!q->request->post) {
        const char *queries = http_argument(q->request, "queries");
        return queries ? answer(q, graph, slice_of(queries)) : manifest(q, graph);
    }
    if (!http_field(q->request, "queries", &field)) {
        buf_append_text(q->body, "queries: the body is no form (application/x-www-form-urlencoded) "
                                 "with such a field");
        return 400;
    }
    status = answer(q, graph, buf_slice(&field));
    buf_fini(&field);
    return status;
}

/* --- which page --- */

struct recon_page {
    const char *rest; /* of the path, behind the catalog */
    unsigned (*make)(struct query *q, size_t graph);
    bool posts;
};

static bool find_graph(const struct query *q, struct slice name, size_t *ret)
{
    *ret = q->s->graph_count;
    if (!name.len || slice_equal(name, slice_of("*")))
        return true;
    for (size_t i = 0; i < q->s->graph_count; i++)
        if (state_is_catalog(q->s, i) && slice_equal(q->s->graphs[i].name, name)) {
            *ret = i;
            return true;
        }
    return false;
}

static unsigned no_such(struct query *q, const char *what)
{
    buf_append_format(q->body, "%s: %s, but /reconcile of all catalogs", q->request->path, what);
    for (size_t i = 0; i < q->s->graph_count; i++)
        if (state_is_catalog(q->s, i))
            buf_append_format(q->body, " /reconcile/%.*s", (int)q->s->graphs[i].name.len,
                              q->s->graphs[i].name.data);
    return 404;
}

unsigned query_recon(struct query *q)
{
    static const struct recon_page pages[] = {{"", service, true},
                                              {"/", service, true},
                                              {"/suggest/entity", query_suggest_entity, false},
                                              {"/suggest/type", query_suggest_type, false},
                                              {"/suggest/property", query_suggest_property, false},
                                              {"/preview", query_preview, false}};
    const char *rest = q->rest + strcspn(q->rest, "/");
    size_t graph, i = 0, count = sizeof(pages) / sizeof(*pages);
    while (i < count && strcmp(rest, pages[i].rest) != 0)
        i++;
    if (!find_graph(q, (struct slice){q->rest, (size_t)(rest - q->rest)}, &graph))
        return no_such(q, "there is no such catalog");
    if (i == count)
        return no_such(q, "there is no such page");
    if (q->request->post && !pages[i].posts) {
        http_answer_add(q->answer, "Allow", "GET, HEAD");
        buf_append_text(q->body, "only GET and HEAD");
        return 405;
    }
    return pages[i].make(q, graph);
}
