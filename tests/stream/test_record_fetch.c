#include "alignd/stream/record_fetch.h"

#include "alignd/base/err.h"

#include "broker_fixture.h"

TestSuite(record_fetch, .timeout = 60);

struct seen {
    size_t count;
    size_t places[64];
    int64_t offsets[64];
    int stop_at; /* the so-manieth is refused; 0: none */
};

static int see(void *arg, size_t place, const struct source_message *m)
{
    struct seen *s = arg;
    cr_assert_lt(s->count, 64);
    s->places[s->count] = place;
    s->offsets[s->count++] = m->offset;
    return s->stop_at && (int)s->count == s->stop_at ? ERR_FORMAT : ERR_OK;
}

/* Twenty records each in partitions 0 and 1, none in 2. */
static void fill(struct broker_fixture *f, const char *topic)
{
    struct producer *p;
    cr_assert_eq(producer_open(f->conf, topic, 15000, &p), 0);
    for (int i = 0; i < 40; i++)
        broker_fixture_send(p, i % 2, "k", "v");
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);
}

static struct source_options options_of(struct broker_fixture *f, struct source_topic *topic)
{
    return (struct source_options){.kafka = f->conf,
                                   .group = "test-fetch",
                                   .topics = topic,
                                   .topic_count = 1,
                                   .start_timeout_ms = 15000,
                                   .metadata_interval_ms = 60000};
}

Test(record_fetch, all_and_single_ones_and_none)
{
    struct broker_fixture f = broker_fixture_start();
    char name[64];
    broker_fixture_topic(&f, name, 3);
    fill(&f, name);
    struct source_topic topic = {name, 0};
    struct source_options o = options_of(&f, &topic);

    struct seen all = {0};
    cr_assert_eq(record_fetch_all(&o, see, &all), ERR_OK);
    cr_expect_eq(all.count, 40);

    /* in two partitions, one behind the end, one in a partition that there is not */
    const struct record_place places[] = {{0, 3}, {0, 19}, {0, 20}, {1, 7}, {2, 0}, {9, 1}};
    struct seen some = {0};
    cr_assert_eq(record_fetch_places(&o, places, 6, see, &some), ERR_OK);
    cr_assert_eq(some.count, 3);
    int64_t sum = 0;
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(places[some.places[i]].offset, some.offsets[i]);
        sum += some.offsets[i];
    }
    cr_expect_eq(sum, 3 + 19 + 7);

    const struct record_place starts[] = {{0, 17}, {2, 0}};
    struct seen rest = {0};
    cr_assert_eq(record_fetch_from(&o, starts, 2, see, &rest), ERR_OK);
    cr_assert_eq(rest.count, 3);
    cr_expect(rest.offsets[0] == 17 && rest.offsets[2] == 19);

    struct seen none = {0};
    cr_expect_eq(record_fetch_places(&o, NULL, 0, see, &none), ERR_OK);
    cr_expect_eq(none.count, 0);
    struct seen refused = {.stop_at = 2};
    cr_expect_eq(record_fetch_all(&o, see, &refused), ERR_FORMAT);
    cr_expect_eq(refused.count, 2);
    broker_fixture_stop(&f);
}

Test(record_fetch, an_empty_topic_and_one_that_is_not_there)
{
    struct broker_fixture f = broker_fixture_start();
    char name[64];
    broker_fixture_topic(&f, name, 2);
    struct source_topic topic = {name, 0};
    struct source_options o = options_of(&f, &topic);
    struct seen seen = {0};
    cr_expect_eq(record_fetch_all(&o, see, &seen), ERR_OK);
    const struct record_place place = {0, 0};
    cr_expect_eq(record_fetch_places(&o, &place, 1, see, &seen), ERR_OK);
    cr_expect_eq(seen.count, 0);
    broker_fixture_stop(&f);
}

Test(record_fetch, places_are_ordered_by_partition_first)
{
    const struct record_place a = {0, 9}, b = {1, 2}, c = {1, 3};
    cr_expect_lt(record_fetch_compare(&a, &b), 0);
    cr_expect_gt(record_fetch_compare(&c, &b), 0);
    cr_expect_eq(record_fetch_compare(&c, &c), 0);
}
