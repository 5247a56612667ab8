/*
 * option_write.c - the option table as a file that explains itself: config/alignd.conf is
 * printed so and a test compares the two, so the documentation cannot fall behind.
 * Each option stands at its value behind its own words: the file reads back as it is.
 */
#include "option_internal.h"

#include <assert.h>

#define COLUMNS 80

/* Writes sentences word by word, every line behind prefix. */
static void put_wrapped(struct buf *out, const char *text, const char *prefix)
{
    assert(strlen(prefix) < COLUMNS);
    size_t column = 0;
    while (*text) {
        size_t n = strcspn(text, " \n");
        if (n && column && column + 1 + n > COLUMNS) {
            buf_append_char(out, '\n');
            column = 0;
        }
        if (n) {
            const char *before = column ? " " : prefix;
            buf_append_text(out, before);
            buf_append(out, text, n);
            column += strlen(before) + n;
        }
        text += n;
        if (*text == '\n') { /* a line end of the author's */
            buf_append_char(out, '\n');
            column = 0;
        }
        text += *text != '\0';
    }
    if (column)
        buf_append_char(out, '\n');
}

static void put_lines(struct buf *out, const char *text, const char *prefix)
{
    assert(prefix);
    while (text && *text) {
        size_t n = strcspn(text, "\n");
        buf_append_text(out, prefix);
        buf_append(out, text, n);
        buf_append_char(out, '\n');
        text += n + (text[n] == '\n');
    }
}

/* help, then what fits, as one paragraph */
static void put_help(struct buf *out, const struct option *option, const char *prefix)
{
    struct buf text = {0};
    buf_append_format(&text, "%s (", option->help ? option->help : "");
    option_value_describe(&text, option);
    buf_append(&text, ")", 2); /* with the NUL */
    assert(text.data[text.len - 1] == '\0');
    put_wrapped(out, text.data, prefix);
    buf_fini(&text);
}

static bool opens_section(const struct option_table *table, size_t i)
{
    return i == 0 || strcmp(table->options[i].section, table->options[i - 1].section) != 0;
}

void option_write_config(struct buf *out, const struct option_table *table, const void *target)
{
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option *option = &table->options[i];
        if (opens_section(table, i))
            buf_append_format(out, "%s[%s]\n", i ? "\n" : "", option->section);
        buf_append_char(out, '\n');
        put_help(out, option, "# ");
        buf_append_format(out, "%s =", option->key);
        size_t before = out->len;
        buf_append_char(out, ' ');
        if (target)
            option_write_value(out, option, target);
        else
            buf_append_text(out, option->fallback);
        assert(out->len > before);
        if (out->len == before + 1)
            out->len = before; /* no white space at the end of a line */
        buf_append_char(out, '\n');
    }
    for (size_t i = 0; i < table->open_count; i++) {
        const struct option_open *open = &table->open[i];
        buf_append_char(out, '\n');
        put_wrapped(out, open->help ? open->help : "", "# ");
        buf_append_format(out, "%s[%s]\n", strchr(open->section, '*') ? "#" : "", open->section);
        put_lines(out, open->sample, "#");
    }
}

void option_write_help(struct buf *out, const struct option_table *table)
{
    assert(table->options || !table->option_count);
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option *option = &table->options[i];
        if (opens_section(table, i))
            buf_append_format(out, "%s[%s]\n", i ? "\n" : "", option->section);
        buf_append_format(out, "  %s = %s\n", option->key, option->fallback);
        put_help(out, option, "      ");
    }
    for (size_t i = 0; i < table->open_count; i++) {
        const struct option_open *open = &table->open[i];
        buf_append_format(out, "\n[%s]\n", open->section);
        put_wrapped(out, open->help ? open->help : "", "      ");
        put_lines(out, open->sample, "  ");
    }
}
