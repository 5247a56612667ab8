/*
 * turn_label.c - edges to label and type.  A label decides where the rows that point to its
 * entity stand (the sampling order), so when it changes they are to be moved: turn_rekey.c.
 */
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"

#include "edges.h"

#include <assert.h>

#define LABEL_ROWS 16 /* read at first; more while they share the first one's order */

static bool smaller(const struct term *a, const struct term *b)
{
    return slice_compare(a->text, b->text) < 0;
}

int turn_label_text(const struct edge *edges, size_t count, struct slice *ret_text)
{
    assert(count == 0 || edges);
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

static int find_label(struct work_set *set, struct work *w, struct slice *ret_text)
{
    assert(work_alive(w));
    struct edge *edges;
    size_t count, limit = LABEL_ROWS;
    for (;; limit *= 8) {
        int rc = edges_group(set, w, RELATION_LABEL, limit, &edges, &count);
        if (rc)
            return rc;
        if (count < limit || edges[count - 1].order != edges[0].order)
            break;
    }
    return turn_label_text(edges, count, ret_text);
}

/* The shared name of a type. */
static struct slice type_name(const struct mapping *mapping, struct slice graph,
                              const struct term *term, bool *ret_mapped)
{
    struct slice name = mapping_type(mapping, graph, term->text);
    *ret_mapped = name.len != 0;
    if (*ret_mapped)
        return name;
    return term->kind == TERM_IRI ? text_local_name(term->text) : term->text;
}

int turn_label_type(const struct mapping *mapping, struct slice graph, const struct edge *edges,
                    size_t count, struct slice *ret_type)
{
    assert(edges || !count);
    struct slice best = {NULL, 0};
    bool best_mapped = false;
    for (size_t i = 0; i < count && i < TURN_LABEL_TYPES; i++) {
        struct term term;
        if (edge_value_decode(edges[i].value, &term))
            return ERR_STORE;
        bool mapped;
        struct slice name = type_name(mapping, graph, &term, &mapped);
        if (!best.data || (mapped && !best_mapped) ||
            (mapped == best_mapped && slice_compare(name, best) < 0)) {
            best = name;
            best_mapped = mapped;
        }
    }
    *ret_type = best;
    return ERR_OK;
}

static int find_type(struct turn *t, struct work *w, struct slice graph, struct slice *ret_type)
{
    assert(work_alive(w));
    struct edge *edges;
    size_t count;
    int rc = edges_group(&t->works, w, RELATION_TYPE, TURN_LABEL_TYPES, &edges, &count);
    if (rc)
        return rc;
    return turn_label_type(t->options->mapping, graph, edges, count, ret_type);
}

void turn_label_by_iri(const struct mapping *mapping, struct slice graph, const struct term *term,
                       struct arena *arena, struct slice *label, struct slice *type)
{
    struct term type_iri = {.kind = TERM_IRI};
    struct slice local = text_local_name(term->text), name;
    struct buf b = {0};
    bool mapped;
    if (term->kind != TERM_IRI)
        return;
    bool named = mapping_find_named(mapping, graph, term->text, &type_iri.text, &name);
    if (named && !type->data)
        *type = type_name(mapping, graph, &type_iri, &mapped);
    if (label->data || (!named && !text_reads_like_a_word(local)))
        return;
    if (named)
        text_of_local_name(&b, name);
    else
        text_from_local_name(&b, local);
    *label = arena_copy(arena, buf_slice(&b));
    buf_fini(&b);
}

static bool same_text(struct slice a, struct slice b)
{
    return (a.data != NULL) == (b.data != NULL) && slice_equal(a, b);
}

static int relabel(struct turn *t, struct work *w)
{
    assert(w->loaded & LOADED_NODE);
    struct slice label = {NULL, 0}, type = {NULL, 0}, name;
    if (work_alive(w)) {
        struct slice graph = t->state->graphs[state_graph_of(t->state, w->id)].name;
        struct term term = {.kind = (enum term_kind)w->node.kind, .text = w->node.term};
        int rc;
        if ((rc = find_label(&t->works, w, &label)) || (rc = find_type(t, w, graph, &type)))
            return rc;
        turn_label_by_iri(t->options->mapping, graph, &term, t->arena, &label, &type);
    }
    if (label.data)
        label = text_truncate(label, NODE_LABEL_BYTES);
    w->node.has_label = label.data != NULL;
    w->node.label = label;
    w->node.type = type;
    w->name.data = NULL;
    work_name(t->arena, w, &name);
    w->node.order = name.len ? node_order_of_text(name) : node_order_of_id(w->id);
    assert(w->node.has_label || name.len == 0);
    w->relabelled = !w->existed || !work_alive(w) || !same_text(label, w->old_label);
    if (w->relabelled || !slice_equal(type, w->old_type)) {
        w->node_changed = true;
        work_flag(w, WORK_KEYS, NO_CAUSE);
    }
    if (w->relabelled) /* a further name may have had its block key: nobody enters that block */
        work_flag(w, WORK_TEXT | WORK_VECTOR | WORK_SAMPLE | WORK_NAMESAKES, NO_CAUSE);
    return ERR_OK;
}

/*
 * Reads edges of the entities flagged WORK_LABEL.  Makes their label, type and order, flags
 * who is concerned by that, and notes who is renamed: hubs in dirty, the others in renamed.
 */
int turn_label(struct turn *t)
{
    assert(t->renamed.count == 0 && t->triples); /* apply came before */
    struct work_list list;
    work_list_flagged(&t->works, WORK_LABEL, &list);
    int rc = ERR_OK;
    for (size_t i = 0; i < list.count && !rc; i++)
        rc = relabel(t, list.works[i]);
    if (rc)
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        if (!w->existed || !w->relabelled || !work_alive(w))
            continue;
        if (edges_is_hub(&t->works, w) || dirty_rekey(&t->dirty, w->id))
            dirty_add_rekey(&t->dirty, w->id, w->old_order);
        else
            work_list_add(t->arena, &t->renamed, w);
    }
    return ERR_OK;
}
