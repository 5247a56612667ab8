/*
 * supervisor.h - systemd's notification protocol, by hand: a datagram to
 * $NOTIFY_SOCKET.  Without the variable nothing happens.
 */
#ifndef ALIGND_DAEMON_SUPERVISOR_H
#define ALIGND_DAEMON_SUPERVISOR_H

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..." */
void supervisor_notify(const char *state);

/* How often WATCHDOG=1 is due: half of what the supervisor waits for; 0: never. */
int supervisor_watchdog_ms(void);
#endif
