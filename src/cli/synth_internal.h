/*
 * synth_internal.h - what the kinds of invented worlds share: chance by hash,
 * words, and the telling of facts.
 *
 * A kind says which types and facts there are and describes one entity as one
 * side knows it.  synth.c does the rest: order of arrival, files, links,
 * deletions.  What fails while an entity is told (no memory, no disk) is kept in
 * s->rc; later calls then do nothing, so a kind tells without checks.
 */
#ifndef SYNTH_INTERNAL_H
#define SYNTH_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/base/hash.h"
#include "alignd/cli/synth.h"

#include <stdio.h>

enum { SYNTH_TYPES_MAX = 8, SYNTH_LEXICA_MAX = 8 };

/* The first two facts of every kind. */
enum { SYNTH_TYPE, SYNTH_LABEL };

struct synth;

struct synth_type {
    const char *name;
    bool linked; /* has an identity: two sides that know it are linked */
};

struct synth_fact {
    const char *name; /* the predicate, and the shared name in the mapping */
};

struct synth_kind {
    const char *name, *about;
    const struct synth_type *types; /* of the first there are as many as asked for */
    size_t type_count;
    const struct synth_fact *facts; /* type, label, ... */
    size_t fact_count;
    /* Sets s->count and s->lexica. */
    void (*prepare)(struct synth *s);
    bool (*knows)(const struct synth *s, size_t side, size_t type, uint64_t i);
    /* Tells all of an entity: s->side, s->type, s->i. */
    void (*describe)(struct synth *s);
};

extern const struct synth_kind synth_works;

/* Words by rank: the r-th is used 1 / (r + shift) as often as they go. */
struct synth_lexicon {
    uint64_t first; /* number of its first word */
    double words, shift;
};

struct synth {
    const struct synth_options *options;
    const struct synth_kind *kind;
    uint64_t count[SYNTH_TYPES_MAX];
    struct synth_lexicon lexica[SYNTH_LEXICA_MAX];
    /* the entity that is told */
    size_t side, type;
    uint64_t i;
    struct buf line, text;
    int rc;
    /* where it goes */
    FILE *file[2], *deleted[2], *changes[2], *links[SYNTH_TYPES_MAX];
    uint64_t triples[2], arrived; /* entities so far */
    size_t delay; /* 1 + index into delays: only deletions that take that long are told; 0: all */
    bool in_block;
};

extern const char *const synth_sides[2];

/* --- chance --- */

static inline uint64_t synth_key(size_t type, uint64_t i)
{
    return (uint64_t)type << 48 | i;
}

static inline uint64_t synth_draw(const struct synth *s, uint64_t a, uint64_t b, uint64_t c)
{
    return hash_mix(hash_mix(hash_mix((uint64_t)s->options->seed, a), b), c);
}

static inline double synth_share(uint64_t h)
{
    return (double)(hash_mix(h, 3) >> 11) * 0x1p-53;
}

/* A number below n, small ones more often: the first in sqrt(n) of n draws. */
uint64_t synth_common(uint64_t h, uint64_t n);

/* How many of a type have arrived when entity i of another one does: it knows of no others. */
uint64_t synth_arrived(const struct synth *s, size_t of, size_t type, uint64_t i);

/* --- words (synth_words.c) --- */

/*
 * The words that n names have and how steep their use is: they grow as a power of n
 * (Heaps' law; Heaps, "Information Retrieval", 1978), used by Zipf's law with Mandelbrot's
 * shift.  So common words outgrow every block, while namesakes and candidates of an entity
 * stay about as many at any size.  shift < 1: a share of the words.
 */
struct synth_lexicon synth_words_lexicon(uint64_t first, double factor, uint64_t n, double power,
                                         double shift);
void synth_words_add(struct buf *out, uint64_t number);
/* A word as they are used. */
void synth_words_add_used(struct buf *out, const struct synth_lexicon *l, uint64_t h);
/* Any of the words: what makes a name its own. */
void synth_words_add_any(struct buf *out, const struct synth_lexicon *l, uint64_t h);

/* --- mistakes (synth_spell.c) --- */

void synth_spell_lose_word(struct buf *out, uint64_t h);
/* Two letters change places, one is lost, is another one, or is there twice. */
void synth_spell_slip(struct buf *out, uint64_t h);
/* First names to initials, or the last name first. */
void synth_spell_recast_person(struct buf *out, uint64_t h);
/* Every word begins with a capital. */
void synth_spell_capitals(struct buf *out);

/* --- telling --- */

/* s->text as the value of a fact. */
void synth_tell_text(struct synth *s, size_t fact);
void synth_tell_entity(struct synth *s, size_t fact, size_t type, uint64_t i);
void synth_tell_type(struct synth *s);

#endif
