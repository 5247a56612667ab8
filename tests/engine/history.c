#include "history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t history_random(uint64_t *rng)
{
    uint64_t z = *rng += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int pick(uint64_t *rng, int n)
{
    return (int)(history_random(rng) % (uint64_t)n);
}

/* Two that are read alike, and their reading, among them. */
static const char *const words[] = {"blue", "river", "night", "linhaoran", "林浩然", "林皓然",
                                    "노래", "dream", "moon",  "Éclair",    "THE",    "7"};
#define WORDS ((int)(sizeof(words) / sizeof(*words)))

#define TERM_BYTES 96

/* A history grows, turns over, or shrinks for a while: then the thresholds are
 * crossed in both directions. */
enum phase { GROWS, TURNS_OVER, SHRINKS, PHASES };

struct maker {
    struct history *h;
    uint64_t rng;
    int entities;
    int words; /* of this history: few make homonyms and full blocks */
    enum phase phase;
    size_t used;
    bool decides;       /* of every other history */
    bool records;       /* as well */
    struct step record; /* the entity that is said as a whole just now */
    int record_left;    /* so many of its triples are to come */
};

__attribute__((format(printf, 2, 3))) static struct slice format_text(struct maker *m,
                                                                      const char *format, ...)
{
    char *p = m->h->text + m->used;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(p, TERM_BYTES, format, args);
    va_end(args);
    m->used += TERM_BYTES;
    return (struct slice){p, (size_t)n};
}

static struct term iri(struct slice text)
{
    return (struct term){.kind = TERM_IRI, .text = text};
}

static struct term entity(struct maker *m, int graph)
{
    /* a few are hubs, a few are blank, a few have names in their IRI, as it is or escaped */
    int n = pick(&m->rng, 3) == 0 ? pick(&m->rng, 2) : pick(&m->rng, m->entities);
    if (n % 7 == 5)
        return (struct term){.kind = TERM_BLANK, .text = format_text(m, "b%d", n)};
    if (n % 7 == 6)
        return iri(
            format_text(m, "http://g%d/%s_%s", graph, words[n % WORDS], words[(n / 2) % WORDS]));
    if (n % 7 == 4) /* called by its name, under the mapping of some histories */
        return iri(format_text(m, "http://g%d/Type%d/name:%s%%20%s_2", graph, n % 2,
                               words[n % WORDS], words[(n / 2) % WORDS]));
    if (n % 7 == 3) /* a part of the one before, or of no one */
        return iri(format_text(m, "http://g%d/%d#p~%05d%s", graph, n - 1, n % 2,
                               pick(&m->rng, 3) ? "" : "/q~00000"));
    return iri(format_text(m, "http://g%d/%d", graph, n));
}

/* One code in its many spellings, and others that few have. */
static struct slice code(struct maker *m)
{
    static const char *const spellings[] = {"K-450", "k450", "K 450"};
    int n = pick(&m->rng, 8);
    return n < 3 ? format_text(m, "%s", spellings[n])
                 : format_text(m, "SX-%d/%d", n, pick(&m->rng, 40));
}

static struct term name(struct maker *m)
{
    static const char *const languages[] = {"", "", "en", "de", "de-AT", "fr"};
    struct slice lang = slice_of(languages[pick(&m->rng, 6)]);
    if (pick(&m->rng, 6) == 0) {
        struct slice number = code(m);
        return (struct term){.kind = TERM_LITERAL,
                             .lang = lang,
                             .text = format_text(m, "%s %.*s", words[pick(&m->rng, m->words)],
                                                 (int)number.len, number.data)};
    }
    struct slice text = pick(&m->rng, 3) ? format_text(m, "%s %s", words[pick(&m->rng, m->words)],
                                                       words[pick(&m->rng, m->words)])
                                         : format_text(m, "%s", words[pick(&m->rng, 3)]);
    return (struct term){.kind = TERM_LITERAL, .lang = lang, .text = text};
}

/* Somebody says of two, as a rule of one catalog each, that they are the same or that they are not;
 * few are spoken of, so that it contradicts itself. */
static void make_verdict(struct maker *m, struct step *s)
{
    static const char *const says[] = {"http://www.w3.org/2002/07/owl#sameAs",
                                       "http://www.w3.org/2002/07/owl#sameAs",
                                       "http://www.w3.org/2004/02/skos/core#exactMatch",
                                       "http://www.w3.org/2002/07/owl#differentFrom",
                                       "http://www.w3.org/2000/01/rdf-schema#seeAlso"};
    int one = pick(&m->rng, 2), other = pick(&m->rng, 12) ? 1 - one : one;
    s->graph = 2;
    s->change.op = pick(&m->rng, m->phase == GROWS ? 12 : 3) ? CHANGE_INSERT : CHANGE_DELETE;
    s->change.subject = entity(m, one);
    s->change.predicate = iri(slice_of(says[pick(&m->rng, pick(&m->rng, 8) ? 4 : 5)]));
    s->change.object = entity(m, other);
}

static void make_step(struct maker *m, struct step *s)
{
    if (m->decides && pick(&m->rng, 10) == 0) {
        make_verdict(m, s);
        return;
    }
    s->graph = pick(&m->rng, 2);
    s->change.op = pick(&m->rng, m->phase == GROWS ? 12 : 3) ? CHANGE_INSERT : CHANGE_DELETE;
    s->change.subject = entity(m, s->graph);
    switch (pick(&m->rng, 6)) {
    case 0:
    case 1:
        switch (pick(&m->rng, 5)) {
        case 0:
            s->change.predicate = iri(slice_of("http://xmlns.com/foaf/0.1/name"));
            break;
        case 1:
            s->change.predicate = iri(format_text(m, "http://g%d/alias", s->graph));
            break;
        default:
            s->change.predicate = iri(slice_of("http://www.w3.org/2000/01/rdf-schema#label"));
        }
        s->change.object = name(m);
        break;
    case 2:
        if (pick(&m->rng, 5) < 3) {
            s->change.predicate =
                iri(format_text(m, "http://g%d/key%d", s->graph, pick(&m->rng, 5) == 0));
            s->change.object =
                (struct term){.kind = TERM_LITERAL, /* one that many have, mostly */
                              .text = pick(&m->rng, 8) ? format_text(m, "K-450") : code(m)};
            break;
        }
        s->change.predicate = iri(format_text(m, "http://g%d/value%d", s->graph, pick(&m->rng, 2)));
        s->change.object = (struct term){
            .kind = TERM_LITERAL,
            .text = pick(&m->rng, 3) ? format_text(m, "%d", 1990 + pick(&m->rng, 5)) : code(m)};
        break;
    case 3:
        if (pick(&m->rng, 2)) {
            s->change.predicate = iri(slice_of("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"));
            s->change.object = iri(format_text(m, "http://g%d/Type%d", s->graph, pick(&m->rng, 2)));
            break;
        }
        /* fall through */
    default:
        s->change.predicate = iri(format_text(m, "http://g%d/rel%d", s->graph, pick(&m->rng, 3)));
        s->change.object = entity(m, s->graph);
    }
}

/* A replace: a clear, and the triples of the entity; none of them, now and then, or twice. */
static bool make_record_step(struct maker *m, struct step *s, size_t before)
{
    const struct step *steps = m->h->steps;
    if (m->record_left-- <= 0) {
        if (!m->records || pick(&m->rng, m->phase == SHRINKS ? 8 : 24))
            return false;
        int graph = pick(&m->rng, 2);
        m->record = (struct step){graph, {.op = CHANGE_CLEAR, .subject = entity(m, graph)}};
        if (before && pick(&m->rng, 2)) /* one that is known */
            m->record =
                (struct step){steps[before - 1].graph,
                              {.op = CHANGE_CLEAR, .subject = steps[before - 1].change.subject}};
        m->record_left = pick(&m->rng, m->phase == SHRINKS ? 2 : 6);
        *s = m->record;
        return true;
    }
    if (pick(&m->rng, 8) == 0) { /* from the start again */
        *s = m->record;
        return true;
    }
    for (size_t i = before, tries = 0; i-- && tries < 40; tries++) { /* as it was */
        bool its = steps[i].graph == m->record.graph && steps[i].change.op == CHANGE_INSERT &&
                   slice_equal(steps[i].change.subject.text, m->record.change.subject.text);
        if (its && pick(&m->rng, 2)) {
            *s = steps[i];
            return true;
        }
    }
    make_step(m, s);
    s->graph = m->record.graph;
    s->change.op = CHANGE_INSERT;
    s->change.subject = m->record.change.subject;
    return true;
}

void history_make(struct history *h, uint64_t seed, size_t steps, int entities)
{
    struct maker m = {.h = h, .rng = seed, .entities = entities};
    m.words = 2 + pick(&m.rng, WORDS - 1);
    m.records = pick(&m.rng, 2);
    m.decides = pick(&m.rng, 2);
    h->count = steps;
    h->steps = calloc(steps, sizeof(*h->steps));
    h->text = calloc(steps * 6, TERM_BYTES);
    if (!h->steps || !h->text)
        abort();
    for (size_t i = 0; i < steps; i++) {
        if (i % 32 == 0)
            m.phase = i ? (enum phase)pick(&m.rng, PHASES) : GROWS;
        if (make_record_step(&m, &h->steps[i], i))
            continue;
        make_step(&m, &h->steps[i]);
        bool shrinks = m.phase == SHRINKS;
        if (i > 4 && pick(&m.rng, shrinks ? 8 : 4) < (shrinks ? 7 : 1)) {
            /* what was said before, taken back or said again */
            h->steps[i] = h->steps[pick(&m.rng, (int)i)];
            bool again = pick(&m.rng, shrinks ? 8 : 2) == 0;
            if (h->steps[i].change.op == CHANGE_CLEAR)
                continue;
            h->steps[i].change.op = again ? CHANGE_INSERT : CHANGE_DELETE;
        }
    }
}

void history_part(struct history *h)
{
    struct step *parted = calloc(h->count, sizeof(*parted));
    size_t n = 0;
    if (!parted)
        abort();
    for (int graph = 0; graph < 3; graph++)
        for (size_t i = 0; i < h->count; i++)
            if (h->steps[i].graph == graph)
                parted[n++] = h->steps[i];
    free(h->steps);
    h->steps = parted;
}

void history_free(struct history *h)
{
    free(h->steps);
    free(h->text);
}

static void print_term(const struct term *t)
{
    static const char *const open[] = {"<", "_:", "\""}, *const end[] = {">", "", "\""};
    fprintf(stderr, "%s%.*s%s ", open[t->kind], (int)t->text.len, t->text.data, end[t->kind]);
}

void history_print(const struct history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct step *s = &h->steps[i];
        fprintf(stderr, "%4zu g%d %c ", i, s->graph, "ADC"[s->change.op]);
        print_term(&s->change.subject);
        if (s->change.op != CHANGE_CLEAR) {
            print_term(&s->change.predicate);
            print_term(&s->change.object);
        }
        fprintf(stderr, ".\n");
    }
}
