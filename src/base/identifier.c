/*
 * identifier.c - identifiers to their normal form.  By their shape alone: who declares a key need
 * not say which numbering it is of, and one that only looks like a number of a product becomes
 * another text, the same on both sides.
 */
#include "alignd/base/identifier.h"

#include "alignd/base/buf.h"
#include "alignd/base/text.h"

#include <string.h>

enum { ISBN_10 = 10, GTIN = 13, GTIN_MAX = 14 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_of(const char *text, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += is_digit(text[i]);
    return digits;
}

/* The check digit of the digits before it: each other one counts three times, the last one first.
 */
static char check_digit(const char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(digits[i] - '0') * ((n - i) % 2 ? 3 : 1);
    return (char)('0' + (10 - sum % 10) % 10);
}

static bool is_isbn10(const char *text, size_t n)
{
    unsigned sum = 0;
    if (n != ISBN_10 || digits_of(text, n - 1) != n - 1 || !(is_digit(text[9]) || text[9] == 'x'))
        return false;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(n - i) * (text[i] == 'x' ? 10 : (unsigned)(text[i] - '0'));
    return sum % 11 == 0;
}

static bool is_gtin(const char *text, size_t n)
{
    bool length = n == 8 || n == 12 || n == GTIN || n == GTIN_MAX;
    return length && digits_of(text, n) == n && check_digit(text, n - 1) == text[n - 1];
}

/* Of a number of a product or a book; others stay. */
static size_t align(char *text, size_t n)
{
    if (is_isbn10(text, n)) {
        memmove(text + 3, text, 9);
        memcpy(text, "978", 3);
        text[12] = check_digit(text, 12);
        return GTIN;
    }
    if (!is_gtin(text, n) || (n == GTIN_MAX && text[0] != '0'))
        return n;
    if (n == GTIN_MAX) {
        memmove(text, text + 1, GTIN);
    } else {
        memmove(text + GTIN - n, text, n);
        memset(text, '0', GTIN - n);
    }
    return GTIN;
}

/* What people write before the number: ISBN 3-16-148410-X, urn:isbn:... */
static struct slice without_scheme(struct slice text)
{
    static const char *const before[] = {"urn:", "isbn", "-13", "-10", ":"};
    for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
        size_t n = strlen(before[i]);
        if (text.len > n && memcmp(text.data, before[i], n) == 0)
            text = (struct slice){text.data + n, text.len - n};
    }
    return text;
}

/* Without blanks, dashes; 0: there is no room. */
static size_t squeeze(struct slice text, char out[IDENTIFIER_BYTES])
{
    size_t n = 0;
    while (text.len) {
        struct slice from = text;
        int32_t point = text_next_point(&text);
        bool dash = point == '-' || (point >= 0x2010 && point <= 0x2015) || point == 0x2212;
        size_t bytes = from.len - text.len;
        if (point == ' ' || dash)
            continue;
        if (bytes > IDENTIFIER_BYTES - n)
            return 0;
        memcpy(out + n, from.data, bytes);
        n += bytes;
    }
    return n;
}

static bool says_something(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c > '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80)
            return true;
    }
    return false;
}

size_t identifier_normalise(struct slice text, char out[IDENTIFIER_BYTES])
{
    char isbn[IDENTIFIER_BYTES];
    struct buf normal = {0};
    if (text.len > 4 * IDENTIFIER_BYTES)
        return 0;
    text_normalise(&normal, text);
    size_t n = squeeze(buf_slice(&normal), out);
    size_t bare = squeeze(without_scheme(buf_slice(&normal)), isbn);
    buf_fini(&normal);
    if (bare < n && (is_isbn10(isbn, bare) || is_gtin(isbn, bare))) {
        memcpy(out, isbn, bare);
        n = bare;
    }
    return says_something(out, n) ? align(out, n) : 0;
}
