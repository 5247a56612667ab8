#include "alignd/stream/change_file.h"

#include "alignd/base/log.h"

#include "decode_text.h"

#include <criterion/redirect.h>
#include <stdio.h>
#include <unistd.h>

#define S "<http://a/s> "
#define P "<http://a/p> "
#define SP S P
#define A "A " SP

/* A file of its own for a test. */
struct place {
    char dir[32], path[48];
};

static struct place place_new(struct slice text)
{
    struct place p = {.dir = "/tmp/change_file_XXXXXX"};
    cr_assert_not_null(mkdtemp(p.dir));
    snprintf(p.path, sizeof p.path, "%s/input", p.dir);
    FILE *out = fopen(p.path, "wb");
    cr_assert_not_null(out);
    if (text.len)
        cr_assert_eq(fwrite(text.data, 1, text.len, out), text.len);
    cr_assert_eq(fclose(out), 0);
    return p;
}

static void place_free(struct place *p)
{
    unlink(p->path);
    rmdir(p->dir);
}

struct reading {
    int rc;
    struct buf rows; /* of all batches before the end or the error */
    size_t batches, changes, largest;
    size_t arena_bytes; /* the most that one batch took */
};

static struct reading read_path(const char *path, enum codec_format format,
                                const struct codec_limits *limits, size_t max_changes)
{
    struct reading r = {0};
    struct change_file *f = NULL;
    struct arena *arena = arena_new();
    cr_assert_eq(change_file_open(path, format, limits, &f), 0);
    for (;;) {
        struct change *changes = NULL;
        size_t count = 0;
        arena_reset(arena);
        r.rc = change_file_next(f, arena, max_changes, &changes, &count);
        if (arena_used_bytes(arena) > r.arena_bytes)
            r.arena_bytes = arena_used_bytes(arena);
        if (r.rc || count == 0)
            break;
        r.batches++;
        r.changes += count;
        r.largest = count > r.largest ? count : r.largest;
        for (size_t i = 0; i < count; i++)
            term_write_change(&r.rows, &changes[i]);
    }
    struct change *changes = NULL;
    size_t count = 0;
    cr_expect_eq(change_file_next(f, arena, max_changes, &changes, &count), r.rc,
                 "asked again, it says something else");
    cr_expect_eq(count, 0);
    buf_append_char(&r.rows, '\0');
    change_file_close(f);
    arena_free(arena);
    return r;
}

static struct reading read_slice(struct slice text, enum codec_format format,
                                 const struct codec_limits *limits, size_t max_changes)
{
    struct place p = place_new(text);
    struct reading r = read_path(p.path, format, limits, max_changes);
    place_free(&p);
    return r;
}

static void reading_free(struct reading *r)
{
    buf_fini(&r->rows);
}

/* The file read in batches of several sizes is the message decoded at once. */
static void expect_as_a_message(struct slice text, enum codec_format format)
{
    static const size_t sizes[] = {1, 3, 1000, 1000000};
    struct codec_limits limits = {.message_bytes = (size_t)1 << 30};
    struct decoded d = decode_slice(format, text, &limits);
    cr_assert_eq(d.rc, 0, "%s", d.error.message);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct reading r = read_slice(text, format, NULL, sizes[i]);
        cr_expect_eq(r.rc, 0);
        cr_expect_eq(r.changes, d.count, "%zu changes instead of %zu", r.changes, d.count);
        cr_expect(slice_equal(buf_slice(&r.rows), buf_slice(&d.rows)), "other changes");
        reading_free(&r);
    }
    decoded_free(&d);
}

static void expect_logged(const char *text, enum codec_format format,
                          const struct codec_limits *limits, int rc, size_t before, const char *log)
{
    struct place p = place_new(slice_of(text));
    cr_redirect_stderr();
    struct reading r = read_path(p.path, format, limits, 1);
    fflush(stderr);
    cr_expect_eq(r.rc, rc);
    cr_expect_eq(r.changes, before, "%zu changes before the error", r.changes);
    char line[256];
    snprintf(line, sizeof line, "alignd: %s:%s\n", p.path, log);
    cr_assert_stderr_eq_str(line);
    reading_free(&r);
    place_free(&p);
}

Test(change_file, an_empty_file_has_no_changes)
{
    static const char *const empty[] = {"", "\n", "# only\n# comments", " \r\n\t"};
    for (size_t i = 0; i < 4; i++) {
        struct reading r = read_slice(slice_of(empty[i]), CODEC_AUTO, NULL, 10);
        cr_expect_eq(r.rc, 0);
        cr_expect_eq(r.changes, 0);
        reading_free(&r);
    }
}

Test(change_file, a_file_that_is_not_there_is_said)
{
    struct change_file *f = NULL;
    cr_redirect_stderr();
    cr_expect_eq(change_file_open("/tmp/there/is/no/such.nt", CODEC_AUTO, NULL, &f), ERR_NOT_FOUND);
    cr_expect_null(f);
    change_file_close(NULL);
}

/* Several windows of a mebibyte: lines, comments and blocks that a window
 * cuts at every kind of place. */
Test(change_file, lines_come_out_as_if_read_at_once)
{
    struct buf text = {0};
    for (int i = 0; text.len < (size_t)3 << 20; i++) {
        buf_append_format(&text, "<http://a/%d>\t" P "\"\\u00e9 \xc3\xa9 %d\"@EN .%s", i, i * i,
                          i % 3 ? "\n" : " # and a comment, \xc3\xa9\r\n\n");
        if (i % 1000 == 0)
            buf_append_format(&text, "# %0*d\n", 5000 + i, i);
    }
    expect_as_a_message(buf_slice(&text), CODEC_NQUADS);
    text.len -= 1; /* without the last newline */
    expect_as_a_message(buf_slice(&text), CODEC_AUTO);
    buf_fini(&text);
}

Test(change_file, lines_may_end_in_carriage_returns)
{
    struct buf text = {0};
    for (int i = 0; text.len < (size_t)2 << 20; i++)
        buf_append_format(&text, "_:b%d " P "_:c .\r", i);
    expect_as_a_message(buf_slice(&text), CODEC_NQUADS);
    buf_fini(&text);
}

Test(change_file, rows_and_blocks_come_out_as_if_read_at_once)
{
    struct buf text = {0};
    buf_append_text(&text, "# a patch\nH id <uuid:1> .\n");
    for (int i = 0; text.len < (size_t)3 << 20; i++) {
        buf_append_format(&text, "A <_:b:%d> " P "%d.", i, i);
        if (i % 7 == 0)
            buf_append_format(&text, " TX .# %d\n", i);
        for (int j = 0; i % 7 == 0 && j < i % 300; j++)
            buf_append_format(
                &text, "D _:b%d\n" P "'''%d\n\\u00e9 \xc3\xa9'''@EN\n<g:g> .PA x <g:h>.", i, j);
        if (i % 7 == 0)
            buf_append_text(&text, i % 2 ? "\nTA .\n" : "TC .");
        buf_append_char(&text, '\n');
    }
    expect_as_a_message(buf_slice(&text), CODEC_RDF_PATCH);
    expect_as_a_message(buf_slice(&text), CODEC_AUTO);
    buf_fini(&text);
}

Test(change_file, documents_come_out_one_after_the_other)
{
    struct buf text = {0}, array = {0};
    size_t documents = 0;
    for (int i = 0; text.len < (size_t)2 << 20; i++, documents++) {
        const char *separator = i % 3 == 0 ? "\n" : i % 3 == 1 ? "" : "\r\n\t ";
        struct buf one = {0};
        buf_append_format(&one,
                          "{\"op\":\"delete\",\"s\":\"_:b%d\",\"p\":\"a:p\",\"o\":{\"value\":\"}"
                          "\\\"\xc3\xa9\\u00e9]\"}}",
                          i);
        buf_append_format(&text, i % 5 ? "%.*s%s" : "[%.*s]%s", (int)one.len, one.data, separator);
        buf_append_format(&array, "%s%.*s", i ? ",\n" : "[", (int)one.len, one.data);
        buf_fini(&one);
    }
    buf_append_text(&array, "\n]\n");
    struct reading r = read_slice(buf_slice(&text), CODEC_AUTO, NULL, 100);
    cr_expect_eq(r.rc, 0);
    cr_expect_eq(r.changes, documents);
    cr_expect_eq(r.largest, 100);
    expect_as_a_message(buf_slice(&array), CODEC_JSON);

    struct decoded d = decode_slice(CODEC_JSON, buf_slice(&array), NULL);
    cr_expect(slice_equal(buf_slice(&r.rows), buf_slice(&d.rows)));
    decoded_free(&d);
    reading_free(&r);
    buf_fini(&text);
    buf_fini(&array);
}

Test(change_file, batches_are_as_large_as_asked_for)
{
    struct buf text = {0};
    for (int i = 0; i < 1000; i++)
        buf_append_format(&text, "<a:%d> " P "<a:o> .\n", i);
    struct reading r = read_slice(buf_slice(&text), CODEC_NQUADS, NULL, 300);
    cr_expect_eq(r.batches, 4);
    cr_expect_eq(r.largest, 300);
    reading_free(&r);
    buf_fini(&text);
}

Test(change_file, a_block_is_handed_over_whole)
{
    struct reading r = read_slice(
        slice_of("A " SP "1 . TX . A " SP "2 . A " SP "3 . A " SP "4 . TC . A " SP "5 .\n"),
        CODEC_RDF_PATCH, NULL, 2);
    cr_expect_eq(r.rc, 0);
    cr_expect_eq(r.batches, 2);
    cr_expect_eq(r.largest, 4, "the row and the block");
    reading_free(&r);
}

Test(change_file, what_is_dropped_or_skipped_takes_no_memory)
{
    struct buf text = {0};
    for (int i = 0; text.len < (size_t)4 << 20; i++) {
        buf_append_format(&text, "# comment %d\n\n", i);
        buf_append_text(&text, "TX .\n");
        for (int j = 0; j < 100; j++)
            buf_append_format(&text, "A " SP "'\\u00e9 %d' .\n", j);
        buf_append_text(&text, "TA .\n");
    }
    buf_append_text(&text, A "<http://a/o> .\n");
    struct reading r = read_slice(buf_slice(&text), CODEC_AUTO, NULL, 1000);
    cr_expect_eq(r.changes, 1);
    cr_expect_lt(r.arena_bytes, (size_t)1 << 20, "%zu bytes", r.arena_bytes);
    reading_free(&r);

    buf_clear(&text);
    for (int i = 0; text.len < (size_t)4 << 20; i++)
        buf_append_format(&text, "# comment %d\n\n", i);
    buf_append_text(&text, SP "<http://a/o> .\n");
    r = read_slice(buf_slice(&text), CODEC_AUTO, NULL, 10);
    cr_expect_eq(r.changes, 1);
    cr_expect_lt(r.arena_bytes, (size_t)1 << 16, "%zu bytes", r.arena_bytes);
    reading_free(&r);
    buf_fini(&text);
}

/* The memory of a batch is bounded by its text, however many changes are asked for. */
Test(change_file, a_batch_ends_when_its_text_grows_large)
{
    struct codec_limits limits = {.message_bytes = (size_t)1 << 20};
    struct buf text = {0};
    for (int i = 0; text.len < (size_t)5 << 20; i++)
        buf_append_format(&text, "<a:%d> " P "<a:o> .\n", i);
    struct reading r = read_slice(buf_slice(&text), CODEC_NQUADS, &limits, SIZE_MAX);
    cr_expect_eq(r.rc, 0);
    cr_expect_gt(r.batches, 2);
    reading_free(&r);
    buf_fini(&text);
}

Test(change_file, an_error_in_lines_is_logged_with_its_place)
{
    expect_logged(SP "<a:o> .\n# c\n" SP "<a:o> .\n" SP "ex:o .\n", CODEC_AUTO, NULL, ERR_FORMAT, 2,
                  "4:27: expected an IRI, a blank node or a literal as object, found 'e'");
}

Test(change_file, an_error_in_a_block_is_logged_and_hands_nothing_of_it_over)
{
    expect_logged("A " SP "1 .\nTX .\nA " SP "2 .\nA " SP "ex:o .\nTC .\n", CODEC_AUTO, NULL,
                  ERR_FORMAT, 1, "4:29: 'ex:' is a prefixed name; terms are written in full");
}

Test(change_file, an_error_in_a_document_is_logged_with_its_place)
{
    expect_logged("{\"op\":\"insert\",\"s\":\"a:s\",\"p\":\"a:p\",\"o\":\"a:o\"}\n  [{}]",
                  CODEC_AUTO, NULL, ERR_FORMAT, 1, "2:4: a change needs a string 'op'");
}

Test(change_file, a_file_of_no_known_format_is_refused)
{
    expect_logged("# c\n @prelude ex: <http://a/> .\n", CODEC_AUTO, NULL, ERR_FORMAT, 0,
                  "2:2: looks like none of RDF Patch, N-Quads, Turtle and JSON");
}

Test(change_file, a_block_without_an_end_is_refused)
{
    expect_logged("A " SP "1 .\nTX .\nA " SP "2 .\n", CODEC_RDF_PATCH, NULL, ERR_FORMAT, 1,
                  "4:1: the message ends within a block");
}

Test(change_file, a_document_without_an_end_is_refused)
{
    expect_logged("{}{\"op\":", CODEC_JSON, NULL, ERR_FORMAT, 0,
                  "1:1: a change needs a string 'op'");
}

Test(change_file, bytes_that_are_no_text_are_named_as_such)
{
    expect_logged("A " SP "1 .\nA " SP "_:\xc3( .\n", CODEC_RDF_PATCH, NULL, ERR_FORMAT, 1,
                  "2:31: byte 0xc3 is not strict UTF-8: is it of another --encoding?");
}

Test(change_file, bytes_that_are_no_text_are_found_in_dropped_blocks)
{
    expect_logged("TX . A " SP "'\xff' . TA .", CODEC_RDF_PATCH, NULL, ERR_FORMAT, 0,
                  "1:35: byte 0xff is not strict UTF-8: is it of another --encoding?");
}

Test(change_file, bytes_that_are_no_text_are_found_in_comments)
{
    expect_logged(SP "<a:o> .\n# \xff\n" SP "<a:o> .\n", CODEC_NQUADS, NULL, ERR_FORMAT, 1,
                  "2:3: byte 0xff is not strict UTF-8: is it of another --encoding?");
}

Test(change_file, a_block_over_the_row_limit_is_refused)
{
    struct codec_limits limits = {.rows = 3};
    expect_logged("TX . A " SP "1 . TC . TX . A " SP "1 . A " SP "2 . TC .", CODEC_RDF_PATCH,
                  &limits, ERR_LIMIT, 1, "1:43: a block of over 3 rows");
}

Test(change_file, a_block_over_the_byte_limit_is_refused)
{
    struct codec_limits limits = {.message_bytes = 60};
    expect_logged("TX . A " SP "1 . TC .\nTX . A " SP "1 . A " SP "2 . TC .", CODEC_RDF_PATCH,
                  &limits, ERR_LIMIT, 1, "2:1: a block of over 60 bytes");
}

Test(change_file, a_document_over_the_byte_limit_is_refused)
{
    struct codec_limits limits = {.message_bytes = 60};
    expect_logged(
        " {\"op\":\"insert\",\"s\":\"a:s\",\"p\":\"a:p\",\"o\":{\"value\":\"a long one\"}}",
        CODEC_JSON, &limits, ERR_LIMIT, 0, "1:2: a document of 62 bytes, over 60");
}

Test(change_file, a_line_that_does_not_end_is_refused)
{
    struct codec_limits limits = {.message_bytes = 1000};
    struct buf text = {0};
    buf_append_text(&text, SP "<a:o> .\n");
    buf_append_text(&text, SP "\"");
    for (int i = 0; i < 3 << 20; i++)
        buf_append_char(&text, 'x');
    cr_redirect_stderr();
    struct reading r = read_slice(buf_slice(&text), CODEC_NQUADS, &limits, 1);
    cr_expect_eq(r.rc, ERR_LIMIT);
    cr_expect_eq(r.changes, 1);
    reading_free(&r);
    r = read_slice(buf_slice(&text), CODEC_JSON, &limits, 1);
    cr_expect_eq(r.rc, ERR_FORMAT);
    reading_free(&r);
    buf_fini(&text);
}

/* Wherever a file is cut, it is as good or as bad as the same bytes in a message. */
static void expect_cut_as_a_message(const char *text, enum codec_format format)
{
    cr_redirect_stderr();
    for (size_t n = 0; n <= strlen(text); n++) {
        struct slice cut = {text, n};
        struct decoded d = decode_slice(format, cut, NULL);
        struct reading r = read_slice(cut, format, NULL, 2);
        cr_expect_eq(r.rc, d.rc, "cut at %zu: %d instead of %d", n, r.rc, d.rc);
        if (d.rc == 0)
            cr_expect_str_eq(r.rows.data, d.rows.data, "cut at %zu", n);
        reading_free(&r);
        decoded_free(&d);
    }
}

Test(change_file, a_cut_patch_is_refused_where_a_message_is)
{
    expect_cut_as_a_message("H id <u:1> .\nA " SP "12.5 .\nTX .\nA _:b.c " P
                            "'''a\\u00e9'b\xc3\xa9'''@en <g:g> .\nTA .\nTX .\nD <_:x:y> " P
                            "\"x\"^^<a:b> .\nTC .\n# c\nD " SP "true.\nA " SP "12.\nA " SP "<a:b>.",
                            CODEC_RDF_PATCH);
}

Test(change_file, cut_lines_are_refused_where_a_message_is)
{
    expect_cut_as_a_message(SP "\"a\\u00e9\xc3\xa9\"@en .\n# c\n_:b.c " P
                               "\"1\"^^<a:b> <g:g> . # d\r\n" SP "<http://a/o> .\n_:a " P "_:b.",
                            CODEC_NQUADS);
}

Test(change_file, a_cut_document_is_refused_where_a_message_is)
{
    expect_cut_as_a_message(
        "[{\"op\":\"insert\",\"s\":\"a:s\",\"p\":\"a:p\",\"o\":{\"value\":\"\xc3\xa9"
        "\\u00e9]\"}}, \n{\"op\":\"ADD\",\"data\":{\"stmt\":\"<a:s> <a:p> <a:o> "
        ".\"}}]\n",
        CODEC_JSON);
}

Test(change_file, progress_reaches_the_size_of_the_file)
{
    static const char text[] = SP "<a:o> .\n";
    struct place p = place_new(slice_of(text));
    struct arena *arena = arena_new();
    struct change_file *f = NULL;
    struct change *changes;
    size_t count;
    uint64_t done = 7, total = 7;
    cr_assert_eq(change_file_open(p.path, CODEC_AUTO, NULL, &f), 0);
    change_file_progress(f, &done, &total);
    cr_expect_eq(total, sizeof text - 1);
    do
        cr_assert_eq(change_file_next(f, arena, 10, &changes, &count), 0);
    while (count);
    change_file_progress(f, &done, &total);
    cr_expect_eq(done, sizeof text - 1);
    change_file_close(f);
    arena_free(arena);
    place_free(&p);
}

/* Real catalogs, packed: every line of them is a change. */
Test(change_file, a_packed_catalog_is_read_whole)
{
    const char *data = getenv("ALIGND_DATA");
    char path[512];
    snprintf(path, sizeof path, "%s/movies/tmdb.nt.xz",
             data ? data : TEST_DATA "/../../../shared/data");
    if (access(path, R_OK) != 0)
        cr_skip_test("no catalogs: set ALIGND_DATA to the folder that has movies/tmdb.nt.xz");
    struct reading r = read_path(path, CODEC_AUTO, NULL, 10000);
    cr_expect_eq(r.rc, 0);
    cr_expect_eq(r.changes, 274484);
    cr_expect_lt(r.arena_bytes, (size_t)8 << 20);
    reading_free(&r);
}

/* Records, whatever the batch and wherever the window cuts them. */
static struct reading read_records(const char *text, enum codec_format format, const char *id,
                                   size_t max_changes)
{
    struct reading r = {0};
    struct change_file *f = NULL;
    struct arena *arena = arena_new();
    struct place p = place_new(slice_of(text));
    struct record_map *map = record_map_new(&(struct record_options){.graph = "g", .id = id});
    cr_assert_eq(change_file_open(p.path, format, NULL, &f), 0);
    change_file_set_records(f, map);
    for (;;) {
        struct change *changes = NULL;
        size_t count = 0;
        arena_reset(arena);
        r.rc = change_file_next(f, arena, max_changes, &changes, &count);
        if (r.rc || count == 0)
            break;
        r.changes += count;
        for (size_t i = 0; i < count; i++)
            term_write_change(&r.rows, &changes[i]);
    }
    buf_append_char(&r.rows, '\0');
    change_file_close(f);
    record_map_free(map);
    arena_free(arena);
    place_free(&p);
    return r;
}

Test(change_file, records_are_read_from_rows_lines_and_arrays_in_any_batches)
{
    static const char rows[] = "A <urn:g:1> <urn:g:a> \"x\" .\nA <urn:g:2> <urn:g:a> \"y\" .\n";
    static const struct {
        const char *text;
        enum codec_format format;
    } cases[] = {{"\xef\xbb\xbfid,a\r\n1,x\r\n\r\n2,y", CODEC_CSV},
                 {"id\ta\n1\tx\n2\ty\n", CODEC_TSV},
                 {"id;a\n1;x\n2;y\n", CODEC_AUTO},
                 {"{\"id\":1,\"a\":\"x\"}{\"id\":2,\"a\":\"y\"}\n", CODEC_AUTO},
                 {" [ {\"id\":1,\"a\":\"x\"} ,\n {\"id\":2,\"a\":\"y\"}\n]\n[]", CODEC_JSON}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t most = 1; most < 4; most++) {
            struct reading r = read_records(cases[i].text, cases[i].format, "id", most);
            cr_expect_eq(r.rc, 0, "%s", cases[i].text);
            cr_expect_str_eq(r.rows.data, rows, "%s", cases[i].text);
            buf_fini(&r.rows);
        }
}

Test(change_file, a_megabyte_of_records_comes_through_the_window_whole)
{
    struct buf csv = {0}, json = {0};
    buf_append_text(&csv, "id,a\n");
    buf_append_text(&json, "[");
    for (int i = 0; i < 60000; i++) {
        buf_append_format(&csv, "%d,\"row %d,\n\"\"more\"\"\"\n", i, i);
        buf_append_format(&json, "%s{\"id\":%d,\"a\":\"row %d,\\n\\\"more\\\"\"}", i ? ",\n" : "",
                          i, i);
    }
    buf_append(&csv, "", 1);
    buf_append(&json, "]", 2);
    struct reading rows = read_records(csv.data, CODEC_CSV, "id", 1000);
    struct reading objects = read_records(json.data, CODEC_JSON, "id", 777);
    cr_expect_eq(rows.rc, 0);
    cr_expect_eq(objects.rc, 0);
    cr_expect_eq(rows.changes, 60000);
    cr_expect_str_eq(rows.rows.data, objects.rows.data);
    buf_fini(&rows.rows);
    buf_fini(&objects.rows);
    buf_fini(&csv);
    buf_fini(&json);
}

Test(change_file, text_of_another_encoding_is_read_where_it_is_said)
{
    struct place p = place_new((struct slice){"i\0d\0,\0a\0\n\0"
                                              "1\0,\0\xe9\0\n\0",
                                              16});
    static const struct {
        const char *encoding;
        int set, rc;
    } cases[] = {{"utf-16le", 0, 0}, {"utf-8", 0, ERR_FORMAT}, {"nonsense", ERR_USAGE, 0}};
    struct record_map *map = record_map_new(&(struct record_options){.graph = "g", .id = "id"});
    struct arena *arena = arena_new();
    log_set_level(LOG_ERROR);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct change_file *f;
        struct change *changes;
        size_t count;
        cr_assert_eq(change_file_open(p.path, CODEC_CSV, NULL, &f), 0);
        change_file_set_records(f, map);
        cr_expect_eq(change_file_set_encoding(f, cases[i].encoding), cases[i].set);
        if (!cases[i].set) {
            cr_expect_eq(change_file_next(f, arena, 9, &changes, &count), cases[i].rc);
            cr_expect(cases[i].rc || slice_equal(changes[0].object.text, slice_of("\u00e9")));
        }
        change_file_close(f);
    }
    arena_free(arena);
    record_map_free(map);
    place_free(&p);
}
