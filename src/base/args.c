/*
 * args.c - walks argv once: options go where the table points, the other arguments
 * move up to the front of argv itself, so nothing is allocated and nothing freed.
 * The help comes from the same table, so neither can tell of an option that the
 * other does not know.  --help ends the walk: what stands behind it is not looked at.
 *
 *  (1) kept < at while an argument is moved: none is overwritten before it was read.
 */
#include "alignd/base/args.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/nearest.h"
#include "alignd/base/number.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define HELP_COLUMN 26 /* where the words begin */
#define COLUMNS 80

static const struct arg help_arg = {
    .name = "help", .letter = 'h', .type = ARG_FLAG, .help = "print this help"};

/* The walk over argv. */
struct walk {
    const struct args *args;
    char **argv;
    int argc, at, kept; /* next to read; arguments moved to the front */
    bool help;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct walk *w, const char *format,
                                                        ...)
{
    char why[512];
    va_list list;
    va_start(list, format);
    vsnprintf(why, sizeof(why), format, list);
    va_end(list);

    const char *usage = w->args->usage;
    size_t n = strcspn(usage, " ");
    n += usage[n] ? 1 + strcspn(usage + n + 1, " ") : 0;
    log_error("%s; see '%.*s --help'", why, (int)n, usage);
    return ERR_USAGE;
}

static int refuse_unknown(const struct walk *w, struct slice name)
{
    assert(name.data);
    struct nearest near = nearest_to(name);
    for (size_t i = 0; i < w->args->count; i++)
        nearest_offer(&near, w->args->table[i].name);
    nearest_offer(&near, help_arg.name);
    const char *found = nearest_found(&near);
    if (found)
        return refuse(w, "there is no option --%.*s; did you mean --%s?", (int)name.len, name.data,
                      found);
    return refuse(w, "there is no option --%.*s", (int)name.len, name.data);
}

static const struct arg *find_long(const struct args *args, struct slice name)
{
    for (size_t i = 0; i < args->count; i++) {
        if (slice_equal(name, slice_of(args->table[i].name)))
            return &args->table[i];
    }
    return slice_equal(name, slice_of(help_arg.name)) ? &help_arg : NULL;
}

static const struct arg *find_short(const struct args *args, char letter)
{
    assert(letter); /* none is an option of the long name alone */
    for (size_t i = 0; i < args->count; i++) {
        if (args->table[i].letter == letter)
            return &args->table[i];
    }
    return letter == help_arg.letter ? &help_arg : NULL;
}

static bool in_bounds(const struct arg *arg, double value)
{
    return (arg->min == 0 && arg->max == 0) || (value >= arg->min && value <= arg->max);
}

static int refuse_number(const struct walk *w, const struct arg *arg, const char *value)
{
    assert(arg->type == ARG_INT || arg->type == ARG_MIB || arg->type == ARG_DOUBLE);
    char low[NUMBER_TEXT_BYTES], high[NUMBER_TEXT_BYTES];
    const char *kind = arg->type == ARG_INT   ? "a whole number"
                       : arg->type == ARG_MIB ? "MiB, or a size such as 2G,"
                                              : "a number";
    if (arg->min == 0 && arg->max == 0)
        return refuse(w, "--%s takes %s, not '%s'", arg->name, kind, value);
    number_write_double(low, arg->min);
    number_write_double(high, arg->max);
    return refuse(w, "--%s takes %s from %s to %s, not '%s'", arg->name, kind, low, high, value);
}

/* 512, 512M, 2G */
static bool read_mib(const char *value, int64_t *ret_mib)
{
    static const char units[] = "MGT";
    size_t n = strlen(value);
    const char *unit = n ? strchr(units, value[n - 1]) : NULL;
    int64_t factor = 1;
    for (const char *u = units; unit && u < unit; u++)
        factor *= 1024;
    assert(factor >= 1 && factor <= 1024 * 1024);
    return number_read_integer((struct slice){value, n - (unit != NULL)}, ret_mib) &&
           !__builtin_mul_overflow(*ret_mib, factor, ret_mib);
}

static int take_value(const struct walk *w, const struct arg *arg, const char *value)
{
    int64_t integer;
    double number;
    struct args_list *list;

    assert(arg->to && (arg->min <= arg->max));
    switch (arg->type) {
    case ARG_FLAG:
        break;
    case ARG_TEXT:
        *(const char **)arg->to = value;
        break;
    case ARG_INT:
        if (!number_read_integer(slice_of(value), &integer) || !in_bounds(arg, (double)integer))
            return refuse_number(w, arg, value);
        *(int64_t *)arg->to = integer;
        break;
    case ARG_MIB:
        if (!read_mib(value, &integer) || !in_bounds(arg, (double)integer))
            return refuse_number(w, arg, value);
        *(int64_t *)arg->to = integer;
        break;
    case ARG_DOUBLE:
        if (!number_read_double(slice_of(value), &number) || !in_bounds(arg, number))
            return refuse_number(w, arg, value);
        *(double *)arg->to = number;
        break;
    case ARG_LIST:
        list = arg->to;
        if (list->count == ARGS_LIST_MAX)
            return refuse(w, "--%s is given more than %d times", arg->name, ARGS_LIST_MAX);
        list->at[list->count++] = value;
        break;
    }
    return ERR_OK;
}

static void take_flag(struct walk *w, const struct arg *arg)
{
    assert(arg->type == ARG_FLAG);
    if (arg == &help_arg)
        w->help = true;
    else
        *(bool *)arg->to = true;
}

/* An option with a value, inline (behind its '=' or letter) or the next argument. */
static int take_option(struct walk *w, const struct arg *arg, const char *value)
{
    assert(arg->type != ARG_FLAG && w->at <= w->argc);
    if (!value && w->at < w->argc)
        value = w->argv[w->at++];
    if (!value)
        return refuse(w, "--%s needs a value (%s)", arg->name, arg->value ? arg->value : "VALUE");
    return take_value(w, arg, value);
}

static int take_long(struct walk *w, const char *text)
{
    size_t n = strcspn(text, "=");
    const struct arg *arg = find_long(w->args, (struct slice){text, n});
    if (!arg)
        return refuse_unknown(w, (struct slice){text, n});
    if (arg->type != ARG_FLAG)
        return take_option(w, arg, text[n] ? text + n + 1 : NULL);
    if (text[n])
        return refuse(w, "--%s takes no value", arg->name);
    take_flag(w, arg);
    return ERR_OK;
}

static int refuse_letter(const struct walk *w, char letter)
{
    for (size_t i = 0; i < w->args->count; i++)
        if (w->args->table[i].was == letter)
            return refuse(w, "-%c is written --%s now", letter, w->args->table[i].name);
    return refuse(w, "there is no option -%c", letter);
}

/* -q, -qv, -k12, -k 12 */
static int take_shorts(struct walk *w, const char *letters)
{
    for (; *letters; letters++) {
        const struct arg *arg = find_short(w->args, *letters);
        if (!arg)
            return refuse_letter(w, *letters);
        if (arg->type != ARG_FLAG)
            return take_option(w, arg, letters[1] ? letters + 1 : NULL);
        take_flag(w, arg);
    }
    return ERR_OK;
}

/* Words from column `from` on, wrapped; column is where the line stands. */
static void put_words(struct buf *out, const char *text, size_t column, size_t from)
{
    assert(from < COLUMNS);
    while (*text) {
        text += strspn(text, " ");
        size_t n = strcspn(text, " ");
        if (column > from && column + 1 + n > COLUMNS) {
            buf_append_char(out, '\n');
            column = 0;
        }
        if (column > from) {
            buf_append_char(out, ' ');
            column++;
        }
        for (; column < from; column++)
            buf_append_char(out, ' ');
        buf_append(out, text, n);
        column += n;
        text += n;
    }
    buf_append_char(out, '\n');
}

static void put_arg(struct buf *out, const struct arg *arg)
{
    assert(arg->name);
    size_t before = out->len;
    if (arg->letter)
        buf_append_format(out, "  -%c, ", arg->letter);
    else
        buf_append_text(out, "      ");
    buf_append_format(out, "--%s", arg->name);
    if (arg->type != ARG_FLAG)
        buf_append_format(out, " %s", arg->value ? arg->value : "VALUE");
    size_t column = out->len - before;
    if (column + 2 > HELP_COLUMN) {
        buf_append_char(out, '\n');
        column = 0;
    }
    put_words(out, arg->help ? arg->help : "", column, HELP_COLUMN);
}

static void put_help(struct buf *out, const struct args *args)
{
    assert(args->usage && (args->table || !args->count));
    static const char lead[] = "usage: ";
    buf_append_text(out, lead);
    put_words(out, args->usage, strlen(lead), strlen(lead));
    if (args->about) {
        buf_append_char(out, '\n');
        put_words(out, args->about, 0, 0);
    }
    buf_append_char(out, '\n');
    for (size_t i = 0; i < args->count; i++)
        put_arg(out, &args->table[i]);
    put_arg(out, &help_arg);
}

static int print_help(const struct args *args)
{
    struct buf text = {0};
    put_help(&text, args);
    fwrite(text.data, 1, text.len, stdout);
    fflush(stdout);
    buf_fini(&text);
    return ARGS_HELP;
}

int args_parse(const struct args *args, int argc, char **argv, char ***ret_rest, int *ret_count)
{
    assert(argc >= 0 && (args->table || !args->count));
    struct walk w = {.args = args, .argv = argv, .argc = argc, .at = 1, .kept = 1};
    bool ended = false; /* by '--' */
    int rc = ERR_OK;

    while (!rc && !w.help && w.at < argc) {
        char *text = argv[w.at++];
        assert(w.kept < w.at); /* (1) */
        if (ended || text[0] != '-' || text[1] == '\0')
            argv[w.kept++] = text;
        else if (strcmp(text, "--") == 0)
            ended = true;
        else
            rc = text[1] == '-' ? take_long(&w, text + 2) : take_shorts(&w, text + 1);
    }
    if (rc)
        return rc;
    if (w.help)
        return print_help(args);
    assert(w.kept >= 1 && w.kept <= w.at);
    *ret_rest = argv + (argc > 0);
    *ret_count = w.kept - 1;
    return ERR_OK;
}

int args_parse_options(const struct args *args, int argc, char **argv)
{
    char **rest;
    int count, rc = args_parse(args, argc, argv, &rest, &count);
    if (rc || !count)
        return rc;
    const struct walk w = {.args = args};
    return refuse(&w, "unexpected argument '%s'", rest[0]);
}

int args_exit_status(int rc)
{
    assert(rc);
    return rc == ARGS_HELP ? 0 : err_exit_status(rc);
}
