/*
 * turn_rules.h - what follows from the triples of one entity alone: the rules
 * that the turns and the builder (build.c) share.  Each stands in the file of its stage.
 */
#ifndef ALIGND_ENGINE_TURN_RULES_H
#define ALIGND_ENGINE_TURN_RULES_H

#include "alignd/align/block_keys.h"
#include "alignd/align/decided.h"
#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"
#include "alignd/graph/term.h"
#include "alignd/model/network.h"

/* The other end of a triple as an edge of its subject: of a value, which is lent from
 * scratch, with its order; of an entity without. */
void turn_apply_edge(uint16_t tag, const struct predicate *p, const struct term *object,
                     struct edge *ret_edge, struct buf *scratch);

/* The literal of the most preferred language and label predicate with the smallest text, of all the
 * rows of RELATION_LABEL or at least of those that share the first one's order; data NULL: none.
 * ERR_STORE. */
int turn_label_text(const struct edge *edges, size_t count, struct slice *ret_text);

/* The shared name of the type, of the first TURN_LABEL_TYPES rows of RELATION_TYPE: of
 * several, the smallest of the mapped ones, else the smallest; data NULL: none.  ERR_STORE. */
enum { TURN_LABEL_TYPES = 1024 };
int turn_label_type(const struct mapping *mapping, struct slice graph, const struct edge *edges,
                    size_t count, struct slice *ret_type);

/* Of label and type what no triple says (data NULL on the way in), by how the entity is written:
 * of one called by its name (mapping.h) both; else as a label of last resort the end of the IRI,
 * when people can read it. */
void turn_label_by_iri(const struct mapping *mapping, struct slice graph, const struct term *term,
                       struct arena *arena, struct slice *label, struct slice *type);

/* The further names of a sample normalised, in arena. */
struct slice *turn_sample_names(const struct sample *s, struct arena *arena);

/* Its identifiers as block keys take them, in arena. */
struct block_keys_named *turn_sample_identifiers(const struct sample *s, struct arena *arena);

/* Its pinned neighbours as block keys take them, in arena. */
struct block_keys_pin *turn_sample_pins(const struct sample *s, struct arena *arena);

/* One more neighbour of a sample that somebody pinned, if anybody did; in arena. */
void turn_sample_add_pins(struct sample *s, size_t neighbour, const struct decided_list *decided,
                          struct arena *arena);

/* The block keys of a sample and the signature of the label, in arena.  names: those of its
 * neighbours, behind them room for those of its values. */
void turn_sample_make_keys(struct sample *s, struct slice type, struct slice label,
                           struct block_keys_named *names, struct arena *arena);

/* The keys of the blocks of those who bear the same names: of the label as statements take it, 0
 * where it is empty, of the further ones behind it, and from NETWORK_MAX_NAMES on of those who have
 * the same identifiers; 0 between.  Returns how many. */
enum { TURN_NAMED = NETWORK_MAX_NAMES + NETWORK_MAX_IDENTIFIERS };
size_t turn_namesakes_keys(struct slice type, struct slice label, const struct sample *s,
                           struct arena *arena, uint64_t keys[TURN_NAMED]);

/* How many bear a name, in powers of two, by how many of their graph are in its block. */
uint8_t turn_namesakes_count(bool live, uint64_t members);

#endif
