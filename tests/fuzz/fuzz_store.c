/*
 * fuzz_store.c - a store with one row damaged: opening it, reading it, explaining
 * and a turn over it end well or with an error, never otherwise.
 *
 * Input: family u8, row u8, then pairs (offset u8, byte u8) to be changed in
 * it; an offset of 255 cuts the row after `byte` bytes, 254 appends the byte.
 * Everything else of the store stays as it was, so a turn meets a row that
 * disagrees with those around it.
 */
#include "fuzz_check.h"

#include "alignd/engine/engine.h"
#include "alignd/engine/explain.h"
#include "alignd/state/match_list.h"
#include "alignd/state/triples.h"
#include "alignd/engine/verify.h"
#include "alignd/model/model.h"
#include "history.h"

#define ROWS_MAX 4096
#define STEPS 80

struct row {
    enum kv_family family;
    struct slice key, value;
};

static struct {
    struct kv *kv;
    struct model *model;
    struct engine_options options;
    struct history history;
    struct arena *arena; /* of the rows */
    struct row rows[ROWS_MAX];
    size_t count, first[KV_FAMILIES + 1]; /* of a family */
} store;

/* One turn of so many steps. */
static int run_steps(struct engine *e, const struct step *steps, size_t count)
{
    struct engine_input inputs[STEPS];
    struct engine_report report;
    for (size_t i = 0; i < count; i++)
        inputs[i] = (struct engine_input){
            .graph = (size_t)steps[i].graph, .changes = &steps[i].change, .count = 1};
    struct engine_turn turn = {.inputs = inputs, .input_count = count};
    return engine_run_turn(e, &turn, &report);
}

static void remember_rows(void)
{
    store.arena = arena_new();
    for (int f = 0; f < KV_FAMILIES; f++) {
        store.first[f] = store.count;
        struct kv_iter *it = kv_iter_new(store.kv, (enum kv_family)f);
        for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it)) {
            FUZZ_CHECK(store.count < ROWS_MAX);
            store.rows[store.count++] =
                (struct row){(enum kv_family)f, arena_copy(store.arena, kv_iter_key(it)),
                             arena_copy(store.arena, kv_iter_value(it))};
        }
        kv_iter_free(it);
    }
    store.first[KV_FAMILIES] = store.count;
}

static void make_store(void)
{
    struct kv_options kv = kv_options_default();
    kv.create = kv.in_memory = true;
    FUZZ_CHECK(kv_open("/fuzz_store", &kv, &store.kv) == 0);
    FUZZ_CHECK(model_load(TEST_DATA "/network.safetensors", &store.model) == 0);
    store.options = engine_options_default();
    store.options.graphs[0] = "a";
    store.options.graphs[1] = "b";
    store.options.graphs[2] = "verdicts";
    store.options.graph_count = 3;
    store.options.model = store.model;
    store.options.sync = false;
    store.options.threads = 1;
    store.options.threshold = 0.3;
    store.options.inverse_limit = 6;
    store.options.block_limit = 30;
    store.options.profile_cache_bytes = store.options.row_cache_bytes = 1 << 20;
    history_make(&store.history, 2, 2 * STEPS, 9);
    struct engine *e;
    FUZZ_CHECK(engine_open(store.kv, &store.options, &e) == 0);
    FUZZ_CHECK(run_steps(e, store.history.steps, STEPS) == 0);
    engine_close(e);
    remember_rows();
    FUZZ_CHECK(store.first[KV_DECIDED] < store.first[KV_DECIDED + 1]); /* some pairs are decided */
}

/* Back to the rows remembered. */
static void restore(void)
{
    struct kv_batch *batch = kv_batch_new();
    for (int f = 0; f < KV_FAMILIES; f++) {
        struct kv_iter *it = kv_iter_new(store.kv, (enum kv_family)f);
        size_t i = store.first[f], end = store.first[f + 1];
        kv_iter_seek(it, slice_of(""));
        while (i < end || kv_iter_valid(it)) {
            const struct row *r = &store.rows[i];
            int c = i == end ? 1 : !kv_iter_valid(it) ? -1 : slice_compare(r->key, kv_iter_key(it));
            if (c < 0 || (c == 0 && !slice_equal(r->value, kv_iter_value(it))))
                kv_batch_put(store.kv, batch, r->family, r->key, r->value);
            if (c > 0)
                kv_batch_delete(store.kv, batch, (enum kv_family)f, kv_iter_key(it));
            i += c <= 0;
            if (c >= 0)
                kv_iter_next(it);
        }
        kv_iter_free(it);
    }
    FUZZ_CHECK(kv_batch_rows(batch) == 0 || kv_write(store.kv, batch, false) == 0);
    kv_batch_free(batch);
}

/* False when the input asks for nothing. */
static bool damage(const uint8_t *data, size_t size)
{
    int family = size >= 4 ? data[0] % KV_FAMILIES : 0;
    size_t rows = store.first[family + 1] - store.first[family];
    if (size < 4 || rows == 0)
        return false;
    const struct row *r = &store.rows[store.first[family] + data[1] % rows];
    struct buf value = {0};
    buf_append_slice(&value, r->value);
    for (size_t i = 2; i + 1 < size; i += 2) {
        if (data[i] == 255)
            value.len = data[i + 1] < value.len ? data[i + 1] : value.len;
        else if (data[i] == 254)
            buf_append_char(&value, (char)data[i + 1]);
        else if (value.len)
            value.data[data[i] % value.len] = (char)data[i + 1];
    }
    struct kv_batch *batch = kv_batch_new();
    kv_batch_put(store.kv, batch, r->family, r->key,
                 value.len ? buf_slice(&value) : (struct slice){"", 0});
    FUZZ_CHECK(kv_write(store.kv, batch, false) == 0);
    kv_batch_free(batch);
    buf_fini(&value);
    return true;
}

static int take_match(void *arg, const struct match *m)
{
    size_t *sum = arg;
    FUZZ_CHECK(m->subject_graph < 2 && m->object_graph < 2);
    *sum += m->subject.len + m->object.len + m->subject_label.len + m->type.len;
    return 0;
}

static int take_triples(void *arg, size_t graph, const struct change *changes, size_t count)
{
    size_t *sum = arg;
    FUZZ_CHECK(graph < 3);
    for (size_t i = 0; i < count; i++)
        *sum += changes[i].object.text.len;
    return 0;
}

/* Error or not, all that counts is that it returns. */
static void use(struct engine *e)
{
    struct arena *arena = fuzz_arena();
    size_t sum = 0;
    int missing;
    struct explanation x;
    match_list_each(engine_state(e), take_match, &sum);
    triples_each(engine_state(e), take_triples, &sum);
    for (size_t i = 0; i < 8; i++) {
        const struct step *s = &store.history.steps[i], *t = &store.history.steps[STEPS - 1 - i];
        if (s->graph != t->graph)
            explain_pair(e, engine_state(e), (size_t)s->graph, &s->change.subject, (size_t)t->graph,
                         &t->change.subject, arena, &x, &missing);
    }
    for (size_t i = STEPS; i < 2 * STEPS; i += STEPS / 4)
        if (run_steps(e, &store.history.steps[i], STEPS / 4))
            break;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!store.kv)
        make_store();
    if (!damage(data, size))
        return 0;
    struct arena *arena = fuzz_arena();
    struct engine_options settings = store.options;
    struct slice mapping;
    struct engine *e = NULL;
    engine_read_settings(store.kv, arena, &settings, &mapping);
    if (engine_open(store.kv, &store.options, &e) == 0)
        use(e);
    engine_close(e);
    restore();
    return 0;
}
