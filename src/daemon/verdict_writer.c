/*
 * verdict_writer.c - one message a verdict: the statements it overrules are deleted, and it is
 * inserted.  Deleting what is not there changes nothing.
 */
#include "alignd/daemon/verdict_writer.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/stream/json_change_write.h"
#include "alignd/stream/producer.h"

#include <assert.h>
#include <time.h>

#define OTHERS_S 1 /* for which a verdict waits for those before it */

void verdict_writer_init(struct verdict_writer *w, const struct kafka_conf *kafka,
                         const char *topic)
{
    *w = (struct verdict_writer){.lock = PTHREAD_MUTEX_INITIALIZER, .kafka = kafka, .topic = topic};
}

void verdict_writer_fini(struct verdict_writer *w)
{
    producer_close(w->producer);
    *w = (struct verdict_writer){0};
}

static void write_change(struct buf *out, enum change_op op, const struct term *a,
                         const char *predicate, const struct term *b)
{
    struct change change = {op, *a, {TERM_IRI, slice_of(predicate), {0}, {0}}, *b};
    buf_append_char(out, out->len ? ',' : '[');
    json_change_write(out, &change);
}

static void write_changes(struct buf *out, const struct term *a, const struct term *b,
                          enum verdict verdict)
{
    static const struct {
        enum verdict says;
        const char *predicate;
    } all[] = {{VERDICT_SAME, VERDICT_SAME_IRI},
               {VERDICT_SAME, VERDICT_EXACT_IRI},
               {VERDICT_DIFFERENT, VERDICT_DIFFERENT_IRI}};
    assert(verdict <= VERDICT_DIFFERENT);
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (all[i].says == verdict)
            continue;
        write_change(out, CHANGE_DELETE, a, all[i].predicate, b);
        write_change(out, CHANGE_DELETE, b, all[i].predicate, a);
    }
    if (verdict != VERDICT_NONE)
        write_change(out, CHANGE_INSERT, a,
                     verdict == VERDICT_SAME ? VERDICT_SAME_IRI : VERDICT_DIFFERENT_IRI, b);
    buf_append_char(out, ']');
}

static int send(struct verdict_writer *w, const struct producer_record *record, int timeout_ms)
{
    int rc = ERR_OK;
    assert(w->topic);
    if (!w->producer)
        rc = producer_open(w->kafka, w->topic, timeout_ms, &w->producer);
    if (!rc && !(rc = producer_send(w->producer, record)))
        rc = producer_flush(w->producer, timeout_ms);
    if (rc) { /* the next one begins anew */
        producer_close(w->producer);
        w->producer = NULL;
    }
    return rc;
}

/* Where one waits for a broker that is away, the others do not wait for it: they hold up pages. */
static int lock(struct verdict_writer *w)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += OTHERS_S;
    return pthread_mutex_timedlock(&w->lock, &until) ? ERR_RETRY : ERR_OK;
}

int verdict_writer_send(struct verdict_writer *w, const struct term *a, const struct term *b,
                        enum verdict verdict, int timeout_ms)
{
    struct buf key = {0}, value = {0};
    struct producer_header header = {"content-type", slice_of("application/json")};
    assert(a->kind != TERM_LITERAL && b->kind != TERM_LITERAL);
    term_append_written(&key, a);
    write_changes(&value, a, b, verdict);
    const struct producer_record record = {.partition = -1,
                                           .has_key = true,
                                           .key = buf_slice(&key),
                                           .value = buf_slice(&value),
                                           .headers = &header,
                                           .header_count = 1};
    int rc = lock(w);
    if (!rc) {
        rc = send(w, &record, timeout_ms);
        pthread_mutex_unlock(&w->lock);
    }
    buf_fini(&key);
    buf_fini(&value);
    return rc;
}
