/*
 * cmd_verify.c - `alignd verify`: is the store what its triples give?
 */
#include "alignd/engine/verify.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static void show(void *arg, double done, uint64_t triples)
{
    progress_update(arg, done, triples, NULL);
}

static void write_report(const struct verify_report *r, uint64_t rows, uint64_t us)
{
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_bool(w, "equal", r->differences == 0);
    json_writer_add_unsigned(w, "rows", rows);
    json_writer_add_unsigned(w, "triples", r->triples);
    json_writer_add_number(w, "seconds", (double)us / 1e6);
    json_writer_add_unsigned(w, "differences", r->differences);
    json_writer_key(w, "first");
    json_writer_begin_array(w);
    for (uint64_t i = 0; i < r->differences && i < VERIFY_MAX_DIFFERENCES; i++) {
        json_writer_begin_object(w);
        json_writer_add_text(w, "family", kv_family_name(r->first[i].family));
        json_writer_add_text(w, "what", r->first[i].what);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_line_end(&line);
}

static void print_report(const struct verify_report *r, uint64_t us, bool json)
{
    uint64_t rows = 0;
    for (int f = 0; f < KV_FAMILIES; f++)
        rows += r->rows[f];
    if (json) {
        write_report(r, rows, us);
        return;
    }
    if (r->differences == 0) {
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
    bool json = false;
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "scratch", .type = ARG_TEXT, .to = &v.scratch, .value = "DIR",
            .help = "where to build the second store; without: in memory"),
        ARG(.name = "by-turns", .type = ARG_FLAG, .to = &v.by_turns,
            .help = "make the second store as a daemon would: slower, and by the code that made "
                    "the first"),
        OFFLINE_MEMORY_ARG(&o),
        OFFLINE_QUIET_ARG(&o.quiet),
        JSON_ARG(&json),
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
        if ((rc = offline_settle(&store)))
            goto done;
    }
    assert(store.engine && v.memory_bytes > 0);
    uint64_t begun = clock_mono_us();
    v.arg = &progress;
    progress_begin(&progress, "verify", "triples");
    rc = verify_store(store.engine, &v, &report);
    progress_end(&progress);
    if (rc == ERR_OK || rc == ERR_DIFFERS)
        print_report(&report, clock_mono_us() - begun, json);
done:
    offline_close(&store);
    return offline_status(rc);
}
