/*
 * kafka_admin.c - what an operator does to a broker, for the integration scripts:
 *
 *     kafka_admin BROKER [-X KEY=VALUE]... COMMAND
 *
 *     delete-topic TOPIC             create-partitions TOPIC COUNT
 *     set-topic TOPIC KEY=VALUE...   (all others go back to their defaults)
 *     delete-records TOPIC PARTITION BEFORE
 *     commit GROUP TOPIC PARTITION OFFSET
 *     allow USER topic|group|transactional-id NAME OPERATION...   ('*': any name)
 *     forbid USER                    (takes back what was allowed)
 *     transact TOPIC commit|abort|leave|late FILE   (each line a message, with a tab as send has
 * it, in one transaction; left open until the broker aborts it; committed after three seconds) send
 * TOPIC FILE                (each line a message: its key, a tab, its value; without a tab it has
 * no value, with nothing before it no key)
 *
 * Status 0 once the broker has done it.
 */
#include <librdkafka/rdkafka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 20000

static rd_kafka_t *client;
static rd_kafka_queue_t *queue;
static char why[512];

static int fail(const char *what, const char *words)
{
    fprintf(stderr, "kafka_admin: %s: %s\n", what, words);
    return 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: kafka_admin BROKER [-X KEY=VALUE]... COMMAND ARGUMENT...\n");
    return 64;
}

/* The one result of a request, of whichever kind. */
static int wait_for(const char *what)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    rd_kafka_resp_err_t err = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    size_t n = 0;
    if (!err && rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETETOPICS_RESULT) {
        const rd_kafka_topic_result_t **r =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
        err = rd_kafka_topic_result_error(r[0]);
    } else if (!err && rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT) {
        const rd_kafka_topic_result_t **r = rd_kafka_CreatePartitions_result_topics(
            rd_kafka_event_CreatePartitions_result(event), &n);
        err = rd_kafka_topic_result_error(r[0]);
    } else if (!err && rd_kafka_event_type(event) == RD_KAFKA_EVENT_ALTERCONFIGS_RESULT) {
        const rd_kafka_ConfigResource_t **r =
            rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &n);
        err = rd_kafka_ConfigResource_error(r[0]);
    } else if (!err && rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETERECORDS_RESULT) {
        err = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event))
                  ->elems[0]
                  .err;
    } else if (!err && rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATEACLS_RESULT) {
        const rd_kafka_acl_result_t **r =
            rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &n);
        const rd_kafka_error_t *error = rd_kafka_acl_result_error(r[0]);
        err = error ? rd_kafka_error_code(error) : err;
    }
    if (event)
        rd_kafka_event_destroy(event);
    return err ? fail(what, rd_kafka_err2str(err)) : 0;
}

static int delete_topic(char **a)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(a[0]);
    rd_kafka_DeleteTopics(client, &topic, 1, NULL, queue);
    rd_kafka_DeleteTopic_destroy(topic);
    return wait_for("delete-topic");
}

static int create_partitions(char **a)
{
    rd_kafka_NewPartitions_t *more =
        rd_kafka_NewPartitions_new(a[0], (size_t)atoi(a[1]), why, sizeof(why));
    if (!more)
        return fail("create-partitions", why);
    rd_kafka_CreatePartitions(client, &more, 1, NULL, queue);
    rd_kafka_NewPartitions_destroy(more);
    return wait_for("create-partitions");
}

static int set_topic(char **a)
{
    rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, a[0]);
    for (a++; *a; a++) {
        char *equals = strchr(*a, '=');
        if (!equals)
            return usage();
        *equals = '\0';
        rd_kafka_ConfigResource_set_config(topic, *a, equals + 1);
    }
    rd_kafka_AlterConfigs(client, &topic, 1, NULL, queue);
    rd_kafka_ConfigResource_destroy(topic);
    return wait_for("set-topic");
}

static int delete_records(char **a)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, a[0], atoi(a[1]))->offset = atoll(a[2]);
    rd_kafka_DeleteRecords_t *before = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(client, &before, 1, NULL, queue);
    rd_kafka_DeleteRecords_destroy(before);
    rd_kafka_topic_partition_list_destroy(list);
    return wait_for("delete-records");
}

static int commit(char **a)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, a[1], atoi(a[2]))->offset = atoll(a[3]);
    rd_kafka_resp_err_t err = rd_kafka_commit(client, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    return err ? fail("commit", rd_kafka_err2str(err)) : 0;
}

static rd_kafka_AclOperation_t operation(const char *name)
{
    static const struct {
        const char *name;
        rd_kafka_AclOperation_t operation;
    } all[] = {{"read", RD_KAFKA_ACL_OPERATION_READ},
               {"write", RD_KAFKA_ACL_OPERATION_WRITE},
               {"create", RD_KAFKA_ACL_OPERATION_CREATE},
               {"describe", RD_KAFKA_ACL_OPERATION_DESCRIBE},
               {"describe-configs", RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS}};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (strcmp(name, all[i].name) == 0)
            return all[i].operation;
    return RD_KAFKA_ACL_OPERATION_UNKNOWN;
}

static int allow(char **a)
{
    char user[200];
    rd_kafka_ResourceType_t type = strcmp(a[1], "topic") == 0   ? RD_KAFKA_RESOURCE_TOPIC
                                   : strcmp(a[1], "group") == 0 ? RD_KAFKA_RESOURCE_GROUP
                                                                : (rd_kafka_ResourceType_t)5;
    snprintf(user, sizeof(user), "User:%s", a[0]);
    for (char **op = a + 3; *op; op++) {
        rd_kafka_AclBinding_t *acl = rd_kafka_AclBinding_new(
            type, a[2], RD_KAFKA_RESOURCE_PATTERN_LITERAL, user, "*", operation(*op),
            RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof(why));
        if (!acl)
            return fail("allow", why);
        rd_kafka_CreateAcls(client, &acl, 1, NULL, queue);
        rd_kafka_AclBinding_destroy(acl);
        if (wait_for("allow"))
            return 1;
    }
    return 0;
}

static int forbid(char **a)
{
    char user[200];
    snprintf(user, sizeof(user), "User:%s", a[0]);
    rd_kafka_AclBindingFilter_t *all = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_ANY, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, user, NULL,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, why, sizeof(why));
    if (!all)
        return fail("forbid", why);
    rd_kafka_DeleteAcls(client, &all, 1, NULL, queue);
    rd_kafka_AclBinding_destroy(all);
    return wait_for("forbid");
}

static int send_line(const char *topic, char *line)
{
    char *tab = strchr(line, '\t');
    size_t key = tab ? (size_t)(tab - line) : strlen(line);
    rd_kafka_resp_err_t err = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key ? line : NULL, key),
        RD_KAFKA_V_VALUE(tab ? tab + 1 : NULL, tab ? strlen(tab + 1) : 0),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK), RD_KAFKA_V_END);
    return err ? fail("send", rd_kafka_err2str(err)) : 0;
}

static int transact(char **a)
{
    char line[4096];
    FILE *file = fopen(a[2], "r");
    rd_kafka_error_t *error = rd_kafka_init_transactions(client, WAIT_MS);
    if (!file)
        return fail("transact", "no such file");
    if (!error)
        error = rd_kafka_begin_transaction(client);
    while (!error && fgets(line, sizeof(line), file))
        if (strchr(line, '\t'))
            send_line(a[0], line);
        else
            rd_kafka_producev(client, RD_KAFKA_V_TOPIC(a[0]), RD_KAFKA_V_VALUE(line, strlen(line)),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    fclose(file);
    if (!error)
        rd_kafka_flush(client, WAIT_MS);
    if (!error && strcmp(a[1], "leave") == 0)
        exit(0); /* as if killed */
    if (!error && strcmp(a[1], "late") == 0)
        sleep(3);
    if (!error)
        error = strcmp(a[1], "abort") == 0 ? rd_kafka_abort_transaction(client, WAIT_MS)
                                           : rd_kafka_commit_transaction(client, WAIT_MS);
    return error ? fail("transact", rd_kafka_error_string(error)) : 0;
}

static size_t undelivered;

static void note_delivery(rd_kafka_t *c, const rd_kafka_message_t *message, void *arg)
{
    (void)c, (void)arg;
    if (message->err && !undelivered++)
        fail("send", rd_kafka_err2str(message->err));
}

static int send_lines(char **a)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int status = 0;
    FILE *file = fopen(a[1], "r");
    if (!file)
        return fail("send", "no such file");
    while (!status && (n = getline(&line, &room, file)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        status = send_line(a[0], line);
    }
    free(line);
    fclose(file);
    rd_kafka_resp_err_t err = rd_kafka_flush(client, WAIT_MS);
    return status ? status : err ? fail("send", rd_kafka_err2str(err)) : undelivered != 0;
}

static const struct {
    const char *name;
    int least; /* arguments */
    int (*run)(char **arguments);
} commands[] = {
    {"delete-topic", 1, delete_topic},
    {"create-partitions", 2, create_partitions},
    {"set-topic", 1, set_topic},
    {"delete-records", 3, delete_records},
    {"commit", 4, commit},
    {"allow", 4, allow},
    {"forbid", 1, forbid},
    {"transact", 3, transact},
    {"send", 2, send_lines},
};

static int run(char **a, int count)
{
    for (size_t i = 0; count && i < sizeof(commands) / sizeof(*commands); i++)
        if (strcmp(a[0], commands[i].name) == 0 && count > commands[i].least)
            return commands[i].run(a + 1);
    return usage();
}

int main(int argc, char **argv)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int at = 2;
    if (argc < 3)
        return usage();
    rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    for (; at + 1 < argc && strcmp(argv[at], "-X") == 0; at += 2) {
        char *equals = strchr(argv[at + 1], '=');
        if (!equals)
            return usage();
        *equals = '\0';
        if (rd_kafka_conf_set(conf, argv[at + 1], equals + 1, why, sizeof(why)))
            return fail("-X", why);
    }
    if (argc - at > 1 && strcmp(argv[at], "commit") == 0)
        rd_kafka_conf_set(conf, "group.id", argv[at + 1], NULL, 0);
    bool transacts = argc - at > 1 && strcmp(argv[at], "transact") == 0;
    bool produces = transacts || (argc - at > 1 && strcmp(argv[at], "send") == 0);
    if (produces)
        rd_kafka_conf_set_dr_msg_cb(conf, note_delivery);
    if (transacts)
        rd_kafka_conf_set(conf, "transactional.id", argv[at + 1], NULL, 0);
    client = rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    if (!client)
        return fail("no client", why);
    queue = rd_kafka_queue_new(client);
    int status = run(argv + at, argc - at);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
    return status;
}
