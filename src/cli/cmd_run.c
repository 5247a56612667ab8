/*
 * cmd_run.c - `alignd run`: the daemon.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/daemon/daemon.h"

#include <assert.h>

static int read_on_mismatch(const char *text, enum daemon_on_mismatch *ret)
{
    static const char *const names[] = {"refuse", "new-epoch", "rebuild", "replay"};
    assert(sizeof(names) / sizeof(*names) == DAEMON_REPLAY + 1);
    for (int i = 0; i < 4; i++)
        if (strcmp(text, names[i]) == 0) {
            assert(i <= DAEMON_REPLAY);
            *ret = (enum daemon_on_mismatch)i;
            return ERR_OK;
        }
    log_error("--on-mismatch: '%s' is none of refuse, new-epoch, rebuild, replay", text);
    return ERR_USAGE;
}

int cmd_run(int argc, char **argv)
{
    struct connection_arguments connection = {0};
    struct daemon_options options = {0};
    const char *on_mismatch = "refuse";
    bool quiet = false;
    const struct arg table[] = {
        CONNECTION_ARGS(&connection),
        ARG(.name = "embedded-broker", .type = ARG_FLAG, .to = &options.embedded_broker,
            .help = "runs a broker within the process, for demonstrations: its address is in the "
                    "file STORE.broker, nothing survives its end"),
        ARG(.name = "once", .type = ARG_FLAG, .to = &options.once,
            .help = "ends when all that is in the topics has been read and published"),
        ARG(.name = "on-mismatch", .type = ARG_TEXT, .to = &on_mismatch, .value = "WHAT",
            .help = "when store, settings and broker disagree: refuse (exit 78), new-epoch (this "
                    "store goes on), rebuild (it is built anew from its own triples with the "
                    "configured settings), replay (it is deleted and the topics are read from "
                    "offset 0); each tells what then differs from the events topic"),
        ARG(.name = "reconcile", .type = ARG_FLAG, .to = &options.reconcile,
            .help =
                "once caught up, compares the events topic with the store and tells what differs; "
                "a new epoch always does"),
        ARG(.name = "standby", .type = ARG_FLAG, .to = &options.standby,
            .help = "one of several of the same configuration, each with its own store: the active "
                    "one if nobody else is; else it reads on, publishes nothing, and takes over "
                    "when the active one is gone (for [standby] lease), or when told by SIGUSR1 or "
                    "POST /promote"),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &quiet,
            .help = "no progress while it catches up, no word on the built-in model"),
    };
    const struct args args = {
        "alignd run -c FILE [OPTION]...",
        "Keeps the catalogs aligned: reads the input topics, publishes match "
        "events. SIGTERM ends it when the turn under way is published, a "
        "second one at once; SIGHUP reads [log] and [turn] again; SIGUSR1 makes "
        "a standby take over.",
        table, sizeof(table) / sizeof(*table)};
    struct config *config;
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    rc = read_on_mismatch(on_mismatch, &options.on_mismatch);
    if (rc)
        return err_exit_status(rc);
    if (!connection.config) {
        log_error("run: -c FILE is missing");
        return err_exit_status(ERR_USAGE);
    }
    if (options.standby &&
        (options.once || options.embedded_broker || options.on_mismatch == DAEMON_NEW_EPOCH ||
         options.on_mismatch == DAEMON_REPLAY)) {
        log_error("run: --standby goes with none of --once, --embedded-broker, "
                  "--on-mismatch=new-epoch and --on-mismatch=replay");
        return err_exit_status(ERR_USAGE);
    }
    progress_set_enabled(!quiet);
    struct config_arguments arguments = connection_config(&connection);
    options.arguments = &arguments;
    options.quiet = quiet;
    rc = connection_load(&connection, true, &config);
    if (rc)
        return connection_status(rc);
    assert(config && options.arguments);
    rc = daemon_run(config, &options);
    config_free(config);
    return connection_status(rc);
}
