/*
 * synth_internal.h - what the kinds of invented worlds share.
 *
 * A kind (synth_NAME.c) says which types and facts there are and describes one entity as
 * one side knows it.  synth.c does the rest: order of arrival, files, links,
 * deletions.  What fails while an entity is told (no disk) is kept in
 * s->rc; later calls then do nothing, so a kind tells without checks.
 *
 * The make of a world (synth_make.c) is what its two catalogs are like: how much each
 * knows, which facts it tells, how it spells them.  Another make, another pair of
 * catalogs of the same world; so a model fitted on some makes can be tried on others.
 *
 * Siblings (the tracks of an album, the books of an author) lie in slots: group g of a
 * type has the entities g * n to g * n + n - 1, of which a hash says how many there are.
 * So a group is a division away, and nothing is kept.
 */
#ifndef SYNTH_INTERNAL_H
#define SYNTH_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/base/hash.h"
#include "alignd/learn/synth.h"

#include <stdio.h>

enum { SYNTH_TYPES_MAX = 8, SYNTH_FACTS_MAX = 24, SYNTH_EDGES_MAX = 32 };

/* The first facts of every kind; another name is told of some things. */
enum { SYNTH_TYPE, SYNTH_LABEL, SYNTH_ALIAS, SYNTH_FACTS };

struct synth;

/* What is told of an entity, and to where. */
enum synth_telling {
    SYNTH_TELL_ALL,     /* all of it, to SIDE.nt */
    SYNTH_TELL_NEW,     /* all of it, inserted by the block of the feed */
    SYNTH_TELL_GONE,    /* all of it, deleted by the block */
    SYNTH_TELL_CHANGED, /* what its fate alters: deleted, and inserted as it is then */
    SYNTH_TELL_AFTER    /* what its fate leaves of it, to SIDE.after.nt */
};

/* What happens to an entity of a side, once at most. */
enum synth_fate { SYNTH_STAYS, SYNTH_RENAMED, SYNTH_VALUE_CHANGED, SYNTH_DELETED };

/* How a side tells of the entities of a type. */
enum synth_form {
    SYNTH_ENTITY, /* as entities */
    SYNTH_VALUE,  /* by their names, as values of others */
    SYNTH_INSIDE, /* within the labels of others */
    SYNTH_FORMS
};

struct synth_type {
    const char *name;
    bool linked;        /* has an identity: two sides that know it are linked */
    bool person;        /* its first names are never misspelt: they tell siblings apart */
    bool value, inside; /* a make may have that form */
    float entity;       /* share of makes in which a side has it as an entity; 0: the usual one */
    bool renamed;       /* some have another name beside, in another country */
};

struct synth_fact {
    const char *name;   /* the predicate, and the shared name in the mapping */
    bool kept;          /* every make tells it: without it things could not be told apart */
    bool rare;          /* most makes do not: an identifier gives all away */
    bool any;           /* a side that tells a few of many takes any, not the first ones */
    const char *shared; /* another shared name */
};

/* Their rows, first in a kind's table. */
#define SYNTH_FIRST_FACTS                                                                          \
    {.name = "type", .kept = true}, {.name = "label", .kept = true},                               \
    {                                                                                              \
        .name = "alias", .kept = true, .shared = "label"                                           \
    }

struct synth_kind {
    const char *name, *about;
    const struct synth_type *types; /* of the first there are about as many as asked for */
    size_t type_count;
    const struct synth_fact *facts; /* type, label, ... */
    size_t fact_count;
    /* Sets s->count and s->lexica. */
    void (*prepare)(struct synth *s);
    bool (*knows)(const struct synth *s, size_t side, size_t type, uint64_t i);
    /* Tells all of an entity: s->side, s->type, s->i. */
    void (*describe)(struct synth *s);
    /* Appends the label as the side writes it when it makes no mistake; NULL where describe
     * does all itself. */
    void (*label)(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i);
};

/* A kind whose file calls its tables types[TYPES] and facts[FACTS], its functions as above. */
#define SYNTH_KIND(name_, about_, label_)                                                          \
    {                                                                                              \
        .name = (name_), .about = (about_), .types = types, .type_count = TYPES, .facts = facts,   \
        .fact_count = FACTS, .prepare = prepare, .knows = knows, .describe = describe,             \
        .label = (label_)                                                                          \
    }

extern const struct synth_kind synth_works, synth_films, synth_music, synth_books, synth_products,
    synth_papers, synth_places, synth_people;

/* Words by rank: the r-th is used 1 / (r + shift) as often as they go. */
struct synth_lexicon {
    const char *const *real; /* the first ones, in English; the others are made up */
    size_t reals;
    uint64_t first; /* number of its first made-up word */
    double words, shift;
};

enum synth_lexicon_name {
    SYNTH_NOUNS,
    SYNTH_ADJECTIVES,
    SYNTH_FIRST_NAMES,
    SYNTH_SURNAMES,
    SYNTH_FIRMS,
    SYNTH_PLACES,
    SYNTH_LEXICA
};

/* --- the make --- */

/* How a side spells: a number below the options of the habit, 0 is the plain one. */
enum synth_habit {
    SYNTH_LETTERS,     /* as they are, all small, all capitals */
    SYNTH_ARTICLE,     /* "The River", "River, The" */
    SYNTH_PERSON,      /* "First Last", "Last, First", "F. Last", "First M. Last" */
    SYNTH_INITIALS,    /* some first names to initials: none, few, many */
    SYNTH_AND,         /* "and", "&" */
    SYNTH_NUMERAL,     /* 2, II, Two */
    SYNTH_PART,        /* "Volume", "Vol." */
    SYNTH_JOIN,        /* ": Part 2", ", Part 2", " (Part 2)", " - Part 2", " Part 2" */
    SYNTH_DATE,        /* 1999, 1999-03-31, 31-Mar-99, March 31, 1999, '99, 31.03.1999 */
    SYNTH_LENGTH,      /* 214, 214000, 3:34, 3m 34sec, 00:03:34, PT3M34S */
    SYNTH_MINUTES,     /* 101, 101 min, 1h 41m, 6060 */
    SYNTH_PRICE,       /* 12.99, $12.99, 12.99 USD, 13, 12,99 EUR */
    SYNTH_CODE,        /* DX-31, DX31, DX 31, dx31 */
    SYNTH_PHONE,       /* 212-555-0123, 212/555-0123, (212) 555-0123, 212.555.0123, ... */
    SYNTH_ISBN,        /* 9780306406157, 978-0-306-40615-7, 0306406152, 0-306-40615-2 */
    SYNTH_STREET,      /* "Street", "St.", "st" */
    SYNTH_DATATYPE,    /* none, of XML Schema */
    SYNTH_LANGUAGE,    /* of labels: none, @en */
    SYNTH_CREDIT,      /* a guest: entity, "(feat. X)", "ft. X", both */
    SYNTH_POSITION,    /* a track's number in its title: none, "03 - ", "003-", "3. " */
    SYNTH_YEAR_INSIDE, /* a label with its year: none, " (1999)" */
    SYNTH_ENDING,      /* a label with an ending: none, ".mp3" */
    SYNTH_WORDING,     /* of titles, by the kind */
    SYNTH_SUBTITLE,    /* by the kind */
    SYNTH_NAMING,      /* of venues, makers, chains, by the kind */
    SYNTH_MIX,         /* of the left side: which sorts of things there are more of, by the kind */
    SYNTH_PROSE,       /* of descriptions: the same words, other words, the label again */
    SYNTH_HABITS
};

struct synth_make {
    double known[2];      /* share of the main entities a side knows */
    double tangle;        /* how much more than usual is easily taken for something else */
    double thin;          /* share of the things of the world that are in either catalog */
    double spread;        /* prices differ by so much */
    double extra[2];      /* share of labels with a number of the side's own */
    double rough[2];      /* of labels: share with spaces lost, doubled, underlined, or cut off */
    double together;      /* how much of what is not known goes by groups */
    double careless[2];   /* times the noise asked for */
    double unlabelled[2]; /* share without label, where neighbours may tell */
    double aliased[2];    /* share with another name beside */
    double messy[2];      /* share of labels with many mistakes */
    double bare[2];       /* share of which only the label is told */
    unsigned char habit[2][SYNTH_HABITS];
    unsigned char form[2][SYNTH_TYPES_MAX];
    float told[2][SYNTH_FACTS_MAX];         /* share of a fact that is told */
    unsigned char most[2][SYNTH_FACTS_MAX]; /* of several values, so many */
    bool mapped[SYNTH_FACTS_MAX];
};

struct synth {
    const struct synth_options *options;
    const struct synth_kind *kind;
    struct synth_make make;
    uint64_t count[SYNTH_TYPES_MAX];
    struct synth_lexicon lexica[SYNTH_LEXICA];
    /* the entity that is told */
    size_t side, type;
    uint64_t i;
    struct {
        size_t fact;
        uint64_t to;
    } edge[SYNTH_EDGES_MAX]; /* told of it */
    size_t edges;
    enum synth_fate fate;
    bool altered; /* what the fate alters has been told */
    struct buf line, text;
    int rc;
    /* where it goes */
    enum synth_telling telling;
    FILE *file[2], *deleted[2], *changes[2], *after[2], *links[SYNTH_TYPES_MAX];
    uint64_t triples[2];
    uint64_t done[SYNTH_TYPES_MAX]; /* entities so far */
    struct synth_feed *feed;        /* NULL: nothing happens to the world */
};

extern const char *const synth_sides[2];

/* What make number n of a kind is like; 0 is the plain one. */
void synth_make_draw(struct synth_make *ret_make, const struct synth_kind *kind, uint64_t n);

static inline unsigned synth_habit(const struct synth *s, size_t side, enum synth_habit h)
{
    return s->make.habit[side][h];
}

static inline enum synth_form synth_form(const struct synth *s, size_t side, size_t type)
{
    return (enum synth_form)s->make.form[side][type];
}

/* --- chance --- */

static inline uint64_t synth_key(size_t type, uint64_t i)
{
    return (uint64_t)type << 48 | i;
}

static inline uint64_t synth_draw(const struct synth *s, uint64_t a, uint64_t b, uint64_t c)
{
    return hash_mix(hash_mix(hash_mix((uint64_t)s->options->seed, a), b), c);
}

/* Of an entity; kinds use salts below 100. */
static inline uint64_t synth_of(const struct synth *s, size_t type, uint64_t i, uint64_t salt)
{
    return synth_draw(s, synth_key(type, i), salt, 0);
}

static inline double synth_share(uint64_t h)
{
    return (double)(hash_mix(h, 3) >> 11) * 0x1p-53;
}

static inline bool synth_chance(uint64_t h, uint64_t salt, double p)
{
    return synth_share(hash_mix(h, salt)) < p;
}

/* Is this one of those that a tangled make makes like their siblings? */
static inline bool synth_tangled(const struct synth *s, uint64_t h)
{
    return synth_chance(h, 77, s->make.tangle);
}

/* A number from..to. */
static inline int synth_between(uint64_t h, uint64_t salt, int from, int to)
{
    return from + (int)(hash_mix(h, salt) % (uint64_t)(to - from + 1));
}

/* A number below n, small ones more often: the first in sqrt(n) of n draws. */
uint64_t synth_common(uint64_t h, uint64_t n);

/* How many of a type have arrived when entity i of another one does: it knows of no others. */
uint64_t synth_arrived(const struct synth *s, size_t of, size_t type, uint64_t i);

/* How many works must be planned, for as many as asked for to be there. */
uint64_t synth_planned(const struct synth *s);

/* Does the side know an entity of this group?  times: how much less it fails to; 1 for what
 * the world is of, less for what that refers to. */
bool synth_knows(const struct synth *s, size_t side, size_t type, uint64_t i, uint64_t group,
                 double times);

/* How careless a side is about an entity: most are clean, some are a mess. */
double synth_careless(const struct synth *s, size_t side, size_t type, uint64_t i);

/* --- words (synth_words.c) --- */

/*
 * The words that n names have and how steep their use is: they grow as a power of n
 * (Heaps' law; Heaps, "Information Retrieval", 1978), used by Zipf's law with Mandelbrot's
 * shift.  So common words outgrow every block, while namesakes and candidates of an entity
 * stay about as many at any size.  shift < 1: a share of the words.
 */
struct synth_lexicon synth_words_lexicon(uint64_t first, double factor, uint64_t n, double power,
                                         double shift);
/* The usual ones, for so many works, persons, firms and places. */
void synth_words_prepare(struct synth *s, uint64_t works, uint64_t persons, uint64_t firms,
                         uint64_t places);
void synth_words_add(struct buf *out, uint64_t number);
/* A word as they are used. */
void synth_words_add_used(struct buf *out, const struct synth_lexicon *l, uint64_t h);
/* Any of the words: what makes a name its own. */
void synth_words_add_any(struct buf *out, const struct synth_lexicon *l, uint64_t h);
/* One of a list of words, the first ones more often. */
const char *synth_words_pick(const char *const *list, size_t n, uint64_t h);
#define SYNTH_PICK(list, h) synth_words_pick(list, sizeof(list) / sizeof(*(list)), h)

/*
 * A title of one to four words, many of them in use elsewhere, in small letters.  twist: 0, or
 * a hash that gives it another word than the title that h alone has: "Last bus to X", "Last
 * bus to Y".
 */
void synth_words_add_title(struct synth *s, struct buf *out, uint64_t h, uint64_t twist);
void synth_words_add_place(struct synth *s, struct buf *out, uint64_t h);
void synth_words_add_firm(struct synth *s, struct buf *out, uint64_t h, bool full);
/* A sentence or more of a description. */
void synth_words_add_prose(struct synth *s, struct buf *out, uint64_t h, size_t words);

/* What numbers the members of a series. */
enum synth_part {
    SYNTH_PART_BARE, /* "Title 2" */
    SYNTH_PART_PART,
    SYNTH_PART_VOLUME,
    SYNTH_PART_BOOK,
    SYNTH_PART_NUMBER,
    SYNTH_PART_SEASON,
    SYNTH_PART_CHAPTER,
    SYNTH_PART_EPISODE,
    SYNTH_PART_LEVEL, /* by letters */
    SYNTH_PARTS
};
/* Appends number n as the side writes it, joined to what stands there. */
void synth_words_add_part(const struct synth *s, struct buf *out, size_t side, enum synth_part part,
                          int n);

/* --- persons (synth_names.c) --- */

/* Persons lie in groups of four: siblings and couples, or strangers.  The persons of a group
 * are of one era, a dozen years of work. */
enum { SYNTH_ERAS = 8, SYNTH_ERA_YEARS = 12, SYNTH_ERA_FIRST = 1926 };

/* 0 or 1: known to that side alone (namesakes, siblings, one of a crowd of namesakes of whom
 * only the name is known); -1: to any. */
int synth_names_only_side(const struct synth *s, size_t type, uint64_t i);
bool synth_names_in_crowd(uint64_t i);
/* The elder one whose name a person bears, the younger one who bears his; i itself for most. */
uint64_t synth_names_namesake(const struct synth *s, size_t type, uint64_t i);
uint64_t synth_names_later(const struct synth *s, size_t type, uint64_t i);
int synth_names_born(const struct synth *s, size_t type, uint64_t i);
/* A person who works in that year; n: how many there are so far. */
uint64_t synth_names_pick(uint64_t h, uint64_t n, int year);
/* The brother or wife of a person; i itself for most. */
uint64_t synth_names_relative(const struct synth *s, size_t type, uint64_t i);
/* The name as the side writes it. */
void synth_names_add(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i);

/* --- mistakes and letters (synth_spell.c) --- */

void synth_spell_lose_word(struct buf *out, uint64_t h);
/* Two letters change places, one is lost, is another one, or is there twice. */
void synth_spell_slip(struct buf *out, uint64_t h);
/* First names to initials, or the last name first. */
void synth_spell_recast_person(struct buf *out, uint64_t h);
/* Every word begins with a capital; title: but for and, of, the and the like. */
void synth_spell_capitals(struct buf *out, bool title);
/* The label as the side spells it, mistakes and all, in s->text. */
void synth_spell_label(struct synth *s, size_t side, size_t type, uint64_t i);

/* --- telling as it is (synth.c) --- */

/* s->text as the value of a fact; with a datatype of XML Schema or NULL. */
void synth_tell_text(struct synth *s, size_t fact);
void synth_tell_typed(struct synth *s, size_t fact, const char *datatype);
void synth_tell_entity(struct synth *s, size_t fact, size_t type, uint64_t i);
void synth_tell_type(struct synth *s);

/* All that the side knows of an entity, as s->telling says. */
int synth_tell_known(struct synth *s, size_t side, size_t type, uint64_t i);

/* --- what happens to a world that is there (synth_feed.c) --- */

struct synth_feed *synth_feed_new(const struct synth *s, FILE *const files[2]);
void synth_feed_free(struct synth_feed *f); /* takes NULL */
/* Of a feed or NULL. */
enum synth_fate synth_feed_fate(const struct synth_feed *f, size_t side, size_t type, uint64_t i);
/* A row into the block of s->side. */
int synth_feed_put(struct synth *s, char op, struct slice line);
/* Is s->text of this fact what the fate of the entity alters?  Then it is altered. */
bool synth_feed_alters(const struct synth *s, size_t fact);
void synth_feed_alter(struct synth *s);
/* The next entity arrives on both sides; with a title, what happens beside. */
int synth_feed_arrive(struct synth *s, size_t type, uint64_t i);
int synth_feed_end(struct synth_feed *f);

/* --- telling as the make has it (synth_facts.c) --- */

/* Label and type.  May it lack its label?  False where siblings share all neighbours. */
void synth_facts_head(struct synth *s, bool may_lack);
/* Has it another name, which `side` has beside its label (told), or instead? */
bool synth_facts_alias(const struct synth *s, size_t side, size_t type, uint64_t i, bool told);
void synth_facts_add_alias(struct synth *s, struct buf *out, size_t type, uint64_t i);
/* Only the label is told of this one. */
bool synth_facts_bare(const struct synth *s);
/* Does the side tell this? */
bool synth_facts_told(const struct synth *s, size_t fact, unsigned place);
void synth_facts_number(struct synth *s, size_t fact, double value, int decimals);
void synth_facts_year(struct synth *s, size_t fact, int year);
/* A day of the year by hash. */
void synth_facts_date(struct synth *s, size_t fact, int year, uint64_t h);
void synth_facts_length(struct synth *s, size_t fact, int seconds);
void synth_facts_minutes(struct synth *s, size_t fact, int minutes);
/* spread: the sides' prices differ by up to that share. */
void synth_facts_price(struct synth *s, size_t fact, double price, double spread);
void synth_facts_code(struct synth *s, size_t fact, struct slice code);
void synth_facts_isbn(struct synth *s, size_t fact, uint64_t h);
void synth_facts_phone(struct synth *s, size_t fact, unsigned area, uint64_t h);
/* Words. */
void synth_facts_words(struct synth *s, size_t fact, const char *words);
/* A place by hash. */
void synth_facts_place(struct synth *s, size_t fact, uint64_t h);
/* place: which of several; one that was told before is not told again. */
void synth_facts_edge(struct synth *s, size_t fact, unsigned place, size_t type, uint64_t i);

/* A code as the side writes it. */
void synth_facts_add_code(const struct synth *s, struct buf *out, size_t side, struct slice code);
#endif
