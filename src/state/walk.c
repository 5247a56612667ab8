/*
 * walk.c - the one loop over the rows of a family: what may go wrong with an iterator is
 * asked here and nowhere else.
 */
#include "alignd/state/walk.h"

#include "alignd/base/err.h"

int walk_rows(struct kv *kv, enum kv_family family,
              int (*visit)(void *arg, struct slice key, struct slice value), void *arg)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    int rc = ERR_OK;
    for (kv_iter_seek(it, slice_of("")); !rc && kv_iter_valid(it); kv_iter_next(it))
        rc = visit(arg, kv_iter_key(it), kv_iter_value(it));
    if (!rc)
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}
