/*
 * synth_spell.c - mistakes and habits of spelling that work on any text: words lost, letters
 * slipped, capitals, articles behind, names turned round.
 */
#include "synth_internal.h"

#include <assert.h>
#include <string.h>

void synth_spell_lose_word(struct buf *out, uint64_t h)
{
    char *text = out->data;
    size_t len = out->len, words = 1, at = 0, k = 0;
    for (size_t i = 0; i < len; i++)
        words += text[i] == ' ';
    if (words < 2)
        return;
    for (size_t which = h % words; k < which; at++)
        k += text[at] == ' ';
    size_t end = at;
    while (end < len && text[end] != ' ')
        end++;
    if (end < len)
        end++;
    assert(at <= end && end <= len);
    memmove(text + at, text + end, len - end);
    len -= end - at;
    while (len && text[len - 1] == ' ')
        len--;
    out->len = len;
}

void synth_spell_recast_person(struct buf *out, uint64_t h)
{
    const char *space = out->len ? memchr(out->data, ' ', out->len) : NULL;
    char copy[200];
    size_t n = out->len;
    if (!space || n >= sizeof(copy))
        return;
    memcpy(copy, out->data, n);
    size_t first = (size_t)(space - out->data), last = n;
    while (last > 0 && copy[last - 1] != ' ')
        last--;
    assert(first < n && last <= n);
    buf_clear(out);
    if (h % 3) {
        buf_append_format(out, "%c. %.*s", copy[0], (int)(n - last), copy + last);
    } else {
        buf_append_format(out, "%.*s, %.*s", (int)(n - last), copy + last, (int)first, copy);
    }
}

void synth_spell_slip(struct buf *out, uint64_t h)
{
    if (out->len < 4)
        return;
    size_t at = 1 + h % (out->len - 2);
    assert(at + 1 < out->len);
    char *x = out->data;
    switch (h >> 32 & 3) {
    case 0: { /* two letters change places */
        char c = x[at];
        x[at] = x[at + 1];
        x[at + 1] = c;
        break;
    }
    case 1: /* one is lost */
        memmove(x + at, x + at + 1, out->len - at - 1);
        out->len--;
        break;
    case 2: /* another letter */
        x[at] = (char)('a' + h / 64 % 26);
        break;
    default: /* one twice */
        buf_append_char(out, out->data[out->len - 1]);
        memmove(out->data + at + 1, out->data + at, out->len - at - 2);
    }
}

/* --- letters --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t word_end(const struct buf *out, size_t at)
{
    while (at < out->len && is_letter(out->data[at]))
        at++;
    return at;
}

static bool is_one_of(const char *word, size_t len, const char *const *list, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (strlen(list[k]) == len && memcmp(list[k], word, len) == 0)
            return true;
    return false;
}
#define IS_ONE_OF(word, len, list) is_one_of(word, len, list, sizeof(list) / sizeof(*(list)))

void synth_spell_capitals(struct buf *out, bool title)
{
    assert(out->data || !out->len);
    static const char *const small[] = {"a",  "an", "and", "at", "by",  "for", "from",
                                        "in", "of", "on",  "or", "the", "to",  "with"};
    char *x = out->data;
    for (size_t k = 0; k < out->len; k++) {
        bool begins = k == 0 || x[k - 1] == ' ' ||
                      (title && !is_letter(x[k - 1]) && x[k - 1] != '\'' &&
                       (x[k - 1] < '0' || x[k - 1] > '9'));
        if (!begins || x[k] < 'a' || x[k] > 'z')
            continue;
        size_t len = word_end(out, k) - k;
        if (title && k + len < out->len && x[k + len] >= '0' && x[k + len] <= '9')
            continue; /* a code */
        if (title && k && x[k - 1] == ' ' && IS_ONE_OF(x + k, len, small))
            continue;
        if (title && len == 4 && memcmp(x + k, "feat", 4) == 0)
            continue;
        x[k] = (char)(x[k] - 32);
    }
}

static void change_letters(struct buf *out, unsigned habit)
{
    assert(habit < 3);
    if (habit == 0)
        synth_spell_capitals(out, true);
    for (size_t k = 0; k < out->len; k++) {
        char *c = out->data + k;
        if (habit == 1 && *c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
        if (habit == 2 && *c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    }
}

/* "The River" to "River, The"; before a year or the like it stays. */
static void put_article_last(struct buf *out)
{
    if (out->len < 6 || memcmp(out->data, "the ", 4) != 0)
        return;
    for (size_t k = 4; k < out->len; k++)
        if (!is_letter(out->data[k]) && out->data[k] != ' ')
            return;
    memmove(out->data, out->data + 4, out->len - 4);
    out->len -= 4;
    buf_append_text(out, ", the");
}

static void put_ampersand(struct buf *out)
{
    assert(out->data || !out->len);
    for (size_t k = 0; k + 5 <= out->len; k++)
        if (memcmp(out->data + k, " and ", 5) == 0) {
            out->data[k + 1] = '&';
            memmove(out->data + k + 2, out->data + k + 4, out->len - k - 4);
            out->len -= 2;
        }
}

/* --- mistakes --- */

/* The k-th word that a mistake may befall: so many letters at least, in small ones, and not a
 * word that says which of several it is; false: there are not so many. */
static bool ordinary_word(const struct buf *out, size_t letters, size_t k, size_t *ret_at,
                          size_t *ret_end)
{
    assert(letters);
    static const char *const special[] = {
        "one",    "two",     "three",   "four",     "five",     "six",    "seven",
        "eight",  "nine",    "ten",     "part",     "volume",   "book",   "season",
        "series", "chapter", "episode", "level",    "making",   "remix",  "live",
        "edit",   "edition", "remixed", "remixes",  "the",      "demo",   "standard",
        "deluxe", "black",   "white",   "acoustic", "workbook", "upgrade"};
    for (size_t at = 0; at < out->len; at++) {
        size_t end = word_end(out, at);
        bool whole =
            (!at || out->data[at - 1] == ' ') && (end == out->len || out->data[end] == ' ');
        bool small = end > at && out->data[at] >= 'a';
        if (whole && small && end - at >= letters &&
            !IS_ONE_OF(out->data + at, end - at, special) && k-- == 0) {
            *ret_at = at;
            *ret_end = end;
            return true;
        }
        at = end > at ? end - 1 : at;
    }
    return false;
}

static size_t ordinary_words(const struct buf *out, size_t letters)
{
    size_t n = 0, at, end;
    while (ordinary_word(out, letters, n, &at, &end))
        n++;
    return n;
}

/* In the longer words only, of persons not in the first names. */
static void slip_in_word(struct buf *out, uint64_t h, bool person)
{
    size_t n = ordinary_words(out, 5), at, end;
    if (!n || !ordinary_word(out, 5, person ? n - 1 : h % n, &at, &end) || (person && !at))
        return;
    assert(at < end && end <= out->len);
    char word[64];
    struct buf piece = {.data = word, .len = end - at, .size = sizeof(word)};
    if (piece.len + 2 > sizeof(word))
        return;
    memcpy(word, out->data + at, piece.len);
    synth_spell_slip(&piece, hash_mix(h, 1));
    size_t len = out->len, rest = len - end;
    if (piece.len > end - at && !buf_extend(out, piece.len - (end - at)))
        return;
    memmove(out->data + at + piece.len, out->data + end, rest);
    memcpy(out->data + at, word, piece.len);
    out->len = at + piece.len + rest;
}

/* Of four words and more. */
static void lose_ordinary_word(struct buf *out, uint64_t h)
{
    size_t n = ordinary_words(out, 3), at, end;
    if (n < 4 || !ordinary_word(out, 3, h % n, &at, &end))
        return;
    assert(at < end && end <= out->len);
    if (end < out->len)
        end++;
    memmove(out->data + at, out->data + end, out->len - end);
    out->len -= end - at;
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
}

/* Spaces underlined, one lost, one doubled, the end cut off: what programs do to names. */
static void roughen(struct buf *out, uint64_t h)
{
    char *space = out->len ? memchr(out->data, ' ', out->len) : NULL;
    if (!space)
        return;
    size_t at = (size_t)(space - out->data);
    assert(at < out->len);
    switch (h % 4) {
    case 0:
        for (size_t k = at; k < out->len; k++)
            if (out->data[k] == ' ')
                out->data[k] = '_';
        break;
    case 1:
        memmove(space, space + 1, out->len - at - 1);
        out->len--;
        break;
    case 2:
        if (out->len > 12)
            out->len -= out->len / 4;
        break;
    default:
        if (buf_extend(out, 1))
            memmove(out->data + at + 1, out->data + at, out->len - at - 1);
    }
}

/* What is left of a name without numbers when nobody looks after it. */
static void mess_up(struct buf *out, uint64_t h)
{
    assert(out->data || !out->len);
    for (size_t k = 0; k < out->len; k++)
        if ((out->data[k] >= '0' && out->data[k] <= '9') || out->data[k] == '(')
            return;
    if (h % 3 == 0)
        synth_spell_lose_word(out, hash_mix(h, 1));
    for (uint64_t k = 0; k < 1 + h / 8 % 4; k++)
        synth_spell_slip(out, hash_mix(h, 2 + k));
}

void synth_spell_label(struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(side < 2 && type < s->kind->type_count && s->kind->label);
    struct buf *out = &s->text;
    bool person = s->kind->types[type].person;
    double careless = synth_careless(s, side, type, i);
    uint64_t h = synth_draw(s, synth_key(type, i), 300 + side, 0);
    buf_clear(out);
    if (synth_facts_alias(s, side, type, i, false))
        synth_facts_add_alias(s, out, type, i);
    else
        s->kind->label(s, out, side, type, i);
    for (uint64_t k = 0; k < 2; k++)
        if (synth_chance(h, 6 + k, careless * 0.3))
            slip_in_word(out, hash_mix(h, 20 + k), person);
    if (!person && synth_chance(h, 4, careless * 0.15))
        lose_ordinary_word(out, hash_mix(h, 5));
    if (synth_chance(h, 10, s->make.messy[side]))
        mess_up(out, hash_mix(h, 11));
    if (!person && synth_habit(s, side, SYNTH_ARTICLE))
        put_article_last(out);
    if (synth_habit(s, side, SYNTH_AND))
        put_ampersand(out);
    change_letters(out, synth_habit(s, side, SYNTH_LETTERS));
    if (synth_chance(h, 8, s->make.rough[side]))
        roughen(out, hash_mix(h, 9));
}
