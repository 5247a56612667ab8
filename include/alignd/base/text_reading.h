/*
 * text_reading.h - how a name in Han characters, kana or Hangul is written in Latin letters:
 * 林浩然 is "lin hao ran", コバルト "kobaruto", 김철수 "gimcheolsu".  No normal form: what is
 * written otherwise and read alike (林皓然) are two names.
 *
 *  Han     the most frequent reading of each character in Mandarin, without tones, a word each;
 *          also in Japanese, which reads them otherwise;
 *  kana    Hepburn, long vowels as they are spelt, the mark of a long vowel dropped;
 *  Hangul  Revised Romanisation, syllable by syllable, no sounds of one changed by the next but
 *          for a double l.
 * Readings are part of the on-disk format, as text.h is: samples and block keys have them.
 */
#ifndef ALIGND_BASE_TEXT_READING_H
#define ALIGND_BASE_TEXT_READING_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>

/* A reading ends here, behind a letter. */
enum { TEXT_READING_BYTES = 1024 };

/* By first bytes alone: where false, text_reading is too. */
bool text_may_have_reading(struct slice normalised);

/* Appends the reading of a normalised text, in normal form; characters of other scripts and
 * such without a reading as they are.  False, and nothing appended, where no character has one. */
bool text_reading(struct buf *out, struct slice normalised);
#endif
