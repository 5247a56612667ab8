/*
 * synth_places.c - restaurants, hotels and shops with cities and kitchens.
 *
 * Places lie in rows: one alone, the branches of a chain in streets and cities of their own,
 * two houses at one address, an old place and what opened where it was.  A name, a street
 * number and a phone number decide, in the sides' spellings.
 */
#include "synth_internal.h"

#include <assert.h>

enum type { PLACE, CITY, CUISINE, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "place", .linked = true},
    {.name = "city", .linked = true, .value = true, .inside = true, .entity = 0.7f},
    {.name = "cuisine", .value = true},
};

enum fact {
    F_STREET = SYNTH_FACTS,
    F_CITY,
    F_PHONE,
    F_CUISINE,
    F_POSTCODE,
    F_PRICE,
    F_LATITUDE,
    F_LONGITUDE,
    F_OPENED,
    F_STATE,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "street", .kept = true},
    {.name = "city", .kept = true},
    {.name = "phone"},
    {.name = "cuisine"},
    {.name = "postcode", .rare = true},
    {.name = "price", .rare = true},
    {.name = "latitude", .rare = true},
    {.name = "longitude", .rare = true},
    {.name = "opened", .rare = true},
    {.name = "state"},
};

enum { SLOTS = 8 };

enum row_kind { ALONE, CHAIN, ONE_ADDRESS, LATER };

struct place {
    enum row_kind kind;
    uint64_t i, row_h, h, address; /* the street and the phone number hang on address */
    int slot, places;
    uint64_t city;
};

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), rows = works * 10 / 17 + 1;
    n[PLACE] = rows * SLOTS;
    n[CITY] = (uint64_t)s->options->works / 40 + 6;
    n[CUISINE] = 24;
    synth_words_prepare(s, works, works + 64, works, n[CITY]);
}

static struct place place_of(const struct synth *s, uint64_t i)
{
    static const enum row_kind kinds[] = {ALONE, ALONE, ALONE, ALONE, ALONE,       ALONE,
                                          ALONE, ALONE, CHAIN, CHAIN, ONE_ADDRESS, LATER};
    static const int least[] = {1, 2, 2, 2}, most[] = {1, 8, 3, 2};
    struct place p = {.i = i, .row_h = synth_of(s, PLACE, i / SLOTS * SLOTS, 1)};
    p.h = synth_of(s, PLACE, i, 2);
    p.kind = kinds[p.row_h % 12];
    p.slot = (int)(i % SLOTS);
    p.places = synth_between(p.row_h, 1, least[p.kind], most[p.kind]);
    p.address = p.kind == ONE_ADDRESS || p.kind == LATER ? p.row_h : p.h;
    /* half of the branches are in the city of the first */
    uint64_t of = p.kind == CHAIN && p.h % 2 ? p.h : p.row_h;
    p.city = synth_common(hash_mix(of, 3), s->count[CITY]);
    assert(p.places >= 1 && p.places <= SLOTS && p.city < s->count[CITY]);
    return p;
}

/* --- names --- */

static const char *const cuisines[][2] = {
    {"italian", "pizza & pasta"},
    {"chinese", "asian"},
    {"french", "bistro"},
    {"american", "diners"},
    {"mexican", "tex-mex"},
    {"indian", "curry"},
    {"japanese", "sushi"},
    {"seafood", "fish"},
    {"steakhouses", "steaks"},
    {"greek", "mediterranean"},
    {"thai", "thai"},
    {"bakery", "bakeries"},
    {"cafe", "coffeehouses"},
    {"bar", "pubs"},
    {"hotel", "hotels"},
    {"museum", "museums"},
    {"vegetarian", "vegan"},
    {"bbq", "barbecue"},
    {"delis", "sandwiches"},
    {"continental", "european"},
    {"spanish", "tapas"},
    {"korean", "korean"},
    {"ice cream", "desserts"},
    {"library", "libraries"},
};
#define CUISINES (sizeof(cuisines) / sizeof(*cuisines))

static void add_plain_name(struct synth *s, struct buf *out, uint64_t h)
{
    static const char *const kinds[] = {"grill", "cafe", "house",  "kitchen", "bistro", "diner",
                                        "inn",   "bar",  "garden", "palace",  "tavern", "corner"};
    switch (h % 6) {
    case 0:
        synth_words_add_used(out, &s->lexica[SYNTH_FIRST_NAMES], hash_mix(h, 1));
        buf_append_format(out, "'s %s", kinds[h / 8 % 12]);
        break;
    case 1:
        buf_append_text(out, "the ");
        synth_words_add_used(out, &s->lexica[SYNTH_ADJECTIVES], hash_mix(h, 1));
        buf_append_char(out, ' ');
        synth_words_add_used(out, &s->lexica[SYNTH_NOUNS], hash_mix(h, 2));
        break;
    case 2:
        buf_append_format(out, "%s ", h / 8 % 2 ? "cafe" : "chez");
        synth_words_add_any(out, &s->lexica[SYNTH_FIRMS], hash_mix(h, 1));
        break;
    case 3:
        synth_words_add_any(out, &s->lexica[SYNTH_FIRMS], hash_mix(h, 1));
        break;
    default:
        synth_words_add_any(out, &s->lexica[h / 8 % 2 ? SYNTH_FIRMS : SYNTH_NOUNS], hash_mix(h, 1));
        buf_append_format(out, " %s", kinds[h / 16 % 12]);
    }
}

static void add_place(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[PLACE]);
    struct place p = place_of(s, i);
    uint64_t own = synth_of(s, PLACE, i, 4);
    add_plain_name(s, out, hash_mix(p.kind == CHAIN ? p.row_h : p.h, 5));
    /* one side may say more than the name */
    if (own % 10 < 2 && own / 16 % 2 == side) {
        static const char *const more[] = {" restaurant", " & bar", " downtown",
                                           " restaurant & lounge"};
        buf_append_text(out, more[own / 64 % 4]);
    } else if (p.kind == ONE_ADDRESS && p.slot && own / 16 % 2 == side) {
        buf_append_text(out, " at ");
        add_plain_name(s, out, hash_mix(synth_of(s, PLACE, i - (uint64_t)p.slot, 2), 5));
    }
    if (synth_form(s, side, CITY) == SYNTH_INSIDE) {
        buf_append_text(out, ", ");
        synth_words_add_place(s, out, synth_of(s, CITY, p.city, 1));
    }
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PLACE)
        add_place(s, out, side, i);
    else if (type == CITY)
        synth_words_add_place(s, out, synth_of(s, CITY, i, 1));
    else
        buf_append_text(out, cuisines[i % CUISINES][synth_habit(s, side, SYNTH_NAMING) % 2]);
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == CITY)
        return synth_knows(s, side, CITY, i, i, 0.1);
    if (type != PLACE)
        return true;
    struct place p = place_of(s, i);
    if (p.slot >= p.places || !synth_knows(s, side, PLACE, i, i / SLOTS, 1))
        return false;
    /* what was there before is known to the one side, what came later to the other */
    return p.kind != LATER || p.row_h / 64 % 2 || (side + (uint64_t)p.slot + p.row_h / 128) % 2;
}

static void tell_street(struct synth *s, const struct place *p)
{
    assert(p->i < s->count[PLACE]);
    static const char *const kinds[][3] = {{"street", "st.", "st"}, {"avenue", "ave.", "ave"},
                                           {"road", "rd.", "rd"},   {"boulevard", "blvd.", "blvd"},
                                           {"lane", "ln.", "ln"},   {"square", "sq.", "sq"}};
    static const char *const sides[][3] = {
        {"", "", ""}, {"east ", "e. ", "e "}, {"west ", "w. ", "w "}, {"north ", "n. ", "n "}};
    if (!synth_facts_told(s, F_STREET, 0))
        return;
    struct buf *out = &s->text;
    unsigned habit = synth_habit(s, s->side, SYNTH_STREET);
    uint64_t h = hash_mix(p->address, 6), own = synth_of(s, PLACE, p->i, 8 + s->side);
    buf_clear(out);
    buf_append_format(out, "%d %s", synth_between(h, 1, 1, h % 3 ? 400 : 9900),
                      sides[h / 8 % 8 < 4 ? h / 8 % 4 : 0][habit]);
    if (h / 64 % 5 == 0)
        buf_append_format(out, "%dth", synth_between(h, 2, 4, 20));
    else if (h / 64 % 2)
        synth_words_add_used(out, &s->lexica[SYNTH_NOUNS], hash_mix(h, 3));
    else
        synth_words_add_used(out, &s->lexica[SYNTH_SURNAMES], hash_mix(h, 3));
    buf_append_format(out, " %s", kinds[h / 512 % 6][habit]);
    if (own % 6 == 0) { /* the way there */
        buf_append_text(out, own / 8 % 2 ? " near " : ", suite ");
        if (own / 8 % 2)
            synth_words_add_used(out, &s->lexica[SYNTH_NOUNS], hash_mix(own, 1));
        else
            buf_append_format(out, "%d", synth_between(own, 2, 1, 40));
    }
    synth_spell_capitals(out, synth_habit(s, s->side, SYNTH_LETTERS) == 0);
    synth_tell_text(s, F_STREET);
}

static void describe_place(struct synth *s)
{
    assert(s->type == PLACE);
    struct place p = place_of(s, s->i);
    uint64_t city = synth_of(s, CITY, p.city, 2), h = hash_mix(p.address, 7);
    synth_facts_head(s, false);
    tell_street(s, &p);
    synth_facts_edge(s, F_CITY, 0, CITY, p.city);
    if (p.kind != LATER || p.slot || h % 2) /* the number may have gone with the owner */
        synth_facts_phone(s, F_PHONE, 200 + (unsigned)(city % 700),
                          p.kind == LATER && h % 3 ? hash_mix(p.h, 8) : h);
    uint64_t cuisine = hash_mix(p.kind == CHAIN ? p.row_h : p.h, 9);
    synth_facts_edge(s, F_CUISINE, 0, CUISINE, synth_common(cuisine, CUISINES));
    synth_facts_number(s, F_POSTCODE, 10000 + (double)(city / 1024 % 89000) + (double)(h % 40), 0);
    synth_facts_price(s, F_PRICE, 8 + (double)(p.h % 40), 0.3);
    synth_facts_number(s, F_LATITUDE, 30 + (double)(city % 2000) / 100 + (double)(h % 900) / 1e4,
                       4);
    synth_facts_number(s, F_LONGITUDE,
                       -70 - (double)(city / 4096 % 5000) / 100 - (double)(h / 1024 % 900) / 1e4,
                       4);
    synth_facts_year(s, F_OPENED, synth_between(p.h, 10, 1950, 2018));
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    static const char *const states[] = {"CA", "NY", "TX", "WA", "IL", "GA", "NV", "MA"};
    if (s->type == PLACE) {
        describe_place(s);
        return;
    }
    synth_facts_head(s, false);
    if (s->type == CITY)
        synth_facts_words(s, F_STATE, SYNTH_PICK(states, synth_of(s, CITY, s->i, 3)));
}

const struct synth_kind synth_places =
    SYNTH_KIND("places", "restaurants and the like with cities, kitchens", label);
