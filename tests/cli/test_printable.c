#include "alignd/cli/printable.h"

#include <criterion/criterion.h>

static void expect(struct slice text, const char *want)
{
    struct buf out = {0};
    printable_append(&out, text);
    cr_expect(slice_equal(buf_slice(&out), slice_of(want)), "%.*s, not %s", (int)out.len, out.data,
              want);
    buf_fini(&out);
}

Test(printable, text_is_as_it_was)
{
    expect(slice_of(""), "");
    expect(slice_of("<http://a> \"Amélie 林\\n\" ."), "<http://a> \"Amélie 林\\n\" .");
}

Test(printable, what_a_terminal_would_obey_is_escaped)
{
    expect(slice_of("a\nb\tc\r"), "a\\nb\\tc\\r");
    expect(slice_of("\033]0;title\007"), "\\x1b]0;title\\x07");
    expect((struct slice){"a\0b", 3}, "a\\x00b");
    expect(slice_of("\x7f"), "\\x7f");
    expect(slice_of("\xc2\x9b"
                    "1m"),
           "\\xc2\\x9b1m");
    expect(slice_of("\xe2\x80\xae"
                    "abc"),
           "\\xe2\\x80\\xaeabc");
}

Test(printable, bytes_that_are_no_text_are_told)
{
    expect(slice_of("a\xff"
                    "b"),
           "a\\xff"
           "b");
    expect(slice_of("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    expect(slice_of("\xe6\x9e"), "\\xe6\\x9e");
}

Test(printable, a_beginning_is_cut_at_a_column)
{
    struct buf out = {0};
    printable_append_start(&out, slice_of("abcdef"), 6);
    cr_expect(slice_equal(buf_slice(&out), slice_of("abcdef")));
    buf_clear(&out);
    printable_append_start(&out, slice_of("abcdefg"), 6);
    cr_expect(slice_equal(buf_slice(&out), slice_of("abcde…")));
    buf_fini(&out);
}
