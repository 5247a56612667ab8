/*
 * fuzz_model.c - the file of a model (safetensors): any bytes are refused or
 * read; what is read is saved and read again as the same model.
 *
 * The first byte says how the rest is meant: even, a file as it is; odd, a
 * header behind three bytes of how much data follow, which are all zero - so
 * that a header with the shapes of a whole model fits in a few kilobytes.
 */
#include "fuzz_file.h"

#include "alignd/model/model.h"

static void append_header(struct buf *file, const uint8_t *data, size_t size)
{
    size_t zeros = data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    buf_append_u64(file, size - 3);
    buf_append(file, data + 3, size - 3);
    char *room = buf_extend(file, zeros);
    FUZZ_CHECK(room || zeros == 0);
    if (zeros)
        memset(room, 0, zeros);
}

static void check_round_trip(const struct model *m)
{
    static char path[64];
    struct model *again;
    if (!path[0])
        snprintf(path, sizeof path, "/tmp/fuzz_model.%d", (int)getpid());
    FUZZ_CHECK(model_save(m, path) == 0);
    FUZZ_CHECK(model_load(path, &again) == 0);
    FUZZ_CHECK(model_digest(again) == model_digest(m));
    FUZZ_CHECK(model_threshold(again) == model_threshold(m));
    FUZZ_CHECK(model_relation_count(again) == model_relation_count(m));
    model_free(again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    struct buf bytes = {0};
    if (data[0] & 1)
        append_header(&bytes, data + 1, size - 1);
    else
        buf_append(&bytes, data + 1, size - 1);
    struct fuzz_file f = fuzz_file_of(bytes.data, bytes.len);
    struct model *m = NULL;
    int rc = model_load(f.path, &m);
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_VERSION);
    if (!rc) {
        int index = model_relation_index(m, slice_of("director"), false);
        FUZZ_CHECK(index >= 0 && index < model_relation_count(m));
        check_round_trip(m);
    }
    model_free(m);
    fuzz_file_close(&f);
    buf_fini(&bytes);
    return 0;
}
