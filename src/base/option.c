/*
 * option.c - options set by name.  File, environment and command line all end in option_set,
 * so a wrong name or value is told in the same words wherever it came from, with the
 * nearest name there is.  Which source wins is the order in which the caller reads them.
 * Fields hold their defaults from the first moment: reading nothing is a configuration.
 */
#include "option_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/nearest.h"

#include <assert.h>
#include <stdlib.h>

const struct option *option_find(const struct option_table *table, const char *section,
                                 const char *key)
{
    assert(section && key);
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option *option = &table->options[i];
        if (strcmp(option->section, section) == 0 && strcmp(option->key, key) == 0)
            return option;
    }
    return NULL;
}

static bool open_takes(const struct option_open *open, const char *section)
{
    size_t n = strlen(open->section);
    assert(n > 0);
    if (n < 2 || strcmp(open->section + n - 2, ".*") != 0)
        return strcmp(open->section, section) == 0;
    return strncmp(open->section, section, n - 1) == 0 && section[n - 1] != '\0' &&
           !strchr(section + n - 1, '.');
}

/* The open section that takes this one, or NULL. */
static const struct option_open *find_open(const struct option_table *table, const char *section)
{
    assert(section);
    for (size_t i = 0; i < table->open_count; i++) {
        if (open_takes(&table->open[i], section))
            return &table->open[i];
    }
    return NULL;
}

struct options *option_new(const struct option_table *table, void *target, option_other *other,
                           void *arg)
{
    assert(table->options || !table->option_count);
    struct options *options = memory_calloc(1, sizeof(*options));
    *options = (struct options){.table = table,
                                .target = target,
                                .other = other,
                                .arg = arg,
                                .strings = arena_new(),
                                .lines = memory_calloc(table->option_count + 1, sizeof(unsigned))};
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option *option = &table->options[i];
        int rc = option_value_read(option, option->fallback, target, options->strings);
        assert(rc == ERR_OK); /* the table is ours */
    }
    return options;
}

void option_free(struct options *options)
{
    if (!options)
        return;
    arena_free(options->strings);
    free(options->lines);
    free(options);
}

static bool has_options(const struct option_table *table, const char *section)
{
    for (size_t i = 0; i < table->option_count; i++) {
        if (strcmp(table->options[i].section, section) == 0)
            return true;
    }
    return false;
}

bool option_has_section(const struct option_table *table, const char *section)
{
    return has_options(table, section) || find_open(table, section);
}

static int refuse_section(const struct option_table *table, const char *section, const char *where)
{
    assert(!has_options(table, section));
    struct nearest near = nearest_to(slice_of(section));
    for (size_t i = 0; i < table->option_count; i++)
        nearest_offer(&near, table->options[i].section);
    for (size_t i = 0; i < table->open_count; i++)
        nearest_offer(&near, table->open[i].section);
    const char *found = nearest_found(&near);
    if (!*section)
        log_error("%s: a setting before the first [section]", where);
    else if (found)
        log_error("%s: there is no section [%s]; did you mean [%s]?", where, section, found);
    else
        log_error("%s: there is no section [%s]", where, section);
    return ERR_CONFIG;
}

static int refuse_key(const struct option_table *table, const char *section, const char *key,
                      const char *where)
{
    assert(has_options(table, section));
    struct nearest near = nearest_to(slice_of(key));
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option *option = &table->options[i];
        if (strcmp(option->section, section) == 0)
            nearest_offer(&near, option->key);
    }
    const char *found = nearest_found(&near);
    const char *home = NULL; /* the section it would be right in */
    for (size_t i = 0; !found && !home && i < table->option_count; i++) {
        if (strcmp(table->options[i].key, key) == 0)
            home = table->options[i].section;
    }
    if (found)
        log_error("%s: [%s] has no option '%s'; did you mean '%s'?", where, section, key, found);
    else if (home)
        log_error("%s: [%s] has no option '%s'; [%s] has", where, section, key, home);
    else
        log_error("%s: [%s] has no option '%s'", where, section, key);
    return ERR_CONFIG;
}

static int set_known(const struct option *option, void *target, struct arena *strings,
                     const char *value, const char *where)
{
    int rc = option_value_read(option, value, target, strings);
    assert(rc == ERR_OK || rc == ERR_CONFIG);
    if (rc == ERR_CONFIG) {
        struct buf fits = {0};
        option_value_describe(&fits, option);
        log_error("%s: [%s] %s = '%s' does not fit: %.*s", where, option->section, option->key,
                  value, (int)fits.len, fits.data ? fits.data : "");
        buf_fini(&fits);
    }
    return rc;
}

static int refuse_name(const struct option_table *table, const char *section, const char *key,
                       const char *where)
{
    return has_options(table, section) ? refuse_key(table, section, key, where)
                                       : refuse_section(table, section, where);
}

int option_set(struct options *options, const char *section, const char *key, const char *value,
               const char *where)
{
    assert(section && key && value && where);
    const struct option *option = option_find(options->table, section, key);
    if (option)
        return set_known(option, options->target, options->strings, value, where);
    if (find_open(options->table, section))
        return options->other ? options->other(options->arg, section, key, value, where) : ERR_OK;
    return refuse_name(options->table, section, key, where);
}

int option_set_field(const struct option_table *table, void *target, const char *section,
                     const char *key, const char *value, const char *where)
{
    const struct option *option = option_find(table, section, key);
    assert(table->open_count == 0);
    return option ? set_known(option, target, NULL, value, where)
                  : refuse_name(table, section, key, where);
}

/* How much of path is a section that is known: where its '.' stands, the last
 * possible one, or the first '.' when none is known. */
static size_t section_end(const struct option_table *table, char *path)
{
    size_t first = strcspn(path, "."), end = 0;
    assert(path[first] == '.');
    for (size_t i = first; path[i]; i++) {
        if (path[i] != '.')
            continue;
        path[i] = '\0';
        if (option_has_section(table, path))
            end = i;
        path[i] = '.';
    }
    return end ? end : first;
}

int option_set_assignment(struct options *options, const char *assignment, const char *where)
{
    const char *value = strchr(assignment, '=');
    size_t length = value ? (size_t)(value - assignment) : 0;
    char *path = value ? memory_strndup(assignment, length) : NULL;
    int rc = ERR_CONFIG;

    if (!value || !memchr(assignment, '.', length)) {
        log_error("%s: '%s' is not section.key=value", where, assignment);
    } else {
        size_t end = section_end(options->table, path);
        assert(end < length);
        path[end] = '\0';
        rc = option_set(options, path, path + end + 1, value + 1, where);
    }
    free(path);
    return rc;
}
