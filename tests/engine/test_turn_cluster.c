/*
 * Clusters of three graphs, and of what somebody decided, after random histories: by the store that
 * turns made and by the one that was built they are the same, and those that links taken one by one
 * from all there are give; and each event names the cluster as the turn left it.
 */
#include "history.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/engine/build.h"
#include "alignd/graph/verdict.h"
#include "alignd/model/model.h"
#include "alignd/state/clusters.h"
#include "alignd/state/match_list.h"
#include "alignd/state/outbox.h"
#include "alignd/state/triples.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { VERDICTS = 3, GRAPHS };
#define MOST 400 /* matches of a history */

static struct model *model;
static struct engine_options options;

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "one";
    options.graphs[1] = "two";
    options.graphs[2] = "three";
    options.graphs[VERDICTS] = VERDICT_GRAPH;
    options.graph_count = GRAPHS;
    options.model = model;
    options.threshold = 0.2;
    options.sync = false;
    options.explain = false;
}

static void tear_down(void)
{
    model_free(model);
}

TestSuite(turn_cluster, .init = set_up, .fini = tear_down, .timeout = 300);

struct store {
    char path[64];
    struct kv *kv;
    struct engine *engine;
};

static struct store store_new(void)
{
    static unsigned number;
    struct store s = {.engine = NULL};
    struct kv_options o = kv_options_default();
    o.in_memory = true;
    snprintf(s.path, sizeof s.path, "/clusters-%d-%u", (int)getpid(), number++);
    cr_assert_eq(kv_open(s.path, &o, &s.kv), ERR_OK);
    return s;
}

static void store_free(struct store *s)
{
    engine_close(s->engine);
    kv_close(s->kv);
    kv_destroy(s->path, true);
}

/* Entities of two graphs are dealt to three. */
static size_t graph_of(const struct step *s)
{
    size_t n = s->change.subject.text.len;
    if (s->graph == 2)
        return VERDICTS;
    return s->graph == 0 ? 0 : 1 + (size_t)s->change.subject.text.data[n - 1] % 2;
}

/* --- links one by one, from all there are --- */

struct naive_link {
    struct id a, b;
    float score;
    bool kept;
};

struct naive {
    const struct state *s;
    struct naive_link links[MOST];
    size_t link_count;
    struct id ids[2 * MOST];
    size_t color[2 * MOST], count;
};

static size_t number_of(struct naive *n, struct id id)
{
    for (size_t i = 0; i < n->count; i++)
        if (id_equal(n->ids[i], id))
            return i;
    cr_assert_lt(n->count, 2 * MOST);
    n->ids[n->count] = id;
    n->color[n->count] = n->count;
    return n->count++;
}

static int note_match(void *arg, const struct match *m)
{
    struct naive *n = arg;
    bool first = id_compare(m->subject_entity, m->object_entity) < 0;
    cr_assert_lt(n->link_count, MOST);
    n->links[n->link_count++] =
        (struct naive_link){.a = first ? m->subject_entity : m->object_entity,
                            .b = first ? m->object_entity : m->subject_entity,
                            .score = m->pinned ? PAIR_PINNED : m->confidence};
    return ERR_OK;
}

static int compare_naive(const void *x, const void *y)
{
    const struct naive_link *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    int c = id_compare(a->a, b->a);
    return c ? c : id_compare(a->b, b->b);
}

static bool is_barred(const struct state *s, struct id a, struct id b)
{
    struct arena *arena = arena_new();
    struct kv_value row = {0};
    struct decided_list decided;
    char key[ID_BYTES];
    bool found;
    id_put(key, a);
    cr_assert_eq(kv_get(s->kv, KV_DECIDED, (struct slice){key, sizeof key}, &row, &found), ERR_OK);
    cr_assert_eq(decided_decode(row.bytes, arena, &decided), ERR_OK);
    bool is = decided_find(&decided, b) & DECIDED_BARRED;
    kv_value_release(&row);
    arena_free(arena);
    return is;
}

/* Do the clusters of two colours have a graph in common, or two that are said to be different? */
static bool clash(const struct naive *n, size_t x, size_t y)
{
    for (size_t i = 0; i < n->count; i++)
        for (size_t k = 0; k < n->count; k++)
            if (n->color[i] == x && n->color[k] == y &&
                (id_graph(n->ids[i]) == id_graph(n->ids[k]) ||
                 is_barred(n->s, n->ids[i], n->ids[k])))
                return true;
    return false;
}

static void cluster_naively(struct naive *n, const struct state *s)
{
    *n = (struct naive){.s = s};
    cr_assert_eq(match_list_each(s, note_match, n), ERR_OK);
    qsort(n->links, n->link_count, sizeof *n->links, compare_naive);
    for (size_t i = 0; i < n->link_count; i++) {
        struct naive_link *link = &n->links[i];
        size_t x = n->color[number_of(n, link->a)], y = n->color[number_of(n, link->b)];
        link->kept = x == y || !clash(n, x, y);
        for (size_t k = 0; k < n->count && link->kept; k++)
            n->color[k] = n->color[k] == y ? x : n->color[k];
    }
}

/* The reader says of every link what the naive way does, and calls clusters as it has them. */
static void check_links(const struct state *s, struct naive *n, size_t *ret_left_out)
{
    struct clusters_reader r;
    clusters_reader_init(&r, s, CLUSTERS_MOST);
    for (size_t i = 0; i < n->link_count; i++) {
        const struct naive_link *link = &n->links[i];
        struct clusters_told told;
        cr_assert_eq(clusters_read(&r, link->a, link->b, &told), ERR_OK);
        cr_assert_eq(told.left_out, !link->kept);
        cr_assert_eq(told.cluster.len != 0, link->kept);
        *ret_left_out += !link->kept;
        for (uint32_t k = 0; k < r.group.count; k++)
            for (uint32_t j = 0; j < k; j++)
                cr_assert_eq(r.group.entities[k].cluster == r.group.entities[j].cluster,
                             n->color[number_of(n, r.group.entities[k].id)] ==
                                 n->color[number_of(n, r.group.entities[j].id)]);
    }
    clusters_reader_fini(&r);
}

/* --- all of a store, as text --- */

static int append_group(void *arg, struct arena *arena, const struct cluster_group *g)
{
    struct buf *out = arg;
    (void)arena;
    cr_assert_not(g->too_large);
    for (size_t i = 0; i < g->count; i++)
        buf_append_format(out, "%lx%lx=%u ", g->entities[i].id.hi, g->entities[i].id.lo,
                          g->entities[i].cluster);
    for (size_t i = 0; i < g->link_count; i++)
        buf_append_format(out, "%u-%u:%d ", g->links[i].a, g->links[i].b, (int)g->links[i].fate);
    buf_append_char(out, '\n');
    return ERR_OK;
}

static void append_all(const struct engine *e, struct buf *out)
{
    cr_assert_eq(clusters_each(engine_state(e), CLUSTERS_MOST, append_group, out), ERR_OK);
    buf_append_char(out, '\0');
}

static int add_to_build(void *arg, size_t graph, const struct change *changes, size_t count)
{
    return build_add(arg, graph, changes, count);
}

static void build_from(struct store *built, const struct engine *from)
{
    struct build_options o = {.folder = built->path, .in_memory = true, .memory_bytes = 1 << 20};
    struct build *b;
    cr_assert_eq(build_new(built->kv, &options, &o, &b), ERR_OK);
    cr_assert_eq(triples_each(engine_state(from), add_to_build, b), ERR_OK);
    cr_assert_eq(build_run(b), ERR_OK);
    build_free(b);
    cr_assert_eq(engine_open(built->kv, &options, &built->engine), ERR_OK);
}

/* --- events --- */

static struct slice member(const struct json *object, const char *key)
{
    struct slice s = {NULL, 0};
    const struct json *value = json_get(object, key);
    if (value)
        json_read_string(value, &s);
    return s;
}

static struct id entity_of(const struct json *event, const char *key, const char *source)
{
    struct term term = term_of_written(member(event, key));
    return id_of_entity(id_graph_tag(member(event, source)), &term);
}

/* What the newest events say of clusters is what the store holds now. */
static void check_events(const struct store *s, uint64_t *seen, size_t *ret_told)
{
    struct arena *arena = arena_new();
    struct outbox_record *all;
    struct clusters_reader r;
    size_t count;
    cr_assert_eq(outbox_read(s->kv, *seen, 1000, 1 << 24, arena, &all, &count), ERR_OK);
    clusters_reader_init(&r, engine_state(s->engine), CLUSTERS_MOST);
    for (size_t i = 0; i < count; i++) {
        struct json_error error;
        struct clusters_told told;
        *seen = all[i].seq;
        if (all[i].tombstone)
            continue;
        struct json *event = json_parse(all[i].value, &error);
        cr_assert(event);
        struct slice cluster = member(event, "cluster");
        if (slice_equal(member(event, "type"), slice_of("unmatch"))) {
            cr_assert(!cluster.data && !json_get(event, "left_out"));
        } else {
            cr_assert_eq(clusters_read(&r, entity_of(event, "subject_id", "subject_source"),
                                       entity_of(event, "object_id", "object_source"), &told),
                         ERR_OK);
            cr_assert(slice_equal(told.cluster, cluster));
            cr_assert_eq(told.left_out, json_get(event, "left_out") != NULL);
            ++*ret_told;
        }
        json_free(event);
    }
    clusters_reader_fini(&r);
    arena_free(arena);
}

static void run_history(struct store *s, const struct history *h, uint64_t *rng, size_t *ret_told)
{
    struct engine_report report;
    uint64_t seen = 0;
    for (size_t i = 0, n; i < h->count; i += n) {
        struct engine_input inputs[8];
        struct engine_turn turn = {.inputs = inputs};
        for (n = 0; n < 1 + history_random(rng) % 8 && i + n < h->count; n++)
            inputs[n] = (struct engine_input){.graph = graph_of(&h->steps[i + n]),
                                              .changes = &h->steps[i + n].change,
                                              .count = 1};
        turn.input_count = n;
        cr_assert_eq(engine_run_turn(s->engine, &turn, &report), ERR_OK);
        check_events(s, &seen, ret_told);
    }
    while (engine_dirty_count(s->engine)) {
        struct engine_turn turn = {0};
        cr_assert_eq(engine_run_turn(s->engine, &turn, &report), ERR_OK);
        check_events(s, &seen, ret_told);
    }
}

static void try_history(uint64_t seed, struct naive *n, size_t *ret_left_out, size_t *ret_told)
{
    struct history h;
    uint64_t rng = seed;
    struct buf by_turns = {0}, by_build = {0};
    struct store s = store_new(), built = store_new();
    history_make(&h, seed, 60 + history_random(&rng) % 200, 4 + (int)(history_random(&rng) % 16));
    cr_assert_eq(engine_open(s.kv, &options, &s.engine), ERR_OK);
    run_history(&s, &h, &rng, ret_told);
    build_from(&built, s.engine);
    append_all(s.engine, &by_turns);
    append_all(built.engine, &by_build);
    cr_assert_str_eq(by_turns.data, by_build.data, "seed %lu", seed);
    cluster_naively(n, engine_state(s.engine));
    check_links(engine_state(s.engine), n, ret_left_out);
    buf_fini(&by_turns);
    buf_fini(&by_build);
    history_free(&h);
    store_free(&s);
    store_free(&built);
}

Test(turn_cluster, any_history_ends_in_the_clusters_of_its_matches)
{
    size_t left_out = 0, told = 0, matches = 0;
    const char *count = getenv("ALIGND_HISTORIES");
    struct naive *n = malloc(sizeof *n);
    for (uint64_t seed = 1; seed <= (count ? strtoul(count, NULL, 10) : 100); seed++) {
        options.policy = seed % 3 ? POLICY_ONE_TO_ONE : POLICY_THRESHOLD;
        try_history(seed, n, &left_out, &told);
        matches += n->link_count;
    }
    free(n);
    fprintf(stderr, "  matches %zu, left out %zu, told %zu\n", matches, left_out, told);
    /* histories that contradict nothing prove nothing */
    cr_expect_gt(left_out, 0);
    cr_expect_gt(told, left_out);
    cr_expect_gt(matches, told / 10);
}

static void say(struct store *s, size_t graph, const char *subject, const char *predicate,
                struct term object)
{
    struct engine_report report;
    struct change change = {CHANGE_INSERT,
                            {.kind = TERM_IRI, .text = slice_of(subject)},
                            {.kind = TERM_IRI, .text = slice_of(predicate)},
                            object};
    struct engine_input input = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    cr_assert_eq(engine_run_turn(s->engine, &turn, &report), ERR_OK);
}

/* The newest event. */
static struct slice last_event(const struct store *s, struct arena *arena, size_t *ret_count)
{
    struct outbox_record *all;
    cr_assert_eq(outbox_read(s->kv, 0, 1000, 1 << 24, arena, &all, ret_count), ERR_OK);
    cr_assert_gt(*ret_count, 0);
    size_t at = *ret_count - 1;
    return all[all[at].tombstone ? at - 1 : at].value;
}

/* A third pair's verdict leaves a match out, of whose own pair there is no event. */
Test(turn_cluster, whom_somebody_said_to_be_different_stand_apart_though_both_match_a_third)
{
    static const char *const iris[] = {"http://one/1", "http://two/1", "http://three/1"};
    static const char label[] = "http://www.w3.org/2000/01/rdf-schema#label";
    struct store s = store_new();
    struct arena *arena = arena_new();
    struct id ids[3];
    size_t before, after;
    cr_assert_eq(engine_open(s.kv, &options, &s.engine), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        struct term term = {.kind = TERM_IRI, .text = slice_of(iris[i])};
        ids[i] = id_of_entity(id_graph_tag(slice_of(options.graphs[i])), &term);
        say(&s, i, iris[i], label,
            (struct term){.kind = TERM_LITERAL,
                          .text = slice_of("The Blue River of Harbour Town")});
    }
    struct slice event = last_event(&s, arena, &before);
    cr_expect(memmem(event.data, event.len, "\"cluster\":\"http://one/1\"", 24));
    say(&s, VERDICTS, iris[0], VERDICT_DIFFERENT_IRI,
        (struct term){.kind = TERM_IRI, .text = slice_of(iris[2])});
    event = last_event(&s, arena, &after);
    cr_expect_eq(after, before + 2); /* an unmatch and its tombstone */
    cr_expect(memmem(event.data, event.len, "unmatch", 7));
    struct clusters_reader r;
    struct clusters_told x, y;
    clusters_reader_init(&r, engine_state(s.engine), CLUSTERS_MOST);
    cr_assert_eq(clusters_read(&r, ids[0], ids[1], &x), ERR_OK);
    cr_assert_eq(clusters_read(&r, ids[2], ids[1], &y), ERR_OK);
    cr_expect_neq(x.left_out, y.left_out);
    cr_assert_eq(r.group.link_count, 2);
    cr_expect_eq(r.group.links[0].fate, CLUSTER_KEPT);
    cr_expect_eq(r.group.links[1].fate, CLUSTER_BARRED);
    cr_expect_eq(clusters_read(&r, ids[0], ids[2], &x), ERR_STORE, "they do not match");
    clusters_reader_fini(&r);
    arena_free(arena);
    store_free(&s);
}
