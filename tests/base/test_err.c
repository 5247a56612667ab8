#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

Test(err, every_code_has_words_and_a_status_of_its_own_kind)
{
#define EXPECT(name, value, exit, text)                                                            \
    cr_expect_eq((int)name, value);                                                                \
    cr_expect_str_eq(err_text(name), text);                                                        \
    cr_expect_eq(err_exit_status(name), exit);                                                     \
    cr_expect(name == ERR_OK ? exit == 0 : value < 0 && exit > 0 && exit < 256, "%s", #name);
    ERR_LIST(EXPECT)
#undef EXPECT
}

Test(err, no_two_codes_are_the_same)
{
    static const int codes[] = {
#define VALUE(name, value, exit, text) value,
        ERR_LIST(VALUE)
#undef VALUE
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        for (size_t k = 0; k < i; k++)
            cr_expect_neq(codes[i], codes[k]);
}

Test(err, unknown_codes_are_an_internal_error)
{
    cr_expect_str_eq(err_text(-9999), "unknown error");
    cr_expect_eq(err_exit_status(-9999), 70);
    cr_expect_eq(err_exit_status(1), 70);
}

Test(err, of_two_failures_the_first_is_told)
{
    cr_expect_eq(err_first(ERR_OK, ERR_OK), ERR_OK);
    cr_expect_eq(err_first(ERR_OK, ERR_IO), ERR_IO);
    cr_expect_eq(err_first(ERR_STORE, ERR_OK), ERR_STORE);
    cr_expect_eq(err_first(ERR_STORE, ERR_IO), ERR_STORE);
}
