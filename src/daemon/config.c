/*
 * config.c - the configuration: what the option table does not cover (graphs, Kafka's
 * properties), what follows from options that were left out, and what it means for the
 * engine and the decoders.
 *
 * Sections come in any order, so what depends on another one waits for the end (finish):
 * whether a property is allowed, which topic is an output, how a graph treats errors.
 */
#include "config_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/graph/verdict.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

/* A property of [kafka...]: kept until everything is read, since whether it is
 * allowed depends on [alignd]. */
struct property {
    enum kafka_conf_section section;
    char *key, *value, *where;
};

struct loading {
    struct config face; /* first */
    struct options *options;
    struct property *properties;
    size_t property_count;
};
static_assert(offsetof(struct loading, face) == 0, "config_free gets the face");

/* ---- open sections ---- */

static void keep_property(struct loading *l, enum kafka_conf_section section, const char *key,
                          const char *value, const char *where)
{
    assert(section < KAFKA_CONF_OVERRIDE); /* that is of the command line */
    l->properties = memory_realloc(l->properties, (l->property_count + 1) * sizeof(*l->properties));
    struct property p = {section, memory_strdup(key), memory_strdup(value), memory_strdup(where)};
    l->properties[l->property_count++] = p;
}

static bool is_graph_name(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    return n >= 1 && n <= 40;
}

static int find_or_add_graph(struct config *c, const char *name, const char *where,
                             struct config_graph **ret)
{
    assert(c->graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < c->graph_count; i++)
        if (strcmp(c->graphs[i].name, name) == 0) {
            *ret = &c->graphs[i];
            return ERR_OK;
        }
    if (!is_graph_name(name)) {
        log_error("%s: [graph.%s]: a graph's name is 1 to 40 letters, digits, '-' and '_'", where,
                  name);
        return ERR_CONFIG;
    }
    if (c->graph_count == ENGINE_MAX_GRAPHS) {
        log_error("%s: more than %d graphs", where, ENGINE_MAX_GRAPHS);
        return ERR_CONFIG;
    }
    struct config_graph *g = &c->graphs[c->graph_count];
    *g = (struct config_graph){.name = memory_strdup(name),
                               .format = (enum codec_format) - 1,
                               .on_error = (enum config_on_error) - 1};
    c->graph_count++;
    *ret = g;
    return ERR_OK;
}

static int read_choice(const char *const *names, const char *key, const char *value,
                       const char *where, int *ret)
{
    assert(names[0]);
    struct buf list = {0};
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], value) == 0) {
            buf_fini(&list);
            *ret = i;
            return ERR_OK;
        }
        buf_append_format(&list, "%s%s", i ? ", " : "", names[i]);
    }
    log_error("%s: %s = '%s' does not fit: one of %.*s", where, key, value, (int)list.len,
              list.data ? list.data : "");
    buf_fini(&list);
    return ERR_CONFIG;
}

static int set_text(char **to, const char *value)
{
    free(*to);
    *to = memory_strdup(value);
    return ERR_OK;
}

/* What concerns records alone; ERR_NOT_FOUND for another key. */
static int set_records(struct config_graph *g, const char *key, const char *value,
                       const char *where)
{
    static const char *const semantics[] = {"changes", "records", NULL};
    static const char *const bools[] = {"false", "true", NULL};
    struct {
        const char *key;
        char **to;
    } texts[] = {{"id", &g->id}, {"type", &g->type}, {"base", &g->base}, {"null", &g->null_text}};
    int choice = 0, rc = ERR_NOT_FOUND;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (strcmp(key, texts[i].key) == 0)
            return set_text(texts[i].to, value);
    if (strcmp(key, "semantics") == 0) {
        rc = read_choice(semantics, key, value, where, &choice);
        g->records = choice;
    } else if (strcmp(key, "keep_empty") == 0) {
        rc = read_choice(bools, key, value, where, &choice);
        g->keep_empty = choice;
    }
    assert(choice == 0 || choice == 1);
    return rc;
}

/* What catalogs and verdicts have alike; ERR_NOT_FOUND for another key. */
static int set_input(struct config_graph *g, const char *key, const char *value, const char *where)
{
    int choice, rc;
    if (strcmp(key, "topics") == 0) {
        free(g->topic_text);
        g->topic_text = memory_strdup(value);
        return ERR_OK;
    }
    if (strcmp(key, "format") == 0) {
        if ((rc = read_choice(config_codec_names, key, value, where, &choice)))
            return rc;
        assert(choice >= CODEC_AUTO && choice <= CODEC_TRIG);
        g->format = (enum codec_format)choice;
        return ERR_OK;
    }
    if (strcmp(key, "on_error") == 0) {
        if ((rc = read_choice(config_on_error_names, key, value, where, &choice)))
            return rc;
        assert(choice >= CONFIG_ON_ERROR_AUTO && choice <= CONFIG_ON_ERROR_SKIP);
        g->on_error = (enum config_on_error)choice;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

static int set_graph(struct config *c, const char *name, const char *key, const char *value,
                     const char *where)
{
    struct config_graph *g;
    if (strcmp(name, VERDICT_GRAPH) == 0) {
        log_error("%s: [graph.%s]: no catalog can be called so: verdicts are [verdicts]", where,
                  name);
        return ERR_CONFIG;
    }
    int rc = find_or_add_graph(c, name, where, &g);
    if (rc || (rc = set_input(g, key, value, where)) != ERR_NOT_FOUND ||
        (rc = set_records(g, key, value, where)) != ERR_NOT_FOUND)
        return rc;
    log_error("%s: [graph.%s] has no option '%s': topics, format, on_error, semantics, id, type, "
              "base, null and keep_empty",
              where, name, key);
    return ERR_CONFIG;
}

static int set_verdicts(struct config *c, const char *key, const char *value, const char *where)
{
    struct config_graph *g;
    int rc = find_or_add_graph(c, VERDICT_GRAPH, where, &g);
    if (rc || (rc = set_input(g, key, value, where)) != ERR_NOT_FOUND)
        return rc;
    log_error("%s: [verdicts] has no option '%s': topics, format and on_error", where, key);
    return ERR_CONFIG;
}

static int take_other(void *arg, const char *section, const char *key, const char *value,
                      const char *where)
{
    struct loading *l = arg;
    if (strncmp(section, "graph.", 6) == 0)
        return set_graph(&l->face, section + 6, key, value, where);
    if (strcmp(section, "verdicts") == 0)
        return set_verdicts(&l->face, key, value, where);
    assert(strncmp(section, "kafka", 5) == 0); /* there are no others */
    keep_property(l,
                  strcmp(section, "kafka.consumer") == 0   ? KAFKA_CONF_CONSUMER
                  : strcmp(section, "kafka.producer") == 0 ? KAFKA_CONF_PRODUCER
                                                           : KAFKA_CONF_COMMON,
                  key, value, where);
    return ERR_OK;
}

/* ---- what follows from it ---- */

/* A legal Kafka topic name. */
static bool is_topic(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
            return false;
    return n >= 1 && n <= 249 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int add_topic(struct config *c, size_t graph, const char *name)
{
    assert(graph < c->graph_count);
    if (!is_topic(name)) {
        log_error("[graph.%s] topics: '%s' is no topic name", c->graphs[graph].name, name);
        return ERR_CONFIG;
    }
    if (strcmp(name, c->events_topic) == 0 || strcmp(name, c->dead_letter_topic) == 0) {
        log_error("[graph.%s] topics: '%s' is an output topic", c->graphs[graph].name, name);
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < c->topic_count; i++)
        if (strcmp(c->topics[i].name, name) == 0) {
            log_error("[graph.%s] topics: '%s' already belongs to graph '%s'",
                      c->graphs[graph].name, name, c->graphs[c->topics[i].graph].name);
            return ERR_CONFIG;
        }
    c->topics = memory_realloc(c->topics, (c->topic_count + 1) * sizeof(*c->topics));
    c->topics[c->topic_count++] = (struct source_topic){name, graph};
    return ERR_OK;
}

/* Cuts "a, b" up in place, into the words between the commas. */
static void cut_list(char *text, const char ***ret_words, size_t *ret_count)
{
    assert(!*ret_words && *ret_count == 0);
    size_t commas = 1;
    for (const char *p = text; p && *p; p++)
        commas += *p == ',';
    *ret_words = memory_calloc(commas, sizeof(**ret_words));
    char *word;
    while (text && (word = strsep(&text, ","))) {
        word += strspn(word, " \t");
        for (size_t n = strlen(word); n && (word[n - 1] == ' ' || word[n - 1] == '\t'); n--)
            word[n - 1] = '\0';
        assert(*ret_count < commas);
        if (*word)
            (*ret_words)[(*ret_count)++] = word;
    }
}

static int finish_graph(struct config *c, size_t i)
{
    assert(i < c->graph_count && !c->graphs[i].topics);
    struct config_graph *g = &c->graphs[i];
    const char **words = NULL;
    size_t count = 0;
    if ((int)g->format < 0)
        g->format = (enum codec_format)c->input_format;
    if ((int)g->on_error < 0)
        g->on_error = (enum config_on_error)c->on_error;
    if (g->on_error == CONFIG_ON_ERROR_AUTO)
        g->on_error = *c->dead_letter_topic ? CONFIG_ON_ERROR_DLQ : CONFIG_ON_ERROR_STOP;
    if (g->on_error == CONFIG_ON_ERROR_DLQ && !*c->dead_letter_topic) {
        log_error("graph '%s': on_error = dlq needs [output] dead_letter_topic", g->name);
        return ERR_CONFIG;
    }
    cut_list(g->null_text, &g->nulls, &g->null_count);
    cut_list(g->topic_text, &words, &count);
    g->topics = words;
    for (size_t k = 0; k < count; k++) {
        int rc = add_topic(c, i, words[k]);
        if (rc)
            return rc;
        g->topic_count++;
    }
    assert(g->on_error != CONFIG_ON_ERROR_AUTO && g->topic_count == count);
    return ERR_OK;
}

/* All that is wrong with the properties is told, not the first alone. */
static int finish_kafka(struct loading *l, const struct config_arguments *a)
{
    struct config *c = &l->face;
    assert(!c->kafka);
    int first = ERR_OK;
    c->kafka = kafka_conf_new(c->allow_code);
    for (size_t i = 0; i < l->property_count; i++) {
        const struct property *p = &l->properties[i];
        int rc = kafka_conf_add(c->kafka, p->section, p->key, p->value, p->where);
        first = err_first(first, rc);
    }
    for (size_t i = 0; i < a->property_count; i++) {
        int rc = kafka_conf_add_pair(c->kafka, KAFKA_CONF_OVERRIDE, a->properties[i]);
        first = err_first(first, rc);
    }
    if (first || !a->bootstrap)
        return first;
    return kafka_conf_add(c->kafka, KAFKA_CONF_OVERRIDE, "bootstrap.servers", a->bootstrap, "-b");
}

/* Shares that nobody settled. */
static int deal_memory(struct config *c)
{
    struct memory_deal asked = {.blocks = c->store_cache,
                                .writes = c->store_write_buffer,
                                .rows = c->engine.row_cache_bytes,
                                .profiles = c->engine.profile_cache_bytes,
                                .turn = c->turn_memory};
    uint64_t settled = asked.blocks + asked.writes + asked.rows + asked.profiles + asked.turn;
    if (!c->memory) /* nobody said how little: what is settled has its place */
        c->memory = memory_deal_default() + settled;
    int rc = memory_deal_make(c->memory, &asked, &c->deal);
    if (rc)
        return rc;
    c->store_cache = c->deal.blocks;
    c->store_write_buffer = c->deal.writes;
    c->engine.row_cache_bytes = (size_t)c->deal.rows;
    c->engine.profile_cache_bytes = (size_t)c->deal.profiles;
    c->turn_memory = c->deal.turn;
    if (!c->build_memory)
        c->build_memory = memory_deal_build(&c->deal);
    assert(c->store_cache && c->turn_memory && c->build_memory);
    return ERR_OK;
}

static int finish(struct loading *l, const struct config_arguments *a)
{
    struct config *c = &l->face;
    int rc = deal_memory(c);
    if (rc)
        return rc;
    if (!*c->group)
        c->group = c->name;
    if (!*c->transactional_id)
        c->transactional_id = c->name;
    assert(*c->group && *c->transactional_id);
    if (!is_topic(c->events_topic) || (*c->dead_letter_topic && !is_topic(c->dead_letter_topic))) {
        log_error("[output]: '%s' is no topic name",
                  is_topic(c->events_topic) ? c->dead_letter_topic : c->events_topic);
        return ERR_CONFIG;
    }
    if (strcmp(c->events_topic, c->dead_letter_topic) == 0) {
        log_error("[output]: events and dead letters cannot share a topic");
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < c->graph_count; i++)
        if ((rc = finish_graph(c, i)))
            return rc;
    return finish_kafka(l, a);
}

static void set_log(const struct config *c)
{
    assert(c->log_format >= 0 && c->log_format <= LOG_JSON + 1);
    assert(c->log_level >= LOG_ERROR && c->log_level <= LOG_DEBUG);
    log_set_level((enum log_level)c->log_level);
    if (c->log_format > 0)
        log_set_format((enum log_format)(c->log_format - 1));
    else
        log_set_format(isatty(STDERR_FILENO) ? LOG_PLAIN : LOG_LOGFMT);
}

/* S/ is S: what lies beside the store is named after it. */
static int cut_slashes(struct loading *l)
{
    const char *path = l->face.store_path;
    size_t n = strlen(path);
    char cut[4096];
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (!path[n])
        return ERR_OK;
    assert(n < sizeof(cut)); /* the table bounds it */
    snprintf(cut, sizeof(cut), "%.*s", (int)n, path);
    return option_set(l->options, "store", "path", cut, "[store] path");
}

int config_load(const struct config_arguments *arguments, struct config **ret_config)
{
    assert(ret_config && (arguments->settings || !arguments->setting_count));
    struct loading *l = memory_calloc(1, sizeof(*l));
    int rc;
    l->face.engine = engine_options_default();
    l->options = option_new(config_table(), &l->face, take_other, l);
    if ((arguments->path && (rc = option_read_file(l->options, arguments->path))) ||
        (rc = option_read_environment(l->options, environ)))
        goto done;
    for (size_t i = 0; i < arguments->setting_count; i++)
        if ((rc = option_set_assignment(l->options, arguments->settings[i], "--set")))
            goto done;
    if ((rc = cut_slashes(l)) || (rc = finish(l, arguments)))
        goto done;
    assert(l->face.kafka && l->face.graph_count <= ENGINE_MAX_GRAPHS);
    set_log(&l->face);
    *ret_config = &l->face;
done:
    if (rc)
        config_free(&l->face);
    return rc;
}

void config_free(struct config *config)
{
    struct loading *l = (struct loading *)config;
    if (!l)
        return;
    assert(config->graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < config->graph_count; i++) {
        free(config->graphs[i].name);
        free(config->graphs[i].topic_text);
        free(config->graphs[i].topics);
        free(config->graphs[i].id);
        free(config->graphs[i].type);
        free(config->graphs[i].base);
        free(config->graphs[i].null_text);
        free(config->graphs[i].nulls);
    }
    for (size_t i = 0; i < l->property_count; i++) {
        struct property *p = &l->properties[i];
        free(p->key);
        if (p->value) /* may be a password */
            explicit_bzero(p->value, strlen(p->value));
        free(p->value);
        free(p->where);
    }
    free(l->properties);
    free(config->topics);
    kafka_conf_free(config->kafka);
    option_free(l->options);
    free(l);
}

size_t config_catalogs(const struct config *config, const char *names[ENGINE_MAX_GRAPHS])
{
    size_t count = 0;
    assert(config->graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < config->graph_count; i++)
        if (!config_is_verdicts(config, i))
            names[count++] = config->graphs[i].name;
    return count;
}

bool config_is_verdicts(const struct config *config, size_t graph)
{
    assert(graph < config->graph_count);
    return strcmp(config->graphs[graph].name, VERDICT_GRAPH) == 0;
}

const char *config_verdict_topic(const struct config *config)
{
    for (size_t i = 0; i < config->graph_count; i++)
        if (config_is_verdicts(config, i) && config->graphs[i].topic_count)
            return config->graphs[i].topics[0];
    return NULL;
}

size_t config_find_graph(const struct config *config, const char *name)
{
    assert(name && config->graph_count <= ENGINE_MAX_GRAPHS);
    struct buf names = {0};
    for (size_t i = 0; i < config->graph_count; i++) {
        if (strcmp(config->graphs[i].name, name) == 0) {
            buf_fini(&names);
            return i;
        }
        buf_append_format(&names, "%s%s", i ? ", " : "", config->graphs[i].name);
    }
    log_error("there is no graph '%s'%s%.*s", name,
              names.len ? "; there are: " : ": no [graph.NAME] is configured", (int)names.len,
              names.data ? names.data : "");
    buf_fini(&names);
    return config->graph_count;
}

struct engine_options config_engine_options(const struct config *config)
{
    assert(config->graph_count <= ENGINE_MAX_GRAPHS);
    struct engine_options o = config->engine;
    for (size_t i = 0; i < config->graph_count; i++)
        o.graphs[i] = config->graphs[i].name;
    o.graph_count = config->graph_count;
    return o;
}

struct source_options config_source_options(const struct config *config)
{
    assert(*config->group && (config->topics || !config->topic_count));
    return (struct source_options){.kafka = config->kafka,
                                   .group = config->group,
                                   .topics = config->topics,
                                   .topic_count = config->topic_count,
                                   .start_timeout_ms = (int)config->start_timeout_ms,
                                   .metadata_interval_ms = (int)config->metadata_interval_ms};
}

struct record_options config_record_options(const struct config *config, size_t graph)
{
    assert(graph < config->graph_count);
    const struct config_graph *g = &config->graphs[graph];
    return (struct record_options){.graph = g->name,
                                   .base = g->base,
                                   .type = g->type,
                                   .id = g->id,
                                   .nulls = g->nulls,
                                   .null_count = g->null_count,
                                   .keep_empty = g->keep_empty};
}

struct codec_limits config_codec_limits(const struct config *config)
{
    assert(config->rows > 0 && config->nesting > 0);
    return (struct codec_limits){.relative_iris = config->relative_iris,
                                 .message_bytes = (size_t)config->message_bytes,
                                 .rows = (size_t)config->rows,
                                 .iri_bytes = (size_t)config->iri_bytes,
                                 .literal_bytes = (size_t)config->literal_bytes,
                                 .nesting = (size_t)config->nesting};
}

void config_write_default(struct buf *out)
{
    option_write_config(out, config_table(), NULL);
}
