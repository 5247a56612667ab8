/*
 * http.h - a small read-only HTTP server in a thread of its own: GET and HEAD
 * of the paths its handler knows.
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

/* An argument of the query (?a=...), decoded; NULL when there is none. */
const char *http_argument(const struct http_request *request, const char *name);

/*
 * Appends the body and returns the status; *content_type starts as
 * "text/plain; charset=utf-8".  Runs in the server's thread.
 */
typedef unsigned http_handler(void *arg, const struct http_request *request, struct buf *body,
                              const char **content_type);

/* Listens on a numeric IPv4 or IPv6 address; port 0: a free one.  ERR_CONFIG with
 * the reason in the log. */
int http_start(const char *address, uint16_t port, http_handler *handler, void *arg,
               struct http **ret_http);
/* Takes NULL. */
void http_stop(struct http *h);

uint16_t http_port(const struct http *h);
#endif
