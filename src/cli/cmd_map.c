/*
 * cmd_map.c - `alignd map --propose`: a mapping for two catalogs, to be read by a person before it
 * is used.  Files belong to the --graph before them.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/progress.h"
#include "alignd/cli/survey_read.h"
#include "alignd/cli/commands.h"
#include "alignd/learn/propose.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct map {
    struct offline_options offline;
    struct record_arguments records; /* of both */
    struct args_list graphs;
    const char *format_name;
    int64_t subjects;
    bool propose;
    size_t *group; /* of each file: 1 + the graph it stands behind; 0: before any */
    enum codec_format format;
};

/* Is it an option whose value is the next argument? */
static bool takes_next(const char *arg)
{
    assert(*arg == '-');
    static const char *const options[] = {"--store", "-s",     "--format",   "-f",
                                          "--graph", "-g",     "--subjects", "--id",
                                          "--type",  "--base", "--null"};
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        if (strcmp(arg, options[i]) == 0)
            return true;
    return false;
}

/* Which --graph each file stands behind, before the arguments are sorted. */
static void group_files(struct map *m, int argc, char **argv)
{
    size_t graph = 0, files = 0;
    m->group = memory_calloc((size_t)argc + 1, sizeof(*m->group));
    for (int i = 1; i < argc; i++) {
        bool option = argv[i][0] == '-' && argv[i][1];
        graph += strncmp(argv[i], "--graph", 7) == 0 || (option && argv[i][1] == 'g');
        assert(files < (size_t)argc);
        if (option)
            i += takes_next(argv[i]);
        else
            m->group[files++] = graph;
    }
}

static int write_proposal(struct survey *a, struct survey *b)
{
    struct buf text = {0};
    propose_mapping(a, b, &text);
    size_t n = fwrite(text.data, 1, text.len, stdout);
    int rc = n == text.len && !fflush(stdout) ? ERR_OK : ERR_IO;
    buf_fini(&text);
    return rc;
}

static int map_files(const struct map *m, char **files, size_t count)
{
    assert(count > 0 && m->group);
    struct survey *c[2] = {NULL, NULL};
    size_t at = 0;
    int rc;
    if (m->graphs.count != 2 || m->group[0] != 1 || m->group[count - 1] != 2) {
        log_error("map: two graphs are mapped: --graph A FILE... --graph B FILE...");
        return ERR_USAGE;
    }
    for (size_t k = 0; k < 2; k++) {
        size_t end = at;
        while (end < count && m->group[end] == k + 1)
            end++;
        c[k] = survey_new(m->graphs.at[k], NULL, (size_t)m->subjects);
        if ((rc = survey_read_files(c[k], files + at, end - at, m->format, &m->records)))
            goto done;
        at = end;
    }
    rc = write_proposal(c[0], c[1]);
done:
    survey_free(c[0]);
    survey_free(c[1]);
    return rc;
}

/* The graph of a store that is named, or the first or second one. */
static int pick(const struct offline *store, const struct args_list *graphs, size_t k)
{
    assert(k < 2);
    int g = graphs->count ? offline_graph(store, graphs->at[k]) : (int)k;
    if (g < 0)
        log_error("map: the store has no graph '%s'", graphs->at[k]);
    return g;
}

static int map_store(const struct map *m)
{
    struct survey *catalogs[ENGINE_MAX_GRAPHS] = {NULL};
    struct offline store;
    int rc = offline_open(&m->offline, &store);
    if (rc)
        return rc;
    if (m->graphs.count ? m->graphs.count != 2 : store.options.graph_count != 2) {
        log_error("map: two graphs are mapped: say which by --graph A --graph B");
        rc = ERR_USAGE;
        goto done;
    }
    int a = pick(&store, &m->graphs, 0), b = pick(&store, &m->graphs, 1);
    if (a < 0 || b < 0) {
        rc = ERR_NOT_FOUND;
        goto done;
    }
    if ((rc = survey_read_store(&store, (size_t)m->subjects, catalogs)))
        goto done;
    assert(catalogs[a] && catalogs[b]);
    rc = write_proposal(catalogs[a], catalogs[b]);
done:
    for (size_t i = 0; i < ENGINE_MAX_GRAPHS; i++)
        survey_free(catalogs[i]);
    offline_close(&store);
    return rc;
}

static int run(struct map *m, char **files, size_t count)
{
    assert(m->group && m->subjects > 0);
    if (!m->propose || (count == 0) == (m->offline.store == NULL)) {
        log_error("map: --propose, and either --store DIR or --graph A FILE... --graph B FILE...");
        return ERR_USAGE;
    }
    if (!codec_format_from_name(slice_of(m->format_name), &m->format)) {
        log_error("map: '%s' is no format", m->format_name);
        return ERR_USAGE;
    }
    progress_set_enabled(!m->offline.quiet);
    return count ? map_files(m, files, count) : map_store(m);
}

int cmd_map(int argc, char **argv)
{
    struct map m = {.format_name = "auto", .subjects = SURVEY_READ_SUBJECTS};
    const struct arg table[] = {
        ARG(.name = "propose", .type = ARG_FLAG, .to = &m.propose,
            .help = "writes a mapping to standard output"),
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &m.offline.store,
            .value = "DIR", .help = "two graphs of a store, instead of files"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_LIST, .to = &m.graphs, .value = "NAME",
            .help = "the graph that the files behind it belong to; twice"),
        SURVEY_READ_ARGS(&m.format_name, &m.records, &m.subjects),
        OFFLINE_QUIET_ARG(&m.offline.quiet),
    };
    const struct args args = {"alignd map --propose --store DIR | -g A FILE... -g B FILE...",
                              "Proposes a mapping of two catalogs, by the names of their "
                              "predicates and types, what their values have in common, and "
                              "whether entities of one name agree. Read it before it is used.",
                              table, sizeof(table) / sizeof(*table)};
    char **files;
    int count;
    group_files(&m, argc, argv);
    int rc = args_parse(&args, argc, argv, &files, &count);
    int status = rc == ARGS_HELP ? 0
                 : rc            ? err_exit_status(rc)
                                 : offline_status(run(&m, files, (size_t)count));
    free(m.group);
    return status;
}
