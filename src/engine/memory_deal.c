/*
 * memory_deal.c - in what proportion memory is dealt.  Write buffers gain nothing beyond a
 * bound: what a larger one gathers is merged later all the same.
 *
 * The weights are measured: by turns of the second of two catalogs into memory that is scarce
 * (scripts/bench/deal.sh does it again, with programs of other weights).  A larger turn gathers
 * more changes before it scores what they concern, and a row or profile that is kept is not read
 * or built again.  The block cache also holds indexes and filters, whole ones: it keeps more than
 * its blocks are worth, for stores that are larger beside their memory than the measured ones.
 */
#include "alignd/engine/memory_deal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/machine.h"

#include <assert.h>
#include <inttypes.h>

#define MIB (UINT64_C(1) << 20)
#define WRITES_MOST (256 * MIB)

/* A share of a deal; the last one takes what is left over. */
static const struct share {
    const char *name;
    size_t offset;
    unsigned weight;
} shares[] = {
    {"write buffers", offsetof(struct memory_deal, writes), 1},
    {"row cache", offsetof(struct memory_deal, rows), 4},
    {"profile cache", offsetof(struct memory_deal, profiles), 3},
    {"turn", offsetof(struct memory_deal, turn), 4},
    {"block cache", offsetof(struct memory_deal, blocks), 2},
};

enum { SHARES = sizeof(shares) / sizeof(*shares) };

static uint64_t *share_of(struct memory_deal *deal, const struct share *share)
{
    return (uint64_t *)(void *)((char *)deal + share->offset);
}

uint64_t memory_deal_default(void)
{
    uint64_t quarter = machine_memory("") / 4 / MIB * MIB;
    return quarter > MEMORY_DEAL_LEAST ? quarter : MEMORY_DEAL_LEAST;
}

int memory_deal_make(uint64_t total, const struct memory_deal *asked, struct memory_deal *ret)
{
    struct memory_deal deal = *asked;
    uint64_t settled = 0, weights = 0, open = 0;
    for (int i = 0; i < SHARES; i++) {
        uint64_t share = *share_of(&deal, &shares[i]);
        settled += share;
        weights += share ? 0 : shares[i].weight;
        open += share == 0;
    }
    if (settled + open * MIB > total) {
        log_error("memory: %" PRIu64 " MiB are too few: caches, buffers and turns that are set "
                  "by themselves take %" PRIu64 " MiB, and %" PRIu64 " others want some",
                  total / MIB, settled / MIB, open);
        return ERR_CONFIG;
    }
    assert(settled <= total);
    uint64_t left = total - settled;
    for (int i = 0; i < SHARES; i++) {
        uint64_t *share = share_of(&deal, &shares[i]);
        if (*share)
            continue;
        assert(open > 0 && weights >= shares[i].weight);
        *share = open == 1 ? left : left / weights * shares[i].weight;
        if (share == &deal.writes && open > 1 && *share > WRITES_MOST)
            *share = WRITES_MOST;
        left -= *share;
        weights -= shares[i].weight;
        open--;
    }
    assert(open == 0 && weights == 0);
    /* all shares may be settled, and leave some */
    deal.total = deal.blocks + deal.writes + deal.rows + deal.profiles + deal.turn;
    assert(deal.total <= total);
    *ret = deal;
    return ERR_OK;
}

uint64_t memory_deal_build(const struct memory_deal *deal)
{
    uint64_t most = deal->total / 3 * 2, all = deal->rows + deal->profiles + deal->turn;
    return all < most ? all : most;
}

void memory_deal_write(const struct memory_deal *deal, struct buf *out)
{
    struct memory_deal copy = *deal;
    buf_append_format(out, "%" PRIu64 " MiB:", deal->total / MIB);
    for (int i = 0; i < SHARES; i++)
        buf_append_format(out, "%s %s %" PRIu64, i ? "," : "", shares[i].name,
                          *share_of(&copy, &shares[i]) / MIB);
}
