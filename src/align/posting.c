/*
 * posting.c - rows of postings: a member of a dead block each, keyed by block and
 * id, so that a member of a stop word comes and goes without its millions of
 * others, and a block that comes alive finds its own in one walk.
 */
#include "alignd/align/posting.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"

void posting_key_put(char out[POSTING_KEY_BYTES], uint64_t key, struct id id)
{
    put_be64(out, key);
    id_put(out + 8, id);
}

int posting_decode(struct slice key, struct slice value, uint64_t *ret_key,
                   struct block_member *ret_member)
{
    if (key.len != POSTING_KEY_BYTES || value.len != POSTING_VALUE_BYTES)
        return ERR_STORE;
    *ret_key = get_be64(key.data);
    ret_member->id = id_get(key.data + 8);
    posting_value_get(value.data, ret_member->signature);
    return ERR_OK;
}
