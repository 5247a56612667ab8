#include "alignd/base/log.h"

#include "alignd/base/json.h"
#include "alignd/base/text.h"
#include "capture.h"

#include <criterion/criterion.h>
#include <pthread.h>

static struct capture capture;

static const char *logged(enum log_format format, enum log_level level, const char *text)
{
    log_set_format(format);
    capture_begin(&capture, STDERR_FILENO);
    log_write(level, "%s", text);
    return capture_end(&capture);
}

Test(log, plain_lines_are_for_people)
{
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_ERROR, "no broker"), "alignd: no broker\n");
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_WARN, "slow"), "alignd: warning: slow\n");
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_INFO, "a\tb\nc"), "alignd: a\tb\nc\n");
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_INFO, "\033[31mred\x7f\xc2\x9b"),
                     "alignd: ?[31mred??\n");
}

Test(log, the_level_cuts_off_what_is_below)
{
    cr_expect_eq(log_get_level(), LOG_INFO);
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_DEBUG, "x"), "");
    log_set_level(LOG_DEBUG);
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_DEBUG, "x"), "alignd: debug: x\n");
    log_set_level(LOG_ERROR);
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_WARN, "x"), "");
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_ERROR, "x"), "alignd: x\n");
}

Test(log, logfmt_lines_carry_time_level_and_message)
{
    const char *line = logged(LOG_LOGFMT, LOG_WARN, "say \"hi\"\n\x01 é");
    cr_expect_eq(strncmp(line, "ts=20", 5), 0);
    cr_expect_str_eq(line + 27, " level=warn msg=\"say \\\"hi\\\"\\n\\u0001 é\"\n");
}

static void expect_json(const char *text, const char *expected)
{
    const char *line = logged(LOG_JSON, LOG_ERROR, text);
    struct json_error error;
    struct slice value = {0};
    struct json *json = json_parse(slice_of(line), &error);
    cr_assert(json, "%s: %s", line, error.message);
    cr_expect(json_read_string(json_get(json, "msg"), &value));
    cr_expect(slice_equal(value, slice_of(expected)));
    cr_expect(json_read_string(json_get(json, "level"), &value));
    cr_expect(slice_equal(value, slice_of("error")));
    cr_expect(json_read_string(json_get(json, "ts"), &value) && value.len == 24);
    json_free(json);
}

Test(log, json_lines_are_json_whatever_the_message)
{
    expect_json("plain", "plain");
    expect_json("\"\\\b\t\n\x1f\x7f", "\"\\\b\t\n\x1f\x7f");
    expect_json("caf\xc3\xa9 \xff \xe2\x82", "café \xef\xbf\xbd \xef\xbf\xbd");
}

Test(log, long_messages_are_cut_and_the_line_still_ends)
{
    char text[20001] = {0};
    memset(text, '\x01', sizeof(text) - 1);
    const char *line = logged(LOG_JSON, LOG_ERROR, text);
    struct json_error error;
    struct json *json = json_parse(slice_of(line), &error);
    cr_expect_not_null(json);
    cr_expect_leq(strlen(line), 8192);
    cr_expect_eq(line[strlen(line) - 1], '\n');
    json_free(json);

    for (size_t i = 0; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "é", 2);
    line = logged(LOG_PLAIN, LOG_ERROR, text);
    cr_expect(text_is_utf8(slice_of(line)));
    cr_expect_gt(strlen(line), 4000);
}

Test(log, a_line_erases_the_bar_before_it_once)
{
    log_set_bar(true);
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_INFO, "x"), "\r\033[Kalignd: x\n");
    cr_expect_str_eq(logged(LOG_PLAIN, LOG_INFO, "x"), "alignd: x\n");
}

static void *log_lines(void *arg)
{
    for (int i = 0; i < 200; i++)
        log_info("%s", (const char *)arg);
    return NULL;
}

Test(log, lines_of_two_threads_do_not_mix)
{
    static const char *const words[] = {"aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb"};
    pthread_t threads[2];
    capture_begin(&capture, STDERR_FILENO);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, log_lines, (void *)(uintptr_t)words[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    const char *at = capture_end(&capture);
    size_t lines = 0;
    for (; *at; at += 29, lines++) {
        cr_assert(!strncmp(at, "alignd: aaaaaaaaaaaaaaaaaaaa\n", 29) ||
                  !strncmp(at, "alignd: bbbbbbbbbbbbbbbbbbbb\n", 29));
    }
    cr_expect_eq(lines, 400);
}
