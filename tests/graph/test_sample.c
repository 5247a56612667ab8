#include "alignd/graph/sample.h"

#include "alignd/base/err.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/node.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* The draw by definition: every edge's priority, the best K of all. */
Test(sampler, draws_the_largest_priorities_of_all_groups)
{
    struct arena *arena = arena_new();
    unsigned seed = 3;
    for (int round = 0; round < 200; round++) {
        struct edge edges[60];
        size_t sizes[4], n = 0, limit = (size_t)(1 + rand_r(&seed) % 12);
        struct sampler s;
        sampler_init(&s, arena, limit);
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
        sampler_init(&s, arena, 4);
        struct edge e = {.relation = 4, .order = (uint32_t)rand_r(&seed) * 2u, .neighbour = {1, 1}};
        sampler_offer(&s, &e, 1);
        for (uint64_t i = 0; i < 50; i++) {
            e = (struct edge){
                .relation = 8, .order = (uint32_t)rand_r(&seed) * 2u, .neighbour = {2, i}};
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
    struct slice names[] = {slice_of("a"), slice_of("further name")};
    struct sample_identifier ids[] = {{18, slice_of("9783161484100")}};
    uint64_t keys[] = {1, 5, 9};
    struct sample s = {.neighbours = n,
                       .neighbour_count = 2,
                       .values = v,
                       .value_count = 1,
                       .names = names,
                       .name_count = 2,
                       .identifiers = ids,
                       .identifier_count = 1,
                       .keys = keys,
                       .key_count = 3,
                       .signature = {6, 7}};
    struct sample back;
    struct buf row = {0};
    sample_encode(&row, &s);
    cr_assert_eq(sample_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_expect(sample_same_neighbourhood(&s, &back));
    cr_expect(sample_same_names(&s, &back));
    cr_expect_eq(back.keys[2], 9);
    cr_expect(sample_holds(&back, (struct id){3, 4}));
    cr_expect_not(sample_holds(&back, (struct id){3, 5}));
    for (size_t cut = 0; cut < row.len; cut++)
        cr_expect_eq(sample_decode((struct slice){row.data, cut}, arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}
