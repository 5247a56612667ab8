/*
 * settings.c - lines `name=value`, compared.  A line that only one side has differs too: an
 * older or newer alignd wrote it.
 */
#include "alignd/state/settings.h"

#include "alignd/base/log.h"

#include <string.h>

struct slice settings_next_line(struct slice *rest)
{
    const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
    struct slice line = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    rest->data += line.len + (end ? 1 : 0);
    rest->len -= line.len + (end ? 1 : 0);
    return line;
}

struct slice settings_find_line(struct slice lines, struct slice like)
{
    const char *equals = like.len ? memchr(like.data, '=', like.len) : NULL;
    size_t n = equals ? (size_t)(equals - like.data) + 1 : like.len;
    while (lines.len) {
        struct slice line = settings_next_line(&lines);
        if (line.len >= n && memcmp(line.data, like.data, n) == 0)
            return line;
    }
    return (struct slice){"", 0};
}

bool settings_differ(struct slice stored, struct slice wanted)
{
    bool any = false;
    for (struct slice rest = wanted; rest.len;) {
        struct slice is = settings_next_line(&rest), was = settings_find_line(stored, is);
        if (slice_equal(was, is))
            continue;
        any = true;
        log_error("the store was built with '%.*s', the configuration says '%.*s'", (int)was.len,
                  was.data, (int)is.len, is.data);
    }
    for (struct slice rest = stored; rest.len;) {
        struct slice was = settings_next_line(&rest);
        if (settings_find_line(wanted, was).len)
            continue;
        any = true;
        log_error("the store was built with '%.*s', which this alignd does not know", (int)was.len,
                  was.data);
    }
    return any;
}

static bool is_one_of(struct slice line, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]);
        if (line.len >= n && memcmp(line.data, names[i], n) == 0)
            return true;
    }
    return false;
}

bool settings_differ_only_in(struct slice stored, struct slice wanted, const char *const *names,
                             size_t count)
{
    bool any = false;
    if (stored.len == 0)
        return false;
    for (struct slice rest = wanted; rest.len;) {
        struct slice is = settings_next_line(&rest), was = settings_find_line(stored, is);
        if (slice_equal(was, is))
            continue;
        any = true;
        if (!was.len || !is_one_of(is, names, count))
            return false;
    }
    for (struct slice rest = stored; rest.len;)
        if (!settings_find_line(wanted, settings_next_line(&rest)).len)
            return false;
    return any;
}
