/*
 * crash_point.c - the traps of the environment, set once when the first point is passed.
 * Threads pass points at the same time, so the count is an atomic: exactly one of them
 * is the last, and the process ends (or stops) there, by a signal that no handler meets.
 */
#include "alignd/stream/crash_point.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A variable and what it does: point:count. */
struct trap {
    const char *variable;
    int signal;
    char armed[64];
    _Atomic long left; /* passes until then; 0: not armed */
};

static struct trap traps[] = {{.variable = "ALIGND_CRASH_AT", .signal = SIGKILL},
                              {.variable = "ALIGND_STOP_AT", .signal = SIGSTOP}};
static const char *gate; /* a file without which no trap counts; NULL: they all do */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void arm(void)
{
    gate = getenv("ALIGND_TRAPS_WHEN");
    for (size_t i = 0; i < sizeof(traps) / sizeof(*traps); i++) {
        const char *text = getenv(traps[i].variable);
        const char *colon = text ? strchr(text, ':') : NULL;
        size_t len = colon ? (size_t)(colon - text) : text ? strlen(text) : 0;
        if (!len || len >= sizeof(traps[i].armed))
            continue;
        memcpy(traps[i].armed, text, len);
        traps[i].left = colon ? strtol(colon + 1, NULL, 10) : 1;
    }
}

void crash_point_pass(const char *point)
{
    pthread_once(&once, arm);
    for (size_t i = 0; i < sizeof(traps) / sizeof(*traps); i++)
        if (traps[i].left > 0 && strcmp(point, traps[i].armed) == 0 &&
            (!gate || access(gate, F_OK) == 0) && atomic_fetch_sub(&traps[i].left, 1) == 1)
            raise(traps[i].signal);
}
