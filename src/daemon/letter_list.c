/*
 * letter_list.c - letters and marks as they come; sorted at the end, when a mark finds its letters
 * by their place in the topic, or by the message they are of.
 *
 *  (1) Entries of one message stand together, in the order of their places (of one partition: of
 *      time), so the newest is the last.
 */
#include "alignd/daemon/letter_list.h"

#include "alignd/base/array.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

struct names {
    const char **at;
    size_t count, room;
};

/* What a mark says, for a search. */
struct resent {
    struct record_place at;
    const char *topic;
    int32_t partition;
    int64_t offset, timestamp_ms, resent_ms;
};

struct letter_list {
    struct arena *arena;
    struct names names;
    struct letter_entry *entries;
    size_t count, room;
    struct resent *marks;
    size_t mark_count, mark_room;
};

struct letter_list *letter_list_new(void)
{
    struct letter_list *list = memory_calloc(1, sizeof(*list));
    list->arena = arena_new();
    return list;
}

void letter_list_free(struct letter_list *list)
{
    if (!list)
        return;
    arena_free(list->arena);
    free(list->names.at);
    free(list->entries);
    free(list->marks);
    free(list);
}

/* Topics and codes: few, so they are looked for one by one. */
static const char *keep_name(struct letter_list *list, struct slice name)
{
    struct names *n = &list->names;
    for (size_t i = 0; i < n->count; i++)
        if (slice_equal(slice_of(n->at[i]), name))
            return n->at[i];
    ARRAY_PUSH(n->at, n->count, n->room, arena_copy(list->arena, name).data);
    return n->at[n->count - 1];
}

static uint64_t bytes_of(const struct source_message *m)
{
    uint64_t sum = m->key.len + m->payload.len;
    for (size_t i = 0; i < m->header_count; i++)
        sum += m->headers[i].name.len + m->headers[i].value.len;
    return sum;
}

/* What was cut off. */
static uint64_t missing_of(const struct source_message *m, const struct letter *letter)
{
    return letter->whole_bytes > m->payload.len ? letter->whole_bytes - m->payload.len : 0;
}

/* A character that would be cut in two is left out, where it is one. */
static struct slice start_of(struct slice value)
{
    struct slice start = value;
    if (value.len <= LETTER_START_BYTES)
        return value;
    start.len = LETTER_START_BYTES;
    while (start.len > LETTER_START_BYTES - 3 &&
           ((unsigned char)value.data[start.len] & 0xc0) == 0x80)
        start.len--;
    assert(start.len && start.len <= LETTER_START_BYTES);
    return start;
}

void letter_list_take(struct letter_list *list, const struct source_message *m,
                      const struct letter *letter, bool selected)
{
    struct letter_entry e = {.at = letter->at,
                             .topic = keep_name(list, letter->source.topic),
                             .code = keep_name(list, letter->code),
                             .partition = letter->source.partition,
                             .offset = letter->source.offset,
                             .timestamp_ms = letter->source.timestamp_ms,
                             .bytes = bytes_of(m) + missing_of(m, letter),
                             .cut = letter_is_cut(letter),
                             .selected = selected,
                             .has_key = m->has_key,
                             .key_hash = m->has_key ? hash_bytes(m->key, 0) : 0,
                             .newer = -1};
    struct slice start = start_of(m->payload);
    if (start.len)
        memcpy(e.start, start.data, start.len);
    e.start_bytes = (unsigned char)start.len;
    ARRAY_PUSH(list->entries, list->count, list->room, e);
}

void letter_list_take_mark(struct letter_list *list, const struct letter_mark *mark)
{
    struct resent r = {.at = mark->letter,
                       .topic = keep_name(list, mark->source.topic),
                       .partition = mark->source.partition,
                       .offset = mark->source.offset,
                       .timestamp_ms = mark->source.timestamp_ms,
                       .resent_ms = mark->at_ms};
    ARRAY_PUSH(list->marks, list->mark_count, list->mark_room, r);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_sources(const struct letter_entry *x, const struct letter_entry *y)
{
    int c = x->topic == y->topic ? 0 : strcmp(x->topic, y->topic);
    if (!c)
        c = compare_numbers(x->partition, y->partition);
    if (!c)
        c = compare_numbers(x->offset, y->offset);
    return c ? c : compare_numbers(x->timestamp_ms, y->timestamp_ms);
}

static int compare_entries(const void *a, const void *b)
{
    const struct letter_entry *x = a, *y = b;
    int c = compare_sources(x, y);
    return c ? c : record_fetch_compare(&x->at, &y->at); /* (1) */
}

static int compare_to_mark(const struct letter_entry *e, const struct resent *mark)
{
    struct letter_entry key = {.topic = mark->topic,
                               .partition = mark->partition,
                               .offset = mark->offset,
                               .timestamp_ms = mark->timestamp_ms};
    return compare_sources(e, &key);
}

/* The first entry that is not before it. */
static size_t first_of(const struct letter_list *list, const struct resent *mark)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_to_mark(&list->entries[middle], mark) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == list->count || compare_to_mark(&list->entries[low], mark) >= 0);
    return low;
}

static void note_resent(struct letter_entry *e, int64_t resent_ms)
{
    if (e->state != LETTER_RESENT || resent_ms > e->resent_ms)
        e->resent_ms = resent_ms;
    e->state = LETTER_RESENT;
}

static int compare_marks(const void *a, const void *b)
{
    const struct resent *x = a, *y = b;
    int c = record_fetch_compare(&x->at, &y->at);
    return c ? c : compare_numbers(x->resent_ms, y->resent_ms);
}

static int compare_place(const void *key, const void *mark)
{
    return record_fetch_compare(key, &((const struct resent *)mark)->at);
}

/* By the message, and where timestamps are those of the broker by the letter's place. */
static void apply_marks(struct letter_list *list)
{
    for (size_t i = 0; i < list->mark_count; i++)
        for (size_t k = first_of(list, &list->marks[i]);
             k < list->count && compare_to_mark(&list->entries[k], &list->marks[i]) == 0; k++)
            note_resent(&list->entries[k], list->marks[i].resent_ms);
    if (!list->mark_count)
        return;
    qsort(list->marks, list->mark_count, sizeof(*list->marks), compare_marks);
    for (size_t k = 0; k < list->count; k++) {
        const struct resent *mark = bsearch(&list->entries[k].at, list->marks, list->mark_count,
                                            sizeof(*list->marks), compare_place);
        if (mark)
            note_resent(&list->entries[k], mark->resent_ms);
    }
}

/* All but the newest of one message. */
static void note_repeated(struct letter_list *list)
{
    for (size_t i = 0; i + 1 < list->count; i++)
        if (compare_sources(&list->entries[i], &list->entries[i + 1]) == 0)
            list->entries[i].state = LETTER_REPEATED;
}

struct letter_entry *letter_list_finish(struct letter_list *list, size_t *ret_count)
{
    if (list->count)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
    apply_marks(list);
    note_repeated(list);
    *ret_count = list->count;
    return list->entries;
}
