/*
 * cmd_backup.c - `alignd backup` and `alignd restore`: a copy of a store with a manifest, and
 * back.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/daemon/backup.h"

#include <inttypes.h>
#include <stdio.h>

struct backup_arguments {
    struct connection_arguments connection;
    const char *store;
    int64_t wait_s;
};

static void print_info(const char *what, const char *path, const struct backup_info *i)
{
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
    rc = connection_load(&a->connection, false, ret_config);
    if (!rc)
        a->store = (*ret_config)->store_path;
    return rc;
}

#define STORE_ARGS(a)                                                                              \
    CONNECTION_ARGS(&(a)->connection),                                                             \
    {                                                                                              \
        .name = "store", .type = ARG_TEXT, .to = &(a)->store, .value = "DIR",                      \
        .help = "the store, instead of [store] path of the configuration"                          \
    }

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
    if (!rc)
        rc = backup_make(a.store, out, (int)a.wait_s * 1000, &info);
    if (!rc)
        print_info("backup", out, &info);
    config_free(config);
    return connection_status(rc);
}

int cmd_restore(int argc, char **argv)
{
    struct backup_arguments a = {0};
    const struct arg table[] = {STORE_ARGS(&a)};
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
    if (!rc)
        rc = backup_restore(backup, a.store, &info);
    if (!rc) {
        print_info("restored", a.store, &info);
        printf(
            "if its group has gone on since, alignd run refuses it (78): then start it once with "
            "--on-mismatch=new-epoch\n");
    }
    config_free(config);
    return connection_status(rc);
}
