#!/usr/bin/env python3
"""report.py FOLDER: the figures in FOLDER/figures.jsonl (name, value, unit; the last of a name
counts) as one table on standard output, as results.json, and as plots (SVG)."""
import json
import os
import sys

folder = sys.argv[1]
F = {}
with open(os.path.join(folder, "figures.jsonl")) as lines:
    for line in lines:
        figure = json.loads(line)
        F[figure["name"]] = figure["value"]


def number(x):
    if x is None:
        return "-"
    if isinstance(x, str):
        return x
    if x != 0 and abs(x) < 1:
        return f"{x:.2g}"
    return f"{x:,.1f}" if abs(x) < 100 else f"{x:,.0f}"


def divide(a, b):
    return F[a] / F[b] if F.get(a) is not None and F.get(b) else None


def sizes(prefix, suffix):
    """The numbers between prefix and suffix in the names of figures."""
    found = [n[len(prefix):-len(suffix)] for n in F if n.startswith(prefix) and n.endswith(suffix)]
    return sorted(int(n) for n in found if n.isdigit())


# ---- the table: what, figure, unit, bar, whether smaller is better ----

ROWS = []


def row(what, value, unit="", bar=None, at_most=True):
    if value is None:
        return
    met = None if bar is None else (value <= bar if at_most else value >= bar)
    ROWS.append({"what": what, "value": value, "unit": unit, "bar": bar, "at_most": at_most,
                 "met": met})


def load_rows(name, words):
    rate = divide(f"load.{name}.triples", f"load.{name}.wall")
    row(f"load of {words}", rate, "triples/s", 30000, False)
    row("  by processor time", divide(f"load.{name}.triples", f"load.{name}.cpu"),
        "triples/s a core")
    ceiling = divide(f"load.{name}.triples", f"raw_store.{name}.seconds")
    row("  RocksDB alone, the same rows in as many synced batches", ceiling, "triples/s")
    if rate and ceiling:
        row("  share of that", 100 * rate / ceiling, "%", 25, False)


load_rows("movies", "two movie catalogs")
load_rows("growing", "growing-fr-en")
load_rows("invented", "invented catalogs")
row("daemon, backlog replay through Kafka", divide("daemon.triples", "daemon.wall"), "triples/s",
    25000, False)
row("  librdkafka alone, the same messages", divide("daemon.triples", "raw_stream.seconds"),
    "triples/s")
for name, words in (("title", "one new title"), ("title_whole", "  the same without cut-offs")):
    cut = name == "title"
    row(f"{words}, median", F.get(f"{name}.insert.median"), "ms", 2 if cut else None)
    row("  99 %", F.get(f"{name}.insert.p99"), "ms", 20 if cut else None)
    row("  until nothing is put off, median", F.get(f"{name}.insert_done.median"), "ms")
    row("  99 %", F.get(f"{name}.insert_done.p99"), "ms")
    row("  processor time", F.get(f"{name}.insert.cpu"), "ms")
    row("  pairs scored", F.get(f"{name}.insert.pairs_scored"))
    row("  its deletion, median", F.get(f"{name}.delete.median"), "ms")
row("  cut-offs save", divide("title_whole.insert.cpu", "title.insert.cpu"), "times the work")
row("change to match event at 300 changes/s, median", F.get("latency.median"), "ms", 10)
row("  99 %", F.get("latency.p99"), "ms", 50)
row("  most changes a second with 99 % below 100 ms", F.get("latency.highest_rate"), "changes/s")
row("scoring a pair, profiles at hand", F.get("score.cached"), "us a core", 4)
row("  one of them from the store's rows", F.get("score.missed"), "us a core", 40)
row("  both", F.get("score.missed_both"), "us a core")
for n in sizes("scale.", ".wall"):
    ratio = divide(f"scale.{n}.wall", f"scale.{n}.change")
    row(f"from scratch over one title's change, {n:,} entities", ratio and ratio * 1000, "times",
        10000 if n >= 50000 else None, False)
BUILT = sizes("built.", ".cpu")
for n in BUILT:
    cost = 1e6 * F[f"built.{n}.cpu"] / n
    row(f"both catalogs built, {n:,} triples", n / F[f"built.{n}.wall"], "triples/s", 100000, False)
    row("  processor time of a triple", cost, "us")
    row("  memory at most (--memory 512)", F[f"built.{n}.peak"], "MiB", 812)
    row("  store", F[f"built.{n}.bytes"] / n, "bytes a triple", 340)
    if n > BUILT[0]:
        row(f"  cost of a triple over that at {BUILT[0]:,}",
            cost / (1e6 * F[f"built.{BUILT[0]}.cpu"] / BUILT[0]), "times", 1.6)
row("  in 256 MiB over in 512", divide("large.little.wall", "large.rebuild.wall"), "times", 1.33)
row("  memory at most (--memory 256)", F.get("large.little.peak"), "MiB", 556)
row("  one new title among them, median", F.get("large.title.insert.median"), "ms")
row("  99 %", F.get("large.title.insert.p99"), "ms", 20)
row("  over one among the movies", divide("large.title.insert.median", "title.insert.median"), "times", 1.5)
GROWN = sizes("grown.", ".last")
if GROWN:
    first, last = F[f"grown.{GROWN[0]}.last"], F[f"grown.{GROWN[-1]}.last"]
    row(f"by turns, a triple of the last tenth at {GROWN[-1]:,}", last, "us")
    row(f"  over one at {GROWN[0]:,}", last / first, "times", 2)
row(f"link to a node with {F.get('hub.neighbours', 0):,.0f} neighbours over one with a dozen",
    F.get("hub.insert_over_ordinary"), "times", 2)
row("  renaming it: turns until done", F.get("hub.rename.turns"))
row("  longest turn", max(F["hub.rename.first_turn"], F["hub.rename.others.max"])
    if "hub.rename.others.max" in F else None, "ms")
row("  processor time of a turn meanwhile", F.get("hub.rename.cpu"), "ms")
row("  others meanwhile, 99 %", F.get("hub.rename.others.p99"), "ms")
row("  others before, 99 %", F.get("hub.others_before.p99"), "ms")
row("deletion of a triple over its insertion", F.get("triple.delete_over_insert"), "times", 1.5)
row("sgemm's peak, one core", F.get("kernel.sgemm"), "GFLOP/s")
for name in sorted(n[:-6] for n in F if n.startswith("kernel.") and n.endswith(".share")):
    row("  " + name[7:], F[name], "GFLOP/s")
    row("    of the peak", 100 * F[f"{name}.share"], "%")
    row("    over its naive oracle", divide(name, f"{name}.naive"), "times")


def bar_text(r):
    if r["bar"] is None:
        return ""
    return f"{'<=' if r['at_most'] else '>='} {number(r['bar'])}{'' if r['met'] else '  missed'}"


width = max((len(r["what"]) for r in ROWS), default=20)
for r in ROWS:
    print(f"{r['what']:<{width}}  {number(r['value']):>10} {r['unit']:<16} {bar_text(r)}".rstrip())
with open(os.path.join(folder, "results.json"), "w") as out:
    json.dump({"rows": ROWS, "figures": F}, out, indent=1)
    out.write("\n")


# ---- plots ----

COLOURS = ["#1b6ca8", "#c8553d", "#588157", "#7b5ea7"]


def ticks(low, high):
    return [10.0 ** e for e in range(-4, 12) if low <= 10.0 ** e <= high]


def plot(name, title, x_name, y_name, series, guide=None):
    """Lines on logarithmic axes; series: name -> [(x, y)]; guide: (y, words)."""
    import math
    points = [p for line in series.values() for p in line if p[1] > 0]
    if len(points) < 2:
        return
    ys = [y for _, y in points] + ([guide[0]] if guide else [])
    low_x, high_x = min(x for x, _ in points) / 1.2, max(x for x, _ in points) * 1.2
    low_y, high_y = min(10 ** math.floor(math.log10(min(ys))), min(ys)), max(ys) * 1.5
    W, H, L, R, T, B = 640, 360, 80, 150, 40, 50

    def at(x, y):
        fx = math.log(x / low_x) / math.log(high_x / low_x)
        fy = math.log(y / low_y) / math.log(high_y / low_y)
        return round(L + fx * (W - L - R), 1), round(H - B - fy * (H - T - B), 1)

    s = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" font-family="sans-serif" '
         'font-size="12">', f'<rect width="{W}" height="{H}" fill="white"/>',
         f'<text x="{L}" y="22" font-size="15">{title}</text>',
         f'<text x="{(L + W - R) // 2}" y="{H - 10}" text-anchor="middle">{x_name}</text>',
         f'<text x="16" y="{H // 2}" text-anchor="middle" '
         f'transform="rotate(-90 16 {H // 2})">{y_name}</text>']
    for y in ticks(low_y, high_y):
        px, py = at(low_x, y)
        s.append(f'<path d="M{px} {py}H{W - R}" stroke="#ddd"/>'
                 f'<text x="{px - 6}" y="{py + 4}" text-anchor="end">{y:,g}</text>')
    for x in sorted({x for x, _ in points}):
        px, py = at(x, low_y)
        s.append(f'<path d="M{px} {py}v5" stroke="#888"/>'
                 f'<text x="{px}" y="{py + 18}" text-anchor="middle">{x:,g}</text>')
    s.append(f'<path d="M{L} {T}V{H - B}H{W - R}" fill="none" stroke="#888"/>')
    if guide:
        px, py = at(low_x, guide[0])
        s.append(f'<path d="M{px} {py}H{W - R}" stroke="#888" stroke-dasharray="5 4"/>'
                 f'<text x="{W - R + 6}" y="{py + 4}" fill="#666">{guide[1]}</text>')
    below = H  # names of lines stand apart, the lowest first
    named = sorted((l for l in series.items() if any(y > 0 for _, y in l[1])),
                   key=lambda l: -at(*[p for p in sorted(l[1]) if p[1] > 0][-1])[1])
    for i, (words, line) in enumerate(named):
        line = [at(x, y) for x, y in sorted(line) if y > 0]
        colour = COLOURS[i % len(COLOURS)]
        path = "L".join(f"{x} {y}" for x, y in line)
        s.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        s += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in line]
        below = min(below - 15, line[-1][1] + 4)
        s.append(f'<text x="{line[-1][0] + 8}" y="{below}" fill="{colour}">{words}</text>')
    s.append("</svg>\n")
    with open(os.path.join(folder, name + ".svg"), "w") as out:
        out.write("\n".join(s))


SIZES = sizes("scale.", ".wall")
plot("throughput", "Loading, by size of the catalogs", "entities", "triples a second",
     {"by the clock": [(n, F[f"scale.{n}.triples"] / F[f"scale.{n}.wall"]) for n in SIZES],
      "a core": [(n, F[f"scale.{n}.triples"] / F[f"scale.{n}.cpu"]) for n in SIZES]})
plot("growth", "Processor time of a triple", "triples in the store", "microseconds",
     {"built": [(n, 1e6 * F[f"built.{n}.cpu"] / n) for n in BUILT],
      "by turns, the last ones": [(n, F[f"grown.{n}.last"]) for n in GROWN]})
plot("change", "From scratch, and one title's change", "entities", "milliseconds",
     {"from scratch": [(n, 1000 * F[f"scale.{n}.wall"]) for n in SIZES],
      "change, 99 %": [(n, F[f"scale.{n}.change_p99"]) for n in SIZES
                       if f"scale.{n}.change_p99" in F],
      "change, median": [(n, F[f"scale.{n}.change"]) for n in SIZES if f"scale.{n}.change" in F]})
RATES = sizes("latency.at.", ".median")
plot("latency", "From a change to its event at a reader", "changes a second", "milliseconds",
     {"99 %": [(n, F[f"latency.at.{n}.p99"]) for n in RATES],
      "90 %": [(n, F[f"latency.at.{n}.p90"]) for n in RATES],
      "median": [(n, F[f"latency.at.{n}.median"]) for n in RATES]},
     (F["latency.bar"], "100 ms") if "latency.bar" in F else None)
