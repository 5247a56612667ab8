/*
 * test_learning.c - synth, load, train, eval and judge as a user runs them, on
 * two small invented catalogs.
 */
#include "alignd/base/buf.h"
#include "alignd/base/json.h"
#include "alignd/cli/commands.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test is a process of its own, in a folder of its own. */
static char folder[] = "/tmp/alignd_learning_XXXXXX";

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void remove_all(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char inner[4096];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (unlink(inner))
            remove_all(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void teardown(void)
{
    cr_assert_eq(chdir("/"), 0);
    remove_all(folder);
}

TestSuite(learning, .init = setup, .fini = teardown, .timeout = 120);

/* Runs a subcommand with these words, ended by NULL; what it prints goes to `out` and `err`. */
static int run(int (*command)(int, char **), ...)
{
    char *argv[40];
    int argc = 0, kept[2] = {dup(1), dup(2)};
    va_list words;
    va_start(words, command);
    while ((argv[argc] = va_arg(words, char *)))
        cr_assert_lt(++argc, 39);
    va_end(words);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        int fd = open(i ? "err" : "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        cr_assert(fd >= 0 && dup2(fd, i + 1) >= 0);
        close(fd);
    }
    int status = command(argc, argv);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(kept[i], i + 1);
        close(kept[i]);
    }
    return status;
}

static struct buf read_file(const char *path)
{
    struct buf b = {0};
    char piece[4096];
    size_t n;
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    while ((n = fread(piece, 1, sizeof(piece), file)))
        buf_append(&b, piece, n);
    fclose(file);
    buf_append_char(&b, '\0');
    b.len--;
    return b;
}

static bool file_says(const char *path, const char *words)
{
    struct buf b = read_file(path);
    bool found = strstr(b.data, words) != NULL;
    buf_fini(&b);
    return found;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

/* Two catalogs of 80 works in `store`, links of the works in links.work.tsv. */
static void make_store(void)
{
    cr_assert_eq(
        run(cmd_synth, "synth", "--quiet", "--out", ".", "--works", "80", "--noise", "0.3", NULL),
        0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(run(cmd_load, "load", "--quiet", "--no-explain", "--compact", "--memory", "1",
                         "--store", "store", "--graph", i ? "right" : "left", "-m", "mapping.tsv",
                         i ? "right.nt" : "left.nt", NULL),
                     0);
}

static int train(const char *out, const char *seed, const char *threads)
{
    return run(cmd_train, "train", "--quiet", "--store", "store", "--links", "links.work.tsv",
               "--from", "-", "--epochs", "2", "--seed", seed, "--threads", threads, "--model", out,
               NULL);
}

Test(learning, invents_the_same_world_for_the_same_seed)
{
    cr_assert_eq(run(cmd_synth, "synth", "-q", "-o", "one", "--works", "30", "--seed", "7", NULL),
                 0);
    cr_assert_eq(run(cmd_synth, "synth", "-q", "-o", "two", "--works", "30", "--seed", "7", NULL),
                 0);
    cr_assert_eq(run(cmd_synth, "synth", "-q", "-o", "three", "--works", "30", "--seed", "8", NULL),
                 0);
    const char *const names[] = {"left.nt", "right.nt", "mapping.tsv", "links.work.tsv"};
    for (size_t i = 0; i < 4; i++) {
        char path[3][64];
        struct buf b[3];
        for (int k = 0; k < 3; k++) {
            snprintf(path[k], sizeof(path[k]), "%s/%s",
                     k == 0   ? "one"
                     : k == 1 ? "two"
                              : "three",
                     names[i]);
            b[k] = read_file(path[k]);
        }
        cr_expect(slice_equal(buf_slice(&b[0]), buf_slice(&b[1])), "%s", names[i]);
        if (i != 2)
            cr_expect_not(slice_equal(buf_slice(&b[0]), buf_slice(&b[2])), "%s", names[i]);
        for (int k = 0; k < 3; k++)
            buf_fini(&b[k]);
    }
}

Test(learning, refuses_a_world_that_cannot_be)
{
    cr_expect_eq(run(cmd_synth, "synth", "--quiet", "--out", "x", "--kind", "cheese", NULL), 64);
    cr_expect(file_says("err", "cheese"));
}

Test(learning, gives_the_same_file_for_the_same_seed_whatever_the_threads)
{
    make_store();
    cr_assert_eq(train("one", "5", "1"), 0);
    cr_assert_eq(train("two", "5", "2"), 0);
    cr_assert_eq(train("three", "6", "2"), 0);
    struct buf one = read_file("one"), two = read_file("two"), three = read_file("three");
    cr_expect_gt(one.len, 100000);
    cr_expect(slice_equal(buf_slice(&one), buf_slice(&two)));
    cr_expect_not(slice_equal(buf_slice(&one), buf_slice(&three)));
    cr_expect(file_says("out", "on validation PRAUC"));
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&three);
}

static void *interrupt_soon(void *arg)
{
    (void)arg;
    usleep(700000);
    kill(getpid(), SIGINT);
    return NULL;
}

Test(learning, ends_with_the_best_so_far_when_interrupted)
{
    pthread_t thread;
    make_store();
    cr_assert_eq(pthread_create(&thread, NULL, interrupt_soon, NULL), 0);
    cr_assert_eq(run(cmd_train, "train", "--quiet", "--store", "store", "--links", "links.work.tsv",
                     "--epochs", "10000", "--patience", "10000", "--model", "m", NULL),
                 0);
    pthread_join(thread, NULL);
    cr_assert_eq(run(cmd_eval, "eval", "--store", "store", "--links", "links.work.tsv", "--model",
                     "m", NULL),
                 0);
}

Test(learning, names_the_line_of_a_bad_link)
{
    make_store();
    write_file("bad.tsv", "http://a\thttp://b\nhttp://c\t\n");
    cr_expect_eq(
        run(cmd_train, "train", "-q", "-s", "store", "--links", "bad.tsv", "--model", "m", NULL),
        65);
    cr_expect(file_says("err", "bad.tsv:2: expected IRI <TAB> IRI"));
    cr_expect_eq(access("m", F_OK), -1, "no model is written");
    write_file("bad.tsv", "http://a\thttp://b\t1\nhttp://c\thttp://d\tyes\n");
    cr_expect_eq(run(cmd_eval, "eval", "-s", "store", "--links", "bad.tsv", NULL), 65);
    cr_expect(file_says("err", "bad.tsv:2: expected"));
    cr_expect_eq(run(cmd_judge, "judge", "-s", "store", "--links", "nowhere.tsv", NULL), 66);
    write_file("unknown.tsv", "http://a\thttp://b\n");
    cr_expect_eq(run(cmd_train, "train", "-q", "-s", "store", "--links", "unknown.tsv", "--model",
                     "m", NULL),
                 64);
    cr_expect(file_says("err", "no pair that is the same"));
}

/* Where half of the links are said to be all, what the other half names has no counterpart. */
Test(learning, learns_from_strays_where_the_links_are_complete)
{
    size_t lines = 0, pairs[2][4];
    make_store();
    struct buf b = read_file("links.work.tsv");
    for (char *at = b.data; (at = strchr(at, '\n')); at++)
        if (++lines == 30)
            at[1] = '\0';
    write_file("half.tsv", b.data);
    buf_fini(&b);
    for (int closed = 0; closed < 2; closed++) {
        size_t *n = pairs[closed];
        cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--links", "half.tsv", "--epochs",
                         "1", "--model", "m", closed ? "--closed" : NULL, NULL),
                     0);
        b = read_file("err");
        const char *at = strstr(b.data, "training on ");
        cr_assert(at);
        cr_assert_eq(sscanf(at, "training on %zu pairs, %zu true; validating on %zu, %zu true", n,
                            n + 1, n + 2, n + 3),
                     4, "%s", at);
        buf_fini(&b);
    }
    cr_expect_gt(pairs[1][0], pairs[0][0], "to learn from");
    cr_expect_gt(pairs[1][2], pairs[0][2], "to validate by");
    cr_expect(pairs[1][1] == pairs[0][1] && pairs[1][3] == pairs[0][3], "no link more");
    cr_expect_eq(
        run(cmd_train, "train", "-s", "store", "--bootstrap", "--closed", "--model", "m", NULL),
        64);
    cr_expect(file_says("err", "--closed says something of links"));
}

static double number(const struct json *object, const char *key)
{
    double x = -1;
    cr_assert(json_read_number(json_get(object, key), &x), "%s", key);
    return x;
}

static struct json *parse(const char *path)
{
    struct buf b = read_file(path);
    struct json_error error;
    struct json *json = json_parse(buf_slice(&b), &error);
    cr_assert(json);
    buf_fini(&b);
    return json;
}

Test(learning, evaluates_every_experiment_in_one_run_as_json)
{
    static const char *const names[] = {"", "without cross,self", "sampling uniform",
                                        "sampling coordinated", "K 2"};
    make_store();
    cr_assert_eq(run(cmd_eval, "eval", "-s", "store", "--links", "links.work.tsv", "--without",
                     "cross,self", "--sampling", "uniform", "--sampling", "coordinated",
                     "--sample-size", "2", "--json", NULL),
                 0);
    struct json *json = parse("out");
    cr_assert_eq(json_size(json), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct json *row = json_at(json, i);
        struct slice name;
        cr_assert(json_read_string(json_get(row, "run"), &name));
        cr_expect(slice_equal(name, slice_of(names[i])), "%.*s", (int)name.len, name.data);
        double p = number(row, "precision"), r = number(row, "recall"), f1 = number(row, "f1");
        cr_expect(p + r > 0 && fabs(f1 - 2 * p * r / (p + r)) < 1e-9);
        cr_expect(number(row, "hits1") <= number(row, "mrr") && number(row, "mrr") <= 1);
        cr_expect_leq(number(row, "hits10"), number(row, "pair_completeness") + 1e-9);
        cr_expect_leq(number(row, "pair_completeness"), number(row, "pair_completeness_named"));
        cr_expect_gt(number(row, "prauc"), 0);
    }
    /* drawn as served, nothing changes; drawn otherwise, something does */
    const char *const keys[] = {"prauc", "best_f1", "mrr", "calibration_error"};
    bool differs = false;
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(number(json_at(json, 3), keys[i]), number(json_at(json, 0), keys[i]), "%s",
                     keys[i]);
        differs |= number(json_at(json, 4), keys[i]) != number(json_at(json, 0), keys[i]);
    }
    cr_expect(differs);
    json_free(json);
    cr_expect_eq(run(cmd_eval, "eval", "-s", "store", "--links", "links.work.tsv", "--sampling",
                     "best", NULL),
                 64);
}

Test(learning, fits_the_model_anew_for_every_row)
{
    make_store();
    cr_assert_eq(run(cmd_eval, "eval", "-s", "store", "--links", "links.person.tsv", "--retrain",
                     "links.work.tsv", "--epochs", "1", "--without", "graph", NULL),
                 0);
    cr_expect(file_says("out", "without graph"));
}

/* Two catalogs of four and five; a/1, a/2, a/3 match b/1, b/2, b/5 by their titles. */
static void make_toy(void)
{
    write_file(
        "a.nt",
        "<http://a/1> <http://www.w3.org/2000/01/rdf-schema#label> \"Brass Monsoon\" .\n"
        "<http://a/2> <http://www.w3.org/2000/01/rdf-schema#label> \"The Glass Orchard\" .\n"
        "<http://a/3> <http://www.w3.org/2000/01/rdf-schema#label> \"Night Train to Oulu\" .\n"
        "<http://a/4> <http://www.w3.org/2000/01/rdf-schema#label> \"Quiet Harbour\" .\n");
    write_file(
        "b.nt",
        "<http://b/1> <http://www.w3.org/2000/01/rdf-schema#label> \"Brass Monsoon\" .\n"
        "<http://b/2> <http://www.w3.org/2000/01/rdf-schema#label> \"The Glass Orchard\" .\n"
        "<http://b/5> <http://www.w3.org/2000/01/rdf-schema#label> \"Night Train to Oulu\" .\n"
        "<http://b/3> <http://www.w3.org/2000/01/rdf-schema#label> \"Sleeper\" .\n"
        "<http://b/4> <http://www.w3.org/2000/01/rdf-schema#label> \"Zebra Crossing\" .\n");
    for (int i = 0; i < 2; i++)
        cr_assert_eq(run(cmd_load, "load", "-q", "--store", "toy", "--set", "threshold=0.02",
                         "--graph", i ? "b" : "a", i ? "b.nt" : "a.nt", NULL),
                     0);
}

Test(learning, judges_a_toy_by_known_figures)
{
    /* of five links: two matched right, one matched wrong, one not matched, one not there */
    write_file("gold.tsv",
               "http://a/1\thttp://b/1\nhttp://a/2\thttp://b/2\n<http://a/3>\t<http://b/3>\n"
               "# a note\nhttp://a/4\thttp://b/4\nhttp://a/9\thttp://b/9\n");
    make_toy();
    cr_assert_eq(run(cmd_judge, "judge", "-s", "toy", "--links", "gold.tsv", "--json", NULL), 0);
    struct json *json = parse("out");
    const struct json *all = json_get(json, "overall");
    cr_expect_eq(number(all, "links"), 5);
    cr_expect_eq(number(all, "absent"), 1);
    cr_expect_float_eq(number(all, "precision"), 2 / 3.0, 1e-6);
    cr_expect_float_eq(number(all, "recall"), 2 / 5.0, 1e-6);
    cr_expect_float_eq(number(all, "f1"), 0.5, 1e-6);
    cr_expect_float_eq(number(all, "misled"), 1 / 5.0, 1e-6);
    json_free(json);
}

/* a/3 and b/5 are in no link; then it is said that b/5 has no counterpart. */
Test(learning, counts_what_has_no_counterpart_where_it_is_known)
{
    make_toy();
    for (int none = 0; none < 2; none++) {
        write_file("gold.tsv", none ? "http://a/1\thttp://b/1\nhttp://b/5\nhttp://a/2\thttp://b/2\n"
                                    : "http://a/1\thttp://b/1\nhttp://a/2\thttp://b/2\n");
        cr_assert_eq(
            run(cmd_eval, "eval", "-s", "toy", "--links", "gold.tsv", "--closed", "--json", NULL),
            0);
        struct json *json = parse("out");
        cr_assert_eq(json_size(json), 2, "open, then closed");
        for (size_t closed = 0; closed < 2; closed++) {
            const struct json *row = json_at(json, closed);
            bool said;
            cr_assert(json_read_bool(json_get(row, "closed"), &said));
            cr_expect_eq(said, closed == 1);
            cr_expect_eq(number(row, "links"), 2);
            cr_expect_eq(number(row, "recall"), 1);
            cr_expect_float_eq(number(row, "precision"), none || closed ? 2 / 3.0 : 1, 1e-6);
        }
        json_free(json);
        for (int closed = 0; closed < 2; closed++) {
            cr_assert_eq(run(cmd_judge, "judge", "-s", "toy", "--links", "gold.tsv", "--json",
                             closed ? "--closed" : NULL, NULL),
                         0);
            json = parse("out");
            const struct json *all = json_get(json, "overall");
            cr_expect_eq(number(all, "links"), 2);
            cr_expect_eq(number(all, "stray"), none ? 0 : 1);
            cr_expect_float_eq(number(all, "precision"), none || closed ? 2 / 3.0 : 1, 1e-6);
            json_free(json);
        }
    }
}

Test(learning, says_once_whose_matches_they_are)
{
    make_toy(); /* quietly */
    cr_expect_not(file_says("err", "built-in model"));
    cr_assert_eq(run(cmd_load, "load", "-s", "toy", "-g", "a", "a.nt", NULL), 0);
    cr_expect(file_says("err", "fitted to no catalog of yours"));
    cr_expect(file_says("err", "alignd train --store toy --bootstrap --model FILE"));
    cr_assert_eq(run(cmd_load, "load", "-q", "-s", "toy", "-g", "a", "a.nt", NULL), 0);
    cr_expect_not(file_says("err", "built-in model"));
    write_file("c.nt", "<http://c/1> <http://c/2> <http://c/3> .\n");
    cr_assert_eq(
        run(cmd_load, "load", "-s", "alone", "-g", "c", "--allow-unlabelled", "c.nt", NULL), 0);
    cr_expect_not(file_says("err", "built-in model"), "nothing matches yet");
    setenv("ALIGND_MODEL", TEST_DATA "/../../config/default.safetensors", 1);
    cr_assert_eq(run(cmd_load, "load", "-s", "toy", "-g", "a", "a.nt", NULL), 0);
    cr_expect_not(file_says("err", "built-in model"), "a model was named");
}

/* Every tag closed in its order, every attribute quoted. */
static void expect_well_formed(const char *path)
{
    struct buf b = read_file(path);
    char open[32][16];
    int depth = 0, tags = 0;
    for (char *at = strchr(b.data, '<'); at; at = strchr(at, '<')) {
        char *end = strchr(at, '>'), name[16] = "";
        cr_assert(end, "%s", path);
        int quotes = 0;
        for (char *c = at; c < end; c++)
            quotes += *c == '"';
        cr_expect_eq(quotes % 2, 0);
        cr_assert_eq(sscanf(at[1] == '/' ? at + 2 : at + 1, "%15[a-z]", name), 1);
        if (at[1] == '/') {
            cr_assert(depth > 0 && !strcmp(open[--depth], name), "%s: </%s>", path, name);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 31);
            strcpy(open[depth++], name);
        }
        tags++;
        at = end;
    }
    cr_expect_eq(depth, 0);
    cr_expect_gt(tags, 8);
    cr_expect(strstr(b.data, "nan") == NULL && strstr(b.data, "inf") == NULL);
    buf_fini(&b);
}

Test(learning, draws_curves_that_are_well_formed)
{
    make_store();
    cr_assert_eq(
        run(cmd_eval, "eval", "-s", "store", "--links", "links.work.tsv", "--plot", "plot", NULL),
        0);
    expect_well_formed("plot/thresholds.svg");
    expect_well_formed("plot/precision_recall.svg");
    expect_well_formed("plot/calibration.svg");
}

Test(learning, learns_without_any_link)
{
    make_store();
    cr_assert_eq(
        run(cmd_train, "train", "--quiet", "--store", "store", "--bootstrap", "--model", "m", NULL),
        0);
    cr_expect(file_says("err", "matches are sure enough"));
    cr_expect(file_says("out", "expect of 100 matches about"));
    cr_expect(file_says("out", "nothing was validated"));
    double f1[2];
    for (int fitted = 0; fitted < 2; fitted++) {
        cr_assert_eq(run(cmd_eval, "eval", "-s", "store", "--links", "links.work.tsv", "--json",
                         fitted ? "--model" : NULL, "m", NULL),
                     0);
        struct json *json = parse("out");
        f1[fitted] = number(json_at(json, 0), "f1");
        json_free(json);
    }
    cr_expect_gt(f1[0], 0.5);
    cr_expect_geq(f1[1], f1[0] - 0.005, "%.4f, %.4f", f1[0], f1[1]);
    cr_expect_eq(run(cmd_train, "train", "-s", "store", "--model", "m", NULL), 64);
    cr_expect(file_says("err", "--links TSV, --verdicts FILE or --bootstrap is missing"));
}

Test(learning, learns_alike_from_an_empty_list_of_links_and_from_none)
{
    make_store();
    write_file("empty.tsv", "# nothing yet\n");
    cr_assert_eq(
        run(cmd_train, "train", "-q", "-s", "store", "--bootstrap", "--model", "one", NULL), 0);
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--bootstrap", "--links", "empty.tsv",
                     "--model", "two", "-j", "1", NULL),
                 0);
    cr_expect(file_says("out", "nothing was validated"));
    struct buf one = read_file("one"), two = read_file("two");
    cr_expect(slice_equal(buf_slice(&one), buf_slice(&two)), "whatever the threads");
    buf_fini(&one);
    buf_fini(&two);
}

Test(learning, says_what_to_expect_and_from_how_many_links)
{
    make_store();
    cr_assert_eq(train("m", "1", "2"), 0);
    cr_expect(file_says("out", "expect of 100 matches about"));
    cr_expect(file_says("out", "links that it did not learn from"));
    struct buf b = read_file("links.work.tsv");
    *strchr(b.data, '\n') = '\0';
    write_file("one.tsv", b.data);
    buf_fini(&b);
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--links", "one.tsv", "--epochs", "1",
                     "--model", "m", NULL),
                 0);
    cr_expect(file_says("out", "nothing was validated") || file_says("out", "from 1 link that"));
}

/* Labelled pairs are judged one by one, and so is what it expects of them. */
Test(learning, expects_of_labelled_pairs_what_it_found_of_pairs)
{
    make_store();
    struct buf links = read_file("links.work.tsv"), pairs = {0};
    char *line = strtok(links.data, "\n");
    struct slice last = {NULL, 0};
    for (; line;
         line = strtok(NULL, "\n")) { /* each link, and its first end with the last one's other */
        const char *tab = strchr(line, '\t');
        buf_append_format(&pairs, "%s\t1\n", line);
        if (last.len)
            buf_append_format(&pairs, "%.*s\t%.*s\t0\n", (int)(tab - line), line, (int)last.len,
                              last.data);
        last = slice_of(tab + 1);
    }
    buf_append_char(&pairs, '\0');
    write_file("pairs.tsv", pairs.data);
    buf_fini(&pairs);
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--links", "pairs.tsv", "--epochs",
                     "2", "--model", "m", NULL),
                 0);
    cr_expect(file_says("out", "expect of 100 pairs taken for the same about"));
    cr_expect(file_says("out", "labelled pairs that it did not learn from"));
    buf_fini(&links);
}

Test(learning, keeps_the_model_where_nothing_is_sure)
{
    static const char *const title =
        "<http://%c/%d> <http://www.w3.org/2000/01/rdf-schema#label> \"John Smith\" .\n";
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(i ? "b.nt" : "a.nt", "w");
        cr_assert(file);
        for (int k = 0; k < 30; k++)
            fprintf(file, title, i ? 'b' : 'a', k);
        cr_assert_eq(fclose(file), 0);
        cr_assert_eq(run(cmd_load, "load", "-q", "--store", "toy", "--graph", i ? "b" : "a",
                         i ? "b.nt" : "a.nt", NULL),
                     0);
    }
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "toy", "--bootstrap", "--model", "m", NULL),
                 0);
    cr_expect(file_says("out", "the model it began with, as it was"));
    cr_assert_eq(run(cmd_eval, "eval", "-s", "toy", "--links", "/dev/null", "--model", "m", NULL),
                 0);
}

/* The matches of a store, read back as verdicts, are its links. */
Test(learning, learns_from_verdicts_as_from_links)
{
    make_store();
    struct buf links = read_file("links.work.tsv"), verdicts = {0};
    for (char *line = strtok(links.data, "\n"); line; line = strtok(NULL, "\n")) {
        const char *tab = strchr(line, '\t');
        buf_append_format(&verdicts, "<%.*s> <http://www.w3.org/2002/07/owl#sameAs> <%s> .\n",
                          (int)(tab - line), line, tab + 1);
    }
    buf_append_char(&verdicts, '\0');
    write_file("verdicts.nt", verdicts.data);
    buf_fini(&verdicts);
    buf_fini(&links);
    cr_assert_eq(train("by-links", "3", "2"), 0);
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--verdicts", "verdicts.nt", "--from",
                     "-", "--epochs", "2", "--seed", "3", "--model", "by-verdicts", NULL),
                 0);
    struct buf one = read_file("by-links"), two = read_file("by-verdicts");
    cr_expect(slice_equal(buf_slice(&one), buf_slice(&two)));
    buf_fini(&one);
    buf_fini(&two);
}

Test(learning, learns_from_exported_mappings_and_of_what_differs)
{
    make_store();
    cr_assert_eq(run(cmd_export, "export", "-s", "store", NULL), 0);
    cr_assert_eq(rename("out", "same.sssom.tsv"), 0);
    struct buf links = read_file("links.work.tsv"), b = {0};
    buf_append_text(&b, "subject_id\tpredicate_id\tobject_id\n");
    const char *last = NULL;
    int count = 0;
    for (char *line = strtok(links.data, "\n"); line; line = strtok(NULL, "\n")) {
        const char *tab = strchr(line, '\t'); /* with the other end of the line before */
        if (last && count++ < 20)
            buf_append_format(&b, "%.*s\towl:differentFrom\t%s\n", (int)(tab - line), line, last);
        last = tab + 1;
    }
    buf_append_char(&b, '\0');
    write_file("different.sssom.tsv", b.data);
    buf_fini(&b);
    buf_fini(&links);
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--verdicts", "same.sssom.tsv",
                     "--verdicts", "different.sssom.tsv", "--model", "m", NULL),
                 0);
    cr_expect(file_says("err", "true; validating"));
    /* with few of them the rest is still learnt without links */
    cr_assert_eq(run(cmd_train, "train", "-q", "-s", "store", "--verdicts", "different.sssom.tsv",
                     "--bootstrap", "--model", "m", NULL),
                 0);
    cr_expect(file_says("err", "are sure enough to learn from"));
    cr_expect_not(file_says("err", ": 0 matches"));
}
