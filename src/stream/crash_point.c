#include "alignd/stream/crash_point.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static char armed[64];
static _Atomic long left; /* passes until the end; 0: not armed */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void arm(void)
{
    const char *text = getenv("ALIGND_CRASH_AT");
    const char *colon = text ? strchr(text, ':') : NULL;
    size_t len = colon ? (size_t)(colon - text) : text ? strlen(text) : 0;
    if (!len || len >= sizeof(armed))
        return;
    memcpy(armed, text, len);
    left = colon ? strtol(colon + 1, NULL, 10) : 1;
}

void crash_point_pass(const char *point)
{
    pthread_once(&once, arm);
    if (left > 0 && strcmp(point, armed) == 0 && atomic_fetch_sub(&left, 1) == 1)
        raise(SIGKILL);
}
