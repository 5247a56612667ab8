/*
 * statement.c - texts taken apart into what can be equal or left over: words of the label
 * with their class, codes, values with what they mean, names.  Numbers in any spelling are
 * one word, the place in a list that a label begins with is none, and what stands in brackets or
 * behind a colon is an addition.
 *
 *  (1) Sorted by hash, each code and word of the bag once: two statements are compared by merging.
 *  (2) Every byte is set, padding too: equal statements are equal as bytes.
 *  (3) All that is said of a word is said whatever its class, `last` too, though only of numbers
 *      and letters it is asked: the bytes decide which of two profiles comes first in the
 *      arithmetic of their score (network_profile.c), and so its last bits.
 */
#include "alignd/model/statement.h"

#include "alignd/base/buf.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/model/text_value.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Texts are looked at so far; a name has at most NAME_BYTES, a code CODE_BYTES. */
enum { YEAR_FIRST = 1800, YEAR_LAST = 2100 };
enum { TEXT_BYTES = 1024, NAME_BYTES = 64, CODE_BYTES = 40, CODE_MIN = 3, CODE_PLAIN_MIN = 5 };

static uint32_t hash32(const char *data, size_t len, uint64_t seed)
{
    uint32_t h = (uint32_t)(hash_bytes((struct slice){data, len}, seed) >> 32);
    return h ? h : 1;
}

static uint32_t hash_of_number(uint32_t number)
{
    uint32_t h = (uint32_t)(hash_mix(number, 31) >> 32);
    return h ? h : 1;
}

/* A word, as classified; number: what it says if it is one. */
static uint32_t hash_of_word(enum word_class class, struct slice word, uint32_t number)
{
    return class == WORD_NUMBER ? hash_of_number(number) : hash32(word.data, word.len, 30);
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool is_letter_or_digit(unsigned char c)
{
    return (c | 0x20u) - 'a' < 26u || c - 48u < 10u || c >= 0x80;
}

static bool is_digit(unsigned char c)
{
    return c - 48u < 10u;
}

/* Letters and digits of a text alone, into out; of a long text the beginning. */
static size_t squash(struct slice text, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < room; i++)
        if (is_letter_or_digit((unsigned char)text.data[i]))
            out[n++] = text.data[i];
    return n;
}

static uint32_t hash_whole(struct slice text, size_t *ret_letters)
{
    assert(text.data || !text.len);
    char letters[TEXT_BYTES];
    size_t n = *ret_letters = squash(text, letters, sizeof(letters));
    if (n)
        return hash32(letters, n, 32);
    return text.len ? hash32(text.data, text.len, 33) : 0;
}

/* --- words of a label --- */

/* A bit for each two letters that follow each other, the word's borders among them. */
static void draw_shape(struct slice word, uint32_t shape[2])
{
    assert(word.len);
    uint32_t before = '<';
    shape[0] = shape[1] = 0;
    while (word.len) {
        uint32_t point = (uint32_t)text_next_point(&word);
        uint64_t bit = hash_mix(before << 8 ^ point, 34) >> 58;
        shape[bit / 32] |= 1u << bit % 32;
        before = point;
    }
    uint64_t bit = hash_mix(before << 8 ^ '>', 34) >> 58;
    shape[bit / 32] |= 1u << bit % 32;
}

static size_t count_letters(struct slice word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.len; i++)
        n += ((unsigned char)word.data[i] & 0xc0) != 0x80;
    return n;
}

/* 13. Water, 002-Child, 3) Drift: where it stands in a list. */
static bool is_place(struct slice word, struct slice rest)
{
    assert(word.len);
    if (word.len > 3 || rest.len < 2)
        return false;
    char sign = rest.data[0] == ' ' && rest.data[1] == '-' ? '-' : rest.data[0];
    return sign == '.' || sign == ')' || sign == '-';
}

static struct statement_word word_of(struct slice word, bool *ret_stock)
{
    assert(word.len);
    struct statement_word w = {0};
    uint32_t number = 0;
    w.class = (uint8_t)word_classify(&word, &number);
    w.hash = hash_of_word((enum word_class)w.class, word, number);
    w.year = w.class == WORD_NUMBER && number >= YEAR_FIRST && number <= YEAR_LAST;
    w.derived = w.class == WORD_VERSION && number == 1;
    *ret_stock = w.class == WORD_PLAIN && number == 1;
    size_t letters = count_letters(word);
    w.letters = (uint8_t)(letters < 255 ? letters : 255);
    draw_shape(word, w.shape);
    struct slice rest = word;
    w.first = (uint8_t)(hash_mix((uint64_t)text_next_point(&rest), 35) >> 56);
    assert(w.class < WORD_CLASSES);
    return w;
}

static int compare_words(const void *a, const void *b)
{
    const struct statement_word *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (int)x->extra - (int)y->extra;
}

/* Does an addition begin between two words: a bracket, a colon, a dash between spaces? */
static bool begins_extra(struct slice between)
{
    assert(between.data || !between.len);
    for (size_t i = 0; i < between.len; i++) {
        char c = between.data[i];
        if (c == '(' || c == '[' || c == '{' || c == ':' || c == '/')
            return true;
        if (c == '-' && i && i + 1 < between.len && between.data[i - 1] == ' ' &&
            between.data[i + 1] == ' ')
            return true;
    }
    return false;
}

/* 0: none.  A lone I is more often no numeral, but behind "part". */
static uint32_t roman(char letter, bool behind_version)
{
    return letter == 'v' ? 5 : letter == 'x' ? 10 : letter == 'i' && behind_version ? 1 : 0;
}

/* Level C, Part B: one of a series; Part V, Vol. I, "Iron Fist V": a Roman numeral. */
static void read_letter(struct slice letter, bool behind_version, struct statement_word *w)
{
    assert(letter.len);
    uint32_t number = roman(letter.data[0], behind_version);
    if (!number && !behind_version)
        return;
    w->class = WORD_NUMBER;
    if (number)
        w->hash = hash_of_number(number);
}

/* The 0 of 8.0: that is 8. */
static bool is_decimal_nought(struct slice between, struct slice word, bool behind_number)
{
    if (!behind_number || !slice_equal(between, slice_of(".")))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] != '0')
            return false;
    return true;
}

/* A word of the label as it is read. */
struct token {
    bool there;                         /* false: the label has no more, and the rest is not set */
    struct slice between, word, behind; /* behind: to the label's end */
    struct statement_word as;
    bool stock; /* intro, preface: word_classify */
};

static struct token next_token(struct slice *rest)
{
    struct token t = {0};
    const char *end = rest->data;
    t.there = text_next_word(rest, &t.word);
    if (t.there) {
        assert(t.word.len && t.word.data >= end);
        t.between = (struct slice){end, (size_t)(t.word.data - end)};
        t.behind = *rest;
        t.as = word_of(t.word, &t.stock);
    }
    return t;
}

/* Does the label, or what comes before its first addition, end in front of its next word?
 * Behind a colon it goes on: a subtitle tells as well which of several it is. */
static bool ends_name(const struct token *next)
{
    assert(!next->there || next->between.data);
    if (!next->there)
        return true;
    if (memchr(next->between.data, ':', next->between.len))
        return false;
    return begins_extra(next->between) || next->as.class == WORD_CREDIT;
}

/* Of words that name nobody, and perhaps what nobody is: Various Artists.  Or of stock words
 * alone (so many): Intro, Prologue (Live), Opening Theme 2. */
static bool is_nobody(const struct statement *s, size_t stock)
{
    assert(s->word_count <= STATEMENT_WORDS);
    size_t nobody = 0, others = 0, plain = 0;
    for (size_t i = 0; i < s->word_count; i++) {
        enum word_class class = s->words[i].class;
        nobody += class == WORD_NOBODY;
        others += class != WORD_NOBODY && class != WORD_FILLER;
        plain += class == WORD_PLAIN || class == WORD_CODE;
    }
    return (nobody && others <= 1) || (stock && plain == stock);
}

static void add_label_words(struct statement *out, struct slice label)
{
    assert(!out->word_count);
    struct slice rest = label;
    bool credit = false, extra = false, version = false, number = false;
    size_t letters = 0, stock = 0;
    struct token next = next_token(&rest);
    while (out->word_count < STATEMENT_WORDS && next.there) {
        const struct token at = next;
        next = next_token(&rest); /* one ahead: (3) */
        struct statement_word w = at.as;
        extra = extra || (out->word_count && begins_extra(at.between));
        if (credit && memchr(at.between.data, ')', at.between.len))
            credit = false;
        if (is_decimal_nought(at.between, at.word, number))
            continue;
        if (w.class == WORD_CREDIT) {
            credit = true;
            continue;
        }
        w.extra = extra;
        w.last = !extra && !credit && ends_name(&next);
        if (credit)
            w.class = WORD_CREDIT;
        else if (w.class == WORD_LETTER &&
                 (version || (w.last && slice_equal(at.between, slice_of(" ")))))
            read_letter(at.word, version, &w);
        else if (!out->word_count && w.class == WORD_NUMBER && is_place(at.word, at.behind))
            w = (struct statement_word){.hash = w.hash ^ 1, .class = WORD_FILLER};
        version = w.class == WORD_VERSION;
        number = w.class == WORD_NUMBER;
        if (w.class == WORD_PLAIN || w.class == WORD_CODE || w.class == WORD_NOBODY) {
            out->first_word = out->first_word ? out->first_word : w.hash;
            out->last_word = w.hash;
        }
        stock += w.class == WORD_PLAIN && at.stock;
        letters += w.letters;
        out->words[out->word_count++] = w;
    }
    assert(out->word_count <= STATEMENT_WORDS);
    out->nobody = is_nobody(out, stock);
    out->label_letters = (uint8_t)(letters < 255 ? letters : 255);
    qsort(out->words, out->word_count, sizeof(*out->words), compare_words);
}

/* --- codes --- */

static void put_code(struct statement *out, const char *code, size_t n, bool of_label)
{
    assert(n && n < CODE_BYTES);
    uint32_t hash = hash32(code, n, 36);
    for (size_t i = 0; i < out->code_count; i++)
        if (out->codes[i].hash == hash) {
            out->codes[i].of_label = out->codes[i].of_label || of_label;
            return;
        }
    if (out->code_count < STATEMENT_CODES)
        out->codes[out->code_count++] = (struct statement_code){hash, (uint8_t)n, of_label};
}

/* Digits beside letters, or many digits: 1999 and 12 are numbers, 4711-33 and k450 codes. */
static bool is_code(const char *code, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += is_digit((unsigned char)code[i]);
    return digits && n >= (digits == n ? CODE_PLAIN_MIN : CODE_MIN) && n < CODE_BYTES;
}

/* The runs of letters and digits between the signs of a token. */
static void add_parts(struct statement *out, struct slice token, bool of_label)
{
    for (size_t at = 0; at < token.len; at++) {
        size_t begin = at;
        while (at < token.len && is_letter_or_digit((unsigned char)token.data[at]))
            at++;
        if (at - begin < token.len && is_code(token.data + begin, at - begin))
            put_code(out, token.data + begin, at - begin, of_label);
    }
}

/* A few letters that may begin a code: K of K 450, but not vol of vol 12. */
static bool begins_code(const char *letters, size_t n)
{
    uint32_t number;
    struct slice word = {letters, n};
    if (!n || n > CODE_MIN)
        return false;
    enum word_class class = word_classify(&word, &number);
    return class == WORD_PLAIN || class == WORD_LETTER;
}

/* What stands between spaces, signs taken out; and digits with the letters before them. */
static void add_codes(struct statement *out, struct slice text, bool of_label)
{
    char code[2 * CODE_BYTES];
    size_t before = 0; /* letters of the token before, which code begins with */
    while (text.len) {
        const char *space = memchr(text.data, ' ', text.len);
        struct slice token = {text.data, space ? (size_t)(space - text.data) : text.len};
        text.data += token.len + (space != NULL);
        text.len -= token.len + (space != NULL);
        size_t n = squash(token, code + before, CODE_BYTES);
        assert(before <= CODE_MIN && before + n <= sizeof(code));
        if (is_code(code + before, n))
            put_code(out, code + before, n, of_label);
        add_parts(out, token, of_label);
        bool digits = n > 1 && is_digit((unsigned char)code[before]);
        if (before && digits && is_code(code, before + n))
            put_code(out, code, before + n, of_label);
        memmove(code, code + before, n);
        before = begins_code(code, n) ? n : 0;
    }
}

static int compare_codes(const void *a, const void *b)
{
    const struct statement_code *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* --- values and neighbours --- */

static void add_to_bag(struct statement *out, uint32_t hash)
{
    assert(out->bag_count <= STATEMENT_BAG);
    for (size_t i = 0; i < out->bag_count; i++)
        if (out->bag[i] == hash)
            return;
    if (out->bag_count < STATEMENT_BAG)
        out->bag[out->bag_count++] = hash;
}

/* Words into the bag; a short text also as a name, so that it can be found in a label. */
static size_t add_words(struct statement *out, struct slice text, bool value)
{
    struct slice rest = text_truncate(text, TEXT_BYTES), word;
    struct statement_name name = {.value = value};
    size_t n = 0, named = 0;
    uint32_t number;
    while (text_next_word(&rest, &word)) {
        enum word_class class = word_classify(&word, &number);
        uint32_t hash = hash_of_word(class, word, number);
        n++;
        if (class == WORD_FILLER)
            continue;
        add_to_bag(out, hash);
        if (named < STATEMENT_NAME_WORDS)
            name.words[named] = hash;
        named++;
    }
    bool short_one = named && named <= STATEMENT_NAME_WORDS && text.len <= NAME_BYTES;
    if (short_one && out->name_count < STATEMENT_NAMES)
        out->names[out->name_count++] = name;
    assert(named <= n && out->name_count <= STATEMENT_NAMES);
    return n;
}

static void read_number(struct slice text, struct slice datatype, struct statement_value *v)
{
    struct text_value value = text_value_parse(text, datatype);
    if (value.kind == TEXT_VALUE_DATE) {
        assert(value.month >= 0 && value.month <= 12);
        double days =
            value.month ? (value.month - 1) * 30.4375 + (value.day ? value.day : 15) : 182;
        v->kind = NUMBER_YEAR;
        v->number = (float)(value.year + days / 365.25);
    } else if (value.kind == TEXT_VALUE_NUMBER) {
        v->kind = value.time ? NUMBER_TIME : NUMBER_PLAIN;
        v->number = (float)value.number;
    }
}

static void add_value(struct statement *out, const struct statement_input *in)
{
    assert(in->value && out->value_count <= STATEMENT_VALUES);
    struct buf normalised = {0};
    text_normalise(&normalised, in->text);
    struct slice text = buf_slice(&normalised);
    size_t words = add_words(out, text, true), letters;
    add_codes(out, text_truncate(text, TEXT_BYTES), false);
    if (out->value_count < STATEMENT_VALUES) {
        struct statement_value *v = &out->values[out->value_count++];
        *v =
            (struct statement_value){.relation = in->relation, .whole = hash_whole(text, &letters)};
        v->words = (uint8_t)(words < 255 ? words : 255);
        v->letters = (uint8_t)(letters < 255 ? letters : 255);
        read_number(in->text, in->datatype, v);
    }
    buf_fini(&normalised);
}

void statement_make(struct statement *out, struct slice label, const struct statement_input *inputs,
                    size_t n)
{
    assert(inputs || !n);
    memset(out, 0, sizeof(*out)); /* padding too: it is hashed and compared */
    label = text_truncate(label, STATEMENT_LABEL_BYTES);
    size_t letters;
    out->whole = hash_whole(label, &letters);
    add_label_words(out, label);
    add_codes(out, label, true);
    for (size_t i = 0; i < n; i++)
        if (inputs[i].value)
            add_value(out, &inputs[i]);
        else
            add_words(out, text_truncate(inputs[i].text, STATEMENT_LABEL_BYTES), false);
    qsort(out->codes, out->code_count, sizeof(*out->codes), compare_codes);
    qsort(out->bag, out->bag_count, sizeof(*out->bag), compare_u32);
    assert(out->code_count <= STATEMENT_CODES && out->bag_count <= STATEMENT_BAG); /* (1) */
}
