/*
 * match_report.c - a row a type: how many match and how many of them are right by the estimate
 * of align/decoy.h; the same of each band; and how sure they are, a column a tenth.
 */
#include "alignd/cli/match_report.h"

#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/state/match_stats.h"
#include "alignd/state/match_stats_json.h"

#include <assert.h>
#include <inttypes.h>

static void print_band(FILE *out, const struct match_stats_band *b)
{
    assert(b->precision <= 1);
    if (b->precision < 0)
        fprintf(out, " %9" PRIu64 " %6s", b->matches, "-");
    else
        fprintf(out, " %9" PRIu64 " %6.3f", b->matches, b->precision);
}

static void print_type(FILE *out, const struct match_stats_type *t, struct slice name)
{
    assert(t->both.matches <= t->bands[0].matches + t->bands[1].matches + 1);
    fprintf(out, "%-20.*s", (int)name.len, name.data);
    print_band(out, &t->both);
    print_band(out, &t->bands[BAND_MATCH]);
    print_band(out, &t->bands[BAND_POSSIBLE]);
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++)
        fprintf(out, " %7" PRIu64, t->histogram[i]);
    fputc('\n', out);
}

static void print_table(FILE *out, const struct match_stats *s)
{
    assert(s->whole);
    fprintf(out, "%-20s %9s %6s %9s %6s %9s %6s", "type", "matches", "right", "match", "right",
            "possible", "right");
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++)
        fprintf(out, "   %4.1f-", (double)i / MATCH_STATS_BUCKETS);
    fputc('\n', out);
    for (size_t i = 0; i < s->count; i++)
        print_type(out, &s->types[i],
                   s->types[i].type.len ? s->types[i].type : slice_of("(untyped)"));
    if (s->count != 1)
        print_type(out, &s->all, slice_of("all"));
}

static void print_json(FILE *out, const struct match_stats *s)
{
    struct buf line = {0};
    for (size_t i = 0; i <= s->count; i++) {
        bool is_all = i == s->count;
        struct json_writer w = json_writer_of(&line);
        match_stats_json_type(&w, is_all ? &s->all : &s->types[i], is_all);
        buf_append_char(&line, '\n');
    }
    assert(line.len);
    fwrite(line.data, 1, line.len, out);
    buf_fini(&line);
}

int match_report_print(const struct engine *engine, const struct engine_options *options,
                       float review, bool json, FILE *out)
{
    const struct match_stats_options o = {.review = review,
                                          .entities = UINT64_MAX,
                                          .one_to_one = options->policy != POLICY_THRESHOLD};
    struct arena *arena = arena_new();
    struct match_stats stats;
    int rc = match_stats_read(engine_state(engine), &o, arena, &stats);
    if (rc)
        goto done;
    assert(stats.whole);
    (json ? print_json : print_table)(out, &stats);
    rc = ferror(out) ? ERR_IO : ERR_OK;
done:
    arena_free(arena);
    return rc;
}
