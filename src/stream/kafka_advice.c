/*
 * kafka_advice.c - one table, the more particular sign first.  The signs are those of
 * librdkafka 2.0 and OpenSSL 3; where another version words it otherwise the reason is told without
 * advice, and its code decides as before.  integration/23_tls.sh brings most of them about.
 */
#include "alignd/stream/kafka_advice.h"

#include "alignd/base/err.h"

#include <assert.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#define FITS "does security.protocol fit this listener of the broker?"
#define SHOWN                                                                                      \
    "the broker does not accept ssl.certificate.location: has it expired (openssl x509 -enddate "  \
    "-noout -in FILE), and is it signed by an authority of the broker's truststore?"

static const struct kafka_advice advices[] = {
    /* before there is a connection */
    {"key values mismatch", ERR_CONFIG,
     "ssl.key.location is not the key of ssl.certificate.location"},
    {"no password configured", ERR_CONFIG,
     "ssl.key.location is locked: say its password by ssl.key.password_file"},
    {"bad decrypt", ERR_CONFIG, "ssl.key.password (ssl.key.password_file) does not open the key"},
    {"maybe wrong password", ERR_CONFIG,
     "ssl.key.password (ssl.key.password_file) does not open the key"},
    {"mac verify failure", ERR_CONFIG,
     "ssl.keystore.password (ssl.keystore.password_file) does not open ssl.keystore.location"},
    {"No such file or directory", ERR_CONFIG, "there is no such file"},
    {"Permission denied", ERR_CONFIG, "this user may not read it"},
    {"no start line", ERR_CONFIG, "that is no PEM"},
    /* a certificate of ours; TLS 1.3 tells after the handshake.  Java's brokers say 'bad' of none
     */
    {"alert bad certificate", ERR_AUTH,
     "the broker wants a certificate: set ssl.certificate.location and ssl.key.location"},
    {"certificate required", ERR_AUTH,
     "the broker wants a certificate: set ssl.certificate.location and ssl.key.location"},
    {"alert certificate unknown", ERR_AUTH, SHOWN},
    {"alert certificate expired", ERR_AUTH, SHOWN},
    {"alert certificate revoked", ERR_AUTH, SHOWN},
    {"alert unsupported certificate", ERR_AUTH, SHOWN},
    {"alert unknown ca", ERR_AUTH, SHOWN},
    /* a certificate of the broker's: kafka_advice_certificate knows better where there is a number
     */
    {"certificate verify failed", ERR_AUTH,
     "ssl.ca.location has to be a PEM file of the authority that signed the broker's certificate"},
    /* logins */
    {"SASL mechanism handshake failed", ERR_AUTH, "set sasl.mechanism to one that it has"},
    {"Unsupported SASL mechanism", ERR_AUTH, "set sasl.mechanism to one that it has"},
    {"SASL authentication error", ERR_AUTH,
     "do sasl.username and sasl.password (sasl.password_file) fit, and sasl.mechanism?"},
    /* a listener of another protocol closes, and so does one that is about to end */
    {"unexpected eof while reading", ERR_BROKER,
     "the broker is about to end, or security.protocol does not fit this listener of it"},
    {"connecting to a PLAINTEXT broker listener?", ERR_BROKER, FITS},
    {"incorrect security.protocol", ERR_BROKER, FITS},
    {"broker might require SASL authentication", ERR_BROKER,
     "set security.protocol to SASL_SSL (without TLS: SASL_PLAINTEXT), sasl.mechanism, "
     "sasl.username "
     "and sasl.password_file"},
    {"wrong version number", ERR_AUTH, FITS},
};

/* Fixed in librdkafka 2.6.1 (its pull request 4895): until then it says the nonce twice, which
 * Kafka 4 refuses. */
static const struct kafka_advice scram = {
    "SASL mechanism SCRAM", ERR_AUTH,
    "this librdkafka is older than 2.6.1, and its SCRAM is refused by Kafka 4 whatever the "
    "password: "
    "set sasl.mechanism to PLAIN over TLS, or use a newer librdkafka; with an older Kafka look at "
    "sasl.username and sasl.password (sasl.password_file)"};

const struct kafka_advice *kafka_advice_find(const char *reason)
{
    assert(reason);
    if (rd_kafka_version() < 0x020601ff && strstr(reason, scram.sign))
        return &scram;
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (strstr(reason, advices[i].sign))
            return &advices[i];
    }
    return NULL;
}

const char *kafka_advice_certificate(int x509_error)
{
    assert(x509_error);
    switch (x509_error) {
    case 9: /* X509_V_ERR_CERT_NOT_YET_VALID */
        return "the broker's certificate is not valid yet: is the clock right?";
    case 10: /* X509_V_ERR_CERT_HAS_EXPIRED */
        return "the broker's certificate has expired (or is the clock wrong?): it has to be "
               "renewed at "
               "the broker, or at the authority of ssl.ca.location if it is that one's";
    case 2:  /* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT */
    case 18: /* X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT */
    case 19: /* X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN */
    case 20: /* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY */
    case 21: /* X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE */
        return "the broker's certificate is of no authority that is trusted: set ssl.ca.location "
               "to a "
               "PEM file of the one that signed it";
    case 23: /* X509_V_ERR_CERT_REVOKED */
        return "the broker's certificate is revoked (ssl.crl.location)";
    case 62: /* X509_V_ERR_HOSTNAME_MISMATCH */
    case 64: /* X509_V_ERR_IP_ADDRESS_MISMATCH */
        return "the broker's certificate is for another name: say in bootstrap.servers, and in the "
               "broker's advertised.listeners, a name that it has (subjectAltName)";
    default:
        return "ssl.ca.location has to be a PEM file of the authority that signed the broker's "
               "certificate";
    }
}
