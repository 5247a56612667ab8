/*
 * cmd_check.c - `alignd check`: what `alignd run` would stumble over, without
 * touching the store or a running instance.
 */
#include "alignd/base/err.h"
#include "alignd/base/clock.h"
#include "alignd/base/log.h"
#include "alignd/base/machine.h"
#include "alignd/base/memory.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/coverage_report.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/mapping_check.h"
#include "alignd/kernel/kernel.h"
#include "alignd/model/model.h"
#include "alignd/store/folder.h"
#include "alignd/state/decided_pairs.h"
#include "alignd/stream/commit_mark.h"
#include "alignd/stream/group_offsets.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct check {
    const struct config *config;
    struct topic_admin *admin;
    struct group_offsets_partition *partitions; /* of the inputs */
    size_t partition_count;
    bool create; /* topics that are missing */
    int64_t partitions_wanted;
    int failed, warned;
    int first;                /* code of the first failure */
    struct json_writer *json; /* an array is open in it; NULL: words */
};

/* One thing that was looked at, in either form. */
static void tell(const struct check *c, const char *result, const char *what, const char *words)
{
    assert(*result && *what);
    if (!c->json) {
        printf("%-7s %s%s%s\n", result, what, *words ? ": " : "", words);
        return;
    }
    json_writer_begin_object(c->json);
    json_writer_add_text(c->json, "result", result);
    json_writer_add_text(c->json, "what", what);
    json_writer_add_text(c->json, "detail", words);
    json_writer_end_object(c->json);
}

static void pass(const struct check *c, const char *what, const char *words)
{
    tell(c, "ok", what, words);
}

static void warn(struct check *c, const char *what, const char *words)
{
    assert(*words);
    tell(c, "warning", what, words);
    c->warned++;
}

/* The reason is in the log already. */
static void fail(struct check *c, const char *what, int rc)
{
    assert(!c->failed == !c->first);
    assert(rc);
    tell(c, c->json ? "failed" : "FAILED", what, c->json ? err_text(rc) : "");
    c->failed++;
    c->first = err_first(c->first, rc);
}

static void show_kernels(const struct check *c)
{
    pass(c, "kernels", kernel_chosen());
}

/* What the process takes beside what is dealt: code, clients of Kafka, what malloc keeps. */
#define REST_BYTES (UINT64_C(300) << 20)

static void show_memory(const struct check *c)
{
    assert(c->config->deal.total > 0);
    struct buf words = {0};
    memory_deal_write(&c->config->deal, &words);
    buf_append_format(&words, "; a build takes %" PRIu64, c->config->build_memory >> 20);
    uint64_t there = machine_memory("");
    if (there)
        buf_append_format(&words, "; of %" PRIu64 " that there are%s", there >> 20,
                          c->config->deal.total + REST_BYTES > there ? ": too few beside the rest, "
                                                                       "about 300"
                                                                     : "");
    buf_append_u8(&words, '\0');
    pass(c, "memory", words.data);
    buf_fini(&words);
}

static void check_mapping(struct check *c)
{
    assert(c->config->graph_count <= ENGINE_MAX_GRAPHS);
    struct mapping *mapping = NULL;
    const char *graphs[ENGINE_MAX_GRAPHS];
    char what[4200];
    size_t count = config_catalogs(c->config, graphs);
    snprintf(what, sizeof(what), "mapping %s", c->config->mapping_path);
    const struct mapping_check_graphs wanted = {graphs, count, true};
    int rc;
    if ((rc = mapping_open(c->config->mapping_path, &mapping)) ||
        (rc = mapping_check(mapping, &wanted)))
        fail(c, what, rc);
    else
        pass(c, what, "");
    mapping_close(mapping);
}

static void check_files(struct check *c)
{
    assert(*c->config->store_path);
    struct model *model = NULL;
    char what[4200];
    int rc = ERR_OK;
    if (!c->config->graph_count || !c->config->topic_count) {
        log_error("no [graph.NAME] with topics is configured");
        fail(c, "graphs", ERR_CONFIG);
    }
    snprintf(what, sizeof(what), "store %s", c->config->store_path);
    if ((rc = folder_may_write(c->config->store_path)))
        fail(c, what, rc);
    else
        pass(c, what, "");
    if (*c->config->mapping_path)
        check_mapping(c);
    if (*c->config->model_path) {
        snprintf(what, sizeof(what), "model %s", c->config->model_path);
        rc = model_load(c->config->model_path, &model);
        if (rc)
            fail(c, what, rc);
        else
            pass(c, what, "");
        model_free(model);
    }
}

static void add_partitions(struct check *c, const char *topic, int count)
{
    assert(c->partitions || !c->partition_count);
    c->partitions = memory_realloc(c->partitions,
                                   (c->partition_count + (size_t)count) * sizeof(*c->partitions));
    for (int i = 0; i < count; i++)
        c->partitions[c->partition_count++] = (struct group_offsets_partition){topic, i};
}

/* Makes a missing topic when told to.  Inputs are kept for ever: they are what a store is
 * built anew from. */
static int create(struct check *c, const char *name, bool input, bool compacted,
                  struct topic_admin_info *info)
{
    struct topic_admin_spec spec = {.name = name,
                                    .partitions = input       ? (int)c->partitions_wanted
                                                  : compacted ? (int)c->config->partitions
                                                              : 1,
                                    .replication = -1,
                                    .compacted = compacted,
                                    .retention_ms = input ? -1 : 0};
    assert(spec.partitions > 0 && !(input && compacted));
    if (!c->create || info->exists)
        return ERR_OK;
    int rc = topic_admin_create(c->admin, &spec, (int)c->config->start_timeout_ms, NULL);
    if (rc)
        return rc;
    log_info("created topic '%s' with %d partitions", name, spec.partitions);
    /* of several brokers the one that is asked may hear of it later */
    for (int tries = 0; !info->exists && tries < 50; tries++) {
        clock_sleep_ms(tries ? 100 : 0);
        if ((rc = topic_admin_describe(c->admin, name, (int)c->config->start_timeout_ms, info)))
            return rc;
    }
    return ERR_OK;
}

static int check_input(struct check *c, const struct source_topic *topic)
{
    assert(c->admin && topic->graph < c->config->graph_count);
    struct topic_admin_info info;
    char what[400], words[100];
    snprintf(what, sizeof(what), "input topic '%s' of graph '%s'", topic->name,
             c->config->graphs[topic->graph].name);
    int rc, timeout_ms = (int)c->config->start_timeout_ms;
    if ((rc = topic_admin_describe(c->admin, topic->name, timeout_ms, &info)) ||
        (rc = create(c, topic->name, true, false, &info))) {
        fail(c, what, rc);
        return rc;
    }
    if (!info.exists) {
        (void)topic_admin_missing(topic->name);
        fail(c, what, ERR_CONFIG);
        return ERR_OK;
    }
    snprintf(words, sizeof(words), "%d partitions", info.partitions);
    bool records = c->config->graphs[topic->graph].records; /* the last one of a key is all of it */
    if (info.config_known && info.compacted && !records) {
        log_error("topic '%s' is compacted (cleanup.policy), and its messages are changes "
                  "(semantics = changes): of all changes of a key the broker keeps the last one "
                  "alone, so a rebuild would lose triples. Set cleanup.policy=delete and "
                  "retention.ms=-1, or semantics = records where a message is a whole entity",
                  topic->name);
        fail(c, what, ERR_CONFIG);
        return ERR_OK;
    }
    if (info.config_known && info.deletes && info.retention_ms >= 0)
        warn(c, what, "old records are deleted (cleanup.policy); a rebuild would miss them");
    else
        pass(c, what, words);
    add_partitions(c, topic->name, info.partitions);
    return ERR_OK;
}

static int check_output(struct check *c, const char *name, bool compacted)
{
    assert(c->admin && *name);
    struct topic_admin_info info;
    char what[400];
    snprintf(what, sizeof(what), "output topic '%s'", name);
    int rc, timeout_ms = (int)c->config->start_timeout_ms;
    if ((rc = topic_admin_describe(c->admin, name, timeout_ms, &info)) ||
        (rc = create(c, name, false, compacted, &info))) {
        fail(c, what, rc);
    } else if (!info.exists && c->config->create_topics) {
        pass(c, what, "will be created");
    } else if (!info.exists) {
        log_error("topic '%s' does not exist, and [output] create_topics is false", name);
        fail(c, what, ERR_CONFIG);
    } else if (compacted && info.config_known && !info.compacted) {
        warn(c, what, "is not compacted");
    } else {
        pass(c, what, "");
    }
    return rc;
}

/* What its owner lets others know of it. */
static const char *words_of_lease(const struct commit_mark *mark)
{
    if (!mark->beats)
        return "";
    return mark->lease_ms ? ", beats for others to see"
                          : ", which has ended: who stands by takes over";
}

static int print_mark(void *arg, const struct group_offsets_partition *partition, int64_t offset,
                      struct slice metadata)
{
    struct check *c = arg;
    assert(partition->partition >= 0);
    struct commit_mark mark;
    char what[600], words[300];
    snprintf(what, sizeof(what), "group '%s' on %s [%" PRId32 "]", c->config->group,
             partition->topic, partition->partition);
    if (offset < 0) {
        pass(c, what, "no offset committed");
    } else if (commit_mark_parse(metadata, &mark)) {
        snprintf(words, sizeof(words),
                 "offset %" PRId64 ", by store %s, epoch %" PRIu64 ", event %" PRIu64 "%s", offset,
                 mark.uuid, mark.epoch, mark.head, words_of_lease(&mark));
        pass(c, what, words);
    } else {
        snprintf(words, sizeof(words), "offset %" PRId64 ", not committed by alignd", offset);
        warn(c, what, words);
    }
    return ERR_OK;
}

/* Later ones would only repeat that the broker is not there. */
static int check_topics(struct check *c)
{
    assert(c->admin);
    const struct config *config = c->config;
    int rc;
    for (size_t i = 0; i < config->topic_count; i++)
        if ((rc = check_input(c, &config->topics[i])))
            return rc;
    if ((rc = check_output(c, config->events_topic, true)) || !*config->dead_letter_topic)
        return rc;
    return check_output(c, config->dead_letter_topic, false);
}

static void check_broker(struct check *c)
{
    assert(!c->admin);
    const struct config *config = c->config;
    int rc = topic_admin_open(config->kafka, &c->admin);
    if (rc) {
        fail(c, "librdkafka properties", rc);
        return;
    }
    if ((rc = topic_admin_reach(c->admin, (int)config->start_timeout_ms)))
        fail(c, "broker", rc);
    else
        rc = check_topics(c);
    topic_admin_close(c->admin);
    if (rc || !c->partition_count)
        return;
    rc = group_offsets_read(config->kafka, config->group, c->partitions, c->partition_count,
                            (int)config->start_timeout_ms, print_mark, c);
    if (rc)
        fail(c, "offsets of the group", rc);
}

/* Have the entities of each graph labels? */
static int check_labels(struct check *c, const struct state *s)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    for (size_t g = 0; g < s->graph_count; g++) {
        char what[100];
        if (!state_is_catalog(s, g))
            continue;
        snprintf(what, sizeof(what), "labels of graph '%s'", s->graphs[g].name.data);
        int rc = coverage_report_labels(s, g);
        if (rc && rc != ERR_CONFIG)
            return rc;
        if (rc)
            fail(c, what, rc);
        else
            pass(c, what, "");
    }
    return ERR_OK;
}

enum { CONTRADICTIONS = 20 }; /* that are told one by one */

static int tell_contradiction(void *arg, const struct decided_pair *p)
{
    size_t *told = arg;
    if ((*told)++ < CONTRADICTIONS)
        log_warn("verdicts: %.*s and %.*s are said to be the same, and %s", (int)p->subject.len,
                 p->subject.data, (int)p->object.len, p->object.data,
                 p->what & DECIDED_BARRED
                     ? "to be different: they are barred"
                     : "one of them to be the same as another as well: they are not pinned");
    return ERR_OK;
}

/* What people decided, where it cannot all be so. */
static int check_verdicts(const struct state *s, size_t *warnings)
{
    size_t told = 0;
    int rc = decided_pairs_each(s, DECIDED_CONTRADICTED, tell_contradiction, &told);
    assert(rc || told == state_decided(s).contradicted);
    if (told > CONTRADICTIONS)
        log_warn("verdicts: and %zu more (alignd verdicts --contradicted)", told - CONTRADICTIONS);
    *warnings += told;
    return rc;
}

static void begin_json(struct check *c, struct json_line *line)
{
    assert(!c->json);
    c->json = json_line_begin(line);
    json_writer_key(c->json, "checks");
    json_writer_begin_array(c->json);
}

static void end_json(const struct check *c, struct json_line *line)
{
    assert(c->json && !c->failed == !c->first);
    json_writer_end_array(c->json);
    json_writer_add_integer(c->json, "failed", c->failed);
    json_writer_add_integer(c->json, "warnings", c->warned);
    json_line_end(line);
}

/* What the triples of a store and its mapping do not have to say to each other; of JSON the
 * report goes to standard error. */
static int check_store(const char *path, bool unlabelled, bool json)
{
    struct check c = {0};
    struct offline store;
    struct offline_options o = {.store = path, .read_only = true};
    struct json_line line;
    size_t warnings = 0;
    int rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    if (json)
        begin_json(&c, &line);
    assert(store.engine);
    const struct state *s = engine_state(store.engine);
    rc = coverage_report_print(s, store.mapping, UINT64_MAX, json ? stderr : stdout, &warnings);
    if (rc || (rc = check_verdicts(s, &warnings)) || unlabelled)
        goto done;
    rc = check_labels(&c, s);
done:
    c.warned = (int)warnings;
    if (json)
        end_json(&c, &line);
    else
        printf("%d failed, %d warnings\n", c.failed, c.warned);
    offline_close(&store);
    return offline_status(err_first(rc, c.first));
}

static int print_defaults(void)
{
    struct buf text = {0};
    config_write_default(&text);
    bool ok = fwrite(text.data, 1, text.len, stdout) == text.len;
    buf_fini(&text);
    return ok ? 0 : err_exit_status(ERR_IO);
}

static void check_all(struct check *c, const char *path)
{
    assert(c->config && !c->failed);
    pass(c, "configuration", path ? path : "defaults");
    show_memory(c);
    show_kernels(c);
    check_files(c);
    int rc = connection_check_broker(c->config);
    if (rc)
        fail(c, "broker", rc);
    else
        check_broker(c);
}

static void check_all_as_json(struct check *c, const char *path)
{
    struct json_line line;
    begin_json(c, &line);
    check_all(c, path);
    end_json(c, &line);
}

static int run(const struct connection_arguments *connection, struct check c, bool json)
{
    assert(c.partitions_wanted > 0);
    struct config *config;
    int rc = connection_load(connection, false, &config);
    if (rc)
        return connection_status(rc);
    c.config = config;
    if (json) {
        check_all_as_json(&c, connection->config);
    } else {
        check_all(&c, connection->config);
        printf("%d failed, %d warnings\n", c.failed, c.warned);
    }
    assert(!c.failed == !c.first);
    free(c.partitions);
    config_free(config);
    return connection_status(c.first);
}

int cmd_check(int argc, char **argv)
{
    struct connection_arguments connection = {0};
    struct check check = {.partitions_wanted = 1};
    const char *store = NULL;
    bool defaults = false, json = false, unlabelled = false;
    const struct arg table[] = {
        CONNECTION_ARGS(&connection),
        ARG(.name = "create", .type = ARG_FLAG, .to = &check.create,
            .help = "makes the topics that are missing"),
        ARG(.name = "partitions", .type = ARG_INT, .to = &check.partitions_wanted, .value = "N",
            .min = 1, .max = 10000, .help = "of input topics made so (1)"),
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &store, .value = "DIR",
            .help = "checks that store instead, whose daemon is stopped: what its mapping meets"),
        ARG(.name = "allow-unlabelled", .type = ARG_FLAG, .to = &unlabelled,
            .help = "a graph of the store whose entities have no labels is no fault"),
        ARG(.name = "defaults", .type = ARG_FLAG, .to = &defaults,
            .help = "prints the configuration file with every option at its default"),
        JSON_ARG(&json),
    };
    const struct args args = {"alignd check [-c FILE | --store DIR] [OPTION]...",
                              "Checks the configuration, its files, the broker, the topics and the "
                              "group; changes nothing unless told to.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (defaults)
        return print_defaults();
    return store ? check_store(store, unlabelled, json) : run(&connection, check, json);
}
