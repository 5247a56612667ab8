/*
 * test_synth_feed.c - what arrives in the invented worlds, counted from what is written.
 */
#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/progress.h"
#include "alignd/learn/synth.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/alignd_feed_XXXXXX";
static struct arena *kept; /* what a test read */

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    progress_set_enabled(false);
    kept = arena_new();
}

static void teardown(void)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
    arena_free(kept);
}

TestSuite(synth_feed, .init = setup, .fini = teardown, .timeout = 120);

/* Lines of a file. */
struct lines {
    char **line;
    size_t n, room;
};

static void add_line(struct lines *l, char *line)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 1024;
        l->line = realloc(l->line, l->room * sizeof(*l->line));
        cr_assert(l->line);
    }
    l->line[l->n++] = line;
}

static struct lines read_lines(const char *side, const char *ending)
{
    struct lines l = {0};
    char path[100], text[4096];
    snprintf(path, sizeof(path), "%s.%s", side, ending);
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    while (fgets(text, sizeof(text), file)) {
        text[strcspn(text, "\n")] = 0;
        char *copy = arena_alloc(kept, strlen(text) + 1);
        add_line(&l, strcpy(copy, text));
    }
    fclose(file);
    return l;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As a set. */
static void sort(struct lines *l)
{
    size_t kept_lines = 0;
    qsort(l->line, l->n, sizeof(*l->line), compare);
    for (size_t i = 0; i < l->n; i++)
        if (!i || strcmp(l->line[i], l->line[kept_lines - 1]) != 0)
            l->line[kept_lines++] = l->line[i];
    l->n = kept_lines;
}

/* Each row of a file of changes on its triple, in their order. */
struct change_row {
    char *triple;
    size_t at;
    bool there;
};

static int compare_rows(const void *a, const void *b)
{
    const struct change_row *x = a, *y = b;
    int c = strcmp(x->triple, y->triple);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* The triples that are there after the changes. */
static struct lines apply(const struct lines *before, const struct lines *changes)
{
    struct change_row *rows = calloc(before->n + changes->n + 1, sizeof(*rows));
    struct lines after = {0};
    size_t n = 0;
    cr_assert(rows);
    for (size_t i = 0; i < before->n; i++, n++)
        rows[n] = (struct change_row){before->line[i], n, true};
    for (size_t i = 0; i < changes->n; i++)
        if (strncmp(changes->line[i], "A ", 2) == 0 || strncmp(changes->line[i], "D ", 2) == 0) {
            rows[n] = (struct change_row){changes->line[i] + 2, n, changes->line[i][0] == 'A'};
            n++;
        }
    qsort(rows, n, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < n; i++)
        if (rows[i].there && (i + 1 == n || strcmp(rows[i].triple, rows[i + 1].triple) != 0))
            add_line(&after, rows[i].triple);
    free(rows);
    return after;
}

static void invent(const char *kind, int make, int works)
{
    struct synth_options o = {.out = ".",
                              .kind = kind,
                              .tag = "",
                              .works = works,
                              .seed = 5,
                              .make = make,
                              .noise = 0.4,
                              .arrivals = 0.3};
    uint64_t triples[2];
    cr_assert_eq(synth_run(&o, triples), 0);
}

static void free_lines(struct lines *l)
{
    free(l->line);
}

Test(synth_feed, the_world_and_its_changes_give_the_world_afterwards)
{
    for (size_t k = 0; synth_kind_name(k); k++)
        for (int side = 0; side < 2; side++) {
            const char *name = side ? "right" : "left";
            invent(synth_kind_name(k), k ? 3 : 0, 200);
            struct lines before = read_lines(name, "nt"),
                         changes = read_lines(name, "changes.rdfp"),
                         after = read_lines(name, "after.nt"), made = apply(&before, &changes);
            sort(&after);
            cr_assert_gt(after.n, 100, "%s of %s", name, synth_kind_name(k));
            cr_assert_eq(made.n, after.n, "%s of %s: %zu, %zu", name, synth_kind_name(k), made.n,
                         after.n);
            for (size_t i = 0; i < made.n; i++)
                cr_assert_str_eq(made.line[i], after.line[i]);
            free_lines(&before);
            free_lines(&changes);
            free_lines(&after);
            free_lines(&made);
        }
}

/* What a block is. */
struct block {
    size_t added, deleted, labels;
    char last[200]; /* the subject of its last row */
};

struct counts {
    double arrived, renamed, changed, deleted, rows;
};

static void count_block(struct counts *c, const struct block *b)
{
    if (!b->deleted) {
        c->arrived++;
        c->rows += (double)b->added;
        cr_expect(strstr(b->last, "/work/"), "it ends with its title, not with %s", b->last);
    } else if (!b->added) {
        c->deleted++;
        cr_expect(strstr(b->last, "/work/"), "%s is no title", b->last);
    } else if (b->labels) {
        c->renamed++;
        cr_expect(strstr(b->last, "/person/"), "%s is no person", b->last);
        cr_expect_eq(b->labels, 2);
    } else {
        c->changed++;
        cr_expect(b->added == 1 && b->deleted == 1);
    }
}

static struct counts count_blocks(const struct lines *changes)
{
    struct counts c = {0};
    struct block b = {0};
    for (size_t i = 0; i < changes->n; i++) {
        const char *line = changes->line[i];
        if (strncmp(line, "TX", 2) == 0)
            b = (struct block){0};
        else if (strncmp(line, "TC", 2) == 0 &&
                 i + 1 < changes->n) /* the last may be people alone */
            count_block(&c, &b);
        if (line[0] != 'A' && line[0] != 'D')
            continue;
        b.added += line[0] == 'A';
        b.deleted += line[0] == 'D';
        b.labels += strstr(line, "/label>") != NULL;
        sscanf(line + 2, "%199s", b.last);
    }
    return c;
}

Test(synth_feed, of_a_hundred_changes_sixty_are_new_titles)
{
    invent("works", 0, 3000);
    for (int side = 0; side < 2; side++) {
        struct lines changes = read_lines(side ? "right" : "left", "changes.rdfp");
        struct counts c = count_blocks(&changes);
        double all = c.arrived + c.renamed + c.changed + c.deleted;
        cr_expect_gt(all, 1000);
        cr_expect(c.arrived / all > 0.59 && c.arrived / all < 0.61, "%g of %g", c.arrived, all);
        cr_expect(c.renamed / all > 0.09 && c.renamed / all < 0.11, "%g of %g", c.renamed, all);
        cr_expect(c.changed / all > 0.24 && c.changed / all < 0.26, "%g of %g", c.changed, all);
        cr_expect(c.deleted / all > 0.04 && c.deleted / all < 0.06, "%g of %g", c.deleted, all);
        cr_expect(c.rows / c.arrived > 10, "%g rows a title", c.rows / c.arrived);
        free_lines(&changes);
    }
}

Test(synth_feed, times_never_go_back)
{
    invent("films", 2, 300);
    struct lines changes = read_lines("left", "changes.rdfp");
    const char *before = "";
    size_t times = 0;
    for (size_t i = 0; i < changes.n; i++)
        if (strncmp(changes.line[i], "H time", 6) == 0) {
            cr_expect_geq(strcmp(changes.line[i], before), 0);
            before = changes.line[i];
            times++;
        }
    cr_expect_gt(times, 40);
    free_lines(&changes);
}
