/*
 * fuzz_turtle.c - Turtle and TriG: any bytes are refused, with words and a place, or decoded; what
 * is decoded survives a round trip.  A file of them, whose bad statements are left out, is read to
 * its end.  The first byte says which of the two.
 */
#include "fuzz_file.h"

#include "alignd/base/log.h"
#include "alignd/stream/change_file.h"

static size_t read_file(struct slice text, enum codec_format format, bool skip, int *ret_rc)
{
    struct change_file_rejects rejects = {.skip = skip};
    struct change_file *f;
    struct fuzz_file file = fuzz_file_of(text.data, text.len);
    size_t count = 1, total = 0;
    int rc = 0;
    *ret_rc = change_file_open(file.path, format, NULL, &f); /* not of what is packed */
    if (*ret_rc) {
        fuzz_file_close(&file);
        return 0;
    }
    change_file_set_rejects(f, &rejects);
    while (!rc && count) {
        struct change *changes;
        rc = change_file_next(f, fuzz_arena(), 3, &changes, &count);
        for (size_t i = 0; i < count && !rc; i++)
            fuzz_check_change(&changes[i]);
        total += rc ? 0 : count;
    }
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
    change_file_close(f);
    fuzz_file_close(&file);
    *ret_rc = rc;
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    enum codec_format format = *data & 1 ? CODEC_TRIG : CODEC_TURTLE;
    struct slice text = {(const char *)data + 1, size - 1};
    size_t count;
    int file_rc;
    log_set_level(LOG_ERROR);
    int rc = fuzz_decode(format, text, fuzz_arena(), &count);
    size_t total = read_file(text, format, false, &file_rc);
    if (!rc && !file_rc)
        FUZZ_CHECK(total == count);
    read_file(text, format, true, &file_rc);
    return 0;
}
