/*
 * explain.c - why a pair scores what it scores, from its profiles again: for people, outside a
 * turn, with blocks and all neighbours.  What events say of it: turn_explain.c.
 */
#include "alignd/engine/explain.h"

#include "reading.h"
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/model/network.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A profile from the cache, or built in the arena. */
static int find_profile(struct turn *t, struct work *w, const float **ret_profile)
{
    const struct profile_entry *there = profiles_find(t->profiles, w->id);
    int rc = there ? work_load_samples(&t->works, &w, 1)
                   : profiles_load_inputs(t->profiles, &t->works, &w, 1);
    if (rc)
        return rc;
    if (!w->sample)
        return ERR_INTERNAL;
    *ret_profile = there ? there->floats : NULL;
    if (there)
        return ERR_OK;
    float *profile = arena_alloc(t->arena, profiles_max_floats(t->profiles) * sizeof(float));
    profiles_build_one(t->profiles, &t->works, w, 0, profile);
    *ret_profile = profile;
    return ERR_OK;
}

int explain_trace(struct turn *t, struct work *pair[2], struct network_trace *trace,
                  float *ret_score)
{
    assert(pair[0] != pair[1]);
    const float *profile[2];
    int rc;
    if ((rc = find_profile(t, pair[0], &profile[0])) ||
        (rc = find_profile(t, pair[1], &profile[1])))
        return rc;
    *ret_score = network_score(t->options->model, profile[0], profile[1], trace);
    return ERR_OK;
}

/* The node of the i-th neighbour of a sample, for its name. */
static int load_neighbour(struct work_set *set, const struct sample *s, size_t i)
{
    if (i >= s->neighbour_count)
        return ERR_OK;
    struct work *k = work_get(set, s->neighbours[i].id);
    return work_load_nodes(set, &k, 1);
}

struct explain_neighbour explain_named(const struct turn *t, const struct sample *s, size_t i)
{
    assert(i < s->neighbour_count + s->value_count);
    struct explain_neighbour n = {0};
    uint64_t relation;
    if (i < s->neighbour_count) {
        const struct work *k = work_find(&t->works, s->neighbours[i].id);
        assert(k && (k->loaded & LOADED_NODE));
        relation = s->neighbours[i].relation;
        n.name = k->node.has_label ? k->node.label : k->node.term;
    } else {
        const struct sample_value *v = &s->values[i - s->neighbour_count];
        relation = v->relation;
        n.name = v->text;
        n.value = true;
    }
    n.inverse = (relation & RELATION_INVERSE) != 0;
    n.relation = predicates_relation_name(t->state->predicates, relation);
    return n;
}

/* The name by which a side was judged; empty: its label. */
static struct slice judged_name(const struct work *w, size_t name)
{
    assert(name <= w->sample->name_count);
    return name ? w->sample->names[name - 1] : (struct slice){"", 0};
}

static struct slice keep(struct arena *arena, struct slice s)
{
    return s.len ? arena_copy(arena, s) : (struct slice){"", 0};
}

static void fill_side(struct turn *t, struct arena *arena, const struct work *w,
                      const struct network_trace *trace, int which, struct explain_side *side)
{
    assert(which == 0 || which == 1);
    side->iri = keep(arena, w->node.term);
    side->label = keep(arena, w->node.label);
    side->type = keep(arena, w->node.type);
    side->graph = t->state->graphs[state_graph_of(t->state, w->id)].name;
    side->name = keep(arena, judged_name(w, trace->name[which]));
    side->neighbour_count = trace->n[which];
    assert(side->neighbour_count <= w->sample->neighbour_count + w->sample->value_count);
    side->neighbours = arena_calloc(arena, side->neighbour_count + 1, sizeof(*side->neighbours));
    for (size_t i = 0; i < side->neighbour_count; i++) {
        const struct network_trace_neighbour *tn = &trace->side[which][i];
        struct explain_neighbour *n = &side->neighbours[i];
        *n = explain_named(t, w->sample, i);
        n->relation = keep(arena, n->relation);
        n->name = keep(arena, n->name);
        n->beta = tn->beta;
        n->alpha = tn->alpha;
        n->weight = tn->w;
        n->twin = tn->twin;
        n->twin_similarity = tn->twin_similarity;
    }
}

struct block_collector {
    struct turn *t;
    struct arena *arena;
    const struct sample *other; /* NULL: every block is told */
    struct explain_block *blocks;
    uint64_t *told; /* their keys */
    size_t count, room;
    uint16_t tags[2];
    int rc;
};

static bool holds_key(const uint64_t *keys, size_t count, uint64_t key)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

static void collect_block(void *arg, uint64_t key, const char *kind, uint64_t relation,
                          struct slice text)
{
    struct block_collector *c = arg;
    if (c->rc || c->count == c->room ||
        (c->other && !holds_key(c->other->keys, c->other->key_count, key)) ||
        holds_key(c->told, c->count, key))
        return; /* a word may stand in a label twice, or in a neighbour's name too */
    char row_key[BLOCK_KEY_BYTES];
    struct kv_value value;
    bool found;
    struct block block;
    block_key_put(row_key, key);
    c->rc = kv_get(c->t->state->kv, KV_BLOCKS, (struct slice){row_key, sizeof(row_key)}, &value,
                   &found);
    if (c->rc || !found)
        return;
    c->rc = block_decode(value.bytes, c->arena, &block);
    kv_value_release(&value);
    assert(c->count < c->room);
    c->told[c->count] = key;
    struct explain_block *b = &c->blocks[c->count++];
    *b = (struct explain_block){
        .kind = kind,
        .relation = keep(c->arena, predicates_relation_name(c->t->state->predicates, relation)),
        .text = keep(c->arena, text),
        .live = block.live,
        .limit = block_key_limit(key, (uint64_t)c->t->options->block_limit)};
    b->members[0] = block_side_members(&block, c->tags[0]);
    for (unsigned i = 0; i < block.side_count; i++)
        if (c->other ? block.sides[i].graph_tag == c->tags[1]
                     : block.sides[i].graph_tag != c->tags[0])
            b->members[1] += block.sides[i].members;
}

/* Neighbours and, behind them, values as keys are made of them. */
static void name_neighbours(struct work_set *set, struct arena *arena, const struct sample *s,
                            struct block_keys_named *names)
{
    assert(s->neighbour_count <= NETWORK_MAX_ENTITIES);
    struct buf text = {0};
    for (size_t i = 0; i < s->neighbour_count; i++) {
        const struct work *k = work_find(set, s->neighbours[i].id);
        assert(k && k->name.data);
        *names++ = (struct block_keys_named){s->neighbours[i].relation, k->name};
    }
    for (size_t i = 0; i < s->value_count; i++) {
        buf_clear(&text);
        text_normalise(&text, s->values[i].text);
        *names++ = (struct block_keys_named){s->values[i].relation, keep(arena, buf_slice(&text))};
    }
    buf_fini(&text);
}

/* The names of all its neighbours, and its own. */
static int load_names(struct work_set *set, struct work *w)
{
    assert(w->sample);
    const struct sample *s = w->sample;
    struct slice name;
    work_name(set->arena, w, &name);
    for (size_t i = 0; i < s->neighbour_count; i++) {
        int rc = load_neighbour(set, s, i);
        if (rc)
            return rc;
        work_name(set->arena, work_find(set, s->neighbours[i].id), &name);
    }
    return ERR_OK;
}

/* The keys of w are made again, so that each can be told by what it stands for. */
int explain_blocks(struct turn *t, struct arena *arena, struct work *w, const struct work *other,
                   struct explain_block **ret_blocks, size_t *ret_count)
{
    const struct sample *s = w->sample;
    int rc = load_names(&t->works, w);
    if (rc)
        return rc;
    struct block_keys_named *names =
        arena_alloc(arena, (s->neighbour_count + s->value_count + 1) * sizeof(*names));
    name_neighbours(&t->works, arena, s, names);
    struct block_keys_input in = {.type = w->node.type,
                                  .label = w->name,
                                  .names = turn_sample_names(s, arena),
                                  .name_count = s->name_count,
                                  .neighbours = names,
                                  .neighbour_count = s->neighbour_count,
                                  .values = names + s->neighbour_count,
                                  .value_count = s->value_count,
                                  .identifiers = turn_sample_identifiers(s, arena),
                                  .identifier_count = s->identifier_count,
                                  .pins = turn_sample_pins(s, arena),
                                  .pin_count = s->pin_count};
    struct block_collector c = {.t = t,
                                .arena = arena,
                                .other = other ? other->sample : NULL,
                                .blocks =
                                    arena_alloc(arena, (s->key_count + 1) * sizeof(*c.blocks)),
                                .told = arena_alloc(arena, (s->key_count + 1) * sizeof(*c.told)),
                                .room = s->key_count,
                                .tags = {id_graph(w->id), other ? id_graph(other->id) : 0}};
    block_keys_each(&in, collect_block, &c);
    assert(c.count <= s->key_count);
    *ret_blocks = c.blocks;
    *ret_count = c.count;
    return c.rc;
}

static int by_weight_in_logit(const void *a, const void *b)
{
    const struct explain_feature *x = a, *y = b;
    return (fabsf(x->adds) < fabsf(y->adds)) - (fabsf(x->adds) > fabsf(y->adds));
}

void explain_features(const struct model *m, const struct network_trace *trace, struct arena *arena,
                      struct explain_evidence *ret)
{
    size_t n = network_row_floats();
    assert(n <= NETWORK_MAX_ROW);
    float adds[NETWORK_MAX_ROW];
    struct explain_evidence x = {.logit = trace->logit};
    network_score_contributions(m, trace, adds, &x.prior);
    x.features = arena_alloc(arena, (n + 2) * sizeof(*x.features));
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < x.count && strcmp(x.features[k].name, network_row_name(i)) != 0)
            k++;
        if (k == x.count) {
            x.features[x.count++] =
                (struct explain_feature){network_row_name(i), trace->row[i], adds[i]};
            continue;
        }
        x.features[k].value = NAN;
        x.features[k].adds += adds[i];
    }
    if (trace->agrees != 0)
        x.features[x.count++] = (struct explain_feature){"a key agrees", 1, trace->agrees};
    if (trace->differ != 0)
        x.features[x.count++] = (struct explain_feature){"keys differ", 1, trace->differ};
    qsort(x.features, x.count, sizeof(*x.features), by_weight_in_logit);
    assert(x.count <= n + 2);
    *ret = x;
}

static int fill(struct turn *t, struct arena *arena, struct work *pair[2], struct explanation *x)
{
    struct network_trace *trace = arena_alloc(t->arena, sizeof(*trace));
    int rc;
    if ((rc = explain_trace(t, pair, trace, &x->score)) || (rc = load_names(&t->works, pair[0])) ||
        (rc = load_names(&t->works, pair[1])) || (rc = work_load_matches(&t->works, pair, 2)) ||
        (rc = work_load_decided(&t->works, pair, 2)))
        return rc;
    for (int i = 0; i < 2; i++)
        fill_side(t, arena, pair[i], trace, i, &x->side[i]);
    x->candidate = pair_list_find(&pair[0]->pairs, pair[1]->id) != NULL;
    x->matched = pair_list_find(&pair[0]->matches, pair[1]->id) != NULL;
    x->decided = decided_find(&pair[0]->decided, pair[1]->id);
    x->threshold = t->threshold;
    x->label_similarity = trace->text_cosine;
    explain_features(t->options->model, trace, arena, &x->evidence);
    if ((rc = explain_blocks(t, arena, pair[0], pair[1], &x->blocks, &x->block_count)))
        return rc;
    return explain_why(t, pair[0], pair[1], x->blocks, x->block_count, arena, &x->why);
}

/* An entity in one of the graphs it may be of, from the i-th on; SIZE_MAX: there is none. */
static int find_end(struct turn *t, size_t graph, const struct term *term, size_t *i,
                    struct work **ret_work)
{
    size_t count = t->state->graph_count;
    for (; *i < count; ++*i) {
        if (graph != *i && graph != count)
            continue;
        struct work *w = work_get(&t->works, id_of_entity(t->state->graphs[*i].tag, term));
        int rc = work_load_nodes(&t->works, &w, 1);
        *ret_work = w;
        if (rc || (w->existed && w->of_catalog))
            return rc;
    }
    *i = SIZE_MAX;
    return ERR_OK;
}

/* The first two that are of different graphs. */
static int find_pair(struct turn *t, const size_t graphs[2], const struct term *const terms[2],
                     struct work *pair[2], int *ret_missing)
{
    size_t at[2];
    bool found[2] = {false, false};
    int rc;
    for (at[0] = 0; !(rc = find_end(t, graphs[0], terms[0], &at[0], &pair[0])) && at[0] < SIZE_MAX;
         at[0]++) {
        found[0] = true;
        for (at[1] = 0;
             !(rc = find_end(t, graphs[1], terms[1], &at[1], &pair[1])) && at[1] < SIZE_MAX;
             at[1]++) {
            if (at[0] != at[1])
                return ERR_OK;
            found[1] = true;
        }
        if (rc)
            break;
    }
    *ret_missing = !found[0] ? 0 : !found[1] ? 1 : EXPLAIN_ONE_CATALOG;
    return err_first(rc, ERR_NOT_FOUND);
}

int explain_pair(const struct engine *e, const struct state *s, size_t graph_a,
                 const struct term *a, size_t graph_b, const struct term *b, struct arena *arena,
                 struct explanation *ret, int *ret_missing)
{
    assert(graph_a <= s->graph_count && graph_b <= s->graph_count);
    struct reading r;
    struct work *pair[2];
    struct explanation x = {0};
    int rc = reading_open(&r, e, s);
    if (!rc)
        rc = find_pair(&r.turn, (size_t[2]){graph_a, graph_b}, (const struct term *[2]){a, b}, pair,
                       ret_missing);
    if (!rc)
        rc = fill(&r.turn, arena, pair, &x);
    if (!rc)
        *ret = x;
    reading_close(&r);
    return rc;
}
