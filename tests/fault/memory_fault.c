#include "memory_fault.h"

#include "alignd/base/arena.h"
#include "alignd/model/network.h"
#include "alignd/model/text_vector.h"

#include <stdatomic.h>
#include <stdint.h>

static _Atomic bool armed, forever, hit;
static _Atomic size_t left;
static _Thread_local bool spared;

void memory_fault_arm(size_t after, bool lasting)
{
    left = after;
    forever = lasting;
    hit = false;
    armed = true;
}

bool memory_fault_disarm(void)
{
    armed = false;
    return hit;
}

/* Is it this one that fails? */
static bool strikes(void)
{
    if (!armed || spared)
        return false;
    if (hit)
        return forever;
    size_t n = left;
    while (n && !atomic_compare_exchange_weak(&left, &n, n - 1))
        ;
    if (!n)
        hit = true;
    return !n;
}

static _Atomic size_t live;

size_t memory_fault_live(void)
{
    return live;
}

static void *counted(void *p)
{
    live += p != NULL;
    return p;
}

/* The linker has calls of X come to __wrap_X, and X itself be __real_X. */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return strikes() ? NULL : counted(__real_malloc(n));
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return strikes() ? NULL : counted(__real_calloc(n, size));
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    if (strikes())
        return NULL;
    return p ? __real_realloc(p, n) : counted(__real_realloc(NULL, n));
}

char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__wrap_strdup(const char *s)
{
    return strikes() ? NULL : counted(__real_strdup(s));
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

/* Most of a turn's memory comes out of chunks that are there already. */
void *__real_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t n)
{
    return strikes() ? NULL : __real_arena_alloc(a, n);
}

void *__real_arena_calloc(struct arena *a, size_t n, size_t size);
void *__wrap_arena_calloc(struct arena *a, size_t n, size_t size);
void *__wrap_arena_calloc(struct arena *a, size_t n, size_t size)
{
    return strikes() ? NULL : __real_arena_calloc(a, n, size);
}

struct slice __real_arena_copy(struct arena *a, struct slice s);
struct slice __wrap_arena_copy(struct arena *a, struct slice s);
struct slice __wrap_arena_copy(struct arena *a, struct slice s)
{
    return strikes() ? (struct slice){NULL, 0} : __real_arena_copy(a, s);
}

/* These end the process when memory runs out, rather than give a wrong vector: they are spared. */
#define SPARE(name, parameters, arguments)                                                         \
    void __real_##name parameters;                                                                 \
    void __wrap_##name parameters;                                                                 \
    void __wrap_##name parameters                                                                  \
    {                                                                                              \
        bool before = spared;                                                                      \
        spared = true;                                                                             \
        __real_##name arguments;                                                                   \
        spared = before;                                                                           \
    }

SPARE(text_vector, (const struct model *m, struct slice text, struct slice datatype, float *out),
      (m, text, datatype, out))
SPARE(network_profile_build,
      (const struct model *m, const struct network_self *self,
       const struct network_neighbour *neighbours, size_t n, float *out),
      (m, self, neighbours, n, out))
