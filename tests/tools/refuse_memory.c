/*
 * refuse_memory.c - to be preloaded: refuses one allocation of a program, by what calls for it.
 *
 *     LD_PRELOAD=librefuse_memory.so REFUSE_OF=program|libraries REFUSE_AFTER=N PROGRAM...
 *
 * The allocation after the next N ones is NULL: of those that the program itself calls for, or of
 * those that a library does.  REFUSE_COUNT=FILE: how many there were is written there at the end.
 */
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static uintptr_t begin, end; /* of the program's code */
static _Atomic bool armed;
static bool libraries;
static _Atomic unsigned long met;
static unsigned long refused;
static char count_path[512];

static int find_program(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            end = begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the first is the program */
}

__attribute__((constructor)) static void arm(void)
{
    const char *of = getenv("REFUSE_OF"), *after = getenv("REFUSE_AFTER"),
               *count = getenv("REFUSE_COUNT");
    if (!of || !after)
        return;
    dl_iterate_phdr(find_program, NULL);
    libraries = strcmp(of, "libraries") == 0;
    refused = strtoul(after, NULL, 10);
    snprintf(count_path, sizeof(count_path), "%s", count ? count : "");
    armed = true;
}

__attribute__((destructor)) static void tell(void)
{
    armed = false;
    FILE *file = *count_path ? fopen(count_path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%lu\n", (unsigned long)met);
    fclose(file);
}

static bool strikes(const void *caller)
{
    if (!armed)
        return false;
    bool own = (uintptr_t)caller >= begin && (uintptr_t)caller < end;
    return own != libraries && atomic_fetch_add(&met, 1) == refused;
}

void *malloc(size_t n)
{
    return strikes(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return strikes(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return strikes(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}
