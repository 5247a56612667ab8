/*
 * sample_names.c - further names, drawn as neighbours are: a short list, the best so far in it.
 *
 *  (1) A function of the texts alone: names stand by language, the order of what they are
 * normalised, then by that itself, and no two of them, nor the label, are normalised the same.
 * Identifiers too, and then by their key.
 *  (2) A reading stands behind the label or the name it is of, which is there too; of one that is
 *      a name as well the spelling of that stays.
 */
#include "alignd/graph/sample_names.h"

#include "alignd/base/err.h"
#include "alignd/base/identifier.h"
#include "alignd/base/text.h"
#include "alignd/base/text_reading.h"
#include "alignd/graph/predicate.h"

#include <assert.h>

struct name {
    uint32_t place; /* of a label's language */
    uint32_t order;
    struct slice normal, text;
};

struct drawing {
    struct slice label;
    struct arena *arena;
    struct buf normal; /* of the name at hand */
    struct name *names;
    size_t count, most;
};

static int compare(const struct name *a, const struct name *b)
{
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return slice_compare(a->normal, b->normal);
}

/* The same name again, however it is spelt. */
static struct name *find_name(struct name *names, size_t count, struct slice normal)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i].normal, normal))
            return &names[i];
    return NULL;
}

/* No name comes again with a smaller place. */
static void offer(struct drawing *d, struct slice text, uint32_t place)
{
    text = text_truncate(text, SAMPLE_NAME_BYTES);
    buf_clear(&d->normal);
    text_normalise(&d->normal, text);
    struct name x = {.place = place, .normal = buf_slice(&d->normal), .text = text};
    if (!x.normal.len || slice_equal(x.normal, d->label))
        return;
    struct name *same = find_name(d->names, d->count, x.normal);
    if (same && slice_compare(text, same->text) < 0)
        same->text = text;
    if (same)
        return;
    x.order = node_order_of_text(x.normal);
    size_t at = 0;
    while (at < d->count && compare(&d->names[at], &x) < 0)
        at++;
    if (at == d->most)
        return;
    x.normal = arena_copy(d->arena, x.normal);
    memmove(&d->names[at + 1], &d->names[at], (d->count - at) * sizeof(*d->names));
    d->names[at] = x;
    if (d->count < d->most)
        d->count++;
}

static int offer_rows(struct drawing *d, struct sample_rows rows, bool labels)
{
    for (size_t i = 0; i < rows.count && i < SAMPLE_NAME_ROWS; i++) {
        struct term term;
        if (edge_value_decode(rows.edges[i].value, &term))
            return ERR_STORE;
        offer(d, term.text, labels ? rows.edges[i].order >> EDGE_LABEL_PLACE_SHIFT : 0);
    }
    return ERR_OK;
}

/* --- readings --- */

struct kept {
    struct name *names;
    size_t count;
};

static void keep(const struct drawing *d, struct kept *k, struct slice normal, struct slice text)
{
    if (k->count == d->most || slice_equal(normal, d->label) ||
        find_name(k->names, k->count, normal))
        return;
    k->names[k->count++] = (struct name){.normal = normal, .text = text};
}

static void keep_reading(struct drawing *d, struct kept *k, struct slice of)
{
    static_assert((int)TEXT_READING_BYTES <= (int)SAMPLE_NAME_BYTES, "a reading is not cut");
    buf_clear(&d->normal);
    if (!text_reading(&d->normal, of))
        return;
    struct slice reading = arena_copy(d->arena, buf_slice(&d->normal));
    struct name *drawn = find_name(d->names, d->count, reading);
    keep(d, k, reading, drawn ? drawn->text : reading);
}

/* What was drawn, with readings (2). */
static struct kept keep_all(struct drawing *d)
{
    struct kept k = {arena_alloc(d->arena, (d->most + 1) * sizeof(*k.names)), 0};
    keep_reading(d, &k, d->label);
    for (size_t i = 0; i < d->count; i++) {
        keep(d, &k, d->names[i].normal, d->names[i].text);
        keep_reading(d, &k, d->names[i].normal);
    }
    assert(k.count <= d->most);
    return k;
}

int sample_names_draw(struct slice label, size_t most, struct sample_rows labels,
                      struct sample_rows aliases, struct arena *arena, struct sample *sample)
{
    struct drawing d = {.label = label, .arena = arena, .most = most};
    d.names = arena_alloc(arena, (most + 1) * sizeof(*d.names));
    int rc = offer_rows(&d, aliases, false);
    rc = err_first(rc, offer_rows(&d, labels, true));
    assert(d.count <= most);
    struct kept kept = keep_all(&d);
    buf_fini(&d.normal);
    sample->names = arena_alloc(arena, (kept.count + 1) * sizeof(*sample->names));
    sample->name_count = kept.count;
    for (size_t i = 0; i < kept.count; i++)
        sample->names[i] = kept.names[i].text;
    return rc;
}

/* --- identifiers --- */

static int compare_identifiers(const struct sample_identifier *a, const struct sample_identifier *b)
{
    uint32_t x = node_order_of_text(a->text), y = node_order_of_text(b->text);
    if (x != y)
        return x < y ? -1 : 1;
    int c = slice_compare(a->text, b->text);
    return c ? c : (a->relation > b->relation) - (a->relation < b->relation);
}

static void add_identifier(struct sample *s, struct sample_identifier x, struct arena *arena)
{
    size_t at = 0;
    while (at < s->identifier_count && compare_identifiers(&s->identifiers[at], &x) < 0)
        at++;
    if (at == SAMPLE_IDENTIFIERS ||
        (at < s->identifier_count && compare_identifiers(&s->identifiers[at], &x) == 0))
        return;
    x.text = arena_copy(arena, x.text);
    memmove(&s->identifiers[at + 1], &s->identifiers[at],
            (s->identifier_count - at) * sizeof(*s->identifiers));
    s->identifiers[at] = x;
    s->identifier_count += s->identifier_count < SAMPLE_IDENTIFIERS;
}

int sample_names_add_key(uint64_t relation, struct sample_rows rows, struct arena *arena,
                         struct sample *sample)
{
    char text[IDENTIFIER_BYTES];
    assert(relation_is_key(relation));
    if (!sample->identifiers)
        sample->identifiers =
            arena_alloc(arena, (SAMPLE_IDENTIFIERS + 1) * sizeof(*sample->identifiers));
    for (size_t i = 0; i < rows.count && i < SAMPLE_NAME_ROWS; i++) {
        struct term term;
        if (edge_value_decode(rows.edges[i].value, &term))
            return ERR_STORE;
        size_t n = identifier_normalise(term.text, text);
        if (n)
            add_identifier(sample, (struct sample_identifier){relation, {text, n}}, arena);
    }
    return ERR_OK;
}
