/*
 * survey.h - what is in a catalog, learnt from its triples in any order and in bounded memory:
 * predicates, types, which entities have what, what the values look like.
 *
 * Counts of a predicate are of all its triples.  What needs the triples of an entity together
 * (types) is of a sample of the subjects, chosen by hash, of which all triples are kept: all of
 * them in a catalog of up to `subjects`, else a half, a quarter, ...; then counts are scaled.
 */
#ifndef ALIGND_LEARN_SURVEY_H
#define ALIGND_LEARN_SURVEY_H

#include "alignd/base/arena.h"
#include "alignd/base/sketch.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/term.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SURVEY_EXAMPLES 48 /* of a predicate */

/* What literals look like: so many of them each. */
struct survey_shapes {
    uint64_t numbers, dates, durations, links, codes; /* codes: identifiers, phone numbers */
    uint64_t names;                                   /* letters, of a few words */
    uint64_t texts;                                   /* longer than a name */
};

struct survey_example {
    uint64_t hash; /* of the value: those with the smallest are kept */
    uint64_t subject;
    struct slice text;
};

struct survey_predicate {
    struct slice iri;
    uint64_t triples, literals;
    struct survey_shapes shapes; /* of the literals */
    struct sketch values, words; /* values: as compared, a date by its year; words of names */
    struct survey_example examples[SURVEY_EXAMPLES];
    size_t example_count;
    bool is_type; /* its objects are the types */
};

/* A predicate of the entities of one type. */
struct survey_use {
    size_t predicate;
    uint64_t entities, values; /* of the sample */
    struct sketch distinct;
    uint64_t references; /* of the values, to subjects of the sample */
    size_t to;           /* the type most of these are of */
    uint64_t to_count;
};

struct survey_type {
    struct slice iri;        /* empty: without a type */
    uint64_t entities;       /* of the sample */
    struct survey_use *uses; /* most entities first */
    size_t use_count, use_room;
};

/* A triple of a subject of the sample. */
struct survey_triple {
    uint32_t subject, predicate;
    uint64_t value; /* hash of the value as compared, or of the object's id */
    bool reference;
};

struct survey_subject {
    uint64_t id;
    size_t type;         /* the first one by name; 0: none */
    size_t begin, count; /* its triples, after survey_finish */
};

struct survey {
    const char *graph;
    struct arena *arena;
    const struct mapping *mapping; /* may say which predicates tell types; NULL: none */
    size_t subject_limit;
    unsigned halvings; /* one of 2^halvings subjects is in the sample */
    uint64_t triples;
    struct id_map by_predicate, by_type, by_subject; /* 1 + index */
    struct survey_predicate *predicates;
    size_t predicate_count, predicate_room;
    struct survey_type *types; /* the first one: without */
    size_t type_count, type_room;
    struct survey_subject *subjects;
    size_t subject_count, subject_room;
    struct survey_triple *kept;
    size_t kept_count, kept_room;
};

/* graph and mapping are lent. */
struct survey *survey_new(const char *graph, const struct mapping *mapping, size_t subjects);
void survey_free(struct survey *c);

/* Inserts count, anything else is left out. */
void survey_add(struct survey *c, const struct change *changes, size_t count);
/* After the last triple: types and their uses. */
void survey_finish(struct survey *c);

/* About how many of all a count of the sample stands for. */
uint64_t survey_scale(const struct survey *c, uint64_t of_sample);

/* In a word: name, text, number, date, duration, link, key, code, reference, type. */
const char *survey_looks_like(const struct survey *c, const struct survey_type *type,
                              struct survey_use *use);

/* In [0, ...): how well a predicate would do as the name of the entities of a type. */
double survey_name_score(const struct survey *c, const struct survey_type *type,
                         struct survey_use *use);

/* Up to `most` examples of a type's use of a predicate, or of the predicate; count. */
size_t survey_find_examples(const struct survey *c, size_t type, const struct survey_use *use,
                            struct slice *ret, size_t most);
#endif
