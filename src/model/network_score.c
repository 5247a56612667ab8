/*
 * network_score.c - a pair judged from the profiles of its ends: which neighbours
 * correspond (cross-graph attention), how much each counts (self-attention), what agrees and
 * disagrees by head, what the statements say exactly; then the trees, or where a model has none the
 * head. Steps in turn: meet, notice, compare, sum, head; experiments stop in between.
 *
 *  (1) The same bits for the same two profiles, in whichever order pairs are scored.
 *  (2) Work is bounded by the neighbours, words and names that a profile may have.
 */
#include "alignd/model/network_pass.h"

#include "alignd/kernel/attention.h"

#include <assert.h>
#include <math.h>

static_assert((int)NETWORK_MAX_LANES <= (int)ATTENTION_LANES, "the kernels have room");
static_assert(MODEL_HEADS0 <= 8 && MODEL_HEADS1 <= 8, "eight heads at once");

/* The codes of one side's neighbours, the first n of which are compared. */
struct codes {
    const float *code, *norm; /* (C, stride), (n) */
    size_t n, stride;
};

static void relate(struct network_kinship *kin, struct codes a, struct codes b)
{
    assert(a.n <= NETWORK_MAX_LANES && a.n <= a.stride);
    assert(b.n <= NETWORK_MAX_LANES && b.n <= b.stride);
    size_t s_b = TILE_ROUND(b.n);
    memset(kin->comparable, 0, sizeof(kin->comparable));
    if (!a.n || !b.n)
        return;
    tile_multiply(kin->distance, s_b, a.code, 1, a.stride, b.code, b.stride, a.n, MODEL_CODE, b.n);
    attention_relate(kin->distance, a.norm, a.n, b.norm, b.n, kin->comparable[0],
                     kin->comparable[1]);
}

/* Cross-graph attention of one block, over (n0, s1). */
static void meet(struct network_meeting *t, const struct profile_block *a, size_t n_a,
                 const struct profile_block *b, size_t n_b, size_t depth,
                 const struct network_kinship *kin, float tau)
{
    assert(n_a <= NETWORK_MAX_LANES && n_b <= NETWORK_MAX_LANES);
    size_t s_a = TILE_ROUND(n_a), s_b = TILE_ROUND(n_b);
    t->n[0] = n_a, t->n[1] = n_b, t->s[0] = s_a, t->s[1] = s_b, t->kin = kin;
    memset(t->best, 0, sizeof(t->best));
    memset(t->sum, 0, sizeof(t->sum));
    if (!n_a || !n_b)
        return;
    tile_multiply(t->dot, s_b, a->message, 1, n_a, b->message, n_b, n_a, depth, n_b);
    struct attention_side x = {a->norm, a->said, n_a, t->best[0], t->sum[0]};
    struct attention_side y = {b->norm, b->said, n_b, t->best[1], t->sum[1]};
    attention_meet(t->similarity, t->dot, kin->distance, tau, &x, &y);
}

/* w = alpha * beta, not yet divided by the sum over the side */
static void weigh(const struct network_meeting *t, size_t side, const float *beta, float *w)
{
    for (size_t l = 0; l < t->s[side]; l++)
        w[l] = t->sum[side][l] * beta[l];
}

/* Cosine of sum_i w_i m_i of both sides, from products of messages alone. */
static float cosine_of_sums(const struct network_meeting *t, const struct profile_block *a,
                            const struct profile_block *b, const float *w_a, const float *w_b)
{
    assert(t->s[0] >= t->n[0] && t->s[1] >= t->n[1]);
    if (!t->n[0] || !t->n[1])
        return 0.0f;
    float across = attention_bilinear(t->dot, t->s[1], w_a, t->n[0], w_b, t->s[1]);
    float own_a = attention_bilinear(a->gram, t->s[0], w_a, t->n[0], w_a, t->s[0]);
    float own_b = attention_bilinear(b->gram, t->s[1], w_b, t->n[1], w_b, t->s[1]);
    float lengths = sqrtf(own_a > 0 ? own_a : 0) * sqrtf(own_b > 0 ? own_b : 0);
    return lengths > 1e-20f ? across / lengths : 0.0f;
}

static float saturate(float x)
{
    return x / (1.0f + x);
}

static float lower(float a, float b)
{
    return a < b ? a : b;
}

static float higher(float a, float b)
{
    return a > b ? a : b;
}

struct glance {
    const struct network_meeting *t;
    const float *beta, *gate; /* (heads, s) of the side */
};

/* At most two kinds of neighbours, heads <= 8. */
static void look(struct network_evidence *x, const struct glance *kinds, size_t n_kinds,
                 size_t side, size_t heads)
{
    assert(n_kinds <= 2 && side < 2 && heads <= 8);
    struct attention_seen seen[2];
    for (size_t k = 0; k < n_kinds; k++) {
        const struct network_meeting *t = kinds[k].t;
        seen[k] = (struct attention_seen){t->best[side], t->kin->comparable[side], kinds[k].beta,
                                          kinds[k].gate, t->s[side]};
    }
    attention_look(x->agree, x->disagree, x->count, seen, n_kinds, heads);
}

static void write_heads(float *feature, const struct network_evidence *a,
                        const struct network_evidence *b, size_t heads)
{
    assert(heads <= 8);
    for (size_t g = 0; g < heads; g++, feature += 4) {
        feature[HEAD_AGREE_LO] = lower(a->agree[g], b->agree[g]);
        feature[HEAD_AGREE_HI] = higher(a->agree[g], b->agree[g]);
        feature[HEAD_DISAGREE] = higher(a->disagree[g], b->disagree[g]);
        feature[HEAD_COUNT] = saturate(lower(a->count[g], b->count[g]));
    }
}

static void text_features(const struct model *m, const struct profile *a, const struct profile *b,
                          float *feature)
{
    assert(a->z0 && b->z0);
    float cosine = tile_dot(a->z0, b->z0, m->d);
    if (a->named && b->named) {
        float near[8] = {-6.0f * (1.0f - cosine), -60.0f * (1.0f - cosine)};
        attention_exp(near);
        feature[FEATURE_BOTH_NAMED] = 1.0f;
        feature[FEATURE_COS] = cosine;
        feature[FEATURE_NEAR] = near[0];
        feature[FEATURE_EXACT] = near[1];
    }
    feature[FEATURE_ONE_NAMED] = a->named != b->named;
    float scale = m->around_scale[0] * m->around_scale[0];
    if (scale > 0)
        feature[FEATURE_COS_SUMMARY] = tile_dot(a->around, b->around, m->h) / scale;
}

static struct codes codes_of_values(const struct profile *p)
{
    return (struct codes){p->code_v, p->code_norm_v, p->n_v, p->n_v};
}

static struct codes codes_of_entities(const struct profile *p, size_t n)
{
    return (struct codes){p->code_e, p->code_norm_e, n, p->n_e};
}

/* Who is pinned to whom. */
static void find_pinned(const struct profile *a, const struct profile *b,
                        struct network_pinned *pinned)
{
    pinned->count = 0;
    for (size_t i = 0; i < a->n_pins; i++)
        for (size_t k = 0; k < b->n_pins && pinned->count < NETWORK_MAX_LANES; k++) {
            if (memcmp(a->pins[i].pin, b->pins[k].pin, sizeof(a->pins[i].pin)) != 0)
                continue;
            assert(a->pins[i].place < a->n_e && b->pins[k].place < b->n_e);
            pinned->all[pinned->count].lane[0] = (unsigned char)a->pins[i].place;
            pinned->all[pinned->count++].lane[1] = (unsigned char)b->pins[k].place;
        }
}

/* They are twins, whatever they are called and whatever is around them. */
static void pin(struct network_meeting *t, const struct network_pinned *pinned)
{
    for (size_t i = 0; i < pinned->count; i++) {
        size_t x = pinned->all[i].lane[0], y = pinned->all[i].lane[1];
        if (x >= t->n[0] || y >= t->n[1])
            continue; /* not of this level */
        float *similarity = &t->similarity[x * t->s[1] + y];
        float more = *similarity < 1.0f ? 1.0f - *similarity : 0.0f;
        *similarity = t->best[0][x] = t->best[1][y] = 1.0f;
        t->sum[0][x] += more;
        t->sum[1][y] += more;
    }
}

static void attend_across(const struct model *m, const struct profile *side[2],
                          struct network_pass *x)
{
    const struct profile *a = side[0], *b = side[1];
    float tau[8] = {m->sharpness[0], m->sharpness[1], m->sharpness[2]};
    attention_exp(tau);
    relate(&x->kin_v, codes_of_values(a), codes_of_values(b));
    relate(&x->kin_e, codes_of_entities(a, a->n_e), codes_of_entities(b, b->n_e));
    relate(&x->kin_1, codes_of_entities(a, a->n_1), codes_of_entities(b, b->n_1));
    meet(&x->v0, &a->v0, a->n_v, &b->v0, b->n_v, m->d, &x->kin_v, tau[1]);
    meet(&x->e0, &a->e0, a->n_e, &b->e0, b->n_e, m->d, &x->kin_e, tau[0]);
    meet(&x->e1, &a->e1, a->n_1, &b->e1, b->n_1, 2 * m->h, &x->kin_1, tau[2]);
    find_pinned(a, b, &x->pinned);
    pin(&x->e0, &x->pinned);
    pin(&x->e1, &x->pinned);
}

/* Of the sums under both attentions: cosines, and how much of them there is. */
static void sum_features(const struct profile *side[2], struct network_pass *x, float *feature)
{
    const struct profile *a = side[0], *b = side[1];
    assert(x->v0.n[0] == a->n_v && x->e1.n[1] == b->n_1);
    assert(x->e0.n[0] == a->n_e && x->e0.n[1] == b->n_e);
    for (size_t i = 0; i < 2; i++) {
        weigh(&x->e0, i, side[i]->beta_e + MODEL_SUMMARY * side[i]->s_e, x->w_e0[i]);
        weigh(&x->v0, i, side[i]->beta_v + MODEL_SUMMARY * side[i]->s_v, x->w_v0[i]);
        weigh(&x->e1, i, side[i]->summary1, x->w_e1[i]);
    }
    feature[FEATURE_COS_ENTITIES] = cosine_of_sums(&x->e0, &a->e0, &b->e0, x->w_e0[0], x->w_e0[1]);
    feature[FEATURE_COS_VALUES] = cosine_of_sums(&x->v0, &a->v0, &b->v0, x->w_v0[0], x->w_v0[1]);
    feature[FEATURE_COS_LEVEL1] = cosine_of_sums(&x->e1, &a->e1, &b->e1, x->w_e1[0], x->w_e1[1]);
    feature[FEATURE_MASS_ENTITIES] =
        saturate(lower(attention_total(x->w_e0[0], a->s_e), attention_total(x->w_e0[1], b->s_e)));
    feature[FEATURE_MASS_VALUES] =
        saturate(lower(attention_total(x->w_v0[0], a->s_v), attention_total(x->w_v0[1], b->s_v)));
    feature[FEATURE_MASS_LEVEL1] =
        saturate(lower(attention_total(x->w_e1[0], a->s_1), attention_total(x->w_e1[1], b->s_1)));
}

/* What each head of self-attention finds to agree and to disagree. */
static void head_features(const struct profile *side[2], struct network_pass *x, float *feature)
{
    assert(x->e0.n[0] == side[0]->n_e && x->e0.n[1] == side[1]->n_e);
    for (size_t i = 0; i < 2; i++) {
        const struct profile *p = side[i];
        struct glance level0[] = {{&x->e0, p->beta_e, p->gate_e}, {&x->v0, p->beta_v, p->gate_v}};
        struct glance level1[] = {{&x->e1, p->beta1, p->gate1}};
        look(&x->seen0[i], level0, 2, i, MODEL_HEADS0);
        look(&x->seen1[i], level1, 1, i, MODEL_HEADS1);
    }
    write_heads(feature + FEATURE_HEADS0, &x->seen0[0], &x->seen0[1], MODEL_HEADS0);
    write_heads(feature + FEATURE_HEADS1, &x->seen1[0], &x->seen1[1], MODEL_HEADS1);
}

static bool has_last_stage(const struct model *m)
{
    return m->forest.tree_count;
}

static float head(const struct model *m, const float *feature, float *hidden)
{
    tile_multiply(hidden, MODEL_HIDDEN, feature, 0, 1, m->hidden, MODEL_HIDDEN, 1, FEATURES_USED,
                  MODEL_HIDDEN);
    for (size_t i = 0; i < MODEL_HIDDEN; i++) {
        hidden[i] += m->hidden_bias[i];
        hidden[i] = hidden[i] > 0 ? hidden[i] : 0.0f;
    }
    return tile_dot(m->direct, feature, NETWORK_FEATURES) +
           tile_dot(m->output, hidden, MODEL_HIDDEN) + m->direct_bias[0];
}

float network_score_probability(const struct model *m, float logit)
{
    float x[8] = {-fmaf(m->calibration[0], logit, m->calibration[1])};
    attention_exp(x);
    return 1.0f / (1.0f + x[0]);
}

/* One kind of one side into the trace, at the caller's places. */
static void trace_kind(struct network_trace_neighbour *out, const struct network_meeting *t,
                       size_t side, const unsigned char *place, const unsigned char *twin_place,
                       const float *beta, const float *w, float w_total)
{
    assert(side < 2);
    for (size_t l = 0; l < t->n[side]; l++) {
        assert(place[l] < NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES);
        struct network_trace_neighbour *x = &out[place[l]];
        *x = (struct network_trace_neighbour){beta[l], t->sum[side][l],
                                              w_total > 0 ? w[l] / w_total : 0.0f, -1, 0.0f};
        for (size_t o = 0; o < t->n[1 - side]; o++) {
            float s = t->similarity[side ? o * t->s[1] + l : l * t->s[1] + o];
            if (s > x->twin_similarity) {
                x->twin_similarity = s;
                x->twin = twin_place[o];
            }
        }
    }
}

static void fill_trace(struct network_trace *trace, const struct profile *side[2],
                       const struct network_pass *x, bool swapped)
{
    for (size_t i = 0; i < 2; i++) {
        const struct profile *p = side[i], *other = side[1 - i];
        size_t to = swapped ? 1 - i : i;
        float w_total = attention_total(x->w_e0[i], p->s_e) + attention_total(x->w_v0[i], p->s_v);
        trace->n[to] = p->n_e + p->n_v;
        trace->name[to] = p->name;
        assert(trace->n[to] <= NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES);
        trace_kind(trace->side[to], &x->e0, i, p->place_e, other->place_e,
                   p->beta_e + MODEL_SUMMARY * p->s_e, x->w_e0[i], w_total);
        trace_kind(trace->side[to], &x->v0, i, p->place_v, other->place_v,
                   p->beta_v + MODEL_SUMMARY * p->s_v, x->w_v0[i], w_total);
    }
    trace->text_cosine = x->feature[FEATURE_COS];
    trace->n_features = FEATURES_USED;
    memcpy(trace->feature, x->feature, sizeof(trace->feature));
}

/* --- names --- */

struct spoken {
    const float *z0;
    const struct statement *said;
    bool named;
};

static struct spoken spoken_of(const struct model *m, const struct profile *p, size_t name)
{
    if (!name)
        return (struct spoken){p->z0, p->said, p->named};
    const float *z0 = p->name_z0 + (name - 1) * m->d;
    size_t k = 0;
    while (k < m->d && z0[k] == 0.0f)
        k++;
    return (struct spoken){z0, p->name_said + name - 1, k < m->d};
}

/* Of two names: what is equal comes before all that is not, and there what is longer. */
static float nearness(const struct model *m, const struct spoken *a, const struct spoken *b)
{
    if (!a->named || !b->named)
        return -2.0f;
    if (a->said->whole && a->said->whole == b->said->whole)
        return 2.0f + (float)a->said->label_letters + (float)b->said->label_letters;
    return tile_dot(a->z0, b->z0, m->d);
}

static void speak_as(const struct model *m, struct profile *p, size_t name)
{
    struct spoken s = spoken_of(m, p, name);
    p->name = name;
    p->z0 = s.z0;
    p->said = s.said;
    p->named = s.named;
}

/* Of a and b, is one a reading and the other one too, or what has a reading?  What they are of
 * can be compared itself, and of things that are written otherwise many are read alike. */
static bool is_read_only(const struct profile *a, size_t i, const struct profile *b, size_t k)
{
    bool reading_a = a->readings >> i & 1, reading_b = b->readings >> k & 1;
    return (reading_a && (reading_b || (b->read >> k & 1))) || (reading_b && (a->read >> i & 1));
}

/* Of equally good names the first, the labels before all: sides come in one order, (1). */
static void choose_names(const struct model *m, struct profile *a, struct profile *b)
{
    size_t best_a = 0, best_b = 0;
    float best = -3.0f;
    if (!a->n_names && !b->n_names)
        return;
    for (size_t i = 0; i <= a->n_names; i++)
        for (size_t k = 0; k <= b->n_names; k++) {
            if (is_read_only(a, i, b, k))
                continue;
            struct spoken x = spoken_of(m, a, i), y = spoken_of(m, b, k);
            float near = nearness(m, &x, &y);
            if (near > best)
                best = near, best_a = i, best_b = k;
        }
    speak_as(m, a, best_a);
    speak_as(m, b, best_b);
}

/* --- identifiers --- */

static bool has_numbering(const struct profile *p, uint32_t of)
{
    for (size_t i = 0; i < p->n_ids; i++)
        if (p->ids[i].of == of)
            return true;
    return false;
}

static bool has_identifier(const struct profile *p, const struct network_identifier *x)
{
    for (size_t i = 0; i < p->n_ids; i++)
        if (memcmp(&p->ids[i], x, sizeof(*x)) == 0)
            return true;
    return false;
}

/* Does one of a's identifiers of this numbering agree? */
static bool agrees(const struct profile *a, const struct profile *b, uint32_t of)
{
    for (size_t i = 0; i < a->n_ids; i++)
        if (a->ids[i].of == of && has_identifier(b, &a->ids[i]))
            return true;
    return false;
}

/* Each once, however many agree or differ: who gave one number often gave the other by it.  Of who
 * has as many as are kept nobody knows what else it has. */
static void compare_identifiers(const struct profile *a, const struct profile *b,
                                struct network_pass *x)
{
    bool whole = a->n_ids < NETWORK_MAX_IDENTIFIERS && b->n_ids < NETWORK_MAX_IDENTIFIERS;
    x->agrees = x->differ = 0.0f;
    for (size_t i = 0; i < a->n_ids; i++) {
        uint32_t of = a->ids[i].of;
        if (!of || !has_numbering(b, of))
            continue;
        if (agrees(a, b, of))
            x->agrees = NETWORK_KEY_AGREES;
        else if (whole)
            x->differ = NETWORK_KEYS_DIFFER;
    }
}

/* --- a pass, step by step --- */

void network_score_meet(const struct model *m, const float *profile_a, const float *profile_b,
                        struct network_pass *x)
{
    assert(profile_a && profile_b);
    /* one order for (a, b) and (b, a): their arithmetic is then the same */
    network_profile_view(m, profile_a, &x->profile[0]);
    network_profile_view(m, profile_b, &x->profile[1]);
    x->swapped = x->profile[1].order < x->profile[0].order;
    x->side[0] = &x->profile[x->swapped];
    x->side[1] = &x->profile[!x->swapped];
    choose_names(m, &x->profile[x->swapped], &x->profile[!x->swapped]);
    compare_identifiers(x->side[0], x->side[1], x);
    attend_across(m, x->side, x);
}

void network_score_notice(const struct model *m, struct network_pass *x)
{
    assert(x->side[0] && x->side[1]);
    memset(x->feature, 0, sizeof(x->feature));
    text_features(m, x->side[0], x->side[1], x->feature);
    head_features(x->side, x, x->feature);
    x->logit = 0.0f;
}

static void compare_statements(struct network_pass *x)
{
    comparison_make(x->side[0]->said, x->side[1]->said, x->compared);
    network_relations(x, x->compared);
}

void network_score_sum(struct network_pass *x)
{
    sum_features(x->side, x, x->feature);
}

void network_score_head(const struct model *m, struct network_pass *x)
{
    x->logit = head(m, x->feature, x->hidden);
}

void network_score_evidence(const struct model *m, const float *profile_a, const float *profile_b,
                            struct network_pass *x)
{
    network_score_meet(m, profile_a, profile_b, x);
    network_score_notice(m, x);
    compare_statements(x);
}

void network_score_forward(const struct model *m, const float *profile_a, const float *profile_b,
                           struct network_pass *x)
{
    network_score_evidence(m, profile_a, profile_b, x);
    network_score_sum(x);
    network_score_head(m, x);
}

void network_score_served(const struct model *m, const float *profile_a, const float *profile_b,
                          struct network_pass *x)
{
    if (has_last_stage(m))
        network_score_evidence(m, profile_a, profile_b, x);
    else
        network_score_forward(m, profile_a, profile_b, x);
}

float network_score(const struct model *m, const float *profile_a, const float *profile_b,
                    struct network_trace *trace)
{
    struct network_pass x;
    if (trace)
        network_score_forward(m, profile_a, profile_b, &x);
    else
        network_score_served(m, profile_a, profile_b, &x);
    float logit = network_judged_logit(m, &x);
    if (trace) {
        fill_trace(trace, x.side, &x, x.swapped);
        network_row(&x, trace->row);
        trace->logit = logit;
        trace->agrees = x.agrees;
        trace->differ = x.differ;
    }
    return network_score_probability(m, logit);
}

void network_score_contributions(const struct model *m, const struct network_trace *trace,
                                 float *adds, float *ret_prior)
{
    memset(adds, 0, NETWORK_ROW * sizeof(*adds));
    *ret_prior = has_last_stage(m) ? forest_explain(&m->forest, trace->row, adds)
                                   : trace->logit - trace->agrees - trace->differ;
}

void network_row(const struct network_pass *x, float *row)
{
    memcpy(row, x->feature, ROW_TEXTS * sizeof(*row));
    memcpy(row + ROW_TEXTS, x->feature + FEATURE_HEADS0, ROW_HEADS * sizeof(*row));
    memcpy(row + ROW_TEXTS + ROW_HEADS, x->compared, sizeof(x->compared));
}

static float final_logit(const struct model *m, const struct network_pass *x)
{
    float row[NETWORK_ROW];
    if (!has_last_stage(m))
        return x->logit;
    network_row(x, row);
    return forest_logit(&m->forest, row);
}

float network_judged_logit(const struct model *m, const struct network_pass *x)
{
    return final_logit(m, x) + x->agrees + x->differ;
}

static const char *feature_name(size_t feature)
{
    assert(feature < FEATURE_HEADS1 + 4 * MODEL_HEADS1);
    static const char *const text[] = {"both have a label",
                                       "one has a label",
                                       "cosine of labels",
                                       "labels nearly equal",
                                       "labels equal",
                                       "cosine of neighbourhoods",
                                       "cosine of attended entities",
                                       "cosine of attended values",
                                       "cosine of attended level 1",
                                       "twins among entities",
                                       "twins among values",
                                       "twins at level 1"};
    static const char *const level0[] = {"agreement, lower side", "agreement, higher side",
                                         "disagreement", "agreeing neighbours"};
    static const char *const level1[] = {"level 1 agreement, lower side",
                                         "level 1 agreement, higher side", "level 1 disagreement",
                                         "agreeing neighbours at level 1"};
    if (feature < FEATURE_HEADS0)
        return text[feature];
    if (feature < FEATURE_HEADS1)
        return level0[(feature - FEATURE_HEADS0) % 4];
    return level1[(feature - FEATURE_HEADS1) % 4];
}

static_assert((int)NETWORK_ROW <= (int)NETWORK_MAX_ROW, "a trace has room for a row");
static_assert((int)NETWORK_ROW <= (int)FOREST_MAX_FEATURES, "a forest can judge a row");

size_t network_row_floats(void)
{
    return NETWORK_ROW;
}

const char *network_row_name(size_t i)
{
    assert(i < NETWORK_ROW);
    if (i < ROW_TEXTS)
        return feature_name(i);
    i -= ROW_TEXTS;
    return i < ROW_HEADS ? feature_name(FEATURE_HEADS0 + i) : comparison_words(i - ROW_HEADS);
}

int network_row_direction(size_t i)
{
    assert(i < NETWORK_ROW);
    /* labels that are nearly the same are the siblings' too: no direction */
    static const signed char texts[ROW_TEXTS] = {0};
    /* agreement of the lower side, of the higher one, disagreement, how many agree */
    static const signed char heads[] = {1, 1, -1, 1};
    if (i < ROW_TEXTS)
        return texts[i];
    i -= ROW_TEXTS;
    return i < ROW_HEADS ? heads[i % 4] : comparison_direction(i - ROW_HEADS);
}
