/*
 * page_table.h - the files of src/daemon/page as src/daemon/page/embed.cmake writes them while the
 * program is built.
 */
#ifndef ALIGND_DAEMON_PAGE_TABLE_H
#define ALIGND_DAEMON_PAGE_TABLE_H

#include <stddef.h>

struct page_file {
    const char *path, *type;
    const char *etag; /* in quotes, as the header has it */
    const unsigned char *bytes;
    size_t size;
};
extern const struct page_file page_table[];
extern const size_t page_table_count;
#endif
