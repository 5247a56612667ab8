/*
 * fuzz_json_change.c - JSON changes: any bytes are refused or decoded; what
 * is decoded survives a round trip; a document taken for itself or detected
 * gives the same.
 */
#include "fuzz_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    size_t count, detected_count;
    int rc = fuzz_decode(CODEC_JSON, text, arena, &count);
    if (codec_detect(text) == CODEC_JSON) {
        FUZZ_CHECK(fuzz_decode(CODEC_AUTO, text, arena, &detected_count) == rc);
        FUZZ_CHECK(detected_count == count);
    }
    return 0;
}
