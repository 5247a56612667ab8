#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/model/model.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];

static void make_folder(void)
{
    strcpy(folder, "/tmp/alignd-model-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/m.safetensors", folder);
    cr_redirect_stderr();
}
static void drop_folder(void)
{
    unlink(path);
    rmdir(folder);
}
TestSuite(model_file, .init = make_folder, .fini = drop_folder);

Test(model, the_default_is_its_seeds_alone)
{
    struct model *a, *b, *c;
    cr_assert(!model_new_default(1, &a) && !model_new_default(1, &b) && !model_new_default(2, &c));
    cr_expect_eq(model_digest(a), model_digest(b));
    cr_expect_neq(model_digest(a), model_digest(c));
    cr_expect_eq(model_z0_floats(a) % 16, 0);
    cr_expect_eq(model_z1_floats(a) % 16, 0);
    cr_expect_eq(model_threshold(a), 0.5);
    model_free(a);
    model_free(b);
    model_free(c);
    model_free(NULL);
}

Test(model, unknown_relations_keep_apart_by_name_and_direction)
{
    struct model *m;
    cr_assert(!model_new_default(1, &m));
    int director = model_relation_index(m, slice_of("director"), false);
    int directed = model_relation_index(m, slice_of("director"), true);
    cr_expect_eq(director, model_relation_index(m, slice_of("director"), false));
    cr_expect_neq(director, directed);
    cr_expect_neq(director, model_relation_index(m, slice_of("actor"), false));
    cr_expect(director >= 0 && director < model_relation_count(m));
    cr_expect(directed >= 0 && directed < model_relation_count(m));
    model_free(m);
}

Test(model_file, comes_back_as_it_was)
{
    struct model *m, *back;
    cr_assert(!model_load(TEST_DATA "/network.safetensors", &m));
    cr_expect_eq(model_threshold(m), 0.375);
    int actor = model_relation_index(m, slice_of("actor"), false);
    int date = model_relation_index(m, slice_of("date"), true);
    cr_expect_eq(actor, 0);
    cr_expect_eq(date, 3);
    cr_expect_eq(model_relation_index(m, slice_of("zebra"), true) >= 6, true);
    cr_assert_eq(model_save(m, path), 0);
    cr_assert_eq(model_load(path, &back), 0);
    cr_expect_eq(model_digest(m), model_digest(back));
    cr_expect_eq(model_threshold(m), model_threshold(back));
    float x[256], y[256];
    text_vector(m, slice_of("Radioactive"), slice_of(""), x);
    text_vector(back, slice_of("Radioactive"), slice_of(""), y);
    cr_expect_eq(memcmp(x, y, model_z0_floats(m) * sizeof(float)), 0);
    model_free(m);
    model_free(back);
}

Test(model_file, says_whose_neighbourhoods_count)
{
    struct model *m, *all, *back;
    cr_assert(!model_load(TEST_DATA "/network.safetensors", &m));
    cr_expect_eq(model_level1(m), MODEL_LEVEL1_ALL, "a file that does not say");
    model_free(m);
    cr_assert(!model_new_default(1, &m));
    cr_expect_eq(model_level1(m), MODEL_LEVEL1_NAMELESS);
    model_with_level1(m, MODEL_LEVEL1_ALL, &all);
    cr_expect_neq(model_digest(m), model_digest(all));
    const struct model *each[] = {m, all};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(model_save(each[i], path), 0);
        cr_assert_eq(model_load(path, &back), 0);
        cr_expect_eq(model_level1(back), model_level1(each[i]));
        cr_expect_eq(model_digest(back), model_digest(each[i]));
        model_free(back);
    }
    enum model_level1 which;
    cr_expect_not(model_parse_level1(slice_of("some"), &which));
    model_free(m);
    model_free(all);
}

Test(model_file, missing_files_are_an_error_of_input)
{
    struct model *m = NULL;
    cr_expect_eq(model_load("/nowhere/m.safetensors", &m), ERR_IO);
    cr_expect_null(m);
    cr_assert(!model_new_default(1, &m));
    cr_expect_eq(model_save(m, "/nowhere/m.safetensors"), ERR_IO);
    model_free(m);
}

static char *read_good(size_t *ret_size)
{
    FILE *file = fopen(TEST_DATA "/network.safetensors", "rb");
    cr_assert(file);
    char *bytes = malloc(1 << 20);
    *ret_size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static int load_bytes(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, size, file) == size && !fclose(file));
    struct model *m = NULL;
    int rc = model_load(path, &m);
    if (!rc)
        model_free(m);
    else
        cr_expect_null(m);
    return rc;
}

/* The good file with one text of its header replaced by another of the same length. */
static int load_replaced(const char *from, const char *to)
{
    size_t size;
    char *bytes = read_good(&size);
    cr_assert_eq(strlen(from), strlen(to));
    char *at = memmem(bytes, size, from, strlen(from));
    cr_assert(at, "%s", from);
    memcpy(at, to, strlen(to));
    int rc = load_bytes(bytes, size);
    free(bytes);
    return rc;
}

Test(model_file, damage_is_refused)
{
    cr_expect_eq(load_replaced("\"alignd-model\"", "\"alignt-model\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"version\": \"1\"", "\"version\": \"4\""), ERR_VERSION);
    cr_expect_eq(load_replaced("\"version\": \"1\"", "\"version\": \"x\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"d\": \"64\"", "\"d\": \"60\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"d\": \"64\"", "\"d\": \"-1\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"buckets\": \"16\"", "\"buckets\": \"15\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"buckets\": \"16\"", "\"buckets\": \"32\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"threshold\": \"0.375\"", "\"threshold\": \"5.375\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\\\"actor\\\"", "\\\"zctor\\\""), ERR_FORMAT, "not sorted");
    cr_expect_eq(load_replaced("\"F32\"", "\"F16\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("[0, 64]", "[0, 60]"), ERR_FORMAT);
    cr_expect_eq(load_replaced("[0, 64]", "[4, 68]"), ERR_FORMAT, "overlap");
    cr_expect_eq(load_replaced("\"hidden_bias\"", "\"hidden_biaz\""), ERR_FORMAT);
    cr_expect_eq(load_replaced("\"shape\": [16, 1]", "\"shape\": [1, 16]"), ERR_FORMAT);
}

Test(model_file, cut_and_swollen_files_are_refused)
{
    size_t size;
    char *bytes = read_good(&size);
    static const size_t cuts[] = {0, 1, 7, 8, 9, 1000};
    for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++)
        cr_expect_eq(load_bytes(bytes, cuts[i]), ERR_FORMAT, "cut to %zu", cuts[i]);
    cr_expect_eq(load_bytes(bytes, size - 1), ERR_FORMAT);
    cr_expect_eq(load_bytes(bytes, size + 4), ERR_FORMAT);
    float nan = __builtin_nanf("");
    memcpy(bytes + size - 4, &nan, 4);
    cr_expect_eq(load_bytes(bytes, size), ERR_FORMAT, "not finite");
    memset(bytes, 0xff, 8);
    cr_expect_eq(load_bytes(bytes, size), ERR_FORMAT, "a header of 2^64 bytes");
    free(bytes);
}

#define DEFAULT_MODEL TEST_DATA "/../../config/default.safetensors"

Test(model, the_default_model_is_small_and_knows_no_relation_by_name)
{
    struct model *m;
    cr_assert_eq(model_load(DEFAULT_MODEL, &m), 0);
    FILE *file = fopen(DEFAULT_MODEL, "rb");
    fseek(file, 0, SEEK_END);
    cr_expect_lt(ftell(file), 400 * 1024);
    fclose(file);
    cr_expect_eq(model_relation_index(m, slice_of("director"), false) % 64,
                 model_relation_index(m, slice_of("director"), true) % 64);
    cr_expect_eq(model_relation_count(m), 128);
    cr_expect(model_threshold(m) > 0.1 && model_threshold(m) < 0.9);
    model_free(m);
}

Test(model, the_default_model_is_in_the_program)
{
    struct model *m, *same;
    unsetenv("ALIGND_MODEL");
    cr_assert_eq(model_load_default(&m), 0);
    cr_assert_eq(model_load(DEFAULT_MODEL, &same), 0);
    cr_expect_eq(model_digest(m), model_digest(same));
    model_free(m);
    model_free(same);
}

Test(model, the_environment_names_the_default_model)
{
    struct model *m, *same;
    setenv("ALIGND_MODEL", DEFAULT_MODEL, 1);
    cr_assert_eq(model_load_default(&m), 0);
    cr_assert_eq(model_load(DEFAULT_MODEL, &same), 0);
    cr_expect_eq(model_digest(m), model_digest(same));
    setenv("ALIGND_MODEL", "/nowhere/at/all", 1);
    cr_expect_neq(model_load_default(&m), 0);
    model_free(m);
    model_free(same);
}
