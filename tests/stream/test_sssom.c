/* What files of mappings say, as sssom-py, spreadsheets and people write them. */
#include "alignd/stream/sssom.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/term_write.h"

#include "../base/capture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAD "#curie_map:\n#  a: \"http://a.example/\"\n#  b: http://b.example/v#\n"
#define COLUMNS "subject_id\tpredicate_id\tobject_id\n"
#define SAME " <http://www.w3.org/2002/07/owl#sameAs> "
#define OTHER " <http://www.w3.org/2002/07/owl#differentFrom> "
#define ROW "a:1\towl:sameAs\tb:1\n"
#define READ "A <http://a.example/1>" SAME "<http://b.example/v#1> .\n"

struct reading {
    int rc;
    struct buf rows; /* NUL-terminated */
    char *aside;
    uint64_t rejected;
};

static struct reading read_text(struct slice text, size_t most, bool skip, bool relative)
{
    struct reading r = {0};
    char path[] = "/tmp/test_sssom_XXXXXX";
    size_t size, count = 1;
    int fd = mkstemp(path);
    struct change_file_rejects rejects = {.skip = skip, .out = open_memstream(&r.aside, &size)};
    struct change_file *f = NULL;
    struct arena *arena = arena_new();
    struct codec_limits limits = {.relative_iris = relative};
    cr_assert_eq(write(fd, text.data, text.len), (ssize_t)text.len);
    close(fd);
    cr_assert_eq(change_file_open(path, CODEC_SSSOM, &limits, &f), 0);
    change_file_set_rejects(f, &rejects);
    while (!r.rc && count) {
        struct change *changes;
        arena_reset(arena);
        r.rc = change_file_next(f, arena, most, &changes, &count);
        for (size_t i = 0; i < count && !r.rc; i++)
            term_write_change(&r.rows, &changes[i]);
    }
    r.rejected = rejects.count;
    buf_append_char(&r.rows, '\0');
    fclose(rejects.out);
    change_file_close(f);
    arena_free(arena);
    unlink(path);
    return r;
}

static void reading_free(struct reading *r)
{
    buf_fini(&r->rows);
    free(r->aside);
}

static void expect_read(const char *text, const char *rows)
{
    for (size_t most = 1; most < 4; most++) {
        struct reading r = read_text(slice_of(text), most, false, false);
        cr_expect_eq(r.rc, ERR_OK, "%s", text);
        cr_expect_str_eq(r.rows.data, rows, "%s: %s", text, r.rows.data);
        reading_free(&r);
    }
}

/* The words of the error, behind the path. */
static void expect_refused(const char *text, const char *place, const char *words)
{
    static struct capture c;
    capture_begin(&c, 2);
    struct reading r = read_text(slice_of(text), 10, false, false);
    const char *said = capture_end(&c);
    cr_expect_eq(r.rc, ERR_FORMAT, "%s", text);
    cr_expect(strstr(said, place) && strstr(said, words), "%s: '%s' says nothing of '%s'", text,
              said, words);
    reading_free(&r);
}

Test(sssom, predicates_say_same_or_different_and_not_turns_one_into_the_other)
{
    expect_read(HEAD "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\n"
                     "a:1\tx\towl:sameAs\t\tb:1\n"
                     "a:2\tx\tskos:exactMatch\t\tb:2\n"
                     "a:3\tx\towl:equivalentClass\t\tb:3\n"
                     "a:4\tx\towl:equivalentProperty\tNot\tb:4\n"
                     "a:5\tx\towl:differentFrom\t\tb:5\n"
                     "a:6\tx\thttp://www.w3.org/2002/07/owl#sameAs\tNot\tb:6\n",
                READ "A <http://a.example/2>" SAME "<http://b.example/v#2> .\n"
                     "A <http://a.example/3>" SAME "<http://b.example/v#3> .\n"
                     "A <http://a.example/4>" OTHER "<http://b.example/v#4> .\n"
                     "A <http://a.example/5>" OTHER "<http://b.example/v#5> .\n"
                     "A <http://a.example/6>" OTHER "<http://b.example/v#6> .\n");
}

Test(sssom, what_decides_nothing_is_left_out_and_counted)
{
    static const char text[] =
        HEAD "subject_id\tpredicate_id\tobject_id\tpredicate_modifier\tobject_type\n"
             "a:1\tskos:closeMatch\tb:1\n"
             "none:1\tskos:broadMatch\tnone:2\tNot\n" /* whatever they are called */
             "a:1\towl:sameAs\tsssom:NoTermFound\n"
             "a:1\towl:sameAs\t\t\trdfs literal\n"
             "# a comment\n" ROW;
    static struct capture c;
    capture_begin(&c, 2);
    expect_read(text, READ);
    const char *said = capture_end(&c);
    cr_expect(strstr(said, "4 rows left out") && strstr(said, "; 1 do"), "%s", said);
}

Test(sssom, metadata_is_read_as_people_write_it)
{
    static const char *const heads[] = {
        HEAD COLUMNS,
        "\xef\xbb\xbf" HEAD COLUMNS,
        "#license: \"x\"\n#curie_map:\r\n#  b: 'http://b.example/v#'\r\n"
        "#  \"a\": http://a.example/ # of ours\r\n#mapping_set_id: urn:x\r\n#  a: no "
        "prefix\r\n" COLUMNS,
        "# creator_id:\n# - orcid:1\n# curie_map:\n#   a: http://a.example/\t\t\n"
        "#     # and\n#\n#   b: http://b.example/v#\n# other: {a: 1}\n" COLUMNS,
        "##curie_map: # here\n## a: http://a.example/\n## b: http://b.example/v#\n\n" COLUMNS,
        "#curie_map:\n# b: http://b.example/v#\n# a: http://a.example/\n# a: http://a.example/\n"
        "# owl: http://www.w3.org/2002/07/owl#\n\"object_id\"\t predicate_id\tx\tsubject_id",
    };
    for (size_t i = 0; i + 1 < sizeof heads / sizeof *heads; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s" ROW, heads[i]);
        expect_read(text, READ);
    }
    expect_read("#curie_map: {}\n" COLUMNS, "");
    expect_read("", "");
    char text[1000];
    snprintf(text, sizeof text, "%s\nb:1\towl:sameAs\t\ta:1", heads[5]);
    expect_read(text, READ);
}

Test(sssom, ids_are_curies_or_stand_as_they_are)
{
    expect_read(HEAD "#  urn: http://u.example/\n" COLUMNS
                     "http://c.example/a:1\towl:sameAs\t_:b1\n"
                     "<wd:Q1>\towl:sameAs\ttag:x,2020:y\n"
                     "a:x:y/z\towl:sameAs\turn:1\n"
                     "\"a:\"\t\"owl:sameAs\"\t b:1 \n",
                "A <http://c.example/a:1>" SAME "<_:b1> .\n"
                "A <wd:Q1>" SAME "<tag:x,2020:y> .\n"
                "A <http://a.example/x:y/z>" SAME "<http://u.example/1> .\n"
                "A <http://a.example/>" SAME "<http://b.example/v#1> .\n");
    struct reading r = read_text(
        slice_of("#curie_map:\n# a: film/\n" COLUMNS "a:1\towl:sameAs\t<x>\n"), 5, false, true);
    cr_expect_eq(r.rc, ERR_OK);
    cr_expect_str_eq(r.rows.data, "A <film/1>" SAME "<x> .\n");
    reading_free(&r);
}

Test(sssom, cells_may_be_quoted_with_tabs_and_lines_within)
{
    expect_read(HEAD "subject_id\tpredicate_id\tobject_id\tcomment\n"
                     "a:1\towl:sameAs\tb:1\t\"of \"\"two\"\"\tparts\nand lines\"\n",
                READ);
}

Test(sssom, what_cannot_be_read_is_told_with_its_place_and_what_to_write)
{
    static const struct {
        const char *text, *place, *words;
    } cases[] = {
        {COLUMNS "a:1\towl:sameAs\thttp://b.example/1\n", ":2:1: ", "no prefix 'a'"},
        {COLUMNS "a:1\towl:sameAs\thttp://b.example/1\n", ":2:1: ", "#  a: \"http://...\""},
        {HEAD COLUMNS "a:1\towl:sameAs\tQ42\n", ":5:16: ", "write PREFIX:NAME"},
        {HEAD COLUMNS "a:1\t\tb:1\n", ":5:5: ", "no predicate_id"},
        {HEAD COLUMNS "a:1\towl:sameAs\n", ":5:5: ", "no object_id"},
        {HEAD COLUMNS "\towl:sameAs\tb:1\n", ":5:1: ", "no subject_id"},
        {HEAD COLUMNS "a:1\towl:sameAs\ta:1\n", ":5:16: ", "the two of a pair"},
        {HEAD COLUMNS "a:1\towl:sameAs\tb:1\tx\n", ":5:20: ", "a row of 4 cells"},
        {HEAD COLUMNS "a:1\towl:sameAs\tb:x y\n", ":5:16: ", "not allowed in an IRI"},
        {HEAD COLUMNS "a:1\towl:sameAs\t_:\n", ":5:16: ", "without a label"},
        {HEAD "subject_id\tpredicate_id\tobject_id\tpredicate_modifier\n"
              "a:1\towl:sameAs\tb:1\tnot\n",
         ":5:20: ", "write Not"},
        {HEAD "subject_id\tpredicate_id\tobject_id\tpredicate_modifier\n"
              "a:1\towl:differentFrom\tb:1\tNot\n",
         ":5:27: ", "write owl:sameAs"},
        {HEAD "subject_id\tpredicate_id\tobject\n", ":4:1: ", "no column 'object_id'"},
        {HEAD "subject_id\tpredicate_id\tobject_id\tsubject_id\n", ":4:35: ", "two columns"},
        {"#curie_map: {a: \"http://a.example/\"}\n", ":1:11: ", "a line of its own"},
        {"#curie_map:\n#  a http://a.example/\n", ":2:4: ", "expected #  PREFIX:"},
        {"#curie_map:\n#  a:\n", ":2:4: ", "prefix 'a'"},
        {"#curie_map:\n#  a: \"http://a.example/\n", ":2:4: ", "prefix 'a'"},
        {"#curie_map:\n#  a: \"http://a.example/\" x\n", ":2:4: ", "prefix 'a'"},
        {"#curie_map:\n#  a: http://a.example/\n#  a: http://b.example/\n", ":3:4: ", "twice"},
        {HEAD COLUMNS "a:1\towl:sameAs\tb:\xff\n", ":5:18: ", "UTF-8"},
        {"#curie_map:\n#  a: http://a.example/\xff\n", ":2:24: ", "UTF-8"},
        {"#curie_map:\n#  a: relative/\n" COLUMNS "a:1\towl:sameAs\t_:b\n", ":4:1: ", "absolute"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].place, cases[i].words);
}

Test(sssom, a_bad_row_is_left_out_alone_and_written_aside_under_its_head)
{
    log_set_level(LOG_ERROR);
    for (size_t most = 1; most < 4; most++) {
        struct reading r = read_text(
            slice_of(HEAD COLUMNS "c:1\towl:sameAs\tb:1\n" ROW "a:1\towl:sameAs\tx\n" ROW), most,
            true, false);
        cr_expect_eq(r.rc, ERR_OK);
        cr_expect_str_eq(r.rows.data, READ READ);
        cr_expect_str_eq(r.aside, HEAD COLUMNS "c:1\towl:sameAs\tb:1\na:1\towl:sameAs\tx\n");
        cr_expect_eq(r.rejected, 2);
        reading_free(&r);
    }
}

Test(sssom, a_file_wider_than_the_window_comes_through_whole)
{
    struct buf text = {0};
    buf_append_text(&text, HEAD COLUMNS);
    for (int i = 0; i < 60000; i++)
        buf_append_format(&text, "a:%d\t%s\tb:%d\n", i, i % 3 ? "owl:sameAs" : "skos:closeMatch",
                          i);
    log_set_level(LOG_ERROR);
    struct reading r = read_text(buf_slice(&text), 1000, false, false);
    size_t rows = 0;
    for (const char *p = r.rows.data; (p = strchr(p, '\n')); p++)
        rows++;
    cr_expect_eq(r.rc, ERR_OK);
    cr_expect_eq(rows, 40000);
    reading_free(&r);
    buf_fini(&text);
}

/* IRIs and labels that stand as they are, in a batch that the window moves under. */
Test(sssom, rows_go_before_their_changes_do)
{
    enum { ROWS = 40000 };
    struct buf text = {0}, rows = {0};
    buf_append_text(&text, "subject_id\tpredicate_id\tobject_id\n");
    for (int i = 0; i < ROWS; i++) {
        buf_append_format(&text, "http://a.example/%d\towl:sameAs\t_:b%d\n", i, i);
        buf_append_format(
            &rows, "A <http://a.example/%d> <http://www.w3.org/2002/07/owl#sameAs> <_:b%d> .\n", i,
            i);
    }
    buf_append_char(&rows, '\0');
    struct reading r = read_text(buf_slice(&text), ROWS, false, false);
    cr_expect_eq(r.rc, ERR_OK);
    cr_expect(strcmp(r.rows.data, rows.data) == 0, "%zu bytes, not %zu: %.200s", r.rows.len,
              rows.len, r.rows.data);
    reading_free(&r);
    buf_fini(&text);
    buf_fini(&rows);
}

Test(sssom, it_is_chosen_by_the_end_of_the_name)
{
    static const char *const names[] = {"x.sssom.tsv", "x.sssom.tsv.gz", "dir/X.SSSOM.TSV.xz"};
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(codec_format_from_path(names[i]), CODEC_SSSOM, "%s", names[i]);
    cr_expect_eq(codec_format_from_path("sssom.tsv"), CODEC_TSV);
}
