/*
 * attention.h - what a pair's network does with neighbours in lanes, eight at a time: at most
 * ATTENTION_LANES of a kind on a side.  "Eights" of n: TILE_ROUND(n); what lies in lanes past the
 * last must be readable and has no say.  Each number is one chain of operations in a fixed order.
 */
#ifndef ALIGND_KERNEL_ATTENTION_H
#define ALIGND_KERNEL_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

enum { ATTENTION_LANES = 32 };

/*
 * Squared distances of the codes of two sides, and how near the nearest is: e^(-8 distance).
 *
 *   distance   in, out  (n_a, eights of n_b): products of the codes, which become distances
 *   norm       in       (eights of n): squared lengths
 *   nearest    out      (eights of n): the greatest nearness of the lane
 *
 * n_a, n_b >= 1.
 */
void attention_relate(float *distance, const float *norm_a, size_t n_a, const float *norm_b,
                      size_t n_b, float *nearest_a, float *nearest_b);

/* One side of a meeting. */
struct attention_side {
    const float *norm; /* (eights of n) squared lengths of the messages */
    const float *said; /* (eights of n) 1 or 0: whether it says anything */
    size_t n;
    float *best, *sum; /* out (eights of n) the greatest similarity, and all of them */
};

/*
 * similarity[i, j] = said_i said_j e^(-tau (|message_i - message_j|^2 + code[i, j]))
 *
 *   similarity, dot, code  (n_a, eights of n_b)  out, in, in
 */
void attention_meet(float *similarity, const float *dot, const float *code, float tau,
                    const struct attention_side *a, const struct attention_side *b);

/* One side whose neighbours look for their twins, by name. */
struct attention_named {
    const float *norm, *said;
    const uint32_t *named; /* (n), eights of it readable: its relation */
    size_t n;
    float *twin, *anyhow; /* out (eights of n) */
};

/* The cosine of the nearest lane of the other side, 0 at least and where one says nothing: of
 * those by the same relation, and of all.  dot (n_a, eights of n_b). */
void attention_twins(const float *dot, const struct attention_named *a,
                     const struct attention_named *b);

/* Neighbours of one kind as heads of self-attention look at them. */
struct attention_seen {
    const float *best, *comparable; /* (s) */
    const float *beta, *gate;       /* (heads, s) */
    size_t s;                       /* in eights */
};

/* agree = sum beta best, disagree = sum beta comparable (1 - best), count = sum gate best over
 * all kinds, for each head; out (8), zero past heads <= 8. */
void attention_look(float *agree, float *disagree, float *count, const struct attention_seen *kinds,
                    size_t n_kinds, size_t heads);

/* sum_ij left[i] matrix[i, j] right[j], i < n, j < s, in eights; stride >= s */
float attention_bilinear(const float *matrix, size_t stride, const float *left, size_t n,
                         const float *right, size_t s);

/* sum x[l], l < s, in eights */
float attention_total(const float *x, size_t s);

/* gate = 1 / (1 + e^-logit), n in eights */
void attention_gates(float *gate, const float *logit, size_t n);

/* x = e^x / (1 + the sum of e^x over both), in place, zero from n to eights of n */
void attention_softmax(float *a, size_t n_a, float *b, size_t n_b);

/* Messages and how much each counts. */
struct attention_heap {
    const float *message; /* (d, stride) */
    const float *beta;    /* (eights of n), zero past n */
    size_t stride, n;
};

/* sum[k] = sum_l beta_l message[k, l] over both */
void attention_gather(float *sum, size_t d, const struct attention_heap *a,
                      const struct attention_heap *b);

/* x[i] = e^x[i] to 2 units in the last place, x clamped to [-87, 88]: neither 0 nor infinite */
void attention_exp(float x[8]);
#endif
