/*
 * explain_entity.c - why a pair is no match, and of one entity whom it was compared with: its
 * candidates as they stand in its row, those that verdicts bar among them, scored again.
 */
#include "alignd/engine/explain.h"

#include "reading.h"
#include "turn_parts.h"

#include "alignd/base/err.h"
#include "alignd/model/network.h"

#include <assert.h>
#include <stdlib.h>

const char *explain_reason_name(enum explain_reason reason)
{
    static const char *const names[] = {
        [EXPLAIN_MATCH] = "match",       [EXPLAIN_BARRED] = "barred",
        [EXPLAIN_BELOW] = "below",       [EXPLAIN_BETTER] = "better",
        [EXPLAIN_TAKEN] = "taken",       [EXPLAIN_TYPES] = "types",
        [EXPLAIN_NO_BLOCK] = "no_block", [EXPLAIN_DEAD] = "dead_blocks",
        [EXPLAIN_TOO_LITTLE] = "little", [EXPLAIN_WAITS] = "waits"};
    assert(reason < sizeof(names) / sizeof(*names) && names[reason]);
    return names[reason];
}

static struct slice keep(struct arena *arena, struct slice s)
{
    return s.len ? arena_copy(arena, s) : (struct slice){"", 0};
}

/* --- one pair --- */

/* Whom w has, or under mutual-best would have, of the graph of `other`, at least as good. */
static const struct pair_entry *find_rival(const struct turn *t, const struct work *w,
                                           struct id other, float score)
{
    const struct pair_list *list =
        t->options->policy == POLICY_MUTUAL_BEST ? &w->pairs : &w->matches;
    const struct pair_entry *best = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct pair_entry *e = &list->entries[i];
        if (id_graph(e->other) == id_graph(other) && !id_equal(e->other, other) &&
            e->score >= score && (!best || e->score > best->score))
            best = e;
    }
    assert(!best || best->score >= score);
    return best;
}

static int name_rival(struct turn *t, const struct pair_entry *rival, struct arena *arena,
                      struct explain_why *why)
{
    assert(rival);
    struct work *w = work_get(&t->works, rival->other);
    int rc = work_load_nodes(&t->works, &w, 1);
    if (rc)
        return rc;
    why->rival_iri = keep(arena, w->node.term);
    why->rival_label = keep(arena, w->node.label);
    why->rival_score = pair_score_told(rival->score);
    return ERR_OK;
}

static enum explain_reason apart(const struct work *a, const struct work *b,
                                 const struct explain_block *blocks, size_t count)
{
    assert(blocks || !count);
    bool lives = false;
    for (size_t i = 0; i < count; i++)
        lives = lives || blocks[i].live;
    if (count)
        return lives ? EXPLAIN_TOO_LITTLE : EXPLAIN_DEAD;
    return slice_equal(a->node.type, b->node.type) ? EXPLAIN_NO_BLOCK : EXPLAIN_TYPES;
}

int explain_why(struct turn *t, struct work *a, struct work *b, const struct explain_block *blocks,
                size_t block_count, struct arena *arena, struct explain_why *ret)
{
    assert((a->loaded & LOADED_MATCHES) && (b->loaded & LOADED_MATCHES));
    const struct pair_entry *pair = pair_list_find(&a->pairs, b->id), *rival;
    *ret = (struct explain_why){.rival_iri = {"", 0}, .rival_label = {"", 0}};
    if (pair_list_find(&a->matches, b->id)) {
        ret->reason = EXPLAIN_MATCH;
    } else if (decided_find(&a->decided, b->id) & DECIDED_BARRED) {
        ret->reason = EXPLAIN_BARRED;
    } else if (!pair) {
        ret->reason = apart(a, b, blocks, block_count);
    } else if (pair->score < t->threshold) {
        ret->reason = pair->score < 0 ? EXPLAIN_WAITS : EXPLAIN_BELOW;
    } else if ((rival = find_rival(t, a, b->id, pair->score))) {
        ret->reason = EXPLAIN_BETTER;
        return name_rival(t, rival, arena, ret);
    } else if ((rival = find_rival(t, b, a->id, pair->score))) {
        ret->reason = EXPLAIN_TAKEN;
        return name_rival(t, rival, arena, ret);
    } else {
        ret->reason = EXPLAIN_WAITS;
    }
    return ERR_OK;
}

/* --- one entity --- */

static int by_entry_score(const void *a, const void *b)
{
    const struct pair_entry *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return id_compare(x->other, y->other);
}

/* What is told first: a match, then what scores best as the network gives it now. */
static int by_told(const void *a, const void *b)
{
    const struct explain_candidate *x = a, *y = b;
    bool p = x->why.reason == EXPLAIN_MATCH, q = y->why.reason == EXPLAIN_MATCH;
    if (p != q)
        return p ? -1 : 1;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return slice_compare(x->iri, y->iri);
}

/* Candidates of a graph, and who is barred, who is none: it is told all the same, first. */
static struct pair_entry *gather(const struct work *w, uint16_t tag, struct arena *arena,
                                 size_t *ret_count)
{
    assert(tag != id_graph(w->id));
    struct pair_entry *all =
        arena_alloc(arena, (w->pairs.count + w->decided.count + 1) * sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; i < w->pairs.count; i++)
        if (id_graph(w->pairs.entries[i].other) == tag)
            all[n++] = w->pairs.entries[i];
    for (size_t i = 0; i < w->decided.count; i++) {
        const struct decided_entry *d = &w->decided.entries[i];
        if (id_graph(d->other) == tag && (d->what & DECIDED_BARRED) &&
            !pair_list_find(&w->pairs, d->other))
            all[n++] = (struct pair_entry){d->other, PAIR_PINNED};
    }
    qsort(all, n, sizeof(*all), by_entry_score);
    *ret_count = n;
    return all;
}

static int tell_candidate(struct turn *t, struct work *w, const struct pair_entry *entry,
                          struct arena *arena, struct explain_candidate *ret)
{
    struct work *pair[2] = {w, work_get(&t->works, entry->other)};
    struct network_trace *trace = arena_alloc(t->arena, sizeof(*trace));
    int rc;
    if ((rc = work_load_nodes(&t->works, pair, 2)) ||
        (rc = explain_trace(t, pair, trace, &ret->score)) ||
        (rc = work_load_matches(&t->works, pair, 2)) ||
        (rc = work_load_decided(&t->works, pair, 2)) ||
        (rc = explain_why(t, w, pair[1], NULL, 0, arena, &ret->why)))
        return rc;
    assert(pair[1]->existed);
    if (decided_find(&w->decided, entry->other) & DECIDED_PINNED)
        ret->score = 1;
    ret->iri = keep(arena, pair[1]->node.term);
    ret->label = keep(arena, pair[1]->node.label);
    return ERR_OK;
}

static int tell_graph(struct turn *t, struct work *w, size_t graph, size_t most,
                      struct arena *arena, struct explain_graph *ret)
{
    const struct pair_entry *all = gather(w, t->state->graphs[graph].tag, t->arena, &ret->compared);
    ret->graph = t->state->graphs[graph].name;
    size_t n = ret->compared < most ? ret->compared : most;
    ret->candidates = arena_calloc(arena, n + 1, sizeof(*ret->candidates));
    for (; ret->count < n; ret->count++) {
        int rc = tell_candidate(t, w, &all[ret->count], arena, &ret->candidates[ret->count]);
        if (rc)
            return rc;
    }
    assert(ret->count <= most && ret->count <= ret->compared);
    qsort(ret->candidates, ret->count, sizeof(*ret->candidates), by_told);
    return ERR_OK;
}

static int tell_all(struct turn *t, struct work *w, size_t graph, size_t most, struct arena *arena,
                    struct explain_entity *x)
{
    assert(graph < t->state->graph_count);
    int rc;
    if ((rc = work_load_samples(&t->works, &w, 1)) || (rc = work_load_matches(&t->works, &w, 1)) ||
        (rc = work_load_decided(&t->works, &w, 1)))
        return rc;
    x->iri = keep(arena, w->node.term);
    x->label = keep(arena, w->node.label);
    x->type = keep(arena, w->node.type);
    x->graph = t->state->graphs[graph].name;
    x->threshold = t->threshold;
    x->graphs = arena_calloc(arena, t->state->graph_count + 1, sizeof(*x->graphs));
    for (size_t g = 0; g < t->state->graph_count; g++)
        if (g != graph && t->state->graphs[g].tag != t->state->verdict_tag &&
            (rc = tell_graph(t, w, g, most, arena, &x->graphs[x->graph_count++])))
            return rc;
    return w->sample ? explain_blocks(t, arena, w, NULL, &x->blocks, &x->block_count) : ERR_OK;
}

/* In which graph it is. */
static int find_entity(struct turn *t, size_t graph, const struct term *term,
                       struct work **ret_work, size_t *ret_graph)
{
    const struct state *s = t->state;
    for (size_t i = 0; i < s->graph_count; i++) {
        if (graph != i && graph != s->graph_count)
            continue;
        struct work *w = work_get(&t->works, id_of_entity(s->graphs[i].tag, term));
        int rc = work_load_nodes(&t->works, &w, 1);
        *ret_work = w;
        *ret_graph = i;
        if (rc || (w->existed && w->of_catalog))
            return rc;
    }
    return ERR_NOT_FOUND;
}

int explain_entity(const struct engine *e, const struct state *s, size_t graph,
                   const struct term *term, size_t most, struct arena *arena,
                   struct explain_entity *ret)
{
    assert(graph <= s->graph_count && most > 0);
    struct reading r;
    struct work *w;
    struct explain_entity x = {0};
    int rc = reading_open(&r, e, s);
    if (!rc)
        rc = find_entity(&r.turn, graph, term, &w, &graph);
    if (!rc)
        rc = tell_all(&r.turn, w, graph, most, arena, &x);
    if (!rc)
        *ret = x;
    reading_close(&r);
    return rc;
}
