/*
 * facts.h - what a catalog says of an entity: its relations by their shared names, with the texts
 * of values and the names of neighbours, read from the rows of its triples (not from its sample,
 * which is capped and drawn).  Labels, further names, types and what is ignored are no facts.
 * Beside turns, by any thread, with a reader of its own.
 */
#ifndef ALIGND_ENGINE_FACTS_H
#define ALIGND_ENGINE_FACTS_H

#include "alignd/base/arena.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/id.h"
#include "alignd/state/state.h"

#include <stdbool.h>
#include <stddef.h>

struct fact {
    struct slice relation; /* shared name */
    bool inverse;          /* the entity is the object of that relation */
    bool key;              /* a value that is an identifier, as the mapping says */
    bool value;            /* a literal; else an entity: */
    struct slice iri;      /* as it is written; empty of a value */
    struct slice text;     /* of the literal, or the label; empty: it has none */
    struct slice datatype; /* of the literal: an IRI, or empty */
};

/* A relation of the catalogs; two of one name (an identifier here, a relation there) are two. */
struct facts_relation {
    struct slice name;
    uint64_t code; /* graph/predicate.h, without its direction */
    uint64_t triples;
};

struct facts;

/* s: a view, or the engine's state while no turn runs; lent until facts_close, which takes NULL.
 * The predicates are read here, once.  ERR_STORE. */
int facts_open(const struct engine *e, const struct state *s, struct facts **ret_facts);
void facts_close(struct facts *f);

struct facts_query {
    struct slice relation; /* of this name alone; empty: of all */
    bool inverse;          /* with a name: where the entity is its object, else its subject */
    size_t each, most;     /* of a relation and direction; in all; >= 1 */
};

/* By direction (own ones first) and name; of one relation as its rows stand.  Memory of the arena,
 * names lent from the reader.  ERR_NOT_FOUND: there is no such entity.  ERR_STORE. */
int facts_read(const struct facts *f, struct id id, const struct facts_query *q,
               struct arena *arena, struct fact **ret_facts, size_t *ret_count);

/* Those of a graph of the state, or with graph_count of all catalogs; most triples first.  Memory
 * of the arena, names lent from the reader. */
void facts_relations(const struct facts *f, size_t graph, struct arena *arena,
                     struct facts_relation **ret_relations, size_t *ret_count);
#endif
