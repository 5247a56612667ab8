#include "alignd/base/encoding.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_text(const char *name, struct slice in, const char *text, int rc, size_t left)
{
    struct encoding *e;
    struct buf out = {0};
    cr_assert_eq(encoding_open(name, &e), ERR_OK);
    for (size_t at = 0, used; at + left < in.len; at += used) { /* in pieces that cut characters */
        size_t n = in.len - at < 3 ? in.len - at : 3;
        int step = encoding_convert(e, in.data + at, n, &out, &used);
        cr_expect(step == ERR_OK || (step == rc && at + used + left == in.len), "%s", name);
        if (step || !used)
            break;
    }
    cr_expect(slice_equal(buf_slice(&out), slice_of(text)), "%s: %.*s", name, (int)out.len,
              out.data);
    buf_fini(&out);
    encoding_close(e);
}

Test(encoding, text_becomes_utf8_wherever_it_is_cut)
{
    expect_text("latin1", slice_of("caf\xe9 \xfc"), "caf\u00e9 \u00fc", ERR_OK, 0);
    expect_text("windows-1252", slice_of("\x80"), "\u20ac", ERR_OK, 0);
    expect_text("utf-16le", (struct slice){"a\0\xe9\0\x3d\xd8\x00\xde", 8}, "a\u00e9", ERR_OK, 4);
    expect_text("utf-16", (struct slice){"\xfe\xff\0a\0b", 6}, "ab", ERR_OK, 0);
    expect_text("windows-1252", slice_of("ab\x81"), "ab", ERR_FORMAT, 1);
}

Test(encoding, much_text_is_converted_whole)
{
    static char in[100000];
    struct encoding *e;
    struct buf out = {0};
    size_t used;
    memset(in, 0xe9, sizeof(in));
    cr_assert_eq(encoding_open("latin1", &e), ERR_OK);
    cr_expect_eq(encoding_convert(e, in, sizeof(in), &out, &used), ERR_OK);
    cr_expect_eq(used, sizeof(in));
    cr_expect_eq(out.len, 2 * sizeof(in));
    buf_fini(&out);
    encoding_close(e);
}

Test(encoding, names_that_nobody_knows_are_refused)
{
    struct encoding *e;
    cr_expect_eq(encoding_open("no-such-encoding", &e), ERR_NOT_FOUND);
}
