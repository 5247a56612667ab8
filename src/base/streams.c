/*
 * streams.c - what a program owes its standard streams: that a file of its own never
 * stands in for one that was closed, and that output which could not be written is
 * no success.  SIGPIPE is ignored while the program runs (a broker's socket may
 * break too), so a pipe without a reader is looked for at the end.
 */
#include "alignd/base/streams.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void streams_begin(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            continue;
        /* the lowest one that is free: this one */
        int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        assert(opened == fd || opened < 0);
        (void)opened;
    }
}

static int reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

int streams_end(int status)
{
    assert(status >= 0 && status < 256);
    int why = fflush(stdout) ? errno : 0;
    if (!why && !ferror(stdout))
        return status;
    if (why == EPIPE || reader_is_gone()) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    log_error("standard output: %s", why ? strerror(why) : "not all of it could be written");
    return status ? status : err_exit_status(ERR_IO);
}
