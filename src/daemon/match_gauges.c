/*
 * match_gauges.c - statistics of the matches in Prometheus' text format, kept until they are old:
 * they are read from the rows of the store, a part of it where that is large.
 */
#include "alignd/daemon/match_gauges.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/state/match_stats_json.h"

#include <assert.h>
#include <inttypes.h>

/* A row, or what those beyond MATCH_GAUGES_TYPES are together. */
struct row {
    struct buf label; /* type="...", escaped */
    const struct match_stats_type *stats;
};

static void append_label(struct buf *out, struct slice type)
{
    buf_append_text(out, "type=\"");
    for (size_t i = 0; i < type.len; i++) {
        char c = type.data[i];
        if (c == '"' || c == '\\')
            buf_append_char(out, '\\');
        if (c == '\n')
            buf_append_text(out, "\\n");
        else
            buf_append_char(out, c);
    }
    buf_append_char(out, '"');
}

static void add_band(struct match_stats_band *to, const struct match_stats_band *b)
{
    uint64_t sum = to->matches + b->matches;
    if (b->precision >= 0 && sum)
        to->precision =
            (to->precision < 0
                 ? b->precision
                 : (to->precision * (double)to->matches + b->precision * (double)b->matches) /
                       (double)sum);
    to->matches = sum;
    assert(to->precision <= 1.000001);
}

/* Types of few matches as one. */
static struct match_stats_type rest_of(const struct match_stats *s)
{
    struct match_stats_type rest = {.type = slice_of("(other)"), .both = {.precision = -1}};
    for (size_t b = 0; b < BANDS; b++)
        rest.bands[b].precision = -1;
    for (size_t i = MATCH_GAUGES_TYPES; i < s->count; i++) {
        const struct match_stats_type *t = &s->types[i];
        for (size_t b = 0; b < BANDS; b++)
            add_band(&rest.bands[b], &t->bands[b]);
        add_band(&rest.both, &t->both);
        for (size_t k = 0; k < MATCH_STATS_BUCKETS; k++)
            rest.histogram[k] += t->histogram[k];
        rest.confidence_sum += t->confidence_sum;
    }
    return rest;
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    assert(*help);
    buf_append_format(out, "# HELP alignd_%s %s.\n# TYPE alignd_%s %s\n", name, help, name, type);
}

static void write_bands(struct buf *out, const struct row *rows, size_t count)
{
    assert(count <= MATCH_GAUGES_TYPES + 1);
    head(out, "matches_by_band", "gauge", "Matched pairs by type of the subject and band");
    for (size_t i = 0; i < count; i++)
        for (enum band b = 0; b < BANDS; b++)
            buf_append_format(out, "alignd_matches_by_band{%.*s,band=\"%s\"} %" PRIu64 "\n",
                              (int)rows[i].label.len, rows[i].label.data, band_name(b),
                              rows[i].stats->bands[b].matches);
    head(out, "estimated_precision", "gauge",
         "Share of them that is right, estimated by runner-ups, without a label");
    for (size_t i = 0; i < count; i++)
        for (enum band b = 0; b < BANDS; b++)
            if (rows[i].stats->bands[b].precision >= 0)
                buf_append_format(out, "alignd_estimated_precision{%.*s,band=\"%s\"} %.4f\n",
                                  (int)rows[i].label.len, rows[i].label.data, band_name(b),
                                  rows[i].stats->bands[b].precision);
}

static void write_histogram(struct buf *out, const struct row *r)
{
    uint64_t sum = 0;
    const int len = (int)r->label.len;
    assert(len > 0);
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++) {
        sum += r->stats->histogram[i];
        buf_append_format(out, "alignd_match_confidence_bucket{%.*s,le=\"%.1f\"} %" PRIu64 "\n",
                          len, r->label.data, (double)(i + 1) / MATCH_STATS_BUCKETS, sum);
    }
    buf_append_format(out, "alignd_match_confidence_bucket{%.*s,le=\"+Inf\"} %" PRIu64 "\n", len,
                      r->label.data, sum);
    buf_append_format(out, "alignd_match_confidence_sum{%.*s} %.6g\n", len, r->label.data,
                      r->stats->confidence_sum);
    buf_append_format(out, "alignd_match_confidence_count{%.*s} %" PRIu64 "\n", len, r->label.data,
                      sum);
}

static void write_page(struct buf *out, const struct match_stats *s)
{
    struct row rows[MATCH_GAUGES_TYPES + 1] = {0};
    struct match_stats_type rest = rest_of(s);
    size_t count = 0;
    for (; count < s->count && count < MATCH_GAUGES_TYPES; count++)
        rows[count].stats = &s->types[count];
    if (s->count > count)
        rows[count++].stats = &rest;
    assert(count <= MATCH_GAUGES_TYPES + 1);
    for (size_t i = 0; i < count; i++)
        append_label(&rows[i].label, rows[i].stats->type);
    head(out, "match_stats_entities", "gauge", "Entities by which these are told");
    buf_append_format(out, "alignd_match_stats_entities %" PRIu64 "\n", s->entities);
    write_bands(out, rows, count);
    head(out, "match_confidence", "histogram", "Confidence of the matched pairs as they stand");
    for (size_t i = 0; i < count; i++) {
        write_histogram(out, &rows[i]);
        buf_fini(&rows[i].label);
    }
}

static void write_json(struct buf *out, const struct match_stats *s)
{
    struct json_writer w = json_writer_of(out);
    struct match_stats_type rest = rest_of(s);
    assert(s->count <= MATCH_GAUGES_TYPES || rest.type.len);
    json_writer_begin_object(&w);
    json_writer_add_unsigned(&w, "entities", s->entities);
    json_writer_add_bool(&w, "whole", s->whole);
    json_writer_key(&w, "types");
    json_writer_begin_array(&w);
    for (size_t i = 0; i < s->count && i < MATCH_GAUGES_TYPES; i++)
        match_stats_json_type(&w, &s->types[i], false);
    if (s->count > MATCH_GAUGES_TYPES)
        match_stats_json_type(&w, &rest, false);
    json_writer_end_array(&w);
    json_writer_key(&w, "all");
    match_stats_json_type(&w, &s->all, true);
    json_writer_end_object(&w);
}

/* What is read while others are told what was read before. */
static int read_anew(struct match_gauges *g, const struct state *s,
                     const struct match_stats_options *options)
{
    struct arena *arena = arena_new();
    struct match_stats stats;
    struct buf page = {0}, json = {0};
    int rc = match_stats_read(s, options, arena, &stats);
    if (rc == ERR_OK) {
        write_page(&page, &stats);
        write_json(&json, &stats);
        assert(page.len && json.len > 1 && json.data[0] == '{');
        pthread_mutex_lock(&g->lock);
        buf_fini(&g->page);
        buf_fini(&g->json);
        g->page = page;
        g->json = json;
        g->read_us = clock_mono_us();
        pthread_mutex_unlock(&g->lock);
    }
    arena_free(arena);
    return rc;
}

static uint64_t last_read(struct match_gauges *g)
{
    pthread_mutex_lock(&g->lock);
    uint64_t read_us = g->read_us;
    pthread_mutex_unlock(&g->lock);
    return read_us;
}

/* Reads again what is old, or leaves it to the thread that already does. */
static int refresh(struct match_gauges *g, const struct state *s,
                   const struct match_stats_options *options, uint64_t every_us)
{
    uint64_t read_us = last_read(g);
    int rc = ERR_OK;
    assert(options->entities > 0);
    if (read_us && clock_mono_us() - read_us < every_us)
        return ERR_OK;
    if (read_us && pthread_mutex_trylock(&g->reading))
        return ERR_OK;
    if (!read_us)
        pthread_mutex_lock(&g->reading);
    if (last_read(g) == read_us) /* else another one did meanwhile */
        rc = read_anew(g, s, options);
    pthread_mutex_unlock(&g->reading);
    return rc;
}

int match_gauges_write(struct match_gauges *g, const struct state *s,
                       const struct match_stats_options *options, uint64_t every_us,
                       struct buf *out)
{
    int rc = refresh(g, s, options, every_us);
    if (rc)
        return rc;
    pthread_mutex_lock(&g->lock);
    assert(g->read_us && g->page.len);
    buf_append_slice(out, buf_slice(&g->page));
    pthread_mutex_unlock(&g->lock);
    return ERR_OK;
}

int match_gauges_write_json(struct match_gauges *g, const struct state *s,
                            const struct match_stats_options *options, uint64_t every_us,
                            struct buf *out)
{
    int rc = refresh(g, s, options, every_us);
    if (rc)
        return rc;
    pthread_mutex_lock(&g->lock);
    assert(g->read_us && g->json.len > 1);
    buf_append_format(out, "{\"seconds_old\":%" PRIu64 ",",
                      (clock_mono_us() - g->read_us) / 1000000);
    buf_append_slice(out, (struct slice){g->json.data + 1, g->json.len - 1});
    pthread_mutex_unlock(&g->lock);
    return ERR_OK;
}

void match_gauges_fini(struct match_gauges *g)
{
    buf_fini(&g->page);
    buf_fini(&g->json);
    *g = (struct match_gauges){0};
}
