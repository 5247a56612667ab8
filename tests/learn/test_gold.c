#include "alignd/learn/gold.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test is a process of its own, in a folder of its own. */
static char folder[] = "/tmp/alignd_gold_XXXXXX";

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
    static const char *const names[] = {"links", "other", "unjudged", "err"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        unlink(names[i]);
    cr_assert_eq(chdir("/"), 0);
    rmdir(folder);
}

TestSuite(gold, .init = setup, .fini = teardown);

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

/* links, other, unjudged; NULL: no such file */
static int open_gold(const char *links, const char *other, const char *unjudged, struct gold **ret)
{
    struct gold_options o = {.links = "links"};
    write_file("links", links);
    if (other) {
        write_file("other", other);
        o.other.at[o.other.count++] = "other";
    }
    if (unjudged) {
        write_file("unjudged", unjudged);
        o.unjudged = "unjudged";
    }
    return gold_open(&o, ret);
}

static enum gold_verdict judge(const struct gold *g, const char *a, const char *b)
{
    enum gold_verdict v = gold_judge(g, slice_of(a), slice_of(b), slice_of("work"));
    cr_expect_eq(gold_judge(g, slice_of(b), slice_of(a), slice_of("work")), v, "%s %s", a, b);
    return v;
}

Test(gold, judges_by_the_links_and_leaves_out_other_splits)
{
    struct gold *g;
    cr_assert_eq(open_gold("x:1\ty:1\n<x:2>\t<y:2>\r\n# x:3\ty:3\n", "x:4\ty:4\n", "x:5\n", &g), 0);
    gold_add_type(g, slice_of("work"));
    cr_expect_eq(judge(g, "x:1", "y:1"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "x:2", "y:2"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "x:1", "y:2"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:1", "y:9"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:1", "y:4"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:4", "y:9"), GOLD_UNJUDGED);
    cr_expect_eq(judge(g, "x:5", "y:9"), GOLD_UNJUDGED);
    cr_expect_eq(judge(g, "x:3", "y:3"), GOLD_STRAY);
    cr_expect_eq(gold_judge(g, slice_of("x:3"), slice_of("y:3"), slice_of("person")),
                 GOLD_UNJUDGED);
    gold_close(g);
}

Test(gold, takes_an_iri_alone_for_one_that_has_no_counterpart)
{
    struct gold *g;
    size_t n;
    cr_assert_eq(open_gold("x:1\ty:1\nx:2\n<y:3>\r\n_:b4\n", NULL, NULL, &g), 0);
    gold_add_type(g, slice_of("work"));
    gold_links(g, &n);
    cr_expect_eq(n, 1, "they are no links");
    cr_expect_eq(judge(g, "x:1", "y:1"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "x:2", "y:1"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:2", "y:9"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:9", "y:3"), GOLD_WRONG);
    cr_expect_eq(judge(g, "_:b4", "y:9"), GOLD_WRONG);
    cr_expect_eq(gold_judge(g, slice_of("x:2"), slice_of("y:9"), slice_of("person")), GOLD_WRONG,
                 "of whatever type");
    cr_expect_eq(judge(g, "x:9", "y:9"), GOLD_STRAY);
    cr_expect(gold_is_linked(g, slice_of("x:2"), slice_of("y:1")));
    cr_expect_not(gold_is_linked(g, slice_of("x:2"), slice_of("y:3")));
    cr_expect_not(gold_is_first(g, slice_of("x:2"), slice_of("y:9")), "no link is misled by it");
    gold_close(g);
}

Test(gold, leaves_those_without_counterpart_to_the_split_that_names_them)
{
    struct gold *g;
    cr_assert_eq(open_gold("x:1\ty:1\nx:6\n", "x:2\ty:2\nx:3\n", "y:5\n", &g), 0);
    gold_add_type(g, slice_of("work"));
    cr_expect_eq(judge(g, "x:3", "y:9"), GOLD_UNJUDGED);
    cr_expect_eq(judge(g, "x:3", "y:1"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:6", "y:9"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:6", "y:1"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:6", "y:2"), GOLD_UNJUDGED, "the other split judges it");
    cr_expect_eq(judge(g, "x:6", "y:5"), GOLD_UNJUDGED);
    gold_close(g);
}

Test(gold, judges_one_without_counterpart_beside_labelled_pairs)
{
    struct gold *g;
    cr_assert_eq(open_gold("x:1\ty:1\t1\nx:1\ty:2\t0\nx:3\n", NULL, NULL, &g), 0);
    gold_add_type(g, slice_of("work"));
    cr_expect(gold_is_labelled(g));
    cr_expect_eq(judge(g, "x:1", "y:1"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "x:1", "y:2"), GOLD_WRONG);
    cr_expect_eq(judge(g, "x:1", "y:3"), GOLD_UNJUDGED);
    cr_expect_eq(judge(g, "x:3", "y:3"), GOLD_WRONG);
    gold_close(g);
}

static void expect_refused(const char *links, const char *other, const char *words)
{
    struct gold *g;
    char said[2000] = "";
    int kept = dup(2), fd = open("err", O_RDWR | O_CREAT | O_TRUNC, 0600);
    cr_assert(fd >= 0 && dup2(fd, 2) >= 0);
    int rc = open_gold(links, other, NULL, &g);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    cr_assert(pread(fd, said, sizeof(said) - 1, 0) >= 0);
    close(fd);
    cr_expect_eq(rc, ERR_FORMAT, "%s", links);
    cr_expect(strstr(said, words), "'%s' is not in '%s'", words, said);
}

Test(gold, names_the_line_that_cannot_be)
{
    expect_refused("x:1\ty:1\nx:2 y:2\n", NULL, "links:2: expected IRI <TAB> IRI");
    expect_refused("x:1\ty:1\nx:2\t\n", NULL, "links:2: expected IRI <TAB> IRI");
    expect_refused("title\nx:1\ty:1\n", NULL, "links:1: expected IRI <TAB> IRI");
    expect_refused("x:1\ty:1\tyes\n", NULL, "links:1: expected IRI <TAB> IRI");
    expect_refused("x:1\ty:1\n\nx:1\n", NULL, "links:3: <x:1> has a counterpart by another line");
    expect_refused("y:1\nx:1\ty:1\n", NULL, "links:2: <y:1> has none by another line");
    expect_refused("x:1\ty:1\n", "x:2\ty:2\ny:1\n", "other:2: <y:1> has a counterpart");
    expect_refused("x:1\n", "x:1\ty:2\n", "other:1: <x:1> has none");
}

static void add_verdict(struct gold *g, const char *a, const char *b, bool same)
{
    cr_expect_eq(gold_add_verdict(g, slice_of(a), slice_of(b), same, false), ERR_OK);
}

/* That two differ says nothing of what else they are, that they are the same does. */
Test(gold, verdicts_are_links_and_pairs_that_are_none)
{
    struct gold *g = NULL;
    cr_assert_eq(open_gold("a:1\tb:1\n", "a:9\tb:9\n", NULL, &g), 0);
    add_verdict(g, "b:2", "a:2", true);
    add_verdict(g, "a:3", "b:3", false);
    cr_expect_eq(judge(g, "a:1", "b:1"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "a:2", "b:2"), GOLD_RIGHT);
    cr_expect_eq(judge(g, "a:2", "b:1"), GOLD_WRONG);
    cr_expect_eq(judge(g, "a:2", "b:7"), GOLD_WRONG);
    cr_expect_eq(judge(g, "a:3", "b:3"), GOLD_WRONG);
    cr_expect_eq(judge(g, "a:3", "b:7"), GOLD_UNJUDGED);
    cr_expect_not(gold_is_linked(g, slice_of("a:3"), slice_of("b:3")));
    cr_expect_not(gold_is_labelled(g));
    gold_close(g);
}

Test(gold, verdicts_need_no_links)
{
    struct gold *g = NULL;
    struct gold_options none = {0};
    size_t count;
    cr_assert_eq(gold_open(&none, &g), ERR_OK);
    add_verdict(g, "a:1", "b:1", true);
    add_verdict(g, "a:2", "b:2", false);
    const struct gold_link *links = gold_links(g, &count);
    cr_assert_eq(count, 2);
    cr_expect(links[0].label == 1 && links[1].label == 0);
    gold_close(g);
}

Test(gold, a_verdict_and_has_none_cannot_both_hold)
{
    struct gold *g = NULL;
    log_set_level(LOG_ERROR);
    cr_assert_eq(open_gold("a:1\tb:1\na:2\n", NULL, NULL, &g), 0);
    cr_expect_eq(gold_add_verdict(g, slice_of("a:2"), slice_of("b:2"), true, false), ERR_FORMAT);
    add_verdict(g, "a:2", "b:2", false);
    gold_close(g);
}
