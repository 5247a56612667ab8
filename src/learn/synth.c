/*
 * synth.c - writes a world: its entities in order of arrival, as either side
 * tells them, with the links and the deletions; what happens to them then (synth_feed.c), and the
 * world as that leaves it.  As all is hash, an entity is simply told again.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "synth_internal.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* The two catalogs name their vocabulary differently; the mapping brings it together. */
const char *const synth_sides[2] = {"left", "right"};

static const struct synth_kind *const kinds[] = {&synth_works,  &synth_films,    &synth_music,
                                                 &synth_books,  &synth_products, &synth_papers,
                                                 &synth_places, &synth_people};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

const char *synth_kind_name(size_t k)
{
    return k < KINDS ? kinds[k]->name : NULL;
}

const char *synth_kind_about(size_t k)
{
    return k < KINDS ? kinds[k]->about : NULL;
}

/* --- chance --- */

uint64_t synth_common(uint64_t h, uint64_t n)
{
    assert(n);
    double u = synth_share(h);
    uint64_t x = (uint64_t)((double)n * u * u);
    return x < n ? x : n - 1;
}

uint64_t synth_arrived(const struct synth *s, size_t of, size_t type, uint64_t i)
{
    uint64_t n = (uint64_t)((double)i * (double)s->count[of] / (double)s->count[type]) + 1;
    return n < s->count[of] ? n : s->count[of];
}

/* --- triples --- */

static void add_iri(struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(side < 2 && type < s->kind->type_count);
    uint64_t opaque = synth_draw(s, synth_key(type, i), 400 + side, 0) % 1000000000000u;
    buf_append_format(&s->line, "<http://example.org/%s/%s%s/%llu>", synth_sides[side],
                      s->kind->types[type].name, s->options->tag, (unsigned long long)opaque);
}

static void begin(struct synth *s, size_t fact)
{
    assert(s->side < 2 && s->type < s->kind->type_count && fact < s->kind->fact_count);
    buf_clear(&s->line);
    add_iri(s, s->side, s->type, s->i);
    if (fact == SYNTH_TYPE)
        buf_append_text(&s->line, " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ");
    else
        buf_append_format(&s->line, " <http://example.org/%s/vocab/%s%s> ", synth_sides[s->side],
                          s->kind->facts[fact].name, s->options->tag);
}

/* Some triples are to be taken back: they stand in the file of deletions as well. */
static int put_line(struct synth *s, struct slice line)
{
    FILE *file = s->telling == SYNTH_TELL_ALL ? s->file[s->side] : s->after[s->side];
    bool ok = fwrite(line.data, 1, line.len, file) == line.len;
    if (s->telling == SYNTH_TELL_AFTER)
        return ok ? ERR_OK : ERR_IO;
    s->triples[s->side]++;
    if (synth_share(hash_bytes(line, 9)) < s->options->deletions)
        ok = ok && fprintf(s->deleted[s->side], "D %.*s", (int)line.len, line.data) > 0;
    return ok ? ERR_OK : ERR_IO;
}

static int end(struct synth *s, char op)
{
    buf_append_text(&s->line, " .\n");
    return op ? synth_feed_put(s, op, buf_slice(&s->line)) : put_line(s, buf_slice(&s->line));
}

/* The letter of a row in a block; 0: there is none. */
static char op_of(const struct synth *s)
{
    return s->telling == SYNTH_TELL_NEW ? 'A' : s->telling == SYNTH_TELL_GONE ? 'D' : 0;
}

static void put_text(struct synth *s, size_t fact, const char *datatype, char op)
{
    begin(s, fact);
    buf_append_char(&s->line, '"');
    for (size_t k = 0; k < s->text.len; k++) {
        if (s->text.data[k] == '"' || s->text.data[k] == '\\')
            buf_append_char(&s->line, '\\');
        buf_append_char(&s->line, s->text.data[k]);
    }
    buf_append_char(&s->line, '"');
    if (datatype && datatype[0] == '@')
        buf_append_text(&s->line, datatype);
    else if (datatype)
        buf_append_format(&s->line, "^^<http://www.w3.org/2001/XMLSchema#%s>", datatype);
    s->rc = err_first(s->rc, end(s, op));
}

void synth_tell_text(struct synth *s, size_t fact)
{
    synth_tell_typed(s, fact, NULL);
}

void synth_tell_typed(struct synth *s, size_t fact, const char *datatype)
{
    assert(fact < s->kind->fact_count);
    bool alters = s->fate != SYNTH_STAYS && synth_feed_alters(s, fact);
    if (s->rc || (s->telling == SYNTH_TELL_CHANGED && !alters))
        return;
    if (s->telling == SYNTH_TELL_CHANGED)
        put_text(s, fact, datatype, 'D');
    if (alters)
        synth_feed_alter(s);
    put_text(s, fact, datatype, s->telling == SYNTH_TELL_CHANGED ? 'A' : op_of(s));
}

void synth_tell_entity(struct synth *s, size_t fact, size_t type, uint64_t i)
{
    assert(type < s->kind->type_count);
    if (s->rc || s->telling == SYNTH_TELL_CHANGED)
        return;
    begin(s, fact);
    add_iri(s, s->side, type, i);
    s->rc = end(s, op_of(s));
}

void synth_tell_type(struct synth *s)
{
    assert(s->type < s->kind->type_count);
    if (s->rc || s->telling == SYNTH_TELL_CHANGED)
        return;
    begin(s, SYNTH_TYPE);
    buf_append_format(&s->line, "<http://example.org/%s/vocab/%s%s>", synth_sides[s->side],
                      s->kind->types[s->type].name, s->options->tag);
    s->rc = end(s, op_of(s));
}

/* --- entities in order --- */

/* Does the side have it as an entity? */
static bool has(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    return synth_form(s, side, type) == SYNTH_ENTITY && s->kind->knows(s, side, type, i) &&
           synth_feed_fate(s->feed, side, type, i) != SYNTH_DELETED;
}

int synth_tell_known(struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(side < 2 && type < s->kind->type_count);
    assert(side < 2 && type < s->kind->type_count && i < s->count[type]);
    s->side = side;
    s->type = type;
    s->i = i;
    s->edges = 0;
    s->fate = synth_feed_fate(s->feed, side, type, i);
    s->altered = false;
    if (has(s, side, type, i))
        s->kind->describe(s);
    return s->rc;
}

static int write_link(struct synth *s, size_t type, uint64_t i)
{
    assert(s->kind->types[type].linked);
    assert(s->links[type]);
    buf_clear(&s->line);
    for (size_t side = 0; side < 2; side++) {
        add_iri(s, side, type, i);
        buf_append_char(&s->line, side ? '\n' : '\t');
    }
    for (size_t k = 0; k < s->line.len; k++) /* links name IRIs bare */
        if (s->line.data[k] != '<' && s->line.data[k] != '>' &&
            fputc(s->line.data[k], s->links[type]) == EOF)
            return ERR_IO;
    return ERR_OK;
}

static int write_entity(struct synth *s, size_t type, uint64_t i)
{
    assert(type < s->kind->type_count && i < s->count[type]);
    /* of the world as it is in the end */
    bool both = s->kind->types[type].linked && (!s->feed || s->telling == SYNTH_TELL_AFTER);
    int rc = ERR_OK;
    if (s->telling == SYNTH_TELL_NEW)
        return synth_feed_arrive(s, type, i);
    for (size_t side = 0; side < 2 && !rc; side++) {
        both = both && has(s, side, type, i);
        rc = synth_tell_known(s, side, type, i);
    }
    if (rc || !both)
        return rc;
    return write_link(s, type, i);
}

/* All of a type that there are when so many of so many titles are. */
static int write_until(struct synth *s, size_t type, uint64_t i, uint64_t works)
{
    uint64_t *done = &s->done[type], n = s->count[type];
    int rc = ERR_OK;
    for (; *done * works <= i * n && *done < n && !rc; ++*done)
        rc = write_entity(s, type, *done);
    return rc;
}

/* Works and what they are about in turns, as a catalog grows; from title `arriving` on they
 * arrive. */
static int write_world(struct synth *s, uint64_t arriving)
{
    assert(s->kind->type_count <= SYNTH_TYPES_MAX);
    struct progress progress;
    uint64_t works = s->count[0];
    size_t types = s->kind->type_count;
    int rc = ERR_OK;
    memset(s->done, 0, sizeof(s->done));
    progress_begin(&progress, "synth", "triples");
    for (uint64_t i = 0; i <= works && !rc; i++) { /* with the last, whatever is left */
        if (i == arriving)
            s->telling = SYNTH_TELL_NEW;
        for (size_t k = 0; k < types && !rc; k++)
            rc = write_until(s, i < works ? types - 1 - k : k, i, works);
        if (i % 256 == 0)
            progress_update(&progress, (double)i / (double)works, s->triples[0] + s->triples[1],
                            NULL);
    }
    progress_end(&progress);
    return rc;
}

/* The world, what happens to it, and how it is then. */
static int write_all(struct synth *s)
{
    double share = s->options->arrivals;
    uint64_t works = s->count[0], arriving = works - (uint64_t)((double)works * share);
    if (!s->feed)
        return write_world(s, UINT64_MAX);
    int rc;
    if ((rc = write_world(s, arriving ? arriving : 1)) || (rc = synth_feed_end(s->feed)))
        return rc;
    s->telling = SYNTH_TELL_AFTER;
    return write_world(s, UINT64_MAX);
}

/* --- files --- */

static FILE *make(const struct synth *s, const char *name, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s%s", s->options->out, name, ending);
    FILE *file = fopen(path, "we");
    if (!file)
        log_error("cannot write '%s': %s", path, strerror(errno));
    return file;
}

static int write_mapping(const struct synth *s)
{
    assert(s->kind->fact_count <= SYNTH_FACTS_MAX);
    const char *tag = s->options->tag;
    FILE *file = make(s, "mapping", ".tsv");
    if (!file)
        return ERR_IO;
    for (size_t side = 0; side < 2; side++) {
        const char *graph = synth_sides[side];
        for (size_t p = SYNTH_LABEL; p < s->kind->fact_count; p++) {
            const struct synth_fact *fact = &s->kind->facts[p];
            if (s->make.mapped[p])
                fprintf(file, "%s\thttp://example.org/%s/vocab/%s%s\t%s\n", graph, graph,
                        fact->name, tag, fact->shared ? fact->shared : fact->name);
        }
        for (size_t type = 0; type < s->kind->type_count; type++)
            fprintf(file, "%s\thttp://example.org/%s/vocab/%s%s\ttype:%s%s\n", graph, graph,
                    s->kind->types[type].name, tag, s->kind->types[type].name, tag);
    }
    return fclose(file) ? ERR_IO : ERR_OK;
}

static int open_files(struct synth *s)
{
    assert(!s->file[0] && !s->file[1] && !s->feed);
    int rc = ERR_OK;
    for (size_t side = 0; side < 2 && !rc; side++) {
        s->file[side] = make(s, synth_sides[side], ".nt");
        s->deleted[side] = make(s, synth_sides[side], ".deletions.rdfp");
        bool all = s->file[side] && s->deleted[side];
        if (s->options->arrivals > 0) {
            s->changes[side] = make(s, synth_sides[side], ".changes.rdfp");
            s->after[side] = make(s, synth_sides[side], ".after.nt");
            all = all && s->changes[side] && s->after[side];
        }
        rc = all ? ERR_OK : ERR_IO;
    }
    if (!rc && s->options->arrivals > 0)
        s->feed = synth_feed_new(s, s->changes);
    for (size_t type = 0; type < s->kind->type_count && !rc; type++) {
        char name[200];
        snprintf(name, sizeof(name), "links.%s%s", s->kind->types[type].name, s->options->tag);
        if (s->kind->types[type].linked)
            rc = (s->links[type] = make(s, name, ".tsv")) ? ERR_OK : ERR_IO;
    }
    return rc;
}

static int close_file(FILE *file)
{
    return file && fclose(file) ? ERR_IO : ERR_OK;
}

static int close_files(struct synth *s)
{
    int rc = ERR_OK;
    for (size_t side = 0; side < 2; side++) {
        int file = close_file(s->file[side]), deleted = close_file(s->deleted[side]),
            changes = close_file(s->changes[side]), after = close_file(s->after[side]);
        rc = err_first(rc, file || deleted || changes || after ? ERR_IO : ERR_OK);
    }
    for (size_t type = 0; type < s->kind->type_count; type++)
        rc = err_first(rc, close_file(s->links[type]));
    return rc;
}

/* --- the whole --- */

static int choose(const struct synth_options *o, const struct synth_kind **ret_kind)
{
    assert(o->tag && o->kind);
    for (const char *c = o->tag; *c; c++)
        if ((!isalnum((unsigned char)*c) && !strchr("-_.", *c)) || strlen(o->tag) > 100) {
            log_error("synth: --tag '%s': at most 100 letters, digits, '-', '_', '.'", o->tag);
            return ERR_USAGE;
        }
    for (size_t k = 0; k < KINDS; k++) {
        if (strcmp(kinds[k]->name, o->kind) != 0)
            continue;
        if (o->make && !kinds[k]->label) {
            log_error("synth: --make: there is one make of the kind '%s'", o->kind);
            return ERR_USAGE;
        }
        *ret_kind = kinds[k];
        return ERR_OK;
    }
    log_error("synth: there is no kind '%s' (--help lists them)", o->kind);
    return ERR_USAGE;
}

static int write_files(struct synth *s)
{
    int rc;
    if ((rc = write_mapping(s)) || (rc = open_files(s)) || (rc = write_all(s)))
        return rc;
    return ERR_OK;
}

int synth_run(const struct synth_options *options, uint64_t ret_triples[2])
{
    struct synth s = {.options = options};
    int rc = choose(options, &s.kind);
    if (rc)
        return rc;
    synth_make_draw(&s.make, s.kind, (uint64_t)options->make);
    s.kind->prepare(&s);
    if (mkdir(options->out, 0777) && errno != EEXIST) {
        log_error("cannot make the folder '%s': %s", options->out, strerror(errno));
        return ERR_IO;
    }
    rc = write_files(&s);
    rc = err_first(rc, close_files(&s));
    if (rc == ERR_IO)
        log_error("cannot write to '%s': %s", options->out, strerror(errno));
    synth_feed_free(s.feed);
    buf_fini(&s.line);
    buf_fini(&s.text);
    ret_triples[0] = s.triples[0];
    ret_triples[1] = s.triples[1];
    return rc;
}
