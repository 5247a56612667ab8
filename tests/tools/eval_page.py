"""PAGE PRINTED [OPTION]...: a page of `alignd eval --plot` against the table that the command printed,
and against itself.  Says what is wrong, and ends with 1 if anything is.

  --words WORDS...   is said in it, as text
  --whole TEXT       is the tip of what is cut
  --worst N          pairs in each of the lists, at most (20)
  --review X         where the bands meet (0.5)
  --explained FILE   what `alignd explain` says of the first false pair, or of the first missed link
  --first            prints the two IRIs of that pair, and nothing else
"""
import argparse
import html.parser
import re
import xml.etree.ElementTree as tree

faults = []


def expect(right, what):
    if not right:
        faults.append(what)


def near(a, b, by=5.1e-5):
    return abs(a - b) <= by


def text_of(node):
    return " ".join("".join(node.itertext()).split())


def rows_of(page, name):
    table = page.find(f".//table[@id='{name}']")
    return [[text_of(cell) for cell in row] for row in table.find("tbody")]


class Html(html.parser.HTMLParser):
    """The tags and attributes as a browser sees them."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def check_safe(source, page):
    seen = Html()
    seen.feed(source)
    harmless = set("html head meta title style body h1 h2 h3 p b br dl dt dd div span table thead tbody tr th td "
                   "figure figcaption svg path polyline circle rect text article ul li bdi code".split())
    expect(seen.tags <= harmless, f"tags: {seen.tags - harmless}")
    expect(seen.tags == {node.tag for node in page.iter()}, "the tags of HTML are not those of XML")
    for name, value in seen.attributes:
        expect(not name.startswith("on") and name not in ("src", "href", "style", "xmlns"), f"{name}={value}")
    style = "".join(node.text for node in page.iter("style"))
    expect("url" not in style and "@import" not in style, "the style fetches something")
    for bad in "\u202e\u2066\x07\x1b":
        expect(bad not in source, f"U+{ord(bad):04X} is in it as it is")
    body = text_of(page.find("body")).lower()
    expect(not re.search(r"\bnan\b|\binf\b", body), "a number that is none")


def read_printed(path):
    """run, type -> the printed numbers by their names.  Runs have spaces in their names."""
    with open(path, encoding="utf8") as file:
        head, *lines = [line.split() for line in file if line.strip()]
    names = head[2:]
    rows = []
    for words in lines:
        numbers = dict(zip(names, words[-len(names):]))
        *run, of = words[:-len(names)]
        rows.append((" ".join(run), of, {name: float(value) for name, value in numbers.items()}))
    return rows


def check_rows(page, printed):
    order = "F1 prec recall misled bestF1 PRAUC R@P95 Hits1 MRR PC ECE".split()
    rows = rows_of(page, "rows")
    expect(len(rows) == len(printed), f"{len(rows)} rows, {len(printed)} printed")
    for (run, of, numbers), row in zip(printed, rows):
        expect((run if run != "-" else "as served", of, f"{numbers['links']:.0f}") == tuple(row[:3]), f"{row[:3]}: {run}, {of}")
        for name, said in zip(order, row[3:]):
            expect(near(float(said), numbers[name]), f"{run} {of}: {name} {said}, printed {numbers[name]}")


def as_served(printed):
    """Of all types, as the page reads strays: the last row before another run."""
    return [numbers for run, of, numbers in printed if run in ("-", "closed") and of == "all"][-1]


def check_thresholds(page, served):
    rows = rows_of(page, "thresholds")
    links = served["links"]
    last = None
    serving = None
    for at, matches, right, wrong, precision, recall, f1, note in rows:
        point = float(at), int(matches), int(right), int(wrong)
        expect(point[1] == point[2] + point[3], f"from {at}: {matches} are not {right} and {wrong}")
        if point[1]:
            expect(near(float(precision), point[2] / point[1]), f"from {at}: precision {precision}")
        if links:
            expect(near(float(recall), point[2] / links), f"from {at}: recall {recall}")
            expect(near(float(f1), 2 * point[2] / (point[1] + links)), f"from {at}: F1 {f1}")
        if last:
            expect(last[0] < point[0] and last[1] >= point[1] and last[2] >= point[2], f"from {at}: it grows again")
        last = point
        if note == "threshold":
            serving = point
            expect(precision == "-" or near(float(precision), served["prec"]), f"precision {precision}, printed {served['prec']}")
            expect(near(float(recall), served["recall"]), f"recall {recall}, printed {served['recall']}")
            expect(near(float(f1), served["F1"]), f"F1 {f1}, printed {served['F1']}")
    expect(len(rows) >= 20, f"{len(rows)} thresholds")
    expect(serving is not None, "the threshold is not in its table")
    expect(near(float(text_of(page.find(".//b[@id='threshold']"))), serving[0]), "the threshold of the head is another")
    return rows, serving


def check_bins(page, rows, serving, review):
    bands = {row[0].split()[0]: row[1:] for row in rows_of(page, "bands")}
    bins = rows_of(page, "bins")
    expect(list(bands) == ["match", "possible", "both"] and len(bins) == 10, "bands or bins are missing")
    for name, of in [*bands.items(), *((row[0], row[1:]) for row in bins)]:
        if of[0] == "0":
            continue
        stated, right, share, difference = float(of[1]), int(of[2]), float(of[3]), float(of[4])
        least, most = map(float, of[5].split("–"))
        expect(near(share, right / int(of[0])), f"{name}: {share} is not {right} of {of[0]}")
        expect(near(difference, stated - share, 1.1e-4), f"{name}: difference {difference}")
        expect(least - 6e-4 <= share <= most + 6e-4 and most - least > 0, f"{name}: {share} is not in {of[5]}")
    for name, low in (("match", review), ("possible", 0)):
        if bands[name][0] != "0":
            expect(low - 1e-4 <= float(bands[name][1]) <= (1 if low else review), f"{name}: mean confidence {bands[name][1]}")
    for column in (0, 2):
        total = int(bands["both"][column])
        expect(total == serving[1 + (column == 2)], f"both bands: {total}, at the threshold {serving}")
        expect(total == int(bands["match"][column]) + int(bands["possible"][column]), "the bands are not both")
        expect(total == sum(int(row[1 + column]) for row in bins), "the tenths are not both bands")
    at_review = [row for row in rows if near(float(row[0]), review)]
    if review >= serving[0] and at_review:
        expect(at_review[0][1] == bands["match"][0], "the band of matches is not what is told from its line on")


def check_evidence(article):
    """Bars go from where the one before ended, and the pieces sum up; gives the sum in all."""
    rows = article.find("table[@class='sum']/tbody")
    pieces = [float(text_of(row[0])) for row in rows]
    expect(near(sum(pieces[:-1]), pieces[-1], 0.0006 * len(pieces)), f"{sum(pieces[:-1])} is told as {pieces[-1]} in all")
    ends, total = [], 0
    for row in rows:
        bar, zero = row[1][0].find("rect"), row[1][0].find("path")
        left, width, at = float(bar.get("x")), float(bar.get("width")), float(zero.get("d")[1:].split()[0])
        ends.append((left - at, left + width - at))
        expect(-0.01 <= left and left + width <= 100.7, f"a bar leaves its field: {left} {width}")
    whole = ends[-1][0] if pieces[-1] < 0 else ends[-1][1]
    a_logit = whole / pieces[-1] if abs(pieces[-1]) > 0.2 else None
    for piece, (left, right) in zip(pieces[:-1], ends):
        if a_logit:
            expect(near(left, min(total, total + piece) * a_logit, 1.5), f"a bar of {piece} begins at {left}, not {total * a_logit}")
        total += piece
    return pieces[-1]


def check_pairs(page, serving, worst):
    articles = page.findall(".//article")
    of_kind = {kind: [a for a in articles if a.get("class") == kind] for kind in ("false", "missed")}
    fates = {row[0]: int(row[1]) for row in rows_of(page, "fates")}
    links = int(text_of(page.find(".//span[@id='links']")))
    scored = sum(fates[name] for name in fates if "preferred" in name or name in ("below the threshold", "no candidate"))
    expect(sum(fates.values()) == links, f"{fates} are not {links} links")
    expect(fates["matched"] == serving[2], f"{fates['matched']} links matched, {serving[2]} matches right")
    expect(len(of_kind["false"]) == min(worst, serving[3]), f"{len(of_kind['false'])} false pairs of {serving[3]}")
    expect(len(of_kind["missed"]) == min(worst, scored), f"{len(of_kind['missed'])} missed links of {scored}")
    told = []
    for kind, list_ in of_kind.items():
        confidences = [float(text_of(a.find("h3")).split(":")[0]) for a in list_]
        expect(confidences == sorted(confidences, reverse=True), f"{kind}: not the surest first")
        for article, confidence in zip(list_, confidences):
            told.append((confidence, check_evidence(article)))
            says = text_of(article.find("table[@class='sum']/tbody")[-1])
            expect(says.endswith(f"a confidence of {confidence:.4f}"), f"{says}: not {confidence}")
            expect(len(article.findall("p[@class='side']")) == 2, "a pair without two sides")
            if kind == "false":
                expect(confidence >= serving[0] - 5.1e-5, f"a false pair at {confidence} is no match")
                expect(len(article.findall("ul[@class='truth']/li")) > 0, "nothing is said of what is right")
            else:
                expect(len(text_of(article.find("p[@class='why']"))) > 10, "nothing is said of why it was missed")
    told.sort()
    logits = [logit for _, logit in told]
    for (a, x), (b, y) in zip(told, told[1:]):
        expect(a == b or x <= y + 0.0015, f"logit {x} gives {a}, {y} gives {b}: not of one model")
    expect(len(logits) == len(articles), "an article of neither kind")
    return of_kind, fates


def first_pair(of_kind):
    return (of_kind["false"] or of_kind["missed"])[0]


def check_explained(article, path):
    with open(path, encoding="utf8") as file:
        lines = file.read().split("evidence:")[1].split("blocks shared")[0].strip().split("\n")[1:]
    said = [(float(line.split()[0]), " ".join(line.split()[1:])) for line in lines]
    rows = [(float(text_of(row[0])), text_of(row[2])) for row in article.find("table[@class='sum']/tbody")]
    expect(len(rows) > 5 and rows[0] == said[0], f"{rows[0]}, explained {said[0]}")
    for row in rows[1:-2]:
        expect(row in said, f"{row} is not explained so")
    expect(near(rows[-1][0], said[-1][0], 0.0011), f"{rows[-1]}, explained {said[-1]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("printed")
    parser.add_argument("--words", nargs="*", default=[])
    parser.add_argument("--whole")
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--review", type=float, default=0.5)
    parser.add_argument("--explained")
    parser.add_argument("--first", action="store_true")
    wish = parser.parse_args()
    with open(wish.page, encoding="utf8") as file:
        source = file.read()
    expect(source.startswith("<!DOCTYPE html>"), "no page of HTML")
    page = tree.fromstring(source.split("\n", 1)[1])
    printed = read_printed(wish.printed)
    check_safe(source, page)
    check_rows(page, printed)
    rows, serving = check_thresholds(page, as_served(printed))
    check_bins(page, rows, serving, wish.review)
    of_kind, fates = check_pairs(page, serving, wish.worst)
    if wish.first:
        iris = [text_of(side.find("span[@class='iri']")) for side in first_pair(of_kind).findall("p[@class='side']")]
        print(*iris)
        return 0
    left_out = text_of(page.find(".//span[@id='left-out']"))
    body = text_of(page.find("body")) + f" matches left out: {left_out}"
    body += "".join(f" {name}: {count}" for name, count in fates.items())
    for words in wish.words:
        expect(words in body, f"does not say {words}")
    if wish.whole:
        tips = [" ".join(node.get("title").split()) for node in page.iter("bdi") if node.get("title")]
        expect(" ".join(wish.whole.split()) in tips, "what was cut is nowhere whole")
    expect(len(page.findall(".//figure/svg")) == 3, "three curves")
    if wish.explained:
        check_explained(first_pair(of_kind), wish.explained)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
