/*
 * cmd_backup.c - `alignd backup` and `alignd restore`: a copy of a store with a manifest, and
 * back.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/daemon/backup.h"
#include "alignd/engine/verify.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

struct backup_arguments {
    struct connection_arguments connection;
    const char *store;
    int64_t wait_s;
    bool json;
};

/* checked: by what its triples give, too (--check). */
static void write_info(const char *path, const struct backup_info *i, bool checked)
{
    assert(i->files > 0);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    char digest[17];
    snprintf(digest, sizeof(digest), "%016" PRIx64, identity_digest(&i->identity));
    json_writer_add_text(w, "path", path);
    json_writer_add_text(w, "store", i->identity.uuid);
    json_writer_add_unsigned(w, "epoch", i->identity.epoch);
    json_writer_add_unsigned(w, "event", i->identity.head);
    json_writer_add_unsigned(w, "triples", i->identity.triples);
    json_writer_add_unsigned(w, "matches", i->identity.matches);
    json_writer_add_unsigned(w, "waiting", i->identity.dirty);
    json_writer_add_unsigned(w, "files", i->files);
    json_writer_add_unsigned(w, "bytes", i->bytes);
    json_writer_add_text(w, "digest", digest);
    if (checked)
        json_writer_add_bool(w, "checked", true);
    json_line_end(&line);
}

static void print_info(const char *what, const char *path, const struct backup_info *i)
{
    assert(i->files > 0 && *i->identity.uuid);
    printf("%s %s: store %s, epoch %" PRIu64 ", event %" PRIu64 "; %" PRIu64 " triples, %" PRIu64
           " matches%s; %" PRIu64 " files, %.1f MiB; digest %016" PRIx64 "\n",
           what, path, i->identity.uuid, i->identity.epoch, i->identity.head, i->identity.triples,
           i->identity.matches, i->identity.dirty ? ", not all worked off" : "", i->files,
           (double)i->bytes / (1 << 20), identity_digest(&i->identity));
}

/* --store, or that of the configuration; and the one argument. */
static int parse(const struct args *args, struct backup_arguments *a, int argc, char **argv,
                 const char *missing, struct config **ret_config, const char **ret_path)
{
    char **rest;
    int count, rc = args_parse(args, argc, argv, &rest, &count);
    if (rc)
        return rc;
    if (count != 1) {
        log_error("%s: %s", argv[0], count ? "too many arguments" : missing);
        return ERR_USAGE;
    }
    *ret_path = rest[0];
    if (!a->store && !a->connection.config) {
        log_error("%s: which store? --store DIR, or -c FILE", argv[0]);
        return ERR_USAGE;
    }
    if (a->store)
        return ERR_OK;
    if ((rc = connection_load(&a->connection, false, ret_config)))
        return rc;
    assert(*ret_config);
    a->store = (*ret_config)->store_path;
    return ERR_OK;
}

#define STORE_ARGS(a)                                                                              \
    CONNECTION_ARGS(&(a)->connection),                                                             \
        {.name = "store",                                                                          \
         .letter = 's',                                                                            \
         .type = ARG_TEXT,                                                                         \
         .to = &(a)->store,                                                                        \
         .value = "DIR",                                                                           \
         .help = "the store, instead of [store] path of the configuration"},                       \
        JSON_ARG(&(a)->json)

int cmd_backup(int argc, char **argv)
{
    struct backup_arguments a = {.wait_s = 60};
    const struct arg table[] = {
        STORE_ARGS(&a),
        ARG(.name = "wait", .type = ARG_INT, .to = &a.wait_s, .value = "SECONDS", .min = 1,
            .max = 86400,
            .help = "for the daemon that has the store open to come to the end of a turn (60)"),
    };
    const struct args args = {"alignd backup [OPTION]... OUT",
                              "Copies a store, also of a running daemon, into the new folder OUT, "
                              "with a manifest; every row is checked against its digest.",
                              table, sizeof(table) / sizeof(*table)};
    struct config *config = NULL;
    struct backup_info info;
    const char *out;
    int rc = parse(&args, &a, argc, argv, "where to? name a folder that is not there yet", &config,
                   &out);
    if (rc == ARGS_HELP)
        return 0;
    assert(rc || a.store);
    if (rc || (rc = backup_make(a.store, out, (int)a.wait_s * 1000, &info)))
        goto done;
    if (a.json)
        write_info(out, &info, false);
    else
        print_info("backup", out, &info);
done:
    config_free(config);
    return connection_status(rc);
}

/* --- restore --- */

static int tell_differences(const struct verify_report *r)
{
    assert(r->differences > 0);
    log_error("%" PRIu64 " rows of the backup are not what its triples give; the first: %s %s",
              r->differences, kv_family_name(r->first[0].family), r->first[0].what);
    return ERR_DIFFERS;
}

static void show_check(void *arg, double done, uint64_t triples)
{
    progress_update(arg, done, triples, NULL);
}

/* How a copy is checked. */
struct copy_check {
    struct verify_options verify;
    struct offline_options offline; /* memory alone */
};

/* Is every row what the triples of the copy give?  A backup_check_fn. */
static int check_copy(void *arg, const char *copy)
{
    struct copy_check *check = arg;
    assert(copy && *copy);
    struct verify_options *v = &check->verify;
    struct offline_options o = check->offline;
    struct offline store;
    struct verify_report report;
    struct progress progress;
    o.store = copy;
    o.read_only = true;
    v->memory_bytes = offline_share_memory(&o);
    int rc = offline_open(&o, &store);
    if (rc)
        return rc;
    assert(store.engine);
    v->progress = show_check;
    v->arg = &progress;
    progress_begin(&progress, "check", "triples");
    rc = verify_store(store.engine, v, &report);
    progress_end(&progress);
    offline_close(&store);
    if (rc == ERR_RETRY)
        log_error("the backup was made while work was put off, so not all of its rows are final: "
                  "restore it without --check, then alignd verify works that off");
    return rc == ERR_DIFFERS ? tell_differences(&report) : rc;
}

static void print_restored(const char *store, const struct backup_info *info, bool checked)
{
    if (checked)
        printf("checked: %" PRIu64 " triples give every row, bit for bit\n",
               info->identity.triples);
    print_info("restored", store, info);
    printf("if its group has gone on since, alignd run refuses it (78): then start it once with "
           "--on-mismatch=new-epoch\n");
}

int cmd_restore(int argc, char **argv)
{
    struct backup_arguments a = {0};
    struct copy_check check = {0};
    bool wanted = false;
    const struct arg table[] = {
        STORE_ARGS(&a),
        ARG(.name = "check", .type = ARG_FLAG, .to = &wanted,
            .help = "before it takes the place: builds a second store from the triples of the "
                    "backup, as alignd verify does, and compares every row"),
        ARG(.name = "scratch", .type = ARG_TEXT, .to = &check.verify.scratch, .value = "DIR",
            .help = "where --check builds it; without: in memory"),
        OFFLINE_MEMORY_ARG(&check.offline),
    };
    const struct args args = {
        "alignd restore [OPTION]... BACKUP",
        "Puts a backup in place of a store that is not there (any more), after "
        "every file and every row was checked.",
        table, sizeof(table) / sizeof(*table)};
    struct config *config = NULL;
    struct backup_info info;
    const char *backup;
    int rc = parse(&args, &a, argc, argv, "which backup?", &config, &backup);
    if (rc == ARGS_HELP)
        return 0;
    assert(rc || a.store);
    if (rc || (rc = backup_restore(backup, a.store, wanted ? check_copy : NULL, &check, &info)))
        goto done;
    if (a.json)
        write_info(a.store, &info, wanted);
    else
        print_restored(a.store, &info, wanted);
done:
    config_free(config);
    return connection_status(rc);
}
