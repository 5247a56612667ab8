#include "synth_internal.h"

#include <string.h>

void synth_spell_lose_word(struct buf *out, uint64_t h)
{
    char *text = out->data;
    size_t len = out->len, words = 1, at = 0, k = 0;
    for (size_t i = 0; i < len; i++)
        words += text[i] == ' ';
    if (words < 2)
        return;
    for (size_t which = h % words; k < which; at++)
        k += text[at] == ' ';
    size_t end = at;
    while (end < len && text[end] != ' ')
        end++;
    if (end < len)
        end++;
    memmove(text + at, text + end, len - end);
    len -= end - at;
    while (len && text[len - 1] == ' ')
        len--;
    out->len = len;
}

void synth_spell_recast_person(struct buf *out, uint64_t h)
{
    const char *space = out->len ? memchr(out->data, ' ', out->len) : NULL;
    char copy[200];
    size_t n = out->len;
    if (!space || n >= sizeof(copy))
        return;
    memcpy(copy, out->data, n);
    size_t first = (size_t)(space - out->data), last = n;
    while (last > 0 && copy[last - 1] != ' ')
        last--;
    buf_clear(out);
    if (h % 3) {
        buf_append_format(out, "%c. %.*s", copy[0], (int)(n - last), copy + last);
    } else {
        buf_append_format(out, "%.*s, %.*s", (int)(n - last), copy + last, (int)first, copy);
    }
}

void synth_spell_slip(struct buf *out, uint64_t h)
{
    if (out->len < 4)
        return;
    size_t at = 1 + h % (out->len - 2);
    char *x = out->data;
    switch (h >> 32 & 3) {
    case 0: { /* two letters change places */
        char c = x[at];
        x[at] = x[at + 1];
        x[at + 1] = c;
        break;
    }
    case 1: /* one is lost */
        memmove(x + at, x + at + 1, out->len - at - 1);
        out->len--;
        break;
    case 2: /* another letter */
        x[at] = (char)('a' + h / 64 % 26);
        break;
    default: /* one twice */
        buf_append_char(out, out->data[out->len - 1]);
        memmove(out->data + at + 1, out->data + at, out->len - at - 2);
    }
}

void synth_spell_capitals(struct buf *out)
{
    for (size_t k = 0; k < out->len; k++)
        if ((k == 0 || out->data[k - 1] == ' ') && out->data[k] >= 'a' && out->data[k] <= 'z')
            out->data[k] = (char)(out->data[k] - 32);
}
