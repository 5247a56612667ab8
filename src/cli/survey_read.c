/*
 * survey_read.c - the readers of `alignd load` and the triples of a store, into catalogs.
 */
#include "alignd/cli/survey_read.h"

#include "alignd/base/err.h"
#include "alignd/base/progress.h"
#include "alignd/state/triples.h"
#include "alignd/stream/change_file.h"

#include <assert.h>

#define BATCH 10000

static int read_file(struct survey *c, const char *path, enum codec_format format,
                     const char *encoding, const struct record_map *records, struct arena *arena)
{
    static const struct codec_limits limits = {.relative_iris = true};
    struct change_file *file = NULL;
    struct progress progress;
    const char *slash = strrchr(path, '/');
    size_t count = 1;
    uint64_t done, total, before = c->triples;
    int rc = change_file_open(path, format, &limits, &file);
    if (rc)
        return rc;
    if ((rc = change_file_set_encoding(file, encoding))) {
        change_file_close(file);
        return rc;
    }
    change_file_set_records(file, records);
    progress_begin(&progress, slash ? slash + 1 : path, "triples");
    while (count) {
        struct change *changes;
        arena_reset(arena);
        if ((rc = change_file_next(file, arena, BATCH, &changes, &count)))
            goto done;
        survey_add(c, changes, count);
        change_file_progress(file, &done, &total);
        progress_update(&progress, total ? (double)done / (double)total : -1, c->triples - before,
                        NULL);
    }
done:
    progress_end(&progress);
    change_file_close(file);
    return rc;
}

int survey_read_files(struct survey *c, char **files, size_t count, enum codec_format format,
                      const struct record_arguments *records)
{
    struct arena *arena = arena_new();
    struct record_map *map = record_arguments_map(records, c->graph, NULL);
    int rc = ERR_OK;
    for (size_t i = 0; i < count; i++)
        if ((rc = read_file(c, files[i], format, records->encoding, map, arena)))
            goto done;
    survey_finish(c);
done:
    arena_free(arena);
    record_map_free(map);
    return rc;
}

struct reading {
    struct survey **catalogs;
    struct progress progress;
    uint64_t seen, all;
};

static int take(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct reading *r = arg;
    assert(graph < ENGINE_MAX_GRAPHS && r->catalogs[graph]);
    survey_add(r->catalogs[graph], changes, count);
    r->seen += count;
    progress_update(&r->progress, (double)r->seen / (double)(r->all + 1), r->seen, NULL);
    return ERR_OK;
}

int survey_read_store(const struct offline *store, size_t subjects,
                      struct survey *ret[ENGINE_MAX_GRAPHS])
{
    assert(store->engine && subjects > 0);
    const struct state *s = engine_state(store->engine);
    struct reading r = {.catalogs = ret, .all = state_triples(s)};
    assert(store->options.graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t g = 0; g < store->options.graph_count; g++)
        ret[g] = survey_new(store->options.graphs[g], store->mapping, subjects);
    progress_begin(&r.progress, "read", "triples");
    int rc = triples_each(s, take, &r);
    progress_end(&r.progress);
    for (size_t g = 0; g < store->options.graph_count && !rc; g++)
        survey_finish(ret[g]);
    return rc;
}
