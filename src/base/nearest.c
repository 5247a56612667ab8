/*
 * nearest.c - what somebody who wrote an unknown name may have meant: the candidate that is
 * fewest letters added, lost, changed or swapped away.  One that is further off than
 * a third of its length is no help and is not offered.  Among equals the first wins,
 * so the order of a table decides.
 */
#include "alignd/base/nearest.h"

#include <assert.h>
#include <stdint.h>

#define LENGTH_MAX 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: row i holds the distances of a's first i bytes to the
 * beginnings of b; a swap looks two rows back. */
size_t nearest_distance(struct slice a, struct slice b)
{
    size_t rows[3][LENGTH_MAX + 1];
    if (a.len > LENGTH_MAX || b.len > LENGTH_MAX)
        return LENGTH_MAX + 1;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = least(above[j], row[j - 1]) + 1;
            row[j] = least(row[j], above[j - 1] + (a.data[i - 1] != b.data[j - 1]));
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    assert(rows[a.len % 3][b.len] <= a.len + b.len);
    return rows[a.len % 3][b.len];
}

struct nearest nearest_to(struct slice name)
{
    return (struct nearest){.name = name, .distance = SIZE_MAX};
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    size_t distance = nearest_distance(n->name, slice_of(candidate));
    if (distance < n->distance) {
        n->distance = distance;
        n->best = candidate;
    }
}

const char *nearest_found(const struct nearest *n)
{
    return n->best && n->distance <= (strlen(n->best) + 2) / 3 ? n->best : NULL;
}
