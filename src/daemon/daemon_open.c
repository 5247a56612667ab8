/*
 * daemon_open.c - what the daemon is made of, opened in an order that has its reasons:
 *
 *   store       first: what a restore or a backup left may forbid it
 *   HTTP        early, so that a long opening can be seen from outside
 *   topics      before the engine: a missing one must not leave its graph in the store
 *   engine      from here on the store remembers graphs and settings
 *   source      at the engine's offsets
 *   publisher   last: it claims the group, and with that the store is the one that goes on;
 *               with --standby only if nobody else does (daemon_standby.c)
 *
 * Whatever says that store and topics or group do not belong together ends it here, before a
 * record is read, unless --on-mismatch says which of them is right.
 */
#include "daemon_internal.h"
#include "daemon_standby.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/backup.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/mapping_check.h"
#include "alignd/model/model.h"
#include "alignd/store/building.h"
#include "alignd/store/folder.h"
#include "alignd/stream/crash_point.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int check(const struct daemon *d)
{
    assert(d->config->graph_count <= ENGINE_MAX_GRAPHS);
    const struct config *c = d->config;
    const char *catalogs[ENGINE_MAX_GRAPHS];
    if (!config_catalogs(c, catalogs))
        log_error("no [graph.NAME] is configured");
    else if (!c->topic_count)
        log_error("no graph has topics");
    else if (!d->options->embedded_broker && !*kafka_conf_bootstrap(c->kafka))
        log_error("no broker is configured: [kafka] bootstrap.servers");
    else
        return ERR_OK;
    return ERR_CONFIG;
}

/* ---- the embedded broker ---- */

/* For other processes: the address in a file beside the store. */
static void write_address(struct daemon *d, const char *address)
{
    assert(strlen(d->config->store_path) + sizeof(".broker") <= sizeof(d->address_path));
    snprintf(d->address_path, sizeof(d->address_path), "%s.broker", d->config->store_path);
    FILE *f = fopen(d->address_path, "we");
    if (f && fprintf(f, "%s\n", address) > 0 && fclose(f) == 0)
        return;
    log_warn("%s cannot be written", d->address_path);
}

static int start_broker(struct daemon *d)
{
    assert(!d->broker && !d->source);
    const struct config *c = d->config;
    int rc = broker_embedded_start(&d->broker);
    if (rc)
        return rc;
    const char *address = broker_embedded_bootstrap(d->broker);
    if ((rc = kafka_conf_add(c->kafka, KAFKA_CONF_OVERRIDE, "bootstrap.servers", address, NULL)))
        return rc;
    for (size_t i = 0; i < c->topic_count; i++)
        if ((rc = broker_embedded_create_topic(d->broker, c->topics[i].name, 1)))
            return rc;
    if ((rc = broker_embedded_create_topic(d->broker, c->events_topic, 1)) ||
        (*c->dead_letter_topic &&
         (rc = broker_embedded_create_topic(d->broker, c->dead_letter_topic, 1))))
        return rc;
    log_warn("embedded broker at %s: for demonstrations, nothing survives its end", address);
    write_address(d, address);
    return ERR_OK;
}

/* ---- output topics ---- */

static int prepare_topic(struct daemon *d, struct topic_admin *admin, const char *name,
                         bool compacted)
{
    struct topic_admin_info info;
    struct topic_admin_spec spec = {.name = name,
                                    .partitions = compacted ? (int)d->config->partitions : 1,
                                    .replication = -1,
                                    .compacted = compacted};
    assert(spec.partitions > 0 && *name);
    int timeout_ms = (int)d->config->start_timeout_ms;
    int rc = topic_admin_describe(admin, name, timeout_ms, &info);
    if (rc)
        return rc;
    if (info.exists) {
        if (compacted && info.config_known && !info.compacted)
            log_warn(
                "topic '%s' is not compacted: who reads it from the beginning later will not "
                "see every match; `kafka-configs.sh --alter --entity-type topics --entity-name "
                "%s --add-config cleanup.policy=compact` makes it so",
                name, name);
        return ERR_OK;
    }
    if ((rc = topic_admin_create(admin, &spec, timeout_ms, NULL)))
        return rc;
    log_info("created topic '%s'%s", name, compacted ? ", compacted" : "");
    return ERR_OK;
}

static int find_inputs(struct daemon *d, struct topic_admin *admin)
{
    assert(d->config->topic_count > 0);
    struct topic_admin_info info;
    for (size_t i = 0; i < d->config->topic_count; i++) {
        const char *name = d->config->topics[i].name;
        int rc = topic_admin_describe(admin, name, (int)d->config->start_timeout_ms, &info);
        if (rc)
            return rc;
        if (!info.exists) {
            log_error("topic '%s' does not exist", name);
            return ERR_CONFIG;
        }
    }
    return ERR_OK;
}

/* Before the engine is opened: a topic that is missing must not leave its graph in the store. */
static int prepare_topics(struct daemon *d)
{
    assert(!d->engine);
    struct topic_admin *admin;
    if (d->broker)
        return ERR_OK;
    int rc = topic_admin_open(d->config->kafka, &admin);
    if (rc)
        return rc;
    if ((rc = find_inputs(d, admin)) || !d->config->create_topics)
        goto done;
    if ((rc = prepare_topic(d, admin, d->config->events_topic, true)))
        goto done;
    if (*d->config->dead_letter_topic)
        rc = prepare_topic(d, admin, d->config->dead_letter_topic, false);
done:
    topic_admin_close(admin);
    return rc;
}

/* ---- store and engine ---- */

static int open_mapping(struct daemon *d)
{
    assert(d->config->graph_count <= ENGINE_MAX_GRAPHS);
    const struct config *c = d->config;
    const char *graphs[ENGINE_MAX_GRAPHS];
    if (!*c->mapping_path || d->mapping)
        return ERR_OK;
    size_t count = config_catalogs(c, graphs);
    int rc = mapping_open(c->mapping_path, &d->mapping);
    if (rc)
        return rc;
    return mapping_check(d->mapping, &(struct mapping_check_graphs){graphs, count, true});
}

static int open_database(struct daemon *d)
{
    assert(!d->kv && *d->config->store_path);
    const struct config *c = d->config;
    struct kv_options kv = kv_options_default();
    kv.create = true;
    kv.cache_bytes = (size_t)c->store_cache;
    kv.write_buffer_bytes = (size_t)c->store_write_buffer;
    kv.background_threads = (int)c->store_threads;
    kv.hashed = c->store_hashed;
    return kv_open(c->store_path, &kv, &d->kv);
}

static int open_store(struct daemon *d)
{
    assert(!d->kv && !d->model);
    const struct config *c = d->config;
    bool fresh;
    int rc = open_mapping(d); /* before there is a store */
    if (rc || (!kv_is_open(c->store_path) && (rc = backup_tidy(c->store_path))) ||
        (rc = folder_look(c->store_path, true, &fresh)) || (rc = building_discard(c->store_path)) ||
        (rc = open_database(d)))
        return rc;
    return *c->model_path ? model_load(c->model_path, &d->model) : model_load_default(&d->model);
}

struct engine_options daemon_engine_options(const struct daemon *d)
{
    assert(d->model);
    struct engine_options options = config_engine_options(d->config);
    options.mapping = d->mapping;
    options.model = d->model;
    options.model_path = *d->config->model_path ? d->config->model_path : NULL;
    return options;
}

/* From here on the store remembers the graphs and settings. */
static int open_engine(struct daemon *d)
{
    assert(d->kv && !d->engine);
    struct engine_options options = daemon_engine_options(d);
    int rc = engine_open(d->kv, &options, &d->engine);
    if ((rc != ERR_MISMATCH && rc != ERR_VERSION) || d->options->on_mismatch != DAEMON_REBUILD)
        return rc;
    if ((rc = daemon_rebuild(d, &options)))
        return rc;
    return engine_open(d->kv, &options, &d->engine);
}

/* ---- source and publisher ---- */

/* Also asked by the intake's thread, for a partition that is new. */
static int offset_of(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    assert(partition >= 0);
    struct daemon *d = arg;
    pthread_rwlock_rdlock(&d->exchange);
    int rc = d->engine ? engine_get_offset(d->engine, topic, partition, ret_next) : ERR_STORE;
    pthread_rwlock_unlock(&d->exchange);
    return rc;
}

static int open_source(struct daemon *d)
{
    assert(d->engine && !d->source);
    struct source_options options = config_source_options(d->config);
    return source_open(&options, offset_of, d, &d->source);
}

static void on_latency(void *arg, uint64_t latency_us)
{
    struct daemon *d = arg;
    metrics_observe_us(&d->metrics.latency, latency_us);
}

static void on_published(void *arg, const struct outbox_record *records, size_t count)
{
    struct daemon *d = arg;
    for (size_t i = 0; i < count; i++)
        if (records[i].destination == OUTBOX_EVENTS && !records[i].tombstone)
            event_ring_add(&d->events, records[i].value);
}

/* The partitions as they stand, those of the store marked. */
static int list_offsets(struct daemon *d, struct publisher_offset **ret, size_t *ret_count)
{
    size_t count = source_partition_count(d->source);
    struct publisher_offset *offsets = memory_calloc(count ? count : 1, sizeof(*offsets));
    int rc = ERR_OK;
    for (size_t i = 0; i < count; i++) {
        struct source_partition part;
        int64_t stored;
        source_get_partition(d->source, i, &part);
        assert(part.topic < d->config->topic_count);
        struct slice topic = slice_of(d->config->topics[part.topic].name);
        if ((rc = engine_get_offset(d->engine, topic, part.partition, &stored)))
            goto done;
        bool known = stored >= 0; /* the source may have read on */
        offsets[i] =
            (struct publisher_offset){topic, part.partition, known ? stored : part.next, known};
    }
    *ret = offsets;
    *ret_count = count;
    offsets = NULL;
done:
    free(offsets);
    return rc;
}

/* The epoch is begun when nobody else can commit any more, so that no event id ever names two
 * events.  What of the outbox is out cannot be known, and need not: the new epoch tells what
 * differs from the topic. */
static int on_fenced(void *arg, struct publisher_heir *heir)
{
    struct daemon *d = arg;
    int rc = d->standby ? daemon_standby_inherit(d, heir)
                        : engine_new_epoch(d->engine, heir->newest_epoch + 1);
    if (rc)
        return rc;
    heir->epoch = engine_epoch(d->engine);
    heir->head = engine_head(d->engine);
    assert(heir->epoch > heir->newest_epoch);
    crash_point_pass("new-epoch");
    return ERR_OK;
}

int daemon_open_publisher(struct daemon *d, bool take_over)
{
    struct publisher *p = NULL;
    assert(d->engine && d->source && !d->publisher);
    const struct config *c = d->config;
    struct publisher_options o = publisher_options_default();
    struct publisher_offset *offsets = NULL;
    o.kafka = c->kafka;
    o.kv = d->kv;
    o.transactional_id = c->transactional_id;
    o.group = c->group;
    o.events_topic = c->events_topic;
    o.dead_letter_topic = *c->dead_letter_topic ? c->dead_letter_topic : NULL;
    o.uuid = engine_uuid(d->engine);
    o.epoch = engine_epoch(d->engine);
    o.head = engine_head(d->engine);
    o.max_records = (size_t)c->transaction_records;
    o.max_bytes = (size_t)c->transaction_bytes;
    o.commit_interval_ms = (int)c->commit_interval_ms;
    o.offsets_interval_ms = (int)c->offsets_interval_ms;
    o.start_timeout_ms = (int)c->start_timeout_ms;
    o.embedded = d->broker != NULL;
    o.take_over = take_over;
    o.on_fenced = on_fenced;
    o.keep_offsets = d->standby != NULL;
    o.lease_ms = d->standby ? daemon_standby_lease_ms(c) : 0;
    o.on_latency = on_latency;
    o.on_published = on_published;
    o.arg = d;
    int rc = list_offsets(d, &offsets, &o.offset_count);
    if (rc)
        return rc;
    o.offsets = offsets;
    rc = publisher_open(&o, &p);
    free(offsets);
    pthread_rwlock_wrlock(&d->exchange);
    d->publisher = p;
    pthread_rwlock_unlock(&d->exchange);
    return rc;
}

/* This store goes on although the group says otherwise, in an epoch of its own. */
static int take_over(struct daemon *d)
{
    assert(d->engine && !d->publisher);
    log_warn("taking over group '%s' in a new epoch", d->config->group);
    return daemon_open_publisher(d, true);
}

static int connect_publisher(struct daemon *d)
{
    assert(d->source && !d->publisher);
    bool rebuild = d->options->on_mismatch == DAEMON_REBUILD;
    if (d->replays)
        return take_over(d);
    int rc = daemon_open_publisher(d, false);
    if (rc != ERR_MISMATCH)
        return rc;
    if (d->options->on_mismatch == DAEMON_NEW_EPOCH ||
        (rebuild && state_triples(engine_state(d->engine))))
        return take_over(d);
    if (rebuild)
        log_error("the store is empty: there is nothing to rebuild it from; to read the topics "
                  "from their beginnings: --on-mismatch=replay");
    else if (d->options->on_mismatch == DAEMON_REFUSE)
        log_error("to go on with this store: --on-mismatch=new-epoch; to delete it and read the "
                  "topics again: --on-mismatch=replay");
    return rc;
}

static void say_ways_out(const struct daemon *d)
{
    if (d->options->on_mismatch != DAEMON_REPLAY)
        log_error("put a newer backup back (alignd restore); or, where the topics hold everything "
                  "from offset 0 on, delete this store and read them: --on-mismatch=replay");
}

/* ---- another store in its place ---- */

/* The database, and the engine on it if there was one. */
static int swap_database(struct daemon *d, bool engine)
{
    assert(!d->kv && !d->engine);
    struct engine_options options = daemon_engine_options(d);
    int rc;
    crash_point_pass("build-run");
    if ((rc = building_finish(d->config->store_path)))
        return rc;
    crash_point_pass("build-finished");
    if ((rc = open_database(d)) || !engine)
        return rc;
    return engine_open(d->kv, &options, &d->engine);
}

int daemon_swap_store(struct daemon *d)
{
    bool engine = d->engine != NULL, publisher = d->publisher != NULL;
    assert(d->kv && (engine || !publisher));
    pthread_rwlock_wrlock(&d->exchange);
    d->open = false;
    publisher_close(d->publisher);
    engine_close(d->engine);
    kv_close(d->kv);
    d->publisher = NULL;
    d->engine = NULL;
    d->kv = NULL;
    int rc = swap_database(d, engine);
    pthread_rwlock_unlock(&d->exchange);
    if (rc || (publisher && (rc = daemon_open_publisher(d, false))))
        return rc;
    d->open = publisher || d->stands_by;
    return ERR_OK;
}

/* ---- all of it ---- */

static int start_http(struct daemon *d)
{
    const struct config *c = d->config;
    assert(c->http_port > 0 && c->http_timeout_ms > 0);
    const struct http_options options = {.address = c->http_listen,
                                         .port = (uint16_t)c->http_port,
                                         .connections = (size_t)c->http_connections,
                                         .address_connections = (size_t)c->http_address_connections,
                                         .header_bytes = (size_t)c->http_header_bytes,
                                         .body_bytes = (size_t)c->http_body_bytes,
                                         .threads = (unsigned)c->http_threads,
                                         .posts = daemon_posts,
                                         .allow_origin = c->http_allow_origin,
                                         .timeout_s =
                                             (unsigned)((c->http_timeout_ms + 999) / 1000)};
    return http_start(&options, daemon_page, d, &d->http);
}

int daemon_open(struct daemon *d)
{
    assert(!d->kv && !d->open);
    const struct config *c = d->config;
    assert(c->graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < c->graph_count; i++)
        d->graphs[i] = c->graphs[i].name;
    d->topics = memory_calloc(c->topic_count ? c->topic_count : 1, sizeof(*d->topics));
    for (size_t i = 0; i < c->topic_count; i++)
        d->topics[i] = c->topics[i].name;
    d->outbox_limit = c->outbox_limit;
    d->dirty_limit = c->dirty_limit;
    kafka_conf_set_stats(c->kafka, metrics_take_kafka, &d->metrics);
    d->opened_us = clock_mono_us();
    event_ring_init(&d->events, (size_t)c->http_events);
    verdict_writer_init(&d->writer, c->kafka, config_verdict_topic(c));

    int rc;
    if ((rc = check(d)) ||
        (*c->http_token_file && (rc = query_read_token(c->http_token_file, &d->token))) ||
        (rc = open_store(d)))
        return rc;
    if (c->http_port && (rc = start_http(d)))
        return rc;
    if (d->options->embedded_broker && (rc = start_broker(d)))
        return rc;
    if ((rc = prepare_topics(d)) || (rc = open_engine(d)) || (rc = daemon_records_check(d)))
        return rc;
    if ((rc = open_source(d)) == ERR_MISMATCH)
        say_ways_out(d);
    if (rc || (rc = d->options->standby ? daemon_standby_open(d) : connect_publisher(d)))
        return rc;
    assert(d->engine && d->source && !d->publisher == d->stands_by);
    d->open = true;
    return ERR_OK;
}

void daemon_close(struct daemon *d)
{
    intake_stop(d->intake);
    http_stop(d->http); /* before what its pages read */
    match_gauges_fini(&d->gauges);
    review_fini(&d->review);
    review_fini(&d->first_types);
    verdict_writer_fini(&d->writer);
    buf_fini(&d->token);
    d->open = false;
    daemon_standby_close(d);
    publisher_close(d->publisher);
    event_ring_fini(&d->events);
    source_close(d->source);
    broker_embedded_stop(d->broker);
    if (*d->address_path)
        unlink(d->address_path);
    engine_close(d->engine);
    model_free(d->model);
    mapping_close(d->mapping);
    kv_close(d->kv);
    free(d->topics);
}
