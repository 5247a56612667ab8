/*
 * samples.c - samples by id.
 */
#include "alignd/state/samples.h"

int samples_read(struct kv *kv, struct id id, struct arena *arena, struct sample *ret_sample)
{
    char key[ID_BYTES];
    struct kv_value row = {0};
    bool found;
    id_put(key, id);
    *ret_sample = (struct sample){0};
    int rc = kv_get(kv, KV_SAMPLES, (struct slice){key, sizeof(key)}, &row, &found);
    if (!rc && found)
        rc = sample_decode(arena_copy(arena, row.bytes), arena, ret_sample);
    kv_value_release(&row);
    return rc;
}
