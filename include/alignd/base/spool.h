/*
 * spool.h - records on their way from one pass over much data to the next: they are dealt to
 * buckets, and a bucket is read back whole, in memory, to be sorted there.  So a sort of
 * any size is one distribution and many small sorts.
 *
 * All buckets share one nameless file, which is gone with the process.  A bucket gathers
 * its records in buffers of bounded size; full ones are written behind each other, and the
 * room of a bucket is given back when it is taken.
 *
 * Several threads add at once, each as a writer of its own, and several take, each
 * another bucket; but first all is added, and then it is taken.
 */
#ifndef ALIGND_BASE_SPOOL_H
#define ALIGND_BASE_SPOOL_H

#include "alignd/base/slice.h"

#include <stddef.h>
#include <stdint.h>

struct spool;

/*
 * folder: where the file lies; NULL: in memory.  record_bytes: of every record, or 0 where
 * each has its own length.  ERR_IO (logged).
 */
int spool_new(const char *folder, size_t buckets, unsigned writers, size_t record_bytes,
              struct spool **ret_spool);
void spool_free(struct spool *s);

/* Room for a record of n bytes in a bucket, to be filled before the next call of this writer.
 * NULL: the file cannot be written; spool_status says why. */
char *spool_add(struct spool *s, unsigned writer, size_t bucket, size_t n);
int spool_status(const struct spool *s);

/* A bucket in memory: by writer, and of each in the order of arrival. */
struct spool_bucket {
    char *data;
    size_t bytes;
    struct slice *records; /* of records of their own lengths */
    size_t count;
};

/* Takes all of a bucket out of the spool, once.  ERR_IO (logged). */
int spool_take(struct spool *s, size_t bucket, struct spool_bucket *ret_bucket);
void spool_bucket_fini(struct spool_bucket *b);

/*
 * Sorts records by their first `bytes` bytes (each has so many, at least 8 behind those that are
 * skipped), and equal ones as they stand.  skip: so many bytes at the beginning are
 * the same in all.
 */
void spool_bucket_sort(struct spool_bucket *b, size_t skip, size_t bytes);

/* Bytes that were added so far. */
uint64_t spool_bytes(const struct spool *s);

#endif
