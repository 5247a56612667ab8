/*
 * query_preview.c - an entity as a small page of HTML, to be shown in a frame of a client of the
 * reconciliation service.  What catalogs say is text and nothing else (base/html.h), and the page
 * may neither run nor load anything.
 */
#include "query_recon.h"
#include "query_arguments.h"

#include "alignd/base/err.h"
#include "alignd/base/html.h"
#include "alignd/state/samples.h"

#include <assert.h>

enum { NAMES = 6, FACTS_EACH = 3, FACTS_MOST = 16 };

#define POLICY "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
#define STYLE                                                                                      \
    "body{font:13px/1.4 sans-serif;margin:8px;overflow-wrap:anywhere}h1{font-size:16px;margin:0}"  \
    "p{margin:2px 0;color:#555}table{border-spacing:0;margin-top:6px}td{vertical-align:top;"       \
    "padding:1px 8px 1px 0}td:first-child{color:#555}"

static void write_element(struct buf *to, const char *element, struct slice text)
{
    buf_append_format(to, "<%s>", element);
    html_append(to, text);
    buf_append_format(to, "</%s>\n", element);
}

static void write_head(struct query *q, const struct search_hit *hit, struct buf *to)
{
    struct slice graph = q->s->graphs[hit->graph].name;
    buf_append_text(to, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n");
    write_element(to, "title", query_recon_name(hit));
    buf_append_text(to, "<style>" STYLE "</style></head><body>\n");
    write_element(to, "h1", query_recon_name(hit));
    buf_append_text(to, "<p>");
    html_append(to, hit->type);
    buf_append_text(to, hit->type.len ? ", " : "");
    html_append(to, graph);
    buf_append_text(to, "</p>\n");
    write_element(to, "p", hit->iri);
}

static int write_names(struct recon *r, const struct search_hit *hit, struct buf *to)
{
    struct sample sample;
    int rc = samples_read(r->s->kv, hit->id, r->arena, &sample);
    if (rc || !sample.name_count)
        return rc;
    buf_append_text(to, "<p>also: ");
    for (size_t i = 0; i < sample.name_count && i < NAMES; i++) {
        buf_append_text(to, i ? "; " : "");
        html_append(to, sample.names[i]);
    }
    buf_append_text(to, "</p>\n");
    return ERR_OK;
}

static int write_facts(struct recon *r, const struct search_hit *hit, struct buf *to)
{
    static const struct facts_query some = {.each = FACTS_EACH, .most = FACTS_MOST};
    struct fact *facts;
    size_t count;
    int rc;
    if ((rc = recon_rank_open_facts(r)) ||
        (rc = facts_read(r->facts, hit->id, &some, r->arena, &facts, &count)))
        return rc;
    buf_append_text(to, "<table>\n");
    for (size_t i = 0; i < count; i++) {
        buf_append_text(to, facts[i].inverse ? "<tr><td>^" : "<tr><td>");
        html_append(to, facts[i].relation);
        buf_append_text(to, "</td><td>");
        html_append(to, facts[i].text.len ? facts[i].text : facts[i].iri);
        buf_append_text(to, "</td></tr>\n");
    }
    buf_append_text(to, "</table>\n");
    return ERR_OK;
}

static int write_page(struct query *q, size_t graph, struct arena *arena, struct buf *page)
{
    struct recon r;
    struct search_hit hit;
    int rc = query_recon_open(q, graph, arena, &r);
    if (!rc && !(rc = recon_rank_find(&r, buf_slice(&q->iri), arena, &hit))) {
        write_head(q, &hit, page);
        if (!(rc = write_names(&r, &hit, page)))
            rc = write_facts(&r, &hit, page);
        buf_append_text(page, "</body></html>");
    }
    recon_fini(&r);
    return rc;
}

unsigned query_preview(struct query *q, size_t graph)
{
    static const char *const known[] = {"id", NULL};
    struct buf page = {0};
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_entity(q->request, "id", NULL, &q->iri, q->body)))
        return status;
    struct arena *arena = arena_new();
    int rc = write_page(q, graph, arena, &page);
    if (!rc) {
        buf_append_slice(q->body, buf_slice(&page));
        q->answer->type = "text/html; charset=utf-8";
        http_answer_add(q->answer, "Content-Security-Policy", POLICY);
    }
    arena_free(arena);
    buf_fini(&page);
    return query_status(q, rc);
}
