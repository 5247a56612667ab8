#include "alignd/stream/kafka_conf.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct kafka_conf *conf;

static void set_up(void)
{
    log_set_level((enum log_level) - 1);
    conf = kafka_conf_new(false);
}

static void tear_down(void)
{
    kafka_conf_free(conf);
}

TestSuite(kafka_conf, .init = set_up, .fini = tear_down);

static int add(const char *key, const char *value)
{
    return kafka_conf_add(conf, KAFKA_CONF_COMMON, key, value, NULL);
}

Test(kafka_conf, takes_what_librdkafka_knows_and_nothing_else)
{
    cr_expect_eq(add("bootstrap.servers", "a:1,b:2"), 0);
    cr_expect_eq(add("fetch.wait.max.ms", "100"), 0);
    cr_expect_eq(add("fetch.weight.max.ms", "100"), ERR_CONFIG);
    cr_expect_eq(add("fetch.wait.max.ms", "long"), ERR_CONFIG);
    cr_expect_eq(add("security.protocol", "none"), ERR_CONFIG);
    cr_expect_str_eq(kafka_conf_bootstrap(conf), "a:1,b:2");
}

Test(kafka_conf, what_exactly_once_rests_on_is_not_for_setting)
{
    static const char *const owned[] = {"transactional.id",  "enable.auto.commit", "group.id",
                                        "isolation.level",   "enable.idempotence", "acks",
                                        "auto.offset.reset", "partitioner"};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        cr_expect_eq(add(owned[i], "true"), ERR_CONFIG, "%s", owned[i]);
    cr_expect_eq(add("Enable.Auto.Commit", "true"), ERR_CONFIG);
}

Test(kafka_conf, what_runs_code_needs_leave)
{
    cr_expect_eq(add("plugin.library.paths", "/tmp/x.so"), ERR_CONFIG);
    cr_expect_eq(add("sasl.kerberos.kinit.cmd", "rm -rf /"), ERR_CONFIG);
    struct kafka_conf *free_hand = kafka_conf_new(true);
    cr_expect_eq(
        kafka_conf_add(free_hand, KAFKA_CONF_COMMON, "sasl.kerberos.kinit.cmd", "kinit", NULL), 0);
    kafka_conf_free(free_hand);
}

Test(kafka_conf, a_later_section_wins)
{
    cr_expect_eq(kafka_conf_add_pair(conf, KAFKA_CONF_OVERRIDE, "bootstrap.servers=c:3"), 0);
    cr_expect_eq(add("bootstrap.servers", "a:1"), 0);
    cr_expect_eq(add("bootstrap.servers", "b:2"), 0);
    cr_expect_str_eq(kafka_conf_bootstrap(conf), "c:3");
    cr_expect_eq(kafka_conf_add_pair(conf, KAFKA_CONF_OVERRIDE, "bootstrap.servers"), ERR_USAGE);
    cr_expect_eq(kafka_conf_add_pair(conf, KAFKA_CONF_OVERRIDE, "=x"), ERR_USAGE);
}

Test(kafka_conf, a_secret_can_stand_in_a_file)
{
    char path[] = "/tmp/alignd-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, "a:1,b:2\n", 8), 8);
    close(fd);
    cr_expect_eq(add("bootstrap.servers_file", path), 0);
    cr_expect_str_eq(kafka_conf_bootstrap(conf), "a:1,b:2");
    unlink(path);
    cr_expect_eq(add("sasl.password_file", path), ERR_CONFIG);
    cr_expect_eq(add("transactional.id_file", "/dev/null"), ERR_CONFIG);
}
