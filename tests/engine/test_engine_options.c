/* The table of options, and all that goes by it. */
#include "../base/capture.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/mapping.h"
#include "alignd/model/model.h"
#include "alignd/state/identity.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PATH "/engine-options"
#define EACH_ROW(row)                                                                              \
    const struct engine_option *row = engine_options_table;                                        \
    row < engine_options_table + ENGINE_OPTION_COUNT;                                              \
    row++

static struct model *model;
static struct arena *arena;
static struct engine_options options;
static struct capture capture;

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    arena = arena_new();
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graph_count = 2;
    options.model = model;
    options.sync = false;
    options.profile_cache_bytes = options.row_cache_bytes = 1 << 20;
}

static void tear_down(void)
{
    kv_destroy(PATH, true);
    arena_free(arena);
    model_free(model);
}

TestSuite(engine_options, .init = set_up, .fini = tear_down);

static struct kv *open_store(void)
{
    struct kv_options k = kv_options_default();
    struct kv *kv;
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    return kv;
}

/* An engine of these options, opened and closed; ret_said: until the next call. */
static int open_with(const struct engine_options *o, const char **ret_said)
{
    struct kv *kv = open_store();
    struct engine *engine = NULL;
    log_set_level(LOG_ERROR);
    capture_begin(&capture, STDERR_FILENO);
    int rc = engine_open(kv, o, &engine);
    engine_close(engine);
    *ret_said = capture_end(&capture);
    kv_close(kv);
    return rc;
}

static struct slice stored_settings(void)
{
    struct kv *kv = open_store();
    struct slice lines;
    cr_assert_eq(identity_read_settings(kv, arena, &lines), ERR_OK);
    kv_close(kv);
    return lines;
}

/* --- */

/* A value as text; step by so many of the last digit from it. */
static const char *number_text(const struct option *o, double value, int step)
{
    static char text[64];
    if (o->type == OPTION_DOUBLE)
        snprintf(text, sizeof(text), "%.3f", value + step * .001);
    else
        snprintf(text, sizeof(text), "%" PRId64, (int64_t)value + step);
    return text;
}

static void expect_taken(const struct option *o, const char *text)
{
    struct engine_options set = options;
    struct buf written = {0};
    capture_begin(&capture, STDERR_FILENO);
    int rc = engine_options_set(&set, o->key, text, "--set");
    cr_expect_str_eq(capture_end(&capture), "");
    cr_expect_eq(rc, ERR_OK, "%s = %s", o->key, text);
    option_write_value(&written, o, &set);
    buf_append(&written, "", 1);
    struct engine_options again = options;
    cr_expect_eq(option_value_read(o, written.data, &again, NULL), ERR_OK, "%s", written.data);
    cr_expect_eq(memcmp(&set, &again, sizeof(set)), 0, "%s reads back otherwise", o->key);
    buf_fini(&written);
}

static void expect_refused(const struct option *o, const char *text)
{
    struct engine_options set = options;
    struct buf fits = {0};
    option_value_describe(&fits, o);
    buf_append(&fits, "", 1);
    capture_begin(&capture, STDERR_FILENO);
    int rc = engine_options_set(&set, o->key, text, "--set");
    const char *said = capture_end(&capture);
    cr_expect_eq(rc, ERR_CONFIG, "%s = %s", o->key, text);
    cr_expect(strstr(said, o->key) && strstr(said, fits.data), "%s", said);
    cr_expect_eq(memcmp(&set, &options, sizeof(set)), 0, "nothing is changed");
    buf_fini(&fits);
}

Test(engine_options, each_is_taken_at_both_bounds_and_refused_beyond_them)
{
    for (EACH_ROW(row)) {
        const struct option *o = &row->option;
        cr_expect(strcmp(o->section, "align") == 0 || strcmp(o->section, "decide") == 0);
        expect_taken(o, o->fallback);
        expect_refused(o, "");
        expect_refused(o, "no such value");
        if (o->type == OPTION_BOOL || o->type == OPTION_CHOICE) {
            for (size_t i = 0; o->names && o->names[i]; i++)
                expect_taken(o, o->names[i]);
            continue;
        }
        cr_expect_lt(o->min, o->max, "%s", o->key);
        expect_taken(o, number_text(o, o->min, 0));
        expect_taken(o, number_text(o, o->max, 0));
        expect_refused(o, number_text(o, o->min, -1));
        expect_refused(o, number_text(o, o->max, 1));
    }
}

Test(engine_options, sizes_have_units)
{
    cr_assert_eq(engine_options_set(&options, "row_cache", "64M", "--set"), ERR_OK);
    cr_expect_eq(options.row_cache_bytes, (size_t)64 << 20);
    cr_assert_eq(engine_options_set(&options, "profile_cache", "2048K", "--set"), ERR_OK);
    cr_expect_eq(options.profile_cache_bytes, (size_t)2 << 20);
    cr_assert_eq(engine_options_set(&options, "profile_cache", "1G", "--set"), ERR_OK);
    cr_expect_eq(options.profile_cache_bytes, (size_t)1 << 30);
}

Test(engine_options, defaults_fit_and_a_stranger_is_told_the_nearest)
{
    struct engine_options o = engine_options_default();
    for (EACH_ROW(row))
        cr_expect(option_value_fits(&row->option, &o), "%s", row->option.key);
    cr_expect_eq(o.neighbours, 12);
    cr_expect_eq(o.threads, 2);
    cr_expect_eq(o.row_cache_bytes, 0, "as memory is dealt");
    cr_expect_eq(o.policy, POLICY_ONE_TO_ONE);
    cr_expect(o.explain && o.sync && o.cut_offs && !o.rescore);
    capture_begin(&capture, STDERR_FILENO);
    int rc = engine_options_set(&o, "neighbors", "5", "--set neighbors=5");
    cr_expect_str_eq(capture_end(&capture), "alignd: --set neighbors=5: [align] has no option "
                                            "'neighbors'; did you mean 'neighbours'?\n");
    cr_expect_eq(rc, ERR_CONFIG);
}

/* --- the settings of a store --- */

Test(engine_options, the_settings_of_a_store_are_these_bytes)
{
    const char *said;
    struct buf want = {0};
    options.theta = 0.1234567891234;
    options.threshold = 0.3; /* as the engine has it: a float */
    options.policy = POLICY_MUTUAL_BEST;
    options.inverse_limit = 1000000000000000;
    cr_assert_eq(open_with(&options, &said), ERR_OK, "%s", said);
    buf_append_format(
        &want,
        "mapping=0000000000000000\nmodel=%016" PRIx64 "\n"
        "neighbours=12\nvalues=8\nnames=8\ninverse_limit=1000000000000000\nblock_limit=200\n"
        "theta=0.123456789\nshared_keys=2\nthreshold=0.300000012\n"
        "policy=mutual-best\nblock_keys=%d\n",
        model_digest(model), BLOCK_KEYS_VERSION);
    struct slice have = stored_settings();
    cr_expect(slice_equal(have, buf_slice(&want)), "%.*s", (int)have.len, have.data);
    buf_fini(&want);
}

/* To a value that is another one. */
static void change(struct engine_options *o, const struct option *row)
{
    struct engine_options before = *o;
    const char *text = row->type == OPTION_BOOL     ? "false"
                       : row->type == OPTION_CHOICE ? row->names[1]
                       : row->type == OPTION_SIZE   ? "3M"
                                                    : number_text(row, row->max, 0);
    cr_assert_eq(option_value_read(row, text, o, NULL), ERR_OK);
    cr_assert_neq(memcmp(o, &before, sizeof(before)), 0, "%s", row->key);
}

Test(engine_options, what_shapes_the_state_is_remembered_and_refused_when_it_is_another)
{
    const char *said;
    size_t shaping = 0;
    cr_assert_eq(open_with(&options, &said), ERR_OK, "%s", said);
    struct slice lines = stored_settings();
    for (EACH_ROW(row)) {
        struct engine_options other = options;
        char line[64], words[64];
        change(&other, &row->option);
        int rc = open_with(&other, &said);
        snprintf(line, sizeof(line), "\n%s=", row->option.key);
        snprintf(words, sizeof(words), "alignd: %s: the store has ", row->option.key);
        bool remembered = memmem(lines.data, lines.len, line, strlen(line));
        cr_expect_eq(remembered, row->shapes, "%s", row->option.key);
        cr_expect_eq(rc, row->shapes ? ERR_MISMATCH : ERR_OK, "%s: %s", row->option.key, said);
        cr_expect_eq(strncmp(said, words, strlen(words)) == 0, row->shapes, "%s", said);
        cr_expect_eq(strstr(said, "--on-mismatch=rebuild") && strstr(said, "alignd reset") &&
                         strstr(said, "a new store"),
                     row->shapes, "%s", said);
        shaping += row->shapes;
    }
    cr_expect_eq(shaping, 9);
    cr_expect_eq(open_with(&options, &said), ERR_OK, "the store is as it was: %s", said);
}

Test(engine_options, the_settings_of_a_store_are_read_back)
{
    const char *said;
    struct engine_options first = options;
    for (EACH_ROW(row))
        if (row->shapes)
            change(&first, &row->option);
    cr_assert_eq(open_with(&first, &said), ERR_OK, "%s", said);
    struct engine_options read = options;
    struct kv *kv = open_store();
    struct slice mapping;
    cr_assert_eq(engine_read_settings(kv, arena, &read, &mapping), ERR_OK);
    kv_close(kv);
    read.graphs[0] = options.graphs[0]; /* the same names elsewhere */
    read.graphs[1] = options.graphs[1];
    cr_expect_eq(memcmp(&read, &first, sizeof(read)), 0);
    cr_expect_eq(open_with(&read, &said), ERR_OK, "%s", said);
}

Test(engine_options, another_mapping_is_told_as_such)
{
    const char *said;
    struct mapping *mapping;
    cr_assert_eq(open_with(&options, &said), ERR_OK, "%s", said);
    cr_assert_eq(mapping_parse(slice_of("left\thttp://l/name\tname\n"), "test", &mapping), ERR_OK);
    options.mapping = mapping;
    cr_expect_eq(open_with(&options, &said), ERR_MISMATCH);
    cr_expect_eq(
        strncmp(said, "alignd: the mapping differs", strlen("alignd: the mapping differs")), 0,
        "%s", said);
    cr_expect(strstr(said, "--on-mismatch=rebuild"), "%s", said);
    mapping_close(mapping);
}

Test(engine_options, what_rooms_are_made_by_is_within_its_bounds)
{
    const char *said;
    options.neighbours = 33;
    cr_expect_eq(open_with(&options, &said), ERR_CONFIG);
    cr_expect_str_eq(said, "alignd: neighbours = 33 does not fit: a whole number, from 1 to 32\n");
    options.neighbours = 12;
    options.hub_chunk = 0;
    cr_expect_eq(open_with(&options, &said), ERR_CONFIG);
}
