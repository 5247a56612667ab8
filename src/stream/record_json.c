/*
 * record_json.c - a recursive descent into an arena.  A parser of its own, since those at hand
 * make numbers of what are names here: 12345678901234567890 and 1.10 are ids, and lose digits as
 * integers and doubles.
 *
 *  (1) Depth is bounded by limits.nesting, so is the stack.
 */
#include "alignd/stream/record_json.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"

#include <assert.h>

struct parser {
    struct term_scan *s;
    size_t depth, values;
};

static void skip_white(struct term_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static int refuse(struct term_scan *s, const char *at, const char *why)
{
    return term_scan_fail(s, at, ERR_FORMAT, "json", "%s", why);
}

/* --- strings --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits at p; -1 for anything else. */
static int32_t read_unit(const char *p, const char *end)
{
    assert(p <= end);
    int32_t unit = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static char *put_character(char *out, uint32_t c)
{
    assert(c <= 0x10ffff);
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *out++ = (char)((0xff00 >> (more + 1)) | (c >> (6 * more)));
    while (more-- > 0)
        *out++ = (char)(0x80 | ((c >> (6 * more)) & 0x3f));
    return out;
}

/* \uXXXX, or two that make a pair, at the digits; NULL where it is none that may stand here. */
static const char *read_escaped_point(const char *p, const char *end, uint32_t *ret_point)
{
    int32_t high = read_unit(p, end), low;
    if (high <= 0 || (high >= 0xdc00 && high < 0xe000))
        return NULL;
    p += 4;
    *ret_point = (uint32_t)high;
    if (high < 0xd800 || high >= 0xe000)
        return p;
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return NULL;
    low = read_unit(p + 2, end);
    if (low < 0xdc00 || low >= 0xe000)
        return NULL;
    *ret_point = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    assert(*ret_point >= 0x10000 && *ret_point <= 0x10ffff);
    return p + 6;
}

/* The text between its quotes, which has escapes. */
static int decode_string(struct term_scan *s, const char *p, const char *end, struct slice *ret)
{
    assert(s->start <= p && p <= end && end <= s->end);
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    size_t room = (size_t)(end - p); /* no escape is shorter than what it stands for */
    char *text = arena_alloc(s->arena, room), *out = text;
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        const char *escape = p++, *letter = *p ? strchr(letters, *p) : NULL;
        uint32_t point;
        if (letter) {
            *out++ = meanings[letter - letters];
            p++;
        } else if (*p == 'u' && (p = read_escaped_point(p + 1, end, &point))) {
            out = put_character(out, point);
        } else {
            return refuse(s, escape, "an escape that is none, of NUL, or of half a character");
        }
    }
    assert((size_t)(out - text) <= room);
    *ret = (struct slice){text, (size_t)(out - text)};
    return ERR_OK;
}

/* At its opening quote. */
static int read_string(struct term_scan *s, struct slice *ret_text)
{
    assert(s->at < s->end && *s->at == '"');
    const char *start = s->at + 1, *p = start;
    bool escapes = false;
    for (; p < s->end && *p != '"'; p++) {
        if ((uint8_t)*p < 0x20)
            return refuse(s, p, "a control character in a string");
        if (*p != '\\')
            continue;
        escapes = true;
        p += p + 1 < s->end;
    }
    if (p == s->end)
        return term_scan_cut(s, "a string");
    s->at = p + 1;
    assert(s->at <= s->end);
    if (escapes)
        return decode_string(s, start, p, ret_text);
    *ret_text = (struct slice){start, (size_t)(p - start)};
    return ERR_OK;
}

/* --- numbers and words --- */

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Behind the number at p; NULL where there is none. */
static const char *skip_number(const char *p, const char *end)
{
    assert(p <= end);
    p += p < end && *p == '-';
    const char *digits = p;
    p = skip_digits(p, end);
    if (p == digits || (*digits == '0' && p > digits + 1))
        return NULL;
    if (p < end && *p == '.') {
        digits = ++p;
        p = skip_digits(p, end);
        if (p == digits)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        digits = p;
        p = skip_digits(p, end);
        if (p == digits)
            return NULL;
    }
    return p;
}

static int read_plain(struct term_scan *s, struct record_value *v)
{
    static const struct {
        const char *word;
        enum record_kind kind;
    } words[] = {{"null", RECORD_NULL}, {"true", RECORD_BOOL}, {"false", RECORD_BOOL}};
    const char *end = skip_number(s->at, s->end);
    v->kind = RECORD_NUMBER;
    for (size_t i = 0; !end && i < sizeof(words) / sizeof(*words); i++) {
        size_t n = strlen(words[i].word);
        if ((size_t)(s->end - s->at) < n || memcmp(s->at, words[i].word, n) != 0)
            continue;
        v->kind = words[i].kind;
        end = s->at + n;
    }
    const char *p = s->at;
    while (!end && p < s->end &&
           (memchr("+-.", *p, 3) || hex_digit(*p) >= 0 ||
            memchr("lnrstu", *p, 6))) /* of a number or a word */
        p++;
    bool goes_on = end ? end == s->end && v->kind == RECORD_NUMBER : p == s->end;
    if (goes_on && s->more)
        return term_scan_cut(s, "a value");
    if (!end)
        return refuse(s, s->at, "expected a value");
    assert(end > s->at && end <= s->end);
    v->text = (struct slice){s->at, (size_t)(end - s->at)};
    s->at = end;
    return ERR_OK;
}

/* --- arrays and objects --- */

static int read_value(struct parser *p, struct record_value *v);

static struct record_value *find_twice(struct term_scan *s, struct record_value *object,
                                       size_t count)
{
    enum { FEW = 12 };
    if (count <= FEW) {
        for (struct record_value *a = object->first; a; a = a->next)
            for (struct record_value *b = object->first; b != a; b = b->next)
                if (slice_equal(a->name, b->name))
                    return a;
        return NULL;
    }
    size_t size = 64;
    while (size < 2 * count)
        size *= 2;
    assert(size >= 2 * count && (size & (size - 1)) == 0);
    struct record_value **slots = arena_calloc(s->arena, size, sizeof(*slots));
    for (struct record_value *a = object->first; a; a = a->next) {
        size_t at = hash_bytes(a->name, 0) & (size - 1);
        for (; slots[at]; at = (at + 1) & (size - 1))
            if (slice_equal(slots[at]->name, a->name))
                return a;
        slots[at] = a;
    }
    return NULL;
}

/* "name" : */
static int read_name(struct term_scan *s, struct slice *ret_name)
{
    skip_white(s);
    if (s->at == s->end)
        return term_scan_cut(s, "an object");
    if (*s->at != '"')
        return refuse(s, s->at, "expected the name of a member");
    int rc = read_string(s, ret_name);
    if (rc)
        return rc;
    skip_white(s);
    if (s->at == s->end)
        return term_scan_cut(s, "an object");
    if (*s->at != ':')
        return refuse(s, s->at, "expected ':'");
    s->at++;
    return ERR_OK;
}

/* At the bracket; what stands between is separated by commas. */
static int read_inside(struct parser *p, struct record_value *v, char close)
{
    assert(close == '}' || close == ']');
    struct term_scan *s = p->s;
    struct record_value **last = &v->first;
    size_t count = 0;
    int rc = ERR_OK;
    assert(s->at < s->end && *s->at == (close == '}' ? '{' : '['));
    s->at++;
    skip_white(s);
    if (s->at < s->end && *s->at == close) {
        s->at++;
        return ERR_OK;
    }
    for (;; s->at++) {
        struct record_value *item = arena_calloc(s->arena, 1, sizeof(*item));
        if ((close == '}' && (rc = read_name(s, &item->name))) || (rc = read_value(p, item)))
            return rc;
        *last = item;
        last = &item->next;
        count++;
        skip_white(s);
        if (s->at == s->end)
            return term_scan_cut(s, close == '}' ? "an object" : "an array");
        if (*s->at == close)
            break;
        if (*s->at != ',')
            return refuse(s, s->at, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    s->at++;
    struct record_value *twice = close == '}' ? find_twice(s, v, count) : NULL;
    if (twice)
        return term_scan_fail(s, twice->at, ERR_FORMAT, "json", "a member '%.*s' stands twice",
                              twice->name.len < 60 ? (int)twice->name.len : 60, twice->name.data);
    return ERR_OK;
}

static int read_value(struct parser *p, struct record_value *v)
{
    struct term_scan *s = p->s;
    skip_white(s);
    v->at = s->at;
    if (s->at == s->end)
        return term_scan_cut(s, "a JSON value");
    if (++p->values > s->limits->rows)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-values", "over %zu values",
                              s->limits->rows);
    if (*s->at == '"') {
        v->kind = RECORD_TEXT;
        return read_string(s, &v->text);
    }
    if (*s->at != '[' && *s->at != '{')
        return read_plain(s, v);
    if (++p->depth > s->limits->nesting) /* (1) */
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-nesting", "over %zu levels deep",
                              s->limits->nesting);
    v->kind = *s->at == '[' ? RECORD_ARRAY : RECORD_OBJECT;
    int rc = read_inside(p, v, v->kind == RECORD_ARRAY ? ']' : '}');
    assert(p->depth > 0 && (rc || p->depth <= s->limits->nesting)); /* (1) */
    p->depth--;
    return rc;
}

int record_json_read(struct term_scan *s, struct record_value **ret_value)
{
    assert(s->start <= s->at && s->at <= s->end);
    struct parser p = {.s = s};
    struct record_value *v = arena_calloc(s->arena, 1, sizeof(*v));
    int rc = read_value(&p, v);
    if (rc)
        return rc;
    assert(s->at > s->start && s->at <= s->end && !p.depth);
    *ret_value = v;
    return ERR_OK;
}

const struct record_value *record_json_get(const struct record_value *object, struct slice name)
{
    if (!object || object->kind != RECORD_OBJECT)
        return NULL;
    for (const struct record_value *v = object->first; v; v = v->next)
        if (slice_equal(v->name, name))
            return v;
    return NULL;
}
