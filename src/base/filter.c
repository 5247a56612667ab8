/*
 * filter.c - a command of the shell between two pipes.  Both ends are served by one poll: a command
 * that prints before it has read all would wait for us for ever, if we waited for it.
 *
 *  (1) Every descriptor here is closed in the command, but for the two that are its own.
 */
#include "alignd/base/filter.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE 65536

extern char **environ;

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int fail(const char *what, int error)
{
    assert(error);
    log_error("%s: %s", what, strerror(error));
    return ERR_IO;
}

/* in, out: the command's own ends.  What this program ignores the command need not. */
static int start(const char *command, int in, int out, pid_t *ret_pid)
{
    char shell[] = "sh", flag[] = "-c";
    char *arguments[] = {shell, flag, (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    assert(in > 2 && out > 2); /* else the two would be mixed up */
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(ret_pid, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error ? fail("/bin/sh", error) : ERR_OK;
}

/* A command that has read enough is no error: the rest of the text is not wanted. */
static int give(int *fd, struct slice *text)
{
    assert(*fd >= 0);
    ssize_t n = text->len ? write(*fd, text->data, text->len) : 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR_OK;
    if (n < 0 && errno != EPIPE)
        return fail("a command's input", errno);
    if (n > 0) {
        text->data += n;
        text->len -= (size_t)n;
    }
    if (n < 0 || !text->len)
        close_end(fd);
    return ERR_OK;
}

static int take(int *fd, size_t max_bytes, size_t *taken, struct buf *out)
{
    char piece[PIECE];
    ssize_t n = read(*fd, piece, sizeof(piece));
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? ERR_OK : fail("a command's output", errno);
    if (n == 0)
        close_end(fd);
    *taken += (size_t)n;
    if (*taken > max_bytes)
        return ERR_LIMIT;
    buf_append(out, piece, (size_t)n);
    return ERR_OK;
}

static int serve(int *in, int *from, struct slice text, size_t max_bytes, struct buf *out)
{
    size_t taken = 0;
    int rc = ERR_OK;
    while (!rc && *from >= 0) {
        struct pollfd ends[] = {{*from, POLLIN, 0}, {*in, POLLOUT, 0}}; /* one that is -1 is none */
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            return fail("poll", errno);
        if (*in >= 0 && ends[1].revents)
            rc = give(in, &text);
        if (!rc && ends[0].revents)
            rc = take(from, max_bytes, &taken, out);
    }
    return rc;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int filter_run(const char *command, struct slice text, size_t max_bytes, struct buf *out,
               int *ret_status)
{
    int in[2] = {-1, -1}, from[2] = {-1, -1}, rc = ERR_OK;
    pid_t pid = 0;
    if (pipe2(in, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) { /* (1) */
        rc = fail("pipe", errno);
        goto done;
    }
    if ((rc = start(command, in[0], from[1], &pid)))
        goto done;
    close_end(&in[0]);
    close_end(&from[1]);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    rc = serve(&in[1], &from[0], text, max_bytes, out);
    if (rc)
        kill(pid, SIGTERM);
    close_end(&in[1]);
    close_end(&from[0]);
    int status = wait_for(pid);
    if (!rc)
        *ret_status = status;
done:
    for (int i = 0; i < 2; i++) {
        close_end(&in[i]);
        close_end(&from[i]);
    }
    return rc;
}
