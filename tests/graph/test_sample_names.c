#include "alignd/graph/sample_names.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/graph/predicate.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
}

TestSuite(sample_names, .init = set_up, .fini = tear_down);

enum { MOST = 200 };

struct group {
    struct edge edges[MOST];
    size_t count;
};

static void add(struct group *g, const char *text)
{
    struct buf row = {0};
    struct term term = {.kind = TERM_LITERAL, .text = slice_of(text)};
    edge_value_encode(&row, &term);
    g->edges[g->count++] = (struct edge){.relation = RELATION_ALIAS,
                                         .neighbour = id_of_value(&term),
                                         .value = arena_copy(arena, buf_slice(&row))};
    buf_fini(&row);
}

static struct sample draw(const char *label, size_t most, const struct group *labels,
                          const struct group *aliases)
{
    struct sample s = {0};
    cr_assert_eq(sample_names_draw(slice_of(label), most,
                                   (struct sample_rows){labels->edges, labels->count},
                                   (struct sample_rows){aliases->edges, aliases->count}, arena, &s),
                 ERR_OK);
    return s;
}

static bool has(const struct sample *s, const char *name)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (slice_equal(s->names[i], slice_of(name)))
            return true;
    return false;
}

Test(sample_names, are_all_but_the_label_each_once)
{
    struct group labels = {.count = 0}, aliases = {.count = 0};
    add(&labels, "Kobalt Youth");
    add(&labels, "KOBALT youth");
    add(&labels, "Kobalt-Jugend");
    add(&aliases, "kobalt-jugend");
    add(&aliases, "KY");
    add(&aliases, " ");
    struct sample s = draw("kobalt youth", 7, &labels, &aliases);
    cr_expect_eq(s.name_count, 2);
    cr_expect(has(&s, "Kobalt-Jugend"), "of two spellings the smaller");
    cr_expect(has(&s, "KY"));
}

Test(sample_names, of_many_are_the_same_whoever_says_them_and_in_which_order)
{
    struct group few = {.count = 0}, labels = {.count = 0}, aliases = {.count = 0}, none = few;
    char text[32];
    for (int i = 0; i < 60; i++) {
        snprintf(text, sizeof(text), "name %d", i * 7 % 60);
        add(i % 3 ? &labels : &aliases, text);
        snprintf(text, sizeof(text), "NAME %d", i);
        add(&few, text);
    }
    struct sample a = draw("label", 7, &labels, &aliases), b = draw("label", 7, &none, &few);
    cr_expect_eq(a.name_count, 7);
    cr_assert_eq(b.name_count, 7);
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(
            strcasecmp(arena_copy(arena, a.names[i]).data, arena_copy(arena, b.names[i]).data), 0);
    cr_expect_not(sample_same_names(&a, &b), "they are spelt otherwise");
    cr_expect(sample_same_names(&a, &a));
    struct sample fewer = draw("label", 3, &none, &few);
    cr_assert_eq(fewer.name_count, 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect(slice_equal(fewer.names[i], b.names[i]), "the first of them");
    cr_expect_eq(draw("label", 0, &labels, &aliases).name_count, 0);
}

Test(sample_names, are_sought_in_so_many_rows)
{
    struct group labels = {.count = 0}, none = {.count = 0};
    for (size_t i = 0; i < SAMPLE_NAME_ROWS; i++)
        add(&labels, i % 2 ? "again" : "AGAIN");
    add(&labels, "too far");
    struct sample s = draw("label", 7, &labels, &none);
    cr_expect_eq(s.name_count, 1);
    cr_expect(has(&s, "AGAIN"));
}

Test(sample_names, are_cut_at_a_character_like_labels)
{
    struct group aliases = {.count = 0}, none = aliases;
    char text[SAMPLE_NAME_BYTES + 8];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text + SAMPLE_NAME_BYTES - 1, "é", 2);
    add(&aliases, text);
    struct sample s = draw("label", 7, &none, &aliases);
    cr_assert_eq(s.name_count, 1);
    cr_expect_eq(s.names[0].len, SAMPLE_NAME_BYTES - 1);
}

Test(sample_names, a_row_that_is_none_is_told)
{
    struct edge edge = {.value = slice_of("?")};
    struct sample s = {0};
    cr_expect_eq(sample_names_draw(slice_of("x"), 7, (struct sample_rows){&edge, 1},
                                   (struct sample_rows){NULL, 0}, arena, &s),
                 ERR_STORE);
}

Test(sample_names, of_preferred_languages_come_first)
{
    struct group labels = {.count = 0}, aliases = {.count = 0};
    char text[32];
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof(text), "name %d", i);
        add(&labels, text);
        labels.edges[labels.count - 1].order = (i < 5 ? 0u : 3u) << EDGE_LABEL_PLACE_SHIFT;
    }
    add(&aliases, "alias");
    add(&aliases, "NAME 20"); /* as such it is in no language */
    struct sample s = draw("label", 7, &labels, &aliases);
    cr_expect_eq(s.name_count, 7);
    cr_expect(has(&s, "alias") && has(&s, "NAME 20"));
    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof(text), "name %d", i);
        cr_expect(has(&s, text));
    }
}

/* --- readings --- */

Test(sample_names, of_the_label_the_reading_comes_first_and_of_a_name_behind_it)
{
    struct group aliases = {.count = 0}, none = aliases;
    add(&aliases, "안나");
    add(&aliases, "Anna");
    struct sample s = draw("林浩然", 7, &none, &aliases);
    cr_assert_eq(s.name_count, 3, "what a reading is called already is there once");
    cr_expect(slice_equal(s.names[0], slice_of("lin hao ran")));
    cr_expect(has(&s, "안나") && has(&s, "Anna"));
    add(&aliases, "方秀兰");
    s = draw("林浩然", 7, &none, &aliases);
    cr_assert_eq(s.name_count, 5);
    size_t at = 0;
    while (at + 1 < s.name_count && !slice_equal(s.names[at], slice_of("方秀兰")))
        at++;
    cr_assert_lt(at + 1, s.name_count);
    cr_expect(slice_equal(s.names[at + 1], slice_of("fang xiu lan")));
}

Test(sample_names, readings_count_as_names)
{
    struct group aliases = {.count = 0}, none = aliases;
    cr_expect_eq(draw("林浩然", 0, &none, &none).name_count, 0);
    for (int i = 0; i < 9; i++) {
        char text[32];
        snprintf(text, sizeof(text), "纸船 %d", i);
        add(&aliases, text);
    }
    struct sample s = draw("林浩然", 4, &none, &aliases);
    cr_assert_eq(s.name_count, 4);
    cr_expect(slice_equal(s.names[0], slice_of("lin hao ran")));
    cr_expect_eq(memcmp(s.names[1].data, "纸船", 6), 0);
    cr_expect_eq(memcmp(s.names[2].data, "zhi chuan", 9), 0);
    cr_expect_eq(memcmp(s.names[3].data, "纸船", 6), 0);
}

Test(sample_names, a_reading_that_is_the_label_or_a_name_keeps_their_spelling)
{
    struct group aliases = {.count = 0}, none = aliases;
    add(&aliases, "林浩然");
    cr_expect_eq(draw("lin hao ran", 7, &none, &aliases).name_count, 1);
    add(&aliases, "林皓然");
    cr_expect_eq(draw("lin hao ran", 7, &none, &aliases).name_count, 2, "they are two names");
    cr_expect_eq(draw("x", 7, &none, &aliases).name_count, 3, "that are read alike");
    add(&aliases, "Lin Hao RAN");
    struct sample s = draw("林浩然", 7, &none, &aliases);
    cr_assert_eq(s.name_count, 2);
    cr_expect(slice_equal(s.names[0], slice_of("Lin Hao RAN")));
}

/* --- identifiers --- */

#define ISBN (RELATION_KEY << 40 | 8 | RELATION_VALUE)
#define GTIN (RELATION_KEY << 40 | 12 | RELATION_VALUE)

static void add_key(struct sample *s, uint64_t relation, const struct group *g)
{
    cr_assert_eq(sample_names_add_key(relation, (struct sample_rows){g->edges, g->count}, arena, s),
                 ERR_OK);
}

Test(sample_names, identifiers_are_there_once_in_their_normal_form)
{
    struct group isbn = {.count = 0}, gtin = {.count = 0};
    struct sample s = {0};
    add(&isbn, "3-16-148410-X");
    add(&isbn, "978-3-16-148410-0");
    add(&isbn, "--");
    add(&gtin, "9783161484100");
    add_key(&s, ISBN, &isbn);
    add_key(&s, GTIN, &gtin);
    cr_assert_eq(s.identifier_count, 2, "one of each key");
    for (size_t i = 0; i < 2; i++)
        cr_expect(slice_equal(s.identifiers[i].text, slice_of("9783161484100")));
    cr_expect_eq(s.identifiers[0].relation, ISBN);
    cr_expect_eq(s.identifiers[1].relation, GTIN);
}

Test(sample_names, of_many_identifiers_the_same_are_kept_in_any_order)
{
    struct group isbn = {.count = 0}, gtin = {.count = 0};
    struct sample a = {0}, b = {0};
    char text[16];
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof(text), "a%d", i);
        add(i % 3 ? &isbn : &gtin, text);
    }
    add_key(&a, ISBN, &isbn);
    add_key(&a, GTIN, &gtin);
    add_key(&b, GTIN, &gtin);
    add_key(&b, ISBN, &isbn);
    cr_expect_eq(a.identifier_count, SAMPLE_IDENTIFIERS);
    cr_expect(sample_same_names(&a, &b));
    b.identifiers[3].relation ^= 4;
    cr_expect_not(sample_same_names(&a, &b));
    struct edge edge = {.value = slice_of("?")};
    cr_expect_eq(sample_names_add_key(ISBN, (struct sample_rows){&edge, 1}, arena, &a), ERR_STORE);
}
