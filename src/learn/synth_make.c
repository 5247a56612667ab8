/*
 * synth_make.c - draws what the two catalogs of a world are like.  Make 0 is the
 * plain one: both know four in five, tell all, and differ in a few habits.
 */
#include "synth_internal.h"

#include "alignd/base/slice.h"

#include <assert.h>
#include <math.h>

static const struct {
    unsigned char options;
    unsigned char right; /* of the right side of the plain make */
    float plain;         /* share of makes with habit 0 */
} habits[SYNTH_HABITS] = {
    [SYNTH_LETTERS] = {3, 0, 0.65f},     [SYNTH_ARTICLE] = {2, 0, 0.8f},
    [SYNTH_PERSON] = {4, 0, 0.6f},       [SYNTH_INITIALS] = {3, 1, 0.5f},
    [SYNTH_AND] = {2, 1, 0.5f},          [SYNTH_NUMERAL] = {3, 1, 0.4f},
    [SYNTH_PART] = {2, 1, 0.5f},         [SYNTH_JOIN] = {5, 1, 0.2f},
    [SYNTH_DATE] = {6, 1, 0.4f},         [SYNTH_LENGTH] = {6, 2, 0.25f},
    [SYNTH_MINUTES] = {4, 0, 0.5f},      [SYNTH_PRICE] = {5, 1, 0.4f},
    [SYNTH_CODE] = {4, 1, 0.4f},         [SYNTH_PHONE] = {6, 1, 0.2f},
    [SYNTH_ISBN] = {4, 1, 0.4f},         [SYNTH_STREET] = {3, 1, 0.34f},
    [SYNTH_DATATYPE] = {2, 0, 0.6f},     [SYNTH_LANGUAGE] = {2, 0, 0.8f},
    [SYNTH_CREDIT] = {4, 1, 0.25f},      [SYNTH_POSITION] = {4, 0, 0.6f},
    [SYNTH_YEAR_INSIDE] = {2, 0, 0.75f}, [SYNTH_ENDING] = {2, 0, 0.93f},
    [SYNTH_WORDING] = {4, 1, 0.25f},     [SYNTH_SUBTITLE] = {3, 1, 0.34f},
    [SYNTH_NAMING] = {4, 1, 0.25f},      [SYNTH_MIX] = {4, 0, 0.4f},
    [SYNTH_PROSE] = {3, 0, 0.3f},
};

/* A number of the make: what for, of which side, which of several. */
static uint64_t draw(uint64_t make, uint64_t what, uint64_t side, uint64_t k)
{
    return hash_mix(hash_mix(make, what), side << 8 | k);
}

static double between(uint64_t h, double from, double to)
{
    return from + (to - from) * synth_share(h);
}

static void draw_known(struct synth_make *m, uint64_t make)
{
    uint64_t h = draw(make, 1, 0, 0), large = draw(make, 1, 1, 0) % 2;
    switch (h % 4) {
    case 0: /* one has nearly all that the other has */
        m->known[large] = between(hash_mix(h, 1), 0.9, 0.97);
        m->known[!large] = between(hash_mix(h, 2), 0.4, 0.7);
        break;
    case 1: /* half of either has no counterpart */
        m->known[0] = between(hash_mix(h, 1), 0.4, 0.6);
        m->known[1] = between(hash_mix(h, 2), 0.4, 0.6);
        break;
    default:
        m->known[0] = between(hash_mix(h, 1), 0.6, 0.95);
        m->known[1] = between(hash_mix(h, 2), 0.6, 0.95);
    }
    if (h / 32 % 3 == 0) { /* and much of it has no counterpart */
        m->tangle = between(hash_mix(h, 5), 0.4, 0.8);
        m->known[0] = fmin(m->known[0], 0.7);
        m->known[1] = fmin(m->known[1], 0.7);
    }
    assert(m->known[0] > 0 && m->known[0] < 1 && m->known[1] > 0 && m->known[1] < 1);
    m->together = between(hash_mix(h, 3), 0, 0.6);
    m->thin = h / 4 % 5 < 3 ? 1 : h / 4 % 5 == 3 ? 0.5 : 0.2;
    m->spread = between(hash_mix(h, 4), 0.02, 0.6);
}

static void draw_habits(struct synth_make *m, uint64_t make)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t k = 0; k < SYNTH_HABITS; k++) {
            uint64_t h = draw(make, 2, side, k);
            assert(habits[k].options > 1);
            uint64_t other = 1 + h % (habits[k].options - 1u);
            m->habit[side][k] = (unsigned char)(synth_chance(h, 1, habits[k].plain) ? 0 : other);
        }
}

static enum synth_form draw_form(const struct synth_type *type, uint64_t h)
{
    assert(type->entity >= 0 && type->entity <= 1);
    double entity = type->entity > 0 ? (double)type->entity : 0.78;
    if ((!type->value && !type->inside) || synth_chance(h, 1, entity))
        return SYNTH_ENTITY;
    return type->value && (!type->inside || h % 2) ? SYNTH_VALUE : SYNTH_INSIDE;
}

static void draw_facts(struct synth_make *m, const struct synth_kind *kind, uint64_t make)
{
    assert(kind->fact_count <= SYNTH_FACTS_MAX);
    uint64_t mapped = draw(make, 4, 0, 0) % 8; /* 0: none is, 1-2: most are, else all */
    for (size_t p = 0; p < kind->fact_count; p++) {
        for (size_t side = 0; side < 2; side++) {
            uint64_t h = draw(make, 3, side, p);
            double u = synth_share(h);
            bool kept = kind->facts[p].kept;
            if (kind->facts[p].rare)
                u += 0.45;
            m->told[side][p] = (float)(kept || u < 0.7 ? between(hash_mix(h, 1), 0.88, 1)
                                       : u < 0.85      ? between(hash_mix(h, 1), 0.4, 0.85)
                                                       : 0);
            m->most[side][p] = (unsigned char)(h % 3 == 0 ? 1 + h / 3 % 3 : 99);
            if (kept)
                m->most[side][p] =
                    kind->facts[p].any && h % 2 == 0 ? (unsigned char)(1 + h / 4 % 3) : 99;
        }
        m->mapped[p] = p < SYNTH_FACTS ||
                       (mapped && (mapped > 2 || synth_chance(draw(make, 4, 1, p), 1, 0.7)));
    }
}

static void plain(struct synth_make *m, const struct synth_kind *kind)
{
    assert(kind->fact_count <= SYNTH_FACTS_MAX);
    *m = (struct synth_make){.known = {0.8, 0.8}, .together = 0.2, .careless = {0.4, 1}};
    m->thin = 1;
    m->spread = 0.2;
    m->extra[1] = 0.1;
    m->unlabelled[1] = 0.02;
    m->bare[1] = 0.02;
    m->messy[1] = 0.01;
    m->aliased[0] = 0.03;
    for (size_t k = 0; k < SYNTH_HABITS; k++)
        m->habit[1][k] = habits[k].right;
    for (size_t p = 0; p < kind->fact_count; p++) {
        m->mapped[p] = true;
        for (size_t side = 0; side < 2; side++) {
            m->told[side][p] = kind->facts[p].kept ? 0.97f : kind->facts[p].rare ? 0.4f : 0.9f;
            m->most[side][p] = 99;
        }
    }
}

void synth_make_draw(struct synth_make *ret_make, const struct synth_kind *kind, uint64_t n)
{
    struct synth_make *m = ret_make;
    assert(kind->type_count <= SYNTH_TYPES_MAX && kind->fact_count <= SYNTH_FACTS_MAX);
    plain(m, kind);
    if (!n)
        return;
    uint64_t make = hash_mix(n, hash_bytes(slice_of(kind->name), 5));
    draw_known(m, make);
    draw_habits(m, make);
    draw_facts(m, kind, make);
    for (size_t side = 0; side < 2; side++) {
        uint64_t h = draw(make, 5, side, 0);
        m->careless[side] = between(hash_mix(h, 1), 0.05, 1.8);
        m->unlabelled[side] = h % 3 ? 0 : between(hash_mix(h, 2), 0.02, 0.45);
        m->aliased[side] = h / 4 % 3 ? 0 : between(hash_mix(h, 3), 0.03, 0.1);
        m->bare[side] = between(hash_mix(h, 4), 0, 0.04);
        m->messy[side] = h / 256 % 4 ? 0 : between(hash_mix(h, 7), 0.05, 0.4);
        m->extra[side] = h / 16 % 3 ? 0 : between(hash_mix(h, 5), 0.1, 0.7);
        m->rough[side] = h / 64 % 3 ? 0 : between(hash_mix(h, 6), 0.02, 0.1);
        for (size_t type = 0; type < kind->type_count; type++)
            m->form[side][type] =
                (unsigned char)draw_form(&kind->types[type], draw(make, 6, side, type));
    }
}
