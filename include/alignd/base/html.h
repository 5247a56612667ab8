/*
 * html.h - text of others within a page of HTML, which is XML as well: whatever it holds, it is
 * shown as text and changes nothing around it.
 *
 * The five signs that mark up are written as references, and so are tabs and ends of lines.  What
 * is not seen but acts is shown by its number, as in "[U+202E]": control characters, what turns the
 * direction of text, and what XML may not hold.  What is not UTF-8 is U+FFFD.
 */
#ifndef ALIGND_BASE_HTML_H
#define ALIGND_BASE_HTML_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

/* Between tags, or within the quotes of an attribute.  Text must not lie in out. */
void html_append(struct buf *out, struct slice text);

/* Between tags, its direction its own: in at most so many columns (at least 1), the last then a
 * '…', and the whole of it as the tip of what is shown. */
void html_append_short(struct buf *out, struct slice text, size_t columns);
#endif
