/*
 * explain_words.c - the words for a piece of evidence, and for what became of a pair.
 */
#include "alignd/cli/explain_words.h"

#include <assert.h>
#include <math.h>

size_t explain_words_told(const struct explain_evidence *x, float least, size_t most,
                          float *ret_rest)
{
    assert(x->features || !x->count);
    size_t told = 0;
    while (told < x->count && told < most && fabsf(x->features[told].adds) >= least)
        told++; /* the heaviest stand first */
    *ret_rest = 0;
    for (size_t i = told; i < x->count; i++)
        *ret_rest += x->features[i].adds;
    return told;
}

void explain_words_feature(struct buf *out, const struct explain_feature *f)
{
    buf_append_text(out, f->name);
    if (!isnan(f->value))
        buf_append_format(out, ": %.3g", (double)f->value);
}

static void append_rival(struct buf *out, const char *whose, const struct explain_why *why)
{
    assert(why->rival_iri.len);
    buf_append_format(out, "%s one has a better match: '", whose);
    buf_append_slice(out, why->rival_label.len ? why->rival_label : why->rival_iri);
    buf_append_format(out, "' at %.4f <", (double)why->rival_score);
    buf_append_slice(out, why->rival_iri);
    buf_append_char(out, '>');
}

void explain_words_why(struct buf *out, const struct explain_why *why, float threshold)
{
    static const char *const words[] = {
        [EXPLAIN_MATCH] = "it is the match",
        [EXPLAIN_BARRED] = "barred: a verdict says that the two are different",
        [EXPLAIN_TYPES] = "never compared: they are of different types",
        [EXPLAIN_NO_BLOCK] = "never compared: they share no block",
        [EXPLAIN_DEAD] = "never compared: all blocks they share are dead, as too many are in them",
        [EXPLAIN_TOO_LITTLE] =
            "never compared: the blocks they share say too little, for names so far apart",
        [EXPLAIN_WAITS] = "not decided yet: work is put off"};
    switch (why->reason) {
    case EXPLAIN_BELOW:
        buf_append_format(out, "below the threshold of %.3f", (double)threshold);
        break;
    case EXPLAIN_BETTER:
        append_rival(out, "this", why);
        break;
    case EXPLAIN_TAKEN:
        append_rival(out, "that", why);
        break;
    default:
        assert(words[why->reason]);
        buf_append_text(out, words[why->reason]);
    }
}
