/*
 * synth_products.c - offers of two shops.
 *
 * Products lie in lines of one maker: models whose codes are near, one model in colours or
 * sizes, software in editions, versions and licences, goods without a code in packs, what
 * belongs to a model of the line before, a model and its kit.  A shop has the maker as an
 * entity, as a value or in the title, the code in the title or as a value, and writes short
 * titles or long ones.
 */
#include "synth_internal.h"

#include <assert.h>
#include <string.h>

enum type { PRODUCT, MAKER, CATEGORY, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "product", .linked = true},
    {.name = "maker", .linked = true, .value = true, .inside = true, .entity = 0.5f},
    {.name = "category", .value = true},
};

enum fact {
    F_MAKER = SYNTH_FACTS,
    F_CATEGORY,
    F_PRICE,
    F_MODEL,
    F_EAN,
    F_DESCRIPTION,
    F_COLOUR,
    F_COUNTRY,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "maker", .kept = true},
    {.name = "category", .rare = true},
    {.name = "price"},
    {.name = "model"},
    {.name = "ean", .rare = true},
    {.name = "description"},
    {.name = "colour", .rare = true},
    {.name = "country", .rare = true},
};

enum { SLOTS = 8 };

enum line_kind { SINGLE, MODELS, COLOURS, SIZES, PARTS, SOFTWARE, GOODS, KIT };

struct line {
    enum line_kind kind;
    uint64_t i, h, maker;
    int members;
    size_t noun;
    bool named; /* has a name of its own, "Kavi Lotus" */
};

struct product {
    struct line line;
    uint64_t i, h;
    int slot;
    char code[40]; /* with its signs; empty: none */
    char part[16]; /* its number in the maker's books, which a shop may add */
    int colour, size, version;
    size_t edition, licence, system;
    double price;
};

static const char *const nouns[] = {
    "digital camera",  "inkjet printer",    "LCD TV",       "headphones",
    "vacuum cleaner",  "microwave oven",    "coffee maker", "hard drive",
    "wireless router", "speaker system",    "DVD player",   "refrigerator",
    "cordless phone",  "memory card",       "camcorder",    "home theater system",
    "dishwasher",      "alarm clock radio", "zoom lens",    "scanner",
    "car stereo",      "blender",           "keyboard",     "monitor",
    "toaster",         "power drill",       "washer",       "GPS navigator",
    "electric shaver", "game controller",
};
#define NOUNS (sizeof(nouns) / sizeof(*nouns))

/* The categories of what has no such noun. */
static const char *const others[] = {"business software", "utilities", "education software",
                                     "household"};

static const char *const features[] = {
    "wireless",        "portable",        "stainless steel", "bluetooth",
    "USB 2.0",         "compact",         "widescreen",      "rechargeable",
    "programmable",    "energy saving",   "high speed",      "dual",
    "noise reduction", "remote control",  "built-in timer",  "touch screen",
    "ultra slim",      "high definition", "waterproof",      "multi-function",
    "optical zoom",    "10 foot cord",    "1100 watts",      "8 GB",
    "2 year warranty", "7.2 megapixel",   "120 Hz",          "HDMI",
    "24 settings",     "easy to clean",
};
#define FEATURES (sizeof(features) / sizeof(*features))

static const char *const colours[][3] = {
    {"black", "BLK", "B"}, {"white", "WHT", "W"}, {"silver", "SLV", "S"},   {"red", "RED", "R"},
    {"blue", "BLU", "L"},  {"pink", "PNK", "P"},  {"titanium", "TTN", "T"}, {"green", "GRN", "G"},
};
#define COLOUR_COUNT 8

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), lines = works * 10 / 32 + 1;
    n[PRODUCT] = lines * SLOTS;
    n[MAKER] = (uint64_t)s->options->works / 25 + 8;
    n[CATEGORY] = NOUNS + sizeof(others) / sizeof(*others);
    synth_words_prepare(s, works, 64, n[MAKER], 64);
}

/* --- the world --- */

/* Some shops have software for the most part, or devices, or models by the dozen. */
static enum line_kind line_kind(const struct synth *s, uint64_t i)
{
    static const enum line_kind kinds[] = {SINGLE, SINGLE, SINGLE, SINGLE,   SINGLE,   MODELS,
                                           MODELS, MODELS, MODELS, COLOURS,  COLOURS,  SIZES,
                                           PARTS,  GOODS,  KIT,    SOFTWARE, SOFTWARE, SOFTWARE};
    static const enum line_kind often[] = {SINGLE, SOFTWARE, SINGLE, MODELS};
    uint64_t h = synth_of(s, PRODUCT, i * SLOTS, 1);
    unsigned mix = synth_habit(s, 0, SYNTH_MIX);
    return mix && synth_chance(h, 15, 0.7) ? often[mix] : kinds[h % 18];
}

static struct line line_of(const struct synth *s, uint64_t i)
{
    static const int least[] = {1, 2, 2, 2, 1, 2, 1, 2}, most[] = {1, 7, 5, 6, 3, 8, 6, 2};
    struct line l = {.i = i, .h = synth_of(s, PRODUCT, i * SLOTS, 1), .kind = line_kind(s, i)};
    if (l.kind == PARTS && (!i || line_kind(s, i - 1) != MODELS))
        l.kind = SINGLE;
    bool alone = l.kind == SOFTWARE && synth_chance(l.h, 16, 0.4);
    l.members = alone ? 1 : synth_between(l.h, 1, least[l.kind], most[l.kind]);
    uint64_t of = l.kind == PARTS ? synth_of(s, PRODUCT, (i - 1) * SLOTS, 1) : l.h;
    l.maker = synth_common(hash_mix(of, 2), s->count[MAKER]);
    l.named = hash_mix(of, 4) % 2;
    l.noun = l.kind == SOFTWARE ? NOUNS + l.h / 32 % 3
             : l.kind == GOODS  ? NOUNS + 3
                                : (size_t)synth_between(of, 3, 0, NOUNS - 1);
    assert(l.members >= 1 && l.members <= SLOTS && l.maker < s->count[MAKER]);
    return l;
}

static void add_letters(char *out, uint64_t h, int n)
{
    assert(n > 0);
    size_t at = strlen(out);
    for (int k = 0; k < n; k++, h /= 26)
        out[at++] = (char)('A' + h % 26);
    out[at] = '\0';
}

/* The number of member k of a line: near to the others, but another one. */
static unsigned member_number(unsigned first, int k, bool turned)
{
    assert(k >= 0 && k < SLOTS);
    static const unsigned steps[SLOTS] = {0, 10, 1, 100, 50, 5, 200, 90};
    unsigned tens = first / 10 % 10, hundreds = first / 100 % 10;
    if (k == 1 && turned && tens != hundreds && (tens + 10 - hundreds) % 10 > 2)
        return first - tens * 10 - hundreds * 100 + hundreds * 10 + tens * 100;
    return first + steps[k];
}

/* "DSC-W120": letters, signs and a number; some are all digits. */
static void make_code(struct product *p)
{
    assert(p->slot >= 0 && p->slot < SLOTS);
    const struct line *l = &p->line;
    uint64_t h = hash_mix(l->h, 4);
    bool many = l->kind == MODELS || l->kind == PARTS;
    unsigned first = 110 + (unsigned)(h / 16 % 780);
    unsigned number = member_number(first, many ? p->slot : 0, h / 16384 % 2);
    char *c = p->code;
    size_t size = sizeof(p->code);
    c[0] = '\0';
    if (h % 8 == 0) { /* digits alone */
        snprintf(c, size, "%03u-%05u-%02u", (unsigned)(h / 64 % 900) + 100,
                 number * 16 + (unsigned)(h / 512 % 16), (unsigned)p->slot * 7 % 100);
        return;
    }
    add_letters(c, h / 32, 1 + (int)(h / 8 % 4));
    if (h / 128 % 2)
        strcat(c, "-");
    if (h / 256 % 2)
        add_letters(c, h / 1024, 1 + (int)(h / 512 % 2));
    if (l->kind == SIZES)
        snprintf(c + strlen(c), size - strlen(c), "%d", p->size);
    snprintf(c + strlen(c), size - strlen(c), "%u", number + (l->kind == PARTS ? 1000 : 0));
    if (h / 2048 % 3 == 0) {
        strcat(c, h / 8192 % 2 ? "-" : "");
        add_letters(c, h / 4096, 1 + (int)(h / 32768 % 2));
    }
    if (l->kind == COLOURS)
        snprintf(c + strlen(c), size - strlen(c), "%s%s", h / 65536 % 2 ? "-" : "",
                 colours[p->colour][1 + h / 65536 / 2 % 2]);
    if (l->kind == KIT && p->slot)
        strcat(c, "-KIT");
}

static struct product product_of(const struct synth *s, uint64_t i)
{
    static const int sizes[] = {19, 22, 26, 32, 37, 40, 46, 52};
    struct product p = {.line = line_of(s, i / SLOTS), .i = i, .h = synth_of(s, PRODUCT, i, 2)};
    const struct line *l = &p.line;
    p.slot = (int)(i % SLOTS);
    p.colour = (int)((l->h / 64 + (l->kind == COLOURS ? (uint64_t)p.slot : 0)) % COLOUR_COUNT);
    p.size = sizes[p.slot];
    p.price = 10 + 990 * synth_share(hash_mix(l->h, 5)) * synth_share(hash_mix(l->h, 6));
    if (l->kind != COLOURS && synth_chance(p.h, 7, 0.6)) /* a model more costs more */
        p.price *= 1 + 0.25 * p.slot * synth_share(hash_mix(p.h, 8));
    if (l->kind == SINGLE && l->h / 8 % 6 == 0)
        snprintf(p.part, sizeof(p.part), "%04u%c%03u", (unsigned)(l->h / 64 % 10000),
                 (char)('A' + l->h / 1024 % 26), (unsigned)(l->h / 4096 % 1000));
    if (l->kind == SOFTWARE) {
        /* the members of a line differ in one thing or two */
        uint64_t own = hash_mix(l->h, 9);
        int k = p.slot;
        p.version = synth_between(own, 1, 2, 9) + (k == 1 || k == 4 || k == 6);
        p.edition = (own / 8 + (k == 2 || k == 4) + 2u * (k == 7)) % 6;
        p.licence = k == 3 || k == 6 ? 1 + own / 64 % 4 : 0;
        p.system = k == 5 ? 1 : 0;
    } else if (l->kind != GOODS) {
        make_code(&p);
    }
    assert(p.colour >= 0 && p.colour < COLOUR_COUNT && p.price > 0);
    return p;
}

/* --- titles --- */

static void add_maker(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    bool full = synth_habit(s, side, SYNTH_SUBTITLE) == 1;
    synth_words_add_firm(s, out, synth_of(s, MAKER, i, 1), full);
}

static void add_features(struct buf *out, const struct product *p, uint64_t h, size_t n,
                         const char *between)
{
    assert(between);
    for (size_t k = 0; k < n; k++) {
        uint64_t of = hash_mix(p->line.kind == MODELS ? p->h : p->line.h, 40 + (h + k) % 6);
        buf_append_text(out, between);
        buf_append_text(out, SYNTH_PICK(features, of));
    }
}

/* What a shop says of the box, and the next shop does not. */
static void add_box(struct buf *out, uint64_t h)
{
    static const char *const words[] = {
        "(pc)",     "windows",      "cd-rom",      "retail",           "english",
        "software", "(pc/mac)",     "small box",   "complete package", "[dvd]",
        "1 user",   "full version", "for windows", "jewel case",       "new"};
    for (uint64_t k = 0; k < 1 + h % 3; k++)
        buf_append_format(out, " %s", words[hash_mix(h, k) % (sizeof(words) / sizeof(*words))]);
}

/* Name, edition, version, licence, system; of a line of one some are left out. */
static void add_software(struct synth *s, struct buf *out, size_t side, const struct product *p)
{
    assert(p->line.kind == SOFTWARE && p->edition < 6 && p->licence < 5);
    static const char *const editions[][2] = {
        {"standard", "std"},      {"professional", "pro"},
        {"deluxe", "deluxe"},     {"premier", "premier edition"},
        {"home", "home edition"}, {"ultimate", "ultimate"}};
    static const char *const licences[][2] = {{"", ""},
                                              {"upgrade", "upg"},
                                              {"3-user", "3 user license"},
                                              {"10-user pack", "10 users"},
                                              {"academic", "academic edition"}};
    unsigned w = synth_habit(s, side, SYNTH_WORDING) % 2;
    uint64_t h = hash_mix(p->line.h, 10), own = synth_of(s, PRODUCT, p->i, 20 + side);
    bool alone = p->line.members == 1, edition = !alone || (h % 3 && own % 6),
         version = !alone || (h / 8 % 2 && own / 8 % 6);
    synth_words_add_title(s, out, h, 0);
    if (edition && w == 0)
        buf_append_format(out, " %s", editions[p->edition][0]);
    if (version && h / 16 % 3 == 0)
        buf_append_format(out, " %d", 1998 + p->version);
    else if (version)
        buf_append_format(out, synth_habit(s, side, SYNTH_NUMERAL) == 1 ? " %d" : " %d.0",
                          p->version);
    if (edition && w == 1)
        buf_append_format(out, " %s", editions[p->edition][1]);
    if (p->licence)
        buf_append_format(out, " %s", licences[p->licence][w]);
    if (p->system)
        buf_append_text(out, w ? " (mac)" : " for mac");
    else if (synth_chance(own, 1, synth_habit(s, side, SYNTH_SUBTITLE) ? 0.5 : 0.15))
        add_box(out, own);
}

static void add_goods(struct synth *s, struct buf *out, size_t side, const struct product *p)
{
    assert(p->line.kind == GOODS && p->slot < SLOTS);
    static const char *const things[] = {"dinner plates", "storage boxes", "bath towels",
                                         "batteries",     "light bulbs",   "garden chairs",
                                         "pencils",       "coffee mugs",   "envelopes"};
    static const int packs[] = {1, 2, 4, 6, 8, 12, 24, 50};
    int n = packs[p->slot];
    synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], hash_mix(p->line.h, 11));
    buf_append_char(out, ' ');
    synth_words_add_used(out, &s->lexica[SYNTH_ADJECTIVES], hash_mix(p->line.h, 12));
    buf_append_format(out, " %s", things[p->line.h / 32 % 9]);
    buf_append_format(out, synth_habit(s, side, SYNTH_WORDING) % 2 ? ", pack of %d" : " - %d pack",
                      n);
    if (p->line.h / 512 % 2)
        buf_append_format(out, ", %s", colours[p->colour][0]);
}

/* As the side has it: a suffix for the colour or the country it sells in, signs or none. */
static void add_code(const struct synth *s, struct buf *out, size_t side, const struct product *p)
{
    assert(p->code[0] && side < 2);
    static const char *const suffixes[] = {"/A", "-US", "U", "SS", "BK", "/EU"};
    uint64_t h = synth_of(s, PRODUCT, p->i, 24);
    bool bare = p->line.kind == SINGLE || p->line.kind == MODELS;
    synth_facts_add_code(s, out, side, slice_of(p->code));
    if (bare && h % 4 == 0 && h / 8 % 2 == side)
        buf_append_text(out, h / 16 % 2 ? colours[p->colour][2] : suffixes[h / 32 % 6]);
}

/* Does the title have the code?  Always where it is nowhere else. */
static bool code_in_title(const struct synth *s, size_t side, const struct product *p)
{
    assert(side < 2);
    if (p->line.kind == SINGLE && synth_of(s, PRODUCT, p->i, 25) % 32 == side)
        return false; /* some are known by their other words */
    if (synth_habit(s, side, SYNTH_WORDING) != 3)
        return true;
    struct synth it = *s; /* what would be told of it */
    it.side = side;
    it.type = PRODUCT;
    it.i = p->i;
    return !synth_facts_told(&it, F_MODEL, 0);
}

/* What it is: "7.2 megapixel digital camera". */
static void add_thing(struct synth *s, struct buf *out, size_t side, const struct product *p)
{
    assert(p->line.noun < NOUNS);
    static const char *const parts[] = {"battery for", "case for", "charger for",
                                        "replacement remote for", "mount for"};
    static const double wordy[] = {0.25, 0.5, 0.9};
    uint64_t own = synth_of(s, PRODUCT, p->i, 22 + side);
    bool inches = synth_habit(s, side, SYNTH_JOIN) % 2;
    if (p->line.kind == PARTS) {
        struct product of = product_of(s, (p->line.i - 1) * SLOTS + (uint64_t)p->slot);
        buf_append_format(out, "%s ", parts[p->line.h / 8 % 5]);
        synth_facts_add_code(s, out, side, slice_of(of.code));
        buf_append_char(out, ' ');
    }
    if (p->line.kind == SIZES)
        buf_append_format(out, inches ? "%d\" " : "%d-inch ", p->size);
    if (p->line.named && own % 8) {
        synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], hash_mix(p->line.h, 16));
        buf_append_char(out, ' ');
    }
    if (p->line.h / 16 % 2 && own / 8 % 4)
        buf_append_format(out, "%s ", SYNTH_PICK(features, hash_mix(p->line.h, 40)));
    buf_append_text(out, nouns[p->line.noun]);
    if (synth_chance(own, 1, wordy[synth_habit(s, side, SYNTH_SUBTITLE)])) {
        buf_append_text(out, inches ? " w/" : "");
        add_features(out, p, own, 1 + own / 32 % 4, inches || own / 256 % 2 ? " " : ", ");
    }
    if (p->line.kind == KIT && p->slot)
        buf_append_text(out, inches ? " bundle with case" : " kit with carrying case");
}

/* The number of a thing in the shop's own books: another one in the next shop. */
static void add_stock_number(const struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(side < 2 && i < s->count[PRODUCT]);
    uint64_t h = synth_of(s, PRODUCT, i, 28 + side);
    if (h % 2)
        buf_append_format(out, "%c%02u-%05u", (char)('A' + h / 8 % 26), (unsigned)(h / 256 % 100),
                          (unsigned)(h / 65536 % 100000));
    else
        buf_append_format(out, "%06u", (unsigned)(h / 8 % 1000000));
}

static bool maker_in_title(const struct synth *s, size_t side, const struct product *p)
{
    static const double share[] = {0.95, 0.1, 0.5, 0.8};
    return synth_form(s, side, MAKER) == SYNTH_INSIDE ||
           synth_chance(synth_of(s, PRODUCT, p->i, 26 + side), 1,
                        share[synth_habit(s, side, SYNTH_NAMING)]);
}

static void add_device(struct synth *s, struct buf *out, size_t side, const struct product *p)
{
    assert(p->line.kind != SOFTWARE && p->line.kind != GOODS);
    unsigned wording = synth_habit(s, side, SYNTH_WORDING);
    uint64_t own = synth_of(s, PRODUCT, p->i, 26 + side);
    bool code = p->code[0] && code_in_title(s, side, p), first = wording == 1 || wording == 2;
    bool colour = p->line.kind == COLOURS || own / 2 % 2, before = wording == 0;
    if (code && first) {
        add_code(s, out, side, p);
        buf_append_char(out, ' ');
    }
    if (colour && before)
        buf_append_format(out, "%s ", colours[p->colour][0]);
    add_thing(s, out, side, p);
    if (colour && !before)
        buf_append_format(out,
                          wording == 1   ? " (%s)"
                          : wording == 2 ? ", %s"
                                         : " - %s",
                          colours[p->colour][0]);
    if (code && !first) {
        buf_append_text(out, " - ");
        add_code(s, out, side, p);
    }
    if (p->part[0] && p->line.h / 65536 % 2 == side)
        buf_append_format(out, " - %s", p->part);
}

static void add_product(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[PRODUCT]);
    struct product p = product_of(s, i);
    bool maker = maker_in_title(s, side, &p),
         stock = synth_chance(synth_of(s, PRODUCT, i, 28 + side), 1, s->make.extra[side]),
         before = synth_habit(s, side, SYNTH_JOIN) / 2 % 2;
    if (maker) {
        synth_words_add_firm(s, out, synth_of(s, MAKER, p.line.maker, 1),
                             synth_habit(s, side, SYNTH_SUBTITLE) == 1);
        buf_append_char(out, ' ');
    }
    if (stock && before) {
        add_stock_number(s, out, side, i);
        buf_append_text(out, " - ");
    }
    if (p.line.kind == SOFTWARE)
        add_software(s, out, side, &p);
    else if (p.line.kind == GOODS)
        add_goods(s, out, side, &p);
    else
        add_device(s, out, side, &p);
    if (stock && !before) {
        buf_append_text(out, " - ");
        add_stock_number(s, out, side, i);
    }
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PRODUCT)
        add_product(s, out, side, i);
    else if (type == MAKER)
        add_maker(s, out, side, i);
    else
        buf_append_text(out, i < NOUNS ? nouns[i] : others[i - NOUNS]);
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PRODUCT)
        return (int)(i % SLOTS) < line_of(s, i / SLOTS).members &&
               synth_knows(s, side, PRODUCT, i, i / SLOTS, 1);
    return type == CATEGORY || synth_knows(s, side, MAKER, i, i, 0.15);
}

/* Its title again, the maker's own words, of which a shop takes more or less, or a shop's. */
static void tell_description(struct synth *s, const struct product *p)
{
    assert(s->type == PRODUCT);
    struct buf *out = &s->text;
    uint64_t own = synth_of(s, PRODUCT, p->i, 30 + s->side);
    unsigned habit = synth_habit(s, s->side, SYNTH_PROSE);
    bool lengthy = synth_habit(s, s->side, SYNTH_SUBTITLE) != 1, thing = p->line.noun < NOUNS;
    uint64_t words = hash_mix(p->line.h, 14);
    const char *between = lengthy ? "/ " : " - ";
    if (own % 4 == 0 || !synth_facts_told(s, F_DESCRIPTION, 0)) /* not all have one */
        return;
    buf_clear(out);
    if (habit == 2) {
        synth_spell_label(s, s->side, PRODUCT, p->i);
        buf_append_text(out, between);
    } else if (thing) {
        buf_append_text(out, nouns[p->line.noun]);
    }
    if (p->code[0] && own / 4 % 3 == 0 && habit != 2) {
        buf_append_text(out, " - ");
        for (const char *c = p->code; *c; c++)
            if (*c != '-')
                buf_append_char(out, *c);
    }
    if (thing)
        add_features(out, p, own / 8, 2 + own / 64 % 3, between);
    else if (habit != 2)
        synth_words_add_prose(s, out, hash_mix(p->line.h, 13), 5);
    buf_append_text(out, between);
    if (habit == 1 || own / 512 % 8 == 0)
        words = own;
    synth_words_add_prose(s, out, words, lengthy ? 12 + own / 512 % 30 : 4);
    if (habit != 2)
        synth_spell_capitals(out, lengthy);
    synth_tell_text(s, F_DESCRIPTION);
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    static const char *const countries[] = {"China", "Japan", "Germany", "US", "Korea", "Taiwan"};
    if (s->type != PRODUCT) {
        synth_facts_head(s, false);
        if (s->type == MAKER)
            synth_facts_words(s, F_COUNTRY, SYNTH_PICK(countries, synth_of(s, MAKER, s->i, 3)));
        return;
    }
    struct product p = product_of(s, s->i);
    synth_facts_head(s, false);
    synth_facts_edge(s, F_MAKER, 0, MAKER, p.line.maker);
    if (synth_facts_bare(s) && p.line.kind == SINGLE)
        return;
    synth_facts_edge(s, F_CATEGORY, 0, CATEGORY, p.line.noun);
    synth_facts_price(s, F_PRICE, p.price, s->make.spread);
    if (p.code[0] && synth_facts_told(s, F_MODEL, 0)) {
        buf_clear(&s->text);
        add_code(s, &s->text, s->side, &p);
        synth_tell_text(s, F_MODEL);
    }
    char ean[16];
    snprintf(ean, sizeof(ean), "%013llu", (unsigned long long)(p.h % 10000000000000u));
    synth_facts_code(s, F_EAN, slice_of(ean));
    tell_description(s, &p);
    if (p.line.noun < NOUNS)
        synth_facts_words(s, F_COLOUR, colours[p.colour][0]);
}

const struct synth_kind synth_products =
    SYNTH_KIND("products", "offers of shops with makers, codes, prices", label);
