/*
 * comparison.c - two statements side by side: what a person would tick off.  Words of the labels
 * are struck out in pairs, first equal ones, then initials, then what the other side says
 * elsewhere; what is left, counted by class, says more than what is shared.  Values are
 * compared within a relation alone, and there the nearest two speak.
 *
 *  (1) Symmetric: every number is of both sides, a least or a most, so which comes first says
 *      nothing.
 *  (2) Bounded: a statement has at most so many words, codes, values and names.
 */
#include "alignd/model/comparison.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static float lower(float a, float b)
{
    return a < b ? a : b;
}

static float higher(float a, float b)
{
    return a > b ? a : b;
}

/* At most 1: credits that are shared count, but not among all. */
static float share(size_t part, size_t whole)
{
    return whole ? (float)(part < whole ? part : whole) / (float)whole : NAN;
}

/* The last of the bag that is not above the hash, sought without a branch. */
static bool in_bag(const struct statement *s, uint32_t hash)
{
    const uint32_t *at = s->bag;
    for (size_t n = s->bag_count; n > 1;) {
        size_t half = n / 2;
        at += half & -(size_t)(at[half] <= hash);
        n -= half;
    }
    return s->bag_count && *at == hash;
}

static bool in_label(const struct statement *s, uint32_t hash)
{
    for (size_t i = 0; i < s->word_count; i++)
        if (s->words[i].hash == hash)
            return true;
    return false;
}

/* Where the words of a label are said besides: a bit a word, in each. */
struct said {
    uint32_t in_label, in_bag; /* of the other side */
    uint32_t in_own_bag;
    uint32_t counts; /* no filler */
    uint32_t again;  /* as the word before */
    uint64_t hashes; /* a bit for the low end of each hash: where none is, no word */
};
static_assert(STATEMENT_WORDS <= 32, "a bit a word");

static struct said find_words(const struct statement *s, const struct statement *other)
{
    assert(s->word_count <= STATEMENT_WORDS);
    struct said said = {0};
    for (size_t i = 0, k = 0; i < s->word_count; i++) {
        uint32_t hash = s->words[i].hash, bit = 1u << i;
        while (k < other->word_count && other->words[k].hash < hash)
            k++;
        said.in_label |= k < other->word_count && other->words[k].hash == hash ? bit : 0;
        said.in_bag |= in_bag(other, hash) ? bit : 0;
        said.in_own_bag |= in_bag(s, hash) ? bit : 0;
        said.counts |= s->words[i].class != WORD_FILLER ? bit : 0;
        said.again |= i && s->words[i - 1].hash == hash ? bit : 0;
        said.hashes |= UINT64_C(1) << (hash & 63);
    }
    return said;
}

static size_t count_bits(uint32_t bits)
{
    return (size_t)__builtin_popcount(bits);
}

/* --- labels --- */

/* Both labels' words, those of the one that are in the other struck out. */
struct words {
    const struct statement *s[2];
    bool found[2][STATEMENT_WORDS];
    size_t shared[WORD_CLASSES]; /* by class on the first side */
    size_t left[2][WORD_CLASSES];
    size_t years[2], derived[2]; /* of the numbers, of the words for a version left */
    bool number_last;            /* one that is left ends a label, and is no year */
    size_t count[2];             /* without fillers and credits */
    size_t initials;
};

static void strike_equal(struct words *w)
{
    const struct statement *a = w->s[0], *b = w->s[1];
    for (size_t i = 0, k = 0; i < a->word_count && k < b->word_count;) {
        uint32_t x = a->words[i].hash, y = b->words[k].hash;
        if (x == y) {
            w->found[0][i] = w->found[1][k] = true;
            /* credited here, part of the name there: both are plain enough */
            uint8_t c = a->words[i].class, d = b->words[k].class;
            w->shared[c < d ? c : d]++;
        }
        i += x <= y;
        k += y <= x;
    }
}

/* A letter stands for a word that begins with it, each for one. */
static void strike_initials(struct words *w)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < w->s[side]->word_count; i++) {
            const struct statement_word *letter = &w->s[side]->words[i];
            const struct statement *other = w->s[1 - side];
            if (letter->letters != 1 || letter->class == WORD_NUMBER || w->found[side][i])
                continue;
            for (size_t k = 0; k < other->word_count; k++)
                if (!w->found[1 - side][k] && other->words[k].class == WORD_PLAIN &&
                    other->words[k].first == letter->first) {
                    w->found[side][i] = w->found[1 - side][k] = true;
                    w->initials++;
                    break;
                }
        }
    assert(w->initials <= STATEMENT_WORDS);
}

/* What the other says elsewhere is not left over: the author in a book's title, a year; but
 * a small number elsewhere is another one. */
static void strike_told(struct words *w, const struct said said[2])
{
    assert(w->s[0]->word_count <= STATEMENT_WORDS && w->s[1]->word_count <= STATEMENT_WORDS);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < w->s[side]->word_count; i++) {
            const struct statement_word *word = &w->s[side]->words[i];
            bool may = word->class != WORD_NUMBER || word->year;
            if (may && said[side].in_bag >> i & 1)
                w->found[side][i] = true;
        }
}

static void count_words(struct words *w)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < w->s[side]->word_count; i++) {
            const struct statement_word *word = &w->s[side]->words[i];
            bool left = !w->found[side][i];
            w->count[side] += word->class != WORD_FILLER && word->class != WORD_CREDIT;
            w->left[side][word->class] += left;
            w->years[side] += left && word->class == WORD_NUMBER && word->year;
            w->derived[side] += left && word->derived;
            w->number_last =
                w->number_last || (left && word->last && word->class == WORD_NUMBER && !word->year);
        }
    assert(w->count[0] <= w->s[0]->word_count && w->count[1] <= w->s[1]->word_count);
    assert(w->years[0] <= w->left[0][WORD_NUMBER] && w->years[1] <= w->left[1][WORD_NUMBER]);
}

/* Dice's coefficient of the letter pairs of two words. */
static float alike(const struct statement_word *a, const struct statement_word *b)
{
    int both = __builtin_popcount(a->shape[0] & b->shape[0]) +
               __builtin_popcount(a->shape[1] & b->shape[1]);
    int all = __builtin_popcount(a->shape[0]) + __builtin_popcount(a->shape[1]) +
              __builtin_popcount(b->shape[0]) + __builtin_popcount(b->shape[1]);
    return all ? 2.0f * (float)both / (float)all : 0.0f;
}

static bool is_left(const struct words *w, size_t side, size_t i)
{
    uint8_t class = w->s[side]->words[i].class;
    return !w->found[side][i] &&
           (class == WORD_PLAIN || class == WORD_CODE || class == WORD_NOBODY);
}

/* Of one side's words left over, how much each is like its nearest on the other: the mean. */
static float mean_alike(const struct words *w, size_t side, float *ret_letters)
{
    float sum = 0, letters = 0;
    size_t n = 0;
    for (size_t i = 0; i < w->s[side]->word_count; i++) {
        float best = 0;
        if (!is_left(w, side, i))
            continue;
        for (size_t k = 0; k < w->s[1 - side]->word_count; k++)
            if (is_left(w, 1 - side, k))
                best = higher(best, alike(&w->s[side]->words[i], &w->s[1 - side]->words[k]));
        sum += best;
        letters += (float)w->s[side]->words[i].letters;
        n++;
    }
    assert(sum >= 0 && sum <= (float)n);
    *ret_letters = letters;
    return n ? sum / (float)n : NAN;
}

static void compare_left(const struct words *w, float *out)
{
    size_t n[2];
    float mean[2], letters[2];
    for (size_t side = 0; side < 2; side++) {
        n[side] = w->left[side][WORD_PLAIN] + w->left[side][WORD_CODE] + w->left[side][WORD_NOBODY];
        mean[side] = mean_alike(w, side, &letters[side]);
    }
    out[COMPARE_LABEL_LEFT_LEAST] = (float)(n[0] < n[1] ? n[0] : n[1]);
    out[COMPARE_LABEL_LEFT_MOST] = (float)(n[0] < n[1] ? n[1] : n[0]);
    out[COMPARE_LABEL_LEFT_LETTERS] = lower(letters[0], letters[1]);
    /* of the side with fewer words left; as many: of that where they are less alike */
    if (n[0] && n[1])
        out[COMPARE_LABEL_LEFT_ALIKE] = n[0] == n[1] ? lower(mean[0], mean[1]) : mean[n[1] < n[0]];
}

static void compare_classes(const struct words *w, float *out)
{
    static const struct {
        enum word_class class;
        int least, most; /* -1: not told */
    } list[] = {{WORD_NUMBER, COMPARE_NUMBERS_LEFT_LEAST, -1},
                {WORD_VERSION, COMPARE_VERSIONS_LEFT_LEAST, COMPARE_VERSIONS_LEFT_MOST},
                {WORD_LETTER, COMPARE_LETTERS_LEFT_LEAST, -1},
                {WORD_CREDIT, -1, COMPARE_CREDITS_LEFT}};
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        float a = (float)w->left[0][list[i].class], b = (float)w->left[1][list[i].class];
        if (list[i].least >= 0)
            out[list[i].least] = lower(a, b);
        if (list[i].most >= 0)
            out[list[i].most] = higher(a, b);
    }
    /* a year that one side adds says no more than where it stands */
    out[COMPARE_NUMBERS_LEFT_MOST] = higher((float)(w->left[0][WORD_NUMBER] - w->years[0]),
                                            (float)(w->left[1][WORD_NUMBER] - w->years[1]));
    out[COMPARE_DERIVED_LEFT] = higher((float)w->derived[0], (float)w->derived[1]);
    out[COMPARE_NUMBERS_LEFT_LAST] = w->number_last;
    out[COMPARE_NUMBERS_SHARED] = (float)w->shared[WORD_NUMBER];
    out[COMPARE_VERSIONS_SHARED] = (float)w->shared[WORD_VERSION];
    out[COMPARE_LABEL_INITIALS] = (float)w->initials;
}

/* Are the words before the first addition the same on both sides? */
static void compare_additions(const struct words *w, float *out)
{
    size_t main_left = 0, extra[2] = {0, 0};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < w->s[side]->word_count; i++) {
            const struct statement_word *word = &w->s[side]->words[i];
            if (w->found[side][i] || word->class == WORD_FILLER || word->class == WORD_CREDIT)
                continue;
            main_left += !word->extra;
            extra[side] += word->extra;
        }
    assert(extra[0] <= w->s[0]->word_count && extra[1] <= w->s[1]->word_count);
    out[COMPARE_LABEL_HEAD] = (float)!main_left;
    out[COMPARE_LABEL_EXTRA_LEFT] = (float)(extra[0] < extra[1] ? extra[0] : extra[1]);
}

static void compare_labels(const struct statement *a, const struct statement *b,
                           const struct said said[2], float *out)
{
    assert(a->whole && b->whole);
    struct words w = {.s = {a, b}};
    strike_equal(&w);
    strike_initials(&w);
    strike_told(&w, said);
    count_words(&w);
    size_t shared = w.initials, less = w.count[0] < w.count[1] ? w.count[0] : w.count[1];
    size_t more = w.count[0] + w.count[1] - less;
    for (size_t c = 0; c < WORD_CLASSES; c++)
        if (c != WORD_FILLER && c != WORD_CREDIT)
            shared += w.shared[c];
    assert(w.count[0] <= a->word_count && w.count[1] <= b->word_count);
    out[COMPARE_LABEL_SAME] = a->whole == b->whole;
    out[COMPARE_LABEL_SHARED] = (float)shared;
    out[COMPARE_LABEL_FOUND_MOST] = share(shared, less);
    out[COMPARE_LABEL_FOUND_LEAST] = share(shared, more);
    out[COMPARE_LABEL_WORDS] = (float)less;
    out[COMPARE_LABEL_WORDS_APART] = (float)(more - less);
    out[COMPARE_LABEL_LETTERS] = lower(a->label_letters, b->label_letters);
    out[COMPARE_NAMESAKES_LEAST] = lower(a->namesakes, b->namesakes);
    out[COMPARE_NAMESAKES_MOST] = higher(a->namesakes, b->namesakes);
    out[COMPARE_LABEL_NOBODY] = a->nobody || b->nobody;
    out[COMPARE_LABEL_FIRST] = a->first_word && a->first_word == b->first_word;
    out[COMPARE_LABEL_LAST] = a->last_word && a->last_word == b->last_word;
    compare_left(&w, out);
    compare_classes(&w, out);
    compare_additions(&w, out);
}

/* --- codes --- */

static void compare_codes(const struct statement *a, const struct statement *b, float *out)
{
    size_t shared = 0, of_label = 0, n[2] = {0, 0};
    float longest = 0;
    for (size_t i = 0, k = 0; i < a->code_count && k < b->code_count;) {
        const struct statement_code *x = &a->codes[i], *y = &b->codes[k];
        if (x->hash == y->hash) {
            shared++;
            of_label += x->of_label && y->of_label;
            longest = higher(longest, (float)x->length);
        }
        i += x->hash <= y->hash;
        k += y->hash <= x->hash;
    }
    for (size_t i = 0; i < a->code_count; i++)
        n[0] += a->codes[i].of_label;
    for (size_t i = 0; i < b->code_count; i++)
        n[1] += b->codes[i].of_label;
    assert(of_label <= shared && of_label <= n[0] && of_label <= n[1]);
    if (a->code_count && b->code_count) {
        size_t less = a->code_count < b->code_count ? a->code_count : b->code_count;
        assert(shared <= less);
        out[COMPARE_CODES_SHARED] = (float)shared;
        out[COMPARE_CODES_LONGEST] = longest;
        out[COMPARE_CODES_LEFT_LEAST] = (float)(less - shared);
    }
    if (n[0] && n[1])
        out[COMPARE_CODES_LABEL_SHARED] = (float)of_label;
    if (n[0] || n[1]) {
        out[COMPARE_CODES_LABEL_LEFT_LEAST] = (float)((n[0] < n[1] ? n[0] : n[1]) - of_label);
        out[COMPARE_CODES_LABEL_LEFT_MOST] = (float)((n[0] < n[1] ? n[1] : n[0]) - of_label);
    }
}

/* --- across --- */

/* Of the words of a label, how many the other side says anywhere. */
static float told(const struct said *x)
{
    return share(count_bits(x->counts & (x->in_label | x->in_bag)), count_bits(x->counts));
}

/* How many names of a stand whole in the label of b, each different one once. */
static size_t names_in_label(const struct statement *a, const struct statement *b,
                             const struct said *of_b)
{
    assert(a->name_count <= STATEMENT_NAMES);
    size_t n = 0;
    for (size_t i = 0; i < a->name_count; i++) {
        bool all = of_b->hashes >> (a->names[i].words[0] & 63) & 1, again = false;
        for (size_t k = 0; k < STATEMENT_NAME_WORDS && a->names[i].words[k] && all; k++)
            all = in_label(b, a->names[i].words[k]);
        for (size_t k = 0; k < i && all && !again; k++)
            again = !memcmp(a->names[k].words, a->names[i].words, sizeof(a->names[i].words));
        n += all && !again;
    }
    return n;
}

/* Different words of label and bag together. */
static size_t count_all(const struct statement *s, const struct said *x)
{
    return s->bag_count + count_bits(x->counts & ~x->in_own_bag);
}

static size_t count_in_both_bags(const struct statement *a, const struct statement *b)
{
    size_t both = 0;
    for (size_t i = 0, k = 0; i < a->bag_count && k < b->bag_count;) {
        uint32_t x = a->bag[i], y = b->bag[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    assert(both <= a->bag_count && both <= b->bag_count);
    return both;
}

/* Words that both say anywhere: of a's bag, then of a's label alone. */
static size_t count_shared(const struct statement *a, const struct statement *b,
                           const struct said said[2])
{
    return count_in_both_bags(a, b) +
           count_bits(said[1].in_bag & ~said[1].in_own_bag & ~said[1].again) +
           count_bits(said[0].counts & ~said[0].in_own_bag & (said[0].in_label | said[0].in_bag));
}

static void compare_across(const struct statement *a, const struct statement *b,
                           const struct said said[2], float *out)
{
    size_t shared = count_shared(a, b, said);
    size_t all[2] = {count_all(a, &said[0]), count_all(b, &said[1])};
    out[COMPARE_ALL_SHARED_MOST] = share(shared, all[0] < all[1] ? all[0] : all[1]);
    out[COMPARE_ALL_SHARED_LEAST] = share(shared, all[0] < all[1] ? all[1] : all[0]);
    if (a->word_count && b->word_count) {
        float x = told(&said[0]), y = told(&said[1]);
        out[COMPARE_LABEL_TOLD_MOST] = higher(x, y);
        out[COMPARE_LABEL_TOLD_LEAST] = lower(x, y);
    }
    if (a->name_count || b->name_count)
        out[COMPARE_NAMES_IN_LABEL] =
            (float)(names_in_label(a, b, &said[1]) + names_in_label(b, a, &said[0]));
}

/* --- values of one relation --- */

/* Relative; a time beside a plain number may count minutes or thousandths. */
static float difference(const struct statement_value *x, const struct statement_value *y)
{
    assert(x->kind != NUMBER_NONE && y->kind != NUMBER_NONE);
    static const float scales[] = {1.0f, 60.0f, 1000.0f};
    float a = fabsf(x->number), b = fabsf(y->number), least = 2.0f;
    if (signbit(x->number) != signbit(y->number) && a + b > 0)
        return 2.0f;
    bool apart = (x->kind == NUMBER_TIME) != (y->kind == NUMBER_TIME);
    for (size_t i = 0; i < (apart ? 3 : 1); i++) {
        /* scaled either way: symmetric */
        float p = fabsf(a * scales[i] - b) / higher(higher(a * scales[i], b), 1e-9f);
        float q = fabsf(a - b * scales[i]) / higher(higher(a, b * scales[i]), 1e-9f);
        least = lower(least, lower(p, q));
    }
    return least;
}

struct values {
    size_t comparable, equal, unequal, long_equal, letters;
    float number[2], year[2]; /* nearest, farthest; NAN: none */
};

static void widen(float range[2], float x)
{
    range[0] = isnan(range[0]) ? x : lower(range[0], x);
    range[1] = isnan(range[1]) ? x : higher(range[1], x);
}

/* The values of one relation on both sides: the nearest two speak. */
static void compare_relation(const struct statement *a, const struct statement *b,
                             uint32_t relation, struct values *v)
{
    float number = NAN, year = NAN;
    bool equal = false, several = false, met = false;
    size_t letters = 0;
    for (size_t i = 0; i < a->value_count; i++) {
        const struct statement_value *x = &a->values[i];
        for (size_t k = 0; k < b->value_count && x->relation == relation; k++) {
            const struct statement_value *y = &b->values[k];
            if (y->relation != relation)
                continue;
            met = true;
            if (x->whole == y->whole) {
                equal = true;
                several = several || x->words > 2;
                letters = letters > x->letters ? letters : x->letters;
            }
            if (x->kind == NUMBER_YEAR && y->kind == NUMBER_YEAR) {
                float d = fabsf(x->number - y->number);
                year = isnan(year) ? d : lower(year, d);
            } else if (x->kind && y->kind && x->kind != NUMBER_YEAR && y->kind != NUMBER_YEAR) {
                float d = difference(x, y);
                number = isnan(number) ? d : lower(number, d);
            }
        }
    }
    if (!met)
        return;
    /* 2.50 and 2.5, 1999 and 1999-03-31: what is as near as can be told is equal */
    equal = equal || number < 0.001f || year < 0.01f;
    assert(v->equal + v->unequal == v->comparable);
    v->comparable++;
    v->equal += equal;
    v->unequal += !equal;
    v->long_equal += several;
    v->letters = v->letters > letters ? v->letters : letters;
    if (!isnan(number))
        widen(v->number, number);
    if (!isnan(year))
        widen(v->year, year);
}

static void compare_values(const struct statement *a, const struct statement *b, float *out)
{
    struct values v = {.number = {NAN, NAN}, .year = {NAN, NAN}};
    for (size_t i = 0; i < a->value_count; i++) {
        size_t first = 0;
        while (a->values[first].relation != a->values[i].relation)
            first++;
        if (first == i)
            compare_relation(a, b, a->values[i].relation, &v);
    }
    out[COMPARE_VALUES_COMPARABLE] = (float)v.comparable;
    assert(v.comparable <= a->value_count && v.equal + v.unequal == v.comparable);
    if (v.comparable) {
        out[COMPARE_VALUES_EQUAL] = (float)v.equal;
        out[COMPARE_VALUES_UNEQUAL] = (float)v.unequal;
        out[COMPARE_VALUES_LONG_EQUAL] = (float)v.long_equal;
        out[COMPARE_VALUES_EQUAL_LETTERS] = (float)v.letters;
    }
    out[COMPARE_NUMBER_NEAREST] = v.number[0];
    out[COMPARE_NUMBER_FARTHEST] = v.number[1];
    out[COMPARE_YEAR_NEAREST] = v.year[0];
    out[COMPARE_YEAR_FARTHEST] = v.year[1];
}

void comparison_make(const struct statement *a, const struct statement *b, float *out)
{
    assert(a->word_count <= STATEMENT_WORDS && b->word_count <= STATEMENT_WORDS); /* (2) */
    assert(a->bag_count <= STATEMENT_BAG && b->bag_count <= STATEMENT_BAG);
    assert(a->value_count <= STATEMENT_VALUES && b->value_count <= STATEMENT_VALUES);
    for (size_t i = 0; i < COMPARISON_COUNT; i++)
        out[i] = NAN;
    struct said said[2] = {find_words(a, b), find_words(b, a)};
    if (a->whole && b->whole)
        compare_labels(a, b, said, out);
    compare_codes(a, b, out);
    compare_across(a, b, said, out);
    compare_values(a, b, out);
}

const char *comparison_words(size_t which)
{
    assert(which < COMPARISON_COUNT);
#define COMPARISON_WORDS(name, direction, words) words,
    static const char *const list[] = {COMPARISONS(COMPARISON_WORDS)};
#undef COMPARISON_WORDS
    return list[which];
}

int comparison_direction(size_t which)
{
    assert(which < COMPARISON_COUNT);
#define COMPARISON_DIRECTION(name, direction, words) direction,
    static const int list[] = {COMPARISONS(COMPARISON_DIRECTION)};
#undef COMPARISON_DIRECTION
    return list[which];
}
