/*
 * cmd_letters.c - `alignd letters list`, `show`, `resend`: what became of messages that could not
 * be decoded, and sending them again once they are mended.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/nearest.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/letter_report.h"
#include "alignd/cli/letter_resend.h"
#include "alignd/cli/letter_where.h"
#include "alignd/daemon/letter_newer.h"

#include <assert.h>
#include <stdio.h>

struct letters {
    struct connection_arguments connection;
    struct args_list conditions;
    struct letter_where where;
    struct config *config;
    struct letter_list *list;
    struct letter_entry *entries;
    size_t count;
    uint64_t others;
    bool json;
};

static int take(void *arg, size_t place, const struct source_message *m)
{
    struct letters *l = arg;
    struct letter letter;
    struct letter_mark mark;
    (void)place;
    if (letter_read(m, &letter))
        letter_list_take(l->list, m, &letter, letter_where_holds(&l->where, l->config, m, &letter));
    else if (letter_read_mark(m, &mark))
        letter_list_take_mark(l->list, &mark);
    else
        l->others++;
    return ERR_OK;
}

/* Each place that was named is a letter, of which the conditions hold. */
static int check_places(const struct letters *l)
{
    char text[LETTER_PLACE_BYTES];
    for (size_t i = 0; i < l->where.place_count; i++) {
        bool found = false;
        for (size_t k = 0; !found && k < l->count; k++)
            found = l->entries[k].selected &&
                    record_fetch_compare(&l->entries[k].at, &l->where.places[i]) == 0;
        if (found)
            continue;
        letter_write_place(text, &l->where.places[i]);
        log_error("there is no letter %s in '%s'%s: alignd letters show tells those that are there",
                  text, l->config->dead_letter_topic,
                  l->conditions.count ? " of which --where holds" : "");
        return ERR_NOT_FOUND;
    }
    return ERR_OK;
}

static int read_topic(struct letters *l)
{
    const struct config *c = l->config;
    struct source_topic topic = {c->dead_letter_topic, 0};
    struct source_options options = config_source_options(c);
    int rc = connection_check_broker(c);
    if (rc)
        return rc;
    if (!*c->dead_letter_topic) {
        log_error("no dead letter topic is configured ([output] dead_letter_topic): what cannot be "
                  "decoded is not set aside");
        return ERR_CONFIG;
    }
    options.topics = &topic;
    options.topic_count = 1;
    l->list = letter_list_new();
    if ((rc = record_fetch_all(&options, take, l)))
        return rc;
    l->entries = letter_list_finish(l->list, &l->count);
    return check_places(l);
}

/* Arguments are read: the configuration and the topic. */
static int begin(struct letters *l, char **places, int count)
{
    int rc = connection_load(&l->connection, false, &l->config);
    if (rc)
        return rc;
    if ((rc = letter_where_read("alignd letters", l->config, &l->conditions, places, count,
                                &l->where)))
        return rc;
    return read_topic(l);
}

static int end(struct letters *l, int rc)
{
    letter_where_fini(&l->where);
    letter_list_free(l->list);
    config_free(l->config);
    return connection_status(rc);
}

#define WHERE_ARG(l)                                                                               \
    ARG(.name = "where", .type = ARG_LIST, .to = &(l)->conditions, .value = "KEY=VALUE",           \
        .help = LETTER_WHERE_HELP)

static int list(int argc, char **argv)
{
    struct letters l = {0};
    const struct arg table[] = {WHERE_ARG(&l), JSON_ARG(&l.json), CONNECTION_ARGS(&l.connection)};
    const struct args args = {"alignd letters list -c FILE [OPTION]...",
                              "Counts the letters of the dead letter topic by error, graph and "
                              "topic, and how many of them were resent, with a sample each.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (!(rc = begin(&l, NULL, 0)))
        letter_report_list(l.config, l.entries, l.count, l.others, l.json);
    return end(&l, rc);
}

static int show(int argc, char **argv)
{
    struct letters l = {0};
    bool all = false;
    int64_t limit = 10;
    const struct arg table[] = {
        WHERE_ARG(&l),
        ARG(.name = "all", .type = ARG_FLAG, .to = &all,
            .help = "those that were resent, too; any that is named is shown"),
        ARG(.name = "limit", .type = ARG_INT, .to = &limit, .value = "N", .min = 1, .max = 1e9,
            .help = "so many at most (10)"),
        JSON_ARG(&l.json),
        CONNECTION_ARGS(&l.connection),
    };
    const struct args args = {"alignd letters show -c FILE [OPTION]... [PARTITION:OFFSET]...",
                              "Prints letters whole: where they came from, what is wrong, key, "
                              "headers, value. What a terminal would obey is escaped.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (!(rc = begin(&l, rest, count)))
        rc = letter_report_show(l.config, l.entries, l.count, all || count > 0, (size_t)limit,
                                l.json);
    return end(&l, rc);
}

static int resend(int argc, char **argv)
{
    struct letters l = {0};
    struct letter_resend_options o = {0};
    bool dry_run = false;
    int64_t lot_mib = 64;
    const struct arg table[] = {
        WHERE_ARG(&l),
        ARG(.name = "edit", .type = ARG_TEXT, .to = &o.edit, .value = "COMMAND",
            .help = "sends what this command of the shell prints when it is given the value; with "
                    "another status than 0 the letter is left out"),
        ARG(.name = "again", .type = ARG_FLAG, .to = &o.again,
            .help = "those that were resent, once more"),
        ARG(.name = "anyway", .type = ARG_FLAG, .to = &o.anyway,
            .help = "what still cannot be decoded, too: it becomes a letter again"),
        ARG(.name = "lot", .type = ARG_MIB, .to = &lot_mib, .value = "SIZE", .min = 1, .max = 1e6,
            .help = "letters in memory at a time, about (64M)"),
        ARG(.name = "dry-run", .type = ARG_FLAG, .to = &dry_run,
            .help = "says what would be sent, edited and decoded; the default"),
        ARG(.name = "execute", .type = ARG_FLAG, .to = &o.execute, .help = "does it"),
        JSON_ARG(&l.json),
        CONNECTION_ARGS(&l.connection),
    };
    const struct args args = {
        "alignd letters resend -c FILE [OPTION]... [PARTITION:OFFSET]... [--dry-run | --execute]",
        "Sends letters as the messages that they were, or mended, to the partition that they came "
        "from, in their order there; marks beside them keep them from being sent again. They count "
        "over what came since of the same subject. Killed between, some are sent twice, as if said "
        "twice, and none is lost.",
        table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if (dry_run && o.execute) {
        log_error("alignd letters resend: --dry-run or --execute, not both");
        return err_exit_status(ERR_USAGE);
    }
    rc = begin(&l, rest, count);
    o.config = l.config;
    o.json = l.json;
    o.lot_bytes = (uint64_t)lot_mib << 20;
    if (!rc && !(rc = letter_newer_find(l.config, l.entries, l.count)))
        rc = letter_resend(&o, l.entries, l.count);
    return end(&l, rc);
}

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} verbs[] = {
    {"list", list, "count them by error, graph and topic"},
    {"show", show, "print letters whole"},
    {"resend", resend, "send them again, mended, to where they came from"},
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

static int unknown(const char *name)
{
    struct nearest nearest = nearest_to(slice_of(name));
    for (size_t i = 0; i < VERBS; i++)
        nearest_offer(&nearest, verbs[i].name);
    const char *near = nearest_found(&nearest);
    log_error("alignd letters: '%s' is none of list, show, resend%s%s%s", name,
              near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    return err_exit_status(ERR_USAGE);
}

static void print_usage(FILE *out)
{
    fprintf(out,
            "usage: alignd letters VERB -c FILE [OPTION]...\n\n"
            "Messages that could not be decoded, in the topic [output] dead_letter_topic.\n\n");
    for (size_t i = 0; i < VERBS; i++)
        fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
    fprintf(out, "\n'alignd letters VERB --help' tells the options of each.\n");
}

int cmd_letters(int argc, char **argv)
{
    assert(argc > 0);
    if (argc < 2) {
        print_usage(stderr);
        return err_exit_status(ERR_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}
