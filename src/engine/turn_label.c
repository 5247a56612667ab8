/*
 * turn_label.c - edges to label and type.  A label decides where the rows
 * that point to its entity stand (the sampling order), so when it changes they
 * move: at once, or for a hub chunk by chunk through the dirty set.
 */
#include "engine_internal.h"
#include "turn_rules.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"

#define LABEL_ROWS 16   /* read at first; more while they share the first one's order */

static bool smaller(const struct term *a, const struct term *b)
{
    return slice_compare(a->text, b->text) < 0;
}

int turn_label_text(const struct edge *edges, size_t count, struct slice *ret_text)
{
    struct term best = {0}, term;
    for (size_t i = 0; i < count && edges[i].order == edges[0].order; i++) {
        if (edge_value_decode(edges[i].value, &term))
            return ERR_STORE;
        if (!best.text.data || smaller(&term, &best))
            best = term;
    }
    *ret_text = best.text;
    return ERR_OK;
}

static int find_label(struct engine *e, struct work *w, struct slice *ret_text)
{
    struct edge *edges;
    size_t count, limit = LABEL_ROWS;
    for (;; limit *= 8) {
        int rc = edges_group(e, w, RELATION_LABEL, limit, &edges, &count);
        if (rc)
            return rc;
        if (count < limit || edges[count - 1].order != edges[0].order)
            break;
    }
    return turn_label_text(edges, count, ret_text);
}

int turn_label_type(const struct mapping *mapping, struct slice graph, const struct edge *edges,
                    size_t count, struct slice *ret_type)
{
    struct slice best = {NULL, 0};
    bool best_mapped = false;
    for (size_t i = 0; i < count && i < TURN_LABEL_TYPES; i++) {
        struct term term;
        if (edge_value_decode(edges[i].value, &term))
            return ERR_STORE;
        struct slice name = mapping_type(mapping, graph, term.text);
        bool mapped = name.len != 0;
        if (!mapped)
            name = term.kind == TERM_IRI ? text_local_name(term.text) : term.text;
        if (!best.data || (mapped && !best_mapped) ||
            (mapped == best_mapped && slice_compare(name, best) < 0)) {
            best = name;
            best_mapped = mapped;
        }
    }
    *ret_type = best;
    return ERR_OK;
}

static int find_type(struct engine *e, struct work *w, struct slice *ret_type)
{
    struct edge *edges;
    size_t count;
    int rc = edges_group(e, w, RELATION_TYPE, TURN_LABEL_TYPES, &edges, &count);
    return rc ? rc
              : turn_label_type(e->options.mapping, e->names[work_graph(e, w->id)], edges, count,
                                ret_type);
}

int turn_label_of_iri(uint8_t kind, struct slice term, struct arena *arena,
                      struct slice *ret_text)
{
    *ret_text = (struct slice){NULL, 0};
    struct slice local = text_local_name(term);
    if (kind != TERM_IRI || !text_reads_like_a_word(local))
        return ERR_OK;
    struct buf b = {0};
    text_from_local_name(&b, local);
    *ret_text = buf_failed(&b) ? *ret_text : arena_copy(arena, buf_slice(&b));
    buf_fini(&b);
    return ret_text->data ? ERR_OK : ERR_NO_MEMORY;
}

static bool same_text(struct slice a, struct slice b)
{
    return (a.data != NULL) == (b.data != NULL) && slice_equal(a, b);
}

static int relabel(struct engine *e, struct work *w)
{
    struct slice label = {NULL, 0}, type = {NULL, 0}, name;
    if (work_alive(w)) {
        int rc = find_label(e, w, &label);
        if (!rc && !label.data)
            rc = turn_label_of_iri(w->node.kind, w->node.term, e->arena, &label);
        if (!rc)
            rc = find_type(e, w, &type);
        if (rc)
            return rc;
    }
    if (label.data)
        label = text_truncate(label, NODE_LABEL_BYTES);
    w->node.has_label = label.data != NULL;
    w->node.label = label;
    w->node.type = type;
    w->name.data = NULL;
    int rc = work_name(e, w, &name);
    if (rc)
        return rc;
    w->node.order = name.len ? node_order_of_text(name) : node_order_of_id(w->id);
    w->relabelled = !w->existed || !work_alive(w) || !same_text(label, w->old_label);
    if (w->relabelled || !slice_equal(type, w->old_type)) {
        w->node_changed = true;
        work_flag(w, WORK_KEYS, NO_CAUSE);
    }
    if (w->relabelled)
        work_flag(w, WORK_TEXT | WORK_VECTOR | WORK_SAMPLE, NO_CAUSE);
    return ERR_OK;
}

/* The rows of an entity that lead to others, as they stand before any moves. */
struct leads {
    struct work *w;
    struct edge *edges;
    struct work **to; /* beside edges */
    size_t count;
};

static int find_leads(struct engine *e, struct work *w, struct leads *leads)
{
    struct edge *edges, next;
    struct work_list met = {0};
    size_t count = 0;
    bool more;
    int rc = edges_stored(e, w, NULL, SIZE_MAX - 1, false, &edges, &count, &next, &more);
    *leads = (struct leads){.w = w, .edges = edges};
    for (size_t i = 0; i < count && !rc; i++) {
        if (edge_is_value(&edges[i]))
            continue;
        struct work *k = work_get(e, edges[i].neighbour);
        rc = k ? work_list_add(e, &met, k) : ERR_NO_MEMORY;
        edges[leads->count++] = edges[i];
    }
    leads->to = met.works;
    return rc ? rc : work_load_nodes(e, met.works, met.count);
}

/* The rows that point to the small entities among the renamed move at once. */
static int rekey(struct engine *e, const struct work_list *small)
{
    struct leads *leads = arena_alloc(e->arena, (small->count + 1) * sizeof(*leads));
    int rc = leads ? ERR_OK : ERR_NO_MEMORY;
    for (size_t i = 0; i < small->count && !rc; i++)
        rc = find_leads(e, small->works[i], &leads[i]);
    for (size_t i = 0; i < small->count && !rc; i++)
        for (size_t k = 0; k < leads[i].count && !rc; k++)
            rc = turn_label_move_row(e, leads[i].w, &leads[i].edges[k], leads[i].to[k],
                                     leads[i].w->old_order);
    return rc;
}

/* One row of an entity moves to another order.  While hubs are behind, a row
 * can be found to be moved from either end: once is enough. */
static int move(struct engine *e, struct work *at, struct edge row, uint32_t from, uint32_t to)
{
    row.order = from;
    if (e->hub_count && edges_is_removed(at, &row))
        return ERR_OK;
    int rc = edges_remove(e, at, &row);
    row.order = to;
    work_flag(at, WORK_SAMPLE, NO_CAUSE);
    return rc ? rc : edges_add(e, at, &row);
}

int turn_label_move_row(struct engine *e, struct work *w, const struct edge *edge, struct work *k,
                        uint32_t from_order)
{
    struct edge back = {.relation = edge->relation ^ RELATION_INVERSE,
                        .neighbour = w->id,
                        .predicate = edge->predicate};
    int rc = ERR_OK;
    work_flag(k, WORK_SAMPLE | WORK_TEXT, w->cause);
    /* whoever looks for those that sampled the hub k may miss w, whose row moves */
    if (edges_is_hub(e, k) || dirty_spread(e, k->id))
        work_flag(w, WORK_PROFILE, NO_CAUSE);

    /* a triple from w to itself: both its rows move when the one at the subject is seen */
    if (k == w && (edge->relation & RELATION_INVERSE))
        return ERR_OK;
    if (w->node.order != from_order)
        rc = move(e, k, back, from_order, w->node.order);
    if (!rc && k == w && w->node.order != from_order)
        return move(e, w, *edge, from_order, w->node.order);

    /* k's own re-keying finds w by where k's row of w stands, which may just
     * have moved out of its way: so what it would do to w is done here */
    if (!rc && k != w && dirty_rekey(e, k->id)) {
        work_flag(w, WORK_SAMPLE | WORK_TEXT, NO_CAUSE);
        if (edge->order != k->node.order)
            rc = move(e, w, *edge, edge->order, k->node.order);
    }
    return rc;
}

int turn_label(struct engine *e)
{
    struct work_list list;
    int rc = work_list_flagged(e, WORK_LABEL, &list);
    for (size_t i = 0; i < list.count && !rc; i++)
        rc = relabel(e, list.works[i]);

    /* hubs first: who moves rows must know which hubs are behind with theirs */
    struct work_list small = {0};
    for (size_t i = 0; i < list.count && !rc; i++) {
        struct work *w = list.works[i];
        if (!w->existed || !w->relabelled || !work_alive(w))
            continue;
        rc = edges_is_hub(e, w) || dirty_rekey(e, w->id) ? dirty_add_rekey(e, w, w->old_order)
                                                         : work_list_add(e, &small, w);
    }
    return rc ? rc : rekey(e, &small);
}
