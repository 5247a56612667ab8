/*
 * query_verdict.c - POST /verdicts: what a person decides of a pair goes to the topic of verdicts.
 * Who may is told by a token; what is said has to be of two entities that are there, in different
 * catalogs, so that a slip of the keyboard is no verdict.
 */
#include "query.h"

#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/json.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <string.h>

#define TOKEN_LEAST 16
#define SEND_MS 3000 /* for which the thread that answers waits for the broker */

/* --- who may --- */

int query_read_token(const char *path, struct buf *token)
{
    char line[1024];
    struct file *file;
    size_t n = 0, got = 1;
    assert(!token->len);
    int rc = file_open(path, &file);
    if (rc) /* says why */
        return rc == ERR_NOT_FOUND ? ERR_CONFIG : rc;
    while (!rc && got && n < sizeof(line)) {
        rc = file_read(file, line + n, sizeof(line) - n, &got);
        n += rc ? 0 : got;
    }
    file_close(file);
    if (rc)
        return rc;
    struct slice first = {line, 0};
    while (first.len < n && line[first.len] > ' ' && line[first.len] < 127)
        first.len++;
    if (first.len < TOKEN_LEAST || (first.len < n && !strchr("\r\n", line[first.len]))) {
        log_error("[http] token_file: '%s': the first line is no token of %d to %zu characters "
                  "without spaces; make one: head -c 24 /dev/urandom | base64",
                  path, TOKEN_LEAST, sizeof(line) - 1);
        return ERR_CONFIG;
    }
    buf_append_slice(token, first);
    return ERR_OK;
}

/* In a time that does not tell how much of it was right. */
static bool is_token(struct slice given, struct slice token)
{
    unsigned char differs = given.len != token.len;
    assert(token.len >= TOKEN_LEAST);
    for (size_t i = 0; i < given.len; i++)
        differs |= (unsigned char)(given.data[i] ^ token.data[i % token.len]);
    return !differs;
}

unsigned query_check_token(struct query *q, const char *what)
{
    static const char scheme[] = "Bearer ";
    const struct slice token = buf_slice(&q->d->token);
    const char *given = http_header(q->request, "Authorization");
    if (!token.len) {
        buf_append_format(q->body, "%s: token_file of [http] is not set", what);
        return 403;
    }
    if (given && strncmp(given, scheme, sizeof(scheme) - 1) == 0 &&
        is_token(slice_of(given + sizeof(scheme) - 1), token))
        return 0;
    http_answer_add(q->answer, "WWW-Authenticate", "Bearer");
    buf_append_text(q->body, given ? "this is not the token of token_file"
                                   : "which token? Authorization: Bearer TOKEN");
    return 401;
}

static unsigned check_rights(struct query *q)
{
    if (q->d->token.len && !q->d->writer.topic) {
        buf_append_text(q->body, "verdicts cannot be written: the section [verdicts] has no topic");
        return 403;
    }
    return query_check_token(q, "verdicts cannot be written");
}

/* --- what is said --- */

struct said {
    struct term a, b;
    enum verdict verdict;
};

static bool read_verdict(struct slice text, enum verdict *ret)
{
    *ret = slice_equal(text, slice_of("same"))        ? VERDICT_SAME
           : slice_equal(text, slice_of("different")) ? VERDICT_DIFFERENT
                                                      : VERDICT_NONE;
    return *ret != VERDICT_NONE || slice_equal(text, slice_of("withdraw"));
}

/* Lent from the JSON. */
static unsigned read_said(struct query *q, const struct json *json, struct said *ret)
{
    struct slice a, b, verdict;
    if (!json_read_string(json_get(json, "subject_id"), &a) || !a.len ||
        !json_read_string(json_get(json, "object_id"), &b) || !b.len ||
        !json_read_string(json_get(json, "verdict"), &verdict) ||
        !read_verdict(verdict, &ret->verdict)) {
        buf_append_text(q->body, "expected {\"subject_id\":IRI,\"object_id\":IRI,\"verdict\":"
                                 "\"same\", \"different\" or \"withdraw\"}");
        return 400;
    }
    ret->a = term_of_written(a);
    ret->b = term_of_written(b);
    return 0;
}

/* In how many catalogs it is; *ret_graph: one of them. */
static int find_entity(struct query *q, const struct term *term, struct arena *arena,
                       size_t *ret_count, size_t *ret_graph)
{
    *ret_count = 0;
    for (size_t i = 0; i < q->s->graph_count; i++) {
        struct node node;
        if (!state_is_catalog(q->s, i))
            continue;
        int rc = nodes_read(q->s->kv, id_of_entity(q->s->graphs[i].tag, term), arena, &node);
        if (rc == ERR_NOT_FOUND)
            continue;
        if (rc)
            return rc;
        ++*ret_count;
        *ret_graph = i;
    }
    return ERR_OK;
}

static unsigned check_pair(struct query *q, const struct said *said, struct arena *arena)
{
    const struct term *terms[2] = {&said->a, &said->b};
    size_t count[2], graph[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        int rc = find_entity(q, terms[i], arena, &count[i], &graph[i]);
        if (rc)
            return query_status(q, rc);
        if (!count[i])
            return query_no_such(q, terms[i]->text);
    }
    if (count[0] > 1 || count[1] > 1 || graph[0] != graph[1])
        return 0;
    buf_append_text(q->body, "both are of one catalog: a verdict is of two");
    return 400;
}

static unsigned send(struct query *q, const struct said *said)
{
    const char *const names[] = {
        [VERDICT_NONE] = "withdraw", [VERDICT_SAME] = "same", [VERDICT_DIFFERENT] = "different"};
    int rc = verdict_writer_send(&q->d->writer, &said->a, &said->b, said->verdict, SEND_MS);
    if (rc == ERR_RETRY) {
        buf_append_text(q->body, "the verdict was not sent: others wait for the broker; try again");
        return 503;
    }
    if (rc) {
        buf_append_text(q->body, "the verdict may not be in its topic: ");
        buf_append_text(q->body, err_text(rc));
        return 503;
    }
    log_info("verdict by HTTP: %.*s %s %.*s", (int)said->a.text.len, said->a.text.data,
             names[said->verdict], (int)said->b.text.len, said->b.text.data);
    struct json_writer w = json_writer_of(q->body);
    json_writer_begin_object(&w);
    json_writer_add_text(&w, "topic", q->d->writer.topic);
    json_writer_add_text(&w, "verdict", names[said->verdict]);
    json_writer_end_object(&w);
    return 202;
}

static unsigned take(struct query *q, const struct json *json)
{
    struct said said;
    unsigned status = read_said(q, json, &said);
    if (status)
        return status;
    struct arena *arena = arena_new();
    status = check_pair(q, &said, arena);
    arena_free(arena);
    return status ? status : send(q, &said);
}

unsigned query_post_verdict(struct query *q)
{
    struct json_error error;
    unsigned status = check_rights(q);
    if (status)
        return status;
    struct json *json = json_parse(q->request->body, &error);
    if (!json) {
        buf_append_format(q->body, "the body is no JSON: line %zu, column %zu: %s", error.line,
                          error.column, error.message);
        return 400;
    }
    status = take(q, json);
    json_free(json);
    return status;
}
