/*
 * synth_feed.c - what happens to a world after it is there: titles that arrive, a block each
 * with the people and whatever else they bring, and between them people renamed, values changed,
 * titles deleted.
 *
 * Nothing happens twice to one entity, so how it is in the end follows from how it was and
 * its fate.  The fates are all that is kept: a byte an entity.
 *
 *  (1) A block is of one side, and ends with its title.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "synth_internal.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DRAWS 1000 /* until an entity is found that something may happen to */

/* Two for three titles that arrive: 60 to 25 values, 10 names and 5 deletions. */
static const enum synth_fate happens[] = {
    SYNTH_VALUE_CHANGED, SYNTH_RENAMED,       SYNTH_VALUE_CHANGED, SYNTH_VALUE_CHANGED,
    SYNTH_DELETED,       SYNTH_VALUE_CHANGED, SYNTH_RENAMED,       SYNTH_VALUE_CHANGED};
#define HAPPENS (sizeof(happens) / sizeof(*happens))

struct synth_feed {
    unsigned char *fates[2][SYNTH_TYPES_MAX]; /* of entities, a byte each */
    FILE *file[2];
    bool open[2];       /* a block */
    uint64_t rows[2];   /* of the block */
    uint64_t titles[2]; /* that arrived */
    uint64_t others[2]; /* what happened beside */
    uint64_t draws, blocks;
};

struct synth_feed *synth_feed_new(const struct synth *s, FILE *const files[2])
{
    struct synth_feed *f = memory_calloc(1, sizeof(*f));
    for (size_t side = 0; side < 2; side++) {
        f->file[side] = files[side];
        for (size_t type = 0; type < s->kind->type_count; type++)
            f->fates[side][type] = memory_calloc(s->count[type] + 1, 1);
    }
    return f;
}

void synth_feed_free(struct synth_feed *f)
{
    if (!f)
        return;
    for (size_t side = 0; side < 2; side++)
        for (size_t type = 0; type < SYNTH_TYPES_MAX; type++)
            free(f->fates[side][type]);
    free(f);
}

enum synth_fate synth_feed_fate(const struct synth_feed *f, size_t side, size_t type, uint64_t i)
{
    assert(side < 2 && type < SYNTH_TYPES_MAX);
    return f ? (enum synth_fate)f->fates[side][type][i] : SYNTH_STAYS;
}

/* --- blocks --- */

/* A tenth of a second each, more or less. */
static bool begin_block(struct synth *s, struct synth_feed *f)
{
    char time[CLOCK_TEXT_BYTES];
    if (f->open[s->side])
        return true;
    f->open[s->side] = true;
    uint64_t passed = f->blocks * 100 + synth_draw(s, f->blocks, 8, 0) % 100;
    f->blocks++;
    clock_write(time, INT64_C(1767225600000) + (int64_t)passed);
    return fprintf(f->file[s->side], "TX .\nH time \"%s\" .\n", time) > 0;
}

static int end_block(struct synth_feed *f, size_t side)
{
    bool open = f->open[side];
    f->open[side] = false;
    f->rows[side] = 0;
    return open && fputs("TC .\n", f->file[side]) == EOF ? ERR_IO : ERR_OK;
}

int synth_feed_put(struct synth *s, char op, struct slice line)
{
    struct synth_feed *f = s->feed;
    f->rows[s->side]++;
    bool ok =
        begin_block(s, f) && fprintf(f->file[s->side], "%c %.*s", op, (int)line.len, line.data) > 0;
    return ok ? ERR_OK : ERR_IO;
}

/* --- what changes --- */

/* The fact whose values change: the price, where the side tells it; else -1, any number. */
static int value_fact(const struct synth *s)
{
    for (size_t p = SYNTH_LABEL + 1; p < s->kind->fact_count; p++)
        if (strcmp(s->kind->facts[p].name, "price") == 0 && s->make.told[s->side][p] > 0)
            return (int)p;
    return -1;
}

static size_t first_digit(struct slice text)
{
    size_t k = 0;
    while (k < text.len && !isdigit((unsigned char)text.data[k]))
        k++;
    return k;
}

bool synth_feed_alters(const struct synth *s, size_t fact)
{
    if (s->altered)
        return false;
    if (s->fate == SYNTH_RENAMED)
        return fact == SYNTH_LABEL;
    bool named = fact == SYNTH_LABEL || strcmp(s->kind->facts[fact].name, "alias") == 0;
    int of = value_fact(s);
    return s->fate == SYNTH_VALUE_CHANGED && !named && (of < 0 || (size_t)of == fact) &&
           first_digit(buf_slice(&s->text)) < s->text.len;
}

/* Another last word: a surname, mostly. */
static void rename_text(struct synth *s, struct buf *text)
{
    size_t from = text->len;
    while (from && text->data[from - 1] != ' ')
        from--;
    bool capital = from < text->len && isupper((unsigned char)text->data[from]);
    text->len = from;
    synth_words_add(text, 90000000 + synth_of(s, s->type, s->i, 50) % 1000000);
    if (capital && from < text->len)
        text->data[from] = (char)toupper((unsigned char)text->data[from]);
}

/* The first number of it is a little more. */
static void raise_number(struct synth *s, struct buf *text)
{
    char rest[512];
    size_t from = first_digit(buf_slice(text)), to = from;
    unsigned long long n = 0;
    for (; to < text->len && to < from + 15 && isdigit((unsigned char)text->data[to]); to++)
        n = n * 10 + (unsigned)(text->data[to] - '0');
    size_t len = text->len - to < sizeof(rest) ? text->len - to : sizeof(rest);
    memcpy(rest, text->data + to, len);
    text->len = from;
    buf_append_format(text, "%0*llu", (int)(to - from), n + 1 + synth_of(s, s->type, s->i, 51) % 9);
    buf_append(text, rest, len);
}

void synth_feed_alter(struct synth *s)
{
    assert(!s->altered);
    s->altered = true;
    if (s->fate == SYNTH_RENAMED)
        rename_text(s, &s->text);
    else
        raise_number(s, &s->text);
}

/* --- what happens --- */

/* Who is renamed: people, else what has an identity beside titles, else titles. */
static size_t renamed_type(const struct synth *s, size_t side)
{
    size_t found = 0;
    for (size_t type = s->kind->type_count; type-- > 1;) {
        const struct synth_type *t = &s->kind->types[type];
        if (t->linked && synth_form(s, side, type) == SYNTH_ENTITY &&
            (t->person || !found || !s->kind->types[found].person))
            found = type;
    }
    return found;
}

/* One more of what happens beside, to an entity that is there; false: it does not take it. */
static bool happen_to(struct synth *s, size_t side, size_t type, uint64_t i, enum synth_fate fate)
{
    struct synth_feed *f = s->feed;
    unsigned char *now = &f->fates[side][type][i];
    if (*now != SYNTH_STAYS)
        return false;
    s->telling = fate == SYNTH_DELETED ? SYNTH_TELL_GONE : SYNTH_TELL_CHANGED;
    *now = (unsigned char)(s->telling == SYNTH_TELL_GONE ? SYNTH_STAYS : fate); /* as it was */
    s->rc = synth_tell_known(s, side, type, i);
    bool did = f->rows[side] != 0;
    *now = (unsigned char)(did ? fate : SYNTH_STAYS);
    s->telling = SYNTH_TELL_NEW;
    return did;
}

static int happen(struct synth *s, size_t side)
{
    struct synth_feed *f = s->feed;
    enum synth_fate fate = happens[f->others[side]++ % HAPPENS];
    size_t type = fate == SYNTH_RENAMED ? renamed_type(s, side) : 0;
    bool did = false;
    assert(!f->open[side] && s->done[type] > 0);
    for (int k = 0; k < DRAWS && !did && !s->rc; k++)
        did = happen_to(s, side, type, synth_draw(s, f->draws++, 9, side) % s->done[type], fate);
    return err_first(s->rc, end_block(f, side));
}

/* (1) */
static int end_title(struct synth *s, size_t side)
{
    struct synth_feed *f = s->feed;
    int rc = end_block(f, side);
    f->titles[side]++;
    while (!rc && f->others[side] < f->titles[side] * 2 / 3)
        rc = happen(s, side);
    return rc;
}

int synth_feed_arrive(struct synth *s, size_t type, uint64_t i)
{
    struct synth_feed *f = s->feed;
    int rc = ERR_OK;
    for (size_t side = 0; side < 2 && !rc; side++) {
        uint64_t before = f->rows[side];
        rc = synth_tell_known(s, side, type, i);
        if (!rc && type == 0 && f->rows[side] > before)
            rc = end_title(s, side);
    }
    return rc;
}

int synth_feed_end(struct synth_feed *f)
{
    int rc = end_block(f, 0);
    return err_first(rc, end_block(f, 1));
}
