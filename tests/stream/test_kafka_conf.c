#include "alignd/stream/kafka_conf.h"

#include "../base/capture.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/stream/kafka_secret.h"
#include "alignd/stream/topic_admin.h"

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- secrets ---- */

#define MARK "Mark-of-a-secret-0123456789"
#define MAX_PROPERTIES 512

/* Every property of librdkafka that takes any text, from its own list. */
static size_t list_texts(char names[][64])
{
    char *text = NULL, *rest = NULL, *line;
    size_t size = 0, count = 0;
    FILE *f = open_memstream(&text, &size);
    rd_kafka_conf_properties_show(f);
    fclose(f);
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char why[512];
        size_t n = strcspn(line, " |");
        if (n < 3 || n >= 64 || !strchr("CP*", *(line + n + strspn(line + n, " |"))))
            continue;
        cr_assert(count < MAX_PROPERTIES);
        snprintf(names[count], 64, "%.*s", (int)n, line);
        rd_kafka_conf_t *try = rd_kafka_conf_new();
        if (rd_kafka_conf_set(try, names[count], MARK, why, sizeof(why)) == RD_KAFKA_CONF_OK)
            count++;
        rd_kafka_conf_destroy(try);
    }
    free(text);
    return count;
}

/* What is said, at all levels, while a client with this property is opened and closed. */
static const char *said_of(const char *key, const char *value, const char *protocol)
{
    static struct capture capture;
    struct kafka_conf *all = kafka_conf_new(true);
    struct topic_admin *admin = NULL;
    capture_begin(&capture, STDERR_FILENO);
    log_set_level(LOG_DEBUG);
    if (!kafka_conf_add(all, KAFKA_CONF_COMMON, "debug", "conf,security,broker", NULL) &&
        !kafka_conf_add(all, KAFKA_CONF_COMMON, "security.protocol", protocol, NULL) &&
        !kafka_conf_add(all, KAFKA_CONF_COMMON, key, value, NULL) && !topic_admin_open(all, &admin))
        topic_admin_close(admin);
    log_set_level((enum log_level) - 1);
    kafka_conf_free(all);
    return capture_end(&capture);
}

/* librdkafka marks these as well, though they are names, and what everybody may know. */
static bool is_public(const char *key)
{
    return strcmp(key, "sasl.username") == 0 || strcmp(key, "ssl.key.location") == 0 ||
           strcmp(key, "ssl.ca.pem") == 0 || strcmp(key, "ssl_ca") == 0;
}

Test(kafka_conf, no_secret_is_ever_said, .timeout = 120)
{
    static char names[MAX_PROPERTIES][64];
    size_t count = list_texts(names), secrets = 0, shown = 0, marked = 0;
    cr_assert_gt(count, 30);
    for (size_t i = 0; i < count; i++) {
        char redacted[100];
        if (strcmp(names[i], "debug") == 0 || strcmp(names[i], "plugin.library.paths") == 0)
            continue;
        const char *said = said_of(names[i], MARK, "plaintext");
        snprintf(redacted, sizeof(redacted), "%s = [redacted]", names[i]);
        bool secret = kafka_secret_is_key(names[i]);
        secrets += secret;
        shown += strstr(said, MARK) != NULL;
        marked += strstr(said, redacted) != NULL;
        cr_expect(!secret || !strstr(said, MARK), "%s is said: %s", names[i], said);
        cr_expect(secret || is_public(names[i]) || !strstr(said, redacted),
                  "librdkafka holds %s for a secret", names[i]);
    }
    cr_expect_geq(secrets, 5);
    cr_expect_geq(marked, 4); /* the dump of the configuration was there, */
    cr_expect_geq(shown, 10); /* and what is no secret is in it */
}

Test(kafka_conf, no_secret_is_taken_from_the_command_line)
{
    static struct capture capture;
    log_set_level(LOG_DEBUG);
    capture_begin(&capture, STDERR_FILENO);
    int rc = kafka_conf_add_pair(conf, KAFKA_CONF_OVERRIDE, "sasl.password=" MARK);
    const char *said = capture_end(&capture);
    cr_expect_eq(rc, ERR_USAGE);
    cr_expect(strstr(said, "sasl.password_file=PATH"), "%s", said);
    cr_expect_not(strstr(said, MARK));
    cr_expect_eq(kafka_conf_add_pair(conf, KAFKA_CONF_OVERRIDE, "sasl.password_file=/dev/null"), 0);
}

Test(kafka_conf, a_key_that_cannot_be_read_is_not_shown)
{
    const char *said = said_of("ssl.key.pem",
                               "-----BEGIN PRIVATE KEY-----\n" MARK "\n"
                               "-----END PRIVATE KEY-----\n",
                               "ssl");
    cr_expect(strstr(said, "cannot open the admin: "), "%s", said);
    cr_expect_not(strstr(said, MARK), "%s", said);
}
