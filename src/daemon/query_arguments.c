/*
 * query_arguments.c - the arguments of a page, each with words about what is wrong with it.
 */
#include "query_arguments.h"

#include "alignd/base/number.h"

#include <assert.h>

unsigned query_check(const struct http_request *request, const char *const *known,
                     struct buf *wrong)
{
    const char *other = http_argument_other(request, known);
    if (!other)
        return 0;
    buf_append_format(wrong, "%s: there is no '%s'%s", request->path, other,
                      known[0] ? ", but" : "");
    for (; *known; known++)
        buf_append_format(wrong, " %s", *known);
    return 400;
}

unsigned query_entity(const struct http_request *request, const char *name, const char *other,
                      struct buf *iri, struct buf *wrong)
{
    const char *text = http_argument(request, name);
    if (!text && other)
        text = http_argument(request, other);
    if (!text || !*text) {
        buf_append_format(wrong, "which entity? %s?%s=IRI, percent-encoded", request->path, name);
        return 400;
    }
    assert(!iri->len);
    for (; *text; text++)
        buf_append_char(iri, *text == ' ' ? '+' : *text);
    return 0;
}

unsigned query_share(const struct http_request *request, const char *name, float *share,
                     struct buf *wrong)
{
    const char *text = http_argument(request, name);
    double value;
    if (!text)
        return 0;
    if (!number_read_double(slice_of(text), &value) || value < 0 || value > 1) {
        buf_append_format(wrong, "%s: '%s' is no number from 0 to 1", name, text);
        return 400;
    }
    *share = (float)value;
    assert(*share >= 0 && *share <= 1);
    return 0;
}

unsigned query_count(const struct http_request *request, const char *name, size_t most,
                     size_t *count, struct buf *wrong)
{
    const char *text = http_argument(request, name);
    int64_t value;
    assert(most >= 1 && most <= INT64_MAX);
    if (!text)
        return 0;
    if (!number_read_integer(slice_of(text), &value) || value < 1 || value > (int64_t)most) {
        buf_append_format(wrong, "%s: '%s' is no number from 1 to %zu", name, text, most);
        return 400;
    }
    *count = (size_t)value;
    return 0;
}

unsigned query_graph(const struct http_request *request, const char *name, const struct state *s,
                     size_t *graph, struct buf *wrong)
{
    const char *text = http_argument(request, name);
    assert(s->graph_count >= 1);
    if (!text)
        return 0;
    for (size_t i = 0; i < s->graph_count; i++)
        if (state_is_catalog(s, i) && slice_equal(s->graphs[i].name, slice_of(text))) {
            *graph = i;
            return 0;
        }
    buf_append_format(wrong, "%s: there is no '%s', but", name, text);
    for (size_t i = 0; i < s->graph_count; i++)
        if (state_is_catalog(s, i))
            buf_append_format(wrong, " %.*s", (int)s->graphs[i].name.len, s->graphs[i].name.data);
    return 400;
}
