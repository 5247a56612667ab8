#include "alignd/base/args.h"

#include "alignd/base/err.h"
#include "capture.h"

#include <criterion/criterion.h>
#include <string.h>

static bool quiet, verbose;
static const char *output;
static int64_t count;
static double theta;
static struct args_list graphs;

static const struct arg table[] = {
    {.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &quiet, .help = "say nothing"},
    {.name = "verbose", .letter = 'v', .type = ARG_FLAG, .to = &verbose, .help = "say more"},
    {.name = "output",
     .letter = 'o',
     .type = ARG_TEXT,
     .to = &output,
     .value = "FILE",
     .help = "where the result goes, which is standard output when nothing else is said"},
    {.name = "count",
     .letter = 'n',
     .type = ARG_INT,
     .to = &count,
     .value = "N",
     .min = 1,
     .max = 100,
     .help = "how many"},
    {.name = "theta", .type = ARG_DOUBLE, .to = &theta, .value = "X"},
    {.name = "graph-with-a-long-name",
     .letter = 'g',
     .type = ARG_LIST,
     .to = &graphs,
     .value = "NAME=FILE",
     .help = "a graph"},
};
static const struct args args = {"alignd load [OPTION]... FILE...", "Loads files.", table,
                                 sizeof(table) / sizeof(*table)};

static char **rest;
static int rest_count;

/* Parses up to 15 arguments, as strings that may be written to like the real ones. */
static int parse(const char *const *texts)
{
    static char copies[16][64];
    static char *argv[17];
    int n = 0;
    strcpy(copies[n], "alignd");
    argv[n] = copies[n];
    for (n++; texts[n - 1]; n++) {
        strcpy(copies[n], texts[n - 1]);
        argv[n] = copies[n];
    }
    argv[n] = NULL;
    quiet = verbose = false;
    output = NULL;
    count = 12;
    theta = .5;
    graphs.count = 0;
    rest = NULL;
    rest_count = -1;
    return args_parse(&args, n, argv, &rest, &rest_count);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static struct capture capture;

Test(args, a_letter_of_old_is_refused_by_its_name_of_now)
{
    const char *valid = NULL;
    const struct arg old_table[] = {
        {.name = "valid", .was = 'v', .type = ARG_TEXT, .to = &valid, .value = "TSV"}};
    const struct args old_args = {"alignd train", NULL, old_table, 1};
    char command[] = "train", old[] = "-v", value[] = "x";
    char *argv[] = {command, old, value, NULL}, **old_rest;
    int old_count;
    cr_expect_eq(args_parse(&old_args, 3, argv, &old_rest, &old_count), ERR_USAGE);
    cr_expect_null(valid);
}

Test(args, without_options_the_defaults_stay)
{
    cr_expect_eq(PARSE("a", "-", "b"), 0);
    cr_expect(!quiet && !verbose && !output && count == 12 && theta == .5);
    cr_expect_eq(rest_count, 3);
    cr_expect_str_eq(rest[0], "a");
    cr_expect_str_eq(rest[1], "-");
    cr_expect_str_eq(rest[2], "b");
}

Test(args, every_spelling_works)
{
    cr_expect_eq(PARSE("--output", "x", "--count=7", "--quiet", "--theta=-1e-3"), 0);
    cr_expect(quiet && !verbose && count == 7 && theta == -1e-3);
    cr_expect_str_eq(output, "x");
    cr_expect_eq(rest_count, 0);
    cr_expect_eq(PARSE("-qvn42", "-o", "-y"), 0);
    cr_expect(quiet && verbose && count == 42);
    cr_expect_str_eq(output, "-y");
    cr_expect_eq(PARSE("-n", "3", "--output="), 0);
    cr_expect_eq(count, 3);
    cr_expect_str_eq(output, "");
}

Test(args, options_may_follow_arguments_until_two_dashes)
{
    cr_expect_eq(PARSE("a", "-q", "b", "--", "-v", "--nothing", "--"), 0);
    cr_expect(quiet && !verbose);
    cr_expect_eq(rest_count, 5);
    cr_expect_str_eq(rest[0], "a");
    cr_expect_str_eq(rest[1], "b");
    cr_expect_str_eq(rest[2], "-v");
    cr_expect_str_eq(rest[4], "--");
}

Test(args, a_list_collects_every_value)
{
    cr_expect_eq(PARSE("-g", "a=1", "--graph-with-a-long-name=b=2"), 0);
    cr_expect_eq(graphs.count, 2);
    cr_expect_str_eq(graphs.at[0], "a=1");
    cr_expect_str_eq(graphs.at[1], "b=2");
    cr_expect_eq(PARSE("x"), 0);
    graphs.count = ARGS_LIST_MAX;
    char name[] = "alignd", option[] = "-gx";
    char *argv[] = {name, option, NULL};
    capture_begin(&capture, STDERR_FILENO);
    cr_expect_eq(args_parse(&args, 2, argv, &rest, &rest_count), ERR_USAGE);
    capture_end(&capture);
}

static void expect_refusal(int rc, const char *line)
{
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ERR_USAGE);
    cr_expect_str_eq(got, line);
    cr_expect_eq(rest_count, -1);
}

#define EXPECT_REFUSAL(line, ...)                                                                  \
    do {                                                                                           \
        capture_begin(&capture, STDERR_FILENO);                                                    \
        expect_refusal(PARSE(__VA_ARGS__), "alignd: " line "; see 'alignd load --help'\n");        \
    } while (0)

Test(args, mistakes_are_one_line_that_helps)
{
    EXPECT_REFUSAL("there is no option --qiuet; did you mean --quiet?", "--qiuet");
    EXPECT_REFUSAL("there is no option --qiuet; did you mean --quiet?", "--qiuet=1");
    EXPECT_REFUSAL("there is no option --something", "--something", "x");
    EXPECT_REFUSAL("there is no option -x", "-qx");
    EXPECT_REFUSAL("--output needs a value (FILE)", "--output");
    EXPECT_REFUSAL("--output needs a value (FILE)", "-qo");
    EXPECT_REFUSAL("--quiet takes no value", "--quiet=yes");
    EXPECT_REFUSAL("--count takes a whole number from 1 to 100, not '101'", "--count=101");
    EXPECT_REFUSAL("--count takes a whole number from 1 to 100, not '1.5'", "-n1.5");
    EXPECT_REFUSAL("--theta takes a number, not 'x'", "--theta", "x");
}

static const char help[] =
    "usage: alignd load [OPTION]... FILE...\n"
    "\n"
    "Loads files.\n"
    "\n"
    "  -q, --quiet             say nothing\n"
    "  -v, --verbose           say more\n"
    "  -o, --output FILE       where the result goes, which is standard output when\n"
    "                          nothing else is said\n"
    "  -n, --count N           how many\n"
    "      --theta X\n"
    "  -g, --graph-with-a-long-name NAME=FILE\n"
    "                          a graph\n"
    "  -h, --help              print this help\n";

Test(args, help_is_printed_and_told_to_the_caller)
{
    capture_begin(&capture, STDOUT_FILENO);
    int rc = PARSE("a", "--help", "--nonsense");
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ARGS_HELP);
    cr_expect_str_eq(got, help);
    capture_begin(&capture, STDOUT_FILENO);
    rc = PARSE("-qh");
    got = capture_end(&capture);
    cr_expect_eq(rc, ARGS_HELP);
    cr_expect_str_eq(got, help);
}

Test(args, a_command_of_options_alone_takes_no_other_argument)
{
    char command[] = "load", option[] = "-q", file[] = "file";
    char *bad[] = {command, option, file, NULL}, *good[] = {command, option, NULL};
    capture_begin(&capture, STDERR_FILENO);
    int rc = args_parse_options(&args, 3, bad);
    const char *got = capture_end(&capture);
    cr_expect_eq(rc, ERR_USAGE);
    cr_expect_neq(strstr(got, "unexpected argument 'file'; see 'alignd load --help'"), NULL, "%s",
                  got);
    cr_expect_eq(args_parse_options(&args, 2, good), ERR_OK);
    cr_expect(quiet);
}

Test(args, a_command_that_printed_its_help_ends_well)
{
    cr_expect_eq(args_exit_status(ARGS_HELP), 0);
    cr_expect_eq(args_exit_status(ERR_USAGE), 64);
}

Test(args, a_size_of_memory_is_written_as_in_a_configuration)
{
    int64_t mib = 0;
    const struct arg memory[] = {
        {.name = "memory", .type = ARG_MIB, .to = &mib, .value = "MIB", .min = 1, .max = 1 << 20}};
    const struct args sizes = {"alignd load", "Loads.", memory, 1};
    const struct {
        const char *text;
        int64_t mib; /* 0: refused */
    } cases[] = {{"512", 512},
                 {"512M", 512},
                 {"2G", 2048},
                 {"1T", 1 << 20},
                 {"2T", 0},
                 {"0", 0},
                 {"M", 0},
                 {"12K", 0},
                 {"2g", 0},
                 {"", 0},
                 {"-1G", 0},
                 {"1.5G", 0},
                 {"9000000000000000000T", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *argv[] = {"load", "--memory", (char *)(uintptr_t)cases[i].text, NULL};
        char **files;
        int n;
        mib = 0;
        int rc = args_parse(&sizes, 3, argv, &files, &n);
        cr_expect_eq(rc == ERR_OK, cases[i].mib != 0, "%s", cases[i].text);
        cr_expect_eq(mib, cases[i].mib, "%s", cases[i].text);
    }
}
