/*
 * fuzz_sssom.c - files of mappings: any bytes are refused, or give inserts of verdicts; those that
 * are left out line by line are fewer, never others; in small batches they are the same.  The first
 * byte says whether bad rows are left out, and how large the batches are.
 */
#include "fuzz_file.h"

#include "alignd/base/log.h"
#include "alignd/graph/verdict.h"
#include "alignd/stream/change_file.h"

/* What all changes are; in pieces that are no larger than a batch says. */
static int read_all(struct slice text, size_t most, bool skip, struct buf *ret_rows)
{
    struct change_file_rejects rejects = {.skip = skip};
    struct change_file *f;
    struct fuzz_file file = fuzz_file_of(text.data, text.len);
    size_t count = 1;
    int rc = change_file_open(file.path, CODEC_SSSOM, NULL, &f);
    if (rc) { /* packed otherwise than we unpack */
        fuzz_file_close(&file);
        return rc;
    }
    change_file_set_rejects(f, &rejects);
    while (!rc && count) {
        struct change *changes;
        rc = change_file_next(f, fuzz_arena(), most, &changes, &count);
        for (size_t i = 0; i < count && !rc; i++) {
            const char *wrong;
            fuzz_check_change(&changes[i]);
            FUZZ_CHECK(changes[i].op == CHANGE_INSERT);
            FUZZ_CHECK(verdict_of_change(&changes[i], &wrong) != VERDICT_NONE && !wrong);
            term_write_change(ret_rows, &changes[i]);
        }
    }
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
    change_file_close(f);
    fuzz_file_close(&file);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct slice text = {(const char *)data + 1, size - 1};
    struct buf whole = {0}, pieces = {0};
    bool skip = *data & 0x80;
    log_set_level(LOG_ERROR);
    int rc = read_all(text, 1000000, skip, &whole);
    int again = read_all(text, 1 + *data % 8, skip, &pieces);
    FUZZ_CHECK(rc == again);
    /* of a file that is refused the batches before the bad place were handed over */
    FUZZ_CHECK(rc || slice_equal(buf_slice(&whole), buf_slice(&pieces)));
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
