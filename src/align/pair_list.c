/*
 * pair_list.c - rows of pairs and of matches, to bytes and back; lists in the arena.
 *
 *  (1) Entries ascend by the id of the other end, each once; a row that does not is refused.
 *      So what is of one graph stands together, and a pair is found by halving the list.
 */
#include "alignd/align/pair_list.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"

#include <assert.h>
#include <math.h>

#define ENTRY_BYTES 20

static float round_above(float score)
{
    assert(!(score < 0.0f) && !(score > 1.0f));
    if (score < 0.5f)
        return roundf(score * 4096.0f) / 4096.0f;
    int exponent;
    float mantissa = frexpf(1.0f - score, &exponent); /* exact: score is in [1/2, 1] */
    return 1.0f - ldexpf(roundf(mantissa * 256.0f) / 256.0f, exponent);
}

float pair_score_round(float score, float threshold)
{
    assert(!(score < 0.0f) && !(score > 1.0f));
    if (score < threshold) {
        float step = threshold / 16, steps = floorf(score / step);
        return step * (steps < 15 ? steps : 15);
    }
    float rounded = round_above(score);
    return rounded < threshold ? threshold : rounded;
}

static size_t lower_bound(const struct pair_list *list, struct id other)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (id_compare(list->entries[middle].other, other) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct pair_entry *pair_list_find(const struct pair_list *list, struct id other)
{
    size_t i = lower_bound(list, other);
    return i < list->count && id_equal(list->entries[i].other, other) ? &list->entries[i] : NULL;
}

static float score_get(const char *in)
{
    uint32_t bits = get_le32(in);
    float score;
    memcpy(&score, &bits, sizeof(score));
    return score;
}

/* A list of so many entries, with room for some more. */
static void list_of(size_t count, struct arena *arena, struct pair_list *ret_list)
{
    assert(arena);
    struct pair_list list = {.count = count, .room = count + 4};
    list.entries = arena_alloc(arena, list.room * sizeof(*list.entries));
    *ret_list = list;
}

static bool ascends(const struct pair_list *list, size_t i)
{
    return !i || id_compare(list->entries[i - 1].other, list->entries[i].other) < 0;
}

int pair_list_decode(struct slice row, struct arena *arena, struct pair_list *ret_list)
{
    if (row.len % ENTRY_BYTES)
        return ERR_STORE;
    list_of(row.len / ENTRY_BYTES, arena, ret_list);
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < ret_list->count; i++) {
        const char *at = row.data + i * ENTRY_BYTES;
        ret_list->entries[i] = (struct pair_entry){id_get(at), score_get(at + ID_BYTES)};
        if (!ascends(ret_list, i))
            rc = ERR_STORE;
    }
    return rc;
}

void pair_list_encode(struct buf *out, const struct pair_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        assert(ascends(list, i)); /* (1) */
        char id[ID_BYTES];
        uint32_t bits;
        id_put(id, list->entries[i].other);
        memcpy(&bits, &list->entries[i].score, sizeof(bits));
        buf_append(out, id, sizeof(id));
        buf_append_u32(out, bits);
    }
}

int pair_list_decode_partners(struct slice row, const struct pair_list *pairs, struct arena *arena,
                              struct pair_list *ret_list)
{
    if (row.len % ID_BYTES)
        return ERR_STORE;
    list_of(row.len / ID_BYTES, arena, ret_list);
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < ret_list->count; i++) {
        struct id other = id_get(row.data + i * ID_BYTES);
        const struct pair_entry *pair = pair_list_find(pairs, other);
        ret_list->entries[i] = (struct pair_entry){other, pair ? pair->score : PAIR_UNSCORED};
        if (!ascends(ret_list, i))
            rc = ERR_STORE;
    }
    return rc;
}

void pair_list_encode_partners(struct buf *out, const struct pair_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        assert(ascends(list, i)); /* (1) */
        char id[ID_BYTES];
        id_put(id, list->entries[i].other);
        buf_append(out, id, sizeof(id));
    }
}

void pair_list_put(struct pair_list *list, struct arena *arena, struct id other, float score)
{
    assert(list->count <= list->room);
    size_t i = lower_bound(list, other);
    if (i < list->count && id_equal(list->entries[i].other, other)) {
        list->entries[i].score = score;
        return;
    }
    if (list->count == list->room) {
        size_t room = list->room * 2 + 4;
        struct pair_entry *entries = arena_alloc(arena, room * sizeof(*entries));
        if (list->count)
            memcpy(entries, list->entries, list->count * sizeof(*entries));
        list->entries = entries;
        list->room = room;
    }
    memmove(&list->entries[i + 1], &list->entries[i], (list->count - i) * sizeof(*list->entries));
    list->entries[i] = (struct pair_entry){other, score};
    list->count++;
    assert(ascends(list, i) && (i + 1 == list->count || ascends(list, i + 1))); /* (1) */
}

bool pair_list_remove(struct pair_list *list, struct id other)
{
    struct pair_entry *e = pair_list_find(list, other);
    if (!e)
        return false;
    assert(e >= list->entries && e < list->entries + list->count);
    memmove(e, e + 1, (size_t)(list->entries + list->count - e - 1) * sizeof(*e));
    list->count--;
    return true;
}

struct pair_entry *pair_list_of_graph(const struct pair_list *list, uint16_t graph_tag)
{
    size_t i = lower_bound(list, (struct id){(uint64_t)graph_tag << 48, 0});
    return i < list->count && id_graph(list->entries[i].other) == graph_tag ? &list->entries[i]
                                                                            : NULL;
}
