#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

Test(id, terms_that_differ_have_ids_that_differ)
{
    struct term a = iri("http://x/1"), b = {.kind = TERM_BLANK, .text = slice_of("http://x/1")};
    struct term plain = {.kind = TERM_LITERAL, .text = slice_of("1")}, typed = plain, tagged = plain;
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

Test(node, a_row_reads_back_and_no_prefix_of_it_does)
{
    struct arena *arena = arena_new();
    struct node n = {.kind = TERM_IRI, .term = slice_of("http://x/1"), .has_label = true,
                     .label = slice_of("Ada"), .type = slice_of("person"), .order = 7};
    for (uint64_t r = 40; r > 0; r -= 4)
        cr_assert_eq(node_group_add(&n, arena, r, 2), ERR_OK);
    cr_assert_eq(node_group_add(&n, arena, 8, -2), ERR_OK);
    struct buf row = {0};
    node_encode(&row, &n);
    struct node back;
    cr_assert_eq(node_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_expect(slice_equal(back.label, n.label));
    cr_expect_eq(back.group_count, 9);
    cr_expect_eq(node_group_edges(&back, 8), 0);
    cr_expect_eq(node_group_edges(&back, 12), 2);
    cr_expect_eq(node_degree(&back), 18);
    for (size_t cut = 0; cut < row.len; cut++)
        cr_expect_eq(node_decode((struct slice){row.data, cut}, arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}

Test(node, a_name_ranks_the_same_in_every_graph)
{
    cr_expect_eq(node_order_of_text(slice_of("ada marsh")), node_order_of_text(slice_of("ada marsh")));
    cr_expect_neq(node_order_of_text(slice_of("ada marsh")), node_order_of_text(slice_of("ada")));
    cr_expect_lt(node_order_ln_u(UINT32_MAX), node_order_ln_u(0));
    cr_expect(isfinite(node_order_ln_u(UINT32_MAX)));
    cr_expect_lt(node_order_ln_u(0), 0);
}

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

/* The draw by definition: every edge's priority, the best K of all. */
Test(sampler, draws_the_largest_priorities_of_all_groups)
{
    struct arena *arena = arena_new();
    unsigned seed = 3;
    for (int round = 0; round < 200; round++) {
        struct edge edges[60];
        size_t sizes[4], n = 0, limit = (size_t)(1 + rand_r(&seed) % 12);
        struct sampler s;
        cr_assert_eq(sampler_init(&s, arena, limit), ERR_OK);
        for (int g = 0; g < 4; g++) {
            size_t first = n;
            sizes[g] = (size_t)(1 + rand_r(&seed) % 15);
            for (size_t i = 0; i < sizes[g]; i++, n++)
                edges[n] = (struct edge){.relation = (uint64_t)g * 4,
                                         .order = (uint32_t)rand_r(&seed) * 2u,
                                         .neighbour = {1, (uint64_t)n}};
            qsort(edges + first, sizes[g], sizeof(*edges),
                  (int (*)(const void *, const void *))edge_compare);
            for (size_t i = first; i < n; i++)
                if (!sampler_offer(&s, &edges[i], sizes[g]))
                    break;
        }
        cr_assert_eq(s.count, n < limit ? n : limit);
        for (size_t i = 0; i < n; i++) {
            double p = node_order_ln_u(edges[i].order) * (double)sizes[edges[i].relation / 4];
            bool drawn = false;
            for (size_t k = 0; k < s.count; k++)
                drawn |= edge_compare(&s.slots[k].edge, &edges[i]) == 0;
            if (p > s.slots[s.count - 1].priority)
                cr_expect(drawn);
            if (p < s.slots[s.count - 1].priority)
                cr_expect_not(drawn);
        }
    }
    arena_free(arena);
}

Test(sampler, one_director_beats_one_of_fifty_actors)
{
    struct arena *arena = arena_new();
    int directors = 0, actors = 0;
    unsigned seed = 5;
    for (int round = 0; round < 2000; round++) {
        struct sampler s;
        cr_assert_eq(sampler_init(&s, arena, 4), ERR_OK);
        struct edge e = {.relation = 4, .order = (uint32_t)rand_r(&seed) * 2u, .neighbour = {1, 1}};
        sampler_offer(&s, &e, 1);
        for (uint64_t i = 0; i < 50; i++) {
            e = (struct edge){.relation = 8, .order = (uint32_t)rand_r(&seed) * 2u, .neighbour = {2, i}};
            sampler_offer(&s, &e, 50);
        }
        for (size_t i = 0; i < s.count; i++)
            *(s.slots[i].edge.relation == 4 ? &directors : &actors) += 1;
        arena_reset(arena);
    }
    cr_expect_gt(directors, 1800);
    cr_expect_lt(actors, 2000 * 4 - directors + 1);
    arena_free(arena);
}

Test(sample, a_row_reads_back_and_no_prefix_of_it_does)
{
    struct arena *arena = arena_new();
    struct sample_neighbour n[] = {{4, {1, 2}}, {8, {3, 4}}};
    struct sample_value v[] = {{10, slice_of("dt"), slice_of("1999")}};
    uint64_t keys[] = {1, 5, 9};
    struct sample s = {.neighbours = n, .neighbour_count = 2, .values = v, .value_count = 1,
                       .keys = keys, .key_count = 3, .signature = {6, 7}};
    struct sample back;
    struct buf row = {0};
    sample_encode(&row, &s);
    cr_assert_eq(sample_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_expect(sample_same_neighbourhood(&s, &back));
    cr_expect_eq(back.keys[2], 9);
    cr_expect(sample_holds(&back, (struct id){3, 4}));
    cr_expect_not(sample_holds(&back, (struct id){3, 5}));
    for (size_t cut = 0; cut < row.len; cut++)
        cr_expect_eq(sample_decode((struct slice){row.data, cut}, arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}

static int parse(const char *text, struct mapping **m)
{
    return mapping_parse(slice_of(text), "test.tsv", m);
}

Test(mapping, an_iri_can_be_both_a_type_and_a_predicate)
{
    struct mapping *m;
    cr_assert_eq(parse("# comment\na\thttp://v/venue\ttype:venue\na\t<http://v/venue>\tvenue\n"
                       "a\thttp://v/t2\tlabel\na\thttp://v/t1\tlabel\r\n\n",
                       &m),
                 ERR_OK);
    struct slice a = slice_of("a"), venue = slice_of("http://v/venue");
    cr_expect(slice_equal(mapping_type(m, a, venue), slice_of("venue")));
    cr_expect(slice_equal(mapping_relation(m, a, venue), slice_of("venue")));
    cr_expect_eq(mapping_label_rank(m, a, slice_of("http://v/t2")), 0);
    cr_expect_eq(mapping_label_rank(m, a, slice_of("http://v/t1")), 1);
    cr_expect_eq(mapping_label_rank(m, slice_of("b"), slice_of("http://v/t1")), -1);
    cr_expect(mapping_has_graph(m, a));
    cr_expect_not(mapping_has_graph(m, slice_of("b")));
    mapping_close(m);
}

Test(mapping, bad_rows_are_refused)
{
    struct mapping *m = NULL;
    log_set_level(LOG_ERROR);
    cr_expect_eq(parse("a\thttp://v/p\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\t\tx\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\ttype:\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\ty\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\na\thttp://v/p\ty\n", &m), ERR_CONFIG, "twice");
    cr_expect_eq(mapping_open("/nowhere/mapping.tsv", &m), ERR_IO);
    cr_expect_null(m);
}

Test(predicate, equal_local_names_correspond_and_mapped_ones_do_as_told)
{
    struct mapping *m;
    cr_assert_eq(parse("one\thttp://v/directed_by\tdirector\none\thttp://v/title\tlabel\n", &m), ERR_OK);
    struct predicates *p = predicates_new(m);
    struct slice one = slice_of("one"), two = slice_of("two");
    struct predicate *a = predicates_resolve(p, one, 1, slice_of("http://v/directed_by"));
    struct predicate *b = predicates_resolve(p, two, 2, slice_of("http://w#director"));
    struct predicate *c = predicates_resolve(p, two, 2, slice_of("http://v/directed_by"));
    cr_expect_eq(a->relation, b->relation);
    cr_expect_neq(a->relation, c->relation);
    cr_expect_eq(a->relation & 3, 0);
    cr_expect(slice_equal(predicates_relation_name(p, a->relation | 1), slice_of("director")));
    struct predicate *title = predicates_resolve(p, one, 1, slice_of("http://v/title"));
    struct predicate *rdfs =
        predicates_resolve(p, one, 1, slice_of("http://www.w3.org/2000/01/rdf-schema#label"));
    cr_expect_eq(title->kind, PREDICATE_LABEL);
    cr_expect_eq(rdfs->kind, PREDICATE_LABEL);
    cr_expect_lt(title->rank, rdfs->rank, "mapped ones are preferred");
    cr_expect_eq(predicates_resolve(p, one, 1, slice_of("http://v/title")), title);
    cr_expect_eq(
        predicates_resolve(p, one, 1,
                           slice_of("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"))
            ->kind,
        PREDICATE_TYPE);
    predicates_free(p);
    mapping_close(m);
}
