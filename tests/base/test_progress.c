#include "alignd/base/progress.h"

#include "capture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <regex.h>
#include <string.h>
#include <sys/ioctl.h>

static struct capture capture;

static void expect_match(const char *text, const char *pattern)
{
    regex_t regex;
    cr_assert_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    cr_expect_eq(regexec(&regex, text, 0, NULL, 0), 0, "'%s' does not match '%s'", text, pattern);
    regfree(&regex);
}

/* As if the last line had been written that long ago. */
static void let_pass(struct progress *p, unsigned seconds)
{
    p->begun_us -= seconds * 1000000u;
    p->drawn_us -= seconds * 1000000u;
}

Test(progress, away_from_a_terminal_it_is_a_line_every_ten_seconds)
{
    struct progress p;
    capture_begin(&capture, STDERR_FILENO);
    progress_begin(&p, "load x.nt", "triples");
    for (uint64_t i = 0; i < 1000; i++)
        progress_update(&p, .1, i, NULL);
    let_pass(&p, 9);
    progress_update(&p, .1, 1000, NULL);
    cr_expect_str_eq(capture_end(&capture), "");

    capture_begin(&capture, STDERR_FILENO);
    let_pass(&p, 1);
    progress_update(&p, .25, 1234567, "loss 0.21");
    progress_update(&p, .26, 1234568, NULL);
    expect_match(capture_end(&capture), "^alignd: load x\\.nt  25%  1,234,567 triples  12[0-9],"
                                        "[0-9]{3}/s  0:30 left  loss 0\\.21\n$");
}

Test(progress, without_a_known_end_it_shows_the_time_so_far)
{
    struct progress p;
    capture_begin(&capture, STDERR_FILENO);
    progress_begin(&p, "read -", "lines");
    let_pass(&p, 3725);
    progress_update(&p, -1, 999, "");
    expect_match(capture_end(&capture), "^alignd: read -  999 lines  0/s  1:02:05\n$");
}

Test(progress, the_end_sums_up)
{
    struct progress p;
    capture_begin(&capture, STDERR_FILENO);
    progress_begin(&p, "load", "triples");
    let_pass(&p, 2);
    progress_update(&p, .5, 2000, NULL);
    progress_end(&p);
    expect_match(capture_end(&capture),
                 "^alignd: load  2,000 triples  (999|1,000)/s  in 2\\.[0-9] s\n$");
}

Test(progress, it_can_be_silenced)
{
    struct progress p;
    capture_begin(&capture, STDERR_FILENO);
    progress_set_enabled(false);
    progress_begin(&p, "load", "triples");
    let_pass(&p, 60);
    progress_update(&p, .5, 2000, NULL);
    progress_end(&p);
    cr_expect_str_eq(capture_end(&capture), "");
}

/* Makes stderr a terminal of that many columns; returns the end that reads it. */
static int open_terminal(unsigned short columns, int *saved)
{
    struct winsize size = {.ws_col = columns, .ws_row = 24};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    int slave = -1;
    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
        slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave < 0)
        cr_skip_test("no pseudo-terminal here (/dev/pts)");
    cr_assert_eq(ioctl(slave, TIOCSWINSZ, &size), 0);
    *saved = dup(STDERR_FILENO);
    cr_assert_eq(dup2(slave, STDERR_FILENO), STDERR_FILENO);
    close(slave);
    setenv("TERM", "xterm", 1);
    return master;
}

static void drain(int master, char *out, size_t size)
{
    ssize_t n = read(master, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
}

Test(progress, on_a_terminal_it_is_a_bar_redrawn_ten_times_a_second)
{
    struct progress p;
    char text[4096];
    int saved, master = open_terminal(120, &saved);
    progress_begin(&p, "load", "triples");
    cr_expect(p.terminal);
    for (uint64_t i = 0; i < 1000; i++)
        progress_update(&p, .1, i, NULL);
    p.drawn_us -= 200000;
    progress_update(&p, .5, 1000, "é");
    progress_update(&p, .6, 1001, NULL);
    drain(master, text, sizeof(text));
    progress_end(&p);
    char last[4096];
    drain(master, last, sizeof(last));
    dup2(saved, STDERR_FILENO);
    expect_match(text, "^\r\033\\[Kload \\[##########\\.{10}\\]  50%  1,000 triples  "
                       "[0-9,]+/s  0:00 left  é$");
    expect_match(last, "^\r\033\\[Kalignd: load  1,001 triples  [0-9,]+/s  in 0\\.[0-9] s\r\n$");
    close(master);
}

Test(progress, a_narrow_terminal_cuts_the_line)
{
    struct progress p;
    char text[4096];
    int saved, master = open_terminal(20, &saved);
    progress_begin(&p, "load a long name", "triples");
    p.drawn_us -= 200000;
    progress_update(&p, .5, 1000, NULL);
    drain(master, text, sizeof(text));
    dup2(saved, STDERR_FILENO);
    cr_expect_str_eq(text, "\r\033[Kload a long name [#");
    close(master);
}

Test(progress, a_dumb_terminal_gets_lines)
{
    struct progress p;
    int saved, master = open_terminal(80, &saved);
    setenv("TERM", "dumb", 1);
    progress_begin(&p, "load", "triples");
    dup2(saved, STDERR_FILENO);
    cr_expect(!p.terminal);
    close(master);
}
