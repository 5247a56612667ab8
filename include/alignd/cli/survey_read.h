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

/* Adds all of the files, with progress; rows and JSON objects as records say.  What is wrong is
 * logged with its place. */
int survey_read_files(struct survey *c, char **files, size_t count, enum codec_format format,
                      const struct record_arguments *records);

/* A catalog each graph of a store, in its order, finished; freed by the caller. */
int survey_read_store(const struct offline *store, size_t subjects,
                      struct survey *ret[ENGINE_MAX_GRAPHS]);
#endif
