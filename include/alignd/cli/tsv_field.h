/*
 * tsv_field.h - text as a field of a line whose fields have tabs between.
 */
#ifndef ALIGND_CLI_TSV_FIELD_H
#define ALIGND_CLI_TSV_FIELD_H

#include "alignd/base/buf.h"

/* Tabs and line ends within become spaces. */
void tsv_field_append(struct buf *out, struct slice text);
#endif
