/*
 * cmd_map.c - `alignd map --propose`: a mapping for two catalogs, to be read by a person before it
 * is used.  The arguments are cut before each --graph: files and how they are read belong to the
 * graph before them, and what stands before the first graph counts for both.
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
#include <string.h>

enum { GRAPHS = 2, PARTS = 1 + GRAPHS };

/* The arguments from a --graph to the next one. */
struct part {
    struct args_list graphs; /* of the part before any: none, of the others one */
    struct record_arguments records;
    const char *format_name;
    enum codec_format format;
    char **files;
    size_t count;
};

struct map {
    struct offline_options offline;
    int64_t subjects;
    bool propose;
    struct part parts[PARTS];
    size_t graph_count;
    char **arguments; /* what the files of the parts are lent from */
};

static bool is_graph(const char *arg)
{
    return strncmp(arg, "--graph", 7) == 0 || strncmp(arg, "-g", 2) == 0;
}

/* As many arguments as stand before the next --graph. */
static int part_end(int argc, char **argv, int from)
{
    int end = from + 1;
    while (end < argc && !is_graph(argv[end]))
        end++;
    return end < argc ? end : argc;
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

static int read_part(const struct map *m, const struct part *p, struct survey **ret_survey)
{
    *ret_survey = survey_new(p->graphs.at[0], NULL, (size_t)m->subjects);
    return survey_read_files(*ret_survey, p->files, p->count, p->format, &p->records);
}

static int map_files(const struct map *m)
{
    struct survey *c[GRAPHS] = {NULL};
    int rc;
    if (m->graph_count != GRAPHS || m->parts[0].count || !m->parts[1].count || !m->parts[2].count) {
        log_error("map: two graphs are mapped: --graph A FILE... --graph B FILE...");
        return ERR_USAGE;
    }
    for (size_t k = 0; k < GRAPHS; k++)
        if ((rc = read_part(m, &m->parts[1 + k], &c[k])))
            goto done;
    rc = write_proposal(c[0], c[1]);
done:
    for (size_t k = 0; k < GRAPHS; k++)
        survey_free(c[k]);
    return rc;
}

/* The graph of a store that is named, or the first or second catalog. */
static int pick(const struct offline *store, const struct map *m, size_t k)
{
    assert(k < GRAPHS);
    const char *name = m->graph_count ? m->parts[1 + k].graphs.at[0] : NULL;
    const struct state *s = engine_state(store->engine);
    int g = name ? offline_graph(store, name) : 0;
    for (size_t before = 0; !name && (!state_is_catalog(s, (size_t)g) || before++ < k);)
        g++;
    if (g < 0)
        log_error("map: the store has no graph '%s'", name);
    return g;
}

static int map_store(const struct map *m)
{
    struct survey *catalogs[ENGINE_MAX_GRAPHS] = {NULL};
    struct offline store;
    int rc = offline_open(&m->offline, &store);
    if (rc)
        return rc;
    if (m->graph_count ? m->graph_count != GRAPHS
                       : state_catalogs(engine_state(store.engine)) != GRAPHS) {
        log_error("map: two graphs are mapped: say which by --graph A --graph B");
        rc = ERR_USAGE;
        goto done;
    }
    int a = pick(&store, m, 0), b = pick(&store, m, 1);
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

static int run(struct map *m)
{
    size_t files = 0;
    for (size_t k = 0; k < PARTS; k++) {
        struct part *p = &m->parts[k];
        files += p->count;
        if (!codec_format_from_name(slice_of(p->format_name), &p->format)) {
            log_error("map: '%s' is no format", p->format_name);
            return ERR_USAGE;
        }
    }
    if (!m->propose || (files == 0) == (m->offline.store == NULL)) {
        log_error("map: --propose, and either --store DIR or --graph A FILE... --graph B FILE...");
        return ERR_USAGE;
    }
    progress_set_enabled(!m->offline.quiet);
    return files ? map_files(m) : map_store(m);
}

static int parse_part(struct map *m, struct part *p, int argc, char **argv)
{
    const struct arg table[] = {
        ARG(.name = "propose", .type = ARG_FLAG, .to = &m->propose,
            .help = "writes a mapping to standard output"),
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &m->offline.store,
            .value = "DIR", .help = "two graphs of a store, instead of files"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_LIST, .to = &p->graphs, .value = "NAME",
            .help = "the graph that the files behind it belong to; twice. How they are read "
                    "(--format to --keep-empty) is said behind it too, or before both"),
        SURVEY_READ_ARGS(&p->format_name, &p->records, &m->subjects),
        OFFLINE_QUIET_ARG(&m->offline.quiet),
    };
    const struct args args = {"alignd map --propose --store DIR | -g A FILE... -g B FILE...",
                              "Proposes a mapping of two catalogs, by the names of their "
                              "predicates and types, what their values have in common, and "
                              "whether entities of one name agree. Read it before it is used.",
                              table, sizeof(table) / sizeof(*table)};
    int count;
    int rc = args_parse(&args, argc, argv, &p->files, &count);
    p->count = rc ? 0 : (size_t)count;
    return rc;
}

/* Each part on its own: the first begins with the name of the command, which the others are
 * given too. */
static int parse(struct map *m, int argc, char **argv)
{
    char **to = m->arguments = memory_calloc((size_t)argc + PARTS + 1, sizeof(*to));
    for (int begin = 0, end; begin < argc; begin = end) {
        struct part *p = &m->parts[begin ? 1 + m->graph_count : 0];
        if (begin && m->graph_count == GRAPHS) {
            log_error("map: two graphs are mapped, and this is a third one: %s", argv[begin]);
            return ERR_USAGE;
        }
        end = part_end(argc, argv, begin);
        if (begin)
            *p = (struct part){.records = m->parts[0].records,
                               .format_name = m->parts[0].format_name};
        m->graph_count += begin != 0;
        int n = 0;
        if (begin)
            to[n++] = argv[0];
        for (int i = begin; i < end; i++)
            to[n++] = argv[i];
        int rc = parse_part(m, p, n, to);
        if (rc)
            return rc;
        to += n;
    }
    return ERR_OK;
}

int cmd_map(int argc, char **argv)
{
    struct map m = {.offline = {.read_only = true}, .subjects = SURVEY_READ_SUBJECTS};
    for (size_t k = 0; k < PARTS; k++)
        m.parts[k].format_name = "auto";
    int rc = parse(&m, argc, argv);
    int status = rc == ARGS_HELP ? 0 : rc ? err_exit_status(rc) : offline_status(run(&m));
    free(m.arguments);
    return status;
}
