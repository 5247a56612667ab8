/*
 * record_arguments.c - the map of records that a command line asks for, and the file of those
 * refused.
 */
#include "alignd/cli/record_arguments.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

struct record_map *record_arguments_map(const struct record_arguments *arguments, const char *graph,
                                        const struct mapping *mapping)
{
    assert(arguments->nulls.count <= ARGS_LIST_MAX);
    struct record_options o = arguments->options;
    assert(graph);
    o.graph = graph;
    o.mapping = mapping;
    o.nulls = arguments->nulls.at;
    o.null_count = arguments->nulls.count;
    return record_map_new(&o);
}

int record_arguments_begin_rejects(const struct reject_arguments *a,
                                   struct change_file_rejects *ret)
{
    struct change_file_rejects r = {.skip = a->path != NULL};
    if (a->on_error && strcmp(a->on_error, "skip") == 0) {
        r.skip = true;
    } else if (a->on_error && strcmp(a->on_error, "stop") != 0) {
        log_error("--on-error %s: stop or skip", a->on_error);
        return ERR_USAGE;
    } else if (a->on_error && a->path) {
        log_error("--rejects is of what is skipped, and --on-error stop skips nothing");
        return ERR_USAGE;
    }
    if (a->path && !(r.out = fopen(a->path, "wb"))) {
        log_error("--rejects '%s': %s", a->path, strerror(errno));
        return ERR_IO;
    }
    assert(!r.out || r.skip);
    *ret = r;
    return ERR_OK;
}

int record_arguments_end_rejects(const struct reject_arguments *a,
                                 struct change_file_rejects *rejects)
{
    assert(!rejects->out || a->path);
    bool bad = rejects->out && fclose(rejects->out);
    rejects->out = NULL;
    if (bad)
        log_error("--rejects '%s': %s", a->path, strerror(errno));
    if (rejects->count)
        log_warn("%" PRIu64 " line%s or record%s could not be read and %s left out%s%s",
                 rejects->count, rejects->count == 1 ? "" : "s", rejects->count == 1 ? "" : "s",
                 rejects->count == 1 ? "was" : "were", a->path ? ": " : "", a->path ? a->path : "");
    return bad ? ERR_IO : ERR_OK;
}
