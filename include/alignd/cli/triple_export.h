/*
 * triple_export.h - the triples of a graph as N-Triples, in an order that the triples alone give:
 * subject by subject, the lines of a subject sorted.  Two exports of the same triples are the same
 * bytes, whatever mapping the store has.
 */
#ifndef ALIGND_CLI_TRIPLE_EXPORT_H
#define ALIGND_CLI_TRIPLE_EXPORT_H

#include "alignd/state/state.h"

#include <stdio.h>

/* In memory are the triples of one subject at a time.  ERR_STORE; ERR_IO: out cannot be
 * written. */
int triple_export_print(const struct state *s, size_t graph, FILE *out);
#endif
