#include "alignd/model/text_value.h"

#include <criterion/criterion.h>

#define XSD "http://www.w3.org/2001/XMLSchema#"

static struct text_value parse(const char *text, const char *datatype)
{
    return text_value_parse(slice_of(text), slice_of(datatype));
}

static void expect_number(const char *text, const char *datatype, double number)
{
    struct text_value v = parse(text, datatype);
    cr_expect_eq(v.kind, TEXT_VALUE_NUMBER, "'%s'", text);
    cr_expect_float_eq(v.number, number, 1e-9, "'%s' gave %g", text, v.number);
}

static void expect_date(const char *text, const char *datatype, int year, int month, int day)
{
    struct text_value v = parse(text, datatype);
    cr_expect_eq(v.kind, TEXT_VALUE_DATE, "'%s'", text);
    cr_expect(v.year == year && v.month == month && v.day == day, "'%s' gave %d-%d-%d", text,
              v.year, v.month, v.day);
}

Test(text_value, numbers)
{
    expect_number("123", XSD "integer", 123);
    expect_number(" -3.50 ", XSD "decimal", -3.5);
    expect_number("1.5e3", XSD "double", 1500);
    expect_number("$ 0.99", "", 0.99);
    expect_number("$1,234,567.50", "", 1234567.5);
    expect_number("12 EUR", "", 12);
    expect_number("USD 7", "", 7);
    expect_number("\xe2\x82\xac"
                  "5",
                  "", 5);
    expect_number("2500", "", 2500);
    expect_number("1999", XSD "integer", 1999);
}

Test(text_value, durations_are_seconds)
{
    expect_number("3:01", "", 181);
    expect_number("1:02:03", "", 3723);
    expect_number("PT3M1S", "", 181);
    expect_number("PT2H", XSD "duration", 7200);
    expect_number("P1DT1.5S", XSD "dayTimeDuration", 86401.5);
    expect_number("3m 34sec", "", 214);
    expect_number("1 h 2 min", "", 3720);
    expect_number("210 secs.", "", 210);
    cr_expect(parse("3m 34sec", "").time);
    cr_expect(parse("PT2H", "").time);
    cr_expect_not(parse("34", "").time);
}

Test(text_value, dates)
{
    expect_date("1999-03-31", XSD "date", 1999, 3, 31);
    expect_date("1999-03-31", "", 1999, 3, 31);
    expect_date("1999-03-31T12:30:00Z", XSD "dateTime", 1999, 3, 31);
    expect_date("1999-03-31Z", XSD "date", 1999, 3, 31);
    expect_date("1999-03", XSD "gYearMonth", 1999, 3, 0);
    expect_date("1916", XSD "gYear", 1916, 0, 0);
    expect_date("1916", "", 1916, 0, 0);
    expect_date("-0044", XSD "gYear", -44, 0, 0);
    expect_date("31-Mar-15", "", 2015, 3, 31);
    expect_date("7-Aug-98", "", 1998, 8, 7);
    expect_date("31 March 2015", "", 2015, 3, 31);
    expect_date("March 31, 2015", "", 2015, 3, 31);
    expect_date("Sept. 2015", "", 2015, 9, 0);
    expect_date("'07", "", 2007, 0, 0);
    expect_date("'68", "", 1968, 0, 0);
}

Test(text_value, anything_else_is_text)
{
    static const char *const texts[] = {"",           "abc",
                                        "12 monkeys", "3:99",
                                        "1,23",       "1999-13-01",
                                        "Mar",        "May",
                                        "1.2.3",      "--5",
                                        "$",          "1e999",
                                        "0x10",       "inf",
                                        "nan",        "12,34,567",
                                        "PT",         "P",
                                        "43324404",   "34 m",
                                        "3sec 4min",  "'7",
                                        "31-Foo-15",  "1999-3-1x",
                                        "3:1:2:4",    "March the 3rd, 2015",
                                        ".",          "- 5 apples"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        cr_expect_eq(parse(texts[i], "").kind, TEXT_VALUE_NONE, "'%s'", texts[i]);
    cr_expect_eq(parse("12", "http://example.org/weight").kind, TEXT_VALUE_NONE);
    cr_expect_eq(parse("soon", XSD "date").kind, TEXT_VALUE_NONE);
    cr_expect_eq(parse("12", XSD "boolean").kind, TEXT_VALUE_NONE);
}
