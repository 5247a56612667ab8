#include "alignd/align/block_keys.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/text.h"

#include <stdlib.h>

#define MAX_TOKENS 16     /* words of a label that count */
#define PAIRED_NAMES 5    /* first neighbours whose last names are paired */
#define MIN_PART_BYTES 3  /* a shorter word is no part worth a key */

/* One kind of key each; part of the on-disk format. */
enum kind {
    KIND_WORD = 1,
    KIND_WORDS,
    KIND_ENDS,
    KIND_NAME,
    KIND_PART,
    KIND_PARTS,
    KIND_VALUE,
    KIND_HEAD,
    KIND_WHOLE = 32, /* a label with its additions, where it has any */
};

struct maker {
    uint64_t type;
    block_keys_visit *visit;
    void *arg;
};

static uint64_t key_of(uint64_t type, enum kind kind, enum block_key_class class,
                       uint64_t relation, uint64_t content)
{
    uint64_t key = hash_mix(hash_mix(type, (uint64_t)kind), hash_mix(relation, content));
    return (key & ~UINT64_C(7)) | (uint64_t)class;
}

static void make(const struct maker *m, enum kind kind, enum block_key_class class,
                 const char *what, uint64_t relation, uint64_t content, struct slice text)
{
    m->visit(m->arg, key_of(m->type, kind, class, relation, content), what, relation, text);
}

static size_t words_of(struct slice text, struct slice words[MAX_TOKENS])
{
    size_t n = 0;
    while (n < MAX_TOKENS && text_next_word(&text, &words[n]))
        n++;
    return n;
}

/* What a name is filed under: "Reed" of Carol Reed, C. Reed and Reed, Carol. */
static struct slice last_name(struct slice name, const struct slice *words, size_t n)
{
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
    uint64_t hashes[MAX_TOKENS];
    for (size_t i = 0; i < n; i++)
        hashes[i] = hash_bytes(words[i], 11);
    return n ? hash_all_words(hashes, n) : hash_bytes(label, 11);
}

static void head_key(const struct maker *m, struct slice label, struct slice head,
                     const struct slice *words, size_t n)
{
    if (label.len)
        make(m, KIND_HEAD, BLOCK_KEY_HEAD, "label but for additions", 0,
             hash_label(label, words, n), n ? head : label);
}

uint64_t block_keys_whole(struct slice type, struct slice label)
{
    struct slice words[MAX_TOKENS], head_words[MAX_TOKENS];
    size_t n = words_of(label, words), head_n = words_of(head_of(label), head_words);
    enum kind kind = head_n < n ? KIND_WHOLE : KIND_HEAD;
    return key_of(hash_bytes(type, 10), kind, BLOCK_KEY_HEAD, 0, hash_label(label, words, n));
}

static void end_key(const struct maker *m, struct slice whole, struct slice initial)
{
    uint64_t point = (uint64_t)text_next_point(&initial);
    make(m, KIND_ENDS, BLOCK_KEY_WORDS, "word and initial", 0,
         hash_mix(hash_bytes(whole, 11), point), whole);
}

/* The first word with the last one's initial, and the last with the first one's: C. Reed,
 * Carole Reed and Reed, Carol meet Carol Reed, however many Carols and Reeds there are. */
static void end_keys(const struct maker *m, const struct slice *words, size_t n)
{
    if (n < 2)
        return;
    end_key(m, words[0], words[n - 1]);
    end_key(m, words[n - 1], words[0]);
}

/* Words, neighbouring words in either order, the ends, and the head. */
static void label_keys(const struct maker *m, struct slice label)
{
    struct slice words[MAX_TOKENS], head = head_of(label), head_words[MAX_TOKENS];
    uint64_t hashes[MAX_TOKENS];
    size_t n = words_of(label, words), head_n = words_of(head, head_words);
    for (size_t i = 0; i < n; i++) {
        hashes[i] = hash_bytes(words[i], 11);
        make(m, KIND_WORD, BLOCK_KEY_WORD, "word", 0, hashes[i], words[i]);
    }
    for (size_t i = 0; i + 1 < n; i++) {
        struct slice both = {words[i].data,
                             (size_t)(words[i + 1].data + words[i + 1].len - words[i].data)};
        make(m, KIND_WORDS, BLOCK_KEY_WORDS, "words", 0, hashes[i] + hashes[i + 1], both);
    }
    end_keys(m, words, n);
    if (head_n < n)
        end_keys(m, head_words, head_n);
    head_key(m, label, head, head_words, head_n);
    if (head_n < n)
        make(m, KIND_WHOLE, BLOCK_KEY_HEAD, "label", 0, hash_label(label, words, n), label);
}

/* Neighbours by relation and name, by relation and last name (the spelling of
 * the rest may differ), and pairs of last names (which single common ones
 * cannot kill). */
static void neighbour_keys(const struct maker *m, const struct block_keys_named *named, size_t count)
{
    uint64_t parts[PAIRED_NAMES], relations[PAIRED_NAMES];
    struct slice texts[PAIRED_NAMES], words[MAX_TOKENS];
    size_t paired = 0;
    for (size_t i = 0; i < count; i++) {
        if (!named[i].text.len)
            continue;
        size_t n = words_of(named[i].text, words);
        struct slice part = last_name(named[i].text, words, n);
        make(m, KIND_NAME, BLOCK_KEY_NAME, "neighbour", named[i].relation,
             hash_name(part, words, n), named[i].text);
        if (part.len < MIN_PART_BYTES)
            continue;
        uint64_t hash = hash_bytes(part, 13);
        make(m, KIND_PART, BLOCK_KEY_PART, "part of a neighbour", named[i].relation, hash, part);
        for (size_t k = 0; k < paired && paired < PAIRED_NAMES; k++) {
            if (parts[k] == hash)
                continue;
            uint64_t low = parts[k] < hash ? parts[k] : hash, high = parts[k] < hash ? hash : parts[k];
            make(m, KIND_PARTS, BLOCK_KEY_PART, "two neighbours", relations[k] ^ named[i].relation,
                 hash_mix(low, high), texts[k]);
        }
        if (paired < PAIRED_NAMES) {
            parts[paired] = hash;
            relations[paired] = named[i].relation;
            texts[paired++] = part;
        }
    }
}

void block_keys_each(const struct block_keys_input *in, block_keys_visit *visit, void *arg)
{
    struct maker m = {hash_bytes(in->type, 10), visit, arg};
    label_keys(&m, in->label);
    neighbour_keys(&m, in->neighbours, in->neighbour_count);
    for (size_t i = 0; i < in->value_count; i++)
        if (in->values[i].text.len)
            make(&m, KIND_VALUE, BLOCK_KEY_VALUE, "value", in->values[i].relation,
                 hash_bytes(in->values[i].text, 14), in->values[i].text);
}

struct collector {
    uint64_t *keys;
    size_t count, room;
};

static void collect(void *arg, uint64_t key, const char *kind, uint64_t relation, struct slice text)
{
    (void)kind, (void)relation, (void)text;
    struct collector *c = arg;
    if (c->count < c->room)
        c->keys[c->count++] = key;
}

int block_keys_make(const struct block_keys_input *in, struct arena *arena, uint64_t **ret_keys,
                    size_t *ret_count)
{
    struct collector c = {0};
    c.room = 2 * MAX_TOKENS + 5 + 2 * in->neighbour_count + PAIRED_NAMES * PAIRED_NAMES +
             in->value_count;
    c.keys = arena_alloc(arena, c.room * sizeof(*c.keys));
    if (!c.keys)
        return ERR_NO_MEMORY;
    block_keys_each(in, collect, &c);
    qsort(c.keys, c.count, sizeof(*c.keys), compare_hashes);
    size_t kept = 0;
    for (size_t i = 0; i < c.count; i++)
        if (kept == 0 || c.keys[kept - 1] != c.keys[i])
            c.keys[kept++] = c.keys[i];
    *ret_keys = c.keys;
    *ret_count = kept;
    return ERR_OK;
}

bool block_keys_suffice(int points, bool labelled, double cosine, double theta, int shared_keys)
{
    int over = points - 2 * shared_keys;
    if (over >= 0 || !labelled)
        return over >= 0 || points >= 2;
    return cosine >= (over == -1 ? theta - 0.1 : theta);
}
