/*
 * cmd_digest.c - `alignd digest`: what a store holds as one number, and whether another one holds
 * the same.
 *
 * Stores that are compared may be of daemons that run: a folder is opened anew for each look, a
 * daemon is asked by HTTP.  Two daemons read at their own pace, so they are looked at until both
 * stand at the same offsets with nothing put off; only then their digests say anything.
 */
#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/daemon/store_digest.h"
#include "alignd/store/folder.h"

#include "http_get.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define LOOK_MS 300

/* Does it tell of the state, and not of the way there? */
static bool is_of_state(int family)
{
    assert(family >= 0 && family < KV_FAMILIES);
    return family != KV_META && family != KV_OFFSETS && family != KV_PUBLISHED &&
           family != KV_DIRTY && family != KV_OUTBOX;
}

static uint64_t digest_of_all(const struct engine *e)
{
    uint64_t all = 0;
    for (int f = 0; f < KV_FAMILIES; f++)
        if (is_of_state(f))
            all = hash_mix(all, engine_digest(e, (enum kv_family)f));
    return all;
}

static void print_digests(const struct engine *e)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        if (is_of_state(f))
            printf("%-11s %016" PRIx64 "\n", kv_family_name((enum kv_family)f),
                   engine_digest(e, (enum kv_family)f));
    printf("%-11s %016" PRIx64 "\n", "all", digest_of_all(e));
    if (engine_dirty_count(e))
        printf("not final: %" PRIu64 " entities wait\n", engine_dirty_count(e));
}

static void add_digest(struct json_writer *w, const char *name, uint64_t digest)
{
    char text[17];
    snprintf(text, sizeof(text), "%016" PRIx64, digest);
    json_writer_add_text(w, name, text);
}

static void write_digests(const struct engine *e)
{
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_key(w, "families");
    json_writer_begin_object(w);
    for (int f = 0; f < KV_FAMILIES; f++)
        if (is_of_state(f))
            add_digest(w, kv_family_name((enum kv_family)f), engine_digest(e, (enum kv_family)f));
    json_writer_end_object(w);
    add_digest(w, "all", digest_of_all(e));
    json_writer_add_unsigned(w, "waiting", engine_dirty_count(e));
    json_line_end(&line);
}

/* --- two of them --- */

struct side {
    const char *where; /* a folder, or the URL of a daemon */
    struct arena *arena;
    struct store_digest digest;
};

static int look_at_store(struct side *s)
{
    struct kv_options options = kv_options_default();
    struct kv *kv = NULL;
    bool fresh;
    options.create = false;
    options.read_only = true;
    int rc;
    if ((rc = folder_look(s->where, false, &fresh)) || (rc = kv_open(s->where, &options, &kv)))
        return rc;
    rc = store_digest_read(kv, s->arena, &s->digest);
    kv_close(kv);
    return rc;
}

static int look(struct side *s, bool quiet)
{
    struct buf body = {0};
    arena_reset(s->arena);
    if (!http_get_is_url(s->where))
        return look_at_store(s);
    int rc = http_get(s->where, "/digest", quiet, &body);
    if (!rc && (rc = store_digest_parse(buf_slice(&body), s->arena, &s->digest)))
        log_error("%s/digest: that is not what alignd tells", s->where);
    buf_fini(&body);
    return rc;
}

/* Until they can be compared; ERR_RETRY: they could not within the time. */
static int look_at_both(struct side *a, struct side *b, int64_t wait_s)
{
    struct deadline until = deadline_in_ms(wait_s * 1000);
    for (;;) {
        bool late = deadline_passed(until);
        int rc;
        if (!(rc = look(a, !late)))
            rc = look(b, !late);
        bool again = rc == ERR_RETRY || rc == ERR_IO;
        if (!rc && store_digest_comparable(&a->digest, &b->digest))
            return ERR_OK;
        if (rc && (late || !again))
            return rc;
        if (late)
            return ERR_RETRY;
        clock_sleep_ms(LOOK_MS);
    }
}

static void print_side(const struct side *s)
{
    printf("%016" PRIx64 "  %s: store %s, epoch %" PRIu64 ", %" PRIu64 " triples, %" PRIu64
           " matches",
           s->digest.digest, s->where, s->digest.uuid, s->digest.epoch, s->digest.triples,
           s->digest.matches);
    if (s->digest.waiting)
        printf(", %" PRIu64 " entities wait", s->digest.waiting);
    printf("\n");
}

static void write_sides(const struct side *a, const struct side *b, const char *verdict)
{
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    const struct side *sides[] = {a, b};
    json_writer_add_text(w, "verdict", verdict);
    json_writer_key(w, "stores");
    json_writer_begin_array(w);
    for (int i = 0; i < 2; i++) {
        json_writer_begin_object(w);
        json_writer_add_text(w, "where", sides[i]->where);
        store_digest_write(&sides[i]->digest, w);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
    json_line_end(&line);
}

static int compare(const char *one, const char *other, int64_t wait_s, bool json)
{
    struct side a = {.where = one, .arena = arena_new()};
    struct side b = {.where = other, .arena = arena_new()};
    int rc = look_at_both(&a, &b, wait_s);
    bool seen = *a.digest.uuid && *b.digest.uuid;
    bool equal = !rc && a.digest.digest == b.digest.digest;
    const char *verdict = equal ? "equal" : rc ? "not comparable" : "different";
    assert(!equal || seen);
    if (rc && (rc != ERR_RETRY || !seen))
        goto done;
    if (json) {
        write_sides(&a, &b, verdict);
    } else {
        print_side(&a);
        print_side(&b);
        printf("%s\n", verdict);
    }
    if (rc)
        log_error("they do not stand at the same offsets, or have work put off: nothing can be "
                  "said of them yet; wait longer (--wait)");
    else if (!equal && a.digest.settings != b.digest.settings)
        log_error("their settings differ (mapping, model, [align]): so do stores of the same "
                  "triples");
    if (!rc && !equal)
        rc = ERR_DIFFERS;
done:
    arena_free(a.arena);
    arena_free(b.arena);
    return rc;
}

int cmd_digest(int argc, char **argv)
{
    struct offline_options o = {.read_only = true};
    bool json = false;
    const char *with = NULL;
    int64_t wait_s = 10;
    const struct arg table[] = {
        OFFLINE_STORE_ARG(&o.store),
        ARG(.name = "with", .type = ARG_TEXT, .to = &with, .value = "DIR|URL",
            .help = "compares with that store, or that of the daemon at http://HOST:PORT (of which "
                    "--store takes the URL, too): status 0: equal; 1: not"),
        ARG(.name = "wait", .type = ARG_INT, .to = &wait_s, .value = "SECONDS", .min = 0,
            .max = 86400,
            .help = "with --with: for how long both are looked at until they stand at the same "
                    "offsets with nothing put off (10); status 75: they did not"),
        JSON_ARG(&json),
    };
    const struct args args = {"alignd digest --store DIR [--with DIR|URL]",
                              "Prints an order-independent hash of each column family and of all: "
                              "two stores of the same triples and settings print the same.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (with) {
        if (!o.store || !*o.store) {
            log_error("--store DIR is missing");
            return err_exit_status(ERR_USAGE);
        }
        return offline_status(compare(o.store, with, wait_s, json));
    }
    struct offline store;
    rc = offline_open(&o, &store);
    if (rc)
        return offline_status(rc);
    assert(store.engine);
    if (json)
        write_digests(store.engine);
    else
        print_digests(store.engine);
    offline_close(&store);
    return 0;
}
