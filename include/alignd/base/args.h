/*
 * args.h - the arguments of a subcommand, from one table that also prints its
 * help.  --key value, --key=value, -k value, -kvalue, flags together (-qv);
 * options may stand behind other arguments; '--' ends them; '-' is an argument.
 */
#ifndef ALIGND_BASE_ARGS_H
#define ALIGND_BASE_ARGS_H

#include "alignd/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARGS_HELP 1
#define ARGS_LIST_MAX 64

/*                      to points to a */
enum arg_type {
    ARG_FLAG,   /*      bool: set to true */
    ARG_TEXT,   /*      const char * (into argv) */
    ARG_INT,    /*      int64_t */
    ARG_MIB,    /*      int64_t: MiB, also written with M, G or T, as sizes of a configuration */
    ARG_DOUBLE, /*      double */
    ARG_LIST    /*      struct args_list: every value given */
};

struct args_list {
    const char *at[ARGS_LIST_MAX];
    size_t count;
};

struct arg {
    const char *name; /* long, without the dashes */
    char letter;      /* short, 0 for none; one letter means the same in every command */
    char was;         /* a letter that it had once: refused, by the name that it has now */
    enum arg_type type;
    void *to;          /* holds the default, unchanged when the option is not given */
    const char *value; /* what the help calls its value: "FILE" */
    double min, max;   /* of a number, inclusive; 0 and 0 for none */
    const char *help;
};

/* A row of a table, its fields by name. */
#define ARG(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

struct args {
    const char *usage; /* "alignd load [OPTION]... FILE..."; its first two words name the
                          command in messages */
    const char *about; /* what the command does; may be NULL */
    const struct arg *table;
    size_t count;
};

/*
 * Fills what the table points to from argv[1..argc-1] and moves the arguments
 * that are no options, in their order, to the front of argv[1..]: *ret_rest
 * points to them, *ret_count counts them.  ERR_USAGE after one logged line.
 * ARGS_HELP after --help or -h printed the help on stdout: exit with 0.
 */
int args_parse(const struct args *args, int argc, char **argv, char ***ret_rest, int *ret_count);

/* The same for a command of options alone: any other argument is ERR_USAGE, logged. */
int args_parse_options(const struct args *args, int argc, char **argv);

/* With what a command ends when these return other than 0. */
int args_exit_status(int rc);
#endif
