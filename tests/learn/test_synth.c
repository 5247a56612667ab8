/*
 * test_synth.c - what must be in the invented worlds, counted from what is written.
 */
#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/progress.h"
#include "alignd/learn/synth.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/alignd_synth_XXXXXX";
static struct arena *kept; /* what a test read */

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    progress_set_enabled(false);
    kept = arena_new();
    cr_assert(kept);
}

static void teardown(void)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
    arena_free(kept);
}

TestSuite(synth, .init = setup, .fini = teardown, .timeout = 120);

/* --- a world read back --- */

enum { FACTS_MAX = 40, WORDS_MAX = 24, LINKS_MAX = 40000 };

struct entity {
    char *iri, *type, *label; /* label: NULL for none */
    struct {
        const char *name;
        char *value; /* a text, or the IRI of an entity */
        bool entity;
    } fact[FACTS_MAX];
    size_t facts;
    const struct entity *link; /* of the other side */
    /* words of the label in small letters */
    char *word[WORDS_MAX];
    size_t words;
};

struct side {
    struct entity *of;
    size_t n, size;
};

struct world {
    struct side side[2];
};

static void *keep(const void *data, size_t size)
{
    void *copy = arena_alloc(kept, size);
    cr_assert(copy);
    return memcpy(copy, data, size);
}

static char *read_file(const char *path)
{
    struct buf b = {0};
    char piece[65536];
    size_t n;
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    while ((n = fread(piece, 1, sizeof(piece), file)))
        buf_append(&b, piece, n);
    fclose(file);
    buf_append_char(&b, '\0');
    char *text = keep(b.data, b.len);
    buf_fini(&b);
    return text;
}

/* The last part of an IRI. */
static char *tail(char *iri)
{
    char *slash = strrchr(iri, '/'), *sign = strrchr(iri, '#');
    return (sign > slash ? sign : slash) + 1;
}

static void split_words(struct entity *e)
{
    char *text = keep(e->label, strlen(e->label) + 1);
    for (char *c = text; *c && e->words < WORDS_MAX;) {
        while (*c && !isalnum((unsigned char)*c))
            c++;
        if (!*c)
            break;
        e->word[e->words++] = c;
        while (isalnum((unsigned char)*c)) {
            *c = (char)tolower((unsigned char)*c);
            c++;
        }
        if (*c)
            *c++ = '\0';
    }
}

static void add_fact(struct entity *e, char *predicate, char *object)
{
    char *name = tail(predicate);
    bool entity = *object == '<';
    char *end = strrchr(object, entity ? '>' : '"');
    *end = '\0';
    object++;
    if (strcmp(name, "type") == 0) {
        e->type = tail(object);
    } else if (strcmp(name, "label") == 0) {
        e->label = object;
        split_words(e);
    } else {
        cr_assert_lt(e->facts, FACTS_MAX);
        e->fact[e->facts].name = name;
        e->fact[e->facts].value = object;
        e->fact[e->facts++].entity = entity;
    }
}

static void make_room(struct side *s)
{
    size_t size = s->size ? s->size * 2 : 1024;
    struct entity *of = arena_alloc(kept, size * sizeof(*of));
    cr_assert(of);
    if (s->n)
        memcpy(of, s->of, s->n * sizeof(*of));
    s->of = of;
    s->size = size;
}

/* An entity's triples stand together. */
static void read_side(struct side *s, const char *path)
{
    for (char *line = read_file(path); *line;) {
        char *next = strchr(line, '\n'), *subject_end = strchr(line, '>');
        char *predicate = strchr(subject_end, '<') + 1, *predicate_end = strchr(predicate, '>');
        *next++ = *subject_end = *predicate_end = '\0';
        if (!s->n || strcmp(s->of[s->n - 1].iri, line + 1) != 0) {
            if (s->n == s->size)
                make_room(s);
            s->of[s->n++] = (struct entity){.iri = line + 1};
        }
        add_fact(&s->of[s->n - 1], predicate, predicate_end + 2);
        line = next;
    }
}

static int by_iri(const void *a, const void *b)
{
    return strcmp(((const struct entity *)a)->iri, ((const struct entity *)b)->iri);
}

static struct entity *find(const struct side *s, const char *iri)
{
    struct entity key = {.iri = (char *)(uintptr_t)iri};
    return bsearch(&key, s->of, s->n, sizeof(key), by_iri);
}

static void read_links(struct world *w, const char *path)
{
    for (char *line = read_file(path); *line;) {
        char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
        *tab = *end = '\0';
        struct entity *left = find(&w->side[0], line), *right = find(&w->side[1], tab + 1);
        cr_assert(left && right, "%s %s are linked and not there", line, tab + 1);
        cr_assert(!left->link && !right->link, "%s is linked twice", line);
        cr_assert_str_eq(left->type, right->type);
        left->link = right;
        right->link = left;
        line = end + 1;
    }
}

static const char *const all_types[] = {
    "work",    "person", "company", "place",      "film", "show",         "episode",
    "track",   "album",  "artist",  "songwriter", "book", "author",       "publisher",
    "product", "maker",  "paper",   "venue",      "city", "organisation", "town"};

static struct world invent(const char *kind, int make, int works)
{
    struct world w = {0};
    struct synth_options o = {
        .out = ".", .kind = kind, .tag = "", .works = works, .seed = 3, .make = make, .noise = 0.5};
    uint64_t triples[2];
    cr_assert_eq(system("rm -f links.*"), 0);
    cr_assert_eq(synth_run(&o, triples), 0);
    read_side(&w.side[0], "left.nt");
    read_side(&w.side[1], "right.nt");
    for (size_t side = 0; side < 2; side++)
        qsort(w.side[side].of, w.side[side].n, sizeof(struct entity), by_iri);
    for (size_t k = 0; k < sizeof(all_types) / sizeof(*all_types); k++) {
        char path[100];
        snprintf(path, sizeof(path), "links.%s.tsv", all_types[k]);
        if (access(path, R_OK) == 0)
            read_links(&w, path);
    }
    return w;
}

/* --- what one sees in it --- */

static const char *value(const struct entity *e, const char *name, size_t k)
{
    for (size_t i = 0; i < e->facts; i++)
        if (strcmp(e->fact[i].name, name) == 0 && k-- == 0)
            return e->fact[i].value;
    return NULL;
}

static size_t values(const struct entity *e, const char *name)
{
    size_t n = 0;
    while (value(e, name, n))
        n++;
    return n;
}

/* The k-th neighbour by that fact; NULL: there are not so many. */
static const struct entity *neighbour(const struct world *w, size_t side, const struct entity *e,
                                      const char *name, size_t k)
{
    const char *iri = value(e, name, k);
    return iri ? find(&w->side[side], iri) : NULL;
}

/* How many neighbours by that fact are linked to each other. */
static size_t common(const struct world *w, const struct entity *a, const struct entity *b,
                     const char *name)
{
    size_t n = 0;
    for (size_t i = 0; value(a, name, i); i++)
        for (size_t j = 0; value(b, name, j); j++) {
            const struct entity *x = neighbour(w, 0, a, name, i), *y = neighbour(w, 1, b, name, j);
            n += x && y && x->link == y;
        }
    return n;
}

static bool has_word(const struct entity *e, const char *word)
{
    for (size_t k = 0; k < e->words; k++)
        if (strcmp(e->word[k], word) == 0)
            return true;
    return false;
}

static size_t shared_words(const struct entity *a, const struct entity *b)
{
    size_t n = 0;
    for (size_t k = 0; k < a->words; k++)
        n += has_word(b, a->word[k]);
    return n;
}

static bool says(const struct entity *e, const char *text)
{
    return e->label && strcasestr(e->label, text);
}

static bool same_label(const struct entity *a, const struct entity *b)
{
    return a->words == b->words && a->words && shared_words(a, b) == a->words;
}

/* Pairs of a type: of linked ones when linked, else of two that are not each other's. */
typedef bool (*sees)(const struct world *w, const struct entity *a, const struct entity *b);

static size_t pairs(const struct world *w, const char *type, bool linked, sees see)
{
    size_t n = 0;
    for (size_t i = 0; i < w->side[0].n; i++) {
        const struct entity *a = &w->side[0].of[i];
        if (strcmp(a->type, type) != 0 || !a->label)
            continue;
        if (linked) {
            n += a->link && a->link->label && see(w, a, a->link);
            continue;
        }
        for (size_t j = 0; j < w->side[1].n; j++) {
            const struct entity *b = &w->side[1].of[j];
            n += b->label && a->link != b && strcmp(b->type, type) == 0 && see(w, a, b);
        }
    }
    return n;
}

static size_t labelled(const struct world *w, size_t side, const char *type, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < w->side[side].n; i++)
        n += strcmp(w->side[side].of[i].type, type) == 0 && says(&w->side[side].of[i], text);
    return n;
}

#define EXPECT_SOME(n, least, what)                                                                \
    do {                                                                                           \
        size_t found = (n);                                                                        \
        cr_expect_geq(found, (size_t)(least), "%s: %zu", what, found);                             \
    } while (0)

/* --- siblings --- */

static bool both_left_over(const struct entity *a, const struct entity *b)
{
    return !a->link && !b->link;
}

static bool leftover_tracks(const struct world *w, const struct entity *a, const struct entity *b)
{
    return both_left_over(a, b) && common(w, a, b, "album") && common(w, a, b, "artist") &&
           !shared_words(a, b);
}

static bool leftover_books(const struct world *w, const struct entity *a, const struct entity *b)
{
    return both_left_over(a, b) && common(w, a, b, "author") && !shared_words(a, b);
}

static bool leftover_films(const struct world *w, const struct entity *a, const struct entity *b)
{
    return both_left_over(a, b) && common(w, a, b, "actor") && common(w, a, b, "director") &&
           !shared_words(a, b);
}

static bool leftover_episodes(const struct world *w, const struct entity *a, const struct entity *b)
{
    return both_left_over(a, b) && common(w, a, b, "series");
}

static bool one_word_apart(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return a->words == b->words && a->words > 2 && shared_words(a, b) + 1 == a->words;
}

static bool leftover_people(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return both_left_over(a, b) && a->words == 2 && b->words == 2 && !shared_words(a, b);
}

/* Both act in films that are linked to each other. */
static size_t colleagues_left_over(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->side[0].n; i++) {
        const struct entity *film = &w->side[0].of[i];
        for (size_t k = 0; film->link && k < values(film, "actor"); k++)
            for (size_t m = 0; m < values(film->link, "actor"); m++) {
                const struct entity *x = neighbour(w, 0, film, "actor", k),
                                    *y = neighbour(w, 1, film->link, "actor", m);
                n += x && y && x->label && y->label && leftover_people(w, x, y);
            }
    }
    return n;
}

Test(synth, siblings_share_all_and_some_are_left_over_on_either_side)
{
    struct world w = invent("music", 0, 1000);
    EXPECT_SOME(pairs(&w, "track", false, leftover_tracks), 30, "tracks of one album");
    EXPECT_SOME(pairs(&w, "track", false, one_word_apart), 30, "titles a word apart");
    w = invent("books", 0, 1000);
    EXPECT_SOME(pairs(&w, "book", false, leftover_books), 10, "books of one author");
    EXPECT_SOME(pairs(&w, "book", false, one_word_apart), 30, "titles a word apart");
    w = invent("films", 0, 1500);
    EXPECT_SOME(pairs(&w, "film", false, leftover_films), 3, "films of one crew");
    EXPECT_SOME(pairs(&w, "episode", false, leftover_episodes), 10, "episodes of one show");
    EXPECT_SOME(pairs(&w, "film", false, one_word_apart), 10, "titles a word apart");
    EXPECT_SOME(colleagues_left_over(&w), 10, "colleagues");
}

/* --- numbers --- */

static int numeral(const char *word)
{
    static const char *const roman[] = {"",   "i",   "ii",   "iii", "iv", "v",
                                        "vi", "vii", "viii", "ix",  "x"};
    static const char *const words[] = {"", "one", "two", "three", "four", "five", "six"};
    for (int n = 1; n <= 10; n++)
        if (strcmp(word, roman[n]) == 0 || (n <= 6 && strcmp(word, words[n]) == 0))
            return n;
    return isdigit((unsigned char)*word) ? atoi(word) : 0;
}

static const char *last_word(const struct entity *e)
{
    return e->words ? e->word[e->words - 1] : "";
}

/* "Volume 2", "Vol. II" */
static bool other_spelling_of_number(const struct world *w, const struct entity *a,
                                     const struct entity *b)
{
    (void)w;
    const char *x = last_word(a), *y = last_word(b);
    return numeral(x) && numeral(x) == numeral(y) && strcmp(x, y) != 0;
}

/* All the same but the number. */
static bool other_number(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    const char *x = last_word(a), *y = last_word(b);
    return numeral(x) && numeral(y) && numeral(x) != numeral(y) && a->words == b->words &&
           a->words > 1 && strcmp(a->word[0], b->word[0]) == 0 &&
           shared_words(a, b) + 2 >= a->words;
}

static bool other_number_and_left_over(const struct world *w, const struct entity *a,
                                       const struct entity *b)
{
    return both_left_over(a, b) && other_number(w, a, b);
}

static bool other_level(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return has_word(a, "level") && has_word(b, "level") &&
           strcmp(last_word(a), last_word(b)) != 0 && shared_words(a, b) + 1 == a->words &&
           a->words == b->words;
}

Test(synth, members_of_series_differ_in_their_number_alone)
{
    struct world w = invent("books", 0, 1500);
    EXPECT_SOME(pairs(&w, "book", true, other_spelling_of_number), 30, "II is 2");
    EXPECT_SOME(pairs(&w, "book", false, other_number), 100, "II is not III");
    EXPECT_SOME(pairs(&w, "book", false, other_number_and_left_over), 3, "left over");
    EXPECT_SOME(pairs(&w, "book", false, other_level), 30, "levels");
    EXPECT_SOME(labelled(&w, 0, "book", "edition"), 10, "editions");
    w = invent("films", 0, 1500);
    EXPECT_SOME(pairs(&w, "film", true, other_spelling_of_number), 10, "II is 2");
    EXPECT_SOME(pairs(&w, "film", false, other_number), 20, "II is not III");
    EXPECT_SOME(pairs(&w, "show", false, other_number), 10, "seasons");
    EXPECT_SOME(labelled(&w, 0, "episode", "episode 3"), 2, "episodes with a number");
    w = invent("music", 0, 1500);
    EXPECT_SOME(pairs(&w, "album", false, other_number), 20, "volumes, compilations");
    EXPECT_SOME(pairs(&w, "track", false, other_number), 20, "parts");
    w = invent("papers", 0, 1500);
    EXPECT_SOME(pairs(&w, "paper", false, other_number), 10, "parts");
}

/* --- versions --- */

static bool says_version(const struct entity *e)
{
    static const char *const versions[] = {"remix", "live",         "edit",    "acoustic",
                                           "demo",  "instrumental", "extended"};
    for (size_t k = 0; k < sizeof(versions) / sizeof(*versions); k++)
        if (has_word(e, versions[k]))
            return true;
    return false;
}

static bool version_and_original(const struct world *w, const struct entity *a,
                                 const struct entity *b)
{
    (void)w;
    return says_version(a) && !says_version(b) && b->words > 1 && shared_words(b, a) == b->words;
}

static bool two_remixers(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return has_word(a, "remix") && has_word(b, "remix") && a->words > 3 && b->words > 3 &&
           strcmp(a->word[0], b->word[0]) == 0 && strcmp(a->word[1], b->word[1]) == 0 &&
           !same_label(a, b);
}

/* The guest stands in the title here, among the artists there. */
static bool credit_moves(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return (values(a, "artist") == 2 && has_word(b, "feat") && !has_word(a, "feat")) ||
           (values(b, "artist") == 2 && has_word(a, "feat") && !has_word(b, "feat"));
}

/* "Title" on the album of remixes is "Title (Remix)". */
static bool album_says_so(const struct world *w, const struct entity *a, const struct entity *b)
{
    return has_word(a, "remix") != has_word(b, "remix") && common(w, a, b, "album");
}

static bool album_beside(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    bool other = has_word(b, "deluxe") || has_word(b, "remixed") || has_word(b, "remixes");
    return other && a->words > 1 && shared_words(a, b) == a->words && a->words < b->words;
}

static bool making_of(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return (says(b, "the making of") || says(b, "behind the scenes of")) && a->words > 1 &&
           shared_words(a, b) == a->words && a->words < b->words;
}

static bool a_novel(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return says(a, ": a novel") != says(b, ": a novel");
}

static bool remake(const struct world *w, const struct entity *a, const struct entity *b)
{
    return same_label(a, b) && value(a, "year", 0) && value(b, "year", 0) &&
           abs(atoi(value(a, "year", 0)) - atoi(value(b, "year", 0))) > 5 &&
           !common(w, a, b, "director");
}

Test(synth, versions_are_others_and_credits_move)
{
    struct world w = invent("music", 0, 1500);
    EXPECT_SOME(pairs(&w, "track", false, version_and_original), 50, "a version, the original");
    EXPECT_SOME(pairs(&w, "track", false, two_remixers), 10, "two remixers");
    EXPECT_SOME(pairs(&w, "track", true, credit_moves), 20, "a guest");
    EXPECT_SOME(pairs(&w, "track", true, album_says_so), 3, "the album says that it is a remix");
    EXPECT_SOME(pairs(&w, "album", false, album_beside), 10, "the album beside");
    EXPECT_SOME(labelled(&w, 0, "album", "live at"), 2, "live albums");
    w = invent("films", 0, 1500);
    EXPECT_SOME(pairs(&w, "film", false, making_of), 5, "the making of");
    EXPECT_SOME(pairs(&w, "film", false, remake), 5, "made again");
    w = invent("books", 0, 1500);
    EXPECT_SOME(pairs(&w, "book", true, a_novel), 10, "a subtitle on one side");
    EXPECT_SOME(labelled(&w, 0, "book", "workbook"), 3, "workbooks");
}

/* --- one name, other things --- */

static bool performers_differ(const struct world *w, const struct entity *a, const struct entity *b)
{
    return value(a, "artist", 0) && value(b, "artist", 0) && !common(w, a, b, "artist");
}

static bool cover(const struct world *w, const struct entity *a, const struct entity *b)
{
    return same_label(a, b) && common(w, a, b, "writer") && performers_differ(w, a, b);
}

static bool cover_of_the_year(const struct world *w, const struct entity *a, const struct entity *b)
{
    const char *x = value(a, "date", 0), *y = value(b, "date", 0);
    return x && y && strncmp(x, y, 4) == 0 && cover(w, a, b);
}

static bool same_title_elsewhere(const struct world *w, const struct entity *a,
                                 const struct entity *b)
{
    return same_label(a, b) && !common(w, a, b, "author");
}

static bool stock_track(const struct world *w, const struct entity *a, const struct entity *b)
{
    return same_label(a, b) && has_word(a, "intro") && !common(w, a, b, "album");
}

static bool stock_episode(const struct world *w, const struct entity *a, const struct entity *b)
{
    return same_label(a, b) && has_word(a, "pilot") && !common(w, a, b, "series");
}

static bool nobody(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return same_label(a, b) && (has_word(a, "unknown") || has_word(a, "various"));
}

static bool namesakes(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return same_label(a, b) && value(a, "born", 0) && value(b, "born", 0) &&
           abs(atoi(value(a, "born", 0)) - atoi(value(b, "born", 0))) > 20;
}

/* How many of one side have this label and nothing else. */
static size_t most_of_one_name(const struct world *w, size_t side, const char *type)
{
    size_t most = 0;
    for (size_t i = 0; i < w->side[side].n; i++) {
        const struct entity *a = &w->side[side].of[i];
        size_t n = 0;
        if (strcmp(a->type, type) != 0 || !a->label || a->facts)
            continue;
        for (size_t j = 0; j < w->side[side].n; j++) {
            const struct entity *b = &w->side[side].of[j];
            n += strcmp(b->type, type) == 0 && b->label && !b->facts && !b->link &&
                 strcmp(a->label, b->label) == 0;
        }
        most = n > most ? n : most;
    }
    return most;
}

Test(synth, one_name_is_borne_by_many)
{
    struct world w = invent("music", 0, 2000);
    EXPECT_SOME(pairs(&w, "track", false, cover), 5, "covers");
    EXPECT_SOME(pairs(&w, "track", false, cover_of_the_year), 2, "covers of the same year");
    EXPECT_SOME(pairs(&w, "track", false, stock_track), 40, "'Intro' on two albums");
    EXPECT_SOME(pairs(&w, "artist", false, nobody), 4, "various artists, unknown");
    cr_expect_eq(pairs(&w, "artist", true, nobody), 0);
    w = invent("books", 0, 1500);
    EXPECT_SOME(pairs(&w, "book", false, same_title_elsewhere), 10, "textbooks of one title");
    EXPECT_SOME(pairs(&w, "author", false, nobody), 4, "unknown authors");
    cr_expect_eq(pairs(&w, "author", true, nobody), 0);
    w = invent("films", 0, 1000);
    EXPECT_SOME(pairs(&w, "episode", false, stock_episode), 20, "'Pilot' of two shows");
    w = invent("people", 0, 1500);
    EXPECT_SOME(pairs(&w, "person", false, namesakes), 20, "namesakes");
    EXPECT_SOME(labelled(&w, 0, "person", " Jr"), 2, "sons");
    for (size_t side = 0; side < 2; side++)
        EXPECT_SOME(most_of_one_name(&w, side, "person"), 30, "a crowd of one name");
}

/* --- persons --- */

/* One letter is another one, or more, or less. */
static bool letter_apart(const char *a, const char *b)
{
    size_t x = strlen(a), y = strlen(b), same = 0, end = 0;
    while (a[same] && a[same] == b[same])
        same++;
    while (end < x && end < y && a[x - 1 - end] == b[y - 1 - end])
        end++;
    size_t longer = x > y ? x : y;
    return strcmp(a, b) != 0 && longer - (x < y ? x : y) <= 1 && same + end + 1 >= longer;
}

static bool siblings_apart(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return both_left_over(a, b) && a->words == 2 && b->words == 2 &&
           strcmp(a->word[1], b->word[1]) == 0 && letter_apart(a->word[0], b->word[0]);
}

static bool same_surname(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return a->words == 2 && b->words == 2 && strcmp(a->word[1], b->word[1]) == 0 &&
           strcmp(a->word[0], b->word[0]) != 0;
}

static bool nickname(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return (has_word(a, "william") && has_word(b, "bill")) ||
           (has_word(a, "bill") && has_word(b, "william")) ||
           (has_word(a, "james") && has_word(b, "jim")) ||
           (has_word(a, "jim") && has_word(b, "james")) ||
           (has_word(a, "mary") && has_word(b, "molly")) ||
           (has_word(a, "molly") && has_word(b, "mary"));
}

static bool added_name(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    size_t less = a->words < b->words ? a->words : b->words;
    return a->words + b->words == 5 && less == 2 && shared_words(a, b) == 2 &&
           strlen(a->word[0]) > 2;
}

static bool initial(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return a->words == 2 && b->words == 2 && strcmp(a->word[1], b->word[1]) == 0 &&
           (strlen(a->word[0]) == 1) != (strlen(b->word[0]) == 1);
}

/* Two of one surname act in one film. */
static size_t films_of_relatives(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->side[0].n; i++) {
        const struct entity *film = &w->side[0].of[i];
        for (size_t k = 0; k + 1 < values(film, "actor"); k++) {
            const struct entity *x = neighbour(w, 0, film, "actor", k),
                                *y = neighbour(w, 0, film, "actor", k + 1);
            n += x && y && x != y && x->label && y->label && same_surname(w, x, y);
        }
    }
    return n;
}

Test(synth, persons_are_near_to_each_other_and_spelt_in_many_ways)
{
    struct world w = invent("films", 0, 1500);
    EXPECT_SOME(pairs(&w, "person", false, siblings_apart), 5, "a letter apart");
    EXPECT_SOME(pairs(&w, "person", true, nickname), 3, "nicknames");
    EXPECT_SOME(pairs(&w, "person", true, added_name), 10, "an added name");
    EXPECT_SOME(pairs(&w, "person", true, initial), 10, "initials");
    EXPECT_SOME(films_of_relatives(&w), 10, "relatives in one film");
}

/* --- products --- */

static void plain_code(const char *code, char *out)
{
    for (; code && *code; code++)
        if (isalnum((unsigned char)*code))
            *out++ = (char)toupper((unsigned char)*code);
    *out = '\0';
}

static bool other_signs(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    char x[200], y[200];
    const char *m = value(a, "model", 0), *n = value(b, "model", 0);
    plain_code(m, x);
    plain_code(n, y);
    return m && n && strcmp(m, n) != 0 && strcmp(x, y) == 0;
}

static bool near_codes(const struct world *w, const struct entity *a, const struct entity *b)
{
    char x[200], y[200];
    if (!value(a, "model", 0) || !value(b, "model", 0))
        return false;
    plain_code(value(a, "model", 0), x);
    plain_code(value(b, "model", 0), y);
    return strlen(x) > 3 && letter_apart(x, y) && common(w, a, b, "maker");
}

static bool other_colour(const struct world *w, const struct entity *a, const struct entity *b)
{
    return common(w, a, b, "maker") && value(a, "model", 0) && value(b, "model", 0) &&
           strstr(value(a, "model", 0), "BLK") && strstr(value(b, "model", 0), "WHT");
}

static bool code_in_title(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return value(b, "model", 0) && strlen(value(b, "model", 0)) > 3 && a->label &&
           strstr(a->label, value(b, "model", 0));
}

static bool maker_in_one_title(const struct world *w, const struct entity *a,
                               const struct entity *b)
{
    const struct entity *maker = neighbour(w, 0, a, "maker", 0);
    return maker && maker->words == 1 && has_word(a, maker->word[0]) != has_word(b, maker->word[0]);
}

static double number_in(const char *text)
{
    while (text && *text && !isdigit((unsigned char)*text))
        text++;
    return text ? atof(text) : 0;
}

static bool other_price(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    double x = number_in(value(a, "price", 0)), y = number_in(value(b, "price", 0));
    return x > 0 && y > 0 && (x > y * 1.1 || y > x * 1.1);
}

static bool superset(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return (shared_words(a, b) == a->words && b->words >= a->words + 2) ||
           (shared_words(b, a) == b->words && a->words >= b->words + 2);
}

static bool other_edition(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return a->words > 3 &&
           strcmp(a->word[a->words > 4 ? 1 : 0],
                  b->words > 1 ? b->word[a->words > 4 ? 1 : 0] : "") == 0 &&
           ((has_word(a, "deluxe") && has_word(b, "std")) ||
            (has_word(a, "standard") && has_word(b, "deluxe")) ||
            (has_word(a, "professional") && has_word(b, "std")) ||
            (has_word(a, "standard") && has_word(b, "pro")));
}

static bool part_of_it(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    const char *model = value(b, "model", 0);
    return model && strlen(model) > 3 &&
           (says(a, "battery for") || says(a, "case for") || says(a, "charger for") ||
            says(a, "mount for")) &&
           strstr(a->label, model);
}

Test(synth, products_are_told_apart_by_codes_and_small_words)
{
    struct world w = invent("products", 0, 2000);
    EXPECT_SOME(pairs(&w, "product", true, other_signs), 100, "DX-31 is DX31");
    EXPECT_SOME(pairs(&w, "product", true, code_in_title), 50,
                "the code in a title, the code as a value");
    EXPECT_SOME(pairs(&w, "product", false, near_codes), 50, "near codes");
    EXPECT_SOME(pairs(&w, "product", false, other_colour), 3, "BLK, WHT");
    EXPECT_SOME(pairs(&w, "product", true, maker_in_one_title), 50, "the maker in one title");
    EXPECT_SOME(pairs(&w, "product", true, other_price), 20, "prices apart");
    EXPECT_SOME(pairs(&w, "product", true, superset), 50, "a title within another");
    EXPECT_SOME(pairs(&w, "product", false, other_edition), 5, "editions");
    EXPECT_SOME(pairs(&w, "product", false, part_of_it), 2, "a battery for it");
    EXPECT_SOME(labelled(&w, 0, "product", "upgrade") + labelled(&w, 0, "product", "3-user"), 5,
                "licences");
    EXPECT_SOME(labelled(&w, 0, "product", "kit with"), 10, "kits");
    size_t lengthy = 0;
    for (size_t i = 0; i < w.side[0].n; i++)
        lengthy += value(&w.side[0].of[i], "description", 0) &&
                   strlen(value(&w.side[0].of[i], "description", 0)) > 150;
    EXPECT_SOME(lengthy, 100, "long descriptions");
}

/* --- papers and places --- */

static bool named_otherwise(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return !shared_words(a, b);
}

static bool branch(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    return same_label(a, b) && value(a, "street", 0) && value(b, "street", 0) &&
           atoi(value(a, "street", 0)) != atoi(value(b, "street", 0));
}

static bool street_otherwise(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    const char *x = value(a, "street", 0), *y = value(b, "street", 0);
    return x && y && strcmp(x, y) != 0 && atoi(x) == atoi(y);
}

static bool phone_otherwise(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    char x[100], y[100];
    const char *p = value(a, "phone", 0), *q = value(b, "phone", 0);
    plain_code(p, x);
    plain_code(q, y);
    return p && q && strcmp(p, q) != 0 && strcmp(x, y) == 0;
}

static bool one_address(const struct world *w, const struct entity *a, const struct entity *b)
{
    (void)w;
    char x[100], y[100];
    plain_code(value(a, "phone", 0), x);
    plain_code(value(b, "phone", 0), y);
    return *x && strcmp(x, y) == 0 && !shared_words(a, b);
}

Test(synth, papers_and_places_have_their_own_ways)
{
    struct world w = invent("papers", 0, 2000);
    EXPECT_SOME(pairs(&w, "venue", true, named_otherwise), 5, "venues by acronym and in full");
    EXPECT_SOME(pairs(&w, "paper", false, same_title_elsewhere), 20, "editorials");
    EXPECT_SOME(pairs(&w, "author", true, initial), 10, "initials");
    w = invent("places", 0, 1500);
    EXPECT_SOME(pairs(&w, "place", false, branch), 30, "branches");
    EXPECT_SOME(pairs(&w, "place", true, street_otherwise), 100, "streets");
    EXPECT_SOME(pairs(&w, "place", true, phone_otherwise), 100, "phone numbers");
    EXPECT_SOME(pairs(&w, "place", false, one_address), 10, "two houses at one address");
}

/* --- makes --- */

static double share_linked(const struct world *w, size_t side, const char *type)
{
    size_t n = 0, linked = 0;
    for (size_t i = 0; i < w->side[side].n; i++) {
        bool of_type = strcmp(w->side[side].of[i].type, type) == 0;
        n += of_type;
        linked += of_type && w->side[side].of[i].link;
    }
    return (double)linked / (double)(n ? n : 1);
}

Test(synth, makes_differ_in_what_is_known_and_told)
{
    double least = 1, most = 0;
    size_t without_artists = 0, without_years = 0, lengths[3] = {0}, nameless = 0, bare = 0;
    for (int make = 1; make <= 16; make++) {
        struct world w = invent("music", make, 300);
        bool artists = false, years = false;
        for (size_t side = 0; side < 2; side++) {
            double share = share_linked(&w, side, "track");
            least = share < least ? share : least;
            most = share > most ? share : most;
        }
        for (size_t i = 0; i < w.side[0].n; i++) {
            const struct entity *e = &w.side[0].of[i];
            artists = artists || strcmp(e->type, "artist") == 0;
            years = years || (strcmp(e->type, "track") == 0 && value(e, "date", 0));
            nameless += !e->label;
            bare += !e->facts && e->link;
        }
        for (size_t i = 0; i < w.side[1].n; i++) {
            const char *length = value(&w.side[1].of[i], "length", 0);
            lengths[0] += length && strchr(length, ':');
            lengths[1] += length && strstr(length, "sec");
            lengths[2] += length && !strpbrk(length, ":msPT");
        }
        without_artists += !artists;
        without_years += !years;
    }
    cr_expect_lt(least, 0.6, "half have no counterpart: %g", least);
    cr_expect_gt(most, 0.85, "nearly all have: %g", most);
    EXPECT_SOME(without_artists, 1, "makes without artists on the left");
    EXPECT_SOME(without_years, 1, "makes without years on the left");
    for (size_t k = 0; k < 3; k++)
        EXPECT_SOME(lengths[k], 10, "lengths in a spelling");
    EXPECT_SOME(nameless, 1, "things without a label");
    EXPECT_SOME(bare, 10, "things with a label alone");
}

/* --- files --- */

static uint64_t digest(const char *path)
{
    return hash_bytes(slice_of(read_file(path)), 1);
}

static void write_world(const char *kind, int make, const char *out, const char *tag, int64_t seed)
{
    struct synth_options o = {.out = out,
                              .kind = kind,
                              .tag = tag,
                              .works = 120,
                              .seed = seed,
                              .make = make,
                              .noise = 0.4,
                              .deletions = 0.1,
                              .arrivals = 0.25};
    uint64_t triples[2];
    cr_assert_eq(synth_run(&o, triples), 0);
}

Test(synth, the_same_seed_writes_the_same_bytes_and_another_one_does_not)
{
    static const char *const files[] = {
        "left.nt",       "right.nt", "mapping.tsv", "left.changes.rdfp", "right.deletions.rdfp",
        "right.after.nt"};
    for (size_t k = 0; synth_kind_name(k); k++) {
        int make = strcmp(synth_kind_name(k), "works") == 0 ? 0 : 5;
        write_world(synth_kind_name(k), make, "a", "", 1);
        write_world(synth_kind_name(k), make, "b", "", 1);
        write_world(synth_kind_name(k), make, "c", "", 2);
        for (size_t f = 0; f < sizeof(files) / sizeof(*files); f++) {
            char a[100], b[100];
            snprintf(a, sizeof(a), "a/%s", files[f]);
            snprintf(b, sizeof(b), "b/%s", files[f]);
            cr_expect_eq(digest(a), digest(b), "%s of %s", files[f], synth_kind_name(k));
        }
        cr_expect_neq(digest("a/left.nt"), digest("c/left.nt"));
    }
}

Test(synth, the_world_of_works_stays_as_it_is)
{
    struct synth_options o = {
        .out = ".", .kind = synth_kind_name(0), .tag = "", .works = 200, .seed = 7, .noise = 0.5};
    uint64_t triples[2];
    cr_assert_str_eq(o.kind, "works");
    cr_assert_eq(synth_run(&o, triples), 0);
    cr_expect_eq(digest("left.nt"), UINT64_C(0x2ae24b386792150a), "%llx",
                 (unsigned long long)digest("left.nt"));
    cr_expect_eq(digest("mapping.tsv"), UINT64_C(0x83d24d4b2d580001), "%llx",
                 (unsigned long long)digest("mapping.tsv"));
}

Test(synth, links_name_only_what_is_there)
{
    for (size_t k = 0; synth_kind_name(k); k++)
        for (int make = 0; make < 6; make++) {
            bool works = strcmp(synth_kind_name(k), "works") == 0;
            struct world w = invent(synth_kind_name(k), works ? 0 : make, 150);
            size_t linked = 0;
            for (size_t i = 0; i < w.side[0].n; i++) {
                const struct entity *e = &w.side[0].of[i];
                cr_assert(e->type, "%s has no type", e->iri);
                cr_assert(!i || strcmp(e->iri, e[-1].iri) != 0, "%s is told twice", e->iri);
                linked += e->link != NULL;
            }
            cr_expect_gt(linked, 20, "%s, make %d", synth_kind_name(k), make);
        }
}

Test(synth, a_tag_keeps_worlds_apart)
{
    write_world("music", 3, "a", ".m3", 1);
    write_world("music", 4, "b", ".m4", 1);
    char *left = read_file("a/left.nt"), *mapping = read_file("b/mapping.tsv");
    size_t rows = 0;
    for (char *line = mapping; *line; rows++) { /* no IRI of b is in a */
        char *iri = strchr(line, '\t') + 1, *end = strchr(iri, '\t'), *next = strchr(end, '\n');
        char needle[300];
        snprintf(needle, sizeof(needle), "<%.*s>", (int)(end - iri), iri);
        cr_expect_null(strstr(left, needle), "%s", needle);
        cr_expect(strstr(needle, ".m4>"), "%s", needle);
        line = next + 1;
    }
    cr_expect_gt(rows, 10);
    cr_expect(strstr(left, "<http://example.org/left/track.m3/"));
    cr_expect(strstr(mapping, "\ttype:track.m4\n"));
    cr_expect(strstr(mapping, "\tlabel\n"));
    cr_expect_eq(access("a/links.track.m3.tsv", R_OK), 0);
}

Test(synth, what_cannot_be_is_refused)
{
    struct synth_options o = {.out = "x", .kind = synth_kind_name(0), .tag = "", .works = 10};
    struct synth_options kind = o, make = o, tag = o;
    uint64_t triples[2];
    kind.kind = "cheese";
    make.make = 3; /* the first kind has one make alone */
    tag.tag = "a b";
    cr_expect_eq(synth_run(&kind, triples), ERR_USAGE);
    cr_expect_eq(synth_run(&make, triples), ERR_USAGE);
    cr_expect_eq(synth_run(&tag, triples), ERR_USAGE);
    cr_expect_neq(access("x", R_OK), 0);
}
