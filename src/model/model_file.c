/*
 * model_file.c - models as files, read as if a stranger had written them: nothing is believed
 * before it is looked at, and every refusal names the file and what is wrong with it.
 *
 * safetensors: a little-endian u64 with the length of the header, the header
 * (JSON: a member a tensor with dtype, shape and the byte range of its data;
 * "__metadata__" maps text to text), then the data.
 *
 * Ours holds the tensors of MODEL_TENSORS as F32, and of a model with a last stage
 *   forest        (nodes, 5) feature or -1, threshold, left child, missing goes left, value
 *   forest_roots  (trees, 1) the node each tree begins at
 * Metadata:
 *   format      alignd-model         version     MODEL_VERSION
 *   seed d h rank0 rank1 buckets     in decimal
 *   level1      all (as where it is missing) or nameless
 *   relations   JSON array of the shared names, sorted
 *   threshold   in decimal           figures     JSON object, of the training
 *   row         NETWORK_ROW_VERSION  forest_base the logit of no tree (both with a forest alone)
 */
#include "model_built_in.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/model/model.h"
#include "alignd/model/network_pass.h"
#include "alignd/model/parameters.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADER_MAX_BYTES (64u << 20)
#define FILE_MAX_BYTES (4ull << 30)
#define NAMES_MAX 1000000

/* Writing. */

static void write_text_number(struct json_writer *w, const char *key, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    json_writer_key(w, key);
    json_writer_text(w, text);
}

static void write_metadata(struct json_writer *w, const struct model *m)
{
    assert(m->threshold >= 0 && m->threshold <= 1);
    struct buf inner = {0};
    struct json_writer list = json_writer_of(&inner);
    json_writer_key(w, "__metadata__");
    json_writer_begin_object(w);
    json_writer_key(w, "format");
    json_writer_text(w, "alignd-model");
    write_text_number(w, "version", MODEL_VERSION);
    write_text_number(w, "seed", m->seed);
    write_text_number(w, "d", m->d);
    write_text_number(w, "h", m->h);
    write_text_number(w, "rank0", m->rank0);
    write_text_number(w, "rank1", m->rank1);
    write_text_number(w, "buckets", m->buckets);
    if (m->forest.tree_count) {
        char base[32];
        write_text_number(w, "row", NETWORK_ROW_VERSION);
        snprintf(base, sizeof(base), "%.9g", (double)m->forest.base);
        json_writer_key(w, "forest_base");
        json_writer_text(w, base);
    }

    json_writer_key(w, "level1");
    json_writer_text(w, m->level1 == MODEL_LEVEL1_ALL ? "all" : "nameless");

    json_writer_begin_array(&list);
    for (size_t i = 0; i < m->n_names; i++)
        json_writer_string(&list, m->names[i]);
    json_writer_end_array(&list);
    json_writer_key(w, "relations");
    json_writer_string(w, buf_slice(&inner));
    buf_clear(&inner);
    list = json_writer_of(&inner);
    json_writer_number(&list, m->threshold);
    json_writer_key(w, "threshold");
    json_writer_string(w, buf_slice(&inner));
    json_writer_key(w, "figures");
    json_writer_text(w, m->figures ? m->figures : "{}");
    json_writer_end_object(w);
    buf_fini(&inner);
}

/* The tensors of a model and, after them, its forest's. */
struct tensors {
    struct model_tensor list[MODEL_N_TENSORS + 2];
    size_t count;
    float *forest; /* its floats, on the heap */
};

enum { NODE_FLOATS = 5, EXACT_IN_FLOAT = 1 << 24 };

static void list_tensors(const struct model *m, struct tensors *ret)
{
    assert(m->forest.node_count <= EXACT_IN_FLOAT && m->forest.tree_count <= EXACT_IN_FLOAT);
    const struct forest *f = &m->forest;
    *ret = (struct tensors){.count = MODEL_N_TENSORS};
    model_list_tensors(m, ret->list);
    if (!f->tree_count)
        return;
    size_t nodes = f->node_count * NODE_FLOATS;
    float *x = ret->forest = memory_malloc((nodes + f->tree_count) * sizeof(*x));
    for (size_t i = 0; i < f->node_count; i++, x += NODE_FLOATS) {
        const struct forest_node *n = &f->nodes[i];
        x[0] = (float)n->feature;
        x[1] = n->threshold;
        x[2] = (float)n->left;
        x[3] = n->missing_left;
        x[4] = n->value;
    }
    for (size_t i = 0; i < f->tree_count; i++)
        x[i] = (float)f->roots[i];
    ret->list[ret->count++] =
        (struct model_tensor){"forest", f->node_count, NODE_FLOATS, ret->forest};
    ret->list[ret->count++] = (struct model_tensor){"forest_roots", f->tree_count, 1, x};
    assert(ret->count == MODEL_N_TENSORS + 2);
}

static void write_header(struct buf *out, const struct model *m, const struct tensors *tensors)
{
    assert(!out->len);
    struct json_writer w = json_writer_of(out);
    uint64_t at = 0;
    json_writer_begin_object(&w);
    write_metadata(&w, m);
    for (size_t i = 0; i < tensors->count; i++) {
        const struct model_tensor *t = &tensors->list[i];
        json_writer_key(&w, t->name);
        json_writer_begin_object(&w);
        json_writer_key(&w, "dtype");
        json_writer_text(&w, "F32");
        json_writer_key(&w, "shape");
        json_writer_begin_array(&w);
        json_writer_unsigned(&w, t->rows);
        json_writer_unsigned(&w, t->columns);
        json_writer_end_array(&w);
        json_writer_key(&w, "data_offsets");
        json_writer_begin_array(&w);
        json_writer_unsigned(&w, at);
        json_writer_unsigned(&w, at += t->rows * t->columns * sizeof(float));
        json_writer_end_array(&w);
        json_writer_end_object(&w);
    }
    json_writer_end_object(&w);
    while (out->len % 8) /* the data begin aligned */
        buf_append_char(out, ' ');
    assert(out->len % 8 == 0);
}

static int sync_directory_of(const char *path)
{
    char *copy = memory_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0)
        return ERR_IO;
    int rc = fsync(fd) ? ERR_IO : 0;
    close(fd);
    return rc;
}

static int write_file(const char *path, const struct buf *header, const struct tensors *tensors)
{
    assert(header->len % 8 == 0);
    struct buf length = {0};
    buf_append_u64(&length, header->len);
    FILE *file = fopen(path, "wbe");
    if (!file) {
        buf_fini(&length);
        return ERR_IO;
    }
    bool ok = fwrite(length.data, 1, length.len, file) == length.len &&
              fwrite(header->data, 1, header->len, file) == header->len;
    buf_fini(&length);
    for (size_t i = 0; ok && i < tensors->count; i++) {
        size_t n = tensors->list[i].rows * tensors->list[i].columns;
        ok = fwrite(tensors->list[i].data, sizeof(float), n, file) == n;
    }
    ok = ok && !fflush(file) && !fsync(fileno(file));
    int why = errno;
    if (fclose(file) && ok)
        return ERR_IO;
    errno = why;
    return ok ? 0 : ERR_IO;
}

/* Whole or not at all: by a file beside it, which is left there after an error. */
static int replace_file(const char *path, const char *temporary, const struct buf *header,
                        const struct tensors *tensors)
{
    assert(strcmp(path, temporary) != 0);
    int rc = write_file(temporary, header, tensors);
    if (rc)
        return rc;
    if (rename(temporary, path))
        return ERR_IO;
    return sync_directory_of(path);
}

int model_save(const struct model *m, const char *path)
{
    struct tensors tensors;
    struct buf header = {0}, temporary = {0};
    list_tensors(m, &tensors);
    write_header(&header, m, &tensors);
    buf_append_format(&temporary, "%s.tmp", path);
    buf_append_char(&temporary, '\0');
    int rc = replace_file(path, temporary.data, &header, &tensors);
    if (rc) {
        log_error("cannot write model '%s': %s", path, strerror(errno));
        unlink(temporary.data);
    }
    free(tensors.forest);
    buf_fini(&header);
    buf_fini(&temporary);
    return rc;
}

/* Reading. */

static int refuse(const char *path, const char *why, const char *what)
{
    log_error("model '%s': %s%s", path, why, what);
    return ERR_FORMAT;
}

static int read_bytes(const char *path, struct buf *out)
{
    assert(!out->len);
    int rc = ERR_IO;
    off_t size = -1;
    FILE *file = fopen(path, "rbe");
    if (!file || fseeko(file, 0, SEEK_END) || (size = ftello(file)) < 0 ||
        fseeko(file, 0, SEEK_SET)) {
        log_error("cannot read model '%s': %s", path, strerror(errno));
        goto done;
    }
    if ((uint64_t)size > FILE_MAX_BYTES) {
        rc = refuse(path, "too large for a model", "");
        goto done;
    }
    if (size < 8) {
        rc = refuse(path, "no safetensors file: too short", "");
        goto done;
    }
    errno = 0;
    if (fread(buf_extend(out, (size_t)size), 1, (size_t)size, file) == (size_t)size)
        rc = ERR_OK;
    else
        log_error("cannot read model '%s': %s", path, errno ? strerror(errno) : "it shrank");
done:
    if (file)
        fclose(file);
    return rc;
}

/* A decimal number of at most max. */
static bool metadata_number(const struct json *metadata, const char *key, uint64_t max,
                            uint64_t *ret_value)
{
    assert(max);
    struct slice text;
    uint64_t value = 0;
    if (!json_read_string(json_get(metadata, key), &text) || !text.len || text.len > 20)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (text.data[i] < '0' || text.data[i] > '9' || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return value <= max;
}

static bool read_shape(const struct json *metadata, struct model_shape *ret_shape)
{
    uint64_t seed, d, h, rank0, rank1, buckets;
    if (!metadata_number(metadata, "seed", UINT64_MAX, &seed) ||
        !metadata_number(metadata, "d", MODEL_MAX_D, &d) ||
        !metadata_number(metadata, "h", MODEL_MAX_D / 2, &h) ||
        !metadata_number(metadata, "rank0", MODEL_MAX_RANK, &rank0) ||
        !metadata_number(metadata, "rank1", MODEL_MAX_RANK, &rank1) ||
        !metadata_number(metadata, "buckets", 1u << 22, &buckets))
        return false;
    if (!d || d % 64 || !h || h % 16 || !buckets || buckets & (buckets - 1))
        return false;
    *ret_shape = (struct model_shape){seed, d, h, rank0, rank1, buckets};
    return true;
}

/* A forest judges a row of numbers, and no other row. */
static int read_forest_metadata(const char *path, const struct json *metadata, struct model *m)
{
    uint64_t row;
    struct slice text;
    double base;
    if (!json_get(metadata, "row"))
        return ERR_OK;
    struct json_error error;
    struct json *number = json_read_string(json_get(metadata, "forest_base"), &text)
                              ? json_parse(text, &error)
                              : NULL;
    bool ok = json_read_number(number, &base) && fabs(base) < 1e6;
    json_free(number);
    if (!ok || !metadata_number(metadata, "row", UINT64_MAX, &row))
        return refuse(path, "metadata 'row' or 'forest_base' is malformed", "");
    if (row != NETWORK_ROW_VERSION) {
        log_error("model '%s': its forest judges by other comparisons than this version of alignd "
                  "makes: train it anew",
                  path);
        return ERR_VERSION;
    }
    m->forest.base = (float)base;
    return ERR_OK;
}

static int check_version(const char *path, const struct json *metadata)
{
    struct slice text;
    uint64_t version;
    if (!json_read_string(json_get(metadata, "format"), &text) ||
        !slice_equal(text, slice_of("alignd-model")))
        return refuse(path, "no model of alignd (metadata 'format')", "");
    if (!metadata_number(metadata, "version", UINT64_MAX, &version) || !version)
        return refuse(path, "metadata 'version' is malformed", "");
    if (version > MODEL_VERSION) {
        log_error("model '%s': written by a newer version of alignd", path);
        return ERR_VERSION;
    }
    return ERR_OK;
}

/* An empty model of its shape that knows its relations. */
static int read_relations(const char *path, const struct json *metadata, struct model **ret_model)
{
    assert(!*ret_model);
    struct model_shape shape;
    struct slice text, *list = NULL;
    struct json *names = NULL;
    struct json_error error;
    int rc = ERR_FORMAT;
    if (!read_shape(metadata, &shape))
        return refuse(path, "metadata has no usable dimensions", "");
    if (json_read_string(json_get(metadata, "relations"), &text))
        names = json_parse(text, &error);
    size_t n = json_size(names);
    if (json_kind(names) != JSON_KIND_ARRAY || n > NAMES_MAX) {
        refuse(path, "metadata 'relations' is malformed", "");
        goto done;
    }
    list = memory_calloc(n + 1, sizeof(*list));
    for (size_t i = 0; i < n; i++)
        if (!json_read_string(json_at(names, i), &list[i]) ||
            (i && slice_compare(list[i - 1], list[i]) >= 0)) {
            refuse(path, "metadata 'relations' is not a sorted list of names", "");
            goto done;
        }
    model_new_empty(&shape, list, n, ret_model);
    rc = ERR_OK;
done:
    json_free(names);
    free(list);
    return rc;
}

static int read_threshold(const char *path, const struct json *metadata, struct model *m)
{
    struct slice text;
    struct json *threshold = NULL;
    struct json_error error;
    if (json_read_string(json_get(metadata, "threshold"), &text))
        threshold = json_parse(text, &error);
    bool good =
        json_read_number(threshold, &m->threshold) && m->threshold >= 0 && m->threshold <= 1;
    json_free(threshold);
    return good ? ERR_OK : refuse(path, "metadata 'threshold' is not between 0 and 1", "");
}

static int read_figures(const char *path, const struct json *metadata, struct model *m)
{
    assert(!m->figures);
    struct slice text;
    struct json_error error;
    if (!json_read_string(json_get(metadata, "figures"), &text))
        return ERR_OK;
    struct json *figures = json_parse(text, &error);
    bool good = json_kind(figures) == JSON_KIND_OBJECT;
    json_free(figures);
    if (!good)
        return refuse(path, "metadata 'figures' is malformed", "");
    m->figures = memory_strndup(text.data, text.len);
    return ERR_OK;
}

static int read_level1(const char *path, const struct json *metadata, struct model *m)
{
    struct slice text;
    const struct json *told = json_get(metadata, "level1");
    m->level1 = MODEL_LEVEL1_ALL;
    if (told && (!json_read_string(told, &text) || !model_parse_level1(text, &m->level1)))
        return refuse(path, "metadata 'level1' is neither all nor nameless", "");
    return ERR_OK;
}

/* Metadata and names to an empty model of that shape. */
static int read_metadata(const char *path, const struct json *metadata, struct model **ret_model)
{
    static int (*const parts[])(const char *, const struct json *, struct model *) = {
        read_level1, read_threshold, read_figures, read_forest_metadata};
    struct model *m = NULL;
    int rc;
    if ((rc = check_version(path, metadata)) || (rc = read_relations(path, metadata, &m)))
        goto done;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if ((rc = parts[i](path, metadata, m)))
            goto done;
    assert(m);
    *ret_model = m;
    m = NULL;
done:
    model_free(m);
    return rc;
}

struct range {
    uint64_t begin, end;
};

static bool read_range(const struct json *entry, struct range *ret_range)
{
    const struct json *offsets = json_get(entry, "data_offsets");
    int64_t begin, end;
    if (json_size(offsets) != 2 || !json_read_integer(json_at(offsets, 0), &begin) ||
        !json_read_integer(json_at(offsets, 1), &end) || begin < 0 || end < begin)
        return false;
    *ret_range = (struct range){(uint64_t)begin, (uint64_t)end};
    return true;
}

static int read_tensor(const char *path, const struct json *header, struct slice data,
                       const struct model_tensor *t, struct range *ret_range)
{
    assert(t->data && t->name);
    const struct json *entry = json_get(header, t->name), *shape = json_get(entry, "shape");
    struct slice dtype;
    int64_t rows, columns;
    if (!entry)
        return refuse(path, "no tensor ", t->name);
    if (!json_read_string(json_get(entry, "dtype"), &dtype) || !slice_equal(dtype, slice_of("F32")))
        return refuse(path, "not of dtype F32: tensor ", t->name);
    if (json_size(shape) != 2 || !json_read_integer(json_at(shape, 0), &rows) ||
        !json_read_integer(json_at(shape, 1), &columns) || rows != (int64_t)t->rows ||
        columns != (int64_t)t->columns)
        return refuse(path, "wrong shape: tensor ", t->name);
    size_t bytes = t->rows * t->columns * sizeof(float);
    if (!read_range(entry, ret_range) || ret_range->end > data.len ||
        ret_range->end - ret_range->begin != bytes)
        return refuse(path, "data offsets do not fit: tensor ", t->name);
    if (bytes)
        memcpy(t->data, data.data + ret_range->begin, bytes);
    for (size_t i = 0; i < t->rows * t->columns; i++)
        if (!isfinite(t->data[i]))
            return refuse(path, "a number is not finite: tensor ", t->name);
    return 0;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Rows that the header gives a tensor, at most so many; 0: none. */
static size_t rows_of(const struct json *header, const char *name, size_t most)
{
    assert(most);
    int64_t rows;
    const struct json *shape = json_get(json_get(header, name), "shape");
    if (json_size(shape) != 2 || !json_read_integer(json_at(shape, 0), &rows) || rows < 1 ||
        (uint64_t)rows > most)
        return 0;
    return (size_t)rows;
}

/* A whole number in [least, most), as a float holds it. */
static bool read_whole(float x, int64_t least, int64_t most, int32_t *ret)
{
    if (!(x >= (float)least && x < (float)most) || x != floorf(x))
        return false;
    *ret = (int32_t)x;
    return true;
}

/* Children lie behind their parents, so a walk down a tree comes to an end. */
static int take_forest(const char *path, const float *x, size_t nodes, const float *roots,
                       size_t trees, struct forest *f)
{
    assert(!f->nodes && !f->roots && nodes && trees);
    f->nodes = memory_calloc(nodes + 1, sizeof(*f->nodes));
    f->roots = memory_calloc(trees + 1, sizeof(*f->roots));
    f->node_count = nodes;
    f->tree_count = trees;
    f->features = NETWORK_ROW;
    for (size_t i = 0; i < nodes; i++, x += NODE_FLOATS) {
        struct forest_node *n = &f->nodes[i];
        n->threshold = x[1];
        n->missing_left = x[3] != 0.0f;
        n->value = x[4];
        if (!read_whole(x[0], -1, NETWORK_ROW, &n->feature) ||
            (n->feature >= 0 && !read_whole(x[2], (int64_t)i + 1, (int64_t)nodes - 1, &n->left)))
            return refuse(path, "a node of its forest points nowhere", "");
    }
    for (size_t i = 0; i < trees; i++)
        if (!read_whole(roots[i], 0, (int64_t)nodes, &f->roots[i]))
            return refuse(path, "a tree of its forest begins nowhere", "");
    forest_lay_out(f);
    return ERR_OK;
}

/* They are to lie one behind the other, from the beginning of the data to its end. */
static int check_ranges(const char *path, struct range *ranges, size_t count, size_t bytes)
{
    assert(count);
    uint64_t at = 0;
    qsort(ranges, count, sizeof(*ranges), compare_ranges);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].begin != at)
            return refuse(path, "its tensors overlap or leave a hole", "");
        at = ranges[i].end;
    }
    return at == bytes ? ERR_OK : refuse(path, "bytes follow the last tensor", "");
}

/* The tensors we know, and that they and nothing else make up the data. */
static int read_tensors(const char *path, const struct json *header, struct slice data,
                        struct model *m)
{
    struct tensors t = {.count = MODEL_N_TENSORS};
    struct range ranges[MODEL_N_TENSORS + 2];
    size_t nodes = rows_of(header, "forest", EXACT_IN_FLOAT);
    size_t trees = rows_of(header, "forest_roots", EXACT_IN_FLOAT);
    int rc = ERR_OK;
    model_list_tensors(m, t.list);
    if ((nodes * NODE_FLOATS + trees) * sizeof(float) > data.len)
        return refuse(path, "its forest is larger than the file", "");
    if (nodes && trees) {
        float *x = t.forest = memory_malloc((nodes * NODE_FLOATS + trees) * sizeof(*x));
        t.list[t.count++] = (struct model_tensor){"forest", nodes, NODE_FLOATS, x};
        t.list[t.count++] =
            (struct model_tensor){"forest_roots", trees, 1, x + nodes * NODE_FLOATS};
    }
    assert(t.count <= sizeof(ranges) / sizeof(*ranges));
    if (json_size(header) != t.count + 1) {
        rc = refuse(path, "it holds tensors that are not a model's", "");
        goto done;
    }
    for (size_t i = 0; i < t.count; i++)
        if ((rc = read_tensor(path, header, data, &t.list[i], &ranges[i])))
            goto done;
    if (t.forest && (rc = take_forest(path, t.forest, nodes, t.forest + nodes * NODE_FLOATS, trees,
                                      &m->forest)))
        goto done;
    rc = check_ranges(path, ranges, t.count, data.len);
done:
    free(t.forest);
    return rc;
}

/* path: what it is called where something is wrong. */
static int read_model(const char *path, struct slice file, struct model **ret_model)
{
    struct json *header = NULL;
    struct model *m = NULL;
    struct json_error error;
    struct reader r = reader_of(file);
    uint64_t header_bytes = reader_take_u64(&r);
    int rc = ERR_FORMAT;
    if (reader_failed(&r) || header_bytes > file.len - 8 || header_bytes > HEADER_MAX_BYTES) {
        refuse(path, "no safetensors file: its header is longer than it may be", "");
        goto done;
    }
    header = json_parse((struct slice){file.data + 8, header_bytes}, &error);
    if (json_kind(header) != JSON_KIND_OBJECT) {
        refuse(path, "its header is no JSON object", header ? "" : ": ");
        if (!header)
            log_error("model '%s': header, column %zu: %s", path, error.column, error.message);
        goto done;
    }
    if ((rc = read_metadata(path, json_get(header, "__metadata__"), &m)))
        goto done;
    struct slice data = {file.data + 8 + header_bytes, file.len - 8 - header_bytes};
    if ((rc = read_tensors(path, header, data, m)))
        goto done;
    assert(m);
    model_refresh(m);
    *ret_model = m;
    m = NULL;
done:
    json_free(header);
    model_free(m);
    return rc;
}

int model_load(const char *path, struct model **ret_model)
{
    struct buf file = {0};
    int rc = read_bytes(path, &file);
    if (!rc)
        rc = read_model(path, buf_slice(&file), ret_model);
    buf_fini(&file);
    return rc;
}

bool model_default_is_built_in(void)
{
    const char *named = getenv("ALIGND_MODEL");
    return !named || !*named;
}

int model_load_default(struct model **ret_model)
{
    if (!model_default_is_built_in())
        return strcmp(getenv("ALIGND_MODEL"), "-") == 0
                   ? model_new_default(1, ret_model)
                   : model_load(getenv("ALIGND_MODEL"), ret_model);
    const struct slice file = {(const char *)model_built_in, model_built_in_bytes};
    return read_model("of this program", file, ret_model);
}
