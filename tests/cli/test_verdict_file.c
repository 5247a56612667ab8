/* What files of verdicts say taken together. */
#include "alignd/cli/verdict_file.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/alignd_verdicts_XXXXXX";

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    log_set_level(LOG_ERROR);
}

static void teardown(void)
{
    unlink("one.sssom.tsv");
    unlink("two.patch");
    cr_assert_eq(chdir("/"), 0);
    rmdir(folder);
}

TestSuite(verdict_file, .init = setup, .fini = teardown);

static int show(void *arg, struct slice a, struct slice b, enum verdict verdict)
{
    buf_append_format(arg, "%.*s %s %.*s;", (int)a.len, a.data, verdict_name(verdict), (int)b.len,
                      b.data);
    return ERR_OK;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

#define MAPPINGS                                                                                   \
    "#curie_map:\n# a: http://a/\n# b: http://b/\nsubject_id\tpredicate_id\tobject_id\n"
#define SAME " <http://www.w3.org/2002/07/owl#sameAs> "
#define OTHER " <http://www.w3.org/2002/07/owl#differentFrom> "

static void expect_said(const char *mappings, const char *patch, int rc, const char *said)
{
    struct args_list files = {{"one.sssom.tsv", "two.patch"}, 2};
    struct buf b = {0};
    char text[2000];
    snprintf(text, sizeof text, "%s%s", MAPPINGS, mappings);
    write_file("one.sssom.tsv", text);
    write_file("two.patch", patch);
    cr_expect_eq(verdict_file_each(&files, show, &b), rc, "%s", patch);
    buf_append_char(&b, '\0');
    cr_expect_str_eq(b.data, said);
    buf_fini(&b);
}

Test(verdict_file, a_pair_is_said_once_whichever_way_round)
{
    expect_said("a:1\towl:sameAs\tb:1\nb:2\towl:differentFrom\ta:2\n",
                "A <http://b/1>" SAME "<http://a/1> .\nA <_:x>" OTHER "<http://b/3> .\n", ERR_OK,
                "http://a/1 same http://b/1;http://b/2 different http://a/2;_:x different "
                "http://b/3;");
}

Test(verdict_file, what_is_taken_back_is_not_said)
{
    expect_said("a:1\towl:sameAs\tb:1\na:2\towl:sameAs\tb:2\n",
                "D <http://a/1>" SAME "<http://b/1> .\nD <http://a/2>" OTHER "<http://b/2> .\n",
                ERR_OK, "http://a/2 same http://b/2;");
    expect_said("a:1\towl:sameAs\tb:1\n",
                "D <http://a/1>" SAME "<http://b/1> .\nA <http://a/1>" SAME "<http://b/1> .\n",
                ERR_OK, "http://a/1 same http://b/1;");
    /* a file of JSON whatever it is called, whose format its first token tells */
    expect_said("a:1\towl:sameAs\tb:1\na:2\towl:sameAs\tb:2\n",
                "[{\"op\":\"replace\",\"s\":\"http://a/1\",\"triples\":[{\"p\":\"http://www.w3.org/"
                "2002/07/owl#differentFrom\",\"o\":\"http://b/1\"}]}]",
                ERR_OK, "http://a/2 same http://b/2;http://a/1 different http://b/1;");
}

Test(verdict_file, of_what_contradicts_itself_neither_is_said)
{
    expect_said("a:1\towl:sameAs\tb:1\na:2\towl:sameAs\tb:2\n",
                "A <http://b/1>" OTHER "<http://a/1> .\n", ERR_OK, "http://a/2 same http://b/2;");
}

Test(verdict_file, a_triple_that_is_none_is_refused)
{
    expect_said("", "A <http://a/1> <http://a/name> \"x\" .\n", ERR_FORMAT, "");
    expect_said("a:1\towl:sameAs\n", "", ERR_FORMAT, "");
}
