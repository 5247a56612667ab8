/*
 * http_get.h - a page of another daemon, by HTTP as the daemon speaks it: no TLS.
 */
#ifndef ALIGND_CLI_HTTP_GET_H
#define ALIGND_CLI_HTTP_GET_H

#include "alignd/base/buf.h"

#include <stdbool.h>

bool http_get_is_url(const char *text);

/*
 * GET path of url (http://HOST[:PORT], 80 without), the answer's body.  ERR_USAGE: it is no such
 * URL; ERR_IO: nobody is there, or he breaks off; ERR_RETRY: 503; ERR_FORMAT: any other status than
 * 200. Said in the log unless quiet.
 */
int http_get(const char *url, const char *path, bool quiet, struct buf *ret_body);
#endif
