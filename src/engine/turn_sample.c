/*
 * turn_sample.c - edges to samples, and what follows from a sample and from
 * the names in it: block keys and signature.
 */
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/base/text_reading.h"
#include "alignd/graph/sample_names.h"
#include "alignd/model/text_vector.h"

#include "edges.h"

#include <assert.h>
#include <stdlib.h>

/* Offers one group to the sampler: each neighbour once (it may be linked by
 * several predicates of one relation), itself never. */
static int offer_group(struct work_set *set, struct work *w, const struct node_group *group,
                       struct sampler *sampler)
{
    assert(group->edges > 0);
    struct edge *edges;
    size_t count, limit = sampler->limit + 4;
    for (;; limit *= 4) {
        int rc = edges_group(set, w, group->relation, limit, &edges, &count);
        if (rc)
            return rc;
        size_t distinct = 0;
        for (size_t i = 0; i < count; i++)
            distinct += !id_equal(edges[i].neighbour, w->id) &&
                        (i == 0 || !id_equal(edges[i].neighbour, edges[i - 1].neighbour));
        if (count < limit || distinct >= sampler->limit)
            break;
    }
    for (size_t i = 0; i < count; i++) {
        if (id_equal(edges[i].neighbour, w->id) ||
            (i > 0 && id_equal(edges[i].neighbour, edges[i - 1].neighbour)))
            continue;
        if (!sampler_offer(sampler, &edges[i], group->edges))
            break;
    }
    return ERR_OK;
}

static int name_rows(struct turn *t, struct work *w, uint64_t relation, struct sample_rows *ret)
{
    struct edge *edges;
    int rc = edges_group(&t->works, w, relation, SAMPLE_NAME_ROWS, &edges, &ret->count);
    ret->edges = edges;
    assert(rc || ret->count <= SAMPLE_NAME_ROWS);
    return rc;
}

/* Its further names; most entities have none, and nothing is read for them. */
static int draw_names(struct turn *t, struct work *w, struct sample *s)
{
    struct sample_rows labels = {NULL, 0}, aliases = {NULL, 0};
    struct slice label;
    uint64_t label_rows = node_group_edges(&w->node, RELATION_LABEL);
    uint64_t alias_rows = node_group_edges(&w->node, RELATION_ALIAS);
    size_t most = (size_t)t->options->names - 1;
    int rc;
    if (!most)
        return ERR_OK;
    work_name(t->arena, w, &label);
    if (label_rows <= 1 && !alias_rows && !text_may_have_reading(label))
        return ERR_OK;
    if ((label_rows > 1 && (rc = name_rows(t, w, RELATION_LABEL, &labels))) ||
        (alias_rows && (rc = name_rows(t, w, RELATION_ALIAS, &aliases))))
        return rc;
    return sample_names_draw(label, most, labels, aliases, t->arena, s);
}

/* Its identifiers, of each key it has. */
static int draw_identifiers(struct turn *t, struct work *w, struct sample *s)
{
    assert(s->identifier_count == 0);
    for (size_t i = 0; i < w->node.group_count; i++) {
        uint64_t relation = w->node.groups[i].relation;
        struct sample_rows rows;
        if (!relation_is_key(relation))
            continue;
        int rc = name_rows(t, w, relation, &rows);
        if (rc || (rc = sample_names_add_key(relation, rows, t->arena, s)))
            return rc;
    }
    return ERR_OK;
}

/* Draws the sample of a living entity. */
static int draw(struct turn *t, struct work *w, struct sample *s)
{
    assert(work_alive(w) && (w->loaded & LOADED_NODE));
    struct sampler entities, values;
    sampler_init(&entities, t->arena, (size_t)t->options->neighbours);
    sampler_init(&values, t->arena, (size_t)t->options->values);
    for (size_t i = 0; i < w->node.group_count; i++) {
        const struct node_group *group = &w->node.groups[i];
        if (!sample_draws_from(group->relation, group->edges, t->options->inverse_limit))
            continue;
        int rc = offer_group(&t->works, w, group,
                             group->relation & RELATION_VALUE ? &values : &entities);
        if (rc)
            return rc;
    }
    assert(entities.count <= (size_t)t->options->neighbours);
    *s = (struct sample){0};
    sampler_take_neighbours(&entities, t->arena, s);
    int rc = sampler_take_values(&values, t->arena, s);
    if (rc || (rc = draw_names(t, w, s)))
        return rc;
    return draw_identifiers(t, w, s);
}

/* A new sample where the neighbourhood differs, and what must follow. */
static int resample(struct turn *t, struct work *w)
{
    assert(w->loaded & LOADED_SAMPLE);
    if (!work_alive(w)) {
        w->sample = NULL;
        work_flag(w, WORK_KEYS | WORK_VECTOR, NO_CAUSE);
        return ERR_OK;
    }
    struct sample *s = arena_alloc(t->arena, sizeof(*s));
    int rc = draw(t, w, s);
    if (rc)
        return rc;
    assert(s->neighbour_count <= (size_t)t->options->neighbours &&
           s->value_count <= (size_t)t->options->values);
    bool same_names = w->old_sample && sample_same_names(s, w->old_sample);
    if (t->options->cut_offs && same_names && sample_same_neighbourhood(s, w->old_sample))
        return ERR_OK; /* the cut-off */
    if (w->old_sample) {
        s->keys = w->old_sample->keys;
        s->key_count = w->old_sample->key_count;
        memcpy(s->signature, w->old_sample->signature, sizeof(s->signature));
    }
    w->sample = s;
    t->report.samples_changed++;
    work_flag(w, WORK_KEYS | WORK_VECTOR | (same_names ? 0 : WORK_NAMESAKES), NO_CAUSE);
    return ERR_OK;
}

/* --- block keys --- */

struct key_job {
    struct turn *t;
    struct work **works;
};

/* What the values of a sample are called in block keys. */
static void name_values(const struct sample *s, struct arena *arena,
                        struct block_keys_named *values)
{
    struct buf text = {0};
    for (size_t i = 0; i < s->value_count; i++) {
        buf_clear(&text);
        text_normalise(&text, s->values[i].text);
        values[i] =
            (struct block_keys_named){s->values[i].relation, arena_copy(arena, buf_slice(&text))};
    }
    buf_fini(&text);
}

struct slice *turn_sample_names(const struct sample *s, struct arena *arena)
{
    struct buf text = {0};
    struct slice *names = arena_alloc(arena, (s->name_count + 1) * sizeof(*names));
    for (size_t i = 0; i < s->name_count; i++) {
        buf_clear(&text);
        text_normalise(&text, s->names[i]);
        names[i] = arena_copy(arena, buf_slice(&text));
    }
    buf_fini(&text);
    return names;
}

struct block_keys_named *turn_sample_identifiers(const struct sample *s, struct arena *arena)
{
    struct block_keys_named *named = arena_alloc(arena, (s->identifier_count + 1) * sizeof(*named));
    for (size_t i = 0; i < s->identifier_count; i++)
        named[i] = (struct block_keys_named){s->identifiers[i].relation, s->identifiers[i].text};
    return named;
}

struct block_keys_pin *turn_sample_pins(const struct sample *s, struct arena *arena)
{
    struct block_keys_pin *pins = arena_alloc(arena, (s->pin_count + 1) * sizeof(*pins));
    for (size_t i = 0; i < s->pin_count; i++) {
        assert(s->pins[i].neighbour < s->neighbour_count);
        pins[i] =
            (struct block_keys_pin){s->neighbours[s->pins[i].neighbour].relation, s->pins[i].pin};
    }
    return pins;
}

static int compare_pins(const void *a, const void *b)
{
    const struct sample_pin *x = a, *y = b;
    if (x->neighbour != y->neighbour)
        return x->neighbour < y->neighbour ? -1 : 1;
    return (x->pin > y->pin) - (x->pin < y->pin);
}

void turn_sample_add_pins(struct sample *s, size_t neighbour, const struct decided_list *decided,
                          struct arena *arena)
{
    assert(neighbour < s->neighbour_count);
    size_t room = s->pin_count;
    for (size_t i = 0; i < decided->count; i++)
        if (decided->entries[i].what & DECIDED_PINNED)
            ARRAY_PUSH_IN(arena, s->pins, s->pin_count, room,
                          (struct sample_pin){neighbour, decided_pin(s->neighbours[neighbour].id,
                                                                     decided->entries[i].other)});
    if (s->pin_count > 1)
        qsort(s->pins, s->pin_count, sizeof(*s->pins), compare_pins);
}

void turn_sample_make_keys(struct sample *s, struct slice type, struct slice label,
                           struct block_keys_named *names, struct arena *arena)
{
    struct block_keys_named *values = names + s->neighbour_count;
    struct block_keys_named *identifiers = turn_sample_identifiers(s, arena);
    struct block_keys_input in = {.type = type,
                                  .label = label,
                                  .names = turn_sample_names(s, arena),
                                  .name_count = s->name_count,
                                  .neighbours = names,
                                  .neighbour_count = s->neighbour_count,
                                  .values = values,
                                  .value_count = s->value_count,
                                  .identifiers = identifiers,
                                  .identifier_count = s->identifier_count,
                                  .pins = turn_sample_pins(s, arena),
                                  .pin_count = s->pin_count};
    name_values(s, arena, values);
    block_keys_make(&in, arena, &s->keys, &s->key_count);
    for (size_t i = 1; i < s->key_count; i++)
        assert(s->keys[i - 1] < s->keys[i]); /* as turn_block.c goes along them */
    text_signature(label, s->signature);
}

static void make_keys(const struct work_set *set, struct work *w, struct arena *arena)
{
    assert(w->sample && w->sample != w->old_sample && w->name.data);
    struct sample *s = w->sample;
    struct block_keys_named *names =
        arena_alloc(arena, (s->neighbour_count + s->value_count + 1) * sizeof(*names));
    s->pin_count = 0;
    s->pins = NULL;
    for (size_t i = 0; i < s->neighbour_count; i++) {
        const struct work *k = work_find(set, s->neighbours[i].id);
        turn_sample_add_pins(s, i, &k->decided, arena);
        names[i] = (struct block_keys_named){s->neighbours[i].relation, k->name};
    }
    turn_sample_make_keys(s, w->node.type, w->name, names, arena);
}

static void make_keys_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct key_job *job = arg;
    assert(worker < pool_threads(job->t->pool));
    for (size_t i = begin; i < end; i++)
        make_keys(&job->t->works, job->works[i], job->t->worker_arenas[worker]);
}

/* A sample of its own to write keys into; the stored one stays for comparison. */
static void own_sample(struct arena *arena, struct work *w)
{
    assert(w->sample);
    if (w->sample != w->old_sample)
        return;
    w->sample = arena_alloc(arena, sizeof(*w->sample));
    *w->sample = *w->old_sample;
}

static int load_names(struct work_set *set, const struct work_list *list)
{
    struct work_list met = {0};
    struct slice name;
    for (size_t i = 0; i < list->count; i++) {
        const struct sample *s = list->works[i]->sample;
        work_list_add(set->arena, &met, list->works[i]);
        for (size_t k = 0; k < s->neighbour_count; k++)
            work_list_add(set->arena, &met, work_get(set, s->neighbours[k].id));
    }
    int rc;
    if ((rc = work_load_nodes(set, met.works, met.count)) ||
        (rc = work_load_decided(set, met.works, met.count)))
        return rc;
    for (size_t i = 0; i < met.count; i++)
        work_name(set->arena, met.works[i], &name);
    return ERR_OK;
}

static int refresh_keys(struct turn *t)
{
    struct work_list flagged, list = {0};
    work_list_flagged(&t->works, WORK_KEYS, &flagged);
    int rc = work_load_samples(&t->works, flagged.works, flagged.count);
    if (rc)
        return rc;
    for (size_t i = 0; i < flagged.count; i++)
        if (flagged.works[i]->sample) {
            own_sample(t->arena, flagged.works[i]);
            work_list_add(t->arena, &list, flagged.works[i]);
        }
    if ((rc = load_names(&t->works, &list)))
        return rc;
    struct key_job job = {t, list.works};
    pool_run(t->pool, make_keys_range, &job, list.count, 64);
    return ERR_OK;
}

/*
 * Reads the edges of the entities flagged WORK_SAMPLE, and the names of neighbours.  Makes
 * their samples, and block keys and signatures of those whose sample or names differ.
 */
int turn_sample(struct turn *t)
{
    assert(t->triples); /* apply came before */
    struct work_list list;
    work_list_flagged(&t->works, WORK_SAMPLE | WORK_TEXT, &list);
    int rc = work_load_samples(&t->works, list.works, list.count);
    if (rc)
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        if ((w->flags & WORK_SAMPLE) && (rc = resample(t, w)))
            return rc;
        if (w->flags & WORK_TEXT)
            work_flag(w, WORK_KEYS | WORK_VECTOR, NO_CAUSE);
    }
    rc = refresh_keys(t);
    t->report.entities_touched = t->works.count;
    return rc;
}
