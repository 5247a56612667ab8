/*
 * codec.h - a message becomes changes.  A message is taken whole or refused
 * whole: on an error nothing of it is handed over.
 *
 * RDF Patch (Apache Jena, text form): rows of tokens ended by '.', white
 * space and newlines mean nothing, '#' starts a comment.
 *     H key value .            header: checked, ignored
 *     TX .  TB .               begins a block
 *     TC .  TA .               keeps it, drops it
 *     PA prefix iri [g] .      PD prefix [g] .    checked, ignored: they
 *                              never expand terms, as in Jena
 *     A s p o [g] .            insert      D s p o [g] .    delete
 *   Codes are upper case.  The graph term is checked and ignored.  <_:x> and
 *   _:x are the same blank node.  Literals are written with " or ', short or
 *   long; bare integers, decimals, doubles, true and false are literals of
 *   those types.  Prefixed names and quoted triples are refused.  A block
 *   within a block, a block without its end, TC or TA without a block and a
 *   missing last '.' are refused.  Changes outside blocks stand as they are.
 *
 * N-Triples and N-Quads (W3C, RDF 1.1), inserts only: one statement a line;
 *   the graph term is checked and ignored.  The newline after the last
 *   statement may be missing, its '.' may not.
 *
 * JSON: one change or an array of changes; see json_change.h.  Alone it can say what an entity is
 * as a whole: a replace is a CHANGE_CLEAR and its triples as inserts behind it.
 *
 * In all of them: strict UTF-8; IRIs are absolute (but see relative_iris) and
 * free of the characters that N-Triples forbids, escaped or not; subjects are
 * IRIs or blank nodes, predicates IRIs; language tags come out in lower case,
 * the datatype xsd:string comes out as none.  A literal may hold U+0000.
 *
 * So a message that was cut short is refused, except where the cut leaves a
 * whole one: at the end of an N-Quads statement or of a row outside blocks,
 * and behind the first dot of a blank node label such as b.c, where '_:b.' is
 * the end of a statement too.
 */
#ifndef ALIGND_STREAM_CODEC_H
#define ALIGND_STREAM_CODEC_H

#include "alignd/base/arena.h"
#include "alignd/base/slice.h"
#include "alignd/graph/term.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum codec_format {
    CODEC_AUTO,
    CODEC_RDF_PATCH,
    CODEC_NQUADS,
    CODEC_JSON, /* changes, or in files records */
    CODEC_TURTLE,
    CODEC_TRIG,
    CODEC_CSV, /* files of records alone, as the next */
    CODEC_TSV,
    CODEC_SSSOM /* files of mappings alone: sssom.h */
};

/* 'auto', 'rdf-patch', 'n-quads', 'json', 'turtle', 'trig', 'csv', 'tsv',
 * 'sssom'; 'n-triples' for n-quads,
 * 'jsonl' and 'ndjson' for json.  False for anything else. */
bool codec_format_from_name(struct slice name, enum codec_format *ret_format);
const char *codec_format_name(enum codec_format format);

/* The media type of a content-type header, in any case, parameters ignored.
 * False for types that name none of the formats (also text/plain and
 * application/octet-stream): then the header decides nothing. */
bool codec_format_from_content_type(struct slice type, enum codec_format *ret_format);

/* By the end of a file's name, before .gz or .xz; CODEC_AUTO where it tells nothing. */
enum codec_format codec_format_from_path(const char *path);

/* What the first token looks like; CODEC_AUTO when there is none or it looks
 * like none of the formats. */
enum codec_format codec_detect(struct slice payload);

/* What else a text looks like, and what to do about it, as words that follow "looks like"; NULL
 * for nothing known. */
const char *codec_looks_like(struct slice text);

/* Zero anywhere means the default. */
struct codec_limits {
    size_t message_bytes; /* 8 MiB */
    size_t rows;          /* 1,000,000: rows, statements or changes a message */
    size_t iri_bytes;     /* 8 KiB: an IRI, a blank node label, a language tag */
    size_t literal_bytes; /* 1 MiB: a lexical form, escapes decoded */
    size_t nesting;       /* 32: arrays and objects of JSON within each other; 64 at most */
    /* No limit, but decided in the same places: also take <names> without a
     * scheme, as they stand, for catalogs that were published with them.  Never
     * in the s, p and o of JSON, where they would hide a forgotten literal. */
    bool relative_iris;
    bool verdicts; /* nor this: whatever is no verdict (graph/verdict.h) is refused */
};

struct codec_limits codec_limits_default(void);

/* *limits with the defaults in place of its zeros. */
struct codec_limits codec_limits_of(const struct codec_limits *limits);

/*
 * code is one of these words, which stay as they are; message is for people
 * (ASCII), line and column count from 1, columns in characters; 0 when there
 * is no place to name.
 *
 *   utf8                 not strict UTF-8
 *   byte-order-mark      of UTF-16 at the start; that of UTF-8 is skipped
 *   syntax               a token that does not belong there
 *   truncated            the message ends too early
 *   bad-escape           an unknown or broken escape, or of a surrogate
 *   bad-iri              a forbidden character, or no scheme
 *   bad-blank            a malformed blank node label
 *   bad-language         a malformed language tag
 *   bad-term             a term where its kind may not stand
 *   prefixed-name        ex:name instead of an IRI
 *   rdf-star             a quoted triple
 *   unknown-code         a row that starts with no known code
 *   nested-transaction   TX within a block
 *   no-transaction       TC or TA without a block
 *   json                 not JSON; NUL, a lone surrogate or a member named twice
 *   json-shape           JSON that is no change, or no record
 *   no-id                a record that does not say what it is called
 *   columns              a header without the id, or with a name twice; a row longer than it
 *   no-verdict           a triple for the graph of verdicts that is none
 *   unknown-format       auto, and the first token looks like no format
 *   limit-message, limit-rows, limit-iri, limit-literal, limit-nesting,
 *   limit-values (of one JSON change)
 *   no-memory
 * and from the daemon, which sees the whole record: limit-headers
 */
struct codec_error {
    uint64_t line, column;
    char code[24];
    char message[200];
};

/*
 * ret_changes  in the order of the message, in the arena; slices point into
 *              the payload, into the arena where an escape was decoded or a
 *              letter folded, or to constants
 * ret_error    filled on an error only; may be NULL
 * limits       NULL for the defaults
 *
 * An empty message is no change.  ERR_FORMAT, ERR_LIMIT; logs
 * nothing.  What a refused message used of the arena stays used until
 * arena_reset.
 */
int codec_decode(enum codec_format format, struct slice payload, const struct codec_limits *limits,
                 struct arena *arena, struct change **ret_changes, size_t *ret_count,
                 struct codec_error *ret_error);
#endif
