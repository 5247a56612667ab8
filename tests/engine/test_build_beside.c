#include "alignd/engine/build_beside.h"

#include "history.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/model/model.h"
#include "alignd/store/building.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STEPS 300

static struct model *model;
static struct engine_options options;
static struct history history;
static char folder[64], store[80], beside[96];

/* What the progress was told, and what it answers. */
static struct {
    size_t reading, passes;
    int rc;
} notes;

static void set_up(void)
{
    log_set_level(LOG_ERROR);
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "one";
    options.graphs[1] = "two";
    options.graph_count = 2;
    options.model = model;
    options.sync = false;
    history_make(&history, 7, STEPS, 16);
    snprintf(folder, sizeof(folder), "/tmp/alignd-beside-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(store, sizeof(store), "%s/s", folder);
    snprintf(beside, sizeof(beside), "%s.building", store);
}

static void tear_down(void)
{
    cr_expect_neq(access(beside, F_OK), 0, "nothing is left beside");
    kv_destroy(store, false);
    cr_expect_eq(rmdir(folder), 0);
    history_free(&history);
    model_free(model);
}

TestSuite(build_beside, .init = set_up, .fini = tear_down);

static int note(void *arg, double done, const char *pass)
{
    (void)arg;
    cr_expect(done >= 0 && done <= 1);
    *(strcmp(pass, BUILD_BESIDE_READING) == 0 ? &notes.reading : &notes.passes) += 1;
    return notes.rc;
}

static struct build_beside *begin(const struct state *continues)
{
    struct build_beside_options o = {.store = store,
                                     .kv = kv_options_default(),
                                     .engine = &options,
                                     .continues = continues,
                                     .build = {.memory_bytes = 1 << 20, .progress = note}};
    struct build_beside *b;
    cr_assert_eq(build_beside_open(&o, &b), ERR_OK);
    return b;
}

static void add(struct build_beside *b, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct step *step = &history.steps[i];
        cr_assert_eq(build_beside_add(b, (size_t)step->graph, &step->change, 1), ERR_OK);
    }
}

static void keep(struct build_beside *b)
{
    cr_assert_eq(build_beside_run(b), ERR_OK);
    build_beside_keep(b);
    build_beside_close(b);
}

static struct engine *open_store(struct kv **ret_kv)
{
    struct kv_options o = kv_options_default();
    struct engine *e;
    o.create = false;
    cr_assert_eq(kv_open(store, &o, ret_kv), ERR_OK);
    cr_assert_eq(engine_open(*ret_kv, &options, &e), ERR_OK);
    return e;
}

Test(build_beside, goes_on_with_the_triples_of_the_other_and_those_behind_them)
{
    struct kv *kv;
    uint64_t digests[KV_FAMILIES];
    char uuid[64];
    struct build_beside *b = begin(NULL);
    add(b, 0, STEPS);
    keep(b);
    cr_assert_eq(building_finish(store), ERR_OK);
    struct engine *e = open_store(&kv);
    for (int f = 0; f < KV_FAMILIES; f++)
        digests[f] = engine_digest(e, (enum kv_family)f);
    engine_close(e);
    kv_close(kv);
    kv_destroy(store, false);

    b = begin(NULL);
    add(b, 0, STEPS / 2);
    keep(b);
    cr_assert_eq(building_finish(store), ERR_OK);
    e = open_store(&kv);
    snprintf(uuid, sizeof(uuid), "%s", engine_uuid(e));
    b = begin(engine_state(e));
    cr_assert_eq(build_beside_add_store(b), ERR_OK);
    cr_expect_eq(build_beside_stored(b), state_triples(engine_state(e)));
    cr_expect_gt(notes.reading, 0);
    add(b, STEPS / 2, STEPS);
    keep(b);
    engine_close(e);
    kv_close(kv);
    cr_assert_eq(building_finish(store), ERR_OK);
    e = open_store(&kv);
    cr_expect_str_eq(engine_uuid(e), uuid);
    for (int f = 0; f < KV_FAMILIES; f++)
        if (f != KV_META)
            cr_expect_eq(engine_digest(e, (enum kv_family)f), digests[f], "%s",
                         kv_family_name((enum kv_family)f));
    engine_close(e);
    kv_close(kv);
}

Test(build_beside, leaves_out_a_graph_that_the_new_store_has_not)
{
    struct kv *kv;
    struct state_totals before, after;
    struct build_beside *b = begin(NULL);
    add(b, 0, STEPS);
    keep(b);
    cr_assert_eq(building_finish(store), ERR_OK);
    struct engine *e = open_store(&kv);
    engine_get_totals(e, &before);
    options.graphs[0] = "two";
    options.graph_count = 1;
    b = begin(engine_state(e));
    cr_assert_eq(build_beside_add_store(b), ERR_OK);
    keep(b);
    engine_close(e);
    kv_close(kv);
    cr_assert_eq(building_finish(store), ERR_OK);
    e = open_store(&kv);
    engine_get_totals(e, &after);
    cr_expect_gt(before.triples[1], 0);
    cr_expect_eq(after.triples[0], before.triples[1]);
    engine_close(e);
    kv_close(kv);
}

Test(build_beside, that_is_not_kept_leaves_nothing)
{
    struct build_beside *b = begin(NULL);
    cr_expect_eq(access(beside, F_OK), 0);
    add(b, 0, STEPS);
    build_beside_close(b);
    cr_expect_neq(access(beside, F_OK), 0);

    b = begin(NULL);
    add(b, 0, STEPS);
    notes.rc = ERR_STOPPED;
    cr_expect_eq(build_beside_run(b), ERR_STOPPED);
    build_beside_close(b);
    cr_expect_neq(access(beside, F_OK), 0);
    cr_expect_neq(access(store, F_OK), 0);
}
