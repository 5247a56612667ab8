/*
 * query.h - a request for what the store holds, and the pages that answer it: each returns
 * the status, of 200 with JSON in the body, else with words.
 */
#ifndef ALIGND_QUERY_H
#define ALIGND_QUERY_H

#include "daemon_internal.h"

struct query {
    struct daemon *d;
    const struct http_request *request;
    const struct state *s; /* a view */
    struct http_answer *answer;
    struct buf *body;      /* of it */
    const char *rest;      /* of the path, behind a page that takes all below it; else empty */
    struct buf iri, other; /* arguments */
};

/* 200, or what becomes of an error, with words. */
unsigned query_status(struct query *q, int rc);
/* 404. */
unsigned query_no_such(struct query *q, struct slice iri);

/* --- query_find.c: entities by name, types, and what to look at first --- */
unsigned query_search(struct query *q);
unsigned query_types(struct query *q);
unsigned query_review(struct query *q);
/* The types of a graph, or with graph_count of all, as /types knows them: most entities first,
 * memory of the arena.  ERR_STORE. */
int query_type_list(struct query *q, size_t graph, struct arena *arena,
                    struct review_type **ret_types, size_t *ret_count);
int query_type_names(struct query *q, size_t graph, struct arena *arena,
                     const struct slice **ret_names, size_t *ret_count);

/* --- query_status.c --- */
unsigned query_status_page(struct query *q);
unsigned query_events(struct query *q);

/* --- query_verdict.c --- */
unsigned query_post_verdict(struct query *q);
/* Does the request bear the token?  0, or 401 or 403 with words; what: what else cannot be done. */
unsigned query_check_token(struct query *q, const char *what);

/* --- query_standby.c --- */
unsigned query_digest(struct query *q);
unsigned query_promote(struct query *q);
unsigned query_promote_how(struct query *q);

/* --- query_recon.c: /reconcile and all below it --- */
unsigned query_recon(struct query *q);

#endif
