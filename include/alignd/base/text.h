/*
 * text.h - text as it is compared: strict UTF-8, one normal form, words, and
 * what the end of an IRI says.
 *
 * The normal form is NFKC with full case folding, accents stripped and white
 * space collapsed: "  Amélie\tPoulain" and "AMELIE POULAIN" are one text.
 * Precisely, in this order:
 *  (0) what programs did to it is undone: character entities of HTML ("Caf&eacute;") are
 *      characters, and UTF-8 that was read as Windows-1252 and encoded again ("JÃ¶rg") is
 *      read aright, where the whole text can be and becomes shorter and plausible;
 *  (1) every code point is case-folded (full) and decomposed (compatibility);
 *      Latin letters that Unicode does not take apart are written without them: ł l, ø o,
 *      đ d, ħ h, ı i, æ ae, þ th and the like;
 *      default-ignorable ones (soft hyphen, joiners, variation selectors, BOM) vanish;
 *  (2) accents vanish: the marks that sit on a letter without making it another
 *      one (canonical class 1, 10-36 and 200 up: Latin, Greek, Cyrillic, Hebrew and
 *      Arabic marks) and the enclosing ones.  Marks that spell stay, because
 *      without them words fall together: the vowel signs of Indic and Thai
 *      scripts, viramas, nuktas, the voicing marks of kana.  Of a row of more than
 *      30 marks the rest vanish, which bounds the work;
 *  (3) what is left is composed again (canonically), Hangul too;
 *      then Greek and Cyrillic are written in Latin letters (a Greek letter alone stays: µ);
 *  (4) runs of white space (Z*, and the control characters) become one U+0020,
 *      none at either end.
 * It is part of the on-disk format (samples and block keys hash it).
 * Source: Unicode Standard Annex 15, and section 3.13 of the Standard.
 */
#ifndef ALIGND_BASE_TEXT_H
#define ALIGND_BASE_TEXT_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict: no overlong forms, no surrogates, nothing past U+10FFFF, nothing cut. */
bool text_is_utf8(struct slice text);

/* Takes the next code point off a text that is not empty.  Bytes that are not
 * UTF-8 give U+FFFD, one for each maximal run that could have started a character. */
int32_t text_next_point(struct slice *rest);

/* Appends the normal form of text, which must not lie in out.  Never refuses a
 * text: what is not UTF-8 counts as U+FFFD.  Normalising twice changes nothing. */
void text_normalise(struct buf *out, struct slice text);

/*
 * Takes the next word off a normalised text; false at its end.  A word is a
 * maximal run of letters and digits (L*, N*) with the marks that follow them;
 * an apostrophe ends it.  Han, kana and bopomofo never share a word with other
 * scripts, and a run of them is cut every 8 characters.
 * The word lies in the text.
 */
bool text_next_word(struct slice *rest, struct slice *ret_word);

/* The longest beginning of at most max_bytes that cuts no character in two.
 * Text: strict UTF-8. */
struct slice text_truncate(struct slice text, size_t max_bytes);

/* Terminal columns that a text takes; what is not UTF-8 takes one for each U+FFFD it counts as. */
size_t text_columns(struct slice text);

/* Appends text in exactly so many columns: cut at a character's border, the last column
 * then a '…', or filled up with spaces.  Control characters become spaces. */
void text_fit(struct buf *out, struct slice text, size_t columns);

/* By bytes: letters, as which all outside of ASCII counts, digits 0 to 9, and spaces. */
struct text_counts {
    size_t letters, digits, blanks;
};
struct text_counts text_count(struct slice text);

/* The end of an IRI: behind its last '/' or '#', or without either its last ':'.
 * May be empty; lies in iri. */
struct slice text_local_name(struct slice iri);

/*
 * Whether a local name is a name for people (Don't_Stop_Dreaming, Blade_Runner_2049)
 * and not a key (10432, Q42, m.0abc12, a UUID, a hash).  A judgement by the shapes
 * of its tokens: more letters in tokens of letters alone than in mixed ones, and no
 * number of more than four digits.  Keys of letters alone can pass.
 */
bool text_reads_like_a_word(struct slice local_name);

/* Appends text as the end of an IRI, one to one: ASCII letters and digits, '-', '.', '_', '~', '*'
 * and what is beyond ASCII as they are, all else percent-escaped. */
void text_to_local_name(struct buf *out, struct slice text);

/* Back from that: percent-escapes decoded, bytes that are not UTF-8 as U+FFFD. */
void text_of_local_name(struct buf *out, struct slice local_name);

/* Appends a local name as text: percent-escapes decoded, underscores and control
 * characters as spaces, bytes that are not UTF-8 as U+FFFD. */
void text_from_local_name(struct buf *out, struct slice local_name);
#endif
