/*
 * match_stats_json.c - an object a type, with one of each band in it.
 */
#include "alignd/state/match_stats_json.h"

#include <assert.h>

static void write_band(struct json_writer *w, const struct match_stats_band *b)
{
    json_writer_add_unsigned(w, "matches", b->matches);
    if (b->precision >= 0)
        json_writer_add_number(w, "estimated_precision", b->precision);
}

void match_stats_json_type(struct json_writer *w, const struct match_stats_type *t, bool is_all)
{
    json_writer_begin_object(w);
    if (!is_all)
        json_writer_add_string(w, "type", t->type);
    write_band(w, &t->both);
    json_writer_key(w, "bands");
    json_writer_begin_object(w);
    for (enum band b = BANDS; b-- > 0;) {
        json_writer_key(w, band_name(b));
        json_writer_begin_object(w);
        write_band(w, &t->bands[b]);
        json_writer_end_object(w);
    }
    json_writer_end_object(w);
    json_writer_key(w, "histogram");
    json_writer_begin_array(w);
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++)
        json_writer_unsigned(w, t->histogram[i]);
    json_writer_end_array(w);
    json_writer_end_object(w);
    assert(!is_all || !t->type.len);
}
