/*
 * statement.h - what an entity says, in a form that two of them can be compared
 * by exactly: hashes of the words of its label, of its codes (model numbers,
 * catalogue numbers), of the words of its values and of its neighbours' names.
 * Vectors tell what is alike; this tells what is equal, and what is left over.
 *
 * A function of the texts alone: no model, no other entity has a say.
 */
#ifndef ALIGND_MODEL_STATEMENT_H
#define ALIGND_MODEL_STATEMENT_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is past these bounds has no say. */
enum {
    STATEMENT_LABEL_BYTES = 512, /* of a label */
    STATEMENT_WORDS = 24,
    STATEMENT_CODES = 24,
    STATEMENT_BAG = 96, /* different words of values and of neighbours' names */
    STATEMENT_VALUES = 16,
    STATEMENT_NAMES = 24, /* short values and neighbours' names, and of how many words */
    STATEMENT_NAME_WORDS = 4,
};

/* What kind of word it is: numbers, versions and single letters tell siblings apart. */
enum word_class {
    WORD_PLAIN,
    WORD_NUMBER,  /* 2, II, two, second, 2nd: one hash for one number; C of Level C */
    WORD_CODE,    /* letters and digits: 16gb, k450 */
    WORD_VERSION, /* remix, live, part, season, upgrade */
    WORD_LETTER,  /* one letter */
    WORD_FILLER,  /* the, of, and; the number before a dot or dash that a list begins with */
    WORD_CREDIT,  /* behind feat. */
    WORD_NOBODY,  /* unknown, various, anonymous, untitled */
    WORD_CLASSES
};

struct statement_word {
    uint32_t hash;
    uint32_t shape[2]; /* a bit for each pair of letters in it */
    uint8_t class;     /* enum word_class */
    uint8_t letters;
    uint8_t first; /* a hash of its first letter */
    bool extra;    /* in brackets, or behind a colon or dash */
    bool year; /* a number that may be a year: it tells editions apart, not members of a series */
    bool derived; /* WORD_VERSION that makes another work of a work: remix, live, trailer */
    bool last;    /* of the label, or before its first addition or credit but for a subtitle */
};

struct statement_code {
    uint32_t hash; /* signs taken out */
    uint8_t length;
    bool of_label;
};

enum statement_number { NUMBER_NONE, NUMBER_PLAIN, NUMBER_TIME, NUMBER_YEAR };

struct statement_value {
    uint32_t relation;
    uint32_t whole; /* signs and spaces taken out */
    float number;   /* of kind */
    uint8_t kind;   /* enum statement_number */
    uint8_t words;
    uint8_t letters; /* and digits; at most 255 */
};

/* Flat and without pointers: may be copied and compared as bytes. */
struct statement {
    uint32_t whole; /* of the label, signs and spaces taken out; 0: it has none */
    uint16_t word_count, code_count, bag_count, value_count, name_count;
    bool nobody;           /* the label names nothing by itself: unknown, various artists, intro */
    uint8_t label_letters; /* in its words, at most 255 */
    uint8_t namesakes;     /* not of the texts: how many bear the label, in powers of two */
    struct statement_word words[STATEMENT_WORDS]; /* of the label, by hash */
    uint32_t first_word, last_word;               /* hashes of plain ones, 0: none */
    struct statement_code codes[STATEMENT_CODES]; /* by hash, each once */
    uint32_t bag[STATEMENT_BAG];                  /* ascending, each once; no fillers */
    struct statement_value values[STATEMENT_VALUES];
    struct statement_name {
        uint32_t words[STATEMENT_NAME_WORDS]; /* 0: none */
        bool value;
    } names[STATEMENT_NAMES];
};

/* One thing an entity says beside its label. */
struct statement_input {
    uint32_t relation;           /* any number that is one relation's on both sides */
    struct slice text, datatype; /* a value: as it stands; a neighbour: its name, normalised */
    bool value;
};

/* label: normalised (base/text.h), empty: none.  Cannot fail but for memory, when it
 * ends the process: a statement with less in it would be a wrong answer. */
void statement_make(struct statement *out, struct slice label, const struct statement_input *inputs,
                    size_t n);

/*
 * The class of a normalised word.  Of WORD_NUMBER its number is told, of WORD_VERSION 1 if it is of
 * those that make another work of a work (remix; but edition: 0), of WORD_PLAIN 1 if it is a stock
 * word, which as all of a label says where a piece stands and not which one it is (intro,
 * preface, finale), else 0; of others it says nothing.  A word that has
 * several spellings becomes the one that counts (vol: volume); WORD_CREDIT is of feat,
 * featuring and ft themselves: what follows names who else takes part.
 */
enum word_class word_classify(struct slice *word, uint32_t *ret_number);
#endif
