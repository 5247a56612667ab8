/*
 * turtle.c - what serd reads, as terms.  serd takes a document from a stream and hands statements
 * over one by one; where it is lenient (IRIs, UTF-8) the terms are checked as those of the other
 * formats are.
 *
 *  (1) All blank labels come with our prefix: it is cut off again unless serd made the rest (b1).
 *  (2) Behind a statement that is left out another reader goes on, as nobody knows what the one
 * that failed still holds; its prefix is another one, since it counts from b1 again.
 */
#include "alignd/stream/turtle.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"
#include "alignd/graph/verdict.h"

#include <assert.h>
#include <inttypes.h>
#include <serd/serd.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECE 65536 /* of the source at once */

struct turtle {
    SerdReader *reader;
    SerdEnv *env;
    bool has_base;
    const struct codec_limits *limits;
    turtle_source_fn *source;
    void *arg;
    char *piece;
    size_t at, len;       /* in it */
    uint64_t row, column; /* of the byte that serd has got, from 1 */
    bool behind_line;     /* which ended its line */
    bool trig;
    uint64_t id; /* of what the prefix is made */
    char prefix[24];
    struct {
        bool kept;       /* what was read since the last statement is */
        struct buf text; /* so it is, if it is not too long */
        char seen;       /* the last character of the line that is no white space nor comment */
        bool comment;
        bool open;   /* within the braces of a graph */
        bool at_end; /* a line has just ended that ends a statement, or a graph */
    } line;
    struct change_list *list; /* of the call at hand, as is error */
    struct codec_error *error;
    int rc;
    bool ended;
};

static int refuse(struct turtle *t, int rc, const char *code, const char *what, struct slice text)
{
    assert(rc != ERR_OK);
    struct codec_error *e = t->error;
    if (t->rc)
        return t->rc;
    e->line = t->row;
    e->column = t->column ? t->column : 1;
    snprintf(e->code, sizeof(e->code), "%s", code);
    snprintf(e->message, sizeof(e->message), "%s '%.*s'", what, text.len < 80 ? (int)text.len : 80,
             text.data ? text.data : "");
    for (char *p = e->message; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    return t->rc = rc;
}

static struct slice text_of(const SerdNode *node)
{
    return (struct slice){(const char *)node->buf, node->n_bytes};
}

/* --- terms --- */

static bool has_scheme(struct slice iri)
{
    for (size_t i = 0; i < iri.len; i++) {
        char c = iri.data[i], lower = (char)(c | 0x20);
        if (c == ':')
            return i > 0;
        bool letter = lower >= 'a' && lower <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return false;
}

static int check_iri(struct turtle *t, struct slice iri)
{
    if (iri.len > t->limits->iri_bytes)
        return refuse(t, ERR_LIMIT, "limit-iri", "an IRI that is too long:", iri);
    if (!text_is_utf8(iri))
        return refuse(t, ERR_FORMAT, "utf8", "not strict UTF-8:", iri);
    if (!has_scheme(iri) && !t->limits->relative_iris)
        return refuse(t, ERR_FORMAT, "bad-iri", "an IRI without a scheme:", iri);
    for (size_t i = 0; i < iri.len; i++)
        if ((uint8_t)iri.data[i] <= ' ' || memchr("<>\"{}|^`\\", iri.data[i], 9))
            return refuse(t, ERR_FORMAT, "bad-iri", "a forbidden character in", iri);
    return ERR_OK;
}

/* A prefixed name or an IRI, whole. */
static int make_iri(struct turtle *t, const SerdNode *node, struct slice *ret)
{
    assert(node->type == SERD_URI || node->type == SERD_CURIE);
    struct slice text = text_of(node);
    if (node->type == SERD_URI && (has_scheme(text) || !t->has_base)) {
        *ret = arena_copy(t->list->arena, text);
        return check_iri(t, text);
    }
    SerdNode whole = serd_env_expand_node(t->env, node);
    if (!whole.buf)
        return refuse(t, ERR_FORMAT, "prefixed-name", "a prefix that is not declared:", text);
    *ret = arena_copy(t->list->arena, text_of(&whole));
    serd_node_free(&whole);
    return check_iri(t, *ret);
}

/* (1) */
static struct slice make_label(struct turtle *t, struct slice text)
{
    size_t n = strlen(t->prefix);
    bool made = text.len > n + 1 && text.data[n] == 'b';
    for (size_t i = n + 1; i < text.len && made; i++)
        made = text.data[i] >= '0' && text.data[i] <= '9';
    if (!made && text.len > n && memcmp(text.data, t->prefix, n) == 0)
        text = (struct slice){text.data + n, text.len - n};
    return arena_copy(t->list->arena, text);
}

static int make_literal(struct turtle *t, const SerdNode *node, const SerdNode *datatype,
                        const SerdNode *lang, struct term *term)
{
    assert(node->type == SERD_LITERAL);
    struct slice text = text_of(node);
    term->kind = TERM_LITERAL;
    if (text.len > t->limits->literal_bytes)
        return refuse(t, ERR_LIMIT, "limit-literal", "a literal that is too long:", text);
    if (!text_is_utf8(text))
        return refuse(t, ERR_FORMAT, "utf8", "not strict UTF-8:", text);
    term->text = arena_copy(t->list->arena, text);
    if (lang && lang->n_bytes) {
        char *tag = arena_alloc(t->list->arena, lang->n_bytes);
        for (size_t i = 0; i < lang->n_bytes; i++) {
            char c = (char)lang->buf[i];
            tag[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        }
        term->lang = (struct slice){tag, lang->n_bytes};
        return ERR_OK;
    }
    if (!datatype || !datatype->buf)
        return ERR_OK;
    int rc = make_iri(t, datatype, &term->datatype);
    if (rc)
        return rc;
    if (term_scan_is_xsd_string(term->datatype))
        term->datatype = (struct slice){NULL, 0};
    return ERR_OK;
}

static int make_node(struct turtle *t, const SerdNode *node, struct term *term)
{
    term->kind = node->type == SERD_BLANK ? TERM_BLANK : TERM_IRI;
    if (node->type != SERD_BLANK)
        return make_iri(t, node, &term->text);
    struct slice label = text_of(node);
    if (label.len > t->limits->iri_bytes)
        return refuse(t, ERR_LIMIT, "limit-iri", "a label that is too long:", label);
    if (!text_is_utf8(label))
        return refuse(t, ERR_FORMAT, "utf8", "not strict UTF-8:", label);
    term->text = make_label(t, label);
    return ERR_OK;
}

/* --- serd's calls --- */

static SerdStatus status(const struct turtle *t)
{
    return t->rc ? SERD_FAILURE : SERD_SUCCESS;
}

static SerdStatus take_base(void *arg, const SerdNode *uri)
{
    struct turtle *t = arg;
    t->has_base = true;
    return serd_env_set_base_uri(t->env, uri);
}

static SerdStatus take_prefix(void *arg, const SerdNode *name, const SerdNode *uri)
{
    struct turtle *t = arg;
    return serd_env_set_prefix(t->env, name, uri);
}

static SerdStatus take_statement(void *arg, SerdStatementFlags flags, const SerdNode *graph,
                                 const SerdNode *subject, const SerdNode *predicate,
                                 const SerdNode *object, const SerdNode *datatype,
                                 const SerdNode *lang)
{
    struct turtle *t = arg;
    struct change c = {.op = CHANGE_INSERT};
    (void)flags, (void)graph;
    assert(t->list && !t->ended);
    if (t->rc)
        return SERD_FAILURE;
    if (make_node(t, subject, &c.subject) || make_node(t, predicate, &c.predicate) ||
        (object->type == SERD_LITERAL ? make_literal(t, object, datatype, lang, &c.object)
                                      : make_node(t, object, &c.object)))
        return status(t); /* which knows */
    const char *wrong = NULL;
    if (t->limits->verdicts)
        (void)verdict_of_change(&c, &wrong);
    if (wrong)
        refuse(t, ERR_FORMAT, "no-verdict", wrong, c.predicate.text);
    else
        *change_list_add(t->list) = c;
    return status(t);
}

static SerdStatus take_error(void *arg, const SerdError *error)
{
    struct turtle *t = arg;
    char words[160];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the reader's own format */
    vsnprintf(words, sizeof(words), error->fmt, *error->args);
#pragma GCC diagnostic pop
    words[strcspn(words, "\n")] = '\0';
    if (t->rc) /* the first is the one */
        return SERD_SUCCESS;
    refuse(t, ERR_FORMAT, "syntax", "Turtle:", slice_of(words));
    return SERD_SUCCESS;
}

/* Follows how lines end. */
static void follow_line(struct turtle *t, char c)
{
    bool white = c == ' ' || c == '\t' || c == '\r';
    t->line.at_end = c == '\n' && (t->line.seen == '}' || (t->line.seen == '.' && !t->line.open));
    if (t->line.kept && t->line.text.len < t->limits->message_bytes)
        buf_append_char(&t->line.text, c);
    if (c == '\n') {
        t->line.seen = '\0';
        t->line.comment = false;
    } else if (c == '#' && (t->line.seen == '\0' || t->line.seen == '.')) {
        t->line.comment = true;
    } else if (!white && !t->line.comment) {
        t->line.seen = c;
        t->line.open = t->trig && (c == '{' || (t->line.open && c != '}'));
    }
}

/* Byte by byte, so that it is known how far serd has come. */
static size_t read_source(void *buf, size_t size, size_t count, void *arg)
{
    struct turtle *t = arg;
    assert(size == 1 && count == 1);
    if (t->at == t->len) {
        long n = t->rc ? 0 : t->source(t->arg, t->piece, PIECE);
        t->rc = n < 0 ? (int)n : t->rc;
        if (n <= 0)
            return 0;
        t->at = 0;
        t->len = (size_t)n;
        assert(t->len <= PIECE);
    }
    char c = t->piece[t->at++];
    *(char *)buf = c;
    if (t->behind_line) {
        t->row++;
        t->column = 0;
    }
    t->behind_line = c == '\n';
    t->column += ((uint8_t)c & 0xc0) != 0x80;
    follow_line(t, c);
    return 1;
}

static int has_failed(void *arg)
{
    (void)arg;
    return 0; /* read_source has kept it */
}

/* --- the whole --- */

static void begin(struct turtle *t)
{
    snprintf(t->prefix, sizeof(t->prefix), "t%016" PRIx64 "-", t->id);
    t->reader = serd_reader_new(t->trig ? SERD_TRIG : SERD_TURTLE, t, NULL, take_base, take_prefix,
                                take_statement, NULL);
    serd_reader_set_strict(t->reader, true);
    serd_reader_set_error_sink(t->reader, take_error, t);
    serd_reader_add_blank_prefix(t->reader, (const uint8_t *)t->prefix);
    serd_reader_start_source_stream(t->reader, read_source, has_failed, t, NULL, 1);
}

static void end(struct turtle *t)
{
    serd_reader_end_stream(t->reader);
    serd_reader_free(t->reader);
}

struct turtle *turtle_new(bool trig, turtle_source_fn *source, void *arg, uint64_t id,
                          const struct codec_limits *limits)
{
    struct turtle *t = memory_calloc(1, sizeof(*t));
    assert(source && limits);
    t->source = source;
    t->arg = arg;
    t->limits = limits;
    t->piece = memory_malloc(PIECE);
    t->row = 1;
    t->trig = trig;
    t->id = id;
    t->env = serd_env_new(NULL);
    begin(t);
    return t;
}

void turtle_free(struct turtle *t)
{
    if (!t)
        return;
    end(t);
    serd_env_free(t->env);
    buf_fini(&t->line.text);
    free(t->piece);
    free(t);
}

int turtle_read(struct turtle *t, size_t max_changes, struct change_list *list,
                struct codec_error *error)
{
    assert(max_changes > 0);
    size_t most = list->count + max_changes;
    t->list = list;
    t->error = error;
    while (!t->rc && !t->ended && list->count < most) {
        size_t before = list->count;
        buf_clear(&t->line.text);
        SerdStatus st = serd_reader_read_chunk(t->reader);
        t->ended = st == SERD_FAILURE;
        if (st > SERD_FAILURE && !t->rc)
            refuse(t, ERR_FORMAT, "syntax", "Turtle:", slice_of((const char *)serd_strerror(st)));
        list->count = t->rc ? before : list->count;
    }
    assert(t->rc || t->ended || list->count >= most);
    return t->rc;
}

void turtle_keep(struct turtle *t)
{
    t->line.kept = true;
}

static SerdStatus write_prefix(void *arg, const SerdNode *name, const SerdNode *uri)
{
    struct slice prefix = text_of(name), iri = text_of(uri);
    buf_append_format(arg, "@prefix %.*s: <%.*s> .\n", (int)prefix.len, prefix.data, (int)iri.len,
                      iri.data);
    return SERD_SUCCESS;
}

void turtle_write_prefixes(const struct turtle *t, struct buf *out)
{
    struct slice base =
        t->has_base ? text_of(serd_env_get_base_uri(t->env, NULL)) : (struct slice){NULL, 0};
    if (base.len)
        buf_append_format(out, "@base <%.*s> .\n", (int)base.len, base.data);
    serd_env_foreach(t->env, write_prefix, out);
}

struct slice turtle_skip(struct turtle *t)
{
    char c;
    assert(t->rc);
    t->rc = ERR_OK;
    while (!t->line.at_end && read_source(&c, 1, 1, t))
        ;
    end(t);
    t->id = hash_mix(t->id, t->row); /* (2) */
    begin(t);
    struct slice text = buf_slice(&t->line.text);
    while (text.len && (*text.data == '\n' || *text.data == '\r'))
        text = (struct slice){text.data + 1, text.len - 1};
    return text;
}

struct text_source {
    struct slice rest;
};

static long read_text(void *arg, char *out, size_t size)
{
    struct text_source *source = arg;
    size_t n = size < source->rest.len ? size : source->rest.len;
    memcpy(out, source->rest.data, n);
    source->rest = (struct slice){source->rest.data + n, source->rest.len - n};
    return (long)n;
}

int turtle_decode(struct term_scan *s, bool trig, struct change_list *list)
{
    assert(s->start <= s->at && s->at <= s->end);
    struct slice text = {s->at, (size_t)(s->end - s->at)};
    struct text_source source = {text};
    struct turtle *t = turtle_new(trig, read_text, &source, hash_bytes(text, 0), s->limits);
    int rc = turtle_read(t, s->limits->rows, list, s->error);
    if (rc)
        goto done;
    if (!t->ended && list->count > s->limits->rows)
        rc = term_scan_fail(s, s->start, ERR_LIMIT, "limit-rows", "over %zu statements",
                            s->limits->rows);
done:
    turtle_free(t);
    return rc;
}
