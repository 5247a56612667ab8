/*
 * recon_rank.c - entities whose names share words with the query, or that say what is given, as
 * search.h finds them; of the best, what they say is compared, and all are ranked anew.
 */
#include "recon_rank.h"

#include "alignd/base/err.h"
#include "alignd/base/identifier.h"
#include "alignd/base/text.h"
#include "alignd/model/text_value.h"
#include "alignd/model/text_vector.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    READS = 100,     /* entities whose names are compared, or as many as are told; of more hardly
                        any is found that is meant */
    POOL = 50,       /* of those, whose properties are, as well */
    FACTS = 50,      /* of a relation that are looked at */
    NAME_WEIGHT = 2, /* a property counts once */
    SAID_MOST = 32   /* of what is given, looked for by blocks */
};

#define HALF 0.5f       /* as alike as what nobody knows; below it, two differ */
#define DIFFERENT 0.45f /* two numbers or dates that are not the same are no more alike */

void recon_fini(struct recon *r)
{
    facts_close(r->facts);
    r->facts = NULL;
}

int recon_rank_open_facts(struct recon *r)
{
    if (r->facts)
        return ERR_OK;
    r->vectors = arena_alloc(r->arena, 2 * model_z0_floats(r->model) * sizeof(*r->vectors));
    int rc = facts_open(r->engine, r->s, &r->facts);
    if (!rc)
        facts_relations(r->facts, r->graph, r->arena, &r->relations, &r->relation_count);
    return rc;
}

/* A property as it is asked for: ^NAME is the other way round. */
static struct facts_query relation_of(struct slice pid)
{
    bool inverse = pid.len > 1 && pid.data[0] == '^';
    if (inverse)
        pid = (struct slice){pid.data + 1, pid.len - 1};
    assert(pid.len);
    return (struct facts_query){.relation = pid, .inverse = inverse, .each = FACTS, .most = FACTS};
}

/* --- by id --- */

int recon_rank_find(const struct recon *r, struct slice id, struct arena *arena,
                    struct search_hit *ret_hit)
{
    const struct term term = term_of_written(id);
    for (size_t i = 0; i < r->s->graph_count && term.text.len; i++) {
        struct node node;
        if (!state_is_catalog(r->s, i) || (r->graph != i && r->graph != r->s->graph_count))
            continue;
        *ret_hit = (struct search_hit){
            .id = id_of_entity(r->s->graphs[i].tag, &term), .graph = i, .name = {"", 0}};
        int rc = nodes_read(r->s->kv, ret_hit->id, arena, &node);
        if (rc == ERR_NOT_FOUND)
            continue;
        if (rc)
            return rc;
        nodes_write_term(&node, arena, &ret_hit->iri);
        ret_hit->label = node.label;
        ret_hit->type = node.type;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

/* An id has a colon; most names have none. */
static int rank_by_id(const struct recon *r, const struct recon_query *q, struct arena *arena,
                      struct recon_candidate *all, size_t *ret_count)
{
    if (!q->text.len || !memchr(q->text.data, ':', q->text.len))
        return ERR_OK;
    int rc = recon_rank_find(r, q->text, arena, &all->hit);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    all->score = 100;
    all->by_id = all->match = true;
    *ret_count = 1;
    return ERR_OK;
}

/* --- how alike --- */

static bool equal_in_normal_form(struct slice a, struct slice b)
{
    struct buf x = {0}, y = {0};
    text_normalise(&x, a);
    text_normalise(&y, b);
    bool equal = x.len && slice_equal(buf_slice(&x), buf_slice(&y));
    buf_fini(&x);
    buf_fini(&y);
    return equal;
}

static float cosine(const struct recon *r, struct slice a, struct slice a_type, struct slice b,
                    struct slice b_type)
{
    size_t n = model_z0_floats(r->model);
    float *x = r->vectors, *y = x + n, sum = 0;
    text_vector(r->model, a, a_type, x);
    text_vector(r->model, b, b_type, y);
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum < 0 ? 0 : sum > 1 ? 1 : sum;
}

/* A part of a date that only one says contradicts nothing. */
static bool differ(const struct text_value *a, const struct text_value *b)
{
    if (a->kind != b->kind || a->kind == TEXT_VALUE_NONE)
        return false;
    if (a->kind == TEXT_VALUE_NUMBER)
        return fabs(a->number - b->number) > 1e-6 * fmax(fabs(a->number), fabs(b->number));
    return a->year != b->year || (a->month && b->month && a->month != b->month) ||
           (a->day && b->day && a->day != b->day);
}

static bool is_same_identifier(struct slice a, struct slice b)
{
    char x[IDENTIFIER_BYTES], y[IDENTIFIER_BYTES];
    size_t n = identifier_normalise(a, x);
    return n && n == identifier_normalise(b, y) && memcmp(x, y, n) == 0;
}

/* What is given has no datatype of its own: it is read as the value's, or as it stands. */
static float alike_text(const struct recon *r, struct slice given, const struct fact *fact)
{
    static const struct slice none = {"", 0};
    struct slice text = fact->text.len ? fact->text : fact->iri;
    if (slice_equal(given, fact->iri) || equal_in_normal_form(given, text))
        return 1;
    if (fact->key)
        return is_same_identifier(given, text) ? 1 : 0;
    if (!fact->value)
        return cosine(r, given, none, text, none);
    struct text_value said = text_value_parse(text, fact->datatype),
                      value = text_value_parse(given, fact->datatype);
    if (value.kind != said.kind)
        value = text_value_parse(given, none);
    float as_said = cosine(r, given, fact->datatype, text, fact->datatype),
          as_is = cosine(r, given, none, text, fact->datatype),
          best = as_said > as_is ? as_said : as_is;
    return differ(&value, &said) && best > DIFFERENT ? DIFFERENT : best;
}

static float alike(const struct recon *r, const struct recon_value *v, const struct fact *fact)
{
    if (v->id.len)
        return slice_equal(v->id, fact->value ? fact->text : fact->iri) ? 1 : 0;
    return alike_text(r, v->text, fact);
}

/* NAN: nothing is said. */
static int compare_property(struct recon *r, struct id id, const struct recon_property *p,
                            struct arena *arena, float *ret)
{
    struct facts_query q = relation_of(p->pid);
    struct fact *facts;
    size_t count;
    float sum = 0;
    int rc = facts_read(r->facts, id, &q, arena, &facts, &count);
    *ret = NAN;
    if (rc || !count)
        return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
    for (size_t i = 0; i < p->count; i++) {
        float best = 0;
        for (size_t k = 0; k < count && best < 1; k++)
            best = fmaxf(best, alike(r, &p->values[i], &facts[k]));
        sum += best;
    }
    *ret = sum / (float)p->count;
    assert(*ret >= 0 && *ret <= 1);
    return ERR_OK;
}

/* c->properties: room for them all, or NULL of none; arena: of one entity. */
static int compare(struct recon *r, const struct recon_query *q, struct arena *arena,
                   struct recon_candidate *c)
{
    float name = c->hit.score > 0 ? fminf(c->hit.score, 1) : 0;
    float sum = q->text.len ? NAME_WEIGHT * name : 0, weight = q->text.len ? NAME_WEIGHT : 0;
    for (size_t i = 0; i < q->property_count; i++) {
        int rc = compare_property(r, c->hit.id, &q->properties[i], arena, &c->properties[i]);
        if (rc)
            return rc;
        sum += isnan(c->properties[i]) ? HALF : c->properties[i];
        weight++;
    }
    assert(weight > 0);
    c->score = 100 * sum / weight;
    return ERR_OK;
}

/* --- who --- */

/* What is given of relations that there are, to be looked for. */
static size_t gather_said(const struct recon *r, const struct recon_query *q,
                          struct search_said said[SAID_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < q->property_count; i++) {
        struct facts_query f = relation_of(q->properties[i].pid);
        for (size_t k = 0; k < r->relation_count; k++)
            for (size_t v = 0; v < q->properties[i].count && n < SAID_MOST; v++)
                if (slice_equal(r->relations[k].name, f.relation) &&
                    q->properties[i].values[v].text.len)
                    said[n++] =
                        (struct search_said){r->relations[k].code, q->properties[i].values[v].text};
    }
    assert(n <= SAID_MOST);
    return n;
}

/* Of several types an entity is of one at most. */
static bool is_of_none(const struct recon_query *q)
{
    for (size_t i = 1; i < q->type_count && q->all_types; i++)
        if (!slice_equal(q->types[i], q->types[0]))
            return true;
    return false;
}

static int find(const struct recon *r, const struct recon_query *q, struct arena *arena,
                struct search_hit **ret_hits, size_t *ret_count)
{
    struct search_said said[SAID_MOST];
    const struct search_query to = {.text = q->text,
                                    .said = said,
                                    .said_count = gather_said(r, q, said),
                                    .types = q->type_count ? q->types : r->types,
                                    .type_count = q->type_count ? q->type_count : r->type_count,
                                    .graph = r->graph,
                                    .limit = q->limit > POOL ? q->limit : POOL,
                                    .rows = r->rows,
                                    .reads = q->limit > READS ? q->limit : READS};
    *ret_count = 0;
    return is_of_none(q) ? ERR_OK : search_names(r->model, r->s, &to, arena, ret_hits, ret_count);
}

/* --- their order, and which is meant --- */

static int by_score(const void *a, const void *b)
{
    const struct recon_candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    int order = slice_compare(x->hit.iri, y->hit.iri);
    return order ? order : id_compare(x->hit.id, y->hit.id);
}

/* Of several catalogs one id may be there more than once: the best is told. */
static size_t drop_doubles(struct recon_candidate *all, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < kept && !slice_equal(all[k].hit.iri, all[i].hit.iri))
            k++;
        if (k == kept)
            all[kept++] = all[i];
    }
    return kept;
}

static bool may_be_meant(const struct recon_query *q, const struct recon_candidate *c)
{
    if (!q->text.len ||
        !equal_in_normal_form(q->text, c->hit.name.len ? c->hit.name : c->hit.label))
        return false;
    for (size_t i = 0; i < q->property_count; i++)
        if (c->properties[i] < HALF) /* not of NAN */
            return false;
    return true;
}

static void find_match(const struct recon_query *q, struct recon_candidate *all, size_t count)
{
    struct recon_candidate *meant = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (may_be_meant(q, &all[i])) {
            n++;
            meant = &all[i];
        }
    if (n == 1)
        meant->match = true;
}

static bool is_candidate(const struct recon_query *q, const struct recon_candidate *c)
{
    bool is = q->text.len && c->hit.score >= RECON_ALIKE_LEAST;
    for (size_t i = 0; i < q->property_count && !is; i++)
        is = c->properties[i] >= HALF;
    return is;
}

static int rank(struct recon *r, const struct recon_query *q, const struct search_hit *hits,
                size_t count, struct arena *arena, struct recon_candidate *all, size_t *ret_count)
{
    struct arena *rows = arena_new();
    size_t n = 0, given = q->property_count;
    float *properties = given ? arena_alloc(arena, (count + 1) * given * sizeof(float)) : NULL;
    int rc = ERR_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        all[n] = (struct recon_candidate){.hit = hits[i],
                                          .properties = given ? properties + i * given : NULL};
        rc = compare(r, q, rows, &all[n]);
        n += !rc && is_candidate(q, &all[n]);
        arena_reset(rows);
    }
    if (!rc && n)
        qsort(all, n, sizeof(*all), by_score);
    arena_free(rows);
    *ret_count = n;
    return rc;
}

int recon_rank(struct recon *r, const struct recon_query *q, struct arena *arena,
               struct recon_candidate **ret_all, size_t *ret_count)
{
    struct search_hit *hits = NULL;
    size_t count = 0;
    struct recon_candidate *all = arena_calloc(arena, 1, sizeof(*all));
    int rc;
    *ret_all = all;
    *ret_count = 0;
    if ((rc = rank_by_id(r, q, arena, all, ret_count)) || *ret_count ||
        (q->property_count && (rc = recon_rank_open_facts(r))) ||
        (rc = find(r, q, arena, &hits, &count)))
        return rc;
    *ret_all = all = arena_calloc(arena, count + 1, sizeof(*all));
    if ((rc = rank(r, q, hits, count, arena, all, &count)))
        return rc;
    count = drop_doubles(all, count);
    find_match(q, all, count);
    *ret_count = count < q->limit ? count : q->limit;
    return ERR_OK;
}
