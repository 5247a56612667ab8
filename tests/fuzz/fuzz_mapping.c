/*
 * fuzz_mapping.c - the mapping file, and names as they are compared: any bytes
 * are refused or understood; normalising twice changes nothing; words lie in
 * the text they are taken from.
 */
#include "fuzz_check.h"

#include "alignd/graph/mapping.h"
#include "alignd/graph/mapping_check.h"

static void check_mapping(struct slice text)
{
    struct mapping *m = NULL;
    int rc = mapping_parse(text, "fuzz", &m);
    FUZZ_CHECK(rc == 0 || rc == ERR_CONFIG);
    if (!rc) {
        FUZZ_CHECK(slice_equal(mapping_text(m), text));
        struct slice graph = slice_of("a"), iri = slice_of("http://a/p");
        const struct mapping_row *row = mapping_find(m, graph, iri);
        FUZZ_CHECK(!row || (row->rank >= 0 && mapping_has_graph(m, graph)));
        static const char *const graphs[] = {"a", "left"};
        rc = mapping_check(m, &(struct mapping_check_graphs){graphs, 2, true});
        FUZZ_CHECK(rc == 0 || rc == ERR_CONFIG);
        FUZZ_CHECK(!mapping_type(m, graph, iri).len || mapping_has_graph(m, graph));
    }
    mapping_close(m);
}

static void check_name(struct slice text)
{
    struct buf once = {0}, twice = {0}, local = {0};
    text_normalise(&once, text);
    FUZZ_CHECK(text_is_utf8(buf_slice(&once)));
    text_normalise(&twice, buf_slice(&once));
    FUZZ_CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));
    struct slice rest = buf_slice(&once), word;
    while (text_next_word(&rest, &word)) {
        FUZZ_CHECK(word.len && word.data >= once.data);
        FUZZ_CHECK(word.data + word.len <= once.data + once.len);
    }
    struct slice name = text_local_name(text);
    FUZZ_CHECK(name.len <= text.len);
    text_reads_like_a_word(name);
    text_from_local_name(&local, name);
    FUZZ_CHECK(text_is_utf8(buf_slice(&local)));
    buf_fini(&once);
    buf_fini(&twice);
    buf_fini(&local);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = {(const char *)data, size};
    check_mapping(text);
    check_name(text);
    return 0;
}
