/*
 * w3c_cases.h - walks the syntax tests of the W3C in tests/data/w3c.
 */
#ifndef TESTS_STREAM_W3C_CASES_H
#define TESTS_STREAM_W3C_CASES_H

#include "alignd/base/buf.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef void w3c_case(void *arg, const char *name, bool good, struct slice text);

static inline struct buf w3c_read(const char *path)
{
    struct buf text = {0};
    char piece[4096];
    FILE *f = fopen(path, "rb");
    cr_assert(f, "%s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_append(&text, piece, n);
    fclose(f);
    return text;
}

/* Hands every case of a folder to take; returns how many there were. */
static inline size_t w3c_each(const char *folder, w3c_case *take, void *arg)
{
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/w3c/%s", TEST_DATA, folder);
    DIR *dir = opendir(path);
    cr_assert(dir, "%s", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/w3c/%s/%s", TEST_DATA, folder, entry->d_name);
        struct buf text = w3c_read(path);
        take(arg, entry->d_name, !strstr(entry->d_name, "-bad-"), buf_slice(&text));
        buf_fini(&text);
        count++;
    }
    closedir(dir);
    return count;
}
#endif
