/*
 * The cases of the public csv-spectrum suite, rewritten with values of our own, and what people's
 * files do beyond RFC 4180.
 */
#include "alignd/stream/csv.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct reading {
    int rc;
    struct codec_error error;
    struct buf rows; /* cells within [], rows at lines; NUL-terminated */
};

/* In steps: of a text cut anywhere, a row comes out once all of it is there. */
static struct reading read_text(const char *text, char delimiter, size_t step)
{
    struct reading r = {0};
    struct codec_limits limits = codec_limits_default();
    struct arena *arena = arena_new();
    size_t size = strlen(text), at = 0, have = step < size ? step : size;
    struct csv_row row = {0};
    for (;;) {
        char *exact = malloc(have - at + 1); /* a sanitizer sees a step too far */
        memcpy(exact, text + at, have - at);
        struct term_scan s =
            term_scan_of((struct slice){exact, have - at}, &limits, arena, &r.error);
        s.more = have < size;
        r.rc = csv_read_row(&s, delimiter, &row);
        for (size_t i = 0; !r.rc && i < row.count; i++)
            buf_append_format(&r.rows, "[%.*s]", (int)row.cells[i].text.len,
                              row.cells[i].text.data);
        at += r.rc ? 0 : (size_t)(s.at - s.start);
        free(exact);
        if (r.rc == ERR_RETRY)
            have = have + step < size ? have + step : size;
        else if (r.rc || !row.count)
            break;
        else
            buf_append_char(&r.rows, '\n');
    }
    buf_append_char(&r.rows, '\0');
    arena_free(arena);
    return r;
}

static void expect_cells(const char *text, char delimiter, const char *rows)
{
    for (size_t step = 1; step < 40; step += 1 + step / 3) {
        struct reading r = read_text(text, delimiter, step);
        cr_expect_eq(r.rc, 0, "%s\nrefused: %s", text, r.error.message);
        cr_expect_str_eq(r.rows.data, rows, "%s\nin steps of %zu read as\n%s", text, step,
                         r.rows.data);
        buf_fini(&r.rows);
    }
}

Test(csv, cells_are_read_as_the_public_cases_have_it)
{
    expect_cells("a,b,c\n1,2,3\n", ',', "[a][b][c]\n[1][2][3]\n");
    expect_cells("a,b,c\r\n1,2,3", ',', "[a][b][c]\n[1][2][3]\n");
    expect_cells("name,addr\nJo,\"120 any st., Anytown, 08123\"\n", ',',
                 "[name][addr]\n[Jo][120 any st., Anytown, 08123]\n");
    expect_cells("a,b,c\n1,\"\",\"\"\n2,3,\n,,\n", ',', "[a][b][c]\n[1][][]\n[2][3][]\n[][][]\n");
    expect_cells("a,b\n1,\"ha \"\"ha\"\" ha\"\n3,\"\"\"\"\n", ',',
                 "[a][b]\n[1][ha \"ha\" ha]\n[3][\"]\n");
    expect_cells("k,v\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"at\"\": [102.0, 0.5]}\"\n", ',',
                 "[k][v]\n[1][{\"type\": \"Point\", \"at\": [102.0, 0.5]}]\n");
    expect_cells("a,b\n1,\"Once upon\na time\"\n5,\"x\r\ny\"\r\n", ',',
                 "[a][b]\n[1][Once upon\na time]\n[5][x\r\ny]\n");
    expect_cells("a,b\n1,\"ha\n\"\"ha\"\"\nha\"\n", ',', "[a][b]\n[1][ha\n\"ha\"\nha]\n");
    expect_cells("a,b\n\xca\xa4,\xe2\x82\xac", ',', "[a][b]\n[\xca\xa4][\xe2\x82\xac]\n");
    expect_cells("a;b\n1,5;\"2;3\"\n", ';', "[a][b]\n[1,5][2;3]\n");
}

Test(csv, empty_lines_say_nothing_and_a_bare_quote_is_itself)
{
    expect_cells("\n\na,b\n\n\r\n27\" screen, c\n", ',', "[a][b]\n[27\" screen][ c]\n");
    expect_cells("a\rb\r", ',', "[a]\n[b]\n");
    expect_cells("", ',', "");
}

Test(csv, tsv_has_no_quotes_but_around_a_whole_cell)
{
    expect_cells("\"Odd Al\" Vesper\t5\"\n\"a \"\"b\"\" c\"\t\"x\"y\"\n\"\t\"\"\n", CSV_TSV,
                 "[\"Odd Al\" Vesper][5\"]\n[a \"b\" c][\"x\"y\"]\n[\"][]\n");
}

Test(csv, what_stands_behind_a_quoted_cell_is_refused_at_its_place)
{
    struct reading r = read_text("a,b\n1,\"2\"3\n", ',', 100);
    cr_expect_eq(r.rc, ERR_FORMAT);
    cr_expect_str_eq(r.error.code, "syntax");
    buf_fini(&r.rows);
    r = read_text("a,b\n1,\"2\n3", ',', 3);
    cr_expect_eq(r.rc, ERR_FORMAT);
    cr_expect_str_eq(r.error.code, "truncated");
    buf_fini(&r.rows);
}

Test(csv, the_delimiter_is_what_the_first_row_has_most_of)
{
    cr_expect_eq(csv_delimiter(slice_of("a,b;c,d\n;;;;")), ',');
    cr_expect_eq(csv_delimiter(slice_of("a;b;\"c,,,,d\"\n")), ';');
    cr_expect_eq(csv_delimiter(slice_of("a\tb\n")), '\t');
    cr_expect_eq(csv_delimiter(slice_of("a\n")), ',');
    cr_expect_eq(csv_delimiter(slice_of("")), ',');
}
