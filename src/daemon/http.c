/*
 * http.c - libmicrohttpd with one thread: pages are small and made at once, so requests wait
 * for each other rather than for locks.  Anybody may connect, so connections, their memory
 * and how long they may idle are bounded, and a request's body is thrown away as it comes.
 */
#include "alignd/daemon/http.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS 32
#define IDLE_SECONDS 15
#define CONNECTION_BYTES (32 * 1024)

struct http {
    struct MHD_Daemon *daemon;
    http_handler *handler;
    void *arg;
};

const char *http_argument(const struct http_request *request, const char *name)
{
    assert(*name);
    return MHD_lookup_connection_value(request->arguments, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, const char *type,
                             struct buf *body)
{
    assert(status >= 200 && status < 600 && (body->data || !body->len));
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    static char seen;
    struct http *h = arg;
    struct buf body = {0};
    const char *type = "text/plain; charset=utf-8";
    unsigned status = MHD_HTTP_METHOD_NOT_ALLOWED;
    (void)version, (void)upload;

    /* the first call has the headers only; a body is thrown away as it comes */
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        assert(h->handler);
        struct http_request request = {url, connection};
        status = h->handler(h->arg, &request, &body, &type);
    } else {
        buf_append_text(&body, "only GET and HEAD\n");
    }
    enum MHD_Result result = reply(connection, status, type, &body);
    buf_fini(&body);
    return result;
}

__attribute__((format(printf, 2, 0))) static void on_log(void *arg, const char *format,
                                                         va_list args)
{
    char text[512];
    (void)arg;
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("http: %s", text);
}

int http_start(const char *address, uint16_t port, http_handler *handler, void *arg,
               struct http **ret_http)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
    const struct sockaddr *to = (struct sockaddr *)&v4;
    assert(handler);
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        to = (struct sockaddr *)&v6;
        flags |= MHD_USE_IPv6;
    } else if (inet_pton(AF_INET, address, &v4.sin_addr) != 1) {
        log_error("[http] listen: '%s' is no numeric address", address);
        return ERR_CONFIG;
    }
    struct http *h = memory_calloc(1, sizeof(*h));
    h->handler = handler;
    h->arg = arg;
    errno = 0;
    h->daemon = MHD_start_daemon(
        flags, port, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_SOCK_ADDR, to, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    if (!h->daemon) {
        log_error("[http]: cannot listen on %s port %u: %s", address, (unsigned)port,
                  strerror(errno));
        free(h);
        return ERR_CONFIG;
    }
    *ret_http = h;
    return ERR_OK;
}

void http_stop(struct http *h)
{
    if (!h)
        return;
    MHD_stop_daemon(h->daemon);
    free(h);
}

uint16_t http_port(const struct http *h)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}
