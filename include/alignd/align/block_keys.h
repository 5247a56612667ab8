/*
 * block_keys.h - under which blocks an entity files itself: hashes of what it
 * is called and of what its sampled neighbours are called.  Two entities can
 * only become a candidate pair when they share a key.
 *
 * A key carries the type (a person never meets a film) and, in its two low
 * bits, what sharing it says about the neighbourhoods.
 */
#ifndef ALIGND_ALIGN_BLOCK_KEYS_H
#define ALIGND_ALIGN_BLOCK_KEYS_H

#include "alignd/base/arena.h"
#include "alignd/base/slice.h"

#include <stddef.h>
#include <stdint.h>

/* Of what keys are made of; another one makes other candidates of the same triples. */
enum { BLOCK_KEYS_VERSION = 2 };

enum block_key_class {
    BLOCK_KEY_LABEL = 0,  /* from the label: says nothing about neighbours */
    BLOCK_KEY_STRONG = 1, /* a neighbour of the same relation and name */
    BLOCK_KEY_WEAK = 2,   /* a neighbour's last name, or the same value */
    BLOCK_KEY_HEAD = 3,   /* the same label but for what is added: "Ava, Missouri", "Free (album)" */
};

static inline enum block_key_class block_key_class(uint64_t key)
{
    return (enum block_key_class)(key & 3);
}

/* Points towards being a candidate for sharing a key of a class; a head is enough by itself. */
static inline int block_key_points(uint64_t key)
{
    static const int points[4] = {0, 2, 1, 1 << 16};
    return points[key & 3];
}

struct block_keys_named {
    uint64_t relation;
    struct slice text; /* normalised; empty for none */
};

struct block_keys_input {
    struct slice type;  /* empty: untyped */
    struct slice label; /* normalised; empty for none */
    const struct block_keys_named *neighbours;
    size_t neighbour_count;
    const struct block_keys_named *values;
    size_t value_count;
};

/* The keys, ascending, each once; memory of the arena.  ERR_NO_MEMORY. */
int block_keys_make(const struct block_keys_input *in, struct arena *arena, uint64_t **ret_keys,
                    size_t *ret_count);

/* What a key stands for is not stored; `explain` makes the keys again with
 * this called for each. */
typedef void block_keys_visit(void *arg, uint64_t key, const char *kind, uint64_t relation,
                              struct slice text);
void block_keys_each(const struct block_keys_input *in, block_keys_visit *visit, void *arg);
#endif
