/*
 * fuzz_nquads.c - N-Quads: any bytes are refused or decoded; what is decoded
 * survives a round trip; a text cut into lines gives what it gives at once.
 */
#include "fuzz_check.h"

static size_t decode_lines(struct slice text, struct arena *arena)
{
    size_t total = 0;
    while (text.len) {
        const char *newline = memchr(text.data, '\n', text.len);
        size_t n = newline ? (size_t)(newline - text.data) + 1 : text.len, count;
        FUZZ_CHECK(fuzz_decode(CODEC_NQUADS, (struct slice){text.data, n}, arena, &count) == 0);
        total += count;
        text = (struct slice){text.data + n, text.len - n};
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    size_t count;
    if (fuzz_decode(CODEC_NQUADS, text, arena, &count) == 0)
        FUZZ_CHECK(decode_lines(text, arena) == count);
    return 0;
}
