#include "alignd/base/option.h"

#include "alignd/base/err.h"
#include "capture.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

struct config {
    bool durable;
    int64_t batch, offset;
    uint64_t cache_bytes;
    int64_t wait_ms;
    double theta;
    const char *path, *note;
    int policy;
};

static const char *const policies[] = {"one-to-one", "mutual-best", "threshold", NULL};

#define FIELD(name) .offset = offsetof(struct config, name)

static const struct option table_options[] = {
    {"engine", "durable", OPTION_BOOL, FIELD(durable), .fallback = "true", .help = "Sync."},
    {"engine", "batch", OPTION_INT, FIELD(batch), .fallback = "1000", .min = 1, .max = 50000,
     .help = "Messages a turn. More of them make the turn longer and the throughput higher, to a "
             "point."},
    {"engine", "offset", OPTION_INT, FIELD(offset), .fallback = "-5", .help = "Any number."},
    {"engine", "cache", OPTION_SIZE, FIELD(cache_bytes), .fallback = "256M", .min = 1 << 20,
     .max = 1ull << 40, .help = "Memory for profiles."},
    {"engine", "wait", OPTION_MS, FIELD(wait_ms), .fallback = "50ms", .max = 60000,
     .help = "How long."},
    {"align", "theta", OPTION_DOUBLE, FIELD(theta), .fallback = "0.35", .max = 1,
     .help = "Least pre-score."},
    {"align", "policy", OPTION_CHOICE, FIELD(policy), .fallback = "one-to-one", .names = policies,
     .help = "How pairs become matches."},
    {"store", "path", OPTION_STRING, FIELD(path), .fallback = "/var/lib/alignd", .min = 1,
     .max = 100, .help = "Directory."},
    {"store", "note", OPTION_STRING, FIELD(note), .fallback = "", .help = "Anything."},
};

static const struct option_open table_open[] = {
    {"graph.*", 0, "One section a graph.", "topics = imdb"},
    {"kafka", '.', "Passed to the client.", "bootstrap.servers = localhost:9092\nclient.id = a"},
    {"kafka.consumer", '.', "Its consumer only.", NULL},
    {"rocksdb", '_', "Passed to the store.", NULL},
};

static const struct option_table table = {table_options,
                                          sizeof(table_options) / sizeof(*table_options),
                                          table_open, sizeof(table_open) / sizeof(*table_open)};

static struct config config;
static struct buf others; /* what went to the callback */
static struct options *options;
static struct capture capture;
static char path[] = "/tmp/alignd-option-XXXXXX";

static int take_other(void *arg, const char *section, const char *key, const char *value,
                      const char *where)
{
    buf_append_format(arg, "%s|%s|%s|%s\n", section, key, value,
                      strrchr(where, ':') ? strrchr(where, ':') : where);
    return strcmp(value, "refused") == 0 ? ERR_CONFIG : ERR_OK;
}

static void start(void)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    others = (struct buf){0};
    memset(&config, 0xff, sizeof(config));
    options = option_new(&table, &config, take_other, &others);
    cr_assert(options);
}

static void stop(void)
{
    option_free(options);
    buf_fini(&others);
    unlink(path);
}

TestSuite(option, .init = start, .fini = stop);

static void expect_others(const char *expected)
{
    cr_expect(slice_equal(buf_slice(&others), slice_of(expected)), "%.*s", (int)others.len,
              others.data);
    buf_clear(&others);
}

Test(option, defaults_fill_the_struct)
{
    cr_expect(config.durable);
    cr_expect_eq(config.batch, 1000);
    cr_expect_eq(config.offset, -5);
    cr_expect_eq(config.cache_bytes, 256u << 20);
    cr_expect_eq(config.wait_ms, 50);
    cr_expect_eq(config.theta, 0.35);
    cr_expect_eq(config.policy, 0);
    cr_expect_str_eq(config.path, "/var/lib/alignd");
    cr_expect_str_eq(config.note, "");
    option_free(NULL);
}

static void expect_set(const char *section, const char *key, const char *value)
{
    cr_expect_eq(option_set(options, section, key, value, "test"), 0, "%s = %s", key, value);
}

Test(option, every_type_reads_its_spellings)
{
    expect_set("engine", "durable", "off");
    cr_expect(!config.durable);
    expect_set("engine", "durable", "yes");
    cr_expect(config.durable);
    expect_set("engine", "batch", "50000");
    cr_expect_eq(config.batch, 50000);
    expect_set("engine", "cache", "1048576");
    cr_expect_eq(config.cache_bytes, 1 << 20);
    expect_set("engine", "cache", "3072K");
    cr_expect_eq(config.cache_bytes, 3 << 20);
    expect_set("engine", "cache", "2G");
    cr_expect_eq(config.cache_bytes, 2ull << 30);
    expect_set("engine", "cache", "1T");
    cr_expect_eq(config.cache_bytes, 1ull << 40);
    expect_set("engine", "wait", "250");
    cr_expect_eq(config.wait_ms, 250);
    expect_set("engine", "wait", "3s");
    cr_expect_eq(config.wait_ms, 3000);
    expect_set("engine", "wait", "1m");
    cr_expect_eq(config.wait_ms, 60000);
    expect_set("engine", "wait", "0h");
    cr_expect_eq(config.wait_ms, 0);
    expect_set("align", "theta", "1e-2");
    cr_expect_eq(config.theta, 0.01);
    expect_set("align", "policy", "threshold");
    cr_expect_eq(config.policy, 2);
    char value[] = "copied";
    expect_set("store", "path", value);
    value[0] = 'x';
    cr_expect_str_eq(config.path, "copied");
}

/* option_set must refuse with this line and change nothing. */
static void expect_refusal(const char *section, const char *key, const char *value,
                           const char *line)
{
    struct config before = config;
    capture_begin(&capture, STDERR_FILENO);
    int rc = option_set(options, section, key, value, "x.conf:7");
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ERR_CONFIG);
    cr_expect_str_eq(got, line);
    cr_expect_eq(memcmp(&before, &config, sizeof(config)), 0);
}

Test(option, a_value_that_does_not_fit_is_refused_with_what_would)
{
    expect_refusal("engine", "durable", "maybe",
                   "alignd: x.conf:7: [engine] durable = 'maybe' does not fit: true or false\n");
    expect_refusal("engine", "batch", "0",
                   "alignd: x.conf:7: [engine] batch = '0' does not fit: a whole number, from 1 to "
                   "50000\n");
    expect_refusal("engine", "offset", "1.5",
                   "alignd: x.conf:7: [engine] offset = '1.5' does not fit: a whole number\n");
    expect_refusal("engine", "cache", "1023K",
                   "alignd: x.conf:7: [engine] cache = '1023K' does not fit: bytes, or with K, M, "
                   "G, T, from 1M to 1T\n");
    expect_refusal(
        "engine", "wait", "2m",
        "alignd: x.conf:7: [engine] wait = '2m' does not fit: a time with ms, s, m, h or "
        "d, from 0ms to 1m\n");
    expect_refusal("align", "theta", "1.1",
                   "alignd: x.conf:7: [align] theta = '1.1' does not fit: a number, from 0 to 1\n");
    expect_refusal("align", "policy", "any",
                   "alignd: x.conf:7: [align] policy = 'any' does not fit: one of one-to-one, "
                   "mutual-best, threshold\n");
    expect_refusal("store", "path", "",
                   "alignd: x.conf:7: [store] path = '' does not fit: text of 1 to 100 bytes\n");
}

Test(option, odd_numbers_are_refused)
{
    static const char *const sizes[] = {"", "-1M", "1.5M", "1 M", "1m", "M", "99999999999999T"};
    static const char *const times[] = {"", "-1s", "1S", "s", "1 s", "999999999999999999d"};
    capture_begin(&capture, STDERR_FILENO);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        cr_expect_eq(option_set(options, "engine", "cache", sizes[i], "t"), ERR_CONFIG, "%s",
                     sizes[i]);
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
        cr_expect_eq(option_set(options, "engine", "wait", times[i], "t"), ERR_CONFIG, "%s",
                     times[i]);
    capture_end(&capture);
}

Test(option, unknown_names_get_a_suggestion)
{
    expect_refusal("engine", "bacth", "1",
                   "alignd: x.conf:7: [engine] has no option 'bacth'; did you mean 'batch'?\n");
    expect_refusal("engine", "policy", "threshold",
                   "alignd: x.conf:7: [engine] has no option 'policy'; [align] has\n");
    expect_refusal("engine", "elephants", "1",
                   "alignd: x.conf:7: [engine] has no option 'elephants'\n");
    expect_refusal("engin", "batch", "1",
                   "alignd: x.conf:7: there is no section [engin]; did you mean [engine]?\n");
    expect_refusal("elephants", "batch", "1",
                   "alignd: x.conf:7: there is no section [elephants]\n");
    expect_refusal("graph.", "topics", "x",
                   "alignd: x.conf:7: there is no section [graph.]; did you mean [graph.*]?\n");
}

Test(option, a_field_of_32_bits_is_kept_within_them)
{
    static const struct option row = {"engine",
                                      "small",
                                      OPTION_INT32,
                                      sizeof(int32_t),
                                      "-3",
                                      0,
                                      0,
                                      NULL,
                                      "Any number that there is room for."};
    int32_t fields[] = {11, 22, 33};
    struct buf text = {0};
    cr_expect_eq(option_value_read(&row, "2147483648", fields, NULL), ERR_CONFIG);
    cr_expect_eq(option_value_read(&row, "-2147483649", fields, NULL), ERR_CONFIG);
    cr_expect_eq(fields[1], 22);
    cr_expect_eq(option_value_read(&row, "-2147483648", fields, NULL), 0);
    cr_expect_eq(fields[1], INT32_MIN);
    option_write_value(&text, &row, fields);
    cr_expect(slice_equal(buf_slice(&text), slice_of("-2147483648")));
    cr_expect(fields[0] == 11 && fields[2] == 33, "the neighbours");
    buf_fini(&text);
}

Test(option, a_field_set_past_its_bounds_does_not_fit)
{
    for (size_t i = 0; i < table.option_count; i++)
        cr_expect(option_value_fits(&table.options[i], &config), "%s", table.options[i].key);
    config.batch = 0;
    config.cache_bytes = 1;
    config.theta = 1.5;
    config.wait_ms = 60001;
    config.offset = INT64_MIN;
    size_t misfits = 0;
    for (size_t i = 0; i < table.option_count; i++)
        misfits += !option_value_fits(&table.options[i], &config);
    cr_expect_eq(misfits, 4, "an option without bounds fits always");
}

Test(option, a_target_is_set_without_options_made_of_it)
{
    static const struct option_table numbers = {table_options, 6, NULL, 0};
    capture_begin(&capture, STDERR_FILENO);
    int set = option_set_field(&numbers, &config, "engine", "batch", "7", "here"),
        misfit = option_set_field(&numbers, &config, "engine", "batch", "0", "here"),
        unknown = option_set_field(&numbers, &config, "engine", "bacth", "7", "here");
    const char *said = capture_end(&capture);
    cr_expect_eq(set, 0);
    cr_expect_eq(misfit, ERR_CONFIG);
    cr_expect_eq(unknown, ERR_CONFIG);
    cr_expect_eq(config.batch, 7);
    cr_expect_str_eq(said,
                     "alignd: here: [engine] batch = '0' does not fit: a whole number, from 1 "
                     "to 50000\n"
                     "alignd: here: [engine] has no option 'bacth'; did you mean 'batch'?\n");
}

Test(option, open_sections_go_to_the_caller)
{
    expect_set("graph.imdb", "topics", "a,b");
    expect_set("kafka", "bootstrap.servers", "h:1");
    expect_set("kafka.consumer", "x", "");
    expect_others("graph.imdb|topics|a,b|test\nkafka|bootstrap.servers|h:1|test\n"
                  "kafka.consumer|x||test\n");
    cr_expect_eq(option_set(options, "kafka", "x", "refused", "test"), ERR_CONFIG);
}

Test(option, an_assignment_finds_its_section)
{
    cr_expect_eq(option_set_assignment(options, "engine.batch=7", "-s"), 0);
    cr_expect_eq(config.batch, 7);
    cr_expect_eq(option_set_assignment(options, "store.note=a=b.c", "-s"), 0);
    cr_expect_str_eq(config.note, "a=b.c");
    cr_expect_eq(option_set_assignment(options, "kafka.bootstrap.servers=h:1", "-s"), 0);
    cr_expect_eq(option_set_assignment(options, "kafka.consumer.fetch.min=1", "-s"), 0);
    cr_expect_eq(option_set_assignment(options, "graph.imdb.a.b=x", "-s"), 0);
    expect_others("kafka|bootstrap.servers|h:1|-s\nkafka.consumer|fetch.min|1|-s\n"
                  "graph.imdb|a.b|x|-s\n");
    static const char *const bad[] = {"engine.batch", "batch=1", "=1", "x.y=1", "engine.x=1", ""};
    capture_begin(&capture, STDERR_FILENO);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        cr_expect_eq(option_set_assignment(options, bad[i], "-s"), ERR_CONFIG, "%s", bad[i]);
    capture_end(&capture);
}

static void write_file(struct slice text)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f);
    cr_assert_eq(fwrite(text.data, 1, text.len, f), text.len);
    fclose(f);
}

static void expect_file(const char *text)
{
    write_file(slice_of(text));
    cr_expect_eq(option_read_file(options, path), 0);
}

Test(option, a_file_is_read)
{
    expect_file("\xef\xbb\xbf# comment\n"
                "; comment\n"
                "[engine]\r\n"
                "batch = 7 # comment\n"
                "   durable=no\t; comment\n"
                "\n"
                "[store]\n"
                "path = a;b#c\n"
                "note:  spaced out  \n"
                "[kafka]\n"
                "sasl.password = x = y:z\n"
                "[graph.imdb]\n"
                "topics =\n"
                "topics = again\n"
                "[engine]\n"
                "wait = 1s");
    cr_expect_eq(config.batch, 7);
    cr_expect(!config.durable);
    cr_expect_str_eq(config.path, "a;b#c");
    cr_expect_str_eq(config.note, "spaced out");
    cr_expect_eq(config.wait_ms, 1000);
    expect_others("kafka|sasl.password|x = y:z|:11\ngraph.imdb|topics||:13\n"
                  "graph.imdb|topics|again|:14\n");
    expect_file("");
    expect_file("[engine]\nbatch = 8\n");
    cr_expect_eq(config.batch, 8);
}

static struct buf make_line(const char *begin, size_t value_bytes)
{
    struct buf b = {0};
    buf_append_text(&b, begin);
    for (size_t i = 0; i < value_bytes; i++)
        buf_append_char(&b, (char)('a' + i % 26));
    return b;
}

Test(option, long_values_are_kept_whole)
{
    for (size_t n = 150; n < 4070; n += n < 250 ? 1 : 1273) {
        struct buf b = make_line("[store]\nnote = ", n);
        buf_append_text(&b, " # and a comment\n");
        write_file(buf_slice(&b));
        cr_expect_eq(option_read_file(options, path), 0);
        cr_expect_eq(strlen(config.note), n);
        cr_expect_eq(memcmp(config.note, b.data + 15, n), 0);
        buf_fini(&b);
    }
}

/* Reading the file must fail with exactly these lines, "FILE" standing for its path. */
static void expect_errors(struct slice text, const char *expected)
{
    struct buf lines = {0};
    write_file(text);
    capture_begin(&capture, STDERR_FILENO);
    int rc = option_read_file(options, path);
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ERR_CONFIG);
    for (const char *at = got; *at;) {
        size_t n = strlen(path);
        bool here = strncmp(at, path, n) == 0;
        buf_append(&lines, here ? "FILE" : at, here ? 4 : 1);
        at += here ? n : 1;
    }
    cr_expect(slice_equal(buf_slice(&lines), slice_of(expected)), "%.*s", (int)lines.len,
              lines.data);
    buf_fini(&lines);
}

Test(option, every_bad_line_is_reported_with_its_place)
{
    expect_errors(slice_of("batch = 1\n"
                           "[engine]\n"
                           "batch = 0\n"
                           "nonsense\n"
                           "[store\n"
                           "[engine]\n"
                           "bacth = 1\n"
                           "offset = 9\n"
                           "offset = 10\n"
                           "[nosuch]\n"
                           "a = 1\n"
                           "b = 1\n"
                           "= 5\n"
                           "[kafka]\n"
                           "k = refused\n"),
                  "alignd: FILE:1: a setting before the first [section]\n"
                  "alignd: FILE:3: [engine] batch = '0' does not fit: a whole number, from 1 to "
                  "50000\n"
                  "alignd: FILE:4: neither [section] nor key = value\n"
                  "alignd: FILE:5: the section has no ']'\n"
                  "alignd: FILE:7: [engine] has no option 'bacth'; did you mean 'batch'?\n"
                  "alignd: FILE:9: [engine] offset is already set in line 8\n"
                  "alignd: FILE:11: there is no section [nosuch]\n");
    cr_expect_eq(config.offset, 9);
}

Test(option, lines_that_cannot_be_read_whole_are_errors)
{
    struct buf b = make_line("[store]\nnote = ", 4089);
    buf_append_text(&b, "\n[engine]\nbatch = 3\n");
    expect_errors(buf_slice(&b), "alignd: FILE:2: the line is longer than 4,095 bytes\n");
    cr_expect_eq(config.batch, 3);
    cr_expect_str_eq(config.note, "");
    buf_fini(&b);

    b = make_line("[", 50);
    buf_append_text(&b, "]\n");
    expect_errors(buf_slice(&b), "alignd: FILE:1: the section name is longer than 49 bytes\n");
    buf_fini(&b);

    b = make_line("[kafka]\n", 250);
    buf_append_text(&b, " = 1\n");
    expect_errors(buf_slice(&b), "alignd: FILE:2: the key is too long\n");
    buf_fini(&b);

    expect_errors((struct slice){"[store]\nnote = a\0b\n", 19},
                  "alignd: FILE:2: the line is not UTF-8 text\n");
    expect_errors(slice_of("[store]\nnote = \xff\n"),
                  "alignd: FILE:2: the line is not UTF-8 text\n");
}

Test(option, a_file_that_cannot_be_opened_says_so)
{
    capture_begin(&capture, STDERR_FILENO);
    int absent = option_read_file(options, "/nonexistent/alignd.conf");
    int directory = option_read_file(options, "/tmp");
    const char *got = capture_end(&capture);
    cr_expect_eq(absent, ERR_NOT_FOUND);
    cr_expect_eq(directory, ERR_IO);
    cr_expect_str_eq(got, "alignd: /nonexistent/alignd.conf: No such file or directory\n"
                          "alignd: /tmp: Is a directory\n");
}

static int read_environment(const char *const *texts)
{
    char *environment[16];
    char copies[16][64];
    size_t n = 0;
    for (; texts[n]; n++) {
        strcpy(copies[n], texts[n]);
        environment[n] = copies[n];
    }
    environment[n] = NULL;
    return option_read_environment(options, environment);
}

Test(option, the_environment_overrides)
{
    static const char *const good[] = {"HOME=/root",
                                       "ALIGND_ENGINE_BATCH=5",
                                       "ALIGND_STORE_NOTE=a # b = c",
                                       "ALIGND_KAFKA_BOOTSTRAP_SERVERS=h:1",
                                       "ALIGND_KAFKA_CONSUMER_FETCH_MIN_BYTES=2",
                                       "ALIGND_ROCKSDB_MAX_BACKGROUND_JOBS=3",
                                       "ALIGND_GRAPH_IMDB=x",
                                       "ALIGND_DATA=/data",
                                       "ALIGND_KAFKA_=x",
                                       "ALIGND_ENGINE_BATCH_=1",
                                       "ALIGND",
                                       NULL};
    cr_expect_eq(read_environment(good), 0);
    cr_expect_eq(config.batch, 5);
    cr_expect_str_eq(config.note, "a # b = c");
    expect_others("kafka|bootstrap.servers|h:1|ALIGND_KAFKA_BOOTSTRAP_SERVERS\n"
                  "kafka.consumer|fetch.min.bytes|2|ALIGND_KAFKA_CONSUMER_FETCH_MIN_BYTES\n"
                  "rocksdb|max_background_jobs|3|ALIGND_ROCKSDB_MAX_BACKGROUND_JOBS\n");

    static const char *const bad[] = {"ALIGND_ENGINE_BATCH=x", "ALIGND_ENGINE_WAIT=5", NULL};
    capture_begin(&capture, STDERR_FILENO);
    int rc = read_environment(bad);
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ERR_CONFIG);
    cr_expect_str_eq(got, "alignd: ALIGND_ENGINE_BATCH: [engine] batch = 'x' does not fit: a whole "
                          "number, from 1 to 50000\n");
    cr_expect_eq(config.wait_ms, 5);
}

static const char printed[] =
    "[engine]\n"
    "\n"
    "# Sync. (true or false)\n"
    "durable = true\n"
    "\n"
    "# Messages a turn. More of them make the turn longer and the throughput higher,\n"
    "# to a point. (a whole number, from 1 to 50000)\n"
    "batch = 1000\n"
    "\n"
    "# Any number. (a whole number)\n"
    "offset = -5\n"
    "\n"
    "# Memory for profiles. (bytes, or with K, M, G, T, from 1M to 1T)\n"
    "cache = 256M\n"
    "\n"
    "# How long. (a time with ms, s, m, h or d, from 0ms to 1m)\n"
    "wait = 50ms\n"
    "\n"
    "[align]\n"
    "\n"
    "# Least pre-score. (a number, from 0 to 1)\n"
    "theta = 0.35\n"
    "\n"
    "# How pairs become matches. (one of one-to-one, mutual-best, threshold)\n"
    "policy = one-to-one\n"
    "\n"
    "[store]\n"
    "\n"
    "# Directory. (text of 1 to 100 bytes)\n"
    "path = /var/lib/alignd\n"
    "\n"
    "# Anything. (text)\n"
    "note =\n"
    "\n"
    "# One section a graph.\n"
    "#[graph.*]\n"
    "#topics = imdb\n"
    "\n"
    "# Passed to the client.\n"
    "[kafka]\n"
    "#bootstrap.servers = localhost:9092\n"
    "#client.id = a\n"
    "\n"
    "# Its consumer only.\n"
    "[kafka.consumer]\n"
    "\n"
    "# Passed to the store.\n"
    "[rocksdb]\n";

Test(option, the_printed_file_holds_every_option_at_its_default)
{
    struct buf b = {0};
    option_write_config(&b, &table, NULL);
    cr_expect(slice_equal(buf_slice(&b), slice_of(printed)), "%.*s", (int)b.len, b.data);
    b.len = 0;
    option_write_config(&b, &table, &config);
    cr_expect(slice_equal(buf_slice(&b), slice_of(printed)), "%.*s", (int)b.len, b.data);
    buf_fini(&b);
}

Test(option, the_printed_file_reads_back_as_what_was_set)
{
    struct buf b = {0};
    expect_set("engine", "durable", "no");
    expect_set("engine", "batch", "17");
    expect_set("engine", "cache", "1536K");
    expect_set("engine", "wait", "1500");
    expect_set("align", "theta", "0.1");
    expect_set("align", "policy", "mutual-best");
    expect_set("store", "path", "/x");
    option_write_config(&b, &table, &config);
    write_file(buf_slice(&b));

    struct config again;
    struct options *other = option_new(&table, &again, take_other, &others);
    cr_expect_eq(option_read_file(other, path), 0);
    cr_expect(!again.durable && again.batch == 17 && again.offset == -5);
    cr_expect(again.cache_bytes == 1536 << 10 && again.wait_ms == 1500);
    cr_expect(again.theta == 0.1 && again.policy == 1);
    cr_expect_str_eq(again.path, "/x");
    cr_expect_str_eq(again.note, "");
    option_free(other);
    buf_fini(&b);
}

Test(option, help_names_every_option_within_80_columns)
{
    struct buf b = {0};
    option_write_help(&b, &table);
    buf_append_char(&b, '\0');
    for (size_t i = 0; i < table.option_count; i++)
        cr_expect(strstr(b.data, table_options[i].key), "%s", table_options[i].key);
    for (const char *line = b.data; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), 80, "%s", line);
    cr_expect(strstr(b.data, "[engine]\n  durable = true\n      Sync. (true or false)\n"));
    cr_expect(strstr(b.data, "\n[graph.*]\n      One section a graph.\n  topics = imdb\n"));
    buf_fini(&b);
}
