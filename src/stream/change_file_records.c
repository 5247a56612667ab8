/*
 * change_file_records.c - records off the window, one at a time: rows under a header, JSON objects.
 *
 *  (1) What is taken off the window is whole records, so that one which the window cuts is read
 *      again from its start once more of it is there.
 */
#include "change_file_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <stdio.h>

/* Over [from, to) of the window. */
static int check_utf8(const struct term_scan *s, const char *from, const char *to)
{
    assert(s->start <= from && from <= to && to <= s->end);
    struct term_scan piece = *s;
    if (text_is_utf8((struct slice){from, (size_t)(to - from)}))
        return ERR_OK;
    piece.start_place = term_place_after(s->start_place, s->start, (size_t)(from - s->start));
    piece.start = piece.at = from;
    piece.end = to;
    return term_scan_check_utf8(&piece);
}

/* --- the header --- */

static struct slice trim(struct slice s)
{
    while (s.len && (*s.data == ' ' || *s.data == '\t'))
        s = (struct slice){s.data + 1, s.len - 1};
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* The names of members or columns, as far as they fit into a message. */
static void list_names(const struct record_value *first, char *out, size_t size)
{
    assert(size > 0);
    size_t n = 0;
    *out = '\0';
    for (const struct record_value *v = first; v && n + 8 < size; v = v->next) {
        int wrote = snprintf(out + n, size - n, "%s%.*s", n ? ", " : "",
                             v->name.len < 30 ? (int)v->name.len : 30, v->name.data);
        n += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* Its comments are rows of the wrong kind, its columns have well-known names. */
static bool looks_like_mappings(const struct csv_row *header)
{
    assert(header->count > 0);
    struct slice first = header->cells[0].name;
    bool found = first.len && *first.data == '#';
    for (size_t i = 0; i < header->count && !found; i++)
        found = slice_equal(header->cells[i].name, slice_of("predicate_id"));
    return found;
}

/* Who finds the id, and a name twice. */
static int check_header(struct change_file *f, struct term_scan *s)
{
    assert(f->records.header.count > 0);
    const struct csv_row *header = &f->records.header;
    struct slice id = f->records.map ? record_map_id(f->records.map) : (struct slice){"", 0};
    bool found = false;
    char names[140];
    for (size_t i = 0; i < header->count; i++) {
        struct slice name = header->cells[i].name;
        found = found || (id.len && slice_equal(name, id));
        for (size_t k = 0; k < i; k++)
            if (name.len && slice_equal(name, header->cells[k].name))
                return term_scan_fail(s, header->cells[i].at, ERR_FORMAT, "columns",
                                      "two columns are named '%.*s'",
                                      name.len < 60 ? (int)name.len : 60, name.data);
    }
    list_names(header->cells, names, sizeof(names));
    if (!id.len && looks_like_mappings(header))
        return term_scan_fail(s, s->start, ERR_FORMAT, "columns",
                              "looks like mappings of SSSOM: say --format sssom");
    if (!id.len)
        return term_scan_fail(s, s->start, ERR_FORMAT, "columns",
                              "which column is the id (--id)? %s", names);
    if (!found)
        return term_scan_fail(s, s->start, ERR_FORMAT, "columns",
                              "no column '%.*s' for the id; there are: %s",
                              id.len < 40 ? (int)id.len : 40, id.data, names);
    return ERR_OK;
}

static int keep_header(struct change_file *f, struct term_scan *s, const struct csv_row *row)
{
    assert(row->count > 0);
    struct csv_row *header = &f->records.header;
    header->cells = arena_calloc(f->kept, row->count + 1, sizeof(*header->cells));
    header->count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        header->cells[i].at = row->cells[i].at;
        header->cells[i].name = arena_copy(f->kept, trim(row->cells[i].text));
        header->cells[i].next = i + 1 < row->count ? &header->cells[i + 1] : NULL;
    }
    return f->sssom ? sssom_take_header(f->sssom, s, row) : check_header(f, s);
}

/* Off the window, if it has all of it: else ERR_RETRY.  *text: what stands before it. */
static int take_header(struct change_file *f, struct buf *text)
{
    assert(f->records.header.count == 0);
    struct csv_row row = {0};
    struct term_scan s = change_file_scan(f, change_file_window(f).len, f->scratch);
    f->records.delimiter = f->sssom                 ? '\t'
                           : f->format == CODEC_TSV ? CSV_TSV
                                                    : csv_delimiter(change_file_window(f));
    int rc = csv_read_row(&s, f->records.delimiter, &row);
    if (rc)
        return rc;
    if (row.count && ((rc = check_utf8(&s, s.start, s.at)) || (rc = keep_header(f, &s, &row))))
        return rc;
    size_t n = (size_t)(s.at - s.start);
    buf_append(text, s.start, n);
    f->records.header_text = arena_copy(f->kept, buf_slice(text));
    change_file_consume(f, n);
    return ERR_OK;
}

static int read_header(struct change_file *f)
{
    struct buf text = {0};
    assert(!f->sssom);
    int rc = ERR_OK;
    if (f->format == CODEC_SSSOM) {
        f->sssom = sssom_new(f->kept);
        rc = change_file_take_metadata(f, &text);
    }
    while (!rc && (rc = take_header(f, &text)) == ERR_RETRY)
        rc = change_file_fill(f);
    arena_reset(f->scratch);
    buf_fini(&text);
    return rc;
}

/* --- rows --- */

static int take_row(struct change_file *f, struct term_scan *s, const char *start,
                    struct csv_row *row, struct change_list *list)
{
    assert(row->count > 0);
    const struct csv_row *header = &f->records.header;
    struct record_value record = {.kind = RECORD_OBJECT, .at = start, .first = row->cells};
    int rc = check_utf8(s, start, s->at);
    if (rc)
        return rc;
    if (f->sssom)
        return sssom_take_row(f->sssom, s, row, list);
    if (row->count > header->count)
        return term_scan_fail(s, row->cells[header->count].at, ERR_FORMAT, "columns",
                              "a row of %zu cells under a header of %zu", row->count,
                              header->count);
    for (size_t i = 0; i < row->count; i++) {
        row->cells[i].name = header->cells[i].name;
        if (!row->cells[i].name.len)
            row->cells[i].kind = RECORD_NULL;
    }
    return record_map_take(f->records.map, s, &record, NULL, list);
}

/* Rows until there are enough, or the window is used up: ERR_RETRY.  Where one fails, *ret_end is
 * behind it, if that is known. */
static int take_window_rows(struct change_file *f, struct term_scan *s, size_t most,
                            struct csv_row *row, struct change_list *list, const char **ret_done,
                            const char **ret_end)
{
    assert(list->count < most);
    int rc;
    do {
        const char *start = s->at;
        *ret_end = NULL;
        if ((rc = csv_read_row(s, f->records.delimiter, row)))
            return rc;
        if (row->count) {
            *ret_end = s->at;
            if ((rc = take_row(f, s, start, row, list)))
                return rc;
        }
        *ret_done = s->at;
    } while (row->count && list->count < most);
    return ERR_OK;
}

int change_file_take_rows(struct change_file *f, size_t max_changes, struct change_list *list,
                          size_t *ret_bytes)
{
    assert((f->records.map || f->sssom) && max_changes > 0);
    struct csv_row row = {0};
    size_t most = list->count + max_changes;
    for (*ret_bytes = 0;;) {
        struct term_scan s = change_file_scan(f, change_file_window(f).len, list->arena);
        const char *done = s.start, *end = NULL;
        int rc = take_window_rows(f, &s, most, &row, list, &done, &end);
        *ret_bytes += (size_t)(done - s.start);
        assert(s.start <= done && done <= s.at && s.at <= s.end);
        change_file_consume(f, (size_t)(done - s.start)); /* (1) */
        if (rc && rc != ERR_RETRY && !change_file_may_skip(f, rc))
            return rc;
        if (rc && rc != ERR_RETRY) {
            assert(!end || (done < end && end <= s.end));
            rc = change_file_reject(f, end ? (size_t)(end - done) : 0);
            if (rc)
                return rc;
            continue;
        }
        if (rc == ERR_OK && !*ret_bytes)
            change_file_tell_mappings(f);
        if (rc == ERR_OK || *ret_bytes)
            return ERR_OK;
        rc = change_file_fill(f);
        if (rc)
            return rc;
    }
}

/* --- JSON --- */

static void skip_white(struct term_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

/* What stands between records: takes one mark, an opening or closing bracket or a comma.  False at
 * the start of something else. */
static bool take_mark(struct change_file *f, struct term_scan *s)
{
    assert(s->at < s->end);
    char c = *s->at;
    if (!f->records.inside && c == '[') {
        f->records.inside = true;
        f->records.behind_one = false;
    } else if (f->records.inside && c == ']') {
        f->records.inside = false;
    } else if (f->records.inside && f->records.behind_one && c == ',') {
        f->records.behind_one = false;
    } else {
        return false;
    }
    s->at++;
    return true;
}

static int take_object(struct change_file *f, struct term_scan *s, struct change_list *list,
                       const char **ret_end)
{
    assert(s->at < s->end);
    const char *start = s->at;
    struct record_value *record;
    if (f->records.inside && f->records.behind_one)
        return term_scan_fail(s, start, ERR_FORMAT, "json", "expected ',' or ']'");
    if (*start != '{')
        return term_scan_fail(s, start, ERR_FORMAT, "json-shape",
                              "expected a record, which is an object");
    int rc = record_json_read(s, &record);
    if (rc)
        return rc;
    *ret_end = s->at;
    assert(start < s->at && s->at <= s->end);
    f->records.behind_one = true; /* taken or left out */
    if ((rc = check_utf8(s, start, s->at)))
        return rc;
    return record_map_take(f->records.map, s, record, NULL, list);
}

/* Records until there are enough, or the window is used up: ERR_RETRY. */
static int take_window(struct change_file *f, struct term_scan *s, size_t most,
                       struct change_list *list, const char **ret_done, const char **ret_end)
{
    int rc;
    while (list->count < most) {
        *ret_end = NULL;
        skip_white(s);
        *ret_done = s->at;
        if (s->at == s->end && s->more)
            return ERR_RETRY;
        if (s->at == s->end && f->records.inside)
            return term_scan_cut(s, "an array");
        if (s->at == s->end)
            break;
        if (!take_mark(f, s) && (rc = take_object(f, s, list, ret_end)))
            return rc;
        *ret_done = s->at;
    }
    assert(list->count >= most || (s->at == s->end && !f->records.inside));
    return ERR_OK;
}

/* A line that is no JSON: the comma at its end may be that of an array. */
static int reject_object(struct change_file *f, size_t n)
{
    bool inside = f->records.inside;
    int rc = change_file_reject(f, n);
    if (rc)
        return rc;
    if (!n && inside)
        f->records.behind_one = false;
    return ERR_OK;
}

int change_file_take_objects(struct change_file *f, size_t max_changes, struct change_list *list,
                             size_t *ret_bytes)
{
    assert(f->records.map && f->records.taken && max_changes > 0);
    size_t before = list->count;
    for (*ret_bytes = 0;;) {
        struct term_scan s = change_file_scan(f, change_file_window(f).len, list->arena);
        const char *done = s.start, *end = NULL;
        int rc = take_window(f, &s, before + max_changes, list, &done, &end);
        *ret_bytes += (size_t)(done - s.start);
        assert(s.start <= done && done <= s.at && s.at <= s.end);
        change_file_consume(f, (size_t)(done - s.start)); /* (1) */
        if (rc && rc != ERR_RETRY && !change_file_may_skip(f, rc))
            return rc;
        if (rc && rc != ERR_RETRY) {
            assert(!end || (done < end && end <= s.end));
            rc = reject_object(f, end ? (size_t)(end - done) : 0);
            if (rc)
                return rc;
            continue;
        }
        if (rc == ERR_OK || list->count > before)
            return ERR_OK;
        rc = change_file_fill(f);
        if (rc)
            return rc;
    }
}

static bool is_change(const struct record_value *v)
{
    static const char *const members[] = {"s", "data"};
    const struct record_value *op = record_json_get(v, slice_of("op"));
    for (size_t i = 0; op && i < 2; i++)
        if (record_json_get(v, slice_of(members[i])))
            return true;
    return op && !record_json_get(v, slice_of("after"));
}

/* A map without an id cannot read records; but what no change is deserves another word. */
static int refuse_without_id(struct term_scan *s, const struct record_value *first)
{
    if (record_json_get(first, slice_of("@context")) || record_json_get(first, slice_of("@graph")))
        return term_scan_fail(
            s, first->at, ERR_FORMAT, "unknown-format",
            "looks like JSON-LD: convert it (riot --output=ntriples FILE), or take "
            "its objects as records (--id @id)");
    char names[110];
    list_names(first->first, names, sizeof(names));
    return term_scan_fail(s, first->at, ERR_FORMAT, "json-shape",
                          "no change: where it is a record, say which member is its id (--id): %s",
                          names);
}

/* The first object of the window, where it is whole. */
static int look_at_first(struct change_file *f)
{
    assert(!f->records.taken && f->format == CODEC_JSON);
    struct term_scan s = change_file_scan(f, change_file_window(f).len, f->scratch);
    struct record_value *first;
    int rc = ERR_OK;
    skip_white(&s);
    if (s.at < s.end && *s.at == '[')
        s.at++;
    skip_white(&s);
    if (s.at < s.end && *s.at == '{' && !record_json_read(&s, &first) && !is_change(first))
        rc = refuse_without_id(&s, first);
    arena_reset(f->scratch);
    return rc;
}

int change_file_begin_records(struct change_file *f)
{
    assert(f->started && !f->records.taken && !f->records.inside);
    const struct record_map *map = f->records.map;
    if (f->format == CODEC_CSV || f->format == CODEC_TSV || f->format == CODEC_SSSOM)
        return read_header(f);
    if (f->format != CODEC_JSON || !map)
        return ERR_OK;
    f->records.taken = record_map_id(map).len != 0;
    if (f->records.taken)
        return ERR_OK;
    int rc;
    if (!change_file_window(f).len && (rc = change_file_fill(f)))
        return rc;
    return look_at_first(f);
}
