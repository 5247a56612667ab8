/*
 * vocabulary.c - names cut to words at cases, digits and signs, without those that say nothing
 * (has, of, by); then a table of words for the same.  Which of its rows holds depends on what the
 * objects are: a release that is a literal is a date, one that is an entity an album.
 */
#include "alignd/learn/vocabulary.h"

#include "alignd/base/nearest.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>

enum { L = 1 << VOCABULARY_LITERAL, R = 1 << VOCABULARY_REFERENCE, T = 1 << VOCABULARY_TYPE };
enum { MAX_WORDS = 8, WORD_BYTES = 32 };

/* The first word is the shared name. */
static const struct {
    int kinds;
    const char *words;
} rows[] = {
    {L, "date year released release published publication issued issue born"},
    {L, "duration runtime length time"},
    {L, "price cost amount listprice"},
    {L, "description detail text summary abstract overview plot comment"},
    {L, "phone telephone tel"},
    {L, "address street"},
    {L, "number position track no"},
    {L | R, "language lang"},
    {L | R, "copyright right"},
    {L, "isbn isbn10 isbn13"},
    {L, "gtin ean upc barcode"},
    {L | R, "genre category"},
    {L | R, "keyword tag subject topic"},
    {L | R, "director directed"},
    {L | R, "actor starring cast star"},
    {L | R, "author written"},
    {L | R, "writer screenplay"},
    {L | R, "artist performer performed singer band"},
    {L | R, "maker manufacturer manufactured brand vendor make"},
    {L | R, "company studio produced production"},
    {L | R, "album release record"},
    {L | R, "city town locality"},
    {L | R, "cuisine kitchen food"},
    {L | R, "venue published journal conference publishedin"},
    {L | R, "publisher press"},
    {L | R, "country nation"},
    {T, "movie film"},
    {T, "song track recording"},
    {T, "album release"},
    {T, "artist performer band musician"},
    {T, "person people human author actor artist performer"},
    {T, "paper article publication"},
    {T, "product article item offer software goods"},
    {T, "maker company manufacturer brand vendor"},
    {T, "restaurant place"},
    {T, "place location site"},
    {T, "venue journal conference"},
    {T, "genre category"},
    {T, "book volume edition work"},
    {T, "city town locality"},
};

struct words {
    char at[MAX_WORDS][WORD_BYTES];
    size_t count;
};

static bool says_nothing(const char *word)
{
    static const char *const empty[] = {"has", "is", "of", "by",  "in", "on",
                                        "the", "a",  "as", "was", "at", "to"};
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++)
        if (strcmp(word, empty[i]) == 0)
            return true;
    return false;
}

static void end_word(struct words *w, char *word, size_t *len)
{
    assert(*len < WORD_BYTES && w->count <= MAX_WORDS);
    word[*len] = 0;
    if (*len > 3 && word[*len - 1] == 's' && word[*len - 2] != 's')
        word[--*len] = 0;
    if (*len && w->count < MAX_WORDS && !says_nothing(word))
        memcpy(w->at[w->count++], word, *len + 1);
    *len = 0;
}

static struct words cut(struct slice iri)
{
    struct slice local = text_local_name(iri);
    struct words w = {.count = 0};
    char word[WORD_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < local.len; i++) {
        unsigned char c = (unsigned char)local.data[i];
        bool begins = isupper(c) && i && islower((unsigned char)local.data[i - 1]);
        if (begins || !(isalnum(c) || c >= 0x80) || len == WORD_BYTES - 1)
            end_word(&w, word, &len);
        if (isalnum(c) || c >= 0x80)
            word[len++] = (char)tolower(c);
    }
    end_word(&w, word, &len);
    assert(w.count <= MAX_WORDS);
    return w;
}

/* Is a word in a list with blanks between? */
static bool is_in(const char *list, const char *word)
{
    assert(*word);
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    return false;
}

/* The row of the table by which two names have a word for the same, or -1. */
static int common_row(enum vocabulary_kind kind, const struct words *a, const struct words *b)
{
    assert(kind <= VOCABULARY_TYPE);
    for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
        bool in_a = false, in_b = false;
        for (size_t i = 0; i < a->count; i++)
            in_a |= is_in(rows[r].words, a->at[i]);
        for (size_t i = 0; i < b->count; i++)
            in_b |= is_in(rows[r].words, b->at[i]);
        if ((rows[r].kinds & 1 << kind) && in_a && in_b)
            return (int)r;
    }
    return -1;
}

/* Each word of either is shared once at most. */
static size_t shared_words(const struct words *a, const struct words *b)
{
    assert(a->count <= MAX_WORDS && b->count <= MAX_WORDS);
    bool taken[MAX_WORDS] = {false};
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (!taken[k] && strcmp(a->at[i], b->at[k]) == 0) {
                taken[k] = true;
                n++;
                break;
            }
    return n;
}

double vocabulary_similarity(enum vocabulary_kind kind, struct slice a, struct slice b)
{
    assert(kind <= VOCABULARY_TYPE);
    struct words x = cut(a), y = cut(b);
    size_t both = shared_words(&x, &y), all = x.count + y.count - both;
    struct slice m = text_local_name(a), n = text_local_name(b);
    if (both && both == all)
        return 1;
    if (common_row(kind, &x, &y) >= 0)
        return 0.8;
    if (both)
        return 0.7 * (double)both / (double)all;
    size_t longer = m.len > n.len ? m.len : n.len;
    return longer > 4 && nearest_distance(m, n) * 4 <= longer ? 0.6 : 0;
}

void vocabulary_name(enum vocabulary_kind kind, struct slice a, struct slice b, struct buf *out)
{
    assert(kind <= VOCABULARY_TYPE);
    struct words x = cut(a), y = cut(b);
    int row = common_row(kind, &x, &y);
    if (row >= 0) {
        size_t n = strcspn(rows[row].words, " ");
        buf_append(out, rows[row].words, n);
        return;
    }
    const struct words *w = y.count && y.count < x.count ? &y : &x;
    assert(w->count <= MAX_WORDS);
    for (size_t i = 0; i < w->count; i++) {
        if (i)
            buf_append_char(out, '_');
        buf_append_text(out, w->at[i]);
    }
    if (!w->count)
        buf_append_slice(out, text_local_name(a));
}
