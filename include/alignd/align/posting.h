/*
 * posting.h - a member of a dead block, in a row of its own: rows of postings
 * (store/layout.h).
 */
#ifndef ALIGND_ALIGN_POSTING_H
#define ALIGND_ALIGN_POSTING_H

#include "alignd/align/block.h"

#define POSTING_KEY_BYTES LAYOUT_POSTING_KEY_BYTES
#define POSTING_VALUE_BYTES 16

void posting_key_put(char out[POSTING_KEY_BYTES], uint64_t key, struct id id);

/* The signature, as it also stands behind the id of a member in the row of a live block.
 * Little-endian; here, since blocks are read by the hundred members. */
static inline void posting_value_put(char out[POSTING_VALUE_BYTES], const uint64_t signature[2])
{
    for (int i = 0; i < POSTING_VALUE_BYTES; i++)
        out[i] = (char)(signature[i / 8] >> (8 * (i % 8)));
}

static inline void posting_value_get(const char in[POSTING_VALUE_BYTES], uint64_t ret_signature[2])
{
    ret_signature[0] = ret_signature[1] = 0;
    for (int i = POSTING_VALUE_BYTES - 1; i >= 0; i--)
        ret_signature[i / 8] = ret_signature[i / 8] << 8 | (unsigned char)in[i];
}

/* ERR_STORE for rows that are none. */
int posting_decode(struct slice key, struct slice value, uint64_t *ret_key,
                   struct block_member *ret_member);
#endif
