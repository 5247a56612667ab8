/*
 * settings.h - the settings a store was built with, as it remembers them: lines
 * `name=value`, each line ended by a newline.  Which there are is the engine's to say; here
 * they are compared.
 */
#ifndef ALIGND_STATE_SETTINGS_H
#define ALIGND_STATE_SETTINGS_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* Takes the first line off, without its end. */
struct slice settings_next_line(struct slice *rest);

/* The line of the same name as `like` (NAME=anything); empty for none. */
struct slice settings_find_line(struct slice lines, struct slice like);

/* Says in the log which settings differ, each by its name and in words, or by what it is where its
 * value says nothing to a person (mapping, model); true when any does. */
bool settings_differ(struct slice stored, struct slice wanted);

/* Do they differ, and in these names alone?  NAME= each. */
bool settings_differ_only_in(struct slice stored, struct slice wanted, const char *const *names,
                             size_t count);
#endif
