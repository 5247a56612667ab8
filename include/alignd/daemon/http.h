/*
 * http.h - a small read-only HTTP server in threads of its own: GET and HEAD
 * of the paths its handler knows.  Whoever is slow costs a place and nobody else's time: where
 * there are as many connections as there may be, the one silent for longest makes room for the
 * next.
 */
#ifndef ALIGND_DAEMON_HTTP_H
#define ALIGND_DAEMON_HTTP_H

#include "alignd/base/buf.h"

#include <stdint.h>

struct http;

struct http_request {
    const char *path;
    void *arguments; /* for http_argument */
};

/* An argument of the query (?a=...), decoded as forms are encoded ('+' is a space); NULL when there
 * is none, or a NUL in it. */
const char *http_argument(const struct http_request *request, const char *name);
/* The name of an argument that is none of these (NULL ends them); NULL: there is none. */
const char *http_argument_other(const struct http_request *request, const char *const *known);

/*
 * Appends the body and returns the status; *content_type starts as
 * "text/plain; charset=utf-8".  Of an error (400 and above) the body is words, which are sent as
 * the detail of an application/problem+json (RFC 9457).  Runs in the server's threads, in
 * several at a time.
 */
typedef unsigned http_handler(void *arg, const struct http_request *request, struct buf *body,
                              const char **content_type);

struct http_options {
    const char *address;                     /* numeric, IPv4 or IPv6 */
    uint16_t port;                           /* 0: a free one */
    size_t connections, address_connections; /* in all, of one address; >= 1 */
    size_t header_bytes;                     /* of a request: its line and headers */
    size_t body_bytes;                       /* of a body, which is read and thrown away */
    unsigned timeout_s;                      /* that a connection may be silent */
    unsigned threads;                        /* >= 1 */
};

/* Listens.  As many files may be open from here on as it takes, where the system lets us; else
 * (logged) there are fewer connections.  ERR_CONFIG with the reason in the log. */
int http_start(const struct http_options *options, http_handler *handler, void *arg,
               struct http **ret_http);
/* Takes NULL. */
void http_stop(struct http *h);

uint16_t http_port(const struct http *h);
#endif
