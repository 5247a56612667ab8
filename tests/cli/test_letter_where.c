#include "alignd/cli/letter_where.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static struct config *load(void)
{
    struct config *config;
    char path[64];
    snprintf(path, sizeof(path), "/tmp/alignd-test-where-%d.conf", (int)getpid());
    FILE *f = fopen(path, "w");
    fputs("[log]\nlevel = error\n[graph.films]\ntopics = f1, f2\n[graph.books]\ntopics = b\n", f);
    fclose(f);
    cr_assert_eq(config_load(&(struct config_arguments){.path = path}, &config), ERR_OK);
    unlink(path);
    return config;
}

static bool holds(struct config *config, const struct args_list *conditions)
{
    struct source_message m = {.has_key = true, .key = slice_of("k1")};
    struct letter letter = {
        .at = {0, 7}, .source = {slice_of("f2"), 3, 41, 0}, .code = slice_of("utf8")};
    struct letter_where w;
    cr_assert_eq(letter_where_read("test", config, conditions, NULL, 0, &w), ERR_OK);
    bool result = letter_where_holds(&w, config, &m, &letter);
    letter_where_fini(&w);
    return result;
}

#define HOLDS(...)                                                                                 \
    holds(config, &(struct args_list){{__VA_ARGS__},                                               \
                                      sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)})

Test(letter_where, of_one_name_any_of_several_all)
{
    struct config *config = load();
    cr_expect(holds(config, &(struct args_list){.count = 0}));
    cr_expect(HOLDS("error=utf8"));
    cr_expect(!HOLDS("error=utf"));
    cr_expect(HOLDS("error=json", "error=utf8"));
    cr_expect(HOLDS("graph=films", "topic=f2", "partition=3", "offset=41", "key=k1"));
    cr_expect(!HOLDS("graph=books", "topic=f2"));
    cr_expect(!HOLDS("error=utf8", "key="));
    config_free(config);
}

Test(letter_where, wrong_ones_are_refused)
{
    struct config *config = load();
    struct letter_where w;
    const char *const wrong[] = {"", "eror=utf8", "error", "=x", "errorx=1", "graph=nobody"};
    log_set_level(LOG_ERROR);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        cr_expect_eq(
            letter_where_read("test", config, &(struct args_list){{wrong[i]}, 1}, NULL, 0, &w),
            ERR_USAGE, "'%s'", wrong[i]);
    char place[] = "0:x";
    char *places[] = {place};
    cr_expect_eq(letter_where_read("test", config, &(struct args_list){.count = 0}, places, 1, &w),
                 ERR_USAGE);
    config_free(config);
}

Test(letter_where, places_are_named_once_each)
{
    struct config *config = load();
    struct letter_where w;
    char a[] = "1:3", b[] = "0:7", c[] = "1:3";
    char *places[] = {a, b, c};
    struct args_list none = {.count = 0};
    cr_assert_eq(letter_where_read("test", config, &none, places, 3, &w), ERR_OK);
    cr_expect_eq(w.place_count, 2);
    cr_expect(w.places[0].partition == 0 && w.places[1].partition == 1);
    struct source_message m = {0};
    struct letter in = {.at = {1, 3}}, out = {.at = {1, 4}};
    in.source.topic = out.source.topic = slice_of("gone");
    cr_expect(letter_where_holds(&w, config, &m, &in));
    cr_expect(!letter_where_holds(&w, config, &m, &out));
    letter_where_fini(&w);
    config_free(config);
}

Test(letter_where, a_topic_has_the_graph_that_is_configured)
{
    struct config *config = load();
    cr_expect_str_eq(letter_where_graph(config, slice_of("f1")), "films");
    cr_expect_str_eq(letter_where_graph(config, slice_of("b")), "books");
    cr_expect_null(letter_where_graph(config, slice_of("f")));
    config_free(config);
}
