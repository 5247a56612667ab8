/*
 * cmd_verify.c - `alignd verify` and `alignd digest`: is the store what its
 * triples give?
 */
#include "alignd/engine/verify.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/offline.h"

#include <inttypes.h>
#include <stdio.h>

static void show(void *arg, double done, uint64_t triples)
{
    progress_update(arg, done, triples, NULL);
}

static void print_report(const struct verify_report *r, int rc, uint64_t us)
{
    uint64_t rows = 0;
    for (int f = 0; f < KV_FAMILIES; f++)
        rows += r->rows[f];
    if (rc == ERR_OK) {
        printf("verified: %" PRIu64 " rows are what %" PRIu64
               " triples give, bit for bit (%.1f s)\n",
               rows, r->triples, (double)us / 1e6);
        return;
    }
    printf("%" PRIu64 " differences in %" PRIu64 " rows; the first:\n", r->differences, rows);
    for (uint64_t i = 0; i < r->differences && i < VERIFY_MAX_DIFFERENCES; i++)
        printf("  %-11s %s\n", kv_family_name(r->first[i].family), r->first[i].what);
}

int cmd_verify(int argc, char **argv)
{
    struct offline_options o = {0};
    struct verify_options v = {.progress = show};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "scratch", .type = ARG_TEXT, .to = &v.scratch, .value = "DIR",
            .help = "where to build the second store; without: in memory"),
        ARG(.name = "by-turns", .type = ARG_FLAG, .to = &v.by_turns,
            .help = "make the second store as a daemon would: slower, and by the code that made "
                    "the first"),
        OFFLINE_MEMORY_ARG(&o),
        OFFLINE_QUIET_ARG(&o.quiet),
    };
    const struct args args = {"alignd verify --store DIR [--scratch DIR]",
                              "Builds a second store from the triples of the first, by sorting and "
                              "without turns, and compares every row.  Status 0: equal; 1: not, "
                              "and the first differences.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    progress_set_enabled(!o.quiet);
    struct offline store;
    struct verify_report report;
    struct progress progress;
    v.memory_bytes = offline_share_memory(&o);
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    if (engine_dirty_count(store.engine)) {
        log_info("working off %" PRIu64 " entities that wait", engine_dirty_count(store.engine));
        rc = offline_settle(&store);
    }
    uint64_t begun = clock_mono_us();
    v.arg = &progress;
    progress_begin(&progress, "verify", "triples");
    if (!rc)
        rc = verify_store(store.engine, &v, &report);
    progress_end(&progress);
    if (rc == ERR_OK || rc == ERR_DIFFERS)
        print_report(&report, rc, clock_mono_us() - begun);
    offline_close(&store);
    return offline_status(rc);
}

int cmd_digest(int argc, char **argv)
{
    struct offline_options o = {0};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
    };
    const struct args args = {"alignd digest --store DIR",
                              "Prints an order-independent hash of each column family and of all: "
                              "two stores of the same triples and settings print the same.",
                              table, 1};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    struct offline store;
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    uint64_t all = 0;
    for (int f = 0; f < KV_FAMILIES; f++) {
        uint64_t digest = engine_digest(store.engine, (enum kv_family)f);
        if (f == KV_META || f == KV_OFFSETS || f == KV_PUBLISHED || f == KV_DIRTY || f == KV_OUTBOX)
            continue; /* these tell of the way, not of the state */
        printf("%-11s %016" PRIx64 "\n", kv_family_name((enum kv_family)f), digest);
        all = hash_mix(all, digest);
    }
    printf("%-11s %016" PRIx64 "\n", "all", all);
    if (engine_dirty_count(store.engine))
        printf("not final: %" PRIu64 " entities wait\n", engine_dirty_count(store.engine));
    offline_close(&store);
    return 0;
}
