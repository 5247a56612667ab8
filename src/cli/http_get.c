/*
 * http_get.c - one request of HTTP/1.0, whose answer ends with the connection.
 */
#include "http_get.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TIMEOUT_S 10
#define MOST_BYTES ((size_t)64 << 20)
#define SCHEME "http://"

struct place {
    char host[256], port[8];
};

bool http_get_is_url(const char *text)
{
    return strncmp(text, SCHEME, sizeof(SCHEME) - 1) == 0;
}

/* http://HOST[:PORT][/], an address of IPv6 in brackets. */
static bool read_url(const char *url, struct place *p)
{
    assert(http_get_is_url(url));
    const char *at = url + sizeof(SCHEME) - 1;
    const char *end = at + strcspn(at, "/");
    bool six = *at == '[';
    const char *host_end = six ? memchr(at, ']', (size_t)(end - at)) : NULL;
    at += six;
    if (!six)
        host_end = at + strcspn(at, ":/");
    if (!host_end || host_end == at || (size_t)(host_end - at) >= sizeof(p->host) ||
        (*end && end[1]))
        return false;
    snprintf(p->host, sizeof(p->host), "%.*s", (int)(host_end - at), at);
    const char *port = host_end + six;
    snprintf(p->port, sizeof(p->port), "80");
    if (port == end)
        return true;
    size_t digits = strspn(port + 1, "0123456789");
    if (*port != ':' || !digits || digits > 5 || port + 1 + digits != end)
        return false;
    snprintf(p->port, sizeof(p->port), "%.*s", (int)digits, port + 1);
    return true;
}

static int dial(const struct place *p, int *ret_fd)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const struct timeval limit = {.tv_sec = TIMEOUT_S};
    struct addrinfo *all;
    int fd = -1;
    if (getaddrinfo(p->host, p->port, &hints, &all))
        return ERR_IO;
    for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        if (connect(fd, a->ai_addr, a->ai_addrlen)) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(all);
    *ret_fd = fd;
    return fd < 0 ? ERR_IO : ERR_OK;
}

static int ask(int fd, const struct place *p, const char *path, struct buf *answer)
{
    char request[1024], piece[16384];
    int n =
        snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, p->host);
    assert(n > 0 && (size_t)n < sizeof(request));
    if (send(fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        return ERR_IO;
    for (;;) {
        ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || answer->len > MOST_BYTES)
            return ERR_IO;
        if (!got)
            return ERR_OK;
        buf_append(answer, piece, (size_t)got);
    }
}

/* The status line and the headers go. */
static int read_answer(struct slice answer, struct buf *body, int *ret_status)
{
    static const char end[] = "\r\n\r\n";
    const char *at = answer.len ? memmem(answer.data, answer.len, end, sizeof(end) - 1) : NULL;
    char line[32] = "";
    if (!at || answer.len < sizeof(line))
        return ERR_IO;
    memcpy(line, answer.data, sizeof(line) - 1);
    if (sscanf(line, "HTTP/1.%*d %d", ret_status) != 1)
        return ERR_IO;
    at += sizeof(end) - 1;
    buf_append(body, at, answer.len - (size_t)(at - answer.data));
    return *ret_status == 200 ? ERR_OK : *ret_status == 503 ? ERR_RETRY : ERR_FORMAT;
}

int http_get(const char *url, const char *path, bool quiet, struct buf *ret_body)
{
    struct place p;
    struct buf answer = {0};
    int fd = -1, status = 0, rc;
    buf_clear(ret_body);
    if (!read_url(url, &p)) {
        log_error("'%s' is not like http://HOST:PORT", url);
        return ERR_USAGE;
    }
    if ((rc = dial(&p, &fd)) || (rc = ask(fd, &p, path, &answer)))
        goto done;
    rc = read_answer(buf_slice(&answer), ret_body, &status);
done:
    if (rc && !quiet && status)
        log_error("%s%s: status %d", url, path, status);
    else if (rc && !quiet)
        log_error("%s: no answer", url);
    if (fd >= 0)
        close(fd);
    buf_fini(&answer);
    return rc;
}
