#include "fold.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/state/match_list.h"
#include "alignd/state/published.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    char *key;
    double confidence;
    enum band band;
    bool met; /* fold_compare: among the matches */
};

struct fold {
    double epsilon;
    float review;
    struct pair *pairs; /* in no order: there are dozens */
    size_t count, room;
    struct arena *arena;
};

struct fold *fold_new(const struct engine_options *options)
{
    struct fold *f = calloc(1, sizeof(*f));
    if (!f || !(f->arena = arena_new()))
        abort();
    f->epsilon = options->epsilon;
    f->review = (float)options->review;
    return f;
}

void fold_free(struct fold *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++)
        free(f->pairs[i].key);
    free(f->pairs);
    arena_free(f->arena);
    free(f);
}

static struct pair *find(struct fold *f, struct slice key)
{
    for (size_t i = 0; i < f->count; i++)
        if (slice_equal(slice_of(f->pairs[i].key), key))
            return &f->pairs[i];
    return NULL;
}

static struct pair *add(struct fold *f, struct slice key)
{
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 16;
        if (!(f->pairs = realloc(f->pairs, f->room * sizeof(*f->pairs))))
            abort();
    }
    struct pair *p = &f->pairs[f->count++];
    *p = (struct pair){.key = strndup(key.data, key.len)};
    return p;
}

static int wrong(const char *what, struct slice key)
{
    fprintf(stderr, "  events: %s: %.*s\n", what, (int)key.len, key.data);
    return ERR_DIFFERS;
}

static int take_event(struct fold *f, const struct outbox_record *r)
{
    struct json_error error;
    struct slice type = {"", 0}, predicate = {"", 0}, band = {"", 0};
    double confidence = -1;
    struct json *json = json_parse(r->value, &error);
    json_read_string(json_get(json, "type"), &type);
    json_read_number(json_get(json, "confidence"), &confidence);
    json_read_string(json_get(json, "predicate_id"), &predicate);
    json_read_string(json_get(json, "band"), &band);
    enum band is = band_of_predicate(predicate);
    bool ends = slice_equal(type, slice_of("unmatch"));
    struct pair *p = find(f, r->key);
    int rc = ERR_OK;
    if (!json || confidence < 0)
        rc = wrong("no event", r->key);
    else if (slice_equal(type, slice_of("match")) == (p != NULL))
        rc = wrong(p ? "a second match" : "an update or unmatch of no match", r->key);
    if (!rc && (!slice_equal(band, slice_of(band_name(is))) ||
                is != (ends ? p->band : band_of((float)confidence, f->review))))
        rc = wrong("a band that is not that of the confidence, or as it was told", r->key);
    if (!rc && !p)
        p = add(f, r->key);
    if (!rc) {
        p->confidence = confidence;
        p->band = is;
    }
    json_free(json);
    return rc;
}

static int take_tombstone(struct fold *f, const struct outbox_record *r)
{
    struct pair *p = find(f, r->key);
    if (!p)
        return wrong("a tombstone of no match", r->key);
    free(p->key);
    *p = f->pairs[--f->count];
    return ERR_OK;
}

int fold_take(struct fold *f, struct kv *kv, uint64_t *seen)
{
    struct outbox_record *records;
    size_t count = 1;
    int rc = ERR_OK;
    while (!rc && count) {
        arena_reset(f->arena);
        rc = outbox_read(kv, *seen, 256, 1 << 20, f->arena, &records, &count);
        for (size_t i = 0; i < count && !rc; i++) {
            if (records[i].seq != ++*seen)
                return wrong("a gap before", records[i].key);
            rc = records[i].tombstone ? take_tombstone(f, &records[i]) : take_event(f, &records[i]);
        }
    }
    return rc;
}

struct comparison {
    struct kv *kv;
    struct fold *fold;
    size_t matches;
};

static int write_term(char *out, size_t room, struct slice term)
{
    bool blank = term.len > 1 && term.data[0] == '_' && term.data[1] == ':';
    return snprintf(out, room, blank ? "%.*s" : "<%.*s>", (int)term.len, term.data);
}

static int compare_match(void *arg, const struct match *m)
{
    struct comparison *c = arg;
    char key[512];
    int n = write_term(key, sizeof(key), m->subject);
    key[n++] = ' ';
    n += write_term(key + n, sizeof(key) - (size_t)n, m->object);
    struct pair *p = find(c->fold, (struct slice){key, (size_t)n});
    struct published row;
    int rc = published_get(c->kv, m->subject_entity, m->object_entity, &row);
    if (rc || row.waits != !p)
        return rc ? rc
                  : wrong(p ? "it waits and is told" : "no event of the match",
                          (struct slice){key, (size_t)n});
    if (!p)
        return ERR_OK;
    c->matches++;
    if (fabs(p->confidence - (double)m->confidence) >= c->fold->epsilon)
        return wrong("a confidence that is not the match's", slice_of(p->key));
    if (p->band != band_of(m->confidence, c->fold->review))
        return wrong("a band that is not the match's", slice_of(p->key));
    p->met = true;
    return ERR_OK;
}

int fold_compare(struct fold *f, struct engine *e)
{
    struct comparison c = {.kv = engine_state(e)->kv, .fold = f};
    for (size_t i = 0; i < f->count; i++)
        f->pairs[i].met = false;
    int rc = match_list_each(engine_state(e), compare_match, &c);
    for (size_t i = 0; i < f->count && !rc; i++)
        if (!f->pairs[i].met)
            rc = wrong("no match of the events", slice_of(f->pairs[i].key));
    return rc;
}
