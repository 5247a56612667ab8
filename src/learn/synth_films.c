/*
 * synth_films.c - films, shows and their episodes, with the people who make them.
 *
 * Films lie in rows: one alone, a film and its sequels, the films of one crew, films whose
 * titles differ in a word, a film and what was made about it or made again of it.
 * Shows have episodes that share all but the title, or the number, and seasons.  Brothers and
 * sisters play together; a letter tells them apart.
 */
#include "synth_internal.h"

#include <assert.h>

enum type { FILM, SHOW, EPISODE, PERSON, COMPANY, GENRE, KEYWORD, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "film", .linked = true, .renamed = true},
    {.name = "show", .linked = true},
    {.name = "episode", .linked = true},
    {.name = "person", .linked = true, .person = true},
    {.name = "company", .linked = true, .value = true},
    {.name = "genre", .value = true},
    {.name = "keyword", .value = true},
};

enum fact {
    F_DIRECTOR = SYNTH_FACTS,
    F_ACTOR,
    F_WRITER,
    F_COMPANY,
    F_GENRE,
    F_KEYWORD,
    F_YEAR,
    F_MINUTES,
    F_COUNTRY,
    F_LANGUAGE,
    F_SERIES,
    F_DATE,
    F_NUMBER,
    F_BORN,
    F_BIRTHPLACE,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "director"},
    {.name = "actor", .kept = true, .any = true},
    {.name = "writer"},
    {.name = "company"},
    {.name = "genre"},
    {.name = "keyword", .rare = true},
    {.name = "year"},
    {.name = "minutes"},
    {.name = "country"},
    {.name = "language"},
    {.name = "series", .kept = true},
    {.name = "date"},
    {.name = "number"},
    {.name = "born"},
    {.name = "birthplace"},
};

enum { FILMS = 8, SEASONS = 4, EPISODES = 12 }; /* slots of a row, of a show, of a season */

enum row_kind { ALONE, SEQUELS, CREW, LIKE_TITLES, ABOUT, AGAIN };

struct film {
    enum row_kind kind;
    uint64_t i, row_h, h;
    int slot, films, year, minutes;
    uint64_t team; /* who makes it hangs on this */
};

struct show {
    uint64_t i, h; /* h: of the show, not of the season */
    bool seasons, numbered;
    int season, episodes, year;
};

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), rows = works / 3 + 1;
    n[FILM] = rows * FILMS;
    n[SHOW] = (works / 32 + 1) * SEASONS;
    n[EPISODE] = n[SHOW] * EPISODES;
    n[PERSON] = (uint64_t)s->options->works * 2 / 3 + 200;
    n[COMPANY] = (uint64_t)s->options->works / 30 + 4;
    n[GENRE] = 16;
    n[KEYWORD] = (uint64_t)s->options->works / 10 + 60;
    synth_words_prepare(s, works, n[PERSON], n[COMPANY], works / 10 + 20);
}

/* --- the world --- */

static struct film film_of(const struct synth *s, uint64_t i)
{
    static const enum row_kind kinds[] = {ALONE,   ALONE, ALONE, ALONE,       ALONE, ALONE, SEQUELS,
                                          SEQUELS, CREW,  CREW,  LIKE_TITLES, ABOUT, AGAIN};
    static const int least[] = {1, 2, 2, 2, 2, 2}, most[] = {1, 5, 4, 4, 2, 3};
    uint64_t first = i / FILMS * FILMS;
    struct film f = {.i = i, .row_h = synth_of(s, FILM, first, 1), .h = synth_of(s, FILM, i, 2)};
    bool tangled = synth_tangled(s, f.row_h);
    f.kind = kinds[tangled ? 6 + f.row_h % 7 : f.row_h % 13];
    f.slot = (int)(i % FILMS);
    f.films = synth_between(f.row_h, 1, least[f.kind], most[f.kind]);
    int year =
        2019 - (int)(90 * synth_share(hash_mix(f.row_h, 2)) * synth_share(hash_mix(f.row_h, 3)));
    int step = f.kind == SEQUELS ? 1 + (int)(f.row_h / 64 % 3)
               : f.kind == AGAIN ? -synth_between(f.row_h, 4, 9, 25)
               : f.kind == ABOUT ? 1
                                 : (int)(f.h % 2 && !tangled);
    f.year = year + (f.kind == CREW || f.kind == LIKE_TITLES ? step : f.slot * step);
    bool alike = f.h % 3 == 0 || tangled; /* as long as the others of the row */
    f.minutes = alike ? synth_between(f.row_h, 5, 80, 140) +
                            (tangled && f.h % 2 ? 0 : synth_between(f.h, 6, -1, 1))
                      : synth_between(f.h, 5, 75, 170);
    if (f.kind == ABOUT && f.slot)
        f.minutes = synth_between(f.h, 5, 25, 90);
    bool together = f.kind == SEQUELS || f.kind == CREW || f.kind == ABOUT ||
                    (f.kind == LIKE_TITLES && tangled && f.row_h / 32 % 2);
    f.team = together ? f.row_h : f.h;
    assert(f.films >= 1 && f.films <= FILMS && f.minutes > 0);
    return f;
}

static struct show show_of(const struct synth *s, uint64_t i)
{
    struct show w = {.i = i, .h = synth_of(s, SHOW, i / SEASONS * SEASONS, 1)};
    int slot = (int)(i % SEASONS);
    w.seasons = w.h % 3 == 0;
    w.numbered = w.h / 4 % 4 == 0;
    w.season = slot + 1;
    if (slot < (w.seasons ? 2 + (int)(w.h / 64 % 3) : 1))
        w.episodes =
            synth_between(synth_of(s, SHOW, i, 2), 1, w.seasons ? 2 : 4, w.seasons ? 6 : 12);
    w.year = synth_between(w.h, 2, 1955, 2012) + slot;
    assert(w.episodes >= 0 && w.episodes <= EPISODES && w.season <= SEASONS);
    return w;
}

/* --- names --- */

static void add_title(struct synth *s, struct buf *out, size_t side, const struct film *f)
{
    assert(f->slot < FILMS && side < 2);
    uint64_t own = hash_mix(f->h, 20), of_row = hash_mix(f->row_h, 20);
    switch (f->kind) {
    case SEQUELS:
        synth_words_add_title(s, out, of_row, 0);
        if (f->slot && f->row_h / 128 % 4 == 0) { /* a subtitle, by one side with its number */
            if (f->row_h / 512 % 2 == side)
                synth_words_add_part(s, out, side, SYNTH_PART_BARE, f->slot + 1);
            buf_append_text(out, ": ");
            synth_words_add_title(s, out, own, 0);
        } else if (f->slot) {
            synth_words_add_part(s, out, side,
                                 f->row_h / 128 % 4 == 1 ? SYNTH_PART_PART : SYNTH_PART_BARE,
                                 f->slot + 1);
        } else if (f->row_h / 128 % 4 == 1) {
            synth_words_add_part(s, out, side, SYNTH_PART_PART, 1);
        }
        break;
    case LIKE_TITLES:
        synth_words_add_title(s, out, of_row, f->slot ? own : 0);
        break;
    case ABOUT:
        if (f->slot)
            buf_append_text(out, f->row_h / 128 % 2 ? "the making of " : "behind the scenes of ");
        synth_words_add_title(s, out, of_row, 0);
        break;
    case AGAIN:
        synth_words_add_title(s, out, of_row, 0);
        break;
    default:
        synth_words_add_title(s, out, own, 0);
        if (f->kind == ALONE && own % 12 == 0 && own / 16 % 2 == side) {
            buf_append_text(out, ": ");
            synth_words_add_title(s, out, hash_mix(own, 1), 0);
        }
    }
}

static void add_film(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[FILM]);
    struct film f = film_of(s, i);
    add_title(s, out, side, &f);
    if (synth_habit(s, side, SYNTH_YEAR_INSIDE))
        buf_append_format(out, " (%d)", f.year);
}

static void add_show(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[SHOW]);
    struct show w = show_of(s, i);
    synth_words_add_title(s, out, hash_mix(w.h, 20), 0);
    if (w.seasons)
        synth_words_add_part(s, out, side, SYNTH_PART_SEASON, w.season);
}

static void add_episode(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[EPISODE]);
    static const char *const stock[] = {"pilot",       "the wedding", "the trial",  "homecoming",
                                        "the visitor", "finale",      "the return", "the storm"};
    struct show w = show_of(s, i / EPISODES);
    uint64_t h = synth_of(s, EPISODE, i, 1), before = synth_of(s, EPISODE, i - 1, 1);
    int slot = (int)(i % EPISODES);
    if (w.numbered) {
        synth_words_add_part(s, out, side, SYNTH_PART_EPISODE, slot + 1);
    } else if (slot == 0 && w.h / 32 % 3) {
        buf_append_text(out, stock[0]);
    } else if (h % 12 == 0) {
        buf_append_text(out, SYNTH_PICK(stock, hash_mix(h, 1)));
    } else if (slot > 1 && h % 10 == 1) {
        synth_words_add_title(s, out, hash_mix(before, 2), h);
    } else if (slot > 1 && h % 10 == 2) { /* the second half of the one before */
        synth_words_add_title(s, out, hash_mix(before, 2), 0);
        synth_words_add_part(s, out, side, SYNTH_PART_PART, 2);
    } else {
        synth_words_add_title(s, out, hash_mix(h, 2), 0);
        if (slot && slot + 1 < w.episodes && synth_of(s, EPISODE, i + 1, 1) % 10 == 2 &&
            synth_of(s, EPISODE, i + 1, 1) % 12)
            synth_words_add_part(s, out, side, SYNTH_PART_PART, 1);
    }
}

static const char *const genres[] = {
    "drama",  "comedy",    "thriller", "romance", "action", "crime",   "horror",  "documentary",
    "family", "adventure", "fantasy",  "mystery", "war",    "musical", "western", "animation"};

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    static const char *const firms[] = {" pictures", " films", " studio", " productions", ""};
    switch ((enum type)type) {
    case FILM:
        add_film(s, out, side, i);
        break;
    case SHOW:
        add_show(s, out, side, i);
        break;
    case EPISODE:
        add_episode(s, out, side, i);
        break;
    case PERSON:
        synth_names_add(s, out, side, PERSON, i);
        break;
    case COMPANY:
        synth_words_add_firm(s, out, synth_of(s, COMPANY, i, 1), false);
        if (synth_habit(s, side, SYNTH_NAMING) != 1)
            buf_append_text(out, firms[synth_of(s, COMPANY, i, 2) % 5]);
        break;
    case KEYWORD:
        synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], synth_of(s, KEYWORD, i, 1));
        break;
    default:
        buf_append_text(out, genres[i % 16]);
    }
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    struct film f;
    int only;
    switch ((enum type)type) {
    case FILM:
        f = film_of(s, i);
        return f.slot < f.films && synth_knows(s, side, FILM, i, i / FILMS, 1);
    case SHOW:
        return show_of(s, i).episodes && synth_knows(s, side, SHOW, i, i / SEASONS, 0.5);
    case EPISODE:
        return (int)(i % EPISODES) < show_of(s, i / EPISODES).episodes &&
               synth_knows(s, side, EPISODE, i, i / EPISODES, 1);
    case PERSON:
        only = synth_names_only_side(s, PERSON, i);
        return (only < 0 || only == (int)side) && synth_knows(s, side, PERSON, i, i, 0.6);
    case COMPANY:
        return synth_knows(s, side, COMPANY, i, i, 0.3);
    default:
        return true;
    }
}

/* A person of the team, and now and then the brother or the wife too. */
static unsigned tell_person(struct synth *s, size_t fact, unsigned place, uint64_t h, int year,
                            uint64_t so_far)
{
    assert(so_far > 0);
    uint64_t i = synth_names_pick(h, so_far, year), other = synth_names_relative(s, PERSON, i);
    synth_facts_edge(s, fact, place, PERSON, i);
    if (other == i || h % 3 == 0)
        return 1;
    synth_facts_edge(s, fact, place + 1, PERSON, other);
    return 2;
}

static void tell_keywords(struct synth *s, const struct film *f)
{
    for (unsigned k = 0; k < 6; k++) { /* what comes to mind here, and there */
        uint64_t h = hash_mix(k % 2 ? f->h : synth_of(s, FILM, f->i, 70 + s->side), 80 + k);
        synth_facts_edge(s, F_KEYWORD, k, KEYWORD, synth_common(h, s->count[KEYWORD]));
    }
}

/* Those who are there when the first film of a row is; some are from the beginning. */
static uint64_t people_so_far(const struct synth *s, uint64_t first)
{
    uint64_t n = synth_arrived(s, PERSON, FILM, first), least = s->count[PERSON] / 4;
    least = least < 256 ? s->count[PERSON] < 256 ? s->count[PERSON] : 256 : least;
    assert(least <= s->count[PERSON]);
    return n > least ? n : least;
}

static void describe_film(struct synth *s)
{
    assert(s->type == FILM);
    static const char *const countries[][2] = {{"US", "United States"},
                                               {"GB", "United Kingdom"},
                                               {"FR", "France"},
                                               {"IN", "India"},
                                               {"JP", "Japan"}};
    static const char *const languages[] = {"English", "French", "Hindi", "Japanese"};
    struct film f = film_of(s, s->i);
    uint64_t so_far = people_so_far(s, f.i - (uint64_t)f.slot), team = f.team;
    int active = f.kind == SEQUELS || f.kind == CREW || f.kind == ABOUT ? f.year - f.slot : f.year;
    bool about = f.kind == ABOUT && f.slot;
    synth_facts_head(s, f.kind != SEQUELS && f.kind != CREW);
    if (f.kind == ALONE && synth_facts_bare(s))
        return;
    tell_person(s, F_DIRECTOR, 0, hash_mix(about ? f.h : team, 30), active, so_far);
    unsigned actors = 1 + (unsigned)(team / 8 % 7), k = 0;
    while (k < actors) {
        /* a sequel has some people of its own */
        uint64_t of = f.kind == SEQUELS && k % 3 == 2 ? f.h : team;
        k += tell_person(s, F_ACTOR, k, hash_mix(of, 40 + k), active, so_far);
    }
    if (f.h / 8 % 2)
        tell_person(s, F_WRITER, 0, hash_mix(team, 31), active, so_far);
    synth_facts_edge(s, F_COMPANY, 0, COMPANY, synth_common(hash_mix(team, 32), s->count[COMPANY]));
    for (unsigned g = 0; g < 1 + team / 64 % 3; g++)
        synth_facts_edge(s, F_GENRE, g, GENRE, synth_common(hash_mix(team, 60 + g), 16));
    tell_keywords(s, &f);
    synth_facts_year(s, F_YEAR, f.year);
    synth_facts_minutes(s, F_MINUTES, f.minutes);
    size_t where = (size_t)synth_common(hash_mix(f.row_h, 33), 5);
    synth_facts_words(s, F_COUNTRY, countries[where][synth_habit(s, s->side, SYNTH_NAMING) % 2]);
    synth_facts_words(s, F_LANGUAGE, languages[where % 4]);
}

static void describe_episode(struct synth *s)
{
    assert(s->type == EPISODE);
    struct show w = show_of(s, s->i / EPISODES);
    int slot = (int)(s->i % EPISODES);
    synth_facts_head(s, false);
    synth_facts_edge(s, F_SERIES, 0, SHOW, w.i);
    synth_facts_date(s, F_DATE, w.year, w.h + (uint64_t)slot);
    synth_facts_number(s, F_NUMBER, slot + 1, 0);
    uint64_t guest = synth_of(s, EPISODE, s->i, 3);
    if (guest % 2)
        tell_person(s, F_ACTOR, 0, guest, w.year, s->count[PERSON]);
}

static void describe_show(struct synth *s)
{
    assert(s->type == SHOW);
    struct show w = show_of(s, s->i);
    synth_facts_head(s, false);
    synth_facts_year(s, F_YEAR, w.year);
    for (unsigned k = 0; k < 2 + w.h / 8 % 4; k++)
        synth_facts_edge(s, F_ACTOR, k, PERSON,
                         synth_names_pick(hash_mix(w.h, 40 + k), s->count[PERSON], w.year));
    synth_facts_edge(s, F_GENRE, 0, GENRE, synth_common(hash_mix(w.h, 60), 16));
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    uint64_t h = synth_of(s, s->type, s->i, 12);
    switch ((enum type)s->type) {
    case FILM:
        describe_film(s);
        break;
    case SHOW:
        describe_show(s);
        break;
    case EPISODE:
        describe_episode(s);
        break;
    case PERSON:
        synth_facts_head(s, false);
        if (synth_names_in_crowd(s->i))
            break;
        if (h % 3 == 0)
            synth_facts_date(s, F_BORN, synth_names_born(s, PERSON, s->i), h);
        if (h % 4 == 1)
            synth_facts_place(s, F_BIRTHPLACE, hash_mix(h, 1));
        break;
    default:
        synth_facts_head(s, false);
    }
}

const struct synth_kind synth_films =
    SYNTH_KIND("films", "films, shows, episodes with people, companies", label);
