/*
 * text_vector.c - a text as a vector (level 0): hashed features (whole text, words, letter
 * groups, numbers in bands, dates) projected by signs that come of the hashes, weighed by a
 * table that training fits.  Signatures of 128 bits are the same in small, for candidates.
 *
 *  (1) No vocabulary and nothing counted over a catalog: a text's vector is of the text and the
 * model.
 */
#include "alignd/model/text_vector.h"

#include "alignd/base/buf.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/series.h"
#include "alignd/base/text.h"
#include "alignd/kernel/signs.h"
#include "alignd/kernel/tile.h"
#include "alignd/model/parameters.h"
#include "alignd/model/text_feature.h"
#include "alignd/model/text_value.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * Row g of the table E is bucket_weight[g] times a vector of signs that the
 * feature's hash spells: a random projection that needs no memory.  A text is
 * the sum over its features, so cosines of texts follow their common features.
 */
enum { TEXT_MAX_BYTES = 2048, WORD_MAX_POINTS = 64 };

struct projection {
    const struct model *m; /* NULL: every weight as in default_kind_weight */
    uint64_t seed;
    size_t d;
    float sum[MODEL_MAX_D];
    struct text_feature *list; /* not NULL: features are listed here, not added up */
    size_t listed;
};

static const float default_kind_weight[TEXT_KINDS] = {
    [TEXT_KIND_WORD] = 1.0f,
    [TEXT_KIND_GRAM3] = 0.5f,
    [TEXT_KIND_GRAM4] = 0.5f,
    [TEXT_KIND_INITIAL] = 0.3f,
    [TEXT_KIND_NUMBER] = 0.8f,
    [TEXT_KIND_NUMBER_NEAR] = 0.6f,
    [TEXT_KIND_NUMBER_NEAR + 1] = 0.8f,
    [TEXT_KIND_NUMBER_NEAR + 2] = 0.6f,
    [TEXT_KIND_NUMBER_NEAR + 3] = 0.4f,
    [TEXT_KIND_YEAR] = 1.0f,
    [TEXT_KIND_YEAR_NEAR] = 0.7f,
    [TEXT_KIND_YEAR_NEAR + 1] = 0.5f,
    [TEXT_KIND_MONTH] = 0.5f,
    [TEXT_KIND_DAY] = 0.6f,
    [TEXT_KIND_DAY_NEAR] = 0.5f,
};

float text_vector_default_weight(size_t kind)
{
    return default_kind_weight[kind];
}

static void add_feature(struct projection *p, enum text_kind kind, uint64_t hash, float weight)
{
    assert(kind < TEXT_KINDS);
    if (p->list) {
        if (p->listed < TEXT_MAX_FEATURES)
            p->list[p->listed++] = (struct text_feature){hash, weight, kind};
        return;
    }
    weight *= p->m ? p->m->kind_weight[kind] * p->m->bucket_weight[hash & (p->m->buckets - 1)]
                   : default_kind_weight[kind];
    signs_add(p->sum, p->d, p->seed, hash, weight);
}

/* Three points of 21 bits and a fourth; a kind's name goes in so that kinds never meet. */
static uint64_t hash_points(enum text_kind kind, const int32_t *point, size_t n)
{
    uint64_t three = (uint64_t)point[0] | (uint64_t)point[1] << 21 | (uint64_t)point[2] << 42;
    return hash_mix(three, (n == 4 ? (uint64_t)point[3] << 8 : 0) | kind);
}

static void add_word(struct projection *p, struct slice word)
{
    assert(word.len);
    int32_t point[WORD_MAX_POINTS + 2];
    size_t n = 0;
    add_feature(p, TEXT_KIND_WORD, hash_bytes(word, TEXT_KIND_WORD), 1.0f);
    point[n++] = '<';
    while (word.len && n <= WORD_MAX_POINTS)
        point[n++] = text_next_point(&word);
    point[n++] = '>';
    assert(n <= WORD_MAX_POINTS + 2);

    add_feature(p, TEXT_KIND_INITIAL, hash_mix((uint64_t)point[1], TEXT_KIND_INITIAL), 1.0f);
    for (size_t i = 0; i + 3 <= n; i++)
        add_feature(p, TEXT_KIND_GRAM3, hash_points(TEXT_KIND_GRAM3, point + i, 3), 1.0f);
    for (size_t i = 0; i + 4 <= n; i++)
        add_feature(p, TEXT_KIND_GRAM4, hash_points(TEXT_KIND_GRAM4, point + i, 4), 1.0f);
}

static void add_text(struct projection *p, struct slice normalised)
{
    assert(normalised.data || !normalised.len);
    struct slice word, rest = text_truncate(normalised, TEXT_MAX_BYTES);
    bool any = false;
    for (; text_next_word(&rest, &word); any = true)
        add_word(p, word);
    /* signs alone ("!!!") still are a name: then the whole text is one word */
    if (!any && normalised.len)
        add_feature(p, TEXT_KIND_WORD, hash_bytes(normalised, TEXT_KIND_WORD), 1.0f);
}

/* A place on a scale falls between two marks and counts for both: near values
 * share marks, and the cosine falls off smoothly.  The two squares sum to 1. */
static void add_place(struct projection *p, enum text_kind kind, double place)
{
    double mark = floor(place), beyond = place - mark;
    assert(beyond >= 0 && beyond <= 1);
    uint64_t hash = hash_mix((uint64_t)(int64_t)mark, kind);
    uint64_t next = hash_mix((uint64_t)((int64_t)mark + 1), kind);
    add_feature(p, kind, hash, (float)sqrt(1.0 - beyond));
    add_feature(p, kind, next, (float)sqrt(beyond));
}

static void add_number(struct projection *p, double number)
{
    assert(isfinite(number));
    uint64_t bits;
    if (number == 0)
        number = 0; /* not -0 */
    memcpy(&bits, &number, sizeof(bits));
    add_feature(p, TEXT_KIND_NUMBER, hash_mix(bits, TEXT_KIND_NUMBER), 1.0f);
    if (number == 0)
        return;
    double log_number = series_ln(fabs(number)), width = 0.01;
    /* the negative ones: far off on the same scale */
    double offset = number < 0 ? 1e6 : 0;
    for (int scale = 0; scale < 4; scale++, width *= 4)
        add_place(p, (enum text_kind)(TEXT_KIND_NUMBER_NEAR + scale), log_number / width + offset);
}

static void add_date(struct projection *p, const struct text_value *v)
{
    assert(v->kind == TEXT_VALUE_DATE && v->month >= 0 && v->month <= 12 && v->day >= 0 &&
           v->day <= 31);
    uint64_t year = (uint64_t)(int64_t)v->year;
    add_feature(p, TEXT_KIND_YEAR, hash_mix(year, TEXT_KIND_YEAR), 1.0f);
    add_place(p, TEXT_KIND_YEAR_NEAR, v->year / 2.0);
    add_place(p, (enum text_kind)(TEXT_KIND_YEAR_NEAR + 1), v->year / 10.0);
    if (!v->month)
        return;
    uint64_t month = year * 16 + (uint64_t)v->month;
    add_feature(p, TEXT_KIND_MONTH, hash_mix(month, TEXT_KIND_MONTH), 1.0f);
    if (!v->day)
        return;
    add_feature(p, TEXT_KIND_DAY, hash_mix(month * 32 + (uint64_t)v->day, TEXT_KIND_DAY), 1.0f);
    double days = v->year * 365.25 + (v->month - 1) * 30.4375 + v->day;
    add_place(p, TEXT_KIND_DAY_NEAR, days / 30.0);
}

static void write_unit_vector(const struct projection *p, float *z0)
{
    assert(p->d && p->d <= MODEL_MAX_D && p->d % 8 == 0);
    float norm = sqrtf(tile_dot(p->sum, p->sum, p->d));
    float scale = norm > 0 ? 1.0f / norm : 0.0f;
    for (size_t k = 0; k < p->d; k++)
        z0[k] = p->sum[k] * scale;
}

static struct projection projection_of(const struct model *m)
{
    return (struct projection){.m = m, .seed = m->seed, .d = m->d};
}

void text_vector_normalised(const struct model *m, struct slice normalised, float *z0)
{
    struct projection p = projection_of(m);
    add_text(&p, normalised);
    write_unit_vector(&p, z0);
}

static void add_literal(struct projection *p, struct slice text, struct slice datatype)
{
    assert(text.data || !text.len);
    struct text_value value = text_value_parse(text, datatype);
    struct buf normalised = {0};
    switch (value.kind) {
    case TEXT_VALUE_NUMBER:
        add_number(p, value.number);
        break;
    case TEXT_VALUE_DATE:
        add_date(p, &value);
        break;
    case TEXT_VALUE_NONE:
        text_normalise(&normalised, text);
        add_text(p, buf_slice(&normalised));
        buf_fini(&normalised);
        break;
    }
}

void text_vector(const struct model *m, struct slice text, struct slice datatype, float *z0)
{
    struct projection p = projection_of(m);
    add_literal(&p, text, datatype);
    write_unit_vector(&p, z0);
}

size_t text_vector_list(struct slice text, struct slice datatype,
                        struct text_feature out[TEXT_MAX_FEATURES])
{
    struct projection p = {.list = out};
    add_literal(&p, text, datatype);
    assert(p.listed <= TEXT_MAX_FEATURES);
    return p.listed;
}

void text_vector_of_list(const struct model *m, const struct text_feature *list, size_t n,
                         float *z0, float *ret_norm)
{
    assert(n <= TEXT_MAX_FEATURES && (list || !n));
    struct projection p = projection_of(m);
    for (size_t i = 0; i < n; i++)
        add_feature(&p, (enum text_kind)list[i].kind, list[i].hash, list[i].weight);
    write_unit_vector(&p, z0);
    if (ret_norm)
        *ret_norm = sqrtf(tile_dot(p.sum, p.sum, p.d));
}

void text_signature(struct slice normalised, uint64_t signature[2])
{
    struct projection p = {.d = 128};
    signature[0] = signature[1] = 0;
    if (!normalised.len)
        return;
    add_text(&p, normalised);
    for (size_t k = 0; k < 128; k++)
        signature[k / 64] |= (uint64_t)(p.sum[k] > 0) << (k % 64);
    if (!(signature[0] | signature[1]))
        signature[0] = 1; /* 0, 0 is the empty text's alone */
    assert(signature[0] | signature[1]);
}

/* By how many bits two signatures differ: asked for every two entities that meet. */
static double cosines[129];
static pthread_once_t cosines_once = PTHREAD_ONCE_INIT;

static void cosines_init(void)
{
    for (int distance = 0; distance <= 128; distance++)
        cosines[distance] = series_cos(3.14159265358979323846 * distance / 128.0);
}

double text_signature_cosine_apart(int bits)
{
    pthread_once(&cosines_once, cosines_init);
    return cosines[bits];
}

double text_signature_cosine(const uint64_t a[2], const uint64_t b[2])
{
    if (!(a[0] | a[1]) || !(b[0] | b[1]))
        return 0.0;
    return text_signature_cosine_apart((int)signs_apart(a, b));
}
