/*
 * match_pages.c - a walk along the rows of matches or of verdicts, from where the last page ended.
 *
 *  (1) Rows are by the id of the subject, pairs within by that of the object.  Where a page ended
 * is the pair behind which the next one begins, in hexadecimal; ids are hashes of what entities are
 * called, so it holds whatever comes and goes, and in another store of these catalogs.
 */
#include "alignd/daemon/match_pages.h"

#include "cursor.h"
#include "match_json.h"

#include "alignd/align/decided.h"
#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/state/match_list.h"

#include <assert.h>

enum { CURSOR_WORDS = 4 }; /* two ids */

struct page {
    const struct state *s;
    const struct match_pages_query *q;
    struct arena *arena; /* of a row */
    struct json_writer json;
    struct id subject, object; /* (1) */
    size_t told;
};

/* Tells the pairs of a row whose object comes behind p->object, until p is full. */
typedef int page_row(struct page *p, struct slice row);

struct match_pages_query match_pages_query_default(const struct state *s)
{
    return (struct match_pages_query){
        .limit = 100, .rows = 5000, .graph = s->graph_count, .min = 0, .max = 1};
}

static const struct id none = {0, 0};

static bool read_cursor(struct slice text, struct page *p)
{
    uint64_t words[CURSOR_WORDS];
    if (!cursor_read(text, words, CURSOR_WORDS))
        return false;
    p->subject = (struct id){words[0], words[1]};
    p->object = (struct id){words[2], words[3]};
    return true;
}

static void write_cursor(struct page *p)
{
    const uint64_t words[CURSOR_WORDS] = {p->subject.hi, p->subject.lo, p->object.hi, p->object.lo};
    struct buf text = {0};
    cursor_write(&text, words, CURSOR_WORDS);
    json_writer_add_string(&p->json, "next", buf_slice(&text));
    buf_fini(&text);
}

static bool is_full(const struct page *p)
{
    assert(p->told <= p->q->limit);
    return p->told == p->q->limit;
}

/* Is the pair one to look at: its end is the subject, and it was not told before? */
static bool is_due(const struct page *p, struct id other)
{
    return state_first(p->s, p->subject, other) && id_compare(other, p->object) > 0;
}

static bool is_of_graph(const struct page *p, struct id other)
{
    size_t graph = p->q->graph;
    assert(graph <= p->s->graph_count);
    return graph == p->s->graph_count || graph == state_graph_of(p->s, p->subject) ||
           graph == state_graph_of(p->s, other);
}

/* --- matches --- */

static bool is_wanted(const struct page *p, const struct pair_entry *pair)
{
    const struct match_pages_query *q = p->q;
    float confidence = pair_score_told(pair->score);
    return is_due(p, pair->other) && is_of_graph(p, pair->other) && confidence >= q->min &&
           confidence <= q->max && (!q->banded || band_of(pair->score, q->review) == q->band);
}

static int write_match(struct page *p, const struct match_end *subject,
                       const struct pair_entry *pair)
{
    struct match_end object;
    assert(!is_full(p));
    int rc = match_end_read(p->s, pair->other, p->arena, &object);
    if (rc)
        return rc;
    json_writer_begin_object(&p->json);
    match_json_match(&p->json, subject, &object, pair->score, p->q->review);
    json_writer_end_object(&p->json);
    p->told++;
    p->object = pair->other;
    return ERR_OK;
}

/* Half of the rows are of objects, which is seen without reading on. */
static bool has_due(const struct page *p, struct slice row)
{
    for (size_t at = 0; at + ID_BYTES <= row.len; at += ID_BYTES)
        if (is_due(p, id_get(row.data + at)))
            return true;
    return false;
}

static int tell_matches(struct page *p, struct slice row)
{
    struct pair_list partners;
    struct match_end subject = {0};
    assert(!is_full(p));
    if (!has_due(p, row))
        return ERR_OK;
    int rc = match_list_partners(p->s->kv, p->subject, p->arena, &partners);
    for (size_t i = 0; !rc && i < partners.count && !is_full(p); i++) {
        const struct pair_entry *pair = &partners.entries[i];
        if (!is_wanted(p, pair))
            continue;
        if (!subject.term.data && (rc = match_end_read(p->s, p->subject, p->arena, &subject)))
            return rc;
        if (p->q->typed && !slice_equal(p->q->type, subject.node.type))
            return ERR_OK;
        rc = write_match(p, &subject, pair);
    }
    return rc;
}

/* --- verdicts --- */

static int write_verdict(struct page *p, const struct match_end *subject,
                         const struct decided_entry *entry)
{
    struct json_writer *w = &p->json;
    struct match_end object;
    int rc = match_end_read(p->s, entry->other, p->arena, &object);
    if (rc)
        return rc;
    json_writer_begin_object(w);
    json_writer_add_bool(w, "pinned", (entry->what & DECIDED_PINNED) != 0);
    json_writer_add_bool(w, "barred", (entry->what & DECIDED_BARRED) != 0);
    json_writer_add_bool(w, "contradicted", (entry->what & DECIDED_CONTRADICTED) != 0);
    match_json_ends(w, subject, &object);
    json_writer_end_object(w);
    assert(!is_full(p));
    p->told++;
    p->object = entry->other;
    return ERR_OK;
}

static int tell_verdicts(struct page *p, struct slice row)
{
    struct decided_list list;
    struct match_end subject = {0};
    assert(!is_full(p));
    int rc = decided_decode(row, p->arena, &list);
    for (size_t i = 0; !rc && i < list.count && !is_full(p); i++) {
        struct id other = list.entries[i].other;
        if (!is_due(p, other) || !is_of_graph(p, other))
            continue;
        if (!subject.term.data && (rc = match_end_read(p->s, p->subject, p->arena, &subject)))
            return rc;
        rc = write_verdict(p, &subject, &list.entries[i]);
    }
    return rc;
}

/* --- pages --- */

static int tell_row(struct page *p, struct slice key, struct slice row, page_row *tell)
{
    if (key.len != ID_BYTES)
        return ERR_STORE;
    struct id subject = id_get(key.data);
    if (!id_equal(subject, p->subject))
        p->object = none;
    p->subject = subject;
    int rc = tell(p, row);
    arena_reset(p->arena);
    return rc;
}

/* Rows from where the last page ended; *ret_more: this one ends where p now says. */
static int tell_rows(struct page *p, enum kv_family family, page_row *tell, bool *ret_more)
{
    char from[ID_BYTES];
    struct kv_iter *it = kv_iter_new(p->s->kv, family);
    int rc = ERR_OK;
    assert(p->q->limit >= 1 && p->q->limit <= MATCH_PAGES_MOST && p->q->rows >= 1);
    id_put(from, p->subject);
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    size_t rows = 0;
    for (; !rc && kv_iter_valid(it) && rows < p->q->rows && !is_full(p); rows++) {
        rc = tell_row(p, kv_iter_key(it), kv_iter_value(it), tell);
        if (!is_full(p))
            kv_iter_next(it);
    }
    *ret_more = !rc && kv_iter_valid(it);
    if (*ret_more && !is_full(p) &&
        kv_iter_key(it).len == ID_BYTES) { /* in front of the next row */
        p->subject = id_get(kv_iter_key(it).data);
        p->object = none;
    }
    rc = err_first(rc, kv_iter_valid(it) ? ERR_OK : kv_iter_status(it));
    kv_iter_free(it);
    return rc;
}

static int write_page(struct buf *out, const struct state *s, const struct match_pages_query *q,
                      enum kv_family family, page_row *tell)
{
    struct buf json = {0};
    struct page p = {.s = s, .q = q, .json = json_writer_of(&json)};
    bool more;
    if (!read_cursor(q->after, &p))
        return ERR_USAGE;
    p.arena = arena_new();
    json_writer_begin_object(&p.json);
    json_writer_key(&p.json, family == KV_MATCHES ? "matches" : "verdicts");
    json_writer_begin_array(&p.json);
    int rc = tell_rows(&p, family, tell, &more);
    json_writer_end_array(&p.json);
    if (more)
        write_cursor(&p);
    json_writer_end_object(&p.json);
    if (!rc)
        buf_append_slice(out, buf_slice(&json));
    assert(p.told <= q->limit);
    arena_free(p.arena);
    buf_fini(&json);
    return rc;
}

int match_pages_write_matches(struct buf *out, const struct state *s,
                              const struct match_pages_query *q)
{
    return write_page(out, s, q, KV_MATCHES, tell_matches);
}

int match_pages_write_verdicts(struct buf *out, const struct state *s,
                               const struct match_pages_query *q)
{
    return write_page(out, s, q, KV_DECIDED, tell_verdicts);
}
