/*
 * test_w3c.c - the official syntax tests of N-Quads and N-Triples.
 */
#include "decode_text.h"
#include "w3c_cases.h"

static void judge(void *arg, const char *name, bool good, struct slice text)
{
    struct decoded d = decode_slice(CODEC_NQUADS, text, NULL);
    size_t *judged = arg;
    judged[good]++;
    if (good)
        cr_expect_eq(d.rc, 0, "%s: refused: %s: %s", name, d.error.code, d.error.message);
    else
        cr_expect_eq(d.rc, ERR_FORMAT, "%s: taken as\n%s", name, d.rows.data);
    decoded_free(&d);
}

Test(w3c, every_good_case_of_n_quads_is_taken_and_every_bad_one_refused)
{
    size_t judged[2] = {0, 0};
    cr_expect_eq(w3c_each("nquads", judge, judged), 87);
    cr_expect_eq(judged[false], 32);
    cr_expect_eq(judged[true], 55);
}

Test(w3c, every_good_case_of_n_triples_is_taken_and_every_bad_one_refused)
{
    size_t judged[2] = {0, 0};
    cr_expect_eq(w3c_each("ntriples", judge, judged), 70);
    cr_expect_eq(judged[false], 27);
    cr_expect_eq(judged[true], 43);
}

/* One statement of the good cases in another serialisation each. */
static void same_as_file(const char *name, const char *rows)
{
    char path[512];
    snprintf(path, sizeof path, "%s/w3c/ntriples/%s", TEST_DATA, name);
    struct buf text = w3c_read(path);
    struct decoded d = decode_slice(CODEC_NQUADS, buf_slice(&text), NULL);
    cr_expect_eq(d.rc, 0, "%s: %s", name, d.error.message);
    cr_expect_str_eq(d.rows.data, rows, "%s:\n%s", name, d.rows.data);
    decoded_free(&d);
    buf_fini(&text);
}

#define SP "A <http://a.example/s> <http://a.example/p> "

Test(w3c, what_the_cases_say_is_understood)
{
    same_as_file("literal_with_numeric_escape4.nt", SP "\"o\" .\n");
    same_as_file("literal_with_numeric_escape8.nt", SP "\"o\" .\n");
    same_as_file("literal_with_CHARACTER_TABULATION.nt", SP "\"\\t\" .\n");
    same_as_file("literal_with_REVERSE_SOLIDUS2.nt",
                 "A <http://example.org/ns#s> "
                 "<http://example.org/ns#p1> \"test-\\\\\" .\n");
    same_as_file("literal_with_dquote.nt", SP "\"x\\\"y\" .\n");
    same_as_file("langtagged_string.nt", SP "\"chat\"@en .\n");
    same_as_file("lantag_with_subtag.nt", "A <http://example.org/ex#a> "
                                          "<http://example.org/ex#b> \"Cheers\"@en-uk .\n");
    same_as_file("nt-syntax-uri-02.nt", "A <http://example/S> <http://example/p> "
                                        "<http://example/o> .\n");
}
