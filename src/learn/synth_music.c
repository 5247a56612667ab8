/*
 * synth_music.c - recordings, albums, artists and songwriters.
 *
 * Four albums in a row are of one artist: an album with its remixes, its deluxe edition, its
 * singles, or four volumes, or four compilations of various artists.  So the tracks of an
 * album share all that they know, and there are versions of them nearby; some tracks are
 * covers of others, with the songwriters and the year of those.
 */
#include "synth_internal.h"

#include <assert.h>

enum type { TRACK, ALBUM, ARTIST, WRITER, GENRE, TYPES };

static const struct synth_type types[TYPES] = {
    {.name = "track", .linked = true},
    {.name = "album", .linked = true, .value = true},
    {.name = "artist", .linked = true, .person = true, .value = true, .inside = true},
    {.name = "songwriter", .linked = true, .person = true, .value = true},
    {.name = "genre", .value = true},
};

enum fact {
    F_ARTIST = SYNTH_FACTS,
    F_ALBUM,
    F_WRITER,
    F_LENGTH,
    F_DATE,
    F_NUMBER,
    F_GENRE,
    F_LANGUAGE,
    F_PRICE,
    F_ISRC,
    F_BARCODE,
    F_BORN,
    F_COUNTRY,
    FACTS
};

static const struct synth_fact facts[FACTS] = {
    SYNTH_FIRST_FACTS,
    {.name = "artist", .kept = true},
    {.name = "album", .kept = true},
    {.name = "writer"},
    {.name = "length"},
    {.name = "date"},
    {.name = "number"},
    {.name = "genre"},
    {.name = "language"},
    {.name = "price"},
    {.name = "isrc", .rare = true},
    {.name = "barcode", .rare = true},
    {.name = "born"},
    {.name = "country"},
};

enum { ALBUMS = 4, TRACKS = 16 }; /* slots of a row of albums, of an album */

enum album_kind {
    NO_ALBUM,
    LONG_PLAYER,
    REMIXES,
    DELUXE,
    LIVE,
    SINGLE,
    VOLUME,
    COMPILATION,
    SUITE
};

struct album {
    enum album_kind kind;
    uint64_t i, row, h;
    int tracks, year, number;
    uint64_t artist;
};

enum version {
    PLAIN,
    REMIX,
    LIVE_VERSION,
    RADIO_EDIT,
    ACOUSTIC,
    INSTRUMENTAL,
    EXTENDED,
    DEMO,
    VERSIONS
};

struct track {
    struct album album;
    uint64_t h, title, twist;
    const char *stock; /* a title that many bear */
    int part;          /* of several; 0: whole */
    enum version version;
    uint64_t performer, guest; /* guest: 1 + i, 0: none */
    uint64_t written;          /* what its songwriters hang on */
    int seconds, year, written_in;
};

/* The others stand for nobody. */
static uint64_t artists(const struct synth *s)
{
    return s->count[ARTIST] - s->count[ARTIST] / 16 / 4 * 4 - 4;
}

static void prepare(struct synth *s)
{
    assert(s->options->works > 0);
    uint64_t *n = s->count, works = synth_planned(s), rows = works / 17 + 1;
    n[ALBUM] = rows * ALBUMS;
    n[TRACK] = n[ALBUM] * TRACKS;
    n[ARTIST] = rows + rows / 8 + 24;
    n[WRITER] = (uint64_t)s->options->works / 5 + 32;
    n[GENRE] = 16;
    synth_words_prepare(s, works, n[WRITER] + n[ARTIST], rows / 4 + 10, rows / 4 + 10);
}

/* --- the world --- */

static uint64_t artist_of_row(const struct synth *s, uint64_t row)
{
    assert(row < s->count[ALBUM] / ALBUMS);
    uint64_t h = synth_of(s, ALBUM, row * ALBUMS, 1), n = artists(s);
    if (h % 5 < 3) /* most artists have a row of their own */
        return row * n / (s->count[ALBUM] / ALBUMS);
    uint64_t so_far = synth_arrived(s, ARTIST, ALBUM, row * ALBUMS);
    if (so_far < 24)
        so_far = 24;
    return synth_common(hash_mix(h, 1), so_far < n ? so_far : n);
}

static enum album_kind kind_of(const struct synth *s, uint64_t of_row, uint64_t h, uint64_t slot)
{
    assert(slot < ALBUMS);
    switch (of_row % 10) {
    case 0:
        return h % 4 ? VOLUME : NO_ALBUM;
    case 1:
        return h % 4 ? COMPILATION : NO_ALBUM;
    case 2:
        return slot < 2 ? SUITE : NO_ALBUM;
    default:
        break;
    }
    static const enum album_kind second[] = {LONG_PLAYER, LONG_PLAYER, LONG_PLAYER, REMIXES,
                                             REMIXES,     DELUXE,      DELUXE,      LIVE};
    if (slot == 0)
        return LONG_PLAYER;
    if (slot == 1)
        return second[h / 4 % 8];
    if (slot >= 2 && synth_tangled(s, of_row))
        return LONG_PLAYER;
    if (slot == 2)
        return h % 2 ? SINGLE : NO_ALBUM;
    return h % 4 ? NO_ALBUM : LONG_PLAYER;
}

static struct album album_of(const struct synth *s, uint64_t i)
{
    static const int least[] = {0, 8, 4, 3, 5, 2, 3, 6, 4}, most[] = {0, 14, 8, 6, 9, 5, 6, 11, 8};
    struct album a = {.i = i, .row = i / ALBUMS, .h = synth_of(s, ALBUM, i, 2)};
    uint64_t of_row = synth_of(s, ALBUM, a.row * ALBUMS, 3);
    int slot = (int)(i % ALBUMS);
    a.kind = kind_of(s, of_row, a.h, i % ALBUMS);
    a.tracks = a.kind ? synth_between(a.h, 1, least[a.kind], most[a.kind]) : 0;
    a.year = synth_between(of_row, 2, 1958, 2018) + (a.kind == SINGLE ? 0 : slot);
    a.number = synth_between(of_row, 3, 1, a.kind == COMPILATION ? 30 : 3) + slot;
    a.artist = artist_of_row(s, a.row);
    assert(a.tracks >= 0 && a.tracks <= TRACKS && a.artist < s->count[ARTIST]);
    return a;
}

static const char *const openers[] = {"intro", "prologue", "opening", "overture"};
static const char *const stock_titles[] = {"interlude", "untitled", "home",    "stay",
                                           "hold on",   "forever",  "prelude", "hidden track",
                                           "breathe",   "skit",     "angel",   "without you"};

/* The title of a track of its own: the words of its neighbour but one, a stock title, ... */
static void draw_title(const struct synth *s, struct track *t, uint64_t i, int slot)
{
    assert(slot >= 0 && slot < TRACKS);
    uint64_t pair = synth_of(s, TRACK, i / 2 * 2, 4);
    t->title = t->h;
    if (t->album.kind == SUITE) {
        t->title = synth_of(s, TRACK, i / 4 * 4, 5);
        t->part = slot % 4 + 1;
    } else if (slot == 0 && (t->h % 6 == 0 || synth_tangled(s, t->h))) {
        t->stock = SYNTH_PICK(openers, hash_mix(t->h, 5));
    } else if (slot + 1 == t->album.tracks && t->h % 8 == 0) {
        t->stock = t->h % 3 ? "outro" : "epilogue";
    } else if (t->h % 40 == 1) {
        t->stock = SYNTH_PICK(stock_titles, hash_mix(t->h, 5));
    } else if (slot > 1 && (slot | 1) < t->album.tracks && pair % 16 == 0) {
        t->title = pair;
        t->part = slot % 2 + 1;
    } else if (slot > 1 && (t->h % 9 == 2 || (t->h % 3 == 0 && synth_tangled(s, t->h)))) {
        t->title = synth_of(s, TRACK, i - 1, 3);
        t->twist = hash_mix(t->h, 6);
    }
}

/* Length: of stock pieces short, now and then that of the track before. */
static int draw_length(const struct synth *s, const struct track *t, uint64_t i, int slot)
{
    assert(slot >= 0 && slot < TRACKS);
    uint64_t before = synth_of(s, TRACK, i - 1, 3);
    if (t->stock && t->h / 64 % 3)
        return synth_between(t->h, 7, 25, 130);
    if (slot && (t->h / 64 % 6 == 0 || synth_tangled(s, hash_mix(t->h, 10))))
        return synth_between(before, 8, 140, 330) + synth_between(t->h, 9, -1, 1);
    return synth_between(t->h, 8, 140, 330);
}

static struct track plain_track(const struct synth *s, const struct album *a, uint64_t i)
{
    struct track t = {.album = *a, .h = synth_of(s, TRACK, i, 3), .year = a->year};
    int slot = (int)(i % TRACKS);
    t.performer = a->artist;
    t.written = i;
    if (a->kind == COMPILATION)
        t.performer = synth_common(synth_of(s, TRACK, i, 6), artists(s));
    draw_title(s, &t, i, slot);
    t.seconds = draw_length(s, &t, i, slot);
    t.written_in = t.year;
    if (t.h / 512 % 10 == 0)
        t.guest = 1 + synth_common(synth_of(s, TRACK, i, 7), artists(s));
    assert(t.performer < s->count[ARTIST] && t.guest <= s->count[ARTIST]);
    return t;
}

/* Another one's song: its title, its writers, now and then its year and length. */
static void make_cover(const struct synth *s, struct track *t)
{
    assert(!t->version);
    uint64_t rows = s->count[ALBUM] / ALBUMS, row = hash_mix(t->h, 20) % rows;
    struct album a = album_of(s, row * ALBUMS);
    if (a.kind != LONG_PLAYER || a.artist == t->performer)
        return;
    struct track first = plain_track(s, &a, a.i * TRACKS + hash_mix(t->h, 21) % 8);
    if (first.stock || first.part)
        return;
    t->title = first.title;
    t->twist = first.twist;
    t->stock = NULL;
    t->part = 0;
    t->written = first.written;
    t->written_in = first.year;
    if (synth_chance(t->h, 22, 0.5))
        t->year = first.year;
    if (synth_chance(t->h, 23, 0.3))
        t->seconds = first.seconds + synth_between(t->h, 24, -2, 2);
}

/* A version of a track of the first album of the row. */
static void make_version(const struct synth *s, struct track *t, uint64_t i)
{
    static const enum version of_single[] = {RADIO_EDIT, REMIX, REMIX, INSTRUMENTAL, EXTENDED};
    static const enum version of_deluxe[] = {DEMO, ACOUSTIC, LIVE_VERSION, DEMO};
    int slot = (int)(i % TRACKS);
    struct album a = album_of(s, t->album.row * ALBUMS);
    uint64_t which = t->album.kind == SINGLE ? 1 + t->album.h % 4 : (uint64_t)slot % 8;
    struct track first = plain_track(s, &a, a.i * TRACKS + which);
    t->title = first.title;
    t->twist = first.twist;
    t->stock = first.stock;
    t->part = first.part;
    t->written = first.written;
    t->written_in = first.year;
    t->guest = first.guest;
    t->version = t->album.kind == SINGLE    ? of_single[slot % 5]
                 : t->album.kind == REMIXES ? REMIX
                 : t->album.kind == LIVE    ? LIVE_VERSION
                                            : of_deluxe[slot % 4];
    assert(t->version != PLAIN && t->version < VERSIONS);
    t->seconds = first.seconds + synth_between(t->h, 25, -40, 90);
    if (t->version == REMIX && t->h % 5 == 0)
        t->guest = 1 + synth_common(synth_of(s, TRACK, i, 7), artists(s));
}

static struct track track_of(const struct synth *s, uint64_t i)
{
    assert(i < s->count[TRACK]);
    struct album a = album_of(s, i / TRACKS);
    struct track t = plain_track(s, &a, i);
    bool version = a.kind == REMIXES || a.kind == SINGLE || a.kind == LIVE ||
                   (a.kind == DELUXE && i % TRACKS < 4);
    if (version)
        make_version(s, &t, i);
    else if ((t.h / 128 % 16 == 0 || (t.h / 128 % 4 == 0 && synth_tangled(s, t.h))) &&
             a.kind != SUITE)
        make_cover(s, &t);
    return t;
}

/* --- names --- */

/* Who stands for nobody: half of those for various artists, half for an unknown one. */
static bool is_unknown(const struct synth *s, uint64_t i)
{
    return (i - artists(s)) / 2 % 2;
}

static void add_artist(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[ARTIST]);
    static const char *const nobody[2][4] = {
        {"various artists", "various artists", "various artists", "various"},
        {"unknown artist", "unknown", "[unknown]", "anonymous"}};
    static const char *const bands[] = {"quartet",  "orchestra", "trio",
                                        "ensemble", "band",      "choir"};
    const struct synth_lexicon *nouns = &s->lexica[SYNTH_NOUNS], *firms = &s->lexica[SYNTH_FIRMS];
    uint64_t h = synth_of(s, ARTIST, i, 1);
    bool article = synth_habit(s, side, SYNTH_NAMING) != 1;
    if (i >= artists(s)) {
        buf_append_text(out, nobody[is_unknown(s, i)][i / 4 % 4]);
        return;
    }
    if (i % 3 == 0 && !synth_names_in_crowd(i)) {
        synth_names_add(s, out, side, ARTIST, i);
        return;
    }
    switch (h % 8) {
    case 0:
    case 1:
        buf_append_text(out, article ? "the " : "");
        synth_words_add_any(out, &s->lexica[h % 2 ? SYNTH_NOUNS : SYNTH_ADJECTIVES],
                            hash_mix(h, 1));
        buf_append_char(out, ' ');
        synth_words_add_used(out, nouns, hash_mix(h, 2));
        buf_append_char(out, 's');
        break;
    case 2:
        buf_append_text(out, "DJ ");
        synth_words_add_any(out, firms, hash_mix(h, 1));
        break;
    case 3:
        synth_words_add_any(out, firms, hash_mix(h, 1));
        buf_append_text(out, " and the ");
        synth_words_add_used(out, nouns, hash_mix(h, 2));
        buf_append_char(out, 's');
        break;
    case 4:
        synth_words_add_place(s, out, hash_mix(h, 1));
        buf_append_format(out, " %s", bands[h / 8 % 6]);
        break;
    case 5:
        synth_words_add_any(out, firms, hash_mix(h, 1));
        break;
    default:
        synth_words_add_used(out, nouns, hash_mix(h, 1));
        buf_append_char(out, ' ');
        synth_words_add_any(out, nouns, hash_mix(h, 2));
    }
}

static const char *const genres[] = {
    "rock",      "pop",        "jazz",    "folk",  "soul",   "dance", "blues",      "country",
    "classical", "electronic", "hip-hop", "metal", "reggae", "latin", "soundtrack", "world"};

static void add_first_title(struct synth *s, struct buf *out, uint64_t row)
{
    synth_words_add_title(s, out, synth_of(s, ALBUM, row * ALBUMS, 4), 0);
}

static void add_song(struct synth *s, struct buf *out, size_t side, const struct track *t);

static void add_album(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[ALBUM]);
    struct album a = album_of(s, i);
    uint64_t first = a.i - a.i % ALBUMS;
    bool other = synth_habit(s, side, SYNTH_WORDING) % 2;
    struct track single;
    switch (a.kind) {
    case REMIXES:
        add_first_title(s, out, a.row);
        buf_append_text(out, a.h / 64 % 2 ? " remixed" : other ? ": the remixes" : " remixes");
        break;
    case DELUXE:
        add_first_title(s, out, a.row);
        buf_append_text(out, other ? " [deluxe version]" : " (deluxe edition)");
        break;
    case LIVE:
        buf_append_text(out, "live at ");
        synth_words_add_place(s, out, a.h);
        break;
    case SINGLE:
        single = plain_track(s, &a, first * TRACKS + 1 + a.h % 4);
        add_song(s, out, side, &single);
        buf_append_text(out, a.h / 64 % 3 ? " EP" : other ? " - single" : " (single)");
        break;
    case VOLUME:
        add_first_title(s, out, a.row);
        synth_words_add_part(s, out, side, SYNTH_PART_VOLUME, a.number);
        break;
    case COMPILATION:
        buf_append_format(out, "%s ", a.row % 3 ? "best of" : a.row % 2 ? "pure" : "hits of");
        buf_append_text(out, genres[a.row % 16]);
        if (a.row % 5)
            synth_words_add_part(s, out, side, SYNTH_PART_BARE, a.number);
        else
            synth_words_add_part(s, out, side, SYNTH_PART_VOLUME, a.number);
        break;
    default: /* a title of its own; self-titled ones now and then */
        if (a.h / 64 % 16 == 0)
            add_artist(s, out, side, a.artist);
        else if (i % ALBUMS)
            synth_words_add_title(s, out, a.h, 0);
        else
            add_first_title(s, out, a.row);
    }
    if (synth_habit(s, side, SYNTH_YEAR_INSIDE))
        buf_append_format(out, " (%d)", a.year);
}

static void add_song(struct synth *s, struct buf *out, size_t side, const struct track *t)
{
    assert(side < 2);
    size_t from = out->len;
    if (t->stock)
        buf_append_text(out, t->stock);
    else
        synth_words_add_title(s, out, t->title, t->twist);
    if (t->part && out->len > from)
        synth_words_add_part(s, out, side,
                             t->album.kind == SUITE && t->album.h % 2 ? SYNTH_PART_NUMBER
                                                                      : SYNTH_PART_PART,
                             t->part);
}

/* Whose remix it is, is always said: there are several. */
static bool names_remixer(const struct track *t)
{
    return t->version == REMIX && (t->album.kind != REMIXES || t->h % 3);
}

/* "(Radio Edit)", "(DJ Kavi Remix)"; a side may leave to the album to say so. */
static void add_version(struct synth *s, struct buf *out, size_t side, const struct track *t)
{
    assert(side < 2 && t->version < VERSIONS);
    static const char *const names[VERSIONS][2] = {{"", ""},
                                                   {"remix", "remix"},
                                                   {"live", "live version"},
                                                   {"radio edit", "radio edit"},
                                                   {"acoustic", "acoustic version"},
                                                   {"instrumental", "instrumental"},
                                                   {"extended mix", "extended version"},
                                                   {"demo", "demo version"}};
    const struct album *a = &t->album;
    unsigned habit = synth_habit(s, side, SYNTH_WORDING);
    bool album_says =
        (a->kind == REMIXES && a->h / 512 % 3 == side) || (a->kind == LIVE && a->h % 2);
    bool albums =
        synth_form(s, 0, ALBUM) != SYNTH_INSIDE && synth_form(s, 1, ALBUM) != SYNTH_INSIDE;
    if (!t->version || (album_says && albums && !names_remixer(t)))
        return;
    buf_append_text(out, habit == 3 ? " - " : habit == 2 ? " [" : " (");
    if (names_remixer(t)) {
        uint64_t h = hash_mix(t->h, 30);
        if (h % 2)
            add_artist(s, out, side, synth_common(h, artists(s)));
        else
            synth_words_add_any(out, &s->lexica[SYNTH_FIRMS], h);
        buf_append_char(out, ' ');
    }
    buf_append_text(out, names[t->version][habit % 2]);
    buf_append_text(out, habit == 3 ? "" : habit == 2 ? "]" : ")");
}

static void add_track(struct synth *s, struct buf *out, size_t side, uint64_t i)
{
    assert(i < s->count[TRACK]);
    struct track t = track_of(s, i);
    unsigned credit = synth_habit(s, side, SYNTH_CREDIT),
             habit = synth_habit(s, side, SYNTH_POSITION);
    bool inside = synth_form(s, side, ARTIST) == SYNTH_INSIDE,
         behind = synth_habit(s, side, SYNTH_SUBTITLE) % 2;
    if (habit == 1)
        buf_append_format(out, "%02d - ", (int)(i % TRACKS) + 1);
    else if (habit == 2)
        buf_append_format(out, "%03d-", (int)(i % TRACKS) + 1);
    else if (habit == 3)
        buf_append_format(out, "%d. ", (int)(i % TRACKS) + 1);
    if (inside && !behind) {
        add_artist(s, out, side, t.performer);
        buf_append_text(out, " - ");
    }
    add_song(s, out, side, &t);
    add_version(s, out, side, &t);
    if (t.guest && (credit || inside)) {
        buf_append_text(out, credit == 2 ? " ft. " : t.h % 2 ? " [feat. " : " (feat. ");
        add_artist(s, out, side, t.guest - 1);
        buf_append_text(out, credit == 2 ? "" : t.h % 2 ? "]" : ")");
    }
    if (inside && behind) {
        buf_append_text(out, " - ");
        add_artist(s, out, side, t.performer);
    }
    if (synth_habit(s, side, SYNTH_ENDING))
        buf_append_text(out, ".mp3");
}

static void label(struct synth *s, struct buf *out, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    switch ((enum type)type) {
    case TRACK:
        add_track(s, out, side, i);
        break;
    case ALBUM:
        add_album(s, out, side, i);
        break;
    case ARTIST:
        add_artist(s, out, side, i);
        break;
    case WRITER:
        synth_names_add(s, out, side, WRITER, i);
        break;
    default:
        buf_append_text(out, genres[i % 16]);
    }
}

/* --- the catalogs --- */

static bool knows(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    assert(type < TYPES && i < s->count[type]);
    int only = -1;
    switch ((enum type)type) {
    case TRACK:
        return (int)(i % TRACKS) < album_of(s, i / TRACKS).tracks &&
               synth_knows(s, side, TRACK, i, i / TRACKS, 1);
    case ALBUM:
        return album_of(s, i).kind && synth_knows(s, side, ALBUM, i, i, 0.3);
    case ARTIST:
        if (i >= artists(s)) /* each has its own nobodies */
            return (i - artists(s)) % 2 == side;
        only = i % 3 == 0 && !synth_names_in_crowd(i) ? synth_names_only_side(s, ARTIST, i) : -1;
        return (only < 0 || only == (int)side) && synth_knows(s, side, ARTIST, i, i, 0.25);
    case WRITER:
        only = synth_names_only_side(s, WRITER, i);
        return (only < 0 || only == (int)side) && synth_knows(s, side, WRITER, i, i, 0.4);
    default:
        return true;
    }
}

/* One of those who stand for nobody, another on either side. */
static uint64_t nobody(const struct synth *s, uint64_t row, bool unknown)
{
    uint64_t first = artists(s), n = (s->count[ARTIST] - first) / 4;
    assert(n > 0);
    uint64_t h = synth_of(s, ALBUM, row * ALBUMS, 11 + s->side);
    return first + synth_common(h, n) * 4 + (unknown ? 2 : 0) + s->side;
}

static void tell_artist(struct synth *s, const struct album *a, uint64_t artist)
{
    bool unknown = synth_of(s, ALBUM, a->row * ALBUMS, 14) % 32 == 0;
    if (unknown || artist >= artists(s))
        artist = nobody(s, a->row, unknown);
    synth_facts_edge(s, F_ARTIST, 0, ARTIST, artist);
}

static void describe_track(struct synth *s)
{
    assert(s->type == TRACK);
    struct track t = track_of(s, s->i);
    unsigned credit = synth_habit(s, s->side, SYNTH_CREDIT);
    synth_facts_head(s, false);
    tell_artist(s, &t.album, t.performer);
    if (t.guest && t.guest - 1 != t.performer && (credit == 0 || credit == 3))
        synth_facts_edge(s, F_ARTIST, 1, ARTIST, t.guest - 1);
    synth_facts_edge(s, F_ALBUM, 0, ALBUM, t.album.i);
    uint64_t song = synth_of(s, TRACK, t.written, 9), so_far = s->count[WRITER];
    for (unsigned k = 0; k < 1 + song % 2; k++)
        synth_facts_edge(s, F_WRITER, k, WRITER,
                         synth_names_pick(hash_mix(song, 10 + k), so_far, t.written_in));
    synth_facts_length(s, F_LENGTH, t.seconds);
    synth_facts_date(s, F_DATE, t.year, t.year == t.album.year ? t.album.h : t.h);
    synth_facts_number(s, F_NUMBER, (double)(s->i % TRACKS + 1), 0);
    synth_facts_edge(s, F_GENRE, 0, GENRE, t.album.row % 16);
    static const char *const languages[][2] = {
        {"English", "eng"}, {"French", "fre"}, {"Spanish", "spa"}, {"German", "ger"}};
    synth_facts_words(
        s, F_LANGUAGE,
        languages[synth_common(t.album.row, 4)][synth_habit(s, s->side, SYNTH_NAMING) % 2]);
    synth_facts_price(s, F_PRICE, t.seconds > 300 ? 1.29 : 0.99, 0);
    char code[32];
    snprintf(code, sizeof(code), "US-%c%c%c-%02d-%05u", 'A' + (char)(t.album.h % 26),
             'A' + (char)(t.album.h / 32 % 26), 'A' + (char)(t.album.h / 1024 % 26), t.year % 100,
             (unsigned)(t.h % 100000));
    synth_facts_code(s, F_ISRC, slice_of(code));
}

static void describe_album(struct synth *s)
{
    assert(s->type == ALBUM);
    struct album a = album_of(s, s->i);
    synth_facts_head(s, false);
    tell_artist(s, &a, a.kind == COMPILATION ? s->count[ARTIST] : a.artist);
    synth_facts_date(s, F_DATE, a.year, a.h);
    synth_facts_edge(s, F_GENRE, 0, GENRE, a.row % 16);
    char code[16];
    snprintf(code, sizeof(code), "%012llu", (unsigned long long)(a.h % 1000000000000u));
    synth_facts_code(s, F_BARCODE, slice_of(code));
}

static void describe(struct synth *s)
{
    assert(s->type < TYPES);
    static const char *const countries[] = {"US", "UK", "Germany", "France", "Japan", "Brazil"};
    uint64_t h = synth_of(s, s->type, s->i, 12);
    switch ((enum type)s->type) {
    case TRACK:
        describe_track(s);
        break;
    case ALBUM:
        describe_album(s);
        break;
    case ARTIST:
        synth_facts_head(s, s->i < artists(s));
        if (s->i < artists(s))
            synth_facts_words(s, F_COUNTRY, SYNTH_PICK(countries, h));
        break;
    case WRITER:
        synth_facts_head(s, false);
        if (h % 3 == 0 && !synth_names_in_crowd(s->i))
            synth_facts_date(s, F_BORN, synth_names_born(s, WRITER, s->i), h);
        break;
    default:
        synth_facts_head(s, false);
    }
}

const struct synth_kind synth_music =
    SYNTH_KIND("music", "recordings with albums, artists, songwriters", label);
