/*
 * synth_people.c - people with families, employers and towns.
 *
 * Nothing but names, dates and a few ties: brothers and sisters of the same parents, couples,
 * fathers and sons of one name, namesakes of other times, crowds of one name of whom nothing
 * else is known.
 */
#include "synth_internal.h"

#include <assert.h>

enum type { PERSON, ORGANISATION, TOWN, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "person", .linked = true, .person = true},
    {.name = "organisation", .linked = true, .value = true},
    {.name = "town", .linked = true, .value = true},
};

enum fact {
    F_BORN = SYNTH_FACTS,
    F_BIRTHPLACE,
    F_DIED,
    F_OCCUPATION,
    F_EMPLOYER,
    F_PARENT,
    F_SPOUSE,
    F_COUNTRY,
    F_PHONE,
    F_EMAIL,
    F_SEAT,
    F_FOUNDED,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "born", .kept = true},
    {.name = "birthplace"},
    {.name = "died"},
    {.name = "occupation"},
    {.name = "employer", .kept = true},
    {.name = "parent"},
    {.name = "spouse"},
    {.name = "country"},
    {.name = "phone", .rare = true},
    {.name = "email", .rare = true},
    {.name = "seat"},
    {.name = "founded"},
};

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s);
    n[PERSON] = works * 5 / 4 + 32;
    n[ORGANISATION] = (uint64_t)s->options->works / 12 + 8;
    n[TOWN] = (uint64_t)s->options->works / 30 + 6;
    synth_words_prepare(s, works, n[PERSON], n[ORGANISATION], n[TOWN]);
}

/* --- names --- */

static const char *const occupations[][2] = {
    {"teacher", "schoolteacher"}, {"engineer", "civil engineer"}, {"writer", "author"},
    {"politician", "senator"},    {"painter", "artist"},          {"physician", "doctor"},
    {"lawyer", "attorney"},       {"chemist", "scientist"},       {"footballer", "football player"},
    {"singer", "vocalist"},       {"farmer", "farmer"},           {"officer", "army officer"},
};

static void add_person(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[PERSON]);
    static const char *const titles[] = {"dr. ", "prof. ", "sir ", "rev. "};
    uint64_t h = synth_of(s, PERSON, i, 40), elder = synth_names_namesake(s, PERSON, i),
             younger = synth_names_later(s, PERSON, i);
    bool turned = synth_habit(s, side, SYNTH_PERSON) == 1;
    if (h % 24 == 0 && h / 32 % 2 == side && !turned && !synth_names_in_crowd(i))
        buf_append_text(out, titles[h / 64 % 4]);
    synth_names_add(s, out, side, PERSON, i);
    /* fathers and sons; the others of one name are no relatives */
    uint64_t son = elder != i ? i : younger;
    if (son != synth_names_namesake(s, PERSON, son) && synth_of(s, PERSON, son, 41) % 3 == 0)
        buf_append_text(out, son == i ? " jr." : " sr.");
}

static void add_organisation(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[ORGANISATION]);
    static const char *const kinds[] = {
        "hospital",         "city council", "high school", "museum", "institute of technology",
        "state university", "college"};
    uint64_t h = synth_of(s, ORGANISATION, i, 1);
    if (h % 3 == 0) {
        synth_words_add_firm(s, out, h, synth_habit(s, side, SYNTH_NAMING) == 1);
        return;
    }
    uint64_t town = synth_of(s, TOWN, synth_common(hash_mix(h, 1), s->count[TOWN]), 1);
    if (h % 3 == 1) {
        buf_append_text(out,
                        synth_habit(s, side, SYNTH_NAMING) == 1 ? "univ. of " : "university of ");
        synth_words_add_place(s, out, town);
        return;
    }
    synth_words_add_place(s, out, town);
    buf_append_format(out, " %s", kinds[h / 8 % 7]);
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PERSON)
        add_person(s, out, side, i);
    else if (type == ORGANISATION)
        add_organisation(s, out, side, i);
    else
        synth_words_add_place(s, out, synth_of(s, TOWN, i, 1));
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && side < 2);
    if (type != PERSON)
        return synth_knows(s, side, type, i, i, 0.15);
    int only = synth_names_only_side(s, PERSON, i);
    return (only < 0 || only == (int)side) && synth_knows(s, side, PERSON, i, i / 4, 1);
}

static void describe_person(struct synth *s)
{
    assert(s->type == PERSON);
    uint64_t i = s->i, h = synth_of(s, PERSON, i, 42), family = synth_of(s, PERSON, i / 2 * 2, 43);
    int born = synth_names_born(s, PERSON, i);
    synth_facts_head(s, false);
    if (synth_names_in_crowd(i) || synth_facts_bare(s))
        return;
    bool relatives = synth_names_relative(s, PERSON, i) != i;
    bool siblings = relatives && i % 4 < 2;
    if (siblings && family % 4 == 0) /* twins */
        born = synth_names_born(s, PERSON, i / 2 * 2);
    synth_facts_date(s, F_BORN, born, siblings && family % 4 == 0 ? family : h);
    uint64_t home = siblings ? family : h;
    synth_facts_edge(s, F_BIRTHPLACE, 0, TOWN, synth_common(hash_mix(home, 1), s->count[TOWN]));
    if (born < 1945 && h % 3)
        synth_facts_date(s, F_DIED, born + synth_between(h, 2, 35, 92), hash_mix(h, 3));
    synth_facts_words(
        s, F_OCCUPATION,
        occupations[synth_common(hash_mix(h, 4), 12)][synth_habit(s, s->side, SYNTH_NAMING) % 2]);
    for (unsigned k = 0; k < 1 + h / 8 % 2; k++)
        synth_facts_edge(s, F_EMPLOYER, k, ORGANISATION,
                         synth_common(hash_mix(h, 50 + k), s->count[ORGANISATION]));
    uint64_t parent = i / 4 * 4 - 64; /* of two eras before */
    if (siblings && i >= 64 && !synth_names_in_crowd(parent))
        synth_facts_edge(s, F_PARENT, 0, PERSON, parent + family % 4);
    if (relatives && !siblings)
        synth_facts_edge(s, F_SPOUSE, 0, PERSON, i ^ 1);
    synth_facts_phone(s, F_PHONE, 200 + (unsigned)(home % 700), hash_mix(h, 5));
    if (synth_facts_told(s, F_EMAIL, 0)) {
        buf_clear(&s->text);
        synth_words_add(&s->text, 80000000 + i);
        buf_append_format(&s->text, "%u@example.org", (unsigned)(h % 90));
        synth_tell_text(s, F_EMAIL);
    }
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    static const char *const countries[][2] = {{"US", "United States"},
                                               {"DE", "Germany"},
                                               {"FR", "France"},
                                               {"IN", "India"},
                                               {"BR", "Brazil"}};
    uint64_t h = synth_of(s, s->type, s->i, 2);
    if (s->type == PERSON) {
        describe_person(s);
        return;
    }
    synth_facts_head(s, false);
    if (s->type == ORGANISATION) {
        synth_facts_edge(s, F_SEAT, 0, TOWN, synth_common(hash_mix(h, 1), s->count[TOWN]));
        synth_facts_year(s, F_FOUNDED, synth_between(h, 2, 1820, 1999));
    } else {
        synth_facts_words(s, F_COUNTRY,
                          countries[synth_common(h, 5)][synth_habit(s, s->side, SYNTH_NAMING) % 2]);
    }
}

const struct synth_kind synth_people =
    SYNTH_KIND("people", "people with families, employers, towns", label);
