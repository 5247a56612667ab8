/*
 * eval_page.h - what `alignd eval` found, as one page of HTML for people: it fetches nothing and
 * runs nothing, and is XML as well.  Whatever the catalogs hold is shown as text (base/html.h).
 */
#ifndef ALIGND_CLI_EVAL_PAGE_H
#define ALIGND_CLI_EVAL_PAGE_H

#include "alignd/base/buf.h"
#include "alignd/base/pool.h"
#include "alignd/engine/engine.h"
#include "alignd/learn/figures.h"
#include "alignd/learn/gold.h"
#include "alignd/learn/served.h"
#include "alignd/model/model.h"

/* All of it lent. */
struct eval_page_input {
    /* of all types, as served, and what figures_measure made of them */
    const struct figures_input *figures;
    const struct figures *found;
    const struct served *served;
    struct engine *engine;
    const struct model *model; /* of which the scores are */
    struct pool *pool;
    double review;          /* confidence from which a match is more than possible */
    double store_threshold; /* that the store is told to match at; < 0: its model's */
    size_t worst;           /* false pairs that are shown, and missed links */
    /* for its head */
    const char *store, *model_path; /* NULL: the built-in one */
    const char *retrained;          /* links that the model was fitted to first; NULL: none */
    const struct gold_options *gold;
};

/* All zero is a page of nothing. */
struct eval_page {
    struct buf title, head, rows, body;
};

/* A row of the table, as it is printed. */
void eval_page_add_row(struct eval_page *p, const struct figures *f);

/* All below that table, once.  Not while a turn runs.  ERR_STORE. */
int eval_page_draw(struct eval_page *p, const struct eval_page_input *in);

/* ERR_IO, logged. */
int eval_page_write(const struct eval_page *p, const char *path);
void eval_page_fini(struct eval_page *p);

/* Is it the name of a page, and not of a folder? */
bool eval_page_is_name(const char *path);
#endif
