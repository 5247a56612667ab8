/*
 * event.h - what is published when the matches change: one JSON object a
 * pair, keyed `<a-iri> <b-iri>`, with the field names of SSSOM
 * (https://mapping-commons.github.io/sssom/).
 */
#ifndef ALIGND_ALIGN_EVENT_H
#define ALIGND_ALIGN_EVENT_H

#include "alignd/align/band.h"
#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* How a match came about, as SSSOM says it. */
#define EVENT_BY_MODEL "semapv:CompositeMatching"
#define EVENT_BY_VERDICT "semapv:ManualMappingCuration"

/* Which of the two: decided is whether somebody said so, by a verdict. */
const char *event_justification(bool decided);

enum event_type { EVENT_UNMATCH, EVENT_MATCH, EVENT_UPDATE };

/* "match", ... */
const char *event_type_name(enum event_type type);

struct event {
    enum event_type type;
    uint64_t epoch, seq;
    struct slice subject, object;               /* IRIs, or _:labels */
    struct slice subject_source, object_source; /* graphs */
    struct slice subject_label, object_label;   /* data NULL: none */
    enum band band;                             /* of an unmatch: as it was told */
    bool decided;                               /* somebody decided so, by a verdict */
    struct slice cluster;                       /* that the match is in; data NULL: none is told */
    bool left_out;                              /* it is in none: align/cluster.h */
    float confidence; /* of an unmatch: what is left, 0 when no candidate */
    float previous;   /* < 0: none was published */
    float threshold;
    uint64_t model_digest;
    int64_t event_time_ms, process_time_ms; /* 0: unknown */
    struct slice cause_topic;               /* data NULL: no cause known */
    int32_t cause_partition;
    int64_t cause_offset;
    struct slice explain; /* JSON; data NULL: none */
};

void event_write_key(struct buf *out, const struct event *e);
void event_write_id(struct buf *out, const struct event *e);
void event_write_json(struct buf *out, const struct event *e);
#endif
