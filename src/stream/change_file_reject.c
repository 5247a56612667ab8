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
        assert(text.data <= p && p <= end);
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

/* One more is left out: how many, and of the first few where. */
static void count_one(struct change_file *f)
{
    assert(f->error.line > 0); /* it is known where */
    if (f->rejects->count++ < TOLD)
        log_warn("%s:%" PRIu64 ":%" PRIu64 ": %s (left out)", file_name(f->file), f->error.line,
                 f->error.column, f->error.message);
    f->error = (struct codec_error){0};
}

int change_file_reject(struct change_file *f, size_t n)
{
    assert(f->started && f->rejects && f->rejects->skip);
    int rc = n ? ERR_OK : find_line_end(f, &n);
    if (rc)
        return rc;
    count_one(f);
    struct slice text = change_file_window(f);
    assert(n <= text.len);
    rc = write_aside(f, (struct slice){text.data, n});
    change_file_consume(f, n);
    return rc;
}

/* --- blocks of a patch --- */

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_code(const char *at, char second, char or_second)
{
    return at[0] == 'T' && (at[1] == second || at[1] == or_second);
}

static bool begins_block(struct slice line)
{
    while (line.len && is_white(*line.data))
        line = (struct slice){line.data + 1, line.len - 1};
    return line.len > 2 && is_code(line.data, 'X', 'B') &&
           (is_white(line.data[2]) || line.data[2] == '.');
}

static struct slice trim_end(struct slice line)
{
    while (line.len && is_white(line.data[line.len - 1]))
        line.len--;
    return line;
}

/* TC . or TA . at its end. */
static bool ends_block(struct slice line)
{
    line = trim_end(line);
    if (!line.len || line.data[line.len - 1] != '.')
        return false;
    line = trim_end((struct slice){line.data, line.len - 1});
    if (line.len < 2 || !is_code(line.data + line.len - 2, 'C', 'A'))
        return false;
    return line.len == 2 || is_white(line.data[line.len - 3]) || line.data[line.len - 3] == '.';
}

/* Of the window the lines of the block at its start, as far as they are there. */
static size_t block_lines(const struct change_file *f, bool first, bool *ret_ended)
{
    struct slice text = change_file_window(f);
    const char *p = text.data, *end = text.data + text.len;
    for (*ret_ended = false; p < end && !*ret_ended; first = false) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        if (!newline && !f->at_end)
            break;
        struct slice line = {p, (size_t)((newline ? newline + 1 : end) - p)};
        *ret_ended = !first && begins_block(line);
        if (*ret_ended)
            break;
        *ret_ended = ends_block(line);
        p += line.len;
    }
    assert(text.data <= p && p <= end);
    return (size_t)(p - text.data);
}

static int reject_block(struct change_file *f)
{
    assert(f->format == CODEC_RDF_PATCH);
    bool first = true, ended;
    for (count_one(f);;) {
        size_t n = block_lines(f, first, &ended);
        int rc = write_aside(f, (struct slice){change_file_window(f).data, n});
        change_file_consume(f, n);
        first = first && !n;
        if (rc || ended || f->at_end || (rc = change_file_fill(f)))
            return rc;
    }
}

int change_file_reject_row(struct change_file *f, bool in_block)
{
    return in_block ? reject_block(f) : change_file_reject(f, 0);
}

/* --- statements of Turtle --- */

int change_file_reject_statement(struct change_file *f)
{
    assert(f->turtle && (f->format == CODEC_TURTLE || f->format == CODEC_TRIG));
    struct buf prefixes = {0};
    count_one(f);
    struct slice text = turtle_skip(f->turtle);
    if (!f->turtle_told)
        turtle_write_prefixes(f->turtle, &prefixes);
    f->turtle_told = true;
    if (prefixes.len)
        f->records.header_text = buf_slice(&prefixes);
    int rc = write_aside(f, text);
    f->records.header_text = (struct slice){NULL, 0};
    buf_fini(&prefixes);
    return rc;
}
