#include "alignd/daemon/http.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned echo(void *arg, const struct http_request *request, struct buf *body,
                     const char **content_type)
{
    const char *a = http_argument(request, "a");
    cr_assert_str_eq(arg, "arg");
    if (strcmp(request->path, "/echo") != 0)
        return 404;
    *content_type = "text/x-echo";
    buf_append_format(body, "[%s]", a ? a : "none");
    return 200;
}

/* The whole answer to a request. */
static const char *ask(uint16_t port, const char *request)
{
    static char answer[65536];
    size_t n = 0;
    ssize_t got;
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    cr_assert_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    while ((got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
        n += (size_t)got;
    answer[n] = '\0';
    close(fd);
    return answer;
}

#define END " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static char argument[] = "arg";

Test(http, answers_what_its_handler_says, .timeout = 20)
{
    struct http *h;
    cr_assert_eq(http_start("127.0.0.1", 0, echo, argument, &h), 0);
    uint16_t port = http_port(h);
    const char *answer = ask(port, "GET /echo?a=http%3A%2F%2Fx%2F1&b=2" END);
    cr_expect(strncmp(answer, "HTTP/1.1 200", 12) == 0, "%s", answer);
    cr_expect(strstr(answer, "\r\n\r\n[http://x/1]"), "%s", answer);
    cr_expect(strstr(answer, "text/x-echo"));
    cr_expect(strstr(ask(port, "GET /echo" END), "[none]"));
    cr_expect(strncmp(ask(port, "GET /other" END), "HTTP/1.1 404", 12) == 0);
    http_stop(h);
}

Test(http, only_reads, .timeout = 20)
{
    struct http *h;
    cr_assert_eq(http_start("127.0.0.1", 0, echo, argument, &h), 0);
    const char *answer = ask(http_port(h), "HEAD /echo" END);
    cr_expect(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    cr_expect_not(strstr(answer, "[none]"));
    answer = ask(http_port(h), "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Content-Length: 3\r\n\r\nabc");
    cr_expect(strncmp(answer, "HTTP/1.1 405", 12) == 0, "%s", answer);
    cr_expect(strstr(answer, "Allow: GET, HEAD"));
    http_stop(h);
}

Test(http, an_address_that_is_taken_or_none_is_refused, .timeout = 20)
{
    struct http *h, *other;
    log_set_level((enum log_level) - 1);
    cr_assert_eq(http_start("127.0.0.1", 0, echo, argument, &h), 0);
    cr_expect_eq(http_start("127.0.0.1", http_port(h), echo, argument, &other), ERR_CONFIG);
    cr_expect_eq(http_start("localhost", 0, echo, argument, &other), ERR_CONFIG);
    http_stop(h);
}
