/* A view says what was there when it was opened, whatever is committed after it. */
#include "alignd/state/state_view.h"

#include "alignd/base/err.h"
#include "alignd/state/walk.h"

#include <criterion/criterion.h>

static const char *const graphs[] = {"right", "left"};
static struct kv *kv;
static struct kv_batch *batch;
static struct state state;

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open("/state-view", &k, &kv), ERR_OK);
    batch = kv_batch_new();
    state_init(&state, kv, graphs, 2, NULL, 1 << 16);
    cr_assert_eq(state_load(&state, batch), ERR_OK);
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    kv_batch_clear(batch);
}

static void tear_down(void)
{
    state_fini(&state);
    kv_batch_free(batch);
    kv_close(kv);
    kv_destroy("/state-view", true);
}

TestSuite(state_view, .init = set_up, .fini = tear_down);

/* A turn that makes one more node; its text is its key. */
static void turn(const char *key)
{
    struct state_change change = {.totals = {.entities = {1, 0}, .triples = {2, 0}}};
    state_put_row(&state, batch, &change, KV_NODES, slice_of(key), (struct slice){NULL, 0},
                  slice_of(key));
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
}

static int count(void *arg, struct slice key, struct slice row)
{
    cr_expect(slice_equal(key, row));
    ++*(size_t *)arg;
    return ERR_OK;
}

static void expect_nodes(const struct state *s, size_t want)
{
    size_t n = 0;
    cr_assert_eq(walk_rows(s->kv, KV_NODES, count, &n), ERR_OK);
    cr_expect_eq(n, want);
    cr_expect_eq(state_entities(s), want);
    cr_expect_eq(state_triples(s), 2 * want);
}

Test(state_view, is_of_one_turn_while_others_are_committed)
{
    struct state view, later;
    struct kv_value value;
    bool found = true;
    turn("aaaaaaaaaaaaaaaa");
    cr_assert_eq(state_view_open(&state, &view), ERR_OK);
    turn("bbbbbbbbbbbbbbbb");
    expect_nodes(&view, 1);
    expect_nodes(&state, 2);
    cr_assert_eq(kv_get(view.kv, KV_NODES, slice_of("bbbbbbbbbbbbbbbb"), &value, &found), ERR_OK);
    cr_expect_not(found);
    cr_assert_eq(state_view_open(&state, &later), ERR_OK);
    expect_nodes(&later, 2);
    cr_expect(slice_equal(later.graphs[1].name, slice_of("left")));
    cr_expect_eq(later.digests[KV_NODES], state.digests[KV_NODES]);
    cr_expect_neq(view.digests[KV_NODES], state.digests[KV_NODES]);
    state_view_close(&later);
    expect_nodes(&view, 1);
    state_view_close(&view);
}
