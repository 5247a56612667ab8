/*
 * walk.c - the one loop over the rows of a family: what may go wrong with an iterator is
 * asked here and nowhere else.
 */
#include "alignd/state/walk.h"

#include "alignd/base/err.h"

#include <string.h>

static bool begins_with(struct slice key, struct slice prefix)
{
    return key.len >= prefix.len && !memcmp(key.data, prefix.data, prefix.len);
}

int walk_prefix(struct kv *kv, enum kv_family family, struct slice prefix, walk_visit *visit,
                void *arg)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    int rc = ERR_OK;
    kv_iter_seek(it, prefix);
    for (; kv_iter_valid(it) && begins_with(kv_iter_key(it), prefix); kv_iter_next(it))
        if ((rc = visit(arg, kv_iter_key(it), kv_iter_value(it))))
            goto done;
    rc = kv_iter_status(it);
done:
    kv_iter_free(it);
    return rc;
}

int walk_rows(struct kv *kv, enum kv_family family, walk_visit *visit, void *arg)
{
    return walk_prefix(kv, family, slice_of(""), visit, arg);
}
