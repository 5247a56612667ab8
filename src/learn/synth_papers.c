/*
 * synth_papers.c - papers with authors and venues.
 *
 * Papers lie in rows of one group of authors: several of one venue and year, parts of one
 * work, the talk and the article of one title, titles that differ in a word, editorials and
 * prefaces that bear the title of every other one.  Sides write initials or first names, and
 * name a venue by its acronym or in full.
 */
#include "synth_internal.h"

#include <assert.h>
#include <string.h>

enum type { PAPER, AUTHOR, VENUE, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "paper", .linked = true},
    {.name = "author", .linked = true, .person = true, .value = true},
    {.name = "venue", .linked = true, .value = true},
};

enum fact { F_AUTHOR = SYNTH_FACTS, F_VENUE, F_YEAR, F_PAGES, F_VOLUME, F_DOI, F_ABSTRACT, FACTS };

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "author", .kept = true},
    {.name = "venue"},
    {.name = "year", .kept = true},
    {.name = "pages"},
    {.name = "volume"},
    {.name = "doi", .rare = true},
    {.name = "abstract", .rare = true},
};

enum { SLOTS = 6 };

enum row_kind { PLAIN, PARTS, TALK_AND_ARTICLE, LIKE_TITLES, EDITORIAL };

struct row {
    enum row_kind kind;
    uint64_t i, h, venue;
    int papers, year, authors;
};

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), rows = works * 10 / 22 + 1;
    n[PAPER] = rows * SLOTS;
    n[AUTHOR] = (uint64_t)s->options->works / 2 + 200;
    n[VENUE] = (uint64_t)s->options->works / 60 + 8;
    synth_words_prepare(s, works, n[AUTHOR], n[VENUE], 64);
}

/* --- the world --- */

static struct row row_of(const struct synth *s, uint64_t i)
{
    static const enum row_kind kinds[] = {PLAIN,       PLAIN,    PLAIN, PLAIN, PLAIN,
                                          PLAIN,       PLAIN,    PLAIN, PARTS, TALK_AND_ARTICLE,
                                          LIKE_TITLES, EDITORIAL};
    static const int least[] = {1, 2, 2, 2, 2}, most[] = {4, 3, 2, 4, 5};
    struct row r = {.i = i, .h = synth_of(s, PAPER, i * SLOTS, 1)};
    r.kind = kinds[r.h % (sizeof(kinds) / sizeof(*kinds))];
    r.papers = synth_between(r.h, 1, least[r.kind], most[r.kind]);
    r.year = synth_between(r.h, 2, 1970, 2019);
    r.authors = r.kind == EDITORIAL ? (int)(r.h / 64 % 2) : synth_between(r.h, 3, 1, 5);
    r.venue = synth_common(hash_mix(r.h, 4), s->count[VENUE]);
    assert(r.papers >= 1 && r.papers <= SLOTS && r.venue < s->count[VENUE]);
    return r;
}

static int year_of(const struct row *r, int slot)
{
    if (r->kind == EDITORIAL)
        return r->year + slot;
    return r->year + (r->h / 32 % 2 ? 0 : slot);
}

/* --- names --- */

static const char *const methods[] = {
    "approach",   "framework", "algorithm", "method",   "system",    "model",     "analysis",
    "study",      "language",  "protocol",  "index",    "schema",    "interface", "architecture",
    "experiment", "survey",    "technique", "strategy", "optimizer", "estimator",
};
static const char *const subjects[] = {
    "queries",   "databases",   "streams",  "networks", "transactions", "views",    "documents",
    "graphs",    "sensors",     "images",   "proteins", "workflows",    "services", "markets",
    "joins",     "constraints", "patterns", "clusters", "agents",       "caches",   "rules",
    "sequences", "objects",     "indexes",  "sources",  "ontologies",   "signals",  "materials",
};
static const char *const qualities[] = {
    "efficient", "distributed", "adaptive",      "scalable",         "temporal",
    "spatial",   "optimal",     "incremental",   "parallel",         "approximate",
    "secure",    "mobile",      "semantic",      "robust",           "relational",
    "dynamic",   "continuous",  "statistical",   "multidimensional", "heterogeneous",
    "active",    "declarative", "probabilistic", "high-speed",
};
static const char *const deeds[] = {
    "evaluating", "processing", "mining",   "integrating", "querying",  "optimizing",
    "managing",   "modeling",   "indexing", "supporting",  "detecting", "maintaining",
};

/* E a deed, Q a quality, S a subject, M a method, X a word of its own. */
static const char *const patterns[] = {
    "E Q S in Q S",           "a Q M for E S",     "X: a Q M for Q S",    "on the M of Q S",
    "Q S and their M",        "the X M for E Q S", "E S over Q S with X", "towards Q M of S",
    "a M for Q S based on S", "E S using Q M",
};

/* A word, and an 'a' before it may become 'an'. */
static void add(struct buf *out, const char *word)
{
    assert(*word);
    size_t n = out->len;
    if (n >= 2 && out->data[n - 1] == ' ' && out->data[n - 2] == 'a' &&
        (n == 2 || out->data[n - 3] == ' ') && strchr("aeio", word[0])) {
        out->len--;
        buf_append_text(out, "n ");
    }
    buf_append_text(out, word);
}

static void add_word(struct synth *s, struct buf *out, char slot, uint64_t h)
{
    switch (slot) {
    case 'E':
        add(out, SYNTH_PICK(deeds, h));
        break;
    case 'Q':
        add(out, SYNTH_PICK(qualities, h));
        break;
    case 'S':
        add(out, SYNTH_PICK(subjects, h));
        break;
    case 'M':
        add(out, SYNTH_PICK(methods, h));
        break;
    case 'X':
        synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], h);
        break;
    default:
        buf_append_char(out, slot);
    }
}

/* Long, of words that many have; twist: one of them is another. */
static void add_title(struct synth *s, struct buf *out, uint64_t h, uint64_t twist)
{
    const char *pattern = patterns[h % (sizeof(patterns) / sizeof(*patterns))];
    size_t slots = 0, k = 0;
    for (const char *c = pattern; *c; c++)
        slots += *c >= 'A' && *c <= 'Z';
    assert(slots > 0);
    size_t other = twist ? twist / 256 % slots : slots;
    for (const char *c = pattern; *c; c++) {
        add_word(s, out, *c, hash_mix(k == other ? twist : h, 10 + k));
        k += *c >= 'A' && *c <= 'Z';
    }
    if (h / 64 % 3 == 0) { /* and what it is about */
        static const char *const tails[] = {" in X environments", " for the X project",
                                            ": lessons from X", " under X constraints"};
        for (const char *c = tails[h / 512 % 4]; *c; c++)
            add_word(s, out, *c, hash_mix(h, 30));
    }
}

static void add_paper(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[PAPER]);
    static const char *const stock[] = {"editorial",
                                        "preface",
                                        "editor's notes",
                                        "guest editor's introduction",
                                        "letter to the editor",
                                        "book reviews",
                                        "errata",
                                        "message from the chair"};
    struct row r = row_of(s, i / SLOTS);
    int slot = (int)(i % SLOTS);
    uint64_t of_row = hash_mix(r.h, 20), own = synth_of(s, PAPER, i, 2);
    switch (r.kind) {
    case PARTS:
        add_title(s, out, of_row, 0);
        synth_words_add_part(s, out, side, SYNTH_PART_PART, slot + 1);
        break;
    case TALK_AND_ARTICLE: /* the same title in another place and year */
        add_title(s, out, of_row, 0);
        break;
    case LIKE_TITLES:
        add_title(s, out, of_row, slot ? own : 0);
        break;
    case EDITORIAL:
        buf_append_text(out, SYNTH_PICK(stock, of_row));
        break;
    default:
        add_title(s, out, own, 0);
        if (own % 24 == 0 && own / 32 % 2 == side) /* one side has the kind beside */
            buf_append_text(out, own / 64 % 2 ? " (extended abstract)" : " (demo)");
    }
    if (synth_habit(s, side, SYNTH_ENDING))
        buf_append_char(out, '.');
}

/* "PVK Conference", "Proceedings of the International Conference on Processing of Vivid Kegs" */
static void add_venue(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[VENUE]);
    static const char *const journals[][2] = {{"ACM transactions on ", "trans. "},
                                              {"journal of ", "j. "},
                                              {"the international journal of ", "int. j. "}};
    uint64_t h = synth_of(s, VENUE, i, 1);
    unsigned naming = synth_habit(s, side, SYNTH_NAMING);
    size_t first = (size_t)synth_common(hash_mix(h, 1), 24), second = h / 64 % 28;
    if (h % 3 == 0) {
        buf_append_text(out, journals[h / 8 % 3][naming == 1]);
        buf_append_format(out, "%s %s", qualities[first], subjects[second]);
        return;
    }
    char acronym[16];
    snprintf(acronym, sizeof(acronym), "%c%c%c%s", qualities[first][0] - 32,
             subjects[second][0] - 32, (char)('A' + h / 8 % 26), h / 256 % 2 ? "DB" : "");
    if (naming == 0 || naming == 2)
        buf_append_format(out, "%sinternational conference on %s %s",
                          naming == 2 ? "proceedings of the " : "", qualities[first],
                          subjects[second]);
    if (naming == 2)
        buf_append_format(out, " (%s)", acronym);
    if (naming == 1 || naming == 3)
        buf_append_format(out, "%s%s", acronym, naming == 3 ? " conference" : "");
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PAPER)
        add_paper(s, out, side, i);
    else if (type == AUTHOR)
        synth_names_add(s, out, side, AUTHOR, i);
    else
        add_venue(s, out, side, i);
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == PAPER)
        return (int)(i % SLOTS) < row_of(s, i / SLOTS).papers &&
               synth_knows(s, side, PAPER, i, i / SLOTS, 1);
    if (type == VENUE)
        return synth_knows(s, side, VENUE, i, i, 0.1);
    int only = synth_names_only_side(s, AUTHOR, i);
    return (only < 0 || only == (int)side) && synth_knows(s, side, AUTHOR, i, i, 0.4);
}

static void describe_paper(struct synth *s)
{
    assert(s->type == PAPER);
    struct row r = row_of(s, s->i / SLOTS);
    int slot = (int)(s->i % SLOTS), year = year_of(&r, slot);
    uint64_t own = synth_of(s, PAPER, s->i, 2), venue = r.venue;
    synth_facts_head(s, false);
    for (unsigned k = 0; k < (unsigned)r.authors; k++) { /* one comes or goes */
        uint64_t h =
            hash_mix(k && own % 3 == 0 && k + 1 == (unsigned)r.authors ? own : r.h, 40 + k);
        synth_facts_edge(s, F_AUTHOR, k, AUTHOR, synth_names_pick(h, s->count[AUTHOR], r.year));
    }
    if (r.kind == TALK_AND_ARTICLE && slot) {
        venue = (venue + 1) % s->count[VENUE];
        year = r.year + 1 + (int)(r.h / 64 % 2);
    }
    synth_facts_edge(s, F_VENUE, 0, VENUE, venue);
    synth_facts_year(s, F_YEAR, year);
    int page = synth_between(own, 3, 1, 900);
    if (synth_facts_told(s, F_PAGES, 0)) {
        buf_clear(&s->text);
        buf_append_format(&s->text, synth_habit(s, s->side, SYNTH_PART) ? "%d--%d" : "%d-%d", page,
                          page + synth_between(own, 4, 3, 25));
        synth_tell_text(s, F_PAGES);
    }
    synth_facts_number(s, F_VOLUME, year - 1969 + (int)(venue % 7), 0);
    if (synth_facts_told(s, F_DOI, 0)) {
        buf_clear(&s->text);
        buf_append_format(&s->text, "%s10.%u/%u", synth_habit(s, s->side, SYNTH_CODE) ? "doi:" : "",
                          1000 + (unsigned)(venue % 9000), (unsigned)(own % 10000000));
        synth_tell_text(s, F_DOI);
    }
    if (synth_facts_told(s, F_ABSTRACT, 0)) {
        buf_clear(&s->text);
        for (uint64_t k = 0; k < 2 + own % 3; k++) {
            buf_append_text(&s->text, k ? ". " : "");
            add_title(s, &s->text, hash_mix(own, 60 + k), 0);
        }
        synth_tell_text(s, F_ABSTRACT);
    }
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    if (s->type == PAPER)
        describe_paper(s);
    else
        synth_facts_head(s, false);
}

const struct synth_kind synth_papers = SYNTH_KIND("papers", "papers with authors, venues", label);
