/*
 * propose.c - names first, then types by the names of their entities, then predicates by the
 * entities that have one name in both.  Everything is one-to-one and the surest first.
 */
#include "alignd/learn/propose.h"

#include "alignd/base/array.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"
#include "alignd/learn/vocabulary.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define NONE SIZE_MAX
#define MAX_TYPES 200       /* of a catalog, the most frequent */
#define MAX_PREDICATES 1200 /* of a catalog that are compared */
#define MAX_PAIRS 4000      /* entities of one name, a pair of types */
#define MAX_RUN 32          /* values of an entity's predicate that are compared */
#define NAME_SCORE 0.15
#define TYPE_SCORE 0.3
#define RELATION_SCORE 0.4

struct side {
    struct survey *c;
    size_t *name_of; /* of a type: the predicate that names its entities, or NONE */
    size_t *partner; /* of a type: the other side's, or NONE */
    bool *is_label;  /* of a predicate */
    bool *is_alias;
    size_t *domain;         /* of a predicate: the type that has it most */
    size_t *range;          /* of a predicate: the type it refers to, or NONE */
    uint64_t *label;        /* of a subject; 0: none */
    struct sketch *labels;  /* of a type */
    struct sketch *targets; /* of a predicate: names of what it refers to, or its values */
};

/* Of a predicate of either side: of entities of one name so many have both and agree; and so many
 * of entities that have another's name. */
struct cell {
    uint32_t both, agree, chance_both, chance_agree;
};

struct candidate {
    size_t a, b;
    double score;
};

struct proposer {
    struct side side[2];
    struct arena *arena;
    struct cell *cells;
    size_t width; /* predicates of the second side that are compared */
    size_t pairs; /* entities that were compared */
    struct {
        struct slice *all;
        size_t count, room;
    } used[2]; /* shared names: of relations, of types */
    struct buf *out;
};

/* --- names --- */

static void find_names(struct side *s)
{
    assert(s->c->subjects || !s->c->subject_count);
    struct survey *c = s->c;
    for (size_t t = 0; t < c->type_count; t++) {
        double best = NAME_SCORE;
        s->name_of[t] = NONE;
        s->partner[t] = NONE;
        for (size_t i = 0; i < c->types[t].use_count; i++) {
            double score = survey_name_score(c, &c->types[t], &c->types[t].uses[i]);
            if (score <= best)
                continue;
            best = score;
            s->name_of[t] = c->types[t].uses[i].predicate;
        }
        if (s->name_of[t] != NONE)
            s->is_label[s->name_of[t]] = true;
    }
    for (size_t i = 0; i < c->subject_count; i++) {
        const struct survey_subject *x = &c->subjects[i];
        assert(x->type < c->type_count && x->begin + x->count <= c->kept_count);
        for (size_t k = x->begin; k < x->begin + x->count && !s->label[i]; k++)
            if (c->kept[k].predicate == s->name_of[x->type])
                s->label[i] = c->kept[k].value;
        if (s->label[i])
            sketch_add(&s->labels[x->type], s->label[i]);
    }
}

static bool says(const char *bare, size_t n, const char *word)
{
    size_t len = strlen(word);
    if (len < 5) /* aka is in nagasaka, too */
        return n == len && memcmp(bare, word, n) == 0;
    return memmem(bare, n, word, len) != NULL;
}

/* Further names, as they are called where somebody has said so: literals that read like names, of
 * entities that have another one. */
static bool is_called_an_alias(struct slice iri)
{
    static const char *const words[] = {"alias",      "aka",           "akas",         "altlabel",
                                        "alternate",  "alternative",   "alsoknownas",  "othername",
                                        "othertitle", "originaltitle", "originalname", "synonym",
                                        "pseudonym"};
    struct slice local = text_local_name(iri);
    char bare[64];
    size_t n = 0;
    for (size_t i = 0; i < local.len && n < sizeof(bare); i++)
        if (isalpha((unsigned char)local.data[i]))
            bare[n++] = (char)tolower((unsigned char)local.data[i]);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (says(bare, n, words[i]))
            return true;
    return false;
}

static void find_aliases(struct side *s)
{
    struct survey *c = s->c;
    for (size_t t = 0; t < c->type_count; t++)
        for (size_t i = 0; i < c->types[t].use_count && s->name_of[t] != NONE; i++) {
            size_t predicate = c->types[t].uses[i].predicate;
            const struct survey_predicate *p = &c->predicates[predicate];
            if (!s->is_label[predicate] && p->shapes.names * 2 > p->triples &&
                is_called_an_alias(p->iri))
                s->is_alias[predicate] = true;
        }
}

/* The value of a triple as compared; 0: nothing is known of it. */
static uint64_t value_of(const struct side *s, const struct survey_triple *t)
{
    if (!t->reference)
        return t->value;
    void *place = id_map_get(&s->c->by_subject, (struct id){t->value, t->value});
    assert(!place || (size_t)(uintptr_t)place <= s->c->subject_count);
    return place ? s->label[(size_t)(uintptr_t)place - 1] : 0;
}

/* Whose a predicate is, and what it refers to. */
static void find_domains(struct side *s)
{
    struct survey *c = s->c;
    uint64_t *most = memory_calloc(c->predicate_count + 1, sizeof(*most));
    for (size_t i = 0; i < c->predicate_count; i++)
        s->range[i] = NONE;
    for (size_t t = 0; t < c->type_count; t++)
        for (size_t i = 0; i < c->types[t].use_count; i++) {
            const struct survey_use *u = &c->types[t].uses[i];
            assert(u->predicate < c->predicate_count);
            if (u->entities <= most[u->predicate])
                continue;
            most[u->predicate] = u->entities;
            s->domain[u->predicate] = t;
            s->range[u->predicate] = u->references * 2 > u->values ? u->to : NONE;
        }
    for (size_t i = 0; i < c->kept_count; i++) {
        uint64_t value = value_of(s, &c->kept[i]);
        if (value)
            sketch_add(&s->targets[c->kept[i].predicate], value);
    }
    free(most);
}

static void open_side(struct proposer *p, struct side *s, struct survey *c)
{
    assert(!s->c && c);
    s->c = c;
    s->name_of = arena_calloc(p->arena, c->type_count, sizeof(*s->name_of));
    s->partner = arena_calloc(p->arena, c->type_count, sizeof(*s->partner));
    s->labels = arena_calloc(p->arena, c->type_count, sizeof(*s->labels));
    s->is_label = arena_calloc(p->arena, c->predicate_count + 1, sizeof(*s->is_label));
    s->is_alias = arena_calloc(p->arena, c->predicate_count + 1, sizeof(*s->is_alias));
    s->domain = arena_calloc(p->arena, c->predicate_count + 1, sizeof(*s->domain));
    s->range = arena_calloc(p->arena, c->predicate_count + 1, sizeof(*s->range));
    s->targets = arena_calloc(p->arena, c->predicate_count + 1, sizeof(*s->targets));
    s->label = arena_calloc(p->arena, c->subject_count + 1, sizeof(*s->label));
    find_names(s);
    find_aliases(s);
    find_domains(s);
}

static void close_side(struct side *s)
{
    for (size_t i = 0; i < s->c->type_count; i++)
        sketch_fini(&s->labels[i]);
    for (size_t i = 0; i < s->c->predicate_count; i++)
        sketch_fini(&s->targets[i]);
}

/* --- types --- */

static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static double score_types(struct proposer *p, size_t a, size_t b)
{
    assert(a < p->side[0].c->type_count && b < p->side[1].c->type_count);
    struct side *x = &p->side[0], *y = &p->side[1];
    struct slice m = x->c->types[a].iri, n = y->c->types[b].iri;
    if (!m.len || !n.len)
        return !m.len && !n.len ? 0.6 : 0;
    double alike = vocabulary_similarity(VOCABULARY_TYPE, m, n);
    struct sketch_overlap o = sketch_compare(&x->labels[a], &y->labels[b]);
    return 0.5 * alike + 0.4 * fmin(1, 2 * o.of_smaller) + 0.2 * fmin(1, 3 * o.of_all);
}

/* What is left over on both sides, where that is most of both: one each. */
static void match_rest(struct proposer *p)
{
    size_t left[2] = {NONE, NONE}, count[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (size_t t = 0; t < p->side[k].c->type_count; t++)
            if (p->side[k].partner[t] == NONE && p->side[k].name_of[t] != NONE &&
                p->side[k].c->types[t].entities * 5 > p->side[k].c->subject_count) {
                left[k] = t;
                count[k]++;
            }
    if (count[0] != 1 || count[1] != 1)
        return;
    assert(left[0] != NONE && left[1] != NONE);
    p->side[0].partner[left[0]] = left[1];
    p->side[1].partner[left[1]] = left[0];
}

static void match_types(struct proposer *p)
{
    size_t n = p->side[0].c->type_count, m = p->side[1].c->type_count, count = 0;
    n = n < MAX_TYPES ? n : MAX_TYPES;
    m = m < MAX_TYPES ? m : MAX_TYPES;
    struct candidate *all = arena_alloc(p->arena, (n * m + 1) * sizeof(*all));
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < m; b++) {
            if (!p->side[0].c->types[a].entities || !p->side[1].c->types[b].entities)
                continue;
            double score = score_types(p, a, b);
            if (score >= TYPE_SCORE)
                all[count++] = (struct candidate){a, b, score};
        }
    assert(count <= n * m);
    if (count)
        qsort(all, count, sizeof(*all), by_score);
    for (size_t i = 0; i < count; i++) {
        if (p->side[0].partner[all[i].a] != NONE || p->side[1].partner[all[i].b] != NONE)
            continue;
        p->side[0].partner[all[i].a] = all[i].b;
        p->side[1].partner[all[i].b] = all[i].a;
    }
    match_rest(p);
}

/* --- entities of one name --- */

/* Subjects of a type by their label: 1 + index, or UINTPTR_MAX where several have it. */
static void index_labels(const struct side *s, size_t type, struct id_map *map)
{
    assert(type < s->c->type_count);
    for (size_t i = 0; i < s->c->subject_count; i++) {
        if (s->c->subjects[i].type != type || !s->label[i])
            continue;
        void **place = id_map_place(map, (struct id){s->label[i], s->label[i]});
        *place = (void *)(*place ? UINTPTR_MAX : (uintptr_t)(i + 1));
    }
}

/* The triples of one predicate of a subject, from `at` on. */
static size_t run_end(const struct survey *c, size_t at, size_t end)
{
    assert(at < end && end <= c->kept_count);
    size_t k = at;
    while (k < end && c->kept[k].predicate == c->kept[at].predicate)
        k++;
    return k;
}

/* Do two runs share a value?  false in ret_known: of one nothing is known. */
static bool share_value(const struct proposer *p, size_t at, size_t end, size_t from, size_t to,
                        bool *ret_known)
{
    assert(at < end && from < to);
    const struct side *x = &p->side[0], *y = &p->side[1];
    *ret_known = false;
    for (size_t i = at; i < end && i < at + MAX_RUN; i++) {
        uint64_t value = value_of(x, &x->c->kept[i]);
        for (size_t k = from; value && k < to && k < from + MAX_RUN; k++) {
            uint64_t other = value_of(y, &y->c->kept[k]);
            *ret_known |= other != 0;
            if (value == other)
                return true;
        }
    }
    return false;
}

static void compare_subjects(struct proposer *p, size_t a, size_t b, bool chance)
{
    assert(a < p->side[0].c->subject_count && b < p->side[1].c->subject_count);
    const struct survey *x = p->side[0].c, *y = p->side[1].c;
    size_t x_end = x->subjects[a].begin + x->subjects[a].count;
    size_t y_end = y->subjects[b].begin + y->subjects[b].count;
    for (size_t i = x->subjects[a].begin, j; i < x_end; i = j) {
        j = run_end(x, i, x_end);
        if (x->kept[i].predicate >= MAX_PREDICATES || x->predicates[x->kept[i].predicate].is_type)
            continue;
        for (size_t k = y->subjects[b].begin, l; k < y_end; k = l) {
            bool known;
            l = run_end(y, k, y_end);
            if (y->kept[k].predicate >= p->width || y->predicates[y->kept[k].predicate].is_type)
                continue;
            struct cell *cell = &p->cells[x->kept[i].predicate * p->width + y->kept[k].predicate];
            bool agree = share_value(p, i, j, k, l, &known);
            *(chance ? &cell->chance_both : &cell->both) += known;
            *(chance ? &cell->chance_agree : &cell->agree) += agree;
        }
    }
}

/* Entities of one name, unique on either side; and, for comparison, each with the next one's. */
static void compare_type(struct proposer *p, size_t type)
{
    assert(type < p->side[0].c->type_count && p->side[0].partner[type] < p->side[1].c->type_count);
    struct id_map first = {0}, second = {0};
    const struct side *x = &p->side[0];
    size_t count = 0, last = NONE;
    index_labels(x, type, &first);
    index_labels(&p->side[1], x->partner[type], &second);
    for (size_t i = 0; i < x->c->subject_count && count < MAX_PAIRS; i++) {
        if (x->c->subjects[i].type != type || !x->label[i])
            continue;
        struct id label = {x->label[i], x->label[i]};
        uintptr_t other = (uintptr_t)id_map_get(&second, label);
        if (!other || other == UINTPTR_MAX || (uintptr_t)id_map_get(&first, label) == UINTPTR_MAX)
            continue;
        compare_subjects(p, i, other - 1, false);
        if (last != NONE)
            compare_subjects(p, last, other - 1, true);
        last = i;
        count++;
    }
    p->pairs += count;
    id_map_fini(&first);
    id_map_fini(&second);
}

/* --- predicates --- */

enum look { LOOKS_REFERENCE, LOOKS_DATE, LOOKS_NUMBER, LOOKS_OTHER };

static enum look look_of(const struct survey_predicate *p)
{
    assert(p->literals <= p->triples);
    uint64_t half = p->literals / 2;
    if (p->literals * 2 < p->triples)
        return LOOKS_REFERENCE;
    if (p->shapes.dates > half)
        return LOOKS_DATE;
    return p->shapes.numbers + p->shapes.durations > half ? LOOKS_NUMBER : LOOKS_OTHER;
}

/* Of entities of one name, how many more agree than others do; 0 where too few are known. */
static double agreement(const struct cell *c)
{
    assert(c->agree <= c->both && c->chance_agree <= c->chance_both);
    enum { FEW = 5, ENOUGH = 20 };
    if (c->both < FEW)
        return 0;
    double agree = (double)c->agree / c->both;
    double chance = c->chance_both ? (double)c->chance_agree / c->chance_both : 0;
    return (agree - chance) * (c->both < ENOUGH ? (double)c->both / ENOUGH : 1);
}

static double score_relation(struct proposer *p, size_t a, size_t b)
{
    assert(a < p->side[0].c->predicate_count && b < p->width);
    struct side *x = &p->side[0], *y = &p->side[1];
    struct survey_predicate *m = &x->c->predicates[a], *n = &y->c->predicates[b];
    enum look look = look_of(m), other = look_of(n);
    if ((look == LOOKS_REFERENCE) != (other == LOOKS_REFERENCE))
        return 0;
    enum vocabulary_kind kind = look == LOOKS_REFERENCE ? VOCABULARY_REFERENCE : VOCABULARY_LITERAL;
    double alike = vocabulary_similarity(kind, m->iri, n->iri);
    double agree = agreement(&p->cells[a * p->width + b]);
    struct sketch_overlap o = sketch_compare(&x->targets[a], &y->targets[b]);
    if (agree < 0.1 && alike < 0.75)
        return 0;
    double score = 1.2 * agree + 0.5 * alike + 0.25 * fmin(1, 2 * o.of_smaller);
    score += look == other && look == LOOKS_DATE ? 0.15 : 0;
    score -= look != other ? 0.3 : 0;
    score -= x->partner[x->domain[a]] != y->domain[b] ? 0.5 : 0;
    if (x->range[a] != NONE && y->range[b] != NONE)
        score += x->partner[x->range[a]] == y->range[b] ? 0.1 : -0.4;
    return score;
}

static bool takes_part(const struct side *s, size_t predicate)
{
    return !s->is_label[predicate] && !s->is_alias[predicate] &&
           !s->c->predicates[predicate].is_type;
}

static struct candidate *find_relations(struct proposer *p, size_t *ret_count)
{
    size_t n = p->side[0].c->predicate_count, count = 0, room = 0, taken = 0;
    struct candidate *all = NULL;
    bool *used[2];
    for (int k = 0; k < 2; k++)
        used[k] = arena_calloc(p->arena, p->side[k].c->predicate_count + 1, sizeof(bool));
    for (size_t a = 0; a < n && a < MAX_PREDICATES; a++)
        for (size_t b = 0; takes_part(&p->side[0], a) && b < p->width; b++) {
            double score = takes_part(&p->side[1], b) ? score_relation(p, a, b) : 0;
            if (score >= RELATION_SCORE)
                ARRAY_PUSH_IN(p->arena, all, count, room, (struct candidate){a, b, score});
        }
    if (count)
        qsort(all, count, sizeof(*all), by_score);
    for (size_t i = 0; i < count; i++) {
        if (used[0][all[i].a] || used[1][all[i].b])
            continue;
        used[0][all[i].a] = used[1][all[i].b] = true;
        all[taken++] = all[i];
    }
    assert(taken <= count);
    *ret_count = taken;
    return all;
}

/* --- the text --- */

static void write_row(struct proposer *p, int side, struct slice iri, const char *prefix,
                      struct slice name)
{
    assert(side == 0 || side == 1);
    buf_append_format(p->out, "%s\t%.*s\t%s%.*s\n", p->side[side].c->graph, (int)iri.len, iri.data,
                      prefix, (int)name.len, name.data);
}

/* A shared name that nobody has yet, and that is no word of the mapping. */
static struct slice make_name(struct proposer *p, enum vocabulary_kind kind, struct slice a,
                              struct slice b)
{
    assert(kind <= VOCABULARY_TYPE);
    static const char *const words[] = {"label", "type", "ignore", "key", "alias"};
    struct buf name = {0};
    vocabulary_name(kind, a, b, &name);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (slice_equal(buf_slice(&name), slice_of(words[i])))
            buf_append_text(&name, "_of");
    size_t stem = name.len;
    int type = kind == VOCABULARY_TYPE;
    for (size_t i = 0, n = 2; i < p->used[type].count; i++) {
        if (!slice_equal(p->used[type].all[i], buf_slice(&name)))
            continue;
        name.len = stem;
        buf_append_format(&name, "_%zu", n++);
        i = (size_t)-1; /* from the first one again */
    }
    struct slice made = arena_copy(p->arena, buf_slice(&name));
    ARRAY_PUSH_IN(p->arena, p->used[type].all, p->used[type].count, p->used[type].room, made);
    assert(made.len);
    buf_fini(&name);
    return made;
}

static void write_labels(struct proposer *p)
{
    assert(p->out);
    struct slice found[3];
    buf_append_text(p->out, "# names\n");
    for (int k = 0; k < 2; k++) {
        const struct survey *c = p->side[k].c;
        for (size_t i = 0; i < c->predicate_count; i++) {
            if (!p->side[k].is_label[i] && !p->side[k].is_alias[i])
                continue;
            buf_append_text(p->out, "#");
            const struct survey_use use = {.predicate = i};
            size_t type = p->side[k].domain[i];
            size_t n = survey_find_examples(c, type, &use, found, 3);
            for (size_t e = 0; e < n; e++)
                buf_append_format(p->out, " \"%.*s\"", (int)found[e].len, found[e].data);
            buf_append_text(p->out, "\n");
            write_row(p, k, c->predicates[i].iri, "",
                      slice_of(p->side[k].is_label[i] ? "label" : "alias"));
        }
    }
}

static void write_types(struct proposer *p)
{
    const struct side *x = &p->side[0], *y = &p->side[1];
    buf_append_text(p->out, "\n# types\n");
    for (size_t t = 0; t < x->c->type_count; t++) {
        size_t other = x->partner[t];
        if (other == NONE || !x->c->types[t].iri.len || !y->c->types[other].iri.len)
            continue;
        assert(y->partner[other] == t);
        struct slice a = x->c->types[t].iri, b = y->c->types[other].iri;
        struct sketch_overlap o = sketch_compare(&p->side[0].labels[t], &p->side[1].labels[other]);
        struct slice name = make_name(p, VOCABULARY_TYPE, a, b);
        buf_append_format(p->out, "# %.0f %% of the names of one are names of the other\n",
                          100 * o.of_smaller);
        write_row(p, 0, a, "type:", name);
        write_row(p, 1, b, "type:", name);
    }
    for (int k = 0; k < 2; k++)
        for (size_t t = 1; t < p->side[k].c->type_count; t++)
            if (p->side[k].partner[t] == NONE && p->side[k].c->types[t].entities)
                buf_append_format(p->out, "# %s: nothing corresponds to %.*s (%llu entities)\n",
                                  p->side[k].c->graph, (int)p->side[k].c->types[t].iri.len,
                                  p->side[k].c->types[t].iri.data,
                                  (unsigned long long)survey_scale(
                                      p->side[k].c, p->side[k].c->types[t].entities));
}

static void write_relations(struct proposer *p, const struct candidate *all, size_t count)
{
    assert(all || !count);
    const struct survey *x = p->side[0].c, *y = p->side[1].c;
    if (count)
        buf_append_text(p->out, "\n# relations\n");
    for (size_t i = 0; i < count; i++) {
        const struct survey_predicate *m = &x->predicates[all[i].a], *n = &y->predicates[all[i].b];
        const struct cell *c = &p->cells[all[i].a * p->width + all[i].b];
        enum vocabulary_kind kind =
            look_of(m) == LOOKS_REFERENCE ? VOCABULARY_REFERENCE : VOCABULARY_LITERAL;
        if (c->both)
            buf_append_format(p->out,
                              "# of %u entities of one name %u agree, of others %.0f %%; score "
                              "%.2f\n",
                              c->both, c->agree,
                              c->chance_both ? 100.0 * c->chance_agree / c->chance_both : 0,
                              all[i].score);
        else
            buf_append_format(p->out, "# by their names alone; score %.2f\n", all[i].score);
        struct slice name = make_name(p, kind, m->iri, n->iri);
        write_row(p, 0, m->iri, "", name);
        write_row(p, 1, n->iri, "", name);
    }
}

void propose_mapping(struct survey *a, struct survey *b, struct buf *out)
{
    assert(a != b);
    struct proposer p = {.arena = arena_new(), .out = out};
    size_t count,
        height = a->predicate_count < MAX_PREDICATES ? a->predicate_count : MAX_PREDICATES;
    open_side(&p, &p.side[0], a);
    open_side(&p, &p.side[1], b);
    p.width = b->predicate_count < MAX_PREDICATES ? b->predicate_count : MAX_PREDICATES;
    p.cells = arena_calloc(p.arena, height * p.width + 1, sizeof(*p.cells));
    match_types(&p);
    for (size_t t = 0; t < a->type_count; t++)
        if (p.side[0].partner[t] != NONE)
            compare_type(&p, t);
    struct candidate *relations = find_relations(&p, &count);
    buf_append_format(out,
                      "# proposed from what the catalogs hold: read each row before it is used\n"
                      "# graph\tIRI\tshared name\n");
    write_labels(&p);
    write_types(&p);
    write_relations(&p, relations, count);
    close_side(&p.side[0]);
    close_side(&p.side[1]);
    arena_free(p.arena);
}
