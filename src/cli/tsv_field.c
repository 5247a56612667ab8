/*
 * tsv_field.c - what would end a field or its line is not let into it.
 */
#include "alignd/cli/tsv_field.h"

void tsv_field_append(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        buf_append_char(out, c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
    }
}
