/*
 * metrics_process.h - what Prometheus' own clients tell of every process, by their names
 * (process_cpu_seconds_total, process_resident_memory_bytes, ...), from /proc.
 */
#ifndef ALIGND_DAEMON_METRICS_PROCESS_H
#define ALIGND_DAEMON_METRICS_PROCESS_H

#include "alignd/base/buf.h"

/* Appends their rows; what the system does not tell is left out. */
void metrics_process_write(struct buf *out);
#endif
