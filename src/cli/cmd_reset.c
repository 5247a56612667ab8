/*
 * cmd_reset.c - `alignd reset`: the derived state is wiped, the next epoch begins, the group
 * goes back to the beginnings of its topics.  In the words of kafka-consumer-groups.
 *
 * The wipe is one write of the store, the group follows: killed between the two, the next start
 * (or reset) finds a store ahead of its group by an epoch and takes the group along.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/connection.h"
#include "alignd/cli/json_line.h"
#include "alignd/daemon/backup.h"
#include "alignd/state/identity.h"
#include "alignd/stream/crash_point.h"
#include "alignd/stream/group_offsets.h"
#include "alignd/stream/publisher.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct reset {
    const struct config *config;
    bool to_earliest, to_latest, to_current, dry_run, execute, json;
    const char *to_datetime;
    int64_t to_offset, shift_by, time_ms;
    struct source *source;
    bool wiped, claimed; /* done so far: the store, and the group */
    size_t count;        /* partitions */
    struct group_offsets_partition *partitions;
    int64_t *current, *wanted, *low, *high;
};

#define UNSET INT64_MIN

/* ---- where the topics begin, and where the group stands ---- */

static int take_current(void *arg, const struct group_offsets_partition *partition, int64_t offset,
                        struct slice metadata)
{
    struct reset *r = arg;
    assert(partition >= r->partitions && partition < r->partitions + r->count);
    (void)metadata;
    r->current[partition - r->partitions] = offset;
    return ERR_OK;
}

static void allocate(struct reset *r)
{
    assert(r->source && !r->partitions);
    r->count = source_partition_count(r->source);
    size_t n = r->count ? r->count : 1;
    r->partitions = memory_calloc(n, sizeof(*r->partitions));
    r->current = memory_calloc(n, sizeof(*r->current));
    r->wanted = memory_calloc(n, sizeof(*r->wanted));
    r->low = memory_calloc(n, sizeof(*r->low));
    r->high = memory_calloc(n, sizeof(*r->high));
}

static int look_at_topics(struct reset *r)
{
    const struct config *c = r->config;
    struct source_options options = config_source_options(c);
    int rc = source_open(&options, source_from_beginning, NULL, &r->source);
    if (rc)
        return rc;
    allocate(r);
    for (size_t i = 0; i < r->count; i++) {
        struct source_partition part;
        source_get_partition(r->source, i, &part);
        assert(part.topic < c->topic_count && part.partition >= 0);
        r->partitions[i] =
            (struct group_offsets_partition){c->topics[part.topic].name, part.partition};
        r->low[i] = part.low;
        r->high[i] = part.high;
    }
    return group_offsets_read(c->kafka, c->group, r->partitions, r->count, (int)c->start_timeout_ms,
                              take_current, r);
}

/* ---- where to ---- */

static int64_t bound(int64_t offset, int64_t low, int64_t high)
{
    return offset < low ? low : offset > high ? high : offset;
}

static int resolve(struct reset *r, size_t i)
{
    assert(i < r->count && r->source);
    int64_t low = r->low[i], high = r->high[i], current = r->current[i];
    int64_t *to = &r->wanted[i];
    if (r->to_datetime)
        return source_offset_at(r->source, i, r->time_ms, to);
    *to = r->to_earliest          ? low
          : r->to_latest          ? high
          : r->to_offset != UNSET ? bound(r->to_offset, low, high)
          : current < 0           ? low
          : r->to_current         ? bound(current, low, high)
                                  : bound(current + r->shift_by, low, high);
    return ERR_OK;
}

/* The state is what all the triples give: a start behind the beginning would leave some out. */
static int refuse_unsound(const struct reset *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->wanted[i] == r->low[i])
            continue;
        log_error("topic '%s' [%" PRId32 "]: beginning at offset %" PRId64
                  " would leave out the %" PRId64 " records before it, and the state is what all "
                  "triples from the beginning on give: use --to-earliest, or put a backup back "
                  "(alignd restore), which goes on at the offsets of its manifest",
                  r->partitions[i].topic, r->partitions[i].partition, r->wanted[i],
                  r->wanted[i] - r->low[i]);
        return ERR_USAGE;
    }
    return ERR_OK;
}

/* ---- what it means ---- */

static void print_plan(const struct reset *r)
{
    assert(r->partitions);
    int64_t records = 0;
    printf("%-24s %-32s %9s %14s %10s %14s\n", "GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET",
           "NEW-OFFSET", "LOG-END-OFFSET");
    for (size_t i = 0; i < r->count; i++) {
        char current[24] = "-";
        if (r->current[i] >= 0)
            snprintf(current, sizeof(current), "%" PRId64, r->current[i]);
        printf("%-24s %-32s %9" PRId32 " %14s %10" PRId64 " %14" PRId64 "\n", r->config->group,
               r->partitions[i].topic, r->partitions[i].partition, current, r->wanted[i],
               r->high[i]);
        records += r->high[i] - r->wanted[i];
    }
    printf("%" PRId64 " records to read again\n", records);
}

static int warn_of_losses(const struct reset *r)
{
    const struct config *c = r->config;
    struct topic_admin *admin;
    struct topic_admin_info info;
    for (size_t i = 0; i < r->count; i++)
        if (r->low[i] > 0)
            log_warn("topic '%s' [%" PRId32 "] begins at offset %" PRId64
                     ": what was deleted before that will be missing from the state",
                     r->partitions[i].topic, r->partitions[i].partition, r->low[i]);
    int rc = topic_admin_open(c->kafka, &admin);
    if (rc)
        return rc;
    for (size_t i = 0; i < c->topic_count; i++) {
        const char *name = c->topics[i].name;
        if ((rc = topic_admin_describe(admin, name, (int)c->start_timeout_ms, &info)))
            goto done;
        if (info.config_known && info.compacted)
            log_warn("topic '%s' is compacted: of the changes of one key it may hold the last "
                     "alone",
                     name);
    }
done:
    topic_admin_close(admin);
    return rc;
}

static void write_partition(struct json_writer *w, const struct reset *r, size_t i)
{
    assert(i < r->count);
    json_writer_begin_object(w);
    json_writer_add_text(w, "topic", r->partitions[i].topic);
    json_writer_add_integer(w, "partition", r->partitions[i].partition);
    json_writer_key(w, "current_offset");
    if (r->current[i] >= 0)
        json_writer_integer(w, r->current[i]);
    else
        json_writer_null(w);
    json_writer_add_integer(w, "new_offset", r->wanted[i]);
    json_writer_add_integer(w, "log_end_offset", r->high[i]);
    json_writer_end_object(w);
}

static void write_store(struct json_writer *w, const struct identity *id)
{
    json_writer_key(w, "store");
    json_writer_begin_object(w);
    json_writer_add_text(w, "uuid", id->uuid);
    json_writer_add_unsigned(w, "triples", id->triples);
    json_writer_add_unsigned(w, "matches", id->matches);
    json_writer_add_unsigned(w, "epoch", id->epoch);
    json_writer_add_unsigned(w, "new_epoch", id->epoch + 1);
    json_writer_end_object(w);
}

/* The plan, and how far it was carried out.  id: NULL when a daemon has the store open. */
static void write_all(const struct reset *r, const struct identity *id)
{
    assert(!r->claimed || r->wiped);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    int64_t records = 0;
    json_writer_add_text(w, "group", r->config->group);
    json_writer_key(w, "partitions");
    json_writer_begin_array(w);
    for (size_t i = 0; i < r->count; i++) {
        write_partition(w, r, i);
        records += r->high[i] - r->wanted[i];
    }
    json_writer_end_array(w);
    json_writer_add_integer(w, "records", records);
    if (id)
        write_store(w, id);
    json_writer_add_text(w, "events_topic", r->config->events_topic);
    json_writer_add_bool(w, "wiped", r->wiped);
    json_writer_add_bool(w, "group_reset", r->claimed);
    json_line_end(&line);
}

static void print_consequences(const struct reset *r, const struct identity *id)
{
    if (id)
        printf("store %s: %" PRIu64 " triples, %" PRIu64 " matches are derived anew, in epoch "
               "%" PRIu64 " (now %" PRIu64 ")\n",
               id->uuid, id->triples, id->matches, id->epoch + 1, id->epoch);
    printf("downstream: nothing until the next alignd run has caught up; then '%s' is compared "
           "with the store, and only pairs are told that differ. Unreadable messages become "
           "dead letters again.\n",
           r->config->events_topic);
}

/* ---- doing it ---- */

/* On the way, for people. */
__attribute__((format(printf, 2, 3))) static void say(const struct reset *r, const char *format,
                                                      ...)
{
    va_list arguments;
    if (r->json)
        return;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

/* The group goes along: its offsets, and a mark of the new epoch. */
static int claim(const struct reset *r, struct kv *kv)
{
    assert(kv && r->wiped);
    const struct config *c = r->config;
    struct publisher_options o = publisher_options_default();
    struct identity id;
    struct publisher *p;
    int rc = identity_read(kv, &id);
    if (rc)
        return rc;
    struct publisher_offset *offsets = memory_calloc(r->count ? r->count : 1, sizeof(*offsets));
    for (size_t i = 0; i < r->count; i++)
        offsets[i] = (struct publisher_offset){slice_of(r->partitions[i].topic),
                                               r->partitions[i].partition, r->wanted[i], false};
    o.kafka = c->kafka;
    o.kv = kv;
    o.transactional_id = c->transactional_id;
    o.group = c->group;
    o.events_topic = c->events_topic;
    o.uuid = id.uuid;
    o.epoch = id.epoch;
    o.head = id.head;
    o.offsets = offsets;
    o.offset_count = r->count;
    o.start_timeout_ms = (int)c->start_timeout_ms;
    if ((rc = publisher_open(&o, &p)))
        goto done;
    publisher_close(p);
done:
    free(offsets);
    return rc;
}

static int execute(struct reset *r, struct kv *kv)
{
    assert(r->execute && !r->wiped);
    assert(kv); /* one that is open elsewhere was refused */
    crash_point_pass("reset-begin");
    int rc = identity_wipe(kv);
    if (rc)
        return rc;
    crash_point_pass("reset-wiped");
    r->wiped = true;
    say(r, "the store is as good as new\n");
    rc = claim(r, kv);
    crash_point_pass("reset-claimed");
    if (rc == ERR_MISMATCH) {
        log_error("the group was committed by somebody else: the next alignd run says more");
        return rc;
    }
    if (rc)
        log_error("the group could not be told: it follows at the next alignd run");
    else
        say(r, "group '%s' stands at the new offsets; alignd run begins the replay\n",
            r->config->group);
    r->claimed = !rc;
    return err_first(rc, kv_compact(kv));
}

static int open_store(const struct reset *r, struct kv **ret_kv)
{
    const char *path = r->config->store_path;
    struct kv_options options = kv_options_default();
    options.create = false;
    if (kv_is_open(path)) {
        assert(!*ret_kv);
        if (!r->execute)
            return ERR_OK; /* a dry run beside the daemon */
        log_error("store '%s': open in another process: stop the daemon first", path);
        return ERR_BUSY;
    }
    int rc = backup_tidy(path);
    if (rc)
        return rc;
    if ((rc = kv_open(path, &options, ret_kv)) == ERR_NOT_FOUND)
        log_error("there is no store to reset: alignd run --on-mismatch=replay begins anew");
    return rc;
}

/* Where all would stand.  No kv when a daemon has the store open. */
static int plan(struct reset *r, struct kv **ret_kv, struct identity *ret_id)
{
    assert(!r->source);
    int rc;
    if ((rc = connection_check_broker(r->config)) || (rc = look_at_topics(r)))
        return rc;
    for (size_t i = 0; i < r->count; i++)
        if ((rc = resolve(r, i)))
            return rc;
    if ((rc = refuse_unsound(r)) || (rc = open_store(r, ret_kv)) || !*ret_kv)
        return rc;
    return identity_read(*ret_kv, ret_id);
}

/* What it means, and doing it if that is wanted; the plan is told whatever becomes of it. */
static int follow(struct reset *r, struct kv *kv, const struct identity *id)
{
    assert((kv != NULL) == (id != NULL));
    if (!r->json)
        print_plan(r);
    int rc = warn_of_losses(r);
    if (!r->json)
        print_consequences(r, id);
    if (rc)
        goto done;
    if (r->execute)
        rc = execute(r, kv);
    else
        say(r, "dry run: nothing was changed; --execute does it\n");
done:
    if (r->json)
        write_all(r, id);
    return rc;
}

static int run(struct reset *r)
{
    struct kv *kv = NULL;
    struct identity id;
    int rc = plan(r, &kv, &id);
    if (rc)
        goto done;
    assert(r->source && r->partitions);
    rc = follow(r, kv, kv ? &id : NULL);
done:
    kv_close(kv);
    source_close(r->source);
    free(r->partitions);
    free(r->current);
    free(r->wanted);
    free(r->low);
    free(r->high);
    return rc;
}

static int check_arguments(struct reset *r, int count, char **rest)
{
    assert(count >= 0);
    int targets = r->to_earliest + r->to_latest + r->to_current + (r->to_datetime != NULL) +
                  (r->to_offset != UNSET) + (r->shift_by != UNSET);
    if (count)
        log_error("alignd reset: unexpected argument '%s'", rest[0]);
    else if (targets != 1)
        log_error("alignd reset: where to? one of --to-earliest, --to-datetime, --to-offset, "
                  "--to-latest, --to-current, --shift-by");
    else if (r->dry_run && r->execute)
        log_error("alignd reset: --dry-run or --execute, not both");
    else if (r->to_datetime && !clock_read(slice_of(r->to_datetime), &r->time_ms))
        log_error("--to-datetime: '%s' is no time like 2026-01-31T12:00:00.000", r->to_datetime);
    else
        return ERR_OK;
    return ERR_USAGE;
}

int cmd_reset(int argc, char **argv)
{
    struct connection_arguments connection = {0};
    struct reset r = {.to_offset = UNSET, .shift_by = UNSET};
    const struct arg table[] = {
        CONNECTION_ARGS(&connection),
        ARG(.name = "to-earliest", .type = ARG_FLAG, .to = &r.to_earliest,
            .help = "to the beginnings of the topics"),
        ARG(.name = "to-datetime", .type = ARG_TEXT, .to = &r.to_datetime, .value = "TIME",
            .help =
                "to the first records from then on (2026-01-31T12:00:00.000, UTC); taken, like all "
                "below, only where it is the beginning"),
        ARG(.name = "to-offset", .type = ARG_INT, .to = &r.to_offset, .value = "N", .min = 0,
            .max = 9e15, .help = "to an offset"),
        ARG(.name = "to-latest", .type = ARG_FLAG, .to = &r.to_latest, .help = "to the ends"),
        ARG(.name = "to-current", .type = ARG_FLAG, .to = &r.to_current,
            .help = "to where the group stands"),
        ARG(.name = "shift-by", .type = ARG_INT, .to = &r.shift_by, .value = "N", .min = -9e15,
            .max = 9e15, .help = "by so many records from where the group stands"),
        ARG(.name = "dry-run", .type = ARG_FLAG, .to = &r.dry_run,
            .help = "says what would be done; the default"),
        ARG(.name = "execute", .type = ARG_FLAG, .to = &r.execute, .help = "does it"),
        JSON_ARG(&r.json),
    };
    const struct args args = {
        "alignd reset -c FILE --to-earliest [--dry-run | --execute]",
        "Begins anew from the topics: wipes the derived state, begins the next "
        "epoch, takes the group back.  Also the way to other settings, another "
        "mapping or model.  The daemon must be stopped.",
        table, sizeof(table) / sizeof(*table)};
    struct config *config;
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return args_exit_status(rc);
    if ((rc = check_arguments(&r, count, rest)) ||
        (rc = connection_load(&connection, false, &config)))
        return connection_status(rc);
    assert(!r.execute || !r.dry_run);
    r.config = config;
    rc = run(&r);
    config_free(config);
    return connection_status(rc);
}
