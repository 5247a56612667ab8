#include "alignd/daemon/config.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];

static void set_up(void)
{
    snprintf(path, sizeof(path), "/tmp/alignd-test-%d.conf", (int)getpid());
}

static void tear_down(void)
{
    unlink(path);
}

TestSuite(config, .init = set_up, .fini = tear_down);

/* Loads a configuration of these lines without a word on stderr. */
static int load(const char *text, struct config **ret)
{
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
    log_set_level((enum log_level) - 1);
    struct config_arguments arguments = {.path = path};
    return config_load(&arguments, ret);
}

Test(config, the_file_in_the_tree_is_what_the_table_says)
{
    struct buf want = {0}, have = {0};
    char piece[4096];
    size_t n;
    FILE *f = fopen(TEST_DATA "/../../config/alignd.conf", "r");
    cr_assert(f, "config/alignd.conf: %s", strerror(errno));
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_append(&have, piece, n);
    fclose(f);
    config_write_default(&want);
    cr_expect(slice_equal(buf_slice(&want), buf_slice(&have)),
              "regenerate it: alignd check --defaults > config/alignd.conf");
    buf_fini(&want);
    buf_fini(&have);
}

Test(config, the_file_in_the_tree_can_be_read)
{
    struct config *c;
    struct config_arguments arguments = {.path = TEST_DATA "/../../config/alignd.conf"};
    cr_assert_eq(config_load(&arguments, &c), 0);
    cr_expect_eq(c->graph_count, 0);
    config_free(c);
}

Test(config, one_memory_is_dealt_to_all_who_keep_something)
{
    struct config *c;
    cr_assert_eq(load("[alignd]\nmemory = 900M\n", &c), 0);
    cr_expect_eq(c->store_cache + c->store_write_buffer + c->engine.row_cache_bytes +
                     c->engine.profile_cache_bytes + c->turn_memory,
                 (uint64_t)900 << 20);
    cr_expect_eq(c->build_memory, (uint64_t)600 << 20);
    config_free(c);
    cr_assert_eq(
        load("[alignd]\nmemory = 1G\n[align]\nrow_cache = 500M\n[build]\nmemory = 64M\n", &c), 0);
    cr_expect_eq(c->engine.row_cache_bytes, (size_t)500 << 20);
    cr_expect_eq(c->build_memory, (uint64_t)64 << 20);
    cr_expect_eq(c->store_cache + c->store_write_buffer + c->engine.row_cache_bytes +
                     c->engine.profile_cache_bytes + c->turn_memory,
                 (uint64_t)1 << 30);
    config_free(c);
    cr_expect_eq(load("[alignd]\nmemory = 512M\n[turn]\nmemory = 511M\n", &c), ERR_CONFIG);
    cr_expect_eq(load("[alignd]\nmemory = 511M\n", &c), ERR_CONFIG);
    cr_assert_eq(load("[store]\ncache = 1T\n", &c), 0, "of a machine of any size");
    config_free(c);
}

Test(config, its_defaults_are_the_engines)
{
    struct config *c;
    struct engine_options want = engine_options_default();
    cr_assert_eq(load("", &c), 0);
    struct engine_options have = config_engine_options(c);
    cr_expect_eq(have.neighbours, want.neighbours);
    cr_expect_eq(have.values, want.values);
    cr_expect_eq(have.inverse_limit, want.inverse_limit);
    cr_expect_eq(have.row_cache_bytes, c->deal.rows);
    cr_expect_eq(have.block_limit, want.block_limit);
    cr_expect_eq(have.shared_keys, want.shared_keys);
    cr_expect_float_eq(have.theta, want.theta, 0);
    cr_expect_float_eq(have.threshold, want.threshold, 0);
    cr_expect_float_eq(have.epsilon, want.epsilon, 0);
    cr_expect_eq(have.policy, want.policy);
    cr_expect_eq(have.dirty_budget, want.dirty_budget);
    cr_expect_eq(have.hub_chunk, want.hub_chunk);
    cr_expect_eq(have.profile_cache_bytes, c->deal.profiles);
    cr_expect_eq(have.threads, want.threads);
    cr_expect_eq(have.explain, want.explain);
    cr_expect_eq(have.sync, want.sync);
    config_free(c);
}

Test(config, graphs_come_with_their_topics)
{
    struct config *c;
    cr_assert_eq(load("[alignd]\nname = x\n"
                      "[input]\nformat = n-quads\n"
                      "[output]\ndead_letter_topic = dead\n"
                      "[graph.imdb]\ntopics = a, b ,c\n"
                      "[graph.tmdb]\ntopics = d\nformat = json\non_error = stop\n",
                      &c),
                 0);
    cr_assert_eq(c->graph_count, 2);
    cr_expect_str_eq(c->graphs[0].name, "imdb");
    cr_expect_eq(c->graphs[0].topic_count, 3);
    cr_expect_str_eq(c->graphs[0].topics[1], "b");
    cr_expect_eq(c->graphs[0].format, CODEC_NQUADS);
    cr_expect_eq(c->graphs[0].on_error, CONFIG_ON_ERROR_DLQ);
    cr_expect_eq(c->graphs[1].format, CODEC_JSON);
    cr_expect_eq(c->graphs[1].on_error, CONFIG_ON_ERROR_STOP);
    cr_assert_eq(c->topic_count, 4);
    cr_expect_str_eq(c->topics[3].name, "d");
    cr_expect_eq(c->topics[3].graph, 1);
    cr_expect_str_eq(c->group, "x");
    cr_expect_str_eq(c->transactional_id, "x");
    cr_expect_eq(config_find_graph(c, "tmdb"), 1);
    log_set_level((enum log_level) - 1); /* the configuration has set its own */
    cr_expect_eq(config_find_graph(c, "nodb"), 2);
    config_free(c);
}

Test(config, what_contradicts_itself_is_refused)
{
    static const char *const bad[] = {
        "[graph.a]\ntopics = x\n[graph.b]\ntopics = x\n",
        "[graph.a]\ntopics = x, x\n",
        "[graph.a]\ntopics = alignd.matches\n",
        "[graph.a]\ntopics = bad topic name!\n",
        "[graph.a]\ntopic = x\n",
        "[graph.a b]\ntopics = x\n",
        "[graph.a]\non_error = dlq\n",
        "[graph.a]\non_error = explode\n",
        "[output]\ntopic = same\ndead_letter_topic = same\n",
        "[align]\nneighbours = 0\n",
        "[align]\nneighbors = 5\n",
        "[kafka]\nno.such.property = 1\n",
        "[kafka]\ntransactional.id = 1\n",
        "[kafka]\nplugin.library.paths = 1\n",
    };
    struct config *c;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(load(bad[i], &c), ERR_CONFIG, "%s", bad[i]);
}

Test(config, the_command_line_wins)
{
    struct config *c;
    static const char *const settings[] = {"align.neighbours=7", "store.path=/elsewhere"};
    static const char *const properties[] = {"client.id=me"};
    FILE *f = fopen(path, "w");
    fputs("[align]\nneighbours = 5\n[kafka]\nbootstrap.servers = a:1\n", f);
    fclose(f);
    struct config_arguments arguments = {.path = path,
                                         .settings = settings,
                                         .setting_count = 2,
                                         .properties = properties,
                                         .property_count = 1,
                                         .bootstrap = "b:2"};
    cr_assert_eq(config_load(&arguments, &c), 0);
    cr_expect_eq(config_engine_options(c).neighbours, 7);
    cr_expect_str_eq(c->store_path, "/elsewhere");
    cr_expect_str_eq(kafka_conf_bootstrap(c->kafka), "b:2");
    config_free(c);
}

Test(config, the_source_reads_the_topics_of_all_graphs)
{
    struct config *c;
    cr_assert_eq(load("[input]\ngroup = g\nstart_timeout = 2s\nmetadata_interval = 3s\n"
                      "[graph.a]\ntopics = t1, t2\n[graph.b]\ntopics = t3\n",
                      &c),
                 0);
    struct source_options o = config_source_options(c);
    cr_expect_str_eq(o.group, "g");
    cr_expect_eq(o.kafka, c->kafka);
    cr_expect_eq(o.start_timeout_ms, 2000);
    cr_expect_eq(o.metadata_interval_ms, 3000);
    cr_assert_eq(o.topic_count, 3);
    cr_expect_str_eq(o.topics[2].name, "t3");
    cr_expect_eq(o.topics[1].graph, 0);
    cr_expect_eq(o.topics[2].graph, 1);
    config_free(c);
}
