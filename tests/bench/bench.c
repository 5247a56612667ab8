#include "bench.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/stream/change_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void bench_say(double value, const char *unit, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    printf("{\"name\": \"");
    vprintf(name, args);
    printf("\", \"value\": %.9g, \"unit\": \"%s\"}\n", value, unit);
    va_end(args);
    fflush(stdout);
}

void bench_check(int rc, const char *what)
{
    if (!rc)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, err_text(rc));
    exit(1);
}

void *bench_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p)
        bench_check(ERR_INTERNAL, "memory");
    return p;
}

double bench_seconds(void)
{
    return (double)clock_mono_us() / 1e6;
}

double bench_cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

double bench_core(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_peak_mib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

uint64_t bench_random(uint64_t *rng)
{
    uint64_t z = *rng += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void bench_add(struct bench_sample *s, double x)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 256;
        s->x = realloc(s->x, s->room * sizeof(*s->x));
        if (!s->x)
            bench_check(ERR_INTERNAL, "memory");
    }
    s->x[s->count++] = x;
}

void bench_free(struct bench_sample *s)
{
    free(s->x);
    *s = (struct bench_sample){0};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_quantile(struct bench_sample *s, double q)
{
    if (!s->count)
        return 0;
    qsort(s->x, s->count, sizeof(*s->x), compare);
    return s->x[(size_t)(q * (double)(s->count - 1) + 0.5)];
}

double bench_mean(const struct bench_sample *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += s->x[i];
    return s->count ? sum / (double)s->count : 0;
}

void bench_say_sample(struct bench_sample *s, const char *unit, const char *name)
{
    bench_say(bench_quantile(s, 0.5), unit, "%s.median", name);
    bench_say(bench_quantile(s, 0.99), unit, "%s.p99", name);
    bench_say(bench_quantile(s, 1), unit, "%s.max", name);
}

static struct term copy_term(struct arena *a, struct term t)
{
    t.text = arena_copy(a, t.text);
    if (t.datatype.len)
        t.datatype = arena_copy(a, t.datatype);
    if (t.lang.len)
        t.lang = arena_copy(a, t.lang);
    return t;
}

struct bench_changes bench_read_file(const char *path, struct arena *arena)
{
    static const struct codec_limits limits = {.relative_iris = true};
    struct bench_changes c = {0};
    struct change_file *f;
    struct arena *batch = arena_new();
    size_t room = 0, count;
    bench_check(change_file_open(path, CODEC_AUTO, &limits, &f), path);
    do {
        struct change *changes;
        arena_reset(batch);
        bench_check(change_file_next(f, batch, 65536, &changes, &count), path);
        if (c.count + count > room) {
            room = 2 * (c.count + count);
            c.all = realloc(c.all, room * sizeof(*c.all));
            if (!c.all)
                bench_check(ERR_INTERNAL, path);
        }
        for (size_t i = 0; i < count; i++)
            c.all[c.count++] = (struct change){.op = changes[i].op,
                                               .subject = copy_term(arena, changes[i].subject),
                                               .predicate = copy_term(arena, changes[i].predicate),
                                               .object = copy_term(arena, changes[i].object)};
    } while (count);
    change_file_close(f);
    arena_free(batch);
    return c;
}

static struct slice read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        bench_check(ERR_NOT_FOUND, path);
    fseek(file, 0, SEEK_END);
    size_t len = (size_t)ftell(file);
    char *text = bench_alloc(len + 1);
    rewind(file);
    if (fread(text, 1, len, file) != len)
        bench_check(ERR_IO, path);
    fclose(file);
    return (struct slice){text, len};
}

struct bench_blocks bench_read_blocks(const char *path)
{
    struct slice text = read_text(path);
    struct bench_blocks b = {0};
    size_t room = 0;
    for (size_t at = 0, next; at < text.len; at = next) {
        const char *end = memchr(text.data + at, '\n', text.len - at);
        next = end ? (size_t)(end - text.data) + 1 : text.len;
        if (strncmp(text.data + at, "TX ", 3) == 0) {
            if (b.count == room) {
                room = room ? 2 * room : 1024;
                b.all = realloc(b.all, room * sizeof(*b.all));
                if (!b.all)
                    bench_check(ERR_INTERNAL, path);
            }
            b.all[b.count++] = (struct slice){text.data + at, 0};
        }
        if (b.count)
            b.all[b.count - 1].len += next - at;
    }
    if (!b.count)
        bench_check(ERR_NOT_FOUND, path);
    return b;
}

const char *bench_option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
            return argv[i + 1];
    if (!otherwise) {
        fprintf(stderr, "bench: --%s is missing\n", name);
        exit(64);
    }
    return otherwise;
}

double bench_number(int argc, char **argv, const char *name, double otherwise)
{
    const char *text = bench_option(argc, argv, name, "");
    return *text ? strtod(text, NULL) : otherwise;
}
