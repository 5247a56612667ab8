/*
 * curie_map.h - the prefixes of an SSSOM file: IRIs are written as CURIEs
 * there, and its header says what each prefix stands for.
 * Source: SSSOM, "The SSSOM/TSV serialisation format"; W3C, "CURIE Syntax 1.0".
 */
#ifndef ALIGND_CLI_CURIE_MAP_H
#define ALIGND_CLI_CURIE_MAP_H

#include "alignd/base/buf.h"

#define CURIE_MAP_MAX 256

struct curie_map {
    struct curie_prefix {
        char prefix[48];
        struct slice namespace; /* owned */
    } all[CURIE_MAP_MAX];
    size_t count;
};

/* Beginning with those that every file needs (owl, skos, semapv). */
void curie_map_init(struct curie_map *m);
void curie_map_fini(struct curie_map *m);

/* Sees to it that the namespace of an IRI (up to its last '/' or '#', else ':') has a prefix: the
 * usual one, else the name of its graph, numbered from the second on.  Full maps take no more. */
void curie_map_note(struct curie_map *m, struct slice iri, const char *graph);

/* The CURIE, or the IRI as it is where there is none for it (blank nodes too); a relative one in
 * angle brackets then. */
void curie_map_append(const struct curie_map *m, struct buf *out, struct slice iri);
#endif
