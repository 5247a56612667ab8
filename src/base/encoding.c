/*
 * encoding.c - iconv, which asks for room again and again.
 */
#include "alignd/base/encoding.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#define ROOM 4096

struct encoding {
    iconv_t iconv;
};

int encoding_open(const char *name, struct encoding **ret_encoding)
{
    iconv_t iconv = iconv_open("UTF-8", name);
    if (iconv == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr): as POSIX has it */
        return ERR_NOT_FOUND;
    struct encoding *e = memory_calloc(1, sizeof(*e));
    e->iconv = iconv;
    *ret_encoding = e;
    return ERR_OK;
}

void encoding_close(struct encoding *e)
{
    if (!e)
        return;
    iconv_close(e->iconv);
    free(e);
}

int encoding_convert(struct encoding *e, const char *in, size_t n, struct buf *out,
                     size_t *ret_used)
{
    char *at = (char *)(uintptr_t)in; /* it is not written to */
    size_t left = n;
    int why = 0;
    assert(e && (in || !n));
    while (left && (!why || why == E2BIG)) {
        size_t room = ROOM, before = out->len;
        char *to = buf_extend(out, room);
        why = iconv(e->iconv, &at, &left, &to, &room) == (size_t)-1 ? errno : 0;
        out->len = before + ROOM - room;
    }
    *ret_used = n - left;
    return why == EILSEQ ? ERR_FORMAT : ERR_OK;
}
