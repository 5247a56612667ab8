/*
 * option_internal.h - what the files of the option table share.
 *
 * option.c        sets and finds options
 * option_value.c  one value: from text, to text, its bounds in words
 * option_read.c   the INI file and the environment
 * option_write.c  the documented file and the help
 */
#ifndef ALIGND_BASE_OPTION_INTERNAL_H
#define ALIGND_BASE_OPTION_INTERNAL_H

#include "alignd/base/option.h"

struct options {
    const struct option_table *table;
    void *target;
    option_other *other;
    void *arg;
    struct arena *strings; /* what string fields point to */
    unsigned *lines;       /* of the file under reading: where each option was set */
};

const struct option *option_find(const struct option_table *table, const char *section,
                                 const char *key);

bool option_has_section(const struct option_table *table, const char *section);
#endif
