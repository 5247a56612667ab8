/*
 * network_gradient.h - the backward passes of network.h, each beside a forward
 * pass that serving shares.  A gradient of the parameters is a struct model of
 * the same shape; everything is added to what the outputs hold.
 */
#ifndef ALIGND_LEARN_NETWORK_GRADIENT_H
#define ALIGND_LEARN_NETWORK_GRADIENT_H

#include "alignd/model/network.h"
#include "alignd/model/network_pass.h"
#include "alignd/model/text_feature.h"

/* Same shape as m, all zero.  Freed by model_free. */
void network_gradient_new(const struct model *m, struct model **ret_grad);

/* Where the gradients of the vectors of a neighbour go; dz1 NULL: not wanted. */
struct network_neighbour_gradient {
    float *dz0, *dz1;
};

/*
 * Of the logit, before calibration, times dlogit.
 *
 *   profile_a, profile_b    in  of network_profile_build
 *   dprofile_a, dprofile_b  add (floats of each profile); zeroed by the caller at first
 */
void network_score_backward(const struct model *m, const float *profile_a, const float *profile_b,
                            float dlogit, struct model *grad, float *dprofile_a, float *dprofile_b);

/* The same of a pass whose forward pass is at hand, with parts left out (enum ablation_part). */
void network_score_backward_pass(const struct model *m, const struct network_pass *x,
                                 unsigned without, float dlogit, const float *profile_a,
                                 const float *profile_b, struct model *grad, float *dprofile_a,
                                 float *dprofile_b);

/*
 *   profile   in  what network_profile_build gave for the same arguments
 *   dprofile  in
 *   dz0_self  add (model_z0_floats)
 *   dn        add (n) in the order of the neighbours
 */
void network_profile_backward(const struct model *m, const float *z0_self,
                              const struct network_neighbour *neighbours, size_t n,
                              const float *profile, const float *dprofile, struct model *grad,
                              float *dz0_self, const struct network_neighbour_gradient *dn);

/* dz1: (model_z1_floats) of what network_vector1 gives; dn[i].dz1 is not touched. */
void network_vector1_backward(const struct model *m, const float *z0_self,
                              const struct network_neighbour *neighbours, size_t n,
                              const float *dz1, struct model *grad, float *dz0_self,
                              const struct network_neighbour_gradient *dn);

/* Adds to bucket_weight and kind_weight of grad, given dz0 and what the forward pass gave. */
void text_vector_backward(const struct model *m, const struct text_feature *list, size_t n,
                          const float *z0, float norm, const float *dz0, struct model *grad);
#endif
