#!/usr/bin/env python3
"""How far the precision that `alignd matches --stats` estimates without a label is from the true
one: a row a catalog pair whose links name every counterpart there is, of the types they link.

    scripts/quality/estimated.py path/to/alignd DATA [SET...] [--bootstrap] [--worlds N] [--markdown]

Right and wrong are by the links of all splits (nothing is learnt from any): a match of an entity
that a link names is right if the link says so; one of entities that no link and no line of
unjudged.txt names is wrong.  Estimated / true of all matches, of the band 'match' and of 'possible';
in brackets how many there are.

--bootstrap   by a model fitted to the catalogs without a link (alignd train --bootstrap)
--worlds N    in place of DATA's sets: N makes of each kind of `alignd synth`, all linked types;
              the last lines are the mean, the mean size and the number over .05 of the differences
--markdown    a table in Markdown"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

FAIR = ["abt-buy", "songs", "restaurants", "papers", "movies-hard", "movies", "dbpedia-imdb",
        "dbpedia-freebase"]
KINDS = ["films", "music", "books", "products", "papers", "places", "people"]
BANDS = ["match", "possible"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def read_links(folder):
    links = {}
    for path in sorted(glob.glob(f"{folder}/links.*.tsv")):
        if "persons" in path:  # of some persons alone
            continue
        for line in open(path, encoding="utf-8"):
            row = line.rstrip("\n").split("\t")
            links[row[0]], links[row[1]] = row[1], row[0]
    return links


def judge(alignd, store, links, unjudged):
    """By type and band how many matches there are, how many are judged and how many right."""
    types, linked = {}, set()
    for line in run(alignd, "matches", "-s", store).splitlines():
        a, b, _, kind, _, _, band = line.split("\t")
        counts = types.setdefault(kind, {band: [0, 0, 0] for band in BANDS})[band]
        counts[0] += 1
        if a in links or b in links:
            linked.add(kind)
            counts[1] += 1
            counts[2] += links.get(a) == b
        elif a not in unjudged and b not in unjudged:
            counts[1] += 1
    return {kind: counts for kind, counts in types.items() if kind in linked}


def load(alignd, store, folder, graphs, model):
    for graph, path in graphs:
        run(alignd, "load", "-q", "-s", store, "-g", graph, "-m", f"{folder}/mapping.tsv", path)
    if model:
        run(alignd, "train", "-q", "-s", store, "--bootstrap", "--model", model)
        run(alignd, "load", "-q", "-s", store, "-g", graphs[0][0], "--model", model, "/dev/null")


def rows_of(alignd, name, store, links, unjudged):
    truth = judge(alignd, store, links, unjudged)
    for line in run(alignd, "matches", "-s", store, "--stats", "--json").splitlines():
        stats = json.loads(line)
        if stats.get("type") not in truth:
            continue
        counts = truth[stats["type"]]
        whole = [sum(counts[band][i] for band in BANDS) for i in range(3)]
        row = [name, stats["type"] or "(untyped)"]
        for (n, judged, right), told in [(whole, stats)] + [
                (counts[band], stats["bands"][band]) for band in BANDS]:
            row.append((told.get("estimated_precision"), right / judged if judged else None, n))
        yield row


def cell(c):
    estimated, true, n = c
    if estimated is None or true is None:
        return "-"
    return f"{estimated:.3f} / {true:.3f} ({n})".replace("0.", ".")


def print_rows(rows, markdown):
    head = ["set", "type", "all", "match", "possible"]
    table = [head] + [row[:2] + [cell(c) for c in row[2:]] for row in rows]
    if markdown:
        table.insert(1, ["---"] * len(head))
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for row in table:
        if markdown:
            print("| " + " | ".join(row) + " |")
        else:
            print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def summarise(rows):
    for at, name, least in [(2, "all", 1), (3, "match", 1), (4, "possible", 20)]:
        apart = [row[at][0] - row[at][1] for row in rows
                 if row[at][2] >= least and None not in row[at][:2]]
        if apart:
            print(f"{name}: of {len(apart)} with {least} matches or more: mean {sum(apart) / len(apart):+.3f}, "
                  f"size {sum(map(abs, apart)) / len(apart):.3f}, over .05: "
                  f"{sum(abs(a) > .05 for a in apart)}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("alignd")
    p.add_argument("data", nargs="?")
    p.add_argument("sets", nargs="*")
    p.add_argument("--bootstrap", action="store_true")
    p.add_argument("--worlds", type=int, default=0)
    p.add_argument("--markdown", action="store_true")
    o = p.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as work:
        def one(name, folder, graphs):
            store, model = f"{work}/store", f"{work}/model.safetensors" if o.bootstrap else None
            subprocess.run(["rm", "-rf", store], check=True)
            load(o.alignd, store, folder, graphs, model)
            path = f"{folder}/unjudged.txt"
            unjudged = set(open(path, encoding="utf-8").read().split()) if os.path.exists(path) else set()
            rows.extend(rows_of(o.alignd, name, store, read_links(folder), unjudged))
        if o.worlds:
            for kind in KINDS:
                for make in range(1, o.worlds + 1):
                    folder = f"{work}/{kind}{make}"
                    run(o.alignd, "synth", "-q", "--kind", kind, "--make", str(make), "--works",
                        "2500", "--seed", "77", "-o", folder)
                    one(f"{kind} {make}", folder,
                        [(g, f"{folder}/{g}.nt") for g in ("left", "right")])
            rows = [row for row in rows if row[2][2] >= 60]
        else:
            if not o.data or not os.path.isdir(o.data):
                sys.exit("estimated.py: which folder of catalogs? (or --worlds N)")
            for name in o.sets or FAIR:
                files = sorted(glob.glob(f"{o.data}/{name}/*.nt.xz"))
                one(name, f"{o.data}/{name}",
                    [(os.path.basename(f)[:-len(".nt.xz")], f) for f in files])
    print_rows(rows, o.markdown)
    summarise(rows)


if __name__ == "__main__":
    main()
