/*
 * text_value.c - what a literal says besides its words: dates, years, numbers, prices,
 * durations in the spellings that catalogs have.  Readers stand in order, the first that takes
 * the whole text wins; a datatype says which may try.  What is not wholly understood is
 * nothing: a text is never taken for a number by its beginning.
 */
#include "alignd/model/text_value.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The longest text that is looked at; a number has at most so many characters. */
enum { VALUE_MAX = 48, KEY_DIGITS = 7 };

static const struct text_value nothing = {.kind = TEXT_VALUE_NONE};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static struct slice trim(struct slice s)
{
    while (s.len && is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len && is_space(s.data[s.len - 1]))
        s.len--;
    return s;
}

static void skip(struct slice *s, size_t n)
{
    s->data += n;
    s->len -= n;
}

static bool take_char(struct slice *s, char c)
{
    if (!s->len || lower(s->data[0]) != c)
        return false;
    skip(s, 1);
    return true;
}

static void take_spaces(struct slice *s)
{
    while (s->len && is_space(s->data[0]))
        skip(s, 1);
}

/* A run of min..max digits; false takes nothing. */
static bool take_digits(struct slice *s, size_t min, size_t max, int *ret_value)
{
    assert(min <= max && max < 10);
    size_t n = 0;
    int value = 0;
    while (n < s->len && n < max && is_digit(s->data[n]))
        value = value * 10 + (s->data[n++] - '0');
    if (n < min || (n < s->len && is_digit(s->data[n])))
        return false;
    skip(s, n);
    *ret_value = value;
    return true;
}

/* jan, january, jan. and so on: 1 to 12; 0 for none. */
static int take_month(struct slice *s)
{
    assert(s->len <= VALUE_MAX);
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t letters = 0;
    while (letters < s->len && lower(s->data[letters]) >= 'a' && lower(s->data[letters]) <= 'z')
        letters++;
    if (letters < 3)
        return 0;
    for (int month = 1; month <= 12; month++) {
        const char *name = names[month - 1];
        if (letters > strlen(name))
            continue;
        size_t same = 0;
        while (same < letters && lower(s->data[same]) == name[same])
            same++;
        if (same == letters) {
            skip(s, letters);
            take_char(s, '.');
            return month;
        }
    }
    return 0;
}

static struct text_value date_of(int year, int month, int day)
{
    if (month < 0 || month > 12 || day < 0 || day > 31)
        return nothing;
    return (struct text_value){.kind = TEXT_VALUE_DATE, .year = year, .month = month, .day = day};
}

/* Two digits are of this century up to 49, of the last from 50. */
static bool take_year(struct slice *s, int *ret_year)
{
    if (take_digits(s, 4, 4, ret_year))
        return true;
    if (!take_digits(s, 2, 2, ret_year))
        return false;
    *ret_year += *ret_year < 50 ? 2000 : 1900;
    assert(*ret_year >= 1900 && *ret_year < 2100);
    return true;
}

/* What may follow a date: a time of day or a zone, which say nothing here. */
static bool is_rest_of_date(struct slice s)
{
    if (!s.len)
        return true;
    if (s.data[0] != 'T' && s.data[0] != 'Z' && s.data[0] != '+' && s.data[0] != '-' &&
        s.data[0] != ' ')
        return false;
    for (size_t i = 1; i < s.len; i++)
        if (!is_digit(s.data[i]) && !strchr(":.Z+-T", s.data[i]))
            return false;
    return s.len == 1 ? s.data[0] == 'Z' : true;
}

/* 1999-03-31..., 1999-03, and with slashes; with year_alone 1999 too */
static struct text_value iso_date(struct slice s, bool year_alone)
{
    assert(s.len && s.len <= VALUE_MAX);
    int year, month = 0, day = 0;
    bool negative = take_char(&s, '-');
    if (!take_digits(&s, 4, 4, &year))
        return nothing;
    if (negative)
        year = -year;
    bool zone_or_end = s.len != 6 ? !s.len || s.data[0] != '-' : s.data[3] == ':';
    if (year_alone && zone_or_end && is_rest_of_date(s))
        return date_of(year, 0, 0);
    char mark = s.len && s.data[0] == '/' ? '/' : '-';
    if (!take_char(&s, mark) || !take_digits(&s, 2, 2, &month) || month < 1)
        return nothing;
    if (take_char(&s, mark) && (!take_digits(&s, 2, 2, &day) || day < 1))
        return nothing;
    return is_rest_of_date(s) ? date_of(year, month, day) : nothing;
}

/* 31-Mar-15, 31 March 2015, 31. March 2015 */
static struct text_value day_month_year(struct slice s)
{
    assert(s.len && s.len <= VALUE_MAX);
    int day, year;
    if (!take_digits(&s, 1, 2, &day))
        return nothing;
    take_char(&s, '.');
    if (!take_char(&s, '-'))
        take_spaces(&s);
    int month = take_month(&s);
    if (!month || day < 1)
        return nothing;
    take_char(&s, ',');
    if (!take_char(&s, '-'))
        take_spaces(&s);
    return take_year(&s, &year) && !s.len ? date_of(year, month, day) : nothing;
}

/* March 31, 2015; March 2015 */
static struct text_value month_day_year(struct slice s)
{
    assert(s.len && s.len <= VALUE_MAX);
    int day = 0, year;
    int month = take_month(&s);
    if (!month)
        return nothing;
    take_spaces(&s);
    struct slice before = s;
    if (take_digits(&s, 1, 2, &day) && day >= 1) {
        take_char(&s, ',');
        take_spaces(&s);
    } else {
        s = before;
        day = 0;
    }
    return take_digits(&s, 4, 4, &year) && !s.len ? date_of(year, month, day) : nothing;
}

static struct text_value number_of(double number)
{
    return isfinite(number) ? (struct text_value){.kind = TEXT_VALUE_NUMBER, .number = number}
                            : nothing;
}

static struct text_value duration_of(double seconds)
{
    struct text_value v = number_of(seconds);
    v.time = v.kind != TEXT_VALUE_NONE;
    return v;
}

/* 3:01, 1:02:03 */
static struct text_value clock_time(struct slice s)
{
    int part[3] = {0};
    size_t n = 0;
    if (!take_digits(&s, 1, 3, &part[n++]))
        return nothing;
    while (n < 3 && take_char(&s, ':'))
        if (!take_digits(&s, 2, 2, &part[n++]) || part[n - 1] > 59)
            return nothing;
    if (n < 2 || s.len)
        return nothing;
    assert(n == 2 || n == 3);
    return duration_of(n == 2 ? part[0] * 60.0 + part[1]
                              : part[0] * 3600.0 + part[1] * 60.0 + part[2]);
}

/* digits with an optional fraction, at the front of s */
static bool take_decimal(struct slice *s, double *ret_value)
{
    char digits[VALUE_MAX + 1];
    size_t n = 0, point = 0;
    while (n < s->len && n < VALUE_MAX && (is_digit(s->data[n]) || s->data[n] == '.')) {
        point += s->data[n] == '.';
        digits[n] = s->data[n];
        n++;
    }
    if (!n || point > 1 || (n == 1 && point))
        return false;
    assert(n <= VALUE_MAX);
    digits[n] = '\0';
    skip(s, n);
    *ret_value = strtod(digits, NULL);
    return true;
}

/* P1DT2H3M4.5S: days to seconds; years and months as 365 and 30 days */
static struct text_value iso_duration(struct slice s)
{
    bool negative = take_char(&s, '-');
    if (!take_char(&s, 'p') || !s.len)
        return nothing;
    double total = 0, part;
    bool time = false, any = false;
    while (s.len) {
        if (!time && take_char(&s, 't')) {
            time = true;
            continue;
        }
        if (!take_decimal(&s, &part) || !s.len)
            return nothing;
        static const char date_units[] = "ymwd", time_units[] = "hms";
        static const double date_seconds[] = {31536000, 2592000, 604800, 86400};
        static const double time_seconds[] = {3600, 60, 1};
        const char *unit = strchr(time ? time_units : date_units, lower(s.data[0]));
        if (!unit || !*unit)
            return nothing;
        total = fma(part, time ? time_seconds[unit - time_units] : date_seconds[unit - date_units],
                    total);
        any = true;
        skip(&s, 1);
    }
    assert(total >= 0);
    return any ? duration_of(negative ? -total : total) : nothing;
}

/* Seconds of a unit of time; 0: it is none. */
static double seconds_of(struct slice unit)
{
    assert(unit.data || !unit.len);
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"h", 3600},   {"hr", 3600},   {"hrs", 3600}, {"hour", 3600}, {"hours", 3600},
                 {"m", 60},     {"min", 60},    {"mins", 60},  {"minute", 60}, {"minutes", 60},
                 {"s", 1},      {"sec", 1},     {"secs", 1},   {"second", 1},  {"seconds", 1},
                 {"ms", 0.001}, {"msec", 0.001}};
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        size_t same = 0;
        while (same < unit.len && lower(unit.data[same]) == units[i].name[same])
            same++;
        if (same == unit.len && !units[i].name[same])
            return units[i].seconds;
    }
    return 0;
}

/* 3m 34sec, 1 h 2 min, 210 sec; one letter alone could be metres. */
static struct text_value spelled_duration(struct slice s)
{
    double total = 0, part, last = 0;
    size_t parts = 0, letters = 0;
    while (s.len) {
        if (!take_decimal(&s, &part))
            return nothing;
        take_spaces(&s);
        size_t n = 0;
        while (n < s.len && lower(s.data[n]) >= 'a' && lower(s.data[n]) <= 'z')
            n++;
        double seconds = seconds_of((struct slice){s.data, n});
        if (seconds == 0 || (parts && seconds >= last))
            return nothing;
        last = seconds;
        letters += n;
        total = fma(part, seconds, total);
        parts++;
        skip(&s, n);
        take_char(&s, '.');
        take_char(&s, ',');
        take_spaces(&s);
    }
    assert(total >= 0);
    return parts && letters > 1 ? duration_of(total) : nothing;
}

/* '07 */
static struct text_value short_year(struct slice s)
{
    assert(s.len && s.len <= VALUE_MAX);
    int year;
    if (s.len != 3 || s.data[0] != '\'')
        return nothing;
    skip(&s, 1);
    return take_year(&s, &year) ? date_of(year, 0, 0) : nothing;
}

/* A currency: one of the signs, or three capital letters. */
static void take_currency(struct slice *s)
{
    assert(s->data || !s->len);
    static const char *const signs[] = {"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5"};
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        size_t n = strlen(signs[i]);
        if (s->len >= n && !memcmp(s->data, signs[i], n)) {
            skip(s, n);
            return;
        }
    }
    if (s->len < 3)
        return;
    for (size_t i = 0; i < 3; i++)
        if (s->data[i] < 'A' || s->data[i] > 'Z')
            return;
    if (s->len == 3 || is_space(s->data[3]) || is_digit(s->data[3]))
        skip(s, 3);
}

/* 1,234,567.8: the commas out, where they stand as thousands do */
static bool without_commas(char *out, size_t *ret_len, struct slice s)
{
    assert(s.len <= VALUE_MAX);
    size_t n = 0, since = SIZE_MAX;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == ',') {
            if ((since == SIZE_MAX && (!n || n > 4)) || (since != SIZE_MAX && since != 3))
                return false;
            since = 0;
            continue;
        }
        if (since != SIZE_MAX && is_digit(s.data[i]) && !memchr(out, '.', n))
            since++;
        out[n++] = s.data[i];
    }
    out[n] = '\0';
    assert(n <= s.len);
    *ret_len = n;
    return since == SIZE_MAX || since == 3;
}

static struct text_value plain_number(struct slice s)
{
    assert(s.len <= VALUE_MAX);
    char text[VALUE_MAX + 1], *end;
    bool negative = take_char(&s, '-');
    if (!negative)
        take_char(&s, '+');
    take_currency(&s);
    take_spaces(&s);
    /* a currency behind it: from the first space on */
    size_t digits = 0, len;
    while (digits < s.len && !is_space(s.data[digits]))
        digits++;
    struct slice behind = trim((struct slice){s.data + digits, s.len - digits});
    take_currency(&behind);
    if (behind.len || !digits)
        return nothing;
    for (size_t i = 0; i < digits; i++)
        if (!is_digit(s.data[i]) && !strchr(".,eE+-", s.data[i]))
            return nothing;
    if (!is_digit(s.data[0]) && s.data[0] != '.')
        return nothing;
    if (!without_commas(text, &len, (struct slice){s.data, digits}))
        return nothing;
    double number = strtod(text, &end);
    return end == text + len ? number_of(negative ? -number : number) : nothing;
}

static bool name_is(struct slice name, const char *const *list)
{
    for (; *list; list++)
        if (slice_equal(name, slice_of(*list)))
            return true;
    return false;
}

static struct text_value first_of(struct text_value a, struct text_value b)
{
    return a.kind ? a : b;
}

/* So many digits and nothing else: what they number is not more when they are more. */
static bool is_key(struct slice s)
{
    size_t digits = 0;
    while (digits < s.len && is_digit(s.data[digits]))
        digits++;
    return digits == s.len && digits >= KEY_DIGITS;
}

struct text_value text_value_parse(struct slice text, struct slice datatype)
{
    assert(text.data || !text.len);
    static const char *const dates[] = {"date",       "dateTime",      "gYear",
                                        "gYearMonth", "dateTimeStamp", NULL};
    static const char *const numbers[] = {"integer",
                                          "decimal",
                                          "double",
                                          "float",
                                          "int",
                                          "long",
                                          "short",
                                          "byte",
                                          "unsignedInt",
                                          "unsignedLong",
                                          "unsignedShort",
                                          "unsignedByte",
                                          "positiveInteger",
                                          "negativeInteger",
                                          "nonNegativeInteger",
                                          "nonPositiveInteger",
                                          NULL};
    static const char *const durations[] = {"duration", "dayTimeDuration", "yearMonthDuration",
                                            "time", NULL};
    static const char *const texts[] = {"string",           "langString", "anyURI",
                                        "normalizedString", "token",      NULL};

    text = trim(text);
    if (!text.len || text.len > VALUE_MAX)
        return nothing;
    size_t start = datatype.len;
    while (start && datatype.data[start - 1] != '#' && datatype.data[start - 1] != '/')
        start--;
    struct slice name = {datatype.data + start, datatype.len - start};
    if (name_is(name, dates))
        return iso_date(text, true);
    if (name_is(name, numbers))
        return plain_number(text);
    if (name_is(name, durations))
        return first_of(iso_duration(text), first_of(clock_time(text), spelled_duration(text)));
    if (datatype.len && !name_is(name, texts))
        return nothing;

    if (!is_digit(text.data[0])) { /* most texts end here */
        struct text_value date = first_of(month_day_year(text), short_year(text));
        return date.kind ? date : first_of(plain_number(text), iso_duration(text));
    }
    struct text_value number = plain_number(text);
    if (number.kind && text.len == 4 && number.number >= 1000 && number.number <= 2100 &&
        number.number == floor(number.number))
        return date_of((int)number.number, 0, 0);
    if (number.kind)
        return is_key(text) ? nothing : number;
    number = first_of(clock_time(text), spelled_duration(text));
    return first_of(number, first_of(iso_date(text, false), day_month_year(text)));
}
