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

static char *path_in_dir(char out[100], const char *name)
{
    snprintf(out, 100, "%s/%s", dir, name);
    return out;
}

/* A daemon of its own process, what it says in the file `log`; up when this returns. */
static pid_t start_daemon(const struct config *c, const struct daemon_options *options)
{
    char broker[100], log[100];
    path_in_dir(broker, "store.broker");
    path_in_dir(log, "log");
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(log, "w", stderr))
            _exit(1);
        _exit(err_exit_status(daemon_run(c, options)));
    }
    for (int i = 0; i < 100 && access(broker, F_OK) != 0; i++)
        usleep(100000);
    return pid;
}

static bool logged(const char *words)
{
    char log[100], text[8192] = "";
    FILE *f = fopen(path_in_dir(log, "log"), "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
    text[n] = '\0';
    if (f)
        fclose(f);
    return strstr(text, words) != NULL;
}

static void expect_end(pid_t pid)
{
    int status;
    kill(pid, SIGTERM);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
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
    pid_t pid = start_daemon(c, &options);
    usleep(1500000);
    expect_end(pid);
    clean_up(c);
}

/* The file lets errors alone be logged, the command line more: so it is seen which of them
 * holds after a SIGHUP. */
Test(daemon, a_sighup_leaves_the_command_line_over_the_file)
{
    static const char *const settings[] = {"log.level=info"};
    char path[100];
    struct config *c = make_config();
    struct config_arguments arguments = {
        .path = path_in_dir(path, "conf"), .settings = settings, .setting_count = 1};
    struct daemon_options options = {.embedded_broker = true, .arguments = &arguments};
    config_free(c);
    cr_assert_eq(config_load(&arguments, &c), 0);
    pid_t pid = start_daemon(c, &options);
    kill(pid, SIGHUP);
    for (int i = 0; i < 100 && !logged("SIGHUP"); i++)
        usleep(100000);
    cr_expect(logged("SIGHUP: log and [turn] are read again"));
    expect_end(pid);
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
