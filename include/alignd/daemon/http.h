/*
 * http.h - a small HTTP server in threads of its own: GET and HEAD of the paths its handler knows,
 * and POST of those that are said to take it.  Whoever is slow costs a place and nobody else's
 * time: where there are as many connections as there may be, the one silent for longest makes room
 * for the next.
 */
#ifndef ALIGND_DAEMON_HTTP_H
#define ALIGND_DAEMON_HTTP_H

#include "alignd/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct http;

struct http_request {
    const char *path;
    bool post;         /* else GET or HEAD */
    struct slice body; /* of a POST; lent until the handler returns */
    void *arguments;   /* for http_argument, http_field, http_header */
};

/* An argument of the query (?a=...), decoded as forms are encoded ('+' is a space); NULL when there
 * is none, or a NUL in it. */
const char *http_argument(const struct http_request *request, const char *name);
/* The name of an argument that is none of these (NULL ends them); NULL: there is none. */
const char *http_argument_other(const struct http_request *request, const char *const *known);
/* A field of the body, where that is a form (application/x-www-form-urlencoded), decoded, appended
 * to `to`; false: there is none, or the body is no form. */
bool http_field(const struct http_request *request, const char *name, struct buf *to);
/* NULL: there is none. */
const char *http_header(const struct http_request *request, const char *name);

#define HTTP_MAX_HEADERS 6

/* What a handler says; all strings are lent for the life of the server. */
struct http_answer {
    struct buf *body;
    const char *type; /* "text/plain; charset=utf-8" at first */
    struct http_header {
        const char *name, *value;
    } headers[HTTP_MAX_HEADERS]; /* further ones */
    size_t header_count;
};
/* Cache-Control is no-store where the handler says no other. */
void http_answer_add(struct http_answer *answer, const char *name, const char *value);

/*
 * Appends the body and returns the status.  Of an error (400 and above) the body is words, which
 * are sent as the detail of an application/problem+json (RFC 9457).  Runs in the server's threads,
 * in several at a time.
 */
typedef unsigned http_handler(void *arg, const struct http_request *request,
                              struct http_answer *answer);

struct http_options {
    const char *address;                     /* numeric, IPv4 or IPv6 */
    uint16_t port;                           /* 0: a free one */
    size_t connections, address_connections; /* in all, of one address; >= 1 */
    size_t header_bytes;                     /* of a request: its line and headers */
    size_t body_bytes;                       /* of a body; one of GET is thrown away */
    unsigned timeout_s;                      /* that a connection may be silent */
    unsigned threads;                        /* >= 1 */
    const char *const *posts; /* paths that take POST too, and NULL; one that ends in '/' stands for
                                 all below it; lent */
    const char *allow_origin; /* whose pages may read answers (CORS); NULL or empty: none; lent */
};

/* Listens.  As many files may be open from here on as it takes, where the system lets us; else
 * (logged) there are fewer connections.  ERR_CONFIG with the reason in the log. */
int http_start(const struct http_options *options, http_handler *handler, void *arg,
               struct http **ret_http);
/* Takes NULL. */
void http_stop(struct http *h);

uint16_t http_port(const struct http *h);
#endif
