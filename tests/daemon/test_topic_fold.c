#include "alignd/daemon/topic_fold.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void take(struct topic_fold *f, const char *key, const char *value)
{
    struct source_message m = {.has_key = true, .tombstone = !value, .key = slice_of(key)};
    if (value)
        m.payload = slice_of(value);
    topic_fold_take(f, &m);
}

struct visited {
    char text[256];
    int rc;
};

static int visit(void *arg, struct slice key, struct slice value)
{
    struct visited *v = arg;
    size_t n = strlen(v->text);
    snprintf(v->text + n, sizeof(v->text) - n, "%.*s=%.*s ", (int)key.len, key.data, (int)value.len,
             value.data ? value.data : "");
    return v->rc;
}

Test(topic_fold, the_last_record_of_a_key_is_what_is_left)
{
    struct topic_fold *f = topic_fold_new(true);
    struct visited v = {0};
    struct slice value;
    take(f, "b", "1");
    take(f, "a", "2");
    take(f, "b", "3");
    take(f, "c", "4");
    take(f, "c", NULL);
    take(f, "d", NULL);
    take(f, "e", NULL);
    take(f, "e", "");
    cr_expect_eq(topic_fold_each(f, visit, &v), ERR_OK);
    cr_expect_str_eq(v.text, "a=2 b=3 e= ", "in the order of keys, tombstones gone");
    cr_assert(topic_fold_find(f, slice_of("b"), &value));
    cr_expect(slice_equal(value, slice_of("3")));
    cr_expect(!topic_fold_find(f, slice_of("c"), &value));
    cr_expect(!topic_fold_find(f, slice_of("x"), &value));
    topic_fold_free(f);
}

Test(topic_fold, without_values_it_knows_who_is_there)
{
    struct topic_fold *f = topic_fold_new(false);
    struct visited v = {0};
    take(f, "a", "1");
    take(f, "b", "2");
    take(f, "a", NULL);
    cr_expect_eq(topic_fold_each(f, visit, &v), ERR_OK);
    cr_expect_str_eq(v.text, "b= ");
    topic_fold_free(f);
}

Test(topic_fold, a_visit_that_says_no_ends_it)
{
    struct topic_fold *f = topic_fold_new(true);
    struct visited v = {.rc = ERR_STORE};
    take(f, "a", "1");
    take(f, "b", "2");
    cr_expect_eq(topic_fold_each(f, visit, &v), ERR_STORE);
    cr_expect_str_eq(v.text, "a=1 ");
    topic_fold_free(f);
}

Test(topic_fold, nothing_is_in_one_that_took_nothing)
{
    struct topic_fold *f = topic_fold_new(true);
    struct visited v = {0};
    struct slice value;
    cr_expect_eq(topic_fold_each(f, visit, &v), ERR_OK);
    cr_expect_str_eq(v.text, "");
    cr_expect(!topic_fold_find(f, slice_of("a"), &value));
    topic_fold_free(f);
    topic_fold_free(NULL);
}

Test(topic_fold, holds_thousands_of_keys)
{
    struct topic_fold *f = topic_fold_new(true);
    struct slice value;
    char key[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        take(f, key, key);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        cr_assert(topic_fold_find(f, slice_of(key), &value));
        cr_assert(slice_equal(value, slice_of(key)));
    }
    topic_fold_free(f);
}

static int reduced;

static void first_two(struct slice value, struct buf *out)
{
    reduced++;
    buf_append(out, value.data, value.len < 2 ? value.len : 2);
}

Test(topic_fold, a_value_is_reduced_once_and_only_where_it_is_the_last)
{
    struct topic_fold *f = topic_fold_new(true);
    struct slice value;
    reduced = 0;
    take(f, "a", "long before");
    take(f, "a", "later");
    take(f, "b", "gone");
    take(f, "b", NULL);
    topic_fold_reduce(f, first_two);
    cr_expect_eq(reduced, 1);
    cr_assert(topic_fold_find(f, slice_of("a"), &value));
    cr_expect(slice_equal(value, slice_of("la")));
    cr_expect(!topic_fold_find(f, slice_of("b"), &value));

    take(f, "b", "back");
    topic_fold_reduce(f, first_two);
    topic_fold_reduce(f, first_two);
    cr_expect_eq(reduced, 2, "what is reduced stays as it is");
    cr_assert(topic_fold_find(f, slice_of("a"), &value));
    cr_expect(slice_equal(value, slice_of("la")));
    cr_assert(topic_fold_find(f, slice_of("b"), &value));
    cr_expect(slice_equal(value, slice_of("ba")));
    topic_fold_free(f);
}
