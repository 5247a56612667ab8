/*
 * match_query.c - an entity and its matches as JSON, for /match and /entity.  It may be in several
 * graphs, or in none.  Nothing is appended until all of it is made.  Where the state is no view but
 * the live one, turns go on between the reads, so a partner that has just gone, or whose pair
 * has, is left out.
 */
#include "alignd/daemon/match_query.h"

#include "match_json.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/term.h"
#include "alignd/state/clusters.h"
#include "alignd/state/match_list.h"
#include "alignd/state/nodes.h"
#include "alignd/state/samples.h"

#include <assert.h>

struct query {
    const struct state *s;
    float review;
    struct clusters_reader *clusters; /* NULL: clusters are not told */
    bool whole;                       /* as /entity tells it */
    const struct facts *facts;        /* NULL: they are not told */
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

/* What /entity says more of a match. */
static int write_standing(struct query *q, struct id id, const struct pair_entry *entry)
{
    struct clusters_told told = {.cluster = {"", 0}};
    int rc = ERR_OK;
    assert(q->whole);
    json_writer_add_bool(&q->json, "pinned", entry->score == PAIR_PINNED);
    if (q->clusters)
        rc = clusters_read(q->clusters, id, entry->other, &told);
    if (!rc && told.cluster.len)
        json_writer_add_string(&q->json, "cluster", told.cluster);
    if (!rc && told.left_out)
        json_writer_add_bool(&q->json, "left_out", true);
    return rc;
}

static int write_partner(struct query *q, struct id id, const struct pair_entry *entry)
{
    assert(entry->score >= 0);
    struct match_end end = {.id = entry->other, .graph = graph_name(q->s, entry->other)};
    int rc = nodes_read(q->s->kv, entry->other, q->arena, &end.node);
    if (rc == ERR_NOT_FOUND) /* gone since the row of the matches was read */
        return ERR_OK;
    if (rc)
        return rc;
    nodes_write_term(&end.node, q->arena, &end.term);
    json_writer_begin_object(&q->json);
    match_json_partner(&q->json, &end, entry->score, q->review);
    if (q->whole && (rc = write_standing(q, id, entry)))
        return rc;
    json_writer_end_object(&q->json);
    return ERR_OK;
}

/* Further names, as its sample has them. */
static int write_names(struct query *q, struct id id)
{
    struct sample sample;
    assert(q->whole);
    int rc = samples_read(q->s->kv, id, q->arena, &sample);
    json_writer_key(&q->json, "names");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; i < sample.name_count && !rc; i++)
        json_writer_string(&q->json, sample.names[i]);
    json_writer_end_array(&q->json);
    return rc;
}

/* Triples whose subject it is, and others that point to it. */
static void write_counts(struct query *q, const struct node *node)
{
    uint64_t triples = 0, mentions = 0;
    for (size_t i = 0; i < node->group_count; i++)
        *(node->groups[i].relation & RELATION_INVERSE ? &mentions : &triples) +=
            node->groups[i].edges;
    assert(triples + mentions == node_degree(node));
    json_writer_add_unsigned(&q->json, "triples", triples);
    json_writer_add_unsigned(&q->json, "mentions", mentions);
}

static void write_fact(struct json_writer *w, const struct fact *f)
{
    json_writer_begin_object(w);
    json_writer_add_string(w, "relation", f->relation);
    if (f->inverse)
        json_writer_add_bool(w, "inverse", true);
    json_writer_add_string(w, f->value ? "value" : "id", f->value ? f->text : f->iri);
    if (!f->value)
        json_writer_add_string(w, "label", f->text);
    else if (f->datatype.len)
        json_writer_add_string(w, "datatype", f->datatype);
    json_writer_end_object(w);
}

static int write_facts(struct query *q, struct id id)
{
    static const struct facts_query some = {.each = MATCH_QUERY_FACTS_EACH,
                                            .most = MATCH_QUERY_FACTS_MOST};
    struct fact *facts;
    size_t count;
    int rc = facts_read(q->facts, id, &some, q->arena, &facts, &count);
    if (rc)
        return rc;
    json_writer_key(&q->json, "facts");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; i < count; i++)
        write_fact(&q->json, &facts[i]);
    json_writer_end_array(&q->json);
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
    if (q->whole) {
        write_counts(q, node);
        if ((rc = write_names(q, id)) || (q->facts && (rc = write_facts(q, id))))
            return rc;
    }
    json_writer_key(&q->json, "matches");
    json_writer_begin_array(&q->json);
    for (size_t i = 0; i < partners.count && i < MATCH_QUERY_MOST; i++)
        if (partners.entries[i].score >= 0 && /* else its pair went between the two reads */
            (rc = write_partner(q, id, &partners.entries[i])))
            return rc;
    json_writer_end_array(&q->json);
    if (partners.count > MATCH_QUERY_MOST)
        json_writer_add_unsigned(&q->json, "matches_count", partners.count);
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
        if (!state_is_catalog(q->s, i)) /* it is no entity there, however often spoken of */
            continue;
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

static int write_query(struct buf *out, struct query *q, struct slice entity)
{
    assert(q->s->graph_count <= STATE_MAX_GRAPHS);
    struct buf json = {0};
    q->arena = arena_new();
    q->json = json_writer_of(&json);
    int rc = write_all(q, entity);
    if (!rc)
        buf_append_slice(out, buf_slice(&json));
    arena_free(q->arena);
    buf_fini(&json);
    return rc;
}

int match_query_write(struct buf *out, const struct state *s, float review, struct slice entity)
{
    struct query q = {.s = s, .review = review};
    return write_query(out, &q, entity);
}

int match_query_write_entity(struct buf *out, const struct state *s, float review, size_t clusters,
                             const struct facts *facts, struct slice entity)
{
    struct clusters_reader reader;
    struct query q = {.s = s, .review = review, .whole = true, .facts = facts};
    if (!clusters || state_catalogs(s) < 3)
        return write_query(out, &q, entity);
    clusters_reader_init(&reader, s, clusters);
    q.clusters = &reader;
    int rc = write_query(out, &q, entity);
    clusters_reader_fini(&reader);
    return rc;
}
