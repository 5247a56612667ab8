/*
 * model_built_in.h - the file of the default model, which is part of the program (embed.cmake).
 */
#ifndef ALIGND_MODEL_BUILT_IN_H
#define ALIGND_MODEL_BUILT_IN_H

#include <stddef.h>

extern const unsigned char model_built_in[];
extern const size_t model_built_in_bytes;

#endif
