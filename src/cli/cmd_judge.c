/*
 * cmd_judge.c - `alignd judge`: the current matches of a store against gold links.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/learn/dataset.h"
#include "alignd/learn/gold.h"
#include "alignd/state/match_list.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_TYPES = 64 };

/* Of one type, and in the last place of all. */
struct tally {
    struct slice type;
    size_t links;         /* gold */
    size_t found;         /* of these, matched rightly */
    size_t misled;        /* of these, the first end is matched to another */
    size_t absent;        /* of these, an end is not in the store */
    size_t judged, right; /* matches */
    size_t stray;         /* matches of entities without any link */
};

struct judge {
    struct gold *gold;
    struct arena *arena;
    bool closed; /* a stray is wrong */
    struct tally tallies[MAX_TYPES + 1];
    size_t count;
};

static struct tally *tally_of(struct judge *j, struct slice type)
{
    assert(j->count <= MAX_TYPES);
    for (size_t i = 0; i < j->count; i++)
        if (slice_equal(j->tallies[i].type, type))
            return &j->tallies[i];
    if (j->count == MAX_TYPES)
        return &j->tallies[MAX_TYPES - 1];
    assert(j->count < MAX_TYPES);
    struct tally *t = &j->tallies[j->count++];
    *t = (struct tally){.type = type.len ? arena_copy(j->arena, type) : type};
    return t;
}

static int count_links(struct judge *j, struct engine *e)
{
    size_t n;
    const struct gold_link *links = gold_links(j->gold, &n);
    for (size_t i = 0; i < n; i++) {
        struct slice type = {NULL, 0}, other;
        int rc_a = dataset_find_type(engine_state(e), links[i].a, j->arena, &type);
        int rc_b = dataset_find_type(engine_state(e), links[i].b, j->arena, rc_a ? &type : &other);
        if (rc_a && rc_a != ERR_NOT_FOUND)
            return rc_a;
        if (rc_b && rc_b != ERR_NOT_FOUND)
            return rc_b;
        if (!links[i].label)
            continue;
        struct tally *t = tally_of(j, type);
        t->links++;
        t->absent += rc_a || rc_b;
        gold_add_type(j->gold, type);
    }
    return ERR_OK;
}

static int judge_match(void *arg, const struct match *m)
{
    struct judge *j = arg;
    enum gold_verdict verdict = gold_judge(j->gold, m->subject, m->object, m->type);
    if (verdict == GOLD_UNJUDGED)
        return ERR_OK;
    struct tally *t = tally_of(j, m->type);
    t->stray += verdict == GOLD_STRAY;
    if (verdict == GOLD_STRAY && !j->closed)
        return ERR_OK;
    assert(verdict == GOLD_RIGHT || verdict == GOLD_WRONG || verdict == GOLD_STRAY);
    t->judged++;
    t->right += verdict == GOLD_RIGHT;
    t->found += verdict == GOLD_RIGHT;
    t->misled += verdict == GOLD_WRONG && gold_is_first(j->gold, m->subject, m->object);
    return ERR_OK;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0.0;
}

static double f1(const struct tally *t)
{
    return share(2 * t->right, t->judged + t->links);
}

static void print_table(const struct tally *tallies, size_t count)
{
    assert(count > 0);
    printf("%-20s %8s %8s %8s %9s %8s %8s %8s %8s %8s\n", "type", "links", "matches", "right",
           "precision", "recall", "F1", "misled", "stray", "absent");
    for (size_t i = 0; i < count; i++) {
        const struct tally *t = &tallies[i];
        struct slice name = t->type.len ? t->type : slice_of("(untyped)");
        printf("%-20.*s %8zu %8zu %8zu %9.4f %8.4f %8.4f %8.4f %8zu %8zu\n", (int)name.len,
               name.data, t->links, t->judged, t->right, share(t->right, t->judged),
               share(t->right, t->links), f1(t), share(t->misled, t->links), t->stray, t->absent);
    }
}

static void write_tally(struct json_writer *w, const struct tally *t)
{
    assert(t->right <= t->judged);
    json_writer_begin_object(w);
    json_writer_add_string(w, "type", t->type);
    json_writer_add_unsigned(w, "links", t->links);
    json_writer_add_unsigned(w, "matches", t->judged);
    json_writer_add_unsigned(w, "right", t->right);
    json_writer_add_unsigned(w, "stray", t->stray);
    json_writer_add_unsigned(w, "absent", t->absent);
    json_writer_add_number(w, "precision", share(t->right, t->judged));
    json_writer_add_number(w, "recall", share(t->right, t->links));
    json_writer_add_number(w, "f1", f1(t));
    json_writer_add_number(w, "misled", share(t->misled, t->links));
    json_writer_end_object(w);
}

static void write_tallies(const struct tally *tallies, size_t count)
{
    assert(count > 0);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_key(w, "types");
    json_writer_begin_array(w);
    for (size_t i = 0; i + 1 < count; i++)
        write_tally(w, &tallies[i]);
    json_writer_end_array(w);
    json_writer_key(w, "overall");
    write_tally(w, &tallies[count - 1]);
    json_line_end(&line);
}

static int judge_store(struct judge *j, struct engine *e, bool json)
{
    int rc;
    if ((rc = count_links(j, e)) || (rc = match_list_each(engine_state(e), judge_match, j)))
        return rc;
    struct tally all = {.type = slice_of("all")};
    for (size_t i = 0; i < j->count; i++) {
        const struct tally *t = &j->tallies[i];
        all.links += t->links;
        all.found += t->found;
        all.misled += t->misled;
        all.absent += t->absent;
        all.stray += t->stray;
        all.judged += t->judged;
        all.right += t->right;
    }
    assert(all.right <= all.judged && all.found == all.right);
    assert(j->count <= MAX_TYPES);
    j->tallies[j->count] = all;
    if (json)
        write_tallies(j->tallies, j->count + 1);
    else
        print_table(j->tallies, j->count + (j->count != 1));
    return ERR_OK;
}

int cmd_judge(int argc, char **argv)
{
    struct offline_options o = {.read_only = true};
    struct gold_options g = {0};
    bool json = false;
    struct judge judge = {0};
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "links", .was = 'l', .type = ARG_TEXT, .to = &g.links, .value = "TSV",
            .help = "gold links: IRI <TAB> IRI, or labelled pairs with 1 or 0 in a third column"),
        ARG(.name = "all-links", .was = 'a', .type = ARG_LIST, .to = &g.other, .value = "TSV",
            .help = "links of other splits, whose entities are left out; may be given again"),
        ARG(.name = "unjudged", .was = 'u', .type = ARG_TEXT, .to = &g.unjudged, .value = "FILE",
            .help = "IRIs, one a line, that are left out"),
        ARG(.name = "closed", .was = 'c', .type = ARG_FLAG, .to = &judge.closed,
            .help = "entities of a linked type that no link names have no counterpart: count their "
                    "matches as wrong"),
        ARG(.name = "json", .was = 'j', .type = ARG_FLAG, .to = &json, .help = JSON_HELP),
    };
    const struct args args = {"alignd judge --store DIR --links TSV [OPTION]...",
                              "Compares the current matches of a store with gold links, by type.  "
                              "misled: links whose first entity is matched to another one; "
                              "stray: matches of entities of a linked type that no link names.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (!g.links) {
        log_error("judge: --links TSV is missing");
        return err_exit_status(ERR_USAGE);
    }
    struct offline store;
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    assert(store.engine && !judge.gold);
    judge.arena = arena_new();
    if ((rc = gold_open(&g, &judge.gold)))
        goto done;
    rc = judge_store(&judge, store.engine, json);
done:
    gold_close(judge.gold);
    arena_free(judge.arena);
    offline_close(&store);
    return offline_status(rc);
}
