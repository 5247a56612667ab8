#include "alignd/daemon/metrics_process.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double value_of(const char *name)
{
    struct buf out = {0};
    char row[128];
    metrics_process_write(&out);
    buf_append_char(&out, '\0');
    snprintf(row, sizeof(row), "\nprocess_%s ", name);
    const char *at = strstr(out.data, row);
    cr_assert(at, "no %s", name);
    double value = strtod(at + strlen(row), NULL);
    buf_fini(&out);
    return value;
}

Test(metrics_process, tells_of_this_process)
{
    double before = value_of("cpu_seconds_total"), files = value_of("open_fds");
    clock_t until = clock() + CLOCKS_PER_SEC / 5;
    while (clock() < until)
        ;
    cr_expect(value_of("cpu_seconds_total") >= before + 0.15);
    size_t size = 64 << 20;
    double memory = value_of("resident_memory_bytes");
    char *block = malloc(size);
    memset(block, 1, size);
    cr_expect(value_of("resident_memory_bytes") > memory + 0.9 * (double)size);
    cr_expect(value_of("virtual_memory_bytes") >= value_of("resident_memory_bytes"));
    free(block);
    int fd = dup(0);
    cr_expect_eq(value_of("open_fds"), files + 1);
    close(fd);
    cr_expect(value_of("max_fds") > files);
    double age = (double)time(NULL) - value_of("start_time_seconds");
    cr_expect(age > -2 && age < 600, "%f", age);
}
