/*
 * fuzz_record_json.c - JSON as a tree of records: any bytes are refused or a value; what another
 * parser takes is taken, and what is taken it takes but for numbers beyond a machine's; a window
 * that cuts the text is told from an error.  A record is refused by the map or becomes changes.
 */
#include "fuzz_check.h"

#include "alignd/base/log.h"
#include "alignd/stream/record_json.h"
#include "alignd/stream/record_map.h"

#include <jansson.h>

static int read_text(struct slice text, bool more, struct record_value **ret_value, size_t *ret_n)
{
    static struct codec_limits limits;
    static struct codec_error error;
    limits = codec_limits_default();
    error = (struct codec_error){0};
    struct term_scan s = term_scan_of(text, &limits, fuzz_arena(), &error);
    s.more = more;
    int rc = record_json_read(&s, ret_value);
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT || (rc == ERR_RETRY && more));
    FUZZ_CHECK(rc == 0 || rc == ERR_RETRY || (error.line && error.column && error.message[0]));
    *ret_n = rc ? 0 : (size_t)(s.at - s.start);
    return rc;
}

static bool has_wide_number(const struct record_value *v)
{
    for (const struct record_value *c = v->first; c; c = c->next)
        if (has_wide_number(c))
            return true;
    return v->kind == RECORD_NUMBER &&
           (v->text.len > 18 || memchr(v->text.data, 'e', v->text.len) ||
            memchr(v->text.data, 'E', v->text.len));
}

/* Of text that is UTF-8 alone: the reader is told that its text is. */
static void check_other(struct slice text, int rc, const struct record_value *v, size_t n)
{
    json_error_t error;
    size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK;
    json_t *other = json_loadb(text.data, text.len, flags, &error);
    if (other)
        FUZZ_CHECK(rc == 0 || rc == ERR_LIMIT);
    if (!rc && n < text.len && v->kind != RECORD_TEXT && v->kind < RECORD_ARRAY)
        rc = ERR_FORMAT; /* 1x, nulls: the other one reads on */
    if (!rc && !other)
        FUZZ_CHECK(has_wide_number(v));
    json_decref(other);
}

static void check_map(const struct record_value *v, struct slice text)
{
    static const char rows[] = "g\ta\tref:r:t:|\ng\tb.c\tlabel\ng\td\trefid:r:u\ng\te.i\tid:w\n"
                               "g\tf.*.x[]\tref:r:t\ng\tk\ttype\ng\th\tignore\n";
    static struct mapping *mapping;
    static struct record_map *map;
    struct codec_limits limits = codec_limits_default();
    struct codec_error error = {0};
    struct slice key = slice_of("key");
    if (!mapping) {
        FUZZ_CHECK(mapping_parse(slice_of(rows), "fuzz", &mapping) == 0);
        map = record_map_new(
            &(struct record_options){.graph = "g", .id = "id", .mapping = mapping, .whole = true});
    }
    struct arena *arena = arena_new();
    struct change_list list = change_list_of(arena, 1);
    struct term_scan s = term_scan_of(text, &limits, arena, &error);
    int rc = record_map_take(map, &s, v, &key, &list);
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
    FUZZ_CHECK(rc == 0 || (error.line && error.column && error.message[0] && !list.count));
    for (size_t i = 0; i < list.count; i++)
        fuzz_check_change(&list.items[i]);
    if (!rc)
        fuzz_check_round_trip(arena, list.items, list.count);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1); /* a step behind its end is seen */
    struct record_value *v = NULL;
    size_t n, again, cut = size ? data[size - 1] % (size + 1) : 0;
    FUZZ_CHECK(copy);
    memcpy(copy, data, size);
    struct slice text = {copy, size};
    log_set_level(LOG_ERROR);
    bool utf8 = text_is_utf8(text);
    int rc = read_text(text, false, &v, &n);
    if (utf8 && !memchr(copy, 0, size)) /* the other one reads over NUL */
        check_other(text, rc, v, n);
    if (utf8 && !rc)
        check_map(v, text);
    int piece = read_text((struct slice){copy, cut}, true, &v, &again);
    FUZZ_CHECK(rc || piece == ERR_RETRY || (piece == 0 && again == n));
    free(copy);
    return 0;
}
