/*
 * What agrees never speaks against a pair: whatever both of two that are one say alike (a value, a
 * neighbour of that name) is taken from both, and then they must be less sure, or as sure.  In the
 * small cases of tests/data/field, and of every match of the demonstration.
 */
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/text.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/explain.h"
#include "alignd/graph/predicate.h"
#include "alignd/model/model.h"
#include "alignd/state/match_list.h"
#include "alignd/stream/codec.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH "/agreement"
/* Of a confidence, as people read it; trees of many numbers move it by less. */
#define AS_SURE 0.0025f

enum { MOST_CHANGES = 8000, MOST_PAIRS = 64 };

/* Of what both say so much is tried: under a sanitizer, which looks for other faults, less. */
#ifdef __SANITIZE_ADDRESS__
enum { EACH = 6 };
#else
enum { EACH = 1 };
#endif

/* One side of a case, read once. */
struct catalog {
    struct buf text;
    struct change *changes;
    size_t count;
    bool *left_out;
};

struct pair {
    struct term end[2];
};

struct setting {
    struct model *model;
    struct mapping *mapping;
    struct engine_options options;
    struct arena *arena;
    struct catalog side[2];
    size_t met; /* things both say */
};

static void read_text(const char *path, struct buf *text)
{
    char piece[65536];
    size_t n;
    struct file *file;
    cr_assert_eq(file_open(path, &file), ERR_OK, "%s", path);
    do {
        cr_assert_eq(file_read(file, piece, sizeof(piece), &n), ERR_OK);
        buf_append_slice(text, (struct slice){piece, n});
    } while (n);
    file_close(file);
}

static void open_setting(struct setting *s, const char *folder, const char *left, const char *right)
{
    const char *names[2] = {left, right};
    char path[1024];
    s->arena = arena_new();
    snprintf(path, sizeof(path), "%s/mapping.tsv", folder);
    cr_assert_eq(mapping_open(path, &s->mapping), ERR_OK);
    s->options = engine_options_default();
    s->options.graph_count = 2;
    s->options.model = s->model;
    s->options.mapping = s->mapping;
    s->options.sync = false;
    for (size_t i = 0; i < 2; i++) {
        struct codec_error error;
        s->options.graphs[i] = names[i];
        snprintf(path, sizeof(path), "%s/%s.nt", folder, names[i]);
        read_text(path, &s->side[i].text);
        cr_assert_eq(codec_decode(CODEC_NQUADS, buf_slice(&s->side[i].text), NULL, s->arena,
                                  &s->side[i].changes, &s->side[i].count, &error),
                     ERR_OK, "%s: %s", path, error.message);
        cr_assert_leq(s->side[i].count, MOST_CHANGES);
        s->side[i].left_out = arena_calloc(s->arena, s->side[i].count + 1, sizeof(bool));
    }
}

static void close_setting(struct setting *s)
{
    for (size_t i = 0; i < 2; i++) {
        buf_fini(&s->side[i].text);
        s->side[i] = (struct catalog){0};
    }
    mapping_close(s->mapping);
    arena_free(s->arena);
}

/* --- a store of what is not left out --- */

static void open_store(const struct setting *s, struct kv **kv, struct engine **engine)
{
    struct kv_options k = kv_options_default();
    struct engine_input inputs[2];
    struct engine_report report;
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, kv), ERR_OK);
    cr_assert_eq(engine_open(*kv, &s->options, engine), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        struct change *kept = arena_alloc(s->arena, (s->side[i].count + 1) * sizeof(*kept));
        size_t n = 0;
        for (size_t k2 = 0; k2 < s->side[i].count; k2++)
            if (!s->side[i].left_out[k2])
                kept[n++] = s->side[i].changes[k2];
        inputs[i] = (struct engine_input){.graph = i, .changes = kept, .count = n};
    }
    struct engine_turn turn = {.inputs = inputs, .input_count = 2};
    cr_assert_eq(engine_run_turn(*engine, &turn, &report), ERR_OK);
}

static void close_store(struct kv *kv, struct engine *engine)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
}

static float score_of(const struct engine *engine, const struct pair *pair, struct arena *arena)
{
    struct explanation x;
    int missing;
    int rc = explain_pair(engine, engine_state(engine), 0, &pair->end[0], 1, &pair->end[1], arena,
                          &x, &missing);
    cr_assert_eq(rc, ERR_OK, "%.*s", (int)pair->end[0].text.len, pair->end[0].text.data);
    return x.score;
}

/* --- what both say --- */

static bool is_about(const struct change *c, const struct term *entity)
{
    return c->subject.kind == entity->kind && slice_equal(c->subject.text, entity->text);
}

/* What the object of a triple is called; empty: nobody knows. */
static struct slice name_of(const struct setting *s, const struct predicates *p, size_t side,
                            const struct term *object)
{
    if (object->kind == TERM_LITERAL)
        return object->text;
    for (size_t i = 0; i < s->side[side].count; i++) {
        const struct change *c = &s->side[side].changes[i];
        if (is_about(c, object) &&
            predicates_find(p, id_graph_tag(slice_of(s->options.graphs[side])),
                            predicate_hash(c->predicate.text))
                    ->kind == PREDICATE_LABEL)
            return c->object.text;
    }
    return (struct slice){"", 0};
}

struct statement {
    size_t at;
    uint64_t relation;
    struct slice relation_name, name; /* normalised */
};

static size_t list_statements(const struct setting *s, const struct predicates *p, size_t side,
                              const struct term *entity, struct statement *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->side[side].count; i++) {
        const struct change *c = &s->side[side].changes[i];
        const struct predicate *predicate = predicates_find(
            p, id_graph_tag(slice_of(s->options.graphs[side])), predicate_hash(c->predicate.text));
        struct buf text = {0};
        if (!is_about(c, entity) || predicate->kind != PREDICATE_RELATION)
            continue;
        text_normalise(&text, name_of(s, p, side, &c->object));
        out[n++] = (struct statement){i, predicate->relation, predicate->name,
                                      arena_copy(s->arena, buf_slice(&text))};
        buf_fini(&text);
    }
    return n;
}

static void leave_out(struct setting *s, struct statement all[2][MOST_CHANGES],
                      const size_t count[2], const struct statement *what, bool out)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < count[side]; i++)
            if (all[side][i].relation == what->relation &&
                slice_equal(all[side][i].name, what->name))
                s->side[side].left_out[all[side][i].at] = out;
}

static bool is_said(const struct statement *all, size_t count, const struct statement *what)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].relation == what->relation && slice_equal(all[i].name, what->name))
            return true;
    return false;
}

/* Each thing both say, one after the other. */
static void try_pair(struct setting *s, const char *words, const struct pair *pair, float with)
{
    static struct statement all[2][MOST_CHANGES];
    struct predicates *p = predicates_new(s->mapping);
    size_t count[2];
    for (size_t side = 0; side < 2; side++) {
        struct slice graph = slice_of(s->options.graphs[side]);
        for (size_t i = 0; i < s->side[side].count; i++)
            predicates_resolve(p, graph, id_graph_tag(graph),
                               s->side[side].changes[i].predicate.text);
        count[side] = list_statements(s, p, side, &pair->end[side], all[side]);
    }
    for (size_t i = 0; i < count[0]; i++) {
        const struct statement *what = &all[0][i];
        struct kv *kv;
        struct engine *engine;
        if (!what->name.len || is_said(all[0], i, what) || !is_said(all[1], count[1], what) ||
            s->met++ % EACH)
            continue;
        leave_out(s, all, count, what, true);
        open_store(s, &kv, &engine);
        float without = score_of(engine, pair, s->arena);
        close_store(kv, engine);
        leave_out(s, all, count, what, false);
        cr_expect_geq(with, without - AS_SURE, "%s: %.*s: without %.*s '%.*s' %.4f, with it %.4f",
                      words, (int)pair->end[0].text.len, pair->end[0].text.data,
                      (int)what->relation_name.len, what->relation_name.data, (int)what->name.len,
                      what->name.data, (double)without, (double)with);
    }
    predicates_free(p);
}

static void try_pairs(struct setting *s, const char *words, const struct pair *pairs, size_t count)
{
    float with[MOST_PAIRS];
    struct kv *kv;
    struct engine *engine;
    open_store(s, &kv, &engine);
    for (size_t i = 0; i < count; i++)
        with[i] = score_of(engine, &pairs[i], s->arena);
    close_store(kv, engine);
    for (size_t i = 0; i < count; i++)
        try_pair(s, words, &pairs[i], with[i]);
}

/* --- the cases --- */

/* What is in front of a sign, which is taken off with it. */
static struct slice cut(struct slice *rest, char sign)
{
    const char *end = rest->len ? memchr(rest->data, sign, rest->len) : NULL;
    struct slice front = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    size_t taken = front.len + (end != NULL);
    rest->data += taken;
    rest->len -= taken;
    return front;
}

static struct model *load_model(void)
{
    struct model *m;
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &m), ERR_OK);
    return m;
}

/* Of a folder, the pairs that are one. */
static size_t read_expected(struct slice table, const char *folder, struct pair *pairs)
{
    size_t n = 0;
    while (table.len) {
        struct slice line = cut(&table, '\n'), of = cut(&line, '\t'), a = cut(&line, '\t'),
                     b = cut(&line, '\t');
        if (slice_equal(of, slice_of(folder)) && slice_equal(line, slice_of("same"))) {
            cr_assert_lt(n, MOST_PAIRS);
            pairs[n++] = (struct pair){{term_of_written(a), term_of_written(b)}};
        }
    }
    return n;
}

Test(agreement, of_the_cases_of_the_field, .timeout = 300)
{
    struct setting s = {.model = load_model()};
    struct buf table = {0};
    char done[256][96];
    size_t folders = 0;
    read_text(TEST_DATA "/field/expect.tsv", &table);
    for (struct slice rest = buf_slice(&table); rest.len;) {
        struct slice line = cut(&rest, '\n'), of = cut(&line, '\t');
        char folder[96], path[1024];
        struct pair pairs[MOST_PAIRS];
        bool again = !of.len || of.data[0] == '#' || of.len >= sizeof(folder);
        snprintf(folder, sizeof(folder), "%.*s", (int)of.len, of.data);
        for (size_t i = 0; i < folders && !again; i++)
            again = strcmp(done[i], folder) == 0;
        if (again)
            continue;
        strcpy(done[folders++], folder);
        size_t count = read_expected(buf_slice(&table), folder, pairs);
        snprintf(path, sizeof(path), TEST_DATA "/field/%s", folder);
        if (!count)
            continue;
        open_setting(&s, path, "left", "right");
        try_pairs(&s, folder, pairs, count);
        close_setting(&s);
    }
    cr_expect_geq(s.met, 40, "%zu things both say", s.met);
    buf_fini(&table);
    model_free(s.model);
}

struct listed {
    struct pair *pairs;
    size_t count;
    struct arena *arena;
};

static int list_match(void *arg, const struct match *m)
{
    struct listed *l = arg;
    cr_assert_lt(l->count, MOST_PAIRS);
    l->pairs[l->count++] = (struct pair){{term_of_written(arena_copy(l->arena, m->subject)),
                                          term_of_written(arena_copy(l->arena, m->object))}};
    return ERR_OK;
}

Test(agreement, of_the_demonstration, .timeout = 300)
{
    struct setting s = {.model = load_model()};
    struct pair pairs[MOST_PAIRS];
    struct kv *kv;
    struct engine *engine;
    open_setting(&s, TEST_DATA "/../../scripts/demo", "archive", "cinema");
    struct listed l = {.pairs = pairs, .arena = s.arena};
    open_store(&s, &kv, &engine);
    cr_assert_eq(match_list_each(engine_state(engine), list_match, &l), ERR_OK);
    close_store(kv, engine);
    try_pairs(&s, "demonstration", pairs, l.count);
    close_setting(&s);
    cr_expect_geq(s.met, 50, "%zu things both say", s.met);
    model_free(s.model);
}
