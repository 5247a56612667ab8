/*
 * Every row of a small store is what store/layout.h says: read here by its words alone, without
 * what the rooms know of their rows.
 */
#include "alignd/base/buf.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/id.h"
#include "alignd/graph/mapping.h"
#include "alignd/model/model.h"
#include "alignd/store/layout.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/rows"

static struct model *model;
static struct mapping *mapping;
static struct kv *kv;
static struct engine *engine;
static struct engine_options options;

/* --- a store with something in every family --- */

static void open_engine(void)
{
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
}

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    struct model *of_nameless;
    cr_assert_eq(model_new_default(1, &of_nameless), ERR_OK);
    /* who looks at everybody's neighbourhood has more to put off */
    model_with_level1(of_nameless, MODEL_LEVEL1_ALL, &model);
    model_free(of_nameless);
    cr_assert_eq(mapping_parse(slice_of("left\thttp://v/aka\talias\nleft\thttp://v/id\tkey\n"),
                               "mapping", &mapping),
                 ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graphs[2] = "verdicts";
    options.graph_count = 3;
    options.model = model;
    options.model_path = "a/model";
    options.mapping = mapping;
    options.sync = false;
    options.rescore = true;
    options.hub_chunk = 7;    /* the director has more films: he is visited bit by bit, */
    options.dirty_budget = 1; /* and of those met a few alone are scored */
    options.block_limit = 10; /* of words a fifth: two */
    open_engine();
}

static void tear_down(void)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
    mapping_close(mapping);
}

TestSuite(rows, .init = set_up, .fini = tear_down);

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct term literal(const char *text, const char *datatype, const char *lang)
{
    return (struct term){.kind = TERM_LITERAL,
                         .text = slice_of(text),
                         .datatype = slice_of(datatype),
                         .lang = slice_of(lang)};
}

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"
#define NAME "http://xmlns.com/foaf/0.1/name"
#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define YEAR "http://www.w3.org/2001/XMLSchema#gYear"

static void run(size_t graph, const struct change *changes, size_t count)
{
    static const struct outbox_header header = {{"reason", 6}, {"none", 4}};
    struct outbox_record letter = {.destination = OUTBOX_DEAD_LETTERS,
                                   .value = {"what?", 5},
                                   .headers = &header,
                                   .header_count = 1};
    struct engine_input input = {.graph = graph, .changes = changes, .count = count};
    struct state_offset offset = {slice_of("films.in"), 3, 12};
    struct engine_turn turn = {.inputs = &input,
                               .input_count = 1,
                               .offsets = &offset,
                               .offset_count = 1,
                               .extra = &letter,
                               .extra_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static void load_films(size_t graph, const char *director)
{
    static const char *const titles[] = {
        "The Third Man",       "The Fallen Idol", "The Key",        "The Agony and the Ecstasy",
        "The Stars Look Down", "The Running Man", "The Public Eye", "The Way Ahead"};
    const struct change named[] = {
        {CHANGE_INSERT, iri(director), iri(LABEL), literal("Carol Reed", "", "en")},
        {CHANGE_INSERT, iri(director), iri(NAME), literal("C. Reed", "", "")},
        {CHANGE_INSERT, iri(director), iri("http://v/aka"), literal("Sir", "", "")},
        {CHANGE_INSERT, iri(director), iri("http://v/id"), literal("Q-84", "", "")},
    };
    run(graph, named, 4);
    for (size_t i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%s/%zu", director, i);
        const struct change film[] = {
            {CHANGE_INSERT, iri(name), iri(LABEL), literal(titles[i], "", "")},
            {CHANGE_INSERT, iri(name), iri(TYPE), iri("http://v/Film")},
            {CHANGE_INSERT, iri(name), iri("http://v/director"), iri(director)},
            {CHANGE_INSERT, iri(name), iri("http://v/year"), literal("1949", YEAR, "")},
        };
        run(graph, film, 4);
    }
}

/* The director is called otherwise, and a film no longer anything: it matches no more. */
static void rename_director(const char *was, const char *is)
{
    const struct change changes[] = {
        {CHANGE_DELETE, iri("http://l/reed"), iri(LABEL), literal(was, "", "en")},
        {CHANGE_INSERT, iri("http://l/reed"), iri(LABEL), literal(is, "", "en")},
        {CHANGE_DELETE, iri("http://l/reed/0"), iri(LABEL), literal("The Third Man", "", "")},
    };
    run(0, changes, 3);
}

/* --- reading --- */

static const char *const words[] = {"format", "uuid", "fingerprint", "mapping", "model",
                                    "graphs", "held", "state",       "rescore"};
#define WORDS (sizeof(words) / sizeof(*words))

static size_t seen[KV_FAMILIES], seen_words[WORDS], seen_kinds[128], seen_dead, seen_values,
    seen_names, seen_pins;
static uint64_t seen_namesakes;

static bool is_tag(uint16_t tag)
{
    static const char *const names[] = {"left", "right", "verdicts"};
    for (size_t i = 0; i < 3; i++)
        if (tag == id_graph_tag(slice_of(names[i])))
            return true;
    return false;
}

static bool is_id(const char *at)
{
    return is_tag(id_graph(id_get(at)));
}

static bool is_value_id(const char *at)
{
    return id_graph(id_get(at)) == 0;
}

static void take_id(struct reader *r)
{
    const char *id = reader_take(r, LAYOUT_ID_BYTES);
    cr_assert(id && is_id(id));
}

static void read_state(struct reader *r)
{
    reader_take(r, 4 * 8); /* epoch, head, pairs, matches */
    for (uint64_t n = reader_take_varint(r); n; n--) {
        uint32_t tag = reader_take_u32(r);
        cr_expect(is_tag((uint16_t)tag));
        reader_take(r, 2 * 8);
    }
    uint64_t families = reader_take_varint(r);
    cr_assert_eq(families, KV_FAMILIES);
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_eq(reader_take_u64(r), engine_digest(engine, (enum kv_family)f));
}

static void read_meta(struct slice key, struct reader *r)
{
    size_t i = 0;
    while (i < WORDS && !slice_equal(key, slice_of(words[i])))
        i++;
    cr_assert_lt(i, WORDS, "meta: %.*s", (int)key.len, key.data);
    seen_words[i]++;
    if (strcmp(words[i], "format") == 0)
        cr_expect_eq(reader_take_u32(r), 4);
    else if (strcmp(words[i], "uuid") == 0)
        reader_take(r, 36);
    else if (strcmp(words[i], "held") == 0)
        cr_expect_eq(reader_take_u8(r), '1');
    else if (strcmp(words[i], "state") == 0)
        read_state(r);
    else if (strcmp(words[i], "rescore") == 0)
        reader_take(r, 1 + LAYOUT_ID_BYTES + 8 + 8);
    else /* text, to the end */
        reader_take(r, (size_t)(r->end - r->at));
}

static void read_offset(struct slice key, struct reader *r)
{
    cr_expect(slice_equal(key, (struct slice){"films.in\0\0\0\0\3", 13}));
    const char *next = reader_take(r, 8);
    cr_expect(next && get_be64(next) == 12);
}

static void read_predicate(struct slice key, struct reader *r)
{
    cr_assert_eq(key.len, LAYOUT_PREDICATE_KEY_BYTES);
    char id[LAYOUT_ID_BYTES] = {key.data[0], key.data[1]};
    cr_expect(is_id(id));
    cr_expect_gt(reader_take_varint(r), 0);
    const char *text = reader_take(r, 7);
    cr_expect(text && memcmp(text, "http://", 7) == 0);
    reader_take(r, (size_t)(r->end - r->at));
}

static void read_node(struct reader *r)
{
    cr_expect_eq(reader_take_u8(r), TERM_IRI);
    cr_expect_gt(reader_take_bytes(r).len, 7);
    uint8_t has_label = reader_take_u8(r);
    cr_expect_eq(reader_take_bytes(r).len != 0, has_label);
    reader_take_bytes(r); /* type */
    reader_take_u32(r);   /* order */
    uint64_t before = 0;
    for (uint64_t n = reader_take_varint(r); n; n--) {
        uint64_t relation = reader_take_u64(r);
        cr_expect_gt(relation, before);
        cr_expect_gt(reader_take_varint(r), 0);
        before = relation;
    }
}

static void read_edge(struct slice key, struct reader *r)
{
    cr_assert_eq(key.len, LAYOUT_ADJACENCY_KEY_BYTES);
    uint64_t relation = get_be64(key.data + LAYOUT_ID_BYTES);
    const char *neighbour = key.data + LAYOUT_ID_BYTES + 8 + 4;
    cr_expect(is_id(key.data));
    cr_expect_eq((relation & 2) != 0, r->at != r->end);
    if (r->at == r->end) {
        cr_expect(is_id(neighbour));
        return;
    }
    seen_values++;
    cr_expect(is_value_id(neighbour));
    cr_expect_leq(reader_take_u8(r), TERM_LITERAL);
    reader_take_bytes(r); /* datatype */
    reader_take_bytes(r); /* language */
    cr_expect_gt(reader_take_bytes(r).len, 0);
}

static void read_sample(struct reader *r)
{
    for (uint64_t n = reader_take_varint(r); n; n--) {
        reader_take_u64(r);
        take_id(r);
    }
    for (uint64_t n = reader_take_varint(r); n; n--) {
        cr_expect(reader_take_u64(r) & 2);
        reader_take_bytes(r);
        cr_expect_gt(reader_take_bytes(r).len, 0);
    }
    for (uint64_t n = reader_take_varint(r); n; n--) {
        struct slice name = reader_take_bytes(r);
        seen_names += slice_equal(name, slice_of("C. Reed")) || slice_equal(name, slice_of("Sir"));
    }
    for (uint64_t n = reader_take_varint(r); n; n--) {
        cr_expect(reader_take_u64(r) & 2);
        seen_names += slice_equal(reader_take_bytes(r), slice_of("q84"));
    }
    uint64_t before = 0;
    for (uint64_t n = reader_take_varint(r); n; n--) {
        uint64_t key = reader_take_u64(r);
        cr_expect_gt(key, before);
        before = key;
    }
    reader_take(r, 2 * 8);
    if (r->at == r->end)
        return;
    for (uint64_t n = reader_take_varint(r); n; n--, seen_pins++) {
        reader_take_u8(r);
        reader_take_u64(r);
    }
}

static void read_vectors(struct reader *r)
{
    uint64_t namesakes = reader_take_u64(r);
    seen_namesakes |= namesakes;
    cr_expect_eq(namesakes >> 3 * 3, 0, "nobody has more than three names");
    cr_expect_not_null(reader_take(r, 2 * model_z0_floats(model)));
    reader_take(r, (size_t)(r->end - r->at)); /* level 1 of some, and the label */
}

static void read_block(struct slice key, struct reader *r)
{
    cr_assert_eq(key.len, LAYOUT_BLOCK_KEY_BYTES);
    bool live = reader_take_u8(r) == 1;
    uint64_t n = reader_take_varint(r);
    cr_expect_gt(n, 0);
    seen_dead += !live;
    for (; n && live; n--) {
        take_id(r);
        reader_take(r, 2 * 8);
    }
    for (; n; n--) {
        const char *tag = reader_take(r, 2);
        char id[LAYOUT_ID_BYTES] = {tag[1], tag[0]};
        cr_expect(is_id(id));
        cr_expect_gt(reader_take_varint(r), 0);
    }
}

static void read_dirty(struct slice key, struct reader *r)
{
    cr_assert_eq(key.len, LAYOUT_DIRTY_KEY_BYTES);
    char kind = key.data[0];
    cr_assert(kind == 'R' || kind == 'S' || kind == 'P');
    cr_expect(is_id(key.data + 1));
    seen_kinds[(size_t)kind]++;
    seen_kinds[(size_t)kind]++;
    if (kind == 'P')
        return;
    if (reader_take_u8(r)) {
        const char *next = reader_take(r, LAYOUT_ADJACENCY_KEY_BYTES);
        cr_expect(next && memcmp(next, key.data + 1, LAYOUT_ID_BYTES) == 0);
    }
    uint64_t orders = reader_take_varint(r);
    cr_expect_eq(orders != 0, kind == 'R');
    reader_take(r, (size_t)orders * 4);
}

static void read_outbox(struct slice key, struct reader *r)
{
    cr_assert_eq(key.len, LAYOUT_OUTBOX_KEY_BYTES);
    cr_expect_eq(get_be64(key.data), seen[KV_OUTBOX]); /* from 1, no gap */
    uint8_t destination = reader_take_u8(r), flags = reader_take_u8(r);
    cr_expect_leq(destination, 1);
    reader_take_u64(r);
    cr_expect_eq(reader_take_bytes(r).len != 0, flags & 1);
    cr_expect_eq(reader_take_bytes(r).len == 0, (flags & 2) != 0);
    for (uint64_t n = reader_take_varint(r); n; n--) {
        cr_expect_gt(reader_take_bytes(r).len, 0);
        reader_take_bytes(r);
    }
}

static void read_row(enum kv_family family, struct slice key, struct reader *r)
{
    switch (family) {
    case KV_META:
        read_meta(key, r);
        return;
    case KV_OFFSETS:
        read_offset(key, r);
        return;
    case KV_PREDICATES:
        read_predicate(key, r);
        return;
    case KV_ADJACENCY:
        read_edge(key, r);
        return;
    case KV_BLOCKS:
        read_block(key, r);
        return;
    case KV_POSTINGS:
        cr_assert_eq(key.len, LAYOUT_POSTING_KEY_BYTES);
        cr_expect(is_id(key.data + LAYOUT_BLOCK_KEY_BYTES));
        reader_take(r, 2 * 8);
        return;
    case KV_PUBLISHED:
        cr_assert_eq(key.len, LAYOUT_PUBLISHED_KEY_BYTES);
        cr_expect(is_id(key.data) && is_id(key.data + LAYOUT_ID_BYTES));
        reader_take(r, 4);
        return;
    case KV_DIRTY:
        read_dirty(key, r);
        return;
    case KV_OUTBOX:
        read_outbox(key, r);
        return;
    default:
        break;
    }
    cr_assert_eq(key.len, LAYOUT_ID_BYTES);
    cr_expect(is_id(key.data));
    if (family == KV_NODES)
        read_node(r);
    else if (family == KV_SAMPLES)
        read_sample(r);
    else if (family == KV_VECTORS)
        read_vectors(r);
    for (size_t more = family == KV_PAIRS     ? 4
                       : family == KV_DECIDED ? 1
                                              : 0;
         r->at != r->end && !r->failed;) {
        take_id(r);
        reader_take(r, more);
    }
}

static void walk(void)
{
    seen[KV_OUTBOX] = 0;
    for (int f = 0; f < KV_FAMILIES; f++) {
        struct kv_iter *it = kv_iter_new(kv, (enum kv_family)f);
        for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it)) {
            struct reader r = reader_of(kv_iter_value(it));
            seen[f]++;
            read_row((enum kv_family)f, kv_iter_key(it), &r);
            cr_assert(!r.failed && r.at == r.end, "a row of %s has another length",
                      kv_family_name((enum kv_family)f));
        }
        cr_assert_eq(kv_iter_status(it), ERR_OK);
        kv_iter_free(it);
    }
}

Test(rows, each_is_what_the_layout_says)
{
    load_films(0, "http://l/reed");
    load_films(1, "http://r/reed");
    walk();

    rename_director("Carol Reed", "Sir Carol");
    walk();
    const struct change pin = {CHANGE_INSERT, iri("http://l/reed"),
                               iri("http://www.w3.org/2002/07/owl#sameAs"), iri("http://r/reed")};
    run(2, &pin, 1);
    walk();

    /* on the way to another threshold, with events held */
    log_set_level((enum log_level) - 1);
    engine_close(engine);
    options.threshold = 0.3;
    open_engine();
    cr_assert_eq(engine_new_epoch(engine, 0), ERR_OK);
    walk();

    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_gt(seen[f], 0, "no row of %s", kv_family_name((enum kv_family)f));
    for (size_t i = 0; i < WORDS; i++)
        cr_expect_gt(seen_words[i], 0, "no row `%s`", words[i]);
    for (const char *kind = "RSP"; *kind; kind++)
        cr_expect_gt(seen_kinds[(size_t)*kind], 0, "nothing of kind %c was put off", *kind);
    cr_expect(seen_dead && seen_values && seen_pins);
}
