/*
 * predicate.c - every predicate met, by graph and IRI.  What it means is settled once, when it
 * is first met, for the mapping does not change while a store is open.  Mapped labels
 * come before the usual ones, a mapped relation is never taken for a label, and what
 * nobody mapped goes by its local name.
 */
#include "alignd/graph/predicate.h"

#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/verdict.h"

#include <assert.h>
#include <stdlib.h>

#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

/* The usual label predicates, most preferred first; they rank behind the mapped ones. */
static const char *const usual_labels[] = {
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://schema.org/name",
    "https://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/elements/1.1/title",
};

#define MAPPED_RANKS 100

struct predicates {
    const struct mapping *mapping;
    struct id_map by_iri;      /* {graph tag, IRI hash} -> struct predicate */
    struct id_map by_relation; /* {0, code} -> struct predicate, any with that name */
};

struct predicates *predicates_new(const struct mapping *mapping)
{
    struct predicates *p = memory_calloc(1, sizeof(*p));
    p->mapping = mapping;
    return p;
}

void predicates_free(struct predicates *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->by_iri.size; i++) {
        struct predicate *predicate = p->by_iri.slots[i].value;
        if (predicate) {
            free((void *)(uintptr_t)predicate->iri.data);
            free(predicate);
        }
    }
    id_map_fini(&p->by_iri);
    id_map_fini(&p->by_relation);
    free(p);
}

static struct id key_of(uint16_t graph_tag, uint64_t hash)
{
    return (struct id){graph_tag, hash};
}

static struct id relation_key(uint64_t relation)
{
    /* the low bits are direction and kind, so the slot is chosen by the rest */
    return (struct id){0, relation >> 2};
}

/* Where among the labels a predicate stands that nobody mapped; -1: it is none. */
static int usual_label_rank(struct slice iri)
{
    for (size_t i = 0; i < sizeof(usual_labels) / sizeof(*usual_labels); i++)
        if (slice_equal(iri, slice_of(usual_labels[i])))
            return MAPPED_RANKS + (int)i;
    return -1;
}

static void set_kind(struct predicate *p, enum predicate_kind kind, const char *name,
                     uint64_t relation)
{
    assert(name);
    p->kind = kind;
    p->name = slice_of(name);
    p->relation = relation & ~UINT64_C(3);
    assert(!(p->relation & 3));
}

static void set_label(struct predicate *p, int rank, struct slice languages)
{
    assert(rank >= 0 && rank < EDGE_LABEL_RANKS);
    set_kind(p, PREDICATE_LABEL, "label", RELATION_LABEL);
    p->rank = (uint8_t)rank;
    p->languages = languages;
}

static void set_relation(struct predicate *p, struct slice name)
{
    p->kind = PREDICATE_RELATION;
    p->name = name.len ? name : p->iri;
    p->relation = hash_bytes(p->name, 7) & ~UINT64_C(3);
    if (p->relation >> 40 == RELATION_KEY)
        p->relation ^= UINT64_C(1) << 63;
    assert(p->name.data && !(p->relation & 3));
}

static void set_key(struct predicate *p, struct slice name)
{
    assert(name.len);
    p->kind = PREDICATE_KEY;
    p->name = name;
    p->relation = (RELATION_KEY << 40 | hash_bytes(name, 9) >> 24) & ~UINT64_C(3);
}

/* In the graph of verdicts, whatever the mapping says. */
static void classify_verdict(struct predicate *predicate)
{
    switch (verdict_of_predicate(predicate->iri)) {
    case VERDICT_SAME:
        set_kind(predicate, PREDICATE_RELATION, "same", RELATION_SAME);
        break;
    case VERDICT_DIFFERENT:
        set_kind(predicate, PREDICATE_RELATION, "different", RELATION_DIFFERENT);
        break;
    case VERDICT_NONE:
        set_kind(predicate, PREDICATE_IGNORED, "ignore", RELATION_IGNORED);
    }
    assert(predicate->name.len);
}

/* What the predicate means under the mapping. */
static void classify(const struct predicates *p, struct slice graph, struct predicate *predicate)
{
    if (slice_equal(graph, slice_of(VERDICT_GRAPH))) {
        classify_verdict(predicate);
        return;
    }
    assert(predicate->iri.data && !predicate->name.data);
    const struct mapping_row *row = mapping_find(p->mapping, graph, predicate->iri);
    int rank = row ? -1 : usual_label_rank(predicate->iri);
    if (row && row->kind == MAPPING_LABEL)
        set_label(predicate, row->rank < MAPPED_RANKS ? row->rank : MAPPED_RANKS - 1,
                  row->languages);
    else if (row && row->kind == MAPPING_ALIAS)
        set_kind(predicate, PREDICATE_ALIAS, "alias", RELATION_ALIAS);
    else if (row && row->kind == MAPPING_KEY)
        set_key(predicate, row->shared);
    else if (row && row->kind == MAPPING_IGNORE)
        set_kind(predicate, PREDICATE_IGNORED, "ignore", RELATION_IGNORED);
    else if ((row && row->kind == MAPPING_IS_TYPE) ||
             (!row && slice_equal(predicate->iri, slice_of(RDF_TYPE))))
        set_kind(predicate, PREDICATE_TYPE, "type", RELATION_TYPE);
    else if (row)
        set_relation(predicate, row->name);
    else if (rank >= 0)
        set_label(predicate, rank, (struct slice){NULL, 0});
    else
        set_relation(predicate, text_local_name(predicate->iri));
}

uint64_t predicate_hash(struct slice iri)
{
    return hash_bytes(iri, 8);
}

struct predicate *predicates_resolve(struct predicates *p, struct slice graph, uint16_t graph_tag,
                                     struct slice iri)
{
    assert(graph_tag);
    uint64_t hash = predicate_hash(iri);
    void **place = id_map_place(&p->by_iri, key_of(graph_tag, hash));
    if (*place)
        return *place;

    struct predicate *predicate = memory_calloc(1, sizeof(*predicate));
    char *text = memory_malloc(iri.len + 1);
    memcpy(text, iri.data, iri.len);
    *predicate = (struct predicate){.graph_tag = graph_tag, .hash = hash, .iri = {text, iri.len}};
    classify(p, graph, predicate);
    assert(predicate->kind == PREDICATE_IGNORED || predicate->name.data);
    void **named = id_map_place(&p->by_relation, relation_key(predicate->relation));
    if (!*named)
        *named = predicate;
    *place = predicate;
    return predicate;
}

struct predicate *predicates_find(const struct predicates *p, uint16_t graph_tag, uint64_t hash)
{
    return id_map_get(&p->by_iri, key_of(graph_tag, hash));
}

void predicates_each(const struct predicates *p,
                     void (*visit)(void *arg, const struct predicate *predicate), void *arg)
{
    for (size_t i = 0; i < p->by_iri.size; i++)
        if (p->by_iri.slots[i].value)
            visit(arg, p->by_iri.slots[i].value);
}

struct slice predicates_relation_name(const struct predicates *p, uint64_t relation)
{
    const struct predicate *predicate = id_map_get(&p->by_relation, relation_key(relation));
    return predicate ? predicate->name : (struct slice){NULL, 0};
}
