/*
 * engine_options.c - the options of an engine: what can be set of them as one table, and all
 * that goes by it: defaults, what they may be, and those that shape the state as lines of
 * settings and back.
 *
 * (1) The lines of the settings are compared byte by byte with those of stores there are: how a
 * value is written, and in which order, stays as it is.
 */
#include "engine_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/mapping.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECTION "align"
#define DECIDE "decide"
#define FIELD(name) offsetof(struct engine_options, name)
#define MIB (1024.0 * 1024)
#define TIB (1024 * 1024 * MIB)

static_assert(sizeof(size_t) == sizeof(int64_t) && sizeof(unsigned) == sizeof(int32_t) &&
                  sizeof(enum engine_policy) == sizeof(int),
              "fields are of the types that option.h fills");

enum { SERVES = false, SHAPES = true };

static const char *const policies[] = {"one-to-one", "mutual-best", "threshold", NULL};

/* In the order of the settings (1). */
const struct engine_option engine_options_table[] = {
    {{SECTION, "neighbours", OPTION_INT32, FIELD(neighbours), "12", 1, 32, NULL,
      "Entity neighbours sampled of each entity (K)."},
     SHAPES},
    {{SECTION, "values", OPTION_INT32, FIELD(values), "8", 0, 32, NULL,
      "Literals sampled of each entity."},
     SHAPES},
    {{SECTION, "names", OPTION_INT32, FIELD(names), "8", 1, NETWORK_MAX_NAMES, NULL,
      "Names of each entity: its label, and of its further labels and aliases so many that there "
      "are this many in all."},
     SHAPES},
    {{SECTION, "inverse_limit", OPTION_INT, FIELD(inverse_limit), "12", 0, 1e15, NULL,
      "Of an inverse relation with more neighbours than this (the films of a genre or a company) "
      "an entity samples none: a few of many say little about it, and each newcomer among them "
      "would concern all the others."},
     SHAPES},
    {{SECTION, "block_limit", OPTION_INT32, FIELD(block_limit), "200", 1, 1e6, NULL,
      "A block with more members than this in a graph brings nobody together (L): one of a value "
      "or of a whole label; one of a word, a code or a neighbour's name with a fifth of it. What "
      "a fortieth share counts more, what a hundredth do most."},
     SHAPES},
    {{SECTION, "theta", OPTION_DOUBLE, FIELD(theta), "0.44", -1, 1, NULL,
      "Cosine of the label signatures from which two entities that share keys are a candidate "
      "pair; .1 less where they share nearly enough, .2 more where it is a single common one."},
     SHAPES},
    {{SECTION, "shared_keys", OPTION_INT32, FIELD(shared_keys), "2", 1, 1000, NULL,
      "So many shared neighbours' names (half a one for a word or a value; up to all of it for "
      "what few share) make a candidate pair too; of an entity without a label a single one."},
     SHAPES},
    {{SECTION, "threshold", OPTION_DOUBLE, FIELD(threshold), "-1", -1, 1, NULL,
      "Confidence from which a pair matches. Negative: the model's own."},
     SHAPES},
    {{SECTION, "epsilon", OPTION_DOUBLE, FIELD(epsilon), "0.01", 0, 1, NULL,
      "A matched pair whose confidence moved by this much is told in an update event."},
     SERVES},
    {{SECTION, "policy", OPTION_CHOICE, FIELD(policy), "one-to-one", 0, 0, policies,
      "Which candidate pairs at or over the threshold match: the stable one-to-one assignment, "
      "those that are each other's best, or all."},
     SHAPES},
    {{SECTION, "clusters", OPTION_INT, FIELD(clusters), "256", 0, 1e6, NULL,
      "Of more than two graphs: entities that hang together by matches, at most, for events to say "
      "which cluster a match is in. Of more than that nobody is in a cluster. 0: events do not say "
      "it."},
     SERVES},
    {{SECTION, "dirty_budget", OPTION_INT, FIELD(dirty_budget), "128", 1, 1e9, NULL,
      "Entities whose pairs one turn scores again although its input did not touch them: this "
      "many, up to five times as many where it touched many, eight times in a turn without "
      "input. What is over waits for later turns."},
     SERVES},
    {{SECTION, "hub_chunk", OPTION_INT, FIELD(hub_chunk), "1024", 1, 1e9, NULL,
      "Rows of renamed hubs visited in a turn without input; in one with input as many as it has "
      "changes, and up to 64 in any."},
     SERVES},
    {{SECTION, "profile_cache", OPTION_SIZE, FIELD(profile_cache_bytes), "auto", MIB, TIB, NULL,
      "Memory for what pairs need of the entities scored most recently. auto: a share of [alignd] "
      "memory."},
     SERVES},
    {{SECTION, "row_cache", OPTION_SIZE, FIELD(row_cache_bytes), "auto", MIB, TIB, NULL,
      "Memory for rows of the store that turns come back to. auto: a share of [alignd] memory."},
     SERVES},
    {{SECTION, "explain", OPTION_BOOL, FIELD(explain), "true", 0, 0, NULL,
      "Events carry why: which neighbours agreed and which weighed."},
     SERVES},
    {{SECTION, "threads", OPTION_INT32, FIELD(threads), "2", 1, 64, NULL,
      "Threads that embed and score."},
     SERVES},
    {{DECIDE, "review", OPTION_DOUBLE, FIELD(review), "0.5", 0, 1, NULL,
      "A match of less confidence than this is a possible one, which somebody should look at: it "
      "is "
      "published as skos:closeMatch, others as owl:sameAs. 0: all are owl:sameAs. The matches are "
      "the same. After a change the next start compares the topic with the store, and tells it of "
      "the pairs there are."},
     SERVES},
    {{DECIDE, "settle_ms", OPTION_INT, FIELD(settle_ms), "0", 0, 86400000, NULL,
      "A pair that begins to match is told once its confidence has been the same for so many "
      "milliseconds: what arrives triple by triple is matched a few times on the way, and readers "
      "are spared that. 0: at once. The matches are the same; what somebody decided is told at "
      "once."},
     SERVES},
    {{DECIDE, "settle_max_ms", OPTION_INT, FIELD(settle_max_ms), "60000", 0, 86400000, NULL,
      "Or so many milliseconds after it began to match, however much it goes on changing."},
     SERVES},
};

struct engine_options engine_options_default(void)
{
    struct engine_options o = {.sync = true, .cut_offs = true};
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++) {
        const struct option *row = &engine_options_table[i].option;
        int rc = option_value_read(row, row->fallback, &o, NULL);
        assert(!rc);
        (void)rc;
    }
    return o;
}

int engine_options_set(struct engine_options *options, const char *key, const char *value,
                       const char *where)
{
    struct option rows[ENGINE_OPTION_COUNT];
    const struct option_table table = {rows, ENGINE_OPTION_COUNT, NULL, 0};
    const char *section = SECTION;
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++) {
        rows[i] = engine_options_table[i].option;
        if (strcmp(rows[i].key, key) == 0)
            section = rows[i].section;
    }
    return option_set_field(&table, options, section, key, value, where);
}

/* Whole numbers that shape the state, by which rooms are made.  What a fraction is does no
 * harm; a budget may be beyond what a person is granted. */
static int check_numbers(const struct engine_options *o)
{
    if (o->hub_chunk < 1 || o->dirty_budget < 1) {
        log_error("hub_chunk and dirty_budget start at 1");
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++) {
        const struct option *row = &engine_options_table[i].option;
        bool whole = row->type == OPTION_INT || row->type == OPTION_INT32;
        if (!engine_options_table[i].shapes || !whole || option_value_fits(row, o))
            continue;
        struct buf words = {0};
        option_write_value(&words, row, o);
        buf_append_text(&words, " does not fit: ");
        option_value_describe(&words, row);
        log_error("%s = %.*s", row->key, (int)words.len, words.data ? words.data : "");
        buf_fini(&words);
        return ERR_CONFIG;
    }
    return ERR_OK;
}

int engine_options_check(const struct engine_options *o)
{
    if (o->graph_count < 1 || o->graph_count > ENGINE_MAX_GRAPHS) {
        log_error("a store has 1 to %d graphs, not %zu", ENGINE_MAX_GRAPHS, o->graph_count);
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < o->graph_count; i++)
        for (size_t k = 0; k < i; k++)
            if (id_graph_tag(slice_of(o->graphs[i])) == id_graph_tag(slice_of(o->graphs[k]))) {
                log_error("graphs '%s' and '%s' cannot be told apart: rename one of them",
                          o->graphs[k], o->graphs[i]);
                return ERR_CONFIG;
            }
    return check_numbers(o);
}

/* --- as settings of the store --- */

float engine_options_threshold(const struct engine_options *o)
{
    return (float)(o->threshold < 0 ? model_threshold(o->model) : o->threshold);
}

/* Digits of a fraction: more than that make no other store (1). */
static void write_value(const struct option *row, const struct engine_options *o, struct buf *out)
{
    if (row->type == OPTION_DOUBLE)
        buf_append_format(out, "%.9g", *(const double *)((const char *)o + row->offset));
    else
        option_write_value(out, row, o);
}

void engine_options_write(const struct engine_options *o, struct buf *out)
{
    struct engine_options used = *o;
    used.threshold = (double)engine_options_threshold(o);
    buf_append_format(out, "mapping=%016" PRIx64 "\n", mapping_digest(o->mapping));
    buf_append_format(out, "model=%016" PRIx64 "\n", model_digest(o->model));
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++) {
        const struct engine_option *row = &engine_options_table[i];
        if (!row->shapes)
            continue;
        buf_append_format(out, "%s=", row->option.key);
        write_value(&row->option, &used, out);
        buf_append_char(out, '\n');
    }
    buf_append_format(out, "block_keys=%d\n", BLOCK_KEYS_VERSION);
}

/* Whatever fits the field: whether an engine is opened with it is told there. */
static bool take_setting(struct engine_options *o, struct slice name, const char *value)
{
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++) {
        struct option row = engine_options_table[i].option;
        if (!engine_options_table[i].shapes || !slice_equal(name, slice_of(row.key)))
            continue;
        row.min = row.max = 0;
        return option_value_read(&row, value, o, NULL) == ERR_OK;
    }
    return slice_equal(name, slice_of("mapping")) || slice_equal(name, slice_of("model")) ||
           slice_equal(name, slice_of("block_keys"));
}

static int take_fingerprint(struct slice row, struct arena *arena, struct engine_options *o)
{
    while (row.len) {
        struct slice line = settings_next_line(&row);
        const char *equals = line.len ? memchr(line.data, '=', line.len) : NULL;
        if (!equals)
            return ERR_STORE;
        struct slice name = {line.data, (size_t)(equals - line.data)};
        struct slice value = arena_copy(arena, (struct slice){equals + 1, line.len - name.len - 1});
        if (!take_setting(o, name, value.data))
            return ERR_STORE;
    }
    return ERR_OK;
}

static int take_graphs(struct slice row, struct arena *arena, struct engine_options *o)
{
    o->graph_count = 0;
    while (row.len) {
        struct slice name = arena_copy(arena, settings_next_line(&row));
        if (o->graph_count == ENGINE_MAX_GRAPHS)
            return ERR_STORE;
        o->graphs[o->graph_count++] = name.data;
    }
    assert(o->graph_count <= ENGINE_MAX_GRAPHS);
    return ERR_OK;
}

int engine_read_settings(struct kv *kv, struct arena *arena, struct engine_options *options,
                         struct slice *ret_mapping)
{
    struct slice row;
    int rc;
    if ((rc = meta_check_format(kv, META_TRIPLES)) ||
        (rc = meta_copy(kv, "fingerprint", arena, &row)) ||
        (rc = take_fingerprint(row, arena, options)) ||
        (rc = meta_copy(kv, "graphs", arena, &row)) || (rc = take_graphs(row, arena, options)) ||
        (rc = meta_copy(kv, "model", arena, &row)))
        return rc;
    options->model_path = row.data;
    return meta_copy(kv, "mapping", arena, ret_mapping);
}

int engine_read_is_model(struct kv *kv, const struct engine_options *options, bool *ret_is)
{
    struct kv_value pin = {0};
    struct slice row;
    char line[32];
    int rc = meta_get(kv, "fingerprint", &row, &pin);
    if (rc)
        return rc;
    int n = snprintf(line, sizeof(line), "model=%016" PRIx64, model_digest(options->model));
    assert(n > 0 && (size_t)n < sizeof(line));
    struct slice wanted = {line, (size_t)n};
    *ret_is = !row.data || slice_equal(settings_find_line(row, wanted), wanted);
    kv_value_release(&pin);
    return ERR_OK;
}
