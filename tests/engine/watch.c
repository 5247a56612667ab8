#include "watch.h"

#include "replay.h"

#include "alignd/align/block.h"
#include "alignd/align/block_keys.h"
#include "alignd/align/decided.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/node.h"
#include "alignd/graph/sample.h"
#include "alignd/graph/verdict.h"

#include <stdlib.h>

/* What was seen of an entity last. */
struct seen {
    bool pins, full, values_full, names_full, over_limit, hub, there;
    uint64_t label;
    uint64_t turn;
};

struct watch {
    struct engine_options options;
    struct arena *arena, *turn;
    /* id -> struct seen; key -> &dead, &common or &rare; pair -> &pinned, &barred or &contradicted
     */
    struct id_map nodes, blocks, pairs;
    struct seen **all;
    size_t count, room;
    uint64_t turns;
};

struct watch *watch_new(const struct engine_options *options)
{
    struct watch *w = calloc(1, sizeof(*w));
    if (!w || !(w->arena = arena_new()) || !(w->turn = arena_new()))
        abort();
    w->options = *options;
    return w;
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    id_map_fini(&w->nodes);
    id_map_fini(&w->blocks);
    id_map_fini(&w->pairs);
    arena_free(w->arena);
    arena_free(w->turn);
    free(w->all);
    free(w);
}

static struct seen *seen_of(struct watch *w, struct id id)
{
    void **place = id_map_place(&w->nodes, id);
    if (!place)
        abort();
    if (*place)
        return *place;
    if (w->count == w->room) {
        w->room = w->room ? w->room * 2 : 64;
        if (!(w->all = realloc(w->all, w->room * sizeof(*w->all))))
            abort();
    }
    *place = w->all[w->count++] = arena_calloc(w->arena, 1, sizeof(struct seen));
    if (!*place)
        abort();
    return *place;
}

static void crossed(bool *was, bool is, uint64_t *up, uint64_t *down)
{
    *up += !*was && is;
    *down += *was && !is;
    *was = is;
}

static void watch_node(struct watch *w, struct id id, const struct node *n, uint64_t *counts)
{
    uint64_t entities = 0, values = 0, names = 0;
    bool over = false;
    for (size_t i = 0; i < n->group_count; i++) {
        uint64_t relation = n->groups[i].relation;
        if (!(relation & RELATION_VALUE))
            entities += n->groups[i].edges;
        else if (relation == RELATION_LABEL || relation == RELATION_ALIAS)
            names += n->groups[i].edges;
        else if (relation != RELATION_TYPE)
            values += n->groups[i].edges;
        over |= (relation & RELATION_INVERSE) && n->groups[i].edges > w->options.inverse_limit;
    }
    struct seen *s = seen_of(w, id);
    bool hub = s->hub, was_there = s->there;
    uint64_t label = n->has_label ? hash_bytes(n->label, 1) : 0;
    crossed(&s->full, entities > (uint64_t)w->options.neighbours, &counts[REPLAY_SAMPLE_FULL],
            &counts[REPLAY_SAMPLE_ROOM]);
    crossed(&s->values_full, values > (uint64_t)w->options.values, &counts[REPLAY_VALUES_FULL],
            &counts[REPLAY_VALUES_ROOM]);
    crossed(&s->names_full, names > (uint64_t)w->options.names, &counts[REPLAY_NAMES_FULL],
            &counts[REPLAY_NAMES_ROOM]);
    crossed(&s->over_limit, over, &counts[REPLAY_INVERSE_LIMIT],
            &counts[REPLAY_INVERSE_LIMIT_BACK]);
    crossed(&s->hub, node_degree(n) > w->options.hub_chunk, &counts[REPLAY_HUB_CHUNK],
            &counts[REPLAY_HUB_CHUNK_BACK]);
    if (was_there && label != s->label)
        counts[hub ? REPLAY_HUB_RELABELLED : REPLAY_RELABELLED]++;
    s->label = label;
    s->there = true;
    s->turn = w->turns;
}

static int watch_nodes(struct watch *w, struct kv *kv, uint64_t *counts)
{
    struct kv_iter *it = kv_iter_new(kv, KV_NODES);
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it) && !rc; kv_iter_next(it)) {
        struct node n;
        rc = node_decode(kv_iter_value(it), w->turn, &n);
        if (!rc && id_graph(id_get(kv_iter_key(it).data)) != id_graph_tag(slice_of(VERDICT_GRAPH)))
            watch_node(w, id_get(kv_iter_key(it).data), &n, counts);
    }
    kv_iter_free(it);
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i]->there && w->all[i]->turn != w->turns) {
            *w->all[i] = (struct seen){0};
            counts[REPLAY_GONE]++;
        }
    return rc;
}

static const char dead, common, rare;

static void watch_block(const struct watch *w, uint64_t key, const struct block *b, void **was,
                        uint64_t *counts)
{
    bool enough =
        block_key_points(key, block_most(b), (uint64_t)w->options.block_limit) >= BLOCK_KEY_ENOUGH;
    bool code = block_key_class(key) == BLOCK_KEY_CODE;
    const char *is = !b->live ? &dead : enough ? &rare : &common;
    counts[REPLAY_BLOCK_DIED] += *was != &dead && is == &dead;
    counts[REPLAY_BLOCK_REVIVED] += *was == &dead && is != &dead;
    counts[REPLAY_CODE_RARE] += code && *was && *was != &rare && is == &rare;
    counts[REPLAY_CODE_COMMON] += code && *was == &rare && is != &rare;
    bool identifier = block_key_class(key) == BLOCK_KEY_IDENTIFIER;
    counts[REPLAY_IDENTIFIER_DIED] += identifier && *was != &dead && is == &dead;
    counts[REPLAY_IDENTIFIER_REVIVED] += identifier && *was == &dead && is != &dead;
    *was = (void *)(uintptr_t)is;
}

static int watch_blocks(struct watch *w, struct kv *kv, uint64_t *counts)
{
    struct kv_iter *it = kv_iter_new(kv, KV_BLOCKS);
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it) && !rc; kv_iter_next(it)) {
        struct block b;
        void **was = id_map_place(&w->blocks, (struct id){0, hash_bytes(kv_iter_key(it), 2)});
        rc = block_decode(kv_iter_value(it), w->turn, &b);
        if (!rc)
            watch_block(w, get_be64(kv_iter_key(it).data), &b, was, counts);
    }
    kv_iter_free(it);
    return rc;
}

static const char pinned, barred, contradicted;

/* What is decided of pairs; of those that are decided no more nothing is. */
static int watch_decided(struct watch *w, struct kv *kv, uint64_t *counts)
{
    struct id_map now = {0};
    struct kv_iter *it = kv_iter_new(kv, KV_DECIDED);
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it) && !rc; kv_iter_next(it)) {
        struct decided_list list;
        rc = decided_decode(kv_iter_value(it), w->turn, &list);
        for (size_t i = 0; i < list.count && !rc; i++) {
            uint8_t what = list.entries[i].what;
            struct id id = {decided_pin(id_get(kv_iter_key(it).data), list.entries[i].other), 1};
            const char *is = what & DECIDED_PINNED   ? &pinned
                             : what & DECIDED_BARRED ? &barred
                                                     : &contradicted;
            const char *was = id_map_get(&w->pairs, id);
            counts[REPLAY_PINNED] += was != is && is == &pinned;
            counts[REPLAY_BARRED] += was != is && is == &barred;
            counts[REPLAY_CONTRADICTED] += was != is && is == &contradicted;
            *id_map_place(&now, id) = (void *)(uintptr_t)is;
        }
    }
    for (size_t i = 0; i < w->pairs.size; i++)
        counts[REPLAY_PINNED_NO_MORE] +=
            w->pairs.slots[i].value == &pinned && id_map_get(&now, w->pairs.slots[i].id) != &pinned;
    id_map_fini(&w->pairs);
    w->pairs = now;
    kv_iter_free(it);
    return rc;
}

static int watch_samples(struct watch *w, struct kv *kv, uint64_t *counts)
{
    struct kv_iter *it = kv_iter_new(kv, KV_SAMPLES);
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it) && !rc; kv_iter_next(it)) {
        struct sample sample;
        rc = sample_decode(kv_iter_value(it), w->turn, &sample);
        if (!rc)
            crossed(&seen_of(w, id_get(kv_iter_key(it).data))->pins, sample.pin_count != 0,
                    &counts[REPLAY_NEIGHBOUR_PINNED], &counts[REPLAY_NEIGHBOUR_PINNED_NO_MORE]);
    }
    kv_iter_free(it);
    return rc;
}

int watch_turn(struct watch *w, struct kv *kv, uint64_t *counts)
{
    w->turns++;
    arena_reset(w->turn);
    int rc = watch_nodes(w, kv, counts);
    if (rc || (rc = watch_samples(w, kv, counts)) || (rc = watch_decided(w, kv, counts)))
        return rc;
    return watch_blocks(w, kv, counts);
}
