/*
 * config_internal.h - the option table, shared by its file and the reader.
 */
#ifndef ALIGND_DAEMON_CONFIG_INTERNAL_H
#define ALIGND_DAEMON_CONFIG_INTERNAL_H

#include "alignd/base/option.h"
#include "alignd/daemon/config.h"

/* Every option; of the process. */
const struct option_table *config_table(void);
extern const char *const config_codec_names[];
extern const char *const config_on_error_names[];
#endif
