/*
 * published.c - the rows of published.
 */
#include "alignd/state/published.h"

#include "alignd/base/err.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <string.h>

/* The key of a pair, in the bytes given. */
static struct slice key_of(char bytes[LAYOUT_PUBLISHED_KEY_BYTES], struct id subject,
                           struct id object)
{
    id_put(bytes, subject);
    id_put(bytes + ID_BYTES, object);
    return (struct slice){bytes, LAYOUT_PUBLISHED_KEY_BYTES};
}

int published_get(struct kv *kv, struct id subject, struct id object, float *ret_confidence)
{
    char key[LAYOUT_PUBLISHED_KEY_BYTES];
    struct kv_value value = {0};
    bool found;
    int rc = kv_get(kv, KV_PUBLISHED, key_of(key, subject, object), &value, &found);
    if (rc)
        return rc;
    *ret_confidence = -1;
    if (found && value.bytes.len == sizeof(*ret_confidence))
        memcpy(ret_confidence, value.bytes.data, sizeof(*ret_confidence));
    kv_value_release(&value);
    return ERR_OK;
}

void published_put(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object,
                   float confidence)
{
    assert(confidence >= 0); /* below it: none was published */
    char key[LAYOUT_PUBLISHED_KEY_BYTES], row[sizeof(confidence)];
    memcpy(row, &confidence, sizeof(row));
    kv_batch_put(kv, batch, KV_PUBLISHED, key_of(key, subject, object),
                 (struct slice){row, sizeof(row)});
}

void published_delete(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object)
{
    char key[LAYOUT_PUBLISHED_KEY_BYTES];
    kv_batch_delete(kv, batch, KV_PUBLISHED, key_of(key, subject, object));
}

struct each {
    int (*visit)(void *arg, struct id subject, struct id object, float confidence);
    void *arg;
};

static int visit_row(void *arg, struct slice key, struct slice value)
{
    const struct each *each = arg;
    float confidence;
    if (key.len != LAYOUT_PUBLISHED_KEY_BYTES || value.len != sizeof(confidence))
        return ERR_STORE;
    memcpy(&confidence, value.data, sizeof(confidence));
    return each->visit(each->arg, id_get(key.data), id_get(key.data + ID_BYTES), confidence);
}

int published_each(struct kv *kv,
                   int (*visit)(void *arg, struct id subject, struct id object, float confidence),
                   void *arg)
{
    struct each each = {visit, arg};
    return walk_rows(kv, KV_PUBLISHED, visit_row, &each);
}
