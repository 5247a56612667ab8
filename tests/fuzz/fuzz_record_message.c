/*
 * fuzz_record_message.c - messages of a topic of records: any key and value are refused, with words
 * and a place, or become changes that survive a round trip.  The first byte says what there is and
 * in which format, the second how long the key is.
 */
#include "fuzz_check.h"

#include "alignd/base/log.h"
#include "alignd/stream/record_message.h"

static struct record_map *map_of(bool id)
{
    static struct record_map *maps[2];
    if (!maps[id])
        maps[id] = record_map_new(
            &(struct record_options){.graph = "g", .id = id ? "id" : NULL, .type = "t"});
    return maps[id];
}

/* A copy of its own: a step behind its end is seen. */
static struct slice copy_of(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    FUZZ_CHECK(copy);
    if (size)
        memcpy(copy, data, size);
    return (struct slice){copy, size};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum codec_format formats[] = {CODEC_AUTO, CODEC_JSON, CODEC_NQUADS,
                                                CODEC_RDF_PATCH, CODEC_TURTLE};
    if (size < 2)
        return 0;
    size_t key_bytes = data[1] < size - 2 ? data[1] : size - 2;
    struct record_message m = {.has_key = *data & 1,
                               .tombstone = *data & 2,
                               .key = copy_of(data + 2, key_bytes),
                               .payload = copy_of(data + 2 + key_bytes, size - 2 - key_bytes)};
    struct record_message given = m;
    if (m.tombstone)
        given.payload = (struct slice){NULL, 0};
    struct arena *arena = fuzz_arena();
    struct codec_error error = {0};
    struct change *changes;
    size_t count;
    log_set_level(LOG_ERROR);
    int rc = record_message_decode(map_of(*data & 4), formats[*data / 8 % 5], &given, NULL, arena,
                                   &changes, &count, &error);
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
    FUZZ_CHECK(rc == 0 || (error.code[0] && error.message[0] && error.line && error.column));
    for (size_t i = 0; i < count && !rc; i++)
        fuzz_check_change(&changes[i]);
    if (!rc)
        fuzz_check_round_trip(arena, changes, count);
    free((void *)(uintptr_t)m.key.data);
    free((void *)(uintptr_t)m.payload.data);
    return 0;
}
