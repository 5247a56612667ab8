/*
 * block_keys.c - the keys of an entity, made by walking its label, its neighbours' names and
 * its values.  What two catalogs write differently must come out as one key: names by
 * their last word and initials, codes without what stands between their parts, labels
 * also without what they add.  Each key is told with the text it was made of,
 * so that `explain` can say what two entities share.
 *
 *  (1) Keys of one kind are a hash of (type, kind, content): kinds meet by chance alone, and
 *      a changed kind is another BLOCK_KEYS_VERSION.
 *  (2) How many keys an entity can have is known beforehand (block_keys_make): none is dropped.
 */
#include "alignd/align/block_keys.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <stdlib.h>

#define MAX_TOKENS 16    /* words of a label that count */
#define MAX_CODES 4      /* of a label, besides its words and pairs of them */
#define PAIRED_NAMES 5   /* first neighbours whose last names are paired */
#define PAIRED_PINS 8    /* first pinned neighbours that are */
#define MIN_WORD_BYTES 3 /* a shorter word says too little */
#define MIN_CODE_BYTES 4 /* so does a shorter code */
#define MAX_CODE_BYTES 64
#define MIN_NUMBER_DIGITS 7 /* with fewer, a value of digits says how much or when */

/* One kind of key each; part of the on-disk format. */
enum kind {
    KIND_WORD = 1,
    KIND_ENDS,
    KIND_NAME,
    KIND_PARTS,
    KIND_VALUE,
    KIND_HEAD,
    KIND_IDENTIFIER,
    KIND_PIN,
    KIND_PINS,
    KIND_WHOLE = 32, /* a label with its additions, where it has any */
};

struct maker {
    uint64_t type;
    block_keys_visit *visit;
    void *arg;
};

static uint64_t key_of(uint64_t type, enum kind kind, enum block_key_class class, uint64_t content)
{
    uint64_t key = hash_mix(hash_mix(type, (uint64_t)kind), content);
    return (key & ~UINT64_C(7)) | (uint64_t) class;
}

/* relation: of whom it is told; where only the same one will do, the content holds it too. */
static void make(const struct maker *m, enum kind kind, enum block_key_class class,
                 const char *what, uint64_t relation, uint64_t content, struct slice text)
{
    assert(m->visit && what);
    m->visit(m->arg, key_of(m->type, kind, class, content), what, relation, text);
}

static size_t words_of(struct slice text, struct slice words[MAX_TOKENS])
{
    size_t n = 0;
    while (n < MAX_TOKENS && text_next_word(&text, &words[n]))
        n++;
    return n;
}

/* --- words and codes, in one key space --- */

/* From the first word's begin to the last one's end. */
static struct slice span_of(const struct slice *words, size_t n)
{
    const char *end = words[n - 1].data + words[n - 1].len;
    return (struct slice){words[0].data, (size_t)(end - words[0].data)};
}

/* Words without what stands between them; empty when there is no room. */
static struct slice run_together(const struct slice *words, size_t n, char out[MAX_CODE_BYTES])
{
    assert(words && n);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (words[i].len > MAX_CODE_BYTES - used)
            return (struct slice){NULL, 0};
        memcpy(out + used, words[i].data, words[i].len);
        used += words[i].len;
    }
    assert(used <= MAX_CODE_BYTES);
    return (struct slice){out, used};
}

static size_t digits_of(struct slice word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.len; i++)
        n += word.data[i] >= '0' && word.data[i] <= '9';
    return n;
}

/* Has it a digit, and is it no year or short number? */
static bool is_code(struct slice word)
{
    size_t digits = digits_of(word);
    return digits && word.len >= MIN_CODE_BYTES + (digits == word.len);
}

/* A code up to its last digit: what follows is the colour or the country of one model
 * (NNH965BK, NN-H965BF).  Of those that begin with a letter: 1080p is no model. */
static struct slice stem_of(struct slice code)
{
    assert(code.len);
    size_t n = code.len;
    while (n && (code.data[n - 1] < '0' || code.data[n - 1] > '9'))
        n--;
    return n >= MIN_CODE_BYTES && code.data[0] > '9' ? (struct slice){code.data, n} : code;
}

/* What a word is told as, whose it is, and the text it is of. */
struct place {
    const char *what;
    uint64_t relation;
    struct slice text;
};

/* The same keys wherever a word stands. */
static void word_key(const struct maker *m, struct slice word, struct place of)
{
    assert(word.len);
    if (!is_code(word)) {
        if (word.len >= MIN_WORD_BYTES)
            make(m, KIND_WORD, BLOCK_KEY_WORD, of.what, of.relation, hash_bytes(word, 11), of.text);
        return;
    }
    struct slice stem = stem_of(word);
    make(m, KIND_WORD, BLOCK_KEY_CODE, "code", of.relation, hash_bytes(word, 11), of.text);
    if (stem.len < word.len)
        make(m, KIND_WORD, BLOCK_KEY_CODE, "code but for its end", of.relation,
             hash_bytes(stem, 11), of.text);
}

static void joined_key(const struct maker *m, const char *what, const struct slice *words, size_t n)
{
    assert(n > 1);
    char out[MAX_CODE_BYTES];
    struct slice together = run_together(words, n, out);
    if (together.len)
        word_key(m, together, (struct place){what, 0, span_of(words, n)});
}

/* Words, and neighbouring ones run together: "K 450" meets "K450", "web shop" a webshop, and
 * two words say more than either. */
static void word_keys(const struct maker *m, const struct slice *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        word_key(m, words[i], (struct place){"word", 0, words[i]});
    for (size_t i = 0; i + 1 < n; i++)
        joined_key(m, "two words", &words[i], 2);
}

/* What stands between spaces, has a digit and more than two parts: 010-10723-03. */
static void code_keys(const struct maker *m, const struct slice *words, size_t n)
{
    size_t made = 0;
    for (size_t i = 0, end; i < n && made < MAX_CODES; i = end) {
        for (end = i + 1; end < n; end++) {
            const char *gap = words[end - 1].data + words[end - 1].len;
            if (memchr(gap, ' ', (size_t)(words[end].data - gap)))
                break;
        }
        struct slice span = span_of(&words[i], end - i);
        if (end - i > 2 && digits_of(span)) {
            joined_key(m, "code", &words[i], end - i);
            made++;
        }
    }
    assert(made <= MAX_CODES);
}

/* --- names --- */

/* What a name is filed under: "Reed" of Carol Reed, C. Reed and Reed, Carol. */
static struct slice last_name(struct slice name, const struct slice *words, size_t n)
{
    assert(n <= MAX_TOKENS);
    const char *comma = memchr(name.data, ',', name.len);
    size_t last = n ? n - 1 : 0;
    for (size_t i = n; comma && i-- > 0;)
        if (words[i].data < comma) {
            last = i;
            break;
        }
    return n ? words[last] : name;
}

/* One hash for a name written in full, with initials, or last name first. */
static uint64_t hash_name(struct slice last, const struct slice *words, size_t n)
{
    assert(n <= MAX_TOKENS);
    uint64_t initials = 0; /* in any order */
    for (size_t i = 0; i < n; i++) {
        struct slice word = words[i];
        if (word.data != last.data)
            initials += hash_mix((uint64_t)text_next_point(&word), 12);
    }
    return hash_mix(hash_bytes(last, 12), initials);
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t hash_all_words(uint64_t *hashes, size_t n)
{
    assert(n && n <= MAX_TOKENS);
    uint64_t all = 0;
    qsort(hashes, n, sizeof(*hashes), compare_hashes);
    for (size_t i = 0; i < n; i++)
        all = hash_mix(all, hashes[i]);
    return all;
}

/* A label up to its first comma or bracket: catalogs that tell homonyms apart by
 * an addition and those that do not must meet, however long the addition is. */
static struct slice head_of(struct slice label)
{
    struct slice head = {label.data, 0};
    while (head.len < label.len && label.data[head.len] != ',' && label.data[head.len] != '(')
        head.len++;
    return head;
}

/* Of words in any order; a label without any word: as it is. */
static uint64_t hash_label(struct slice label, const struct slice *words, size_t n)
{
    assert(n <= MAX_TOKENS);
    uint64_t hashes[MAX_TOKENS];
    for (size_t i = 0; i < n; i++)
        hashes[i] = hash_bytes(words[i], 11);
    return n ? hash_all_words(hashes, n) : hash_bytes(label, 11);
}

static void head_key(const struct maker *m, struct slice label, struct slice head,
                     const struct slice *words, size_t n)
{
    assert(n <= MAX_TOKENS && head.len <= label.len);
    if (label.len)
        make(m, KIND_HEAD, BLOCK_KEY_HEAD, "label but for additions", 0,
             hash_label(label, words, n), n ? head : label);
}

uint64_t block_keys_whole(struct slice type, struct slice label)
{
    struct slice words[MAX_TOKENS], head_words[MAX_TOKENS];
    size_t n = words_of(label, words), head_n = words_of(head_of(label), head_words);
    assert(head_n <= n);
    enum kind kind = head_n < n ? KIND_WHOLE : KIND_HEAD;
    return key_of(hash_bytes(type, 10), kind, BLOCK_KEY_HEAD, hash_label(label, words, n));
}

static void end_key(const struct maker *m, struct slice whole, struct slice initial)
{
    assert(whole.len && initial.len);
    uint64_t point = (uint64_t)text_next_point(&initial);
    make(m, KIND_ENDS, BLOCK_KEY_ENDS, "word and initial", 0,
         hash_mix(hash_bytes(whole, 11), point), whole);
}

/* The first word with the last one's initial, and the last with the first one's: C. Reed,
 * Carole Reed and Reed, Carol meet Carol Reed, however many Carols and Reeds there are. */
static void end_keys(const struct maker *m, const struct slice *words, size_t n)
{
    assert(n <= MAX_TOKENS);
    if (n < 2)
        return;
    end_key(m, words[0], words[n - 1]);
    end_key(m, words[n - 1], words[0]);
}

static void label_keys(const struct maker *m, struct slice label)
{
    struct slice words[MAX_TOKENS], head = head_of(label), head_words[MAX_TOKENS];
    size_t n = words_of(label, words), head_n = words_of(head, head_words);
    assert(head_n <= n);
    word_keys(m, words, n);
    code_keys(m, words, n);
    end_keys(m, words, n);
    if (head_n < n)
        end_keys(m, head_words, head_n);
    head_key(m, label, head, head_words, head_n);
    if (head_n < n)
        make(m, KIND_WHOLE, BLOCK_KEY_HEAD, "label", 0, hash_label(label, words, n), label);
}

/* --- neighbours and values --- */

/* A name without what tells homonyms apart: "Happy Days (2007)", "Ann Lee (actor)". */
static struct slice without_addition(struct slice name)
{
    const char *bracket = memchr(name.data, '(', name.len);
    struct slice begin = {name.data, bracket ? (size_t)(bracket - name.data) : name.len};
    struct slice rest = begin, word;
    return text_next_word(&rest, &word) ? begin : name;
}

struct last_names {
    uint64_t hash[PAIRED_NAMES], relation[PAIRED_NAMES];
    struct slice text[PAIRED_NAMES];
    size_t count;
};

/* Pairs of last names, which single common ones cannot kill. */
static void pair_keys(const struct maker *m, struct last_names *l, uint64_t relation,
                      struct slice part)
{
    assert(l->count <= PAIRED_NAMES);
    uint64_t hash = hash_bytes(part, 13);
    if (l->count == PAIRED_NAMES)
        return;
    for (size_t k = 0; k < l->count; k++) {
        bool below = l->hash[k] < hash;
        uint64_t both = hash_mix(below ? l->hash[k] : hash, below ? hash : l->hash[k]);
        if (l->hash[k] != hash)
            make(m, KIND_PARTS, BLOCK_KEY_PARTS, "two neighbours", 0,
                 hash_mix(l->relation[k] ^ relation, both), l->text[k]);
    }
    l->hash[l->count] = hash;
    l->relation[l->count] = relation;
    l->text[l->count++] = part;
}

/*
 * Neighbours by name, whatever the relation (of two catalogs one says who wrote a film,
 * the other who directed it); by last name (the spelling of the rest may differ), where
 * words of labels are; and pairs of last names.
 */
static void neighbour_keys(const struct maker *m, const struct block_keys_named *named,
                           size_t count)
{
    assert(named || !count);
    struct last_names paired = {.count = 0};
    struct slice words[MAX_TOKENS];
    for (size_t i = 0; i < count; i++) {
        if (!named[i].text.len)
            continue;
        struct slice name = without_addition(named[i].text);
        size_t n = words_of(name, words);
        struct slice part = last_name(name, words, n);
        make(m, KIND_NAME, BLOCK_KEY_NAME, "neighbour", named[i].relation,
             hash_name(part, words, n), name);
        if (part.len < MIN_WORD_BYTES)
            continue;
        word_key(m, part, (struct place){"part of a neighbour", named[i].relation, part});
        pair_keys(m, &paired, named[i].relation, part);
    }
}

static bool is_digits(struct slice word)
{
    return word.len && digits_of(word) == word.len;
}

/* 2019-04-05, 2019-04-05t10:00:00, 5.4.2019 */
static bool is_date(const struct slice *words, size_t n)
{
    if (n < 3 || !is_digits(words[0]) || !is_digits(words[1]) || words[1].len > 2)
        return false;
    bool day = words[2].len <= 2 || words[2].data[2] == 't';
    return words[0].len == 4 ? day : n == 3 && words[0].len <= 2 && words[2].len == 4;
}

/* Digits that say how much or when: few, a date, a fraction ("149.99"), with points or commas
 * ("1,234,567"). */
static bool is_quantity(const struct slice *words, size_t n)
{
    assert(n && n <= MAX_TOKENS);
    size_t digits = 0, points = 0;
    if (is_date(words, n))
        return true;
    for (size_t i = 0; i < n; i++) {
        if (!is_digits(words[i]))
            return false;
        char gap = i ? words[i].data[-1] : ' ';
        points += gap == '.' || gap == ',';
        digits += words[i].len;
    }
    return digits < MIN_NUMBER_DIGITS || (points && points == n - 1 && (n == 2 || digits < 10));
}

/* Is a value a number of a thing (of an article, a book, a telephone) rather than text or a
 * quantity?  Its parts run together, or empty. */
static struct slice code_of(struct slice value, char out[MAX_CODE_BYTES])
{
    struct slice words[MAX_TOKENS], none = {NULL, 0};
    size_t n = value.len <= MAX_CODE_BYTES ? words_of(value, words) : 0;
    struct slice code = n ? run_together(words, n, out) : none;
    if (!is_code(code) || is_quantity(words, n))
        return none;
    bool text = memchr(value.data, ' ', value.len) && digits_of(code) * 2 < code.len;
    return text ? none : code;
}

static void value_key(const struct maker *m, const struct block_keys_named *value)
{
    assert(value->text.len);
    char out[MAX_CODE_BYTES];
    struct slice code = code_of(value->text, out);
    if (code.len)
        word_key(m, code, (struct place){"code", value->relation, value->text});
    else
        make(m, KIND_VALUE, BLOCK_KEY_VALUE, "value", value->relation,
             hash_mix(value->relation, hash_bytes(value->text, 14)), value->text);
}

/* --- identifiers --- */

static uint64_t hash_identifier(uint64_t relation, struct slice text)
{
    return hash_mix(relation, hash_bytes(text, 15));
}

uint64_t block_keys_identifier(struct slice type, uint64_t relation, struct slice text)
{
    return key_of(hash_bytes(type, 10), KIND_IDENTIFIER, BLOCK_KEY_IDENTIFIER,
                  hash_identifier(relation, text));
}

static void identifier_key(const struct maker *m, const struct block_keys_named *x)
{
    make(m, KIND_IDENTIFIER, BLOCK_KEY_IDENTIFIER, "identifier", x->relation,
         hash_identifier(x->relation, x->text), x->text);
}

/* Whom somebody pinned are one neighbour, by whatever relation; and pairs of them, which one that
 * many have cannot kill. */
static void pin_keys(const struct maker *m, const struct block_keys_pin *pins, size_t count)
{
    static const struct slice nothing = {"", 0};
    assert(pins || !count);
    for (size_t i = 0; i < count; i++) {
        uint64_t pin = pins[i].pin;
        make(m, KIND_PIN, BLOCK_KEY_NAME, "pinned neighbour", pins[i].relation, pin, nothing);
        for (size_t k = 0; k < i && i < PAIRED_PINS; k++) {
            bool below = pins[k].pin < pin;
            make(m, KIND_PINS, BLOCK_KEY_PARTS, "two pinned neighbours", 0,
                 hash_mix(below ? pins[k].pin : pin, below ? pin : pins[k].pin), nothing);
        }
    }
}

void block_keys_each(const struct block_keys_input *in, block_keys_visit *visit, void *arg)
{
    assert(in->values || !in->value_count);
    struct maker m = {hash_bytes(in->type, 10), visit, arg};
    label_keys(&m, in->label);
    for (size_t i = 0; i < in->name_count; i++)
        label_keys(&m, in->names[i]);
    neighbour_keys(&m, in->neighbours, in->neighbour_count);
    for (size_t i = 0; i < in->value_count; i++)
        if (in->values[i].text.len)
            value_key(&m, &in->values[i]);
    for (size_t i = 0; i < in->identifier_count; i++)
        identifier_key(&m, &in->identifiers[i]);
    pin_keys(&m, in->pins, in->pin_count);
}

struct collector {
    uint64_t *keys;
    size_t count, room;
};

static void collect(void *arg, uint64_t key, const char *kind, uint64_t relation, struct slice text)
{
    (void)kind, (void)relation, (void)text;
    struct collector *c = arg;
    assert(c->count < c->room); /* (2) */
    c->keys[c->count++] = key;
}

void block_keys_make(const struct block_keys_input *in, struct arena *arena, uint64_t **ret_keys,
                     size_t *ret_count)
{
    struct collector c = {0};
    size_t labels = 1 + in->name_count;
    size_t words = labels * (2 * MAX_TOKENS + MAX_CODES) + in->neighbour_count + in->value_count;
    c.room = 2 * words + 6 * labels + in->neighbour_count + PAIRED_NAMES * PAIRED_NAMES +
             in->identifier_count + in->pin_count + PAIRED_PINS * PAIRED_PINS;
    c.keys = arena_alloc(arena, c.room * sizeof(*c.keys));
    block_keys_each(in, collect, &c);
    qsort(c.keys, c.count, sizeof(*c.keys), compare_hashes);
    size_t kept = 0;
    for (size_t i = 0; i < c.count; i++)
        if (kept == 0 || c.keys[kept - 1] != c.keys[i])
            c.keys[kept++] = c.keys[i];
    *ret_keys = c.keys;
    *ret_count = kept;
    assert(kept <= c.count && c.count <= c.room); /* (2) */
}

bool block_keys_suffice(int points, bool labelled, double cosine, double theta, int shared_keys)
{
    assert(points >= 0 && shared_keys >= 0);
    int over = points - 2 * shared_keys;
    if (over >= 0 || !labelled)
        return over >= 0 || points >= 2;
    return points && cosine >= theta + (over == -1 ? -0.1 : points == 1 ? 0.2 : 0.0);
}
