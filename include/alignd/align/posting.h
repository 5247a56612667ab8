/*
 * posting.h - a member of a dead block, in a row of its own: rows of postings
 * (store/layout.h).
 */
#ifndef ALIGND_ALIGN_POSTING_H
#define ALIGND_ALIGN_POSTING_H

#include "alignd/align/block.h"
#include "alignd/base/byte_order.h"

#define POSTING_KEY_BYTES LAYOUT_POSTING_KEY_BYTES
#define POSTING_VALUE_BYTES 16

void posting_key_put(char out[POSTING_KEY_BYTES], uint64_t key, struct id id);

/* The signature, as it also stands behind the id of a member in the row of a live block.
 * Little-endian; here, since blocks are read by the hundred members. */
static inline void posting_value_put(char out[POSTING_VALUE_BYTES], const uint64_t signature[2])
{
    put_le64(out, signature[0]);
    put_le64(out + 8, signature[1]);
}

static inline void posting_value_get(const char in[POSTING_VALUE_BYTES], uint64_t ret_signature[2])
{
    ret_signature[0] = get_le64(in);
    ret_signature[1] = get_le64(in + 8);
}

/* ERR_STORE for rows that are none. */
int posting_decode(struct slice key, struct slice value, uint64_t *ret_key,
                   struct block_member *ret_member);
#endif
