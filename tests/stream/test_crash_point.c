#include "alignd/stream/crash_point.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a process of its own ends that passes a, b, a, b: its signal, or 0. */
static int passing(const char *variable, const char *value)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        setenv(variable, value, 1);
        for (int i = 0; i < 2; i++) {
            crash_point_pass("a");
            crash_point_pass("b");
        }
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, &status, WUNTRACED), pid);
    if (WIFSTOPPED(status)) {
        int by = WSTOPSIG(status);
        kill(pid, SIGCONT);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it goes on where it stopped");
        return by;
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

Test(crash_point, kills_when_the_point_is_passed_for_the_nth_time)
{
    cr_expect_eq(passing("ALIGND_CRASH_AT", "a"), SIGKILL);
    cr_expect_eq(passing("ALIGND_CRASH_AT", "b:2"), SIGKILL);
    cr_expect_eq(passing("ALIGND_CRASH_AT", "b:3"), 0);
    cr_expect_eq(passing("ALIGND_CRASH_AT", "c"), 0);
    cr_expect_eq(passing("ALIGND_CRASH_AT", ""), 0);
}

Test(crash_point, counts_only_while_the_file_is_there)
{
    char file[] = "/tmp/alignd-test-XXXXXX";
    int fd = mkstemp(file), status;
    cr_assert_geq(fd, 0);
    close(fd);
    setenv("ALIGND_TRAPS_WHEN", file, 1);
    setenv("ALIGND_CRASH_AT", "a:2", 1);
    for (int there = 1; there >= 0; there--) {
        pid_t child = fork();
        if (child == 0) {
            crash_point_pass("a");
            crash_point_pass("a");
            _exit(3);
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_expect_eq(WIFSIGNALED(status), there);
        unlink(file);
    }
    unsetenv("ALIGND_TRAPS_WHEN");
    unsetenv("ALIGND_CRASH_AT");
}

Test(crash_point, stops_there_until_it_is_told_to_go_on)
{
    cr_expect_eq(passing("ALIGND_STOP_AT", "b:2"), SIGSTOP);
    cr_expect_eq(passing("ALIGND_STOP_AT", "b:3"), 0);
}
