/*
 * memory_deal.h - one amount of memory for the whole process, dealt to those who keep something
 * in it: [alignd] memory of the configuration, --memory of commands.
 */
#ifndef ALIGND_ENGINE_MEMORY_DEAL_H
#define ALIGND_ENGINE_MEMORY_DEAL_H

#include "alignd/engine/engine_options.h"

#define MEMORY_DEAL_LEAST (UINT64_C(512) << 20)

/* The sum of the shares is the total. */
struct memory_deal {
    uint64_t total;
    uint64_t blocks;   /* RocksDB's block cache */
    uint64_t writes;   /* its writes that are in no sorted file yet */
    uint64_t rows;     /* rows that turns come back to */
    uint64_t profiles; /* of entities to be scored */
    uint64_t turn;     /* working set of a turn */
};

/* When nobody says how much: a quarter of what there is, MEMORY_DEAL_LEAST at least. */
uint64_t memory_deal_default(void);

/*
 * Deals a total.  asked: shares that are settled, 0 for the others, which divide what is left.
 * ERR_CONFIG (logged): the settled ones leave less than 1 MiB to each of the others.
 */
int memory_deal_make(uint64_t total, const struct memory_deal *asked, struct memory_deal *ret);

/* What a build may take: no turn runs beside it, and no cache is asked.  Two thirds of the total at
 * most, as it holds more than what it counts: pages of the files it looks things up in. */
uint64_t memory_deal_build(const struct memory_deal *deal);

/* "2048 MiB: block cache 683, ..." */
void memory_deal_write(const struct memory_deal *deal, struct buf *out);

#endif
