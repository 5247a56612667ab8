/*
 * term_scan.h - the tokens that N-Quads and RDF Patch share, read from a
 * slice without copying: a token that holds no escape is lent from the text.
 *
 * Nothing here trusts the text to be UTF-8 (it stays within the slice), but
 * what it lends is strict UTF-8 only if the text was: whoever hands terms on
 * asks term_scan_check_utf8 first.
 *
 * On failure a function fills the error, leaves the position undefined and
 * returns a negative code.  With `more` set the text may go on behind its
 * end: then running into the end is ERR_RETRY, not an error 'truncated'.
 */
#ifndef ALIGND_STREAM_TERM_SCAN_H
#define ALIGND_STREAM_TERM_SCAN_H

#include "alignd/base/arena.h"
#include "alignd/graph/term.h"
#include "alignd/stream/codec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in a text, both from 1. */
struct term_place {
    uint64_t line, column;
};

struct term_scan {
    const char *at, *end;              /* not read yet */
    const char *start;                 /* where the text starts */
    struct term_place start_place;     /* the place of start, for errors */
    const struct codec_limits *limits; /* no zeros in it */
    struct arena *arena;               /* for decoded escapes */
    struct codec_error *error;
    bool more;
};

/* A scanner over a whole text; error is the caller's and not NULL. */
struct term_scan term_scan_of(struct slice text, const struct codec_limits *limits,
                              struct arena *arena, struct codec_error *error);

/* Fills the error with a place in the text and a sentence (ASCII; other bytes
 * become '?'), returns rc. */
int term_scan_fail(struct term_scan *s, const char *at, int rc, const char *code,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Where verdicts alone are taken (codec_limits): is it one?  It stands at `at`. */
int term_scan_check_verdict(struct term_scan *s, const char *at, const struct change *change);

/* Moves the start behind UTF-8's byte order mark; fails at another encoding's. */
int term_scan_skip_mark(struct term_scan *s);

/* The end was met where what (a noun) must go on: ERR_RETRY with more set,
 * else ERR_FORMAT 'truncated'. */
int term_scan_cut(struct term_scan *s, const char *what);

/* The place n bytes behind `from`, which is at place `start`. */
struct term_place term_place_after(struct term_place start, const char *from, size_t n);

/* All of the text; fails with 'utf8' at the first bad byte. */
int term_scan_check_utf8(struct term_scan *s);

/* Over spaces and tabs. */
static inline void term_scan_skip_blanks(struct term_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
        s->at++;
}

/* Over white space, newlines and comments. */
void term_scan_skip_space(struct term_scan *s);

/* What may be written besides N-Quads. */
enum term_syntax { TERM_SYNTAX_NQUADS, TERM_SYNTAX_PATCH };

/* <iri>, at its '<'; in a patch also <_:label>, so kind is set, and datatype
 * and lang are emptied. */
int term_scan_iri(struct term_scan *s, enum term_syntax syntax, struct term *ret_term);

/* _:label, at its '_'. */
int term_scan_blank(struct term_scan *s, struct term *ret_term);

/* A literal with its language or datatype, at its quote. */
int term_scan_literal(struct term_scan *s, enum term_syntax syntax, struct term *ret_term);

/* An IRI or blank node label that stands without its brackets (JSON): the
 * same checks as above, and an IRI has to be absolute.  s->at is where an
 * error points to. */
int term_scan_check_iri(struct term_scan *s, struct slice iri);
int term_scan_check_label(struct term_scan *s, struct slice label);

/* Checks a language tag and folds its case, in the arena if need be. */
int term_scan_fold_language(struct term_scan *s, struct slice tag, struct slice *ret_lang);

/* The IRI of xsd:string, which comes out as no datatype. */
bool term_scan_is_xsd_string(struct slice datatype);
#endif
