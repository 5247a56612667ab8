/*
 * metrics_process.c - /proc/self/stat, the files that are open and how many may be.
 * Source: proc(5); "Standard and runtime collectors" of Prometheus' instrumentation guide for
 * names.
 */
#include "alignd/daemon/metrics_process.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Fields of /proc/self/stat behind the name of the program, which may hold anything but ends with
 * the last ')': the first of them is the third. */
enum {
    STAT_UTIME = 14,
    STAT_STIME = 15,
    STAT_START = 22,
    STAT_VSIZE = 23,
    STAT_RSS = 24,
    STATS = 24
};

static void row(struct buf *out, const char *name, const char *type, const char *help, double value)
{
    buf_append_format(out, "# HELP process_%s %s.\n# TYPE process_%s %s\nprocess_%s %.17g\n", name,
                      help, name, type, name, value);
}

static bool read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    assert(size > 1);
    size_t n = file ? fread(text, 1, size - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
    return n > 0;
}

static bool read_stat(double fields[STATS + 1])
{
    char text[2048];
    char *at;
    if (!read_text("/proc/self/stat", text, sizeof(text)) || !(at = strrchr(text, ')')))
        return false;
    at = strchr(at + 1, ' '); /* the state, a letter */
    at = at ? strchr(at + 1, ' ') : NULL;
    for (int i = 4; i <= STATS && at; i++) {
        char *end;
        fields[i] = strtod(at, &end);
        at = end > at ? end : NULL;
    }
    return at != NULL;
}

/* When the system began, since 1970; 0: it does not say. */
static double boot_time(void)
{
    char text[65536];
    const char *at = read_text("/proc/stat", text, sizeof(text)) ? strstr(text, "\nbtime ") : NULL;
    return at ? strtod(at + strlen("\nbtime "), NULL) : 0;
}

static void write_stat(struct buf *out)
{
    double f[STATS + 1], ticks = (double)sysconf(_SC_CLK_TCK), booted = boot_time();
    if (!read_stat(f) || ticks <= 0)
        return;
    row(out, "cpu_seconds_total", "counter", "Processor time of user and system, in seconds",
        (f[STAT_UTIME] + f[STAT_STIME]) / ticks);
    row(out, "virtual_memory_bytes", "gauge", "Virtual memory", f[STAT_VSIZE]);
    row(out, "resident_memory_bytes", "gauge", "Resident memory",
        f[STAT_RSS] * (double)sysconf(_SC_PAGESIZE));
    if (booted > 0)
        row(out, "start_time_seconds", "gauge", "Start of the process since 1970, in seconds",
            booted + f[STAT_START] / ticks);
}

static void write_files(struct buf *out)
{
    struct rlimit limit;
    DIR *dir = opendir("/proc/self/fd");
    if (dir) {
        size_t count = 0;
        while (readdir(dir))
            count++;
        closedir(dir);
        assert(count >= 3); /* ".", "..", and the folder itself */
        row(out, "open_fds", "gauge", "Files that are open", (double)(count - 3));
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        row(out, "max_fds", "gauge", "Files that may be open", (double)limit.rlim_cur);
}

void metrics_process_write(struct buf *out)
{
    write_stat(out);
    write_files(out);
}
