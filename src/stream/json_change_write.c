/*
 * json_change_write.c - changes as JSON.  Labels of blank nodes stand as they are: JSON takes
 * whatever json_change.c let in, and those of files are narrower.
 */
#include "alignd/stream/json_change_write.h"

#include "alignd/base/json_writer.h"

#include <assert.h>

static void write_node(struct json_writer *w, const struct term *t)
{
    assert(t->kind != TERM_LITERAL);
    struct buf text = {0};
    term_append_written(&text, t);
    json_writer_string(w, buf_slice(&text));
    buf_fini(&text);
}

static void write_literal(struct json_writer *w, const struct term *t)
{
    assert(!t->lang.len || !t->datatype.len);
    assert(t->kind == TERM_LITERAL);
    json_writer_begin_object(w);
    json_writer_key(w, "value");
    json_writer_string(w, t->text);
    if (t->lang.len || t->datatype.len) {
        json_writer_key(w, t->lang.len ? "language" : "datatype");
        json_writer_string(w, t->lang.len ? t->lang : t->datatype);
    }
    json_writer_end_object(w);
}

static void write_predicate_and_object(struct json_writer *w, const struct change *c)
{
    assert(c->op != CHANGE_CLEAR);
    json_writer_key(w, "p");
    write_node(w, &c->predicate);
    json_writer_key(w, "o");
    if (c->object.kind == TERM_LITERAL)
        write_literal(w, &c->object);
    else
        write_node(w, &c->object);
}

static struct json_writer begin(struct buf *b, const char *op, const struct term *subject)
{
    struct json_writer w = json_writer_of(b);
    json_writer_begin_object(&w);
    json_writer_key(&w, "op");
    json_writer_text(&w, op);
    json_writer_key(&w, "s");
    write_node(&w, subject);
    return w;
}

void json_change_write(struct buf *b, const struct change *c)
{
    if (c->op == CHANGE_CLEAR) {
        json_change_write_begin(b, c);
        json_change_write_end(b);
        return;
    }
    struct json_writer w = begin(b, c->op == CHANGE_INSERT ? "insert" : "delete", &c->subject);
    write_predicate_and_object(&w, c);
    json_writer_end_object(&w);
}

void json_change_write_begin(struct buf *b, const struct change *clear)
{
    assert(clear->op == CHANGE_CLEAR);
    struct json_writer w = begin(b, "replace", &clear->subject);
    json_writer_key(&w, "triples");
    json_writer_begin_array(&w);
}

void json_change_write_triple(struct buf *b, const struct change *insert)
{
    assert(insert->op == CHANGE_INSERT && b->len);
    struct json_writer w = json_writer_of(b);
    w.comma = b->data[b->len - 1] != '[';
    json_writer_begin_object(&w);
    write_predicate_and_object(&w, insert);
    json_writer_end_object(&w);
}

void json_change_write_end(struct buf *b)
{
    buf_append_text(b, "]}");
}
