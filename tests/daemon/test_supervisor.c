#include "alignd/daemon/supervisor.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Test(supervisor, tells_the_socket_what_it_is_told)
{
    char text[64] = "";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/alignd-test-%d.sock", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    supervisor_notify("READY=1");
    cr_assert_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), 7);
    cr_expect_str_eq(text, "READY=1");
    close(fd);
    unlink(at.sun_path);
    supervisor_notify("READY=1"); /* nobody there: nothing happens */
}

Test(supervisor, is_told_twice_as_often_as_it_waits)
{
    char pid[32];
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "20000000", 1);
    cr_expect_eq(supervisor_watchdog_ms(), 10000);
    setenv("WATCHDOG_PID", "1", 1);
    cr_expect_eq(supervisor_watchdog_ms(), 0);
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_expect_eq(supervisor_watchdog_ms(), 10000);
    unsetenv("WATCHDOG_USEC");
    cr_expect_eq(supervisor_watchdog_ms(), 0);
}
