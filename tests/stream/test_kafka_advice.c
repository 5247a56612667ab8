#include "alignd/stream/kafka_advice.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

/* In the words of librdkafka 2.0.2, OpenSSL 3.0 and Kafka 4.1, as a broker brought them about. */
static const struct {
    const char *reason;
    int rc;
    const char *names;
} told[] = {
    {"ssl://b:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify "
     "failed: broker certificate could not be verified",
     ERR_AUTH, "ssl.ca.location"},
    {"ssl://b:1/bootstrap: Receive failed: error:0A000412:SSL routines::sslv3 alert bad "
     "certificate: "
     "SSL alert number 42",
     ERR_AUTH, "ssl.certificate.location"},
    {"ssl://b:1/bootstrap: Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate "
     "required: SSL alert number 116",
     ERR_AUTH, "ssl.key.location"},
    {"Receive failed: error:0A000416:SSL routines::sslv3 alert certificate unknown", ERR_AUTH,
     "expired"},
    {"Receive failed: error:0A000415:SSL routines::sslv3 alert certificate expired", ERR_AUTH,
     "expired"},
    {"SASL authentication error: Authentication failed: Invalid username or password (after 300ms "
     "in state AUTH_REQ)",
     ERR_AUTH, "sasl.password_file"},
    {"SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
     "supported "
     "mechanisms: SCRAM-SHA-512",
     ERR_AUTH, "sasl.mechanism"},
    {"ssl.key.location failed: error:05800074:x509 certificate routines::key values mismatch",
     ERR_CONFIG, "ssl.certificate.location"},
    {"[thrd:app]: error:1C800064:Provider routines::bad decrypt", ERR_CONFIG, "ssl.key.password"},
    {"b:1/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect "
     "security.protocol configuration (connecting to a SSL listener?)",
     ERR_BROKER, "security.protocol"},
    /* a broker that ends in the midst of a handshake comes again: nobody is refused */
    {"ssl://b:1/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while "
     "reading",
     ERR_BROKER, "security.protocol"},
};

Test(kafka_advice, names_the_setting_and_says_whether_to_try_again)
{
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        const struct kafka_advice *advice = kafka_advice_find(told[i].reason);
        cr_assert(advice, "%s", told[i].reason);
        cr_expect_eq(advice->rc, told[i].rc, "%s", told[i].reason);
        cr_expect(strstr(advice->words, told[i].names), "%s: %s", told[i].reason, advice->words);
    }
}

Test(kafka_advice, is_silent_of_what_says_enough)
{
    cr_expect_null(
        kafka_advice_find("b:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused"));
    cr_expect_null(kafka_advice_find("b:1/1: Disconnected (after 1000ms in state UP)"));
    cr_expect_null(kafka_advice_find(""));
}

Test(kafka_advice, of_a_certificate_says_what_is_wrong_with_it)
{
    cr_expect(strstr(kafka_advice_certificate(10), "has expired"));
    cr_expect(strstr(kafka_advice_certificate(9), "clock"));
    cr_expect(strstr(kafka_advice_certificate(62), "bootstrap.servers"));
    cr_expect(strstr(kafka_advice_certificate(64), "bootstrap.servers"));
    for (int authority = 18; authority <= 21; authority++)
        cr_expect(strstr(kafka_advice_certificate(authority), "set ssl.ca.location"));
    cr_expect(strstr(kafka_advice_certificate(7), "ssl.ca.location"));
}
