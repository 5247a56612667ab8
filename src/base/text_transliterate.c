/*
 * text_transliterate.c - Greek and Cyrillic in Latin letters, so that a name is one name in
 * catalogs of different scripts.  Source: the tables of BGN/PCGN (Russian, Ukrainian, Serbian)
 * and UN/ELOT 743 (Greek), without their accents, which normal forms do not have.
 *
 * Letter by letter, but for what Greek writes with two.  One Greek letter by itself is a sign
 * and no name (5 µm, α-pinene) and stays; one Cyrillic letter is a word or an initial.
 *
 *  (1) The text is in normal form but for this: small letters, no accents.
 *  (2) What comes out is ASCII, so doing it again changes nothing; two Greek letters side by
 *      side never stay.
 */
#include "text_internal.h"

#include "alignd/base/text.h"

#include <assert.h>
#include <string.h>

#define GREEK_FIRST 0x3b1
#define GREEK_LAST 0x3c9
#define GREEK_ALPHA 0x3b1
#define GREEK_GAMMA 0x3b3
#define GREEK_EPSILON 0x3b5
#define GREEK_OMICRON 0x3bf
#define GREEK_UPSILON 0x3c5

static const char greek[GREEK_LAST - GREEK_FIRST + 1][3] = {
    "a", "v", "g", "d", "e", "z", "i", "th", "i", "k",  "l",  "m", "n",
    "x", "o", "p", "r", "s", "s", "t", "y",  "f", "ch", "ps", "o",
};

#define CYRILLIC_FIRST 0x430
#define CYRILLIC_LAST 0x45f

static const char cyrillic[CYRILLIC_LAST - CYRILLIC_FIRST + 1][5] = {
    "a", "b", "v", "g", "d",  "e",  "zh", "z",  "i",  "i",    "k",  "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f",  "kh", "ts", "ch", "sh", "shch", "",   "y", "",  "e", "yu", "ya",
    "e", "e", "d", "g", "ye", "dz", "i",  "i",  "j",  "lj",   "nj", "c", "k", "i", "u",  "dz",
};

/* Letters of the other languages of that script. */
static const struct {
    uint16_t point;
    char latin[3];
} more_cyrillic[] = {
    {0x491, "g"}, {0x493, "g"}, {0x49b, "k"}, {0x4a3, "n"}, {0x4af, "u"},
    {0x4b1, "u"}, {0x4bb, "h"}, {0x4d9, "a"}, {0x4e9, "o"},
};

static bool is_greek(int32_t point)
{
    return point >= GREEK_FIRST && point <= GREEK_LAST;
}

static const char *latin_of_cyrillic(int32_t point)
{
    if (point >= CYRILLIC_FIRST && point <= CYRILLIC_LAST)
        return cyrillic[point - CYRILLIC_FIRST];
    for (size_t i = 0; i < sizeof(more_cyrillic) / sizeof(*more_cyrillic); i++) {
        if (more_cyrillic[i].point == point)
            return more_cyrillic[i].latin;
    }
    return NULL;
}

/* A Greek letter behind one: ου, αυ, ευ and γγ are not what their letters are. */
static const char *latin_of_greek(int32_t point, int32_t before)
{
    assert(is_greek(point));
    if (point == GREEK_UPSILON && before == GREEK_OMICRON)
        return "u";
    if (point == GREEK_UPSILON && (before == GREEK_ALPHA || before == GREEK_EPSILON))
        return "v";
    return greek[point - GREEK_FIRST];
}

static bool has_letters(struct slice text)
{
    assert(text.data || !text.len);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0xce && c <= 0xd3) /* the first bytes of both scripts */
            return true;
    }
    return false;
}

bool text_transliterate(struct buf *out, struct slice text)
{
    int32_t before = 0;
    if (!has_letters(text))
        return false;

    while (text.len) {
        struct slice rest = text;
        int32_t point = text_next_point(&rest), next = 0;
        struct slice after = rest;
        if (is_greek(point) && after.len)
            next = text_next_point(&after);
        const char *latin = latin_of_cyrillic(point);
        if (is_greek(point) && point == GREEK_GAMMA && next == GREEK_GAMMA)
            latin = "n";
        else if (is_greek(point) && (is_greek(before) || is_greek(next)))
            latin = latin_of_greek(point, before);
        if (latin)
            buf_append_text(out, latin);
        else
            buf_append(out, text.data, text.len - rest.len);
        assert(rest.len < text.len);
        before = point;
        text = rest;
    }
    return true;
}
