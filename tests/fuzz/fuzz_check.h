/*
 * fuzz_check.h - what must hold of any bytes at all, for the fuzz targets.
 */
#ifndef TESTS_FUZZ_FUZZ_CHECK_H
#define TESTS_FUZZ_FUZZ_CHECK_H

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/json_change_write.h"
#include "alignd/stream/term_write.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(what)                                                                           \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* One arena for all runs, emptied. */
static inline struct arena *fuzz_arena(void)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new();
    FUZZ_CHECK(arena);
    arena_reset(arena);
    return arena;
}

static inline int fuzz_same_term(const struct term *a, const struct term *b)
{
    return a->kind == b->kind && slice_equal(a->text, b->text) &&
           slice_equal(a->datatype, b->datatype) && slice_equal(a->lang, b->lang);
}

static inline void fuzz_check_term(const struct term *t)
{
    FUZZ_CHECK(text_is_utf8(t->text) && text_is_utf8(t->datatype) && text_is_utf8(t->lang));
    FUZZ_CHECK(t->kind == TERM_LITERAL || (t->text.len && !t->datatype.len && !t->lang.len));
    for (size_t i = 0; i < t->lang.len; i++)
        FUZZ_CHECK(t->lang.data[i] < 'A' || t->lang.data[i] > 'Z');
}

static inline void fuzz_check_change(const struct change *c)
{
    fuzz_check_term(&c->subject);
    if (c->op == CHANGE_CLEAR) {
        FUZZ_CHECK(!c->predicate.text.len && !c->object.text.len);
        return;
    }
    fuzz_check_term(&c->predicate);
    fuzz_check_term(&c->object);
    FUZZ_CHECK(c->subject.kind != TERM_LITERAL && c->predicate.kind == TERM_IRI);
}

static inline int fuzz_holds_nul(const struct change *c)
{
    return memchr(c->object.text.data ? c->object.text.data : "", 0, c->object.text.len) != NULL;
}

/* As a patch, or as JSON where that has no row for it. */
static inline enum codec_format fuzz_write(struct buf *text, const struct change *c, size_t count)
{
    size_t clears = 0;
    for (size_t i = 0; i < count; i++)
        clears += c[i].op == CHANGE_CLEAR;
    for (size_t i = 0; i < count && !clears; i++)
        term_write_change(text, &c[i]);
    for (size_t i = 0; i < count && clears; i++) {
        buf_append_text(text, i ? "," : "[");
        json_change_write(text, &c[i]);
    }
    if (clears)
        buf_append_text(text, "]");
    return clears ? CODEC_JSON : CODEC_RDF_PATCH;
}

/* What was decoded, written, reads back the same; but for U+0000, which no JSON holds. */
static inline void fuzz_check_round_trip(struct arena *arena, const struct change *c, size_t count)
{
    struct codec_limits limits = {.message_bytes = SIZE_MAX};
    struct codec_error error;
    struct change *again = NULL;
    size_t again_count = 0;
    struct buf text = {0};
    enum codec_format format = fuzz_write(&text, c, count);
    for (size_t i = 0; i < count && format == CODEC_JSON; i++) {
        if (fuzz_holds_nul(&c[i])) {
            buf_fini(&text);
            return;
        }
    }
    int rc = codec_decode(format, buf_slice(&text), &limits, arena, &again, &again_count, &error);
    FUZZ_CHECK(rc == 0 && again_count == count);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(again[i].op == c[i].op);
        FUZZ_CHECK(fuzz_same_term(&again[i].subject, &c[i].subject));
        FUZZ_CHECK(fuzz_same_term(&again[i].predicate, &c[i].predicate));
        FUZZ_CHECK(fuzz_same_term(&again[i].object, &c[i].object));
    }
    buf_fini(&text);
}

/* Decodes; returns the code and how many changes came out. */
static inline int fuzz_decode(enum codec_format format, struct slice text, struct arena *arena,
                              size_t *ret_count)
{
    struct codec_error error = {0};
    struct change *changes = NULL;
    int rc = codec_decode(format, text, NULL, arena, &changes, ret_count, &error);
    if (rc) {
        FUZZ_CHECK(rc == ERR_FORMAT || rc == ERR_LIMIT);
        FUZZ_CHECK(error.code[0] && error.message[0] && error.line && error.column);
        *ret_count = 0;
        return rc;
    }
    for (size_t i = 0; i < *ret_count; i++)
        fuzz_check_change(&changes[i]);
    fuzz_check_round_trip(arena, changes, *ret_count);
    return 0;
}
#endif
