/*
 * serial_runner.c - the tests of a Criterion program, one after the other, each in a child by
 * fork: where Criterion cannot begin a process of its own, as of another processor's program
 * under qemu-user.  Linked into the test program its main comes before Criterion's, and so does
 * what assertions call.
 *
 * The last line is as Criterion's: '[====] Synthesis: Tested: N | Passing: N | Failing: N | ...'.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 1, SKIPPED = 77 };

/* Where Test and TestSuite leave theirs. */
extern struct criterion_test *const __start_cr_tst[], *const __stop_cr_tst[];
extern struct criterion_suite *const __start_cr_sts[], *const __stop_cr_sts[];
__asm__(".section cr_sts,\"aw\"\n.previous"); /* a program may have none */

static int failed; /* of a child: how many assertions */

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (stats->passed)
        return;
    failed++;
    printf("[----] %s:%u: %s\n", stats->file, stats->line, stats->message ? stats->message : "");
}

void criterion_abort_test(void)
{
    exit(FAILED);
}

void criterion_continue_test(void)
{
}

void criterion_skip_test(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    exit(SKIPPED);
}

/* What a test's own frame calls: fixtures are called by run, so the test alone is left. */
void criterion_internal_test_setup(void)
{
}

void criterion_internal_test_main(void (*function)(void))
{
    function();
}

void criterion_internal_test_teardown(void)
{
}

void cri_asserts_passed_incr(void)
{
}

/* Tests redirect what they do not look at. */
void cr_redirect_stderr(void)
{
    if (!freopen("/dev/null", "w", stderr))
        abort();
}

static const struct criterion_test_extra_data *suite_of(const struct criterion_test *test)
{
    static const struct criterion_test_extra_data none;
    for (struct criterion_suite *const *s = __start_cr_sts; s < __stop_cr_sts; s++)
        if (*s && strcmp((*s)->name, test->category) == 0)
            return (*s)->data;
    return &none;
}

static void call(void (*function)(void))
{
    if (function)
        function();
}

static int run(const struct criterion_test *test)
{
    const struct criterion_test_extra_data *suite = suite_of(test);
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        abort();
    if (!child) {
        alarm(600);
        call(suite->init);
        call(test->data->init);
        test->test();
        call(test->data->fini);
        call(suite->fini);
        exit(failed ? FAILED : 0);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        abort();
    return status;
}

int main(void)
{
    size_t tested = 0, passing = 0, crashing = 0, skipped = 0;
    for (struct criterion_test *const *t = __start_cr_tst; t < __stop_cr_tst; t++) {
        if (!*t || (*t)->data->disabled)
            continue;
        int status = run(*t);
        bool ended = WIFEXITED(status), skip = ended && WEXITSTATUS(status) == SKIPPED;
        bool good = ended ? WEXITSTATUS(status) == (*t)->data->exit_code
                          : WTERMSIG(status) == (*t)->data->signal;
        skipped += skip;
        tested += !skip;
        passing += good && !skip;
        crashing += !good && !ended;
        if (!good || skip)
            printf("[%s] %s::%s\n", skip ? "SKIP" : "FAIL", (*t)->category, (*t)->name);
    }
    printf("[====] Synthesis: Tested: %zu | Passing: %zu | Failing: %zu | Crashing: %zu\n", tested,
           passing, tested - passing, crashing);
    return !tested || passing < tested;
}
