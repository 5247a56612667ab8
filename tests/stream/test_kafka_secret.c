#include "alignd/stream/kafka_secret.h"

#include <criterion/criterion.h>
#include <string.h>

static struct kafka_secret_list list;
static struct buf space;

static void tear_down(void)
{
    kafka_secret_fini(&list);
    buf_fini(&space);
}

TestSuite(kafka_secret, .fini = tear_down);

static const char *hide(const char *text)
{
    buf_clear(&space);
    return kafka_secret_hide(&list, text, &space);
}

Test(kafka_secret, what_holds_a_secret_goes_by_its_name)
{
    static const char *const secrets[] = {
        "sasl.password",
        "SSL.Key.Password",
        "ssl.key.pem",
        "ssl.keystore.password",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.client.secret",
        "ssl_key",
        "sasl.oauthbearer.assertion.private.key.passphrase",
    };
    static const char *const others[] = {"bootstrap.servers",   "ssl.key.location",
                                         "ssl.certificate.pem", "ssl.ca.location",
                                         "sasl.username",       "sasl.mechanism"};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
        cr_expect(kafka_secret_is_key(secrets[i]), "%s", secrets[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        cr_expect_not(kafka_secret_is_key(others[i]), "%s", others[i]);
}

Test(kafka_secret, a_text_without_one_is_as_it_was)
{
    cr_expect_str_eq(hide("nothing to hide"), "nothing to hide");
    kafka_secret_add(&list, "");
    cr_expect_eq(list.count, 0);
    kafka_secret_add(&list, "sesame");
    cr_expect_str_eq(hide(""), "");
    cr_expect_str_eq(hide("ses ame sesam"), "ses ame sesam");
}

Test(kafka_secret, each_is_hidden_wherever_it_stands)
{
    kafka_secret_add(&list, "sesame");
    kafka_secret_add(&list, "rose");
    cr_expect_str_eq(hide("sesame"), "[redacted]");
    cr_expect_str_eq(hide("a rose is a rose, sesamerose."),
                     "a [redacted] is a [redacted], [redacted][redacted].");
}

Test(kafka_secret, the_longest_is_taken_of_two_that_begin_alike)
{
    kafka_secret_add(&list, "rose");
    kafka_secret_add(&list, "rosebud");
    kafka_secret_add(&list, "ros");
    cr_expect_str_eq(hide("rosebud roses rost"), "[redacted] [redacted]s [redacted]t");
}

Test(kafka_secret, of_a_key_in_pem_each_line_is_hidden)
{
    kafka_secret_add(&list, "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\n"
                            "AwEHBG0wawIBAQQgv1pZ3Yt3\n-----END PRIVATE KEY-----\n");
    cr_expect_str_eq(hide("at AwEHBG0wawIBAQQgv1pZ3Yt3: bad"), "at [redacted]: bad");
    cr_expect_str_eq(hide("-----BEGIN PRIVATE KEY-----"), "-----BEGIN PRIVATE KEY-----");
    cr_expect_null(strstr(hide("x MIGHAgEAMBMGByqGSM49AgEGCCqGSM49\n"), "MIGH"));
}
