/*
 * connection.c - from the arguments that commands with a broker share to a configuration.  A
 * command is for a person, so its log is plain unless the configuration asks otherwise;
 * the daemon (service) follows the configuration alone.
 */
#include "alignd/cli/connection.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>

struct config_arguments connection_config(const struct connection_arguments *c)
{
    assert(c->settings.count <= ARGS_LIST_MAX && c->properties.count <= ARGS_LIST_MAX);
    return (struct config_arguments){.path = c->config,
                                     .settings = c->settings.at,
                                     .setting_count = c->settings.count,
                                     .properties = c->properties.at,
                                     .property_count = c->properties.count,
                                     .bootstrap = c->bootstrap};
}

int connection_load(const struct connection_arguments *c, bool service, struct config **ret_config)
{
    assert(ret_config);
    struct config_arguments arguments = connection_config(c);
    struct config *config;
    int rc = config_load(&arguments, &config);
    if (rc)
        return rc;
    if (!service && config->log_format == 0)
        log_set_format(LOG_PLAIN);
    assert(config && *config->group);
    *ret_config = config;
    return ERR_OK;
}

int connection_check_broker(const struct config *config)
{
    assert(config->kafka);
    if (*kafka_conf_bootstrap(config->kafka))
        return ERR_OK;
    log_error("no broker: give --bootstrap HOST:PORT, or -c FILE with [kafka] bootstrap.servers");
    return ERR_CONFIG;
}

int connection_status(int rc)
{
    assert(rc <= 0); /* help is no error */
    if (rc == ERR_INTERNAL)
        log_error("%s", err_text(rc));
    return err_exit_status(rc);
}
