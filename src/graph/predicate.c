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
#include "alignd/graph/id_map.h"

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

static int label_rank(const struct predicates *p, struct slice graph, struct slice iri)
{
    int rank = mapping_label_rank(p->mapping, graph, iri);
    if (rank >= 0)
        return rank < MAPPED_RANKS ? rank : MAPPED_RANKS - 1;
    if (mapping_relation(p->mapping, graph, iri).len)
        return -1; /* mapped to something else on purpose */
    for (size_t i = 0; i < sizeof(usual_labels) / sizeof(*usual_labels); i++)
        if (slice_equal(iri, slice_of(usual_labels[i])))
            return MAPPED_RANKS + (int)i;
    return -1;
}

/* What the predicate means under the mapping. */
static void classify(const struct predicates *p, struct slice graph, struct predicate *predicate)
{
    int rank = label_rank(p, graph, predicate->iri);
    if (rank >= 0) {
        assert(rank <= UINT8_MAX);
        predicate->kind = PREDICATE_LABEL;
        predicate->rank = (uint8_t)rank;
        predicate->name = slice_of("label");
        predicate->relation = RELATION_LABEL & ~UINT64_C(3);
        return;
    }
    struct slice name = mapping_relation(p->mapping, graph, predicate->iri);
    if (!name.len && slice_equal(predicate->iri, slice_of(RDF_TYPE))) {
        predicate->kind = PREDICATE_TYPE;
        predicate->name = slice_of("type");
        predicate->relation = RELATION_TYPE & ~UINT64_C(3);
        return;
    }
    if (!name.len)
        name = text_local_name(predicate->iri);
    predicate->kind = PREDICATE_RELATION;
    predicate->name = name.len ? name : predicate->iri;
    predicate->relation = hash_bytes(predicate->name, 7) & ~UINT64_C(3);
}

uint64_t predicate_hash(struct slice iri)
{
    return hash_bytes(iri, 8);
}

struct predicate *predicates_resolve(struct predicates *p, struct slice graph, uint16_t graph_tag,
                                     struct slice iri)
{
    uint64_t hash = predicate_hash(iri);
    void **place = id_map_place(&p->by_iri, key_of(graph_tag, hash));
    if (*place)
        return *place;

    struct predicate *predicate = memory_calloc(1, sizeof(*predicate));
    char *text = memory_malloc(iri.len + 1);
    memcpy(text, iri.data, iri.len);
    *predicate = (struct predicate){.graph_tag = graph_tag, .hash = hash, .iri = {text, iri.len}};
    classify(p, graph, predicate);
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

struct slice predicates_relation_name(const struct predicates *p, uint64_t relation)
{
    const struct predicate *predicate = id_map_get(&p->by_relation, relation_key(relation));
    return predicate ? predicate->name : (struct slice){NULL, 0};
}
