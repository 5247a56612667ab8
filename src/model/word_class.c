/*
 * word_class.c - what kind of word a word is.  Lists of a few dozen words of
 * the languages catalogs are mostly written in; a word that is missing counts as
 * any other.
 */
#include "alignd/model/statement.h"

#include <stdlib.h>
#include <string.h>

static const char *const fillers[] = {
    "a", "al", "an", "and", "at", "by", "da", "das", "de", "dem", "den", "der", "des", "di",
    "die", "do", "du", "e", "ein", "eine", "el", "en", "et", "for", "from", "il", "in", "is", "l",
    "la", "las", "le", "les", "lo", "los", "of", "on", "or", "s", "the", "to", "un", "una", "und",
    "une", "van", "von", "with", "y"};

static const char *const versions[] = {
    "academic", "acoustic", "album", "bonus", "book", "cd", "chapter", "clean", "collector",
    "collectors", "cover", "deluxe", "demo", "disc", "disk", "dub", "edit", "edition", "ep",
    "episode", "explicit", "extended", "full", "home", "instrumental", "karaoke", "level",
    "licence", "license", "lite", "live", "making", "medley", "mix", "mixes", "mono", "oem",
    "original", "pack", "part", "premium", "pro", "professional", "radio", "remaster",
    "remastered", "remix", "remixed", "remixes", "reprise", "retail", "season", "series",
    "session", "sessions", "single", "special", "standard", "stereo", "student", "trailer",
    "tribute", "ultimate", "unplugged", "upgrade", "user", "version", "volume"};

static const char *const credits[] = {"feat", "featuring", "ft"};

static const struct {
    const char *word;
    uint32_t number;
} numerals[] = {
    {"eight", 8},   {"eighth", 8}, {"eleven", 11}, {"fifth", 5},   {"first", 1}, {"five", 5},
    {"four", 4},    {"fourth", 4}, {"ii", 2},      {"iii", 3},     {"iv", 4},    {"ix", 9},
    {"nine", 9},    {"ninth", 9},  {"one", 1},     {"second", 2},  {"seven", 7}, {"seventh", 7},
    {"six", 6},     {"sixth", 6},  {"ten", 10},    {"tenth", 10},  {"third", 3}, {"three", 3},
    {"twelve", 12}, {"two", 2},    {"vi", 6},      {"vii", 7},     {"viii", 8},  {"xi", 11},
    {"xii", 12},    {"xiii", 13},  {"xiv", 14},    {"xv", 15},     {"xvi", 16},  {"xvii", 17},
    {"xviii", 18},  {"xx", 20}};

/* Two spellings of one word. */
static const struct {
    const char *word, *same;
} spellings[] = {{"ed", "edition"},       {"licence", "license"}, {"pt", "part"},
                 {"remastered", "remaster"}, {"ver", "version"},    {"vol", "volume"},
                 {"vols", "volume"}};

static int compare_word(const void *key, const void *entry)
{
    const struct slice *word = key;
    return slice_compare(*word, slice_of(*(const char *const *)entry));
}

static bool is_among(struct slice word, const char *const *list, size_t n)
{
    return bsearch(&word, list, n, sizeof(*list), compare_word) != NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 2, 02, 2nd, 3rd, 4th; at most nine digits. */
static bool read_digits(struct slice word, uint32_t *ret_number)
{
    size_t n = 0;
    uint32_t value = 0;
    while (n < word.len && n < 9 && is_digit(word.data[n]))
        value = value * 10 + (uint32_t)(word.data[n++] - '0');
    struct slice rest = {word.data + n, word.len - n};
    static const char *const ordinals[] = {"nd", "rd", "st", "th"};
    *ret_number = value;
    return n && (!rest.len || is_among(rest, ordinals, 4));
}

enum word_class word_classify(struct slice word, uint32_t *ret_number)
{
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < word.len; i++) {
        digits += is_digit(word.data[i]);
        points += ((unsigned char)word.data[i] & 0xc0) != 0x80;
    }
    if (digits && read_digits(word, ret_number))
        return WORD_NUMBER;
    if (digits)
        return WORD_CODE;
    for (size_t i = 0; i < sizeof(numerals) / sizeof(*numerals); i++)
        if (slice_equal(word, slice_of(numerals[i].word))) {
            *ret_number = numerals[i].number;
            return WORD_NUMBER;
        }
    if (is_among(word, fillers, sizeof(fillers) / sizeof(*fillers)))
        return WORD_FILLER;
    if (is_among(word, versions, sizeof(versions) / sizeof(*versions)))
        return WORD_VERSION;
    return points == 1 ? WORD_LETTER : WORD_PLAIN;
}

struct slice word_spelling(struct slice word)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
        if (slice_equal(word, slice_of(spellings[i].word)))
            return slice_of(spellings[i].same);
    return word;
}

bool word_begins_credit(struct slice word)
{
    return is_among(word, credits, sizeof(credits) / sizeof(*credits));
}
