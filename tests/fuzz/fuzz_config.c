/*
 * fuzz_config.c - the configuration file: any bytes are refused or understood;
 * what is understood is within its bounds and is understood again.
 */
#include "fuzz_file.h"

#include "alignd/daemon/config.h"

/* Files named by 'X_file =' are read while the configuration is; none of this machine's. */
static bool names_a_file(struct slice text)
{
    return memmem(text.data, text.len, "_file", 5) != NULL;
}

static void check_config(const struct config *c)
{
    FUZZ_CHECK(c->name && c->store_path && c->group && *c->group && c->transactional_id);
    FUZZ_CHECK(c->graph_count <= ENGINE_MAX_GRAPHS && c->http_port >= 0 && c->http_port <= 65535);
    FUZZ_CHECK(c->engine.neighbours >= 1 && c->engine.values >= 0 && c->engine.threads >= 1);
    size_t topics = 0;
    for (size_t i = 0; i < c->graph_count; i++) {
        FUZZ_CHECK(c->graphs[i].on_error != CONFIG_ON_ERROR_AUTO && *c->graphs[i].name);
        topics += c->graphs[i].topic_count;
    }
    FUZZ_CHECK(topics == c->topic_count);
    for (size_t i = 0; i < c->topic_count; i++)
        FUZZ_CHECK(c->topics[i].graph < c->graph_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    if (size == 0 || names_a_file(text))
        return 0;
    struct fuzz_file f = fuzz_file_of(data, size);
    struct config_arguments arguments = {.path = f.path};
    struct config *config = NULL;
    int rc = config_load(&arguments, &config);
    FUZZ_CHECK(rc == 0 || rc == ERR_CONFIG || rc == ERR_USAGE);
    if (!rc)
        check_config(config);
    config_free(config);
    fuzz_file_close(&f);
    return 0;
}
