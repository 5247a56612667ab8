/*
 * match_query.c - the matches of an entity as JSON, for /match.  It may be in several graphs, or
 * in none.  Turns go on between its reads, so a partner that has just gone, or whose pair
 * has, is left out.  Nothing is appended until all of it is made.  Another thread than that of
 * the turns asks: of the state, what never changes (its graphs) and the rows of the store.
 */
#include "alignd/daemon/match_query.h"

#include "alignd/align/band.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/graph/term.h"
#include "alignd/state/match_list.h"
#include "alignd/state/nodes.h"

#include <assert.h>

struct query {
    const struct state *s;
    float review;
    struct arena *arena;
    struct json_writer json;
};

static void write_text(struct json_writer *w, const char *key, struct slice text)
{
    json_writer_key(w, key);
    json_writer_string(w, text);
}

/* The name of an entity's graph; empty when the state has no such graph. */
static struct slice graph_name(const struct state *s, struct id id)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    size_t graph = state_graph_of(s, id);
    return graph < s->graph_count ? s->graphs[graph].name : (struct slice){"", 0};
}

static int write_partner(struct query *q, const struct pair_entry *entry)
{
    assert(entry->score >= 0);
    struct node node;
    struct slice written;
    int rc = nodes_read(q->s->kv, entry->other, q->arena, &node);
    if (rc == ERR_NOT_FOUND) /* gone since the row of the matches was read */
        return ERR_OK;
    if (rc)
        return rc;
    nodes_write_term(&node, q->arena, &written);
    json_writer_begin_object(&q->json);
    write_text(&q->json, "id", written);
    write_text(&q->json, "graph", graph_name(q->s, entry->other));
    write_text(&q->json, "label", node.label);
    json_writer_key(&q->json, "confidence");
    json_writer_float(&q->json, pair_score_told(entry->score));
    write_text(&q->json, "band", slice_of(band_name(band_of(entry->score, q->review))));
    json_writer_end_object(&q->json);
    return ERR_OK;
}

static int write_entity(struct query *q, struct id id, const struct node *node)
{
    struct pair_list partners;
    int rc = match_list_partners(q->s->kv, id, q->arena, &partners);
    if (rc)
        return rc;
    json_writer_begin_object(&q->json);
    write_text(&q->json, "graph", graph_name(q->s, id));
    write_text(&q->json, "label", node->label);
    write_text(&q->json, "type", node->type);
    json_writer_key(&q->json, "matches");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; i < partners.count; i++)
        if (partners.entries[i].score >= 0 && /* else its pair went between the two reads */
            (rc = write_partner(q, &partners.entries[i])))
            return rc;
    json_writer_end_array(&q->json);
    json_writer_end_object(&q->json);
    return ERR_OK;
}

static int write_all(struct query *q, struct slice entity)
{
    const struct term term = term_of_written(entity);
    bool known = false;
    json_writer_begin_object(&q->json);
    write_text(&q->json, "entity", entity);
    json_writer_key(&q->json, "graphs");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; i < q->s->graph_count; i++) {
        struct id id = id_of_entity(q->s->graphs[i].tag, &term);
        struct node node;
        int rc = nodes_read(q->s->kv, id, q->arena, &node);
        if (rc == ERR_NOT_FOUND)
            continue;
        if (rc || (rc = write_entity(q, id, &node)))
            return rc;
        known = true;
    }
    json_writer_end_array(&q->json);
    json_writer_end_object(&q->json);
    return known ? ERR_OK : ERR_NOT_FOUND;
}

int match_query_write(struct buf *out, const struct state *s, float review, struct slice entity)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    struct buf json = {0};
    struct query q = {s, review, arena_new(), json_writer_of(&json)};
    int rc = write_all(&q, entity);
    if (rc)
        goto done;
    buf_append_slice(out, buf_slice(&json));
done:
    arena_free(q.arena);
    buf_fini(&json);
    return rc;
}
