/*
 * main.c - `alignd COMMAND ...`: finds the command in one table.
 */
#include "alignd/base/log.h"
#include "alignd/base/nearest.h"
#include "alignd/base/streams.h"
#include "alignd/cli/commands.h"
#include "alignd/kernel/kernel.h"

#include <assert.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} commands[] = {
    {"run", cmd_run, "keep catalogs aligned from Kafka topics (the daemon)"},
    {"check", cmd_check, "check configuration, broker, topics and rights"},
    {"produce", cmd_produce, "send files of triples to a graph's topic"},
    {"events", cmd_events, "print the match events of the output topic"},
    {"letters", cmd_letters, "list, show, resend messages that could not be decoded"},
    {"reset", cmd_reset, "begin anew from the topics, in a new epoch"},
    {"backup", cmd_backup, "copy a store, also of a running daemon"},
    {"restore", cmd_restore, "put a backup in place of a store that is gone"},
    {"describe", cmd_describe, "tell what is in a catalog: types, predicates, values"},
    {"map", cmd_map, "propose a mapping of two catalogs"},
    {"load", cmd_load, "load files of triples into a store, without Kafka"},
    {"matches", cmd_matches, "print the current matches of a store"},
    {"clusters", cmd_clusters, "print which entities of all graphs are one thing"},
    {"export", cmd_export, "write the matches (SSSOM, ...) or the triples of a graph"},
    {"explain", cmd_explain, "say why a pair scores what it scores"},
    {"verdicts", cmd_verdicts, "print the pairs that somebody decided"},
    {"verify", cmd_verify, "recompute a store from its triples and compare"},
    {"rebuild", cmd_rebuild, "build a store anew from its own triples"},
    {"digest", cmd_digest, "print the content digest of a store"},
    {"judge", cmd_judge, "compare the matches with gold links"},
    {"train", cmd_train, "fit the model to gold links, or without any"},
    {"eval", cmd_eval, "measure a model on gold links"},
    {"synth", cmd_synth, "invent two catalogs and the links between them"},
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void print_usage(FILE *out)
{
    fprintf(out,
            "alignd keeps catalogs aligned while they change: triples in, match events out.\n\n"
            "usage: alignd COMMAND [OPTION]...\n\ncommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].what);
    fprintf(out, "\n'alignd COMMAND --help' tells the options of a command; "
                 "'alignd --version' the version.\n");
}

/* The first line is the version alone. */
static void print_version(void)
{
    printf("alignd " ALIGND_VERSION "\nkernels: %s", kernel_chosen());
    for (size_t i = 0, said = 0; i < kernel_count(); i++)
        if (kernel_runs(i) && strcmp(kernel_name(i), kernel_chosen()) != 0)
            printf("%s%s", said++ ? ", " : "; this processor also runs ", kernel_name(i));
    printf("\n");
}

/* Scores are the same with all of them: but who names one wants to know that it serves. */
static int refuse_kernel(void)
{
    log_error("ALIGND_KERNEL is '%s': no kernels of that name that this processor runs; "
              "'alignd --version' without it tells which ones there are",
              kernel_refused());
    return 64;
}

static int unknown(const char *name)
{
    struct nearest nearest = nearest_to(slice_of(name));
    for (size_t i = 0; i < COMMANDS; i++)
        nearest_offer(&nearest, commands[i].name);
    const char *near = nearest_found(&nearest);
    if (near)
        log_error("unknown command '%s': did you mean '%s'?", name, near);
    else
        log_error("unknown command '%s': see 'alignd --help'", name);
    return 64;
}

static int run(int argc, char **argv)
{
    if (kernel_refused())
        return refuse_kernel();
    if (argc < 2) {
        print_usage(stderr);
        return 64;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 ||
        strcmp(argv[1], "version") == 0) {
        print_version();
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        (strcmp(argv[1], "help") == 0 && argc == 2)) {
        print_usage(stdout);
        return 0;
    }
    bool help = strcmp(argv[1], "help") == 0; /* of the command that follows */
    if (help) {
        static char option[] = "--help";
        assert(argc > 2);
        argv[1] = argv[2];
        argv[2] = option;
        argc = 3;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}

int main(int argc, char **argv)
{
    streams_begin();
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    return streams_end(run(argc, argv));
}
