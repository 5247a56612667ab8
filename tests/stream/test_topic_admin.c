#include "alignd/stream/topic_admin.h"

#include "broker_fixture.h"

TestSuite(topic_admin, .timeout = 60);

Test(topic_admin, makes_and_describes_a_compacted_topic)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster has no CreateTopics");
    struct broker_fixture f = broker_fixture_start();
    struct topic_admin *a;
    struct topic_admin_info info;
    char name[64];
    bool created;
    snprintf(name, sizeof(name), "admin-%d", (int)getpid());
    struct topic_admin_spec spec = {name, 3, -1, true, 0};
    cr_assert_eq(topic_admin_open(f.conf, &a), 0);
    cr_assert_eq(topic_admin_describe(a, name, 10000, &info), 0);
    cr_expect_not(info.exists);
    cr_assert_eq(topic_admin_create(a, &spec, 20000, &created), 0);
    cr_expect(created);
    cr_assert_eq(topic_admin_create(a, &spec, 20000, &created), 0);
    cr_expect_not(created);
    cr_assert_eq(topic_admin_describe(a, name, 10000, &info), 0);
    cr_expect(info.exists && info.config_known && info.compacted && !info.deletes);
    cr_expect_eq(info.partitions, 3);
    cr_expect_gt(info.max_message_bytes, 0);
    cr_assert_eq(topic_admin_delete(a, name, 20000), 0);
    topic_admin_close(a);
    broker_fixture_stop(&f);
}

Test(topic_admin, an_existing_topic_of_any_broker_is_found)
{
    struct broker_fixture f = broker_fixture_start();
    struct topic_admin *a;
    struct topic_admin_info info;
    char name[64];
    /* the mock cluster leaves DescribeConfigs unanswered */
    broker_fixture_topic(&f, name, 2);
    cr_assert_eq(topic_admin_open(f.conf, &a), 0);
    cr_assert_eq(topic_admin_describe(a, name, f.embedded ? 1000 : 10000, &info), 0);
    cr_expect(info.exists);
    cr_expect_eq(info.partitions, 2);
    topic_admin_close(a);
    broker_fixture_stop(&f);
}
