/*
 * limits.h - how much a store may hold of what is counted in memory.
 */
#ifndef ALIGND_STATE_LIMITS_H
#define ALIGND_STATE_LIMITS_H

#define STATE_MAX_GRAPHS 16
#endif
