#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/term.h"
#include "alignd/state/meta.h"
#include "alignd/state/nodes.h"
#include "alignd/state/offsets.h"
#include "alignd/state/outbox.h"
#include "alignd/state/published.h"
#include "alignd/state/state.h"
#include "alignd/state/walk.h"

#include <criterion/criterion.h>

#define PATH "/state"

static struct kv *kv;
static struct kv_batch *batch;
static struct state state;

static int open_state(const char *const *graphs, size_t count)
{
    state_init(&state, kv, graphs, count, NULL, 1 << 16);
    int rc = state_load(&state, batch);
    if (!rc && kv_batch_rows(batch))
        rc = kv_write(kv, batch, false);
    kv_batch_clear(batch);
    return rc;
}

static const char *const both[] = {"right", "left"};

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    batch = kv_batch_new();
    cr_assert_eq(open_state(both, 2), ERR_OK);
}

static void tear_down(void)
{
    state_fini(&state);
    kv_batch_free(batch);
    kv_close(kv);
    kv_destroy(PATH, true);
}

TestSuite(state, .init = set_up, .fini = tear_down);

static struct id id_in(size_t graph, uint64_t n)
{
    return (struct id){(uint64_t)state.graphs[graph].tag << 48, n};
}

Test(state, the_graph_whose_name_sorts_first_is_the_subject)
{
    cr_expect_eq(state_graph_of(&state, id_in(1, 7)), 1);
    cr_expect(state_first(&state, id_in(1, 7), id_in(0, 7)));
    cr_expect_not(state_first(&state, id_in(0, 7), id_in(1, 7)));
    cr_expect_eq(state_graph_of(&state, (struct id){0, 1}), 2, "a value is of no graph");
}

Test(state, what_is_committed_is_there_when_the_store_is_opened_again)
{
    struct predicate *p = predicates_resolve(state.predicates, slice_of("left"),
                                             state.graphs[1].tag, slice_of("http://v/p"));
    struct state_predicate more = {.predicate = p, .triples = 3};
    struct state_change change = {.totals = {.triples = {1, 2}, .entities = {3, 4}, .pairs = 5},
                                  .records = 6,
                                  .predicates = &more,
                                  .predicate_count = 1};
    char uuid[37];
    memcpy(uuid, state.uuid, sizeof(uuid));
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
    struct state before = state;
    state_fini(&state);
    cr_assert_eq(open_state(both, 2), ERR_OK);
    cr_expect_arr_eq(state.uuid, uuid, sizeof(uuid));
    cr_expect_eq(memcmp(&state.totals, &before.totals, sizeof(before.totals)), 0);
    cr_expect_eq(memcmp(state.digests, before.digests, sizeof(before.digests)), 0);
    cr_expect_neq(state.digests[KV_PREDICATES], 0);
    cr_expect_eq(state.head, 6);
    p = predicates_resolve(state.predicates, slice_of("left"), state.graphs[1].tag,
                           slice_of("http://v/p"));
    cr_expect_eq(p->triples, 3);
}

Test(state, a_digest_is_that_of_the_rows_whatever_way_they_came)
{
    struct state_change change = {0};
    struct slice none = {NULL, 0}, key = slice_of("sixteen bytes ..."), one = slice_of("1"),
                 two = slice_of("2");
    state_put_row(&state, batch, &change, KV_NODES, key, none, one);
    state_put_row(&state, batch, &change, KV_NODES, key, one, two);
    cr_expect_eq(change.digests[KV_NODES], state_row_hash(KV_NODES, key, two));
    state_put_row(&state, batch, &change, KV_NODES, key, two, none);
    cr_expect_eq(change.digests[KV_NODES], 0);
    size_t rows = kv_batch_rows(batch);
    state_put_row(&state, batch, &change, KV_NODES, key, one, one);
    cr_expect_eq(kv_batch_rows(batch), rows, "what is the same is not written");
}

Test(state, a_batch_without_a_row_changes_nothing)
{
    struct state_change change = {0};
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    cr_expect_eq(kv_batch_rows(batch), 0);
}

Test(state, a_graph_may_be_added_and_none_left_out)
{
    static const char *const three[] = {"middle", "left", "right"};
    state_fini(&state);
    cr_assert_eq(open_state(three, 3), ERR_OK);
    state_fini(&state);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(open_state(both, 2), ERR_MISMATCH);
}

Test(state, a_new_epoch_keeps_the_dead_letters_alone_and_holds_events)
{
    struct outbox_record event = {.seq = 1, .value = slice_of("event")};
    struct outbox_record letter = {
        .seq = 2, .destination = OUTBOX_DEAD_LETTERS, .value = slice_of("letter")};
    struct state_change change = {.records = 2};
    outbox_put(kv, batch, &event);
    outbox_put(kv, batch, &letter);
    published_put(kv, batch, id_in(1, 1), id_in(0, 1), 0.5f);
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
    cr_assert_eq(state_begin_epoch(&state, batch, 7, NULL), ERR_OK);
    cr_expect_eq(state.epoch, 7);
    cr_expect_eq(state.head, 1);
    cr_expect(state.held);

    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t count;
    cr_assert_eq(outbox_read(kv, 0, 10, 1 << 10, arena, &records, &count), ERR_OK);
    cr_assert_eq(count, 1);
    cr_expect_eq(records[0].seq, 1);
    cr_expect(slice_equal(records[0].value, slice_of("letter")));
    arena_free(arena);
    struct published row;
    cr_assert_eq(published_get(kv, id_in(1, 1), id_in(0, 1), &row), ERR_OK);
    cr_expect_lt(row.confidence, 0);
    cr_expect_not(row.waits);

    struct state_change release = {.release = true};
    cr_assert_eq(state_commit(&state, batch, &release, false), ERR_OK);
    bool held = true;
    cr_assert_eq(meta_get_held(kv, &held), ERR_OK);
    cr_expect_not(held);
    cr_expect_not(state.held);
}

static bool is_second(void *arg, const struct outbox_record *letter)
{
    ++*(int *)arg;
    return slice_equal(letter->value, slice_of("second"));
}

Test(state, a_new_epoch_keeps_the_letters_that_it_is_told_to)
{
    static const char *const values[] = {"first", "second", "third"};
    struct state_change change = {.records = 3};
    for (uint64_t i = 0; i < 3; i++) {
        struct outbox_record letter = {
            .seq = i + 1, .destination = OUTBOX_DEAD_LETTERS, .value = slice_of(values[i])};
        outbox_put(kv, batch, &letter);
    }
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
    int asked = 0;
    struct state_letters which = {is_second, &asked};
    cr_assert_eq(state_begin_epoch(&state, batch, 0, &which), ERR_OK);
    cr_expect_eq(asked, 3);
    cr_expect_eq(state.head, 1);

    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t count;
    cr_assert_eq(outbox_read(kv, 0, 10, 1 << 10, arena, &records, &count), ERR_OK);
    cr_assert_eq(count, 1);
    cr_expect_eq(records[0].seq, 1);
    cr_expect(slice_equal(records[0].value, slice_of("second")));
    arena_free(arena);
}

static int count_waiting(void *arg, struct id subject, struct id object,
                         const struct published *row)
{
    (void)subject, (void)object;
    *(size_t *)arg += row->waits;
    return ERR_OK;
}

Test(state, what_is_published_of_a_pair_reads_back_and_so_does_that_it_waits)
{
    struct published row;
    size_t waiting = 0;
    published_put(kv, batch, id_in(1, 1), id_in(0, 1), 0.5f);
    published_put_waiting(kv, batch, id_in(1, 2), id_in(0, 1), 1000, INT64_C(1) << 42);
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    cr_assert_eq(published_get(kv, id_in(1, 1), id_in(0, 1), &row), ERR_OK);
    cr_expect(!row.waits && row.confidence == 0.5f);
    cr_assert_eq(published_get(kv, id_in(1, 2), id_in(0, 1), &row), ERR_OK);
    cr_expect(row.waits && row.confidence < 0);
    cr_expect_eq(row.first_ms, 1000);
    cr_expect_eq(row.last_ms, INT64_C(1) << 42);
    cr_assert_eq(published_each(kv, count_waiting, &waiting), ERR_OK);
    cr_expect_eq(waiting, 1);
    kv_batch_clear(batch);
    kv_batch_put(kv, batch, KV_PUBLISHED, slice_of("0123456789abcdef0123456789abcdef"),
                 slice_of("no row"));
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    cr_expect_eq(published_each(kv, count_waiting, &waiting), ERR_STORE);
    kv_batch_clear(batch);
}

Test(state, events_are_held_from_a_change_on_that_says_so)
{
    struct state_change hold = {.hold = true};
    bool held = false;
    cr_assert_eq(state_commit(&state, batch, &hold, false), ERR_OK);
    cr_assert_eq(meta_get_held(kv, &held), ERR_OK);
    cr_expect(held);
    cr_expect(state.held);
}

/* A new state on a database of its own. */
static void expect_continued(const struct state *from, size_t records)
{
    struct kv_options k = kv_options_default();
    struct kv *other;
    struct state s;
    k.in_memory = true;
    cr_assert_eq(kv_open("/continued", &k, &other), ERR_OK);
    for (int opened = 0; opened < 2; opened++) { /* and again: it is in the store */
        state_init(&s, other, both, 2, NULL, 1 << 16);
        cr_assert_eq(state_load(&s, batch), ERR_OK);
        if (!opened) {
            cr_assert_eq(kv_write(other, batch, false), ERR_OK);
            kv_batch_clear(batch);
            cr_assert_eq(state_continue(&s, batch, from), ERR_OK);
            cr_expect_eq(kv_batch_rows(batch), 0);
        }
        int64_t next;
        struct arena *arena = arena_new();
        struct outbox_record *found;
        size_t count;
        cr_expect_str_eq(s.uuid, from->uuid);
        cr_expect_eq(s.epoch, from->epoch);
        cr_expect_eq(s.head, from->head);
        cr_assert_eq(outbox_read(other, 0, 10, 1 << 10, arena, &found, &count), ERR_OK);
        cr_assert_eq(count, records);
        for (size_t i = 0; i < count; i++)
            cr_expect_eq(found[i].seq, from->head - count + 1 + i, "no number is another");
        arena_free(arena);
        cr_expect(s.held);
        cr_assert_eq(offsets_get(other, slice_of("topic"), 3, &next), ERR_OK);
        cr_expect_eq(next, 14);
        state_fini(&s);
    }
    kv_close(other);
    kv_destroy("/continued", true);
}

Test(state, one_made_anew_goes_on_where_the_other_stands)
{
    struct state_offset offset = {slice_of("topic"), 3, 14};
    struct state_change change = {.hold = true};
    offsets_put(kv, batch, &offset, 1);
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
    expect_continued(&state, 0);

    struct outbox_record event = {.seq = 1, .value = slice_of("event")};
    struct outbox_record letter = {
        .seq = 2, .destination = OUTBOX_DEAD_LETTERS, .value = slice_of("letter")};
    change = (struct state_change){.records = 2, .release = true};
    outbox_put(kv, batch, &event);
    outbox_put(kv, batch, &letter);
    cr_assert_eq(state_commit(&state, batch, &change, false), ERR_OK);
    kv_batch_clear(batch);
    expect_continued(&state, 2);
    cr_assert_eq(outbox_drop(kv, 1), ERR_OK); /* it was published */
    expect_continued(&state, 1);
}

static int take_offset(void *arg, const struct state_offset *offset)
{
    int64_t *sum = arg;
    *sum += offset->next;
    return *sum > 1000 ? ERR_STOPPED : ERR_OK;
}

Test(state, offsets_are_read_back_one_by_one_and_all)
{
    const struct state_offset some[] = {{slice_of("a"), 0, 7}, {slice_of("a"), 1, 50}};
    int64_t next, sum = 0;
    offsets_put(kv, batch, some, 2);
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    cr_assert_eq(offsets_get(kv, slice_of("a"), 1, &next), ERR_OK);
    cr_expect_eq(next, 50);
    cr_assert_eq(offsets_get(kv, slice_of("b"), 0, &next), ERR_OK);
    cr_expect_eq(next, -1);
    cr_assert_eq(offsets_each(kv, take_offset, &sum), ERR_OK);
    cr_expect_eq(sum, 57);
}

Test(state, an_entity_is_written_as_it_is_read)
{
    struct arena *arena = arena_new();
    struct slice text;
    struct term blank = term_of_written(slice_of("_:b1")), iri = term_of_written(slice_of("x:y"));
    struct node node = {.kind = (uint8_t)blank.kind, .term = blank.text};
    cr_expect_eq(blank.kind, TERM_BLANK);
    cr_expect_eq(iri.kind, TERM_IRI);
    nodes_write_term(&node, arena, &text);
    cr_expect(slice_equal(text, slice_of("_:b1")));
    cr_expect_eq(nodes_read(kv, id_in(0, 1), arena, &node), ERR_NOT_FOUND);
    arena_free(arena);
}

struct visited {
    char keys[64];
    size_t most;
};

static int note_key(void *arg, struct slice key, struct slice value)
{
    struct visited *v = arg;
    strncat(v->keys, key.data, key.len);
    strcat(v->keys, value.len ? "+ " : " ");
    return --v->most ? ERR_OK : ERR_STOPPED;
}

Test(state, a_walk_visits_the_rows_that_begin_so_until_it_is_told_to_end)
{
    static const char *const keys[] = {"P", "Pa", "Pb", "O", "Q", "p"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        kv_batch_put(kv, batch, KV_DIRTY, slice_of(keys[i]), slice_of(i % 2 ? "x" : ""));
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    kv_batch_clear(batch);
    struct visited all = {"", 100}, some = {"", 100}, two = {"", 2}, none = {"", 100};
    cr_expect_eq(walk_rows(kv, KV_DIRTY, note_key, &all), ERR_OK);
    cr_expect_str_eq(all.keys, "O+ P Pa+ Pb Q p+ ");
    cr_expect_eq(walk_prefix(kv, KV_DIRTY, slice_of("P"), note_key, &some), ERR_OK);
    cr_expect_str_eq(some.keys, "P Pa+ Pb ");
    cr_expect_eq(walk_prefix(kv, KV_DIRTY, slice_of("P"), note_key, &two), ERR_STOPPED);
    cr_expect_str_eq(two.keys, "P Pa+ ");
    cr_expect_eq(walk_prefix(kv, KV_DIRTY, slice_of("Pab"), note_key, &none), ERR_OK);
    cr_expect_str_eq(none.keys, "");
}
