/*
 * letter_newer.c - the input topics looked through for the keys of letters, by their hashes: two
 * keys of one hash would be a needless warning.
 *
 *  (1) Candidates of a topic are sorted by partition, hash and offset: those of a message stand
 *      together, the older ones first.
 */
#include "alignd/daemon/letter_newer.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

struct search {
    const char *topic;
    const struct letter_entry *all; /* of the topic, by partition and offset */
    size_t all_count;
    struct letter_entry **candidates; /* (1) */
    size_t count;
};

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Those of another partition or key are not equal. */
static int compare_keys(const struct letter_entry *x, int32_t partition, uint64_t hash)
{
    int c = compare_numbers(x->partition, partition);
    return c ? c : (x->key_hash > hash) - (x->key_hash < hash);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct letter_entry *x = *(struct letter_entry *const *)a;
    const struct letter_entry *y = *(struct letter_entry *const *)b;
    int c = compare_keys(x, y->partition, y->key_hash);
    return c ? c : compare_numbers(x->offset, y->offset);
}

static bool is_letter(const struct search *s, const struct source_message *m)
{
    size_t low = 0, high = s->all_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct letter_entry *e = &s->all[middle];
        int c = compare_numbers(e->partition, m->partition);
        if (!c)
            c = compare_numbers(e->offset, m->offset);
        if (!c)
            return true;
        low = c < 0 ? middle + 1 : low;
        high = c < 0 ? high : middle;
    }
    return false;
}

static size_t first_of_key(const struct search *s, int32_t partition, uint64_t hash)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(s->candidates[middle], partition, hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int take(void *arg, size_t place, const struct source_message *m)
{
    struct search *s = arg;
    (void)place;
    if (!m->has_key)
        return ERR_OK;
    uint64_t hash = hash_bytes(m->key, 0);
    size_t i = first_of_key(s, m->partition, hash);
    if (i == s->count || compare_keys(s->candidates[i], m->partition, hash) || is_letter(s, m))
        return ERR_OK;
    for (; i < s->count && compare_keys(s->candidates[i], m->partition, hash) == 0; i++) {
        struct letter_entry *e = s->candidates[i];
        if (e->offset >= m->offset)
            break; /* (1) */
        assert(e->newer < m->offset);
        e->newer = m->offset;
    }
    return ERR_OK;
}

/* From the oldest candidate of each partition on. */
static int look_through(const struct config *config, struct search *s)
{
    struct source_topic topic = {s->topic, 0};
    struct source_options options = config_source_options(config);
    struct record_place *starts = memory_calloc(s->count, sizeof(*starts));
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct letter_entry *e = s->candidates[i];
        if (!count || starts[count - 1].partition != e->partition)
            starts[count++] = (struct record_place){e->partition, e->offset};
        else if (e->offset < starts[count - 1].offset)
            starts[count - 1].offset = e->offset;
    }
    options.topics = &topic;
    options.topic_count = 1;
    int rc = record_fetch_from(&options, starts, count, take, s);
    free(starts);
    return rc;
}

/* Entries of one topic. */
static int search_topic(const struct config *config, struct letter_entry *entries, size_t count)
{
    assert(count);
    struct search s = {.topic = entries[0].topic, .all = entries, .all_count = count};
    s.candidates = memory_calloc(count, sizeof(struct letter_entry *));
    for (size_t i = 0; i < count; i++)
        if (entries[i].selected && entries[i].state == LETTER_OPEN && entries[i].has_key)
            s.candidates[s.count++] = &entries[i];
    int rc = ERR_OK;
    if (s.count) {
        qsort(s.candidates, s.count, sizeof(*s.candidates), compare_candidates);
        rc = look_through(config, &s);
    }
    free(s.candidates);
    return rc;
}

static bool is_of_records(const struct config *config, const char *topic)
{
    for (size_t i = 0; i < config->topic_count; i++)
        if (strcmp(config->topics[i].name, topic) == 0)
            return config->graphs[config->topics[i].graph].records;
    return false;
}

int letter_newer_find(const struct config *config, struct letter_entry *entries, size_t count)
{
    int rc = ERR_OK;
    assert(entries || !count);
    for (size_t i = 0, n; !rc && i < count; i += n) {
        for (n = 1; i + n < count && entries[i + n].topic == entries[i].topic; n++) {
        }
        if (is_of_records(config, entries[i].topic))
            rc = search_topic(config, &entries[i], n);
    }
    return rc;
}
