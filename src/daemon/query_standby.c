/*
 * query_standby.c - /digest, by which two daemons are compared, and POST /promote, which makes the
 * one that stands by take over.
 */
#include "query.h"

#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/daemon/store_digest.h"

#include <assert.h>

unsigned query_digest(struct query *q)
{
    struct arena *arena = arena_new();
    struct store_digest digest;
    int rc = store_digest_read(q->s->kv, arena, &digest);
    if (!rc) {
        uint64_t dirty = q->d->metrics.dirty; /* what waits for another model is in no row */
        struct json_writer w = json_writer_of(q->body);
        digest.waiting = digest.waiting > dirty ? digest.waiting : dirty;
        json_writer_begin_object(&w);
        json_writer_add_bool(&w, "standby", q->d->stands_by);
        store_digest_write(&digest, &w);
        json_writer_end_object(&w);
    }
    arena_free(arena);
    return query_status(q, rc);
}

unsigned query_promote(struct query *q)
{
    unsigned status = query_check_token(q, "nobody can be promoted");
    assert(!q->body->len || status);
    if (status)
        return status;
    if (!q->d->stands_by) {
        buf_append_text(q->body, q->d->standby
                                     ? "this instance is the active one already"
                                     : "this instance is the active one: it was started without "
                                       "--standby");
        return 409;
    }
    log_warn("told by HTTP to take over");
    q->d->promotes = true;
    struct json_writer w = json_writer_of(q->body);
    json_writer_begin_object(&w);
    json_writer_add_text(&w, "store", q->s->uuid);
    json_writer_add_bool(&w, "takes_over", true);
    json_writer_end_object(&w);
    return 202;
}

unsigned query_promote_how(struct query *q)
{
    http_answer_add(q->answer, "Allow", "POST");
    buf_append_text(q->body, "POST it, with the token of token_file: the instance takes over");
    return 405;
}
