#include "alignd/store/building.h"

#include "alignd/base/err.h"
#include "alignd/store/kv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], store[96], building[96];

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/test_building_XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(store, sizeof(store), "%s/store", folder);
    snprintf(building, sizeof(building), "%s/store.building", folder);
}

static void tear_down(void)
{
    char command[96];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(building, .init = set_up, .fini = tear_down);

/* A database with one row. */
static struct kv *make(const char *path, const char *value)
{
    struct kv_options o = kv_options_default();
    struct kv_batch *b = kv_batch_new();
    struct kv *kv;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    kv_batch_put(kv, b, KV_META, slice_of("key"), slice_of(value));
    cr_assert_eq(kv_write(kv, b, true), ERR_OK);
    kv_batch_free(b);
    return kv;
}

static void expect_value(const char *value)
{
    struct kv_options o = kv_options_default();
    struct kv *kv;
    struct kv_value v;
    bool found;
    o.create = false;
    cr_assert_eq(kv_open(store, &o, &kv), ERR_OK);
    cr_assert_eq(kv_get(kv, KV_META, slice_of("key"), &v, &found), ERR_OK);
    cr_expect(found && slice_equal(v.bytes, slice_of(value)));
    kv_value_release(&v);
    kv_close(kv);
}

Test(building, it_takes_a_place_where_nothing_is)
{
    kv_close(make(building, "new"));
    cr_expect(building_has_place(store));
    cr_assert_eq(building_finish(store), ERR_OK);
    expect_value("new");
    cr_expect_neq(access(building, F_OK), 0);
    cr_expect_not(building_has_place(store));
}

Test(building, it_takes_the_place_of_an_empty_folder)
{
    kv_close(make(building, "new"));
    cr_assert_eq(mkdir(store, 0755), 0);
    cr_expect(building_has_place(store));
    cr_assert_eq(building_finish(store), ERR_OK);
    expect_value("new");
}

Test(building, a_store_that_was_there_is_replaced)
{
    kv_close(make(store, "old"));
    kv_close(make(building, "new"));
    cr_assert_eq(building_finish(store), ERR_OK);
    expect_value("new");
    cr_expect_neq(access(building, F_OK), 0);
}

Test(building, what_was_left_is_discarded_unless_somebody_is_at_it)
{
    struct buf path = {0};
    cr_expect_eq(building_discard(store), ERR_OK, "nothing is there");
    kv_close(make(building, "half"));
    cr_assert_eq(building_discard(store), ERR_OK);
    cr_expect_neq(access(building, F_OK), 0);
    strcat(store, "//");
    building_path(store, &path);
    cr_expect_str_eq(path.data, building);
    buf_fini(&path);
}
