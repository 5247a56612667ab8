/*
 * option_value.c - one option: from text to its field, back to text, and in words what fits.
 * All three go by the same tables of units and the same bounds, so what is written reads
 * back as the same value and a refusal says what the check went by.
 */
#include "option_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/number.h"

#include <assert.h>
#include <inttypes.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first: values are written in the largest that divides them. */
static const struct unit size_units[] = {
    {"T", (int64_t)1 << 40},
    {"G", (int64_t)1 << 30},
    {"M", (int64_t)1 << 20},
    {"K", (int64_t)1 << 10},
    {"", 1},
};

static const struct unit time_units[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void *field_of(const struct option *option, void *target)
{
    return (char *)target + option->offset;
}

static bool is_bounded(const struct option *option)
{
    return option->min != 0 || option->max != 0;
}

static bool in_bounds(const struct option *option, double value)
{
    return !is_bounded(option) || (value >= option->min && value <= option->max);
}

/* A size that somebody else decides where it is not said. */
static bool may_be_auto(const struct option *option)
{
    return option->type == OPTION_SIZE && strcmp(option->fallback, "auto") == 0;
}

static bool read_bool(const char *text, bool *ret_value)
{
    static const char *const names[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret_value = i % 2;
            return true;
        }
    }
    return false;
}

/* A whole number of at least zero and the name of its unit; a bare one counts in the
 * smallest. */
static bool read_units(const char *text, const struct unit *units, size_t count, int64_t *ret_value)
{
    assert(count && units[count - 1].factor == 1);
    size_t digits = strspn(text, "0123456789");
    const char *name = text + digits;
    int64_t number;

    if (!number_read_integer((struct slice){text, digits}, &number))
        return false;
    if (!*name)
        name = units[count - 1].name;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, units[i].name) == 0)
            return !__builtin_mul_overflow(number, units[i].factor, ret_value);
    }
    return false;
}

static bool read_choice(const char *text, const char *const *names, int *ret_value)
{
    assert(names && *names);
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret_value = i;
            return true;
        }
    }
    return false;
}

static int read_string(const struct option *option, const char *text, const char **field,
                       struct arena *strings)
{
    assert(strings);
    if (!in_bounds(option, (double)strlen(text)))
        return ERR_CONFIG;
    struct slice copy = arena_copy(strings, slice_of(text));
    *field = copy.data;
    return ERR_OK;
}

int option_value_read(const struct option *option, const char *text, void *target,
                      struct arena *strings)
{
    void *field = field_of(option, target);
    int64_t number;
    double decimal;
    bool ok = false;

    assert(option->min <= option->max);
    assert(strings || option->type != OPTION_STRING);
    switch (option->type) {
    case OPTION_BOOL:
        return read_bool(text, field) ? ERR_OK : ERR_CONFIG;
    case OPTION_CHOICE:
        return read_choice(text, option->names, field) ? ERR_OK : ERR_CONFIG;
    case OPTION_STRING:
        return read_string(option, text, field, strings);
    case OPTION_INT:
        ok = number_read_integer(slice_of(text), &number) && in_bounds(option, (double)number);
        break;
    case OPTION_INT32:
        ok = number_read_integer(slice_of(text), &number) && number >= INT32_MIN &&
             number <= INT32_MAX && in_bounds(option, (double)number);
        if (ok)
            *(int32_t *)field = (int32_t)number;
        return ok ? ERR_OK : ERR_CONFIG;
    case OPTION_MS:
        ok = read_units(text, time_units, COUNT(time_units), &number) &&
             in_bounds(option, (double)number);
        break;
    case OPTION_SIZE:
        number = 0;
        ok = (may_be_auto(option) && strcmp(text, "auto") == 0) ||
             (read_units(text, size_units, COUNT(size_units), &number) &&
              in_bounds(option, (double)number));
        if (ok)
            *(uint64_t *)field = (uint64_t)number;
        return ok ? ERR_OK : ERR_CONFIG;
    case OPTION_DOUBLE:
        ok = number_read_double(slice_of(text), &decimal) && in_bounds(option, decimal);
        if (ok)
            *(double *)field = decimal;
        return ok ? ERR_OK : ERR_CONFIG;
    }
    if (ok)
        *(int64_t *)field = number;
    return ok ? ERR_OK : ERR_CONFIG;
}

static void put_units(struct buf *out, int64_t value, const struct unit *units, size_t count)
{
    assert(count && units[count - 1].factor == 1);
    size_t i = 0;
    while (i + 1 < count && (value == 0 || value % units[i].factor != 0))
        i++;
    buf_append_format(out, "%" PRId64 "%s", value / units[i].factor, units[i].name);
}

static void put_number(struct buf *out, enum option_type type, double value)
{
    assert(type != OPTION_BOOL && type != OPTION_CHOICE && type != OPTION_STRING);
    char text[NUMBER_TEXT_BYTES];
    if (type == OPTION_SIZE)
        put_units(out, (int64_t)value, size_units, COUNT(size_units));
    else if (type == OPTION_MS)
        put_units(out, (int64_t)value, time_units, COUNT(time_units));
    else if (type == OPTION_INT || type == OPTION_INT32)
        buf_append_format(out, "%" PRId64, (int64_t)value);
    else
        buf_append(out, text, number_write_double(text, value));
}

void option_write_value(struct buf *out, const struct option *option, const void *target)
{
    assert(option->min <= option->max);
    const void *field = (const char *)target + option->offset;
    const char *text;

    switch (option->type) {
    case OPTION_BOOL:
        buf_append_text(out, *(const bool *)field ? "true" : "false");
        break;
    case OPTION_INT:
        buf_append_format(out, "%" PRId64, *(const int64_t *)field);
        break;
    case OPTION_INT32:
        buf_append_format(out, "%" PRId32, *(const int32_t *)field);
        break;
    case OPTION_SIZE:
        if (may_be_auto(option) && !*(const uint64_t *)field)
            buf_append_text(out, "auto");
        else
            put_units(out, (int64_t) * (const uint64_t *)field, size_units, COUNT(size_units));
        break;
    case OPTION_MS:
        put_units(out, *(const int64_t *)field, time_units, COUNT(time_units));
        break;
    case OPTION_DOUBLE:
        put_number(out, OPTION_DOUBLE, *(const double *)field);
        break;
    case OPTION_STRING:
        text = *(const char *const *)field;
        buf_append_text(out, text ? text : "");
        break;
    case OPTION_CHOICE:
        assert(*(const int *)field >= 0);
        buf_append_text(out, option->names[*(const int *)field]);
        break;
    }
}

bool option_value_fits(const struct option *option, const void *target)
{
    assert(option->min <= option->max);
    const void *field = (const char *)target + option->offset;

    switch (option->type) {
    case OPTION_INT:
    case OPTION_MS:
        return in_bounds(option, (double)*(const int64_t *)field);
    case OPTION_INT32:
        return in_bounds(option, (double)*(const int32_t *)field);
    case OPTION_SIZE:
        return (may_be_auto(option) && !*(const uint64_t *)field) ||
               in_bounds(option, (double)*(const uint64_t *)field);
    case OPTION_DOUBLE:
        return in_bounds(option, *(const double *)field);
    case OPTION_BOOL:
    case OPTION_STRING:
    case OPTION_CHOICE:
        break;
    }
    return true;
}

void option_value_describe(struct buf *out, const struct option *option)
{
    static const char *const words[] = {
        [OPTION_BOOL] = "true or false",
        [OPTION_INT] = "a whole number",
        [OPTION_INT32] = "a whole number",
        [OPTION_SIZE] = "bytes, or with K, M, G, T",
        [OPTION_MS] = "a time with ms, s, m, h or d",
        [OPTION_DOUBLE] = "a number",
        [OPTION_STRING] = "text",
        [OPTION_CHOICE] = "one of",
    };
    assert((size_t)option->type < COUNT(words));
    assert(option->type != OPTION_CHOICE || option->names);
    buf_append_text(out, may_be_auto(option) ? "auto, " : "");
    buf_append_text(out, words[option->type]);
    for (size_t i = 0; option->type == OPTION_CHOICE && option->names[i]; i++)
        buf_append_format(out, "%s %s", i ? "," : "", option->names[i]);
    if (option->type == OPTION_BOOL || option->type == OPTION_CHOICE || !is_bounded(option))
        return;
    enum option_type unit = option->type == OPTION_STRING ? OPTION_INT : option->type;
    buf_append_text(out, option->type == OPTION_STRING ? " of " : ", from ");
    put_number(out, unit, option->min);
    buf_append_text(out, " to ");
    put_number(out, unit, option->max);
    if (option->type == OPTION_STRING)
        buf_append_text(out, " bytes");
}
