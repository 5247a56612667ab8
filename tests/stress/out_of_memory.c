/*
 * out_of_memory.c - where memory runs out: the process ends with status 71 and says so, and the
 * store, opened anew by another process that goes on where that one was, ends in the state of a
 * history in which nothing failed.  Random histories on disk, each turn of which may meet a
 * refused allocation, of whatever thread, while the engine is opened too.
 *
 * ALIGND_SEED (1) and ALIGND_HISTORIES (at most 3) choose which.
 *
 *  (1) This process has one thread and opens no store, so that what it forks finds no lock held
 *      by a thread that it does not have.  Hence a program of its own: test runners have threads.
 */
#include "fold.h"
#include "memory_fault.h"
#include "replay.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/model/model.h"
#include "alignd/store/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* What is wrong is said, and ends the program. */
#define check(holds, ...)                                                                          \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: not (%s): ", __FILE__, __LINE__, #holds);                      \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputs("\n0 passed, 1 failed\n", stderr);                                               \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

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
    struct fold *fold = fold_new(&r->options);
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
    check(err >= 0 && pid >= 0, "memfd_create, fork");
    if (!pid)
        live(r, refused, err);
    check(waitpid(pid, &status, 0) == pid, "waitpid");
    ssize_t n = pread(err, said, sizeof(said) - 1, 0);
    close(err);
    said[n > 0 ? n : 0] = '\0';
    check(WIFEXITED(status), "seed %" PRIu64 ": signal %d: %s", r->seed, WTERMSIG(status), said);
    if (WEXITSTATUS(status) == 0)
        return true;
    check(WEXITSTATUS(status) == MEMORY_EXIT_STATUS, "seed %" PRIu64 ": %s", r->seed, said);
    check(strstr(said, "out of memory") && strstr(said, "start it again"), "%s", said);
    return false;
}

static void destroy_store(const struct run *r)
{
    int status;
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (!pid)
        _exit(kv_destroy(r->path, false) != ERR_OK);
    check(waitpid(pid, &status, 0) == pid && status == 0, "'%s' cannot be deleted", r->path);
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
    destroy_store(r); /* (1) */
    return outcome;
}

static void expect_same(const struct run *r, const struct shared *is, const struct shared *was)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        check(is->digests[f] == was->digests[f], "seed %" PRIu64 ": %s differs", r->seed,
              kv_family_name((enum kv_family)f));
    check(!memcmp(&is->totals, &was->totals, sizeof(is->totals)), "seed %" PRIu64, r->seed);
    check(is->folds && was->folds, "seed %" PRIu64 ": the events are not the matches", r->seed);
}

static size_t from_env(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

/* A history with and without faults.  How many processes died. */
static size_t try_history(struct run *r)
{
    size_t died, none;
    history_make(&r->history, r->seed * 7919, 60, 4 + (int)(r->seed % 12));
    struct shared was = run_history(r, "whole", false, &none);
    struct shared is = run_history(r, "dying", true, &died);
    check(none == 0, "seed %" PRIu64 ": %zu died of nothing", r->seed, none);
    expect_same(r, &is, &was);
    check(died > LEAST, "seed %" PRIu64 ": only %zu died", r->seed, died);
    history_free(&r->history);
    return died;
}

int main(void)
{
    size_t first = from_env("ALIGND_SEED", 1), count = from_env("ALIGND_HISTORIES", HISTORIES);
    size_t deaths = 0;
    struct model *model;
    check(model_load(TEST_DATA "/../../config/default.safetensors", &model) == ERR_OK, "model");
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(shared != MAP_FAILED, "mmap");
    count = count < HISTORIES ? count : HISTORIES;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct run r = {.options = replay_options(model, seed), .seed = seed, .shared = shared};
        deaths += try_history(&r);
    }
    printf("%zu histories, %zu processes ran out of memory\n1 passed, 0 failed\n", count, deaths);
    munmap(shared, sizeof(*shared));
    model_free(model);
    return 0;
}
