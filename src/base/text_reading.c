/*
 * text_reading.c - readings of Han, kana and Hangul in Latin letters, a character at a time: Han by
 * a table of one reading each, which scripts/han_readings.py makes; kana by a table and what small
 * ones do to the one before; Hangul by the three letters of a syllable.
 *
 *  (1) A piece is what one character adds, with a space before it: at most PIECE_BYTES.
 */
#include "alignd/base/text_reading.h"

#include "alignd/base/text.h"
#include "text_internal.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define PIECE_BYTES 12
#define HAN_FIRST 0x4e00
#define HAN_LAST 0x9fff
#define HAN_AGAIN 0x3005 /* 々: the character before once more */
#define HAN_ZERO 0x3007
#define PUNCTUATION_FIRST 0x3000
#define PUNCTUATION_LAST 0x303f
#define HIRAGANA_FIRST 0x3041
#define HIRAGANA_LAST 0x3096
#define KATAKANA_FIRST 0x30a1
#define KATAKANA_LAST 0x30fa
#define KATAKANA_POINT 0x30fb /* ・ between words */
#define KANA_LONG 0x30fc
#define HANGUL_FIRST 0xac00
#define HANGUL_LAST 0xd7a3

#include "text_reading_han.inc"

/* From U+3041, and as katakana U+30F7 to U+30FA behind that.  Small ones that change the one
 * before begin with '-'; nothing: っ, the consonant behind it comes twice. */
static const char kana[KATAKANA_LAST - KATAKANA_FIRST + 1][4] = {
    "-a", "a",  "-i",  "i",  "-u", "u",   "-e",  "e",   "-o",  "o",  "ka",  "ga", "ki", "gi", "ku",
    "gu", "ke", "ge",  "ko", "go", "sa",  "za",  "shi", "ji",  "su", "zu",  "se", "ze", "so", "zo",
    "ta", "da", "chi", "ji", "",   "tsu", "zu",  "te",  "de",  "to", "do",  "na", "ni", "nu", "ne",
    "no", "ha", "ba",  "pa", "hi", "bi",  "pi",  "fu",  "bu",  "pu", "he",  "be", "pe", "ho", "bo",
    "po", "ma", "mi",  "mu", "me", "mo",  "-ya", "ya",  "-yu", "yu", "-yo", "yo", "ra", "ri", "ru",
    "re", "ro", "wa",  "wa", "i",  "e",   "o",   "n",   "vu",  "ka", "ke",  "va", "vi", "ve", "vo",
};

static const char initials[19][3] = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
                                     "ss", "",   "j", "jj", "ch", "k", "t", "p", "h"};
static const char vowels[21][4] = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo",
                                   "ye", "o",  "wa", "wae", "oe", "yo", "u",
                                   "wo", "we", "wi", "yu",  "eu", "ui", "i"};
static const char finals[28][3] = {"",  "k",  "k", "k", "n", "n", "n", "t", "l", "k",
                                   "m", "l",  "l", "l", "p", "l", "m", "p", "p", "t",
                                   "t", "ng", "t", "t", "k", "t", "p", "t"};
enum { INITIAL_R = 5, FINAL_L = 8 };

enum script { OTHER, HAN, KANA, HANGUL };

struct reading {
    struct buf *out;
    size_t start;
    enum script before; /* of the character before; OTHER behind a gap */
    const char *han;    /* the reading of the last Han character */
    const char *kana;   /* letters of the kana before, where a small one may change them */
    bool doubled;       /* behind っ */
    bool final_l;       /* behind a Hangul syllable with this end */
};

static bool is_han(int32_t point)
{
    return (point >= HAN_FIRST && point <= HAN_LAST) || point == HAN_AGAIN || point == HAN_ZERO;
}

static bool is_kana(int32_t point)
{
    return (point >= HIRAGANA_FIRST && point <= HIRAGANA_LAST) ||
           (point >= KATAKANA_FIRST && point <= KATAKANA_LAST) || point == KANA_LONG;
}

static bool is_gap(int32_t point)
{
    return point == ' ' || point == KATAKANA_POINT ||
           (point >= PUNCTUATION_FIRST && point <= PUNCTUATION_LAST);
}

/* Is it part of a word?  What is beyond ASCII counts as such. */
static bool is_of_word(char c)
{
    unsigned char lower = (unsigned char)(c | 0x20);
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
}

static void take_gap(struct reading *r)
{
    if (r->out->len > r->start && r->out->data[r->out->len - 1] != ' ')
        buf_append_char(r->out, ' ');
    r->before = OTHER;
    r->doubled = r->final_l = false;
}

/* A space where two scripts meet, and before each Han character. */
static void begin(struct reading *r, enum script script, char first)
{
    bool apart = script != r->before || script == HAN;
    if (apart && r->out->len > r->start && is_of_word(first) &&
        is_of_word(r->out->data[r->out->len - 1]))
        buf_append_char(r->out, ' ');
    if (script != KANA)
        r->doubled = false;
    if (script != HANGUL)
        r->final_l = false;
    r->kana = NULL;
    r->before = script;
}

static bool take_han(struct reading *r, int32_t point)
{
    const char *syllable = NULL;
    if (point == HAN_AGAIN)
        syllable = r->before == HAN ? r->han : NULL;
    else if (point == HAN_ZERO)
        syllable = "ling";
    else
        syllable = han_syllables[han_readings[point - HAN_FIRST]];
    if (!syllable || !syllable[0])
        return false;
    begin(r, HAN, syllable[0]);
    buf_append_text(r->out, syllable);
    r->han = syllable;
    return true;
}

static bool is_vowel(char c)
{
    return c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o';
}

/* A small kana takes the place of the vowel before it: ki-yo kyo, shi-yo sho, te-i ti, u-i wi. */
static void take_small_kana(struct reading *r, const char *small)
{
    struct buf *out = r->out;
    bool soft = strcmp(r->kana, "shi") == 0 || strcmp(r->kana, "chi") == 0 || r->kana[0] == 'j';
    assert(out->len > r->start && is_vowel(out->data[out->len - 1]));
    if (r->kana[1])
        out->len--;
    else if (r->kana[0] == 'u' && small[0] != 'y')
        out->data[out->len - 1] = 'w';
    buf_append_text(out, soft && small[0] == 'y' ? small + 1 : small);
    r->kana = NULL;
}

/* っ and ー write nothing themselves. */
static bool take_kana_sign(struct reading *r, int32_t point)
{
    if (point == KANA_LONG && r->before != KANA)
        return false;
    r->doubled = point != KANA_LONG;
    r->kana = NULL;
    return true;
}

static bool take_kana(struct reading *r, int32_t point)
{
    int32_t at = point >= KATAKANA_FIRST ? point - KATAKANA_FIRST : point - HIRAGANA_FIRST;
    assert(at >= 0);
    if (point == KANA_LONG || !kana[at][0])
        return take_kana_sign(r, point);
    const char *letters = kana[at];
    bool small = letters[0] == '-';
    letters += small;
    if (small && r->before == KANA && r->kana) {
        take_small_kana(r, letters);
        return true;
    }
    begin(r, KANA, letters[0]);
    if (r->doubled && !is_vowel(letters[0]))
        buf_append_char(r->out, letters[0] == 'c' ? 't' : letters[0]);
    r->doubled = false;
    buf_append_text(r->out, letters);
    r->kana = is_vowel(r->out->data[r->out->len - 1]) ? letters : NULL;
    return true;
}

static void take_hangul(struct reading *r, int32_t point)
{
    uint32_t at = (uint32_t)(point - HANGUL_FIRST), final = at % 28, initial = at / 588;
    assert(initial < 19);
    bool double_l = r->before == HANGUL && r->final_l && initial == INITIAL_R;
    begin(r, HANGUL, 'a');
    buf_append_text(r->out, double_l ? "l" : initials[initial]);
    buf_append_text(r->out, vowels[at % 588 / 28]);
    buf_append_text(r->out, finals[final]);
    r->final_l = final == FINAL_L;
}

/* Whether the character has a reading. */
static bool take(struct reading *r, int32_t point)
{
    if (is_han(point))
        return take_han(r, point);
    if (is_kana(point))
        return take_kana(r, point);
    if (point < HANGUL_FIRST || point > HANGUL_LAST)
        return false;
    take_hangul(r, point);
    return true;
}

bool text_may_have_reading(struct slice text)
{
    assert(text.data || !text.len);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0xe3 && c <= 0xed) /* U+3000 to U+D7FF */
            return true;
    }
    return false;
}

bool text_reading(struct buf *out, struct slice text)
{
    struct reading r = {.out = out, .start = out->len};
    bool read = false;
    if (!text_may_have_reading(text))
        return false;
    while (text.len && out->len - r.start + PIECE_BYTES <= TEXT_READING_BYTES) {
        struct slice rest = text;
        int32_t point = text_next_point(&rest);
        size_t length = out->len;
        if (take(&r, point)) {
            read |= out->len > length;
        } else if (is_gap(point)) {
            take_gap(&r);
        } else {
            begin(&r, OTHER, text.data[0]);
            buf_append(out, text.data, text.len - rest.len);
        }
        text = rest;
    }
    while (out->len > r.start && out->data[out->len - 1] == ' ')
        out->len--;
    if (!read)
        out->len = r.start;
    assert(out->len - r.start <= TEXT_READING_BYTES); /* (1) */
    return out->len > r.start;
}
