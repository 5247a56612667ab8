/*
 * layout.c - the key of an offset, the only one of no fixed length: topic, a 0, which no
 * topic's name holds, and the partition, so that a topic's partitions stand together.
 */
#include "alignd/store/layout.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"

#include <assert.h>

enum { PARTITION_BYTES = 4, TAIL_BYTES = 1 + PARTITION_BYTES }; /* the 0 before it too */

void layout_put_offset_key(struct buf *out, struct slice topic, int32_t partition)
{
    assert(!topic.len || !memchr(topic.data, '\0', topic.len));
    char tail[TAIL_BYTES] = {0};
    assert(partition >= 0);
    put_be32(tail + 1, (uint32_t)partition);
    buf_append_slice(out, topic);
    buf_append(out, tail, sizeof(tail));
}

int layout_get_offset_key(struct slice key, struct slice *ret_topic, int32_t *ret_partition)
{
    if (key.len < TAIL_BYTES || key.data[key.len - TAIL_BYTES] != '\0')
        return ERR_STORE;
    *ret_topic = (struct slice){key.data, key.len - TAIL_BYTES};
    *ret_partition = (int32_t)get_be32(key.data + key.len - PARTITION_BYTES);
    return ERR_OK;
}
