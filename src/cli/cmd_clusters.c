/*
 * cmd_clusters.c - `alignd clusters`: which entities of all graphs are one thing, and the matches
 * that contradict it.
 */
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/cli/tsv_field.h"
#include "alignd/state/clusters.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

struct listing {
    struct offline_options wish;
    int64_t most;
    bool json, left_out, conflicts;

    struct offline store;
    const struct state *state;
    struct arena *arena;               /* of one group, lent */
    const struct cluster_group *group; /* lent */
    struct node *nodes;                /* of the group's entities */
    struct slice *names;
    struct buf line;
    uint64_t clusters, entities, incomplete, links_left_out;
    bool too_large; /* some group is, and that was told */
};

static const char *graph_name(const struct listing *l, uint32_t entity)
{
    size_t graph = state_graph_of(l->state, l->group->entities[entity].id);
    assert(graph < l->store.options.graph_count);
    return l->store.options.graphs[graph];
}

static struct slice cluster_name(const struct listing *l, uint32_t entity)
{
    return l->names[l->group->entities[entity].cluster];
}

static int read_nodes(struct listing *l)
{
    size_t count = l->group->count;
    l->nodes = arena_calloc(l->arena, count, sizeof *l->nodes);
    l->names = arena_calloc(l->arena, count, sizeof *l->names);
    for (size_t i = 0; i < count; i++) {
        int rc = nodes_read(l->state->kv, l->group->entities[i].id, l->arena, &l->nodes[i]);
        if (rc)
            return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
        nodes_write_term(&l->nodes[i], l->arena, &l->names[i]);
    }
    return ERR_OK;
}

static int put_line(struct listing *l)
{
    buf_append_char(&l->line, '\n');
    bool whole = fwrite(l->line.data, 1, l->line.len, stdout) == l->line.len;
    buf_clear(&l->line);
    return whole ? ERR_OK : ERR_IO;
}

/* --- links that are left out --- */

/* The subject is the one whose graph's name sorts first, as of any match. */
static void order_ends(const struct listing *l, const struct cluster_link *link, uint32_t *a,
                       uint32_t *b)
{
    const struct cluster_entity *x = &l->group->entities[link->a];
    bool first = x->graph < l->group->entities[link->b].graph;
    *a = first ? link->a : link->b;
    *b = first ? link->b : link->a;
}

static void write_link_json(const struct listing *l, const struct cluster_link *link,
                            struct json_writer *w)
{
    assert(link->fate != CLUSTER_KEPT);
    uint32_t a, b;
    order_ends(l, link, &a, &b);
    json_writer_add_string(w, "subject_id", l->names[a]);
    json_writer_add_string(w, "object_id", l->names[b]);
    json_writer_add_text(w, "subject_source", graph_name(l, a));
    json_writer_add_text(w, "object_source", graph_name(l, b));
    json_writer_add_float(w, "confidence", pair_score_told(link->score));
    json_writer_add_string(w, "subject_cluster", cluster_name(l, a));
    json_writer_add_string(w, "object_cluster", cluster_name(l, b));
    json_writer_add_text(w, "reason", link->fate == CLUSTER_GRAPH ? "graph" : "verdict");
    json_writer_key(w, "rivals");
    json_writer_begin_array(w);
    json_writer_string(w, l->names[link->rivals[a == link->a ? 0 : 1]]);
    json_writer_string(w, l->names[link->rivals[a == link->a ? 1 : 0]]);
    json_writer_end_array(w);
    if (link->fate == CLUSTER_GRAPH)
        json_writer_add_text(w, "rivals_source", graph_name(l, link->rivals[0]));
}

static void write_link_tsv(struct listing *l, const struct cluster_link *link)
{
    assert(link->fate != CLUSTER_KEPT && !l->line.len);
    uint32_t a, b;
    order_ends(l, link, &a, &b);
    bool turned = a != link->a;
    const struct slice fields[] = {cluster_name(l, a), cluster_name(l, b),
                                   l->names[link->rivals[turned]], l->names[link->rivals[!turned]]};
    tsv_field_append(&l->line, l->names[a]);
    buf_append_char(&l->line, '\t');
    tsv_field_append(&l->line, l->names[b]);
    buf_append_format(&l->line, "\t%.6f", (double)pair_score_told(link->score));
    for (size_t i = 0; i < 4; i++) {
        buf_append_char(&l->line, '\t');
        tsv_field_append(&l->line, fields[i]);
    }
    buf_append_format(&l->line, "\t%s",
                      link->fate == CLUSTER_GRAPH ? graph_name(l, link->rivals[0]) : "");
}

static int write_conflicts(struct listing *l)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < l->group->link_count && !rc; i++) {
        const struct cluster_link *link = &l->group->links[i];
        if (link->fate == CLUSTER_KEPT)
            continue;
        if (l->json) {
            struct json_writer w = json_writer_of(&l->line);
            json_writer_begin_object(&w);
            write_link_json(l, link, &w);
            json_writer_end_object(&w);
        } else {
            write_link_tsv(l, link);
        }
        rc = put_line(l);
    }
    return rc;
}

/* --- clusters --- */

/* The entity that comes next by graph; of each graph a cluster has one. */
static bool next_member(const struct cluster_group *g, uint32_t cluster, unsigned from,
                        uint32_t *ret)
{
    bool found = false;
    assert(cluster < g->count);
    for (uint32_t i = 0; i < g->count; i++)
        if (g->entities[i].cluster == cluster && g->entities[i].graph >= from &&
            (!found || g->entities[i].graph < g->entities[*ret].graph)) {
            *ret = i;
            found = true;
        }
    return found;
}

/* Of the links that are kept in a cluster: how many, and the least confidence. */
static size_t count_kept(const struct cluster_group *g, uint32_t cluster, float *ret_least)
{
    size_t n = 0;
    *ret_least = 1;
    for (size_t i = 0; i < g->link_count; i++) {
        const struct cluster_link *link = &g->links[i];
        if (link->fate != CLUSTER_KEPT || g->entities[link->a].cluster != cluster)
            continue;
        *ret_least = link->score < *ret_least ? pair_score_told(link->score) : *ret_least;
        n++;
    }
    return n;
}

static int write_members_tsv(struct listing *l, uint32_t cluster)
{
    uint32_t i = 0;
    int rc = ERR_OK;
    for (unsigned from = 0; !rc && next_member(l->group, cluster, from, &i);
         from = l->group->entities[i].graph + 1) {
        assert(!l->line.len);
        tsv_field_append(&l->line, l->names[cluster]);
        buf_append_format(&l->line, "\t%s\t", graph_name(l, i));
        tsv_field_append(&l->line, l->names[i]);
        buf_append_char(&l->line, '\t');
        tsv_field_append(&l->line, l->nodes[i].label);
        rc = put_line(l);
    }
    return rc;
}

static void write_members_json(struct listing *l, uint32_t cluster, struct json_writer *w)
{
    uint32_t i = 0;
    json_writer_key(w, "members");
    json_writer_begin_array(w);
    for (unsigned from = 0; next_member(l->group, cluster, from, &i);
         from = l->group->entities[i].graph + 1) {
        json_writer_begin_object(w);
        json_writer_add_text(w, "source", graph_name(l, i));
        json_writer_add_string(w, "id", l->names[i]);
        json_writer_add_string(w, "label", l->nodes[i].label);
        json_writer_add_string(w, "type", l->nodes[i].type);
        json_writer_end_object(w);
        assert(l->group->entities[i].graph >= from);
    }
    json_writer_end_array(w);
}

/* Those with an end in the cluster. */
static void write_left_out(struct listing *l, uint32_t cluster, struct json_writer *w)
{
    const struct cluster_group *g = l->group;
    assert(cluster < g->count);
    json_writer_key(w, "left_out");
    json_writer_begin_array(w);
    for (size_t i = 0; i < g->link_count; i++) {
        const struct cluster_link *link = &g->links[i];
        if (link->fate == CLUSTER_KEPT ||
            (g->entities[link->a].cluster != cluster && g->entities[link->b].cluster != cluster))
            continue;
        json_writer_begin_object(w);
        write_link_json(l, link, w);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

static int write_cluster(struct listing *l, uint32_t cluster, size_t size)
{
    float least;
    size_t kept = count_kept(l->group, cluster, &least);
    assert(kept >= size - 1);
    l->clusters++;
    l->entities += size;
    l->incomplete += kept < size * (size - 1) / 2;
    if (l->conflicts)
        return ERR_OK;
    if (!l->json)
        return write_members_tsv(l, cluster);
    struct json_writer w = json_writer_of(&l->line);
    json_writer_begin_object(&w);
    json_writer_add_string(&w, "cluster", l->names[cluster]);
    json_writer_add_float(&w, "confidence", least);
    json_writer_add_unsigned(&w, "links", kept);
    write_members_json(l, cluster, &w);
    if (l->left_out)
        write_left_out(l, cluster, &w);
    json_writer_end_object(&w);
    return put_line(l);
}

/* One entity as an example, once: a group may come more often. */
static int tell_too_large(struct listing *l)
{
    if (l->too_large)
        return ERR_OK;
    int rc = read_nodes(l);
    if (rc)
        return rc;
    l->too_large = true;
    log_warn("what hangs together by matches is more than %" PRId64 " entities somewhere, one of "
             "them <%.*s>: none of such is in a cluster; --clusters N takes more",
             l->most, (int)l->names[0].len, l->names[0].data);
    return ERR_OK;
}

static int take_group(void *arg, struct arena *arena, const struct cluster_group *group)
{
    struct listing *l = arg;
    l->arena = arena;
    l->group = group;
    assert(group->count > 1 || group->too_large);
    if (group->too_large)
        return tell_too_large(l);
    int rc = read_nodes(l);
    for (uint32_t i = 0; i < group->count && !rc; i++) {
        size_t size = group->entities[i].cluster == i ? cluster_size(group, i) : 0;
        if (size > 1)
            rc = write_cluster(l, i, size);
    }
    for (size_t i = 0; i < group->link_count; i++)
        l->links_left_out += group->links[i].fate != CLUSTER_KEPT;
    return rc || !l->conflicts ? rc : write_conflicts(l);
}

static int list(struct listing *l)
{
    assert(l->store.engine);
    l->state = engine_state(l->store.engine);
    if (engine_dirty_count(l->store.engine))
        log_warn("%" PRIu64 " entities wait to be worked off: the clusters are not final",
                 engine_dirty_count(l->store.engine));
    int rc = clusters_each(l->state, (size_t)l->most, take_group, l);
    if (rc)
        return rc;
    log_info("%" PRIu64 " clusters of %" PRIu64 " entities, %" PRIu64 " of them without a match "
             "between some two members; %" PRIu64 " matches left out",
             l->clusters, l->entities, l->incomplete, l->links_left_out);
    return fflush(stdout) ? ERR_IO : ERR_OK;
}

int cmd_clusters(int argc, char **argv)
{
    struct listing l = {.wish = {.read_only = true}, .most = CLUSTERS_MOST};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&l.wish.store),
        ARG(.name = "conflicts", .type = ARG_FLAG, .to = &l.conflicts,
            .help = "not the clusters, but the matches that are left out, and why"),
        ARG(.name = "left-out", .type = ARG_FLAG, .to = &l.left_out,
            .help = "with --json: of each cluster also the matches left out at its members"),
        ARG(.name = "clusters", .type = ARG_INT, .to = &l.most, .value = "N", .min = 2, .max = 1e6,
            .help = "where more entities hang together, none is in a cluster (256)"),
        JSON_ARG(&l.json),
    };
    const struct args args = {
        "alignd clusters --store DIR [OPTION]...",
        "Prints which entities of all graphs are one thing, a line a member: cluster, graph, "
        "entity, label; tabs between. A cluster is called after its member of the graph whose "
        "name sorts first, and has one of each graph at most: matches that would bring two of "
        "one together are left out, the least sure first.",
        table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (l.left_out && (!l.json || l.conflicts)) {
        log_error("clusters: --left-out goes with --json; --conflicts lists such matches alone");
        return err_exit_status(ERR_USAGE);
    }
    if ((rc = offline_open(&l.wish, &l.store)))
        return offline_status(rc);
    rc = list(&l);
    buf_fini(&l.line);
    offline_close(&l.store);
    return offline_status(rc);
}
