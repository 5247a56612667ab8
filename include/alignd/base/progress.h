/*
 * progress.h - how far a long command has come, on stderr.  On a terminal a bar
 * that is redrawn at most ten times a second:
 *
 *     load imdb.nt.xz [########............]  42%  1,204,000 triples  98,211/s  0:17 left
 *
 * and elsewhere a line every ten seconds.  progress_end leaves one line that
 * sums up.  One thread at a time.
 */
#ifndef ALIGND_BASE_PROGRESS_H
#define ALIGND_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what, *unit; /* lent by the caller until progress_end */
    uint64_t begun_us, drawn_us;
    uint64_t count;
    bool terminal;
};

/* Shared by all; true at first.  --quiet turns it off. */
void progress_set_enabled(bool enabled);

/* what: "load imdb.nt.xz"; unit: what is counted, "triples". */
void progress_begin(struct progress *p, const char *what, const char *unit);

/* done is the share of the work in [0, 1], negative when nobody knows; count is the
 * total so far; note (may be NULL) ends the line: "loss 0.21".  Cheap enough for
 * every thousandth item: one look at the clock when nothing is drawn. */
void progress_update(struct progress *p, double done, uint64_t count, const char *note);

void progress_end(struct progress *p);
#endif
