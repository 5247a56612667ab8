/*
 * state_epoch.c - the outbox begins anew: what readers of the events know is found out from the
 * topic itself, so what was not published yet comes again as a difference from that.  Dead
 * letters come from nowhere else and are kept.  A state that is made anew under the identity of
 * another goes on in its epoch, so its outbox comes along as it is, number by number.
 */
#include "alignd/state/state.h"

#include "alignd/base/err.h"
#include "alignd/state/meta.h"
#include "alignd/state/offsets.h"
#include "alignd/state/outbox.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <string.h>

enum { RECORDS = 1000, RECORD_BYTES = 8 << 20 }; /* read at once */

/* The dead letters among the records into the batch, numbered on from *head. */
static void keep_letters(struct kv *kv, struct kv_batch *batch, const struct outbox_record *records,
                         size_t count, const struct state_letters *which, uint64_t *head)
{
    for (size_t i = 0; i < count; i++) {
        struct outbox_record letter = records[i];
        if (letter.destination != OUTBOX_DEAD_LETTERS ||
            (which && !which->keep(which->arg, &letter)))
            continue;
        letter.seq = ++*head;
        assert(letter.seq <= records[i].seq); /* fewer than there were */
        outbox_put(kv, batch, &letter);
    }
}

/* Those of a store into the batch, numbered from 1. */
static int keep_dead_letters(struct kv *kv, struct kv_batch *batch,
                             const struct state_letters *which, uint64_t *ret_head)
{
    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t count = 1;
    uint64_t after = 0;
    int rc = ERR_OK;
    *ret_head = 0;
    while (count) {
        if ((rc = outbox_read(kv, after, RECORDS, RECORD_BYTES, arena, &records, &count)))
            goto done;
        keep_letters(kv, batch, records, count, which, ret_head);
        if (count)
            after = records[count - 1].seq;
        arena_reset(arena);
    }
done:
    arena_free(arena);
    return rc;
}

void state_clear_family(struct kv *kv, struct kv_batch *batch, enum kv_family family)
{
    char beyond[64]; /* every key sorts before it */
    memset(beyond, -1, sizeof(beyond));
    kv_batch_delete_range(kv, batch, family, slice_of(""), (struct slice){beyond, sizeof(beyond)});
}

/* Last of what the batch holds: where the state stands, events held, synced. */
static int enter_epoch(struct state *s, struct kv_batch *batch, const struct meta_state *row)
{
    assert(row->epoch > 0 && kv_batch_rows(batch) > 0);
    meta_put_held(s->kv, batch, true);
    meta_put_state(s->kv, batch, row);
    int rc = kv_write(s->kv, batch, true);
    if (rc)
        return rc;
    s->epoch = row->epoch;
    s->head = row->head;
    s->held = true;
    return ERR_OK;
}

int state_begin_epoch(struct state *s, struct kv_batch *batch, uint64_t at_least,
                      const struct state_letters *which)
{
    assert(kv_batch_rows(batch) == 0);
    struct meta_state row = {0};
    int rc;
    state_clear_family(s->kv, batch, KV_PUBLISHED);
    state_clear_family(s->kv, batch, KV_OUTBOX);
    if ((rc = meta_get_state(s->kv, &row)) ||
        (rc = keep_dead_letters(s->kv, batch, which, &row.head)))
        goto done;
    row.epoch = s->epoch + 1 > at_least ? s->epoch + 1 : at_least;
    assert(row.epoch >= at_least);
    rc = enter_epoch(s, batch, &row);
done:
    kv_batch_clear(batch);
    return rc;
}

struct keep_offsets {
    struct kv *kv;
    struct kv_batch *batch;
};

static int keep_offset(void *arg, const struct state_offset *offset)
{
    const struct keep_offsets *k = arg;
    offsets_put(k->kv, k->batch, offset, 1);
    return ERR_OK;
}

/* What is not published of a store into another, a few records at a time; the batch is empty
 * before and after. */
static int copy_outbox(struct kv *from, struct kv *to, struct kv_batch *batch)
{
    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t count = 1;
    uint64_t after = 0;
    int rc = ERR_OK;
    assert(kv_batch_rows(batch) == 0);
    while (count) {
        if ((rc = outbox_read(from, after, RECORDS, RECORD_BYTES, arena, &records, &count)))
            goto done;
        for (size_t i = 0; i < count; i++) {
            outbox_put(to, batch, &records[i]);
            after = records[i].seq;
        }
        if (count && (rc = kv_write(to, batch, false)))
            goto done;
        kv_batch_clear(batch);
        arena_reset(arena);
    }
done:
    kv_batch_clear(batch);
    arena_free(arena);
    return rc;
}

/* How its messages were read: of whoever reads them on. */
static int copy_records(struct kv *from, struct kv *to, struct kv_batch *batch)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(from, "records", &row, &pin);
    if (!rc && row.data)
        meta_put(to, batch, "records", row);
    kv_value_release(&pin);
    return rc;
}

int state_continue(struct state *s, struct kv_batch *batch, const struct state *from)
{
    assert(s != from && s->kv != from->kv && kv_batch_rows(batch) == 0);
    struct keep_offsets keep = {s->kv, batch};
    struct meta_state row = {0};
    int rc;
    if ((rc = meta_get_state(s->kv, &row)) || (rc = copy_outbox(from->kv, s->kv, batch)) ||
        (rc = copy_records(from->kv, s->kv, batch)) ||
        (rc = offsets_each(from->kv, keep_offset, &keep)))
        goto done;
    row.epoch = from->epoch;
    row.head = from->head;
    meta_put(s->kv, batch, "uuid", slice_of(from->uuid));
    if ((rc = enter_epoch(s, batch, &row)))
        goto done;
    memcpy(s->uuid, from->uuid, sizeof(s->uuid));
done:
    kv_batch_clear(batch);
    return rc;
}
