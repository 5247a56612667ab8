/*
 * cmd_synth.c - `alignd synth`: two catalogs of one invented world, with the
 * gold links, for benchmarks and to train the default model.
 *
 * The world: works with people, organisations, places, genres.  Everything
 * about entity i of a type is a hash of (seed, type, i), so nothing is kept and
 * any size can be written.  Each catalog knows most entities and most facts, and
 * spells what it knows with mistakes of its own: typing errors, lost words,
 * initials for first names, wrong years, missing labels.  Popular people are
 * hubs, common names are homonyms, series share titles and people.
 *
 * Names are as those of real catalogs (the figures are of movies): the words they use grow
 * as a power of how many there are (Heaps' law; Heaps, "Information Retrieval", 1978), used
 * by Zipf's law with Mandelbrot's shift.  So common words outgrow every block, while namesakes and
 * candidates of an entity stay about as many at any size.
 *
 * The same world as it happened, when asked for: SIDE.changes.rdfp, a block an
 * entity with its time of arrival, what is deleted deleted some entities later.  As all is
 * hash, an entity is simply told again when its deletions are due.
 */
#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/base/args.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum type { WORK, PERSON, COMPANY, PLACE, GENRE, TYPES };

static const char *const type_names[TYPES] = {"work", "person", "company", "place", "genre"};
/* The two catalogs name their vocabulary differently; the mapping brings it together. */
static const char *const sides[2] = {"left", "right"};

enum predicate { P_TYPE, P_LABEL, P_YEAR, P_MINUTES, P_PRICE, P_CODE, P_DIRECTOR, P_ACTOR, P_STUDIO,
                 P_GENRE, P_SET_IN, P_BORN, P_BORN_IN, P_FOUNDED, P_SEAT, P_INSIDE, PREDICATES };

static const char *const predicate_names[PREDICATES] = {
    "type", "label", "year", "minutes", "price", "code", "director", "actor", "studio", "genre",
    "set_in", "born", "born_in", "founded", "seat", "inside"};

/* Words by rank: the r-th is used 1 / (r + shift) as often as they go. */
struct lexicon {
    uint64_t first;     /* number of its first word */
    double words, shift;
};

enum lexicon_name { TITLES, FIRST_NAMES, SURNAMES, FIRMS, PLACE_NAMES, LEXICA };

struct synth {
    const char *out;
    int64_t works, seed;
    double noise, deletions;
    bool quiet, arrivals;
    size_t delay; /* 1 + index into delays: only deletions that take that long are told; 0: all */
    uint64_t arrived; /* entities so far */
    uint64_t count[TYPES], triples[2];
    struct lexicon lexica[LEXICA];
    FILE *file[2], *deleted[2], *changes[2], *links[TYPES];
    bool in_block;
    struct buf line, text;
};

/* --- chance, by hash --- */

static uint64_t draw(const struct synth *s, uint64_t a, uint64_t b, uint64_t c)
{
    return hash_mix(hash_mix(hash_mix((uint64_t)s->seed, a), b), c);
}

static double share(uint64_t h)
{
    return (double)(hash_mix(h, 3) >> 11) * 0x1p-53;
}

static uint64_t key(enum type type, uint64_t i)
{
    return (uint64_t)type << 48 | i;
}

/* --- the world --- */

static void add_word(struct buf *out, uint64_t number)
{
    static const char *const begins[] = {"b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l",
                                         "m", "n", "p", "r", "s", "st", "t", "v", "w", "th", "", "s"};
    static const char *const middles[] = {"a", "e", "i", "o", "u", "ai", "ee", "ou", "ea", "o"};
    static const char *const ends[] = {"", "n", "r", "l", "s", "t", "nd", "m", "rk", "ck", "", ""};
    uint64_t h = hash_mix(number, 17);
    size_t syllables = 1u + (number > 60) + (h >> 60 > 9);
    for (size_t i = 0; i < syllables; i++) {
        h = hash_mix(h, i);
        buf_append_text(out, begins[h % 24]);
        buf_append_text(out, middles[(h >> 8) % 10]);
        buf_append_text(out, ends[(h >> 16) % 12]);
    }
}

/* A number below n, small ones more often: the first in sqrt(n) of n draws. */
static uint64_t common(uint64_t h, uint64_t n)
{
    double u = share(h);
    uint64_t x = (uint64_t)((double)n * u * u);
    return x < n ? x : n - 1;
}

/* How many words n names have, and how steep their use is. */
static struct lexicon lexicon_of(uint64_t first, double factor, uint64_t n, double power, double shift)
{
    double words = floor(factor * pow((double)n, power)) + 20;
    return (struct lexicon){first, words, shift < 1 ? words * shift : shift};
}

/* A word as they are used: 1 / (rank + shift) integrated, and inverted. */
static void add_used(struct buf *out, const struct lexicon *l, uint64_t h)
{
    double rank = l->shift * (pow(1 + l->words / l->shift, share(h)) - 1);
    add_word(out, l->first + (uint64_t)(rank < l->words ? rank : l->words - 1));
}

/* Any of the words: what makes a name its own. */
static void add_any(struct buf *out, const struct lexicon *l, uint64_t h)
{
    add_word(out, l->first + (uint64_t)(l->words * share(h)));
}

static void make_lexica(struct synth *s)
{
    const uint64_t *n = s->count;
    s->lexica[TITLES] = lexicon_of(30000000, 16, n[WORK], 0.7, 10);
    /* together as steep as there are persons: the share of homonyms stays */
    s->lexica[FIRST_NAMES] = lexicon_of(10000000, 50, n[PERSON], 0.35, 1 / 150.0);
    s->lexica[SURNAMES] = lexicon_of(20000000, 14, n[PERSON], 0.65, 1 / 150.0);
    s->lexica[FIRMS] = lexicon_of(60000000, 10, n[COMPANY], 0.75, 10);
    s->lexica[PLACE_NAMES] = lexicon_of(70000000, 30, n[PLACE], 0.7, 10);
}

/* The first of the series a work belongs to; most are alone. */
static uint64_t original(const struct synth *s, enum type type, uint64_t i)
{
    uint64_t h = draw(s, key(type, i), 4, 0);
    return type == WORK && i > 40 && h % 5 == 0 ? i - 1 - h / 8 % 40 : i;
}

static void add_name(struct synth *s, enum type type, uint64_t i)
{
    struct buf *out = &s->text;
    uint64_t h = draw(s, key(type, i), 1, 0);
    if (type == PERSON) {
        add_used(out, &s->lexica[FIRST_NAMES], h);
        buf_append_char(out, ' ');
        if (h % 7 == 0) {
            add_used(out, &s->lexica[FIRST_NAMES], hash_mix(h, 1));
            buf_append_char(out, ' ');
        }
        add_used(out, &s->lexica[SURNAMES], hash_mix(h, 2));
        return;
    }
    if (type == GENRE) {
        add_word(out, 5000000 + i);
        return;
    }
    uint64_t own = h, first = original(s, type, i);
    if (first != i)
        h = draw(s, key(type, first), 1, 0);
    const struct lexicon *l = &s->lexica[type == WORK ? TITLES : type == COMPANY ? FIRMS : PLACE_NAMES];
    size_t words = type == WORK ? 1 + (h >> 32) % 4 : 1 + (h >> 32) % 2;
    for (size_t k = 0; k < words; k++) {
        if (k)
            buf_append_char(out, ' ');
        /* a sequel may change its last word */
        uint64_t of = own != h && own / 8 % 4 == 0 && k + 1 == words ? own : h;
        if (k == h / 8 % words)
            add_any(out, l, hash_mix(of, 10 + k));
        else
            add_used(out, l, hash_mix(of, 10 + k));
    }
    static const char *const kinds[] = {" Pictures", " Films", " Group", " & Co", " Studio", ""};
    if (type == COMPANY)
        buf_append_text(out, kinds[h % 6]);
    if (own != h && own / 8 % 4 > 1)
        buf_append_format(out, " %d", (int)(2 + own / 64 % 3));
}

/* --- what a catalog makes of it --- */

static bool knows(const struct synth *s, size_t side, enum type type, uint64_t i)
{
    return type == GENRE || share(draw(s, key(type, i), 100 + side, 0)) < 0.8;
}

/* How careless a catalog is about an entity: most are clean, some are a mess. */
static double carelessness(const struct synth *s, size_t side, enum type type, uint64_t i)
{
    double x = share(draw(s, key(type, i), 200 + side, 0));
    return s->noise * (side ? 1.0 : 0.4) * x * x * 2;
}

static void lose_word(char *text, size_t *len, uint64_t h)
{
    size_t words = 1, at = 0, k = 0;
    for (size_t i = 0; i < *len; i++)
        words += text[i] == ' ';
    if (words < 2)
        return;
    for (size_t which = h % words; k < which; at++)
        k += text[at] == ' ';
    size_t end = at;
    while (end < *len && text[end] != ' ')
        end++;
    if (end < *len)
        end++;
    memmove(text + at, text + end, *len - end);
    *len -= end - at;
    while (*len && text[*len - 1] == ' ')
        (*len)--;
}

/* First names to initials, or the last name first. */
static void recast_person(struct buf *out, uint64_t h)
{
    const char *space = memchr(out->data, ' ', out->len);
    char copy[200];
    size_t n = out->len;
    if (!space || n >= sizeof(copy))
        return;
    memcpy(copy, out->data, n);
    size_t first = (size_t)(space - out->data), last = n;
    while (last > 0 && copy[last - 1] != ' ')
        last--;
    buf_clear(out);
    if (h % 3) {
        buf_append_format(out, "%c. %.*s", copy[0], (int)(n - last), copy + last);
    } else {
        buf_append_format(out, "%.*s, %.*s", (int)(n - last), copy + last, (int)first, copy);
    }
}

static void misspell(struct buf *out, uint64_t h)
{
    if (out->len < 4)
        return;
    size_t at = 1 + h % (out->len - 2);
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

/* The label as this catalog spells it, in s->text; false: it has none. */
static bool spell(struct synth *s, size_t side, enum type type, uint64_t i)
{
    static const char *const extras[] = {" (Remastered)", " [Deluxe]", ": The Story", " - Special Edition",
                                         " (Restored)"};
    double careless = carelessness(s, side, type, i);
    uint64_t h = draw(s, key(type, i), 300 + side, 0);
    buf_clear(&s->text);
    if (type == WORK && share(hash_mix(h, 1)) < careless * 0.5)
        return false;
    add_name(s, type, i);
    if (type == PERSON && share(hash_mix(h, 2)) < careless)
        recast_person(&s->text, hash_mix(h, 3));
    if (type != PERSON && share(hash_mix(h, 4)) < careless * 0.7)
        lose_word(s->text.data, &s->text.len, hash_mix(h, 5));
    for (uint64_t k = 0; k < 3; k++)
        if (share(hash_mix(h, 6 + k)) < careless * 0.6)
            misspell(&s->text, hash_mix(h, 20 + k));
    if (type == WORK && share(hash_mix(h, 9)) < careless * 0.3)
        buf_append_text(&s->text, extras[hash_mix(h, 11) % 5]);
    for (size_t k = 0; k < s->text.len; k++) /* capitals, but for the sloppy */
        if ((k == 0 || s->text.data[k - 1] == ' ') && s->text.data[k] >= 'a' && s->text.data[k] <= 'z' &&
            share(hash_mix(h, 12)) > careless * 0.3)
            s->text.data[k] = (char)(s->text.data[k] - 32);
    return s->text.len != 0;
}

/* --- triples --- */

static void add_iri(struct synth *s, size_t side, enum type type, uint64_t i)
{
    uint64_t opaque = draw(s, key(type, i), 400 + side, 0) % 1000000000000u;
    buf_append_format(&s->line, "<http://example.org/%s/%s/%llu>", sides[side], type_names[type],
                      (unsigned long long)opaque);
}

static void begin(struct synth *s, size_t side, enum type type, uint64_t i, enum predicate p)
{
    buf_clear(&s->line);
    add_iri(s, side, type, i);
    if (p == P_TYPE)
        buf_append_text(&s->line, " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ");
    else
        buf_append_format(&s->line, " <http://example.org/%s/vocab/%s> ", sides[side],
                          predicate_names[p]);
}

/* After how many entities of the type what is deleted is deleted. */
static const uint64_t delays[] = {3, 50, 1000, 20000};
#define DELAYS (sizeof(delays) / sizeof(*delays))

/* One entity more a tenth of a second, more or less. */
static bool begin_block(struct synth *s, size_t side)
{
    char time[CLOCK_TEXT_BYTES];
    if (s->in_block)
        return true;
    s->in_block = true;
    clock_write(time, INT64_C(1767225600000) + (int64_t)(s->arrived * 100 + draw(s, s->arrived, 8, 0) % 100));
    return fprintf(s->changes[side], "TX .\nH time \"%s\" .\n", time) > 0;
}

static int end_block(struct synth *s, size_t side)
{
    bool open = s->in_block;
    s->in_block = false;
    return open && fputs("TC .\n", s->changes[side]) == EOF ? ERR_IO : ERR_OK;
}

static int tell_change(struct synth *s, size_t side, char op)
{
    bool ok = begin_block(s, side) &&
              fprintf(s->changes[side], "%c %.*s", op, (int)s->line.len, s->line.data) > 0;
    return ok ? ERR_OK : ERR_IO;
}

/* Some triples are taken back later: they stand in the file of deletions as well. */
static int end(struct synth *s, size_t side)
{
    buf_append_text(&s->line, " .\n");
    if (buf_failed(&s->line) || buf_failed(&s->text))
        return ERR_NO_MEMORY;
    if (s->delay) {
        bool due = share(hash_bytes(buf_slice(&s->line), 9)) < s->deletions &&
                   hash_bytes(buf_slice(&s->line), 10) % DELAYS == s->delay - 1;
        return due ? tell_change(s, side, 'D') : ERR_OK;
    }
    if (s->changes[side] && tell_change(s, side, 'A'))
        return ERR_IO;
    s->triples[side]++;
    bool ok = fwrite(s->line.data, 1, s->line.len, s->file[side]) == s->line.len;
    if (share(hash_bytes(buf_slice(&s->line), 9)) < s->deletions)
        ok = ok && fprintf(s->deleted[side], "D %.*s", (int)s->line.len, s->line.data) > 0;
    return ok ? ERR_OK : ERR_IO;
}

static int literal(struct synth *s, size_t side, enum type type, uint64_t i, enum predicate p)
{
    begin(s, side, type, i, p);
    buf_append_char(&s->line, '"');
    buf_append_slice(&s->line, buf_slice(&s->text));
    buf_append_char(&s->line, '"');
    return end(s, side);
}

/* A fact both may know, with a chance of error. */
static int number(struct synth *s, size_t side, enum type type, uint64_t i, enum predicate p, double value,
                  double slip, int decimals)
{
    double careless = carelessness(s, side, type, i);
    uint64_t h = draw(s, key(type, i), 500 + side, p);
    if (share(h) < 0.1 + careless * 0.5)
        return ERR_OK;
    if (share(hash_mix(h, 1)) < 0.05 + careless * 0.4)
        value += slip * (share(hash_mix(h, 2)) < 0.5 ? -1 : 1) * (1 + floor(share(hash_mix(h, 3)) * 2));
    buf_clear(&s->text);
    buf_append_format(&s->text, "%.*f", decimals, value);
    return literal(s, side, type, i, p);
}

static int edge(struct synth *s, size_t side, enum type type, uint64_t i, enum predicate p, enum type to,
                uint64_t target, uint64_t place)
{
    double careless = carelessness(s, side, type, i);
    if (!knows(s, side, to, target) || share(draw(s, key(type, i), 600 + side, p * 100 + place)) < 0.15 + careless * 0.4)
        return ERR_OK;
    begin(s, side, type, i, p);
    add_iri(s, side, to, target);
    return end(s, side);
}

/* How many of a type have arrived when entity i of another one does: it knows of no others. */
static uint64_t arrived(const struct synth *s, enum type of, enum type type, uint64_t i)
{
    uint64_t n = (uint64_t)((double)i * (double)s->count[of] / (double)s->count[type]) + 1;
    return n < s->count[of] ? n : s->count[of];
}

static int describe(struct synth *s, size_t side, enum type type, uint64_t i)
{
    uint64_t h = draw(s, key(type, i), 2, 0);
    int rc = spell(s, side, type, i) ? literal(s, side, type, i, P_LABEL) : ERR_OK;
    begin(s, side, type, i, P_TYPE);
    buf_append_format(&s->line, "<http://example.org/%s/vocab/%s>", sides[side], type_names[type]);
    rc = rc ? rc : end(s, side);
    double ago = share(hash_mix(h, 1)), year = 2022 - floor(ago * ago * 98);
    uint64_t persons = arrived(s, PERSON, type, i), places = arrived(s, PLACE, type, i);
    if (type == WORK) {
        /* who makes a series: mostly the same people */
        uint64_t first = h % 4 ? original(s, type, i) : i, team = draw(s, key(type, first), 2, 0);
        uint64_t cast = arrived(s, PERSON, type, first);
        rc = rc ? rc : number(s, side, type, i, P_YEAR, year, 1, 0);
        rc = rc ? rc : number(s, side, type, i, P_MINUTES, 3 + floor((share(hash_mix(h, 2)) + share(hash_mix(h, 13))) * 88), 3, 0);
        if (h % 2)
            rc = rc ? rc : number(s, side, type, i, P_PRICE, 0.99 + floor(share(hash_mix(h, 3)) * 60), 1, 2);
        rc = rc ? rc : edge(s, side, type, i, P_DIRECTOR, PERSON, common(hash_mix(team, 4), cast), 0);
        rc = rc ? rc : edge(s, side, type, i, P_STUDIO, COMPANY, common(hash_mix(team, 5), arrived(s, COMPANY, type, first)), 0);
        for (uint64_t k = 0; k < 1 + h / 8 % 8 && !rc; k++)
            rc = edge(s, side, type, i, P_ACTOR, PERSON, common(hash_mix(k % 2 ? h : team, 100 + k), k % 2 ? persons : cast), k);
        for (uint64_t k = 0; k < 1 + h / 64 % 3 && !rc; k++)
            rc = edge(s, side, type, i, P_GENRE, GENRE, common(hash_mix(team, 200 + k), s->count[GENRE]), k);
        if (h / 512 % 3 == 0)
            rc = rc ? rc : edge(s, side, type, i, P_SET_IN, PLACE, common(hash_mix(h, 6), places), 0);
    } else if (type == PERSON && h % 2) {
        buf_clear(&s->text);
        buf_append_format(&s->text, "%.0f-%02d-%02d", year - 30, (int)(1 + h / 4 % 12), (int)(1 + h / 64 % 28));
        if (share(draw(s, key(type, i), 700 + side, 0)) < 0.6)
            rc = rc ? rc : literal(s, side, type, i, P_BORN);
        rc = rc ? rc : edge(s, side, type, i, P_BORN_IN, PLACE, common(hash_mix(h, 7), places), 0);
    } else if (type == COMPANY) {
        rc = rc ? rc : number(s, side, type, i, P_FOUNDED, year - 20, 1, 0);
        rc = rc ? rc : edge(s, side, type, i, P_SEAT, PLACE, common(hash_mix(h, 8), places), 0);
    } else if (type == PLACE && i) {
        rc = rc ? rc : edge(s, side, type, i, P_INSIDE, PLACE, common(hash_mix(h, 9), i), 0);
    }
    return rc;
}

static int write_entity(struct synth *s, enum type type, uint64_t i)
{
    bool both = true;
    int rc = ERR_OK;
    for (size_t side = 0; side < 2 && !rc; side++) {
        bool known = knows(s, side, type, i);
        both = both && known;
        if (known)
            rc = describe(s, side, type, i);
        rc = rc ? rc : end_block(s, side);
    }
    s->arrived++;
    if (rc || !both || type == GENRE)
        return rc;
    buf_clear(&s->line);
    for (size_t side = 0; side < 2; side++) {
        add_iri(s, side, type, i);
        buf_append_char(&s->line, side ? '\n' : '\t');
    }
    if (buf_failed(&s->line))
        return ERR_NO_MEMORY;
    for (size_t k = 0; k < s->line.len; k++) /* links name IRIs bare */
        if (s->line.data[k] != '<' && s->line.data[k] != '>' && fputc(s->line.data[k], s->links[type]) == EOF)
            return ERR_IO;
    return ERR_OK;
}

/* The deletions of an entity that take so long. */
static int tell_deletions(struct synth *s, enum type type, uint64_t i, size_t delay)
{
    int rc = ERR_OK;
    s->delay = 1 + delay;
    for (size_t side = 0; side < 2 && !rc; side++) {
        if (knows(s, side, type, i))
            rc = describe(s, side, type, i);
        rc = rc ? rc : end_block(s, side);
    }
    s->delay = 0;
    return rc;
}

/* An entity arrives, and the time of some others is over. */
static int write_arrival(struct synth *s, enum type type, uint64_t i)
{
    int rc = write_entity(s, type, i);
    for (size_t d = 0; d < DELAYS && s->arrivals && !rc; d++)
        if (i >= delays[d])
            rc = tell_deletions(s, type, i - delays[d], d);
    return rc;
}

/* What was to be deleted after the last arrival. */
static int write_last_deletions(struct synth *s)
{
    int rc = ERR_OK;
    for (int type = 0; type < TYPES; type++)
        for (size_t d = 0; d < DELAYS; d++) {
            uint64_t n = s->count[type];
            for (uint64_t i = n > delays[d] ? n - delays[d] : 0; i < n && !rc; i++)
                rc = tell_deletions(s, (enum type)type, i, d);
        }
    return rc;
}

/* Works and what they are about in turns, as a catalog grows. */
static int write_world(struct synth *s)
{
    struct progress progress;
    uint64_t done[TYPES] = {0};
    int rc = ERR_OK;
    progress_begin(&progress, "synth", "triples");
    for (uint64_t i = 0; i < s->count[WORK] && !rc; i++) {
        for (int type = TYPES - 1; type >= 0 && !rc; type--)
            while (done[type] * s->count[WORK] <= i * s->count[type] && done[type] < s->count[type] && !rc)
                rc = write_arrival(s, (enum type)type, done[type]++);
        if (i % 256 == 0)
            progress_update(&progress, (double)i / (double)s->count[WORK], s->triples[0] + s->triples[1], NULL);
    }
    for (int type = 0; type < TYPES && !rc; type++)
        while (done[type] < s->count[type] && !rc)
            rc = write_arrival(s, (enum type)type, done[type]++);
    if (s->arrivals)
        rc = rc ? rc : write_last_deletions(s);
    progress_end(&progress);
    return rc;
}

static FILE *make(const struct synth *s, const char *name, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s%s", s->out, name, ending);
    FILE *file = fopen(path, "we");
    if (!file)
        log_error("cannot write '%s': %s", path, strerror(errno));
    return file;
}

static int write_mapping(const struct synth *s)
{
    FILE *file = make(s, "mapping", ".tsv");
    if (!file)
        return ERR_IO;
    for (size_t side = 0; side < 2; side++) {
        for (int p = P_LABEL; p < PREDICATES; p++)
            fprintf(file, "%s\thttp://example.org/%s/vocab/%s\t%s\n", sides[side], sides[side],
                    predicate_names[p], predicate_names[p]);
        for (int type = 0; type < TYPES; type++)
            fprintf(file, "%s\thttp://example.org/%s/vocab/%s\ttype:%s\n", sides[side], sides[side],
                    type_names[type], type_names[type]);
    }
    return fclose(file) ? ERR_IO : ERR_OK;
}

static int run(struct synth *s)
{
    uint64_t n = (uint64_t)s->works;
    s->count[WORK] = n;
    s->count[PERSON] = n + n / 2 + 1;
    s->count[COMPANY] = n / 20 + 1;
    s->count[PLACE] = n / 10 + 1;
    s->count[GENRE] = 25;
    make_lexica(s);
    if (mkdir(s->out, 0777) && errno != EEXIST) {
        log_error("cannot make the folder '%s': %s", s->out, strerror(errno));
        return ERR_IO;
    }
    int rc = write_mapping(s);
    for (size_t side = 0; side < 2 && !rc; side++) {
        s->file[side] = make(s, sides[side], ".nt");
        s->deleted[side] = make(s, sides[side], ".deletions.rdfp");
        if (s->arrivals)
            s->changes[side] = make(s, sides[side], ".changes.rdfp");
        bool all = s->file[side] && s->deleted[side] && (s->changes[side] || !s->arrivals);
        rc = all ? ERR_OK : ERR_IO;
    }
    for (size_t type = 0; type < GENRE && !rc; type++) {
        char name[40];
        snprintf(name, sizeof(name), "links.%s", type_names[type]);
        rc = (s->links[type] = make(s, name, ".tsv")) ? ERR_OK : ERR_IO;
    }
    rc = rc ? rc : write_world(s);
    FILE *all[] = {s->file[0], s->file[1], s->deleted[0], s->deleted[1], s->changes[0],
                   s->changes[1], s->links[WORK], s->links[PERSON], s->links[COMPANY], s->links[PLACE]};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (all[i] && fclose(all[i]) && !rc)
            rc = ERR_IO;
    if (rc == ERR_IO)
        log_error("cannot write to '%s': %s", s->out, strerror(errno));
    return rc;
}

int cmd_synth(int argc, char **argv)
{
    struct synth s = {.works = 10000, .seed = 1, .noise = 0.5};
    const struct arg table[] = {
        {.name = "out", .letter = 'o', .type = ARG_TEXT, .to = &s.out, .value = "DIR", .help = "folder for left.nt, right.nt, mapping.tsv, links.TYPE.tsv and the deletions"},
        {.name = "works", .letter = 'w', .type = ARG_INT, .to = &s.works, .value = "N", .min = 1, .max = 1e9, .help = "works in the world; each brings about 22 triples to the two catalogs together"},
        {.name = "seed", .type = ARG_INT, .to = &s.seed, .value = "N", .min = 0, .max = 9e15, .help = "another seed, another world"},
        {.name = "noise", .letter = 'n', .type = ARG_DOUBLE, .to = &s.noise, .value = "X", .min = 0, .max = 1, .help = "how careless the catalogs are"},
        {.name = "deletions", .letter = 'd', .type = ARG_DOUBLE, .to = &s.deletions, .value = "X", .min = 0, .max = 1, .help = "share of the triples to be deleted, as RDF Patch files beside"},
        {.name = "arrivals", .type = ARG_FLAG, .to = &s.arrivals, .help = "the same as it happened too: left.changes.rdfp, right.changes.rdfp, a block an entity with its time, deletions among them"},
        {.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &s.quiet, .help = "no progress"},
    };
    const struct args args = {"alignd synth --out DIR [OPTION]...",
                              "Invents two catalogs of one world and the links between them.", table,
                              sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return rc == ARGS_HELP ? 0 : err_exit_status(rc);
    if (count || !s.out) {
        log_error("synth: %s", count ? "unexpected argument" : "--out DIR is missing");
        return err_exit_status(ERR_USAGE);
    }
    progress_set_enabled(!s.quiet);
    rc = run(&s);
    if (!rc)
        printf("%s: %llu and %llu triples\n", s.out, (unsigned long long)s.triples[0],
               (unsigned long long)s.triples[1]);
    buf_fini(&s.line);
    buf_fini(&s.text);
    return err_exit_status(rc);
}
