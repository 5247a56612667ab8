/*
 * kernel.h - the builds of the arithmetic in this room, one a kind of processor, of which one
 * serves the process: the best that the processor runs, or the one that the environment's
 * ALIGND_KERNEL names.  All give the same bits.
 */
#ifndef ALIGND_KERNEL_KERNEL_H
#define ALIGND_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* The builds there are, the best first: "avx512", "avx2", "baseline". */
size_t kernel_count(void);
const char *kernel_name(size_t i);
/* Does this processor run it? */
bool kernel_runs(size_t i);

/* Which one serves. */
const char *kernel_chosen(void);
/* From now on this one does, which the processor runs, asserted; nobody may be calculating. */
void kernel_choose(size_t i);

/* What ALIGND_KERNEL asks for, where there is no such build or the processor does not run it, so
 * that the best one serves; else NULL. */
const char *kernel_refused(void);
#endif
