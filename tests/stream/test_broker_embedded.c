#include "alignd/stream/broker_embedded.h"

#include "alignd/stream/kafka_conf.h"
#include "alignd/stream/producer.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(broker_embedded, .timeout = 30);

Test(broker_embedded, serves_producers_at_its_address)
{
    struct broker_embedded *b;
    struct producer *p;
    struct kafka_conf *conf = kafka_conf_new(false);
    cr_assert_eq(broker_embedded_start(&b), 0);
    cr_expect(strstr(broker_embedded_bootstrap(b), "127.0.0.1:") ||
              strstr(broker_embedded_bootstrap(b), "localhost:"));
    cr_expect_eq(broker_embedded_create_topic(b, "t", 3), 0);
    cr_expect_eq(broker_embedded_create_topic(b, "t", 3), 0);
    kafka_conf_add(conf, KAFKA_CONF_COMMON, "bootstrap.servers", broker_embedded_bootstrap(b),
                   NULL);
    cr_assert_eq(producer_open(conf, "t", 10000, &p), 0);
    struct producer_record record = {.partition = 2, .value = slice_of("x")};
    cr_expect_eq(producer_send(p, &record), 0);
    cr_expect_eq(producer_flush(p, 10000), 0);
    cr_expect_eq(producer_pending(p), 0);
    producer_close(p);
    kafka_conf_free(conf);
    broker_embedded_stop(b);
}
