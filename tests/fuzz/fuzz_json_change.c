/*
 * fuzz_json_change.c - JSON changes: any bytes are refused or decoded; what
 * is decoded survives a round trip; a document taken for itself or detected
 * gives the same; an object gives the same without a parser (the flat shape)
 * and with one, which a member that is ignored makes necessary.
 */
#include "fuzz_check.h"

static void check_parsed(struct slice text, struct arena *arena, int rc, size_t count)
{
    static const char member[] = "{\"an ignored one\":0,";
    size_t white = 0, parsed_count;
    while (white < text.len && memchr(" \t\r\n", text.data[white], 4))
        white++;
    if (white == text.len || text.data[white] != '{' ||
        memmem(text.data, text.len, "an ignored one", 14))
        return;
    struct buf longer = {0};
    buf_append_text(&longer, member);
    buf_append(&longer, text.data + white + 1, text.len - white - 1);
    FUZZ_CHECK(fuzz_decode(CODEC_JSON, buf_slice(&longer), arena, &parsed_count) == rc);
    FUZZ_CHECK(parsed_count == count);
    if (rc == 0) {
        struct change *flat, *parsed;
        FUZZ_CHECK(codec_decode(CODEC_JSON, text, NULL, arena, &flat, &count, NULL) == 0);
        FUZZ_CHECK(
            codec_decode(CODEC_JSON, buf_slice(&longer), NULL, arena, &parsed, &count, NULL) == 0);
        for (size_t i = 0; i < count; i++) {
            FUZZ_CHECK(flat[i].op == parsed[i].op);
            FUZZ_CHECK(fuzz_same_term(&flat[i].subject, &parsed[i].subject));
            FUZZ_CHECK(fuzz_same_term(&flat[i].predicate, &parsed[i].predicate));
            FUZZ_CHECK(fuzz_same_term(&flat[i].object, &parsed[i].object));
        }
    }
    buf_fini(&longer);
}

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
    check_parsed(text, arena, rc, count);
    return 0;
}
