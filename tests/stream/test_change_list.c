#include "alignd/stream/change_list.h"

#include <criterion/criterion.h>

Test(change_list, takes_more_than_was_expected_and_keeps_what_it_has)
{
    struct arena *a = arena_new();
    struct change_list list = change_list_of(a, 3);
    for (size_t i = 0; i < 1000; i++) {
        struct change *c = change_list_add(&list);
        cr_assert_not_null(c);
        *c = (struct change){.op = i % 2 ? CHANGE_DELETE : CHANGE_INSERT, .subject.text.len = i};
    }
    cr_expect_eq(list.count, 1000);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(list.items[i].subject.text.len, i);
    arena_free(a);
}

Test(change_list, an_empty_one_takes_no_memory)
{
    struct arena *a = arena_new();
    struct change_list list = change_list_of(a, 1 << 20);
    cr_expect_null(list.items);
    cr_expect_eq(arena_used_bytes(a), 0);
    list = change_list_of(a, 0);
    cr_expect_not_null(change_list_add(&list));
    cr_expect_not_null(change_list_add(&list));
    arena_free(a);
}
