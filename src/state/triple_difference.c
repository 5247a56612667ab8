/*
 * triple_difference.c - the dump's changes, dealt to buckets by the ids of their subjects and
 * sorted there, against the rows of adjacency of the graph, which stand in the order of these ids.
 *
 * A record: id of the subject | u8 op | be64 its number | be64 hash of the predicate | id of the
 * object | then the terms
 *
 *  (1) A triple is known by {subject, predicate, object}, each by its id or hash.  A type is an IRI
 * that stands in a row as a value: here it has the id of an entity on both sides, so that the
 *      mapping plays no part.
 *  (2) What is deleted is named by rows of nodes, which are there while the triple is: it is named
 *      before it is handed over.
 */
#include "alignd/state/triple_difference.h"

#include "alignd/base/arena.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/spool.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/node.h"

#include <assert.h>
#include <stdlib.h>

enum {
    OP_AT = ID_BYTES,
    NUMBER_AT = OP_AT + 1,
    TRIPLE_AT = NUMBER_AT + 8,
    TRIPLE_BYTES = 8 + ID_BYTES,
    TERMS_AT = TRIPLE_AT + TRIPLE_BYTES,
    RECORD_BYTES = 250, /* about */
    BUCKETS_MAX = 1024,
};

/* A triple of the subject under way, of the dump or of the store. */
struct side {
    char key[TRIPLE_BYTES];
    size_t arrival;
    struct slice record; /* of the dump */
    struct edge edge;    /* of the store */
};

struct sides {
    struct side *all;
    size_t count, room;
};

struct triple_difference {
    const struct state *state;
    size_t graph;
    uint16_t tag;
    size_t buckets;
    struct spool *spool;
    uint64_t inserts, records;

    struct kv_iter *rows;
    struct sides dump, store; /* of the subject under way */
    struct arena *names;      /* terms of the changes that wait */
    struct {
        struct change *all;
        size_t count, room;
    } waiting;
    size_t most;
    int (*visit)(void *arg, const struct change *changes, size_t count);
    void *arg;
    struct triple_difference_counts counts;
};

int triple_difference_new(const struct state *s, const struct triple_difference_options *options,
                          struct triple_difference **ret)
{
    assert(options->graph < s->graph_count && options->memory_bytes);
    struct triple_difference *d = memory_calloc(1, sizeof(*d));
    uint64_t wanted = options->expected_triples * RECORD_BYTES / options->memory_bytes + 1;
    d->state = s;
    d->graph = options->graph;
    d->tag = s->graphs[options->graph].tag;
    d->buckets = options->expected_triples ? wanted < BUCKETS_MAX ? wanted : BUCKETS_MAX : 256;
    assert(d->buckets >= 1 && d->buckets <= BUCKETS_MAX);
    d->names = arena_new();
    int rc = spool_new(options->folder, d->buckets, 1, 0, &d->spool);
    if (rc) {
        triple_difference_free(d);
        return rc;
    }
    *ret = d;
    return ERR_OK;
}

void triple_difference_free(struct triple_difference *d)
{
    if (!d)
        return;
    spool_free(d->spool);
    kv_iter_free(d->rows);
    arena_free(d->names);
    free(d->dump.all);
    free(d->store.all);
    free(d->waiting.all);
    free(d);
}

uint64_t triple_difference_size(const struct triple_difference *d)
{
    return d->inserts;
}

/* --- the dump --- */

static size_t bucket_of(const struct triple_difference *d, struct id subject)
{
    return (size_t)((subject.hi & UINT64_C(0xffffffffffff)) * d->buckets >> 48);
}

static struct id object_id(const struct triple_difference *d, const struct term *object)
{
    return object->kind == TERM_LITERAL ? id_of_value(object) : id_of_entity(d->tag, object);
}

static void put_term(struct buf *out, const struct term *t)
{
    buf_append_u8(out, (uint8_t)t->kind);
    buf_append_bytes(out, t->text);
    buf_append_bytes(out, t->datatype);
    buf_append_bytes(out, t->lang);
}

static struct term take_term(struct reader *r)
{
    struct term t = {.kind = (enum term_kind)reader_take_u8(r)};
    t.text = reader_take_bytes(r);
    t.datatype = reader_take_bytes(r);
    t.lang = reader_take_bytes(r);
    assert(!reader_failed(r));
    return t;
}

static int add_change(struct triple_difference *d, const struct change *c, struct buf *terms)
{
    assert(c->op == CHANGE_INSERT || c->op == CHANGE_DELETE || c->op == CHANGE_CLEAR);
    struct id subject = id_of_entity(d->tag, &c->subject);
    buf_clear(terms);
    if (c->op == CHANGE_INSERT) {
        put_term(terms, &c->subject);
        put_term(terms, &c->predicate);
        put_term(terms, &c->object);
        d->inserts++;
    }
    assert((c->op == CHANGE_INSERT) == (terms->len > 0));
    char *r = spool_add(d->spool, 0, bucket_of(d, subject), TERMS_AT + terms->len);
    if (!r)
        return spool_status(d->spool);
    memset(r, 0, TERMS_AT);
    id_put(r, subject);
    r[OP_AT] = (char)c->op;
    put_be64(r + NUMBER_AT, d->records++);
    if (c->op != CHANGE_CLEAR) {
        put_be64(r + TRIPLE_AT, predicate_hash(c->predicate.text));
        id_put(r + TRIPLE_AT + 8, object_id(d, &c->object));
    }
    if (terms->len)
        memcpy(r + TERMS_AT, terms->data, terms->len);
    return ERR_OK;
}

int triple_difference_add(struct triple_difference *d, const struct change *changes, size_t count)
{
    struct buf terms = {0};
    int rc = ERR_OK;
    assert(!d->rows);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_change(d, &changes[i], &terms);
    buf_fini(&terms);
    return rc;
}

/* --- the triples of one subject, of either side, by their keys --- */

static int compare_sides(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    int order = memcmp(x->key, y->key, TRIPLE_BYTES);
    return order ? order : (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static void sort_sides(struct sides *s)
{
    if (s->count > 1)
        qsort(s->all, s->count, sizeof(*s->all), compare_sides);
}

/* Of a subject that is a part: 1 + the number of the last clear of its root, which stands among the
 * records whose ids have the same first half; 0 for none. */
static uint64_t root_cleared(const struct triple_difference *d, const struct spool_bucket *bucket,
                             size_t at, const struct slice *insert)
{
    assert(at < bucket->count && insert->data[OP_AT] == CHANGE_INSERT);
    struct reader r = reader_of((struct slice){insert->data + TERMS_AT, insert->len - TERMS_AT});
    struct term subject = take_term(&r);
    struct id root;
    uint64_t last = 0;
    if (!id_of_root(d->tag, &subject, &root))
        return 0;
    while (at > 0 && id_get(bucket->records[at - 1].data).hi == root.hi)
        at--;
    for (; at < bucket->count && id_get(bucket->records[at].data).hi == root.hi; at++) {
        const char *record = bucket->records[at].data;
        if (record[OP_AT] == CHANGE_CLEAR && id_equal(id_get(record), root))
            last = get_be64(record + NUMBER_AT) + 1; /* they are in the order of arrival */
    }
    return last;
}

/* What the records of a subject, in the order of arrival, leave there. */
static void take_dump(struct triple_difference *d, const struct spool_bucket *bucket, size_t begin,
                      size_t count)
{
    assert(begin + count <= bucket->count);
    const struct slice *records = bucket->records + begin;
    uint64_t cleared = 0;
    d->dump.count = 0;
    for (size_t i = 0; i < count; i++)
        if (records[i].data[OP_AT] == CHANGE_INSERT) {
            cleared = root_cleared(d, bucket, begin, &records[i]);
            break;
        }
    for (size_t i = 0; i < count; i++) {
        struct side x = {.arrival = i, .record = records[i]};
        if (records[i].data[OP_AT] == CHANGE_CLEAR) {
            d->dump.count = 0;
            continue;
        }
        if (get_be64(records[i].data + NUMBER_AT) < cleared)
            continue;
        memcpy(x.key, records[i].data + TRIPLE_AT, TRIPLE_BYTES);
        ARRAY_PUSH(d->dump.all, d->dump.count, d->dump.room, x);
    }
    sort_sides(&d->dump);
    size_t kept = 0;
    for (size_t i = 0; i < d->dump.count; i++) {
        const struct side *x = &d->dump.all[i];
        bool last = i + 1 == d->dump.count || memcmp(x->key, x[1].key, TRIPLE_BYTES) != 0;
        if (last && x->record.data[OP_AT] == CHANGE_INSERT)
            d->dump.all[kept++] = *x;
    }
    assert(kept <= d->dump.count);
    d->dump.count = kept;
}

/* The next row of the graph that is a triple, if one is left. */
static int next_row(struct triple_difference *d, struct id *ret_subject, struct edge *ret_edge,
                    bool *ret_found)
{
    *ret_found = false;
    for (; kv_iter_valid(d->rows); kv_iter_next(d->rows)) {
        int rc = edge_decode(kv_iter_key(d->rows), kv_iter_value(d->rows), ret_subject, ret_edge);
        if (rc)
            return rc;
        if (id_graph(*ret_subject) != d->tag)
            return ERR_OK;
        *ret_found = !(ret_edge->relation & RELATION_INVERSE);
        if (*ret_found)
            return ERR_OK;
    }
    return kv_iter_status(d->rows);
}

static int add_row(struct triple_difference *d, const struct edge *edge)
{
    assert(!(edge->relation & RELATION_INVERSE));
    struct side x = {.edge = *edge};
    struct term type;
    struct id object = edge->neighbour;
    if (edge_is_value(edge)) {
        int rc = edge_value_decode(edge->value, &type);
        if (rc)
            return rc;
        object = object_id(d, &type); /* (1) */
        x.edge.value = arena_copy(d->names, edge->value);
    }
    put_be64(x.key, edge->predicate);
    id_put(x.key + 8, object);
    ARRAY_PUSH(d->store.all, d->store.count, d->store.room, x);
    return ERR_OK;
}

/* All of the subject whose row is next. */
static int take_store(struct triple_difference *d, struct id subject)
{
    assert(id_graph(subject) == d->tag);
    struct id other;
    struct edge edge;
    bool found;
    int rc = next_row(d, &other, &edge, &found);
    d->store.count = 0;
    while (!rc && found && id_equal(other, subject)) {
        if ((rc = add_row(d, &edge)))
            return rc;
        kv_iter_next(d->rows);
        rc = next_row(d, &other, &edge, &found);
    }
    sort_sides(&d->store);
    return rc;
}

/* --- the difference --- */

static int node_term(struct triple_difference *d, struct id id, struct term *ret_term)
{
    char key[ID_BYTES];
    id_put(key, id);
    struct kv_value row;
    struct slice k = {key, sizeof(key)};
    int rc;
    if ((rc = kv_get_many(d->state->kv, KV_NODES, &k, 1, &row)) ||
        (rc = row.bytes.data ? node_decode_term(row.bytes, ret_term) : ERR_STORE))
        goto done;
    ret_term->text = arena_copy(d->names, ret_term->text);
done:
    kv_value_release(&row);
    return rc;
}

static void wait_for(struct triple_difference *d, struct change c)
{
    ARRAY_PUSH(d->waiting.all, d->waiting.count, d->waiting.room, c);
}

static int delete_row(struct triple_difference *d, const struct term *subject, const struct edge *e)
{
    struct change c = {.op = CHANGE_DELETE, .subject = *subject};
    const struct predicate *p = predicates_find(d->state->predicates, d->tag, e->predicate);
    if (!p)
        return ERR_STORE;
    c.predicate = (struct term){.kind = TERM_IRI, .text = p->iri};
    int rc = edge_is_value(e) ? edge_value_decode(e->value, &c.object)
                              : node_term(d, e->neighbour, &c.object);
    if (rc)
        return rc;
    wait_for(d, c);
    d->counts.deleted++;
    return ERR_OK;
}

static void insert_record(struct triple_difference *d, struct slice record)
{
    assert(record.len > TERMS_AT && record.data[OP_AT] == CHANGE_INSERT);
    struct reader r = reader_of((struct slice){record.data + TERMS_AT, record.len - TERMS_AT});
    struct change c = {.op = CHANGE_INSERT};
    c.subject = take_term(&r);
    c.predicate = take_term(&r);
    c.object = take_term(&r);
    wait_for(d, c);
    d->counts.inserted++;
}

/* The two sides of a subject, both sorted, along each other. */
static int compare_subject(struct triple_difference *d, struct id subject)
{
    assert(id_graph(subject) == d->tag);
    const struct sides *x = &d->dump, *y = &d->store;
    struct term name;
    bool named = false;
    int rc;
    for (size_t i = 0, k = 0; i < x->count || k < y->count;) {
        int order = i == x->count   ? 1
                    : k == y->count ? -1
                                    : memcmp(x->all[i].key, y->all[k].key, TRIPLE_BYTES);
        if (order < 0)
            insert_record(d, x->all[i].record);
        if (order > 0) {
            if ((!named && (rc = node_term(d, subject, &name))) ||
                (rc = delete_row(d, &name, &y->all[k].edge)))
                return rc;
            named = true;
        }
        d->counts.same += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return ERR_OK;
}

static int hand_over(struct triple_difference *d, size_t least)
{
    assert(least > 0);
    if (d->waiting.count && d->waiting.count < least)
        return ERR_OK;
    int rc = d->waiting.count ? d->visit(d->arg, d->waiting.all, d->waiting.count) : ERR_OK;
    d->waiting.count = 0;
    arena_reset(d->names);
    return rc;
}

/* A bucket of the dump, sorted by subject, and the rows whose subjects would be in it. */
static int run_bucket(struct triple_difference *d, size_t number, const struct spool_bucket *bucket)
{
    assert(number < d->buckets);
    size_t at = 0;
    for (;;) {
        struct id of_dump = {0}, of_store, subject;
        struct edge edge;
        bool stored, dumped = at < bucket->count;
        size_t end = at;
        int rc = next_row(d, &of_store, &edge, &stored);
        if (rc)
            return rc;
        stored = stored && bucket_of(d, of_store) <= number;
        if (dumped)
            of_dump = id_get(bucket->records[at].data);
        if (!stored && !dumped)
            return hand_over(d, 1);
        int order = !stored ? -1 : !dumped ? 1 : id_compare(of_dump, of_store);
        subject = order <= 0 ? of_dump : of_store;
        while (order <= 0 && end < bucket->count &&
               id_equal(id_get(bucket->records[end].data), subject))
            end++;
        assert(order > 0 || end > at); /* it goes on */
        take_dump(d, bucket, at, end - at);
        at = end;
        d->store.count = 0;
        if ((order >= 0 && (rc = take_store(d, subject))) || (rc = compare_subject(d, subject)) ||
            (rc = hand_over(d, d->most)))
            return rc;
    }
}

static int take_bucket(struct triple_difference *d, size_t number)
{
    struct spool_bucket bucket = {0};
    int rc = spool_take(d->spool, number, &bucket);
    if (rc)
        goto done;
    assert(bucket.count <= d->records);
    spool_bucket_sort(&bucket, 2, ID_BYTES); /* all are of one graph */
    rc = run_bucket(d, number, &bucket);
done:
    spool_bucket_fini(&bucket);
    return rc;
}

int triple_difference_run(struct triple_difference *d, size_t most,
                          int (*visit)(void *arg, const struct change *changes, size_t count),
                          void *arg, struct triple_difference_counts *ret)
{
    char first[ID_BYTES] = {(char)(d->tag >> 8), (char)d->tag};
    int rc = ERR_OK;
    assert(!d->rows && most);
    d->visit = visit;
    d->arg = arg;
    d->most = most;
    d->rows = kv_iter_new(d->state->kv, KV_ADJACENCY);
    kv_iter_seek(d->rows, (struct slice){first, sizeof(first)});
    for (size_t i = 0; i < d->buckets && !rc; i++)
        rc = take_bucket(d, i);
    if (rc) {
        if (rc == ERR_STORE)
            log_error("store: a triple cannot be read, or names an entity that has no row");
        return rc;
    }
    assert(d->waiting.count == 0 && d->counts.inserted + d->counts.same <= d->inserts);
    *ret = d->counts;
    return ERR_OK;
}
