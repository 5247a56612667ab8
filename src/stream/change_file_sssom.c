/*
 * change_file_sssom.c - of a file of mappings what rows of other files have not: the metadata
 * before the header, line by line off the window, and how many of its rows were no verdict.
 */
#include "change_file_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <inttypes.h>

/* The first line of the window with its end, reading on until it is there. */
static int find_line(struct change_file *f, struct slice *ret_line)
{
    for (;;) {
        struct slice text = change_file_window(f);
        const char *newline = text.len ? memchr(text.data, '\n', text.len) : NULL;
        size_t n = newline ? (size_t)(newline + 1 - text.data) : text.len;
        assert(n <= text.len);
        *ret_line = (struct slice){text.data, n};
        if (newline || f->at_end)
            return ERR_OK;
        int rc = change_file_fill(f);
        if (rc)
            return rc;
    }
}

int change_file_take_metadata(struct change_file *f, struct buf *text)
{
    assert(f->sssom && !text->len);
    for (;;) {
        struct slice line;
        int rc = find_line(f, &line);
        bool metadata = !rc && line.len && *line.data == '#';
        bool empty = !rc && line.len && (*line.data == '\n' || *line.data == '\r');
        if (rc || (!metadata && !empty))
            return rc;
        struct term_scan s = change_file_scan(f, line.len, f->scratch);
        struct slice inner = {line.data, line.len - (line.data[line.len - 1] == '\n')};
        if ((rc = term_scan_check_utf8(&s)) ||
            (metadata && (rc = sssom_take_metadata(f->sssom, &s, inner))))
            return rc;
        buf_append_slice(text, line);
        if (text->len > f->limits.message_bytes)
            return term_scan_fail(&s, s.start, ERR_LIMIT, "limit-message",
                                  "metadata of over %zu bytes", f->limits.message_bytes);
        change_file_consume(f, line.len);
    }
}

void change_file_tell_mappings(struct change_file *f)
{
    uint64_t verdicts, others;
    if (!f->sssom || f->mappings_told)
        return;
    f->mappings_told = true;
    sssom_count(f->sssom, &verdicts, &others);
    assert(f->at_end);
    if (others)
        log_info("%s: %" PRIu64 " row%s left out, which say neither that two are the same nor that "
                 "they are different (skos:closeMatch and the like); %" PRIu64 " do",
                 file_name(f->file), others, others == 1 ? "" : "s", verdicts);
}
