/*
 * sequence.c - which numbers of an epoch were seen, a bit each: they come from several
 * partitions in any order, and a topic may hold millions.  Tombstones and dead letters have
 * numbers of their own, so a gap means a record that was lost, whatever it was.
 *
 *  (1) A number is 1 or more and at most SEQ_MAX: what an id from outside may ask to be
 *      remembered is bounded.
 */
#include "alignd/cli/sequence.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/letter.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number beyond this is none of ours: its bitmap alone would take a gigabyte. */
#define SEQ_MAX (UINT64_C(1) << 33)

struct epoch {
    uint64_t number, highest, count; /* count: of different ones */
    unsigned char *seen;             /* a bit each */
    size_t bytes;
};

struct partition {
    size_t topic;
    int32_t number;
    uint64_t epoch, seq; /* of the last record */
};

struct sequence {
    struct epoch *epochs;
    size_t epoch_count;
    struct partition *partitions;
    size_t partition_count;
    struct sequence_report counts;
};

struct sequence *sequence_new(void)
{
    return memory_calloc(1, sizeof(struct sequence));
}

void sequence_free(struct sequence *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->epoch_count; i++)
        free(s->epochs[i].seen);
    free(s->epochs);
    free(s->partitions);
    free(s);
}

static struct epoch *find_epoch(struct sequence *s, uint64_t number)
{
    for (size_t i = 0; i < s->epoch_count; i++)
        if (s->epochs[i].number == number)
            return &s->epochs[i];
    s->epochs = memory_realloc(s->epochs, (s->epoch_count + 1) * sizeof(*s->epochs));
    s->epochs[s->epoch_count] = (struct epoch){.number = number};
    return &s->epochs[s->epoch_count++];
}

static struct partition *find_partition(struct sequence *s, size_t topic, int32_t number)
{
    assert(number >= 0);
    for (size_t i = 0; i < s->partition_count; i++)
        if (s->partitions[i].topic == topic && s->partitions[i].number == number)
            return &s->partitions[i];
    s->partitions =
        memory_realloc(s->partitions, (s->partition_count + 1) * sizeof(*s->partitions));
    s->partitions[s->partition_count] = (struct partition){.topic = topic, .number = number};
    return &s->partitions[s->partition_count++];
}

/* Marks a number; *ret_new tells whether it is the first time. */
static void mark(struct epoch *e, uint64_t seq, bool *ret_new)
{
    size_t byte = (size_t)(seq >> 3);
    unsigned char bit = (unsigned char)(1u << (seq & 7));
    assert(seq && seq <= SEQ_MAX); /* (1) */
    if (byte >= e->bytes) {
        size_t bytes = byte + 1 > 2 * e->bytes ? byte + 4096 : 2 * e->bytes;
        unsigned char *grown = memory_realloc(e->seen, bytes);
        memset(grown + e->bytes, 0, bytes - e->bytes);
        e->seen = grown;
        e->bytes = bytes;
    }
    assert(byte < e->bytes);
    *ret_new = !(e->seen[byte] & bit);
    e->seen[byte] |= bit;
    e->count += *ret_new;
    assert(e->count <= SEQ_MAX);
    if (seq > e->highest)
        e->highest = seq;
}

static bool read_id(struct slice text, uint64_t *ret_epoch, uint64_t *ret_seq)
{
    char id[64] = "";
    unsigned long long epoch, seq;
    if (!text.len || text.len >= sizeof(id))
        return false;
    memcpy(id, text.data, text.len);
    if (sscanf(id, "%llu-%llu", &epoch, &seq) != 2 || !seq || seq > SEQ_MAX)
        return false;
    *ret_epoch = epoch;
    *ret_seq = seq;
    return true;
}

/* The last header that names it: a dead letter carries those of its producer before ours. */
static bool find_id(const struct source_message *m, uint64_t *ret_epoch, uint64_t *ret_seq)
{
    assert(m->headers || !m->header_count);
    for (size_t i = m->header_count; i > 0; i--) {
        struct slice name = m->headers[i - 1].name;
        if (slice_equal(name, slice_of("__alignd.id")) || slice_equal(name, slice_of("ce_id")))
            return read_id(m->headers[i - 1].value, ret_epoch, ret_seq);
    }
    return false;
}

void sequence_take(struct sequence *s, const struct source_message *m)
{
    struct partition *p = find_partition(s, m->topic, m->partition);
    struct letter_mark letter_mark;
    uint64_t epoch, seq;
    bool is_new;
    if (letter_read_mark(m, &letter_mark)) /* by a person, who takes no number */
        return;
    s->counts.records++;
    s->counts.events += m->topic == 0 && !m->tombstone;
    if (!find_id(m, &epoch, &seq)) {
        s->counts.unnamed++;
        return;
    }
    struct epoch *e = find_epoch(s, epoch);
    mark(e, seq, &is_new);
    s->counts.repeated += !is_new;
    s->counts.shuffled += is_new && (epoch < p->epoch || (epoch == p->epoch && seq < p->seq));
    assert(seq <= e->highest);
    p->epoch = epoch;
    p->seq = seq;
}

void sequence_judge(const struct sequence *s, struct sequence_report *ret_report)
{
    struct sequence_report r = s->counts;
    for (size_t i = 0; i < s->epoch_count; i++) {
        const struct epoch *e = &s->epochs[i];
        if (e->number >= r.epoch) {
            r.epoch = e->number;
            r.last = e->highest;
        }
        assert(e->count <= e->highest);
        r.missing += e->highest - e->count;
        for (uint64_t seq = 1; !r.first_missing && e->count < e->highest && seq < e->highest; seq++)
            if (!(e->seen[seq >> 3] & (1u << (seq & 7)))) {
                r.first_epoch = e->number;
                r.first_missing = seq;
            }
    }
    assert(r.unnamed <= r.records && r.events <= r.records);
    *ret_report = r;
}
