/*
 * text_value.h - what a literal says when it is a number, a date or a time:
 * read by its datatype, or by a form nobody would use for anything else.
 */
#ifndef ALIGND_MODEL_TEXT_VALUE_H
#define ALIGND_MODEL_TEXT_VALUE_H

#include "alignd/base/slice.h"

#include <stdbool.h>

enum text_value_kind { TEXT_VALUE_NONE, TEXT_VALUE_NUMBER, TEXT_VALUE_DATE };

struct text_value {
    enum text_value_kind kind;
    double number;        /* TEXT_VALUE_NUMBER; finite.  A duration is in seconds */
    int year, month, day; /* TEXT_VALUE_DATE; month and day 0 when not said */
    bool time;            /* the number is a duration that was written as one */
};

/*
 *   text      as it stands in the literal
 *   datatype  IRI, empty for none; of XML Schema's only the local name is looked at
 *
 * Numbers: 12, -3.5, 1,234,567, 2.1e8, $ 0.99, 12 EUR; durations: 3:01, 1:02:03, PT3M1S
 * (in seconds), 3m 1sec, 2 h 5 min; dates: 1999-03-31 with or without a time, 1999-03, 1999 (a year
 * by its datatype, or bare and between 1000 and 2100), '99, 31-Mar-15, 31 March 2015, March 31,
 * 2015. Seven digits and more without a datatype are a key, not a number.  All else, and what its
 * datatype contradicts, is TEXT_VALUE_NONE.
 */
struct text_value text_value_parse(struct slice text, struct slice datatype);
#endif
