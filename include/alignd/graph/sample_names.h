/*
 * sample_names.h - what an entity is called besides its label: further literals of label
 * predicates, and aliases.  Of many those in preferred languages and aliases come first, and of
 * them the first by the hash that orders neighbours (node.h): the same names are chosen in every
 * graph, whichever predicate says them.  A name in Han, kana or Hangul is followed by its reading
 * in Latin letters (text_reading.h), so that of the label comes first of all. So it is with its
 * identifiers, which rows of keys tell.
 */
#ifndef ALIGND_GRAPH_SAMPLE_NAMES_H
#define ALIGND_GRAPH_SAMPLE_NAMES_H

#include "alignd/graph/node.h"
#include "alignd/graph/sample.h"

/* Names are cut here as labels are, at a character's border. */
#define SAMPLE_NAME_BYTES NODE_LABEL_BYTES
/* Of RELATION_LABEL, of RELATION_ALIAS and of each key the first so many rows are looked at. */
enum { SAMPLE_NAME_ROWS = 64 };

/* Rows of one relation in their order. */
struct sample_rows {
    const struct edge *edges;
    size_t count;
};

/*
 * The further names of a sample, at most so many, in arena; texts of names stay those of the edges.
 * Each is there once, however it is spelt: of spellings that normalise alike the smallest.  label:
 * as chosen, normalised; it is none of them.  Readings count as names, and stand as text_reading
 * writes them unless they are names too.  ERR_STORE (one is no literal).
 */
int sample_names_draw(struct slice label, size_t most, struct sample_rows labels,
                      struct sample_rows aliases, struct arena *arena, struct sample *sample);

/* Those of the rows of one key among the identifiers of a sample, at most SAMPLE_IDENTIFIERS of all
 * keys; none before the first.  ERR_STORE. */
int sample_names_add_key(uint64_t relation, struct sample_rows rows, struct arena *arena,
                         struct sample *sample);
#endif
