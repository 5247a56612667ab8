/*
 * text_repair.c - text as it was meant, where a program before us left its mark on it.
 *
 * Read as Windows-1252 and written as UTF-8 once more, "Größe" has become "GrÃ¶ÃŸe".  It is
 * taken back when the whole text can be: each character beyond ASCII is one byte of
 * Windows-1252, these bytes are UTF-8 again, and what comes out are characters that names are
 * written with.
 *
 *  (1) The result is shorter than the text: two characters or more of two or three bytes each
 *      become one of at most four bytes.
 *  (2) Nothing in a normal form can be taken back: a row of such bytes begins with one of the
 *      letters Â to ô, and all of these but × fold into ASCII.  × begins Hebrew, which is
 *      therefore not among the scripts.
 */
#include "text_internal.h"

#include "alignd/base/text.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define ENTITY_NAME_MAX 10
#define FEW_OTHERS 2 /* one character of a script of its own is too little to go by */

/* Bytes 0x80 to 0x9f of Windows-1252; its five holes are themselves. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

/* The byte that a character beyond ASCII was read from, or 0. */
static unsigned char byte_of_point(int32_t point)
{
    if (point >= 0x80 && point <= 0xff)
        return (unsigned char)point;
    for (size_t i = 0; point > 0xff && i < 32; i++) {
        if (windows_1252[i] == point)
            return (unsigned char)(0x80 + i);
    }
    return 0;
}

static bool is_within(int32_t point, int32_t first, int32_t last)
{
    return point >= first && point <= last;
}

/* Latin letters, and the signs that go with any script. */
static bool is_latin_or_sign(int32_t point)
{
    return is_within(point, 0xa0, 0x17f) || is_within(point, 0x1e00, 0x1eff) ||
           is_within(point, 0x2010, 0x203a) || point == 0x20ac || point == 0x2122;
}

/* Greek, Cyrillic, Arabic, kana, Han, Hangul. */
static bool is_other_script(int32_t point)
{
    return is_within(point, 0x386, 0x3ff) || is_within(point, 0x400, 0x4ff) ||
           is_within(point, 0x620, 0x6ff) || is_within(point, 0x3040, 0x30ff) ||
           is_within(point, 0x4e00, 0x9fff) || is_within(point, 0xac00, 0xd7a3);
}

/* The character whose bytes the next characters of text stand for; -1 where there is none. */
static int32_t take_misread(const unsigned char **at, const unsigned char *end)
{
    assert(*at < end);
    unsigned char bytes[4];
    size_t count = 0, length = 1;
    int32_t point;

    while (*at < end && count < length) {
        *at += text_decode(*at, end, &point);
        bytes[count] = byte_of_point(point);
        if (!bytes[count])
            return -1;
        if (count == 0)
            length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
        count++;
    }
    assert(count >= 1 && count <= sizeof(bytes));
    return text_decode(bytes, bytes + count, &point) == count ? point : -1;
}

bool text_repair_encoding(struct buf *out, struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.data, *end = p + text.len;
    size_t start = out->len, latin = 0, others = 0;

    while (p < end) {
        const unsigned char *run = p;
        while (p < end && *p < 0x80)
            p++;
        buf_append(out, run, (size_t)(p - run));
        if (p == end)
            break;
        int32_t point = take_misread(&p, end);
        if (is_latin_or_sign(point))
            latin++;
        else if (is_other_script(point))
            others++;
        else
            goto as_it_is;
        char bytes[4];
        buf_append(out, bytes, text_encode(bytes, point));
    }
    if (latin > 0 || others >= FEW_OTHERS) {
        assert(out->len - start < text.len); /* (1) */
        return true;
    }
as_it_is:
    out->len = start;
    return false;
}

/* The character entities of HTML 4.01, section 24. */
static const struct entity {
    char name[ENTITY_NAME_MAX];
    uint16_t point;
} entities[] = {
    {"Aacute", 0xc1},   {"aacute", 0xe1},    {"Acirc", 0xc2},    {"acirc", 0xe2},
    {"acute", 0xb4},    {"AElig", 0xc6},     {"aelig", 0xe6},    {"Agrave", 0xc0},
    {"agrave", 0xe0},   {"alefsym", 0x2135}, {"Alpha", 0x391},   {"alpha", 0x3b1},
    {"amp", 0x26},      {"and", 0x2227},     {"ang", 0x2220},    {"Aring", 0xc5},
    {"aring", 0xe5},    {"asymp", 0x2248},   {"Atilde", 0xc3},   {"atilde", 0xe3},
    {"Auml", 0xc4},     {"auml", 0xe4},      {"bdquo", 0x201e},  {"Beta", 0x392},
    {"beta", 0x3b2},    {"brvbar", 0xa6},    {"bull", 0x2022},   {"cap", 0x2229},
    {"Ccedil", 0xc7},   {"ccedil", 0xe7},    {"cedil", 0xb8},    {"cent", 0xa2},
    {"Chi", 0x3a7},     {"chi", 0x3c7},      {"circ", 0x2c6},    {"clubs", 0x2663},
    {"cong", 0x2245},   {"copy", 0xa9},      {"crarr", 0x21b5},  {"cup", 0x222a},
    {"curren", 0xa4},   {"Dagger", 0x2021},  {"dagger", 0x2020}, {"dArr", 0x21d3},
    {"darr", 0x2193},   {"deg", 0xb0},       {"Delta", 0x394},   {"delta", 0x3b4},
    {"diams", 0x2666},  {"divide", 0xf7},    {"Eacute", 0xc9},   {"eacute", 0xe9},
    {"Ecirc", 0xca},    {"ecirc", 0xea},     {"Egrave", 0xc8},   {"egrave", 0xe8},
    {"empty", 0x2205},  {"emsp", 0x2003},    {"ensp", 0x2002},   {"Epsilon", 0x395},
    {"epsilon", 0x3b5}, {"equiv", 0x2261},   {"Eta", 0x397},     {"eta", 0x3b7},
    {"ETH", 0xd0},      {"eth", 0xf0},       {"Euml", 0xcb},     {"euml", 0xeb},
    {"euro", 0x20ac},   {"exist", 0x2203},   {"fnof", 0x192},    {"forall", 0x2200},
    {"frac12", 0xbd},   {"frac14", 0xbc},    {"frac34", 0xbe},   {"frasl", 0x2044},
    {"Gamma", 0x393},   {"gamma", 0x3b3},    {"ge", 0x2265},     {"gt", 0x3e},
    {"hArr", 0x21d4},   {"harr", 0x2194},    {"hearts", 0x2665}, {"hellip", 0x2026},
    {"Iacute", 0xcd},   {"iacute", 0xed},    {"Icirc", 0xce},    {"icirc", 0xee},
    {"iexcl", 0xa1},    {"Igrave", 0xcc},    {"igrave", 0xec},   {"image", 0x2111},
    {"infin", 0x221e},  {"int", 0x222b},     {"Iota", 0x399},    {"iota", 0x3b9},
    {"iquest", 0xbf},   {"isin", 0x2208},    {"Iuml", 0xcf},     {"iuml", 0xef},
    {"Kappa", 0x39a},   {"kappa", 0x3ba},    {"Lambda", 0x39b},  {"lambda", 0x3bb},
    {"lang", 0x2329},   {"laquo", 0xab},     {"lArr", 0x21d0},   {"larr", 0x2190},
    {"lceil", 0x2308},  {"ldquo", 0x201c},   {"le", 0x2264},     {"lfloor", 0x230a},
    {"lowast", 0x2217}, {"loz", 0x25ca},     {"lrm", 0x200e},    {"lsaquo", 0x2039},
    {"lsquo", 0x2018},  {"lt", 0x3c},        {"macr", 0xaf},     {"mdash", 0x2014},
    {"micro", 0xb5},    {"middot", 0xb7},    {"minus", 0x2212},  {"Mu", 0x39c},
    {"mu", 0x3bc},      {"nabla", 0x2207},   {"nbsp", 0xa0},     {"ndash", 0x2013},
    {"ne", 0x2260},     {"ni", 0x220b},      {"not", 0xac},      {"notin", 0x2209},
    {"nsub", 0x2284},   {"Ntilde", 0xd1},    {"ntilde", 0xf1},   {"Nu", 0x39d},
    {"nu", 0x3bd},      {"Oacute", 0xd3},    {"oacute", 0xf3},   {"Ocirc", 0xd4},
    {"ocirc", 0xf4},    {"OElig", 0x152},    {"oelig", 0x153},   {"Ograve", 0xd2},
    {"ograve", 0xf2},   {"oline", 0x203e},   {"Omega", 0x3a9},   {"omega", 0x3c9},
    {"Omicron", 0x39f}, {"omicron", 0x3bf},  {"oplus", 0x2295},  {"or", 0x2228},
    {"ordf", 0xaa},     {"ordm", 0xba},      {"Oslash", 0xd8},   {"oslash", 0xf8},
    {"Otilde", 0xd5},   {"otilde", 0xf5},    {"otimes", 0x2297}, {"Ouml", 0xd6},
    {"ouml", 0xf6},     {"para", 0xb6},      {"part", 0x2202},   {"permil", 0x2030},
    {"perp", 0x22a5},   {"Phi", 0x3a6},      {"phi", 0x3c6},     {"Pi", 0x3a0},
    {"pi", 0x3c0},      {"piv", 0x3d6},      {"plusmn", 0xb1},   {"pound", 0xa3},
    {"Prime", 0x2033},  {"prime", 0x2032},   {"prod", 0x220f},   {"prop", 0x221d},
    {"Psi", 0x3a8},     {"psi", 0x3c8},      {"quot", 0x22},     {"radic", 0x221a},
    {"rang", 0x232a},   {"raquo", 0xbb},     {"rArr", 0x21d2},   {"rarr", 0x2192},
    {"rceil", 0x2309},  {"rdquo", 0x201d},   {"real", 0x211c},   {"reg", 0xae},
    {"rfloor", 0x230b}, {"Rho", 0x3a1},      {"rho", 0x3c1},     {"rlm", 0x200f},
    {"rsaquo", 0x203a}, {"rsquo", 0x2019},   {"sbquo", 0x201a},  {"Scaron", 0x160},
    {"scaron", 0x161},  {"sdot", 0x22c5},    {"sect", 0xa7},     {"shy", 0xad},
    {"Sigma", 0x3a3},   {"sigma", 0x3c3},    {"sigmaf", 0x3c2},  {"sim", 0x223c},
    {"spades", 0x2660}, {"sub", 0x2282},     {"sube", 0x2286},   {"sum", 0x2211},
    {"sup", 0x2283},    {"sup1", 0xb9},      {"sup2", 0xb2},     {"sup3", 0xb3},
    {"supe", 0x2287},   {"szlig", 0xdf},     {"Tau", 0x3a4},     {"tau", 0x3c4},
    {"there4", 0x2234}, {"Theta", 0x398},    {"theta", 0x3b8},   {"thetasym", 0x3d1},
    {"thinsp", 0x2009}, {"THORN", 0xde},     {"thorn", 0xfe},    {"tilde", 0x2dc},
    {"times", 0xd7},    {"trade", 0x2122},   {"Uacute", 0xda},   {"uacute", 0xfa},
    {"uArr", 0x21d1},   {"uarr", 0x2191},    {"Ucirc", 0xdb},    {"ucirc", 0xfb},
    {"Ugrave", 0xd9},   {"ugrave", 0xf9},    {"uml", 0xa8},      {"upsih", 0x3d2},
    {"Upsilon", 0x3a5}, {"upsilon", 0x3c5},  {"Uuml", 0xdc},     {"uuml", 0xfc},
    {"weierp", 0x2118}, {"Xi", 0x39e},       {"xi", 0x3be},      {"Yacute", 0xdd},
    {"yacute", 0xfd},   {"yen", 0xa5},       {"Yuml", 0x178},    {"yuml", 0xff},
    {"Zeta", 0x396},    {"zeta", 0x3b6},     {"zwj", 0x200d},    {"zwnj", 0x200c},
};

/* The character of a name, in its own case or, failing that, in any; 0 for none. */
static int32_t point_of_name(struct slice name)
{
    assert(name.len);
    int32_t in_any_case = 0;
    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
        const struct entity *e = &entities[i];
        if (strlen(e->name) != name.len || strncasecmp(e->name, name.data, name.len) != 0)
            continue;
        if (memcmp(e->name, name.data, name.len) == 0)
            return e->point;
        in_any_case = e->point;
    }
    return in_any_case;
}

/* The character of "#233" or "#xE9"; 0 for what is no character that is seen. */
static int32_t point_of_number(struct slice digits)
{
    bool hex = digits.len > 1 && (digits.data[0] | 0x20) == 'x';
    int32_t point = 0;
    for (size_t i = hex; i < digits.len; i++) {
        char c = digits.data[i];
        int digit = c >= '0' && c <= '9'                            ? c - '0'
                    : hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                    : -1;
        point = point * (hex ? 16 : 10) + digit;
        if (digit < 0 || point > 0x10ffff)
            return 0;
    }
    assert(point >= 0 && point <= 0x10ffff);
    if (is_within(point, 0x80, 0x9f))
        return windows_1252[point - 0x80];
    return point < 0x20 || is_within(point, 0xd800, 0xdfff) ? 0 : point;
}

/* The length of the entity at the beginning of text, which begins with '&'; 0 for none. */
static size_t take_entity(struct slice text, int32_t *point)
{
    size_t most = text.len < ENTITY_NAME_MAX + 1 ? text.len : ENTITY_NAME_MAX + 1;
    const char *end = memchr(text.data, ';', most);
    assert(text.data[0] == '&');
    if (!end || end - text.data < 3)
        return 0;
    struct slice name = {text.data + 1, (size_t)(end - text.data) - 1};
    *point = name.data[0] == '#' ? point_of_number((struct slice){name.data + 1, name.len - 1})
                                 : point_of_name(name);
    return *point ? name.len + 2 : 0;
}

bool text_repair_entities(struct buf *out, struct slice text)
{
    size_t start = out->len, decoded = 0, length;
    int32_t point;

    while (text.len) {
        if (text.data[0] == '&' && (length = take_entity(text, &point)) > 0) {
            char bytes[4];
            buf_append(out, bytes, text_encode(bytes, point));
            decoded++;
        } else {
            const char *next = memchr(text.data + 1, '&', text.len - 1);
            length = next ? (size_t)(next - text.data) : text.len;
            buf_append(out, text.data, length);
        }
        assert(length && length <= text.len);
        text = (struct slice){text.data + length, text.len - length};
    }
    if (!decoded)
        out->len = start;
    return decoded > 0;
}
