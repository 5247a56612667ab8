/*
 * kafka_client.c - opening a client of librdkafka, hearing what befalls it, and closing it.
 *
 * Properties are set in this order: our defaults, the user's, and what is not his to choose
 * (exactly-once rests on it), so neither forgetting nor insisting can undo the last.
 * Callbacks only note what they hear in the client's watch, which is freed after the client:
 * librdkafka calls them until it is gone.
 *
 * A connection that fails is told once, with what to do about it (kafka_advice.h).  Whether trying
 * again may help is judged by the words, as the codes do not tell: _SSL is a certificate that
 * nobody trusts as well as a broker that ends in the midst of a handshake, and since TLS 1.3 our
 * own certificate is refused after the handshake, with _TRANSPORT.
 *
 * A close happens in a thread, since librdkafka's can hang; one that does is left behind
 * after CLOSE_SECONDS, with its watch.
 */
#include "kafka_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/kafka_advice.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPEAT_US 30000000 /* a broker that is away is a line so often */
#define TELL_MS 5000       /* between two words that it is tried again */
#define CLOSE_SECONDS 10

int kafka_client_error(rd_kafka_resp_err_t err)
{
    switch (err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return ERR_OK;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
    case RD_KAFKA_RESP_ERR__SSL:
        return ERR_AUTH;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
        return ERR_FENCED;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return ERR_NOT_FOUND;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        return ERR_LIMIT;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
        return ERR_CONFIG;
    default:
        return ERR_BROKER;
    }
}

/* Lines of OpenSSL's queue of errors, of which the last one comes to on_error or to rd_kafka_new.
 */
static bool is_detail(const char *facility)
{
    return strcmp(facility, "FAIL") == 0 || strcmp(facility, "SSL") == 0 ||
           strcmp(facility, "SSLPASSWD") == 0 || strcmp(facility, "SSLCERTVRFY") == 0;
}

static void on_log(const rd_kafka_t *rk, int syslog_level, const char *facility, const char *text)
{
    struct kafka_watch *watch = rk ? rd_kafka_opaque(rk) : NULL;
    /* [kafka] serves both kinds of client, each of which warns about the other's properties */
    if (strcmp(facility, "CONFWARN") == 0 && strstr(text, "will be ignored by this"))
        return;
    /* what failed comes to on_error as well */
    enum log_level level = is_detail(facility) ? LOG_DEBUG
                           : syslog_level <= 3 ? LOG_ERROR
                           : syslog_level == 4 ? LOG_WARN
                           : syslog_level <= 6 ? LOG_INFO
                                               : LOG_DEBUG;
    if (watch && is_detail(facility)) {
        const struct kafka_advice *advice = kafka_advice_find(text);
        if (advice)
            watch->advice = advice->words;
    }
    if (level > log_get_level())
        return;
    static const struct kafka_secret_list none;
    struct buf space = {0};
    log_write(level, "kafka: %s: %s", facility,
              kafka_secret_hide(watch ? &watch->secrets : &none, text, &space));
    buf_fini(&space);
}

/* OpenSSL's judgement of a broker's certificate stands; here is only noted what it was. */
static int on_certificate(rd_kafka_t *rk, const char *broker, int32_t id, int *x509_error,
                          int depth, const char *der, size_t size, char *why, size_t why_size,
                          void *opaque)
{
    struct kafka_watch *watch = opaque;
    (void)rk, (void)broker, (void)id, (void)depth, (void)der, (void)size;
    assert(why && why_size > 0);
    if (!*x509_error)
        return 1;
    watch->certificate = *x509_error;
    snprintf(why, why_size, "%s", kafka_advice_certificate(*x509_error));
    return 0;
}

/* Whether a reason is news: the same broker fails the same way several times a second. */
static bool note_reason(struct kafka_watch *watch, const char *reason)
{
    uint64_t now = clock_mono_us();
    const char *detail = strstr(reason, " (after "); /* times and counts always differ */
    size_t n = detail ? (size_t)(detail - reason) : strlen(reason);
    if (n >= sizeof(watch->reason))
        n = sizeof(watch->reason) - 1;
    pthread_mutex_lock(&watch->lock);
    bool news = strlen(watch->reason) != n || memcmp(watch->reason, reason, n) != 0 ||
                now - watch->reason_us > REPEAT_US;
    if (news) {
        assert(n < sizeof(watch->reason));
        memcpy(watch->reason, reason, n);
        watch->reason[n] = '\0';
        watch->reason_us = now;
    }
    pthread_mutex_unlock(&watch->lock);
    return news;
}

/* Why a broker cannot be used, once, and what to do.  Of a certificate that is not trusted
 * librdkafka always suspects ssl.ca.location; that is left away where better is known. */
static void tell_reason(struct kafka_watch *watch, const char *name, const char *reason,
                        const char *words)
{
    static const char suspicion[] = ": broker certificate could not be verified";
    struct buf space = {0};
    reason = kafka_secret_hide(&watch->secrets, reason, &space);
    assert(reason == space.data);
    if (words && strstr(reason, suspicion))
        *strstr(space.data, suspicion) = '\0';
    if (note_reason(watch, reason))
        log_warn("kafka: %s: %s: %s%s%s", watch->role, name, reason, words ? ": " : "",
                 words ? words : "");
    buf_fini(&space);
}

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    struct kafka_watch *watch = opaque;
    const char *name = rd_kafka_err2name((rd_kafka_resp_err_t)err);
    if (err == RD_KAFKA_RESP_ERR__FATAL) {
        char text[512];
        rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(rk, text, sizeof(text));
        log_error("kafka: %s: fatal: %s: %s", watch->role, rd_kafka_err2name(fatal), text);
        return;
    }
    if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        log_debug("kafka: %s: %s: %s", watch->role, name, reason);
        return;
    }
    const struct kafka_advice *advice = kafka_advice_find(reason);
    const char *words = advice ? advice->words : NULL;
    if (watch->certificate && strstr(reason, "certificate verify failed"))
        words = kafka_advice_certificate(watch->certificate);
    watch->advice = words;
    if ((advice ? advice->rc : kafka_client_error((rd_kafka_resp_err_t)err)) == ERR_AUTH)
        watch->auth = ERR_AUTH;
    tell_reason(watch, name, reason, words);
}

struct kafka_client_advice kafka_client_advice(const struct kafka_client *client)
{
    const char *words = client->watch->advice;
    return (struct kafka_client_advice){words ? ": " : "", words ? words : ""};
}

static int on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
    struct kafka_watch *watch = opaque;
    (void)rk;
    if (watch->stats)
        watch->stats(watch->stats_arg, watch->role, (struct slice){json, len});
    return 0; /* librdkafka frees json */
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct kafka_watch *watch = opaque;
    (void)rk;
    /* a purge is our own doing, after an abort */
    if (!message->err || message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->delivery = message->err;
    snprintf(watch->text, sizeof(watch->text), "%s [%d]: %s",
             message->rkt ? rd_kafka_topic_name(message->rkt) : "?", message->partition,
             rd_kafka_err2str(message->err));
    pthread_mutex_unlock(&watch->lock);
}

rd_kafka_resp_err_t kafka_client_take_delivery(struct kafka_client *client, char *text, size_t size)
{
    assert(size > 0);
    struct kafka_watch *watch = client->watch;
    pthread_mutex_lock(&watch->lock);
    rd_kafka_resp_err_t err = watch->delivery;
    snprintf(text, size, "%s", err ? watch->text : "");
    watch->delivery = RD_KAFKA_RESP_ERR_NO_ERROR;
    pthread_mutex_unlock(&watch->lock);
    return err;
}

struct setting {
    const char *key, *value;
};

static int set_all(rd_kafka_conf_t *conf, const struct setting *settings, size_t count)
{
    char why[512];
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_conf_set(conf, settings[i].key, settings[i].value, why, sizeof(why)) !=
            RD_KAFKA_CONF_OK) {
            log_error("kafka: %s: %s", settings[i].key, why);
            return ERR_INTERNAL;
        }
    }
    return ERR_OK;
}

#define SET_ALL(conf, list) set_all(conf, list, sizeof(list) / sizeof((list)[0]))

static bool consumes(enum kafka_role role)
{
    return role == KAFKA_ROLE_SOURCE || role == KAFKA_ROLE_READER || role == KAFKA_ROLE_WATCHER;
}

static bool produces(enum kafka_role role)
{
    return role == KAFKA_ROLE_PUBLISHER || role == KAFKA_ROLE_PRODUCER;
}

/* Our choices where the user may have another: set before his. */
static int set_defaults(rd_kafka_conf_t *conf, enum kafka_role role)
{
    static const struct setting common[] = {
        {"client.id", "alignd"},
        {"log.connection.close", "false"},
        {"topic.metadata.refresh.interval.ms", "30000"},
        {"statistics.interval.ms", "5000"}, /* made only where somebody listens */
    };
    /* 16 MiB of prefetched input is seconds of work; no pause of ours ever counts as death */
    /* it does not live long: a connection that is closed is a refusal, and not one that was idle */
    static const struct setting admin[] = {{"log.connection.close", "true"}};
    static const struct setting consumer[] = {
        {"queued.max.messages.kbytes", "16384"},
        {"max.poll.interval.ms", "86400000"},
        {"check.crcs", "true"},
    };
    /* a client whose queue was full waits for a second before it fetches on */
    static const struct setting reader[] = {
        {"queued.max.messages.kbytes", "65536"},
        {"fetch.message.max.bytes", "4194304"},
    };
    static const struct setting producer[] = {
        {"compression.codec", "lz4"},
        {"reconnect.backoff.max.ms", "2000"},
    };
    /* nothing to wait for: a commit follows.  The backoff is what a transaction begun too
     * soon after its predecessor costs */
    static const struct setting publisher[] = {
        {"linger.ms", "0"},
        {"retry.backoff.ms", "10"},
    };
    int rc;
    if ((rc = SET_ALL(conf, common)) || (role == KAFKA_ROLE_ADMIN && (rc = SET_ALL(conf, admin))) ||
        (consumes(role) && (rc = SET_ALL(conf, consumer))) ||
        (role == KAFKA_ROLE_READER && (rc = SET_ALL(conf, reader))) ||
        (produces(role) && (rc = SET_ALL(conf, producer))) ||
        (role == KAFKA_ROLE_PUBLISHER && (rc = SET_ALL(conf, publisher))))
        return rc;
    return ERR_OK;
}

/* What is not the user's to choose: set after his. */
static int set_owned(rd_kafka_conf_t *conf, enum kafka_role role, const char *identity)
{
    static const struct setting consumer[] = {
        {"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
        {"isolation.level", "read_committed"}, {"auto.offset.reset", "error"},
        {"allow.auto.create.topics", "false"},
    };
    static const struct setting producer[] = {
        {"enable.idempotence", "true"},
        {"partitioner", "murmur2_random"},
    };
    /* of read_committed the broker keeps an offset back while a transaction is open on it, and who
     * left that open may be dead */
    static const struct setting watcher[] = {{"isolation.level", "read_uncommitted"}};
    const struct setting group[] = {{"group.id", identity}};
    const struct setting transactional[] = {{"transactional.id", identity}};
    int rc;
    if ((consumes(role) && ((rc = SET_ALL(conf, consumer)) || (rc = SET_ALL(conf, group)))) ||
        (produces(role) && (rc = SET_ALL(conf, producer))) ||
        (role == KAFKA_ROLE_WATCHER && (rc = SET_ALL(conf, watcher))) ||
        (role == KAFKA_ROLE_PUBLISHER && identity && (rc = SET_ALL(conf, transactional))))
        return rc;
    return ERR_OK;
}

static void set_callbacks(rd_kafka_conf_t *conf, enum kafka_role role, struct kafka_watch *watch)
{
    rd_kafka_conf_set_opaque(conf, watch);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
    if (watch->stats)
        rd_kafka_conf_set_stats_cb(conf, on_stats);
    if (role == KAFKA_ROLE_PUBLISHER || role == KAFKA_ROLE_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    if (log_get_level() >= LOG_DEBUG)
        rd_kafka_conf_set(conf, "log_level", "7", NULL, 0);
}

static struct kafka_watch *watch_new(const struct kafka_conf *conf, enum kafka_role role)
{
    struct kafka_watch *watch = memory_calloc(1, sizeof(*watch));
    watch->role = consumes(role) ? "consumer" : role == KAFKA_ROLE_ADMIN ? "admin" : "producer";
    /* the admin and reader roles are short-lived: their numbers would only confuse */
    if (role == KAFKA_ROLE_SOURCE || role == KAFKA_ROLE_PUBLISHER)
        watch->stats = kafka_conf_get_stats(conf, &watch->stats_arg);
    kafka_conf_secrets(conf, &watch->secrets);
    pthread_mutex_init(&watch->lock, NULL);
    return watch;
}

static void watch_free(struct kafka_watch *watch)
{
    pthread_mutex_destroy(&watch->lock);
    kafka_secret_fini(&watch->secrets);
    free(watch);
}

/* Of a client that could not be made: WHY begins with the property, if it is about one. */
static void say_unopened(const struct kafka_conf *conf, struct kafka_watch *watch, const char *why)
{
    char key[64];
    size_t n = strcspn(why, " ");
    snprintf(key, sizeof(key), "%.*s", (int)(n < sizeof(key) ? n : 0), why);
    const char *value = kafka_secret_is_key(key) ? NULL : kafka_conf_find(conf, key);
    const struct kafka_advice *advice = kafka_advice_find(why);
    const char *words = advice ? advice->words : watch->advice;
    struct buf space = {0};
    log_error("kafka: cannot open the %s: %s%s%s%s%s", watch->role,
              kafka_secret_hide(&watch->secrets, why, &space), value ? ": " : "",
              value ? value : "", words ? ": " : "", words ? words : "");
    buf_fini(&space);
    assert(space.len == 0);
}

int kafka_client_open(struct kafka_client *client, const struct kafka_conf *conf,
                      enum kafka_role role, const char *identity)
{
    char why[512];
    assert(!consumes(role) || identity);
    *client = (struct kafka_client){.watch = watch_new(conf, role)};
    rd_kafka_conf_t *to = rd_kafka_conf_new();
    int rc;
    if ((rc = set_defaults(to, role)) || (rc = kafka_conf_apply(conf, role, to)) ||
        (rc = set_owned(to, role, identity)))
        goto done;
    set_callbacks(to, role, client->watch);
    client->rk =
        rd_kafka_new(consumes(role) ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, to, why, sizeof(why));
    if (!client->rk) {
        say_unopened(conf, client->watch, why);
        rc = ERR_CONFIG;
        goto done;
    }
    if (consumes(role))
        rd_kafka_poll_set_consumer(client->rk);
done:
    assert(!rc == (client->rk != NULL));
    if (!rc)
        return ERR_OK;
    rd_kafka_conf_destroy(to);
    watch_free(client->watch);
    client->watch = NULL;
    return rc;
}

/* A client on its way out. */
struct closing {
    rd_kafka_t *rk;
    struct kafka_watch *watch;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done, left; /* left: nobody waits any more */
};

static void closing_free(struct closing *c)
{
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static void *destroy(void *arg)
{
    struct closing *c = arg;
    rd_kafka_destroy(c->rk);
    watch_free(c->watch);
    pthread_mutex_lock(&c->lock);
    c->done = true;
    bool left = c->left;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
    if (left)
        closing_free(c);
    return NULL;
}

/* Whether it was done in time; otherwise the thread cleans up if it ever comes to it. */
static bool wait_closed(struct closing *c)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_SECONDS;
    pthread_mutex_lock(&c->lock);
    while (!c->done && pthread_cond_timedwait(&c->changed, &c->lock, &until) == 0)
        ;
    bool done = c->done;
    c->left = !done;
    pthread_mutex_unlock(&c->lock);
    return done;
}

/*
 * rd_kafka_destroy can wait for ever: librdkafka 2.0.2 loses count of the
 * references to a partition whose topic was deleted.  An end of ours does not
 * hang on that.
 */
void kafka_client_close(struct kafka_client *client)
{
    pthread_t thread;
    if (!client->rk)
        return;
    struct closing *c = memory_calloc(1, sizeof(*c));
    *c = (struct closing){.rk = client->rk, .watch = client->watch};
    *client = (struct kafka_client){0};
    assert(!client->rk && c->watch);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    if (pthread_create(&thread, NULL, destroy, c)) {
        destroy(c);
        closing_free(c);
        return;
    }
    if (wait_closed(c)) {
        pthread_join(thread, NULL);
        closing_free(c);
    } else {
        pthread_detach(thread);
        log_warn("kafka: a client does not come to its end; it is left behind");
    }
}

int kafka_client_auth(struct kafka_client *client)
{
    /* a consumer's callbacks come with its polls */
    if (rd_kafka_type(client->rk) == RD_KAFKA_PRODUCER)
        rd_kafka_poll(client->rk, 0);
    return client->watch->auth;
}

/* The error callback tells of a refused login; a consuming client hears it in its poll. */
static void serve_callbacks(struct kafka_client *client)
{
    if (rd_kafka_type(client->rk) == RD_KAFKA_PRODUCER) {
        rd_kafka_poll(client->rk, 0);
        return;
    }
    if (client->consuming)
        return;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client->rk);
    if (queue) {
        rd_kafka_queue_poll_callback(queue, 0);
        rd_kafka_queue_destroy(queue);
    }
}

/* Whether the answer is about this topic and whole: every partition has a leader. */
static rd_kafka_resp_err_t judge(const struct rd_kafka_metadata *m)
{
    if (m->topic_cnt != 1)
        return RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (m->topics[0].err)
        return m->topics[0].err;
    if (!m->topics[0].partition_cnt)
        return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    for (int i = 0; i < m->topics[0].partition_cnt; i++)
        if (m->topics[0].partitions[i].err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
            return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t kafka_client_try_metadata(struct kafka_client *client, const char *topic,
                                              int timeout_ms, const struct rd_kafka_metadata **ret)
{
    const struct rd_kafka_metadata *m = NULL;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(client->rk, topic, NULL);
    if (!rkt)
        return rd_kafka_last_error();
    rd_kafka_resp_err_t err = rd_kafka_metadata(client->rk, 0, rkt, &m, timeout_ms);
    rd_kafka_topic_destroy(rkt);
    if (!err)
        err = judge(m);
    if (!err)
        *ret = m;
    else if (m)
        rd_kafka_metadata_destroy(m);
    return err;
}

int kafka_client_metadata(struct kafka_client *client, const char *topic, int wait_ms,
                          const struct rd_kafka_metadata **ret)
{
    struct deadline until = deadline_in_ms(wait_ms), tell = deadline_in_ms(TELL_MS);
    rd_kafka_resp_err_t err;
    for (;;) {
        int left = deadline_left_ms(until);
        int step = left < 1 ? 1 : left > 1000 ? 1000 : left;
        err = kafka_client_try_metadata(client, topic, step, ret);
        if (!err)
            return ERR_OK;
        serve_callbacks(client);
        if (client->watch->auth)
            err = RD_KAFKA_RESP_ERR__AUTHENTICATION;
        if (kafka_client_error(err) != ERR_BROKER || deadline_passed(until))
            break;
        if (deadline_passed(tell)) {
            tell = deadline_in_ms(TELL_MS);
            log_warn("kafka: topic '%s': %s; trying again", topic, rd_kafka_err2str(err));
        }
        clock_sleep_ms(50);
    }
    int rc = kafka_client_error(err);
    struct kafka_client_advice advice = kafka_client_advice(client);
    bool refused = err == RD_KAFKA_RESP_ERR__AUTHENTICATION;
    assert(rc != ERR_OK);
    if (rc == ERR_BROKER)
        log_error("kafka: no answer within %d s: %s%s%s", (wait_ms + 999) / 1000,
                  rd_kafka_err2str(err), advice.colon, advice.words);
    else if (rc != ERR_NOT_FOUND)
        log_error("kafka: topic '%s': %s%s%s", topic, rd_kafka_err2str(err),
                  refused ? advice.colon : "", refused ? advice.words : "");
    return rc;
}
