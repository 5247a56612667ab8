/*
 * supervisor.c - systemd's notification protocol, which is a datagram: not worth a library.
 * Whether anybody hears is of no consequence, so nothing here can fail.
 */
#include "alignd/daemon/supervisor.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void supervisor_notify(const char *state)
{
    assert(*state);
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    if (n < 2 || n >= sizeof(to.sun_path) || (*path != '/' && *path != '@'))
        return;
    memcpy(to.sun_path, path, n);
    if (*path == '@') /* the abstract namespace */
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    /* a supervisor that is not listening is no concern of ours */
    ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
    (void)sent;
    close(fd);
}

int supervisor_watchdog_ms(void)
{
    const char *text = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    long long us = text ? strtoll(text, NULL, 10) : 0;
    if (us <= 0 || us > 3600000000LL || (pid && strtoll(pid, NULL, 10) != getpid()))
        return 0;
    assert(us > 0 && us / 2000 <= 1800000);
    return (int)(us / 2000);
}
