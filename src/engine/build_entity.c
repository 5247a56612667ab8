/*
 * build_entity.c - triples to entities and their neighbourhoods: the first three passes.
 *
 *   add       a triple -> a half at each of its ends that is an entity, and how these are written
 *   describe  the halves of an entity together -> label, type, order; nodes.  It tells its order
 *             to the other end of each of its edges, which nobody has to ask for then
 *   sample    its edges in their final order -> adjacency, samples, block keys
 *
 * A half or an edge: a key of adjacency | one byte what it is | and then
 *
 *     'T'       of the key only the entity: u8 kind of term | how it is written
 *     'V' 'v'   the value of the row
 *     'E' 'e'   nothing; of an edge be32 the number of the neighbour
 *
 * in lower case where the triple is deleted.  Halves of one key stand in the order of
 * arrival, so the last of them says whether the triple is there.
 *
 * Behind the first clear a half is 'W' 'w' 'F' 'f' in place of these, and be64 its time stands at
 * its end: it is there if its subject was not cleared since (build_clear.h).  Where its subject is
 * a part (graph/id.h) it is always 'X' 'x' 'G' 'g', with its time and be64 the second half of the
 * root's id: the root must not have been cleared since either.
 */
#include "build_clear.h"
#include "build_internal.h"
#include "turn_rules.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/graph/sample_names.h"
#include "alignd/kernel/half.h"
#include "alignd/model/text_vector.h"

#include <assert.h>
#include <ctype.h>

enum {
    KIND_AT = EDGE_KEY_BYTES,
    REST_AT = EDGE_KEY_BYTES + 1,
    TIME_BYTES = 8,
    ROOT_BYTES = 8,
    MAX_Z = 512
};

/* --- add --- */

/* A half of a triple, with its time once there is one.  root: of the subject; NULL: it is no part.
 */
static int add_half(struct build *b, struct id entity, const struct edge *edge, bool is,
                    const struct id *root)
{
    assert(edge_is_value(edge) || !edge->value.len);
    uint64_t now = build_clears_now(b->clears);
    struct spool *s = b->spools[BUILD_HALVES];
    size_t bytes = REST_AT + edge->value.len;
    const char *kinds = root ? "XG" : now ? "WF" : "VE";
    char kind = kinds[!edge_is_value(edge)];
    size_t more = root ? TIME_BYTES + ROOT_BYTES : now ? TIME_BYTES : 0;
    char *r = spool_add(s, 0, build_bucket_of(b, entity), bytes + more);
    if (!r)
        return spool_status(s);
    edge_key(r, entity, edge);
    r[KIND_AT] = is ? kind : (char)tolower((unsigned char)kind);
    if (edge->value.len)
        memcpy(r + REST_AT, edge->value.data, edge->value.len);
    if (more)
        put_be64(r + bytes, now);
    if (root)
        put_be64(r + bytes + TIME_BYTES, root->lo);
    return ERR_OK;
}

static int put_edge(struct build_worker *w, enum build_spool to, struct id entity,
                    const struct edge *edge, char kind, struct slice rest)
{
    assert(kind == 'V' || kind == 'E');
    struct spool *s = w->b->spools[to];
    char *r = spool_add(s, w->number, build_bucket_of(w->b, entity), REST_AT + rest.len);
    if (!r)
        return spool_status(s);
    edge_key(r, entity, edge);
    r[KIND_AT] = kind;
    if (rest.len)
        memcpy(r + REST_AT, rest.data, rest.len);
    return ERR_OK;
}

/* How an entity is written: of those met lately it was noted already. */
static int put_term(struct build *b, struct id id, const struct term *term)
{
    assert(term->kind != TERM_LITERAL);
    struct id *recent = &b->recent[id.lo % (sizeof(b->recent) / sizeof(*b->recent))];
    struct spool *s = b->spools[BUILD_HALVES];
    if (id_equal(*recent, id))
        return ERR_OK;
    *recent = id;
    size_t bucket = build_bucket_of(b, id);
    assert(bucket < b->bucket_count);
    char *r = spool_add(s, 0, bucket, REST_AT + 1 + term->text.len);
    b->living[bucket]++; /* at most: each entity is named once */
    if (!r)
        return spool_status(s);
    memset(r, 0, REST_AT);
    id_put(r, id);
    r[KIND_AT] = 'T';
    r[REST_AT] = (char)term->kind;
    if (term->text.len)
        memcpy(r + REST_AT + 1, term->text.data, term->text.len);
    return ERR_OK;
}

int build_entity_add(struct build *b, size_t graph, const struct change *change,
                     struct buf *scratch)
{
    assert(graph < b->state->graph_count);
    const struct state_graph *g = &b->state->graphs[graph];
    uint16_t tag = g->tag;
    bool is = change->op == CHANGE_INSERT;
    struct id subject = id_of_entity(tag, &change->subject);
    if (change->op == CHANGE_CLEAR)
        return build_clears_add(b->clears, subject);
    struct predicate *p =
        predicates_resolve(b->state->predicates, g->name, tag, change->predicate.text);
    struct edge edge;
    struct id root_id;
    const struct id *root = id_of_root(tag, &change->subject, &root_id) ? &root_id : NULL;
    int rc;
    turn_apply_edge(tag, p, &change->object, &edge, scratch);
    if ((is && (rc = put_term(b, subject, &change->subject))) ||
        (rc = add_half(b, subject, &edge, is, root)) || edge_is_value(&edge))
        return rc;
    struct edge back = edge;
    back.relation |= RELATION_INVERSE;
    back.neighbour = subject;
    if (is && (rc = put_term(b, edge.neighbour, &change->object)))
        return rc;
    return add_half(b, edge.neighbour, &back, is, root);
}

int build_entity_number(struct build *b)
{
    uint64_t next = 0;
    for (size_t i = 0; i < b->bucket_count; i++) {
        b->first[i] = next;
        next += b->living[i];
        b->living[i] = 0;
    }
    b->first[b->bucket_count] = next;
    if (next <= UINT32_MAX)
        return ERR_OK;
    log_error("a build has room for %u entities", UINT32_MAX);
    return ERR_LIMIT;
}

/* --- runs of records of one entity --- */

struct run {
    const struct build *b;
    struct slice *records; /* the living ones */
    size_t count;
    struct id id;
    /* describe */
    struct node node;
    struct slice name;
    uint16_t *z0;
    bool level1;
    /* sample */
    uint32_t number;
    struct sample sample;
    uint32_t *neighbours; /* numbers, beside those of the sample */
};

/* The edge of a record, of an entity's with the record's rest as value. */
static struct edge edge_of(struct slice record)
{
    struct id self;
    struct edge edge = {0};
    struct slice key = {record.data, EDGE_KEY_BYTES};
    struct slice rest = {record.data + REST_AT, record.len - REST_AT};
    int rc = edge_decode(key, rest, &self, &edge);
    assert(!rc); /* it is ours */
    (void)rc;
    return edge;
}

static bool is_value(struct slice record)
{
    return memchr("VWX", record.data[KIND_AT], 3) != NULL;
}

static bool same_entity(struct slice a, struct slice b)
{
    return memcmp(a.data, b.data, ID_BYTES) == 0;
}

/* Behind the records of the entity whose first one is at begin. */
static size_t run_end(const struct spool_bucket *bucket, size_t begin)
{
    assert(begin < bucket->count);
    size_t end = begin + 1;
    while (end < bucket->count && same_entity(bucket->records[begin], bucket->records[end]))
        end++;
    return end;
}

static struct run run_of(const struct build *b, const struct spool_bucket *bucket, size_t begin,
                         size_t end)
{
    assert(begin < end && end <= bucket->count);
    return (struct run){.b = b,
                        .records = bucket->records + begin,
                        .count = end - begin,
                        .id = id_get(bucket->records[begin].data)};
}

/* The bucket of a spool, sorted. */
static int take(struct build *b, enum build_spool from, size_t bucket,
                struct spool_bucket *ret_bucket)
{
    int rc = spool_take(b->spools[from], bucket, ret_bucket);
    if (rc)
        return rc;
    spool_bucket_sort(ret_bucket, 2, EDGE_KEY_BYTES); /* all are of one graph */
    return ERR_OK;
}

/* --- describe --- */

/* Is the triple of the last half of a key there?  Its time and root are taken off it. */
static bool is_there(const struct run *x, struct slice *half)
{
    const struct build_clears *clears = x->b->clears;
    char kind = half->data[KIND_AT];
    bool part = kind == 'X' || kind == 'G';
    uint64_t time = 0, root = 0;
    if (part) {
        assert(half->len >= REST_AT + TIME_BYTES + ROOT_BYTES);
        half->len -= ROOT_BYTES;
        root = get_be64(half->data + half->len);
    }
    if (part || kind == 'W' || kind == 'F') {
        assert(half->len >= REST_AT + TIME_BYTES);
        half->len -= TIME_BYTES;
        time = get_be64(half->data + half->len);
    }
    if (!isupper((unsigned char)kind) || !build_clears_now(clears))
        return isupper((unsigned char)kind);
    struct edge edge = edge_of(*half);
    struct id subject = edge.relation & RELATION_INVERSE ? edge.neighbour : x->id;
    return !build_clears_since(clears, subject, time) &&
           !(part && build_clears_since(clears, (struct id){subject.hi, root}, time));
}

/* Of the halves of one key the last one, if it is there; how the entity is written. */
static void keep_living(struct run *x)
{
    size_t kept = 0;
    for (size_t i = 0; i < x->count; i++) {
        struct slice r = x->records[i];
        if (r.data[KIND_AT] == 'T') {
            x->node.kind = (uint8_t)r.data[REST_AT];
            x->node.term = (struct slice){r.data + REST_AT + 1, r.len - REST_AT - 1};
            continue;
        }
        bool last =
            i + 1 == x->count || memcmp(r.data, x->records[i + 1].data, EDGE_KEY_BYTES) != 0;
        if (last && is_there(x, &r))
            x->records[kept++] = r;
    }
    assert(kept <= x->count);
    x->count = kept;
}

/* The edges of one relation, at most so many. */
static void edges_of(const struct run *x, uint64_t relation, size_t most, struct arena *arena,
                     struct edge **ret_edges, size_t *ret_count)
{
    assert(most > 0);
    char key[EDGE_GROUP_BYTES];
    size_t begin = 0, end;
    edge_group_key(key, x->id, relation);
    while (begin < x->count && memcmp(x->records[begin].data, key, EDGE_GROUP_BYTES) < 0)
        begin++;
    for (end = begin; end < x->count && end - begin < most; end++)
        if (memcmp(x->records[end].data, key, EDGE_GROUP_BYTES) != 0)
            break;
    assert(begin <= end && end <= x->count);
    struct edge *edges = arena_alloc(arena, (end - begin + 1) * sizeof(*edges));
    for (size_t i = begin; i < end; i++)
        edges[i - begin] = edge_of(x->records[i]);
    *ret_edges = edges;
    *ret_count = end - begin;
}

static void find_groups(struct run *x, struct arena *arena)
{
    assert(x->count > 0 && x->node.group_count == 0);
    struct node *n = &x->node;
    n->groups = arena_alloc(arena, (x->count + 1) * sizeof(*n->groups));
    for (size_t i = 0; i < x->count; i++) {
        uint64_t relation = get_be64(x->records[i].data + ID_BYTES);
        if (n->group_count && n->groups[n->group_count - 1].relation == relation)
            n->groups[n->group_count - 1].edges++;
        else
            n->groups[n->group_count++] = (struct node_group){relation, 1};
    }
    assert(node_degree(n) == x->count); /* each of them once */
}

static int find_label_and_type(struct run *x, struct arena *arena)
{
    struct edge *edges;
    size_t count;
    struct slice graph = x->b->state->graphs[build_graph(x->b, x->id)].name;
    struct node *n = &x->node;
    struct term term = {.kind = (enum term_kind)n->kind, .text = n->term};
    edges_of(x, RELATION_LABEL, SIZE_MAX, arena, &edges, &count);
    int rc = turn_label_text(edges, count, &n->label);
    if (rc)
        return rc;
    edges_of(x, RELATION_TYPE, TURN_LABEL_TYPES, arena, &edges, &count);
    if ((rc = turn_label_type(x->b->mapping, graph, edges, count, &n->type)))
        return rc;
    turn_label_by_iri(x->b->mapping, graph, &term, arena, &n->label, &n->type);
    n->has_label = n->label.data != NULL;
    if (n->has_label)
        n->label = text_truncate(n->label, NODE_LABEL_BYTES);
    assert(!n->has_label || n->label.len <= NODE_LABEL_BYTES);
    return ERR_OK;
}

/* The label normalised, its vector, and the order by which others find the entity. */
static void find_name(struct run *x, struct arena *arena)
{
    assert(x->b->z0_floats <= MAX_Z);
    const struct build *b = x->b;
    struct buf text = {0};
    struct slice none = {"", 0};
    float z0[MAX_Z];
    if (x->node.has_label)
        text_normalise(&text, x->node.label);
    x->name = arena_copy(arena, buf_slice(&text));
    buf_fini(&text);
    x->z0 = arena_alloc(arena, b->z0_floats * sizeof(*x->z0));
    x->node.order = x->name.len ? node_order_of_text(x->name) : node_order_of_id(x->id);
    text_vector(b->model, x->node.has_label ? x->node.label : none, none, z0);
    half_round(z0, b->z0_floats);
    half_from_float(x->z0, z0, b->z0_floats);
    x->level1 = network_has_level1(b->model, z0);
}

/* count 0 afterwards: every triple that named it was deleted again. */
static int describe(struct run *x, struct arena *arena)
{
    keep_living(x);
    if (!x->count)
        return ERR_OK;
    if (!x->node.term.data)
        return ERR_INTERNAL;
    find_groups(x, arena);
    int rc = find_label_and_type(x, arena);
    if (rc)
        return rc;
    find_name(x, arena);
    return ERR_OK;
}

/* What others will ask of it, under its number. */
static int enlist(struct build_worker *w, const struct run *x)
{
    struct build *b = w->b;
    size_t z0 = b->z0_floats * sizeof(uint16_t), z1 = b->z1_floats * sizeof(uint16_t);
    struct build_entity *entity = build_entity_at(b, x->number);
    *entity = (struct build_entity){.id = x->id,
                                    .name_bytes = (uint32_t)x->name.len,
                                    .said_bytes =
                                        (uint32_t)text_truncate(x->name, STATEMENT_LABEL_BYTES).len,
                                    .type_bytes = (uint32_t)x->node.type.len,
                                    .level1 = x->level1};
    size_t vectors = z0 + (x->level1 ? z1 : 0), text = x->name.len + x->node.type.len;
    assert(entity->said_bytes <= entity->name_bytes && entity->namesakes == 0);
    int rc;
    if ((rc = temporary_memory_add(b->heap, &w->heap, vectors, &entity->vectors)) ||
        (rc = temporary_memory_add(b->heap, &w->heap, text, &entity->texts)))
        return rc;
    memcpy(temporary_memory_at(b->heap, entity->vectors), x->z0, z0);
    char *texts = temporary_memory_at(b->heap, entity->texts);
    memcpy(texts, x->name.data, x->name.len);
    if (x->node.type.len)
        memcpy(texts + x->name.len, x->node.type.data, x->node.type.len);
    return ERR_OK;
}

/* A triple of the entity is there. */
static void count_triple(struct build_worker *w, const struct run *x, const struct edge *edge)
{
    assert(!(edge->relation & RELATION_INVERSE));
    const struct build *b = w->b;
    w->totals.triples[build_graph(b, x->id)]++;
    build_count_predicate(&w->used, id_graph(x->id),
                          predicates_find(b->state->predicates, id_graph(x->id), edge->predicate),
                          1);
}

/* Its edges on to the next pass: a value's to itself, an entity's to the other end, which
 * learns from it the order it stands under there. */
static int send(struct build_worker *w, const struct run *x, struct slice record)
{
    assert(record.len >= REST_AT);
    struct edge edge = edge_of(record);
    if (!(edge.relation & RELATION_INVERSE))
        count_triple(w, x, &edge);
    if (!state_of_catalog(w->b->state, x->id))
        build_verdict_note(w, x->id, &edge);
    if (is_value(record))
        return put_edge(w, BUILD_EDGES, x->id, &edge, 'V', edge.value);
    char number[4];
    struct id to = edge.neighbour;
    put_be32(number, x->number);
    edge.relation ^= RELATION_INVERSE;
    edge.order = x->node.order;
    edge.neighbour = x->id;
    return put_edge(w, BUILD_EDGES, to, &edge, 'E', (struct slice){number, sizeof(number)});
}

/* All that this pass makes of an entity. */
static int tell(struct build_worker *w, const struct run *x)
{
    assert(x->count > 0);
    int rc;
    buf_clear(&w->row);
    node_encode(&w->row, &x->node);
    if ((rc = enlist(w, x)) || (rc = build_put_of(w, KV_NODES, x->id)))
        return rc;
    for (size_t k = 0; !rc && k < x->count; k++)
        rc = send(w, x, x->records[k]);
    w->totals.entities[build_graph(w->b, x->id)]++;
    return rc;
}

/* Place for the entities of a bucket: for no more than were told how they are written, and
 * not for each time. */
static int claim(struct build *b, size_t bucket, const struct spool_bucket *records)
{
    uint64_t first = b->first[bucket], most = b->first[bucket + 1] - first, count = 0;
    for (size_t i = 0; i < records->count && count < most; i = run_end(records, i))
        count++;
    assert(count <= most && most <= UINT32_MAX);
    return temporary_memory_claim(b->entities, first * sizeof(struct build_entity),
                                  count * sizeof(struct build_entity));
}

int build_entity_describe(struct build_worker *w, size_t bucket)
{
    struct build *b = w->b;
    struct spool_bucket records;
    uint64_t number = b->first[bucket];
    int rc;
    if ((rc = take(b, BUILD_HALVES, bucket, &records)) || (rc = claim(b, bucket, &records)))
        goto done;
    for (size_t i = 0, end; i < records.count; i = end) {
        end = run_end(&records, i);
        struct run x = run_of(b, &records, i, end);
        arena_reset(w->arena);
        if ((rc = describe(&x, w->arena)))
            goto done;
        if (!x.count)
            continue;
        assert(number < b->first[bucket + 1]); /* (2) */
        x.number = (uint32_t)number++;
        if ((rc = tell(w, &x)))
            goto done;
    }
    assert(number <= b->first[bucket + 1]);
    b->living[bucket] = number - b->first[bucket];
    __atomic_fetch_add(&b->entity_count, b->living[bucket], __ATOMIC_RELAXED);
done:
    spool_bucket_fini(&records);
    return rc;
}

static void know_relations(struct build *b)
{
    static const unsigned ways[] = {0, RELATION_INVERSE, RELATION_VALUE};
    for (unsigned i = 0; i < b->worker_count; i++) {
        const struct build_used *used = &b->workers[i].used;
        for (size_t k = 0; k < 3 * used->count; k++) {
            uint64_t relation = used->all[k / 3].predicate->relation | ways[k % 3];
            profiles_know_relation(b->engine->profiles, b->state->predicates, relation);
        }
    }
}

void build_entity_known(struct build *b)
{
    know_relations(b);
    build_verdict_decide(b);
}

/* --- sample --- */

/* Offers the records of one relation: each neighbour once (it may be linked by several
 * predicates), itself never. */
static void offer_group(const struct run *x, size_t begin, size_t end, struct sampler *sampler)
{
    assert(begin < end && end <= x->count);
    struct id before = {0, 0};
    for (size_t i = begin; i < end; i++) {
        struct edge edge = edge_of(x->records[i]);
        bool again = i > begin && id_equal(before, edge.neighbour);
        before = edge.neighbour;
        if (again || id_equal(edge.neighbour, x->id))
            continue;
        if (!sampler_offer(sampler, &edge, end - begin))
            break;
    }
}

static size_t group_end(const struct run *x, size_t begin)
{
    assert(begin < x->count);
    size_t end = begin + 1;
    while (end < x->count &&
           memcmp(x->records[begin].data + ID_BYTES, x->records[end].data + ID_BYTES, 8) == 0)
        end++;
    return end;
}

static void take_neighbours(struct run *x, const struct sampler *from, struct arena *arena)
{
    assert(from->count <= from->limit);
    x->neighbours = arena_alloc(arena, (from->count + 1) * sizeof(*x->neighbours));
    for (size_t i = 0; i < from->count; i++)
        x->neighbours[i] = get_be32(from->slots[i].edge.value.data);
    sampler_take_neighbours(from, arena, &x->sample);
    assert(x->sample.neighbour_count == from->count);
}

static int draw_names(struct run *x, struct arena *arena)
{
    const struct build *b = x->b;
    struct edge *labels, *aliases;
    size_t label_count, alias_count, most = (size_t)b->engine->options.names - 1;
    edges_of(x, RELATION_LABEL, SAMPLE_NAME_ROWS, arena, &labels, &label_count);
    edges_of(x, RELATION_ALIAS, SAMPLE_NAME_ROWS, arena, &aliases, &alias_count);
    return sample_names_draw(build_entity_name(b, build_entity_at(b, x->number)), most,
                             (struct sample_rows){labels, label_count},
                             (struct sample_rows){aliases, alias_count}, arena, &x->sample);
}

static int draw_identifiers(struct run *x, struct arena *arena)
{
    assert(x->sample.identifier_count == 0);
    int rc = ERR_OK;
    for (size_t begin = 0, end; begin < x->count && !rc; begin = end) {
        uint64_t relation = get_be64(x->records[begin].data + ID_BYTES);
        struct edge *edges;
        size_t count;
        end = group_end(x, begin);
        if (!relation_is_key(relation))
            continue;
        edges_of(x, relation, SAMPLE_NAME_ROWS, arena, &edges, &count);
        rc = sample_names_add_key(relation, (struct sample_rows){edges, count}, arena, &x->sample);
    }
    return rc;
}

static int draw(struct run *x, struct arena *arena)
{
    const struct engine_options *o = &x->b->engine->options;
    struct sampler entities, values;
    sampler_init(&entities, arena, (size_t)o->neighbours);
    sampler_init(&values, arena, (size_t)o->values);
    for (size_t begin = 0, end; begin < x->count; begin = end) {
        uint64_t relation = get_be64(x->records[begin].data + ID_BYTES);
        end = group_end(x, begin);
        if (sample_draws_from(relation, end - begin, o->inverse_limit))
            offer_group(x, begin, end, relation & RELATION_VALUE ? &values : &entities);
    }
    assert(entities.count <= (size_t)o->neighbours && values.count <= (size_t)o->values);
    take_neighbours(x, &entities, arena);
    int rc = sampler_take_values(&values, arena, &x->sample);
    if (rc || (rc = draw_names(x, arena)))
        return rc;
    return draw_identifiers(x, arena);
}

static void make_keys(struct run *x, struct arena *arena)
{
    const struct build *b = x->b;
    struct sample *s = &x->sample;
    assert(s->neighbour_count <= NETWORK_MAX_ENTITIES && s->value_count <= NETWORK_MAX_VALUES);
    const struct build_entity *self = build_entity_at(b, x->number);
    struct block_keys_named *names =
        arena_calloc(arena, s->neighbour_count + s->value_count + 1, sizeof(*names));
    for (size_t i = 0; i < s->neighbour_count && b->decided_count; i++) {
        struct decided_list decided = build_verdict_list(b, x->neighbours[i], arena);
        turn_sample_add_pins(s, i, &decided, arena);
    }
    for (size_t i = 0; i < s->neighbour_count; i++)
        names[i] = (struct block_keys_named){s->neighbours[i].relation,
                                             build_entity_name_of(b, x->neighbours[i], arena)};
    turn_sample_make_keys(s, build_entity_type(b, self), build_entity_name(b, self), names, arena);
}

static int write_edges(struct build_worker *w, const struct run *x)
{
    assert(x->count > 0);
    int rc = ERR_OK;
    for (size_t i = 0; i < x->count && !rc; i++) {
        struct slice r = x->records[i];
        assert(i == 0 || memcmp(x->records[i - 1].data, r.data, EDGE_KEY_BYTES) < 0);
        struct slice value = {r.data + REST_AT, is_value(r) ? r.len - REST_AT : 0};
        rc = build_put(w, KV_ADJACENCY, (struct slice){r.data, EDGE_KEY_BYTES}, value);
    }
    return rc;
}

static size_t sample_bytes(const struct sample *s)
{
    size_t bytes = sizeof(struct build_sample) +
                   s->neighbour_count * sizeof(struct build_neighbour) +
                   s->value_count * sizeof(struct build_value) + s->name_count * sizeof(uint32_t) +
                   s->identifier_count * sizeof(struct network_identifier) +
                   profiles_pins(s->pins, s->pin_count, NULL) * sizeof(struct network_pin);
    for (size_t i = 0; i < s->value_count; i++)
        bytes += s->values[i].datatype.len + s->values[i].text.len;
    for (size_t i = 0; i < s->name_count; i++)
        bytes += s->names[i].len;
    return bytes;
}

/* Behind what was put. */
static char *put_text(char *to, struct slice text)
{
    if (text.len)
        memcpy(to, text.data, text.len);
    return to + text.len;
}

/* The sample for those who make profiles of it: build_vector_gather. */
static int keep_sample(struct build_worker *w, const struct run *x)
{
    assert(x->sample.neighbour_count <= NETWORK_MAX_ENTITIES);
    struct build *b = w->b;
    const struct sample *s = &x->sample;
    struct build_entity *self = build_entity_at(b, x->number);
    size_t bytes = sample_bytes(s), eights = (bytes + 7) / 8;
    int rc = temporary_memory_add(b->heap, &w->heap, bytes, &self->sample);
    if (rc)
        return rc;
    self->sample_eights = eights <= UINT16_MAX ? (uint16_t)eights : 0;
    struct build_sample *kept = temporary_memory_at(b->heap, self->sample);
    *kept = (struct build_sample){(uint32_t)s->neighbour_count, (uint32_t)s->value_count,
                                  (uint32_t)s->name_count, (uint32_t)s->identifier_count,
                                  (uint32_t)profiles_pins(s->pins, s->pin_count, NULL)};
    struct build_neighbour *neighbours = (struct build_neighbour *)(kept + 1);
    struct build_value *values = (struct build_value *)(neighbours + s->neighbour_count);
    struct network_identifier *identifiers = (void *)(values + s->value_count);
    struct network_pin *pins = (void *)(identifiers + s->identifier_count);
    uint32_t *names = (uint32_t *)(pins + profiles_pins(s->pins, s->pin_count, pins));
    char *texts = (char *)(names + s->name_count);
    for (size_t i = 0; i < s->neighbour_count; i++) {
        struct network_neighbour by =
            profiles_relation(b->engine->profiles, s->neighbours[i].relation);
        neighbours[i] = (struct build_neighbour){by.relation, by.named, x->neighbours[i]};
    }
    for (size_t i = 0; i < s->value_count; i++) {
        const struct sample_value *v = &s->values[i];
        struct network_neighbour by = profiles_relation(b->engine->profiles, v->relation);
        values[i] = (struct build_value){by.relation, by.named, (uint32_t)v->datatype.len,
                                         (uint32_t)v->text.len};
        texts = put_text(put_text(texts, v->datatype), v->text);
    }
    for (size_t i = 0; i < s->identifier_count; i++)
        identifiers[i] = network_identifier_of(s->identifiers[i].relation, s->identifiers[i].text);
    for (size_t i = 0; i < s->name_count; i++) {
        names[i] = (uint32_t)s->names[i].len;
        texts = put_text(texts, s->names[i]);
    }
    assert(texts == (const char *)kept + sample_bytes(s)); /* its parts add up */
    return ERR_OK;
}

/* The entity under one of its keys, or only asking how many bear these of its names. */
static int put_key(struct build_worker *w, const struct run *x, uint64_t key, uint32_t asks)
{
    struct spool *s = w->b->spools[BUILD_KEYS];
    size_t bucket = (size_t)((key >> 32) * w->b->bucket_count >> 32);
    assert(bucket < w->b->bucket_count && asks != 0);
    char *r = spool_add(s, w->number, bucket, BUILD_KEY_BYTES);
    if (!r)
        return spool_status(s);
    put_be64(r, key);
    put_be32(r + 8, x->number);
    memcpy(r + 12, x->sample.signature, 16);
    put_be32(r + BUILD_KEY_ASKS_AT, asks);
    return ERR_OK;
}

/* The names, a bit each, whose key this is. */
static uint32_t asking(const uint64_t *names, size_t count, uint64_t key)
{
    assert(count <= TURN_NAMED);
    uint32_t asks = 0;
    for (size_t i = 0; i < count; i++)
        asks |= names[i] == key ? UINT32_C(1) << i : 0;
    return asks;
}

static int put_keys(struct build_worker *w, const struct run *x)
{
    const struct build *b = w->b;
    const struct build_entity *self = build_entity_at(b, x->number);
    uint64_t names[TURN_NAMED];
    size_t count = turn_namesakes_keys(build_entity_type(b, self), build_entity_said(b, self),
                                       &x->sample, w->arena, names);
    uint32_t asked = asking(names, count, 0);
    int rc = ERR_OK;
    for (size_t i = 0; i < x->sample.key_count && !rc; i++) {
        uint32_t asks = asking(names, count, x->sample.keys[i]);
        asked |= asks;
        rc = put_key(w, x, x->sample.keys[i], asks | BUILD_KEY_HAS);
    }
    for (size_t i = 0; i < count && !rc; i++) /* as none of its own keys, once each */
        if (!(asked >> i & 1)) {
            uint32_t asks = asking(names, count, names[i]);
            asked |= asks;
            rc = put_key(w, x, names[i], asks);
        }
    assert(rc || asked == (UINT32_C(1) << count) - 1);
    return rc;
}

static int sample_one(struct build_worker *w, struct run *x)
{
    assert(id_equal(build_entity_at(w->b, x->number)->id, x->id));
    int rc = write_edges(w, x);
    if (rc || !state_of_catalog(w->b->state, x->id))
        return rc;
    if ((rc = draw(x, w->arena)) || (rc = build_verdict_write(w, x->number)))
        return rc;
    make_keys(x, w->arena);
    buf_clear(&w->row);
    sample_encode(&w->row, &x->sample);
    if ((rc = build_put_of(w, KV_SAMPLES, x->id)) || (rc = keep_sample(w, x)))
        return rc;
    return put_keys(w, x);
}

int build_entity_sample(struct build_worker *w, size_t bucket)
{
    struct build *b = w->b;
    struct spool_bucket records;
    uint64_t number = b->first[bucket]; /* (2) */
    int rc = take(b, BUILD_EDGES, bucket, &records);
    if (rc)
        goto done;
    for (size_t i = 0, end; i < records.count; i = end, number++) {
        end = run_end(&records, i);
        struct run x = run_of(b, &records, i, end);
        x.number = (uint32_t)number;
        arena_reset(w->arena);
        if ((rc = sample_one(w, &x)))
            goto done;
        if (number % BUILD_BOUND_EVERY == 0)
            build_bound_mapped(b);
    }
    assert(number == b->first[bucket] + b->living[bucket]);
done:
    spool_bucket_fini(&records);
    return rc;
}
