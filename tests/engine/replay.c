#include "replay.h"

#include "fold.h"
#include "kv_fault.h"
#include "watch.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/engine/build.h"
#include "alignd/engine/verify.h"
#include "alignd/graph/mapping.h"
#include "alignd/store/kv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define USES 40 /* histories in one database: opening one costs more than a short history */
#define MAX_TURN 64

/* A database in memory, emptied between histories. */
struct scratch {
    char path[64];
    struct kv *kv;
    unsigned uses;
};

struct replay {
    const struct model *models[2];
    struct mapping *mapping; /* of some histories: a row of every kind */
    struct mapping *names;   /* of others: further names alone */
    struct scratch incremental, whole, built;
    struct engine *engine;
    struct fold *fold;
    struct watch *watch; /* NULL: not now */
    uint64_t *counts;
    const struct engine_options *options; /* of the engine that is open */
    uint64_t rng, seen;                   /* seen: the newest outbox record that was folded */
    int64_t now_ms;
};

static const char *const names[REPLAY_COUNTS] = {
    "histories",
    "steps",
    "turns",
    "engine reopened",
    "store reopened",
    "graph joined",
    "turns that deferred work",
    "matches",
    "unmatches",
    "updates",
    "block died",
    "block revived",
    "code became rare",
    "code became common",
    "sample full",
    "sample with room",
    "values full",
    "values with room",
    "names full",
    "names with room",
    "identifier became common",
    "identifier no longer common",
    "inverse over limit",
    "inverse within it",
    "hub in chunks",
    "hub no more",
    "relabelled",
    "hub relabelled",
    "entity gone",
    "another model or threshold",
    "store failed",
    "replaced",
    "replaced twice in a turn",
    "replaced by nothing",
    "store failed while it was opened",
    "disk full",
    "part cleared",
    "pinned",
    "pinned no more",
    "barred",
    "contradicted",
    "neighbour pinned",
    "neighbour pinned no more",
    "turns that left matches to settle",
    "matches told once settled",
};

const char *replay_count_name(enum replay_count count)
{
    return names[count];
}

struct engine_options replay_options(const struct model *model, uint64_t seed)
{
    struct engine_options o = engine_options_default();
    uint64_t rng = ~seed;
#define ONE_IN(n) (history_random(&rng) % (n) == 0)
    o.graphs[0] = "one";
    o.graphs[1] = "two";
    o.graphs[2] = "verdicts";
    o.graph_count = 3;
    o.model = model;
    o.neighbours = 2 + (int)(history_random(&rng) % 3);
    o.values = 1 + (int)(history_random(&rng) % 2);
    o.names = 1 + (int)(history_random(&rng) % 4);
    /* by it alone, or by what other keys than whole labels and values have of it */
    o.block_limit = (1 + (int)(history_random(&rng) % 5)) * (ONE_IN(2) ? 1 : 20);
    o.inverse_limit = ONE_IN(4) ? 12 : 1 + history_random(&rng) % 2;
    o.hub_chunk = ONE_IN(4) ? 1024 : 3;
    o.dirty_budget = ONE_IN(3) ? 512 : 1 + history_random(&rng) % 4;
    o.threshold = 0.3;
    o.policy = (enum engine_policy)(history_random(&rng) % 3);
    o.sync = false;
    o.explain = ONE_IN(8);
    o.threads = ONE_IN(4) ? 2 : 1;
    o.row_cache_bytes = ONE_IN(4) ? 4000 : (size_t)1 << 20;
    o.profile_cache_bytes = ONE_IN(5) ? 0 : (size_t)4 << 20;
    o.cut_offs = !ONE_IN(8);
    o.rescore = true;
    o.review = 0.3 + 0.1 * (double)(history_random(&rng) % 7);
    o.epsilon = ONE_IN(4) ? 1 : o.epsilon; /* bands are told all the same */
    o.settle_ms = ONE_IN(2) ? 0 : 1 + (int64_t)(history_random(&rng) % 3000);
    o.settle_max_ms = (int64_t)(history_random(&rng) % 9000);
#undef ONE_IN
    return o;
}

/* --- databases --- */

static int open_kv(const char *path, struct kv **ret_kv)
{
    struct kv_options o = kv_options_default();
    o.in_memory = true;
    o.hashed = true;
    o.cache_bytes = o.write_buffer_bytes = 1 << 20;
    return kv_open(path, &o, ret_kv);
}

static int reopen(struct scratch *s)
{
    kv_close(s->kv);
    s->kv = NULL;
    return open_kv(s->path, &s->kv);
}

static void destroy(struct scratch *s)
{
    if (!s->kv)
        return;
    kv_close(s->kv);
    kv_destroy(s->path, true);
    s->kv = NULL;
    s->uses = 0;
}

static int delete_all(struct kv *kv)
{
    struct kv_batch *batch = kv_batch_new();
    int rc = ERR_OK;
    for (int f = 0; f < KV_FAMILIES && !rc; f++) {
        struct kv_iter *it = kv_iter_new(kv, (enum kv_family)f);
        for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it))
            kv_batch_delete(kv, batch, (enum kv_family)f, kv_iter_key(it));
        rc = kv_iter_status(it);
        kv_iter_free(it);
    }
    if (!rc)
        rc = kv_write(kv, batch, false);
    kv_batch_free(batch);
    return rc;
}

/* An empty database. */
static int renew(struct scratch *s, const char *name)
{
    static unsigned number;
    if (s->kv && s->uses++ < USES)
        return delete_all(s->kv);
    destroy(s);
    snprintf(s->path, sizeof(s->path), "/%s-%d-%u", name, (int)getpid(), number++);
    return open_kv(s->path, &s->kv);
}

/* --- the engine --- */

static int open_engine_once(struct replay *r, const struct engine_options *o)
{
    return engine_open(r->incremental.kv, o, &r->engine);
}

/* Sometimes with a read or write on the way that fails: then there is no engine, and opened again
 * it is as if nothing had been. */
static int open_engine(struct replay *r, const struct engine_options *o)
{
    bool writing = history_random(&r->rng) % 3 == 0;
    if (history_random(&r->rng) % 3)
        return open_engine_once(r, o);
    /* it reads a few dozen times, of another model's vectors more; and writes a few times */
    kv_fault_arm(writing ? KV_FAULT_WRITE : KV_FAULT_READ,
                 history_random(&r->rng) % (writing                       ? 2
                                            : history_random(&r->rng) % 2 ? 8
                                                                          : 60));
    int rc = open_engine_once(r, o);
    if (!kv_fault_disarm())
        return rc;
    r->counts[REPLAY_OPEN_FAILED]++;
    if (rc != ERR_STORE) {
        fprintf(stderr, "  the store failed while it was opened, which said '%s'\n", err_text(rc));
        return rc ? rc : ERR_DIFFERS;
    }
    return open_engine_once(r, o);
}

/* --- turns --- */

/* What of the store fails somewhere in a turn. */
struct fault {
    bool armed;
    bool writing; /* its one write, or a read */
    size_t after; /* so many that do not */
    bool met;
};

static void arm(const struct fault *f)
{
    if (f->armed)
        kv_fault_arm(f->writing ? KV_FAULT_WRITE : KV_FAULT_READ, f->after);
}

static void disarm(struct fault *f)
{
    if (f->armed)
        f->met = kv_fault_disarm();
}

static int run_changes(struct engine *e, int64_t now_ms, const struct step *const *steps,
                       size_t count, struct fault *fault, struct engine_report *report)
{
    struct change *changes = malloc((count + 1) * sizeof(*changes));
    struct engine_input *inputs = malloc((count + 1) * sizeof(*inputs));
    if (!changes || !inputs)
        abort();
    for (size_t i = 0; i < count; i++) {
        changes[i] = steps[i]->change;
        inputs[i] = (struct engine_input){
            .graph = (size_t)steps[i]->graph, .changes = &changes[i], .count = 1};
    }
    struct engine_turn turn = {.inputs = inputs, .input_count = count, .now_ms = now_ms};
    arm(fault);
    int rc = engine_run_turn(e, &turn, report);
    disarm(fault);
    free(changes);
    free(inputs);
    return rc;
}

static struct fault draw_fault(struct replay *r)
{
    struct fault f = {0};
    if (history_random(&r->rng) % 6)
        return f;
    f.armed = true;
    f.writing = history_random(&r->rng) % 3 == 0;
    if (!f.writing)
        f.after = history_random(&r->rng) % (history_random(&r->rng) % 2 ? 12 : 200);
    return f;
}

/* After a fault of the store nobody knows what it holds: it is opened anew. */
static int recover(struct replay *r)
{
    engine_close(r->engine);
    r->engine = NULL;
    return open_engine(r, r->options);
}

/* Has nothing been told since the last turn that went well? */
static bool is_silent(struct replay *r)
{
    uint64_t head = r->seen;
    if (!fold_take(r->fold, r->incremental.kv, &head) && head == r->seen)
        return true;
    fprintf(stderr, "  a turn that failed told something\n");
    return false;
}

/* The same changes, with a fault on the way in some turns: then the turn is dropped, nothing was
 * told, and tried again it is as if nothing had been. */
static int run_changes_with_faults(struct replay *r, const struct step *const *steps, size_t count,
                                   struct engine_report *report)
{
    struct fault fault = draw_fault(r), none = {0};
    int rc = run_changes(r->engine, r->now_ms, steps, count, &fault, report);
    if (!fault.met || !rc)
        return rc;
    r->counts[REPLAY_STORE_FAILED]++;
    if (rc != ERR_STORE) {
        fprintf(stderr, "  the store failed and it said '%s'\n", err_text(rc));
        return ERR_DIFFERS;
    }
    if (!is_silent(r))
        return ERR_DIFFERS;
    rc = recover(r);
    return rc ? rc : run_changes(r->engine, r->now_ms, steps, count, &none, report);
}

static bool clears_part(const struct step *s, const struct step *other)
{
    struct slice text = s->change.subject.text, its = other->change.subject.text;
    return s->change.op == CHANGE_CLEAR && s->graph == other->graph &&
           s->change.subject.kind == TERM_IRI && other->change.subject.kind == TERM_IRI &&
           its.len > text.len && its.data[text.len] == '#' &&
           memcmp(text.data, its.data, text.len) == 0 && its.data[its.len - 6] == '~';
}

static bool clears(const struct step *s, const struct step *other)
{
    return (s->change.op == CHANGE_CLEAR && s->graph == other->graph &&
            s->change.subject.kind == other->change.subject.kind &&
            slice_equal(s->change.subject.text, other->change.subject.text)) ||
           clears_part(s, other);
}

/* Entities said as a whole in a turn, and those said so twice. */
static void count_clears(struct replay *r, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        if (steps[i].change.op != CHANGE_CLEAR)
            continue;
        for (size_t k = 0; k < i && !again; k++)
            again = clears(&steps[k], &steps[i]);
        bool empty = i + 1 == count || steps[i + 1].change.op != CHANGE_INSERT ||
                     !slice_equal(steps[i + 1].change.subject.text, steps[i].change.subject.text);
        r->counts[REPLAY_REPLACED]++;
        r->counts[REPLAY_REPLACED_AGAIN] += again;
        r->counts[REPLAY_REPLACED_BY_NONE] += empty;
    }
}

/* The disk is full from some write on, and stays so: these changes are tried, tried again, and the
 * engine is opened on the full disk; none of it leaves a trace.  Then there is room again. */
static int run_on_full_disk(struct replay *r, const struct step *steps, size_t count)
{
    const struct step *all[MAX_TURN];
    struct engine_report report;
    struct fault none = {0};
    for (size_t i = 0; i < count; i++)
        all[i] = &steps[i];
    kv_fault_arm(KV_FAULT_FULL, 0);
    int rc = run_changes(r->engine, r->now_ms, all, count, &none, &report);
    int again = rc ? run_changes(r->engine, r->now_ms, all, count, &none, &report) : ERR_STORE;
    engine_close(r->engine);
    r->engine = NULL;
    int opened = open_engine_once(r, r->options); /* fails if there is something to be written */
    if (!opened)
        engine_close(r->engine);
    r->engine = NULL;
    bool met = kv_fault_disarm();
    r->counts[REPLAY_DISK_FULL] += met;
    if ((met && rc != ERR_STORE) || again != ERR_STORE || (opened && opened != ERR_STORE)) {
        fprintf(stderr, "  the disk was full, which said '%s', '%s', '%s'\n", err_text(rc),
                err_text(again), err_text(opened));
        return ERR_DIFFERS;
    }
    return is_silent(r) ? open_engine(r, r->options) : ERR_DIFFERS;
}

/* One turn, and what has to hold after every turn. */
static int run_turn(struct replay *r, const struct step *steps, size_t count)
{
    const struct step *all[MAX_TURN];
    struct engine_report report;
    for (size_t i = 0; i < count; i++)
        all[i] = &steps[i];
    r->now_ms += (int64_t)(history_random(&r->rng) % 900);
    int rc = run_changes_with_faults(r, all, count, &report);
    if (rc)
        return rc;
    r->counts[REPLAY_TURNS]++;
    r->counts[REPLAY_SETTLING] += engine_settling_count(r->engine) != 0;
    r->counts[REPLAY_SETTLED] += count ? 0 : report.matches;
    count_clears(r, steps, count);
    r->counts[REPLAY_DEFERRED] += report.dirty_left != 0;
    r->counts[REPLAY_MATCHES] += report.matches;
    r->counts[REPLAY_UNMATCHES] += report.unmatches;
    r->counts[REPLAY_UPDATES] += report.updates;
    if (report.head != r->seen)
        rc = fold_take(r->fold, r->incremental.kv, &r->seen);
    if (!rc && report.matches + report.unmatches + report.updates)
        rc = fold_compare(r->fold, r->engine);
    if (!rc && r->watch)
        rc = watch_turn(r->watch, r->incremental.kv, r->counts);
    return rc;
}

static void change_model(struct replay *r, struct engine_options *o)
{
    if (history_random(&r->rng) % 3 == 0)
        o->threshold = 0.1 + (double)(history_random(&r->rng) % 4) * 0.2;
    else
        o->model = r->models[o->model == r->models[0]];
    r->counts[REPLAY_REMODELLED]++;
}

static int restart(struct replay *r, struct engine_options *o)
{
    if (history_random(&r->rng) % 6 == 0)
        change_model(r, o);
    if (history_random(&r->rng) % 8 == 0) /* what waits is told by other times */
        o->settle_ms = o->settle_ms ? 0 : 700;
    bool store = history_random(&r->rng) % 8 == 0;
    engine_close(r->engine);
    r->engine = NULL;
    r->counts[store ? REPLAY_REOPENED_STORE : REPLAY_REOPENED_ENGINE]++;
    int rc = store ? reopen(&r->incremental) : ERR_OK;
    return rc ? rc : open_engine(r, o);
}

/* How many steps know of the first graph alone; a history that mixes them has few. */
static size_t steps_alone(const struct history *h)
{
    size_t n = 0;
    while (n < h->count && h->steps[n].graph == 0)
        n++;
    return n > 8 ? n : 0;
}

/* The second graph, as a catalog may come later. */
static int join_graph(struct replay *r, struct engine_options *o)
{
    o->graph_count = 3;
    r->counts[REPLAY_GRAPH_JOINED]++;
    return restart(r, o);
}

/* Time goes on till all is told; before each is due nothing is. */
static int settle(struct replay *r)
{
    int rc = ERR_OK;
    while (!rc && engine_settling_count(r->engine)) {
        int64_t due = engine_settles_at(r->engine);
        uint64_t before = engine_settling_count(r->engine);
        if (due > r->now_ms + 1000) {
            r->now_ms = due - 1000; /* run_turn adds less */
            rc = run_turn(r, NULL, 0);
            if (!rc && engine_settling_count(r->engine) != before) {
                fprintf(stderr, "  a match was told before it had settled\n");
                rc = ERR_DIFFERS;
            }
        }
        r->now_ms = r->now_ms > due ? r->now_ms : due;
        rc = rc ? rc : run_turn(r, NULL, 0);
    }
    if (!rc && engine_settles_at(r->engine) <= r->now_ms && engine_settling_count(r->engine))
        rc = ERR_DIFFERS;
    return rc;
}

static int run_history(struct replay *r, const struct history *h, struct engine_options *o)
{
    size_t alone = steps_alone(h);
    r->options = o;
    o->graph_count = alone ? 1 : 3;
    int rc = open_engine(r, o);
    for (size_t at = 0, n; at < h->count && !rc; at += n) {
        if (at >= alone && o->graph_count == 1)
            rc = join_graph(r, o);
        if (rc)
            break;
        n = 1 + history_random(&r->rng) % (history_random(&r->rng) % 4 ? 4 : 60);
        if (n > h->count - at)
            n = h->count - at;
        if (at < alone && n > alone - at)
            n = alone - at;
        if (history_random(&r->rng) % 24 == 0)
            rc = run_on_full_disk(r, h->steps + at, n);
        if (!rc)
            rc = run_turn(r, h->steps + at, n);
        if (!rc && history_random(&r->rng) % 16 == 0)
            rc = restart(r, o);
    }
    if (!rc && o->graph_count == 1)
        rc = join_graph(r, o);
    for (int turns = 0; !rc && engine_dirty_count(r->engine); turns++) {
        rc = run_turn(r, NULL, 0);
        if (!rc && turns > 10000) {
            fprintf(stderr, "  the dirty set never empties\n");
            rc = ERR_DIFFERS;
        }
    }
    rc = rc ? rc : settle(r);
    return rc ? rc : fold_compare(r->fold, r->engine);
}

/* --- the same from the final triples --- */

static uint64_t hash_term(const struct term *t, uint64_t seed)
{
    return hash_bytes(t->text, hash_bytes(t->lang, seed + (uint64_t)t->kind));
}

static uint64_t hash_triple(const struct step *s)
{
    uint64_t h = hash_term(&s->change.subject, (uint64_t)s->graph);
    return hash_term(&s->change.object, hash_term(&s->change.predicate, h));
}

/* The steps whose triple is there in the end, each triple once: a set, told without the engine. */
static size_t final_triples(const struct history *h, const struct step **out,
                            uint64_t *parts_cleared)
{
    uint64_t *hashes = malloc((h->count + 1) * sizeof(*hashes));
    size_t n = 0;
    if (!hashes)
        abort();
    for (size_t i = 0; i < h->count; i++)
        hashes[i] = hash_triple(&h->steps[i]);
    for (size_t i = 0; i < h->count; i++) {
        bool last = h->steps[i].change.op == CHANGE_INSERT;
        for (size_t k = i + 1; k < h->count && last; k++)
            if (hashes[k] == hashes[i] || clears(&h->steps[k], &h->steps[i])) {
                *parts_cleared += clears_part(&h->steps[k], &h->steps[i]);
                last = false;
            }
        if (last)
            out[n++] = &h->steps[i];
    }
    free(hashes);
    return n;
}

/* All in one turn, as if nothing else had ever been. */
static int build_whole(struct replay *r, const struct history *h, struct engine_options o,
                       struct engine **ret_engine)
{
    const struct step **steps = malloc((h->count + 1) * sizeof(*steps));
    struct engine_report report;
    struct fault none = {0};
    size_t n = steps ? final_triples(h, steps, &r->counts[REPLAY_PART_CLEARED]) : 0;
    o.dirty_budget = SIZE_MAX;
    o.explain = false;
    o.cut_offs = true;
    int rc = engine_open(r->whole.kv, &o, ret_engine);
    if (!rc)
        rc = run_changes(*ret_engine, r->now_ms, steps, n, &none, &report);
    while (!rc && engine_dirty_count(*ret_engine))
        rc = run_changes(*ret_engine, r->now_ms, NULL, 0, &none, &report);
    free(steps);
    return rc;
}

/* The first row of a family that differs. */
static int compare_family(struct kv *a, struct kv *b, enum kv_family family)
{
    struct kv_iter *x = kv_iter_new(a, family), *y = kv_iter_new(b, family);
    int rc = ERR_OK;
    kv_iter_seek(x, slice_of(""));
    kv_iter_seek(y, slice_of(""));
    while (!rc && kv_iter_valid(x) && kv_iter_valid(y)) {
        if (!slice_equal(kv_iter_key(x), kv_iter_key(y)) ||
            !slice_equal(kv_iter_value(x), kv_iter_value(y)))
            rc = ERR_DIFFERS;
        kv_iter_next(x);
        kv_iter_next(y);
    }
    if (kv_iter_valid(x) || kv_iter_valid(y))
        rc = ERR_DIFFERS;
    kv_iter_free(x);
    kv_iter_free(y);
    return rc;
}

/* The words of `alignd verify`, which must see a difference too. */
static void say_difference(struct engine *e)
{
    struct verify_options v = {0};
    struct verify_report report;
    int rc = verify_store(e, &v, &report);
    if (rc != ERR_DIFFERS)
        fprintf(stderr, "  but verify says: %s\n", rc ? err_text(rc) : "equal");
    for (uint64_t i = 0; rc == ERR_DIFFERS && i < report.differences && i < VERIFY_MAX_DIFFERENCES;
         i++)
        fprintf(stderr, "  %s: %s\n", kv_family_name(report.first[i].family), report.first[i].what);
}

/* Rows, digests and totals of the engine against those of another store. */
static int compare_stores(struct replay *r, struct engine *other, struct kv *kv, const char *how)
{
    static const enum kv_family pure[] = {KV_PREDICATES, KV_NODES,   KV_ADJACENCY,
                                          KV_SAMPLES,    KV_VECTORS, KV_BLOCKS,
                                          KV_POSTINGS,   KV_PAIRS,   KV_MATCHES};
    struct state_totals was, is;
    int differ = ERR_OK;
    for (size_t i = 0; i < sizeof(pure) / sizeof(*pure); i++) {
        if (compare_family(r->incremental.kv, kv, pure[i])) {
            fprintf(stderr, "  rows of %s differ %s\n", kv_family_name(pure[i]), how);
            differ = ERR_DIFFERS;
        }
        if (engine_digest(r->engine, pure[i]) != engine_digest(other, pure[i])) {
            fprintf(stderr, "  digests of %s differ %s\n", kv_family_name(pure[i]), how);
            differ = ERR_DIFFERS;
        }
    }
    engine_get_totals(r->engine, &was);
    engine_get_totals(other, &is);
    if (memcmp(&was, &is, sizeof(was)) != 0) {
        fprintf(stderr, "  totals differ %s\n", how);
        differ = ERR_DIFFERS;
    }
    return differ;
}

static int compare_whole(struct replay *r, const struct history *h, const struct engine_options *o)
{
    struct engine *whole = NULL;
    int rc = build_whole(r, h, *o, &whole);
    int differ = rc ? ERR_OK : compare_stores(r, whole, r->whole.kv, "in one turn");
    engine_close(whole);
    if (!rc && differ)
        say_difference(r->engine);
    return rc ? rc : differ;
}

/* --- the same without turns --- */

static int build_passes(struct replay *r, const struct history *h, const struct engine_options *o)
{
    struct build_options how = {.folder = r->built.path,
                                .in_memory = true,
                                .memory_bytes = 1 << 20,
                                /* a bucket, or several, a graph */
                                .expected_triples = 1 + history_random(&r->rng) % 3 * 1000};
    struct build *b = NULL;
    int rc = build_new(r->built.kv, o, &how, &b);
    for (size_t i = 0; i < h->count && !rc; i++)
        rc = build_add(b, (size_t)h->steps[i].graph, &h->steps[i].change, 1);
    if (!rc)
        rc = build_run(b);
    build_free(b);
    return rc;
}

static int compare_built(struct replay *r, const struct history *h, const struct engine_options *o)
{
    struct engine *built = NULL;
    int rc = build_passes(r, h, o);
    if (!rc)
        rc = engine_open(r->built.kv, o, &built);
    if (!rc)
        rc = compare_stores(r, built, r->built.kv, "by the builder");
    engine_close(built);
    return rc;
}

/* --- */

static const char named_terms[] = "one\thttp://g0/alias\talias\n"
                                  "one\thttp://www.w3.org/2000/01/rdf-schema#label\tlabel:de,en\n"
                                  "two\thttp://xmlns.com/foaf/0.1/name\tlabel:en\n"
                                  "two\thttp://g1/alias\talias\n"
                                  "one\thttp://g0/key0\tkey\n"
                                  "two\thttp://g1/key0\tkey\n"
                                  "one\thttp://g0/key1\tkey:n\n"
                                  "two\thttp://g1/key1\tkey:n\n";
static const char mapped_terms[] = "one\thttp://g0/rel2\tignore\n"
                                   "one\thttp://g0/alias\talias\n"
                                   "one\thttp://g0/key0\tkey\n"
                                   "two\thttp://g1/key1\tkey\n"
                                   "one\thttp://g0/value1\tname\n"
                                   "one\thttp://g0/Type0\ttype:thing\n"
                                   "one\thttp://g0/rel1\ttype\n"
                                   "one\thttp://g0/rel0\tref:rel0:Type0\n"
                                   "two\tnowhere\tref:rel0:Type1\n"
                                   "two\thttp://g1/rel1\tlabel\n"
                                   "two\thttp://g1/value1\tignore\n"
                                   "two\thttp://g1/value0\tvalue1\n"
                                   "two\thttp://g1/rel2\ttype\n"
                                   "two\thttp://g1/Type1\ttype:thing\n"
                                   "two\thttp://www.w3.org/1999/02/22-rdf-syntax-ns#type\tignore\n";

struct replay *replay_new(const struct model *model, const struct model *other)
{
    struct replay *r = calloc(1, sizeof(*r));
    if (!r)
        abort();
    r->models[0] = model;
    r->models[1] = other;
    if (mapping_parse(slice_of(mapped_terms), "mapped", &r->mapping) ||
        mapping_parse(slice_of(named_terms), "named", &r->names))
        abort();
    return r;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    destroy(&r->incremental);
    destroy(&r->whole);
    destroy(&r->built);
    mapping_close(r->mapping);
    mapping_close(r->names);
    free(r);
}

int replay_run(struct replay *r, const struct history *h, uint64_t seed, bool watch,
               uint64_t *counts)
{
    struct engine_options o = replay_options(r->models[0], seed);
    uint64_t mapped = seed * 31;
    switch (history_random(&mapped) % 4) {
    case 0:
        o.mapping = r->mapping;
        break;
    case 1:
        break;
    default:
        o.mapping = r->names;
    }
    r->rng = seed;
    r->seen = 0;
    r->now_ms = 1000000;
    r->counts = counts;
    r->fold = fold_new(&o);
    r->watch = watch ? watch_new(&o) : NULL;
    counts[REPLAY_HISTORIES]++;
    counts[REPLAY_STEPS] += h->count;
    int rc = renew(&r->incremental, "incremental");
    if (!rc)
        rc = renew(&r->whole, "whole");
    destroy(&r->built); /* files are for a database in which nothing was ever written */
    if (!rc)
        rc = renew(&r->built, "built");
    if (!rc)
        rc = run_history(r, h, &o);
    if (!rc)
        rc = compare_whole(r, h, &o);
    if (!rc)
        rc = compare_built(r, h, &o);
    engine_close(r->engine);
    r->engine = NULL;
    fold_free(r->fold);
    watch_free(r->watch);
    return rc;
}
