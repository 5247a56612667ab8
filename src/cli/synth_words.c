#include "synth_internal.h"

#include <math.h>

void synth_words_add(struct buf *out, uint64_t number)
{
    static const char *const begins[] = {"b", "br", "c", "ch", "d",  "f", "g", "gr",
                                         "h", "j",  "k", "l",  "m",  "n", "p", "r",
                                         "s", "st", "t", "v",  "w",  "th", "", "s"};
    static const char *const middles[] = {"a", "e", "i", "o", "u", "ai", "ee", "ou", "ea", "o"};
    static const char *const ends[] = {"", "n", "r", "l", "s", "t", "nd", "m", "rk", "ck", "", ""};
    uint64_t h = hash_mix(number, 17);
    size_t syllables = 1u + (number > 60) + (h >> 60 > 9);
    for (size_t i = 0; i < syllables; i++) {
        h = hash_mix(h, i);
        buf_append_text(out, begins[h % 24]);
        buf_append_text(out, middles[(h >> 8) % 10]);
        buf_append_text(out, ends[(h >> 16) % 12]);
    }
}

struct synth_lexicon synth_words_lexicon(uint64_t first, double factor, uint64_t n, double power,
                                         double shift)
{
    double words = floor(factor * pow((double)n, power)) + 20;
    return (struct synth_lexicon){first, words, shift < 1 ? words * shift : shift};
}

/* 1 / (rank + shift) integrated, and inverted. */
void synth_words_add_used(struct buf *out, const struct synth_lexicon *l, uint64_t h)
{
    double rank = l->shift * (pow(1 + l->words / l->shift, synth_share(h)) - 1);
    synth_words_add(out, l->first + (uint64_t)(rank < l->words ? rank : l->words - 1));
}

void synth_words_add_any(struct buf *out, const struct synth_lexicon *l, uint64_t h)
{
    synth_words_add(out, l->first + (uint64_t)(l->words * synth_share(h)));
}
