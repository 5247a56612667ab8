/*
 * synth_words.c - the words of the invented worlds: the most used ones are English, as
 * the titles of real catalogs share many; the others are made up.
 */
#include "synth_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const nouns[] = {
    "love",      "night",    "heart",   "world",    "time",      "life",     "man",
    "house",     "fire",     "dream",   "light",    "sky",       "dance",    "blood",
    "girl",      "rain",     "summer",  "star",     "city",      "king",     "water",
    "war",       "secret",   "shadow",  "eye",      "stone",     "soul",     "moon",
    "home",      "story",    "game",    "song",     "winter",    "river",    "road",
    "angel",     "child",    "hand",    "wind",     "kiss",      "morning",  "death",
    "door",      "queen",    "island",  "street",   "sea",       "mountain", "garden",
    "mother",    "father",   "brother", "daughter", "wolf",      "bird",     "horse",
    "tree",      "flower",   "rose",    "gold",     "silver",    "train",    "bridge",
    "tower",     "mirror",   "window",  "room",     "letter",    "word",     "voice",
    "silence",   "music",    "magic",   "stranger", "friend",    "enemy",    "soldier",
    "doctor",    "teacher",  "thief",   "hunter",   "witch",     "ghost",    "devil",
    "paradise",  "heaven",   "ocean",   "desert",   "forest",    "valley",   "hill",
    "lake",      "storm",    "thunder", "snow",     "ice",       "sun",      "dawn",
    "evening",   "midnight", "autumn",  "spring",   "season",    "year",     "memory",
    "promise",   "lie",      "truth",   "hope",     "fear",      "anger",    "sorrow",
    "joy",       "smile",    "tear",    "wedding",  "party",     "birthday", "holiday",
    "journey",   "flight",   "escape",  "return",   "beginning", "end",      "edge",
    "circle",    "line",     "wall",    "roof",     "kitchen",   "market",   "station",
    "hotel",     "castle",   "palace",  "church",   "temple",    "prison",   "village",
    "farm",      "field",    "orchard", "apple",    "honey",     "salt",     "bread",
    "wine",      "coffee",   "sugar",   "bone",     "skin",      "face",     "name",
    "number",    "code",     "machine", "engine",   "clock",     "key",      "knife",
    "gun",       "sword",    "crown",   "ring",     "coat",      "shoe",     "hat",
    "mask",      "doll",     "box",     "map",      "flag",      "ship",     "boat",
    "sail",      "captain",  "sailor",  "pirate",   "prince",    "princess", "lady",
    "gentleman", "boss",     "lawyer",  "judge",    "crime",     "murder",   "trial",
    "case",      "affair",   "mystery", "legend",   "tale",      "song",     "symphony",
    "waltz",     "blues",    "rhythm",  "echo",     "whisper",   "cry",      "laughter",
    "breath",    "touch",    "step",    "jump",     "fall",      "climb",    "race",
    "fight",     "battle",   "victory", "defeat",   "peace",     "truce",    "revolution",
    "empire",    "republic", "border",  "exile",    "refuge",    "harvest",  "feast",
    "hunger",    "thirst",   "fever",   "cure",     "poison",    "medicine", "science",
    "planet",    "comet",    "galaxy",  "orbit",    "robot",     "future",   "past",
    "history",   "century",
};

static const char *const adjectives[] = {
    "last",    "little",  "black",     "lost",    "white",     "dark",     "new",     "red",
    "blue",    "wild",    "good",      "bad",     "great",     "old",      "young",   "long",
    "dead",    "broken",  "golden",    "silent",  "secret",    "perfect",  "sweet",   "cold",
    "lonely",  "crazy",   "beautiful", "green",   "big",       "first",    "final",   "burning",
    "falling", "hidden",  "bright",    "strange", "deep",      "blind",    "crooked", "empty",
    "endless", "eternal", "free",      "hungry",  "invisible", "quick",    "sacred",  "savage",
    "second",  "simple",  "sleeping",  "slow",    "small",     "soft",     "stolen",  "tall",
    "tender",  "third",   "tiny",      "true",    "wicked",    "winding",  "wise",    "wooden",
    "yellow",  "crimson", "velvet",    "distant", "electric",  "fallen",   "foreign", "frozen",
    "gentle",  "happy",   "heavy",     "holy",    "honest",    "human",    "iron",    "living",
    "mad",     "modern",  "naked",     "narrow",  "noble",     "open",     "pale",    "private",
    "proud",   "quiet",   "rising",    "rotten",  "royal",     "running",  "sad",     "scarlet",
    "sharp",   "shining", "singing",   "smoky",   "solemn",    "southern", "eastern", "western",
    "spare",   "spoken",  "stubborn",  "sudden",  "tired",     "twisted",  "ugly",    "unseen",
};

static const char *const verbs[] = {
    "follow",  "remember", "leaving", "chasing", "finding",     "saving",       "watching",
    "burning", "breaking", "losing",  "calling", "waiting for", "dancing with", "against",
    "beyond",  "under",    "behind",  "before",  "after",       "forget",       "feel",
    "hold",    "stealing", "inside",  "without",
};

static const char *const places[] = {
    "north", "south", "east", "west",  "upper", "lower",  "new",  "old",
    "port",  "saint", "fort", "mount", "great", "little", "lake",
};

void synth_words_add(struct buf *out, uint64_t number)
{
    static const char *const begins[] = {"b", "br", "c", "ch", "d", "f",  "g", "gr",
                                         "h", "j",  "k", "l",  "m", "n",  "p", "r",
                                         "s", "st", "t", "v",  "w", "th", "",  "s"};
    static const char *const middles[] = {"a", "e", "i", "o", "u", "ai", "ee", "ou", "ea", "o"};
    static const char *const ends[] = {"", "n", "r", "l", "s", "t", "nd", "m", "rk", "ck", "", ""};
    uint64_t h = hash_mix(number, 17);
    size_t syllables = 1u + (number > 60) + (h >> 60 > 9);
    assert(syllables <= 3);
    for (size_t i = 0; i < syllables; i++) {
        h = hash_mix(h, i);
        buf_append_text(out, begins[h % 24]);
        buf_append_text(out, middles[(h >> 8) % 10]);
        buf_append_text(out, ends[(h >> 16) % 12]);
    }
}

struct synth_lexicon synth_words_lexicon(uint64_t first, double factor, uint64_t n, double power,
                                         double shift)
{
    double words = floor(factor * pow((double)n, power)) + 20;
    assert(words >= 20 && shift >= 0);
    return (struct synth_lexicon){
        .first = first, .words = words, .shift = shift < 1 ? words * shift : shift};
}

void synth_words_prepare(struct synth *s, uint64_t works, uint64_t persons, uint64_t firms,
                         uint64_t place_count)
{
    assert(persons && firms && place_count);
    struct synth_lexicon *l = s->lexica;
    l[SYNTH_NOUNS] = synth_words_lexicon(30000000, 16, works, 0.7, 10);
    l[SYNTH_NOUNS].real = nouns;
    l[SYNTH_NOUNS].reals = sizeof(nouns) / sizeof(*nouns);
    l[SYNTH_ADJECTIVES] = synth_words_lexicon(40000000, 6, works, 0.6, 10);
    l[SYNTH_ADJECTIVES].real = adjectives;
    l[SYNTH_ADJECTIVES].reals = sizeof(adjectives) / sizeof(*adjectives);
    /* together as steep as there are persons: the share of homonyms stays */
    l[SYNTH_FIRST_NAMES] = synth_words_lexicon(10000000, 50, persons, 0.35, 1 / 20.0);
    l[SYNTH_SURNAMES] = synth_words_lexicon(20000000, 14, persons, 0.65, 1 / 50.0);
    l[SYNTH_FIRMS] = synth_words_lexicon(60000000, 10, firms, 0.75, 10);
    l[SYNTH_PLACES] = synth_words_lexicon(70000000, 30, place_count, 0.7, 10);
}

/* A word by its rank. */
static void add_rank(struct buf *out, const struct synth_lexicon *l, double rank)
{
    assert(rank >= 0 && l->words > 0);
    uint64_t r = (uint64_t)(rank < l->words ? rank : l->words - 1);
    if (r < l->reals)
        buf_append_text(out, l->real[r]);
    else
        synth_words_add(out, l->first + r);
}

/* 1 / (rank + shift) integrated, and inverted. */
void synth_words_add_used(struct buf *out, const struct synth_lexicon *l, uint64_t h)
{
    add_rank(out, l, l->shift * (pow(1 + l->words / l->shift, synth_share(h)) - 1));
}

void synth_words_add_any(struct buf *out, const struct synth_lexicon *l, uint64_t h)
{
    add_rank(out, l, l->words * synth_share(h));
}

const char *synth_words_pick(const char *const *list, size_t n, uint64_t h)
{
    return list[synth_common(h, n)];
}

/* N a noun, A an adjective, V a verb, P a place; the rest stands for itself. */
static const char *const patterns[] = {
    "A N",
    "N",
    "A N",
    "the A N",
    "N of N",
    "the N",
    "N N",
    "the N of P",
    "N in P",
    "last N to P",
    "N and N",
    "V the N",
    "A A N",
    "my A N",
    "V N",
    "no N for the N",
    "the N of the A N",
    "N from P",
    "N, N and N",
    "when the N V the N",
};
#define PATTERNS (sizeof(patterns) / sizeof(*patterns))

static bool is_slot(char c)
{
    return c == 'N' || c == 'A' || c == 'V' || c == 'P';
}

static void add_slot(struct synth *s, struct buf *out, char slot, uint64_t h, bool own)
{
    assert(slot == 'N' || slot == 'A' || slot == 'V' || slot == 'P');
    if (slot == 'V') {
        buf_append_text(out, SYNTH_PICK(verbs, h));
        return;
    }
    const struct synth_lexicon *l = &s->lexica[slot == 'N'   ? SYNTH_NOUNS
                                               : slot == 'A' ? SYNTH_ADJECTIVES
                                                             : SYNTH_PLACES];
    if (own || slot == 'P')
        synth_words_add_any(out, l, h);
    else
        synth_words_add_used(out, l, h);
}

void synth_words_add_title(struct synth *s, struct buf *out, uint64_t h, uint64_t twist)
{
    const char *pattern = patterns[synth_common(hash_mix(h, 1), PATTERNS)];
    size_t slots = 0, k = 0;
    for (const char *c = pattern; *c; c++)
        slots += is_slot(*c);
    /* half of the titles have a word of their own; of one word most */
    assert(slots > 0);
    size_t own = synth_chance(h, 2, slots == 1 ? 0.75 : 0.5) ? (h >> 8) % slots : slots;
    size_t other = twist ? (twist >> 8) % slots : slots;
    for (const char *c = pattern; *c; c++) {
        if (!is_slot(*c)) {
            buf_append_char(out, *c);
            continue;
        }
        add_slot(s, out, *c, hash_mix(k == other ? twist : h, 10 + k), k == own);
        k++;
    }
}

void synth_words_add_place(struct synth *s, struct buf *out, uint64_t h)
{
    assert(s->lexica[SYNTH_PLACES].words > 0);
    static const char *const ends[] = {"", "", "", "ville", "ton", " city", "field", " beach"};
    if (synth_chance(h, 1, 0.15)) {
        buf_append_text(out, SYNTH_PICK(places, hash_mix(h, 2)));
        buf_append_char(out, ' ');
    }
    synth_words_add_any(out, &s->lexica[SYNTH_PLACES], hash_mix(h, 3));
    buf_append_text(out, ends[h % 8]);
}

void synth_words_add_firm(struct synth *s, struct buf *out, uint64_t h, bool full)
{
    assert(s->lexica[SYNTH_FIRMS].words > 0);
    static const char *const kinds[] = {" inc.",  " corporation",   " & co.", " ltd",
                                        " group", " international", " GmbH",  " systems"};
    synth_words_add_any(out, &s->lexica[SYNTH_FIRMS], hash_mix(h, 1));
    if (h % 5 == 0) {
        buf_append_char(out, ' ');
        synth_words_add_used(out, &s->lexica[SYNTH_FIRMS], hash_mix(h, 2));
    }
    if (full)
        buf_append_text(out, kinds[h / 5 % 8]);
}

void synth_words_add_prose(struct synth *s, struct buf *out, uint64_t h, size_t words)
{
    assert(words);
    static const char *const small[] = {"the",  "and", "of",   "with", "a",    "for",
                                        "to",   "in",  "your", "is",   "from", "this",
                                        "that", "by",  "all",  "new",  "more"};
    for (size_t k = 0; k < words; k++) {
        uint64_t x = hash_mix(h, 100 + k);
        buf_append_text(out, k ? " " : "");
        if (x % 5 < 2)
            buf_append_text(out, SYNTH_PICK(small, x));
        else
            synth_words_add_used(out, &s->lexica[x % 5 == 2 ? SYNTH_ADJECTIVES : SYNTH_NOUNS],
                                 hash_mix(x, 1));
    }
}

/* --- numbers of a series --- */

static void add_roman(struct buf *out, int n)
{
    assert(n >= 0);
    static const struct {
        int value;
        const char *text;
    } digits[] = {{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"},
                  {9, "IX"},  {5, "V"},   {4, "IV"}, {1, "I"}};
    for (size_t k = 0; k < sizeof(digits) / sizeof(*digits); k++)
        for (; n >= digits[k].value; n -= digits[k].value)
            buf_append_text(out, digits[k].text);
}

static void add_numeral(struct buf *out, unsigned habit, int n)
{
    assert(n >= 0);
    static const char *const words[] = {"zero", "one",   "two",   "three", "four", "five",
                                        "six",  "seven", "eight", "nine",  "ten"};
    if (habit == 1 && n < 40)
        add_roman(out, n);
    else if (habit == 2 && n <= 10)
        buf_append_text(out, words[n]);
    else
        buf_append_format(out, "%d", n);
}

void synth_words_add_part(const struct synth *s, struct buf *out, size_t side, enum synth_part part,
                          int n)
{
    assert(side < 2 && part < SYNTH_PARTS);
    static const char *const names[SYNTH_PARTS][2] = {{"", ""},
                                                      {"part ", "pt. "},
                                                      {"volume ", "vol. "},
                                                      {"book ", "bk. "},
                                                      {"no. ", "#"},
                                                      {"season ", "series "},
                                                      {"chapter ", "ch. "},
                                                      {"episode ", "ep. "},
                                                      {"level ", "level "}};
    static const char *const joins[][2] = {
        {": ", ""}, {", ", ""}, {" (", ")"}, {" - ", ""}, {" ", ""}};
    unsigned join = synth_habit(s, side, SYNTH_JOIN), numeral = synth_habit(s, side, SYNTH_NUMERAL);
    bool bare = part == SYNTH_PART_BARE || !out->len;
    buf_append_text(out, !out->len ? "" : bare ? " " : joins[join][0]);
    buf_append_text(out, names[part][synth_habit(s, side, SYNTH_PART)]);
    if (part == SYNTH_PART_LEVEL)
        buf_append_char(out, (char)('A' + (n - 1) % 26));
    else /* who counts albums and episodes writes digits */
        add_numeral(out, n > 10 || part >= SYNTH_PART_NUMBER ? 0 : numeral, n);
    buf_append_text(out, bare ? "" : joins[join][1]);
}
