/*
 * match_list.c - the rows of matches, with what the rows of pairs and nodes say of each.
 */
#include "alignd/state/match_list.h"

#include "alignd/base/err.h"
#include "alignd/state/nodes.h"
#include "alignd/state/walk.h"

#include <assert.h>

int match_list_partners(struct kv *kv, struct id id, struct arena *arena,
                        struct pair_list *ret_partners)
{
    char bytes[ID_BYTES];
    struct slice key = {bytes, sizeof(bytes)};
    struct kv_value row = {0}, partners = {0};
    struct pair_list pairs;
    bool found;
    int rc;
    id_put(bytes, id);
    if ((rc = kv_get(kv, KV_PAIRS, key, &row, &found)) ||
        (rc = pair_list_decode(row.bytes, arena, &pairs)) ||
        (rc = kv_get(kv, KV_MATCHES, key, &partners, &found)))
        goto done;
    rc = pair_list_decode_partners(partners.bytes, &pairs, arena, ret_partners);
done:
    kv_value_release(&row);
    kv_value_release(&partners);
    return rc;
}

/* One end of a match, which has a row while it matches. */
static int take_end(const struct state *s, struct id id, struct arena *arena, struct node *node,
                    struct slice *ret_written)
{
    int rc = nodes_read(s->kv, id, arena, node);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
    nodes_write_term(node, arena, ret_written);
    return ERR_OK;
}

struct each {
    const struct state *s;
    struct arena *arena; /* of one entity */
    int (*visit)(void *arg, const struct match *m);
    void *arg;
};

static int visit_pair(const struct each *each, struct id id, const struct pair_entry *entry)
{
    const struct state *s = each->s;
    struct node a, b;
    struct match m = {.subject_graph = state_graph_of(s, id),
                      .object_graph = state_graph_of(s, entry->other),
                      .subject_entity = id,
                      .object_entity = entry->other,
                      .confidence = pair_score_told(entry->score),
                      .pinned = entry->score == PAIR_PINNED};
    if (m.subject_graph == s->graph_count || m.object_graph == s->graph_count)
        return ERR_STORE;
    if (!state_first(s, id, entry->other))
        return ERR_OK;
    assert(m.subject_graph != m.object_graph);
    int rc;
    if ((rc = take_end(s, id, each->arena, &a, &m.subject)) ||
        (rc = take_end(s, entry->other, each->arena, &b, &m.object)))
        return rc;
    m.subject_label = a.label;
    m.object_label = b.label;
    m.type = a.type;
    return each->visit(each->arg, &m);
}

/* Of the catalog whose name sorts last no entity is a subject. */
static bool may_be_subject(const struct state *s, struct id id)
{
    size_t graph = state_graph_of(s, id);
    for (size_t i = 0; i < s->graph_count && graph < s->graph_count; i++)
        if (s->graphs[i].rank > s->graphs[graph].rank && s->graphs[i].tag != s->verdict_tag)
            return true;
    return graph == s->graph_count; /* nobody's: looked at, and told */
}

static int visit_row(void *arg, struct slice key, struct slice value)
{
    const struct each *each = arg;
    struct pair_list partners = {0};
    (void)value; /* read again, with the scores */
    if (key.len != ID_BYTES)
        return ERR_STORE;
    struct id id = id_get(key.data);
    if (!may_be_subject(each->s, id))
        return ERR_OK;
    int rc = match_list_partners(each->s->kv, id, each->arena, &partners);
    for (size_t i = 0; i < partners.count && !rc; i++)
        rc = visit_pair(each, id, &partners.entries[i]);
    arena_reset(each->arena);
    return rc;
}

int match_list_each(const struct state *s, int (*visit)(void *arg, const struct match *m),
                    void *arg)
{
    struct each each = {s, arena_new(), visit, arg};
    int rc = walk_rows(s->kv, KV_MATCHES, visit_row, &each);
    arena_free(each.arena);
    return rc;
}
