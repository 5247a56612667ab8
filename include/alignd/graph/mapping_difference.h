/*
 * mapping_difference.h - the rows in which two mappings differ, in words.
 */
#ifndef ALIGND_GRAPH_MAPPING_DIFFERENCE_H
#define ALIGND_GRAPH_MAPPING_DIFFERENCE_H

#include "alignd/graph/mapping.h"

/* Into the log, at most so many rows, then how many more there are: what the store (was) says of
 * a row and what is asked for (is).  Either may be NULL.  The number of rows that differ; 0 when
 * only their order does. */
size_t mapping_difference_tell(const struct mapping *was, const struct mapping *is, size_t most);
#endif
