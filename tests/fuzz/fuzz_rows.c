/*
 * fuzz_rows.c - stored rows: any bytes are ERR_STORE or a row that, written,
 * reads back as itself.  The first byte says of which kind.
 */
#include "fuzz_check.h"

#include "alignd/align/block.h"
#include "alignd/align/decided.h"
#include "alignd/align/pair_list.h"
#include "alignd/align/posting.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/node.h"
#include "alignd/graph/sample.h"
#include "alignd/stream/commit_mark.h"

/* A row as an encoder of ours writes it decodes and encodes to the same bytes. */
#define CHECK_KIND(kind, decode, encode)                                                           \
    static void check_##kind(struct slice row, struct arena *arena)                                \
    {                                                                                              \
        struct kind first, second;                                                                 \
        struct buf once = {0}, twice = {0};                                                        \
        int rc = decode(row, arena, &first);                                                       \
        FUZZ_CHECK(rc == 0 || rc == ERR_STORE);                                                    \
        if (rc)                                                                                    \
            return;                                                                                \
        encode(&once, &first);                                                                     \
        FUZZ_CHECK(decode(buf_slice(&once), arena, &second) == 0);                                 \
        encode(&twice, &second);                                                                   \
        FUZZ_CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));                              \
        buf_fini(&once);                                                                           \
        buf_fini(&twice);                                                                          \
    }
CHECK_KIND(node, node_decode, node_encode)
CHECK_KIND(sample, sample_decode, sample_encode)
CHECK_KIND(block, block_decode, block_encode)
CHECK_KIND(pair_list, pair_list_decode, pair_list_encode)
CHECK_KIND(decided_list, decided_decode, decided_encode)

static void check_edge(struct slice row)
{
    struct slice key = {row.data, row.len < EDGE_KEY_BYTES ? row.len : EDGE_KEY_BYTES};
    struct slice value = {row.data + key.len, row.len - key.len};
    struct edge e;
    struct id id;
    int rc = edge_decode(key, value, &id, &e);
    FUZZ_CHECK(rc == (key.len == EDGE_KEY_BYTES ? 0 : ERR_STORE));
    if (rc)
        return;
    char again[EDGE_KEY_BYTES];
    edge_key(again, id, &e);
    FUZZ_CHECK(memcmp(again, key.data, key.len) == 0);
    struct term term;
    if (edge_value_decode(value, &term) == 0) {
        struct buf out = {0};
        struct term back;
        edge_value_encode(&out, &term);
        FUZZ_CHECK(edge_value_decode(buf_slice(&out), &back) == 0 && fuzz_same_term(&term, &back));
        buf_fini(&out);
    }
}

static void check_posting(struct slice row)
{
    struct slice key = {row.data, row.len < POSTING_KEY_BYTES ? row.len : POSTING_KEY_BYTES};
    struct block_member member;
    uint64_t block;
    int rc =
        posting_decode(key, (struct slice){row.data + key.len, row.len - key.len}, &block, &member);
    FUZZ_CHECK(rc == 0 || rc == ERR_STORE);
}

static void check_commit_mark(struct slice text)
{
    struct commit_mark mark, again;
    char out[COMMIT_MARK_MAX];
    if (!commit_mark_parse(text, &mark))
        return;
    commit_mark_format(out, &mark);
    FUZZ_CHECK(commit_mark_parse(slice_of(out), &again));
    FUZZ_CHECK(again.epoch == mark.epoch && again.head == mark.head);
    FUZZ_CHECK(strcmp(again.uuid, mark.uuid) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = fuzz_arena();
    /* a copy that ends where the row does: a step behind it is seen */
    char *copy = malloc(size - 1 ? size - 1 : 1);
    FUZZ_CHECK(copy);
    memcpy(copy, data + 1, size - 1);
    struct slice row = {copy, size - 1};
    switch (data[0] % 8) {
    case 0:
        check_node(row, arena);
        break;
    case 1:
        check_sample(row, arena);
        break;
    case 2:
        check_block(row, arena);
        break;
    case 3:
        check_pair_list(row, arena);
        break;
    case 4:
        check_edge(row);
        break;
    case 5:
        check_posting(row);
        break;
    case 6:
        check_commit_mark(row);
        break;
    case 7:
        check_decided_list(row, arena);
        break;
    }
    free(copy);
    return 0;
}
