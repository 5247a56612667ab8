#include "alignd/daemon/page_files.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned serve(void *arg, const struct http_request *request, struct http_answer *answer)
{
    unsigned status = page_files_answer(request, answer);
    (void)arg;
    return status ? status : 404;
}

static struct http *start(void)
{
    const struct http_options options = {.address = "127.0.0.1",
                                         .connections = 16,
                                         .address_connections = 16,
                                         .header_bytes = 65536,
                                         .timeout_s = 15,
                                         .threads = 1};
    struct http *h;
    cr_assert_eq(http_start(&options, serve, NULL, &h), 0);
    return h;
}

/* The whole answer to a GET with further headers. */
static const char *get(struct http *h, const char *path, const char *headers)
{
    static char answer[262144];
    char request[1024];
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_port(h)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), size;
    size_t n = 0;
    ssize_t got;
    size = snprintf(request, sizeof(request),
                    "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", path, headers);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
    cr_assert_eq(send(fd, request, (size_t)size, MSG_NOSIGNAL), size);
    while ((got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
        n += (size_t)got;
    answer[n] = '\0';
    close(fd);
    return answer;
}

static void expect(struct http *h, const char *path, const char *type, const char *text)
{
    const char *answer = get(h, path, ""), *body = strstr(answer, "\r\n\r\n");
    cr_expect(strncmp(answer, "HTTP/1.1 200", 12) == 0, "%s: %.60s", path, answer);
    cr_expect(strstr(answer, type), "%s is no %s", path, type);
    cr_expect(body && strstr(body, text), "%s does not say '%s'", path, text);
    cr_expect(
        strstr(answer, "\r\nContent-Security-Policy: default-src 'none'; script-src 'self';"));
    cr_expect(strstr(answer, "\r\nCache-Control: no-cache\r\n") && !strstr(answer, "no-store"));
}

Test(page_files, are_served_with_their_types_and_a_policy, .timeout = 20)
{
    struct http *h = start();
    expect(h, "/", "Content-Type: text/html; charset=utf-8\r\n", "<!doctype html>");
    expect(h, "/page.css", "Content-Type: text/css; charset=utf-8\r\n", "prefers-color-scheme");
    expect(h, "/page.js", "Content-Type: text/javascript; charset=utf-8\r\n", "import ");
    expect(h, "/page.svg", "Content-Type: image/svg+xml\r\n", "<svg");
    cr_expect(strncmp(get(h, "/page.html", ""), "HTTP/1.1 404", 12) == 0);
    cr_expect(strncmp(get(h, "/embed.cmake", ""), "HTTP/1.1 404", 12) == 0);
    http_stop(h);
}

Test(page_files, are_sent_again_only_when_they_are_others, .timeout = 20)
{
    struct http *h = start();
    char headers[256] = "If-None-Match: ", *end = headers + strlen(headers);
    const char *etag = strstr(get(h, "/page.js", ""), "ETag: \"");
    cr_assert(etag);
    snprintf(end, sizeof(headers) - 15, "%.*s\r\n", (int)strcspn(etag + 6, "\r"), etag + 6);
    const char *answer = get(h, "/page.js", headers);
    cr_expect(strncmp(answer, "HTTP/1.1 304", 12) == 0, "%.60s", answer);
    cr_expect(!strstr(answer, "import "));
    cr_expect(strncmp(get(h, "/page.css", headers), "HTTP/1.1 200", 12) == 0);
    cr_expect(strncmp(get(h, "/page.js", "If-None-Match: \"other\"\r\n"), "HTTP/1.1 200", 12) == 0);
    http_stop(h);
}
