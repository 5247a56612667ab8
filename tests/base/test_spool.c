#include "alignd/base/spool.h"

#include "alignd/base/err.h"
#include "alignd/base/pool.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BUCKETS = 7, RECORDS = 200000 };

static uint64_t random_of(uint64_t *rng)
{
    *rng ^= *rng << 13;
    *rng ^= *rng >> 7;
    *rng ^= *rng << 17;
    return *rng;
}

Test(spool, each_record_comes_out_of_its_bucket_in_the_order_of_arrival)
{
    static const char *const folders[] = {NULL, "/tmp"};
    for (int f = 0; f < 2; f++) {
        struct spool *s;
        uint64_t rng = 1, bytes = 0;
        cr_assert_eq(spool_new(folders[f], BUCKETS, 1, 0, &s), ERR_OK);
        for (uint32_t i = 0; i < RECORDS; i++) {
            size_t n = sizeof(i) + random_of(&rng) % 60;
            char *r = spool_add(s, 0, i % BUCKETS, n);
            cr_assert_not_null(r);
            memset(r, (int)n, n);
            memcpy(r, &i, sizeof(i));
            bytes += n + 4;
        }
        cr_expect_eq(spool_bytes(s), bytes);
        size_t count = 0;
        for (uint32_t k = 0; k < BUCKETS; k++) {
            struct spool_bucket b;
            cr_assert_eq(spool_take(s, k, &b), ERR_OK);
            for (size_t i = 0; i < b.count; i++) {
                uint32_t number;
                memcpy(&number, b.records[i].data, sizeof(number));
                cr_assert_eq(number, i * BUCKETS + k);
                for (size_t j = sizeof(number); j < b.records[i].len; j++)
                    cr_assert_eq(b.records[i].data[j], (char)b.records[i].len);
            }
            count += b.count;
            spool_bucket_fini(&b);
        }
        cr_expect_eq(count, RECORDS);
        spool_free(s);
    }
}

Test(spool, records_of_one_size_lie_side_by_side)
{
    struct spool *s;
    struct spool_bucket b;
    cr_assert_eq(spool_new(NULL, 2, 1, sizeof(uint32_t), &s), ERR_OK);
    for (uint32_t i = 0; i < RECORDS; i++) {
        char *r = spool_add(s, 0, 1, sizeof(i));
        cr_assert_not_null(r);
        memcpy(r, &i, sizeof(i));
    }
    cr_assert_eq(spool_take(s, 0, &b), ERR_OK);
    cr_expect_eq(b.count, 0);
    spool_bucket_fini(&b);
    cr_assert_eq(spool_take(s, 1, &b), ERR_OK);
    cr_assert_eq(b.count, RECORDS);
    for (uint32_t i = 0; i < RECORDS; i++)
        cr_assert_eq(((uint32_t *)b.data)[i], i);
    spool_bucket_fini(&b);
    spool_free(s);
}

/* What several threads add. */
enum { WRITERS = 3 };

static void add_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct spool *s = arg;
    for (size_t i = begin; i < end; i++) {
        uint32_t record[2] = {worker, (uint32_t)i};
        char *r = spool_add(s, worker, i % BUCKETS, sizeof(record));
        cr_assert_not_null(r);
        memcpy(r, record, sizeof(record));
    }
}

Test(spool, of_several_threads_each_finds_what_it_added_in_its_order)
{
    static bool seen[RECORDS];
    struct spool *s;
    struct spool_bucket b;
    size_t count = 0;
    struct pool *pool = pool_new(WRITERS);
    cr_assert_eq(spool_new("/tmp", BUCKETS, WRITERS, 0, &s), ERR_OK);
    pool_run(pool, add_range, s, RECORDS, 100);
    cr_expect_eq(spool_bytes(s), RECORDS * (4 + 2 * sizeof(uint32_t)));
    for (uint32_t k = 0; k < BUCKETS; k++) {
        uint32_t last[2] = {0, 0};
        cr_assert_eq(spool_take(s, k, &b), ERR_OK);
        for (size_t i = 0; i < b.count; i++) {
            uint32_t record[2];
            memcpy(record, b.records[i].data, sizeof(record));
            cr_assert_eq(record[1] % BUCKETS, k);
            cr_assert(record[0] > last[0] || record[1] >= last[1]);
            cr_assert_not(seen[record[1]]);
            seen[record[1]] = true;
            memcpy(last, record, sizeof(last));
        }
        count += b.count;
        spool_bucket_fini(&b);
    }
    cr_expect_eq(count, RECORDS);
    spool_free(s);
    pool_free(pool);
}

Test(spool, a_sorted_bucket_is_by_the_first_bytes_and_then_by_arrival)
{
    struct spool *s;
    struct spool_bucket b;
    uint64_t rng = 3;
    cr_assert_eq(spool_new(NULL, 1, 1, 0, &s), ERR_OK);
    for (uint32_t i = 0; i < 5000; i++) {
        char *r = spool_add(s, 0, 0, 12 + sizeof(i));
        memset(r, 'x', 12);
        r[2] = (char)(random_of(&rng) % 7);  /* what tells most apart */
        r[11] = (char)(random_of(&rng) % 5); /* and what is behind it */
        memcpy(r + 12, &i, sizeof(i));
    }
    cr_assert_eq(spool_take(s, 0, &b), ERR_OK);
    spool_bucket_sort(&b, 2, 12);
    for (size_t i = 1; i < b.count; i++) {
        int c = memcmp(b.records[i - 1].data, b.records[i].data, 12);
        uint32_t before, after;
        memcpy(&before, b.records[i - 1].data + 12, sizeof(before));
        memcpy(&after, b.records[i].data + 12, sizeof(after));
        cr_assert(c < 0 || (c == 0 && before < after));
    }
    spool_bucket_fini(&b);
    spool_free(s);
}

Test(spool, a_folder_that_is_not_there_is_an_error)
{
    struct spool *s;
    cr_expect_eq(spool_new("/tmp/nowhere/at/all", 3, 1, 0, &s), ERR_IO);
}
