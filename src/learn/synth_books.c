/*
 * synth_books.c - books with authors and publishers.
 *
 * Books lie in rows of one author: novels that share all but the title, volumes and levels
 * of a series, sagas of which one side says the number, textbooks of a title that others
 * have too, in editions, a book with its workbook.  What nobody knows the author of has a
 * nobody, another one on either side.
 */
#include "synth_internal.h"

#include <assert.h>

enum type { BOOK, AUTHOR, PUBLISHER, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "book", .linked = true},
    {.name = "author", .linked = true, .person = true, .value = true, .inside = true},
    {.name = "publisher", .linked = true, .value = true},
};

enum fact {
    F_AUTHOR = SYNTH_FACTS,
    F_PUBLISHER,
    F_YEAR,
    F_PAGES,
    F_ISBN,
    F_PRICE,
    F_LANGUAGE,
    F_FORMAT,
    F_BORN,
    F_CITY,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS, /* type, label, alias */
    {.name = "author", .kept = true},
    {.name = "publisher"},
    {.name = "year"},
    {.name = "pages"},
    {.name = "isbn", .rare = true},
    {.name = "price"},
    {.name = "language"},
    {.name = "format"},
    {.name = "born"},
    {.name = "city"},
};

enum { SLOTS = 8 };

enum row_kind { NOVELS, VOLUMES, LEVELS, SAGA, TEXTBOOK, COMPANIONS, ADVENTURES, ANNUAL };

struct row {
    enum row_kind kind;
    uint64_t i, h, publisher;
    int books, year, first; /* first: number of the first volume */
    bool unknown;           /* nobody knows the author */
};

struct book {
    struct row row;
    uint64_t i, h;
    int slot, year, pages;
};

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), rows = works * 10 / 33 + 1;
    n[BOOK] = rows * SLOTS;
    n[AUTHOR] = (uint64_t)s->options->works / 4 + 72;
    n[PUBLISHER] = (uint64_t)s->options->works / 40 + 6;
    synth_words_prepare(s, works, n[AUTHOR], n[PUBLISHER], n[PUBLISHER]);
}

/* --- the world --- */

/* The last ones stand for nobody. */
static uint64_t authors(const struct synth *s)
{
    return s->count[AUTHOR] - s->count[AUTHOR] / 32 / 2 * 2 - 4;
}

static struct row row_of(const struct synth *s, uint64_t i)
{
    static const enum row_kind kinds[] = {
        NOVELS, NOVELS, NOVELS,   NOVELS,   NOVELS,   NOVELS,     VOLUMES,    VOLUMES,    LEVELS,
        SAGA,   SAGA,   TEXTBOOK, TEXTBOOK, TEXTBOOK, COMPANIONS, ADVENTURES, ADVENTURES, ANNUAL};
    static const int least[] = {1, 2, 3, 2, 1, 2, 2, 3}, most[] = {5, 8, 7, 5, 3, 4, 6, 8};
    struct row r = {.i = i, .h = synth_of(s, BOOK, i * SLOTS, 1)};
    static const enum row_kind often[] = {NOVELS, NOVELS, VOLUMES, TEXTBOOK};
    unsigned mix = synth_habit(s, 0, SYNTH_MIX);
    r.kind = mix && synth_chance(r.h, 6, 0.6) ? often[mix] : kinds[r.h % 18];
    if (synth_tangled(s, r.h))
        r.kind = kinds[6 + r.h % 12];
    r.books = synth_between(r.h, 1, least[r.kind], most[r.kind]);
    r.year = synth_between(r.h, 2, 1930, 2015);
    r.first = synth_between(r.h, 3, 1, 3);
    r.publisher = synth_common(hash_mix(r.h, 4), s->count[PUBLISHER]);
    r.unknown = synth_chance(r.h, 5, 0.04);
    assert(r.books >= 1 && r.books <= SLOTS && r.publisher < s->count[PUBLISHER]);
    return r;
}

static struct book book_of(const struct synth *s, uint64_t i)
{
    struct book b = {.row = row_of(s, i / SLOTS), .i = i, .h = synth_of(s, BOOK, i, 2)};
    b.slot = (int)(i % SLOTS);
    int step = synth_tangled(s, b.row.h)
                   ? 0
                   : (int)(b.row.h / 64 % 3); /* of one year, of years in turn, with gaps */
    b.year = b.row.year + b.slot * step;
    if (b.row.kind == ANNUAL)
        b.year = b.row.year + b.slot;
    if (b.row.kind == TEXTBOOK)
        b.year = b.row.year + b.slot * synth_between(b.row.h, 6, 3, 6);
    bool alike = b.row.kind == LEVELS || b.h % 5 == 0 ||
                 synth_tangled(s, b.h); /* as thick as the others of the row */
    b.pages = alike ? synth_between(b.row.h, 7, 90, 500) + synth_between(b.h, 8, -2, 2)
                    : synth_between(b.h, 7, 90, 700);
    assert(b.slot < SLOTS && b.pages > 0);
    return b;
}

static uint64_t author_of(const struct synth *s, const struct row *r, unsigned k)
{
    uint64_t h = hash_mix(r->h, 10 + k);
    return synth_names_pick(h, authors(s), r->year);
}

/* --- titles --- */

static const char *const subjects[] = {
    "algebra",         "economics",      "psychology", "biology",      "chemistry",
    "marketing",       "linguistics",    "philosophy", "nursing",      "law",
    "physics",         "accounting",     "anatomy",    "calculus",     "sociology",
    "data structures", "ecology",        "astronomy",  "microbiology", "finance",
    "logic",           "thermodynamics", "genetics",   "management",
};

static void add_textbook(struct buf *out, const struct row *r)
{
    assert(r->kind == TEXTBOOK || r->kind == COMPANIONS);
    static const char *const forms[][2] = {{"introduction to ", ""}, {"principles of ", ""},
                                           {"fundamentals of ", ""}, {"", " for beginners"},
                                           {"a handbook of ", ""},   {"applied ", ""}};
    const char *const *form = forms[synth_common(hash_mix(r->h, 20), 6)];
    buf_append_format(out, "%s%s%s", form[0], SYNTH_PICK(subjects, hash_mix(r->h, 21)), form[1]);
}

static void add_edition(const struct synth *s, struct buf *out, size_t side, int n)
{
    assert(n >= 1 && n <= 5);
    static const char *const words[] = {"", "first", "second", "third", "fourth", "fifth"};
    static const char *const ends[] = {"", "st", "nd", "rd", "th", "th"};
    if (n == 1) /* who says it of the first? */
        return;
    if (synth_habit(s, side, SYNTH_NUMERAL) == 2)
        buf_append_format(out, ", %s edition", words[n]);
    else
        buf_append_format(out, synth_habit(s, side, SYNTH_PART) ? " (%d%s ed.)" : ", %d%s edition",
                          n, ends[n]);
}

static void add_subtitle(struct synth *s, struct buf *out, size_t side, const struct book *b)
{
    assert(side < 2);
    static const char *const kinds[] = {"a novel", "a novel",    "a memoir",
                                        "stories", "a thriller", "poems"};
    uint64_t h = hash_mix(b->h, 30);
    if (h % 2 == 0 && h / 2 % 2 == side) { /* one side has it */
        buf_append_format(out, ": %s", kinds[h / 8 % 6]);
    } else if (h % 7 == 1 && h / 8 % 3 >= side) { /* the left side has it, the right one may */
        buf_append_text(out, synth_habit(s, side, SYNTH_SUBTITLE) == 2 ? " - " : ": ");
        synth_words_add_title(s, out, hash_mix(h, 1), 0);
    }
}

/* "Mina and the Silver Clock" */
static void add_adventure(struct synth *s, struct buf *out, const struct book *b)
{
    assert(b->row.kind == ADVENTURES);
    synth_words_add_used(out, &s->lexica[SYNTH_FIRST_NAMES], hash_mix(b->row.h, 31));
    buf_append_text(out, b->row.h / 128 % 2 ? " and the " : " meets the ");
    if (b->row.h / 256 % 2) {
        synth_words_add_used(out, &s->lexica[SYNTH_ADJECTIVES], hash_mix(b->h, 32));
        buf_append_char(out, ' ');
    }
    synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], hash_mix(b->h, 33));
}

static void add_series(struct synth *s, struct buf *out, size_t side, const struct book *b)
{
    assert(b->row.kind == VOLUMES || b->row.kind == LEVELS);
    static const enum synth_part parts[] = {SYNTH_PART_VOLUME, SYNTH_PART_BOOK, SYNTH_PART_PART,
                                            SYNTH_PART_NUMBER, SYNTH_PART_BARE};
    int number = b->row.first + b->slot;
    synth_words_add_title(s, out, hash_mix(b->row.h, 34), 0);
    if (b->row.kind == LEVELS)
        synth_words_add_part(s, out, side, SYNTH_PART_LEVEL, number);
    else if (b->row.h / 128 % 5 < 4 || number > 1)
        synth_words_add_part(s, out, side, parts[b->row.h / 128 % 5], number);
}

static void add_saga(struct synth *s, struct buf *out, size_t side, const struct book *b)
{
    assert(b->row.kind == SAGA);
    synth_words_add_title(s, out, hash_mix(b->h, 35), 0);
    if (b->row.h / 128 % 2 != side)
        return;
    buf_append_text(out, " (");
    synth_words_add_any(out, &s->lexica[SYNTH_NOUNS], hash_mix(b->row.h, 36));
    buf_append_format(out, " chronicles%s%d)", synth_habit(s, side, SYNTH_PART) ? ", #" : ", book ",
                      b->slot + 1);
}

static void add_companion(struct synth *s, struct buf *out, const struct book *b)
{
    assert(b->row.kind == COMPANIONS);
    static const char *const kinds[] = {"", " workbook", ": teacher's guide", " study guide"};
    if (b->row.h / 128 % 3 == 0)
        add_textbook(out, &b->row);
    else
        synth_words_add_title(s, out, hash_mix(b->row.h, 34), 0);
    buf_append_text(out, kinds[b->slot % 4]);
}

static void add_novel(struct synth *s, struct buf *out, size_t side, const struct book *b)
{
    assert(side < 2 && b->slot < SLOTS);
    /* one word may be all that differs from the one before */
    bool twist = b->slot && b->h % 6 == 0;
    uint64_t h = hash_mix(synth_of(s, BOOK, twist ? b->i - 1 : b->i, 2), 37);
    if (b->row.unknown && b->row.h / 128 % 2)
        buf_append_text(out, "tales of ");
    synth_words_add_title(s, out, h, twist ? b->h : 0);
    add_subtitle(s, out, side, b);
}

static void add_author(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[AUTHOR]);
    static const char *const nobody[] = {"unknown", "anonymous", "unknown author",
                                         "various", "n/a",       "unknown"};
    if (i >= authors(s))
        buf_append_text(out, nobody[(i - authors(s)) / 2 % 6]);
    else
        synth_names_add(s, out, side, AUTHOR, i);
}

static void add_book(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[BOOK]);
    struct book b = book_of(s, i);
    switch (b.row.kind) {
    case VOLUMES:
    case LEVELS:
        add_series(s, out, side, &b);
        break;
    case SAGA:
        add_saga(s, out, side, &b);
        break;
    case TEXTBOOK:
        add_textbook(out, &b.row);
        add_edition(s, out, side, b.slot + 1);
        break;
    case COMPANIONS:
        add_companion(s, out, &b);
        break;
    case ADVENTURES:
        add_adventure(s, out, &b);
        break;
    case ANNUAL:
        buf_append_text(out, b.row.h / 128 % 2 ? "the best " : "yearbook of ");
        synth_words_add_used(out, &s->lexica[SYNTH_ADJECTIVES], hash_mix(b.row.h, 38));
        buf_append_format(out, " stories %d", b.year);
        break;
    default:
        add_novel(s, out, side, &b);
    }
    if (synth_habit(s, side, SYNTH_YEAR_INSIDE) && b.row.kind != ANNUAL)
        buf_append_format(out, " (%d)", b.year);
    if (synth_form(s, side, AUTHOR) == SYNTH_INSIDE) {
        buf_append_text(out, synth_habit(s, side, SYNTH_WORDING) % 2 ? " / " : " by ");
        add_author(s, out, side, b.row.unknown ? authors(s) + side : author_of(s, &b.row, 0));
    }
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    static const char *const houses[] = {" press",      " books", " & sons",
                                         " publishing", " house", ""};
    if (type == BOOK) {
        add_book(s, out, side, i);
    } else if (type == AUTHOR) {
        add_author(s, out, side, i);
    } else {
        uint64_t h = synth_of(s, PUBLISHER, i, 1);
        synth_words_add_firm(s, out, h, false);
        if (synth_habit(s, side, SYNTH_NAMING) != 1) /* who names it in short? */
            buf_append_text(out, houses[h % 6]);
    }
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    if (type == BOOK)
        return (int)(i % SLOTS) < row_of(s, i / SLOTS).books &&
               synth_knows(s, side, BOOK, i, i / SLOTS, 1);
    if (type == PUBLISHER)
        return synth_knows(s, side, PUBLISHER, i, i, 0.2);
    if (i >= authors(s))
        return (i - authors(s)) % 2 == side;
    int only = synth_names_only_side(s, AUTHOR, i);
    return (only < 0 || only == (int)side) && synth_knows(s, side, AUTHOR, i, i, 0.3);
}

static void tell_authors(struct synth *s, const struct book *b)
{
    uint64_t nobodies = (s->count[AUTHOR] - authors(s)) / 2;
    assert(nobodies > 0);
    if (b->row.unknown) {
        uint64_t h = synth_of(s, BOOK, b->row.i * SLOTS, 40 + s->side);
        synth_facts_edge(s, F_AUTHOR, 0, AUTHOR,
                         authors(s) + synth_common(h, nobodies) * 2 + s->side);
        return;
    }
    bool many = b->row.kind == TEXTBOOK || b->row.kind == COMPANIONS;
    if (b->row.kind == TEXTBOOK && b->row.h / 512 % 4 == 0) /* known by its number */
        return;
    for (unsigned k = 0; k < (many ? 1 + b->row.h / 2048 % 3 : 1); k++)
        synth_facts_edge(s, F_AUTHOR, k, AUTHOR, author_of(s, &b->row, k));
}

static void describe_book(struct synth *s)
{
    assert(s->type == BOOK);
    static const char *const formats[][2] = {{"hardcover", "Hardback"}, {"paperback", "Softcover"}};
    static const char *const languages[][2] = {
        {"en", "English"}, {"de", "German"}, {"fr", "French"}, {"es", "Spanish"}};
    struct book b = book_of(s, s->i);
    size_t naming = synth_habit(s, s->side, SYNTH_NAMING) % 2;
    bool own = b.row.kind == NOVELS || b.row.kind == SAGA;
    synth_facts_head(s, false);
    tell_authors(s, &b);
    if (own && synth_facts_bare(s))
        return;
    synth_facts_edge(s, F_PUBLISHER, 0, PUBLISHER, b.row.publisher);
    synth_facts_year(s, F_YEAR, b.year);
    synth_facts_number(s, F_PAGES, b.pages, 0);
    synth_facts_isbn(s, F_ISBN, hash_mix(b.h, 9));
    synth_facts_price(s, F_PRICE, 5 + (double)(b.pages / 12), 0.3);
    synth_facts_words(s, F_LANGUAGE, languages[synth_common(b.row.h, 4)][naming]);
    synth_facts_words(s, F_FORMAT, formats[b.h / 32 % 2][naming]);
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    uint64_t h = synth_of(s, s->type, s->i, 12);
    if (s->type == BOOK) {
        describe_book(s);
        return;
    }
    synth_facts_head(s, false);
    if (s->type == AUTHOR && s->i < authors(s) && h % 3 && !synth_names_in_crowd(s->i)) {
        synth_facts_date(s, F_BORN, synth_names_born(s, AUTHOR, s->i), h);
    } else if (s->type == PUBLISHER) {
        synth_facts_place(s, F_CITY, hash_mix(h, 1));
    }
}

const struct synth_kind synth_books = SYNTH_KIND("books", "books with authors, publishers", label);
