/*
 * edge.c - rows of adjacency, to bytes and back.
 *
 *  (1) Keys are big-endian from their first byte to the last, so the order of rows in the
 *      store is that of edge_compare: the best neighbours of a group are read first, and
 *      the rest not at all.
 */
#include "alignd/graph/edge.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/reader.h"
#include "alignd/graph/mapping.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

int edge_compare(const struct edge *a, const struct edge *b)
{
    if (a->relation != b->relation)
        return a->relation < b->relation ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    int c = id_compare(a->neighbour, b->neighbour);
    return c ? c : (a->predicate > b->predicate) - (a->predicate < b->predicate);
}

void edge_key(char out[EDGE_KEY_BYTES], struct id entity, const struct edge *e)
{
    id_put(out, entity);
    put_be64(out + 16, e->relation);
    put_be32(out + 24, e->order);
    id_put(out + 28, e->neighbour);
    put_be64(out + 44, e->predicate);
}

void edge_group_key(char out[EDGE_GROUP_BYTES], struct id entity, uint64_t relation)
{
    id_put(out, entity);
    put_be64(out + 16, relation);
}

int edge_decode(struct slice key, struct slice value, struct id *ret_entity, struct edge *ret_edge)
{
    if (key.len != EDGE_KEY_BYTES)
        return ERR_STORE;
    *ret_entity = id_get(key.data);
    ret_edge->relation = get_be64(key.data + 16);
    ret_edge->order = get_be32(key.data + 24);
    ret_edge->neighbour = id_get(key.data + 28);
    ret_edge->predicate = get_be64(key.data + 44);
    ret_edge->value = value;
    return ERR_OK;
}

void edge_value_encode(struct buf *out, const struct term *term)
{
    assert(term->text.data || !term->text.len);
    assert(term->kind <= TERM_LITERAL);
    buf_append_u8(out, (uint8_t)term->kind);
    buf_append_bytes(out, term->datatype);
    buf_append_bytes(out, term->lang);
    buf_append_bytes(out, term->text);
}

int edge_value_decode(struct slice value, struct term *ret_term)
{
    struct reader r = reader_of(value);
    struct term t = {0};
    t.kind = (enum term_kind)reader_take_u8(&r);
    t.datatype = reader_take_bytes(&r);
    t.lang = reader_take_bytes(&r);
    t.text = reader_take_bytes(&r);
    if (r.failed || r.at != r.end || t.kind > TERM_LITERAL)
        return ERR_STORE;
    *ret_term = t;
    return ERR_OK;
}

/* Is it that language, or a kind of it? */
static bool speaks(struct slice language, struct slice tag)
{
    return language.len >= tag.len && strncasecmp(language.data, tag.data, tag.len) == 0 &&
           (language.len == tag.len || language.data[tag.len] == '-');
}

static uint32_t language_place(struct slice languages, struct slice language)
{
    uint32_t place = 0;
    if (!languages.len)
        return 0;
    for (; languages.len; place++) {
        const char *comma = memchr(languages.data, ',', languages.len);
        size_t n = comma ? (size_t)(comma - languages.data) : languages.len;
        if (language.len && speaks(language, (struct slice){languages.data, n}))
            return place;
        n += comma != NULL;
        languages = (struct slice){languages.data + n, languages.len - n};
    }
    return place + (language.len != 0);
}

static_assert(MAPPING_LANGUAGES + 2 <= 1 << 3 && EDGE_LABEL_RANKS == 1 << 7, "they fit");

uint32_t edge_label_order(uint8_t rank, struct slice languages, const struct term *label)
{
    uint32_t text = 0, place = language_place(languages, label->lang);
    assert(rank < EDGE_LABEL_RANKS && place < 1 << 3);
    for (size_t i = 0; i < 3; i++)
        text = text << 8 | (i < label->text.len ? (unsigned char)label->text.data[i] : 0);
    return place << EDGE_LABEL_PLACE_SHIFT | (uint32_t)rank << 22 | text >> 2;
}
