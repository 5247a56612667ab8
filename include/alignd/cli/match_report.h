/*
 * match_report.h - `alignd matches --stats`: matches by type and band, for people and as JSON.
 */
#ifndef ALIGND_CLI_MATCH_REPORT_H
#define ALIGND_CLI_MATCH_REPORT_H

#include "alignd/engine/engine.h"

#include <stdio.h>

/* json: a line a type, and one of all.  ERR_STORE, ERR_IO. */
int match_report_print(const struct engine *engine, const struct engine_options *options,
                       float review, bool json, FILE *out);
#endif
