/*
 * triple_export.c - triples come subject by subject, in batches that cut subjects anywhere: the
 * lines of one are gathered till the next one begins.
 */
#include "alignd/cli/triple_export.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/state/triples.h"
#include "alignd/stream/term_write.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct line {
    size_t at, len; /* of the text */
};

struct exporting {
    size_t graph;
    FILE *out;
    struct buf text; /* lines of one subject, the subject's own text first */
    size_t subject_len;
    struct line *lines;
    size_t count, room;
};

static int compare_lines(const void *a, const void *b, void *text)
{
    const struct line *x = a, *y = b;
    const char *data = text;
    return slice_compare((struct slice){data + x->at, x->len},
                         (struct slice){data + y->at, y->len});
}

static int write_subject(struct exporting *x)
{
    assert(x->subject_len <= x->text.len && x->count <= x->room);
    if (x->count)
        qsort_r(x->lines, x->count, sizeof(*x->lines), compare_lines, x->text.data);
    for (size_t i = 0; i < x->count; i++)
        fwrite(x->text.data + x->lines[i].at, 1, x->lines[i].len, x->out);
    buf_clear(&x->text);
    x->count = x->subject_len = 0;
    if (!ferror(x->out))
        return ERR_OK;
    log_error("export: %s", strerror(errno));
    return ERR_IO;
}

static int take_one(struct exporting *x, const struct change *c, struct buf *subject)
{
    buf_clear(subject);
    term_write_nquads(subject, &c->subject);
    assert(subject->len && x->subject_len <= x->text.len);
    struct slice before = {x->text.data, x->subject_len};
    int rc = ERR_OK;
    if (!slice_equal(before, buf_slice(subject))) {
        rc = write_subject(x);
        buf_append_slice(&x->text, buf_slice(subject));
        x->subject_len = subject->len;
    }
    struct line line = {.at = x->text.len};
    buf_append_slice(&x->text, buf_slice(subject));
    buf_append_char(&x->text, ' ');
    term_write_nquads(&x->text, &c->predicate);
    buf_append_char(&x->text, ' ');
    term_write_nquads(&x->text, &c->object);
    buf_append_text(&x->text, " .\n");
    line.len = x->text.len - line.at;
    assert(line.at >= x->subject_len && line.len > subject->len);
    ARRAY_PUSH(x->lines, x->count, x->room, line);
    return rc;
}

static int take(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct exporting *x = arg;
    struct buf subject = {0};
    int rc = ERR_OK;
    for (size_t i = 0; graph == x->graph && i < count && !rc; i++)
        rc = take_one(x, &changes[i], &subject);
    buf_fini(&subject);
    return rc;
}

int triple_export_print(const struct state *s, size_t graph, FILE *out)
{
    assert(graph < s->graph_count);
    struct exporting x = {.graph = graph, .out = out};
    int rc = triples_each(s, take, &x);
    if (rc)
        goto done;
    rc = write_subject(&x);
done:
    buf_fini(&x.text);
    free(x.lines);
    return rc;
}
