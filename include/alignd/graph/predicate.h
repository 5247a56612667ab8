/*
 * predicate.h - the predicates of all graphs, kept in memory: what each means
 * under the mapping, and how many triples use it.  Its row: predicates of
 * store/layout.h.
 *
 * A predicate is a label (with a rank), an alias, a key, the type, ignored, or a relation. Ignored:
 * its triples are rows of adjacency at their subject, so that they can be read back, and nothing
 * follows from them.  Unmapped ones: rdf:type; the usual label predicates in the order of
 * predicate.c, after the mapped ones; else a relation named by the local name of the IRI, so that
 * equal IRIs and equal local names correspond by themselves.
 */
#ifndef ALIGND_GRAPH_PREDICATE_H
#define ALIGND_GRAPH_PREDICATE_H

#include "alignd/graph/mapping.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum predicate_kind {
    PREDICATE_RELATION,
    PREDICATE_LABEL,
    PREDICATE_TYPE,
    PREDICATE_IGNORED,
    PREDICATE_ALIAS,
    PREDICATE_KEY
};

/* Is the object of its triples taken as a value, whatever it is? */
static inline bool predicate_kind_has_values(enum predicate_kind kind)
{
    return kind == PREDICATE_TYPE || kind == PREDICATE_IGNORED;
}

/*
 * The code of a relation in adjacency keys and samples: the hash of its
 * shared name with the two low bits telling the direction and whether the
 * other end is a value.
 */
#define RELATION_INVERSE 1u
#define RELATION_VALUE 2u
#define RELATION_LABEL (UINT64_C(0x4c4142454c) << 8 | RELATION_VALUE)
#define RELATION_ALIAS (UINT64_C(0x414c494153) << 8 | RELATION_VALUE)
#define RELATION_TYPE (UINT64_C(0x5459504500) << 8 | RELATION_VALUE)
#define RELATION_IGNORED (UINT64_C(0x49474e4f52) << 8 | RELATION_VALUE)

/* Of the graph of verdicts (verdict.h), whose predicates nobody maps. */
#define RELATION_SAME (UINT64_C(0x53414d45) << 8)
#define RELATION_DIFFERENT (UINT64_C(0x444946464552) << 8)

/* A key's code begins with these 24 bits, and that of no other relation does; the rest is a hash of
 * its name. */
#define RELATION_KEY UINT64_C(0x4b4559)
static inline bool relation_is_key(uint64_t relation)
{
    return relation >> 40 == RELATION_KEY && (relation & RELATION_VALUE);
}

struct predicate {
    uint16_t graph_tag;
    uint64_t hash; /* of the IRI */
    struct slice iri;
    enum predicate_kind kind;
    uint8_t rank;           /* of a label: 0 is preferred */
    struct slice languages; /* of a label: mapping_row */
    uint64_t relation;      /* code with both low bits 0 */
    struct slice name;      /* shared name */
    uint64_t triples;       /* kept by whoever keeps the table */
};

/* Of an IRI: by it a row of adjacency names its predicate. */
uint64_t predicate_hash(struct slice iri);

struct predicates;

struct predicates *predicates_new(const struct mapping *mapping);
void predicates_free(struct predicates *p);

/* The predicate of a graph, made with no triples when it is new; lent for the
 * life of the table. */
struct predicate *predicates_resolve(struct predicates *p, struct slice graph, uint16_t graph_tag,
                                     struct slice iri);

/* By graph and hash, or NULL. */
struct predicate *predicates_find(const struct predicates *p, uint16_t graph_tag, uint64_t hash);

/* Calls visit with each, in no order. */
void predicates_each(const struct predicates *p,
                     void (*visit)(void *arg, const struct predicate *predicate), void *arg);

/* The shared name of a relation code (low bits ignored); empty when unknown. */
struct slice predicates_relation_name(const struct predicates *p, uint64_t relation);
#endif
