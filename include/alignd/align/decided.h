/*
 * decided.h - what verdicts (graph/verdict.h) come to for the pairs of one entity: rows of decided
 * (store/layout.h).  A pair stands in the rows of both its ends, while both are there.
 *
 * A verdict is said of two terms.  It is of every pair of entities of two catalogs that are called
 * by them; as a rule that is one pair.
 */
#ifndef ALIGND_ALIGN_DECIDED_H
#define ALIGND_ALIGN_DECIDED_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stddef.h>

enum decided {
    DECIDED_PINNED = 1, /* it matches, whatever it scores */
    DECIDED_BARRED = 2, /* it never does */
    DECIDED_CONTRADICTED =
        4, /* it is said to be the same, but something said speaks against
            * that: it is not pinned; with DECIDED_BARRED, it is the pair's own */
};

struct decided_entry {
    struct id other;
    uint8_t what; /* enum decided */
};

struct decided_list {
    struct decided_entry *entries; /* by other, ascending */
    size_t count;
};

/* What was said of a pair, and how often each end is said to be the same as somebody of the
 * other's catalog who is there, pairs that are barred aside. */
struct decided_case {
    bool same, different;
    size_t of_one, of_other; /* this pair among them */
    bool one_to_one;         /* an entity has one counterpart in a catalog at most */
};
/* Two pins that contradict are neither: which came last, a pure function of the triples does not
 * know. */
uint8_t decided_of(const struct decided_case *c);

/* ERR_STORE for a row that is no list of what decided_of gives, in ascending order of ids. */
int decided_decode(struct slice row, struct arena *arena, struct decided_list *ret_list);
void decided_encode(struct buf *out, const struct decided_list *list);
/* What is decided of a pair; 0: nothing. */
uint8_t decided_find(const struct decided_list *list, struct id other);
bool decided_same(const struct decided_list *a, const struct decided_list *b);
/* How many of a list are what.  One that is barred and contradicted is both. */
struct decided_counts {
    uint64_t pinned, barred, contradicted;
};
void decided_count(const struct decided_list *list, struct decided_counts *add_to);
/* The same pairs pinned? */
bool decided_same_pins(const struct decided_list *a, const struct decided_list *b);

/* What a pinned pair is called, whichever end asks: two neighbours that somebody pinned are twins
 * by it, and who has them shares a block. */
uint64_t decided_pin(struct id a, struct id b);
#endif
