#include "alignd/daemon/store_digest.h"

#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"
#include "alignd/state/identity.h"

#include <criterion/criterion.h>

static const struct state_offset at_five[] = {{{"in", 2}, 0, 5}, {{"in", 2}, 1, 7}};
static const struct state_offset at_six[] = {{{"in", 2}, 0, 6}, {{"in", 2}, 1, 7}};

static struct store_digest digest(const struct state_offset *offsets, size_t count)
{
    return (struct store_digest){.uuid = "01234567-89ab-cdef-0123-456789abcdef",
                                 .epoch = 3,
                                 .triples = 10,
                                 .matches = 2,
                                 .digest = UINT64_MAX - 1,
                                 .settings = 7,
                                 .offsets = offsets,
                                 .offset_count = count};
}

Test(store_digest, reads_back_as_it_was_written)
{
    struct arena *arena = arena_new();
    struct store_digest in = digest(at_six, 2), out;
    struct buf text = {0};
    struct json_writer w = json_writer_of(&text);
    json_writer_begin_object(&w);
    json_writer_add_bool(&w, "of something else", true);
    store_digest_write(&in, &w);
    json_writer_end_object(&w);
    cr_assert_eq(store_digest_parse(buf_slice(&text), arena, &out), 0);
    cr_expect_str_eq(out.uuid, in.uuid);
    cr_expect(out.epoch == 3 && out.triples == 10 && out.matches == 2 && out.waiting == 0);
    cr_expect(out.digest == in.digest && out.settings == 7);
    cr_assert_eq(out.offset_count, 2);
    cr_expect(slice_equal(out.offsets[0].topic, slice_of("in")) && out.offsets[0].next == 6);
    cr_expect(store_digest_comparable(&in, &out));
    arena_free(arena);
    buf_fini(&text);
}

Test(store_digest, anything_else_is_none)
{
    static const char *const texts[] = {"", "{}", "[]", "{\"digest\":\"12\"}", "starting\n"};
    struct arena *arena = arena_new();
    struct store_digest out;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        cr_expect_eq(store_digest_parse(slice_of(texts[i]), arena, &out), ERR_FORMAT, "%s",
                     texts[i]);
    arena_free(arena);
}

Test(store_digest, is_compared_where_both_have_read_as_much)
{
    struct store_digest a = digest(at_five, 2), b = digest(at_six, 2), less = digest(at_five, 1),
                        files = digest(NULL, 0), same = digest(at_five, 2);
    cr_expect(store_digest_comparable(&a, &same));
    cr_expect_not(store_digest_comparable(&a, &b));
    cr_expect_not(store_digest_comparable(&a, &less));
    cr_expect_not(store_digest_comparable(&less, &a));
    cr_expect(store_digest_comparable(&a, &files), "one that was loaded from files has no offsets");
    same.waiting = 1;
    cr_expect_not(store_digest_comparable(&a, &same));
}

Test(store_digest, of_a_store_is_that_of_its_engine)
{
    struct kv_options options = kv_options_default();
    struct engine_options eo = engine_options_default();
    struct engine_report report;
    struct kv *kv;
    struct model *model;
    struct engine *engine;
    struct arena *arena = arena_new();
    struct store_digest d;
    options.create = options.in_memory = true;
    cr_assert_eq(kv_open("/store-digest", &options, &kv), 0);
    cr_assert_eq(model_new_default(1, &model), 0);
    eo.graphs[0] = "a";
    eo.graphs[1] = "b";
    eo.graph_count = 2;
    eo.model = model;
    cr_assert_eq(engine_open(kv, &eo, &engine), 0);
    struct term s = {TERM_IRI, slice_of("http://a/1"), {0}, {0}};
    struct term o = {TERM_LITERAL, slice_of("x"), {0}, {0}};
    struct change change = {CHANGE_INSERT, s, s, o};
    struct engine_input input = {.graph = 0, .changes = &change, .count = 1};
    struct engine_turn turn = {
        .inputs = &input, .input_count = 1, .offsets = at_six, .offset_count = 2};
    cr_assert_eq(engine_run_turn(engine, &turn, &report), 0);
    cr_assert_eq(store_digest_read(kv, arena, &d), 0);
    cr_expect_eq(d.triples, 1);
    cr_expect_str_eq(d.uuid, engine_uuid(engine));
    cr_assert_eq(d.offset_count, 2);
    cr_expect_eq(d.offsets[0].next, 6);
    struct identity id;
    cr_assert_eq(identity_read(kv, &id), 0);
    cr_expect_eq(d.digest, identity_digest(&id));
    cr_expect_neq(d.digest, 0);
    engine_close(engine);
    model_free(model);
    kv_close(kv);
    arena_free(arena);
}
