/*
 * config.h - the one configuration file of alignd, config/alignd.conf, as a struct;
 * every subcommand that needs a store reads it.
 *
 * Sources, later ones win: the defaults, the file, the environment
 * (ALIGND_STORE_PATH for [store] path), the command line.
 */
#ifndef ALIGND_DAEMON_CONFIG_H
#define ALIGND_DAEMON_CONFIG_H

#include "alignd/base/buf.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/memory_deal.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/kafka_conf.h"
#include "alignd/stream/record_map.h"
#include "alignd/stream/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of a message that cannot be decoded. */
enum config_on_error {
    CONFIG_ON_ERROR_AUTO, /* dlq where there is a dead letter topic, else stop */
    CONFIG_ON_ERROR_STOP,
    CONFIG_ON_ERROR_DLQ,
    CONFIG_ON_ERROR_SKIP
};

struct config_graph {
    char *name;
    char *topic_text;    /* "a, b" as configured, cut up */
    const char **topics; /* of it */
    size_t topic_count;
    enum codec_format format;
    enum config_on_error on_error; /* resolved: never AUTO */
    /* of records: semantics, id, type, base, null (cut up), keep_empty */
    bool records;
    char *id, *type, *base, *null_text;
    const char **nulls;
    size_t null_count;
    bool keep_empty;
};

struct config {
    /* [alignd] */
    const char *name;
    bool allow_code;
    uint64_t memory;
    struct memory_deal deal; /* of it: also in the fields below that say auto in a file */
    /* [log] */
    int log_level, log_format; /* log_format: 0 auto, else enum log_format + 1 */
    /* [store] */
    const char *store_path;
    uint64_t store_cache, store_write_buffer;
    int64_t store_threads;
    bool store_hashed;
    /* [model] */
    const char *model_path;
    /* [align] */
    const char *mapping_path;
    struct engine_options engine; /* also [store] sync, [model] rescore; not graphs and models */
    /* [input] */
    const char *group; /* never empty once loaded */
    int input_format, on_error;
    uint64_t message_bytes, header_bytes, iri_bytes, literal_bytes;
    bool relative_iris;
    int64_t rows, nesting, start_timeout_ms, metadata_interval_ms;
    /* [output] */
    const char *events_topic, *dead_letter_topic; /* dead letters: "" for none */
    const char *transactional_id;                 /* never empty once loaded */
    bool create_topics;
    int64_t partitions, commit_interval_ms, offsets_interval_ms, transaction_records;
    uint64_t transaction_bytes, dead_letter_bytes;
    /* [standby] */
    int64_t standby_lease_ms;
    /* [turn] */
    int64_t turn_messages, turn_fill_ms, outbox_limit, dirty_limit;
    uint64_t turn_bytes, turn_memory;
    int64_t stop_timeout_ms;
    /* [build] */
    uint64_t build_memory;
    double build_share;
    int64_t build_triples;
    /* [http] */
    const char *http_listen;
    int64_t http_port; /* 0: off */
    int64_t http_threads, http_connections, http_address_connections, http_timeout_ms;
    uint64_t http_header_bytes, http_body_bytes;
    int64_t http_page_rows, http_stats_s, http_stats_entities, http_review_s, http_review_entities;
    int64_t http_events;
    int64_t http_reconcile_queries, http_reconcile_limit, http_reconcile_rows;
    const char *http_token_file, *http_allow_origin, *http_public_url; /* "" for none */

    /* [graph.NAME] and [verdicts], in the order of the file */
    struct config_graph graphs[ENGINE_MAX_GRAPHS];
    size_t graph_count;

    /* all input topics, graph by graph; for source_open */
    struct source_topic *topics;
    size_t topic_count;

    struct kafka_conf *kafka;
};

/* What a command line adds; all may be empty. */
struct config_arguments {
    const char *path;            /* -c; NULL for none: defaults and environment alone */
    const char *const *settings; /* -s section.key=value */
    size_t setting_count;
    const char *const *properties; /* -X key=value, of librdkafka */
    size_t property_count;
    const char *bootstrap; /* -b; NULL for none */
};

/*
 * Reads and checks everything that needs no broker and no store; also sets the
 * log's level and format.  ERR_CONFIG, ERR_USAGE, ERR_NOT_FOUND, ERR_IO, said in the log.
 */
int config_load(const struct config_arguments *arguments, struct config **ret_config);
void config_free(struct config *config);

/* Is the graph that of [verdicts]? */
bool config_is_verdicts(const struct config *config, size_t graph);
/* Where verdicts are written to, the first of their topics; NULL for none.  Lent. */
const char *config_verdict_topic(const struct config *config);
/* The names of the others, lent; how many. */
size_t config_catalogs(const struct config *config, const char *names[ENGINE_MAX_GRAPHS]);

/* The graph of that name, or config->graph_count after a log line with the names there are. */
size_t config_find_graph(const struct config *config, const char *name);

/* The engine's options; mapping and model are left for the caller to set. */
struct engine_options config_engine_options(const struct config *config);
/* All input topics, under the configured group. */
struct source_options config_source_options(const struct config *config);
/* What the graph's records are made of; strings are lent, the mapping is left for the caller. */
struct record_options config_record_options(const struct config *config, size_t graph);
struct codec_limits config_codec_limits(const struct config *config);

/* config/alignd.conf: every option at its default with its explanation. */
void config_write_default(struct buf *out);
#endif
