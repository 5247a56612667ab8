/*
 * cmd_rebuild.c - `alignd rebuild`: every row of a store anew from its own triples, beside it and
 * then in its place.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/progress.h"
#include "alignd/cli/build_store.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/coverage_report.h"
#include "alignd/cli/json_line.h"
#include "alignd/graph/mapping_check.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* The store is closed afterwards, whether it was replaced or not. */
static int rebuild(const struct offline_options *offline, struct offline *store, size_t memory)
{
    assert(memory > 0 && store->engine);
    struct build_store *s = NULL;
    struct build_store_options o = {.offline = offline,
                                    .replaces = store,
                                    .what = "rebuild",
                                    .memory_bytes = memory,
                                    .expected_triples =
                                        state_triples(engine_state(store->engine)) + 1,
                                    .stopped = &stopped};
    int rc;
    if ((rc = build_store_open(&o, &s)) || (rc = build_store_add_replaced(s)))
        goto done;
    rc = build_store_finish(s);
done:
    build_store_close(s);
    return rc;
}

static void tell(uint64_t triples, double seconds, bool json)
{
    assert(seconds >= 0);
    if (json) {
        struct json_line line;
        struct json_writer *w = json_line_begin(&line);
        json_writer_add_unsigned(w, "triples", triples);
        json_writer_add_number(w, "seconds", seconds);
        json_line_end(&line);
    } else {
        printf("%" PRIu64 " triples built anew (%.1f s)\n", triples, seconds);
    }
}

/* The mapping that the new store is to have; the old one stays with the engine that has it. */
static int open_mapping(const char *path, struct offline *store, struct mapping **ret_mapping)
{
    assert(store->options.graph_count > 0 && store->options.graph_count <= ENGINE_MAX_GRAPHS);
    const struct mapping_check_graphs graphs = {store->options.graphs, store->options.graph_count,
                                                true};
    int rc;
    if ((rc = mapping_open(path, ret_mapping)) || (rc = mapping_check(*ret_mapping, &graphs)))
        return rc;
    store->options.mapping = *ret_mapping;
    return ERR_OK;
}

/* What the mapping meets, of the store as it is now. */
static int report(const struct offline_options *o)
{
    assert(o->store);
    struct offline store;
    size_t warnings;
    int rc = offline_open(o, &store);
    if (rc)
        return rc;
    rc = coverage_report_print(engine_state(store.engine), store.mapping, COVERAGE_REPORT_ENTITIES,
                               stderr, &warnings);
    offline_close(&store);
    return rc;
}

static int run(const struct offline_options *o, const char *mapping_path, size_t memory, bool json)
{
    struct mapping *mapping = NULL;
    struct offline store;
    struct offline_options any = *o;
    any.any_settings = true; /* of an alignd that had other ones, say */
    uint64_t begun = clock_mono_us();
    int rc = offline_open(&any, &store);
    if (rc)
        return rc;
    uint64_t triples = state_triples(engine_state(store.engine));
    assert(store.engine);
    if (mapping_path && (rc = open_mapping(mapping_path, &store, &mapping)))
        goto done;
    rc = rebuild(o, &store, memory);
done:
    offline_close(&store);
    mapping_close(mapping);
    if (rc)
        return rc;
    if (json || !o->quiet)
        tell(triples, (double)(clock_mono_us() - begun) / 1e6, json);
    return mapping_path && !o->quiet ? report(o) : ERR_OK;
}

int cmd_rebuild(int argc, char **argv)
{
    struct offline_options o = {0};
    const char *mapping = NULL;
    bool json = false;
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "mapping", .letter = 'm', .type = ARG_TEXT, .to = &mapping, .value = "FILE",
            .help = "the mapping that the new store has; without: that of the old one"),
        OFFLINE_MEMORY_ARG(&o),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &o.quiet,
            .help = "no progress, no summary"),
        JSON_ARG(&json),
    };
    const struct args args = {
        "alignd rebuild --store DIR [OPTION]...",
        "Makes every row of a store anew from its triples, beside it, and puts the "
        "new store in its place: for one that `alignd verify` finds to differ, "
        "that is to be as small as it gets, or to have another mapping. Its identity, offsets and "
        "what is not published "
        "yet stay; what differs from what readers hold is told by the next alignd run.",
        table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    progress_set_enabled(!o.quiet);
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    size_t memory = offline_share_memory(&o);
    assert(memory > 0);
    rc = run(&o, mapping, memory, json);
    return offline_status(rc);
}
