/*
 * connection.h - the arguments that every command with a broker takes:
 * -c FILE, --set section.key=value, --kafka property=value, --bootstrap HOST:PORT.
 */
#ifndef ALIGND_CLI_CONNECTION_H
#define ALIGND_CLI_CONNECTION_H

#include "alignd/base/args.h"
#include "alignd/daemon/config.h"

struct connection_arguments {
    const char *config;
    const char *bootstrap;
    struct args_list settings, properties;
};

/* Rows of a command's table. */
#define CONNECTION_ARGS(c)                                                                         \
    {.name = "config",                                                                             \
     .letter = 'c',                                                                                \
     .type = ARG_TEXT,                                                                             \
     .to = &(c)->config,                                                                           \
     .value = "FILE",                                                                              \
     .help = "the configuration; see config/alignd.conf"},                                         \
        {.name = "set",                                                                            \
         .was = 's',                                                                               \
         .type = ARG_LIST,                                                                         \
         .to = &(c)->settings,                                                                     \
         .value = "SECTION.KEY=VALUE",                                                             \
         .help = "sets one option over the file's; may be repeated"},                              \
        {.name = "kafka",                                                                          \
         .was = 'X',                                                                               \
         .type = ARG_LIST,                                                                         \
         .to = &(c)->properties,                                                                   \
         .value = "KEY=VALUE",                                                                     \
         .help = "sets one property of librdkafka; may be repeated"},                              \
    {                                                                                              \
        .name = "bootstrap", .was = 'b', .type = ARG_TEXT, .to = &(c)->bootstrap,                  \
        .value = "HOST:PORT", .help = "the broker, instead of [kafka] bootstrap.servers"           \
    }

/* As config_load takes them; points into c. */
struct config_arguments connection_config(const struct connection_arguments *c);

/*
 * config_load with them.  service: the log is for a supervisor; else it is for
 * people unless [log] format says otherwise.
 */
int connection_load(const struct connection_arguments *c, bool service, struct config **ret_config);

/* ERR_CONFIG after a log line when no broker is configured. */
int connection_check_broker(const struct config *config);

/* Exit status for a code, words for those that nobody has said yet. */
int connection_status(int rc);
#endif
