/*
 * build.h - the sources of this room, but for kernel.c, are compiled once for each kind of
 * processor (CMakeLists.txt, KERNEL_BUILD).  KERNEL(name) is a function's name in one build; the
 * plain name is kernel.c's and goes to the build that was chosen.
 *
 *  (1) A build differs in speed alone: what rounds, and in which order, the source says.
 */
#ifndef ALIGND_KERNEL_BUILD_H
#define ALIGND_KERNEL_BUILD_H

#include "alignd/kernel/attention.h"
#include "alignd/kernel/half.h"
#include "alignd/kernel/signs.h"
#include "alignd/kernel/tile.h"

#define KERNEL_FUNCTIONS(X)                                                                        \
    X(tile_multiply)                                                                               \
    X(tile_norms)                                                                                  \
    X(tile_from_rows)                                                                              \
    X(tile_dot)                                                                                    \
    X(tile_vector)                                                                                 \
    X(tile_add_scaled)                                                                             \
    X(half_from_float)                                                                             \
    X(half_to_float)                                                                               \
    X(half_round)                                                                                  \
    X(attention_relate)                                                                            \
    X(attention_meet)                                                                              \
    X(attention_twins)                                                                             \
    X(attention_look)                                                                              \
    X(attention_bilinear)                                                                          \
    X(attention_total)                                                                             \
    X(attention_gates)                                                                             \
    X(attention_softmax)                                                                           \
    X(attention_gather)                                                                            \
    X(attention_exp)                                                                               \
    X(signs_add)                                                                                   \
    X(signs_along)                                                                                 \
    X(signs_apart)

#ifdef KERNEL_BUILD
#define KERNEL_JOINED(name, build) name##_##build
#define KERNEL_NAMED(name, build) KERNEL_JOINED(name, build)
#define KERNEL(name) KERNEL_NAMED(name, KERNEL_BUILD)
#define KERNEL_DECLARE(name) __typeof__(name) KERNEL(name);
KERNEL_FUNCTIONS(KERNEL_DECLARE)
#endif
#endif
