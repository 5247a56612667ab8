/*
 * build_clear.h - when the triples of a subject were cleared, among the changes a build is given.
 */
#ifndef ALIGND_ENGINE_BUILD_CLEAR_H
#define ALIGND_ENGINE_BUILD_CLEAR_H

#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stdint.h>

struct build_clears;

/* folder: where it lies, lent till it is freed; NULL: in memory. */
struct build_clears *build_clears_new(const char *folder);
void build_clears_free(struct build_clears *c);

/* The subject is cleared now, which is then over.  ERR_IO (logged). */
int build_clears_add(struct build_clears *c, struct id subject);
/* How many clears there were. */
uint64_t build_clears_now(const struct build_clears *c);
/* Was the subject cleared at that time or after it?  For several threads, once all are added. */
bool build_clears_since(const struct build_clears *c, struct id subject, uint64_t time);

#endif
