#include "alignd/align/posting.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>

Test(posting, comes_back_as_it_was_written)
{
    static const uint64_t signature[2] = {0x0102030405060708, UINT64_MAX - 1};
    struct id id = {(uint64_t)7 << 48 | 1, 2};
    char key[POSTING_KEY_BYTES], value[POSTING_VALUE_BYTES];
    struct block_member m;
    uint64_t block;
    posting_key_put(key, 99, id);
    posting_value_put(value, signature);
    cr_expect_eq(value[0], 8, "little-endian");
    cr_assert_eq(posting_decode((struct slice){key, sizeof(key)},
                                (struct slice){value, sizeof(value)}, &block, &m),
                 ERR_OK);
    cr_expect_eq(block, 99);
    cr_expect(id_equal(m.id, id));
    cr_expect_eq(m.signature[0], signature[0]);
    cr_expect_eq(m.signature[1], signature[1]);
}

Test(posting, those_of_a_block_stand_together_by_id)
{
    char a[POSTING_KEY_BYTES], b[POSTING_KEY_BYTES], c[POSTING_KEY_BYTES];
    posting_key_put(a, 255, (struct id){1, 300});
    posting_key_put(b, 255, (struct id){1, 301});
    posting_key_put(c, 256, (struct id){0, 0});
    cr_expect_lt(memcmp(a, b, sizeof(a)), 0);
    cr_expect_lt(memcmp(b, c, sizeof(b)), 0);
}

Test(posting, a_row_of_another_length_is_none)
{
    static const char bytes[POSTING_KEY_BYTES + 1] = {0};
    struct block_member m;
    uint64_t block;
    struct slice key = {bytes, POSTING_KEY_BYTES}, value = {bytes, POSTING_VALUE_BYTES};
    cr_expect_eq(posting_decode(key, value, &block, &m), ERR_OK);
    cr_expect_eq(posting_decode((struct slice){bytes, key.len - 1}, value, &block, &m), ERR_STORE);
    cr_expect_eq(posting_decode((struct slice){bytes, key.len + 1}, value, &block, &m), ERR_STORE);
    cr_expect_eq(posting_decode(key, (struct slice){bytes, value.len - 1}, &block, &m), ERR_STORE);
    cr_expect_eq(posting_decode(key, (struct slice){bytes, value.len + 1}, &block, &m), ERR_STORE);
}
