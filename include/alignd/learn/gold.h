/*
 * gold.h - gold links from TSV files, and what they say about a pair.
 *
 *     iri_a <TAB> iri_b             a link: the two are the same, and nothing else is
 *     iri_a <TAB> iri_b <TAB> 1|0   a labelled pair; such a file speaks of its pairs alone
 *     iri                           has none: nothing of another graph is the same
 *
 * A pair of entities is judged when one of its ends occurs in the links, and
 * is wrong unless the links hold it.  Ends of other splits (`other`) and of
 * `unjudged` are left out.  Of the rest a pair with an end that has none is
 * wrong.  A pair of a linked type whose ends occur nowhere is a stray: wrong
 * where every true link of the type is known.
 */
#ifndef ALIGND_LEARN_GOLD_H
#define ALIGND_LEARN_GOLD_H

#include "alignd/base/args.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct gold_link {
    struct slice a, b; /* IRIs, or _:labels */
    int label;         /* 1 or 0; 1 for a link */
    bool alone;        /* it tells nothing of others of its type */
};

enum gold_verdict { GOLD_UNJUDGED, GOLD_WRONG, GOLD_RIGHT, GOLD_STRAY };

struct gold_options {
    const char *links;      /* NULL: none but verdicts */
    struct args_list other; /* links of other splits */
    const char *unjudged;   /* one IRI a line; NULL for none */
};

struct gold;

/* Logs what is wrong with a file, and where. ERR_NOT_FOUND, ERR_IO, ERR_FORMAT. */
int gold_open(const struct gold_options *o, struct gold **ret_gold);
void gold_close(struct gold *g);

/*
 * What a person decided of a pair, beside the links: `same` is a link, else it is a labelled pair
 * that is none.  alone: whoever decided looked at some pairs of a type, not at all.  Before
 * judging.  Logs; ERR_FORMAT: an end has none by a line of the links.
 */
int gold_add_verdict(struct gold *g, struct slice a, struct slice b, bool same, bool alone);

/* The links of `links`, without the lines of one IRI, and the verdicts; lent. */
const struct gold_link *gold_links(const struct gold *g, size_t *ret_count);
/* Does the file have a third column? */
bool gold_is_labelled(const struct gold *g);

/* The type of an entity that the links speak of; empty: untyped.  To be told before judging. */
void gold_add_type(struct gold *g, struct slice type);
bool gold_has_type(const struct gold *g, struct slice type);

/* In either order of a and b. */
enum gold_verdict gold_judge(const struct gold *g, struct slice a, struct slice b,
                             struct slice type);

/* Does one of the two occur in a line of two of `links`? */
bool gold_is_linked(const struct gold *g, struct slice a, struct slice b);
/* Does one of the two occur in the first column of the links? */
bool gold_is_first(const struct gold *g, struct slice a, struct slice b);
#endif
