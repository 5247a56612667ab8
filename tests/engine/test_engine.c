/*
 * The promise, on random histories: see replay.h.  ALIGND_SEED (1) and
 * ALIGND_HISTORIES choose which; a failing one is shrunk and printed.
 */
#include "replay.h"

#include "alignd/base/err.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Under a sanitizer everything takes ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define HISTORIES 120
#else
#define HISTORIES 1000
#endif
#define TELLING 1000 /* so many histories cross everything in each slice */
#define SLICES 4     /* processes, as many at a time as there are processors */
#define WATCH 5      /* of so many histories one is watched */

/* Leaves out step after step as long as it still fails. */
static void shrink(struct replay *r, struct history *h, uint64_t seed)
{
    uint64_t counts[REPLAY_COUNTS] = {0};
    for (size_t piece = h->count / 2; piece >= 1; piece /= 2)
        for (size_t at = 0; at + piece <= h->count;) {
            struct step *all = h->steps;
            size_t count = h->count;
            struct step *fewer = malloc(count * sizeof(*fewer));
            memcpy(fewer, all, at * sizeof(*fewer));
            memcpy(fewer + at, all + at + piece, (count - at - piece) * sizeof(*fewer));
            h->steps = fewer;
            h->count = count - piece;
            if (replay_run(r, h, seed, false, counts)) {
                free(all);
                continue;
            }
            h->steps = all;
            h->count = count;
            free(fewer);
            at += piece;
        }
    fprintf(stderr, "seed %" PRIu64 " fails with:\n", seed);
    history_print(h);
    replay_run(r, h, seed, false, counts);
}

static size_t from_env(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

static void print_counts(const uint64_t *counts)
{
    char line[2048];
    int n = 0;
    for (int i = 0; i < REPLAY_COUNTS; i++)
        n += snprintf(line + n, sizeof(line) - (size_t)n, "%s%s %" PRIu64, i ? ", " : "  ",
                      replay_count_name((enum replay_count)i), counts[i]);
    fprintf(stderr, "%s\n", line);
}

static struct criterion_test_params slices(void)
{
    static size_t numbers[SLICES];
    for (size_t i = 0; i < SLICES; i++)
        numbers[i] = i;
    return cr_make_param_array(size_t, numbers, SLICES);
}

ParameterizedTestParameters(engine, any_history_ends_in_the_state_of_its_final_triples)
{
    return slices();
}

ParameterizedTest(size_t *slice, engine, any_history_ends_in_the_state_of_its_final_triples,
                  .timeout = 3600)
{
    size_t first = from_env("ALIGND_SEED", 1), count = from_env("ALIGND_HISTORIES", HISTORIES);
    uint64_t counts[REPLAY_COUNTS] = {0};
    struct model *model, *second,
        *other; /* one looks at nameless neighbours' neighbours, one at all's */
    /* the built-in one, whose trees read statements and namesakes, and one without a last stage
     * that looks at all neighbourhoods */
    cr_assert(!model_load(TEST_DATA "/../../config/default.safetensors", &model) &&
              !model_new_default(2, &second));
    model_with_level1(second, MODEL_LEVEL1_ALL, &other);
    model_free(second);
    struct replay *r = replay_new(model, other);
    for (size_t seed = first + *slice; seed < first + count; seed += SLICES) {
        struct history h;
        uint64_t rng = seed * 7919;
        size_t steps = 20 + history_random(&rng) % 300;
        history_make(&h, seed, steps, 4 + (int)(history_random(&rng) % 20));
        if (history_random(&rng) % 16 == 0)
            history_part(&h);
        int rc = replay_run(r, &h, seed, (seed - first) / SLICES % WATCH == 0, counts);
        if (rc)
            shrink(r, &h, seed);
        history_free(&h);
        cr_assert_eq(rc, ERR_OK, "history of seed %zu: %s", seed, err_text(rc));
    }
    replay_free(r);
    model_free(model);
    model_free(other);
    print_counts(counts);

    /* a history that crosses nothing proves nothing */
    for (int i = 0; count >= TELLING && i < REPLAY_COUNTS; i++)
        cr_expect_gt(counts[i], 0, "no history tried: %s", replay_count_name((enum replay_count)i));
}
