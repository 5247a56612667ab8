/*
 * kv_fault.h - a disk that fails at a chosen moment: a read or a write of the store that
 * returns ERR_STORE without being done.  A test program that is linked with kv_fault.c
 * (CMakeLists.txt: --wrap) has every one of them go through it.
 */
#ifndef ALIGND_TESTS_KV_FAULT_H
#define ALIGND_TESTS_KV_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum kv_fault {
    KV_FAULT_READ, /* of one row, of many, or the end of a walk */
    KV_FAULT_WRITE,
    KV_FAULT_FULL /* a write, and all that follow: a full disk */
};

/* The read or write after the next `after` ones fails. */
void kv_fault_arm(enum kv_fault which, size_t after);
/* No more of them.  Was there one? */
bool kv_fault_disarm(void);
#endif
