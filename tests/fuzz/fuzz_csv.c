/*
 * fuzz_csv.c - rows of CSV and TSV: any bytes are refused or rows; read through a window that
 * grows, as files are, they are the rows that they are at once; a file of them is refused or gives
 * changes.  The first byte says which delimiter, and how wide the window is.
 */
#include "fuzz_file.h"

#include "alignd/base/log.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/csv.h"

static uint64_t add_row(uint64_t sum, const struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        FUZZ_CHECK(row->cells[i].kind == RECORD_TEXT);
        for (size_t k = 0; k < row->cells[i].text.len; k++)
            sum = sum * 31 + (uint8_t)row->cells[i].text.data[k];
        sum = sum * 31 + 257;
    }
    return sum * 31 + 258;
}

/* What all rows are, in windows that are copies of their own; *ret_rows: before the one that was
 * refused. */
static int read_rows(struct slice text, size_t step, char delimiter, uint64_t *ret_sum,
                     size_t *ret_rows)
{
    struct codec_limits limits = codec_limits_default();
    struct codec_error error = {0};
    struct csv_row row = {0};
    struct arena *arena = fuzz_arena();
    size_t from = 0, length = step;
    for (*ret_sum = *ret_rows = 0;;) {
        length = length > text.len - from ? text.len - from : length;
        char *window = malloc(length + 1);
        FUZZ_CHECK(window);
        memcpy(window, text.data + from, length);
        struct term_scan s = term_scan_of((struct slice){window, length}, &limits, arena, &error);
        s.more = from + length < text.len;
        int rc = csv_read_row(&s, delimiter, &row);
        FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || (rc == ERR_RETRY && s.more));
        if (!rc && row.count)
            *ret_sum = add_row(*ret_sum, &row);
        *ret_rows += !rc && row.count;
        from += rc ? 0 : (size_t)(s.at - window);
        free(window);
        if (rc == ERR_FORMAT || (!rc && !row.count))
            return rc;
        length = rc == ERR_RETRY ? length + step : step;
    }
}

static void check_file(struct slice text, enum codec_format format, bool skip)
{
    static struct record_map *map;
    struct change_file_rejects rejects = {.skip = skip};
    struct change_file *f;
    struct fuzz_file file = fuzz_file_of(text.data, text.len);
    size_t count = 1;
    int rc = 0;
    if (!map)
        map = record_map_new(&(struct record_options){.graph = "g", .id = "id", .type = "t"});
    if (change_file_open(file.path, format, NULL, &f)) { /* packed otherwise than we unpack */
        fuzz_file_close(&file);
        return;
    }
    change_file_set_records(f, map);
    change_file_set_rejects(f, &rejects);
    while (!rc && count) {
        struct change *changes;
        rc = change_file_next(f, fuzz_arena(), 5, &changes, &count);
        for (size_t i = 0; i < count && !rc; i++)
            fuzz_check_change(&changes[i]);
    }
    FUZZ_CHECK(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
    change_file_close(f);
    fuzz_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {',', ';', '\t', CSV_TSV};
    if (!size)
        return 0;
    struct slice text = {(const char *)data + 1, size - 1};
    char delimiter = delimiters[*data % 4];
    uint64_t whole, pieces;
    size_t rows, again;
    log_set_level(LOG_ERROR);
    int rc = read_rows(text, text.len + 1, delimiter, &whole, &rows);
    FUZZ_CHECK(read_rows(text, 1 + *data / 4 % 16, delimiter, &pieces, &again) == rc);
    FUZZ_CHECK(whole == pieces && rows == again);
    FUZZ_CHECK(memchr(",;\t", csv_delimiter(text), 3));
    check_file(text, delimiter == CSV_TSV ? CODEC_TSV : CODEC_CSV, *data & 0x80);
    return 0;
}
