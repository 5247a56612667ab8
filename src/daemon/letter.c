/*
 * letter.c - what the headers of a dead letter say, and a mark says.
 *
 *  (1) A message may have had headers of our names before it became a letter, or been copied from a
 *      topic of letters: ours begin at the last that names a topic (dead_letter.c puts it first).
 */
#include "alignd/daemon/letter.h"

#include "alignd/base/clock.h"
#include "alignd/base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define ERRORS "__alignd.errors."
#define RESENT "__alignd.resent."
#define RESENT_KEY "__alignd.resent/"
#define MARK_HEADERS 6

/* Of the headers from `from` on the first of that name; empty for none. */
static struct slice find(const struct source_message *m, size_t from, const char *name)
{
    for (size_t i = from; i < m->header_count; i++)
        if (slice_equal(m->headers[i].name, slice_of(name)))
            return m->headers[i].value;
    return (struct slice){"", 0};
}

static bool read_offset(struct slice text, int64_t *ret)
{
    return number_read_integer(text, ret) && *ret >= 0;
}

static bool read_partition(struct slice text, int32_t *ret)
{
    int64_t number;
    if (!read_offset(text, &number) || number > INT32_MAX)
        return false;
    *ret = (int32_t)number;
    return true;
}

static uint64_t count_of(struct slice text)
{
    int64_t number;
    return read_offset(text, &number) ? (uint64_t)number : 0;
}

/* (1); header_count for none. */
static size_t find_ours(const struct source_message *m)
{
    for (size_t i = m->header_count; i > 0; i--)
        if (slice_equal(m->headers[i - 1].name, slice_of(ERRORS "topic")))
            return i - 1;
    return m->header_count;
}

bool letter_read(const struct source_message *m, struct letter *ret_letter)
{
    size_t ours = find_ours(m);
    struct letter l = {.at = {m->partition, m->offset}, .header_count = ours};
    l.source.topic = find(m, ours, ERRORS "topic");
    l.source.timestamp_ms = m->timestamp_ms;
    if (!l.source.topic.len ||
        !read_partition(find(m, ours, ERRORS "partition"), &l.source.partition) ||
        !read_offset(find(m, ours, ERRORS "offset"), &l.source.offset))
        return false;
    assert(ours < m->header_count);
    l.code = find(m, ours, ERRORS "code");
    l.message = find(m, ours, ERRORS "message");
    l.line = find(m, ours, ERRORS "line");
    l.column = find(m, ours, ERRORS "column");
    l.whole_bytes = count_of(find(m, ours, ERRORS "truncated"));
    l.headers_dropped = count_of(find(m, ours, ERRORS "headers_dropped"));
    *ret_letter = l;
    return true;
}

bool letter_is_cut(const struct letter *letter)
{
    return letter->whole_bytes || letter->headers_dropped;
}

bool letter_read_mark(const struct source_message *m, struct letter_mark *ret_mark)
{
    struct letter_mark mark = {0};
    if (find_ours(m) < m->header_count ||
        !letter_read_place(find(m, 0, RESENT "letter"), &mark.letter))
        return false;
    mark.source.topic = find(m, 0, RESENT "topic");
    if (!read_partition(find(m, 0, RESENT "partition"), &mark.source.partition) ||
        !read_offset(find(m, 0, RESENT "offset"), &mark.source.offset) ||
        !number_read_integer(find(m, 0, RESENT "timestamp"), &mark.source.timestamp_ms) ||
        !clock_read(find(m, 0, RESENT "at"), &mark.at_ms))
        return false;
    *ret_mark = mark;
    return true;
}

void letter_write_mark(const struct letter_mark *mark, struct arena *arena,
                       struct producer_record *ret_record)
{
    char place[LETTER_PLACE_BYTES], at[CLOCK_TEXT_BYTES], key[64], numbers[3][24];
    struct producer_header *headers = arena_alloc(arena, MARK_HEADERS * sizeof(*headers));
    letter_write_place(place, &mark->letter);
    clock_write(at, mark->at_ms);
    snprintf(key, sizeof(key), RESENT_KEY "%s", place);
    snprintf(numbers[0], sizeof(*numbers), "%" PRId32, mark->source.partition);
    snprintf(numbers[1], sizeof(*numbers), "%" PRId64, mark->source.offset);
    snprintf(numbers[2], sizeof(*numbers), "%" PRId64, mark->source.timestamp_ms);
    const struct producer_header all[MARK_HEADERS] = {
        {RESENT "letter", slice_of(place)},         {RESENT "topic", mark->source.topic},
        {RESENT "partition", slice_of(numbers[0])}, {RESENT "offset", slice_of(numbers[1])},
        {RESENT "timestamp", slice_of(numbers[2])}, {RESENT "at", slice_of(at)}};
    for (size_t i = 0; i < MARK_HEADERS; i++)
        headers[i] = (struct producer_header){all[i].name, arena_copy(arena, all[i].value)};
    *ret_record = (struct producer_record){.partition = mark->letter.partition,
                                           .has_key = true,
                                           .key = arena_copy(arena, slice_of(key)),
                                           .value = {"", 0},
                                           .headers = headers,
                                           .header_count = MARK_HEADERS};
}

void letter_write_place(char out[LETTER_PLACE_BYTES], const struct record_place *place)
{
    assert(place->partition >= 0 && place->offset >= 0);
    snprintf(out, LETTER_PLACE_BYTES, "%" PRId32 ":%" PRId64, place->partition, place->offset);
}

bool letter_read_place(struct slice text, struct record_place *ret_place)
{
    struct record_place place;
    const char *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
    if (!colon)
        return false;
    struct slice before = {text.data, (size_t)(colon - text.data)};
    struct slice behind = {colon + 1, text.len - before.len - 1};
    if (!read_partition(before, &place.partition) || !read_offset(behind, &place.offset))
        return false;
    *ret_place = place;
    return true;
}
