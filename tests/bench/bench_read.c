/*
 * bench_read.c - how fast files are read to changes, nothing else:
 *
 *     bench_read [--id NAME] [--rows N] FILE...     without files: invented CSV and JSON rows
 */
#include "bench.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/stream/change_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_one(const char *path, const struct record_map *map)
{
    struct change_file *f;
    struct arena *arena = arena_new();
    uint64_t begun = clock_mono_us(), changes = 0, done, total;
    size_t count;
    bench_check(change_file_open(path, CODEC_AUTO, NULL, &f), path);
    change_file_set_records(f, map);
    do {
        struct change *batch;
        arena_reset(arena);
        bench_check(change_file_next(f, arena, 65536, &batch, &count), path);
        changes += count;
    } while (count);
    change_file_progress(f, &done, &total);
    double seconds = (double)(clock_mono_us() - begun) / 1e6;
    printf("%s: %" PRIu64 " triples, %.1f MB in %.2f s: %.0f triples/s, %.1f MB/s\n", path, changes,
           (double)done / 1e6, seconds, (double)changes / seconds, (double)done / 1e6 / seconds);
    change_file_close(f);
    arena_free(arena);
}

/* Ten columns, of which one is the id, two are quoted. */
static void invent(const char *path, long rows, int json)
{
    FILE *out = fopen(path, "w");
    if (!out)
        bench_check(ERR_IO, path);
    if (!json)
        fputs("sku,title,brand,price,stock,colour,weight,gtin,note,since\n", out);
    for (long i = 0; i < rows; i++)
        fprintf(out,
                json ? "{\"sku\":%ld,\"title\":\"Kestrel lamp, \\\"%ld\\\"\",\"brand\":\"Otter\","
                       "\"price\":%ld.50,\"stock\":%ld,\"colour\":\"dark green\",\"weight\":1.25,"
                       "\"gtin\":1%012ld,\"note\":\"as new, boxed\",\"since\":\"2019-04-01\"}\n"
                     : "%ld,\"Kestrel lamp, \"\"%ld\"\"\",Otter,%ld.50,%ld,dark green,1.25,%013ld,"
                       "\"as new, boxed\",2019-04-01\n",
                i, i, i % 500, i % 90, 1 + i * 7919);
    fclose(out);
}

int main(int argc, char **argv)
{
    struct record_options options = {.graph = "g", .id = bench_option(argc, argv, "id", "sku")};
    long rows = atol(bench_option(argc, argv, "rows", "200000"));
    struct record_map *map = record_map_new(&options);
    int files = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0)
            i++;
        else if (++files)
            read_one(argv[i], map);
    }
    for (int json = 0; json < 2 && !files; json++) {
        char path[64];
        snprintf(path, sizeof(path), "/tmp/bench_read.%d%s", (int)getpid(),
                 json ? ".jsonl" : ".csv");
        invent(path, rows, json);
        read_one(path, map);
        unlink(path);
    }
    record_map_free(map);
    return 0;
}
