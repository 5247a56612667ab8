/*
 * settings.c - lines `name=value`, compared.  A line that only one side has differs too: an
 * older or newer alignd wrote it.
 */
#include "alignd/state/settings.h"

#include "alignd/base/log.h"

#include <assert.h>
#include <string.h>

struct slice settings_next_line(struct slice *rest)
{
    const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
    struct slice line = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    assert(line.len + (end ? 1 : 0) <= rest->len);
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

/* Of what is remembered by a digest or a number of our own, which say nothing to a person. */
static const struct {
    const char *name, *words;
} unseen[] = {
    {"mapping", "the mapping differs from the one that the store was built with"},
    {"model", "the model differs from the one that the store was built with"},
    {"block_keys", "this alignd files entities under other block keys than the store has"},
};

/* One setting, in words; a line may be empty: none of that name. */
static void tell(struct slice was, struct slice is)
{
    struct slice either = is.len ? is : was;
    const char *equals = memchr(either.data, '=', either.len);
    struct slice name = {either.data, equals ? (size_t)(equals - either.data) : either.len};
    size_t skip = name.len + (equals ? 1 : 0);
    assert(skip <= either.len);
    for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
        if (slice_equal(name, slice_of(unseen[i].name))) {
            log_error("%s", unseen[i].words);
            return;
        }
    if (!was.len)
        log_error("%.*s: asked for %.*s, the store does not know it", (int)name.len, name.data,
                  (int)(is.len - skip), is.data + skip);
    else if (!is.len)
        log_error("%.*s: the store has %.*s, this alignd does not know it", (int)name.len,
                  name.data, (int)(was.len - skip), was.data + skip);
    else
        log_error("%.*s: the store has %.*s, asked for %.*s", (int)name.len, name.data,
                  (int)(was.len - skip), was.data + skip, (int)(is.len - skip), is.data + skip);
}

bool settings_differ(struct slice stored, struct slice wanted)
{
    bool any = false;
    for (struct slice rest = wanted; rest.len;) {
        struct slice is = settings_next_line(&rest), was = settings_find_line(stored, is);
        if (slice_equal(was, is))
            continue;
        any = true;
        tell(was, is);
    }
    for (struct slice rest = stored; rest.len;) {
        struct slice was = settings_next_line(&rest), is = settings_find_line(wanted, was);
        if (is.len)
            continue;
        any = true;
        tell(was, is);
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
    assert(count > 0);
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
