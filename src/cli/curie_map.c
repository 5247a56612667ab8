/*
 * curie_map.c - prefixes for an SSSOM file, given out as namespaces are met: the usual one where
 * there is one, else the name of the graph, numbered.  The list is short and searched
 * from its beginning; a namespace that finds no room is written in full, which is
 * right as well.
 *
 *  (1) A prefix stands for one namespace, and none takes the usual prefix of another one.
 */
#include "alignd/cli/curie_map.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/graph/term.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *prefix, *namespace;
} known[] = {
    {"owl", "http://www.w3.org/2002/07/owl#"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"semapv", "https://w3id.org/semapv/vocab/"},
    {"graph", "urn:alignd:graph/"},
    {"urn", "urn:"}, /* what has no room for a prefix of its own, and readers take for a CURIE */
    {"wd", "http://www.wikidata.org/entity/"},
    {"dbr", "http://dbpedia.org/resource/"},
    {"schema", "http://schema.org/"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"viaf", "http://viaf.org/viaf/"},
    {"gnd", "https://d-nb.info/gnd/"},
    {"geonames", "https://sws.geonames.org/"},
    {"orcid", "https://orcid.org/"},
};
/* Blank nodes stay as they are, of which readers want a prefix all the same. */
#define BLANK "_"
#define BLANK_NAMESPACE "urn:alignd:blank/"
#define ALWAYS 5 /* of them: what every file uses */

/* Empty for an IRI without any, and for a blank node. */
static struct slice namespace_of(struct slice iri)
{
    size_t n = iri.len;
    if (term_is_blank(iri))
        return (struct slice){iri.data, 0};
    while (n && iri.data[n - 1] != '/' && iri.data[n - 1] != '#')
        n--;
    if (!n) /* urn:isbn:1, which readers would take for a CURIE */
        for (n = iri.len; n && iri.data[n - 1] != ':';)
            n--;
    assert(n <= iri.len);
    return (struct slice){iri.data, n};
}

static const struct curie_prefix *find(const struct curie_map *m, struct slice namespace)
{
    assert(m->count <= CURIE_MAP_MAX);
    for (size_t i = 0; i < m->count; i++)
        if (slice_equal(m->all[i].namespace, namespace))
            return &m->all[i];
    return NULL;
}

static bool is_taken(const struct curie_map *m, const char *prefix)
{
    assert(*prefix);
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->all[i].prefix, prefix) == 0)
            return true;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(known[i].prefix, prefix) == 0)
            return true;
    return false;
}

static void add(struct curie_map *m, const char *prefix, struct slice namespace)
{
    assert(m->count < CURIE_MAP_MAX && namespace.len && !find(m, namespace)); /* (1) */
    assert(strlen(prefix) < sizeof(m->all[0].prefix));
    struct curie_prefix *p = &m->all[m->count];
    char *copy = memory_malloc(namespace.len);
    memcpy(copy, namespace.data, namespace.len);
    snprintf(p->prefix, sizeof(p->prefix), "%s", prefix);
    p->namespace = (struct slice){copy, namespace.len};
    m->count++;
}

void curie_map_init(struct curie_map *m)
{
    m->count = 0;
    for (size_t i = 0; i < ALWAYS; i++)
        add(m, known[i].prefix, slice_of(known[i].namespace));
}

void curie_map_fini(struct curie_map *m)
{
    assert(m->count <= CURIE_MAP_MAX);
    for (size_t i = 0; i < m->count; i++)
        free((void *)(uintptr_t)m->all[i].namespace.data);
    m->count = 0;
}

void curie_map_note(struct curie_map *m, struct slice iri, const char *graph)
{
    assert(m->count <= CURIE_MAP_MAX);
    struct slice namespace = namespace_of(iri);
    char prefix[48];
    if (term_is_blank(iri) && m->count < CURIE_MAP_MAX && !find(m, slice_of(BLANK_NAMESPACE)))
        add(m, BLANK, slice_of(BLANK_NAMESPACE));
    if (!namespace.len || namespace.len == iri.len || m->count == CURIE_MAP_MAX ||
        find(m, namespace))
        return;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (slice_equal(namespace, slice_of(known[i].namespace))) {
            add(m, known[i].prefix, namespace);
            return;
        }
    /* a prefix begins with a letter; the names of graphs are letters, digits, '-' and '_' */
    bool letter = (*graph | 0x20) >= 'a' && (*graph | 0x20) <= 'z';
    snprintf(prefix, sizeof(prefix), "%s%.40s", letter ? "" : "g", graph);
    for (size_t n = 2; is_taken(m, prefix); n++)
        snprintf(prefix, sizeof(prefix), "%s%.40s%zu", letter ? "" : "g", graph, n);
    add(m, prefix, namespace);
}

void curie_map_append(const struct curie_map *m, struct buf *out, struct slice iri)
{
    struct slice namespace = namespace_of(iri);
    const struct curie_prefix *p =
        namespace.len && namespace.len < iri.len ? find(m, namespace) : NULL;
    if (!p && memchr(iri.data, ':', iri.len)) {
        buf_append_slice(out, iri);
        return;
    }
    if (!p) { /* of a catalog of relative IRIs: no reader shall take it for a forgotten prefix */
        term_append_bracketed(out, iri);
        return;
    }
    assert(namespace.len < iri.len);
    buf_append_text(out, p->prefix);
    buf_append_char(out, ':');
    buf_append(out, iri.data + namespace.len, iri.len - namespace.len);
}
