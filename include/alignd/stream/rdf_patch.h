/*
 * rdf_patch.h - RDF Patch, text form: the rows of codec.h.
 * Source: Apache Jena, "RDF Patch" (jena.apache.org/documentation/rdf-patch),
 * and what its tokenizer accepts.
 */
#ifndef ALIGND_STREAM_RDF_PATCH_H
#define ALIGND_STREAM_RDF_PATCH_H

#include "alignd/stream/change_list.h"
#include "alignd/stream/term_scan.h"

#include <stdbool.h>
#include <stddef.h>

enum rdf_patch_row {
    RDF_PATCH_END,    /* no row: the end of the text */
    RDF_PATCH_OTHER,  /* H, PA, PD */
    RDF_PATCH_BEGIN,  /* TX, TB */
    RDF_PATCH_COMMIT, /* TC */
    RDF_PATCH_ABORT,  /* TA */
    RDF_PATCH_CHANGE, /* A, D: *ret_change is filled */
};

/* The next row, over white space and comments. */
int rdf_patch_read(struct term_scan *s, enum rdf_patch_row *ret_row, struct change *ret_change);

/* Follows the blocks: in_block is the caller's, false at first.  Fails where
 * row may not stand. */
int rdf_patch_follow(struct term_scan *s, enum rdf_patch_row row, bool *in_block);

/* Every row of the text, at most max_rows; list gets what is to be applied. */
int rdf_patch_decode(struct term_scan *s, size_t max_rows, struct change_list *list);

/* Whole rows and blocks at the start of a text, and the changes in them. */
struct rdf_patch_extent {
    size_t bytes, changes;
};

/* How far a text was skimmed; all zero at its start.  Offsets are from the
 * start of the text. */
struct rdf_patch_skim {
    struct rdf_patch_extent whole;
    size_t at;            /* behind the last whole row */
    size_t block;         /* where the open block starts */
    size_t block_changes; /* in it so far */
    size_t block_rows;
    bool in_block;
};

/*
 * Looks for whole rows and blocks: as many as max_changes (>= 1) changes
 * take, or one dropped block, whose extent has no changes, or all of the
 * text.  With s->more set, ERR_RETRY once the text is used up: call again
 * with a longer text and the same skim, or take k->whole first.  A block is
 * held to limits.rows and limits.message_bytes.
 */
int rdf_patch_skim(struct term_scan *s, size_t max_changes, struct rdf_patch_skim *k);
#endif
