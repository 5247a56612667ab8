/*
 * layout.h - what lies in the store, byte by byte: every family of kv.h, its
 * keys and its values.  Format 4 (the row `format` of meta).
 *
 * How rows are written:
 *
 *     u8 u16 u32 u64, f16 f32   a number of so many bits, little-endian
 *     be16 be32 be64            the same big-endian: so bytes sort as numbers do
 *     id          16 bytes      be64 be64; the upper 16 bits are the tag of a graph, 0 of a
 *                               value; the rest a hash of the term (graph/id.h)
 *     varint                    LEB128: seven bits a byte, the lowest first
 *     bytes                     varint length | so many bytes
 *     { ... }                   so often as the varint before it says; where none does, to the
 *                               end of the row
 *
 * Keys consist of fixed parts in be, so that rows that are read together stand together.  All but
 * that of an offset have one length a family (LAYOUT_..._KEY_BYTES below).
 *
 * Which of it is the state: predicates, nodes, adjacency, samples, vectors, blocks, postings,
 * pairs, matches and decided are a function of the triples, the model and the options once dirty is
 * empty (engine/engine.h).  What readers know (published, outbox), where reading goes on (offsets)
 * and what is put off (dirty) tell of the way there.  The number of a family (enum kv_family) is
 * part of the format: digests are kept by it.
 *
 * meta (RocksDB's `default`)   what the store says of itself; the key is a word
 *
 *     format        u32
 *     uuid          36 characters, made with the store
 *     fingerprint   lines `name=value` of all that shapes the state
 *     mapping       the text of the mapping; no row: none
 *     model         the path of the model's file; no row: the default model
 *     graphs        names, a line each, ascending
 *     held          "1" while events are held; no row: they are told
 *     review        the [decide] review by which readers were told; no row: nobody was, or by none
 *     settling      "1" while pairs wait to be told (published); no row: none does
 *     state         written by every turn:
 *                   u64 epoch | u64 head | u64 pairs | u64 matches
 *                   | varint n { u32 tag of a graph, u64 triples, u64 entities }
 *                   | varint n { u64 digest }                       a family each, in their order
 *     rescore       on the way to another model or threshold (engine/rescore.c); else no row:
 *                   u8 stage | id of the next entity | be64 entities done
 *                   | be64 digest of the model that scored the others
 *
 * offsets       where reading of an input partition goes on
 *
 *     topic | 0 | be32 partition           ->  be64 next offset
 *
 * predicates    what the triples of a graph are called, and how many are called so
 *
 *     be16 tag | be64 hash of the IRI      ->  varint triples | the IRI, to the end
 *
 * nodes         an entity, as long as a triple mentions it (graph/node.h)
 *
 *     id  ->  u8 kind of term | bytes IRI or label of a blank node | u8 has a label | bytes label
 *             | bytes type | u32 order
 *             | varint n { u64 relation, varint edges }             by relation, ascending
 *
 * adjacency     a neighbour of an entity; a triple between entities has a row at each end
 *               (graph/edge.h)
 *
 *     id | be64 relation | be32 order | id of the neighbour | be64 hash of the predicate's IRI
 *         ->  nothing: the neighbour is an entity
 *             u8 kind of term | bytes datatype | bytes language | bytes text: a value or a type
 *
 *     Of a relation, bit 0 says that it leads from object to subject, bit 1 that the neighbour is a
 *     value (graph/predicate.h).
 *
 * samples       the capped neighbourhood (graph/sample.h)
 *
 *     id  ->  varint n { u64 relation, id of the neighbour }        best first
 *             varint n { u64 relation, bytes datatype, bytes text } best first
 *             varint n { bytes further name }                       graph/sample_names.h
 *             varint n { u64 relation, bytes identifier }           as well
 *             varint n { u64 key of a block }                       ascending
 *             u64 u64 signature of the label
 *             none, or varint n { u8 place of a neighbour, u64 pin } by both, ascending: of the
 *             neighbours that somebody pinned (align/decided.h)
 *
 * vectors       of the text and of the neighbourhood (engine/turn_vector.c)
 *
 *     id  ->  u64 namesakes of each name, in powers of two: three bits each, of the label the
 *             lowest, then of the further names of the sample; behind those of 12 names, which is
 *             the most, those of its identifiers | { f16 } of level 0
 *             | { f16 } of level 1, of those that take part there | the label, normalised and cut
 *
 *     How many numbers a level has is the model's to say.
 *
 * blocks        who files itself under a key (align/block.h)
 *
 *     be64 key  ->  1 | varint n { id, u64 u64 signature } by id        live
 *                   0 | varint n { u16 tag, varint members } by tag     dead: too many
 *
 * postings      the members of the dead blocks
 *
 *     be64 key | id  ->  u64 u64 signature
 *
 * pairs         candidates and what they score, at both ends (align/pair_list.h)
 *
 *     id  ->  { id of the other, f32 score; -1: not scored yet, 2: pinned } by id
 *
 * matches       those of them that match, at both ends
 *
 *     id  ->  { id of the other } by id
 *
 * published     the confidence readers know of a pair that matches
 *
 *     id of the subject | id of the object  ->  f32
 *                                               f32 -1 | u64 u64: it is not told yet; milliseconds
 *                                               since 1970 when it began to match, last changed
 *
 * dirty         what a turn put off (engine/dirty.c)
 *
 *     'R' | id of a hub  ->  u8 1 | 52 bytes of a key of adjacency, where to go on
 *                            u8 0: from the first row
 *                            | varint n { u32 former order }
 *     'S' | id of a hub  ->  the same, with n = 0
 *     'P' | id           ->  nothing
 *
 * outbox        what waits to be published (state/outbox.h)
 *
 *     be64 seq, from 1 within an epoch  ->  u8 0: events, 1: dead letters
 *         | u8 bit 0: has a key, bit 1: has no value | u64 milliseconds since 1970, 0: now
 *         | bytes key | bytes value | varint n { bytes name, bytes value }   headers
 *
 * decided       what verdicts, which are the triples of a graph of their own, come to for those who
 *               are there (align/decided.h); a store without verdicts has none
 *
 *     id  ->  { id of the other, u8 enum decided } by id
 */
#ifndef ALIGND_STORE_LAYOUT_H
#define ALIGND_STORE_LAYOUT_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdint.h>

#define LAYOUT_ID_BYTES 16

/* Of nodes, samples, vectors, pairs and matches the key is an id. */
#define LAYOUT_PREDICATE_KEY_BYTES 10
#define LAYOUT_ADJACENCY_KEY_BYTES 52
#define LAYOUT_BLOCK_KEY_BYTES 8
#define LAYOUT_POSTING_KEY_BYTES 24
#define LAYOUT_PUBLISHED_KEY_BYTES 32
#define LAYOUT_DIRTY_KEY_BYTES 17
#define LAYOUT_OUTBOX_KEY_BYTES 8

/* Of the first number of a row of vectors: how many bear a name, by its place. */
#define LAYOUT_NAMESAKES_BITS 3
#define LAYOUT_NAMESAKES_DEAD 7 /* too many to be counted */
static inline unsigned layout_namesakes(uint64_t all, size_t place)
{
    return (unsigned)(all >> (LAYOUT_NAMESAKES_BITS * place)) & 7;
}

/* Of a row of vectors: where the numbers begin. */
#define LAYOUT_VECTORS_AT 8

/* The key of an input partition's offset, behind what out holds. */
void layout_put_offset_key(struct buf *out, struct slice topic, int32_t partition);
/* Back from it; topic is lent from key.  ERR_STORE: it is none. */
int layout_get_offset_key(struct slice key, struct slice *ret_topic, int32_t *ret_partition);
#endif
