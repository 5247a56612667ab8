#include "alignd/engine/dataset.h"

#include "engine_internal.h"

#include "alignd/base/err.h"

/* An IRI, or _:label, as a term. */
static struct term term_of(struct slice written)
{
    bool blank = written.len > 1 && written.data[0] == '_' && written.data[1] == ':';
    if (blank)
        return (struct term){.kind = TERM_BLANK, .text = {written.data + 2, written.len - 2}};
    return (struct term){.kind = TERM_IRI, .text = written};
}

int dataset_find_type(struct engine *e, struct slice iri, struct arena *arena,
                      struct slice *ret_type)
{
    struct term term = term_of(iri);
    for (size_t g = 0; g < e->options.graph_count; g++) {
        char key[ID_BYTES];
        struct kv_value value;
        bool found;
        struct node node;
        id_put(key, id_of_entity(e->tags[g], &term));
        int rc = kv_get(e->kv, KV_NODES, (struct slice){key, sizeof(key)}, &value, &found);
        if (rc)
            return rc;
        if (!found)
            continue;
        struct slice row = arena_copy(arena, value.bytes);
        kv_value_release(&value);
        rc = row.data ? node_decode(row, arena, &node) : ERR_NO_MEMORY;
        if (!rc)
            *ret_type = node.type;
        return rc;
    }
    return ERR_NOT_FOUND;
}
