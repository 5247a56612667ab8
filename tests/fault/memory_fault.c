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

/* The linker has calls of X come to __wrap_X, and X itself be __real_X. */
#define WRAP(type, name, parameters, arguments, nothing)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return strikes() ? nothing : __real_##name arguments;                                      \
    }

WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(char *, strdup, (const char *s), (s), NULL)
/* most of a turn's memory comes out of chunks that are there already */
WRAP(void *, arena_alloc, (struct arena * a, size_t n), (a, n), NULL)
WRAP(void *, arena_calloc, (struct arena * a, size_t n, size_t size), (a, n, size), NULL)
WRAP(struct slice, arena_copy, (struct arena * a, struct slice s), (a, s),
     ((struct slice){NULL, 0}))

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

SPARE(text_vector,
      (const struct model *m, struct slice text, struct slice datatype, float *out),
      (m, text, datatype, out))
SPARE(network_profile_build,
      (const struct model *m, const struct network_self *self,
       const struct network_neighbour *neighbours, size_t n, float *out),
      (m, self, neighbours, n, out))
