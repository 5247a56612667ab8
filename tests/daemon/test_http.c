#include "alignd/daemon/http.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned echo(void *arg, const struct http_request *request, struct http_answer *answer)
{
    const char *a = http_argument(request, "a");
    cr_assert_str_eq(arg, "arg");
    if (request->post) {
        buf_append_format(answer->body, "[%.*s]", (int)request->body.len, request->body.data);
        if (!http_field(request, "q", answer->body))
            buf_append_text(answer->body, "no q");
        http_answer_add(answer, "X-Token", http_header(request, "Authorization"));
        return 202;
    }
    if (strcmp(request->path, "/wait") == 0)
        sleep(2);
    else if (strcmp(request->path, "/echo") != 0)
        return 404;
    answer->type = "text/x-echo";
    buf_append_format(answer->body, "[%s]", a ? a : "none");
    return 200;
}

/* Sends it and leaves the connection open. */
static int begin(uint16_t port, const char *request)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
    cr_assert_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    return fd;
}

/* The whole answer to a request. */
static const char *ask(uint16_t port, const char *request)
{
    static char answer[65536];
    size_t n = 0;
    ssize_t got;
    int fd = begin(port, request);
    while ((got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
        n += (size_t)got;
    answer[n] = '\0';
    close(fd);
    return answer;
}

#define END " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static char argument[] = "arg";

static const char *const posts[] = {"/posts", "/below/", NULL};

static struct http_options options_of(const char *address)
{
    return (struct http_options){.address = address,
                                 .posts = posts,
                                 .connections = 256,
                                 .address_connections = 192,
                                 .header_bytes = 65536,
                                 .body_bytes = 1024,
                                 .timeout_s = 15,
                                 .threads = 4};
}

static struct http *serve(struct http_options options)
{
    struct http *h;
    cr_assert_eq(http_start(&options, echo, argument, &h), 0);
    return h;
}

Test(http, answers_what_its_handler_says, .timeout = 20)
{
    struct http *h;
    h = serve(options_of("127.0.0.1"));
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
    h = serve(options_of("127.0.0.1"));
    const char *answer = ask(http_port(h), "HEAD /echo" END);
    cr_expect(strncmp(answer, "HTTP/1.1 200", 12) == 0);
    cr_expect_not(strstr(answer, "[none]"));
    answer = ask(http_port(h), "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Content-Length: 3\r\n\r\nabc");
    cr_expect(strncmp(answer, "HTTP/1.1 405", 12) == 0, "%s", answer);
    cr_expect(strstr(answer, "Allow: GET, HEAD"));
    http_stop(h);
}

Test(http, a_post_is_taken_where_it_is_wanted, .timeout = 20)
{
    struct http_options options = options_of("127.0.0.1");
    options.allow_origin = "http://127.0.0.1:3333";
    struct http *h = serve(options);
#define POST "POST /posts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer x\r\n"
    const char *answer = ask(http_port(h), POST "Content-Length: 3\r\n\r\nabc");
    cr_expect(strncmp(answer, "HTTP/1.1 202", 12) == 0, "%s", answer);
    cr_expect(strstr(answer, "\r\n\r\n[abc]no q"), "%s", answer);
    cr_expect(strstr(answer, "X-Token: Bearer x\r\n"), "%s", answer);
    cr_expect(strstr(answer, "Access-Control-Allow-Origin: http://127.0.0.1:3333\r\n"));
    answer = ask(http_port(h), POST "Content-Type: application/x-www-form-urlencoded\r\n"
                                    "Content-Length: 16\r\n\r\na=1&q=%7Bx%7D+y;");
    cr_expect(strstr(answer, "\r\n\r\n[a=1&q=%7Bx%7D+y;]{x} y;"), "%s", answer);
    answer = ask(http_port(h), "POST /below/a/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Authorization: x\r\nContent-Length: 1\r\n\r\nz");
    cr_expect(strncmp(answer, "HTTP/1.1 202", 12) == 0 && strstr(answer, "[z]"), "%s", answer);
    cr_expect(strstr(ask(http_port(h), "PATCH /below/" END), "Allow: GET, HEAD, POST\r\n"));
    for (int i = 0; i < 2; i++) {
        answer = ask(http_port(h), i ? "PATCH /below" END : "PATCH /posts/a" END);
        cr_expect(strstr(answer, "Allow: GET, HEAD\r\n"), "%s", answer);
    }
    answer = ask(http_port(h), "PATCH /posts" END);
    cr_expect(strstr(answer, "Allow: GET, HEAD, POST\r\n"), "%s", answer);
    answer = ask(http_port(h), POST "Content-Length: 1025\r\n\r\n");
    cr_expect(strncmp(answer, "HTTP/1.1 413", 12) == 0, "%s", answer);
    http_stop(h);
}

Test(http, an_address_that_is_taken_or_none_is_refused, .timeout = 20)
{
    struct http *h, *other;
    log_set_level((enum log_level) - 1);
    h = serve(options_of("127.0.0.1"));
    struct http_options taken = options_of("127.0.0.1"), none = options_of("localhost");
    taken.port = http_port(h);
    cr_expect_eq(http_start(&taken, echo, argument, &other), ERR_CONFIG);
    cr_expect_eq(http_start(&none, echo, argument, &other), ERR_CONFIG);
    http_stop(h);
}

Test(http, an_error_is_a_problem_in_json, .timeout = 20)
{
    struct http *h = serve(options_of("127.0.0.1"));
    uint16_t port = http_port(h);
    const char *answer = ask(port, "GET /other" END);
    cr_expect(strstr(answer, "Content-Type: application/problem+json\r\n"), "%s", answer);
    cr_expect(strstr(answer, "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                             "\"detail\":\"\"}\n"),
              "%s", answer);
    answer = ask(port, "HEAD /other" END);
    cr_expect(strncmp(answer, "HTTP/1.1 404", 12) == 0 && !strchr(answer, '{'), "%s", answer);
    cr_expect(strncmp(ask(port, "BREW /echo" END), "HTTP/1.1 501", 12) == 0);
    cr_expect(strstr(ask(port, "PATCH /echo" END), "\"status\":405,\"detail\":\"only GET"));
    http_stop(h);
}

Test(http, a_request_has_bounds, .timeout = 20)
{
    static char large[100000];
    struct http *h = serve(options_of("127.0.0.1"));
    uint16_t port = http_port(h);
#define WITH "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    const char *answer = ask(port, WITH "Content-Length: 1025\r\n\r\n");
    cr_expect(strncmp(answer, "HTTP/1.1 413", 12) == 0, "%s", answer);
    answer = ask(port, WITH "Transfer-Encoding: chunked\r\n\r\n");
    cr_expect(strncmp(answer, "HTTP/1.1 411", 12) == 0, "%s", answer);
    cr_expect(strstr(ask(port, WITH "Content-Length: 3\r\n\r\nabc"), "[none]"));
    snprintf(large, sizeof(large), WITH "X-A: %090000d\r\n\r\n", 0);
    int fd = begin(port, "");
    (void)!send(fd, large, strlen(large), MSG_NOSIGNAL); /* closed in the midst of it */
    char status[13] = "";
    (void)!recv(fd, status, 12, MSG_WAITALL);
    cr_expect(!*status || strcmp(status, "HTTP/1.1 431") == 0, "%s", status);
    close(fd);
    http_stop(h);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The quickest of five answers: the machine may have others to serve. */
static double answer_ms(uint16_t port)
{
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        double begun = now_ms();
        cr_assert(strstr(ask(port, "GET /echo" END), "[none]"));
        double took = now_ms() - begun;
        best = took < best ? took : best;
    }
    return best;
}

#define HALF "GET /echo HTTP/1.1\r\nHost: x\r\nX-Slow: "

/* How many half-sent requests this process may have open; the server has as many files again. */
static size_t open_files(size_t wanted)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max < 2 * wanted + 200 ? limit.rlim_max : 2 * wanted + 200;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    size_t can = limit.rlim_cur < 400 ? 100 : (size_t)(limit.rlim_cur - 200) / 2;
    return can < wanted ? can : wanted;
}

Test(http, slow_clients_silence_nobody, .timeout = 60)
{
    static int slow[2000];
    size_t count = open_files(2000);
    struct http *h = serve(options_of("127.0.0.1"));
    uint16_t port = http_port(h);
    for (size_t i = 0; i < count; i++)
        slow[i] = begin(port, HALF);
    double under = answer_ms(port);
    size_t closed = 0;
    for (size_t i = 0; i < count; i++) {
        char c;
        closed += recv(slow[i], &c, 1, MSG_DONTWAIT) == 0;
        close(slow[i]);
    }
    double after = answer_ms(port);
    cr_log_info("%zu half-sent requests, of which %zu had to go: %.1f ms, %.1f ms behind them",
                count, closed, under, after);
    cr_expect(under < 100 && after < 100, "%.1f ms, %.1f ms", under, after);
    cr_expect(count < 256 || closed >= count - 256, "%zu of %zu", closed, count);
    http_stop(h);
}

Test(http, who_sends_drop_by_drop_goes_before_who_asks, .timeout = 60)
{
    struct http_options options = options_of("127.0.0.1");
    options.connections = options.address_connections = 2;
    struct http *h = serve(options);
    uint16_t port = http_port(h);
    char c;
    int drops = begin(port, HALF), asks = begin(port, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    cr_assert_eq(recv(asks, &c, 1, 0), 1); /* its answer */
    cr_assert_eq(send(drops, "a", 1, MSG_NOSIGNAL), 1);
    cr_expect(strstr(ask(port, "GET /echo" END), "[none]"));
    cr_expect_eq(recv(drops, &c, 1, 0), 0, "it is still there");
    cr_assert_eq(send(asks, HALF, strlen(HALF), MSG_NOSIGNAL), (ssize_t)strlen(HALF));
    while (recv(asks, &c, 1, MSG_DONTWAIT) > 0) /* the rest of its answer, then nothing yet */
        continue;
    cr_expect_neq(recv(asks, &c, 1, MSG_DONTWAIT), 0, "it had to go");
    close(drops);
    close(asks);
    http_stop(h);
}

Test(http, a_page_that_takes_long_keeps_no_other_waiting, .timeout = 60)
{
    struct http *h = serve(options_of("127.0.0.1"));
    uint16_t port = http_port(h);
    int waits[3];
    char c;
    for (int i = 0; i < 3; i++)
        waits[i] = begin(port, "GET /wait" END);
    cr_expect(answer_ms(port) < 100);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(recv(waits[i], &c, 1, 0), 1);
        close(waits[i]);
    }
    http_stop(h);
}
