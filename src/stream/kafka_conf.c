/*
 * kafka_conf.c - the user's properties, each tried on a configuration that is thrown away as
 * it comes: so what is wrong with one is told with its line, and not when a client opens.
 * They are kept as text, since every kind of client takes some of them: [kafka], then its
 * own section, then -X, the later ones winning.
 *
 *  (1) A value may be a password: it is in no message of ours, and its memory is wiped.  What
 * librdkafka says goes through kafka_secret_hide.
 */
#include "alignd/stream/kafka_conf.h"

#include "kafka_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct property {
    enum kafka_conf_section section;
    char *key, *value;
};

struct kafka_conf {
    struct property *items;
    size_t count;
    bool allow_code;
    kafka_conf_stats_fn *stats;
    void *stats_arg;
};

static const char *const section_names[KAFKA_CONF_SECTIONS] = {"[kafka]", "[kafka.consumer]",
                                                               "[kafka.producer]", "-X"};

/* What exactly-once, our threads or our key hashing rest on. */
static const struct {
    const char *key, *instead;
} owned[] = {
    {"group.id", "set 'group' in [input]"},
    {"group.instance.id", "alignd assigns its partitions itself"},
    {"transactional.id", "set 'transactional_id' in [output]"},
    {"enable.auto.commit", "offsets are committed with the events"},
    {"auto.commit.interval.ms", "offsets are committed with the events"},
    {"enable.auto.offset.store", "offsets are committed with the events"},
    {"auto.offset.reset", "offsets come from the store"},
    {"isolation.level", "only committed records are read"},
    {"enable.idempotence", "always on"},
    {"enable.gapless.guarantee", "transactions already give it"},
    {"acks", "always all"},
    {"request.required.acks", "always all"},
    {"partitioner", "always murmur2_random, as Java's clients"},
    {"enable.partition.eof", "alignd watches the end itself"},
    {"allow.auto.create.topics", "topics are created on purpose"},
    {"log.queue", "librdkafka's lines go to alignd's log"},
    {"log_level", "set 'level' in [log]"},
};

/* What makes librdkafka run a program or load a library of somebody's choice. */
static const char *const runs_code[] = {
    "plugin.library.paths",
    "sasl.kerberos.kinit.cmd",
    "ssl.engine.location",
    "ssl.providers",
    "enable.sasl.oauthbearer.unsecure.jwt",
};

struct kafka_conf *kafka_conf_new(bool allow_code)
{
    struct kafka_conf *conf = memory_calloc(1, sizeof(*conf));
    conf->allow_code = allow_code;
    return conf;
}

static void property_fini(struct property *p)
{
    free(p->key);
    if (p->value) /* may be a password */
        explicit_bzero(p->value, strlen(p->value));
    free(p->value);
}

void kafka_conf_free(struct kafka_conf *conf)
{
    if (!conf)
        return;
    for (size_t i = 0; i < conf->count; i++)
        property_fini(&conf->items[i]);
    free(conf->items);
    free(conf);
}

static int refuse(const struct kafka_conf *conf, const char *key, const char *where)
{
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
        if (strcasecmp(key, owned[i].key) == 0) {
            log_error("%s: %s is not yours to set: %s", where, key, owned[i].instead);
            return ERR_CONFIG;
        }
    }
    for (size_t i = 0; !conf->allow_code && i < sizeof(runs_code) / sizeof(runs_code[0]); i++) {
        if (strcasecmp(key, runs_code[i]) == 0) {
            log_error("%s: %s would run or load code, or weaken security; refused without "
                      "'allow_code = true' in [alignd]",
                      where, key);
            return ERR_CONFIG;
        }
    }
    return ERR_OK;
}

/* The content of a small file without the line end behind it. */
static int read_secret(const char *path, const char *key, const char *where, char **ret)
{
    char text[65536];
    FILE *f = fopen(path, "re");
    if (!f) {
        log_error("%s: %s: %s: %s", where, key, path, strerror(errno));
        return ERR_CONFIG;
    }
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    bool bad = ferror(f) || !feof(f) || memchr(text, '\0', n);
    fclose(f);
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    assert(n < sizeof(text));
    text[n] = '\0';
    *ret = bad ? NULL : memory_strdup(text);
    explicit_bzero(text, sizeof(text));
    if (bad)
        log_error("%s: %s: %s is not a readable text of less than 64 KiB", where, key, path);
    return bad ? ERR_CONFIG : ERR_OK;
}

/* Says no in librdkafka's words, which name the property and its range. (1) */
static int say_refused(const char *where, const char *key, const char *value, const char *why)
{
    struct kafka_secret_list secrets = {0};
    struct buf space = {0};
    if (kafka_secret_is_key(key))
        kafka_secret_add(&secrets, value);
    log_error("%s: %s: %s", where, key, kafka_secret_hide(&secrets, why, &space));
    assert(space.len);
    kafka_secret_fini(&secrets);
    buf_fini(&space);
    return ERR_CONFIG;
}

static int try_property(const char *key, const char *value, const char *where)
{
    char why[512] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_res_t res = rd_kafka_conf_set(conf, key, value, why, sizeof(why));
    rd_kafka_conf_destroy(conf);
    return res == RD_KAFKA_CONF_OK ? ERR_OK : say_refused(where, key, value, why);
}

static void keep(struct kafka_conf *conf, enum kafka_conf_section section, const char *key,
                 char *value)
{
    assert(section < KAFKA_CONF_SECTIONS);
    for (size_t i = 0; i < conf->count; i++) {
        struct property *p = &conf->items[i];
        if (p->section == section && strcasecmp(p->key, key) == 0) {
            explicit_bzero(p->value, strlen(p->value));
            free(p->value);
            p->value = value;
            return;
        }
    }
    conf->items = memory_realloc(conf->items, (conf->count + 1) * sizeof(*conf->items));
    conf->items[conf->count++] = (struct property){section, memory_strdup(key), value};
}

#define FILE_SUFFIX "_file"
#define FILE_SUFFIX_LEN (sizeof(FILE_SUFFIX) - 1)

/* Whether it names the file that holds the value. */
static bool is_file_key(const char *key)
{
    size_t len = strlen(key);
    return len > FILE_SUFFIX_LEN && strcmp(key + len - FILE_SUFFIX_LEN, FILE_SUFFIX) == 0;
}

int kafka_conf_add(struct kafka_conf *conf, enum kafka_conf_section section, const char *key,
                   const char *value, const char *where)
{
    char name[256], *own = NULL;
    size_t len = strlen(key);
    int rc = ERR_OK;

    assert(section < KAFKA_CONF_SECTIONS);
    if (!where)
        where = section_names[section];
    if (len >= sizeof(name)) {
        log_error("%s: property name too long", where);
        return ERR_CONFIG;
    }
    memcpy(name, key, len + 1);
    if (is_file_key(key)) {
        name[len - FILE_SUFFIX_LEN] = '\0';
        rc = read_secret(value, key, where, &own);
    } else {
        own = memory_strdup(value);
    }
    if (rc || (rc = refuse(conf, name, where)) || (rc = try_property(name, own, where)))
        goto done;
    keep(conf, section, name, own);
    own = NULL;
done:
    if (own)
        explicit_bzero(own, strlen(own));
    free(own);
    return rc;
}

int kafka_conf_add_pair(struct kafka_conf *conf, enum kafka_conf_section section, const char *pair)
{
    assert(section < KAFKA_CONF_SECTIONS);
    const char *equals = strchr(pair, '=');
    char key[256];
    size_t len = equals ? (size_t)(equals - pair) : 0;
    if (!len || len >= sizeof(key)) {
        log_error("%s: expected key=value", section_names[section]);
        return ERR_USAGE;
    }
    memcpy(key, pair, len);
    key[len] = '\0';
    if (kafka_secret_is_key(key) && !is_file_key(key)) {
        log_error(
            "%s: %s: all users of this machine could read it in the list of processes: put it into "
            "a file, and say %s_file=PATH",
            section_names[section], key, key);
        return ERR_USAGE;
    }
    return kafka_conf_add(conf, section, key, equals + 1, NULL);
}

void kafka_conf_secrets(const struct kafka_conf *conf, struct kafka_secret_list *to)
{
    for (size_t i = 0; i < conf->count; i++)
        if (kafka_secret_is_key(conf->items[i].key))
            kafka_secret_add(to, conf->items[i].value);
}

const char *kafka_conf_find(const struct kafka_conf *conf, const char *key)
{
    for (size_t i = conf->count; i-- > 0;)
        if (strcasecmp(conf->items[i].key, key) == 0)
            return conf->items[i].value;
    return NULL;
}

const char *kafka_conf_bootstrap(const struct kafka_conf *conf)
{
    const char *found = "";
    int best = -1;
    for (size_t i = 0; i < conf->count; i++) {
        const struct property *p = &conf->items[i];
        if ((strcasecmp(p->key, "bootstrap.servers") == 0 ||
             strcasecmp(p->key, "metadata.broker.list") == 0) &&
            (int)p->section > best) {
            best = (int)p->section;
            found = p->value;
        }
    }
    return found;
}

void kafka_conf_set_stats(struct kafka_conf *conf, kafka_conf_stats_fn *fn, void *arg)
{
    conf->stats = fn;
    conf->stats_arg = arg;
}

kafka_conf_stats_fn *kafka_conf_get_stats(const struct kafka_conf *conf, void **ret_arg)
{
    *ret_arg = conf->stats_arg;
    return conf->stats;
}

int kafka_conf_apply(const struct kafka_conf *conf, enum kafka_role role, rd_kafka_conf_t *to)
{
    bool consumes =
        role == KAFKA_ROLE_SOURCE || role == KAFKA_ROLE_READER || role == KAFKA_ROLE_WATCHER;
    for (int section = 0; section < KAFKA_CONF_SECTIONS; section++) {
        if (section == (consumes ? KAFKA_CONF_PRODUCER : KAFKA_CONF_CONSUMER))
            continue;
        for (size_t i = 0; i < conf->count; i++) {
            const struct property *p = &conf->items[i];
            char why[512] = "";
            if ((int)p->section != section)
                continue;
            if (rd_kafka_conf_set(to, p->key, p->value, why, sizeof(why)) != RD_KAFKA_CONF_OK)
                return say_refused(section_names[section], p->key, p->value, why);
        }
    }
    return ERR_OK;
}
