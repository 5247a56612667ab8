/*
 * verdict_file.h - the verdicts of files, in any format that changes come in, for who learns from
 * them.
 */
#ifndef ALIGND_CLI_VERDICT_FILE_H
#define ALIGND_CLI_VERDICT_FILE_H

#include "alignd/base/args.h"
#include "alignd/graph/verdict.h"

/*
 * What the files say taken together, in their order: a pair once, as IRIs or _:labels, lent for the
 * call; not what a delete or a clear behind it takes back; of a pair that is said to be the
 * same and to be different neither, which is told in the log.
 *
 * ERR_FORMAT, logged: what cannot be read, a triple that is no verdict.  An error of the visitor
 * comes back as it is.
 */
int verdict_file_each(const struct args_list *paths,
                      int (*visit)(void *arg, struct slice a, struct slice b, enum verdict verdict),
                      void *arg);
#endif
