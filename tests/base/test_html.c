#include "alignd/base/html.h"

#include <criterion/criterion.h>

static void expect(const char *text, const char *html)
{
    struct buf b = {0};
    html_append(&b, slice_of(text));
    cr_expect(slice_equal(buf_slice(&b), slice_of(html)), "%.*s, expected %s", (int)b.len, b.data,
              html);
    buf_fini(&b);
}

Test(html, text_is_text_whatever_it_says)
{
    expect("", "");
    expect("Am\xc3\xa9lie", "Am\xc3\xa9lie");
    expect("<b title='x' on=\"y\">&amp;", "&lt;b title=&#39;x&#39; on=&quot;y&quot;&gt;&amp;amp;");
    expect("]]>", "]]&gt;");
    expect("a\tb\r\n", "a&#9;b&#13;&#10;");
}

Test(html, what_acts_without_being_seen_is_shown)
{
    expect("a\x01\x1b[0m\x7f", "a[U+0001][U+001B][0m[U+007F]");
    expect("\xc2\x85", "[U+0085]");
    expect("abc\xe2\x80\xaegpj.exe", "abc[U+202E]gpj.exe");
    expect("\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c", "[U+2066]x[U+2069][U+200F][U+061C]");
    expect("\xef\xbf\xbf\xf0\x9f\xbf\xbe", "[U+FFFF][U+1FFFE]");
    expect("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
}

Test(html, what_is_no_utf8_is_replaced)
{
    expect("a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd");
    expect("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect("\xef\xbf\xbd", "\xef\xbf\xbd");
    struct buf b = {0};
    html_append(&b, (struct slice){"a\0b", 3});
    cr_expect(slice_equal(buf_slice(&b), slice_of("a[U+0000]b")));
    buf_fini(&b);
}

static void expect_short(const char *text, size_t columns, const char *html)
{
    struct buf b = {0};
    html_append_short(&b, slice_of(text), columns);
    cr_expect(slice_equal(buf_slice(&b), slice_of(html)), "%.*s, expected %s", (int)b.len, b.data,
              html);
    buf_fini(&b);
}

Test(html, what_is_long_is_cut_and_whole_in_its_tip)
{
    expect_short("Seven", 5, "<bdi>Seven</bdi>");
    expect_short("Seven\"Kites\"", 5,
                 "<bdi title=\"Seven&quot;Kites&quot;\">Seve\xe2\x80\xa6</bdi>");
    expect_short("\xe4\xb8\x83\xe5\x8f\xaa", 4, "<bdi>\xe4\xb8\x83\xe5\x8f\xaa</bdi>");
    expect_short("<<<<", 2, "<bdi title=\"&lt;&lt;&lt;&lt;\">&lt;\xe2\x80\xa6</bdi>");
    /* a letter under marks that take no column */
    struct buf marked = {0}, b = {0};
    buf_append_char(&marked, 'a');
    for (int i = 0; i < 1000; i++)
        buf_append_text(&marked, "\xcc\x81");
    html_append_short(&b, buf_slice(&marked), 10);
    cr_expect_leq(b.len, marked.len + 120);
    cr_expect_geq(b.len, marked.len);
    buf_fini(&marked);
    buf_fini(&b);
}
