/*
 * letter_original.c - messages put together again, in two passes: over the letters, and over the
 * input topics for those that were cut.
 *
 *  (1) What stands at a message's place in its topic is that message if its key is that, and the
 *      beginning that the letter has of its value: a topic that was made again has others there.
 */
#include "alignd/daemon/letter_original.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

/* Places of one topic in ascending order, and which entry each is of. */
struct wanted {
    struct record_place at;
    size_t entry;
};

struct originals {
    const struct config *config;
    const struct letter_entry *const *entries;
    size_t count;
    struct arena *arena;
    struct letter_original *at;
    struct wanted *wanted; /* of the pass under way */
    size_t wanted_count;
    size_t *first; /* of each place: in wanted, where several may want the same */
};

static int compare_wanted(const void *a, const void *b)
{
    return record_fetch_compare(&((const struct wanted *)a)->at, &((const struct wanted *)b)->at);
}

/* The first `count` headers of the message are its own. */
static void keep(struct originals *o, size_t entry, const struct source_message *m, size_t count)
{
    struct producer_header *headers = arena_alloc(o->arena, (count ? count : 1) * sizeof(*headers));
    assert(entry < o->count && count <= m->header_count);
    for (size_t i = 0; i < count; i++)
        headers[i] = (struct producer_header){arena_copy(o->arena, m->headers[i].name).data,
                                              arena_copy(o->arena, m->headers[i].value)};
    o->at[entry] = (struct letter_original){.record = {.partition = o->entries[entry]->partition,
                                                       .has_key = m->has_key,
                                                       .tombstone = m->tombstone,
                                                       .key = arena_copy(o->arena, m->key),
                                                       .value = arena_copy(o->arena, m->payload),
                                                       .headers = headers,
                                                       .header_count = count}};
}

static int take_letter(void *arg, size_t place, const struct source_message *m)
{
    struct originals *o = arg;
    struct letter letter;
    assert(place < o->wanted_count && o->first[place] == place); /* a letter is an entry once */
    if (letter_read(m, &letter))
        keep(o, o->wanted[place].entry, m, letter.header_count);
    return ERR_OK;
}

static bool begins_with(struct slice text, struct slice start)
{
    return text.len >= start.len && slice_equal((struct slice){text.data, start.len}, start);
}

/* (1) */
static bool is_of(const struct source_message *m, const struct producer_record *cut)
{
    return m->has_key == cut->has_key && slice_equal(m->key, cut->key) &&
           m->tombstone == cut->tombstone && begins_with(m->payload, cut->value);
}

static int take_input(void *arg, size_t place, const struct source_message *m)
{
    struct originals *o = arg;
    const struct wanted *all = o->wanted;
    assert(place < o->wanted_count);
    for (size_t k = o->first[place];
         k < o->wanted_count && compare_wanted(&all[k], &all[o->first[place]]) == 0; k++)
        if (is_of(m, &o->at[all[k].entry].record))
            keep(o, all[k].entry, m, m->header_count);
    return ERR_OK;
}

/* One pass over a topic, of what is wanted of it. */
static int fetch(struct originals *o, const char *topic, record_fetch_fn *take)
{
    struct source_topic one = {topic, 0};
    struct source_options options = config_source_options(o->config);
    struct record_place *places =
        memory_calloc(o->wanted_count ? o->wanted_count : 1, sizeof(*places));
    if (o->wanted_count)
        qsort(o->wanted, o->wanted_count, sizeof(*o->wanted), compare_wanted);
    size_t count = 0;
    for (size_t i = 0; i < o->wanted_count; i++)
        if (!i || compare_wanted(&o->wanted[i - 1], &o->wanted[i])) {
            o->first[count] = i;
            places[count++] = o->wanted[i].at;
        }
    options.topics = &one;
    options.topic_count = 1;
    int rc = record_fetch_places(&options, places, count, take, o);
    free(places);
    return rc;
}

static int fetch_letters(struct originals *o)
{
    assert(*o->config->dead_letter_topic);
    o->wanted_count = 0;
    for (size_t i = 0; i < o->count; i++) {
        o->at[i].missing = "it is no longer in the dead letter topic";
        o->wanted[o->wanted_count++] = (struct wanted){o->entries[i]->at, i};
    }
    return fetch(o, o->config->dead_letter_topic, take_letter);
}

/* Those of the topic that were cut, of which the letter itself was found. */
static int fetch_cut(struct originals *o, const char *topic)
{
    o->wanted_count = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct letter_entry *e = o->entries[i];
        if (!e->cut || strcmp(e->topic, topic) != 0 || o->at[i].missing)
            continue;
        o->at[i].missing = "it was cut, and its input topic no longer holds the message it is of";
        o->wanted[o->wanted_count++] = (struct wanted){{e->partition, e->offset}, i};
    }
    return o->wanted_count ? fetch(o, topic, take_input) : ERR_OK;
}

int letter_original_get(const struct config *config, const struct letter_entry *const *entries,
                        size_t count, struct arena *arena, struct letter_original **ret_originals)
{
    struct originals o = {.config = config, .entries = entries, .count = count, .arena = arena};
    o.at = arena_calloc(arena, count ? count : 1, sizeof(*o.at));
    o.wanted = memory_calloc(count ? count : 1, sizeof(*o.wanted));
    o.first = memory_calloc(count ? count : 1, sizeof(*o.first));
    int rc = count ? fetch_letters(&o) : ERR_OK;
    for (size_t i = 0; !rc && i < config->topic_count; i++)
        rc = fetch_cut(&o, config->topics[i].name);
    free(o.wanted);
    free(o.first);
    if (!rc)
        *ret_originals = o.at;
    return rc;
}
