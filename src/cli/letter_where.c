/*
 * letter_where.c - conditions are looked through in the order of their names: of each name that is
 * among them one has to hold.
 */
#include "alignd/cli/letter_where.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/nearest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {"error", "graph", "topic", "partition", "offset", "key"};
enum name { NAME_ERROR, NAME_GRAPH, NAME_TOPIC, NAME_PARTITION, NAME_OFFSET, NAME_KEY, NAMES };

/* The value, if the condition is of that name. */
static bool take_value(const char *condition, enum name name, struct slice *ret_value)
{
    size_t n = strlen(names[name]);
    if (strncmp(condition, names[name], n) != 0 || condition[n] != '=')
        return false;
    *ret_value = slice_of(condition + n + 1);
    return true;
}

static int check_condition(const char *command, const struct config *config, const char *condition)
{
    struct slice value;
    for (int n = 0; n < NAMES; n++)
        if (take_value(condition, (enum name)n, &value))
            return n == NAME_GRAPH && config_find_graph(config, value.data) == config->graph_count
                       ? ERR_USAGE
                       : ERR_OK;
    char key[32];
    snprintf(key, sizeof(key), "%.*s", (int)strcspn(condition, "="), condition);
    struct nearest nearest = nearest_to(slice_of(key));
    for (int n = 0; n < NAMES; n++)
        nearest_offer(&nearest, names[n]);
    const char *near = nearest_found(&nearest);
    log_error(
        "%s: --where '%s'%s%s%s: one of error=, graph=, topic=, partition=, offset=, key=", command,
        condition, near ? ": did you mean '" : "", near ? near : "", near ? "'" : "");
    return ERR_USAGE;
}

static int compare_places(const void *a, const void *b)
{
    return record_fetch_compare(a, b);
}

int letter_where_read(const char *command, const struct config *config,
                      const struct args_list *conditions, char **places, int count,
                      struct letter_where *ret_where)
{
    struct letter_where w = {.conditions = conditions};
    assert(count >= 0);
    for (size_t i = 0; i < conditions->count; i++)
        if (check_condition(command, config, conditions->at[i]))
            return ERR_USAGE;
    w.places = memory_calloc(count ? (size_t)count : 1, sizeof(*w.places));
    for (int i = 0; i < count; i++)
        if (!letter_read_place(slice_of(places[i]), &w.places[i])) {
            log_error("%s: '%s' is no PARTITION:OFFSET of a letter, as 0:17: alignd letters list "
                      "tells some, alignd letters show all",
                      command, places[i]);
            free(w.places);
            return ERR_USAGE;
        }
    if (count)
        qsort(w.places, (size_t)count, sizeof(*w.places), compare_places);
    for (int i = 0; i < count; i++)
        if (!w.place_count || record_fetch_compare(&w.places[w.place_count - 1], &w.places[i]))
            w.places[w.place_count++] = w.places[i];
    *ret_where = w;
    return ERR_OK;
}

void letter_where_fini(struct letter_where *w)
{
    free(w->places);
    *w = (struct letter_where){0};
}

const char *letter_where_graph(const struct config *config, struct slice topic)
{
    for (size_t i = 0; i < config->topic_count; i++)
        if (slice_equal(topic, slice_of(config->topics[i].name)))
            return config->graphs[config->topics[i].graph].name;
    return NULL;
}

/* What the letter has under that name; number: room for one. */
static struct slice value_of(enum name name, const struct config *config,
                             const struct source_message *m, const struct letter *l,
                             char number[24])
{
    const char *graph;
    switch (name) {
    case NAME_ERROR:
        return l->code;
    case NAME_GRAPH:
        graph = letter_where_graph(config, l->source.topic);
        return slice_of(graph ? graph : "");
    case NAME_TOPIC:
        return l->source.topic;
    case NAME_KEY:
        return m->key;
    default:
        assert(name == NAME_PARTITION || name == NAME_OFFSET);
        snprintf(number, 24, "%" PRId64,
                 name == NAME_PARTITION ? (int64_t)l->source.partition : l->source.offset);
        return slice_of(number);
    }
}

static bool is_named(const struct letter_where *w, const struct record_place *place)
{
    return w->place_count &&
           bsearch(place, w->places, w->place_count, sizeof(*place), compare_places);
}

bool letter_where_holds(const struct letter_where *w, const struct config *config,
                        const struct source_message *m, const struct letter *letter)
{
    char number[24];
    if (w->place_count && !is_named(w, &letter->at))
        return false;
    for (int n = 0; n < NAMES; n++) {
        bool asked = false, holds = false;
        struct slice has = value_of((enum name)n, config, m, letter, number), want;
        for (size_t i = 0; i < w->conditions->count; i++)
            if (take_value(w->conditions->at[i], (enum name)n, &want)) {
                asked = true;
                holds = holds || slice_equal(has, want);
            }
        if (asked && !holds)
            return false;
    }
    return true;
}
