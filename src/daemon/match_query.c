/*
 * match_query.c - the matches of an entity as JSON, for /match.  It may be in several graphs, or
 * in none.  Turns go on between its reads, so a partner that has just gone, or whose pair
 * has, is left out.  Nothing is appended until all of it is made.
 */
#include "alignd/daemon/match_query.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/engine/match_list.h"
#include "alignd/graph/id.h"
#include "alignd/graph/node.h"

struct query {
    struct kv *kv;
    const char *const *graphs;
    size_t graph_count;
    struct arena *arena;
    struct json_writer json;
};

static const char *graph_name(const struct query *q, uint16_t tag)
{
    for (size_t i = 0; i < q->graph_count; i++)
        if (id_graph_tag(slice_of(q->graphs[i])) == tag)
            return q->graphs[i];
    return "";
}

/* A row in the arena; data is NULL when there is none. */
static int get_row(struct query *q, enum kv_family family, struct id id, struct slice *ret)
{
    char key[ID_BYTES];
    struct kv_value value;
    bool found;
    id_put(key, id);
    int rc = kv_get(q->kv, family, (struct slice){key, sizeof(key)}, &value, &found);
    *ret = (struct slice){NULL, 0};
    if (rc || !found)
        return rc;
    *ret = arena_copy(q->arena, value.bytes);
    kv_value_release(&value);
    return ret->data ? ERR_OK : ERR_NO_MEMORY;
}

static void write_text(struct json_writer *w, const char *key, struct slice text)
{
    json_writer_key(w, key);
    json_writer_string(w, text);
}

static int write_partner(struct query *q, const struct pair_entry *entry)
{
    struct slice row;
    struct node node;
    int rc = get_row(q, KV_NODES, entry->other, &row);
    if (rc || !row.data) /* gone since the row of the matches was read */
        return rc;
    rc = node_decode(row, q->arena, &node);
    if (rc)
        return rc;
    struct buf id = {0};
    if (node.kind == TERM_BLANK)
        buf_append_text(&id, "_:");
    buf_append_slice(&id, node.term);
    json_writer_begin_object(&q->json);
    write_text(&q->json, "id", buf_slice(&id));
    write_text(&q->json, "graph", slice_of(graph_name(q, id_graph(entry->other))));
    write_text(&q->json, "label", node.label);
    json_writer_key(&q->json, "confidence");
    json_writer_float(&q->json, entry->score);
    json_writer_end_object(&q->json);
    buf_fini(&id);
    return ERR_OK;
}

static int write_graph(struct query *q, const char *graph, struct id id, const struct node *node)
{
    struct pair_list partners;
    int rc = match_list_partners(q->kv, id, q->arena, &partners);
    if (rc)
        return rc;
    json_writer_begin_object(&q->json);
    write_text(&q->json, "graph", slice_of(graph));
    write_text(&q->json, "label", node->label);
    write_text(&q->json, "type", node->type);
    json_writer_key(&q->json, "matches");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; !rc && i < partners.count; i++)
        if (partners.entries[i].score >= 0) /* else its pair went between the two reads */
            rc = write_partner(q, &partners.entries[i]);
    json_writer_end_array(&q->json);
    json_writer_end_object(&q->json);
    return rc;
}

static int write_all(struct query *q, struct slice entity)
{
    bool blank = entity.len > 2 && entity.data[0] == '_' && entity.data[1] == ':';
    struct term term = {.kind = blank ? TERM_BLANK : TERM_IRI, .text = entity};
    bool known = false;
    int rc = ERR_OK;
    if (blank)
        term.text = (struct slice){entity.data + 2, entity.len - 2};
    json_writer_begin_object(&q->json);
    write_text(&q->json, "entity", entity);
    json_writer_key(&q->json, "graphs");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; !rc && i < q->graph_count; i++) {
        struct id id = id_of_entity(id_graph_tag(slice_of(q->graphs[i])), &term);
        struct slice row;
        struct node node;
        rc = get_row(q, KV_NODES, id, &row);
        if (rc || !row.data)
            continue;
        known = true;
        rc = node_decode(row, q->arena, &node);
        if (!rc)
            rc = write_graph(q, q->graphs[i], id, &node);
    }
    json_writer_end_array(&q->json);
    json_writer_end_object(&q->json);
    return rc ? rc : known ? ERR_OK : ERR_NOT_FOUND;
}

int match_query_write(struct buf *out, struct kv *kv, const char *const *graphs, size_t graph_count,
                      struct slice entity)
{
    struct buf json = {0};
    struct query q = {kv, graphs, graph_count, arena_new(), json_writer_of(&json)};
    int rc = q.arena ? write_all(&q, entity) : ERR_NO_MEMORY;
    if (!rc && buf_failed(&json))
        rc = ERR_NO_MEMORY;
    if (!rc)
        buf_append_slice(out, buf_slice(&json));
    arena_free(q.arena);
    buf_fini(&json);
    return rc;
}
