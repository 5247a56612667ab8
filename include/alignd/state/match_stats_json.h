/*
 * match_stats_json.h - statistics of the matches (match_stats.h) as JSON, for `alignd matches
 * --stats
 * --json` and the page /stats.
 */
#ifndef ALIGND_STATE_MATCH_STATS_JSON_H
#define ALIGND_STATE_MATCH_STATS_JSON_H

#include "alignd/base/json_writer.h"
#include "alignd/state/match_stats.h"

/*
 * {"type":..,"matches":..,"estimated_precision":..,"bands":{"match":{"matches":..,
 * "estimated_precision":..},"possible":{..}},"histogram":[..]}: without the type for that of all,
 * without a precision where nothing can be said of it.
 */
void match_stats_json_type(struct json_writer *w, const struct match_stats_type *t, bool is_all);
#endif
