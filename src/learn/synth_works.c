/*
 * synth_works.c - works with people, companies, places and genres: the world of
 * the benchmarks.  Popular people are hubs, common names are homonyms, series
 * share titles and people.  The catalogs make typing errors, lose words, write
 * initials for first names, wrong years, no label at all.  The figures are of
 * movies.
 */
#include "synth_internal.h"

#include <assert.h>
#include <math.h>

enum type { WORK, PERSON, COMPANY, PLACE, GENRE, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "work", .linked = true},
    {.name = "person", .linked = true, .person = true},
    {.name = "company", .linked = true},
    {.name = "place", .linked = true},
    {.name = "genre"},
};

enum fact {
    P_YEAR = SYNTH_LABEL + 1, /* no other names here */
    P_MINUTES,
    P_PRICE,
    P_CODE,
    P_DIRECTOR,
    P_ACTOR,
    P_STUDIO,
    P_GENRE,
    P_SET_IN,
    P_BORN,
    P_BORN_IN,
    P_FOUNDED,
    P_SEAT,
    P_INSIDE,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    {.name = "type"},    {.name = "label"},   {.name = "year"},     {.name = "minutes"},
    {.name = "price"},   {.name = "code"},    {.name = "director"}, {.name = "actor"},
    {.name = "studio"},  {.name = "genre"},   {.name = "set_in"},   {.name = "born"},
    {.name = "born_in"}, {.name = "founded"}, {.name = "seat"},     {.name = "inside"},
};

enum lexicon { TITLES, FIRST_NAMES, SURNAMES, FIRMS, PLACE_NAMES };

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count;
    n[WORK] = (uint64_t)s->options->works;
    n[PERSON] = n[WORK] + n[WORK] / 2 + 1;
    n[COMPANY] = n[WORK] / 20 + 1;
    n[PLACE] = n[WORK] / 10 + 1;
    n[GENRE] = 25;
    s->lexica[TITLES] = synth_words_lexicon(30000000, 16, n[WORK], 0.7, 10);
    /* together as steep as there are persons: the share of homonyms stays */
    s->lexica[FIRST_NAMES] = synth_words_lexicon(10000000, 50, n[PERSON], 0.35, 1 / 150.0);
    s->lexica[SURNAMES] = synth_words_lexicon(20000000, 14, n[PERSON], 0.65, 1 / 150.0);
    s->lexica[FIRMS] = synth_words_lexicon(60000000, 10, n[COMPANY], 0.75, 10);
    s->lexica[PLACE_NAMES] = synth_words_lexicon(70000000, 30, n[PLACE], 0.7, 10);
}

/* --- the world --- */

static uint64_t draw(const struct synth *s, size_t type, uint64_t i, uint64_t b, uint64_t c)
{
    return synth_draw(s, synth_key(type, i), b, c);
}

/* The first of the series a work belongs to; most are alone. */
static uint64_t original(const struct synth *s, size_t type, uint64_t i)
{
    uint64_t h = draw(s, type, i, 4, 0);
    return type == WORK && i > 40 && h % 5 == 0 ? i - 1 - h / 8 % 40 : i;
}

static void add_person(struct synth *s, uint64_t h)
{
    assert(s->lexica[FIRST_NAMES].words > 0 && s->lexica[SURNAMES].words > 0);
    struct buf *out = &s->text;
    synth_words_add_used(out, &s->lexica[FIRST_NAMES], h);
    buf_append_char(out, ' ');
    if (h % 7 == 0) {
        synth_words_add_used(out, &s->lexica[FIRST_NAMES], hash_mix(h, 1));
        buf_append_char(out, ' ');
    }
    synth_words_add_used(out, &s->lexica[SURNAMES], hash_mix(h, 2));
}

static void add_name(struct synth *s)
{
    assert(s->type < TYPES && s->i < s->count[s->type]);
    struct buf *out = &s->text;
    size_t type = s->type;
    uint64_t h = draw(s, type, s->i, 1, 0);
    if (type == PERSON) {
        add_person(s, h);
        return;
    }
    if (type == GENRE) {
        synth_words_add(out, 5000000 + s->i);
        return;
    }
    uint64_t own = h, first = original(s, type, s->i);
    if (first != s->i)
        h = draw(s, type, first, 1, 0);
    const struct synth_lexicon *l = &s->lexica[type == WORK      ? TITLES
                                               : type == COMPANY ? FIRMS
                                                                 : PLACE_NAMES];
    size_t words = type == WORK ? 1 + (h >> 32) % 4 : 1 + (h >> 32) % 2;
    for (size_t k = 0; k < words; k++) {
        if (k)
            buf_append_char(out, ' ');
        /* a sequel may change its last word */
        uint64_t of = own != h && own / 8 % 4 == 0 && k + 1 == words ? own : h;
        if (k == h / 8 % words)
            synth_words_add_any(out, l, hash_mix(of, 10 + k));
        else
            synth_words_add_used(out, l, hash_mix(of, 10 + k));
    }
    static const char *const kinds[] = {" Pictures", " Films", " Group", " & Co", " Studio", ""};
    if (type == COMPANY)
        buf_append_text(out, kinds[h % 6]);
    if (own != h && own / 8 % 4 > 1)
        buf_append_format(out, " %d", (int)(2 + own / 64 % 3));
}

/* --- what a catalog makes of it --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    return type == GENRE || synth_share(draw(s, type, i, 100 + side, 0)) < 0.8;
}

/* How careless a catalog is about an entity: most are clean, some are a mess. */
static double carelessness(const struct synth *s)
{
    double x = synth_share(draw(s, s->type, s->i, 200 + s->side, 0));
    return s->options->noise * (s->side ? 1.0 : 0.4) * x * x * 2;
}

/* The label as this catalog spells it, in s->text; false: it has none. */
static bool spell(struct synth *s)
{
    assert(s->side < 2);
    static const char *const extras[] = {" (Remastered)", " [Deluxe]", ": The Story",
                                         " - Special Edition", " (Restored)"};
    double careless = carelessness(s);
    size_t type = s->type;
    uint64_t h = draw(s, type, s->i, 300 + s->side, 0);
    buf_clear(&s->text);
    if (type == WORK && synth_share(hash_mix(h, 1)) < careless * 0.5)
        return false;
    add_name(s);
    if (type == PERSON && synth_share(hash_mix(h, 2)) < careless)
        synth_spell_recast_person(&s->text, hash_mix(h, 3));
    if (type != PERSON && synth_share(hash_mix(h, 4)) < careless * 0.7)
        synth_spell_lose_word(&s->text, hash_mix(h, 5));
    for (uint64_t k = 0; k < 3; k++)
        if (synth_share(hash_mix(h, 6 + k)) < careless * 0.6)
            synth_spell_slip(&s->text, hash_mix(h, 20 + k));
    if (type == WORK && synth_share(hash_mix(h, 9)) < careless * 0.3)
        buf_append_text(&s->text, extras[hash_mix(h, 11) % 5]);
    if (synth_share(hash_mix(h, 12)) > careless * 0.3) /* but for the sloppy */
        synth_spell_capitals(&s->text, false);
    return s->text.len != 0;
}

/* A fact both may know, with a chance of error. */
static void number(struct synth *s, enum fact p, double value, double slip, int decimals)
{
    assert(p < FACTS && decimals >= 0 && isfinite(value));
    double careless = carelessness(s);
    uint64_t h = draw(s, s->type, s->i, 500 + s->side, p);
    if (synth_share(h) < 0.1 + careless * 0.5)
        return;
    if (synth_share(hash_mix(h, 1)) < 0.05 + careless * 0.4)
        value += slip * (synth_share(hash_mix(h, 2)) < 0.5 ? -1 : 1) *
                 (1 + floor(synth_share(hash_mix(h, 3)) * 2));
    buf_clear(&s->text);
    buf_append_format(&s->text, "%.*f", decimals, value);
    synth_tell_text(s, p);
}

static void edge(struct synth *s, enum fact p, enum type to, uint64_t target, uint64_t place)
{
    assert(to < TYPES && target < s->count[to]);
    double careless = carelessness(s);
    uint64_t h = draw(s, s->type, s->i, 600 + s->side, p * 100 + place);
    if (knows(s, s->side, to, target) && synth_share(h) >= 0.15 + careless * 0.4)
        synth_tell_entity(s, p, to, target);
}

static uint64_t arrived(const struct synth *s, enum type of, uint64_t i)
{
    return synth_arrived(s, of, s->type, i);
}

static void describe_work(struct synth *s, uint64_t h, double year)
{
    assert(s->type == WORK);
    /* who makes a series: mostly the same people */
    uint64_t first = h % 4 ? original(s, WORK, s->i) : s->i, team = draw(s, WORK, first, 2, 0);
    uint64_t cast = arrived(s, PERSON, first), persons = arrived(s, PERSON, s->i);
    double minutes = synth_share(hash_mix(h, 2)) + synth_share(hash_mix(h, 13));
    number(s, P_YEAR, year, 1, 0);
    number(s, P_MINUTES, 3 + floor(minutes * 88), 3, 0);
    if (h % 2)
        number(s, P_PRICE, 0.99 + floor(synth_share(hash_mix(h, 3)) * 60), 1, 2);
    edge(s, P_DIRECTOR, PERSON, synth_common(hash_mix(team, 4), cast), 0);
    edge(s, P_STUDIO, COMPANY, synth_common(hash_mix(team, 5), arrived(s, COMPANY, first)), 0);
    for (uint64_t k = 0; k < 1 + h / 8 % 8; k++)
        edge(s, P_ACTOR, PERSON,
             synth_common(hash_mix(k % 2 ? h : team, 100 + k), k % 2 ? persons : cast), k);
    for (uint64_t k = 0; k < 1 + h / 64 % 3; k++)
        edge(s, P_GENRE, GENRE, synth_common(hash_mix(team, 200 + k), s->count[GENRE]), k);
    if (h / 512 % 3 == 0)
        edge(s, P_SET_IN, PLACE, synth_common(hash_mix(h, 6), arrived(s, PLACE, s->i)), 0);
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    uint64_t h = draw(s, s->type, s->i, 2, 0), places = arrived(s, PLACE, s->i);
    if (spell(s))
        synth_tell_text(s, SYNTH_LABEL);
    synth_tell_type(s);
    double ago = synth_share(hash_mix(h, 1)), year = 2022 - floor(ago * ago * 98);
    if (s->type == WORK) {
        describe_work(s, h, year);
    } else if (s->type == PERSON && h % 2) {
        buf_clear(&s->text);
        buf_append_format(&s->text, "%.0f-%02d-%02d", year - 30, (int)(1 + h / 4 % 12),
                          (int)(1 + h / 64 % 28));
        if (synth_share(draw(s, PERSON, s->i, 700 + s->side, 0)) < 0.6)
            synth_tell_text(s, P_BORN);
        edge(s, P_BORN_IN, PLACE, synth_common(hash_mix(h, 7), places), 0);
    } else if (s->type == COMPANY) {
        number(s, P_FOUNDED, year - 20, 1, 0);
        edge(s, P_SEAT, PLACE, synth_common(hash_mix(h, 8), places), 0);
    } else if (s->type == PLACE && s->i) {
        edge(s, P_INSIDE, PLACE, synth_common(hash_mix(h, 9), s->i), 0);
    }
}

const struct synth_kind synth_works =
    SYNTH_KIND("works", "works with people, companies, places, genres", NULL);
