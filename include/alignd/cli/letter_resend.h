/*
 * letter_resend.h - dead letters sent again to where they came from: to the partition of their
 * topic, in the order of their offsets there, as they were or as a command mends them.  Then marks
 * say so.
 *
 * Letters of a lot are acknowledged before their marks are sent: killed between, a lot is sent
 * twice, and none is lost.
 */
#ifndef ALIGND_CLI_LETTER_RESEND_H
#define ALIGND_CLI_LETTER_RESEND_H

#include "alignd/daemon/config.h"
#include "alignd/daemon/letter_list.h"

struct letter_resend_options {
    const struct config *config;
    const char *edit; /* a command of the shell that mends a value; NULL for none */
    bool execute;     /* false: all but the sending */
    bool again;       /* what was resent, too */
    bool anyway;      /* what still cannot be decoded, too */
    bool json;
    uint64_t lot_bytes; /* of letters at a time; a larger one is a lot of its own */
};

/* Of the entries of a letter_list those that are selected.  ERR_FORMAT: some were left out, each
 * said.  ERR_LIMIT: one is too large to be sent; codes of producer.h and record_fetch.h. */
int letter_resend(const struct letter_resend_options *options, const struct letter_entry *entries,
                  size_t count);
#endif
