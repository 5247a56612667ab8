/*
 * test_curie_map.c - prefixes of SSSOM.
 */
#include "alignd/base/err.h"
#include "alignd/cli/curie_map.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void expect_curie(const struct curie_map *m, const char *iri, const char *curie)
{
    struct buf out = {0};
    curie_map_append(m, &out, slice_of(iri));
    cr_expect(slice_equal(buf_slice(&out), slice_of(curie)), "%s: %.*s", iri, (int)out.len,
              out.data);
    buf_fini(&out);
}

Test(curie_map, a_namespace_is_called_like_its_graph_and_numbered_from_the_second_on)
{
    static struct curie_map m;
    curie_map_init(&m);
    curie_map_note(&m, slice_of("http://a.example/film/1"), "imdb");
    curie_map_note(&m, slice_of("http://a.example/film/2"), "imdb");
    curie_map_note(&m, slice_of("http://a.example/v#x"), "imdb");
    curie_map_note(&m, slice_of("http://a.example/1"), "7up");
    expect_curie(&m, "http://a.example/film/2", "imdb:2");
    expect_curie(&m, "http://a.example/v#x", "imdb2:x");
    expect_curie(&m, "http://a.example/1", "g7up:1");
    curie_map_fini(&m);
}

Test(curie_map, well_known_namespaces_have_their_usual_prefix_and_nobody_else_gets_it)
{
    static struct curie_map m;
    curie_map_init(&m);
    curie_map_note(&m, slice_of("http://www.wikidata.org/entity/Q42"), "w");
    curie_map_note(&m, slice_of("http://a.example/1"), "wd");
    curie_map_note(&m, slice_of("http://b.example/1"), "owl");
    expect_curie(&m, "http://www.wikidata.org/entity/Q42", "wd:Q42");
    expect_curie(&m, "http://a.example/1", "wd2:1");
    expect_curie(&m, "http://b.example/1", "owl2:1");
    expect_curie(&m, "http://www.w3.org/2002/07/owl#sameAs", "owl:sameAs");
    curie_map_fini(&m);
}

Test(curie_map, what_has_no_namespace_stays_as_it_is)
{
    static struct curie_map m;
    curie_map_init(&m);
    static const char *const bare[] = {"_:b/1", "http://a.example/", "urn:x:"};
    for (size_t i = 0; i < 3; i++) {
        curie_map_note(&m, slice_of(bare[i]), "g");
        expect_curie(&m, bare[i], bare[i]);
    }
    curie_map_note(&m, slice_of("x"), "g");
    expect_curie(&m, "x", "<x>");
    expect_curie(&m, "http://never.example/noted", "http://never.example/noted");
    curie_map_fini(&m);
}

Test(curie_map, a_blank_node_stays_one_and_its_prefix_is_told)
{
    static struct curie_map m;
    curie_map_init(&m);
    size_t before = m.count;
    curie_map_note(&m, slice_of("_:b/1"), "g");
    curie_map_note(&m, slice_of("_:c"), "g");
    expect_curie(&m, "_:b/1", "_:b/1");
    cr_assert_eq(m.count, before + 1);
    cr_expect_str_eq(m.all[before].prefix, "_");
    curie_map_fini(&m);
}

/* urn:isbn:1 as it is would be a CURIE of a prefix that the file does not tell. */
Test(curie_map, where_no_slash_ends_a_namespace_the_last_colon_does)
{
    static struct curie_map m;
    curie_map_init(&m);
    curie_map_note(&m, slice_of("urn:isbn:1"), "books");
    curie_map_note(&m, slice_of("wd:Q1"), "books");
    expect_curie(&m, "urn:isbn:1", "books:1");
    expect_curie(&m, "wd:Q1", "books2:Q1");
    curie_map_fini(&m);
}

Test(curie_map, a_full_map_takes_no_more)
{
    static struct curie_map m;
    char iri[64];
    curie_map_init(&m);
    for (int i = 0; i < 2 * CURIE_MAP_MAX; i++) {
        snprintf(iri, sizeof iri, "http://a.example/%d/x", i);
        curie_map_note(&m, slice_of(iri), "g");
    }
    cr_expect_eq(m.count, CURIE_MAP_MAX);
    expect_curie(&m, "http://a.example/0/x", "g:x");
    expect_curie(&m, iri, iri);
    curie_map_fini(&m);
}
