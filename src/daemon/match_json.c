/*
 * match_json.c - both ends of a pair, and what is said of it.
 */
#include "match_json.h"

#include "alignd/align/band.h"
#include "alignd/align/event.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"
#include "alignd/state/nodes.h"

#include <assert.h>

int match_end_read(const struct state *s, struct id id, struct arena *arena,
                   struct match_end *ret_end)
{
    size_t graph = state_graph_of(s, id);
    int rc = nodes_read(s->kv, id, arena, &ret_end->node);
    if (rc || graph == s->graph_count)
        return rc && rc != ERR_NOT_FOUND ? rc : ERR_STORE;
    ret_end->id = id;
    ret_end->graph = s->graphs[graph].name;
    nodes_write_term(&ret_end->node, arena, &ret_end->term);
    assert(ret_end->term.len);
    return ERR_OK;
}

void match_json_partner(struct json_writer *w, const struct match_end *partner, float score,
                        float review)
{
    json_writer_add_string(w, "id", partner->term);
    json_writer_add_string(w, "graph", partner->graph);
    json_writer_add_string(w, "label", partner->node.label);
    json_writer_add_float(w, "confidence", pair_score_told(score));
    json_writer_add_text(w, "band", band_name(band_of(score, review)));
}

void match_json_ends(struct json_writer *w, const struct match_end *subject,
                     const struct match_end *object)
{
    assert(!id_equal(subject->id, object->id));
    json_writer_add_string(w, "subject_id", subject->term);
    json_writer_add_string(w, "object_id", object->term);
    json_writer_add_string(w, "subject_label", subject->node.label);
    json_writer_add_string(w, "object_label", object->node.label);
    json_writer_add_string(w, "subject_source", subject->graph);
    json_writer_add_string(w, "object_source", object->graph);
}

void match_json_match(struct json_writer *w, const struct match_end *subject,
                      const struct match_end *object, float score, float review)
{
    enum band band = band_of(score, review);
    match_json_ends(w, subject, object);
    json_writer_add_string(w, "type", subject->node.type);
    json_writer_add_text(w, "predicate_id", band_predicate(band));
    json_writer_add_text(w, "band", band_name(band));
    json_writer_add_text(w, "mapping_justification", event_justification(score == PAIR_PINNED));
    json_writer_add_float(w, "confidence", pair_score_told(score));
}
