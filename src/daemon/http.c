/*
 * http.c - libmicrohttpd with a few threads, each with connections of its own, so that a page that
 * takes long keeps few waiting.  Anybody may connect, so connections, their memory and how long
 * they may idle are bounded; a body is kept where it is asked for, and else thrown away.
 *
 *  (1) libmicrohttpd stops listening at its own limit of connections, until one of them goes.  So
 * it never gets there: http_clients.h sends one away for each that comes, and the limit leaves room
 * for those that are about to be closed.
 */
#include "alignd/daemon/http.h"

#include "http_clients.h"

#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
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
#include <sys/resource.h>

#define ROOM_TO_CLOSE 64     /* (1) */
#define FILES_OF_OTHERS 1024 /* that the store, Kafka and backups open */
#define FORM_BYTES 4096      /* of a piece of a field */
#define PLAIN "text/plain; charset=utf-8"

struct http {
    struct MHD_Daemon *daemon;
    http_handler *handler;
    void *arg;
    size_t body_bytes;
    const char *const *posts;
    const char *allow_origin;
    struct http_clients clients;
};

const char *http_argument(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    size_t len = 0;
    assert(*name);
    MHD_lookup_connection_value_n(request->arguments, MHD_GET_ARGUMENT_KIND, name, strlen(name),
                                  &value, &len);
    return value && strlen(value) == len ? value : NULL;
}

struct other {
    const char *const *known;
    const char *found;
};

static enum MHD_Result look_at(void *arg, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    struct other *other = arg;
    (void)kind, (void)value;
    for (const char *const *i = other->known; *i; i++)
        if (strcmp(name, *i) == 0)
            return MHD_YES;
    other->found = name;
    return MHD_NO;
}

const char *http_argument_other(const struct http_request *request, const char *const *known)
{
    struct other other = {known, NULL};
    assert(known);
    MHD_get_connection_values(request->arguments, MHD_GET_ARGUMENT_KIND, look_at, &other);
    return other.found;
}

const char *http_header(const struct http_request *request, const char *name)
{
    assert(*name);
    return MHD_lookup_connection_value(request->arguments, MHD_HEADER_KIND, name);
}

struct field {
    const char *name;
    struct buf *to;
    bool found;
};

static enum MHD_Result take_field(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *file, const char *type, const char *encoding,
                                  const char *value, uint64_t offset, size_t size)
{
    struct field *field = arg;
    (void)kind, (void)file, (void)type, (void)encoding, (void)offset;
    if (!name || strcmp(name, field->name) != 0)
        return MHD_YES;
    field->found = true;
    buf_append_slice(field->to, (struct slice){value, size});
    return MHD_YES;
}

bool http_field(const struct http_request *request, const char *name, struct buf *to)
{
    struct field field = {.name = name, .to = to};
    assert(request->post && *name);
    struct MHD_PostProcessor *form =
        MHD_create_post_processor(request->arguments, FORM_BYTES, take_field, &field);
    if (!form)
        return false;
    if (request->body.len)
        MHD_post_process(form, request->body.data, request->body.len);
    MHD_destroy_post_processor(form);
    return field.found;
}

void http_answer_add(struct http_answer *answer, const char *name, const char *value)
{
    assert(answer->header_count < HTTP_MAX_HEADERS);
    answer->headers[answer->header_count++] = (struct http_header){name, value};
}

/* --- answers --- */

/* What a handler says of an error, as JSON. */
static void make_problem(struct buf *body, unsigned status)
{
    struct buf words = *body;
    *body = (struct buf){0};
    assert(status >= 400);
    while (words.len && words.data[words.len - 1] == '\n')
        words.len--;
    struct json_writer w = json_writer_of(body);
    json_writer_begin_object(&w);
    json_writer_add_text(&w, "type", "about:blank");
    json_writer_add_text(&w, "title", MHD_get_reason_phrase_for(status));
    json_writer_add_unsigned(&w, "status", status);
    json_writer_add_string(&w, "detail", buf_slice(&words));
    json_writer_end_object(&w);
    buf_append_char(body, '\n');
    buf_fini(&words);
}

static bool says(const struct http_answer *answer, const char *name)
{
    assert(answer->header_count <= HTTP_MAX_HEADERS);
    for (size_t i = 0; i < answer->header_count; i++)
        if (strcmp(answer->headers[i].name, name) == 0)
            return true;
    return false;
}

static void add_headers(struct MHD_Response *response, const struct http *h,
                        const struct http_answer *answer)
{
    MHD_add_response_header(response, "Content-Type", answer->type);
    if (!says(answer, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (h->allow_origin && *h->allow_origin)
        MHD_add_response_header(response, "Access-Control-Allow-Origin", h->allow_origin);
    assert(answer->header_count <= HTTP_MAX_HEADERS);
    for (size_t i = 0; i < answer->header_count; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
}

static enum MHD_Result reply(struct http *h, struct MHD_Connection *connection, unsigned status,
                             struct http_answer *answer)
{
    struct buf *body = answer->body;
    assert(status >= 200 && status < 600 && (body->data || !body->len));
    if (status >= 400) {
        make_problem(body, status);
        answer->type = "application/problem+json";
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    add_headers(response, h, answer);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct http *h, struct MHD_Connection *connection, unsigned status,
                              const char *words, const char *methods)
{
    struct buf body = {0};
    struct http_answer answer = {.body = &body, .type = PLAIN};
    buf_append_text(&body, words);
    if (methods)
        http_answer_add(&answer, "Allow", methods);
    enum MHD_Result result = reply(h, connection, status, &answer);
    buf_fini(&body);
    return result;
}

static struct http_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    assert(info && info->socket_context);
    return info->socket_context;
}

/* The head of a request has come: may it have the body that it announces?  Its length is told
 * before, or it is not taken. */
static enum MHD_Result take_head(struct http *h, struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    assert(h->handler);
    http_clients_sign(&h->clients, client_of(connection), true);
    if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding"))
        return refuse(h, connection, MHD_HTTP_LENGTH_REQUIRED, "a body needs a Content-Length",
                      NULL);
    if (length && strtoull(length, NULL, 10) > h->body_bytes)
        return refuse(h, connection, MHD_HTTP_CONTENT_TOO_LARGE,
                      "the body is larger than body_bytes of [http] lets it be", NULL);
    return MHD_YES;
}

/* The status of a method that nothing here answers: those of RFC 9110 and PATCH are known. */
static unsigned status_of_method(const char *method)
{
    static const char *const known[] = {"POST",    "PUT",   "DELETE", "PATCH",
                                        "OPTIONS", "TRACE", "CONNECT"};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(method, known[i]) == 0)
            return MHD_HTTP_METHOD_NOT_ALLOWED;
    return MHD_HTTP_NOT_IMPLEMENTED;
}

static bool takes_post(const struct http *h, const char *path)
{
    for (const char *const *p = h->posts; p && *p; p++) {
        size_t len = strlen(*p);
        bool below = len && (*p)[len - 1] == '/';
        if (below ? strncmp(*p, path, len) == 0 : strcmp(*p, path) == 0)
            return true;
    }
    return false;
}

static enum MHD_Result refuse_method(struct http *h, struct MHD_Connection *connection,
                                     const char *path, const char *method)
{
    bool posts = takes_post(h, path);
    unsigned status = status_of_method(method);
    const char *words = posts ? "only GET, HEAD and POST" : "only GET and HEAD";
    const char *methods = posts ? "GET, HEAD, POST" : "GET, HEAD";
    return refuse(h, connection, status, words,
                  status == MHD_HTTP_METHOD_NOT_ALLOWED ? methods : NULL);
}

static enum MHD_Result answer(struct http *h, struct MHD_Connection *connection,
                              const struct http_request *request)
{
    struct buf body = {0};
    struct http_answer told = {.body = &body, .type = PLAIN};
    assert(h->handler);
    unsigned status = h->handler(h->arg, request, &told);
    enum MHD_Result result = reply(h, connection, status, &told);
    buf_fini(&body);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct http *h = arg;
    struct buf *body = *state;
    (void)version;

    if (!body) { /* the first call has the headers only */
        *state = memory_calloc(1, sizeof(*body));
        return take_head(h, connection);
    }
    bool post = strcmp(method, "POST") == 0 && takes_post(h, url);
    if (*upload_size) {
        if (post && body->len + *upload_size <= h->body_bytes)
            buf_append_slice(body, (struct slice){upload, *upload_size});
        *upload_size = 0;
        return MHD_YES;
    }
    if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(h, connection, url, method);
    struct http_request request = {url, post, buf_slice(body), connection};
    return answer(h, connection, &request);
}

static void on_answered(void *arg, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode how)
{
    struct http *h = arg;
    struct buf *body = *state;
    (void)how;
    if (body)
        buf_fini(body);
    free(body);
    *state = NULL;
    http_clients_sign(&h->clients, client_of(connection), false);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http *h = arg;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_clients_leave(&h->clients, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    assert(fd && !*context);
    *context =
        http_clients_come(&h->clients, fd->connect_fd, address ? address->client_addr : NULL);
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

/* Lets so many files be open as that many connections take; returns how many there may be. */
static size_t make_room(size_t connections)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)connections + ROOM_TO_CLOSE + FILES_OF_OTHERS;
    assert(connections > 0);
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
        return connections;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == want)
        return connections;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return connections;
    size_t left = (size_t)limit.rlim_cur / 4;
    left = left < 1 ? 1 : left < connections ? left : connections;
    log_warn("[http]: %zu connections instead of %zu: they want %llu files (ulimit -n, LimitNOFILE "
             "of systemd), and no more than %llu may be open",
             left, connections, (unsigned long long)want, (unsigned long long)limit.rlim_cur);
    return left;
}

static struct MHD_Daemon *start(struct http *h, const struct http_options *o, unsigned flags,
                                const struct sockaddr *to)
{
    assert(h->clients.most > 0 && o->timeout_s > 0 && o->threads > 0);
    return MHD_start_daemon(
        flags | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG, o->port, NULL,
        NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_SOCK_ADDR, to,
        MHD_OPTION_THREAD_POOL_SIZE, o->threads > 1 ? o->threads : 0, MHD_OPTION_CONNECTION_LIMIT,
        ((unsigned)h->clients.most + ROOM_TO_CLOSE) * o->threads, /* of which each has a part */
        MHD_OPTION_CONNECTION_TIMEOUT, o->timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        o->header_bytes, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
        MHD_OPTION_NOTIFY_COMPLETED, on_answered, h, MHD_OPTION_END);
}

int http_start(const struct http_options *options, http_handler *handler, void *arg,
               struct http **ret_http)
{
    const struct http_options *o = options;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(o->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(o->port)};
    unsigned flags = 0;
    const struct sockaddr *to = (struct sockaddr *)&v4;
    assert(handler && o->address_connections > 0);
    if (inet_pton(AF_INET6, o->address, &v6.sin6_addr) == 1) {
        to = (struct sockaddr *)&v6;
        flags = MHD_USE_IPv6;
    } else if (inet_pton(AF_INET, o->address, &v4.sin_addr) != 1) {
        log_error("[http] listen: '%s' is no numeric address", o->address);
        return ERR_CONFIG;
    }
    struct http *h = memory_calloc(1, sizeof(*h));
    h->handler = handler;
    h->arg = arg;
    h->body_bytes = o->body_bytes;
    h->posts = o->posts;
    h->allow_origin = o->allow_origin;
    h->clients = (struct http_clients){.lock = PTHREAD_MUTEX_INITIALIZER,
                                       .most = make_room(o->connections),
                                       .most_of_address = o->address_connections};
    errno = 0;
    h->daemon = start(h, o, flags, to);
    if (!h->daemon) {
        log_error("[http]: cannot listen on %s port %u: %s%s", o->address, (unsigned)o->port,
                  strerror(errno),
                  errno == EADDRINUSE ? "; another process does: give this one another [http] port "
                                        "(0: no pages), or find it with `ss -ltnp`"
                                      : "");
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
