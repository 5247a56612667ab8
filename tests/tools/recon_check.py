#!/usr/bin/env python3
"""recon_check.py KIND [FILE]: is the JSON of FILE (or standard input) what "Reconciliation Service
API v0.2" (W3C Entity Reconciliation Community Group) lets it be?  What is wrong is told by its path,
a line each; the status is 1 then.

KIND: manifest, batch (of queries), results, entities, types or properties (of the suggest services).
A shape is a function of a value and its path that gives faults; what the specification says beyond
the types of members (unique ids, an order, what a template holds) is asked as well.
"""
import json
import re
import sys
from urllib.parse import quote, urlsplit


def text(value, path):
    if not isinstance(value, str):
        yield f"{path}: no string"


def named(value, path):
    yield from text(value, path)
    if value == "":
        yield f"{path}: empty"


def number(value, path):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"{path}: no number"


def whole(value, path):
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        yield f"{path}: no whole number from 1"


def truth(value, path):
    if not isinstance(value, bool):
        yield f"{path}: neither true nor false"


def uri(value, path):
    yield from text(value, path)
    if isinstance(value, str) and (not urlsplit(value).scheme or re.search(r'[\s<>"{}|\\^`]', value)):
        yield f"{path}: '{value}' is no URI"


def template(value, path):
    """Of a URL: with an id, encoded as a component, in the place of {{id}} it is a URI."""
    yield from text(value, path)
    if isinstance(value, str):
        if "{{id}}" not in value:
            yield f"{path}: no {{{{id}}}} in '{value}'"
        yield from uri(value.replace("{{id}}", quote("http://x/?a=1&b <c>", safe="")), path)


def one_of(*shapes):
    def check(value, path):
        told = [list(shape(value, path)) for shape in shapes]
        if all(told):
            yield f"{path}: of no shape it may have: " + "; ".join(faults[0] for faults in told)
    return check


def listed(shape, unique=None, most=None):
    """Elements of one shape; unique: a member that no two share."""
    def check(value, path):
        if not isinstance(value, list):
            yield f"{path}: no list"
            return
        for i, element in enumerate(value):
            yield from shape(element, f"{path}[{i}]")
        ids = [element.get(unique) for element in value if isinstance(element, dict)] if unique else []
        if len(ids) != len(set(map(str, ids))):
            yield f"{path}: two of one {unique}"
        if most is not None and len(value) > most:
            yield f"{path}: {len(value)} elements, of {most}"
    return check


def members(required, optional=None, others=False):
    def check(value, path):
        if not isinstance(value, dict):
            yield f"{path}: no object"
            return
        for name in required:
            if name not in value:
                yield f"{path}: no member '{name}'"
        known = {**required, **(optional or {})}
        for name, member in value.items():
            if name in known:
                yield from known[name](member, f"{path}.{name}")
            elif not others:
                yield f"{path}: a member '{name}' that nobody knows"
    return check


def each(shape):
    def check(value, path):
        if not isinstance(value, dict):
            yield f"{path}: no object"
            return
        for name, member in value.items():
            yield from shape(member, f"{path}.{name}")
    return check


def word(*words):
    def check(value, path):
        if value not in words:
            yield f"{path}: none of {', '.join(words)}"
    return check


def descending(value, path):
    scores = [c.get("score") for c in value if isinstance(c, dict)] if isinstance(value, list) else []
    if all(isinstance(s, (int, float)) for s in scores) and scores != sorted(scores, reverse=True):
        yield f"{path}: not by score, the highest first"


def both(*shapes):
    def check(value, path):
        for shape in shapes:
            yield from shape(value, path)
    return check


def versions(value, path):
    yield from listed(text)(value, path)
    if not isinstance(value, list) or "0.2" not in value:
        yield f"{path}: 0.2 is not among them"


def asks(value, path):
    if isinstance(value, dict) and "query" not in value and not value.get("properties"):
        yield f"{path}: neither a query nor properties"


a_type = members({"id": named, "name": named}, {"description": text, "broader": listed(named)})
some_types = listed(one_of(named, members({"id": named}, {"name": named})))
service = members({"service_url": uri, "service_path": text},
                  {"flyout_service_url": uri, "flyout_service_path": text})
manifest = members(
    {"versions": versions, "name": named, "identifierSpace": uri, "schemaSpace": uri},
    {"defaultTypes": listed(a_type, unique="id"), "documentation": uri, "logo": uri,
     "serviceVersion": text, "batchSize": whole,
     "view": members({"url": template}), "feature_view": members({"url": template}),
     "preview": members({"url": template, "width": whole, "height": whole}),
     "suggest": members({}, {"entity": service, "type": service, "property": service})})

value = one_of(text, number, truth, members({"id": named}, {"name": text}))
query = both(asks, members({}, {
    "query": text, "type": one_of(text, listed(text)), "limit": whole,
    "properties": listed(members({"pid": named, "v": one_of(value, listed(value))})),
    "type_strict": word("any", "should", "all")}))

feature = members({"id": named, "value": one_of(truth, number)})
candidate = members({"id": named, "name": named, "score": number},
                    {"description": text, "type": some_types, "match": truth,
                     "features": listed(feature, unique="id")})
result = members({"result": both(listed(candidate, unique="id"), descending)})

KINDS = {
    "manifest": manifest,
    "batch": each(query),
    "results": each(result),
    "entities": members({"result": listed(members(
        {"id": named, "name": named}, {"description": text, "notable": some_types}), unique="id")}),
    "types": members({"result": listed(a_type, unique="id")}),
    "properties": members({"result": listed(members(
        {"id": named, "name": named}, {"description": text}), unique="id")}),
}


def main():
    kind = KINDS[sys.argv[1]]
    with open(sys.argv[2] if len(sys.argv) > 2 else "/dev/stdin", encoding="utf8") as file:
        faults = list(kind(json.load(file), "$"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
