"""How well `alignd map --propose` maps catalogs that a person has mapped: propose.py ALIGND [DATA [CATALOG...]] [--f1]

Of each folder of DATA ($ALIGND_DATA) with a mapping.tsv and two graphs: precision and recall of
the proposed rows.  A row of a label is right when the given mapping has it, one of an alias when that
has it as a label or an alias.  Rows of a type or relation are right
when the given mapping joins the same two terms, whatever it calls them; a given row whose name the other graph does
not have joins nothing and is not asked for.  Where the given mapping joins no relations at all (its catalogs share
hundreds that nobody has judged) rows of relations are not judged.  With --f1 each catalog is loaded under
either mapping, and the matches judged by links.test.tsv."""
import glob
import os
import subprocess
import sys
import tempfile


def rows_of(text):
    rows = [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]
    return [(graph, iri, name) for graph, iri, name in rows]


def facts(rows):
    """Labels; pairs of terms that share a name, as frozensets of (graph, term)."""
    labels, shared = set(), {}
    for graph, iri, name in rows:
        if name in ("label", "alias"):
            labels.add((graph, iri))
        else:
            shared.setdefault(name, []).append((graph, iri))
    types, relations = set(), set()
    for name, terms in shared.items():
        joined = {frozenset((a, b)) for a in terms for b in terms if a[0] < b[0]}
        (types if name.startswith("type:") else relations).update(joined)
    return labels, types, relations


def files_of(folder):
    graphs = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.nt.xz"))):
        graphs.setdefault(os.path.basename(path).split(".")[0], []).append(path)
    return graphs


def propose(alignd, graphs):
    command = [alignd, "map", "--propose", "-q"]
    for graph, paths in graphs.items():
        command += ["-g", graph, *paths]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def f1(alignd, folder, graphs, mapping):
    """F1 of the test links, by the built-in model."""
    links = [path for path in ("links.test.tsv", "links.base.test.tsv")
             if os.path.exists(os.path.join(folder, path))]
    if not links:
        return "-"
    with tempfile.TemporaryDirectory() as work:
        with open(work + "/mapping.tsv", "w", encoding="utf8") as file:
            file.write(mapping)
        for graph, paths in graphs.items():
            loaded = subprocess.run([alignd, "load", "-q", "--no-explain", "--allow-unlabelled", "-s", work + "/S",
                                     "-g", graph, "-m", work + "/mapping.tsv", *paths],
                                    capture_output=True, text=True, check=False)
            if loaded.returncode:
                return "refused: " + loaded.stderr.strip().split("\n")[-1]
        told = subprocess.run([alignd, "judge", "-s", work + "/S", "--links", os.path.join(folder, links[0])],
                              capture_output=True, text=True, check=True).stdout
    head, *lines = [line.split() for line in told.split("\n") if line]
    return ", ".join(line[head.index("F1")] for line in lines)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--f1"]
    with_f1 = "--f1" in sys.argv
    alignd = arguments[0]
    data = arguments[1] if len(arguments) > 1 else os.environ.get("ALIGND_DATA", "../shared/data")
    chosen = arguments[2:] or sorted(os.listdir(data)) if os.path.isdir(data) else []
    if not chosen:
        print(f"{data} is not there: nothing is measured")
        return
    print("| catalogs | rows right | proposed | asked for | precision | recall |" +
          (" F1, given | F1, proposed |" if with_f1 else ""))
    print("|---|---|---|---|---|---|" + ("---|---|" if with_f1 else ""))
    sums = []
    for name in chosen:
        folder = os.path.join(data, name)
        graphs = files_of(folder)
        if len(graphs) != 2 or not os.path.exists(folder + "/mapping.tsv"):
            continue
        with open(folder + "/mapping.tsv", encoding="utf8") as file:
            given = file.read()
        proposed = propose(alignd, graphs)
        want, have = facts(rows_of(given)), facts(rows_of(proposed))
        parts = range(3 if want[2] else 2)
        right = sum(len(want[k] & have[k]) for k in parts)
        made, asked = sum(len(have[k]) for k in parts), sum(len(want[k]) for k in parts)
        precision, recall = right / max(made, 1), right / max(asked, 1)
        sums.append((precision, recall))
        line = f"| {name} | {right} | {made} | {asked} | {precision:.3f} | {recall:.3f} |"
        if with_f1:
            line += f" {f1(alignd, folder, graphs, given)} | {f1(alignd, folder, graphs, proposed)} |"
        print(line, flush=True)
        if os.environ.get("SHOW"):
            for k, what in enumerate(("label", "type", "relation")):
                for fact in want[k] ^ have[k]:
                    print("    ", "missing" if fact in want[k] else "wrong", what, sorted(fact))
    if sums:
        print(f"| average | | | | {sum(s[0] for s in sums) / len(sums):.3f} | {sum(s[1] for s in sums) / len(sums):.3f} |"
              + (" | |" if with_f1 else ""))


main()
