#include "alignd/base/buf.h"
#include "alignd/base/text.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <math.h>

#define XSD "http://www.w3.org/2001/XMLSchema#"

static struct model *model;

static void make_model(void)
{
    cr_assert_eq(model_new_default(1, &model), 0);
}
static void free_model(void)
{
    model_free(model);
}
TestSuite(text_vector, .init = make_model, .fini = free_model);

static double cosine_typed(const char *a, const char *b, const char *type_a, const char *type_b)
{
    float x[256], y[256];
    double sum = 0;
    text_vector(model, slice_of(a), slice_of(type_a), x);
    text_vector(model, slice_of(b), slice_of(type_b), y);
    for (size_t k = 0; k < model_z0_floats(model); k++)
        sum += (double)x[k] * y[k];
    return sum;
}

static double cosine(const char *a, const char *b)
{
    return cosine_typed(a, b, "", "");
}

static void signature_of(const char *text, uint64_t signature[2])
{
    struct buf b;
    buf_init(&b);
    text_normalise(&b, slice_of(text));
    text_signature(buf_slice(&b), signature);
    buf_fini(&b);
}

static double signature_cosine(const char *a, const char *b)
{
    uint64_t x[2], y[2];
    signature_of(a, x);
    signature_of(b, y);
    return text_signature_cosine(x, y);
}

Test(text_vector, has_length_one_or_zero)
{
    cr_expect_float_eq(cosine("Radioactive", "Radioactive"), 1.0, 1e-5);
    cr_expect_float_eq(cosine("12.5", "12.5"), 1.0, 1e-5);
    cr_expect_float_eq(cosine("!!!", "!!!"), 1.0, 1e-5, "signs alone are a name too");
    cr_expect_eq(cosine("", ""), 0.0);
    cr_expect_eq(cosine(" \t ", "x"), 0.0);
}

Test(text_vector, follows_the_overlap_of_texts)
{
    cr_expect_float_eq(cosine("AMELIE  Poulain", "Am\xc3\xa9lie Poulain"), 1.0, 1e-5);
    cr_expect_gt(cosine("Intolerance", "Intolerence"), 0.4);
    cr_expect_gt(cosine("Francis Lederer", "Lederer, Francis"), 0.95);
    cr_expect_gt(cosine("Lillian Gish", "L. Gish"), 0.35);
    cr_expect_lt(cosine("Lillian Gish", "Walter Long"), 0.35);
    cr_expect_lt(fabs(cosine("Frank Borzage", "Mae Marsh")), 0.35);
}

Test(text_vector, near_values_are_near)
{
    cr_expect_gt(cosine("3:01", "3:02"), 0.6);
    cr_expect_gt(cosine("3:01", "3:02"), cosine("3:01", "3:20") + 0.1);
    cr_expect_gt(cosine("3:01", "3:20"), cosine("3:01", "6:00") + 0.1);
    cr_expect_lt(fabs(cosine("12", "-12")), 0.35);
    double year_and_date = cosine_typed("1916", "1916-09-05", XSD "gYear", XSD "date");
    cr_expect_gt(year_and_date, 0.65);
    cr_expect_gt(year_and_date, cosine_typed("1917", "1916-09-05", XSD "gYear", XSD "date") + 0.2);
    cr_expect_gt(cosine("1999-03-31", "1999-04-01"), cosine("1999-03-31", "1999-11-01"));
    cr_expect_lt(cosine("1999", "2500"), 0.35, "a year is no number");
}

Test(text_vector, normalised_text_gives_the_same_bits)
{
    float x[256], y[256];
    text_vector(model, slice_of("The  BLUE Bird"), slice_of(""), x);
    text_vector_normalised(model, slice_of("the blue bird"), y);
    cr_expect_eq(memcmp(x, y, model_z0_floats(model) * sizeof(float)), 0);
}

Test(text_vector, long_and_odd_texts_are_fine)
{
    static char text[100000];
    float x[256];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 7 ? (char)('a' + i % 26) : '\xc3';
    text_vector(model, (struct slice){text, sizeof(text)}, slice_of(""), x);
    for (size_t k = 0; k < model_z0_floats(model); k++)
        cr_assert(isfinite(x[k]));
    memset(text, 'a', sizeof(text));
    text_vector(model, (struct slice){text, sizeof(text)}, slice_of(""), x);
    for (size_t k = 0; k < model_z0_floats(model); k++)
        cr_assert(isfinite(x[k]));
}

Test(text_vector, signatures_estimate_the_cosine)
{
    uint64_t empty[2];
    signature_of("", empty);
    cr_expect(empty[0] == 0 && empty[1] == 0);
    cr_expect_eq(signature_cosine("", "Radioactive"), 0.0);
    cr_expect_float_eq(signature_cosine("Radioactive", "RADIOACTIVE"), 1.0, 1e-12);
    cr_expect_gt(signature_cosine("Over the Hill to the Poorhouse", "Over the Hill to the"), 0.6);
    cr_expect_lt(fabs(signature_cosine("Frank Borzage", "Mae Marsh")), 0.35);
}

Test(text_vector, signatures_do_not_depend_on_the_model)
{
    uint64_t x[2];
    signature_of("the blue bird", x);
    struct model *other;
    cr_assert_eq(model_new_default(99, &other), 0);
    uint64_t y[2];
    signature_of("the blue bird", y);
    cr_expect(x[0] == y[0] && x[1] == y[1]);
    model_free(other);
}
