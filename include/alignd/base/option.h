/*
 * option.h - the configuration as one table: what can be set, within which
 * bounds, and what it is for.  The table fills a struct of the caller, reads
 * the file and the environment, and prints the documented file and the help.
 *
 * The file is INI: [section], key = value, comments from '#' or ';' at the
 * beginning of a line or after white space (inside a word they are kept).  A
 * value therefore cannot hold " #" or " ;"; the environment can.  A key holds
 * neither '=' nor ':'.  One line, one setting; indentation means nothing.
 * Lines go up to 4,095 bytes, sections up to 49.
 *
 * In the environment the option [engine] batch_size is ALIGND_ENGINE_BATCH_SIZE.
 */
#ifndef ALIGND_BASE_OPTION_H
#define ALIGND_BASE_OPTION_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*                     field of the caller   text */
enum option_type {
    OPTION_BOOL,   /*  bool                  true, false, yes, no, on, off, 1, 0 */
    OPTION_INT,    /*  int64_t               whole number; uint64_t where min is not negative */
    OPTION_INT32,  /*  int32_t               the same; or uint32_t */
    OPTION_SIZE,   /*  uint64_t              bytes, with K, M, G or T (powers of 1,024);
                              where the fallback is auto, so is 0 */
    OPTION_MS,     /*  int64_t               milliseconds, or with ms, s, m, h or d */
    OPTION_DOUBLE, /*  double                decimal */
    OPTION_STRING, /*  const char *          as it is */
    OPTION_CHOICE  /*  int                   one of names; the field is its index */
};

struct option {
    const char *section, *key;
    enum option_type type;
    size_t offset;            /* of the field */
    const char *fallback;     /* the default, as text */
    double min, max;          /* both inclusive (a string: its bytes); 0 and 0 for none */
    const char *const *names; /* of a choice, ends with NULL */
    const char *help;         /* sentences; wrapped where printed */
};

/* A section whose keys are not in the table. */
struct option_open {
    const char *section; /* "kafka", or "graph.*" for [graph.NAME], NAME without a '.' */
    char separator;      /* what '_' in an environment variable stands for in its keys: '.' or
                            '_'; 0: not from the environment */
    const char *help;
    const char *sample; /* lines to show commented out, or NULL */
};

/*
 * Takes one setting of an open section.  The strings live until it returns.  where
 * is "file:line" or the variable, for messages.  Returns 0 or an error it logged.
 */
typedef int option_other(void *arg, const char *section, const char *key, const char *value,
                         const char *where);

/* Outlives the options made from it. */
struct option_table {
    const struct option *options;
    size_t option_count;
    const struct option_open *open;
    size_t open_count;
};

struct options;

/* Sets every field of target to its default; a default that does not fit its own
 * bounds is asserted.  other may be NULL when nothing is open. */
struct options *option_new(const struct option_table *table, void *target, option_other *other,
                           void *arg);

/* Also the strings in target. */
void option_free(struct options *options);

/*
 * Sets one option from text.  ERR_CONFIG when there is no such option (the message
 * suggests the nearest) or the value does not fit (it names the bounds); nothing
 * is changed then.  where begins the message: "--batch", "alignd.conf:12".
 */
int option_set(struct options *options, const char *section, const char *key, const char *value,
               const char *where);

/* The same for "section.key=value" as given on a command line. */
int option_set_assignment(struct options *options, const char *assignment, const char *where);

/* option_set for a target without options made of it: of a table without strings and
 * without open sections. */
int option_set_field(const struct option_table *table, void *target, const char *section,
                     const char *key, const char *value, const char *where);

/* Every bad line is reported, then ERR_CONFIG; an option set twice in one file is
 * one.  ERR_NOT_FOUND, ERR_IO. */
int option_read_file(struct options *options, const char *path);

/* Takes the variables of options and of open sections from environment ("NAME=value",
 * ends with NULL); of others that begin with ALIGND_ it is said that they mean nothing. */
int option_read_environment(struct options *options, char *const *environment);

/* Appends the configuration file: every option with its help and its value in
 * target, or its default when target is NULL. */
void option_write_config(struct buf *out, const struct option_table *table, const void *target);

/* Appends the same as help for a terminal of 80 columns. */
void option_write_help(struct buf *out, const struct option_table *table);

/* Appends the value of one field as text that reads back as the same value. */
void option_write_value(struct buf *out, const struct option *option, const void *target);

/* Reads one field from text; strings holds what a string field points to, NULL for other types.
 * ERR_CONFIG when it does not fit: nothing said, nothing changed. */
int option_value_read(const struct option *option, const char *text, void *target,
                      struct arena *strings);

/* Is the field within the bounds of its option?  For numbers. */
bool option_value_fits(const struct option *option, const void *target);

/* Appends what fits: "a whole number, from 1 to 100". */
void option_value_describe(struct buf *out, const struct option *option);
#endif
