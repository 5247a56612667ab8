#include "alignd/graph/id.h"

#include <criterion/criterion.h>

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

Test(id, terms_that_differ_have_ids_that_differ)
{
    struct term a = iri("http://x/1"), b = {.kind = TERM_BLANK, .text = slice_of("http://x/1")};
    struct term plain = {.kind = TERM_LITERAL, .text = slice_of("1")}, typed = plain,
                tagged = plain;
    typed.datatype = slice_of("http://www.w3.org/2001/XMLSchema#integer");
    tagged.lang = slice_of("en");
    cr_expect_not(id_equal(id_of_entity(1, &a), id_of_entity(2, &a)), "graphs");
    cr_expect_not(id_equal(id_of_entity(1, &a), id_of_entity(1, &b)), "IRI and blank node");
    cr_expect_not(id_equal(id_of_value(&plain), id_of_value(&typed)));
    cr_expect_not(id_equal(id_of_value(&plain), id_of_value(&tagged)));
    cr_expect_eq(id_graph(id_of_entity(77, &a)), 77);
}

Test(id, bytes_sort_as_ids_do)
{
    struct id a = {1, UINT64_MAX}, b = {2, 0};
    char x[ID_BYTES], y[ID_BYTES];
    id_put(x, a);
    id_put(y, b);
    cr_expect_lt(memcmp(x, y, ID_BYTES), 0);
    cr_expect_lt(id_compare(a, b), 0);
    cr_expect(id_equal(id_get(x), a));
}

static void expect_root(const char *part, const char *root)
{
    struct term of = iri(part), its = {.kind = TERM_IRI};
    struct id_root found;
    cr_expect_eq(id_root_of_part(&of, &found), root != NULL, "%s", part);
    if (!root)
        return;
    its.text = found.text;
    struct id id = id_of_entity(7, &of), root_id;
    cr_expect(slice_equal(its.text, slice_of(root)), "%s", part);
    cr_expect(id_of_root(7, &of, &root_id));
    cr_expect(id_equal(root_id, id_of_entity(7, &its)));
    cr_expect_eq(id.hi, root_id.hi, "it stands next to it");
    cr_expect_neq(id.lo, root_id.lo);
}

Test(id, parts_stand_next_to_their_root)
{
    expect_root("urn:g:1#a~00000", "urn:g:1");
    expect_root("urn:g:1#a~00000/b%20c~123456", "urn:g:1");
    expect_root("http://x/v#t/1//a~00000/b~00001", "http://x/v#t/1");
    expect_root("urn:g:1#a~00000#b~00000", "urn:g:1");
    const char *none[] = {
        "urn:g:1#a",         "urn:g:1#a~0000",  "urn:g:1#~00000", "urn:g:1/a~00000",
        "urn:g:1#a~00000/b", "#a~00000",        "a~00000",        "",
        "urn:g:1#a/b~00000", "urn:g:1#a~00000/"};
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        expect_root(none[i], NULL);
    struct term blank = {.kind = TERM_BLANK, .text = slice_of("x#a~00000")};
    struct id_root root;
    cr_expect_not(id_root_of_part(&blank, &root));
}

Test(id, statements_of_a_wikibase_are_parts_of_its_entities)
{
#define UUID "DC5D0B30-4567-89ab-CDEF-0123456789ab"
    expect_root("http://w/entity/statement/Q12-" UUID, "http://w/entity/Q12");
    expect_root("http://w/entity/statement/q12-" UUID, "http://w/entity/Q12");
    const char *none[] = {"http://w/entity/Q12-" UUID, "http://w/entity/statement/" UUID,
                          "http://w/entity/statement/-" UUID,
                          "http://w/entity/statement/Q1-" UUID "0", "statement/Q12-" UUID};
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        expect_root(none[i], NULL);
}
