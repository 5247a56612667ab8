/*
 * message_decoder.c - which decoder a message takes.  Headers are bounded here, since codecs see a
 * value alone.
 */
#include "alignd/daemon/message_decoder.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/dead_letter.h"
#include "alignd/stream/record_message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct message_decoder {
    const struct config *config;
    struct codec_limits limits;
    struct record_map *records[ENGINE_MAX_GRAPHS]; /* NULL: its messages are changes */
};

struct message_decoder *message_decoder_new(const struct config *config,
                                            const struct mapping *mapping)
{
    struct message_decoder *d = memory_calloc(1, sizeof(*d));
    d->config = config;
    d->limits = config_codec_limits(config);
    for (size_t i = 0; i < config->graph_count; i++) {
        struct record_options records = config_record_options(config, i);
        records.mapping = mapping;
        if (config->graphs[i].records)
            d->records[i] = record_map_new(&records);
    }
    return d;
}

void message_decoder_free(struct message_decoder *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < ENGINE_MAX_GRAPHS; i++)
        record_map_free(d->records[i]);
    free(d);
}

static bool too_many_headers(const struct message_decoder *d, const struct source_message *m,
                             struct codec_error *error)
{
    size_t bytes = dead_letter_header_bytes(m);
    if (bytes <= d->config->header_bytes)
        return false;
    snprintf(error->code, sizeof(error->code), "limit-headers");
    snprintf(error->message, sizeof(error->message), "%zu bytes of headers, at most %" PRIu64,
             bytes, d->config->header_bytes);
    return true;
}

int message_decoder_decode(const struct message_decoder *d, const struct source_message *m,
                           struct arena *arena, struct change **ret_changes, size_t *ret_count,
                           struct codec_error *ret_error)
{
    assert(m->graph < d->config->graph_count);
    const struct record_map *records = d->records[m->graph];
    enum codec_format format = d->config->graphs[m->graph].format;
    struct codec_limits limits = d->limits;
    *ret_count = 0;
    *ret_error = (struct codec_error){0};
    if (m->tombstone && !records)
        return ERR_OK;
    if (too_many_headers(d, m, ret_error))
        return ERR_LIMIT;
    codec_format_from_content_type(m->content_type, &format);
    limits.verdicts = config_is_verdicts(d->config, m->graph);
    struct record_message record = {m->has_key, m->tombstone, m->key, m->payload};
    return records ? record_message_decode(records, format, &record, &limits, arena, ret_changes,
                                           ret_count, ret_error)
                   : codec_decode(format, m->payload, &limits, arena, ret_changes, ret_count,
                                  ret_error);
}
