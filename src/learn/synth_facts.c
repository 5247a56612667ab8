/*
 * synth_facts.c - the facts of an entity as the make of a side has them: told or
 * not, with slips, in the side's spelling.
 */
#include "synth_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

double synth_careless(const struct synth *s, size_t side, size_t type, uint64_t i)
{
    double x = synth_share(synth_draw(s, synth_key(type, i), 200 + side, 0));
    return s->options->noise * s->make.careless[side] * x * x * 2;
}

uint64_t synth_planned(const struct synth *s)
{
    return (uint64_t)((double)s->options->works / s->make.thin);
}

bool synth_knows(const struct synth *s, size_t side, size_t type, uint64_t i, uint64_t group,
                 double times)
{
    assert(side < 2 && times > 0 && times <= 1);
    double lacks = (1 - s->make.known[side]) * times, all = lacks * s->make.together;
    uint64_t of_group = synth_draw(s, synth_key(type, group), 110 + side, 1);
    uint64_t own = synth_draw(s, synth_key(type, i), 100 + side, 0);
    if (times >= 1 && !synth_chance(synth_of(s, type, i, 130), 1, s->make.thin))
        return false;
    return synth_share(of_group) >= all && synth_share(own) * (1 - all) < 1 - lacks;
}

/* --- head --- */

bool synth_facts_alias(const struct synth *s, size_t side, size_t type, uint64_t i, bool told)
{
    assert(side < 2 && type < s->kind->type_count);
    size_t teller = s->make.aliased[1] > s->make.aliased[0];
    uint64_t h = synth_of(s, type, i, 96);
    if (!s->kind->types[type].renamed || !synth_chance(h, 1, s->make.aliased[teller]))
        return false;
    return told ? side == teller : side != teller && h % 2;
}

void synth_facts_add_alias(struct synth *s, struct buf *out, size_t type, uint64_t i)
{
    synth_words_add_title(s, out, synth_of(s, type, i, 97), 0);
}

static void tell_label(struct synth *s, size_t fact)
{
    assert(fact == SYNTH_LABEL || fact == SYNTH_ALIAS);
    if (s->rc)
        return;
    if (synth_habit(s, s->side, SYNTH_LANGUAGE))
        synth_tell_typed(s, fact, "@en");
    else
        synth_tell_text(s, fact);
}

void synth_facts_head(struct synth *s, bool may_lack)
{
    assert(s->side < 2 && s->type < s->kind->type_count);
    uint64_t h = synth_draw(s, synth_key(s->type, s->i), 120 + s->side, 0);
    if (!may_lack || !synth_chance(h, 1, s->make.unlabelled[s->side])) {
        synth_spell_label(s, s->side, s->type, s->i);
        tell_label(s, SYNTH_LABEL);
    }
    synth_tell_type(s);
    if (!synth_facts_alias(s, s->side, s->type, s->i, true))
        return;
    buf_clear(&s->text);
    synth_facts_add_alias(s, &s->text, s->type, s->i);
    synth_spell_capitals(&s->text, true);
    tell_label(s, SYNTH_ALIAS);
}

bool synth_facts_bare(const struct synth *s)
{
    uint64_t h = synth_draw(s, synth_key(s->type, s->i), 120 + s->side, 0);
    return synth_chance(h, 2, s->make.bare[s->side]);
}

/* --- one fact --- */

static uint64_t of_fact(const struct synth *s, size_t fact, unsigned place)
{
    return synth_draw(s, synth_key(s->type, s->i), 500 + s->side, fact * 100 + place);
}

/* Is it one of the few that the side tells of many? */
static bool is_taken(const struct synth *s, size_t fact, unsigned place)
{
    assert(fact < s->kind->fact_count);
    unsigned most = s->make.most[s->side][fact];
    unsigned first =
        s->kind->facts[fact].any && most < 4 ? (unsigned)(of_fact(s, fact, 99) % 3) : 0;
    return place >= first && place < first + most;
}

bool synth_facts_told(const struct synth *s, size_t fact, unsigned place)
{
    assert(fact < s->kind->fact_count);
    double careless = synth_careless(s, s->side, s->type, s->i);
    double told = (double)s->make.told[s->side][fact];
    if (!s->kind->facts[fact].kept)
        told *= 1 - careless * 0.25;
    return is_taken(s, fact, place) && synth_chance(of_fact(s, fact, place), 1, told);
}

/* Does it slip? */
static bool slips(const struct synth *s, size_t fact, double share)
{
    double careless = synth_careless(s, s->side, s->type, s->i);
    return synth_chance(of_fact(s, fact, 0), 2, careless * share);
}

static void tell(struct synth *s, size_t fact, const char *datatype)
{
    synth_tell_typed(s, fact, synth_habit(s, s->side, SYNTH_DATATYPE) ? datatype : NULL);
}

void synth_facts_number(struct synth *s, size_t fact, double value, int decimals)
{
    assert(decimals >= 0 && isfinite(value));
    if (!synth_facts_told(s, fact, 0))
        return;
    if (slips(s, fact, 0.15))
        value += of_fact(s, fact, 0) % 2 && value > 1 ? -1 : 1;
    buf_clear(&s->text);
    buf_append_format(&s->text, "%.*f", decimals, value);
    tell(s, fact, decimals ? "decimal" : "integer");
}

void synth_facts_year(struct synth *s, size_t fact, int year)
{
    assert(year > 0);
    if (!synth_facts_told(s, fact, 0))
        return;
    if (slips(s, fact, 0.25))
        year += of_fact(s, fact, 0) % 2 ? -1 : 1;
    buf_clear(&s->text);
    if (synth_habit(s, s->side, SYNTH_DATE) == 4)
        buf_append_format(&s->text, "'%02d", year % 100);
    else
        buf_append_format(&s->text, "%d", year);
    tell(s, fact, synth_habit(s, s->side, SYNTH_DATE) == 4 ? NULL : "gYear");
}

void synth_facts_date(struct synth *s, size_t fact, int year, uint64_t h)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    unsigned habit = synth_habit(s, s->side, SYNTH_DATE);
    if (habit == 0 || habit == 4) {
        synth_facts_year(s, fact, year);
        return;
    }
    if (!synth_facts_told(s, fact, 0))
        return;
    int month = synth_between(h, 1, 1, 12), day = synth_between(h, 2, 1, 28);
    if (slips(s, fact, 0.2)) /* another day of release */
        day = 1 + (day + 7) % 28;
    assert(month >= 1 && month <= 12 && day >= 1 && day <= 28);
    const char *name = months[month - 1];
    buf_clear(&s->text);
    if (habit == 1)
        buf_append_format(&s->text, "%d-%02d-%02d", year, month, day);
    else if (habit == 2)
        buf_append_format(&s->text, "%d-%.3s-%02d", day, name, year % 100);
    else if (habit == 3)
        buf_append_format(&s->text, "%s %d, %d", name, day, year);
    else
        buf_append_format(&s->text, "%02d.%02d.%d", day, month, year);
    tell(s, fact, habit == 1 ? "date" : NULL);
}

void synth_facts_length(struct synth *s, size_t fact, int seconds)
{
    assert(fact < s->kind->fact_count);
    if (!synth_facts_told(s, fact, 0))
        return;
    uint64_t h = of_fact(s, fact, 0);
    if (h % 3 == 0) /* measured elsewhere */
        seconds +=
            synth_between(h, 3, -1, 1) + (slips(s, fact, 0.3) ? synth_between(h, 4, -3, 3) : 0);
    buf_clear(&s->text);
    switch (synth_habit(s, s->side, SYNTH_LENGTH)) {
    case 1:
        buf_append_format(&s->text, "%d",
                          seconds * 1000 + (h % 2 ? synth_between(h, 5, 0, 499) : 0));
        break;
    case 2:
        buf_append_format(&s->text, "%d:%02d", seconds / 60, seconds % 60);
        break;
    case 3:
        buf_append_format(&s->text, "%dm %dsec", seconds / 60, seconds % 60);
        break;
    case 4:
        buf_append_format(&s->text, "00:%02d:%02d", seconds / 60, seconds % 60);
        break;
    case 5:
        buf_append_format(&s->text, "PT%dM%dS", seconds / 60, seconds % 60);
        tell(s, fact, "duration");
        return;
    default:
        buf_append_format(&s->text, "%d", seconds);
        tell(s, fact, "integer");
        return;
    }
    synth_tell_text(s, fact);
}

void synth_facts_minutes(struct synth *s, size_t fact, int minutes)
{
    assert(minutes > 0);
    if (!synth_facts_told(s, fact, 0))
        return;
    uint64_t h = of_fact(s, fact, 0);
    if (h % 4 == 0)
        minutes +=
            synth_between(h, 3, -1, 1) + (slips(s, fact, 0.3) ? synth_between(h, 4, -4, 4) : 0);
    unsigned habit = synth_habit(s, s->side, SYNTH_MINUTES);
    buf_clear(&s->text);
    if (habit == 1)
        buf_append_format(&s->text, "%d min", minutes);
    else if (habit == 2)
        buf_append_format(&s->text, "%dh %dm", minutes / 60, minutes % 60);
    else
        buf_append_format(&s->text, "%d", habit == 3 ? minutes * 60 : minutes);
    tell(s, fact, habit == 1 || habit == 2 ? NULL : "integer");
}

void synth_facts_price(struct synth *s, size_t fact, double price, double spread)
{
    assert(price >= 0 && spread >= 0 && spread < 1);
    if (!synth_facts_told(s, fact, 0))
        return;
    uint64_t h = of_fact(s, fact, 0);
    if (h % 4) /* a quarter sells at the list price */
        price *= 1 + spread * (2 * synth_share(hash_mix(h, 3)) - 1) / 2;
    price = price < 20 ? floor(price) + 0.99 : floor(price) + (h / 4 % 3 ? 0.99 : 0);
    if (spread > 0 && slips(s, fact, 0.1)) /* it is not known, and so the program writes 0 */
        price = 0;
    unsigned habit = synth_habit(s, s->side, SYNTH_PRICE);
    buf_clear(&s->text);
    if (habit == 0)
        buf_append_format(&s->text, "%.2f", price);
    else if (habit == 1)
        buf_append_format(&s->text, "$%.2f", price);
    else if (habit == 2)
        buf_append_format(&s->text, "%.2f USD", price);
    else if (habit == 3)
        buf_append_format(&s->text, "%.0f", price);
    else
        buf_append_format(&s->text, "%d,%02d EUR", (int)price,
                          (int)floor((price - floor(price)) * 100));
    tell(s, fact, habit == 0 || habit == 3 ? "decimal" : NULL);
}

/* --- codes --- */

void synth_facts_add_code(const struct synth *s, struct buf *out, size_t side, struct slice code)
{
    assert(side < 2 && (code.data || !code.len));
    unsigned habit = synth_habit(s, side, SYNTH_CODE);
    for (size_t k = 0; k < code.len; k++) {
        char c = code.data[k];
        if (c != '-')
            buf_append_char(out, habit == 3 && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        else if (habit == 0 || habit == 2)
            buf_append_char(out, habit == 0 ? '-' : ' ');
    }
}

void synth_facts_code(struct synth *s, size_t fact, struct slice code)
{
    assert(code.len);
    if (!synth_facts_told(s, fact, 0))
        return;
    buf_clear(&s->text);
    synth_facts_add_code(s, &s->text, s->side, code);
    synth_tell_text(s, fact);
}

/* Of 13 digits, or of 10, which have the nine of the book in common. */
void synth_facts_isbn(struct synth *s, size_t fact, uint64_t h)
{
    if (!synth_facts_told(s, fact, 0))
        return;
    char nine[16];
    snprintf(nine, sizeof(nine), "%09llu", (unsigned long long)(h % 1000000000u));
    assert(strlen(nine) == 9);
    unsigned habit = synth_habit(s, s->side, SYNTH_ISBN), sum13 = 9 + 3 * 7 + 8, sum10 = 0;
    for (unsigned k = 0; k < 9; k++) {
        sum13 += (unsigned)(nine[k] - '0') * (k % 2 ? 1 : 3);
        sum10 += (unsigned)(nine[k] - '0') * (10 - k);
    }
    char last =
        habit < 2 ? (char)('0' + (10 - sum13 % 10) % 10) : "0123456789X"[(11 - sum10 % 11) % 11];
    const char *sign = habit % 2 ? "-" : "";
    buf_clear(&s->text);
    buf_append_format(&s->text, "%s%s%c%s%.3s%s%.5s%s%c", habit < 2 ? "978" : "",
                      habit < 2 ? sign : "", nine[0], sign, nine + 1, sign, nine + 4, sign, last);
    synth_tell_text(s, fact);
}

void synth_facts_phone(struct synth *s, size_t fact, unsigned area, uint64_t h)
{
    assert(area >= 200 && area < 1000);
    if (!synth_facts_told(s, fact, 0))
        return;
    unsigned middle = 200 + (unsigned)(h % 700), last = (unsigned)(h / 1024 % 10000);
    buf_clear(&s->text);
    switch (synth_habit(s, s->side, SYNTH_PHONE)) {
    case 0:
        buf_append_format(&s->text, "%03u-%03u-%04u", area, middle, last);
        break;
    case 1:
        buf_append_format(&s->text, "%03u/%03u-%04u", area, middle, last);
        break;
    case 2:
        buf_append_format(&s->text, "(%03u) %03u-%04u", area, middle, last);
        break;
    case 3:
        buf_append_format(&s->text, "%03u.%03u.%04u", area, middle, last);
        break;
    case 4:
        buf_append_format(&s->text, "+1 %03u %03u %04u", area, middle, last);
        break;
    default:
        buf_append_format(&s->text, "%03u%03u%04u", area, middle, last);
    }
    synth_tell_text(s, fact);
}

/* --- words and edges --- */

void synth_facts_place(struct synth *s, size_t fact, uint64_t h)
{
    assert(fact < s->kind->fact_count);
    if (!synth_facts_told(s, fact, 0))
        return;
    buf_clear(&s->text);
    synth_words_add_place(s, &s->text, h);
    synth_spell_capitals(&s->text, true);
    synth_tell_text(s, fact);
}

void synth_facts_words(struct synth *s, size_t fact, const char *words)
{
    assert(words);
    if (!synth_facts_told(s, fact, 0))
        return;
    buf_clear(&s->text);
    buf_append_text(&s->text, words);
    synth_tell_text(s, fact);
}

/* Was it told of this entity?  It is from now on. */
static bool told_before(struct synth *s, size_t fact, uint64_t to)
{
    assert(s->edges <= SYNTH_EDGES_MAX);
    for (size_t k = 0; k < s->edges; k++)
        if (s->edge[k].fact == fact && s->edge[k].to == to)
            return true;
    if (s->edges < SYNTH_EDGES_MAX) {
        s->edge[s->edges].fact = fact;
        s->edge[s->edges++].to = to;
    }
    return false;
}

void synth_facts_edge(struct synth *s, size_t fact, unsigned place, size_t type, uint64_t i)
{
    assert(type < s->kind->type_count && fact < s->kind->fact_count);
    enum synth_form form = synth_form(s, s->side, type);
    if (form == SYNTH_INSIDE || !synth_facts_told(s, fact, place) || told_before(s, fact, i))
        return;
    if (form == SYNTH_VALUE) {
        synth_spell_label(s, s->side, type, i);
        synth_tell_text(s, fact);
    } else if (s->kind->knows(s, s->side, type, i)) {
        synth_tell_entity(s, fact, type, i);
    }
}
