/*
 * block_keys.h - under which blocks an entity files itself: hashes of what it
 * is called and of what its sampled neighbours are called.  Two entities can
 * only become a candidate pair when they share a key.
 *
 * A key carries the type (a person never meets a film) and, in its three low
 * bits, its class: what sharing it says, and how many may share it.  Words have
 * one key space, wherever they stand: "K 450", "K-450" and "K450" in labels, a
 * value "K450", and the last name of a neighbour that the other label holds.
 */
#ifndef ALIGND_ALIGN_BLOCK_KEYS_H
#define ALIGND_ALIGN_BLOCK_KEYS_H

#include "alignd/base/arena.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of what keys are made of and what they say; another one makes other candidates of the same
 * triples. */
enum { BLOCK_KEYS_VERSION = 8 };

enum block_key_class {
    BLOCK_KEY_WORD,  /* a word of the label, two of them run together, a neighbour's last name */
    BLOCK_KEY_CODE,  /* the same with a digit, or a value that is one: "K450" */
    BLOCK_KEY_ENDS,  /* a word of the label and the initial of the one at its other end */
    BLOCK_KEY_HEAD,  /* the same label but for what is added: "Ava, Missouri", "Free (album)" */
    BLOCK_KEY_NAME,  /* a neighbour of the same name */
    BLOCK_KEY_PARTS, /* the last names of two neighbours */
    BLOCK_KEY_VALUE, /* the same value */
    BLOCK_KEY_IDENTIFIER, /* the same identifier, of a key that was declared */
    BLOCK_KEY_CLASSES
};

static inline enum block_key_class block_key_class(uint64_t key)
{
    return (enum block_key_class)(key & 7);
}

/*
 * Members of a graph with which a block still brings entities together, of the
 * configured limit.  What little is shared must be rare: many a Michael shares
 * nothing else with another, and of those who do the other keys tell.
 */
static inline uint64_t block_key_limit(uint64_t key, uint64_t limit)
{
    static const uint64_t share[8] = {5, 5, 5, 1, 5, 5, 1, 1};
    uint64_t own = limit / share[key & 7];
    return own ? own : 1;
}

/* Points that are enough by themselves. */
#define BLOCK_KEY_ENOUGH (1 << 16)

/*
 * Points towards being a candidate for sharing a key whose block has so many members in the
 * graph with the most: more where few share it (a fortieth of the configured limit) or next to
 * nobody (a hundredth), none where the block is dead.  A head and an identifier are enough by
 * themselves.
 */
static inline int block_key_points(uint64_t key, uint64_t members, uint64_t limit)
{
    static const int points[8][3] = {
        /* next to nobody, few, more */
        [BLOCK_KEY_WORD] = {4, 2, 1},
        [BLOCK_KEY_CODE] = {BLOCK_KEY_ENOUGH, BLOCK_KEY_ENOUGH, 1},
        [BLOCK_KEY_ENDS] = {4, 2, 1},
        [BLOCK_KEY_HEAD] = {BLOCK_KEY_ENOUGH, BLOCK_KEY_ENOUGH, BLOCK_KEY_ENOUGH},
        [BLOCK_KEY_NAME] = {BLOCK_KEY_ENOUGH, 3, 2},
        [BLOCK_KEY_PARTS] = {4, 2, 1},
        [BLOCK_KEY_VALUE] = {4, 2, 1},
        [BLOCK_KEY_IDENTIFIER] = {BLOCK_KEY_ENOUGH, BLOCK_KEY_ENOUGH, BLOCK_KEY_ENOUGH}};
    if (members > block_key_limit(key, limit))
        return 0;
    bool few = members <= 1 || members <= limit / 40;
    bool fewer = members <= 1 || members <= limit / 100;
    return points[key & 7][fewer ? 0 : few ? 1 : 2];
}

/*
 * Are two entities that share keys worth a score?  points: of the keys they
 * share; labelled: both have a label, and cosine is that of the signatures
 * (text_vector.h).  With twice as many points as shared_keys, always; with fewer
 * the labels must be like each other, a little less so with one point fewer,
 * and more with a single one.  Without a label two points do.
 */
bool block_keys_suffice(int points, bool labelled, double cosine, double theta, int shared_keys);

struct block_keys_named {
    uint64_t relation;
    struct slice text; /* normalised; empty for none */
};

/* A neighbour that somebody pinned (decided.h). */
struct block_keys_pin {
    uint64_t relation, pin;
};

struct block_keys_input {
    struct slice type;         /* empty: untyped */
    struct slice label;        /* normalised; empty for none */
    const struct slice *names; /* further ones, normalised: keys as of labels */
    size_t name_count;
    const struct block_keys_named *neighbours;
    size_t neighbour_count;
    const struct block_keys_named *values;
    size_t value_count;
    const struct block_keys_named *identifiers; /* in their normal form */
    size_t identifier_count;
    const struct block_keys_pin *pins; /* of neighbours: as if both had that name too */
    size_t pin_count;
};

/*
 * The key of those who bear the same name, whatever its order: the head's of a label
 * without additions, else one of the whole label.  How many file themselves under it
 * is how many namesakes there are.  label: not empty.
 */
uint64_t block_keys_whole(struct slice type, struct slice label);
/* The key of those who have the same identifier. */
uint64_t block_keys_identifier(struct slice type, uint64_t relation, struct slice text);

/* The keys, ascending, each once; memory of the arena. */
void block_keys_make(const struct block_keys_input *in, struct arena *arena, uint64_t **ret_keys,
                     size_t *ret_count);

/* What a key stands for is not stored; `explain` makes the keys again with
 * this called for each. */
typedef void block_keys_visit(void *arg, uint64_t key, const char *kind, uint64_t relation,
                              struct slice text);
void block_keys_each(const struct block_keys_input *in, block_keys_visit *visit, void *arg);
#endif
