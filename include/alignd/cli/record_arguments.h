/*
 * record_arguments.h - what a command line says of records: what they are called, and what is no
 * value; and of what cannot be read.
 */
#ifndef ALIGND_CLI_RECORD_ARGUMENTS_H
#define ALIGND_CLI_RECORD_ARGUMENTS_H

#include "alignd/base/args.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/record_map.h"

struct record_arguments {
    struct record_options options; /* graph, nulls and mapping are not of it */
    struct args_list nulls;
    const char *encoding; /* of the files; NULL: UTF-8 */
};

#define RECORD_ARGS(to_)                                                                           \
    ARG(.name = "encoding", .type = ARG_TEXT, .to = &(to_)->encoding, .value = "NAME",             \
        .help = "what the files are written in: latin1, windows-1252, utf-16 (utf-8)"),            \
        ARG(.name = "id", .type = ARG_TEXT, .to = &(to_)->options.id, .value = "NAME",             \
            .help = "of records (CSV, JSON): the column, member or path that says which entity"),  \
        ARG(.name = "type", .type = ARG_TEXT, .to = &(to_)->options.type, .value = "NAME",         \
            .help = "of records: what they are (product, film)"),                                  \
        ARG(.name = "base", .type = ARG_TEXT, .to = &(to_)->options.base, .value = "IRI",          \
            .help = "of records: what the IRIs made of them begin with (urn:GRAPH:)"),             \
        ARG(.name = "null", .type = ARG_LIST, .to = &(to_)->nulls, .value = "TEXT",                \
            .help = "of records: another spelling of no value, besides an empty one"),             \
        ARG(.name = "keep-empty", .type = ARG_FLAG, .to = &(to_)->options.keep_empty,              \
            .help = "of records: an empty text is a value")

/* To be freed by record_map_free; the mapping is lent. */
struct record_map *record_arguments_map(const struct record_arguments *arguments, const char *graph,
                                        const struct mapping *mapping);

struct reject_arguments {
    const char *on_error; /* NULL or "stop", "skip" */
    const char *path;     /* NULL for none */
};

#define REJECT_ARGS(to_)                                                                           \
    ARG(.name = "on-error", .type = ARG_TEXT, .to = &(to_)->on_error, .value = "WHAT",             \
        .help = "stop (default) or skip: lines and records that cannot be read are left out"),     \
        ARG(.name = "rejects", .type = ARG_TEXT, .to = &(to_)->path, .value = "FILE",              \
            .help = "skip, and write what was left out to this file")

/* ERR_USAGE, ERR_IO, said in the log. */
int record_arguments_begin_rejects(const struct reject_arguments *arguments,
                                   struct change_file_rejects *ret_rejects);
/* Says how many there were; closes the file. */
int record_arguments_end_rejects(const struct reject_arguments *arguments,
                                 struct change_file_rejects *rejects);
#endif
