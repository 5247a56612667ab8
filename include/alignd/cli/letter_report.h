/*
 * letter_report.h - dead letters as alignd letters list and show tell them.
 */
#ifndef ALIGND_CLI_LETTER_REPORT_H
#define ALIGND_CLI_LETTER_REPORT_H

#include "alignd/daemon/config.h"
#include "alignd/daemon/letter_list.h"

/* The selected ones counted, by error, graph and topic; others: records of the topic that are
 * neither letters nor marks. */
void letter_report_list(const struct config *config, const struct letter_entry *entries,
                        size_t count, uint64_t others, bool json);

/* The selected ones whole, limit at most; all: not those alone that were not resent.  Reads the
 * topic again.  Codes of record_fetch.h. */
int letter_report_show(const struct config *config, const struct letter_entry *entries,
                       size_t count, bool all, size_t limit, bool json);
#endif
