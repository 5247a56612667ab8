/*
 * machine.h - how much memory there is for this process: the machine's, or what the control
 * groups it is in (of either version) may have, whichever is less.
 */
#ifndef ALIGND_BASE_MACHINE_H
#define ALIGND_BASE_MACHINE_H

#include <stdint.h>

/* root: "" but in tests, where it is a folder with proc and sys/fs/cgroup. */
uint64_t machine_memory(const char *root);

#endif
