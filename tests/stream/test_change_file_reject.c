/* What cannot be read is left out alone, whatever the batch, and written aside as it stands. */
#include "alignd/stream/change_file.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define GOOD(n) "A <a:s> <a:p> \"" n "\" .\n"

struct kept {
    int rc;
    struct buf rows; /* NUL-terminated, as is aside */
    char *aside;
    uint64_t count;
};

static struct kept read_text(const char *text, enum codec_format format, size_t most)
{
    char path[] = "/tmp/change_file_reject_XXXXXX";
    struct kept k = {0};
    size_t size, count = 1;
    int fd = mkstemp(path);
    struct change_file_rejects rejects = {.skip = true, .out = open_memstream(&k.aside, &size)};
    struct change_file *f = NULL;
    struct codec_limits limits = {.rows = 4};
    struct arena *arena = arena_new();
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    log_set_level(LOG_ERROR);
    cr_assert_eq(change_file_open(path, format, &limits, &f), 0);
    change_file_set_rejects(f, &rejects);
    while (!k.rc && count) {
        struct change *changes;
        arena_reset(arena);
        k.rc = change_file_next(f, arena, most, &changes, &count);
        for (size_t i = 0; i < count && !k.rc; i++)
            term_write_change(&k.rows, &changes[i]);
    }
    k.count = rejects.count;
    buf_append_char(&k.rows, '\0');
    fclose(rejects.out);
    change_file_close(f);
    arena_free(arena);
    unlink(path);
    return k;
}

static void expect_kept(const char *text, enum codec_format format, const char *rows,
                        const char *aside, uint64_t count)
{
    for (size_t most = 1; most < 8; most += 3) {
        struct kept k = read_text(text, format, most);
        cr_expect_eq(k.rc, ERR_OK, "%s", text);
        cr_expect_str_eq(k.rows.data, rows, "%s: %s", text, k.rows.data);
        cr_expect_str_eq(k.aside, aside, "%s: %s", text, k.aside);
        cr_expect_eq(k.count, count, "%s: %d left out", text, (int)k.count);
        buf_fini(&k.rows);
        free(k.aside);
    }
}

Test(change_file_reject, rows_of_a_patch_are_left_out_by_the_line)
{
    expect_kept("H id <a:i> .\n" GOOD("1") "A <a:s> b \"2\" .\n" GOOD("3") "X .\nTC .\n" GOOD("4"),
                CODEC_RDF_PATCH, GOOD("1") GOOD("3") GOOD("4"), "A <a:s> b \"2\" .\nX .\nTC .\n",
                3);
    expect_kept(GOOD("1") "A <a:s> <a:p>\n  \"2\n" GOOD("3"), CODEC_RDF_PATCH, GOOD("1") GOOD("3"),
                "A <a:s> <a:p>\n  \"2\n", 1);
    expect_kept(GOOD("1") GOOD("2") "A <a:s> <a:p> \"\xff\" .\n" GOOD("3"), CODEC_RDF_PATCH,
                GOOD("1") GOOD("2") GOOD("3"), "A <a:s> <a:p> \"\xff\" .\n", 1);
}

/* What the newline that it hides is part of would be told as an error of the next line. */
Test(change_file_reject, a_line_that_ends_in_a_backslash_is_left_out_alone)
{
    const char *bad = "<a:s> <a:p> \"2\\";
    char text[128], aside[64];
    snprintf(aside, sizeof(aside), "%s\n", bad);
    snprintf(text, sizeof(text), "<a:s> <a:p> \"1\" .\n%s", bad);
    expect_kept(text, CODEC_NQUADS, GOOD("1"), aside, 1);
    snprintf(text, sizeof(text), "<a:s> <a:p> \"1\" .\n%s\n<a:s> <a:p> \"3\" .\n", bad);
    expect_kept(text, CODEC_NQUADS, GOOD("1") GOOD("3"), aside, 1);
}

Test(change_file_reject, a_block_is_left_out_whole)
{
    expect_kept(GOOD("1") "TX .\n" GOOD("2") "A <a:s> .\n" GOOD("3") "TC .\nTX .\n" GOOD(
                    "4") "TC .\n" GOOD("5"),
                CODEC_RDF_PATCH, GOOD("1") GOOD("4") GOOD("5"),
                "TX .\n" GOOD("2") "A <a:s> .\n" GOOD("3") "TC .\n", 1);
    expect_kept("TX . A <a:s> b . TC .\n" GOOD("1"), CODEC_RDF_PATCH, GOOD("1"),
                "TX . A <a:s> b . TC .\n", 1);
    expect_kept("TX .\n" GOOD("1") "TX .\n" GOOD("2") "TC .\n", CODEC_RDF_PATCH, GOOD("2"),
                "TX .\n" GOOD("1"), 1);
    expect_kept("TX .\n" GOOD("1") "A <a:s> \"\xff\" TA .\n" GOOD("2") "TX .\n" GOOD("3"),
                CODEC_RDF_PATCH, GOOD("2"),
                "TX .\n" GOOD("1") "A <a:s> \"\xff\" TA .\nTX .\n" GOOD("3"), 2);
    expect_kept("TX .\n" GOOD("1") GOOD("2") GOOD("3") GOOD("4") "TC .\n" GOOD("5"),
                CODEC_RDF_PATCH, GOOD("5"),
                "TX .\n" GOOD("1") GOOD("2") GOOD("3") GOOD("4") "TC .\n", 1);
}

Test(change_file_reject, of_turtle_a_statement_is_left_out_and_its_prefixes_are_told)
{
    const char *head = "@prefix a: <a:> .\n@base <http://b/> .\n";
    struct buf text = {0}, aside = {0};
    buf_append_text(&text, head);
    buf_append_text(&text, "a:s a:p \"1\" .\n"
                           "a:s b:p \"2\" ;\n  a:p \"x\" .\n"
                           "a:s a:p \"3\" .\n"
                           "a:s a:p \"y .\n"
                           "a:s a:p \"4\" , <z y> . # why\n"
                           "a:s a:p \"5\" .\n"
                           "_:x a:p \"6\" . a:s a:p . \n"
                           "_:x a:p \"7\" .\n"
                           "a:s a:p \"8\"");
    buf_append_char(&text, '\0');
    buf_append_text(&aside, "@base <http://b/> .\n@prefix a: <a:> .\n"
                            "a:s b:p \"2\" ;\n  a:p \"x\" .\n"
                            "a:s a:p \"y .\n"
                            "a:s a:p \"4\" , <z y> . # why\n"
                            "a:s a:p . \n"
                            "a:s a:p \"8\"\n");
    buf_append_char(&aside, '\0');
    expect_kept(text.data, CODEC_TURTLE,
                GOOD("1") GOOD("3") GOOD("5") "A <_:x> <a:p> \"6\" .\nA <_:x> <a:p> \"7\" .\n",
                aside.data, 5);
    buf_fini(&text);
    buf_fini(&aside);
    expect_kept("<a:g> {\n<a:s> <a:p> \"1\" .\n<a:s> b \"2\" .\n<a:s> <a:p> \"3\" .\n}\n"
                "<a:s> <a:p> \"4\" .\n",
                CODEC_TRIG, GOOD("4"),
                "<a:g> {\n<a:s> <a:p> \"1\" .\n<a:s> b \"2\" .\n<a:s> <a:p> \"3\" .\n}\n", 1);
    expect_kept("<a:s> b \"2\" .\n<a:g> { <a:s> <a:p> \"1\" }\n", CODEC_TRIG, GOOD("1"),
                "<a:s> b \"2\" .\n", 1);
}
