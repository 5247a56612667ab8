/*
 * survey.c - triples are counted by predicate as they come; of the subjects in the sample they
 * are kept, as hashes, and looked at together at the end.
 *
 * (1) A subject is in the sample when the upper `halvings` bits of its id are 0: whoever fell out
 * stays out, so all triples of those that are left are there.
 */
#include "alignd/learn/survey.h"

#include "alignd/base/array.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"
#include "alignd/model/text_value.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define EXAMPLE_BYTES 60
#define NAME_WORDS 16
#define NAME_BYTES 140
#define MAX_WORDS 24 /* of a value, into the sketch */

struct survey *survey_new(const char *graph, const struct mapping *mapping, size_t subjects)
{
    struct arena *arena = arena_new();
    struct survey *c = arena_calloc(arena, 1, sizeof(*c));
    *c = (struct survey){
        .graph = graph, .arena = arena, .mapping = mapping, .subject_limit = subjects};
    ARRAY_PUSH_IN(arena, c->types, c->type_count, c->type_room,
                  (struct survey_type){.entities = 0});
    assert(c->type_count == 1); /* of what has none */
    return c;
}

void survey_free(struct survey *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->predicate_count; i++) {
        sketch_fini(&c->predicates[i].values);
        sketch_fini(&c->predicates[i].words);
    }
    for (size_t t = 0; t < c->type_count; t++)
        for (size_t i = 0; i < c->types[t].use_count; i++)
            sketch_fini(&c->types[t].uses[i].distinct);
    id_map_fini(&c->by_predicate);
    id_map_fini(&c->by_type);
    id_map_fini(&c->by_subject);
    free(c->subjects);
    free(c->kept);
    arena_free(c->arena);
}

/* --- tables --- */

static struct id key_of(struct slice text)
{
    struct hash128 h = hash_bytes_128(text, 11);
    return (struct id){h.hi, h.lo};
}

static bool tells_type(const struct survey *c, struct slice iri)
{
    const struct mapping_row *row = mapping_find(c->mapping, slice_of(c->graph), iri);
    return row ? row->kind == MAPPING_IS_TYPE : slice_equal(iri, slice_of(RDF_TYPE));
}

static size_t predicate_of(struct survey *c, struct slice iri)
{
    void **place = id_map_place(&c->by_predicate, key_of(iri));
    if (!*place) {
        struct survey_predicate p = {.iri = arena_copy(c->arena, iri),
                                     .is_type = tells_type(c, iri)};
        ARRAY_PUSH_IN(c->arena, c->predicates, c->predicate_count, c->predicate_room, p);
        *place = (void *)(uintptr_t)c->predicate_count;
    }
    assert((size_t)(uintptr_t)*place <= c->predicate_count);
    return (size_t)(uintptr_t)*place - 1;
}

static size_t type_of(struct survey *c, struct slice iri)
{
    void **place = id_map_place(&c->by_type, key_of(iri));
    if (!*place) {
        struct survey_type t = {.iri = arena_copy(c->arena, iri)};
        ARRAY_PUSH_IN(c->arena, c->types, c->type_count, c->type_room, t);
        *place = (void *)(uintptr_t)c->type_count;
    }
    assert((size_t)(uintptr_t)*place <= c->type_count);
    return (size_t)(uintptr_t)*place - 1;
}

static bool is_in_sample(const struct survey *c, uint64_t id)
{
    return !c->halvings || id >> (64 - c->halvings) == 0; /* (1) */
}

/* Subjects that fall out now, and their triples. */
static void halve(struct survey *c)
{
    size_t n = 0, m = 0;
    uint32_t *moved = memory_calloc(c->subject_count, sizeof(*moved)); /* 1 + the new place */
    c->halvings++;
    id_map_clear(&c->by_subject);
    for (size_t i = 0; i < c->subject_count; i++) {
        uint64_t id = c->subjects[i].id;
        if (!is_in_sample(c, id))
            continue;
        c->subjects[n++] = c->subjects[i];
        moved[i] = (uint32_t)n;
        *id_map_place(&c->by_subject, (struct id){id, id}) = (void *)(uintptr_t)n;
    }
    for (size_t i = 0; i < c->kept_count; i++) {
        struct survey_triple t = c->kept[i];
        if (!moved[t.subject])
            continue;
        t.subject = moved[t.subject] - 1;
        c->kept[m++] = t;
    }
    free(moved);
    assert(n <= c->subject_count && m <= c->kept_count);
    c->subject_count = n;
    c->kept_count = m;
}

/* The place of a subject of the sample. */
static uint32_t subject_of(struct survey *c, uint64_t id)
{
    void **place = id_map_place(&c->by_subject, (struct id){id, id});
    if (!*place) {
        ARRAY_PUSH(c->subjects, c->subject_count, c->subject_room,
                   (struct survey_subject){.id = id});
        *place = (void *)(uintptr_t)c->subject_count;
    }
    assert((size_t)(uintptr_t)*place <= c->subject_count);
    return (uint32_t)((uintptr_t)*place - 1);
}

/* --- values --- */

static bool begins(struct slice text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && memcmp(text.data, with, n) == 0;
}

/* A text by its words in any order, without what stands in parentheses: "Lynch, David" is "David
 * Lynch". */
static uint64_t key_of_text(struct slice normalised)
{
    assert(normalised.data || !normalised.len);
    struct slice rest = normalised, word;
    const char *open = rest.len ? memchr(rest.data, '(', rest.len) : NULL;
    uint64_t sum = 0;
    if (open && open > rest.data)
        rest.len = (size_t)(open - rest.data);
    while (text_next_word(&rest, &word))
        sum += hash_bytes(word, 16);
    return sum ? hash_mix(sum, 17) : hash_bytes(normalised, 14);
}

/* Counts what a literal looks like; what it says as one number, for comparison. */
static uint64_t look_at(struct survey_predicate *p, const struct term *object,
                        struct slice normalised)
{
    assert(object->kind == TERM_LITERAL);
    struct text_value v = text_value_parse(object->text, object->datatype);
    struct text_counts n = text_count(object->text);
    if (v.kind == TEXT_VALUE_DATE) {
        p->shapes.dates++;
        return hash_mix(1, (uint64_t)v.year);
    }
    if (v.kind == TEXT_VALUE_NUMBER) {
        double number = v.number + 0.0; /* no -0 */
        *(v.time ? &p->shapes.durations : &p->shapes.numbers) += 1;
        return hash_bytes((struct slice){(const char *)&number, sizeof(number)}, 13);
    }
    if (begins(object->text, "http://") || begins(object->text, "https://"))
        p->shapes.links++;
    else if (n.digits && n.digits >= n.letters && n.blanks < 3 && object->text.len >= 4)
        p->shapes.codes++;
    else if (n.blanks < NAME_WORDS && object->text.len <= NAME_BYTES)
        p->shapes.names++;
    else
        p->shapes.texts++;
    return key_of_text(normalised);
}

static void add_words(struct survey_predicate *p, struct slice normalised)
{
    struct slice word;
    for (size_t i = 0; i < MAX_WORDS && text_next_word(&normalised, &word); i++)
        if (word.len > 2)
            sketch_add(&p->words, hash_bytes(word, 15));
}

static void keep_example(struct survey *c, struct survey_predicate *p, uint64_t hash,
                         uint64_t subject, struct slice text)
{
    assert(p->example_count <= SURVEY_EXAMPLES);
    size_t worst = 0;
    for (size_t i = 0; i < p->example_count; i++) {
        if (p->examples[i].hash == hash)
            return;
        if (p->examples[i].hash > p->examples[worst].hash)
            worst = i;
    }
    if (p->example_count < SURVEY_EXAMPLES) {
        worst = p->example_count++;
        p->examples[worst].text.data = arena_alloc(c->arena, EXAMPLE_BYTES);
    } else if (hash >= p->examples[worst].hash) {
        return;
    }
    struct survey_example *e = &p->examples[worst];
    text = text_truncate(text, EXAMPLE_BYTES);
    memcpy((char *)(uintptr_t)e->text.data, text.data, text.len);
    e->text.len = text.len;
    e->hash = hash;
    e->subject = subject;
}

/* The value of a literal as compared. */
static uint64_t add_literal(struct survey *c, struct survey_predicate *p, uint64_t subject,
                            const struct term *object)
{
    assert(object->kind == TERM_LITERAL);
    struct buf text = {0};
    text_normalise(&text, text_truncate(object->text, 1024));
    uint64_t value = look_at(p, object, buf_slice(&text));
    p->literals++;
    sketch_add(&p->values, value);
    add_words(p, buf_slice(&text));
    keep_example(c, p, value, subject, object->text);
    buf_fini(&text);
    return value;
}

static void add_one(struct survey *c, const struct change *change)
{
    struct survey_triple t = {0};
    uint64_t subject = id_of_entity(1, &change->subject).lo;
    size_t predicate = predicate_of(c, change->predicate.text);
    assert(predicate < c->predicate_count);
    struct survey_predicate *p = &c->predicates[predicate];
    p->triples++;
    c->triples++;
    if (p->is_type) {
        t.value = type_of(c, change->object.text);
    } else if (change->object.kind == TERM_LITERAL) {
        t.value = add_literal(c, p, subject, &change->object);
    } else {
        t.value = id_of_entity(1, &change->object).lo;
        t.reference = true;
        sketch_add(&p->values, t.value);
        keep_example(c, p, t.value, subject, change->object.text);
    }
    if (!is_in_sample(c, subject))
        return;
    t.predicate = (uint32_t)predicate;
    t.subject = subject_of(c, subject);
    ARRAY_PUSH(c->kept, c->kept_count, c->kept_room, t);
    while (c->subject_count > c->subject_limit)
        halve(c);
}

void survey_add(struct survey *c, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (changes[i].op == CHANGE_INSERT)
            add_one(c, &changes[i]);
}

/* --- the end --- */

static int by_subject(const void *a, const void *b)
{
    const struct survey_triple *x = a, *y = b;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    if (x->predicate != y->predicate)
        return x->predicate < y->predicate ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Sorted by subject, each triple once. */
static void sort_kept(struct survey *c)
{
    size_t n = 0;
    if (c->kept_count)
        qsort(c->kept, c->kept_count, sizeof(*c->kept), by_subject);
    for (size_t i = 0; i < c->kept_count; i++)
        if (n == 0 || by_subject(&c->kept[n - 1], &c->kept[i]) != 0)
            c->kept[n++] = c->kept[i];
    c->kept_count = n;
    for (size_t i = 0; i < n; i++) {
        assert(c->kept[i].subject < c->subject_count);
        struct survey_subject *s = &c->subjects[c->kept[i].subject];
        if (!s->count++)
            s->begin = i;
    }
}

static void find_types(struct survey *c)
{
    for (size_t i = 0; i < c->kept_count; i++) {
        const struct survey_triple *t = &c->kept[i];
        assert(t->subject < c->subject_count && t->predicate < c->predicate_count);
        struct survey_subject *s = &c->subjects[t->subject];
        if (c->predicates[t->predicate].is_type &&
            (!s->type || slice_compare(c->types[t->value].iri, c->types[s->type].iri) < 0))
            s->type = t->value;
    }
    for (size_t i = 0; i < c->subject_count; i++)
        c->types[c->subjects[i].type].entities++;
}

static struct survey_use *use_of(struct survey *c, struct id_map *places, size_t type,
                                 size_t predicate)
{
    assert(type < c->type_count && predicate < c->predicate_count);
    struct survey_type *t = &c->types[type];
    void **place = id_map_place(places, (struct id){hash_mix(type, predicate), predicate});
    if (!*place) {
        ARRAY_PUSH_IN(c->arena, t->uses, t->use_count, t->use_room,
                      (struct survey_use){.predicate = predicate});
        *place = (void *)(uintptr_t)t->use_count;
    }
    return &t->uses[(size_t)(uintptr_t)*place - 1];
}

/* Which type most objects are of: a majority as they come, which is right where there is one. */
static void note_target(struct survey *c, struct survey_use *u, uint64_t object)
{
    assert(u->references < u->values);
    void *place = id_map_get(&c->by_subject, (struct id){object, object});
    if (!place)
        return;
    size_t type = c->subjects[(size_t)(uintptr_t)place - 1].type;
    u->references++;
    if (u->to_count == 0)
        u->to = type;
    if (u->to == type)
        u->to_count++;
    else
        u->to_count--;
}

static int by_entities(const void *a, const void *b)
{
    const struct survey_use *x = a, *y = b;
    if (x->entities != y->entities)
        return x->entities > y->entities ? -1 : 1;
    return (x->predicate > y->predicate) - (x->predicate < y->predicate);
}

void survey_finish(struct survey *c)
{
    assert(c->type_count);
    struct id_map places = {0};
    sort_kept(c);
    find_types(c);
    for (size_t i = 0; i < c->kept_count; i++) {
        const struct survey_triple *t = &c->kept[i];
        if (c->predicates[t->predicate].is_type)
            continue;
        struct survey_use *u = use_of(c, &places, c->subjects[t->subject].type, t->predicate);
        bool first = i == 0 || c->kept[i - 1].subject != t->subject ||
                     c->kept[i - 1].predicate != t->predicate;
        u->entities += first;
        u->values++;
        sketch_add(&u->distinct, t->value);
        if (t->reference)
            note_target(c, u, t->value);
    }
    for (size_t t = 0; t < c->type_count; t++)
        if (c->types[t].use_count)
            qsort(c->types[t].uses, c->types[t].use_count, sizeof(struct survey_use), by_entities);
    id_map_fini(&places);
}

uint64_t survey_scale(const struct survey *c, uint64_t of_sample)
{
    assert(c->halvings < 64);
    return of_sample << c->halvings;
}

/* --- judgements --- */

static double share(uint64_t part, uint64_t of)
{
    return of ? (double)part / (double)of : 0;
}

const char *survey_looks_like(const struct survey *c, const struct survey_type *type,
                              struct survey_use *use)
{
    assert(use->predicate < c->predicate_count && use->entities <= use->values);
    const struct survey_predicate *p = &c->predicates[use->predicate];
    const struct survey_shapes *s = &p->shapes;
    uint64_t n = p->literals, half = n / 2;
    double distinct = sketch_distinct(&use->distinct) / (double)(use->values ? use->values : 1);
    if (p->literals * 2 < p->triples)
        return "reference";
    if (s->links > half)
        return "link";
    if (s->dates > half)
        return "date";
    if (s->durations > half)
        return "duration";
    if (s->codes + s->numbers > half && s->codes * 4 > n && distinct > 0.9 &&
        use->entities * 2 > type->entities)
        return "key";
    if (s->numbers > half)
        return "number";
    if (s->codes > half)
        return "code";
    if (s->texts > half)
        return "text";
    return survey_name_score(c, type, use) >= 0.5 ? "name" : "text";
}

/* Words that people call names by. */
static bool is_called_a_name(struct slice iri)
{
    assert(iri.data || !iri.len);
    static const char *const words[] = {"label", "name",  "title", "headline", "heading",
                                        "titre", "titel", "nom",   "nombre",   "titulo"};
    struct slice local = text_local_name(iri);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t n = strlen(words[i]);
        for (size_t k = 0; k + n <= local.len; k++)
            if (strncasecmp(local.data + k, words[i], n) == 0)
                return true;
    }
    return false;
}

double survey_name_score(const struct survey *c, const struct survey_type *type,
                         struct survey_use *use)
{
    assert(use->predicate < c->predicate_count);
    const struct survey_predicate *p = &c->predicates[use->predicate];
    double named = share(p->shapes.names, p->triples);
    double distinct = sketch_distinct(&use->distinct) / (double)(use->values ? use->values : 1);
    double covers = share(use->entities, type->entities);
    double once = share(use->entities, use->values);
    return named * sqrt(covers) * (0.2 + 0.8 * distinct) * once *
           (is_called_a_name(p->iri) ? 1.6 : 0.9);
}

size_t survey_find_examples(const struct survey *c, size_t type, const struct survey_use *use,
                            struct slice *ret, size_t most)
{
    assert(use->predicate < c->predicate_count && type < c->type_count);
    const struct survey_predicate *p = &c->predicates[use->predicate];
    size_t n = 0;
    for (size_t i = 0; i < p->example_count && n < most; i++) {
        uint64_t id = p->examples[i].subject;
        void *place = id_map_get(&c->by_subject, (struct id){id, id});
        if (place && c->subjects[(size_t)(uintptr_t)place - 1].type == type)
            ret[n++] = p->examples[i].text;
    }
    return n;
}
