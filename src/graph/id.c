/*
 * id.c - ids from content.  Every kind of thing has seeds of its own, so the IRI 'x', the blank
 * node 'x' and the literal "x" are three; datatype and language go into the seed of a value.
 * The seeds are part of the on-disk format.
 *
 *  (1) No graph has the tag 0: that is what the ids of values have there.
 */
#include "alignd/graph/id.h"

#include "alignd/base/hash.h"

#include <assert.h>

uint16_t id_graph_tag(struct slice name)
{
    uint16_t tag = (uint16_t)(hash_bytes(name, 1) >> 48);
    return tag ? tag : 1;
}

/* NAME~NNNNN */
static bool is_part_name(struct slice name)
{
    size_t digits = 0;
    while (digits < name.len && name.data[name.len - 1 - digits] >= '0' &&
           name.data[name.len - 1 - digits] <= '9')
        digits++;
    return digits >= ID_PART_DIGITS && digits + 1 < name.len &&
           name.data[name.len - 1 - digits] == '~';
}

/* Names between slashes. */
static bool is_part_path(struct slice path)
{
    for (;;) {
        const char *slash = path.len ? memchr(path.data, '/', path.len) : NULL;
        struct slice name = {path.data, slash ? (size_t)(slash - path.data) : path.len};
        if (!is_part_name(name))
            return false;
        if (!slash)
            return true;
        path = (struct slice){slash + 1, path.len - name.len - 1};
    }
}

/* The last mark in a text. */
static const char *find_last(struct slice text, const char *mark)
{
    size_t n = strlen(mark);
    for (size_t at = text.len; at >= n; at--)
        if (memcmp(text.data + at - n, mark, n) == 0)
            return text.data + at - n;
    return NULL;
}

/* Off the end of an IRI the mark and the path behind it. */
static bool cut_part(struct slice *iri)
{
    static const char *const marks[] = {"#", "//"};
    char last = iri->len ? iri->data[iri->len - 1] : '\0';
    if (last < '0' || last > '9' || !memchr(iri->data, '~', iri->len))
        return false;
    for (size_t i = 0; i < 2; i++) {
        const char *mark = find_last(*iri, marks[i]);
        const char *path = mark ? mark + strlen(marks[i]) : NULL;
        if (!mark || mark == iri->data ||
            !is_part_path((struct slice){path, iri->len - (size_t)(path - iri->data)}))
            continue;
        iri->len = (size_t)(mark - iri->data);
        return true;
    }
    return false;
}

bool id_root_of_part(const struct term *term, struct slice *ret_root)
{
    struct slice root = term->text;
    if (term->kind != TERM_IRI || !cut_part(&root))
        return false;
    while (cut_part(&root))
        ;
    *ret_root = root;
    return true;
}

struct id id_of_entity(uint16_t graph_tag, const struct term *term)
{
    assert(graph_tag && term->kind != TERM_LITERAL); /* (1) */
    struct hash128 h = hash_bytes_128(term->text, term->kind == TERM_BLANK ? 3 : 2);
    struct slice root;
    if (id_root_of_part(term, &root))
        h.hi = hash_bytes_128(root, 2).hi;
    return (struct id){(h.hi >> 16) | (uint64_t)graph_tag << 48, h.lo};
}

bool id_of_root(uint16_t graph_tag, const struct term *term, struct id *ret_root)
{
    struct term root = {.kind = TERM_IRI};
    if (!id_root_of_part(term, &root.text))
        return false;
    *ret_root = id_of_entity(graph_tag, &root);
    return true;
}

struct id id_of_value(const struct term *term)
{
    assert(term->kind <= TERM_LITERAL);
    uint64_t seed = 4 + (uint64_t)term->kind;
    if (term->datatype.len)
        seed = hash_mix(seed, hash_bytes(term->datatype, 5));
    if (term->lang.len)
        seed = hash_mix(seed, hash_bytes(term->lang, 6));
    struct hash128 h = hash_bytes_128(term->text, seed);
    return (struct id){h.hi >> 16, h.lo};
}
