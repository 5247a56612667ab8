/*
 * text_normalise.c - the normal form of text.h, in one walk over the text by three ways: ASCII
 * in a loop without branches, characters of two bytes by a table made once, all else by
 * utf8proc, a character at a time.  They give the same; text is mostly of the first kind.
 *
 *  (1) Only a base and the marks behind it, or the parts of a Hangul syllable, are held back,
 *      at most 3 + MARKS_MAX points: nothing else composes, so the rest is written at once.
 */
#include "alignd/base/text.h"

#include "alignd/base/err.h"
#include "text_internal.h"

#include <assert.h>
#include <pthread.h>
#include <utf8proc.h>

#define MARKS_MAX 30  /* of one row (Stream-Safe Text Format, UAX 15) */
#define POINTS_MAX 32 /* of one decomposed character; the longest has 18 */
#define REPAIRS_MAX 8 /* entities within entities, text misread more than once */
#define SHORT_FIRST 0x80
#define SHORT_END 0x800 /* code points of two bytes: Latin, Greek, Cyrillic, Hebrew, Arabic */

/* What becomes of an ASCII byte: itself, its lower case, or 0 for white space. */
static inline char fold_ascii(unsigned char c)
{
    if (c <= ' ' || c == 0x7f)
        return 0;
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/*
 * The character being put together: a base and the marks behind it, or a
 * Hangul syllable in its parts.  Nothing else composes, so anything else
 * closes it.
 */
struct folding {
    struct buf *out;
    size_t start; /* where this text begins in out */
    bool gap;     /* white space is due before the next character */
    utf8proc_int32_t held[3 + MARKS_MAX];
    size_t count;
    size_t marks; /* at the end of held */
};

static void write_point(struct folding *f, int32_t point)
{
    assert(f->start <= f->out->len && point >= 0);
    char bytes[5];
    size_t n = 0;
    if (f->gap && f->out->len > f->start)
        bytes[n++] = ' ';
    f->gap = false;
    n += text_encode(bytes + n, point);
    buf_append(f->out, bytes, n);
}

/* Marks of one row come in the order of their canonical classes, equals as they came. */
static void order_marks(utf8proc_int32_t *at, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        utf8proc_int32_t point = at[i];
        int class = utf8proc_get_property(point)->combining_class;
        size_t j = i;
        for (; class && j > 0; j--) {
            if (utf8proc_get_property(at[j - 1])->combining_class <= class)
                break;
            at[j] = at[j - 1];
        }
        at[j] = point;
    }
}

static void close_held(struct folding *f)
{
    assert(f->marks <= f->count);
    if (f->count > 1) {
        order_marks(f->held, f->count);
        utf8proc_ssize_t n = utf8proc_normalize_utf32(f->held, (utf8proc_ssize_t)f->count,
                                                      UTF8PROC_COMPOSE | UTF8PROC_STABLE);
        f->count = n < 0 ? f->count : (size_t)n;
    }
    for (size_t i = 0; i < f->count; i++)
        write_point(f, f->held[i]);
    f->count = 0;
}

static bool is_accent(const utf8proc_property_t *property)
{
    int class = property->combining_class;
    return property->category == UTF8PROC_CATEGORY_ME || class == 1 ||
           (class >= 10 && class <= 36) || class >= 200;
}

/* Whether a part of a Hangul syllable goes on with the one held. */
static bool continues_syllable(const struct folding *f, int32_t point)
{
    bool vowel = point >= 0x1161 && point <= 0x1175;
    bool final = point >= 0x11a8 && point <= 0x11c2;
    bool after_initial = f->count == 1 && f->held[0] >= 0x1100 && f->held[0] <= 0x1112;
    bool after_vowel = f->count == 2 && f->held[1] >= 0x1161 && f->held[1] <= 0x1175;
    return (vowel && after_initial) || (final && after_vowel);
}

/* Takes one folded and decomposed code point. */
static void take_point(struct folding *f, int32_t point)
{
    const utf8proc_property_t *property = utf8proc_get_property(point);
    switch (property->category) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        close_held(f);
        f->marks = 0;
        f->gap = true;
        return;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        if (is_accent(property) || f->marks == MARKS_MAX)
            return;
        f->marks++;
        break;
    default:
        if (!continues_syllable(f, point))
            close_held(f);
        f->marks = 0;
    }
    assert(f->count < sizeof(f->held) / sizeof(*f->held)); /* (1) */
    f->held[f->count++] = point;
}

/* Lower-case Latin letters that Unicode does not take apart, and how they are written
 * without them; by code point.  Source: CLDR, transform Latin-ASCII. */
static const struct latin_letter {
    uint16_t point;
    char ascii[3];
} latin_letters[] = {
    {0x00e6, "ae"}, {0x00f0, "d"}, {0x00f8, "o"}, {0x00fe, "th"}, {0x0111, "d"},  {0x0127, "h"},
    {0x0131, "i"},  {0x0138, "q"}, {0x0142, "l"}, {0x014b, "n"},  {0x0153, "oe"}, {0x0167, "t"},
    {0x0180, "b"},  {0x0183, "b"}, {0x0188, "c"}, {0x018c, "d"},  {0x0192, "f"},  {0x0199, "k"},
    {0x019a, "l"},  {0x019e, "n"}, {0x01a5, "p"}, {0x01ab, "t"},  {0x01ad, "t"},  {0x01b4, "y"},
    {0x01b6, "z"},  {0x01dd, "e"}, {0x01e5, "g"}, {0x0221, "d"},  {0x0225, "z"},  {0x0234, "l"},
    {0x0235, "n"},  {0x0236, "t"}, {0x0237, "j"}, {0x023c, "c"},  {0x0247, "e"},  {0x0249, "j"},
    {0x024b, "q"},  {0x024d, "r"}, {0x024f, "y"}, {0x0253, "b"},  {0x0256, "d"},  {0x0257, "d"},
    {0x0259, "e"},  {0x025b, "e"}, {0x0260, "g"}, {0x0268, "i"},  {0x0272, "n"},  {0x0288, "t"},
    {0x0289, "u"},  {0x028b, "v"}, {0x2c65, "a"}, {0x2c66, "t"},
};

static const char *ascii_of_latin(int32_t point)
{
    size_t low = 0, high = sizeof(latin_letters) / sizeof(*latin_letters);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (latin_letters[middle].point == point)
            return latin_letters[middle].ascii;
        if (latin_letters[middle].point < point)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The letters of a character, folded and taken apart: their number. */
static size_t decompose(int32_t point, utf8proc_int32_t points[POINTS_MAX])
{
    const utf8proc_option_t options =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    utf8proc_ssize_t n = utf8proc_decompose_char(point, points, POINTS_MAX - 1, options, NULL);
    if (n <= 0 || n > POINTS_MAX - 1)
        return 0;
    const char *ascii = ascii_of_latin(points[0]);
    if (!ascii)
        return (size_t)n;
    size_t length = strlen(ascii);
    assert((size_t)n - 1 + length <= POINTS_MAX);
    memmove(points + length, points + 1, (size_t)(n - 1) * sizeof(*points));
    for (size_t i = 0; i < length; i++)
        points[i] = ascii[i];
    return (size_t)n - 1 + length;
}

/* What becomes of a character of two bytes when that is one letter or sign, which
 * composes with no mark that stays; 0 where it takes the long way. */
static int32_t short_folded[SHORT_END - SHORT_FIRST];
static pthread_once_t short_once = PTHREAD_ONCE_INIT;

static int32_t fold_short(int32_t point)
{
    assert(point >= SHORT_FIRST && point < SHORT_END);
    utf8proc_int32_t points[POINTS_MAX];
    size_t n = decompose(point, points);
    int32_t folded = 0;
    for (size_t i = 0; i < n; i++) {
        const utf8proc_property_t *property = utf8proc_get_property(points[i]);
        utf8proc_propval_t k = property->category;
        bool mark = k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME;
        if (mark && is_accent(property))
            continue;
        if (folded || mark || k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_CC)
            return 0;
        folded = points[i];
    }
    return folded;
}

static void short_init(void)
{
    for (int32_t point = SHORT_FIRST; point < SHORT_END; point++)
        short_folded[point - SHORT_FIRST] = fold_short(point);
}

static void take_character(struct folding *f, int32_t point)
{
    utf8proc_int32_t points[POINTS_MAX];
    if (point >= SHORT_FIRST && point < SHORT_END && short_folded[point - SHORT_FIRST]) {
        close_held(f);
        f->marks = 0;
        write_point(f, short_folded[point - SHORT_FIRST]);
        return;
    }
    size_t n = decompose(point, points);
    for (size_t i = 0; i < n; i++)
        take_point(f, points[i]);
}

/*
 * Text of ASCII alone whose only white space is single spaces inside, which is
 * most text: true, and its lower case in out.  Without a branch in the loop, so
 * that compilers make vectors of it.
 */
static bool fold_plain(char *out, struct slice text)
{
    assert(text.len);
    const unsigned char *p = (const unsigned char *)text.data;
    unsigned char odd = p[0] == ' ' || p[text.len - 1] == ' ';
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = p[i];
        odd |= (unsigned char)((c >= 0x7f) | (c < ' '));
        out[i] = (char)(c + ((unsigned char)(c - 'A') < 26 ? 32 : 0));
    }
    for (size_t i = 1; i < text.len; i++)
        odd |= (unsigned char)((p[i] == ' ') & (p[i - 1] == ' '));
    return !odd;
}

/* The ASCII at the beginning of text: its length.  ASCII never composes with a
 * mark that stays, so it can be written before what follows is seen. */
static size_t take_ascii(struct folding *f, struct slice text)
{
    char *out = buf_extend(f->out, text.len);
    size_t n = 0, i = 0;

    if (fold_plain(out, text))
        return text.len;
    for (; i < text.len && (unsigned char)text.data[i] < 0x80; i++) {
        char c = fold_ascii((unsigned char)text.data[i]);
        if (!c) {
            f->gap = true;
            continue;
        }
        if (f->gap && n > 0)
            out[n++] = ' ';
        f->gap = false;
        out[n++] = c;
    }
    assert(n <= i && i <= text.len);
    f->out->len -= text.len - n;
    return i;
}

/* Takes a run of ASCII without white space. */
static const unsigned char *take_ascii_run(struct folding *f, const unsigned char *p,
                                           const unsigned char *end)
{
    assert(p < end && fold_ascii(p[0]));
    size_t n = 1;
    close_held(f);
    f->marks = 0;
    write_point(f, fold_ascii(p[0]));
    while (p + n < end && p[n] < 0x80 && fold_ascii(p[n]))
        n++;
    char *out = buf_extend(f->out, n - 1);
    for (size_t i = 1; i < n; i++)
        out[i - 1] = fold_ascii(p[i]);
    return p + n;
}

/* The normal form of a text that needs no repair. */
static void fold(struct buf *out, struct slice text)
{
    struct folding f = {.out = out, .start = out->len};
    const unsigned char *p = (const unsigned char *)text.data, *end = p + text.len;
    if (text.len == 0)
        return;

    p += take_ascii(&f, text);
    if (p < end)
        pthread_once(&short_once, short_init);
    while (p < end) {
        int32_t point;
        if (*p < 0x80 && fold_ascii(*p)) {
            p = take_ascii_run(&f, p, end);
            continue;
        }
        p += text_decode(p, end, &point);
        take_character(&f, point < 0 ? TEXT_REPLACEMENT : point);
    }
    close_held(&f);
    assert(!f.count);
}

static bool is_ascii(struct slice text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.data[i];
    return all < 0x80;
}

static bool repair(struct buf *out, struct slice text)
{
    assert(text.data || !text.len);
    if (!text.len)
        return false;
    return (memchr(text.data, '&', text.len) && text_repair_entities(out, text)) ||
           (!is_ascii(text) && text_repair_encoding(out, text));
}

/* What was written since then. */
static struct slice written(const struct buf *out, size_t start)
{
    assert(out->len >= start);
    return (struct slice){out->len > start ? out->data + start : "", out->len - start};
}

void text_normalise(struct buf *out, struct slice text)
{
    struct buf repaired[2] = {{0}, {0}};
    const size_t start = out->len;
    size_t repairs = 0;
    bool again;

    /* Folding can bring an entity to light ("&ea\u00adcute;"), so its result is looked at too. */
    do {
        while (repairs < REPAIRS_MAX && repair(&repaired[repairs % 2], text)) {
            text = buf_slice(&repaired[repairs++ % 2]);
            buf_clear(&repaired[repairs % 2]);
        }
        out->len = start;
        fold(out, text);
        struct slice folded = written(out, start);
        again = repairs < REPAIRS_MAX && folded.len && memchr(folded.data, '&', folded.len) &&
                text_repair_entities(&repaired[repairs % 2], folded);
        if (again) {
            text = buf_slice(&repaired[repairs++ % 2]);
            buf_clear(&repaired[repairs % 2]);
        }
    } while (again);
    assert(repairs <= REPAIRS_MAX);
    buf_clear(&repaired[0]);
    if (text_transliterate(&repaired[0], written(out, start))) {
        out->len = start;
        buf_append_slice(out, buf_slice(&repaired[0]));
    }
    buf_fini(&repaired[0]);
    buf_fini(&repaired[1]);
}
