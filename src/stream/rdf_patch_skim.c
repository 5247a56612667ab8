/*
 * rdf_patch_skim.c - finds how far whole rows and blocks reach, for files: it reads the rows as
 * rdf_patch.c does and keeps nothing of them, so a block that turns out to be
 * dropped is found before any of it is in memory as changes.
 *
 *  (1) whole never ends within a block, and never passes at.
 *  (2) A skim that ran out of text goes on at `at` with more of it: whole rows are skimmed once.
 */
#include "alignd/base/err.h"
#include "alignd/stream/rdf_patch.h"

#include <assert.h>

static int check_block(struct term_scan *s, const struct rdf_patch_skim *k)
{
    assert(k->block <= k->at);
    if (k->block_rows > s->limits->rows)
        return term_scan_fail(s, s->start + k->block, ERR_LIMIT, "limit-rows",
                              "a block of over %zu rows", s->limits->rows);
    if (k->at - k->block > s->limits->message_bytes)
        return term_scan_fail(s, s->start + k->block, ERR_LIMIT, "limit-message",
                              "a block of over %zu bytes", s->limits->message_bytes);
    return 0;
}

/* A row of a block, its ends included. */
static int count_in_block(struct term_scan *s, const char *start, enum rdf_patch_row row,
                          struct rdf_patch_skim *k)
{
    if (row == RDF_PATCH_BEGIN) {
        k->block = (size_t)(start - s->start);
        k->block_changes = k->block_rows = 0;
    }
    k->block_rows++;
    k->block_changes += row == RDF_PATCH_CHANGE;
    assert(k->block_changes <= k->block_rows);
    return check_block(s, k);
}

/* Takes a row that starts at start into account.  ret_done: the extent is
 * not to grow any more. */
static int take_row(struct term_scan *s, const char *start, enum rdf_patch_row row,
                    struct rdf_patch_skim *k, bool *ret_done)
{
    assert(s->start <= start && start <= s->at && s->at <= s->end);
    bool was_in_block = k->in_block;
    int rc = rdf_patch_follow(s, row, &k->in_block);
    if (rc)
        return rc;
    k->at = (size_t)(s->at - s->start);
    if (was_in_block || k->in_block)
        rc = count_in_block(s, start, row, k);
    if (rc || k->in_block)
        return rc;
    *ret_done = row == RDF_PATCH_ABORT || row == RDF_PATCH_END;
    if (row == RDF_PATCH_ABORT && k->whole.bytes)
        return 0;                    /* what stands before the dropped block goes first */
    assert(k->whole.bytes <= k->at); /* (1) */
    k->whole.bytes = k->at;
    k->whole.changes += row == RDF_PATCH_COMMIT ? k->block_changes : row == RDF_PATCH_CHANGE;
    return 0;
}

int rdf_patch_skim(struct term_scan *s, size_t max_changes, struct rdf_patch_skim *k)
{
    assert(k->whole.bytes <= k->at && k->at <= (size_t)(s->end - s->start) && max_changes > 0);
    s->at = s->start + k->at;
    for (bool done = false; !done && k->whole.changes < max_changes;) {
        enum rdf_patch_row row;
        struct change change;
        term_scan_skip_space(s);
        const char *start = s->at;
        int rc = rdf_patch_read(s, &row, &change);
        if (rc)
            return rc;
        if (row == RDF_PATCH_END && s->more)
            return ERR_RETRY;
        if ((rc = take_row(s, start, row, k, &done)))
            return rc;
    }
    return 0;
}
