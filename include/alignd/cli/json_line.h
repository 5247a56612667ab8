/*
 * json_line.h - what a command found, as a JSON object on a line of standard output: --json.
 * The names of its members are documented in config/README.md, and stay.
 */
#ifndef ALIGND_CLI_JSON_LINE_H
#define ALIGND_CLI_JSON_LINE_H

#include "alignd/base/json_writer.h"

#define JSON_HELP "prints the facts as JSON, not in words (config/README.md, \"JSON\")"

/* A row of a command's table. */
#define JSON_ARG(flag)                                                                             \
    {                                                                                              \
        .name = "json", .type = ARG_FLAG, .to = (flag), .help = JSON_HELP                          \
    }

struct json_line {
    struct buf text;
    struct json_writer writer; /* into text: so a line is not copied while it is written */
};

/* The object is open: its members are written by what is returned, lent until json_line_end. */
struct json_writer *json_line_begin(struct json_line *l);

/* Closes the object and prints it.  Output that fails is told at the end of the program. */
void json_line_end(struct json_line *l);
#endif
