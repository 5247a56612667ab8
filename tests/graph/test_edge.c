#include "alignd/graph/edge.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>

Test(edge, keys_sort_by_relation_then_order_then_neighbour)
{
    struct edge e[] = {{.relation = 4, .order = 9, .neighbour = {0, 9}, .predicate = 9},
                       {.relation = 8, .order = 1, .neighbour = {0, 9}, .predicate = 9},
                       {.relation = 8, .order = 2, .neighbour = {0, 1}, .predicate = 9},
                       {.relation = 8, .order = 2, .neighbour = {0, 2}, .predicate = 1},
                       {.relation = 8, .order = 2, .neighbour = {0, 2}, .predicate = 2}};
    char keys[5][EDGE_KEY_BYTES];
    struct id id = {3, 4};
    for (int i = 0; i < 5; i++)
        edge_key(keys[i], id, &e[i]);
    for (int i = 1; i < 5; i++) {
        cr_expect_lt(memcmp(keys[i - 1], keys[i], EDGE_KEY_BYTES), 0);
        cr_expect_lt(edge_compare(&e[i - 1], &e[i]), 0);
    }
    struct id entity;
    struct edge back;
    cr_assert_eq(edge_decode((struct slice){keys[4], EDGE_KEY_BYTES}, slice_of(""), &entity, &back),
                 ERR_OK);
    cr_expect_eq(edge_compare(&back, &e[4]), 0);
    cr_expect(id_equal(entity, id));
    cr_expect_eq(edge_decode((struct slice){keys[4], 51}, slice_of(""), &entity, &back), ERR_STORE);
}

static uint32_t order(uint8_t rank, const char *languages, const char *text, const char *lang)
{
    struct term term = {.kind = TERM_LITERAL, .text = slice_of(text), .lang = slice_of(lang)};
    return edge_label_order(rank, slice_of(languages), &term);
}

Test(edge, labels_stand_by_language_then_predicate_then_text)
{
    cr_expect_lt(order(0, "", "a", "de"), order(0, "", "b", "en"), "all languages are one");
    cr_expect_lt(order(0, "", "z", ""), order(1, "", "a", ""));
    cr_expect_lt(order(0, "", "ab", ""), order(0, "", "ac", ""));
    cr_expect_lt(order(127, "en,de", "z", "en"), order(0, "en,de", "a", "de"));
    cr_expect_lt(order(0, "en,de", "z", "DE-at"), order(0, "en,de", "a", ""));
    cr_expect_lt(order(0, "en,de", "z", ""), order(0, "en,de", "a", "fr"));
    cr_expect_eq(order(0, "en,de", "a", "en"), order(0, "en,de", "a", "en-GB"));
    cr_expect_eq(order(0, "en,de", "a", "enm"), order(0, "en,de", "a", "fr"), "another language");
    cr_expect_eq(order(0, "en-GB", "a", "en"), order(0, "en-GB", "a", "fr"));
    cr_expect_eq(order(3, "en,de", "a", "en"), order(3, "", "a", "fr"), "the first is the first");
    cr_expect_lt(order(0, "a,b,c,d,e,f", "z", ""), order(0, "a,b,c,d,e,f", "a", "g"));
}
