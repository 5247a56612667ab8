/*
 * network_score_backward.c - the backward pass of network_score.c, from the logit to both
 * profiles, each function beside the one of the forward pass that it undoes.
 */
#include "alignd/base/err.h"
#include "alignd/learn/ablation.h"
#include "alignd/learn/network_gradient.h"
#include "alignd/model/network_pass.h"

#include <assert.h>
#include <math.h>

/*
 * Gradients of a profile lie where the profile has its numbers: dx(p, x) is
 * the place of x's gradient.  norm and gram have gradients of their own, which
 * network_profile_backward turns into those of the messages.
 */
struct dside {
    const struct profile *p;
    const float *floats; /* the profile */
    float *d;            /* its gradient */
};

static float *at(const struct dside *s, const float *x)
{
    return s->d + (x - s->floats);
}

static void add_scaled(float *y, float scale, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += scale * x[i];
}

/* The gradients of one meeting, gathered from all that read it. */
struct dmeeting {
    float ddot[NETWORK_MAX_LANES * NETWORK_MAX_LANES]; /* (n0, s1) */
    float dbest[2][NETWORK_MAX_LANES], dsum[2][NETWORK_MAX_LANES];
};

struct dkinship {
    float ddistance[NETWORK_MAX_LANES * NETWORK_MAX_LANES]; /* (n0, s1) */
    float dcomparable[2][NETWORK_MAX_LANES];
};

/* --- the head --- */

static void head_backward(const struct model *m, const struct network_pass *x, float dlogit,
                          struct model *grad, float *dfeature)
{
    assert(grad != m && dfeature);
    float dhidden[MODEL_HIDDEN];
    add_scaled(grad->direct, dlogit, x->feature, NETWORK_FEATURES);
    add_scaled(grad->output, dlogit, x->hidden, MODEL_HIDDEN);
    grad->direct_bias[0] += dlogit;
    for (size_t i = 0; i < MODEL_HIDDEN; i++) {
        dhidden[i] = x->hidden[i] > 0 ? dlogit * m->output[i] : 0.0f;
        grad->hidden_bias[i] += dhidden[i];
    }
    for (size_t f = 0; f < FEATURES_USED; f++) {
        add_scaled(grad->hidden + f * MODEL_HIDDEN, x->feature[f], dhidden, MODEL_HIDDEN);
        dfeature[f] =
            dlogit * m->direct[f] + tile_dot(m->hidden + f * MODEL_HIDDEN, dhidden, MODEL_HIDDEN);
    }
}

/* --- text --- */

static void text_backward(const struct model *m, const struct network_pass *x, const float *df,
                          const struct dside side[2], struct model *grad)
{
    assert(side[0].p == x->side[0] && side[1].p == x->side[1]);
    const struct profile *a = x->side[0], *b = x->side[1];
    if (a->named && b->named) {
        float dcos = df[FEATURE_COS] + 6.0f * x->feature[FEATURE_NEAR] * df[FEATURE_NEAR] +
                     60.0f * x->feature[FEATURE_EXACT] * df[FEATURE_EXACT];
        add_scaled(at(&side[0], a->z0), dcos, b->z0, m->d);
        add_scaled(at(&side[1], b->z0), dcos, a->z0, m->d);
    }
    float scale = m->around_scale[0] * m->around_scale[0];
    if (!(scale > 0))
        return;
    float d = df[FEATURE_COS_SUMMARY];
    add_scaled(at(&side[0], a->around), d / scale, b->around, m->h);
    add_scaled(at(&side[1], b->around), d / scale, a->around, m->h);
    grad->around_scale[0] -= 2.0f * d * x->feature[FEATURE_COS_SUMMARY] / m->around_scale[0];
}

/* --- the heads of self-attention --- */

/* Which side a lower() or higher() took its value from. */
static size_t lower_side(float a, float b)
{
    return a < b ? 0 : 1;
}

static size_t higher_side(float a, float b)
{
    return a > b ? 0 : 1;
}

static void heads_backward(const struct network_evidence seen[2], const float *df, size_t heads,
                           struct network_evidence d[2])
{
    assert(heads <= 8 && d != seen);
    memset(d, 0, 2 * sizeof(*d));
    for (size_t g = 0; g < heads; g++, df += 4) {
        float agree[2] = {seen[0].agree[g], seen[1].agree[g]};
        float count[2] = {seen[0].count[g], seen[1].count[g]};
        d[lower_side(agree[0], agree[1])].agree[g] += df[HEAD_AGREE_LO];
        d[higher_side(agree[0], agree[1])].agree[g] += df[HEAD_AGREE_HI];
        d[higher_side(seen[0].disagree[g], seen[1].disagree[g])].disagree[g] += df[HEAD_DISAGREE];
        size_t low = lower_side(count[0], count[1]);
        float rest = 1.0f / (1.0f + count[low]);
        d[low].count[g] += df[HEAD_COUNT] * rest * rest;
    }
}

/* One kind of one side: from what the heads saw to attention, twins and kinship. */
static void look_backward(const struct network_meeting *t, size_t side, const float *beta,
                          const float *gate, size_t heads, const struct network_evidence *d,
                          float *dbeta, float *dgate, struct dmeeting *dt, float *dcomparable)
{
    assert(side < 2 && heads <= 8);
    size_t n = t->n[side], s = t->s[side];
    for (size_t l = 0; l < n; l++) {
        float best = t->best[side][l], like = t->kin->comparable[side][l];
        float dbest = 0, dlike = 0;
        for (size_t g = 0; g < heads; g++) {
            float b = beta[g * s + l];
            dbeta[g * s + l] += d->agree[g] * best + d->disagree[g] * like * (1.0f - best);
            dgate[g * s + l] += d->count[g] * best;
            dbest += d->agree[g] * b - d->disagree[g] * b * like + d->count[g] * gate[g * s + l];
            dlike += d->disagree[g] * b * (1.0f - best);
        }
        dt->dbest[side][l] += dbest;
        dcomparable[l] += dlike;
    }
}

/* --- sums under both attentions --- */

static float total(const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

/* y = matrix (n, stride) * x, or its transpose */
static void multiply(float *y, const float *matrix, size_t stride, const float *x, size_t n,
                     size_t m, bool transposed)
{
    assert(stride >= m && y != x);
    for (size_t i = 0; i < (transposed ? m : n); i++)
        y[i] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            y[transposed ? j : i] += matrix[i * stride + j] * x[transposed ? i : j];
}

/* cosine of the sums and mass, to w of both sides, the products and the grams */
static void sums_backward(const struct network_meeting *t, const struct profile_block *block[2],
                          const struct dside side[2], const float *w[2], float dcos, float dmass,
                          struct dmeeting *dt, float *dw[2])
{
    assert(t->n[0] <= NETWORK_MAX_LANES && t->n[1] <= NETWORK_MAX_LANES);
    float sum[2] = {total(w[0], t->n[0]), total(w[1], t->n[1])};
    size_t low = lower_side(sum[0], sum[1]);
    float rest = 1.0f / (1.0f + sum[low]);
    for (size_t l = 0; l < t->n[low]; l++)
        dw[low][l] += dmass * rest * rest;
    if (!t->n[0] || !t->n[1])
        return;

    float dot_w[2][NETWORK_MAX_LANES], gram_w[2][NETWORK_MAX_LANES], own[2] = {0, 0}, across = 0;
    multiply(dot_w[0], t->dot, t->s[1], w[1], t->n[0], t->n[1], false);
    multiply(dot_w[1], t->dot, t->s[1], w[0], t->n[0], t->n[1], true);
    for (size_t i = 0; i < 2; i++) {
        multiply(gram_w[i], block[i]->gram, t->s[i], w[i], t->n[i], t->n[i], false);
        for (size_t l = 0; l < t->n[i]; l++)
            own[i] += w[i][l] * gram_w[i][l];
    }
    for (size_t l = 0; l < t->n[0]; l++)
        across += w[0][l] * dot_w[0][l];
    float lengths = sqrtf(own[0] > 0 ? own[0] : 0) * sqrtf(own[1] > 0 ? own[1] : 0);
    if (!(lengths > 1e-20f))
        return;

    assert(own[0] > 0 && own[1] > 0);
    float dacross = dcos / lengths;
    for (size_t i = 0; i < t->n[0]; i++)
        add_scaled(dt->ddot + i * t->s[1], dacross * w[0][i], w[1], t->n[1]);
    for (size_t i = 0; i < 2; i++) {
        float down = -dcos * (across / lengths) / (2.0f * own[i]);
        add_scaled(dw[i], dacross, dot_w[i], t->n[i]);
        add_scaled(dw[i], 2.0f * down, gram_w[i], t->n[i]);
        float *dgram = at(&side[i], block[i]->gram);
        for (size_t l = 0; l < t->n[i]; l++)
            add_scaled(dgram + l * t->s[i], down * w[i][l], w[i], t->n[i]);
    }
}

/* w = sum * beta */
static void weigh_backward(const struct network_meeting *t, size_t side, const float *beta,
                           const float *dw, float *dbeta, struct dmeeting *dt)
{
    assert(side < 2 && t->n[side] <= NETWORK_MAX_LANES);
    for (size_t l = 0; l < t->n[side]; l++) {
        dt->dsum[side][l] += dw[l] * beta[l];
        dbeta[l] += dw[l] * t->sum[side][l];
    }
}

/* --- cross-graph attention --- */

/* Ties go to the first: as good a subgradient as any other. */
static void first_bests(const struct network_meeting *t, const float *value, size_t place[2][32])
{
    assert(t->n[0] <= NETWORK_MAX_LANES && t->n[1] <= NETWORK_MAX_LANES);
    for (size_t i = 0; i < t->n[0]; i++)
        place[0][i] = 0;
    for (size_t j = 0; j < t->n[1]; j++)
        place[1][j] = 0;
    for (size_t i = 0; i < t->n[0]; i++)
        for (size_t j = 0; j < t->n[1]; j++) {
            float x = value[i * t->s[1] + j];
            if (x > value[i * t->s[1] + place[0][i]])
                place[0][i] = j;
            if (x > value[place[1][j] * t->s[1] + j])
                place[1][j] = i;
        }
}

/* dm_a (depth, n_a) += m_b (depth, n_b) * ddot', and the other way round */
static void products_backward(const struct network_meeting *t, const struct profile_block *block[2],
                              size_t depth, const struct dside side[2], const float *ddot)
{
    assert(t->n[0] <= NETWORK_MAX_LANES && t->n[1] <= t->s[1]);
    size_t n_a = t->n[0], n_b = t->n[1], s_b = t->s[1];
    float turned[NETWORK_MAX_LANES * NETWORK_MAX_LANES];
    float *da = at(&side[0], block[0]->message), *db = at(&side[1], block[1]->message);
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            turned[j * n_a + i] = ddot[i * s_b + j];
    for (size_t k = 0; k < depth; k++) {
        const float *a = block[0]->message + k * n_a, *b = block[1]->message + k * n_b;
        for (size_t j = 0; j < n_b; j++)
            add_scaled(da + k * n_a, b[j], turned + j * n_a, n_a);
        for (size_t i = 0; i < n_a; i++)
            add_scaled(db + k * n_b, a[i], ddot + i * s_b, n_b);
    }
}

static void meet_backward(const struct network_meeting *t, const struct profile_block *block[2],
                          size_t depth, float tau, float *dsharpness, const struct dside side[2],
                          struct dmeeting *dt, struct dkinship *dkin)
{
    assert(t->s[1] >= t->n[1] && t->kin);
    size_t place[2][NETWORK_MAX_LANES], n_a = t->n[0], n_b = t->n[1], s_b = t->s[1];
    if (!n_a || !n_b)
        return;
    float *dnorm_a = at(&side[0], block[0]->norm), *dnorm_b = at(&side[1], block[1]->norm);
    first_bests(t, t->similarity, place);
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++) {
            float near = t->similarity[i * s_b + j];
            float d = dt->dsum[0][i] + dt->dsum[1][j];
            d += place[0][i] == j ? dt->dbest[0][i] : 0.0f;
            d += place[1][j] == i ? dt->dbest[1][j] : 0.0f;
            d *= -tau * near; /* now of the distance */
            float far = block[0]->norm[i] + block[1]->norm[j] - 2.0f * t->dot[i * s_b + j];
            float code = t->kin->distance[i * s_b + j];
            *dsharpness += d * ((far > 0 ? far : 0) + code);
            dkin->ddistance[i * s_b + j] += d;
            if (far > 0) {
                dnorm_a[i] += d;
                dnorm_b[j] += d;
                dt->ddot[i * s_b + j] -= 2.0f * d;
            }
        }
    products_backward(t, block, depth, side, dt->ddot);
}

/* distance and comparable, to the codes (C, s) of both sides */
static void relate_backward(const struct network_meeting *t, const float *code_a, size_t s_a,
                            const float *code_b, size_t s_codes_b, const struct dside side[2],
                            struct dkinship *dkin)
{
    assert(s_a >= t->n[0] && s_codes_b >= t->n[1]);
    size_t place[2][NETWORK_MAX_LANES], n_a = t->n[0], n_b = t->n[1], s_b = t->s[1];
    float like[NETWORK_MAX_LANES * NETWORK_MAX_LANES];
    if (!n_a || !n_b)
        return;
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            like[i * s_b + j] = expf(-8.0f * t->kin->distance[i * s_b + j]);
    first_bests(t, like, place);
    float *da = at(&side[0], code_a), *db = at(&side[1], code_b);
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++) {
            float d = dkin->ddistance[i * s_b + j], l = like[i * s_b + j];
            d -= place[0][i] == j ? 8.0f * l * dkin->dcomparable[0][i] : 0.0f;
            d -= place[1][j] == i ? 8.0f * l * dkin->dcomparable[1][j] : 0.0f;
            for (size_t c = 0; c < MODEL_CODE; c++) {
                float apart = 2.0f * d * (code_a[c * s_a + i] - code_b[c * s_codes_b + j]);
                da[c * s_a + i] += apart;
                db[c * s_codes_b + j] -= apart;
            }
        }
}

/* --- all of it --- */

struct dpass {
    struct dmeeting e0, v0, e1;
    struct dkinship kin_e, kin_v, kin_1;
};

static void one_sum(const struct network_meeting *t, const struct dside side[2],
                    const struct profile_block *a, const struct profile_block *b,
                    const float w[2][NETWORK_MAX_LANES], const float *summary[2], float dcos,
                    float dmass, struct dmeeting *dt)
{
    assert(side[0].d && side[1].d);
    const struct profile_block *block[2] = {a, b};
    float dw[2][NETWORK_MAX_LANES] = {{0}};
    const float *each_w[2] = {w[0], w[1]};
    float *each_dw[2] = {dw[0], dw[1]};
    sums_backward(t, block, side, each_w, dcos, dmass, dt, each_dw);
    for (size_t i = 0; i < 2; i++)
        weigh_backward(t, i, summary[i], dw[i], at(&side[i], summary[i]), dt);
}

static void graph_backward(const struct network_pass *x, const float *df,
                           const struct dside side[2], struct dpass *d)
{
    assert(side[0].p == x->side[0] && side[1].p == x->side[1]);
    const struct profile *a = x->side[0], *b = x->side[1];
    const float *summary_e[2] = {a->beta_e + MODEL_SUMMARY * a->s_e,
                                 b->beta_e + MODEL_SUMMARY * b->s_e};
    const float *summary_v[2] = {a->beta_v + MODEL_SUMMARY * a->s_v,
                                 b->beta_v + MODEL_SUMMARY * b->s_v};
    const float *summary_1[2] = {a->summary1, b->summary1};
    one_sum(&x->e0, side, &a->e0, &b->e0, x->w_e0, summary_e, df[FEATURE_COS_ENTITIES],
            df[FEATURE_MASS_ENTITIES], &d->e0);
    one_sum(&x->v0, side, &a->v0, &b->v0, x->w_v0, summary_v, df[FEATURE_COS_VALUES],
            df[FEATURE_MASS_VALUES], &d->v0);
    one_sum(&x->e1, side, &a->e1, &b->e1, x->w_e1, summary_1, df[FEATURE_COS_LEVEL1],
            df[FEATURE_MASS_LEVEL1], &d->e1);

    struct network_evidence d0[2], d1[2];
    heads_backward(x->seen0, df + FEATURE_HEADS0, MODEL_HEADS0, d0);
    heads_backward(x->seen1, df + FEATURE_HEADS1, MODEL_HEADS1, d1);
    for (size_t i = 0; i < 2; i++) {
        const struct profile *p = x->side[i];
        const struct dside *s = &side[i];
        look_backward(&x->e0, i, p->beta_e, p->gate_e, MODEL_HEADS0, &d0[i], at(s, p->beta_e),
                      at(s, p->gate_e), &d->e0, d->kin_e.dcomparable[i]);
        look_backward(&x->v0, i, p->beta_v, p->gate_v, MODEL_HEADS0, &d0[i], at(s, p->beta_v),
                      at(s, p->gate_v), &d->v0, d->kin_v.dcomparable[i]);
        look_backward(&x->e1, i, p->beta1, p->gate1, MODEL_HEADS1, &d1[i], at(s, p->beta1),
                      at(s, p->gate1), &d->e1, d->kin_1.dcomparable[i]);
    }
}

static void attend_across_backward(const struct model *m, const struct network_pass *x,
                                   const struct dside side[2], struct dpass *d, struct model *grad)
{
    assert(grad != m);
    const struct profile *a = x->side[0], *b = x->side[1];
    const struct profile_block *e0[2] = {&a->e0, &b->e0}, *v0[2] = {&a->v0, &b->v0},
                               *e1[2] = {&a->e1, &b->e1};
    float tau[3];
    for (size_t i = 0; i < 3; i++)
        tau[i] = expf(m->sharpness[i]);
    meet_backward(&x->e0, e0, m->d, tau[0], &grad->sharpness[0], side, &d->e0, &d->kin_e);
    meet_backward(&x->v0, v0, m->d, tau[1], &grad->sharpness[1], side, &d->v0, &d->kin_v);
    meet_backward(&x->e1, e1, 2 * m->h, tau[2], &grad->sharpness[2], side, &d->e1, &d->kin_1);
    relate_backward(&x->e0, a->code_e, a->n_e, b->code_e, b->n_e, side, &d->kin_e);
    relate_backward(&x->v0, a->code_v, a->n_v, b->code_v, b->n_v, side, &d->kin_v);
    relate_backward(&x->e1, a->code_e, a->n_e, b->code_e, b->n_e, side, &d->kin_1);
}

void network_score_backward_pass(const struct model *m, const struct network_pass *x,
                                 unsigned without, float dlogit, const float *profile_a,
                                 const float *profile_b, struct model *grad, float *dprofile_a,
                                 float *dprofile_b)
{
    assert(grad != m && dprofile_a && dprofile_b);
    float dfeature[NETWORK_FEATURES] = {0};
    struct dpass d;
    const float *floats[2] = {profile_a, profile_b};
    float *gradients[2] = {dprofile_a, dprofile_b};
    struct dside side[2];
    for (size_t i = 0; i < 2; i++)
        side[i] = (struct dside){x->side[i], floats[i ^ x->swapped], gradients[i ^ x->swapped]};
    memset(&d, 0, sizeof(d));
    head_backward(m, x, dlogit, grad, dfeature);
    ablation_blank_features(without, dfeature);
    text_backward(m, x, dfeature, side, grad);
    graph_backward(x, dfeature, side, &d);
    attend_across_backward(m, x, side, &d, grad);
}

void network_score_backward(const struct model *m, const float *profile_a, const float *profile_b,
                            float dlogit, struct model *grad, float *dprofile_a, float *dprofile_b)
{
    assert(grad != m);
    struct network_pass x;
    network_score_forward(m, profile_a, profile_b, &x);
    network_score_backward_pass(m, &x, 0, dlogit, profile_a, profile_b, grad, dprofile_a,
                                dprofile_b);
}

void network_gradient_new(const struct model *m, struct model **ret_grad)
{
    struct model_shape shape = {m->seed, m->d, m->h, m->rank0, m->rank1, m->buckets};
    model_new_empty(&shape, m->names, m->n_names, ret_grad);
}
