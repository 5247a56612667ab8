#include "alignd/base/memory.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

Test(memory, gives_what_is_asked_for)
{
    char *p = memory_malloc(3), *zeros = memory_calloc(1000, 8), *none = memory_malloc(0);
    cr_assert(p && zeros && none);
    memcpy(p, "ab", 3);
    p = memory_realloc(p, 1 << 20);
    cr_expect_str_eq(p, "ab");
    p = memory_realloc(p, 0);
    cr_expect(p);
    for (size_t i = 0; i < 8000; i++)
        cr_assert_eq(zeros[i], 0);
    uint32_t *numbers = memory_reallocarray(NULL, 1000, sizeof(*numbers));
    numbers[999] = 7;
    void *line = memory_aligned_alloc(64, 128);
    cr_expect_eq((uintptr_t)line % 64, 0);
    free(p);
    free(zeros);
    free(none);
    free(numbers);
    free(line);
}

Test(memory, copies_texts)
{
    char *all = memory_strdup("every byte"), *some = memory_strndup("every byte", 5),
         *end = memory_strndup("abc", 100);
    cr_expect_str_eq(all, "every byte");
    cr_expect_str_eq(some, "every");
    cr_expect_str_eq(end, "abc");
    free(all);
    free(some);
    free(end);
}

/* A sanitizer's allocator has words of its own for what cannot be had. */
#ifndef __SANITIZE_ADDRESS__

/* More than the half of the address space, of which no allocator has a block. */
#define TOO_MUCH (SIZE_MAX / 2 + 1)

Test(memory, ends_the_process_where_there_is_none, .exit_code = 71)
{
    memory_malloc(TOO_MUCH);
}

Test(memory, ends_it_where_zeros_are_asked_for, .exit_code = 71)
{
    memory_calloc(TOO_MUCH / 8, 8);
}

Test(memory, ends_it_where_so_many_cannot_be_counted, .exit_code = 71)
{
    memory_reallocarray(NULL, SIZE_MAX / 4, 8);
}

Test(memory, ends_it_where_a_block_cannot_grow, .exit_code = 71)
{
    memory_realloc(memory_malloc(10), TOO_MUCH);
}
#endif
