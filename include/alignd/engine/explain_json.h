/*
 * explain_json.h - explanations as JSON, by the names that commands and pages share.
 */
#ifndef ALIGND_ENGINE_EXPLAIN_JSON_H
#define ALIGND_ENGINE_EXPLAIN_JSON_H

#include "alignd/base/json_writer.h"
#include "alignd/engine/explain.h"

/*
 * Into an object that is begun:
 * {"score":..,"threshold":..,"candidate":..,"match":..,"reason":..,"rival":{..},
 * "pinned":..,"barred":..,"contradicted":..,"sides":[{"graph":..,"iri":..,"label":..,"name":..,
 * "type":..,"neighbours":[{"relation":..,"inverse":..,"literal":..,"name":..,"weight":..,"cross":..,
 * "self":..,"nearest":..,"twin":..,"similarity":..}]},..],"prior":..,"evidence":[{"name":..,"adds":..,
 * "value":..}],"logit":..,"blocks":[{"kind":..,"relation":..,"text":..,"live":..,"limit":..,
 * "members":[..]}]}.  twin: the place of the nearest among the other side's neighbours.
 */
void explain_json_write_pair(struct json_writer *w, const struct explanation *x);

/*
 * Into an object that is begun:
 * {"graph":..,"iri":..,"label":..,"type":..,"threshold":..,"graphs":[{"graph":..,
 * "compared":..,"candidates":[{"iri":..,"label":..,"score":..,"reason":..,"rival":{"iri":..,
 * "label":..,"score":..}}]}],"blocks":[..]}.
 */
void explain_json_write_entity(struct json_writer *w, const struct explain_entity *x);
#endif
