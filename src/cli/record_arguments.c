/*
 * record_arguments.c - the map of records that a command line asks for.
 */
#include "alignd/cli/record_arguments.h"

#include <assert.h>

struct record_map *record_arguments_map(const struct record_arguments *arguments, const char *graph,
                                        const struct mapping *mapping)
{
    struct record_options o = arguments->options;
    assert(graph);
    o.graph = graph;
    o.mapping = mapping;
    o.nulls = arguments->nulls.at;
    o.null_count = arguments->nulls.count;
    return record_map_new(&o);
}
