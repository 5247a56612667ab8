#include "alignd/align/decided.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

Test(decided, what_is_barred_is_never_pinned_and_two_pins_are_neither)
{
    struct decided_case c = {.same = true, .of_one = 1, .of_other = 1, .one_to_one = true};
    cr_expect_eq(decided_of(&c), DECIDED_PINNED);
    c.of_one = 2;
    cr_expect_eq(decided_of(&c), DECIDED_CONTRADICTED);
    c.one_to_one = false;
    cr_expect_eq(decided_of(&c), DECIDED_PINNED, "an entity may have two counterparts");
    c = (struct decided_case){.same = true, .of_one = 1, .of_other = 3, .one_to_one = true};
    cr_expect_eq(decided_of(&c), DECIDED_CONTRADICTED, "by the other end alone");
    c.different = true;
    cr_expect_eq(decided_of(&c), DECIDED_BARRED | DECIDED_CONTRADICTED);
    c.same = false;
    cr_expect_eq(decided_of(&c), DECIDED_BARRED);
}

static struct id id_of(uint64_t graph, uint64_t n)
{
    return (struct id){graph << 48, n};
}

Test(decided, a_row_reads_back_and_a_wrong_one_does_not)
{
    struct arena *a = arena_new();
    struct decided_entry entries[] = {{id_of(2, 5), DECIDED_PINNED},
                                      {id_of(2, 9), DECIDED_BARRED},
                                      {id_of(3, 1), DECIDED_CONTRADICTED}};
    struct decided_list list = {entries, 3}, back;
    struct buf row = {0};
    decided_encode(&row, &list);
    cr_assert_eq(decided_decode(buf_slice(&row), a, &back), ERR_OK);
    cr_expect(decided_same(&list, &back));
    cr_expect_eq(decided_find(&back, id_of(2, 9)), DECIDED_BARRED);
    cr_expect_eq(decided_find(&back, id_of(2, 8)), 0);
    cr_expect_eq(decided_decode((struct slice){row.data, row.len - 1}, a, &back), ERR_STORE);
    memcpy(row.data, row.data + ID_BYTES + 1, ID_BYTES); /* the second one twice */
    cr_expect_eq(decided_decode(buf_slice(&row), a, &back), ERR_STORE);
    row.data[ID_BYTES] = DECIDED_PINNED | DECIDED_BARRED;
    cr_expect_eq(decided_decode((struct slice){row.data, ID_BYTES + 1}, a, &back), ERR_STORE);
    row.data[ID_BYTES] = 0;
    cr_expect_eq(decided_decode((struct slice){row.data, ID_BYTES + 1}, a, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(a);
}

Test(decided, pins_are_compared_whatever_else_is_decided)
{
    struct decided_entry one[] = {{id_of(2, 5), DECIDED_PINNED}, {id_of(2, 9), DECIDED_BARRED}};
    struct decided_entry two[] = {{id_of(2, 4), DECIDED_CONTRADICTED},
                                  {id_of(2, 5), DECIDED_PINNED}};
    struct decided_entry three[] = {{id_of(2, 5), DECIDED_PINNED}, {id_of(3, 5), DECIDED_PINNED}};
    struct decided_list x = {one, 2}, y = {two, 2}, z = {three, 2}, none = {0};
    cr_expect(decided_same_pins(&x, &y));
    cr_expect_not(decided_same(&x, &y));
    cr_expect_not(decided_same_pins(&x, &z));
    cr_expect_not(decided_same_pins(&z, &x));
    cr_expect_not(decided_same_pins(&x, &none));
    cr_expect(decided_same_pins(&none, &none));
}

Test(decided, a_pin_is_the_same_from_both_ends)
{
    cr_expect_eq(decided_pin(id_of(1, 7), id_of(2, 8)), decided_pin(id_of(2, 8), id_of(1, 7)));
    cr_expect_neq(decided_pin(id_of(1, 7), id_of(2, 8)), decided_pin(id_of(1, 8), id_of(2, 7)));
}
