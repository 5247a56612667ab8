#include "alignd/model/statement.h"

#include "alignd/base/buf.h"
#include "alignd/base/hash.h"
#include "alignd/base/text.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

static enum word_class class_of(const char *word)
{
    uint32_t number;
    struct slice s = slice_of(word);
    return word_classify(&s, &number);
}

static uint32_t number_of(const char *word)
{
    uint32_t number = 0;
    struct slice s = slice_of(word);
    cr_expect_eq(word_classify(&s, &number), WORD_NUMBER, "%s", word);
    return number;
}

Test(word_class, one_number_however_it_is_written)
{
    cr_expect_eq(number_of("2"), 2);
    cr_expect_eq(number_of("02"), 2);
    cr_expect_eq(number_of("ii"), 2);
    cr_expect_eq(number_of("two"), 2);
    cr_expect_eq(number_of("second"), 2);
    cr_expect_eq(number_of("2nd"), 2);
    cr_expect_eq(number_of("xviii"), 18);
}

Test(word_class, tells_codes_versions_letters_and_fillers_from_plain_words)
{
    cr_expect_eq(class_of("k450"), WORD_CODE);
    cr_expect_eq(class_of("16gb"), WORD_CODE);
    cr_expect_eq(class_of("remix"), WORD_VERSION);
    cr_expect_eq(class_of("volume"), WORD_VERSION);
    cr_expect_eq(class_of("c"), WORD_LETTER);
    cr_expect_eq(class_of("the"), WORD_FILLER);
    cr_expect_eq(class_of("harbour"), WORD_PLAIN);
    cr_expect_eq(class_of("\xc3\xa9"), WORD_LETTER, "one letter of two bytes");
    uint32_t number;
    struct slice vol = slice_of("vol"), boat = slice_of("boat");
    cr_expect_eq(word_classify(&vol, &number), WORD_VERSION);
    cr_expect(slice_equal(vol, slice_of("volume")));
    cr_expect_eq(word_classify(&boat, &number), WORD_PLAIN);
    cr_expect(slice_equal(boat, slice_of("boat")));
}

Test(word_class, knows_the_words_that_name_a_place_and_no_piece)
{
    static const struct {
        const char *word;
        uint32_t number;
    } cases[] = {{"intro", 1}, {"introduction", 1}, {"theme", 1}, {"harbour", 0}, {"introd", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint32_t number = 77;
        struct slice word = slice_of(cases[i].word);
        cr_expect_eq(word_classify(&word, &number), WORD_PLAIN, "%s", cases[i].word);
        cr_expect_eq(number, cases[i].number, "%s", cases[i].word);
    }
}

/* Of a label alone. */
static struct statement label(const char *text)
{
    struct statement s;
    struct buf b = {0};
    text_normalise(&b, slice_of(text));
    statement_make(&s, buf_slice(&b), NULL, 0);
    buf_fini(&b);
    return s;
}

static bool has_code(const struct statement *s, const struct statement *of)
{
    for (size_t i = 0; i < s->code_count; i++)
        for (size_t k = 0; k < of->code_count; k++)
            if (s->codes[i].hash == of->codes[k].hash)
                return true;
    return false;
}

Test(statement, codes_are_equal_but_for_signs_and_spaces)
{
    struct statement plain = label("K450"), signs = label("Kestrel K-450 Printer"),
                     spaces = label("Kestrel K 450 Printer"),
                     other = label("Kestrel K-540 Printer");
    cr_expect(has_code(&plain, &signs));
    cr_expect(has_code(&plain, &spaces));
    cr_expect_not(has_code(&plain, &other));
    struct statement years = label("1999 to 2004");
    cr_expect_eq(years.code_count, 0, "years and counts are no codes");
}

Test(statement, what_stands_behind_feat_is_a_credit)
{
    struct statement s = label("Cold Sun (feat. Mara Vossen) Live");
    size_t credits = 0, versions = 0;
    for (size_t i = 0; i < s.word_count; i++) {
        credits += s.words[i].class == WORD_CREDIT;
        versions += s.words[i].class == WORD_VERSION;
    }
    cr_expect_eq(s.word_count, 5);
    cr_expect_eq(credits, 2);
    cr_expect_eq(versions, 1, "the bracket ends it");
}

Test(statement, additions_begin_at_a_bracket_colon_or_dash)
{
    static const char *const labels[] = {"Drift (Auditor Remix)", "Drift: Auditor Remix",
                                         "Drift - Auditor Remix", "Drift [Auditor Remix]"};
    for (size_t k = 0; k < 4; k++) {
        struct statement s = label(labels[k]);
        size_t extra = 0;
        for (size_t i = 0; i < s.word_count; i++)
            extra += s.words[i].extra;
        cr_expect_eq(extra, 2, "%s", labels[k]);
    }
    struct statement joined = label("Jean-Luc Auditor");
    for (size_t i = 0; i < joined.word_count; i++)
        cr_expect_not(joined.words[i].extra);
}

Test(statement, values_are_numbers_times_and_years_by_their_form)
{
    static const struct {
        const char *text;
        enum statement_number kind;
        float number;
    } cases[] = {{"3m 34sec", NUMBER_TIME, 214},   {"3:34", NUMBER_TIME, 214},
                 {"214000", NUMBER_PLAIN, 214000}, {"1999-07-02", NUMBER_YEAR, 1999.5f},
                 {"'07", NUMBER_YEAR, 2007.5f},    {"43324404", NUMBER_NONE, 0},
                 {"red", NUMBER_NONE, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct statement s;
        struct statement_input in = {7, slice_of(cases[i].text), slice_of(""), true};
        statement_make(&s, slice_of(""), &in, 1);
        cr_assert_eq(s.value_count, 1);
        cr_expect_eq(s.values[0].kind, cases[i].kind, "%s", cases[i].text);
        cr_expect_float_eq(s.values[0].number, cases[i].number, 0.01, "%s: %f", cases[i].text,
                           (double)s.values[0].number);
        cr_expect_eq(s.values[0].relation, 7);
        cr_expect_eq(s.whole, 0);
    }
}

Test(statement, bounds_hold_for_texts_of_any_length)
{
    static char text[20000];
    struct statement s;
    struct statement_input inputs[64];
    size_t n = 0;
    for (int i = 0; n + 20 < sizeof(text); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "w%dx-%d ", i, i);
    for (size_t i = 0; i < 64; i++)
        inputs[i] = (struct statement_input){(uint32_t)i, {text, n - 300 * i}, slice_of(""), i % 2};
    statement_make(&s, (struct slice){text, n}, inputs, 64);
    cr_expect_leq(s.word_count, STATEMENT_WORDS);
    cr_expect_eq(s.code_count, STATEMENT_CODES);
    cr_expect_eq(s.bag_count, STATEMENT_BAG);
    cr_expect_eq(s.value_count, STATEMENT_VALUES);
    for (size_t i = 1; i < s.bag_count; i++)
        cr_expect_lt(s.bag[i - 1], s.bag[i]);
    struct statement again;
    statement_make(&again, (struct slice){text, n}, inputs, 64);
    cr_expect_eq(memcmp(&s, &again, sizeof(s)), 0, "to the byte, padding too");
}

/* Of the words that are last, how many letters they have, in the order of their hashes. */
static size_t letters_of_last(const struct statement *s, size_t letters[STATEMENT_WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < s->word_count; i++)
        if (s->words[i].last)
            letters[n++] = s->words[i].letters;
    return n;
}

Test(statement, the_last_word_is_told_whatever_its_class)
{
    static const struct {
        const char *label;
        size_t letters; /* of its last word; 0: none */
    } cases[] = {{"Red Harbour", 7},         {"Red Harbour (Live)", 7},
                 {"Red Harbour: Two", 0}, /* a subtitle goes on */
                 {"Harbour 12", 2},          {"Harbour Remix", 5},
                 {"Harbour 8.00", 0}, /* before the decimals it goes on */
                 {"Harbour feat. Ann", 7},   {"Harbour the", 3},
                 {"Harbour k450 - Demo", 4}, {"Harbour", 7}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct statement s = label(cases[i].label);
        size_t letters[STATEMENT_WORDS], n = letters_of_last(&s, letters);
        cr_expect_eq(n, cases[i].letters != 0, "%s: %zu", cases[i].label, n);
        if (n)
            cr_expect_eq(letters[0], cases[i].letters, "%s: %zu", cases[i].label, letters[0]);
    }
}

/* The bytes decide which side of a pair comes first in the arithmetic of its score, and so the
 * last bits of scores: a statement that is made otherwise makes other stores. */
Test(statement, its_bytes_are_those_that_stores_were_made_with)
{
    static const char *const labels[] = {
        "",
        "Red Harbour",
        "The Red Harbour: A Novel in Three Parts (Deluxe Edition)",
        "13. Water",
        "002-Child",
        "Iron Fist V",
        "Level C",
        "Vol. I - The Long Road",
        "Photo Editor 8.0 Upgrade",
        "Kestrel K-450 Printer / 16GB",
        "Cold Sun (feat. Mara Vossen) Live",
        "Various Artists",
        "Opening Theme 2",
        "M\xc3\xbcller & S\xc3\xb6hne [1999]",
        ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
         "sixteen seventeen eighteen nineteen twenty red green blue black white (live) 2 feat. "
         "me")};
    uint64_t digest = 0;
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        struct statement s = label(labels[i]);
        digest = hash_mix(digest, hash_bytes((struct slice){(const char *)&s, sizeof(s)}, 1));
    }
    cr_expect_eq(digest, UINT64_C(0xf5a67936ee5286bb), "%016" PRIx64, digest);
}
