/*
 * fuzz_rdf_patch.c - RDF Patch: any bytes are refused or decoded; what is
 * decoded survives a round trip; a patch skimmed through a growing window, as
 * files are read, gives what it gives at once.
 */
#include "fuzz_check.h"

#include "alignd/stream/rdf_patch.h"

/* The changes of whole rows and blocks, extent after extent; each window is a
 * copy of its own, so that a step behind its end is seen. */
static int skim_all(struct slice text, size_t step, struct arena *arena, size_t *ret_total)
{
    struct codec_limits limits = codec_limits_default();
    struct codec_error error;
    size_t from = 0, length = step, total = 0;
    struct rdf_patch_skim k = {0};
    while (from < text.len) {
        length = length > text.len - from ? text.len - from : length;
        char *window = malloc(length);
        FUZZ_CHECK(window);
        memcpy(window, text.data + from, length);
        struct term_scan s = term_scan_of((struct slice){window, length}, &limits, arena, &error);
        s.more = from + length < text.len;
        int rc = rdf_patch_skim(&s, 3, &k);
        free(window);
        FUZZ_CHECK(rc != ERR_RETRY || s.more);
        if (k.whole.bytes) {
            total += k.whole.changes;
            from += k.whole.bytes;
            length = step;
            k = (struct rdf_patch_skim){0};
        } else if (rc == ERR_RETRY) {
            length += step;
        } else {
            FUZZ_CHECK(rc < 0);
            return rc;
        }
    }
    *ret_total = total;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    while (text.len >= 3 &&
           memcmp(text.data, "\xef\xbb\xbf", 3) == 0) /* read behind, as of files */
        text = (struct slice){text.data + 3, text.len - 3};
    size_t count, total = 0, step = size ? 1 + data[size - 1] % 64u : 1;
    int rc = fuzz_decode(CODEC_RDF_PATCH, text, arena, &count);
    int skim_rc = skim_all(text, step, arena, &total);
    if (rc == 0)
        FUZZ_CHECK(skim_rc == 0 && total == count);
    if (skim_rc == 0 && text_is_utf8(text))
        FUZZ_CHECK(rc == 0);
    return 0;
}
