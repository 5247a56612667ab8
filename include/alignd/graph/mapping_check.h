/*
 * mapping_check.h - rows of a mapping that can be read and are still hardly what was meant: an IRI
 * in angle brackets, a blank beside it, a prefixed name, a header, a name that is nearly one
 * of the words that mean something, a graph that nobody knows.  Each is told with
 * FILE:LINE:COLUMN and what to write instead.
 */
#ifndef ALIGND_GRAPH_MAPPING_CHECK_H
#define ALIGND_GRAPH_MAPPING_CHECK_H

#include "alignd/graph/mapping.h"

/* The graphs there are. */
struct mapping_check_graphs {
    const char *const *names;
    size_t count;
    bool all; /* no other will come: rows of another one are warned of */
};

/*
 * Rows by themselves, and their graphs against those there are (NULL: not looked at).  A graph
 * that is not among them is wrong where its name is nearly that of one that has more rows.
 * ERR_CONFIG: at least one row is wrong; all are in the log.
 */
int mapping_check(const struct mapping *m, const struct mapping_check_graphs *graphs);
#endif
