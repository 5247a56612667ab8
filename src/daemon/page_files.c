/*
 * page_files.c - what the browser gets of the page.  It may keep a file and asks each time whether
 * it is still that, so a page never works with the scripts of another program's version.
 */
#include "alignd/daemon/page_files.h"

#include "page_table.h"

#include <assert.h>
#include <string.h>

/* Nothing from elsewhere, no script within the page, in no frame of another one: names come from
 * catalogs, and whatever they say shall be but text. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const struct page_file *find(const char *path)
{
    assert(page_table_count > 0);
    for (size_t i = 0; i < page_table_count; i++)
        if (strcmp(page_table[i].path, path) == 0)
            return &page_table[i];
    return NULL;
}

unsigned page_files_answer(const struct http_request *request, struct http_answer *answer)
{
    const struct page_file *file = find(request->path);
    if (!file)
        return 0;
    const char *has = http_header(request, "If-None-Match");
    assert(!answer->body->len && file->size);
    answer->type = file->type;
    http_answer_add(answer, "ETag", file->etag);
    http_answer_add(answer, "Cache-Control", "no-cache");
    http_answer_add(answer, "Content-Security-Policy", POLICY);
    http_answer_add(answer, "Referrer-Policy", "no-referrer");
    if (has && strstr(has, file->etag))
        return 304;
    buf_append_slice(answer->body, (struct slice){(const char *)file->bytes, file->size});
    return 200;
}
