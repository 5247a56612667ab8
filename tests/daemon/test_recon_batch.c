#include "../../src/daemon/recon_batch.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct recon_limits limits = {.queries = 3, .limit = 5, .limit_most = 20};

static struct arena *arena;
static struct json *json;
static struct recon_batch batch;
static struct buf wrong;

static void set_up(void)
{
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
    json_free(json);
    buf_fini(&wrong);
}

TestSuite(recon_batch, .init = set_up, .fini = tear_down);

static unsigned read_text(const char *text)
{
    struct json_error error;
    json_free(json);
    json = json_parse(slice_of(text), &error);
    cr_assert(json, "%s: %s", text, error.message);
    buf_clear(&wrong);
    unsigned status = recon_batch_read(json, &limits, arena, &batch, &wrong);
    cr_expect_eq(!status, !wrong.len);
    buf_append_char(&wrong, '\0');
    return status;
}

static void expect_text(struct slice s, const char *text)
{
    cr_expect(slice_equal(s, slice_of(text)), "'%.*s', not '%s'", (int)s.len, s.data, text);
}

Test(recon_batch, a_name_alone)
{
    cr_assert_eq(read_text("{\"q0\":{\"query\":\"Ada\"},\"x y\":{\"query\":\"\"}}"), 0);
    cr_assert_eq(batch.count, 2);
    expect_text(batch.all[0].key, "q0");
    expect_text(batch.all[0].text, "Ada");
    cr_expect_eq(batch.all[0].limit, 5);
    cr_expect_eq(batch.all[0].type_count, 0);
    cr_expect_eq(batch.all[0].property_count, 0);
    expect_text(batch.all[1].key, "x y");
    cr_assert_eq(read_text("{}"), 0);
    cr_expect_eq(batch.count, 0);
}

Test(recon_batch, all_there_may_be)
{
    cr_assert_eq(read_text("{\"q\":{\"query\":\"Ada\",\"type\":[\"a\",\"b\"],\"type_strict\":"
                           "\"all\",\"limit\":7,\"properties\":[{\"pid\":\"by\",\"v\":\"x\"},"
                           "{\"pid\":\"^year\",\"v\":[2009,2.5,true,{\"id\":\"http://l/1\","
                           "\"name\":\"One\"},{\"id\":\"_:b\"}]}]}}"),
                 0, "%s", wrong.data);
    const struct recon_query *q = &batch.all[0];
    cr_assert_eq(q->type_count, 2);
    expect_text(q->types[1], "b");
    cr_expect(q->all_types);
    cr_expect_eq(q->limit, 7);
    cr_assert_eq(q->property_count, 2);
    expect_text(q->properties[0].pid, "by");
    cr_assert_eq(q->properties[0].count, 1);
    expect_text(q->properties[0].values[0].text, "x");
    cr_expect_eq(q->properties[0].values[0].id.len, 0);
    cr_assert_eq(q->properties[1].count, 5);
    expect_text(q->properties[1].values[0].text, "2009");
    expect_text(q->properties[1].values[1].text, "2.5");
    expect_text(q->properties[1].values[2].text, "true");
    expect_text(q->properties[1].values[3].id, "http://l/1");
    expect_text(q->properties[1].values[3].text, "One");
    expect_text(q->properties[1].values[4].id, "_:b");
    cr_assert_eq(read_text("{\"q\":{\"type\":\"a\",\"limit\":100,\"properties\":[{\"pid\":\"by\","
                           "\"v\":-3}]}}"),
                 0);
    cr_expect_eq(batch.all[0].limit, 20, "more than the most is the most");
    cr_expect_eq(batch.all[0].type_count, 1);
    cr_expect_eq(batch.all[0].text.len, 0);
    expect_text(batch.all[0].properties[0].values[0].text, "-3");
}

Test(recon_batch, what_is_wrong_is_told_by_its_place)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"[]", "queries: expected an object"},
        {"{\"q0\":7}", "queries.q0: expected an object"},
        {"{\"q0\":{}}", "queries.q0: neither"},
        {"{\"q0\":{\"type\":\"a\",\"properties\":[]}}", "queries.q0: neither"},
        {"{\"q0\":{\"query\":7}}", "queries.q0.query: expected a string"},
        {"{\"q0\":{\"query\":\"a\"},\"q1\":{\"quer\":\"a\"}}", "queries.q1.quer: there is no"},
        {"{\"q0\":{\"query\":\"a\",\"type\":7}}", "queries.q0.type: "},
        {"{\"q0\":{\"query\":\"a\",\"type\":[\"a\",7]}}", "queries.q0.type: "},
        {"{\"q0\":{\"query\":\"a\",\"type_strict\":\"none\"}}", "queries.q0.type_strict: "},
        {"{\"q0\":{\"query\":\"a\",\"limit\":0}}", "queries.q0.limit: "},
        {"{\"q0\":{\"query\":\"a\",\"limit\":1.5}}", "queries.q0.limit: "},
        {"{\"q0\":{\"query\":\"a\",\"limit\":\"3\"}}", "queries.q0.limit: "},
        {"{\"q0\":{\"query\":\"a\",\"properties\":{}}}", "queries.q0.properties: "},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[7]}}", "queries.q0.properties[0]: "},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"v\":1}]}}", "queries.q0.properties[0].pid"},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"pid\":\"a\",\"v\":1},{\"pid\":\"b\"}]}}",
         "queries.q0.properties[1].v: expected"},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"pid\":\"a\",\"v\":[]}]}}",
         "queries.q0.properties[0].v: no value"},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"pid\":\"a\",\"v\":[[1]]}]}}",
         "queries.q0.properties[0].v: expected"},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"pid\":\"a\",\"v\":{\"name\":\"x\"}}]}}",
         "queries.q0.properties[0].v: expected"},
        {"{\"q0\":{\"query\":\"a\",\"properties\":[{\"pid\":\"a\",\"v\":1,\"w\":2}]}}",
         "queries.q0.properties[0].w: there is no"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        cr_expect_eq(read_text(cases[i].text), 400, "%s", cases[i].text);
        cr_expect(strncmp(wrong.data, cases[i].told, strlen(cases[i].told)) == 0, "%s: %s",
                  cases[i].text, wrong.data);
    }
}

Test(recon_batch, a_batch_has_an_end)
{
    cr_expect_eq(read_text("{\"a\":{\"query\":\"a\"},\"b\":{\"query\":\"a\"},"
                           "\"c\":{\"query\":\"a\"}}"),
                 0);
    cr_expect_eq(read_text("{\"a\":{\"query\":\"a\"},\"b\":{\"query\":\"a\"},"
                           "\"c\":{\"query\":\"a\"},\"d\":{\"query\":\"a\"}}"),
                 413);
}
