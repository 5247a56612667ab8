/*
 * record_fetch.c - a source opened for a look: from the beginnings of its topics, or where single
 * records are.  An offset that is out of a topic's range is an error of a source (records that a
 * store needs are gone), but none here: the ranges are asked for first.
 *
 *  (1) A partition is done when its position is behind what is wanted of it: a record that is not
 *      there (compacted, aborted) is passed by.
 */
#include "alignd/stream/record_fetch.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

static const struct source_limits limits = {10000, 8 << 20, 200, 0};

/* What a partition is read for. */
struct range {
    int32_t partition;
    int64_t first, last; /* offsets, inclusive; first > last: nothing */
};

struct fetch {
    const struct record_place *places; /* NULL: all */
    size_t count;
    bool onwards;         /* what is behind the places, too */
    struct range *ranges; /* of all partitions, of topics one by one */
    size_t range_count;
    record_fetch_fn *take;
    void *arg;
};

int record_fetch_compare(const struct record_place *a, const struct record_place *b)
{
    if (a->partition != b->partition)
        return a->partition < b->partition ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static int compare_places(const void *a, const void *b)
{
    return record_fetch_compare(a, b);
}

static int take_one(const struct fetch *f, const struct source_message *m)
{
    if (!f->places || f->onwards)
        return f->take(f->arg, 0, m);
    struct record_place key = {m->partition, m->offset};
    const struct record_place *found =
        bsearch(&key, f->places, f->count, sizeof(key), compare_places);
    if (!found)
        return ERR_OK;
    assert(found >= f->places && found < f->places + f->count);
    return f->take(f->arg, (size_t)(found - f->places), m);
}

/* (1) */
static bool is_done(const struct fetch *f, struct source *s)
{
    assert(f->range_count <= source_partition_count(s));
    for (size_t i = 0; i < f->range_count; i++) {
        struct source_partition part;
        source_get_partition(s, i, &part);
        if (part.next <= f->ranges[i].last)
            return false;
    }
    return true;
}

static int read_ranges(const struct fetch *f, struct source *s, int timeout_ms)
{
    struct source_batch *batch = source_batch_new();
    int64_t heard_ms = clock_mono_ms();
    int rc = source_assign(s);
    while (!rc && !is_done(f, s) && !source_at_end(s)) {
        source_batch_clear(batch);
        if ((rc = source_poll(s, &limits, batch)))
            break;
        if (batch->count)
            heard_ms = clock_mono_ms();
        for (size_t i = 0; !rc && i < batch->count; i++)
            rc = take_one(f, &batch->messages[i]);
        if (!rc && clock_mono_ms() - heard_ms > timeout_ms) {
            log_error("kafka: no record came for %d s, and the end is not reached: a transaction "
                      "may be open; try again",
                      timeout_ms / 1000);
            rc = ERR_BROKER;
        }
    }
    source_batch_free(batch);
    return rc;
}

/* What of the places a partition that reaches from low to high can hold. */
static struct range range_of(const struct fetch *f, const struct source_partition *part)
{
    struct range r = {part->partition, part->low, part->high - 1};
    if (!f->places)
        return r;
    r.first = INT64_MAX;
    r.last = -1;
    for (size_t i = 0; i < f->count; i++) {
        int64_t offset = f->places[i].offset;
        if (f->places[i].partition != part->partition || offset < part->low || offset >= part->high)
            continue;
        r.first = offset < r.first ? offset : r.first;
        r.last = offset > r.last ? offset : r.last;
    }
    return r;
}

/* A source at the beginnings, and what of it is wanted. */
static int open_and_look(const struct source_options *options, struct fetch *f,
                         struct source **ret_source)
{
    assert(!f->ranges);
    struct source *s;
    int rc = source_open(options, source_from_beginning, NULL, &s);
    if (rc)
        return rc;
    f->range_count = source_partition_count(s);
    f->ranges = memory_calloc(f->range_count ? f->range_count : 1, sizeof(*f->ranges));
    for (size_t i = 0; i < f->range_count; i++) {
        struct source_partition part;
        source_get_partition(s, i, &part);
        f->ranges[i] = range_of(f, &part);
    }
    *ret_source = s;
    return ERR_OK;
}

static int begin_at(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    const struct fetch *f = arg;
    (void)topic;
    *ret_next = SOURCE_END;
    for (size_t i = 0; i < f->range_count; i++)
        if (f->ranges[i].partition == partition && f->ranges[i].first <= f->ranges[i].last)
            *ret_next = f->ranges[i].first;
    return ERR_OK;
}

static int fetch(const struct source_options *options, struct fetch *f)
{
    assert(options->topic_count == 1 && (f->places || !f->count));
    struct source *s;
    if (!f->count)
        return ERR_OK;
    int rc = open_and_look(options, f, &s);
    if (rc)
        return rc;
    source_close(s);
    s = NULL;
    if (!(rc = source_open(options, begin_at, f, &s)))
        rc = read_ranges(f, s, options->start_timeout_ms);
    source_close(s);
    free(f->ranges);
    return rc;
}

int record_fetch_places(const struct source_options *options, const struct record_place *places,
                        size_t count, record_fetch_fn *take, void *arg)
{
    struct fetch f = {.places = places, .count = count, .take = take, .arg = arg};
    for (size_t i = 1; i < count; i++)
        assert(record_fetch_compare(&places[i - 1], &places[i]) < 0);
    return fetch(options, &f);
}

int record_fetch_from(const struct source_options *options, const struct record_place *places,
                      size_t count, record_fetch_fn *take, void *arg)
{
    struct fetch f = {.places = places, .count = count, .onwards = true, .take = take, .arg = arg};
    for (size_t i = 1; i < count; i++)
        assert(places[i - 1].partition < places[i].partition);
    return fetch(options, &f);
}

int record_fetch_all(const struct source_options *options, record_fetch_fn *take, void *arg)
{
    struct fetch f = {.take = take, .arg = arg};
    struct source *s;
    int rc = open_and_look(options, &f, &s);
    if (rc)
        return rc;
    rc = read_ranges(&f, s, options->start_timeout_ms);
    source_close(s);
    free(f.ranges);
    return rc;
}
