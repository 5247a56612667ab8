/*
 * letter_where.h - which letters a command is for: --where KEY=VALUE and PARTITION:OFFSET.
 */
#ifndef ALIGND_CLI_LETTER_WHERE_H
#define ALIGND_CLI_LETTER_WHERE_H

#include "alignd/base/args.h"
#include "alignd/daemon/config.h"
#include "alignd/daemon/letter.h"

#define LETTER_WHERE_HELP                                                                          \
    "letters whose KEY is VALUE: error (its code), graph, topic, partition, offset (of the "       \
    "message), key; repeated: of one KEY any, of several all"

struct letter_where {
    const struct args_list *conditions; /* lent; looked at by letter_where_read */
    struct record_place *places;        /* in ascending order, each once */
    size_t place_count;
};

/* ERR_USAGE, said in the log under the command's name. */
int letter_where_read(const char *command, const struct config *config,
                      const struct args_list *conditions, char **places, int count,
                      struct letter_where *ret_where);
void letter_where_fini(struct letter_where *w);

/* The name of the graph whose topic it is; NULL for none (any more). */
const char *letter_where_graph(const struct config *config, struct slice topic);

/* Of both kinds: with places, it is one of them; and all conditions hold. */
bool letter_where_holds(const struct letter_where *w, const struct config *config,
                        const struct source_message *m, const struct letter *letter);
#endif
