/*
 * word_class.c - what kind of word a word is: one table of some dozens of words of
 * the languages catalogs are mostly written in.  A word that is missing counts as
 * any other.
 */
#include "alignd/model/statement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Ascending.  WORD_CREDIT: what follows names who else takes part. */
static const struct known {
    const char *word;
    enum word_class class;
    uint32_t number;      /* of WORD_NUMBER; of WORD_VERSION 1: it makes another work of a work; of
                             WORD_PLAIN 1: a stock word */
    const char *spelling; /* the form that counts, where it is another one */
} known[] = {
    {"a", WORD_FILLER, 0, NULL},
    {"academic", WORD_VERSION, 0, NULL},
    {"acoustic", WORD_VERSION, 1, NULL},
    {"afterword", WORD_PLAIN, 1, NULL},
    {"al", WORD_FILLER, 0, NULL},
    {"album", WORD_VERSION, 0, NULL},
    {"an", WORD_FILLER, 0, NULL},
    {"and", WORD_FILLER, 0, NULL},
    {"anonymous", WORD_NOBODY, 0, NULL},
    {"appendix", WORD_PLAIN, 1, NULL},
    {"at", WORD_FILLER, 0, NULL},
    {"bk", WORD_VERSION, 0, "book"},
    {"bonus", WORD_VERSION, 0, NULL},
    {"book", WORD_VERSION, 0, NULL},
    {"by", WORD_FILLER, 0, NULL},
    {"cd", WORD_VERSION, 0, NULL},
    {"chap", WORD_VERSION, 0, "chapter"},
    {"chapter", WORD_VERSION, 0, NULL},
    {"clean", WORD_VERSION, 0, NULL},
    {"collector", WORD_VERSION, 0, NULL},
    {"collectors", WORD_VERSION, 0, NULL},
    {"conclusion", WORD_PLAIN, 1, NULL},
    {"contents", WORD_PLAIN, 1, NULL},
    {"cover", WORD_VERSION, 1, NULL},
    {"credits", WORD_PLAIN, 1, NULL},
    {"da", WORD_FILLER, 0, NULL},
    {"das", WORD_FILLER, 0, NULL},
    {"de", WORD_FILLER, 0, NULL},
    {"deluxe", WORD_VERSION, 0, NULL},
    {"dem", WORD_FILLER, 0, NULL},
    {"demo", WORD_VERSION, 0, NULL},
    {"den", WORD_FILLER, 0, NULL},
    {"der", WORD_FILLER, 0, NULL},
    {"des", WORD_FILLER, 0, NULL},
    {"di", WORD_FILLER, 0, NULL},
    {"die", WORD_FILLER, 0, NULL},
    {"disc", WORD_VERSION, 0, NULL},
    {"disk", WORD_VERSION, 0, NULL},
    {"do", WORD_FILLER, 0, NULL},
    {"du", WORD_FILLER, 0, NULL},
    {"dub", WORD_VERSION, 1, NULL},
    {"e", WORD_FILLER, 0, NULL},
    {"ed", WORD_VERSION, 0, "edition"},
    {"edit", WORD_VERSION, 1, NULL},
    {"edition", WORD_VERSION, 0, NULL},
    {"editorial", WORD_PLAIN, 1, NULL},
    {"eight", WORD_NUMBER, 8, NULL},
    {"eighth", WORD_NUMBER, 8, NULL},
    {"ein", WORD_FILLER, 0, NULL},
    {"eine", WORD_FILLER, 0, NULL},
    {"el", WORD_FILLER, 0, NULL},
    {"eleven", WORD_NUMBER, 11, NULL},
    {"en", WORD_FILLER, 0, NULL},
    {"ending", WORD_PLAIN, 1, NULL},
    {"ep", WORD_VERSION, 0, NULL},
    {"epilogue", WORD_PLAIN, 1, NULL},
    {"episode", WORD_VERSION, 0, NULL},
    {"et", WORD_FILLER, 0, NULL},
    {"explicit", WORD_VERSION, 0, NULL},
    {"extended", WORD_VERSION, 0, NULL},
    {"feat", WORD_CREDIT, 0, NULL},
    {"featuring", WORD_CREDIT, 0, NULL},
    {"fifth", WORD_NUMBER, 5, NULL},
    {"finale", WORD_PLAIN, 1, NULL},
    {"first", WORD_NUMBER, 1, NULL},
    {"five", WORD_NUMBER, 5, NULL},
    {"for", WORD_FILLER, 0, NULL},
    {"foreword", WORD_PLAIN, 1, NULL},
    {"four", WORD_NUMBER, 4, NULL},
    {"fourth", WORD_NUMBER, 4, NULL},
    {"from", WORD_FILLER, 0, NULL},
    {"ft", WORD_CREDIT, 0, NULL},
    {"full", WORD_VERSION, 0, NULL},
    {"home", WORD_VERSION, 0, NULL},
    {"ii", WORD_NUMBER, 2, NULL},
    {"iii", WORD_NUMBER, 3, NULL},
    {"il", WORD_FILLER, 0, NULL},
    {"in", WORD_FILLER, 0, NULL},
    {"index", WORD_PLAIN, 1, NULL},
    {"instrumental", WORD_VERSION, 1, NULL},
    {"interlude", WORD_PLAIN, 1, NULL},
    {"intermission", WORD_PLAIN, 1, NULL},
    {"interview", WORD_PLAIN, 1, NULL},
    {"intro", WORD_PLAIN, 1, NULL},
    {"introduction", WORD_PLAIN, 1, NULL},
    {"is", WORD_FILLER, 0, NULL},
    {"iv", WORD_NUMBER, 4, NULL},
    {"ix", WORD_NUMBER, 9, NULL},
    {"karaoke", WORD_VERSION, 1, NULL},
    {"l", WORD_FILLER, 0, NULL},
    {"la", WORD_FILLER, 0, NULL},
    {"las", WORD_FILLER, 0, NULL},
    {"le", WORD_FILLER, 0, NULL},
    {"les", WORD_FILLER, 0, NULL},
    {"level", WORD_VERSION, 0, NULL},
    {"licence", WORD_VERSION, 0, "license"},
    {"license", WORD_VERSION, 0, NULL},
    {"lite", WORD_VERSION, 0, NULL},
    {"live", WORD_VERSION, 1, NULL},
    {"lo", WORD_FILLER, 0, NULL},
    {"los", WORD_FILLER, 0, NULL},
    {"making", WORD_VERSION, 1, NULL},
    {"medley", WORD_VERSION, 1, NULL},
    {"misc", WORD_NOBODY, 0, NULL},
    {"miscellaneous", WORD_NOBODY, 0, NULL},
    {"mix", WORD_VERSION, 1, NULL},
    {"mixes", WORD_VERSION, 1, NULL},
    {"mono", WORD_VERSION, 0, NULL},
    {"nine", WORD_NUMBER, 9, NULL},
    {"ninth", WORD_NUMBER, 9, NULL},
    {"nobody", WORD_NOBODY, 0, NULL},
    {"none", WORD_NOBODY, 0, NULL},
    {"oem", WORD_VERSION, 0, NULL},
    {"of", WORD_FILLER, 0, NULL},
    {"on", WORD_FILLER, 0, NULL},
    {"one", WORD_NUMBER, 1, NULL},
    {"opening", WORD_PLAIN, 1, NULL},
    {"or", WORD_FILLER, 0, NULL},
    {"original", WORD_VERSION, 0, NULL},
    {"outro", WORD_PLAIN, 1, NULL},
    {"overture", WORD_PLAIN, 1, NULL},
    {"pack", WORD_VERSION, 0, NULL},
    {"part", WORD_VERSION, 0, NULL},
    {"pilot", WORD_PLAIN, 1, NULL},
    {"postlude", WORD_PLAIN, 1, NULL},
    {"preface", WORD_PLAIN, 1, NULL},
    {"prelude", WORD_PLAIN, 1, NULL},
    {"premium", WORD_VERSION, 0, NULL},
    {"pro", WORD_VERSION, 0, NULL},
    {"professional", WORD_VERSION, 0, NULL},
    {"prologue", WORD_PLAIN, 1, NULL},
    {"pt", WORD_VERSION, 0, "part"},
    {"radio", WORD_VERSION, 1, NULL},
    {"remaster", WORD_VERSION, 0, NULL},
    {"remastered", WORD_VERSION, 0, "remaster"},
    {"remix", WORD_VERSION, 1, NULL},
    {"remixed", WORD_VERSION, 1, NULL},
    {"remixes", WORD_VERSION, 1, NULL},
    {"reprise", WORD_VERSION, 1, NULL},
    {"retail", WORD_VERSION, 0, NULL},
    {"s", WORD_FILLER, 0, NULL},
    {"seas", WORD_VERSION, 0, "season"},
    {"season", WORD_VERSION, 0, NULL},
    {"second", WORD_NUMBER, 2, NULL},
    {"series", WORD_VERSION, 0, NULL},
    {"session", WORD_VERSION, 1, NULL},
    {"sessions", WORD_VERSION, 1, NULL},
    {"seven", WORD_NUMBER, 7, NULL},
    {"seventh", WORD_NUMBER, 7, NULL},
    {"single", WORD_VERSION, 0, NULL},
    {"six", WORD_NUMBER, 6, NULL},
    {"sixth", WORD_NUMBER, 6, NULL},
    {"skit", WORD_PLAIN, 1, NULL},
    {"special", WORD_VERSION, 0, NULL},
    {"standard", WORD_VERSION, 0, NULL},
    {"std", WORD_VERSION, 0, "standard"},
    {"stereo", WORD_VERSION, 0, NULL},
    {"student", WORD_VERSION, 0, NULL},
    {"tba", WORD_NOBODY, 0, NULL},
    {"tbd", WORD_NOBODY, 0, NULL},
    {"ten", WORD_NUMBER, 10, NULL},
    {"tenth", WORD_NUMBER, 10, NULL},
    {"the", WORD_FILLER, 0, NULL},
    {"theme", WORD_PLAIN, 1, NULL},
    {"third", WORD_NUMBER, 3, NULL},
    {"three", WORD_NUMBER, 3, NULL},
    {"to", WORD_FILLER, 0, NULL},
    {"trailer", WORD_VERSION, 1, NULL},
    {"tribute", WORD_VERSION, 1, NULL},
    {"twelve", WORD_NUMBER, 12, NULL},
    {"two", WORD_NUMBER, 2, NULL},
    {"ultimate", WORD_VERSION, 0, NULL},
    {"un", WORD_FILLER, 0, NULL},
    {"una", WORD_FILLER, 0, NULL},
    {"und", WORD_FILLER, 0, NULL},
    {"une", WORD_FILLER, 0, NULL},
    {"unknown", WORD_NOBODY, 0, NULL},
    {"unnamed", WORD_NOBODY, 0, NULL},
    {"unplugged", WORD_VERSION, 1, NULL},
    {"untitled", WORD_NOBODY, 0, NULL},
    {"upg", WORD_VERSION, 0, "upgrade"},
    {"upgrade", WORD_VERSION, 0, NULL},
    {"user", WORD_VERSION, 0, NULL},
    {"van", WORD_FILLER, 0, NULL},
    {"various", WORD_NOBODY, 0, NULL},
    {"ver", WORD_VERSION, 0, "version"},
    {"version", WORD_VERSION, 0, NULL},
    {"vi", WORD_NUMBER, 6, NULL},
    {"vii", WORD_NUMBER, 7, NULL},
    {"viii", WORD_NUMBER, 8, NULL},
    {"vol", WORD_VERSION, 0, "volume"},
    {"vols", WORD_VERSION, 0, "volume"},
    {"volume", WORD_VERSION, 0, NULL},
    {"von", WORD_FILLER, 0, NULL},
    {"with", WORD_FILLER, 0, NULL},
    {"xi", WORD_NUMBER, 11, NULL},
    {"xii", WORD_NUMBER, 12, NULL},
    {"xiii", WORD_NUMBER, 13, NULL},
    {"xiv", WORD_NUMBER, 14, NULL},
    {"xv", WORD_NUMBER, 15, NULL},
    {"xvi", WORD_NUMBER, 16, NULL},
    {"xvii", WORD_NUMBER, 17, NULL},
    {"xviii", WORD_NUMBER, 18, NULL},
    {"xx", WORD_NUMBER, 20, NULL},
    {"y", WORD_FILLER, 0, NULL},
};

static int compare_word(const void *key, const void *entry)
{
    const struct slice *word = key;
    return slice_compare(*word, slice_of(((const struct known *)entry)->word));
}

static const struct known *find(struct slice word)
{
    enum { LONGEST = 13 };
    if (word.len > LONGEST)
        return NULL;
    return bsearch(&word, known, sizeof(known) / sizeof(*known), sizeof(*known), compare_word);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 2, 02, 2nd, 3rd, 4th; at most nine digits. */
static bool read_digits(struct slice word, uint32_t *ret_number)
{
    assert(word.len);
    static const char *const ordinals[] = {"", "nd", "rd", "st", "th"};
    size_t n = 0;
    uint32_t value = 0;
    while (n < word.len && n < 9 && is_digit(word.data[n]))
        value = value * 10 + (uint32_t)(word.data[n++] - '0');
    struct slice rest = {word.data + n, word.len - n};
    *ret_number = value;
    for (size_t i = 0; n && i < sizeof(ordinals) / sizeof(*ordinals); i++)
        if (slice_equal(rest, slice_of(ordinals[i])))
            return true;
    return false;
}

enum word_class word_classify(struct slice *word, uint32_t *ret_number)
{
    assert(word->len);
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < word->len; i++) {
        digits += is_digit(word->data[i]);
        points += ((unsigned char)word->data[i] & 0xc0) != 0x80;
    }
    if (digits)
        return read_digits(*word, ret_number) ? WORD_NUMBER : WORD_CODE;
    const struct known *k = find(*word);
    *ret_number = k ? k->number : 0;
    if (!k)
        return points == 1 ? WORD_LETTER : WORD_PLAIN;
    if (k->spelling)
        *word = slice_of(k->spelling);
    return k->class;
}
