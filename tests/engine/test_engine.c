#include "history.h"

#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/verify.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct model *model;

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
}

static void tear_down(void)
{
    model_free(model);
}

TestSuite(engine, .init = set_up, .fini = tear_down);

/* Limits so small that every history crosses them. */
static struct engine_options tight(uint64_t seed)
{
    struct engine_options o = engine_options_default();
    o.graphs[0] = "one";
    o.graphs[1] = "two";
    o.graph_count = 2;
    o.model = model;
    o.neighbours = 3;
    o.values = 2;
    o.block_limit = 3;
    o.hub_degree = seed % 2 ? 5 : 1000;
    o.hub_chunk = 3;
    o.dirty_budget = 2;
    o.threshold = 0.3;
    o.policy = (enum engine_policy)(seed % 3);
    o.sync = false;
    o.explain = seed % 2;
    o.threads = 1 + seed % 2;
    o.row_cache_bytes = seed % 4 ? (size_t)1 << 20 : 4000;
    o.profile_cache_bytes = seed % 5 ? (size_t)4 << 20 : 0;
    return o;
}

static struct kv *open_kv(const char *path)
{
    struct kv_options o = kv_options_default();
    struct kv *kv = NULL;
    o.in_memory = true;
    o.cache_bytes = o.write_buffer_bytes = 1 << 20;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    return kv;
}

static int run_steps(struct engine *e, const struct step *steps, size_t count)
{
    struct change changes[64];
    struct engine_input inputs[64];
    for (size_t i = 0; i < count; i++) {
        changes[i] = steps[i].change;
        inputs[i] = (struct engine_input){
            .graph = (size_t)steps[i].graph, .changes = &changes[i], .count = 1};
    }
    struct engine_turn turn = {.inputs = inputs, .input_count = count};
    struct engine_report report;
    return engine_run_turn(e, &turn, &report);
}

/* Applies a history in random turns with restarts between some, then compares
 * with the store that the final triples give.  0, or what differs is printed. */
static int replay(const struct history *h, uint64_t seed)
{
    char path[64];
    uint64_t rng = seed;
    struct engine_options o = tight(seed);
    struct engine *e = NULL;
    snprintf(path, sizeof(path), "/history-%llu", (unsigned long long)seed);
    struct kv *kv = open_kv(path);
    int rc = engine_open(kv, &o, &e);
    for (size_t at = 0, n; at < h->count && !rc; at += n) {
        n = 1 + history_random(&rng) % (history_random(&rng) % 4 ? 4 : 60);
        if (n > h->count - at)
            n = h->count - at;
        rc = run_steps(e, h->steps + at, n);
        if (!rc && history_random(&rng) % 16 == 0) {
            engine_close(e);
            kv_close(kv);
            kv = open_kv(path);
            e = NULL;
            rc = engine_open(kv, &o, &e);
        }
    }
    int turns = 0;
    while (!rc && engine_dirty_count(e)) {
        rc = run_steps(e, NULL, 0);
        cr_assert_lt(turns++, 10000, "the dirty set never empties");
    }
    struct verify_options v = {0};
    struct verify_report report;
    if (!rc)
        rc = verify_store(e, &v, &report);
    if (rc == ERR_DIFFERS)
        for (uint64_t i = 0; i < report.differences && i < VERIFY_MAX_DIFFERENCES; i++)
            fprintf(stderr, "  %s: %s\n", kv_family_name(report.first[i].family),
                    report.first[i].what);
    engine_close(e);
    kv_close(kv);
    kv_destroy(path, true);
    return rc;
}

/* Leaves out step after step as long as it still fails. */
static void shrink(struct history *h, uint64_t seed)
{
    for (size_t piece = h->count / 2; piece >= 1; piece /= 2)
        for (size_t at = 0; at + piece <= h->count;) {
            struct step *all = h->steps;
            size_t count = h->count;
            struct step *fewer = malloc(count * sizeof(*fewer));
            memcpy(fewer, all, at * sizeof(*fewer));
            memcpy(fewer + at, all + at + piece, (count - at - piece) * sizeof(*fewer));
            h->steps = fewer;
            h->count = count - piece;
            if (replay(h, seed)) {
                free(all);
                continue;
            }
            h->steps = all;
            h->count = count;
            free(fewer);
            at += piece;
        }
    fprintf(stderr, "seed %llu fails with:\n", (unsigned long long)seed);
    history_print(h);
    replay(h, seed);
}

static size_t from_env(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

Test(engine, any_history_ends_in_the_state_of_its_final_triples, .timeout = 3600)
{
    size_t first = from_env("ALIGND_SEED", 1), count = from_env("ALIGND_HISTORIES", 60);
    for (size_t seed = first; seed < first + count; seed++) {
        struct history h;
        uint64_t rng = seed * 7919;
        size_t steps = 20 + history_random(&rng) % 300;
        history_make(&h, seed, steps, 4 + (int)(history_random(&rng) % 20));
        int rc = replay(&h, seed);
        if (rc)
            shrink(&h, seed);
        history_free(&h);
        cr_assert_eq(rc, ERR_OK, "history of seed %zu: %s", seed, err_text(rc));
    }
}
