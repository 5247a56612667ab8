/*
 * network_profile.c - what a pair needs of one of its ends, made once and read for every
 * pair it is in: messages of the neighbours, their attention, codes of their relations, the
 * statement.  One run of floats without pointers, so that it is cached and freed as a whole.
 *
 *  (1) Rows have the stride of their kind, and what is past a row's end is zero: eight lanes are
 *      read at once.
 *  (2) What is in it is of the entity alone: no pair has a say.
 */
#include "alignd/model/network_pass.h"

#include "alignd/base/hash.h"
#include "alignd/base/text.h"
#include "alignd/base/text_reading.h"
#include "alignd/kernel/attention.h"
#include "alignd/kernel/half.h"
#include "alignd/model/text_vector.h"

#include <assert.h>

/* The header's words. */
enum {
    WORD_N_E,
    WORD_N_V,
    WORD_N_1,
    WORD_NAMED,
    WORD_ORDER,
    WORD_PLACE_E = 6,
    WORD_N_NAMES = 22,
    WORD_N_IDS,
    WORD_READINGS,
    WORD_READ,
    WORD_N_PINS
};
/* Statements have the alignment of a float, and lie among them. */
enum { STATEMENT_FLOATS = sizeof(struct statement) / sizeof(float) };
static_assert(sizeof(struct statement) % sizeof(float) == 0 &&
                  _Alignof(struct statement) <= _Alignof(float),
              "a statement is whole floats");
static_assert(WORD_PLACE_E * 4 + 2 * NETWORK_MAX_LANES <= WORD_N_NAMES * 4, "places fit");
static_assert((int)WORD_N_PINS < (int)NETWORK_HEADER_WORDS,
              "the counts of names and identifiers fit");
static_assert(NETWORK_MAX_NAMES <= 32, "a bit of a word for each name");

enum {
    IDENTIFIER_FLOATS = sizeof(struct network_identifier) / sizeof(float),
    PIN_FLOATS = sizeof(struct network_pin) / sizeof(float)
};

static const float *carve(const float **at, size_t *used, size_t n)
{
    const float *here = *at ? *at + *used : NULL;
    *used += n;
    return here;
}

static void open_block(const float **at, size_t *used, struct profile_block *b, size_t depth,
                       size_t n, size_t s)
{
    assert(s >= n && s % 8 == 0);
    b->message = carve(at, used, depth * n + 8);
    b->norm = carve(at, used, s);
    b->said = carve(at, used, s);
    b->gram = carve(at, used, n * s);
}

struct counts {
    size_t level1, entities, values, names, ids, pins;
};

/* Points into floats; returns how many floats it takes.  floats may be NULL to ask for that. */
static size_t lay_out(const struct model *m, const float *floats, struct counts n,
                      struct profile *p)
{
    size_t used = NETWORK_HEADER_WORDS, n_e = n.entities, n_v = n.values, n_1 = n.level1;
    assert(n_1 <= n_e && n_e <= NETWORK_MAX_ENTITIES && n_v <= NETWORK_MAX_VALUES);
    assert(n.names < NETWORK_MAX_NAMES);
    p->n_e = n_e;
    p->n_v = n_v;
    p->n_1 = n_1;
    p->n_names = n.names;
    p->n_ids = n.ids;
    p->n_pins = n.pins;
    p->name = 0;
    p->s_e = TILE_ROUND(n_e);
    p->s_v = TILE_ROUND(n_v);
    p->s_1 = TILE_ROUND(n_1);
    p->z0 = carve(&floats, &used, m->d);
    p->around = carve(&floats, &used, m->h);
    open_block(&floats, &used, &p->e0, m->d, n_e, p->s_e);
    open_block(&floats, &used, &p->v0, m->d, n_v, p->s_v);
    open_block(&floats, &used, &p->e1, 2 * m->h, n_1, p->s_1);
    p->code_e = carve(&floats, &used, MODEL_CODE * n_e + 8);
    p->code_v = carve(&floats, &used, MODEL_CODE * n_v + 8);
    p->code_norm_e = carve(&floats, &used, p->s_e);
    p->code_norm_v = carve(&floats, &used, p->s_v);
    p->beta_e = carve(&floats, &used, (MODEL_HEADS0 + 1) * p->s_e);
    p->beta_v = carve(&floats, &used, (MODEL_HEADS0 + 1) * p->s_v);
    p->gate_e = carve(&floats, &used, (MODEL_HEADS0 + 1) * p->s_e);
    p->gate_v = carve(&floats, &used, (MODEL_HEADS0 + 1) * p->s_v);
    p->beta1 = carve(&floats, &used, MODEL_HEADS1 * p->s_1);
    p->gate1 = carve(&floats, &used, MODEL_HEADS1 * p->s_1);
    p->summary1 = carve(&floats, &used, p->s_1);
    p->named_e = (const uint32_t *)carve(&floats, &used, n_e);
    p->named_v = (const uint32_t *)carve(&floats, &used, n_v);
    p->said = (const struct statement *)(const void *)carve(&floats, &used, STATEMENT_FLOATS);
    p->name_z0 = carve(&floats, &used, n.names * m->d);
    p->name_said =
        (const struct statement *)(const void *)carve(&floats, &used, n.names * STATEMENT_FLOATS);
    p->ids = (const struct network_identifier *)(const void *)carve(&floats, &used,
                                                                    n.ids * IDENTIFIER_FLOATS);
    p->pins = (const struct network_pin *)(const void *)carve(&floats, &used, n.pins * PIN_FLOATS);
    return used;
}

static uint32_t word_at(const float *floats, size_t word)
{
    uint32_t x;
    memcpy(&x, floats + word, sizeof(x));
    return x;
}

void network_profile_view(const struct model *m, const float *floats, struct profile *p)
{
    assert(floats);
    struct counts n = {word_at(floats, WORD_N_1),   word_at(floats, WORD_N_E),
                       word_at(floats, WORD_N_V),   word_at(floats, WORD_N_NAMES),
                       word_at(floats, WORD_N_IDS), word_at(floats, WORD_N_PINS)};
    lay_out(m, floats, n, p);
    p->named = word_at(floats, WORD_NAMED);
    p->readings = word_at(floats, WORD_READINGS);
    p->read = word_at(floats, WORD_READ);
    memcpy(&p->order, floats + WORD_ORDER, sizeof(p->order));
    p->place_e = (const unsigned char *)(floats + WORD_PLACE_E);
    p->place_v = p->place_e + NETWORK_MAX_LANES;
}

size_t network_profile_floats(const struct model *m, size_t n_level1, size_t n_entities,
                              size_t n_values)
{
    struct profile p;
    assert(n_level1 <= n_entities && n_entities <= NETWORK_MAX_ENTITIES &&
           n_values <= NETWORK_MAX_VALUES);
    struct counts n = {.level1 = n_level1, .entities = n_entities, .values = n_values};
    return lay_out(m, NULL, n, &p);
}

size_t network_profile_further_floats(const struct model *m, size_t n_names, size_t n_identifiers,
                                      size_t n_pins)
{
    assert(n_names < NETWORK_MAX_NAMES && n_identifiers <= NETWORK_MAX_IDENTIFIERS);
    assert(n_pins <= NETWORK_MAX_PINS);
    return n_names * (m->d + STATEMENT_FLOATS) + n_identifiers * IDENTIFIER_FLOATS +
           n_pins * PIN_FLOATS;
}

/* The arrays of a profile are const to all but this file, which is handed the floats. */
static float *writable(float *floats, const float *array)
{
    return floats + (array - floats);
}

size_t network_profile_floats_of(const struct model *m, const struct network_neighbour *neighbours,
                                 size_t n)
{
    assert(neighbours || !n);
    struct network_lanes e, v, level1;
    network_side_split(m, neighbours, n, &e, &v, &level1);
    return network_profile_floats(m, level1.n, e.n, v.n);
}

static void write_block(float *floats, const struct profile_block *b, const float *message,
                        size_t depth, size_t n, size_t stride, bool level1,
                        const struct network_lanes *lanes)
{
    assert(stride >= n && n <= NETWORK_MAX_LANES);
    float *compact = writable(floats, b->message), *said = writable(floats, b->said);
    float gram[NETWORK_MAX_LANES * NETWORK_MAX_LANES];
    if (!n)
        return;
    for (size_t k = 0; k < depth; k++)
        memcpy(compact + k * n, message + k * stride, n * sizeof(float));
    tile_norms(writable(floats, b->norm), message, stride, depth, n);
    tile_multiply(gram, stride, message, 1, stride, message, stride, n, depth, n);
    memcpy(writable(floats, b->gram), gram, n * stride * sizeof(float));
    for (size_t l = 0; l < n; l++) {
        const float *z = level1 ? lanes->from[l]->z1 : lanes->from[l]->z0;
        size_t size = 0;
        while (size < depth && z[size] == 0.0f)
            size++;
        said[l] = size < depth;
    }
}

static void write_codes(const struct model *m, const struct network_lanes *lanes, float *code,
                        float *norm)
{
    assert(lanes->n <= NETWORK_MAX_LANES);
    if (!lanes->n)
        return;
    for (size_t l = 0; l < lanes->n; l++)
        for (size_t c = 0; c < MODEL_CODE; c++)
            code[c * lanes->n + l] =
                m->relation_code[(size_t)lanes->from[l]->relation * MODEL_CODE + c];
    tile_norms(norm, code, lanes->n, MODEL_CODE, lanes->n);
}

static void zero_past(float *x, size_t rows, size_t n, size_t s)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t l = n; l < s; l++)
            x[i * s + l] = 0.0f;
}

/* gate = 1 / (1 + e^-logit), zero past n */
static void write_gates(float *gate, const float *logit, size_t rows, size_t n, size_t s)
{
    assert(s >= n && s % 8 == 0);
    for (size_t i = 0; i < rows; i++)
        attention_gates(gate + i * s, logit + i * s, n);
    zero_past(gate, rows, n, s);
}

/* beta from logits in place, after the gates have read them */
static void attend(const struct model *m, float *floats, const struct profile *p,
                   const float *z0_self, const struct network_lanes *e, const float *message_e,
                   const struct network_lanes *v, const float *message_v)
{
    assert(p->n_e == e->n && p->n_v == v->n);
    assert(p->s_e <= e->stride && p->s_v <= v->stride);
    enum { HEADS = MODEL_HEADS0 + 1 };
    float logit_e[HEADS * NETWORK_MAX_LANES], logit_v[HEADS * NETWORK_MAX_LANES];
    memset(logit_e, 0, sizeof(logit_e));
    memset(logit_v, 0, sizeof(logit_v));
    network_side_logits0(m, e, false, z0_self, message_e, 0, HEADS, logit_e);
    network_side_logits0(m, v, true, z0_self, message_v, 0, HEADS, logit_v);
    write_gates(writable(floats, p->gate_e), logit_e, HEADS, p->n_e, p->s_e);
    write_gates(writable(floats, p->gate_v), logit_v, HEADS, p->n_v, p->s_v);
    for (size_t g = 0; g < HEADS; g++)
        network_side_softmax(logit_e + g * e->stride, e->n, logit_v + g * v->stride, v->n);
    memcpy(writable(floats, p->beta_e), logit_e, HEADS * p->s_e * sizeof(float));
    memcpy(writable(floats, p->beta_v), logit_v, HEADS * p->s_v * sizeof(float));
}

static void attend1(const struct model *m, float *floats, const struct profile *p,
                    const float *z0_self, const struct network_lanes *lanes, const float *message)
{
    assert(p->n_1 == lanes->n && p->s_1 == lanes->stride);
    float logit[MODEL_HEADS1 * NETWORK_MAX_LANES], none[8];
    memset(logit, 0, sizeof(logit));
    network_side_logits1(m, lanes, z0_self, message, logit);
    write_gates(writable(floats, p->gate1), logit, MODEL_HEADS1, p->n_1, p->s_1);
    for (size_t g = 0; g < MODEL_HEADS1; g++)
        network_side_softmax(logit + g * lanes->stride, lanes->n, none, 0);
    memcpy(writable(floats, p->beta1), logit, MODEL_HEADS1 * p->s_1 * sizeof(float));
    memcpy(writable(floats, p->summary1), p->beta_e + MODEL_SUMMARY * p->s_e,
           p->n_1 * sizeof(float));
}

struct readings {
    uint32_t are, have; /* which names are readings of others, which have one, as bits */
};

static void find_readings(const struct network_self *self, size_t name, struct slice normalised,
                          struct readings *r)
{
    struct buf reading = {0};
    assert(name <= self->name_count);
    if (text_reading(&reading, normalised)) {
        r->have |= UINT32_C(1) << name;
        for (size_t i = 0; i < self->name_count; i++)
            r->are |= (uint32_t)slice_equal(self->names[i].text, buf_slice(&reading)) << (i + 1);
    }
    buf_fini(&reading);
}

static struct readings all_readings(const struct network_self *self)
{
    assert(self->name_count < NETWORK_MAX_NAMES);
    struct readings r = {0, 0};
    struct buf name = {0};
    find_readings(self, 0, self->label, &r);
    for (size_t i = 0; i < self->name_count; i++) {
        buf_clear(&name);
        text_normalise(&name, self->names[i].text);
        find_readings(self, i + 1, buf_slice(&name), &r);
    }
    buf_fini(&name);
    return r;
}

static void write_header(float *floats, const struct model *m, const struct network_self *self,
                         const struct network_lanes *e, const struct network_lanes *v,
                         size_t n_level1, size_t n_floats)
{
    assert(n_level1 <= e->n);
    uint32_t word[WORD_ORDER] = {(uint32_t)e->n, (uint32_t)v->n, (uint32_t)n_level1, 0};
    struct readings readings = all_readings(self);
    uint32_t further[] = {(uint32_t)self->name_count, (uint32_t)self->identifier_count,
                          readings.are, readings.have, (uint32_t)self->pin_count};
    for (size_t k = 0; k < m->d; k++)
        word[WORD_NAMED] |= self->z0[k] != 0.0f;
    memcpy(floats, word, sizeof(word));
    memcpy(floats + WORD_N_NAMES, further, sizeof(further));
    unsigned char *place = (unsigned char *)(floats + WORD_PLACE_E);
    memcpy(place, e->place, e->n);
    memcpy(place + NETWORK_MAX_LANES, v->place, v->n);
    /* any order of two different profiles will do, if it is always the same */
    struct slice content = {(const char *)floats, n_floats * sizeof(float)};
    uint64_t order = hash_bytes(content, 0);
    memcpy(floats + WORD_ORDER, &order, sizeof(order));
}

static void write_names(float *floats, const uint32_t *named, const struct network_lanes *lanes)
{
    for (size_t l = 0; l < lanes->n; l++)
        memcpy(writable(floats, (const float *)(const void *)(named + l)), &lanes->from[l]->named,
               sizeof(*named));
}

/* What is said besides under this name. */
static void say(float *floats, const struct statement *to, struct slice name, unsigned namesakes,
                const struct statement_input *inputs, size_t n)
{
    struct statement said;
    statement_make(&said, name, inputs, n);
    said.namesakes = (uint8_t)namesakes;
    memcpy(writable(floats, (const float *)(const void *)to), &said, sizeof(said));
}

static void write_statements(const struct model *m, float *floats, const struct profile *p,
                             const struct network_self *self,
                             const struct network_neighbour *neighbours, size_t n)
{
    assert(n <= 2 * NETWORK_MAX_LANES && self->namesakes <= UINT8_MAX);
    struct statement_input inputs[2 * NETWORK_MAX_LANES];
    struct buf name = {0};
    for (size_t i = 0; i < n; i++)
        inputs[i] = (struct statement_input){neighbours[i].named, neighbours[i].text,
                                             neighbours[i].datatype, !neighbours[i].z1};
    say(floats, p->said, self->label, self->namesakes, inputs, n);
    for (size_t i = 0; i < self->name_count; i++) {
        float *z0 = writable(floats, p->name_z0 + i * m->d);
        text_vector(m, self->names[i].text, (struct slice){"", 0}, z0);
        half_round(z0, m->d);
        buf_clear(&name);
        text_normalise(&name, self->names[i].text);
        say(floats, p->name_said + i, buf_slice(&name), self->names[i].namesakes, inputs, n);
    }
    buf_fini(&name);
}

struct network_identifier network_identifier_of(uint64_t relation, struct slice text)
{
    uint64_t hash = hash_mix(relation, hash_bytes(text, 37));
    uint32_t of = (uint32_t)(hash_mix(relation, 38) >> 32);
    return (struct network_identifier){of ? of : 1, {(uint32_t)(hash >> 32), (uint32_t)hash}};
}

/* Each at the lane of its neighbour. */
static void write_pins(float *floats, const struct profile *p, const struct network_self *self,
                       const struct network_lanes *e)
{
    assert(p->n_pins == self->pin_count);
    for (size_t i = 0; i < p->n_pins; i++) {
        struct network_pin pin = self->pins[i];
        size_t lane = 0;
        while (lane < e->n && e->place[lane] != pin.place)
            lane++;
        assert(lane < e->n); /* it is of an entity */
        pin.place = (uint32_t)lane;
        memcpy(writable(floats, (const float *)(const void *)(p->pins + i)), &pin, sizeof(pin));
    }
}

void network_profile_build(const struct model *m, const struct network_self *self,
                           const struct network_neighbour *neighbours, size_t n, float *floats)
{
    assert(self->z0 && (neighbours || !n));
    struct network_lanes e, v, level1;
    struct profile p;
    const float *z0_self = self->z0;
    float message_e[2 * MODEL_MAX_D * NETWORK_MAX_LANES],
        message_v[MODEL_MAX_D * NETWORK_MAX_LANES];

    network_side_split(m, neighbours, n, &e, &v, &level1);
    struct counts counts = {level1.n,       e.n, v.n, self->name_count, self->identifier_count,
                            self->pin_count};
    size_t n_floats = lay_out(m, floats, counts, &p);
    memset(floats, 0, n_floats * sizeof(float));
    memcpy(writable(floats, p.z0), z0_self, m->d * sizeof(float));

    /* level 0: values and entities */
    network_side_messages0(m, &e, message_e);
    network_side_messages0(m, &v, message_v);
    write_block(floats, &p.e0, message_e, m->d, e.n, e.stride, false, &e);
    write_block(floats, &p.v0, message_v, m->d, v.n, v.stride, false, &v);
    write_codes(m, &e, writable(floats, p.code_e), writable(floats, p.code_norm_e));
    write_codes(m, &v, writable(floats, p.code_v), writable(floats, p.code_norm_v));
    attend(m, floats, &p, z0_self, &e, message_e, &v, message_v);
    network_side_around(m, &e, message_e, p.beta_e + MODEL_SUMMARY * p.s_e, &v, message_v,
                        p.beta_v + MODEL_SUMMARY * p.s_v, writable(floats, p.around));

    /* level 1: entities alone have a neighbourhood of their own */
    if (level1.n) {
        network_side_messages1(m, &level1, message_e);
        write_block(floats, &p.e1, message_e, 2 * m->h, level1.n, level1.stride, true, &level1);
        attend1(m, floats, &p, z0_self, &level1, message_e);
    }
    write_names(floats, p.named_e, &e);
    write_names(floats, p.named_v, &v);
    write_statements(m, floats, &p, self, neighbours, n);
    if (p.n_ids)
        memcpy(writable(floats, (const float *)(const void *)p.ids), self->identifiers,
               p.n_ids * sizeof(*p.ids));
    write_pins(floats, &p, self, &e);
    write_header(floats, m, self, &e, &v, level1.n, n_floats);
}
