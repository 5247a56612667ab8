#include "alignd/base/machine.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char root[] = "/tmp/test_machine_XXXXXX";

static void run(const char *command)
{
    char line[600];
    snprintf(line, sizeof(line), "cd %s && %s", root, command);
    cr_assert_eq(system(line), 0);
}

static void set_up(void)
{
    cr_assert(mkdtemp(root));
    run("mkdir -p proc/self sys/fs/cgroup/memory/docker/x sys/fs/cgroup/a/b");
}

static void tear_down(void)
{
    run("rm -rf proc sys");
    rmdir(root);
}

TestSuite(machine, .init = set_up, .fini = tear_down);

static uint64_t physical(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

Test(machine, without_groups_all_of_it)
{
    cr_expect_eq(machine_memory(root), physical());
    run("echo '0::/' > proc/self/cgroup");
    cr_expect_eq(machine_memory(root), physical());
}

Test(machine, a_group_of_version_2_or_one_above_it_bounds_it)
{
    run("echo '0::/a/b' > proc/self/cgroup");
    run("echo max > sys/fs/cgroup/a/b/memory.max");
    run("echo 734003200 > sys/fs/cgroup/a/memory.max");
    cr_expect_eq(machine_memory(root), 734003200);
    run("echo 524288000 > sys/fs/cgroup/a/b/memory.max");
    cr_expect_eq(machine_memory(root), 524288000);
}

Test(machine, a_group_of_version_1_bounds_it)
{
    run("printf '%s\\n' 3:cpu,cpuacct:/ 2:hugetlb,memory:/docker/x > proc/self/cgroup");
    run("echo 9223372036854771712 > sys/fs/cgroup/memory/memory.limit_in_bytes");
    cr_expect_eq(machine_memory(root), physical());
    run("echo 629145600 > sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes");
    cr_expect_eq(machine_memory(root), 629145600);
}

Test(machine, within_a_container_the_path_may_be_the_hosts)
{
    run("echo '0::/of/the/host' > proc/self/cgroup");
    run("echo 600000000 > sys/fs/cgroup/memory.max");
    cr_expect_eq(machine_memory(root), 600000000);
}
