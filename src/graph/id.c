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
#include <ctype.h>

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

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return true;
}

/* BASEstatement/ID-UUID, of BASEID; in old ones the letter of the id is small. */
static bool find_root_of_statement(struct slice iri, struct id_root *ret_root)
{
    static const char mark[] = "/statement/";
    const size_t m = sizeof(mark) - 1;
    if (iri.len < m + 40 || !is_uuid(iri.data + iri.len - 36) || iri.data[iri.len - 37] != '-')
        return false;
    const char *end = iri.data + iri.len - 37,
               *id = memrchr(iri.data, '/', (size_t)(end - iri.data));
    size_t base = id ? (size_t)(id + 1 - iri.data) : 0, bytes = id ? (size_t)(end - id - 1) : 0;
    if (!bytes || base < m || memcmp(id + 1 - m, mark, m) != 0 ||
        base - m + 1 + bytes > sizeof(ret_root->room))
        return false;
    base -= m - 1; /* with its slash */
    memcpy(ret_root->room, iri.data, base);
    memcpy(ret_root->room + base, id + 1, bytes);
    ret_root->room[base] = (char)toupper((unsigned char)ret_root->room[base]);
    ret_root->text = (struct slice){ret_root->room, base + bytes};
    return true;
}

bool id_root_of_part(const struct term *term, struct id_root *ret_root)
{
    struct slice root = term->text;
    if (term->kind != TERM_IRI)
        return false;
    if (!cut_part(&root))
        return find_root_of_statement(root, ret_root);
    while (cut_part(&root))
        ;
    ret_root->text = root;
    return true;
}

struct id id_of_entity(uint16_t graph_tag, const struct term *term)
{
    assert(graph_tag && term->kind != TERM_LITERAL); /* (1) */
    struct hash128 h = hash_bytes_128(term->text, term->kind == TERM_BLANK ? 3 : 2);
    struct id_root root;
    if (id_root_of_part(term, &root))
        h.hi = hash_bytes_128(root.text, 2).hi;
    return (struct id){(h.hi >> 16) | (uint64_t)graph_tag << 48, h.lo};
}

bool id_of_root(uint16_t graph_tag, const struct term *term, struct id *ret_root)
{
    struct id_root root;
    if (!id_root_of_part(term, &root))
        return false;
    *ret_root = id_of_entity(graph_tag, &(struct term){.kind = TERM_IRI, .text = root.text});
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
