/*
 * memory_fault.h - memory that runs out at a chosen moment: an allocation that is refused, and
 * the process with it (base/memory.h).  A test program that is linked with memory_fault.c
 * (CMakeLists.txt: --wrap) has every allocation of our own go through it; those of the libraries
 * are not touched.
 */
#ifndef ALIGND_TESTS_MEMORY_FAULT_H
#define ALIGND_TESTS_MEMORY_FAULT_H

#include <stddef.h>

/* The allocation after the next `after` ones is refused, of whatever thread. */
void memory_fault_arm(size_t after);
/* No more of that.  How many there have been since it was armed. */
size_t memory_fault_disarm(void);
#endif
