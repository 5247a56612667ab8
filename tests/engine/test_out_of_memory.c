/*
 * Where memory runs out: the process ends with status 71 and says so, and the store, opened
 * anew by another process that goes on where that one was, ends in the state of a history in
 * which nothing failed.  Random histories on disk, each turn of which may meet a refused
 * allocation, of whatever thread, while the engine is opened too.
 *
 * ALIGND_SEED (1) and ALIGND_HISTORIES choose which.
 *
 *  (1) This process opens no store: a fork has none of the threads that a store has.
 */
#include "fold.h"
#include "memory_fault.h"
#include "replay.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/model/model.h"
#include "alignd/store/kv.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Under a sanitizer everything takes ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define HISTORIES 1
#else
#define HISTORIES 3
#endif
#define TURN 5          /* steps of a turn, at most */
#define FOREVER 1000000 /* allocations: none is refused */
#define LEAST 20        /* processes that died, a history */

/* What the processes of a history leave each other. */
struct shared {
    size_t at;       /* the next step */
    bool settled;    /* and nothing is put off */
    size_t most_met; /* allocations of one process that lived */
    uint64_t head;   /* the newest event */
    uint64_t digests[KV_FAMILIES];
    struct state_totals totals;
    bool folds; /* the events, folded, are the matches */
};

struct run {
    struct engine_options options;
    struct history history;
    uint64_t seed;
    char path[64];
    struct shared *shared;
};

static struct kv *open_store(const struct run *r)
{
    struct kv_options o = kv_options_default();
    struct kv *kv;
    o.create = true;
    o.cache_bytes = o.write_buffer_bytes = 1 << 20;
    if (kv_open(r->path, &o, &kv))
        abort();
    return kv;
}

/* So many steps from `at` on are a turn, whoever asks. */
static size_t turn_at(const struct run *r, size_t at)
{
    uint64_t rng = r->seed + at;
    size_t left = r->history.count - at, n = 1 + history_random(&rng) % TURN;
    return n < left ? n : left;
}

static void run_turn(struct run *r, struct engine *e)
{
    struct engine_input inputs[TURN];
    struct engine_report report;
    size_t n = r->shared->at < r->history.count ? turn_at(r, r->shared->at) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct step *s = &r->history.steps[r->shared->at + i];
        inputs[i] =
            (struct engine_input){.graph = (size_t)s->graph, .changes = &s->change, .count = 1};
    }
    struct engine_turn turn = {.inputs = inputs, .input_count = n};
    if (engine_run_turn(e, &turn, &report))
        abort();
    r->shared->at += n;
    r->shared->settled = r->shared->at == r->history.count && !engine_dirty_count(e);
}

static void note_outcome(const struct run *r, struct kv *kv, struct engine *e)
{
    struct shared *s = r->shared;
    struct fold *fold = fold_new(r->options.epsilon);
    uint64_t seen = 0;
    s->folds = !fold_take(fold, kv, &seen) && !fold_compare(fold, e);
    s->head = engine_head(e);
    for (int f = 0; f < KV_FAMILIES; f++)
        s->digests[f] = engine_digest(e, (enum kv_family)f);
    engine_get_totals(e, &s->totals);
}

/* A process of its own: opens the store, goes on to the end, unless an allocation is refused. */
static _Noreturn void live(struct run *r, size_t refused, int err)
{
    struct engine *e;
    dup2(err, STDERR_FILENO);
    struct kv *kv = open_store(r);
    memory_fault_arm(refused);
    if (engine_open(kv, &r->options, &e))
        abort();
    while (!r->shared->settled)
        run_turn(r, e);
    size_t met = memory_fault_disarm();
    r->shared->most_met = met;
    note_outcome(r, kv, e);
    _exit(0);
}

/* Did it live?  If not it ended as it has to. */
static bool lives(struct run *r, size_t refused)
{
    char said[1024];
    int status, err = memfd_create("stderr", 0);
    pid_t pid = fork();
    cr_assert(err >= 0 && pid >= 0);
    if (!pid)
        live(r, refused, err);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    ssize_t n = pread(err, said, sizeof(said) - 1, 0);
    close(err);
    said[n > 0 ? n : 0] = '\0';
    cr_assert(WIFEXITED(status), "seed %" PRIu64 ": signal %d: %s", r->seed, WTERMSIG(status),
              said);
    if (WEXITSTATUS(status) == 0)
        return true;
    cr_assert_eq(WEXITSTATUS(status), MEMORY_EXIT_STATUS, "seed %" PRIu64 ": %s", r->seed, said);
    cr_assert(strstr(said, "out of memory") && strstr(said, "start it again"), "%s", said);
    return false;
}

/* The whole history in the folder of that name; the outcome is of all its processes. */
static struct shared run_history(struct run *r, const char *name, bool faults, size_t *ret_deaths)
{
    uint64_t rng = r->seed * 31 + 7;
    size_t deaths = 0, within = 400;
    snprintf(r->path, sizeof(r->path), "/dev/shm/alignd-%d-%s", (int)getpid(), name);
    *r->shared = (struct shared){0};
    for (;;) {
        size_t before = r->shared->at;
        size_t refused = faults ? history_random(&rng) % within : FOREVER;
        if (lives(r, refused))
            break;
        deaths++;
        /* opening alone takes some: who never gets beyond it gets more */
        within = r->shared->at == before ? within + within / 8 + 1 : 400;
    }
    *ret_deaths = deaths;
    struct shared outcome = *r->shared;
    cr_assert_eq(kv_destroy(r->path, false), ERR_OK);
    return outcome;
}

static void expect_same(const struct run *r, const struct shared *is, const struct shared *was)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_assert_eq(is->digests[f], was->digests[f], "seed %" PRIu64 ": %s differs", r->seed,
                     kv_family_name((enum kv_family)f));
    cr_assert_eq(memcmp(&is->totals, &was->totals, sizeof(is->totals)), 0, "seed %" PRIu64,
                 r->seed);
    cr_assert(is->folds && was->folds, "seed %" PRIu64 ": the events are not the matches", r->seed);
}

static size_t from_env(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

/* Not run: now and then the process that is to die waits for ever (futex), not yet known why.
 * tests/out_of_memory.sh shows the same with processes of their own. */
Test(out_of_memory, wherever_it_is_met_the_process_ends_and_the_next_goes_on, .disabled = true)
{
    size_t first = from_env("ALIGND_SEED", 1), count = from_env("ALIGND_HISTORIES", HISTORIES);
    size_t deaths = 0, none;
    struct model *model;
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), ERR_OK);
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(shared, MAP_FAILED);
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct run r = {.options = replay_options(model, seed), .seed = seed, .shared = shared};
        size_t died;
        history_make(&r.history, seed * 7919, 60, 4 + (int)(seed % 12));
        struct shared was = run_history(&r, "whole", false, &none);
        struct shared is = run_history(&r, "dying", true, &died);
        cr_assert_eq(none, 0);
        expect_same(&r, &is, &was);
        cr_expect_gt(died, LEAST, "seed %" PRIu64 ": %zu died", seed, died);
        deaths += died;
        history_free(&r.history);
    }
    fprintf(stderr, "  %zu processes ran out of memory\n", deaths);
    munmap(shared, sizeof(*shared));
    model_free(model);
}
