/*
 * match_json.h - a pair as pages tell it, by the names of SSSOM.
 */
#ifndef ALIGND_DAEMON_MATCH_JSON_H
#define ALIGND_DAEMON_MATCH_JSON_H

#include "alignd/base/json_writer.h"
#include "alignd/graph/node.h"
#include "alignd/state/state.h"

/* One end of a pair. */
struct match_end {
    struct id id;
    struct node node;
    struct slice term; /* as it is written */
    struct slice graph;
};

/* Memory of the arena.  ERR_STORE: it is not there, as it is where a pair is. */
int match_end_read(const struct state *s, struct id id, struct arena *arena,
                   struct match_end *ret_end);

/* Members of an object that is begun: the other end of a match, as the one asked for sees it. */
void match_json_partner(struct json_writer *w, const struct match_end *partner, float score,
                        float review);

/* Members of an object that is begun: ids, labels and sources of both. */
void match_json_ends(struct json_writer *w, const struct match_end *subject,
                     const struct match_end *object);
/* And what there is to say of a match.  review: band.h. */
void match_json_match(struct json_writer *w, const struct match_end *subject,
                      const struct match_end *object, float score, float review);
#endif
