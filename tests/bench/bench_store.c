/*
 * bench_store.c - what RocksDB alone takes for the rows of a finished store:
 * the same rows, with the same options, into a fresh one, in as many synced
 * batches as the engine's turns, each in key order.  Which rows came in which
 * turn is not known any more; keys are hashes, so each turn gets its share of
 * every family.
 *
 *     bench_store --from STORE --to NEW --turns N [--sync 0] [--bulk 1]
 *     bench_store --compact STORE
 */
#include "bench.h"

#include "alignd/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    enum kv_family family;
    struct slice key, value;
    uint64_t turn;
};

struct rows {
    struct row *all;
    size_t count, room, bytes;
    struct arena *arena;
};

static void read_family(struct kv *kv, enum kv_family family, uint64_t turns, struct rows *rows)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it)) {
        struct slice key = kv_iter_key(it), value = kv_iter_value(it);
        if (rows->count == rows->room) {
            rows->room = rows->room ? rows->room * 2 : 1 << 16;
            rows->all = realloc(rows->all, rows->room * sizeof(*rows->all));
            if (!rows->all)
                abort();
        }
        rows->all[rows->count++] = (struct row){.family = family,
                                                .key = arena_copy(rows->arena, key),
                                                .value = arena_copy(rows->arena, value),
                                                .turn = hash_bytes(key, 1) % turns};
        rows->bytes += key.len + value.len;
    }
    bench_check(kv_iter_status(it), "read");
    kv_iter_free(it);
}

static int compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->turn != y->turn)
        return x->turn < y->turn ? -1 : 1;
    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    return slice_compare(x->key, y->key);
}

static void write_all(struct kv *kv, const struct rows *rows, bool sync)
{
    struct kv_batch *batch = kv_batch_new();
    for (size_t i = 0, end; i < rows->count; i = end) {
        for (end = i; end < rows->count && rows->all[end].turn == rows->all[i].turn; end++)
            kv_batch_put(kv, batch, rows->all[end].family, rows->all[end].key,
                         rows->all[end].value);
        bench_check(kv_write(kv, batch, sync), "write");
        kv_batch_clear(batch);
    }
    kv_batch_free(batch);
}

static int compact(const char *path)
{
    struct kv_options o = kv_options_default();
    struct kv *kv;
    o.create = false;
    bench_check(kv_open(path, &o, &kv), "open");
    bench_check(kv_compact(kv), "compact");
    kv_close(kv);
    return 0;
}

int main(int argc, char **argv)
{
    const char *store = bench_option(argc, argv, "compact", "");
    if (*store)
        return compact(store);
    struct kv_options o = kv_options_default();
    struct rows rows = {.arena = arena_new()};
    struct kv *from, *to;
    uint64_t turns = (uint64_t)bench_number(argc, argv, "turns", 1);
    o.create = false;
    bench_check(kv_open(bench_option(argc, argv, "from", NULL), &o, &from), "open");
    for (int f = 0; f < KV_FAMILIES; f++)
        read_family(from, (enum kv_family)f, turns ? turns : 1, &rows);
    kv_close(from);
    qsort(rows.all, rows.count, sizeof(*rows.all), compare);

    o.create = true;
    o.bulk = bench_number(argc, argv, "bulk", 0) != 0;
    bench_check(kv_open(bench_option(argc, argv, "to", NULL), &o, &to), "open");
    double begun = bench_seconds(), cpu = bench_cpu();
    write_all(to, &rows, bench_number(argc, argv, "sync", 1) != 0);
    bench_check(kv_flush(to), "flush");
    kv_close(to);
    bench_say(bench_seconds() - begun, "s", "raw_store.seconds");
    bench_say(bench_cpu() - cpu, "s", "raw_store.cpu");
    bench_say((double)rows.count, "", "raw_store.rows");
    bench_say((double)rows.bytes, "", "raw_store.bytes");
    free(rows.all);
    arena_free(rows.arena);
    return 0;
}
