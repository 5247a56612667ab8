/*
 * trainer_step.c - one step of Adam: entities of a few groups forward, their pairs, all of it
 * backward, the gradients summed in a fixed order.
 *
 * The level-1 vectors of neighbours are those of the epoch's beginning and
 * take no gradient; everything else of a pair is computed with the parameters
 * of the step: texts, messages, attentions, head.
 */
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"
#include "alignd/kernel/half.h"
#include "trainer_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { MAX_NEIGHBOURS = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES };

/* One entity of a group, forward and backward. */
struct actor {
    uint32_t entity;
    size_t n;                          /* neighbours */
    uint32_t text[MAX_NEIGHBOURS + 1]; /* the last: its own label */
    float norm[MAX_NEIGHBOURS + 1];
    struct network_neighbour neighbours[MAX_NEIGHBOURS];
    struct network_neighbour_gradient dn[MAX_NEIGHBOURS];
    float *z0, *exact, *dz0; /* (n + 1, d): rounded, as computed, gradient */
    float *z1;
    float *profile, *dprofile;
    size_t floats;
};

static void free_actor(struct actor *a)
{
    free(a->z0);
    free(a->profile);
}

static const struct text_feature *features_of(const struct trainer *t, uint32_t text)
{
    return t->features + t->text_begin[text];
}

/* A neighbour is left out by chance, and the same in all groups of an epoch. */
static bool forgotten(const struct trainer *t, uint32_t entity, uint32_t place, int epoch)
{
    assert(t->o->forget >= 0 && t->o->forget < 1);
    uint64_t h =
        hash_mix(hash_mix(t->o->seed + 13, (uint64_t)epoch), (uint64_t)entity << 8 | place);
    return (double)(h >> 11) * 0x1p-53 < t->o->forget;
}

static void add_neighbour(const struct trainer *t, struct actor *a, uint32_t relation,
                          uint32_t text, const uint16_t *z1)
{
    assert(a->n < MAX_NEIGHBOURS && text < t->c->text_count);
    const struct catalog_text *value = &t->c->texts[text];
    size_t d = t->m->d, d1 = 2 * t->m->h, i = a->n++;
    a->text[i] = text;
    a->neighbours[i] =
        (struct network_neighbour){.relation = t->scorer->relation[relation],
                                   .named = t->scorer->named[relation],
                                   .text = z1 ? t->scorer->normal[text] : value->text,
                                   .datatype = value->datatype,
                                   .z0 = a->z0 + i * d,
                                   .z1 = z1 ? a->z1 + i * d1 : NULL};
    a->dn[i] = (struct network_neighbour_gradient){a->dz0 + i * d, NULL};
    if (z1)
        half_to_float(a->z1 + i * d1, z1, d1);
}

static void forward(const struct trainer *t, struct actor *a, uint32_t entity, int epoch)
{
    assert(entity < t->c->entity_count && t->scorer);
    const struct catalog_entity *x = &t->c->entities[entity];
    const struct model *m = &t->ablated.view;
    unsigned without = t->ablated.without;
    size_t d = m->d, d1 = 2 * m->h, most = (size_t)x->neighbour_count + x->value_count + 1;
    a->entity = entity;
    a->n = 0;
    a->z0 = memory_calloc(most, (3 * d + d1) * sizeof(float));
    a->exact = a->z0 + most * d;
    a->dz0 = a->exact + most * d;
    a->z1 = a->dz0 + most * d;
    for (uint32_t i = 0; i < x->neighbour_count && !(without & WITHOUT_GRAPH); i++) {
        uint32_t k = x->neighbours[i].target;
        if (!forgotten(t, entity, i, epoch))
            add_neighbour(t, a, x->neighbours[i].relation, t->c->entities[k].label,
                          t->scorer->z1 + k * d1);
    }
    for (uint32_t i = 0; i < x->value_count && !(without & WITHOUT_VALUES); i++)
        if (!forgotten(t, entity, 64 + i, epoch))
            add_neighbour(t, a, x->values[i].relation, x->values[i].target, NULL);
    assert(a->n <= MAX_NEIGHBOURS);
    a->text[a->n] = without & WITHOUT_TEXT ? 0 : x->label;
    for (size_t i = 0; i <= a->n; i++) {
        text_vector_of_list(m, features_of(t, a->text[i]), t->text_count_of[a->text[i]],
                            a->exact + i * d, &a->norm[i]);
        memcpy(a->z0 + i * d, a->exact + i * d, d * sizeof(float));
        half_round(a->z0 + i * d, d);
    }
    a->floats = network_profile_floats_of(m, a->neighbours, a->n);
    a->profile = memory_calloc(2 * a->floats, sizeof(float));
    a->dprofile = a->profile + a->floats;
    struct network_self self = scorer_self(t->scorer, entity, a->z0 + a->n * d);
    self.name_count = 0; /* gradients go to the text of the label */
    self.identifier_count = 0;
    self.pin_count = 0; /* of places among all neighbours, some of whom are forgotten */
    network_profile_build(m, &self, a->neighbours, a->n, a->profile);
}

static void backward(const struct trainer *t, struct actor *a, struct model *grad)
{
    assert(grad != t->m && a->profile);
    size_t d = t->m->d;
    const struct model *m = &t->ablated.view;
    network_profile_backward(m, a->z0 + a->n * d, a->neighbours, a->n, a->profile, a->dprofile,
                             grad, a->dz0 + a->n * d, a->dn);
    for (size_t i = 0; i <= a->n; i++)
        if (a->text[i])
            text_vector_backward(m, features_of(t, a->text[i]), t->text_count_of[a->text[i]],
                                 a->exact + i * d, a->norm[i], a->dz0 + i * d, grad);
}

static struct actor *actor_of(const struct trainer *t, struct actor *actors, size_t *n,
                              uint32_t entity, int epoch)
{
    assert(*n < 2 * TRAINER_MAX_PAIRS);
    for (size_t i = 0; i < *n; i++)
        if (actors[i].entity == entity)
            return &actors[i];
    forward(t, &actors[*n], entity, epoch);
    return &actors[(*n)++];
}

static void run_pair(const struct trainer *t, const struct trainer_pair *p, struct actor *a,
                     struct actor *b, struct model *grad, double *loss, double *weight)
{
    assert(a != b && p->weight >= 0);
    struct network_pass x;
    ablation_forward(&t->ablated, a->profile, b->profile, &x);
    double z = p->same ? -(double)x.logit : (double)x.logit; /* loss = log(1 + e^z) */
    double wrong = 1.0 / (1.0 + exp(-z)), w = (double)p->weight;
    *loss += w * (z > 0 ? z + log1p(exp(-z)) : log1p(exp(z)));
    *weight += w;
    network_score_backward_pass(&t->ablated.view, &x, t->ablated.without,
                                (float)(w * (p->same ? -wrong : wrong)), a->profile, b->profile,
                                grad, a->dprofile, b->dprofile);
}

static void run_group(const struct trainer *t, const struct trainer_group *g, int epoch,
                      struct model *grad, double *loss, double *weight)
{
    assert(g->rivals || !g->count);
    struct actor *actors = memory_calloc(2 * TRAINER_MAX_PAIRS, sizeof(*actors));
    size_t n = 0, most = (size_t)t->o->rivals;
    if (!actors)
        abort();
    if (most > TRAINER_MAX_PAIRS - 1)
        most = TRAINER_MAX_PAIRS - 1;
    for (size_t i = 0; i <= g->count && i <= most; i++) {
        int64_t index = i ? (int64_t)g->rivals[i - 1] : g->positive;
        if (index < 0)
            continue;
        const struct trainer_pair *p = &t->train[index];
        struct actor *a = actor_of(t, actors, &n, p->pair.a, epoch);
        struct actor *b = actor_of(t, actors, &n, p->pair.b, epoch);
        run_pair(t, p, a, b, grad, loss, weight);
    }
    for (size_t i = 0; i < n; i++) {
        backward(t, &actors[i], grad);
        free_actor(&actors[i]);
    }
    free(actors);
}

struct step {
    struct trainer *t;
    const struct trainer_key *order;
    size_t n;
    int epoch;
};

static void run_chunks(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct step *s = arg;
    struct trainer *t = s->t;
    assert(end <= TRAINER_CHUNKS);
    for (size_t c = begin; c < end; c++) {
        memset(t->grads[c]->slab, 0, t->m->slab_floats * sizeof(float));
        t->losses[c] = t->weights[c] = 0;
        for (size_t i = c; i < s->n; i += TRAINER_CHUNKS)
            run_group(t, &t->groups[s->order[i].index], s->epoch, t->grads[c], &t->losses[c],
                      &t->weights[c]);
    }
}

/* How fast a tensor learns, of the rate: attention and scales are few and far reaching. */
static double pace(const char *name)
{
    static const struct {
        const char *name;
        double pace;
    } paces[] = {{"bucket_weight", 3},   {"kind_weight", 2},  {"sharpness", 3},
                 {"relation_code", 1},   {"direct", 3},       {"direct_bias", 3},
                 {"calibration", 0},     {"around_scale", 0}, {"project_self", 0.3},
                 {"project_around", 0.3}};
    for (size_t i = 0; i < sizeof(paces) / sizeof(*paces); i++)
        if (strcmp(paces[i].name, name) == 0)
            return paces[i].pace;
    return 1;
}

/* Adam; what no feature touched stays as it is, and all is drawn back to the start. */
static void update(struct trainer *t, const struct model_tensor *x, double rate, double scale)
{
    assert(x->data >= t->m->slab && t->steps > 0);
    size_t at = (size_t)(x->data - t->m->slab), n = x->rows * x->columns;
    assert(at + n <= t->m->slab_floats);
    double fix1 = 1 - pow(0.9, (double)t->steps), fix2 = 1 - pow(0.999, (double)t->steps);
    float *mean = t->mean + at, *square = t->square + at, *value = t->m->slab + at;
    const float *start = t->start->slab + at;
    float pull = (float)(rate * t->o->pull), r = (float)(rate / fix1), s = (float)(1 / sqrt(fix2));
    for (size_t i = 0; i < n; i++) {
        float g = 0;
        for (size_t c = 0; c < TRAINER_CHUNKS; c++)
            g += t->grads[c]->slab[at + i];
        if (g == 0.0f)
            continue;
        g *= (float)scale;
        mean[i] = 0.9f * mean[i] + 0.1f * g;
        square[i] = 0.999f * square[i] + 0.001f * g * g;
        value[i] -= r * mean[i] / (sqrtf(square[i]) * s + 1e-6f);
        value[i] -= pull * (value[i] - start[i]);
    }
}

/* Both directions of a relation learn as one: types that see only the other gain. */
static void tie_directions(struct trainer *t)
{
    assert(t->grads[0]->rows % 2 == 0);
    struct model *g = t->grads[0];
    float *rows[] = {g->attend0_relation, g->attend1_relation, g->gate0, g->gate1};
    size_t columns[] = {MODEL_HEADS0 + 1, MODEL_HEADS1, g->rank0, g->rank1};
    for (size_t k = 0; k < 4; k++)
        for (size_t r = 0; r + 1 < g->rows; r += 2)
            for (size_t i = 0; i < columns[k]; i++) {
                float sum = 0;
                for (size_t c = 0; c < TRAINER_CHUNKS; c++) {
                    size_t at = (size_t)(rows[k] - g->slab) + r * columns[k] + i;
                    float *x = t->grads[c]->slab + at;
                    sum += x[0] + x[columns[k]];
                    x[0] = x[columns[k]] = 0;
                }
                rows[k][r * columns[k] + i] = rows[k][(r + 1) * columns[k] + i] = sum;
            }
}

void trainer_step(struct trainer *t, const struct trainer_key *order, size_t n, int epoch,
                  double rate, double *loss, double *weight)
{
    assert(order && n > 0 && n <= TRAINER_BATCH);
    assert(rate >= 0);
    struct step s = {t, order, n, epoch};
    struct model_tensor list[MODEL_N_TENSORS], seen[MODEL_N_TENSORS];
    double step_weight = 0;
    pool_run(t->pool, run_chunks, &s, TRAINER_CHUNKS, 1);
    for (size_t c = 0; c < TRAINER_CHUNKS; c++) {
        *loss += t->losses[c];
        step_weight += t->weights[c];
    }
    *weight += step_weight;
    tie_directions(t);
    t->steps++;
    model_list_tensors(t->m, list);
    model_list_tensors(&t->ablated.view, seen); /* what is left out stays as it is */
    for (size_t i = 0; i < MODEL_N_TENSORS; i++)
        if (seen[i].data == list[i].data && pace(list[i].name) > 0 &&
            !(t->o->generic && list[i].data == t->m->bucket_weight))
            update(t, &list[i], rate * pace(list[i].name), 1.0 / (step_weight + 1e-9));
}

void trainer_step_new(struct trainer *t)
{
    assert(!t->mean && !t->square && t->start->slab_floats == t->m->slab_floats);
    for (size_t c = 0; c < TRAINER_CHUNKS; c++)
        network_gradient_new(t->m, &t->grads[c]);
    t->mean = memory_calloc(t->m->slab_floats, sizeof(float));
    t->square = memory_calloc(t->m->slab_floats, sizeof(float));
    memcpy(t->start->slab, t->m->slab, t->m->slab_floats * sizeof(float));
}

void trainer_step_free(struct trainer *t)
{
    for (size_t c = 0; c < TRAINER_CHUNKS; c++)
        model_free(t->grads[c]);
    free(t->mean);
    free(t->square);
}
