/*
 * synth.h - two catalogs of one invented world, with the gold links: for
 * benchmarks, and to fit the built-in model.
 *
 * A world has entities of a few types.  Everything about entity i of a type is
 * a hash of (seed, type, i), so nothing is kept and any size can be written.
 * Each catalog knows most entities and most facts, and spells what it knows
 * with habits and mistakes of its own.  What the catalogs are like is drawn by the number of
 * the make: the share that each knows, which facts it tells, how it spells them.
 *
 * Written to the folder: left.nt, right.nt, mapping.tsv, links.TYPE.tsv for every
 * type whose entities have an identity (the complete truth: an entity that is
 * in no line has no counterpart), and what is to be deleted as
 * SIDE.deletions.rdfp.
 *
 * With arrivals that share of the titles, the first type of a kind, is not in SIDE.nt: it
 * arrives afterwards, in SIDE.changes.rdfp.  That is a block of RDF Patch with its time for each of
 * 60 titles with whom they bring, 10 renamed people, 25 changed prices or other values and
 * 5 deletions of a title as a whole; the last subject of a block is what it is about.
 * SIDE.after.nt is what SIDE.nt is after them, and the links are of that.
 */
#ifndef ALIGND_LEARN_SYNTH_H
#define ALIGND_LEARN_SYNTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct synth_options {
    const char *out;  /* the folder, made when it is not there */
    const char *kind; /* one of synth_kind_name */
    const char *tag;  /* appended to the names of types and to IRIs; "" for none */
    int64_t works, seed;
    int64_t make; /* what the two catalogs are like; 0: the plain make */
    double noise, deletions;
    double arrivals; /* share of the titles that arrive when the others are there */
};

/* What the world is of: the name of kind k and a line about it; NULL past the last. */
const char *synth_kind_name(size_t k);
const char *synth_kind_about(size_t k);

/* ERR_USAGE (a kind or tag that cannot be), ERR_IO; said in words. */
int synth_run(const struct synth_options *options, uint64_t ret_triples[2]);

#endif
