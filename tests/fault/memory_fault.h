/*
 * memory_fault.h - memory that runs out at a chosen moment.  A test program that
 * is linked with memory_fault.c (CMakeLists.txt: --wrap) has every allocation of
 * our own objects go through it; those of the libraries are not touched.
 */
#ifndef ALIGND_TESTS_MEMORY_FAULT_H
#define ALIGND_TESTS_MEMORY_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* The allocation after the next `after` ones fails; lasting: and all that follow. */
void memory_fault_arm(size_t after, bool lasting);
/* No more of them.  Was there one? */
bool memory_fault_disarm(void);
/* What our own objects allocated and did not free: what a call leaks is more of it. */
size_t memory_fault_live(void);
#endif
