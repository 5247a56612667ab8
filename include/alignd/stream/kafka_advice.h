/*
 * kafka_advice.h - what to do about a connection that does not come about: librdkafka and OpenSSL
 * say what failed in their own words; here is which setting that is about.
 */
#ifndef ALIGND_STREAM_KAFKA_ADVICE_H
#define ALIGND_STREAM_KAFKA_ADVICE_H

/* rc: ERR_AUTH where trying again changes nothing, ERR_BROKER where it may, ERR_CONFIG before there
 * is a connection. */
struct kafka_advice {
    const char *sign; /* is in librdkafka's words, whatever is around it */
    int rc;
    const char *words; /* names the setting and what to do, without a full stop */
};

/* Of librdkafka's reason; NULL where nothing is known that it does not say itself. */
const struct kafka_advice *kafka_advice_find(const char *reason);

/* Of a broker's certificate that OpenSSL refused with that number (X509_V_ERR_*). */
const char *kafka_advice_certificate(int x509_error);
#endif
