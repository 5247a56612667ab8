/*
 * page_files.h - the page for people (src/daemon/page), which is part of the program: its HTML at
 * /, each of its other files under its own name.
 */
#ifndef ALIGND_DAEMON_PAGE_FILES_H
#define ALIGND_DAEMON_PAGE_FILES_H

#include "alignd/daemon/http.h"

/* 0: it is none of these paths; else the status, 304 where the browser has the file already. */
unsigned page_files_answer(const struct http_request *request, struct http_answer *answer);
#endif
