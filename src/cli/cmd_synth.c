/*
 * cmd_synth.c - `alignd synth`: two catalogs of one invented world, with the
 * gold links, for benchmarks and to train the default model.
 */
#include "alignd/base/args.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/learn/synth.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* The kinds in words, for the help. */
static void add_kinds(struct buf *out)
{
    buf_append_text(out, "what the world is of: ");
    for (size_t k = 0; synth_kind_name(k); k++)
        buf_append_format(out, "%s%s (%s)", k ? ", " : "", synth_kind_name(k), synth_kind_about(k));
    assert(out->len);
    buf_append_char(out, '\0');
}

static void tell(const char *folder, const uint64_t triples[2], bool json)
{
    if (json) {
        struct json_line line;
        struct json_writer *w = json_line_begin(&line);
        json_writer_add_text(w, "folder", folder);
        json_writer_add_unsigned(w, "left_triples", triples[0]);
        json_writer_add_unsigned(w, "right_triples", triples[1]);
        json_line_end(&line);
    } else {
        printf("%s: %" PRIu64 " and %" PRIu64 " triples\n", folder, triples[0], triples[1]);
    }
}

int cmd_synth(int argc, char **argv)
{
    struct synth_options o = {
        .kind = synth_kind_name(0), .tag = "", .works = 10000, .seed = 1, .noise = 0.5};
    struct buf kinds = {0};
    bool quiet = false, json = false;
    add_kinds(&kinds);
    assert(kinds.data[kinds.len - 1] == '\0');
    const struct arg table[] = {
        ARG(.name = "out", .letter = 'o', .type = ARG_TEXT, .to = &o.out, .value = "DIR",
            .help = "folder for left.nt, right.nt, mapping.tsv, links.TYPE.tsv and the deletions"),
        ARG(.name = "kind", .was = 'k', .type = ARG_TEXT, .to = &o.kind, .value = "KIND",
            .help = kinds.data),
        ARG(.name = "works", .was = 'w', .type = ARG_INT, .to = &o.works, .value = "N", .min = 1,
            .max = 1e9,
            .help =
                "works in the world; each brings about 22 triples to the two catalogs together"),
        ARG(.name = "seed", .type = ARG_INT, .to = &o.seed, .value = "N", .min = 0, .max = 9e15,
            .help = "another seed, another world"),
        ARG(.name = "make", .was = 'm', .type = ARG_INT, .to = &o.make, .value = "N", .min = 0,
            .max = 9e15,
            .help =
                "another make, two catalogs of other habits: what each knows and tells, and how "
                "it spells that; 0, the default, is the plain one (works has no other)"),
        ARG(.name = "noise", .was = 'n', .type = ARG_DOUBLE, .to = &o.noise, .value = "X", .min = 0,
            .max = 1, .help = "how careless the catalogs are"),
        ARG(.name = "tag", .was = 't', .type = ARG_TEXT, .to = &o.tag, .value = "T",
            .help = "appended to the names of types and to IRIs, so that several worlds fit into "
                    "one store"),
        ARG(.name = "deletions", .was = 'd', .type = ARG_DOUBLE, .to = &o.deletions, .value = "X",
            .min = 0, .max = 1,
            .help = "share of the triples to be deleted, as RDF Patch files beside"),
        ARG(.name = "arrivals", .type = ARG_DOUBLE, .to = &o.arrivals, .value = "X", .min = 0,
            .max = 1,
            .help = "share of the titles that arrive when the others are there, as a feed of "
                    "blocks: SIDE.changes.rdfp, with people renamed, values changed and titles "
                    "deleted among them; SIDE.after.nt is how it ends"),
        OFFLINE_QUIET_ARG(&quiet),
        JSON_ARG(&json),
    };
    const struct args args = {"alignd synth --out DIR [OPTION]...",
                              "Invents two catalogs of one world and the links between them.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    buf_fini(&kinds);
    if (rc)
        return args_exit_status(rc);
    if (!o.out) {
        log_error("synth: --out DIR is missing");
        return err_exit_status(ERR_USAGE);
    }
    assert(o.works > 0 && o.noise >= 0 && o.noise <= 1);
    uint64_t triples[2];
    progress_set_enabled(!quiet);
    if ((rc = synth_run(&o, triples)))
        return err_exit_status(rc);
    tell(o.out, triples, json);
    return 0;
}
