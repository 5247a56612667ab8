#include "alignd/stream/publisher.h"

#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/state/outbox.h"
#include "alignd/stream/group_watch.h"

#include "broker_fixture.h"

#include <librdkafka/rdkafka.h> /* for what an operator does from outside */

TestSuite(publisher, .timeout = 120);

#define UUID "01234567-89ab-cdef-0123-456789abcdef"

/* A store with an outbox, an input topic and an output topic. */
struct bench {
    struct broker_fixture f;
    char dir[64], in[64], out[64], dead[64], id[80];
    struct kv *kv;
    uint64_t head;
    struct publisher_options options;
    struct publisher_offset offset;
};

static struct bench bench_start(void)
{
    struct bench b = {.f = broker_fixture_start(), .dir = "/tmp/alignd-test-XXXXXX"};
    struct kv_options kv = kv_options_default();
    kv.create = true;
    cr_assert(mkdtemp(b.dir));
    cr_assert_eq(kv_open(b.dir, &kv, &b.kv), 0);
    broker_fixture_topic(&b.f, b.in, 1);
    broker_fixture_topic(&b.f, b.out, 1);
    broker_fixture_topic(&b.f, b.dead, 1);
    snprintf(b.id, sizeof(b.id), "tx-%s", b.in);
    return b;
}

/* Options point into the bench, so they are made where it stays. */
static struct publisher_options *bench_options(struct bench *b)
{
    b->options = publisher_options_default();
    b->options.kafka = b->f.conf;
    b->options.kv = b->kv;
    b->options.transactional_id = b->options.group = b->id;
    b->options.events_topic = b->out;
    b->options.dead_letter_topic = b->dead;
    b->options.uuid = UUID;
    b->options.epoch = 1;
    b->options.head = b->head;
    b->options.start_timeout_ms = 20000;
    b->options.embedded = b->f.embedded != NULL;
    b->offset = (struct publisher_offset){slice_of(b->in), 0, b->offset.next, b->head > 0};
    b->options.offsets = &b->offset;
    b->options.offset_count = 1;
    return &b->options;
}

static void bench_stop(struct bench *b)
{
    char command[128];
    kv_close(b->kv);
    snprintf(command, sizeof(command), "rm -rf %s", b->dir);
    cr_assert_eq(system(command), 0);
    broker_fixture_stop(&b->f);
}

/* Commits count events as a turn does: outbox rows, nothing else. */
static void bench_turn(struct bench *b, int count)
{
    struct kv_batch *batch = kv_batch_new();
    struct buf row = {0};
    for (int i = 0; i < count; i++) {
        char key[8], text[32];
        uint64_t seq = ++b->head;
        struct outbox_header header = {slice_of("content-type"), slice_of("application/json")};
        snprintf(text, sizeof(text), "event %d", (int)seq);
        struct outbox_record record = {.destination = OUTBOX_EVENTS,
                                       .has_key = true,
                                       .key = slice_of("pair"),
                                       .value = slice_of(text),
                                       .tombstone = seq % 10 == 0,
                                       .headers = &header,
                                       .header_count = 1};
        for (int k = 0; k < 8; k++)
            key[k] = (char)(seq >> (56 - 8 * k));
        buf_clear(&row);
        outbox_encode(&row, &record);
        kv_batch_put(b->kv, batch, KV_OUTBOX, (struct slice){key, 8}, buf_slice(&row));
    }
    cr_assert_eq(kv_write(b->kv, batch, true), 0);
    buf_fini(&row);
    kv_batch_free(batch);
    b->offset.next++;
}

static void bench_notify(struct bench *b, struct publisher *p)
{
    struct publisher_offset o = b->offset;
    o.in_store = true;
    publisher_notify(p, b->head, &o, 1, clock_mono_us());
}

/* Reads the output and checks that it is event 1 to event `count`, each once. */
static void bench_check(struct bench *b, size_t count)
{
    struct source_topic topic = {b->out, 0};
    struct source_options options = {.kafka = b->f.conf,
                                     .group = "reader",
                                     .topics = &topic,
                                     .topic_count = 1,
                                     .start_timeout_ms = 20000,
                                     .metadata_interval_ms = 60000};
    struct source *s;
    struct source_batch *batch = source_batch_new();
    struct source_limits more = {count + 1, SIZE_MAX, 500, 0};
    cr_assert_eq(source_open(&options, source_from_beginning, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    if (count)
        broker_fixture_poll(s, batch, count);
    cr_assert_eq(source_poll(s, &more, batch), 0);
    cr_assert_eq(batch->count, count, "more than %zu records came", count);
    for (size_t i = 0; i < count; i++) {
        char text[32];
        const struct source_message *m = &batch->messages[i];
        snprintf(text, sizeof(text), "event %zu", i + 1);
        cr_assert_eq(m->tombstone, (i + 1) % 10 == 0);
        if (!m->tombstone)
            cr_assert(slice_equal(m->payload, slice_of(text)), "place %zu holds '%.*s'", i,
                      (int)m->payload.len, m->payload.data);
        cr_assert(slice_equal(m->content_type, slice_of("application/json")));
    }
    /* the commit markers behind the last record are no lag */
    cr_expect_eq(source_lag(s), 0);
    source_batch_free(batch);
    source_close(s);
}

Test(publisher, publishes_each_turn_once_and_empties_the_outbox)
{
    struct bench b = bench_start();
    struct publisher *p;
    struct publisher_stats stats;
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    for (int turn = 0; turn < 20; turn++) {
        bench_turn(&b, turn);
        bench_notify(&b, p);
    }
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_get_stats(p, &stats);
    cr_expect_eq(stats.published, b.head);
    cr_expect_eq(stats.records, b.head);
    publisher_close(p);

    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t left;
    cr_assert_eq(outbox_read(b.kv, 0, 10, 1000, arena, &records, &left), 0);
    cr_expect_eq(left, 0);
    arena_free(arena);
    bench_check(&b, b.head);
    bench_stop(&b);
}

Test(publisher, splits_what_is_too_much_for_one_transaction)
{
    struct bench b = bench_start();
    struct publisher *p;
    struct publisher_stats stats;
    bench_options(&b)->max_records = 7;
    cr_assert_eq(publisher_open(&b.options, &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    bench_turn(&b, 100);
    bench_notify(&b, p);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_get_stats(p, &stats);
    cr_expect_geq(stats.committed, 15);
    publisher_close(p);
    bench_check(&b, 100);
    bench_stop(&b);
}

Test(publisher, goes_on_behind_what_the_group_says_is_published)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster stores no transactional offsets");
    struct bench b = bench_start();
    struct publisher *p;
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    bench_turn(&b, 15);
    bench_notify(&b, p);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_close(p);

    /* a crash between commit and drop: the rows are there again */
    b.head = 0;
    bench_turn(&b, 15);
    b.offset.next = 1;
    bench_turn(&b, 5);
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_close(p);
    bench_check(&b, 20);
    bench_stop(&b);
}

Test(publisher, refuses_a_group_of_another_store_and_a_store_that_went_back)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster stores no transactional offsets");
    struct bench b = bench_start();
    struct publisher *p;
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    bench_turn(&b, 5);
    bench_notify(&b, p);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_close(p);

    log_set_level((enum log_level) - 1);
    bench_options(&b)->uuid = "ffffffff-89ab-cdef-0123-456789abcdef";
    cr_expect_eq(publisher_open(&b.options, &p), ERR_MISMATCH);
    bench_options(&b)->head = 4;
    cr_expect_eq(publisher_open(&b.options, &p), ERR_MISMATCH);

    bench_options(&b)->uuid = "ffffffff-89ab-cdef-0123-456789abcdef";
    b.options.take_over = true;
    cr_assert_eq(publisher_open(&b.options, &p), 0);
    publisher_close(p);
    cr_expect_eq(publisher_open(bench_options(&b), &p), ERR_MISMATCH);
    bench_stop(&b);
}

/* The same store, at the same point, in another process. */
static struct bench bench_copy(const struct bench *b)
{
    struct bench copy = *b;
    struct kv_options kv = kv_options_default();
    snprintf(copy.dir, sizeof(copy.dir), "%.50s-copy", b->dir);
    cr_assert_eq(kv_checkpoint(b->kv, copy.dir), 0);
    cr_assert_eq(kv_open(copy.dir, &kv, &copy.kv), 0);
    return copy;
}

Test(publisher, a_second_instance_ends_the_first)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster does not fence");
    struct bench b = bench_start(), copy;
    struct publisher *first, *second;
    struct publisher_stats stats;
    char command[128];
    cr_assert_eq(publisher_open(bench_options(&b), &first), 0);
    cr_assert_eq(publisher_start(first), 0);
    bench_turn(&b, 5);
    bench_notify(&b, first);
    cr_assert_eq(publisher_flush(first, 20000), 0);

    copy = bench_copy(&b);
    cr_assert_eq(publisher_open(bench_options(&copy), &second), 0);
    cr_assert_eq(publisher_start(second), 0);
    bench_turn(&copy, 5);
    bench_notify(&copy, second);
    cr_assert_eq(publisher_flush(second, 20000), 0);

    /* the zombie has made events of the same numbers: what the other published is not its own */
    log_set_level((enum log_level) - 1);
    bench_turn(&b, 5);
    bench_notify(&b, first);
    cr_expect_eq(publisher_flush(first, 30000), ERR_FENCED);
    publisher_close(first);

    /* and it does no harm to who took over */
    log_set_level(LOG_ERROR);
    bench_turn(&copy, 5);
    bench_notify(&copy, second);
    cr_expect_eq(publisher_flush(second, 30000), 0);
    publisher_get_stats(second, &stats);
    cr_expect_eq(stats.recreated, 0);
    publisher_close(second);
    bench_check(&copy, 15);
    kv_close(copy.kv);
    snprintf(command, sizeof(command), "rm -rf %s", copy.dir);
    cr_assert_eq(system(command), 0);
    bench_stop(&b);
}

/* What kafka-consumer-groups --reset-offsets does: offsets without our mark. */
static void reset_group(struct bench *b)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", getenv("ALIGND_TEST_BROKER"), NULL, 0);
    rd_kafka_conf_set(conf, "group.id", b->id, NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, b->in, 0)->offset = 0;
    cr_assert_eq(rd_kafka_commit(rk, list, 0), 0);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
}

Test(publisher, refuses_a_group_that_somebody_reset)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster stores no transactional offsets");
    struct bench b = bench_start();
    struct publisher *p;
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    bench_turn(&b, 5);
    bench_notify(&b, p);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    publisher_close(p);
    reset_group(&b);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(publisher_open(bench_options(&b), &p), ERR_MISMATCH);
    bench_options(&b)->take_over = true;
    cr_assert_eq(publisher_open(&b.options, &p), 0);
    publisher_close(p);
    log_set_level(LOG_ERROR);
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    publisher_close(p);
    bench_check(&b, 5);
    bench_stop(&b);
}

Test(publisher, says_that_its_topic_is_missing)
{
    struct bench b = bench_start();
    struct publisher *p;
    if (b.f.embedded) {
        bench_stop(&b);
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster makes up topics");
    }
    log_set_level((enum log_level) - 1);
    bench_options(&b)->events_topic = "no-such-topic";
    cr_expect_eq(publisher_open(&b.options, &p), ERR_CONFIG);
    bench_stop(&b);
}

Test(publisher, a_record_too_large_for_the_broker_ends_it)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster takes any size");
    struct bench b = bench_start();
    struct publisher *p;
    char *large = calloc(1, 2000000), key[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    struct buf row = {0};
    for (size_t i = 0; i < 2000000; i++)
        large[i] = (char)(i * 2654435761u >> 13); /* nothing to compress */
    struct outbox_record record = {.value = {large, 2000000}};
    struct kv_batch *batch = kv_batch_new();
    outbox_encode(&row, &record);
    kv_batch_put(b.kv, batch, KV_OUTBOX, (struct slice){key, 8}, buf_slice(&row));
    cr_assert_eq(kv_write(b.kv, batch, true), 0);
    kv_batch_free(batch);
    b.head = 1;
    log_set_level((enum log_level) - 1);
    cr_assert_eq(publisher_open(bench_options(&b), &p), 0);
    cr_assert_eq(publisher_start(p), 0);
    cr_expect_eq(publisher_flush(p, 30000), ERR_CONFIG);
    publisher_close(p);
    buf_fini(&row);
    free(large);
    bench_stop(&b);
}

static enum lease_state state_of(struct group_watch *w)
{
    struct lease lease;
    group_watch_get(w, &lease);
    return lease_state(&lease);
}

static bool comes_to(struct group_watch *w, enum lease_state state, int ms)
{
    for (; ms > 0 && state_of(w) != state; ms -= 20)
        clock_sleep_ms(20);
    return state_of(w) == state;
}

static struct group_watch *watch_start(struct bench *b, int64_t lease_ms)
{
    struct group_watch *w;
    static struct group_offsets_partition part;
    part = (struct group_offsets_partition){b->in, 0};
    struct group_watch_options o = {b->f.conf, b->id, &part, 1, lease_ms};
    cr_assert_eq(group_watch_start(&o, &w), 0);
    cr_assert_eq(group_watch_wait(w, 20000), 0);
    return w;
}

/* Takes an epoch above all there were, as a store does. */
static int inherit(void *arg, struct publisher_heir *heir)
{
    struct publisher_heir *seen = arg;
    heir->epoch = heir->newest_epoch + 1;
    heir->head = 0;
    *seen = *heir;
    seen->offsets = NULL;
    cr_expect_eq(heir->offset_count, 1);
    cr_expect_eq(heir->offsets[0].next, 2);
    return ERR_OK;
}

Test(publisher, one_of_several_beats_releases_and_is_inherited)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster stores no transactional offsets");
    struct bench b = bench_start(), other;
    struct publisher *p, *heir;
    struct publisher_stats stats;
    struct publisher_heir seen = {0};
    char command[128];
    bench_options(&b)->lease_ms = 600;
    cr_assert_eq(publisher_open(&b.options, &p), 0);
    struct group_watch *w = watch_start(&b, 600);
    cr_expect_eq(state_of(w), LEASE_HELD);
    cr_expect(comes_to(w, LEASE_GONE, 5000), "its thread does not run yet");
    cr_assert_eq(publisher_start(p), 0);
    bench_turn(&b, 3);
    bench_turn(&b, 3);
    bench_notify(&b, p);
    cr_assert_eq(publisher_flush(p, 20000), 0);
    cr_expect(comes_to(w, LEASE_HELD, 5000));
    for (int i = 0; i < 60; i++) {
        cr_assert_eq(state_of(w), LEASE_HELD, "it is idle, and beats");
        clock_sleep_ms(25);
    }
    cr_expect_eq(group_watch_offset(w, slice_of(b.in), 0), 2);
    cr_expect_eq(publisher_release(p, 20000), 0);
    cr_expect(comes_to(w, LEASE_RELEASED, 5000));

    other = bench_copy(&b);
    other.offset.next = 1; /* it is behind */
    bench_options(&other)->uuid = "ffffffff-89ab-cdef-0123-456789abcdef";
    other.options.lease_ms = 600;
    other.options.take_over = other.options.keep_offsets = true;
    other.options.on_fenced = inherit;
    other.options.arg = &seen;
    cr_assert_eq(publisher_open(&other.options, &heir), 0);
    cr_expect_eq(seen.newest_epoch, 1);
    cr_expect(comes_to(w, LEASE_HELD, 5000));
    cr_expect_eq(group_watch_offset(w, slice_of(b.in), 0), 2, "the group does not go back");
    for (int i = 0; i < 500 && !publisher_status(p); i++)
        clock_sleep_ms(20);
    cr_expect_eq(publisher_status(p), ERR_FENCED, "idle, it is told by its next beat");
    publisher_get_stats(p, &stats);
    cr_expect_eq(stats.records, 6);
    group_watch_stop(w);
    publisher_close(p);
    publisher_close(heir);
    kv_close(other.kv);
    snprintf(command, sizeof(command), "rm -rf %s", other.dir);
    cr_assert_eq(system(command), 0);
    bench_stop(&b);
}
