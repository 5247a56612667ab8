/*
 * decode_text.h - a message decoded and shown again as RDF Patch rows, for the
 * tests of the codecs.
 */
#ifndef TESTS_STREAM_DECODE_TEXT_H
#define TESTS_STREAM_DECODE_TEXT_H

#include "alignd/base/err.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct decoded {
    int rc;
    struct change *changes;
    size_t count;
    struct codec_error error;
    struct buf rows; /* NUL-terminated */
    struct arena *arena;
    char *payload; /* exactly as long as the text: a sanitizer sees a step too far */
};

/* A row of an RDF Patch; of a clear, which has none there, 'C s .'. */
static inline void write_row(struct buf *rows, const struct change *c)
{
    if (c->op != CHANGE_CLEAR) {
        term_write_change(rows, c);
        return;
    }
    cr_expect(!c->predicate.text.len && !c->object.text.len);
    buf_append_text(rows, "C ");
    term_write_nquads(rows, &c->subject);
    buf_append_text(rows, " .\n");
}

static inline struct decoded decode_slice(enum codec_format format, struct slice text,
                                          const struct codec_limits *limits)
{
    struct decoded d = {.arena = arena_new(), .payload = malloc(text.len ? text.len : 1)};
    if (text.len)
        memcpy(d.payload, text.data, text.len);
    d.rc = codec_decode(format, (struct slice){d.payload, text.len}, limits, d.arena, &d.changes,
                        &d.count, &d.error);
    for (size_t i = 0; d.rc == 0 && i < d.count; i++)
        write_row(&d.rows, &d.changes[i]);
    buf_append_char(&d.rows, '\0');
    return d;
}

static inline void decoded_free(struct decoded *d)
{
    buf_fini(&d->rows);
    arena_free(d->arena);
    free(d->payload);
}

static inline void expect_rows(enum codec_format format, const char *text, const char *rows)
{
    struct decoded d = decode_slice(format, slice_of(text), NULL);
    cr_expect_eq(d.rc, 0, "%s\nrefused: %s: %s", text, d.error.code, d.error.message);
    cr_expect_str_eq(d.rows.data, rows, "%s\nread as:\n%sinstead of:\n%s", text, d.rows.data, rows);
    decoded_free(&d);
}

static inline void expect_refused(enum codec_format format, const char *text,
                                  const struct codec_limits *limits, int rc, const char *code)
{
    struct decoded d = decode_slice(format, slice_of(text), limits);
    cr_expect_eq(d.rc, rc, "%s\nreturned %d instead of %d: %s", text, d.rc, rc, d.error.message);
    cr_expect_str_eq(d.error.code, code, "%s\nrefused as %s (%s) instead of %s", text, d.error.code,
                     d.error.message, code);
    cr_expect_eq(d.count, 0, "%s\nhanded something over", text);
    decoded_free(&d);
}

#endif
