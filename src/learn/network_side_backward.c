/*
 * network_side_backward.c - the backward pass of network_profile.c and network_side.c, from a
 * profile to the parameters and to the vectors it was built of.
 */
#include "alignd/learn/network_gradient.h"
#include "alignd/model/network_pass.h"

#include <assert.h>
#include <math.h>

/* Messages of a profile lie with a stride of n, lanes with one of TILE_ROUND(n). */
struct dlanes {
    const struct network_lanes *lanes;
    const float *message;
    size_t stride;
    float *dmessage; /* (depth, stride) */
};

/* dx of the softmax with a silent neighbour, over both kinds; in place: dbeta becomes dlogit */
static void softmax_backward(const float *beta_e, float *d_e, size_t n_e, const float *beta_v,
                             float *d_v, size_t n_v)
{
    assert(n_e <= NETWORK_MAX_LANES && n_v <= NETWORK_MAX_LANES);
    float mean = 0;
    for (size_t l = 0; l < n_e; l++)
        mean += beta_e[l] * d_e[l];
    for (size_t l = 0; l < n_v; l++)
        mean += beta_v[l] * d_v[l];
    for (size_t l = 0; l < n_e; l++)
        d_e[l] = beta_e[l] * (d_e[l] - mean);
    for (size_t l = 0; l < n_v; l++)
        d_v[l] = beta_v[l] * (d_v[l] - mean);
}

/* The parameters of one head of one level. */
struct dhead {
    const float *c, *c_self;                  /* (depth), (d) */
    float *dc, *dc_self, *drelation, *dvalue; /* drelation: + row * columns; dvalue NULL: none */
    size_t depth, columns;
};

/* logit = leaky_relu(c . message + c_self . z0) + relation's (+ value's) */
static void logits_backward(const struct model *m, const struct dhead *h, const float *z0_self,
                            const struct dlanes *x, const float *dlogit, float *dz0_self)
{
    assert(x->lanes->n <= NETWORK_MAX_LANES && h->depth <= 2 * MODEL_MAX_D);
    float dself = 0, self = tile_dot(h->c_self, z0_self, m->d), pre[NETWORK_MAX_LANES] = {0};
    size_t n = x->lanes->n;
    for (size_t k = 0; k < h->depth; k++)
        tile_add_scaled(pre, h->c[k], x->message + k * x->stride, n);
    for (size_t l = 0; l < n; l++) {
        h->drelation[model_relation_row(m, x->lanes->from[l]->relation) * h->columns] += dlogit[l];
        if (h->dvalue)
            *h->dvalue += dlogit[l];
        pre[l] = (pre[l] + self < 0 ? 0.2f : 1.0f) * dlogit[l];
        dself += pre[l];
    }
    for (size_t k = 0; k < h->depth; k++) {
        float dc = 0;
        for (size_t l = 0; l < n; l++)
            dc += pre[l] * x->message[k * x->stride + l];
        h->dc[k] += dc;
        tile_add_scaled(x->dmessage + k * x->stride, h->c[k], pre, n);
    }
    tile_add_scaled(h->dc_self, dself, z0_self, m->d);
    tile_add_scaled(dz0_self, dself, h->c_self, m->d);
}

static struct dhead head0(const struct model *m, struct model *grad, size_t g, bool values)
{
    assert(g <= MODEL_HEADS0);
    return (struct dhead){.c = m->attend0 + g * m->d,
                          .c_self = m->attend0_self + g * m->d,
                          .dc = grad->attend0 + g * m->d,
                          .dc_self = grad->attend0_self + g * m->d,
                          .drelation = grad->attend0_relation + g,
                          .dvalue = values ? grad->attend0_value + g : NULL,
                          .depth = m->d,
                          .columns = MODEL_HEADS0 + 1};
}

static struct dhead head1(const struct model *m, struct model *grad, size_t g)
{
    assert(g < MODEL_HEADS1);
    return (struct dhead){.c = m->attend1 + g * 2 * m->h,
                          .c_self = m->attend1_self + g * m->d,
                          .dc = grad->attend1 + g * 2 * m->h,
                          .dc_self = grad->attend1_self + g * m->d,
                          .drelation = grad->attend1_relation + g,
                          .depth = 2 * m->h,
                          .columns = MODEL_HEADS1};
}

/* around = scale * r / |r|, r = P sum, sum = sum_l beta_l message_l */
static void around_backward(const struct model *m, const struct dlanes *e, const float *beta_e,
                            float *dbeta_e, const struct dlanes *v, const float *beta_v,
                            float *dbeta_v, const float *daround, struct model *grad)
{
    assert(m->d <= MODEL_MAX_D && m->h <= MODEL_MAX_D);
    float sum[MODEL_MAX_D] = {0}, dsum[MODEL_MAX_D] = {0}, r[MODEL_MAX_D], dr[MODEL_MAX_D];
    for (size_t k = 0; k < m->d; k++) {
        for (size_t l = 0; l < e->lanes->n; l++)
            sum[k] += beta_e[l] * e->message[k * e->stride + l];
        for (size_t l = 0; l < v->lanes->n; l++)
            sum[k] += beta_v[l] * v->message[k * v->stride + l];
    }
    tile_vector(r, m->project_around, sum, m->h, m->d);
    float length = sqrtf(tile_dot(r, r, m->h));
    if (!(length > 1e-12f))
        return;
    float along = tile_dot(daround, r, m->h) / length;
    grad->around_scale[0] += along;
    for (size_t i = 0; i < m->h; i++) {
        dr[i] = m->around_scale[0] / length * (daround[i] - along * r[i] / length);
        tile_add_scaled(grad->project_around + i * m->d, dr[i], sum, m->d);
        tile_add_scaled(dsum, dr[i], m->project_around + i * m->d, m->d);
    }
    for (size_t k = 0; k < m->d; k++) {
        tile_add_scaled(dbeta_e, dsum[k], e->message + k * e->stride, e->lanes->n);
        tile_add_scaled(e->dmessage + k * e->stride, dsum[k], beta_e, e->lanes->n);
        tile_add_scaled(dbeta_v, dsum[k], v->message + k * v->stride, v->lanes->n);
        tile_add_scaled(v->dmessage + k * v->stride, dsum[k], beta_v, v->lanes->n);
    }
}

/* message = z + up' (gate_r * (down z)), one lane at a time; dz goes where dn says */
static void transform_backward(const struct model *m, const struct dlanes *x, bool level1,
                               struct model *grad, const struct network_neighbour_gradient *dn)
{
    assert(x->stride >= x->lanes->n && (dn || !x->lanes->n));
    size_t depth = level1 ? 2 * m->h : m->d, rank = level1 ? m->rank1 : m->rank0;
    const float *down = level1 ? m->down1 : m->down0, *up = level1 ? m->up1 : m->up0;
    for (size_t l = 0; l < x->lanes->n; l++) {
        const struct network_neighbour *from = x->lanes->from[l];
        const float *z = level1 ? from->z1 : from->z0;
        float *dz = level1 ? dn[x->lanes->place[l]].dz1 : dn[x->lanes->place[l]].dz0;
        size_t row = model_relation_row(m, from->relation) * rank;
        float d[2 * MODEL_MAX_D];
        for (size_t k = 0; k < depth; k++)
            d[k] = x->dmessage[k * x->stride + l];
        if (dz)
            tile_add_scaled(dz, 1.0f, d, depth);
        for (size_t r = 0; r < rank; r++) {
            const float *gate = (level1 ? m->gate1 : m->gate0) + row;
            float inner = tile_dot(down + r * depth, z, depth);
            float dinner = tile_dot(up + r * depth, d, depth);
            ((level1 ? grad->gate1 : grad->gate0) + row)[r] += inner * dinner;
            tile_add_scaled((level1 ? grad->up1 : grad->up0) + r * depth, gate[r] * inner, d,
                            depth);
            tile_add_scaled((level1 ? grad->down1 : grad->down0) + r * depth, gate[r] * dinner, z,
                            depth);
            if (dz)
                tile_add_scaled(dz, gate[r] * dinner, down + r * depth, depth);
        }
    }
}

/* norm and gram, to the messages */
static void block_backward(const struct dlanes *x, size_t depth, const float *dnorm,
                           const float *dgram)
{
    assert(x->lanes->n <= NETWORK_MAX_LANES && x->stride >= x->lanes->n);
    size_t n = x->lanes->n, s = TILE_ROUND(n);
    float both[NETWORK_MAX_LANES * NETWORK_MAX_LANES];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            both[i * n + j] =
                dgram[i * s + j] + dgram[j * s + i] + (i == j ? 2.0f * dnorm[i] : 0.0f);
    for (size_t k = 0; k < depth; k++)
        for (size_t i = 0; i < n; i++)
            tile_add_scaled(x->dmessage + k * x->stride, x->message[k * x->stride + i],
                            both + i * n, n);
}

static void codes_backward(const struct network_lanes *lanes, const float *dcode,
                           struct model *grad)
{
    assert(lanes->n <= NETWORK_MAX_LANES);
    for (size_t l = 0; l < lanes->n; l++)
        for (size_t c = 0; c < MODEL_CODE; c++)
            grad->relation_code[(size_t)lanes->from[l]->relation * MODEL_CODE + c] +=
                dcode[c * lanes->n + l];
}

/* dx += dgate g (1 - g), after the softmax gave dx */
static void gates_backward(const float *gate, const float *dgate, float *dlogit, size_t n)
{
    for (size_t l = 0; l < n; l++)
        dlogit[l] += dgate[l] * gate[l] * (1.0f - gate[l]);
}

static const float *of(const float *dprofile, const float *profile, const float *x)
{
    return dprofile + (x - profile);
}

void network_profile_backward(const struct model *m, const float *z0_self,
                              const struct network_neighbour *neighbours, size_t n,
                              const float *floats, const float *d, struct model *grad,
                              float *dz0_self, const struct network_neighbour_gradient *dn)
{
    assert(grad != m && d != floats);
    struct network_lanes e, v, level1;
    struct profile p;
    float dmessage_e[2 * MODEL_MAX_D * NETWORK_MAX_LANES],
        dmessage_v[MODEL_MAX_D * NETWORK_MAX_LANES];
    float dlogit_e[NETWORK_MAX_LANES], dlogit_v[NETWORK_MAX_LANES];
    float dsum_e[NETWORK_MAX_LANES], dsum_v[NETWORK_MAX_LANES];
    network_side_split(m, neighbours, n, &e, &v, &level1);
    network_profile_view(m, floats, &p);
    assert(p.n_e == e.n && p.n_v == v.n && p.n_1 == level1.n);
    tile_add_scaled(dz0_self, 1.0f, of(d, floats, p.z0), m->d);
    codes_backward(&e, of(d, floats, p.code_e), grad);
    codes_backward(&v, of(d, floats, p.code_v), grad);

    /* level 0: what the score wants of the messages, then around, then the heads */
    memcpy(dmessage_e, of(d, floats, p.e0.message), m->d * e.n * sizeof(float));
    memcpy(dmessage_v, of(d, floats, p.v0.message), m->d * v.n * sizeof(float));
    struct dlanes x_e = {
        .lanes = &e, .message = p.e0.message, .stride = e.n, .dmessage = dmessage_e};
    struct dlanes x_v = {
        .lanes = &v, .message = p.v0.message, .stride = v.n, .dmessage = dmessage_v};
    block_backward(&x_e, m->d, of(d, floats, p.e0.norm), of(d, floats, p.e0.gram));
    block_backward(&x_v, m->d, of(d, floats, p.v0.norm), of(d, floats, p.v0.gram));
    memset(dsum_e, 0, sizeof(dsum_e));
    memset(dsum_v, 0, sizeof(dsum_v));
    around_backward(m, &x_e, p.beta_e + MODEL_SUMMARY * p.s_e, dsum_e, &x_v,
                    p.beta_v + MODEL_SUMMARY * p.s_v, dsum_v, of(d, floats, p.around), grad);
    for (size_t g = 0; g <= MODEL_HEADS0; g++) {
        const float *beta_e = p.beta_e + g * p.s_e, *beta_v = p.beta_v + g * p.s_v;
        const float *gate_e = p.gate_e + g * p.s_e, *gate_v = p.gate_v + g * p.s_v;
        memcpy(dlogit_e, of(d, floats, beta_e), e.n * sizeof(float));
        memcpy(dlogit_v, of(d, floats, beta_v), v.n * sizeof(float));
        if (g == MODEL_SUMMARY) {
            tile_add_scaled(dlogit_e, 1.0f, dsum_e, e.n);
            tile_add_scaled(dlogit_e, 1.0f, of(d, floats, p.summary1), p.n_1);
            tile_add_scaled(dlogit_v, 1.0f, dsum_v, v.n);
        }
        softmax_backward(beta_e, dlogit_e, e.n, beta_v, dlogit_v, v.n);
        gates_backward(gate_e, of(d, floats, gate_e), dlogit_e, e.n);
        gates_backward(gate_v, of(d, floats, gate_v), dlogit_v, v.n);
        struct dhead h_e = head0(m, grad, g, false), h_v = head0(m, grad, g, true);
        logits_backward(m, &h_e, z0_self, &x_e, dlogit_e, dz0_self);
        logits_backward(m, &h_v, z0_self, &x_v, dlogit_v, dz0_self);
    }
    transform_backward(m, &x_e, false, grad, dn);
    transform_backward(m, &x_v, false, grad, dn);

    /* level 1 */
    memcpy(dmessage_e, of(d, floats, p.e1.message), 2 * m->h * level1.n * sizeof(float));
    struct dlanes x_1 = {
        .lanes = &level1, .message = p.e1.message, .stride = level1.n, .dmessage = dmessage_e};
    block_backward(&x_1, 2 * m->h, of(d, floats, p.e1.norm), of(d, floats, p.e1.gram));
    for (size_t g = 0; g < MODEL_HEADS1; g++) {
        const float *beta = p.beta1 + g * p.s_1, *gate = p.gate1 + g * p.s_1;
        memcpy(dlogit_e, of(d, floats, beta), level1.n * sizeof(float));
        softmax_backward(beta, dlogit_e, level1.n, NULL, NULL, 0);
        gates_backward(gate, of(d, floats, gate), dlogit_e, level1.n);
        struct dhead h = head1(m, grad, g);
        logits_backward(m, &h, z0_self, &x_1, dlogit_e, dz0_self);
    }
    transform_backward(m, &x_1, true, grad, dn);
}

void network_vector1_backward(const struct model *m, const float *z0_self,
                              const struct network_neighbour *neighbours, size_t n,
                              const float *dz1, struct model *grad, float *dz0_self,
                              const struct network_neighbour_gradient *dn)
{
    assert(grad != m && dz1);
    struct network_lanes e, v, level1;
    float message_e[MODEL_MAX_D * NETWORK_MAX_LANES], message_v[MODEL_MAX_D * NETWORK_MAX_LANES];
    float dmessage_e[MODEL_MAX_D * NETWORK_MAX_LANES], dmessage_v[MODEL_MAX_D * NETWORK_MAX_LANES];
    float beta_e[NETWORK_MAX_LANES], beta_v[NETWORK_MAX_LANES];
    float dlogit_e[NETWORK_MAX_LANES] = {0}, dlogit_v[NETWORK_MAX_LANES] = {0};

    /* forward, as network_vector1 */
    network_side_split(m, neighbours, n, &e, &v, &level1);
    network_side_messages0(m, &e, message_e);
    network_side_messages0(m, &v, message_v);
    network_side_logits0(m, &e, false, z0_self, message_e, MODEL_SUMMARY, 1, beta_e);
    network_side_logits0(m, &v, true, z0_self, message_v, MODEL_SUMMARY, 1, beta_v);
    network_side_softmax(beta_e, e.n, beta_v, v.n);

    for (size_t i = 0; i < m->h; i++) {
        tile_add_scaled(grad->project_self + i * m->d, dz1[i], z0_self, m->d);
        tile_add_scaled(dz0_self, dz1[i], m->project_self + i * m->d, m->d);
    }
    memset(dmessage_e, 0, m->d * e.stride * sizeof(float));
    memset(dmessage_v, 0, m->d * v.stride * sizeof(float));
    struct dlanes x_e = {
        .lanes = &e, .message = message_e, .stride = e.stride, .dmessage = dmessage_e};
    struct dlanes x_v = {
        .lanes = &v, .message = message_v, .stride = v.stride, .dmessage = dmessage_v};
    around_backward(m, &x_e, beta_e, dlogit_e, &x_v, beta_v, dlogit_v, dz1 + m->h, grad);
    softmax_backward(beta_e, dlogit_e, e.n, beta_v, dlogit_v, v.n);
    struct dhead h_e = head0(m, grad, MODEL_SUMMARY, false);
    struct dhead h_v = head0(m, grad, MODEL_SUMMARY, true);
    logits_backward(m, &h_e, z0_self, &x_e, dlogit_e, dz0_self);
    logits_backward(m, &h_v, z0_self, &x_v, dlogit_v, dz0_self);
    transform_backward(m, &x_e, false, grad, dn);
    transform_backward(m, &x_v, false, grad, dn);
}
