/*
 * turn_apply.c - changes to edges.  A triple is a set member: what counts is
 * whether it is there before the turn and after its last change in it.
 *
 * A clear is a change of every triple its subject has then: of those the store holds, which are
 * read for it, and of those the turn spoke of before.  So that many clears of one subject cost no
 * more than one, only the last is kept, and a triple is there if its own last change came behind
 * it and is an insert.  A clear is one of the parts of its subject too (graph/id.h): of those the
 * store holds, which stand next to it, and of those the turn speaks of.
 */
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/identifier.h"
#include "alignd/base/text.h"

#include "edges.h"

#include <assert.h>

/* A triple that this turn speaks of. */
struct triple {
    struct work *subject, *object; /* object NULL: a value */
    struct predicate *predicate;
    struct edge edge;                 /* at the subject; of entities without the order */
    uint32_t found_order, back_order; /* orders its stored rows stand under */
    bool was, is;
    bool found;  /* among the rows of a subject that is cleared: no need to look it up */
    size_t last; /* 1 + its last op; 0: only a clear speaks of it */
    uint32_t cause;
};

/* A subject whose triples were all deleted by this turn, before the ops that came behind. */
struct clear {
    struct work *subject;
    size_t at; /* 1 + the op */
    uint32_t cause;
};

struct turn_triples {
    struct triple *all;
    size_t count, room;
    struct id_map by_key;
    struct id_map clears;     /* subject -> struct clear */
    struct work_list cleared; /* the subjects */
    struct part {
        struct work *work;
        struct id root;
    } * parts; /* that ops are of */
    size_t part_count, part_room;
    struct {
        size_t triple; /* of a clear: none */
        enum change_op op;
        uint32_t cause;
    } * ops; /* in order of arrival */
    size_t op_count;
};

static uint32_t value_order(const struct predicate *p, uint64_t relation, const struct term *object,
                            struct buf *scratch)
{
    assert(relation & RELATION_VALUE);
    if (relation == RELATION_LABEL)
        return edge_label_order(p->rank, p->languages, object);
    if (relation == RELATION_TYPE || relation == RELATION_IGNORED)
        return 0;
    if (relation_is_key(relation)) {
        char identifier[IDENTIFIER_BYTES];
        size_t n = identifier_normalise(object->text, identifier);
        return node_order_of_text((struct slice){identifier, n});
    }
    buf_clear(scratch);
    struct slice text = text_truncate(object->text, SAMPLE_VALUE_BYTES);
    text_normalise(scratch, text);
    return node_order_of_text(buf_slice(scratch));
}

void turn_apply_edge(uint16_t tag, const struct predicate *p, const struct term *object,
                     struct edge *edge, struct buf *scratch)
{
    bool value = object->kind == TERM_LITERAL || predicate_kind_has_values(p->kind);
    *edge = (struct edge){.predicate = p->hash, .relation = p->relation};
    if (!value) {
        edge->neighbour = id_of_entity(tag, object);
        return;
    }
    edge->relation |= RELATION_VALUE;
    edge->neighbour = id_of_value(object);
    edge->order = value_order(p, edge->relation, object, scratch);
    buf_clear(scratch);
    edge_value_encode(scratch, object);
    edge->value = buf_slice(scratch);
    assert(edge_is_value(edge));
}

/* The same with its value in the arena. */
static void make_edge(struct arena *arena, uint16_t tag, const struct predicate *p,
                      const struct term *object, struct edge *edge, struct buf *scratch)
{
    turn_apply_edge(tag, p, object, edge, scratch);
    if (edge->value.len)
        edge->value = arena_copy(arena, edge->value);
}

static struct id triple_key(struct id subject, const struct edge *edge)
{
    return (struct id){hash_mix(hash_mix(subject.hi, edge->predicate), edge->neighbour.hi) ^
                           edge->relation,
                       hash_mix(hash_mix(subject.lo, edge->predicate), edge->neighbour.lo)};
}

/* The work of a term; a newcomer remembers how it is written. */
static struct work *meet(struct work_set *set, uint16_t tag, const struct term *term)
{
    assert(term->kind != TERM_LITERAL);
    struct work *w = work_get(set, id_of_entity(tag, term));
    if (!w->term.data) {
        w->term_kind = (uint8_t)term->kind;
        w->term = term->text;
    }
    return w;
}

/* The triple of an edge, made when the turn has not met it yet. */
static struct triple *meet_triple(struct turn *t, struct turn_triples *ts,
                                  const struct triple *like)
{
    assert(like->subject && like->predicate && like->edge.relation);
    void **place = id_map_place(&ts->by_key, triple_key(like->subject->id, &like->edge));
    if (!*place) {
        ARRAY_PUSH_IN(t->arena, ts->all, ts->count, ts->room, *like);
        *place = (void *)(uintptr_t)ts->count; /* 1 + index */
    }
    return &ts->all[(size_t)(uintptr_t)*place - 1];
}

/* The subject is cleared at an op, if it is not later. */
static void note_clear(struct turn *t, struct turn_triples *ts, struct work *subject, size_t at,
                       uint32_t cause)
{
    assert(at > 0); /* 1 + the op */
    void **place = id_map_place(&ts->clears, subject->id);
    struct clear *clear = *place;
    if (!clear) {
        clear = arena_calloc(t->arena, 1, sizeof(*clear));
        work_list_add(t->arena, &ts->cleared, subject);
        clear->subject = subject;
        *place = clear;
    }
    assert(clear->subject == subject && at <= ts->op_count);
    if (clear->at > at)
        return;
    clear->at = at;
    clear->cause = cause;
}

static void collect_clear(struct turn *t, struct turn_triples *ts, struct work *subject,
                          uint32_t cause)
{
    note_clear(t, ts, subject, ++ts->op_count, cause);
    ts->ops[ts->op_count - 1].op = CHANGE_CLEAR;
}

static void collect_one(struct turn *t, struct turn_triples *ts, size_t graph,
                        const struct change *change, uint32_t cause, struct buf *scratch)
{
    assert(graph < t->state->graph_count && cause != NO_CAUSE);
    uint16_t tag = t->state->graphs[graph].tag;
    struct work *subject = meet(&t->works, tag, &change->subject);
    struct part part = {.work = subject};
    if (id_of_root(tag, &change->subject, &part.root))
        ARRAY_PUSH_IN(t->arena, ts->parts, ts->part_count, ts->part_room, part);
    if (change->op == CHANGE_CLEAR) {
        collect_clear(t, ts, subject, cause);
        return;
    }
    struct predicate *p = predicates_resolve(t->state->predicates, t->state->graphs[graph].name,
                                             tag, change->predicate.text);
    struct triple x = {.subject = subject, .predicate = p, .cause = cause};
    make_edge(t->arena, tag, p, &change->object, &x.edge, scratch);
    if (!edge_is_value(&x.edge))
        x.object = meet(&t->works, tag, &change->object);
    struct triple *known = meet_triple(t, ts, &x);
    ts->ops[ts->op_count].triple = (size_t)(known - ts->all);
    ts->ops[ts->op_count].op = change->op;
    ts->ops[ts->op_count++].cause = cause;
    known->last = ts->op_count;
}

static void collect(struct turn *t, struct turn_triples *ts)
{
    const struct engine_turn *turn = t->input;
    size_t total = 0;
    for (size_t i = 0; i < turn->input_count; i++)
        total += turn->inputs[i].count;
    ts->ops = arena_alloc(t->arena, (total + 1) * sizeof(*ts->ops));
    struct buf scratch = {0};
    for (size_t i = 0; i < turn->input_count; i++)
        for (size_t k = 0; k < turn->inputs[i].count; k++)
            collect_one(t, ts, turn->inputs[i].graph, &turn->inputs[i].changes[k], (uint32_t)i,
                        &scratch);
    assert(ts->op_count == total); /* each change is one */
    buf_fini(&scratch);
}

/* What the store holds of a subject that is cleared, among the triples the turn speaks of. */
static int collect_stored(struct turn *t, struct turn_triples *ts, struct work *subject)
{
    assert(subject->loaded & LOADED_NODE);
    struct edge *edges;
    size_t count;
    if (!subject->existed)
        return ERR_OK;
    int rc = edges_forward(&t->works, subject, &edges, &count);
    if (rc)
        return rc;
    for (size_t i = 0; i < count; i++) {
        assert(!(edges[i].relation & RELATION_INVERSE));
        struct triple x = {.subject = subject, .edge = edges[i], .cause = NO_CAUSE};
        x.predicate =
            predicates_find(t->state->predicates, id_graph(subject->id), edges[i].predicate);
        if (!x.predicate)
            return ERR_STORE;
        if (!edge_is_value(&x.edge))
            x.object = work_get(&t->works, x.edge.neighbour);
        struct triple *known = meet_triple(t, ts, &x);
        known->found = known->was = true;
        known->found_order = edges[i].order;
    }
    return ERR_OK;
}

/* The parts of a subject that the store holds are cleared with it. */
static int clear_stored_parts(struct turn *t, struct turn_triples *ts, const struct clear *clear,
                              struct kv_iter *nodes)
{
    assert(clear->at > 0 && clear->subject->term_kind == TERM_IRI);
    const struct work *root = clear->subject;
    char first[ID_BYTES];
    id_put(first, (struct id){root->id.hi, 0});
    kv_iter_seek(nodes, (struct slice){first, sizeof(first)});
    for (; kv_iter_valid(nodes); kv_iter_next(nodes)) {
        struct term term;
        struct slice key = kv_iter_key(nodes);
        struct id_root its;
        if (key.len != ID_BYTES || node_decode_term(kv_iter_value(nodes), &term))
            return ERR_STORE;
        struct id id = id_get(key.data);
        if (id.hi != root->id.hi)
            return ERR_OK;
        if (id_root_of_part(&term, &its) && slice_equal(its.text, root->term))
            note_clear(t, ts, work_get(&t->works, id), clear->at, clear->cause);
    }
    return kv_iter_status(nodes);
}

/* What is cleared with whom it is a part of. */
static int clear_parts(struct turn *t, struct turn_triples *ts)
{
    struct kv_iter *nodes = ts->cleared.count ? kv_iter_new(t->state->kv, KV_NODES) : NULL;
    size_t count = ts->cleared.count; /* more come, which have no parts */
    int rc = ERR_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        const struct work *root = ts->cleared.works[i];
        if (root->term_kind == TERM_IRI)
            rc = clear_stored_parts(t, ts, id_map_get(&ts->clears, root->id), nodes);
    }
    assert(rc || ts->cleared.count >= count);
    for (size_t i = 0; i < ts->part_count; i++) {
        const struct clear *clear = id_map_get(&ts->clears, ts->parts[i].root);
        if (clear)
            note_clear(t, ts, ts->parts[i].work, clear->at, clear->cause);
    }
    kv_iter_free(nodes);
    return rc;
}

/* Everybody concerned as the store knows them, and the triples of those who are cleared. */
static int load_concerned(struct turn *t, struct turn_triples *ts)
{
    int rc;
    if ((rc = clear_parts(t, ts)) ||
        (rc = work_load_nodes(&t->works, t->works.list, t->works.count)))
        return rc;
    size_t known = t->works.count;
    for (size_t i = 0; i < ts->cleared.count; i++)
        if ((rc = collect_stored(t, ts, ts->cleared.works[i])))
            return rc;
    assert(known <= t->works.count);
    return work_load_nodes(&t->works, t->works.list + known, t->works.count - known);
}

/* The orders that rows pointing to w may stand under: its own, and while a
 * hub is being re-keyed its former ones. */
static size_t orders_of(const struct dirty *dirty, const struct work *w,
                        const uint32_t **ret_former)
{
    assert(w->loaded & LOADED_NODE);
    const struct hub_visit *r = dirty_rekey(dirty, w->id);
    *ret_former = r ? r->orders : NULL;
    return 1 + (r ? r->count : 0);
}

/* Where does the row of `at` that points to `to` stand?  found false: nowhere. */
static int find_row(struct turn *t, struct work *at, struct work *to, struct edge edge,
                    uint32_t *ret_order, bool *ret_found)
{
    assert(at->existed && to->existed && !edge_is_value(&edge));
    const uint32_t *former;
    size_t n = orders_of(&t->dirty, to, &former);
    *ret_found = false;
    for (size_t i = 0; i < n && !*ret_found; i++) {
        edge.order = i ? former[i - 1] : to->old_order;
        const struct work *w = at;
        int rc = edges_exist(t->pool, t->state->kv, &w, &edge, 1, ret_found);
        if (rc)
            return rc;
        *ret_order = edge.order;
    }
    return ERR_OK;
}

/* Which triples are there already? */
static int look_up(struct turn *t, struct turn_triples *ts)
{
    const struct work **at = arena_alloc(t->arena, (ts->count + 1) * sizeof(*at));
    struct edge *edges = arena_alloc(t->arena, (ts->count + 1) * sizeof(*edges));
    bool *exist = arena_alloc(t->arena, ts->count + 1);
    size_t *who = arena_alloc(t->arena, (ts->count + 1) * sizeof(*who));
    size_t n = 0;
    for (size_t i = 0; i < ts->count; i++) {
        struct triple *x = &ts->all[i];
        if (x->found || !x->subject->existed || (x->object && !x->object->existed))
            continue;
        const uint32_t *former;
        if (x->object && orders_of(&t->dirty, x->object, &former) > 1) {
            int rc = find_row(t, x->subject, x->object, x->edge, &x->found_order, &x->was);
            if (rc)
                return rc;
            continue;
        }
        if (x->object)
            x->edge.order = x->object->old_order;
        x->found_order = x->edge.order;
        at[n] = x->subject;
        edges[n] = x->edge;
        who[n++] = i;
    }
    assert(n <= ts->count);
    int rc = edges_exist(t->pool, t->state->kv, at, edges, n, exist);
    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++)
        ts->all[who[i]].was = exist[i];
    return ERR_OK;
}

/* The inverse edge, at the object. */
static struct edge inverse(const struct triple *x, uint32_t order)
{
    assert(x->object && !(x->edge.relation & RELATION_INVERSE));
    struct edge back = x->edge;
    back.relation |= RELATION_INVERSE;
    back.neighbour = x->subject->id;
    back.order = order;
    return back;
}

static int count_edge(struct arena *arena, struct work *w, uint64_t relation, int64_t delta)
{
    assert(delta == 1 || delta == -1);
    w->node_changed = true;
    return node_group_add(&w->node, arena, relation, delta);
}

static int remove_triple(struct turn *t, struct triple *x)
{
    assert(x->was && !x->is);
    struct edge edge = x->edge;
    edge.order = x->found_order;
    edges_remove(t->arena, x->subject, &edge);
    int rc = count_edge(t->arena, x->subject, edge.relation, -1);
    if (rc || !x->object)
        return rc;
    struct edge back = inverse(x, x->subject->old_order);
    const uint32_t *former;
    bool found;
    if (orders_of(&t->dirty, x->subject, &former) > 1 &&
        (rc = find_row(t, x->object, x->subject, back, &back.order, &found)))
        return rc;
    edges_remove(t->arena, x->object, &back);
    return count_edge(t->arena, x->object, back.relation, -1);
}

static int add_triple(struct arena *arena, struct triple *x)
{
    assert(x->is && !x->was);
    int rc = count_edge(arena, x->subject, x->edge.relation, 1);
    if (rc)
        return rc;
    if (x->object)
        return count_edge(arena, x->object, x->edge.relation | RELATION_INVERSE, 1);
    edges_add(arena, x->subject, &x->edge);
    return ERR_OK;
}

static int apply_triple(struct turn *t, struct triple *x)
{
    assert(x->is != x->was && (x->subject->loaded & LOADED_NODE));
    uint32_t flags = WORK_SAMPLE;
    if (x->edge.relation == RELATION_LABEL)
        flags |= WORK_LABEL; /* one more or less: the label may stay, its names do not */
    else if (x->edge.relation == RELATION_TYPE)
        flags = WORK_LABEL;
    else if (x->edge.relation == RELATION_IGNORED && x->is)
        flags = 0; /* where it goes its subject may go with it */
    work_flag(x->subject, flags, x->cause);
    if (!x->subject->existed)
        work_flag(x->subject, WORK_LABEL | WORK_SAMPLE, x->cause);
    if (x->object)
        work_flag(x->object, x->object->existed ? WORK_SAMPLE : WORK_LABEL | WORK_SAMPLE, x->cause);
    size_t graph = state_graph_of(t->state, x->subject->id);
    t->change.totals.triples[graph] += x->is ? 1 : (uint64_t)-1;
    return x->is ? add_triple(t->arena, x) : remove_triple(t, x);
}

/* What will be there of a triple whose subject is cleared; counted is what differs in the end. */
static void settle_cleared(struct turn *t, struct turn_triples *ts, struct triple *x,
                           const struct clear *clear)
{
    bool behind = x->last > clear->at;
    assert(x->last != clear->at);
    x->is = behind && ts->ops[x->last - 1].op == CHANGE_INSERT;
    x->cause = behind ? ts->ops[x->last - 1].cause : clear->cause;
    if (x->is == x->was)
        t->report.no_ops++;
    else
        *(x->is ? &t->report.inserted : &t->report.deleted) += 1;
}

/* What will be there, op by op; but of cleared subjects triple by triple. */
static void settle(struct turn *t, struct turn_triples *ts)
{
    assert(ts->ops || !ts->op_count);
    for (size_t i = 0; i < ts->count; i++) {
        struct triple *x = &ts->all[i];
        const struct clear *clear =
            ts->cleared.count ? id_map_get(&ts->clears, x->subject->id) : NULL;
        x->is = x->was;
        if (clear) {
            settle_cleared(t, ts, x, clear);
            x->last = 0; /* its ops are done with */
        }
    }
    for (size_t i = 0; i < ts->op_count; i++) {
        if (ts->ops[i].op == CHANGE_CLEAR)
            continue;
        assert(ts->ops[i].triple < ts->count);
        struct triple *x = &ts->all[ts->ops[i].triple];
        if (!x->last)
            continue;
        bool is = ts->ops[i].op == CHANGE_INSERT;
        if (is == x->is)
            t->report.no_ops++;
        else
            *(is ? &t->report.inserted : &t->report.deleted) += 1;
        x->is = is;
        x->cause = ts->ops[i].cause;
    }
}

/*
 * Reads the changes of the input, and of the store whether their triples are there.  Makes
 * triples; the edges of those with a value, removes those that go, and counts all in the
 * groups of their nodes.  Flags who is concerned by what.
 */
int turn_apply(struct turn *t)
{
    assert(!t->triples && t->works.count == 0); /* the first stage */
    struct turn_triples *ts = t->triples = arena_calloc(t->arena, 1, sizeof(*ts));

    /* pass 1: everybody concerned, as the store knows them, and what is there */
    int rc;
    collect(t, ts);
    if ((rc = load_concerned(t, ts)) || (rc = look_up(t, ts)))
        goto done;

    /* pass 2: what will be there */
    settle(t, ts);

    /* pass 3: the net change */
    for (size_t i = 0; i < ts->count && !rc; i++)
        if (ts->all[i].is != ts->all[i].was)
            rc = apply_triple(t, &ts->all[i]);
done:
    id_map_fini(&ts->by_key);
    id_map_fini(&ts->clears);
    return rc;
}

/*
 * Reads the triples of apply and the orders of both ends, which label has settled.  Makes the
 * edges of new triples between entities, at both ends.
 */
int turn_link(struct turn *t)
{
    const struct turn_triples *ts = t->triples;
    assert(ts); /* apply came before */
    for (size_t i = 0; i < ts->count; i++) {
        struct triple *x = &ts->all[i];
        if (!x->object || !x->is || x->was)
            continue;
        x->edge.order = x->object->node.order;
        struct edge back = inverse(x, x->subject->node.order);
        edges_add(t->arena, x->subject, &x->edge);
        edges_add(t->arena, x->object, &back);
    }
    return ERR_OK;
}

void turn_apply_predicates(const struct turn_triples *triples, struct arena *arena,
                           struct state_change *change)
{
    assert(change->predicate_count == 0);
    struct state_predicate *list = arena_alloc(arena, (triples->count + 1) * sizeof(*list));
    struct id_map places = {0}; /* {graph, IRI hash} -> its place in the list */
    size_t n = 0;
    for (size_t i = 0; i < triples->count; i++) {
        const struct triple *x = &triples->all[i];
        if (x->is == x->was)
            continue;
        const struct predicate *p = x->predicate;
        void **place = id_map_place(&places, (struct id){p->graph_tag, p->hash});
        if (!*place) {
            list[n] = (struct state_predicate){.predicate = x->predicate};
            *place = &list[n++];
        }
        ((struct state_predicate *)*place)->triples += x->is ? 1 : -1;
    }
    id_map_fini(&places);
    assert(n <= triples->count);
    change->predicates = list;
    change->predicate_count = n;
}
