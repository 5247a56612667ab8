#include "alignd/daemon/daemon.h"

#include "alignd/base/err.h"
#include "alignd/store/kv.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(daemon, .timeout = 60);

static char dir[64];

static struct config *make_config(void)
{
    struct config *c;
    char path[100];
    snprintf(dir, sizeof(dir), "/tmp/alignd-test-XXXXXX");
    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/conf", dir);
    FILE *f = fopen(path, "w");
    fprintf(f,
            "[log]\nlevel = error\n[store]\npath = %s/store\n[graph.a]\ntopics = a\n"
            "[graph.b]\ntopics = b\n[http]\nport = 0\n",
            dir);
    fclose(f);
    struct config_arguments arguments = {.path = path};
    cr_assert_eq(config_load(&arguments, &c), 0);
    return c;
}

static void clean_up(struct config *c)
{
    char command[100];
    config_free(c);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

Test(daemon, ends_by_itself_when_there_is_nothing_to_do)
{
    struct config *c = make_config();
    struct daemon_options options = {.embedded_broker = true, .once = true};
    char path[100];
    cr_expect_eq(daemon_run(c, &options), 0);
    snprintf(path, sizeof(path), "%s/store.broker", dir);
    cr_expect_neq(access(path, F_OK), 0, "the broker's address is still there");
    clean_up(c);
}

Test(daemon, ends_on_sigterm)
{
    struct config *c = make_config();
    struct daemon_options options = {.embedded_broker = true};
    char path[100];
    snprintf(path, sizeof(path), "%s/store.broker", dir);
    pid_t pid = fork();
    if (pid == 0) {
        int rc = daemon_run(c, &options);
        _exit(err_exit_status(rc));
    }
    for (int i = 0; i < 100 && access(path, F_OK) != 0; i++)
        usleep(100000);
    usleep(1500000);
    kill(pid, SIGTERM);
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    clean_up(c);
}

Test(daemon, refuses_the_store_of_a_newer_version)
{
    struct config *c = make_config();
    struct daemon_options options = {.embedded_broker = true, .once = true};
    struct kv *kv;
    struct kv_options ko = kv_options_default();
    static const char newer[] = {99, 0, 0, 0};
    ko.create = true;
    cr_assert_eq(daemon_run(c, &options), 0);
    cr_assert_eq(kv_open(c->store_path, &ko, &kv), 0);
    struct kv_batch *batch = kv_batch_new();
    kv_batch_put(kv, batch, KV_META, slice_of("format"), (struct slice){newer, 4});
    cr_assert_eq(kv_write(kv, batch, true), 0);
    kv_batch_free(batch);
    kv_close(kv);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(daemon_run(c, &options), ERR_VERSION);
    clean_up(c);
}

Test(daemon, says_what_the_configuration_lacks)
{
    struct config_arguments none = {0};
    struct config *c;
    struct daemon_options options = {.once = true};
    cr_assert_eq(config_load(&none, &c), 0);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(daemon_run(c, &options), ERR_CONFIG);
    config_free(c);
    c = make_config();
    log_set_level((enum log_level) - 1);
    cr_expect_eq(daemon_run(c, &options), ERR_CONFIG); /* no broker */
    clean_up(c);
}
