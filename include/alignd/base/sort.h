/*
 * sort.h - many things sorted by a number of 64 bits that is spread about evenly, as hashes are:
 * one distribution by its upper bits, then small sorts within what a cache holds.
 */
#ifndef ALIGND_BASE_SORT_H
#define ALIGND_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_item {
    uint64_t key;
    union {
        char *data;
        uint64_t value;
    } of;
};

/* <0, 0, >0 of two items of one key. */
typedef int sort_compare(const struct sort_item *a, const struct sort_item *b, void *arg);

/* By key, and those of one key by compare, which may be NULL: in any order.  Keys that are
 * not spread evenly are sorted all the same, only slower. */
void sort_items(struct sort_item *items, size_t count, sort_compare *compare, void *arg);

#endif
