/*
 * change_file_reject.c - pieces that cannot be read, one by one: told where they are, written
 * aside as they stand, and taken off the window.
 */
#include "change_file_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <inttypes.h>

#define TOLD 3 /* a flood of them is not a flood of lines */

void change_file_set_rejects(struct change_file *f, struct change_file_rejects *rejects)
{
    assert(!f->started);
    f->rejects = rejects;
}

bool change_file_may_skip(const struct change_file *f, int rc)
{
    return f->started && f->rejects && f->rejects->skip && f->error.line &&
           (rc == ERR_FORMAT || rc == ERR_LIMIT);
}

/* Bytes up to the end of the line of the error. */
static int find_line_end(struct change_file *f, size_t *ret_n)
{
    uint64_t lines = f->error.line >= f->place.line ? f->error.line - f->place.line + 1 : 1;
    for (;;) {
        struct slice text = change_file_window(f);
        const char *p = text.data, *end = text.data + text.len;
        uint64_t left = lines;
        for (; left && p < end; left--) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            p = newline ? newline + 1 : end;
            if (!newline)
                break;
        }
        *ret_n = (size_t)(p - text.data);
        if (!left || f->at_end)
            return ERR_OK;
        struct codec_error error = f->error; /* what it is about */
        int rc = change_file_fill(f);
        if (rc)
            return rc;
        f->error = error;
    }
}

static int write_aside(struct change_file *f, struct slice text)
{
    FILE *out = f->rejects->out;
    struct slice header = f->records.header_text;
    if (!out || !text.len)
        return ERR_OK;
    fwrite(header.data ? header.data : "", 1, header.len, out);
    f->records.header_text = (struct slice){NULL, 0}; /* once a file */
    fwrite(text.data, 1, text.len, out);
    if (text.data[text.len - 1] != '\n')
        fputc('\n', out);
    if (!ferror(out))
        return ERR_OK;
    log_error("what was refused cannot be written aside");
    return ERR_IO;
}

int change_file_reject(struct change_file *f, size_t n)
{
    int rc = n ? ERR_OK : find_line_end(f, &n);
    if (rc)
        return rc;
    if (f->rejects->count++ < TOLD)
        log_warn("%s:%" PRIu64 ":%" PRIu64 ": %s (left out)", file_name(f->file), f->error.line,
                 f->error.column, f->error.message);
    struct slice text = change_file_window(f);
    assert(n <= text.len);
    rc = write_aside(f, (struct slice){text.data, n});
    change_file_consume(f, n);
    f->error = (struct codec_error){0};
    return rc;
}
