/* eval_mistakes.h - the part of a page that tells of single pairs: eval_mistakes.c. */
#ifndef EVAL_MISTAKES_H
#define EVAL_MISTAKES_H

#include "alignd/cli/eval_page.h"

/* The worst false pairs, then the links that were missed.  ERR_STORE. */
int eval_mistakes_append(struct buf *out, const struct eval_page_input *in);
#endif
