/*
 * A store by passes against the same by turns: what the random histories of test_engine.c do not
 * cross.  Those compare the two on every history they make (replay.c).
 */
#include "alignd/engine/build.h"

#include "history.h"

#include "alignd/base/err.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct model *model;
static struct engine_options options;

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "one";
    options.graphs[1] = "two";
    options.graphs[2] = "three";
    options.graph_count = 3;
    options.model = model;
    options.threshold = 0.3;
    options.sync = false;
    options.explain = false;
}

static void tear_down(void)
{
    model_free(model);
}

TestSuite(build, .init = set_up, .fini = tear_down);

/* A database in memory; each has a path of its own. */
struct store {
    char path[64];
    struct kv *kv;
};

static struct store store_new(void)
{
    static unsigned number;
    struct store s;
    struct kv_options o = kv_options_default();
    o.in_memory = true;
    snprintf(s.path, sizeof(s.path), "/build-%d-%u", (int)getpid(), number++);
    cr_assert_eq(kv_open(s.path, &o, &s.kv), ERR_OK);
    return s;
}

static void store_free(struct store *s)
{
    kv_close(s->kv);
    kv_destroy(s->path, true);
}

/* The history's second graph is two here. */
static size_t graph_of(const struct step *s)
{
    size_t n = s->change.subject.text.len;
    return s->graph == 0 ? 0 : 1 + (size_t)s->change.subject.text.data[n - 1] % 2;
}

static void by_turns(struct kv *kv, const struct history *h, size_t from, struct engine **ret)
{
    struct engine_report report;
    cr_assert_eq(engine_open(kv, &options, ret), ERR_OK);
    for (size_t i = from; i < h->count; i++) {
        struct engine_input input = {
            .graph = graph_of(&h->steps[i]), .changes = &h->steps[i].change, .count = 1};
        struct engine_turn turn = {.inputs = &input, .input_count = 1};
        cr_assert_eq(engine_run_turn(*ret, &turn, &report), ERR_OK);
    }
    while (engine_dirty_count(*ret)) {
        struct engine_turn turn = {0};
        cr_assert_eq(engine_run_turn(*ret, &turn, &report), ERR_OK);
    }
}

static void build(const struct store *s, const struct history *h, size_t to, uint64_t expected)
{
    struct build_options o = {.folder = s->path,
                              .in_memory = true,
                              .memory_bytes = 1 << 20,
                              .expected_triples = expected};
    struct build *b;
    cr_assert_eq(build_new(s->kv, &options, &o, &b), ERR_OK);
    for (size_t i = 0; i < to; i++)
        cr_assert_eq(build_add(b, graph_of(&h->steps[i]), &h->steps[i].change, 1), ERR_OK);
    cr_assert_eq(build_run(b), ERR_OK);
    build_free(b);
}

static void expect_equal(struct engine *a, struct engine *b)
{
    struct state_totals x, y;
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_eq(engine_digest(a, (enum kv_family)f), engine_digest(b, (enum kv_family)f), "%s",
                     kv_family_name((enum kv_family)f));
    engine_get_totals(a, &x);
    engine_get_totals(b, &y);
    cr_expect_arr_eq(&x, &y, sizeof(x));
    cr_expect_gt(x.pairs, 0);
}

Test(build, three_graphs_under_every_policy)
{
    uint64_t matches = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct history h;
        struct engine *turns, *built;
        struct state_totals t;
        struct store a = store_new(), b = store_new();
        history_make(&h, seed, 500, 16);
        options.policy = (enum engine_policy)(seed % 3);
        options.threads = 1 + (unsigned)seed % 2;
        by_turns(a.kv, &h, 0, &turns);
        build(&b, &h, h.count, 1 + seed % 4 * 2000);
        cr_assert_eq(engine_open(b.kv, &options, &built), ERR_OK);
        expect_equal(turns, built);
        engine_get_totals(built, &t);
        matches += t.matches;
        engine_close(turns);
        engine_close(built);
        history_free(&h);
        store_free(&a);
        store_free(&b);
    }
    cr_expect_gt(matches, 0);
}

/* Every row of a family, in one and the other. */
static void expect_same_rows(const struct store *a, const struct store *b, enum kv_family family)
{
    struct kv_iter *x = kv_iter_new(a->kv, family), *y = kv_iter_new(b->kv, family);
    struct slice first = {"", 0};
    kv_iter_seek(x, first);
    kv_iter_seek(y, first);
    for (; kv_iter_valid(x) && kv_iter_valid(y); kv_iter_next(x), kv_iter_next(y)) {
        cr_assert(slice_equal(kv_iter_key(x), kv_iter_key(y)), "%s", kv_family_name(family));
        cr_assert(slice_equal(kv_iter_value(x), kv_iter_value(y)), "%s", kv_family_name(family));
    }
    cr_expect_eq(kv_iter_valid(x), kv_iter_valid(y), "%s", kv_family_name(family));
    kv_iter_free(x);
    kv_iter_free(y);
}

Test(build, neither_threads_nor_buckets_show_in_a_row)
{
    static const unsigned threads[] = {1, 2, 3, 8};
    for (uint64_t seed = 20; seed < 23; seed++) {
        struct history h;
        struct store stores[4];
        history_make(&h, seed, 1500, 40);
        options.policy = (enum engine_policy)(seed % 3);
        for (size_t i = 0; i < 4; i++) {
            struct engine *first, *built;
            stores[i] = store_new();
            options.threads = threads[i];
            build(&stores[i], &h, h.count, 1500 * threads[i]);
            for (int f = KV_OFFSETS; f < KV_FAMILIES; f++)
                expect_same_rows(&stores[0], &stores[i], (enum kv_family)f);
            cr_assert_eq(engine_open(stores[0].kv, &options, &first), ERR_OK);
            cr_assert_eq(engine_open(stores[i].kv, &options, &built), ERR_OK);
            expect_equal(first, built);
            engine_close(first);
            engine_close(built);
        }
        for (size_t i = 0; i < 4; i++)
            store_free(&stores[i]);
        history_free(&h);
    }
}

Test(build, turns_go_on_where_it_ended)
{
    struct history h;
    struct engine *turns, *built;
    struct store a = store_new(), b = store_new();
    history_make(&h, 7, 600, 20);
    by_turns(a.kv, &h, 0, &turns);
    build(&b, &h, 400, 0);
    by_turns(b.kv, &h, 400, &built);
    cr_expect(engine_holds_events(built), "nobody was told of what was built");
    expect_equal(turns, built);
    engine_close(turns);
    engine_close(built);
    history_free(&h);
    store_free(&a);
    store_free(&b);
}

Test(build, no_triples_make_an_empty_store)
{
    struct history h = {0};
    struct engine *built;
    struct state_totals t;
    struct store s = store_new();
    build(&s, &h, 0, 0);
    cr_assert_eq(engine_open(s.kv, &options, &built), ERR_OK);
    engine_get_totals(built, &t);
    cr_expect_eq(t.triples[0] + t.entities[0] + t.pairs, 0);
    engine_close(built);
    store_free(&s);
}

Test(build, a_store_that_holds_triples_is_refused)
{
    struct history h;
    struct engine *turns;
    struct build *b;
    struct store s = store_new();
    struct build_options o = {.folder = s.path, .in_memory = true, .memory_bytes = 1 << 20};
    history_make(&h, 1, 50, 5);
    by_turns(s.kv, &h, 0, &turns);
    engine_close(turns);
    cr_expect_eq(build_new(s.kv, &options, &o, &b), ERR_MISMATCH);
    history_free(&h);
    store_free(&s);
}

static int stop_there(void *arg, double done, const char *pass)
{
    (void)done;
    return strcmp(pass, *(const char **)arg) == 0 ? ERR_STOPPED : ERR_OK;
}

Test(build, it_ends_where_it_is_told_to)
{
    struct history h;
    const char *pass = "";
    double seconds;
    uint64_t bytes;
    size_t stops = 0;
    options.threads = 3;
    history_make(&h, 1, 200, 9);
    for (;; stops++) {
        struct store s = store_new();
        struct build_options o = {.folder = s.path,
                                  .in_memory = true,
                                  .memory_bytes = 1 << 20,
                                  .progress = stop_there,
                                  .arg = &pass};
        struct build *b;
        cr_assert_eq(build_new(s.kv, &options, &o, &b), ERR_OK);
        pass = build_pass(b, stops, &seconds, &bytes);
        for (size_t i = 0; pass && i < h.count; i++)
            cr_assert_eq(build_add(b, graph_of(&h.steps[i]), &h.steps[i].change, 1), ERR_OK);
        if (pass)
            cr_expect_eq(build_run(b), ERR_STOPPED, "%s", pass);
        build_free(b);
        store_free(&s);
        if (!pass)
            break;
    }
    cr_expect_gt(stops, 5);
    history_free(&h);
}

/* How far a build that ran into a limit of files' sizes came. */
static int last_done(void *arg, double done, const char *pass)
{
    (void)pass;
    *(double *)arg = done;
    return ERR_OK;
}

Test(build, a_write_that_fails_ends_all_workers_with_its_error)
{
    struct history h;
    static const rlim_t most[] = {64 << 10, 17 << 20}; /* of a file */
    history_make(&h, 5, 3000, 100);
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        char path[] = "/tmp/test_build_XXXXXX", command[64];
        double done = -1;
        struct kv *kv;
        struct build *b;
        struct kv_options k = kv_options_default();
        struct build_options o = {.folder = path,
                                  .memory_bytes = 1 << 20,
                                  .expected_triples = 9000,
                                  .progress = last_done,
                                  .arg = &done};
        options.threads = 3;
        cr_assert(mkdtemp(path));
        cr_assert_eq(kv_open(path, &k, &kv), ERR_OK);
        cr_assert_eq(build_new(kv, &options, &o, &b), ERR_OK);
        for (size_t j = 0; j < h.count; j++)
            cr_assert_eq(build_add(b, graph_of(&h.steps[j]), &h.steps[j].change, 1), ERR_OK);
        struct rlimit before, limit;
        cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
        limit = (struct rlimit){most[i], before.rlim_max};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        int rc = build_run(b);
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        cr_expect_eq(rc, i == 0 ? ERR_IO : ERR_OK);
        cr_expect(i == 0 ? done < .2 : done > .99, "%g", done);
        build_free(b);
        kv_close(kv);
        snprintf(command, sizeof(command), "rm -rf %s", path);
        cr_assert_eq(system(command), 0);
    }
    history_free(&h);
}

/* Names in a folder that begin so. */
static size_t files_of(const char *path, const char *begin)
{
    DIR *folder = opendir(path);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        n += strncmp(entry->d_name, begin, strlen(begin)) == 0;
    closedir(folder);
    return n;
}

Test(build, on_disk_nothing_but_the_database_is_left)
{
    struct history h;
    struct engine *turns, *built;
    struct store a = store_new();
    char path[] = "/tmp/test_build_XXXXXX", command[64];
    struct kv *kv;
    struct build *b;
    struct kv_options k = kv_options_default();
    struct build_options o = {.folder = path, .memory_bytes = 1 << 20, .expected_triples = 5000};
    history_make(&h, 3, 800, 30);
    by_turns(a.kv, &h, 0, &turns);
    cr_assert(mkdtemp(path));
    cr_assert_eq(kv_open(path, &k, &kv), ERR_OK);
    cr_assert_eq(build_new(kv, &options, &o, &b), ERR_OK);
    for (size_t i = 0; i < h.count; i++)
        cr_assert_eq(build_add(b, graph_of(&h.steps[i]), &h.steps[i].change, 1), ERR_OK);
    cr_expect_eq(files_of(path, "temporary"), 0);
    cr_assert_eq(build_run(b), ERR_OK);
    build_free(b);
    cr_expect_eq(files_of(path, "build-"), 0);
    kv_close(kv);
    cr_assert_eq(kv_open(path, &k, &kv), ERR_OK);
    cr_assert_eq(engine_open(kv, &options, &built), ERR_OK);
    expect_equal(turns, built);
    engine_close(built);
    engine_close(turns);
    kv_close(kv);
    store_free(&a);
    history_free(&h);
    snprintf(command, sizeof(command), "rm -rf %s", path);
    cr_assert_eq(system(command), 0);
}
