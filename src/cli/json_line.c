/*
 * json_line.c - one object, one line: the form that jq and readers of JSON lines take.
 *
 * Invariants
 *  (1) A line is written by one call, whole: what follows a command by a pipe never meets half an
 *      object but where the output itself fails.
 */
#include "alignd/cli/json_line.h"

#include <assert.h>
#include <stdio.h>

struct json_writer *json_line_begin(struct json_line *l)
{
    *l = (struct json_line){0};
    l->writer = json_writer_of(&l->text);
    json_writer_begin_object(&l->writer);
    assert(l->text.len == 1);
    return &l->writer;
}

void json_line_end(struct json_line *l)
{
    assert(l->writer.out == &l->text); /* begun, and not copied since */
    json_writer_end_object(&l->writer);
    buf_append_char(&l->text, '\n');
    assert(l->text.len > 2);
    fwrite(l->text.data, 1, l->text.len, stdout); /* (1) */
    buf_fini(&l->text);
    *l = (struct json_line){0};
}
