#include "../base/capture.h"

#include "alignd/base/err.h"
#include "alignd/graph/mapping_check.h"

#include <criterion/criterion.h>

static struct capture capture;

/* What is said of a mapping's rows; the code. */
static int check(const char *text, const char **ret_said)
{
    struct mapping *m;
    cr_assert_eq(mapping_parse(slice_of(text), "m.tsv", &m), ERR_OK);
    capture_begin(&capture, STDERR_FILENO);
    int rc = mapping_check(m, NULL);
    *ret_said = capture_end(&capture);
    mapping_close(m);
    return rc;
}

static const char *const graphs[] = {"left", "right"};

static int check_graphs(const char *text, bool all, const char **ret_said)
{
    struct mapping *m;
    cr_assert_eq(mapping_parse(slice_of(text), "m.tsv", &m), ERR_OK);
    capture_begin(&capture, STDERR_FILENO);
    int rc = mapping_check(m, &(struct mapping_check_graphs){graphs, 2, all});
    *ret_said = capture_end(&capture);
    mapping_close(m);
    return rc;
}

static void expect_refused(const char *text, const char *words)
{
    const char *said;
    cr_expect_eq(check(text, &said), ERR_CONFIG, "%s", text);
    cr_expect(strstr(said, words), "%s: said %s", words, said);
}

static void expect_taken(const char *text)
{
    const char *said;
    cr_expect_eq(check(text, &said), ERR_OK, "%s: %s", text, said);
    cr_expect_str_eq(said, "");
}

Test(mapping_check, an_iri_that_would_meet_nothing_is_refused_with_what_to_write)
{
    expect_refused("a\t<http://v/p>\tlabel\n", "m.tsv:1:3: the IRI stands in angle brackets");
    expect_refused("a\t<http://v/p\tlabel\n", "angle brackets");
    expect_refused("# head\na\thttp://v/p \tlabel\n",
                   "m.tsv:2:13: a blank behind the IRI: write 'http://v/p'");
    expect_refused("a\t http://v/p\tlabel\n", "m.tsv:1:3: a blank before the IRI");
    expect_refused("a\thttp://v/p\xc2\xa0\tlabel\n", "a blank behind the IRI: write 'http://v/p'");
    expect_refused("a\thttp://v/a b\tlabel\n", "m.tsv:1:13: an IRI has no ' '");
    expect_refused("a\tdc:title\tlabel\n",
                   "'dc:title' is a prefixed name, and a mapping has no prefixes: write the IRI in "
                   "full, http://purl.org/dc/elements/1.1/title");
    expect_refused("a\tex:title\tlabel\n", "'ex:title' is a prefixed name");
}

Test(mapping_check, names_that_are_nearly_a_word_of_ours_are_refused)
{
    expect_refused("a\thttp://v/p\tLabel\n", "m.tsv:1:14: 'Label' would be a relation");
    expect_refused("a\thttp://v/p\tlable\n", "did you mean 'label'?");
    expect_refused("a\thttp://v/p\tlabels\n", "did you mean 'label'?");
    expect_refused("a\thttp://v/p\tlebel\n", "did you mean 'label'?");
    expect_refused("a\thttp://v/p\tignored\n", "did you mean 'ignore'?");
    expect_refused("a\thttp://v/p\tType\n", "did you mean 'type'?");
    expect_refused("a\thttp://v/p\tAlias\n", "did you mean 'alias'?");
    expect_refused("a\thttp://v/p\tLabel:en\n", "did you mean 'label:en'?");
    expect_refused("a\thttp://v/p\tkeys\n", "did you mean 'key'?");
    expect_refused("a\thttp://v/p\tKey:isbn\n", "did you mean 'key:isbn'?");
    expect_refused("a\thttp://v/p\ttpye:film\n", "did you mean 'type:film'?");
    expect_refused("a\thttp://v/p\ttypes:film\n", "did you mean 'type:film'?");
    expect_refused("a\thttp://v/p\tlabel \n", "m.tsv:1:19: a blank behind the shared name");
    expect_refused("a\thttp://v/p\ttype: film\n", "a blank before the shared name: write 'film'");
}

Test(mapping_check, graphs_that_cannot_be_named_and_names_of_columns_are_refused)
{
    expect_refused("a \thttp://v/p\tlabel\n", "m.tsv:1:2: 'a ' is no name of a graph");
    expect_refused("graph\tpredicate\tshared name\na\thttp://v/p\tlabel\n",
                   "m.tsv:1:1: this looks like the names of the columns: begin the line with '#'");
}

Test(mapping_check, all_that_a_mapping_may_say_is_taken)
{
    expect_taken("a\thttp://v/p\tlabel\na\thttp://v/q\ttype\na\thttp://v/r\tignore\n"
                 "a\thttp://v/Q5\ttype:person\na\turn:x:year\tdate\na\ttag:v,2020:x\ttape\n"
                 "a\tmovie_title\ttitle\na\tfirst name\tfirst name\na\tlabels.*.value\tname\n"
                 "graph\thttp://v/p\tlabel\na\tspotify:v:name\tlibretto\n");
}

Test(mapping_check, a_graph_that_is_nearly_another_is_refused_where_that_one_has_more_rows)
{
    const char *said;
    cr_expect_eq(check_graphs("left\thttp://v/p\tlabel\nleft\thttp://v/q\tdate\n"
                              "lfet\thttp://v/T\ttype:film\nlfet\thttp://v/r\tyear\n",
                              true, &said),
                 ERR_OK, "as many rows: it may be another graph");
    cr_expect(strstr(said, "m.tsv:3:1: there is no graph 'lfet': its 2 rows say nothing"), "%s",
              said);
    cr_expect_eq(check_graphs("left\thttp://v/p\tlabel\nleft\thttp://v/q\tdate\n"
                              "lfet\thttp://v/T\ttype:film\n",
                              false, &said),
                 ERR_CONFIG);
    cr_expect(strstr(said, "m.tsv:3:1: there is no graph 'lfet': did you mean 'left'?"), "%s",
              said);
}

Test(mapping_check, all_rows_that_are_wrong_are_told_in_their_order)
{
    const char *said;
    cr_expect_eq(check_graphs("left\thttp://v/p\tlabel\nleft\tdc:date\tdate\n"
                              "lfet\thttp://v/T\ttype:film\nright\t<http://v/p>\tLabel\n",
                              false, &said),
                 ERR_CONFIG);
    const char *first = strstr(said, "m.tsv:2:6:"), *second = strstr(said, "m.tsv:3:1:");
    const char *third = strstr(said, "m.tsv:4:7:"), *fourth = strstr(said, "m.tsv:4:20:");
    cr_expect(first && second > first && third > second && fourth > third, "%s", said);
}

Test(mapping_check, a_graph_that_may_come_later_is_no_fault)
{
    const char *said;
    const char *text = "left\thttp://v/p\tlabel\nleft\thttp://v/q\tdate\n"
                       "left2\thttp://v/p\tlabel\nthird\thttp://v/p\tlabel\n";
    cr_expect_eq(check_graphs(text, false, &said), ERR_OK);
    cr_expect_str_eq(said, "");
    cr_expect_eq(check_graphs(text, true, &said), ERR_OK);
    cr_expect(strstr(said, "there is no graph 'third'"), "%s", said);
}
