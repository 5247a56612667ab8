/*
 * cursor.c - words to text and back, each in 16 digits.
 */
#include "cursor.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define DIGITS 16 /* of a word */

bool cursor_read(struct slice text, uint64_t *words, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    memset(words, 0, count * sizeof(*words));
    if (text.len != (text.len ? count * DIGITS : 0))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, text.data[i], 16);
        if (!digit)
            return false;
        words[i / DIGITS] = words[i / DIGITS] << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

void cursor_write(struct buf *out, const uint64_t *words, size_t count)
{
    assert(count > 0);
    for (size_t i = 0; i < count; i++)
        buf_append_format(out, "%016" PRIx64, words[i]);
}
