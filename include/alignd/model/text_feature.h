/*
 * text_feature.h - a text as the list of its features, for training: the
 * forward pass over such a list gives the bits that text_vector gives.
 */
#ifndef ALIGND_MODEL_TEXT_FEATURE_H
#define ALIGND_MODEL_TEXT_FEATURE_H

#include "alignd/base/slice.h"
#include "alignd/model/parameters.h"

#include <stddef.h>
#include <stdint.h>

struct text_feature {
    uint64_t hash;
    float weight;
    uint32_t kind;
};

enum { TEXT_MAX_FEATURES = 8192 };

/*
 * The features of a text in the order text_vector adds them; at most
 * TEXT_MAX_FEATURES, the rest is cut.  Returns how many.
 */
size_t text_vector_list(struct slice text, struct slice datatype,
                        struct text_feature out[TEXT_MAX_FEATURES]);

/* z0 of such a list; ret_norm (may be NULL): the length before normalisation. */
void text_vector_of_list(const struct model *m, const struct text_feature *list, size_t n,
                         float *z0, float *ret_norm);
#endif
