#include "alignd/base/filter.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

static void ignore_pipes(void)
{
    signal(SIGPIPE, SIG_IGN); /* as the program does */
}

TestSuite(filter, .init = ignore_pipes, .timeout = 30);

Test(filter, gives_what_the_command_prints)
{
    struct buf out = {0};
    int status = -1;
    cr_assert_eq(filter_run("sed s/a/b/g", slice_of("banana"), 100, &out, &status), ERR_OK);
    cr_expect_eq(status, 0);
    cr_expect(slice_equal(buf_slice(&out), slice_of("bbnbnb")) ||
              slice_equal(buf_slice(&out), slice_of("bbnbnb\n")));
    buf_fini(&out);
}

Test(filter, more_than_pipes_hold_goes_both_ways)
{
    size_t n = (size_t)3 << 20;
    char *text = memory_calloc(1, n);
    struct buf out = {0};
    int status = -1;
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(i * 7 % 251);
    cr_assert_eq(filter_run("cat", (struct slice){text, n}, n, &out, &status), ERR_OK);
    cr_expect_eq(status, 0);
    cr_expect(slice_equal(buf_slice(&out), (struct slice){text, n}));
    buf_fini(&out);
    free(text);
}

Test(filter, tells_how_the_command_ended)
{
    size_t n = (size_t)1 << 20;
    char *text = memory_calloc(1, n);
    struct buf out = {0};
    int status = -1;
    cr_assert_eq(filter_run("exit 3", (struct slice){text, n}, 10, &out, &status), ERR_OK);
    cr_expect_eq(status, 3, "one that reads nothing");
    cr_assert_eq(filter_run("kill -KILL $$", slice_of(""), 10, &out, &status), ERR_OK);
    cr_expect_eq(status, 128 + SIGKILL);
    cr_assert_eq(filter_run("/nowhere/command 2> /dev/null", slice_of(""), 10, &out, &status),
                 ERR_OK);
    cr_expect_eq(status, 127);
    cr_expect_eq(out.len, 0);
    free(text);
    buf_fini(&out);
}

Test(filter, one_that_prints_without_end_is_ended)
{
    struct buf out = {0};
    int status = -1;
    cr_expect_eq(filter_run("yes", slice_of("x"), 100000, &out, &status), ERR_LIMIT);
    cr_expect_leq(out.len, 100000);
    cr_expect_eq(status, -1);
    buf_fini(&out);
}

Test(filter, a_pipe_that_breaks_ends_the_commands_in_it)
{
    struct buf out = {0};
    int status = -1;
    cr_assert_eq(filter_run("yes | head -1", slice_of(""), 100, &out, &status), ERR_OK);
    cr_expect(slice_equal(buf_slice(&out), slice_of("y\n")));
    buf_fini(&out);
}
