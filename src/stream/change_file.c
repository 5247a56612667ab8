/*
 * change_file.c - a file in batches, whatever its size: a window of text slides over it.
 *
 * Each step finds how far whole pieces reach from the start of the window (an extent), reading
 * on while there is none, and hands the extent to the decoder that also reads
 * messages.  So a file and a topic are read by the same rules, and memory is bounded by the
 * largest piece.  Errors are told by their place in the file, so the place of the window's
 * start is carried along.
 *
 *  (1) What is taken off the window was decoded, was space, or was a dropped block.
 *  (2) Once failed, always failed: nothing behind an error is read.
 */
#include "change_file_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/json_change.h"
#include "alignd/stream/nquads.h"
#include "alignd/stream/rdf_patch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#define LOOK_BYTES 16 /* tell what a file is */
#define READ_BYTES ((size_t)1 << 20)
#define EXPECTED_MAX ((size_t)1 << 15) /* changes that a batch makes room for at once */

int change_file_open(const char *path, enum codec_format format, const struct codec_limits *limits,
                     struct change_file **ret_file)
{
    struct change_file *f = memory_calloc(1, sizeof *f);
    f->format = format;
    f->limits = codec_limits_of(limits);
    f->place = (struct term_place){1, 1};
    f->scratch = arena_new();
    f->kept = arena_new();
    if (format == CODEC_AUTO)
        f->format = codec_format_from_path(path);
    int rc = file_open(path, &f->file);
    if (rc) {
        change_file_close(f);
        return rc;
    }
    *ret_file = f;
    return 0;
}

void change_file_close(struct change_file *f)
{
    if (!f)
        return;
    file_close(f->file);
    encoding_close(f->encoding);
    buf_fini(&f->coded);
    buf_fini(&f->window);
    arena_free(f->scratch);
    arena_free(f->kept);
    turtle_free(f->turtle);
    sssom_free(f->sssom);
    free(f);
}

int change_file_set_encoding(struct change_file *f, const char *name)
{
    assert(!f->started);
    if (!name || strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0)
        return ERR_OK;
    if (encoding_open(name, &f->encoding) == ERR_OK)
        return ERR_OK;
    log_error("--encoding %s: there is no such encoding (latin1, windows-1252, utf-16, ...)", name);
    return ERR_USAGE;
}

void change_file_set_records(struct change_file *f, const struct record_map *map)
{
    assert(!f->started);
    f->records.map = map;
}

void change_file_progress(const struct change_file *f, uint64_t *ret_done_bytes,
                          uint64_t *ret_total_bytes)
{
    *ret_done_bytes = file_position(f->file);
    *ret_total_bytes = file_size(f->file);
}

struct slice change_file_window(const struct change_file *f)
{
    assert(f->from <= f->window.len);
    if (f->window.len == f->from)
        return (struct slice){"", 0};
    return (struct slice){f->window.data + f->from, f->window.len - f->from};
}

/* Over the first n bytes of the window. */
struct term_scan change_file_scan(struct change_file *f, size_t n, struct arena *arena)
{
    assert(n <= change_file_window(f).len);
    struct slice text = change_file_window(f);
    struct term_scan s = term_scan_of((struct slice){text.data, n}, &f->limits, arena, &f->error);
    s.start_place = f->place;
    s.more = !f->at_end || n < text.len;
    return s;
}

/* The next bytes of the file, in UTF-8, behind the window. */
static int read_on(struct change_file *f, size_t want)
{
    struct buf *into = f->encoding ? &f->coded : &f->window;
    size_t before = into->len, n = 0, used;
    char *to = buf_extend(into, want);
    int rc = file_read(f->file, to, want, &n);
    assert(n <= want);
    into->len = before + (rc ? 0 : n);
    f->at_end = !rc && n == 0;
    if (rc || !f->encoding)
        return rc;
    rc = encoding_convert(f->encoding, into->data, into->len, &f->window, &used);
    assert(used <= into->len);
    into->len -= used;
    memmove(into->data, into->data + used, into->len);
    if (!rc && !(f->at_end && into->len))
        return ERR_OK;
    struct term_scan s = change_file_scan(f, change_file_window(f).len, NULL);
    return term_scan_fail(&s, s.end, ERR_FORMAT, "encoding",
                          rc ? "byte 0x%02x is not of that encoding" : "ends within a character",
                          (unsigned)(uint8_t)*into->data);
}

/* Reads on: as much again as waits, so that what is looked through again
 * after each read stays a fixed share. */
int change_file_fill(struct change_file *f)
{
    size_t waiting = change_file_window(f).len, want = waiting > READ_BYTES ? waiting : READ_BYTES;
    struct term_scan s = change_file_scan(f, waiting, NULL);
    if (waiting > f->limits.message_bytes)
        return term_scan_fail(&s, s.start, ERR_LIMIT, "limit-message",
                              "a piece that has to stay whole takes over %zu bytes",
                              f->limits.message_bytes);
    if (f->from && waiting)
        memmove(f->window.data, f->window.data + f->from, waiting);
    f->window.len = waiting;
    f->from = 0;
    return read_on(f, want);
}

void change_file_consume(struct change_file *f, size_t n)
{
    assert(n <= change_file_window(f).len);
    f->place = term_place_after(f->place, change_file_window(f).data, n);
    f->from += n;
}

static int check_utf8(struct change_file *f, size_t n)
{
    struct term_scan s = change_file_scan(f, n, NULL);
    return term_scan_check_utf8(&s);
}

/* Takes white space and comments off the window, reading on until something
 * else comes, so that however many lines of them there are take no memory. */
static int skip_space(struct change_file *f)
{
    for (;;) {
        struct slice text = change_file_window(f);
        struct term_scan s = change_file_scan(f, text.len, NULL);
        term_scan_skip_space(&s);
        bool found = s.at < s.end;
        /* a comment that the window cuts stays until its newline comes */
        while (!found && !f->at_end && s.at > s.start && s.at[-1] != '\n' && s.at[-1] != '\r')
            s.at--;
        size_t n = (size_t)(s.at - s.start);
        assert(n <= text.len);
        int rc = check_utf8(f, n);
        if (rc)
            return rc;
        change_file_consume(f, n);
        if (found || f->at_end)
            return 0;
        rc = change_file_fill(f);
        if (rc)
            return rc;
    }
}

static int refuse_look(struct change_file *f, const char *words)
{
    struct term_scan s = change_file_scan(f, change_file_window(f).len, NULL);
    return term_scan_fail(&s, s.start, ERR_FORMAT, "unknown-format", "looks like %s", words);
}

/* Looks at the first token once it is whole: no code of a patch is longer
 * than two letters. */
static int detect(struct change_file *f)
{
    assert(f->format == CODEC_AUTO && f->started);
    int rc = skip_space(f);
    while (!rc && !f->at_end && change_file_window(f).len < LOOK_BYTES)
        rc = change_file_fill(f);
    if (rc || change_file_window(f).len == 0)
        return rc;
    const char *words = codec_looks_like(change_file_window(f));
    if (words)
        return refuse_look(f, words);
    f->format = codec_detect(change_file_window(f));
    if (f->format == CODEC_AUTO && f->records.map && record_map_id(f->records.map).len)
        f->format = CODEC_CSV; /* a header, if the id is in it */
    struct term_scan s = change_file_scan(f, change_file_window(f).len, NULL);
    if (f->format == CODEC_AUTO)
        return term_scan_fail(&s, s.start, ERR_FORMAT, "unknown-format",
                              "looks like none of RDF Patch, N-Quads, Turtle and JSON%s",
                              f->records.map ? "; of CSV, say which column is the id (--id)" : "");
    return 0;
}

/* N-Quads: the lines that ended, at most max_changes of them. */
static int find_lines(struct change_file *f, size_t max_changes,
                      struct rdf_patch_extent *ret_extent)
{
    assert(f->format == CODEC_NQUADS && max_changes > 0);
    const char *end = NULL;
    for (;;) {
        struct slice text = change_file_window(f);
        const char *newline = memrchr(text.data, '\n', text.len);
        const char *carriage = memrchr(text.data, '\r', newline ? 0 : text.len);
        end = newline ? newline + 1 : carriage ? carriage + 1 : NULL;
        if (f->at_end)
            end = text.data + text.len;
        if (end)
            break;
        int rc = change_file_fill(f);
        if (rc)
            return rc;
    }
    const char *start = change_file_window(f).data, *p = start;
    for (size_t lines = 0; lines < max_changes && p < end; lines++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        p = newline ? newline + 1 : end;
    }
    assert(p >= start && p <= end);
    *ret_extent = (struct rdf_patch_extent){.bytes = (size_t)(p - start), .changes = 1};
    return 0;
}

/* Bytes that are not UTF-8 can look like a syntax error to the skim: if some
 * stand before it or on its line, they are the error. */
static int prefer_utf8(struct change_file *f)
{
    struct codec_error syntax = f->error;
    size_t n = change_file_window(f).len;
    for (int i = 0; i < 3 && !f->at_end && n && (uint8_t)change_file_window(f).data[n - 1] >= 0x80;
         i++)
        n--; /* a character that the window cuts */
    assert(n <= change_file_window(f).len);
    if (check_utf8(f, n) == 0)
        return ERR_FORMAT;
    if (f->error.line > syntax.line)
        f->error = syntax;
    return ERR_FORMAT;
}

/* RDF Patch: whole rows and blocks with about max_changes changes, or one
 * dropped block, which has none. */
static int find_rows(struct change_file *f, size_t max_changes, struct rdf_patch_extent *ret_extent,
                     bool *ret_in_block)
{
    assert(f->format == CODEC_RDF_PATCH && max_changes > 0);
    struct rdf_patch_skim k = {0};
    for (;;) {
        struct term_scan s = change_file_scan(f, change_file_window(f).len, f->scratch);
        int rc = rdf_patch_skim(&s, max_changes, &k);
        arena_reset(f->scratch);
        *ret_in_block = k.in_block;
        if (rc == 0 || k.whole.bytes)
            break; /* an error behind whole rows comes back with the next extent */
        if (rc == ERR_FORMAT)
            return prefer_utf8(f);
        if (rc == ERR_RETRY)
            rc = change_file_fill(f);
        if (rc)
            return rc;
    }
    assert(k.whole.bytes <= change_file_window(f).len);
    *ret_extent = k.whole;
    return 0;
}

/* Decodes the extent in a copy that lives in the arena.  The copy ends in a
 * newline, so that '12.' at its end is not taken for the start of '12.5'. */
static int take_extent(struct change_file *f, struct rdf_patch_extent extent,
                       struct change_list *list)
{
    assert(extent.bytes <= change_file_window(f).len);
    struct term_scan s = change_file_scan(f, extent.bytes, list->arena);
    int rc = term_scan_check_utf8(&s);
    if (rc)
        return rc;
    if (extent.changes) {
        char *copy = arena_alloc(list->arena, extent.bytes + 1);
        memcpy(copy, s.start, extent.bytes);
        copy[extent.bytes] = '\n';
        s = term_scan_of((struct slice){copy, extent.bytes + 1}, &f->limits, list->arena,
                         &f->error);
        s.start_place = f->place;
        if ((rc = f->format == CODEC_NQUADS ? nquads_decode(&s, SIZE_MAX, list)
                                            : rdf_patch_decode(&s, SIZE_MAX, list)))
            return rc;
    }
    change_file_consume(f, extent.bytes);
    return ERR_OK;
}

/* The lines before the one that failed, which is left out. */
static int take_without_line(struct change_file *f, struct change_list *list)
{
    assert(f->error.line >= f->place.line);
    struct slice text = change_file_window(f);
    const char *p = text.data;
    for (uint64_t line = f->place.line; line < f->error.line; line++) {
        const char *newline = memchr(p, '\n', text.len - (size_t)(p - text.data));
        assert(newline); /* no error stands behind the last line */
        p = newline + 1;
    }
    struct rdf_patch_extent good = {.bytes = (size_t)(p - text.data), .changes = 1};
    struct codec_error error = f->error;
    int rc = good.bytes ? take_extent(f, good, list) : 0;
    f->error = error;
    if (rc)
        return rc;
    return change_file_reject(f, 0);
}

/* Of an extent that cannot be read each row or block by itself, until one is left out. */
static int take_singly(struct change_file *f, struct rdf_patch_extent extent)
{
    int rc = f->singly ? change_file_reject(f, extent.bytes) : ERR_OK;
    f->singly = !f->singly;
    return rc;
}

static int take_lines_or_rows(struct change_file *f, size_t max_changes, struct change_list *list,
                              size_t *ret_bytes)
{
    assert(f->format == CODEC_NQUADS || f->format == CODEC_RDF_PATCH);
    struct rdf_patch_extent extent = {0};
    bool in_block = false;
    int rc = skip_space(f);
    if (rc || change_file_window(f).len == 0)
        return rc;
    if (f->format == CODEC_NQUADS)
        rc = find_lines(f, max_changes, &extent);
    else
        rc = find_rows(f, f->singly ? 1 : max_changes, &extent, &in_block);
    *ret_bytes = rc ? 1 : extent.bytes; /* it is not the end */
    if (rc)
        return change_file_may_skip(f, rc) ? change_file_reject_row(f, in_block) : rc;
    assert(extent.bytes > 0); /* it goes on */
    size_t before = list->count;
    rc = take_extent(f, extent, list);
    if (!change_file_may_skip(f, rc))
        return rc;
    list->count = before;
    return f->format == CODEC_NQUADS ? take_without_line(f, list) : take_singly(f, extent);
}

/* One document; its strings are copied as they are read, so it is decoded
 * where it stands. */
static int take_document_or_fail(struct change_file *f, struct change_list *list, size_t *ret_bytes)
{
    struct slice document;
    struct term_scan s;
    for (;;) {
        s = change_file_scan(f, change_file_window(f).len, list->arena);
        int rc = json_change_skim(&s, &document);
        if (rc && rc != ERR_RETRY)
            return rc;
        bool whole = rc == ERR_OK;
        if (whole && document.len)
            break;
        if (whole) /* white space alone */
            change_file_consume(f, (size_t)(document.data - s.start));
        if (whole && f->at_end)
            return 0;
        if ((rc = change_file_fill(f)))
            return rc;
    }
    if (document.len > f->limits.message_bytes)
        return term_scan_fail(&s, document.data, ERR_LIMIT, "limit-message",
                              "a document of %zu bytes, over %zu", document.len,
                              f->limits.message_bytes);
    size_t n = (size_t)(s.at - s.start);
    assert(document.len > 0 && document.len <= n);
    *ret_bytes = n; /* where it ends is known, whatever is in it */
    s = change_file_scan(f, n, list->arena);
    s.more = false;
    int rc;
    if ((rc = term_scan_check_utf8(&s)) || (rc = json_change_decode(&s, f->limits.rows, list)))
        return rc;
    change_file_consume(f, n);
    return ERR_OK;
}

static int take_document(struct change_file *f, struct change_list *list, size_t *ret_bytes)
{
    size_t before = list->count;
    int rc = take_document_or_fail(f, list, ret_bytes);
    if (!change_file_may_skip(f, rc))
        return rc;
    list->count = before;
    rc = change_file_reject(f, *ret_bytes);
    *ret_bytes = 1; /* it is not the end */
    return rc;
}

/* Before the first batch: a byte order mark would look like a syntax error. */
static int skip_mark(struct change_file *f)
{
    assert(f->from == 0 && f->place.line == 1 && f->place.column == 1);
    int rc;
    while (!f->at_end && change_file_window(f).len < 3)
        if ((rc = change_file_fill(f)))
            return rc;
    struct term_scan s = change_file_scan(f, change_file_window(f).len, NULL);
    const char *start = s.start;
    if ((rc = term_scan_skip_mark(&s)))
        return rc;
    f->from += (size_t)(s.start - start);
    return ERR_OK;
}

/* serd keeps lines and columns itself. */
static long read_turtle(void *arg, char *out, size_t size)
{
    assert(size > 0);
    struct change_file *f = arg;
    int rc = 0;
    if (!change_file_window(f).len && !f->at_end)
        rc = change_file_fill(f);
    if (rc)
        return rc;
    size_t n = change_file_window(f).len < size ? change_file_window(f).len : size;
    memcpy(out, change_file_window(f).data, n);
    f->from += n;
    return (long)n;
}

static int take_turtle(struct change_file *f, size_t max_changes, struct change_list *list,
                       size_t *ret_bytes)
{
    size_t before = list->count;
    if (!f->turtle) {
        uint64_t id = hash_bytes(change_file_window(f), 0);
        f->turtle = turtle_new(f->format == CODEC_TRIG, read_turtle, f, id, &f->limits);
        if (f->rejects && f->rejects->skip)
            turtle_keep(f->turtle);
    }
    int rc = turtle_read(f->turtle, max_changes, list, &f->error);
    assert(list->count >= before);
    *ret_bytes = list->count - before; /* 0 at the end, that is what counts */
    if (!change_file_may_skip(f, rc))
        return rc;
    *ret_bytes = 1;
    return change_file_reject_statement(f);
}

/* What the format takes next. */
static int take(struct change_file *f, size_t max_changes, struct change_list *list,
                size_t *ret_bytes)
{
    assert(max_changes > 0);
    switch (f->format) {
    case CODEC_JSON:
        return f->records.taken ? change_file_take_objects(f, max_changes, list, ret_bytes)
                                : take_document(f, list, ret_bytes);
    case CODEC_CSV:
    case CODEC_TSV:
    case CODEC_SSSOM:
        return change_file_take_rows(f, max_changes, list, ret_bytes);
    case CODEC_TURTLE:
    case CODEC_TRIG:
        return take_turtle(f, max_changes, list, ret_bytes);
    case CODEC_RDF_PATCH:
    case CODEC_NQUADS:
        return take_lines_or_rows(f, max_changes, list, ret_bytes);
    case CODEC_AUTO:
        break;
    }
    return 0;
}

/* Steps until there are enough changes, enough bytes of text, or the end. */
static int read_batch(struct change_file *f, size_t max_changes, struct change_list *list)
{
    assert(list->count == 0 && max_changes > 0);
    bool first = !f->started;
    int rc;
    f->started = true;
    if ((first && (rc = skip_mark(f))) || (f->format == CODEC_AUTO && (rc = detect(f))) ||
        (first && (rc = change_file_begin_records(f))))
        return rc;
    size_t bytes = 0;
    while (list->count < max_changes && (list->count == 0 || bytes < f->limits.message_bytes)) {
        size_t taken = 0;
        rc = take(f, max_changes - list->count, list, &taken);
        if (rc || taken == 0)
            return rc;
        bytes += taken;
    }
    return ERR_OK;
}

int change_file_next(struct change_file *f, struct arena *arena, size_t max_changes,
                     struct change **ret_changes, size_t *ret_count)
{
    if (f->failed)
        return f->failed; /* (2) */
    assert(max_changes);
    struct change_list list =
        change_list_of(arena, max_changes < EXPECTED_MAX ? max_changes : EXPECTED_MAX);
    f->error = (struct codec_error){0};
    int rc = read_batch(f, max_changes, &list);
    if (rc == ERR_STOPPED && list.count)
        rc = 0; /* a signal while reading on: what was decoded is whole */
    if (rc && rc != ERR_STOPPED)
        f->failed = rc;
    if (rc && f->error.code[0]) /* else the file layer has said it */
        log_error("%s:%" PRIu64 ":%" PRIu64 ": %s%s", file_name(f->file), f->error.line,
                  f->error.column, f->error.message,
                  strcmp(f->error.code, "utf8") == 0 ? ": is it of another --encoding?" : "");
    if (rc)
        return rc;
    assert(f->started && !f->failed);
    *ret_changes = list.count ? list.items : NULL;
    *ret_count = list.count;
    return 0;
}
