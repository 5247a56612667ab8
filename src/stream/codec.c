/*
 * codec.c - a message to changes: what is checked of all formats, cheapest first (size, byte
 * order mark, UTF-8), then the decoder of the one it is in.  UTF-8 comes before any
 * decoder, so that what is wrong with the bytes is not told as a wrong syntax, and the
 * slices that decoders lend are strict.
 *
 *  (1) On an error nothing is handed over: the results are set at the end, whole.
 */
#include "alignd/stream/codec.h"

#include "alignd/base/err.h"
#include "alignd/stream/json_change.h"
#include "alignd/stream/nquads.h"
#include "alignd/stream/rdf_patch.h"
#include "alignd/stream/turtle.h"

#include <assert.h>
#include <stdio.h>

static const struct {
    const char *name;
    enum codec_format format;
} names[] = {{"auto", CODEC_AUTO},      {"rdf-patch", CODEC_RDF_PATCH},
             {"n-quads", CODEC_NQUADS}, {"n-triples", CODEC_NQUADS},
             {"json", CODEC_JSON},      {"jsonl", CODEC_JSON},
             {"ndjson", CODEC_JSON},    {"turtle", CODEC_TURTLE},
             {"trig", CODEC_TRIG},      {"csv", CODEC_CSV},
             {"tsv", CODEC_TSV},        {"sssom", CODEC_SSSOM}},
  types[] = {{"application/rdf-patch", CODEC_RDF_PATCH}, {"text/rdf-patch", CODEC_RDF_PATCH},
             {"application/n-quads", CODEC_NQUADS},      {"text/x-nquads", CODEC_NQUADS},
             {"application/n-triples", CODEC_NQUADS},    {"text/turtle", CODEC_TURTLE},
             {"application/trig", CODEC_TRIG},           {"application/json", CODEC_JSON}};

bool codec_format_from_name(struct slice name, enum codec_format *ret_format)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_equal(name, slice_of(names[i].name))) {
            *ret_format = names[i].format;
            return true;
        }
    }
    return false;
}

const char *codec_format_name(enum codec_format format)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].format == format)
            return names[i].name;
    return "unknown";
}

static bool equal_in_any_case(struct slice a, const char *lower)
{
    if (a.len != strlen(lower))
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char c = a.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != lower[i])
            return false;
    }
    return true;
}

enum codec_format codec_format_from_path(const char *path)
{
    static const struct {
        const char *end;
        enum codec_format format;
    } ends[] = {{".ttl", CODEC_TURTLE},      {".trig", CODEC_TRIG}, {".csv", CODEC_CSV},
                {".sssom.tsv", CODEC_SSSOM}, {".tsv", CODEC_TSV},   {".tab", CODEC_TSV}};
    struct slice name = slice_of(path);
    for (int i = 0; i < 2; i++)
        if (name.len > 3 && (memcmp(name.data + name.len - 3, ".gz", 3) == 0 ||
                             memcmp(name.data + name.len - 3, ".xz", 3) == 0))
            name.len -= 3;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i].end);
        if (name.len > n &&
            equal_in_any_case((struct slice){name.data + name.len - n, n}, ends[i].end))
            return ends[i].format;
    }
    return CODEC_AUTO;
}

static struct slice trim(struct slice s)
{
    while (s.len && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = (struct slice){s.data + 1, s.len - 1};
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

bool codec_format_from_content_type(struct slice type, enum codec_format *ret_format)
{
    const char *parameters = type.len ? memchr(type.data, ';', type.len) : NULL;
    if (parameters)
        type.len = (size_t)(parameters - type.data);
    type = trim(type);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (equal_in_any_case(type, types[i].name)) {
            *ret_format = types[i].format;
            return true;
        }
    }
    return false;
}

/* H, TX, TB, TC, TA, A, D, PA, PD with a token behind it */
static bool is_patch(const char *p, const char *end)
{
    assert(p <= end);
    static const char *const codes[] = {"TX", "TB", "TC", "TA", "PA", "PD", "H", "A", "D"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t n = strlen(codes[i]);
        if ((size_t)(end - p) < n || memcmp(p, codes[i], n) != 0)
            continue;
        return p + n == end || memchr(" \t\r\n.<\"'#", p[n], 9);
    }
    return false;
}

/* A word and what ends it, in any case. */
static bool starts_with(const char *p, const char *end, const char *lower)
{
    assert(p <= end);
    size_t n = strlen(lower);
    return (size_t)(end - p) >= n && equal_in_any_case((struct slice){p, n}, lower);
}

static bool is_turtle(const char *p, const char *end)
{
    return starts_with(p, end, "@prefix") || starts_with(p, end, "@base") ||
           starts_with(p, end, "prefix ") || starts_with(p, end, "base ") ||
           starts_with(p, end, "prefix\t");
}

enum codec_format codec_detect(struct slice payload)
{
    struct term_scan s = term_scan_of(payload, NULL, NULL, NULL);
    term_scan_skip_space(&s);
    assert(s.start <= s.at && s.at <= s.end);
    if (s.at == s.end)
        return CODEC_AUTO;
    if (*s.at == '[' || *s.at == '{')
        return CODEC_JSON;
    if (starts_with(s.at, s.end, "<?xml") || starts_with(s.at, s.end, "<!doctype") ||
        starts_with(s.at, s.end, "<rdf:rdf") || starts_with(s.at, s.end, "<html"))
        return CODEC_AUTO;
    if (*s.at == '<' || *s.at == '_')
        return CODEC_NQUADS;
    if (is_turtle(s.at, s.end))
        return CODEC_TURTLE;
    return is_patch(s.at, s.end) ? CODEC_RDF_PATCH : CODEC_AUTO;
}

const char *codec_looks_like(struct slice text)
{
    static const struct {
        const char *start;
        size_t n;
        const char *words;
    } looks[] = {
        {"<!doctype html", 14, "an HTML page: was the file downloaded as it should?"},
        {"<html", 5, "an HTML page: was the file downloaded as it should?"},
        {"<rdf:rdf", 8, "RDF/XML: convert it, for instance with rapper -o ntriples FILE"},
        {"<?xml", 5,
         "XML: RDF/XML is converted by rapper -o ntriples FILE, other XML to CSV or JSON"},
        {"Obj\1", 4, "Avro: convert it to JSON lines, for instance with avro-tools tojson FILE"},
        {"PAR1", 4,
         "Parquet: convert it, for instance with duckdb -c \"COPY 'FILE' TO 'out.csv'\""},
        {"PK\3\4", 4, "XLSX or another ZIP: save the sheet as CSV, or unpack it"},
        {"\320\317\021\340", 4, "XLS: save the sheet as CSV"},
        {"SQLite format 3", 15,
         "SQLite: write a table as CSV (sqlite3 -header -csv FILE 'select ...')"},
        {"%PDF", 4, "PDF: there are no triples in it"},
        {"$HDT", 4, "HDT: convert it, with hdt2rdf.sh FILE out.nt"},
        {"ORC", 3, "ORC: convert it to CSV or JSON lines"},
    };
    while (text.len && memchr(" \t\r\n", *text.data, 4))
        text = (struct slice){text.data + 1, text.len - 1};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (text.len >= looks[i].n &&
            (memcmp(text.data, looks[i].start, looks[i].n) == 0 ||
             equal_in_any_case((struct slice){text.data, looks[i].n}, looks[i].start)))
            return looks[i].words;
    return NULL;
}

struct codec_limits codec_limits_default(void)
{
    return (struct codec_limits){.message_bytes = (size_t)8 << 20,
                                 .rows = 1000000,
                                 .iri_bytes = (size_t)8 << 10,
                                 .literal_bytes = (size_t)1 << 20,
                                 .nesting = 32};
}

struct codec_limits codec_limits_of(const struct codec_limits *limits)
{
    struct codec_limits all = codec_limits_default();
    if (!limits)
        return all;
    all.message_bytes = limits->message_bytes ? limits->message_bytes : all.message_bytes;
    all.rows = limits->rows ? limits->rows : all.rows;
    all.iri_bytes = limits->iri_bytes ? limits->iri_bytes : all.iri_bytes;
    all.literal_bytes = limits->literal_bytes ? limits->literal_bytes : all.literal_bytes;
    all.nesting = limits->nesting ? limits->nesting : all.nesting;
    all.relative_iris = limits->relative_iris;
    all.verdicts = limits->verdicts;
    assert(all.message_bytes && all.rows && all.iri_bytes && all.literal_bytes && all.nesting);
    return all;
}

static int decode_auto(struct term_scan *s)
{
    assert(s->start <= s->at && s->at <= s->end);
    const char *words = codec_looks_like((struct slice){s->start, (size_t)(s->end - s->start)});
    term_scan_skip_space(s);
    if (s->at == s->end)
        return 0;
    if (words)
        return term_scan_fail(s, s->at, ERR_FORMAT, "unknown-format", "looks like %s", words);
    return term_scan_fail(s, s->at, ERR_FORMAT, "unknown-format",
                          "looks like none of RDF Patch, N-Quads, Turtle and JSON");
}

static int decode(struct term_scan *s, enum codec_format format, struct change_list *list)
{
    switch (format) {
    case CODEC_RDF_PATCH:
        return rdf_patch_decode(s, s->limits->rows, list);
    case CODEC_NQUADS:
        return nquads_decode(s, s->limits->rows, list);
    case CODEC_JSON:
        return json_change_decode(s, s->limits->rows, list);
    case CODEC_TURTLE:
    case CODEC_TRIG:
        return turtle_decode(s, format == CODEC_TRIG, list);
    case CODEC_CSV:
    case CODEC_TSV:
    case CODEC_SSSOM:
        return term_scan_fail(s, s->at, ERR_FORMAT, "unknown-format",
                              "rows of CSV, TSV and SSSOM are read from files, not from messages");
    case CODEC_AUTO:
        break;
    }
    return decode_auto(s);
}

static int decode_message(struct term_scan *s, enum codec_format format, struct change_list *list)
{
    assert(s->at == s->start);
    size_t bytes = (size_t)(s->end - s->start);
    int rc;
    if (bytes > s->limits->message_bytes)
        return term_scan_fail(s, s->start, ERR_LIMIT, "limit-message",
                              "a message of %zu bytes, over %zu", bytes, s->limits->message_bytes);
    if ((rc = term_scan_skip_mark(s)) || (rc = term_scan_check_utf8(s)))
        return rc;
    if (format == CODEC_AUTO)
        format = codec_detect((struct slice){s->start, (size_t)(s->end - s->start)});
    return decode(s, format, list);
}

int codec_decode(enum codec_format format, struct slice payload, const struct codec_limits *limits,
                 struct arena *arena, struct change **ret_changes, size_t *ret_count,
                 struct codec_error *ret_error)
{
    struct codec_limits all = codec_limits_of(limits);
    struct codec_error error = {0};
    assert(arena);
    struct term_scan s = term_scan_of(payload, &all, arena, &error);
    /* a common triple takes over 100 bytes; short ones make the list grow */
    struct change_list list = change_list_of(arena, payload.len / 100 + 1);

    int rc = decode_message(&s, format, &list);
    if (rc) {
        assert(*error.code && error.line && error.column); /* who fails says where */
        if (ret_error)
            *ret_error = error;
        return rc;
    }
    assert(s.at <= s.end);
    *ret_changes = list.count ? list.items : NULL; /* (1) */
    *ret_count = list.count;
    return 0;
}
