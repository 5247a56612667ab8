/*
 * coverage_report.h - what a store's triples and its mapping do not have to say to each other
 * (state/coverage.h), for people.
 */
#ifndef ALIGND_CLI_COVERAGE_REPORT_H
#define ALIGND_CLI_COVERAGE_REPORT_H

#include "alignd/state/state.h"

#include <stdint.h>
#include <stdio.h>

/* How many entities of a graph a load looks at: a few seconds' worth at most. */
#define COVERAGE_REPORT_ENTITIES 200000

/*
 * Types with their labels to out; what met nothing as warnings in the log, counted.  entities:
 * looked at, a graph.  ERR_STORE.
 */
int coverage_report_print(const struct state *s, const struct mapping *mapping, uint64_t entities,
                          FILE *out, size_t *ret_warnings);

/* ERR_CONFIG (logged, with rows that would help) when no entity of the graph has a label. */
int coverage_report_labels(const struct state *s, size_t graph);
#endif
