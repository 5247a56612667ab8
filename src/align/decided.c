/*
 * decided.c - what verdicts come to: the rule for one pair, and the rows.
 */
#include "alignd/align/decided.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"

#include <assert.h>
#include <string.h>

uint8_t decided_of(const struct decided_case *c)
{
    assert(c->same || c->different);
    if (c->different)
        return c->same ? DECIDED_BARRED | DECIDED_CONTRADICTED : DECIDED_BARRED;
    assert(c->of_one >= 1 && c->of_other >= 1);
    bool alone = c->of_one == 1 && c->of_other == 1;
    return alone || !c->one_to_one ? DECIDED_PINNED : DECIDED_CONTRADICTED;
}

enum { ENTRY_BYTES = ID_BYTES + 1 };

/* One of what decided_of gives. */
static bool is_decided(uint8_t what)
{
    return what == DECIDED_PINNED || what == DECIDED_BARRED || what == DECIDED_CONTRADICTED ||
           what == (DECIDED_BARRED | DECIDED_CONTRADICTED);
}

int decided_decode(struct slice row, struct arena *arena, struct decided_list *ret_list)
{
    struct decided_list list = {0};
    if (row.len % ENTRY_BYTES != 0)
        return ERR_STORE;
    list.entries = arena_alloc(arena, row.len / ENTRY_BYTES * sizeof(*list.entries));
    for (size_t at = 0; at < row.len; at += ENTRY_BYTES) {
        struct decided_entry entry = {id_get(row.data + at), (uint8_t)row.data[at + ID_BYTES]};
        if (!is_decided(entry.what) ||
            (list.count && id_compare(list.entries[list.count - 1].other, entry.other) >= 0))
            return ERR_STORE;
        list.entries[list.count++] = entry;
    }
    assert(list.count == row.len / ENTRY_BYTES);
    *ret_list = list;
    return ERR_OK;
}

void decided_encode(struct buf *out, const struct decided_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        char entry[ENTRY_BYTES];
        id_put(entry, list->entries[i].other);
        entry[ID_BYTES] = (char)list->entries[i].what;
        assert(i == 0 || id_compare(list->entries[i - 1].other, list->entries[i].other) < 0);
        buf_append(out, entry, sizeof(entry));
    }
}

uint8_t decided_find(const struct decided_list *list, struct id other)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int c = id_compare(list->entries[middle].other, other);
        if (!c)
            return list->entries[middle].what;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == high);
    return 0;
}

bool decided_same(const struct decided_list *a, const struct decided_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = id_equal(a->entries[i].other, b->entries[i].other) &&
               a->entries[i].what == b->entries[i].what;
    return same;
}

void decided_count(const struct decided_list *list, struct decided_counts *counts)
{
    for (size_t i = 0; i < list->count; i++) {
        uint8_t what = list->entries[i].what;
        counts->pinned += (what & DECIDED_PINNED) != 0;
        counts->barred += (what & DECIDED_BARRED) != 0;
        counts->contradicted += (what & DECIDED_CONTRADICTED) != 0;
    }
}

/* The next pinned one from a place on, or the end. */
static size_t next_pin(const struct decided_list *list, size_t at)
{
    while (at < list->count && !(list->entries[at].what & DECIDED_PINNED))
        at++;
    return at;
}

bool decided_same_pins(const struct decided_list *a, const struct decided_list *b)
{
    size_t i = next_pin(a, 0), k = next_pin(b, 0);
    while (i < a->count && k < b->count && id_equal(a->entries[i].other, b->entries[k].other)) {
        i = next_pin(a, i + 1);
        k = next_pin(b, k + 1);
    }
    assert(i <= a->count && k <= b->count);
    return i == a->count && k == b->count;
}

uint64_t decided_pin(struct id a, struct id b)
{
    assert(!id_equal(a, b));
    struct id low = id_compare(a, b) < 0 ? a : b, high = id_compare(a, b) < 0 ? b : a;
    return hash_mix(hash_mix(low.hi, low.lo), hash_mix(high.hi, high.lo));
}
