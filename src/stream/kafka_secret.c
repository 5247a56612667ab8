/*
 * kafka_secret.c - what is a secret goes by the name of its property, so that one of a later
 * librdkafka is one before anybody has heard of it.  librdkafka's own mark hides less:
 * sasl.oauthbearer.client.secret is printed whole with debug=conf.
 *
 * Of a text of several lines (PEM) each line is hidden, since a message may have one of them.  At
 * each place the longest secret is taken: one may begin another.
 */
#include "alignd/stream/kafka_secret.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MIN 16 /* shorter ones of a text of several lines tell nothing */

static bool holds(const char *key, const char *word)
{
    size_t n = strlen(word);
    for (; *key; key++)
        if (strncasecmp(key, word, n) == 0)
            return true;
    return false;
}

bool kafka_secret_is_key(const char *key)
{
    static const char *const words[] = {"password", "secret", "passphrase", "key.pem",
                                        "oauthbearer.config"};
    assert(key);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (holds(key, words[i]))
            return true;
    return strcasecmp(key, "ssl_key") == 0;
}

static void keep(struct kafka_secret_list *s, const char *text, size_t n)
{
    assert(n > 0);
    s->at = memory_realloc(s->at, (s->count + 1) * sizeof(*s->at));
    s->at[s->count] = memory_calloc(n + 1, 1);
    memcpy(s->at[s->count++], text, n);
}

void kafka_secret_add(struct kafka_secret_list *s, const char *value)
{
    size_t all = strlen(value);
    if (all)
        keep(s, value, all);
    for (const char *line = value; strchr(value, '\n') && *line;) {
        size_t n = strcspn(line, "\r\n");
        if (n >= LINE_MIN && strncmp(line, "-----", 5) != 0)
            keep(s, line, n);
        line += n;
        line += strspn(line, "\r\n");
    }
    assert(!all || s->count);
}

void kafka_secret_fini(struct kafka_secret_list *s)
{
    for (size_t i = 0; i < s->count; i++) {
        explicit_bzero(s->at[i], strlen(s->at[i]));
        free(s->at[i]);
    }
    free(s->at);
    *s = (struct kafka_secret_list){0};
}

/* The length of the longest secret that begins here. */
static size_t secret_here(const struct kafka_secret_list *s, const char *text)
{
    size_t longest = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t n = strlen(s->at[i]);
        if (n > longest && strncmp(text, s->at[i], n) == 0)
            longest = n;
    }
    return longest;
}

const char *kafka_secret_hide(const struct kafka_secret_list *s, const char *text,
                              struct buf *space)
{
    assert(space->len == 0);
    for (const char *at = text; *at;) {
        size_t n = secret_here(s, at);
        if (n)
            buf_append_text(space, "[redacted]");
        else
            buf_append_char(space, *at);
        at += n ? n : 1;
    }
    buf_append_char(space, '\0');
    return space->data;
}
