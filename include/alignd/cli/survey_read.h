/*
 * survey_read.h - catalogs to look at (learn/survey.h), from files or from a store.
 */
#ifndef ALIGND_CLI_SURVEY_READ_H
#define ALIGND_CLI_SURVEY_READ_H

#include "alignd/cli/offline.h"
#include "alignd/cli/record_arguments.h"
#include "alignd/learn/survey.h"
#include "alignd/stream/codec.h"

/* Subjects whose triples are kept together, unless told otherwise: some 30 MB. */
#define SURVEY_READ_SUBJECTS 200000

/* Rows that its commands have in common; where to: the name of a format, a struct
 * record_arguments, and how many subjects. */
#define SURVEY_READ_ARGS(format_, records_, subjects_)                                             \
    ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = (format_), .value = "NAME",       \
        .help = "of the files, as of alignd load"),                                                \
        RECORD_ARGS(records_),                                                                     \
        ARG(.name = "subjects", .type = ARG_INT, .to = (subjects_), .value = "N", .min = 1000,     \
            .max = 1e8,                                                                            \
            .help = "entities of a graph whose triples are kept in memory; of more a sample is "   \
                    "looked at (200000)")

/* Adds all of the files, with progress; rows and JSON objects as records say.  What is wrong is
 * logged with its place. */
int survey_read_files(struct survey *c, char **files, size_t count, enum codec_format format,
                      const struct record_arguments *records);

/* A catalog each graph of a store, in its order, finished; freed by the caller. */
int survey_read_store(const struct offline *store, size_t subjects,
                      struct survey *ret[ENGINE_MAX_GRAPHS]);
#endif
