/*
 * cluster.h - entities of all graphs that are one thing.  What hangs together by matches is a
 * group; a group falls into clusters, none of which has two entities of a graph.
 *
 * The links of a group are taken from the best down, ties by the ids of the lower and of the
 * higher end.  One that would bring two entities of a graph into a cluster, or two that somebody
 * said are different, is left out.  So clusters are a function of the matches, their scores and
 * those words alone, whoever of a group is asked of, and nothing of them is stored.
 *
 * Every cluster is maximal: no link that is left out could be put back.
 */
#ifndef ALIGND_ALIGN_CLUSTER_H
#define ALIGND_ALIGN_CLUSTER_H

#include "alignd/align/pair_list.h"

#include <stdint.h>

#define CLUSTER_MAX_GRAPHS 64

struct cluster_entity {
    struct id id;
    unsigned graph;   /* in the order of their names */
    uint32_t cluster; /* which entity its cluster is called after: the one of the first graph */
};

enum cluster_fate {
    CLUSTER_KEPT,
    CLUSTER_GRAPH, /* left out: the two rivals are of one graph */
    CLUSTER_BARRED /* left out: somebody said that the two rivals are different */
};

/* A match between two entities of the group. */
struct cluster_link {
    struct id low, high; /* by id */
    uint32_t a, b;       /* which entities they are */
    float score;
    enum cluster_fate fate;
    uint32_t
        rivals[2]; /* of a link left out: whom it would bring together, at the end of a and b */
};

/* Two entities that may not stand in one cluster. */
struct cluster_bar {
    uint32_t a, b;
};

/* Memory of the arena. */
struct cluster_group {
    struct cluster_entity *entities; /* the one that was asked of first */
    size_t count, room;
    struct cluster_link *links; /* as they were taken */
    size_t link_count, link_room;
    struct cluster_bar *bars;
    size_t bar_count, bar_room;
    bool too_large; /* more than so many hang together: nobody of it stands in a cluster */
    bool not_least; /* the walk ended at an entity of a lower id than the first */
};

/* Where matches are read. */
struct cluster_source {
    /* The partners of an entity, with the scores of their pairs; memory that lives as long as the
     * arena of the walk.  May log. */
    int (*matches)(void *arg, struct id id, struct pair_list *ret_partners);
    /* Whom an entity may not stand with, by id; NULL: nobody ever said so. */
    int (*barred)(void *arg, struct id id, const struct id **ret_others, size_t *ret_count);
    /* The place of an entity's graph among the names; ERR_STORE: it is of none. */
    int (*graph)(void *arg, struct id id, unsigned *ret_graph);
    void *arg;
    size_t most; /* entities of a group, at least 1 */
};

/*
 * The group of an entity and its clusters; one without a match is a group of itself.  Reads of at
 * most `most` + 1 entities.  least: ends where an entity of a lower id is met, with not_least and
 * nobody in it; so among all entities of a group one finds it.
 *
 * too_large: entities are some of them, links and clusters none.  What the source fails with.
 */
int cluster_walk(const struct cluster_source *source, struct id id, bool least, struct arena *arena,
                 struct cluster_group *ret_group);

/* The match of two entities of the group; NULL: they do not match, or the group is too large. */
const struct cluster_link *cluster_find_link(const struct cluster_group *group, struct id a,
                                             struct id b);

/* How many entities stand in the cluster that is called after this one. */
size_t cluster_size(const struct cluster_group *group, uint32_t cluster);

/* The clusters of a group whose entities, links and bars are given. */
void cluster_resolve(struct cluster_group *group);
#endif
