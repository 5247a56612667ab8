#include "alignd/graph/predicate.h"

#include "alignd/base/err.h"
#include "alignd/graph/mapping.h"

#include <criterion/criterion.h>

static int parse(const char *text, struct mapping **m)
{
    return mapping_parse(slice_of(text), "test.tsv", m);
}

static void count(void *arg, const struct predicate *p)
{
    ++*(size_t *)arg;
    cr_expect(p->iri.len);
}

Test(predicate, equal_local_names_correspond_and_mapped_ones_do_as_told)
{
    struct mapping *m;
    cr_assert_eq(parse("one\thttp://v/directed_by\tdirector\none\thttp://v/title\tlabel\n", &m),
                 ERR_OK);
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
        predicates_resolve(p, one, 1, slice_of("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"))
            ->kind,
        PREDICATE_TYPE);
    size_t all = 0;
    predicates_each(p, count, &all);
    cr_expect_eq(all, 6);
    predicates_free(p);
    mapping_close(m);
}

Test(predicate, a_row_says_what_a_predicate_is)
{
    struct mapping *m;
    cr_assert_eq(parse("one\thttp://v/P31\ttype\none\thttp://v/price\tignore\n"
                       "one\thttp://v/aka\talias\none\thttp://v/isbn\tkey:isbn\n"
                       "one\thttp://v/id\tkey\n"
                       "one\thttp://www.w3.org/1999/02/22-rdf-syntax-ns#type\tkind\n"
                       "one\thttp://schema.org/name\tignore\n",
                       &m),
                 ERR_OK);
    struct predicates *p = predicates_new(m);
    struct slice one = slice_of("one");
    const struct {
        const char *iri;
        enum predicate_kind kind;
    } expected[] = {
        {"http://v/P31", PREDICATE_TYPE},
        {"http://v/price", PREDICATE_IGNORED},
        {"http://v/aka", PREDICATE_ALIAS},
        {"http://v/isbn", PREDICATE_KEY},
        {"http://v/id", PREDICATE_KEY},
        {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type", PREDICATE_RELATION},
        {"http://schema.org/name", PREDICATE_IGNORED},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
        cr_expect_eq(predicates_resolve(p, one, 1, slice_of(expected[i].iri))->kind,
                     expected[i].kind, "%s", expected[i].iri);
    struct predicate *isbn = predicates_resolve(p, one, 1, slice_of("http://v/isbn"));
    struct predicate *id = predicates_resolve(p, one, 1, slice_of("http://v/id"));
    cr_expect(relation_is_key(isbn->relation | RELATION_VALUE));
    cr_expect_not(relation_is_key(isbn->relation), "an entity is no identifier");
    cr_expect_neq(isbn->relation, id->relation, "they are not compared with each other");
    cr_expect(slice_equal(isbn->name, slice_of("key:isbn")));
    cr_expect_not(relation_is_key(RELATION_LABEL) || relation_is_key(RELATION_ALIAS));
    predicates_free(p);
    mapping_close(m);
}
