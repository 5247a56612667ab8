/*
 * synth_names.c - persons and their names.  Most are strangers; some are brothers and
 * sisters whose first names are a letter apart, couples, namesakes of other times,
 * and crowds of up to ninety-six who bear one name and of whom nothing else is known.
 */
#include "synth_internal.h"

#include <assert.h>
#include <string.h>

/* First names as often as they go, with what friends say. */
static const struct {
    const char *name, *short_name;
} given[] = {
    {"john", "jack"},      {"mary", "molly"},     {"james", "jim"},         {"robert", "bob"},
    {"michael", "mike"},   {"william", "bill"},   {"david", "dave"},        {"elizabeth", "liz"},
    {"richard", "dick"},   {"thomas", "tom"},     {"charles", "charlie"},   {"margaret", "peggy"},
    {"joseph", "joe"},     {"susan", "sue"},      {"christopher", "chris"}, {"patricia", "pat"},
    {"matthew", "matt"},   {"jennifer", "jenny"}, {"anthony", "tony"},      {"barbara", NULL},
    {"peter", "pete"},     {"katherine", "kate"}, {"steven", "steve"},      {"nancy", NULL},
    {"andrew", "andy"},    {"sarah", "sally"},    {"edward", "ted"},        {"helen", NULL},
    {"kenneth", "ken"},    {"deborah", "debbie"}, {"george", NULL},         {"dorothy", "dot"},
    {"ronald", "ron"},     {"karen", NULL},       {"benjamin", "ben"},      {"sandra", "sandy"},
    {"samuel", "sam"},     {"rebecca", "becky"},  {"frank", NULL},          {"theresa", "tess"},
    {"alexander", "alex"}, {"victoria", "vicky"}, {"nicholas", "nick"},     {"judith", "judy"},
    {"jonathan", "jon"},   {"alice", NULL},       {"lawrence", "larry"},    {"martha", NULL},
    {"gregory", "greg"},   {"rose", NULL},        {"raymond", "ray"},       {"virginia", "ginny"},
    {"patrick", "paddy"},  {"julia", NULL},       {"frederick", "fred"},    {"ingrid", NULL},
    {"albert", "al"},      {"sofia", NULL},       {"leonard", "len"},       {"amelie", NULL},
    {"francisco", "paco"}, {"yuki", NULL},        {"giuseppe", "beppe"},    {"olga", NULL},
    {"jose", "pepe"},      {"fatima", NULL},      {"antonio", NULL},        {"mei", NULL},
    {"hans", NULL},        {"lucia", NULL},       {"pierre", NULL},         {"camille", NULL},
    {"ivan", "vanya"},     {"isabella", "bella"}, {"ahmed", NULL},          {"priya", NULL},
    {"wei", NULL},         {"gabriela", "gabi"},  {"hiroshi", NULL},        {"nadia", NULL},
    {"stefan", NULL},      {"irene", NULL},       {"oscar", NULL},          {"agnes", NULL},
    {"walter", "walt"},    {"chloe", NULL},       {"harold", "harry"},      {"leila", NULL},
    {"donald", "don"},     {"monica", NULL},      {"douglas", "doug"},      {"simone", NULL},
    {"philip", "phil"},    {"eleanor", "nell"},   {"arthur", "art"},        {"beatrice", "bea"},
};
#define GIVEN (sizeof(given) / sizeof(*given))

/* Brothers and sisters. */
static const char *const pairs[][2] = {
    {"jan", "jana"},     {"eva", "iva"},        {"dan", "dana"},   {"marta", "maria"},
    {"erik", "erika"},   {"daniel", "daniela"}, {"lena", "elena"}, {"nina", "mina"},
    {"tim", "tom"},      {"jean", "joan"},      {"carl", "carla"}, {"ella", "bella"},
    {"joel", "noel"},    {"maya", "mara"},      {"karl", "karla"}, {"sara", "lara"},
    {"louis", "louise"}, {"emil", "emilia"},    {"gina", "tina"},  {"alan", "alana"},
    {"leo", "lea"},      {"nicola", "nicolas"}, {"kent", "brent"}, {"andre", "andrea"},
};
#define PAIRS (sizeof(pairs) / sizeof(*pairs))

static const char *const surnames[] = {
    "smith",  "johnson", "williams", "brown",   "jones",   "miller", "davis",  "wilson",
    "garcia", "martin",  "anderson", "taylor",  "moore",   "lee",    "clark",  "lewis",
    "walker", "hall",    "allen",    "young",   "wright",  "scott",  "green",  "baker",
    "adams",  "nelson",  "campbell", "mueller", "schmidt", "rossi",  "lopez",  "wang",
    "li",     "chen",    "kim",      "nguyen",  "singh",   "khan",   "ivanov", "silva",
    "dubois", "petrov",  "hansen",   "larsen",  "cohen",   "murphy", "kelly",  "tanaka",
};
#define SURNAMES (sizeof(surnames) / sizeof(*surnames))

enum { GROUP = 4, BLOCK = 96, BLOCKS = 80 };

struct name {
    const char *first; /* NULL: by hash */
    uint64_t first_hash, last_hash;
    bool alone; /* nobody near has a like name: it may be shortened */
};

/* How many bear one name of whom nothing else is known; 0: no crowd. */
static uint64_t crowd(uint64_t i)
{
    switch (i / BLOCK % BLOCKS) {
    case 2:
        return BLOCK;
    case 22:
        return 8;
    case 42:
        return 4;
    case 62:
        return 16;
    default:
        return 0;
    }
}

bool synth_names_in_crowd(uint64_t i)
{
    return crowd(i) != 0;
}

static bool in_family(const struct synth *s, size_t type, uint64_t i)
{
    uint64_t h = synth_of(s, type, i / GROUP * GROUP, 30);
    return (h % 8 == 0 || (h % 2 && synth_tangled(s, h))) && !synth_names_in_crowd(i);
}

uint64_t synth_names_namesake(const struct synth *s, size_t type, uint64_t i)
{
    assert(type < s->kind->type_count);
    uint64_t other = i - GROUP * SYNTH_ERAS / 2;
    if (i < GROUP * SYNTH_ERAS / 2 || i / GROUP % SYNTH_ERAS < SYNTH_ERAS / 2)
        return i;
    if (!synth_chance(synth_of(s, type, i, 31), 1, 0.08 + 0.6 * s->make.tangle) ||
        in_family(s, type, i) || in_family(s, type, other) || synth_names_in_crowd(i) ||
        synth_names_in_crowd(other))
        return i;
    return other;
}

uint64_t synth_names_later(const struct synth *s, size_t type, uint64_t i)
{
    uint64_t other = i + GROUP * SYNTH_ERAS / 2;
    return synth_names_namesake(s, type, other) == i ? other : i;
}

int synth_names_only_side(const struct synth *s, size_t type, uint64_t i)
{
    assert(type < s->kind->type_count);
    if (synth_names_in_crowd(i))
        return (int)(i % 2);
    if (in_family(s, type, i)) {
        uint64_t h = synth_of(s, type, i / 2 * 2, 32);
        return h % 20 < 8 ? (int)((i + h / 32) % 2) : -1;
    }
    uint64_t later = synth_names_namesake(s, type, i) != i ? i : synth_names_later(s, type, i);
    if (synth_names_namesake(s, type, later) == later)
        return -1;
    uint64_t h = synth_of(s, type, later, 33);
    return h % 2 ? (int)((h / 2 + (later == i)) % 2) : -1;
}

int synth_names_born(const struct synth *s, size_t type, uint64_t i)
{
    int era = (int)(i / GROUP % SYNTH_ERAS);
    return SYNTH_ERA_FIRST + era * SYNTH_ERA_YEARS -
           synth_between(synth_of(s, type, i, 34), 1, 20, 42);
}

uint64_t synth_names_pick(uint64_t h, uint64_t n, int year)
{
    assert(n > 0);
    int passed = year - SYNTH_ERA_FIRST;
    uint64_t era = passed < 0 ? 0 : (uint64_t)(passed / SYNTH_ERA_YEARS);
    if (era >= SYNTH_ERAS)
        era = SYNTH_ERAS - 1;
    if (era && h % 5 == 0)
        era--; /* of the elder ones */
    uint64_t round = GROUP * SYNTH_ERAS, rounds = n / round ? n / round : 1;
    uint64_t at = h / 64 % 2 ? synth_common(hash_mix(h, 1), rounds) : hash_mix(h, 2) % rounds;
    uint64_t i = at * round + era * GROUP + h / 8 % GROUP;
    i = i < n ? i : h / 8 % n;
    return synth_names_in_crowd(i) ? i - BLOCK : i;
}

uint64_t synth_names_relative(const struct synth *s, size_t type, uint64_t i)
{
    return in_family(s, type, i) ? i ^ 1 : i;
}

static struct name name_of(const struct synth *s, size_t type, uint64_t i)
{
    uint64_t source = synth_names_namesake(s, type, i);
    if (synth_names_in_crowd(i))
        source = i / crowd(i) * crowd(i);
    assert(source <= i);
    struct name n = {.first_hash = synth_of(s, type, source, 35),
                     .last_hash = synth_of(s, type, source, 36),
                     .alone = !synth_names_in_crowd(i)};
    if (in_family(s, type, i)) {
        uint64_t h = synth_of(s, type, i / GROUP * GROUP, 37);
        n.last_hash = h;
        n.alone = false;
        if (i % GROUP < 2)
            n.first = pairs[h / 8 % PAIRS][i % 2];
    } else if (synth_names_in_crowd(i)) {
        n.first = given[n.first_hash % 40].name;
    }
    return n;
}

static const struct synth_lexicon *first_names(const struct synth *s)
{
    return &s->lexica[SYNTH_FIRST_NAMES];
}

/* A third of the first names are of the list, the first of them more often. */
static void add_first(const struct synth *s, struct buf *out, const struct name *n, bool shorten)
{
    size_t k = synth_common(hash_mix(n->first_hash, 1), GIVEN);
    assert(k < GIVEN);
    if (n->first)
        buf_append_text(out, n->first);
    else if (n->first_hash % 2)
        buf_append_text(out, shorten && given[k].short_name ? given[k].short_name : given[k].name);
    else
        synth_words_add_used(out, first_names(s), hash_mix(n->first_hash, 2));
}

static void add_last(const struct synth *s, struct buf *out, const struct name *n, bool crowd)
{
    if (crowd || n->last_hash % 4 == 0)
        buf_append_text(out, SYNTH_PICK(surnames, n->last_hash));
    else
        synth_words_add_used(out, &s->lexica[SYNTH_SURNAMES], n->last_hash);
}

static void initial_only(struct buf *out, size_t from)
{
    if (out->len > from) {
        out->len = from + 1;
        buf_append_char(out, '.');
    }
}

void synth_names_add(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(side < 2 && type < s->kind->type_count);
    static const double initials[] = {0, 0.08, 0.3};
    struct name n = name_of(s, type, i);
    uint64_t h = synth_of(s, type, i, 38), own = hash_mix(h, 7 + side);
    unsigned order = synth_habit(s, side, SYNTH_PERSON);
    bool crowd = synth_names_in_crowd(i);
    /* one side may say Bill, or leave out the last of three names, or write an initial */
    bool shorten = n.alone && h % 8 == 0 && side == h / 8 % 2;
    bool added = n.alone && h % 24 == 1 && side == h / 32 % 2;
    bool initial =
        n.alone && !added &&
        (order == 2 || synth_share(own) < initials[synth_habit(s, side, SYNTH_INITIALS)]);
    bool turned = order == 1;
    if (turned) {
        add_last(s, out, &n, crowd);
        buf_append_text(out, ", ");
    }
    size_t from = out->len;
    add_first(s, out, &n, shorten && !initial);
    if (initial)
        initial_only(out, from);
    if (h / 64 % 5 == 0 && order == 3 && n.alone) { /* a middle name, as an initial */
        buf_append_char(out, ' ');
        buf_append_char(out, (char)('a' + h / 512 % 26));
        buf_append_char(out, '.');
    }
    if (!turned) {
        buf_append_char(out, ' ');
        add_last(s, out, &n, crowd);
    }
    if (added) {
        buf_append_char(out, ' ');
        synth_words_add_used(out, &s->lexica[SYNTH_SURNAMES], hash_mix(h, 5));
    }
}
