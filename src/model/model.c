/*
 * model.c - a model in memory: one slab of parameters, cut into tensors by one list
 * (model_list_tensors), which the file, the digest and training walk too; beside it the names of
 * relations it knows, its trees, threshold and calibration.
 *
 *  (1) The digest is of all that shapes a score: two models with one digest give the same scores.
 */
#include "alignd/model/model.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/model/network_pass.h"
#include "alignd/model/parameters.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int compare_names(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static void copy_names(struct model *m, const struct slice *names, size_t n)
{
    size_t bytes = 1;
    for (size_t i = 0; i < n; i++)
        bytes += names[i].len;
    m->names = memory_calloc(n + 1, sizeof(*m->names));
    m->name_bytes = memory_malloc(bytes);
    char *at = m->name_bytes;
    for (size_t i = 0; i < n; i++) {
        if (names[i].len)
            memcpy(at, names[i].data, names[i].len);
        m->names[i] = (struct slice){at, names[i].len};
        at += names[i].len;
    }
    assert(at < m->name_bytes + bytes);
    qsort(m->names, n, sizeof(*m->names), compare_names);
    for (size_t i = 0; i < n; i++)
        if (!i || !slice_equal(m->names[i], m->names[m->n_names - 1]))
            m->names[m->n_names++] = m->names[i];
    assert(m->n_names <= n);
}

/* Every tensor starts on a multiple of 16 floats. */
static size_t tensor_room(size_t rows, size_t columns)
{
    return (rows * columns + 15) & ~(size_t)15;
}

void model_new_empty(const struct model_shape *shape, const struct slice *names, size_t n_names,
                     struct model **ret_model)
{
    assert(shape->buckets && !(shape->buckets & (shape->buckets - 1)));
    assert(names || !n_names);
    struct model *m = memory_calloc(1, sizeof(*m));
    copy_names(m, names, n_names);
    assert(shape->d % 64 == 0 && shape->d <= MODEL_MAX_D && shape->h % 16 == 0);
    assert(shape->rank0 <= MODEL_MAX_RANK && shape->rank1 <= MODEL_MAX_RANK);
    m->seed = shape->seed;
    m->d = shape->d;
    m->h = shape->h;
    m->rank0 = shape->rank0;
    m->rank1 = shape->rank1;
    m->buckets = shape->buckets;
    m->features = NETWORK_FEATURES;
    m->rows = 2 * m->n_names + 2;
    m->codes = 2 * m->n_names + 2 * MODEL_OTHERS;

#define MODEL_ROOM(name, rows, columns) m->slab_floats += tensor_room(rows, columns);
    MODEL_TENSORS(MODEL_ROOM)
#undef MODEL_ROOM
    m->slab = memory_aligned_alloc(64, m->slab_floats * sizeof(float));
    memset(m->slab, 0, m->slab_floats * sizeof(float));
    float *at = m->slab;
#define MODEL_CARVE(name, rows, columns)                                                           \
    m->name = at;                                                                                  \
    at += tensor_room(rows, columns);
    MODEL_TENSORS(MODEL_CARVE)
#undef MODEL_CARVE
    assert(at == m->slab + m->slab_floats);
    *ret_model = m;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    free(m->slab);
    free(m->names);
    free(m->name_bytes);
    free(m->figures);
    forest_fini(&m->forest);
    free(m);
}

void model_list_tensors(const struct model *m, struct model_tensor list[MODEL_N_TENSORS])
{
    size_t i = 0;
#define MODEL_LIST(name, rows, columns)                                                            \
    list[i++] = (struct model_tensor){#name, rows, columns, m->name};
    MODEL_TENSORS(MODEL_LIST)
#undef MODEL_LIST
    assert(i == MODEL_N_TENSORS);
}

static uint64_t hash_forest(const struct forest *f, uint64_t digest)
{
    if (!f->tree_count)
        return digest;
    assert(f->nodes && f->roots);
    digest = hash_mix(digest, f->tree_count);
    digest = hash_bytes((struct slice){(const char *)&f->base, sizeof(f->base)}, digest);
    digest = hash_bytes((struct slice){(const char *)f->roots, f->tree_count * sizeof(*f->roots)},
                        digest);
    for (size_t i = 0; i < f->node_count; i++) {
        const struct forest_node *n = &f->nodes[i];
        float numbers[2] = {n->threshold, n->value};
        digest = hash_mix(digest, (uint64_t)(uint32_t)n->feature << 32 | (uint32_t)n->left);
        digest = hash_mix(digest, n->missing_left);
        digest = hash_bytes((struct slice){(const char *)numbers, sizeof(numbers)}, digest);
    }
    return digest;
}

void model_refresh(struct model *m)
{
    assert(m->threshold >= 0 && m->threshold <= 1);
    uint64_t digest = hash_mix(MODEL_VERSION, m->seed);
    digest = hash_mix(digest, m->d << 32 | m->h);
    digest = hash_mix(digest, m->rank0 << 32 | m->rank1);
    digest = hash_mix(digest, m->level1);
    for (size_t i = 0; i < m->n_names; i++)
        digest = hash_bytes(m->names[i], digest);
    uint64_t threshold;
    memcpy(&threshold, &m->threshold, sizeof(threshold));
    digest = hash_mix(digest, threshold);
    struct slice slab = {(const char *)m->slab, m->slab_floats * sizeof(float)};
    m->digest = hash_forest(&m->forest, hash_bytes(slab, digest));
}

void model_set_figures(struct model *m, const char *json)
{
    free(m->figures);
    m->figures = json ? memory_strdup(json) : NULL;
}

enum model_level1 model_level1(const struct model *m)
{
    return m->level1;
}

bool model_parse_level1(struct slice text, enum model_level1 *ret_which)
{
    static const char *const names[] = {
        [MODEL_LEVEL1_ALL] = "all", [MODEL_LEVEL1_NAMELESS] = "nameless"};
    for (unsigned i = 0; i < 2; i++)
        if (slice_equal(text, slice_of(names[i]))) {
            *ret_which = (enum model_level1)i;
            return true;
        }
    return false;
}

void model_with_level1(const struct model *m, enum model_level1 which, struct model **ret_model)
{
    assert(which <= MODEL_LEVEL1_NAMELESS);
    struct model_shape shape = {m->seed, m->d, m->h, m->rank0, m->rank1, m->buckets};
    struct model *copy;
    model_new_empty(&shape, m->names, m->n_names, &copy);
    assert(copy->slab_floats == m->slab_floats && copy->n_names == m->n_names);
    memcpy(copy->slab, m->slab, m->slab_floats * sizeof(float));
    copy->level1 = which;
    copy->threshold = m->threshold;
    forest_copy(&m->forest, &copy->forest);
    model_refresh(copy);
    model_set_figures(copy, m->figures);
    *ret_model = copy;
}

size_t model_z0_floats(const struct model *m)
{
    return m->d;
}

size_t model_z1_floats(const struct model *m)
{
    return 2 * m->h;
}

uint64_t model_digest(const struct model *m)
{
    return m->digest;
}

double model_threshold(const struct model *m)
{
    return m->threshold;
}

void model_set_calibration(struct model *m, double slope, double offset)
{
    assert(isfinite(slope) && isfinite(offset));
    m->calibration[0] = (float)slope;
    m->calibration[1] = (float)offset;
    model_refresh(m);
}

void model_set_threshold(struct model *m, double threshold)
{
    m->threshold = threshold;
    model_refresh(m);
}

int model_relation_count(const struct model *m)
{
    return (int)m->codes;
}

int model_relation_index(const struct model *m, struct slice shared_name, bool inverse)
{
    assert(shared_name.data || !shared_name.len);
    size_t low = 0, high = m->n_names;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = slice_compare(shared_name, m->names[middle]);
        if (!order)
            return (int)(2 * middle + inverse);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    size_t other = hash_bytes(shared_name, 0) % MODEL_OTHERS;
    return (int)(2 * m->n_names + inverse * (size_t)MODEL_OTHERS + other);
}

bool model_relation_is_inverse(uint32_t name)
{
    return name & 1;
}

uint32_t model_relation_name(struct slice shared_name, bool inverse)
{
    uint32_t hash = (uint32_t)(hash_bytes(shared_name, 40 + inverse) >> 32);
    return (hash & ~1u) | inverse;
}
