/*
 * option_read.c - options from an INI file and from the environment.
 *
 * inih reads a file line by line through our reader, which makes sure that it meets no
 * line it would misread in silence: too long for its buffer (200 bytes as packaged),
 * indented (a continuation to it), without an '='.  It does not tell its handler the line, so
 * the reader counts.  Every bad line is told, so that one run shows them all.
 *
 * In a variable '_' stands for any character that is no letter or digit, so names are
 * matched from the table's side: which of its options are spelt like that.
 */
#include "option_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 4095
#define SECTION_MAX_BYTES 49 /* what inih keeps; it would cut a longer one in silence */
#define WHERE_BYTES 512
#define PREFIX "ALIGND_"

/* A file on its way through inih. */
struct ini_source {
    struct options *options;
    const char *path;
    FILE *stream;
    unsigned line;
    int rc;       /* the first error */
    bool due;     /* the line handed over is a setting, not yet seen by the handler */
    bool is_long; /* so long that the handler takes its value from text */
    char *value;  /* of such a line, in text */
    char bad_section[SECTION_MAX_BYTES + 1]; /* the last unknown one: reported once */
    char text[LINE_MAX_BYTES + 2];
};

static void put_where(char out[WHERE_BYTES], const struct ini_source *source)
{
    snprintf(out, WHERE_BYTES, "%s:%u", source->path, source->line);
}

static void refuse_line(struct ini_source *source, const char *why)
{
    log_error("%s:%u: %s", source->path, source->line, why);
    source->rc = err_first(source->rc, ERR_CONFIG);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reads one physical line without its end into text; false at the end of the file. */
static bool take_line(struct ini_source *source)
{
    size_t n = 0;
    int c;
    bool long_line = false;
    while ((c = getc(source->stream)) != EOF && c != '\n') {
        if (n < LINE_MAX_BYTES)
            source->text[n++] = (char)c;
        else
            long_line = true;
    }
    if (c == EOF && n == 0)
        return false;
    source->line++;
    source->text[n] = '\0';
    assert(n <= LINE_MAX_BYTES);
    if (long_line)
        refuse_line(source, "the line is longer than 4,095 bytes");
    else if (strlen(source->text) != n || !text_is_utf8((struct slice){source->text, n}))
        refuse_line(source, "the line is not UTF-8 text");
    else
        return true;
    source->text[0] = '\0';
    return true;
}

/* Cuts white space at both ends, and a comment behind a value. */
static char *trim_line(char *text)
{
    while (is_blank(*text))
        text++;
    size_t n = strlen(text);
    for (size_t i = 1; i < n && *text != '#' && *text != ';'; i++) {
        if ((text[i] == '#' || text[i] == ';') && is_blank(text[i - 1]))
            n = i;
    }
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

/* Looks at what a line is before inih does; what it would misread becomes empty. */
static void inspect_line(struct ini_source *source, char *text, size_t size)
{
    assert(text >= source->text && text <= source->text + LINE_MAX_BYTES && size > 2);
    char *bracket;
    source->due = source->is_long = false;
    if (*text == '\0' || *text == '#' || *text == ';') {
        *text = '\0';
    } else if (*text == '[') {
        bracket = strchr(text, ']');
        if (!bracket)
            refuse_line(source, "the section has no ']'");
        else if ((size_t)(bracket - text) - 1 > SECTION_MAX_BYTES)
            refuse_line(source, "the section name is longer than 49 bytes");
        else
            return;
        *text = '\0';
    } else if (text[strcspn(text, "=:")] == '\0') {
        refuse_line(source, "neither [section] nor key = value");
        *text = '\0';
    } else {
        source->due = true;
        source->is_long = strlen(text) + 2 > size;
    }
}

/* inih's reader: one line into out. */
static char *read_line(char *out, int size, void *arg)
{
    struct ini_source *source = arg;
    assert(source->stream && size > 3);
    if (source->due)
        refuse_line(source, "not understood"); /* inih saw no setting in it */
    if (!take_line(source))
        return NULL;
    char *text = source->text;
    if (source->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    text = trim_line(text);
    inspect_line(source, text, (size_t)size);
    if (source->is_long) {
        source->value = text + strcspn(text, "=:");
        *source->value++ = '\0';
        while (is_blank(*source->value))
            source->value++;
        if (strlen(text) + 3 > (size_t)size) {
            refuse_line(source, "the key is too long");
            source->due = source->is_long = false;
            *text = '\0';
        }
    }
    snprintf(out, (size_t)size, source->is_long ? "%s=\n" : "%s\n", text);
    return out;
}

/* An option set twice in a file: one of the two is a mistake. */
static int claim_line(struct ini_source *source, const char *section, const char *key)
{
    const struct option_table *table = source->options->table;
    const struct option *option = option_find(table, section, key);
    if (!option)
        return ERR_OK;
    unsigned *line = &source->options->lines[option - table->options];
    assert(source->line > 0);
    if (*line) {
        log_error("%s:%u: [%s] %s is already set in line %u", source->path, source->line, section,
                  key, *line);
        return ERR_CONFIG;
    }
    *line = source->line;
    return ERR_OK;
}

/* inih's handler: one setting.  Goes on after an error, so that one run shows all. */
static int take_setting(void *arg, const char *section, const char *key, const char *value)
{
    struct ini_source *source = arg;
    assert(!source->is_long || source->value);
    char where[WHERE_BYTES];

    source->due = false;
    if (*source->bad_section && strcmp(section, source->bad_section) == 0)
        return 1;
    put_where(where, source);
    const char *text = source->is_long ? source->value : value;
    int rc;
    if ((rc = claim_line(source, section, key)) ||
        (rc = option_set(source->options, section, key, text, where))) {
        if (!option_has_section(source->options->table, section))
            snprintf(source->bad_section, sizeof(source->bad_section), "%s", section);
        source->rc = err_first(source->rc, rc);
    }
    return 1;
}

int option_read_file(struct options *options, const char *path)
{
    struct ini_source *source = memory_calloc(1, sizeof(*source));
    source->options = options;
    source->path = path;
    source->stream = fopen(path, "re");
    int rc = ERR_OK;
    if (!source->stream) {
        rc = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        log_error("%s: %s", path, strerror(errno));
        goto done;
    }
    assert(options->lines && options->table->option_count);
    memset(options->lines, 0, options->table->option_count * sizeof(*options->lines));
    int line = ini_parse_stream(read_line, source, take_setting, source);
    if (ferror(source->stream)) {
        log_error("%s: %s", path, strerror(errno));
        rc = ERR_IO;
    } else {
        if (line < 0) /* inih's words for it */
            memory_exhausted(0);
        if (line > 0 && !source->rc) { /* inih refused a line that we did not */
            source->line = (unsigned)line;
            refuse_line(source, "not understood");
        }
        rc = source->rc;
    }
done:
    if (source->stream)
        fclose(source->stream);
    free(source);
    return rc;
}

/* Whether a variable begins with the words of a name, as ENGINE_BATCH_ does with
 * "engine.batch"; the rest behind the '_' or the end. */
static const char *match_words(const char *variable, const char *name)
{
    for (; *name; name++, variable++) {
        char c = isalnum((unsigned char)*name) ? (char)toupper((unsigned char)*name) : '_';
        if (*variable != c)
            return NULL;
    }
    return variable;
}

static const struct option *option_of_variable(const struct option_table *table, const char *name,
                                               size_t length)
{
    assert(strlen(name) >= length);
    for (size_t i = 0; i < table->option_count; i++) {
        const char *rest = match_words(name, table->options[i].section);
        if (rest && *rest == '_' && (rest = match_words(rest + 1, table->options[i].key)) &&
            rest == name + length)
            return &table->options[i];
    }
    return NULL;
}

/* A variable of an open section: the longest section name wins, so that
 * ALIGND_KAFKA_CONSUMER_X belongs to [kafka.consumer] where there is one. */
static int take_open_variable(struct options *options, const char *name, size_t length,
                              const char *value, const char *where)
{
    const struct option_table *table = options->table;
    const struct option_open *best = NULL;
    const char *rest, *best_rest = NULL;
    for (size_t i = 0; i < table->open_count; i++) {
        const struct option_open *open = &table->open[i];
        rest = open->separator ? match_words(name, open->section) : NULL;
        if (rest && *rest == '_' && rest + 1 < name + length && (!best || rest > best_rest)) {
            best = open;
            best_rest = rest;
        }
    }
    if (!best) {
        log_warn("%s: there is no such option; it is left alone", where);
        return ERR_OK;
    }
    char key[WHERE_BYTES];
    size_t n = (size_t)(name + length - best_rest) - 1;
    assert(best->separator && n > 0);
    if (n >= sizeof(key)) {
        log_error("%s: the name is too long", where);
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < n; i++) {
        char c = best_rest[i + 1];
        key[i] = (char)(c == '_' ? best->separator : tolower((unsigned char)c));
    }
    key[n] = '\0';
    return option_set(options, best->section, key, value, where);
}

/* Of the program, but no option; and of its tests. */
static bool is_known_variable(const char *words, size_t length)
{
    assert(strlen(words) >= length);
    static const char *const known[] = {"MODEL",   "KERNEL",   "DATA",      "REFERENCE",
                                        "STOP_AT", "CRASH_AT", "TRAPS_WHEN"};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strlen(known[i]) == length && memcmp(words, known[i], length) == 0)
            return true;
    return strncmp(words, "TEST_", 5) == 0;
}

int option_read_environment(struct options *options, char *const *environment)
{
    int first = ERR_OK;
    for (; *environment; environment++) {
        const char *name = *environment, *value = strchr(name, '=');
        if (!value || strncmp(name, PREFIX, strlen(PREFIX)) != 0)
            continue;
        char where[WHERE_BYTES];
        snprintf(where, sizeof(where), "%.*s", (int)(value - name), name);
        size_t length = (size_t)(value - name) - strlen(PREFIX);
        assert(value >= name + strlen(PREFIX));
        const char *words = name + strlen(PREFIX);
        if (is_known_variable(words, length))
            continue;
        const struct option *option = option_of_variable(options->table, words, length);
        int rc = option ? option_set(options, option->section, option->key, value + 1, where)
                        : take_open_variable(options, words, length, value + 1, where);
        first = err_first(first, rc);
    }
    return first;
}
