/*
 * query_arguments.h - what a page is asked for, read from its query.  Each returns 0, or 400 with
 * words in `wrong` that say what is wrong and what would do.  What is not there is left as it is.
 */
#ifndef ALIGND_DAEMON_QUERY_ARGUMENTS_H
#define ALIGND_DAEMON_QUERY_ARGUMENTS_H

#include "alignd/daemon/http.h"
#include "alignd/state/state.h"

/* One that is misspelt would tell of more than was asked for.  NULL ends those that are known. */
unsigned query_check(const struct http_request *request, const char *const *known,
                     struct buf *wrong);

/* Of an entity, which has to be there: an IRI without brackets, or _:label, into iri (empty
 * before).  None has a space, so one that came is a '+' that was left as it is.  other: another
 * name of the argument, or NULL. */
unsigned query_entity(const struct http_request *request, const char *name, const char *other,
                      struct buf *iri, struct buf *wrong);
/* From 0 to 1. */
unsigned query_share(const struct http_request *request, const char *name, float *share,
                     struct buf *wrong);
/* From 1 to most. */
unsigned query_count(const struct http_request *request, const char *name, size_t most,
                     size_t *count, struct buf *wrong);
/* A catalog, by its place in the state. */
unsigned query_graph(const struct http_request *request, const char *name, const struct state *s,
                     size_t *graph, struct buf *wrong);
#endif
