#!/usr/bin/env python3
"""figures.py [COMMIT...]: what can be counted of how the sources are written, a column a commit;
without one, of the working tree.  Of src and include alone; tests are not counted."""
import io
import os
import re
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from check import LINES, functions  # noqa: E402

COLUMNS = 100
LONG = 8  # lines of a function from which on there is something to assert
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
STRUCT = re.compile(r"^struct ([a-z_0-9]+) \{\n(.*?)^\}", re.S | re.M)
KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof"}


def of_tree():
    for top in ("src", "include"):
        for folder, _, names in os.walk(top):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf8") as file:
                        yield path, file.read()


def of_commit(commit):
    archive = subprocess.run(["git", "archive", commit, "src", "include"], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith((".c", ".h")):
                yield member.name, tar.extractfile(member).read().decode("utf8")


def split(text):
    """The code without comments and texts, and how many bytes the comments have."""
    comments = 0

    def blank(match):
        nonlocal comments
        found = match.group(0)
        if found[0] == "/":
            comments += len(found)
            return " "
        return found[0] * 2

    return COMMENT.sub(blank, text), comments


def fields(body):
    """Of a struct; those of structs within it count, as whoever reads it has to know them."""
    flat = re.sub(r"\([^()]*\)|\[[^\]]*\]", "", body)
    return sum(1 + part.count(",") for part in re.split(r"[;{}]", flat) if part.strip())


def components(edges):
    """Strongly connected ones of more than one node (Tarjan)."""
    index, low, stack, on, out = {}, {}, [], set(), []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in edges[v]:
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while not part or part[-1] != v:
                part.append(stack.pop())
                on.discard(part[-1])
            if len(part) > 1:
                out.append(part)

    sys.setrecursionlimit(10000)
    for v in edges:
        if v not in index:
            visit(v)
    return out


def call_cycles(code, exported):
    """Groups of sources that call each other around in a circle."""
    home = {name: path for path, names in exported.items() for name in names}
    edges = {path: {home[name] for name in re.findall(r"\b(\w+)\(", text)
                    if name in home and home[name] != path}
             for path, text in code.items() if path.endswith(".c")}
    return components(edges)


def figures(files):
    texts = dict(files)
    code, comment_bytes = {}, 0
    for path, text in texts.items():
        code[path], found = split(text)
        comment_bytes += found
    all_code = "\n".join(code.values())
    defined = {path: list(functions(text)) for path, text in texts.items() if path.endswith(".c")}
    count = sum(len(found) for found in defined.values())
    exported = {path: [name for name, out, _, _ in found if out] for path, found in defined.items()}
    structs = sorted(((fields(body), name) for text in code.values() for name, body in STRUCT.findall(text)),
                     reverse=True)
    internal = {path: len([name for name in re.findall(r"^[a-z][\w *]*?\b(\w+)\([^;{]*?\);", code[path], re.M)
                           if name not in KEYWORDS])
                for path in texts if path.startswith("src/") and path.endswith(".h")}
    most = max(internal, key=internal.get)
    circles = call_cycles(code, exported)
    asserts = len(re.findall(r"\bassert\(", all_code))
    long = sum(n >= LONG for found in defined.values() for _, _, _, n in found)
    lines = [line for text in texts.values() for line in text.split("\n")[:-1]]
    number = lambda pattern: len(re.findall(pattern, all_code))  # noqa: E731
    rows = [("lines of src and include", f"{len(lines):,}"),
            ("  of them comment", f"{100 * comment_bytes / sum(map(len, texts.values())):.1f} % of bytes"),
            ("sources, headers", f"{len(defined)}, {len(texts) - len(defined)}"),
            ("functions", f"{count:,}")]
    rows += [(f"fields of a struct, number {i + 1}", f"{n} ({name})") for i, (n, name) in enumerate(structs[:5])]
    rows += [("functions of headers within src", f"{sum(internal.values())}"),
             ("  the most", f"{internal[most]} ({os.path.basename(most)})"),
             ("circles of sources by calls", f"{len(circles)}"),
             ("  the largest", f"{max(map(len, circles), default=0)} sources"),
             ("asserts", f"{asserts}"),
             ("  a function", f"{asserts / count:.2f}"),
             (f"functions of {LONG} lines or more", f"{long:,}"),
             (f"  asserts a function of {LONG} lines or more", f"{asserts / long:.2f}"),
             ("sources without a head comment", f"{sum(not texts[path].startswith('/*') for path in defined)}"),
             ("ERR_NO_MEMORY", f"{number(r'ERR_NO_MEMORY')}"),
             ("if (!rc)", f"{number(r'if [(]!rc')}"),
             ("rc ? rc :", f"{number(r'rc [?] rc')}"),
             (f"functions over {LINES} lines", f"{sum(n > LINES for f in defined.values() for _, _, _, n in f)}"),
             (f"lines over {COLUMNS} columns", f"{sum(len(line) > COLUMNS for line in lines)}")]
    return rows


def main():
    commits = sys.argv[1:]
    if commits and commits[0].startswith("-"):
        print(__doc__)
        return 0 if commits[0] in ("-h", "--help") else 64
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    columns = [figures(of_commit(commit)) for commit in commits] or [figures(of_tree())]
    names = [subprocess.run(["git", "rev-parse", "--short", commit], capture_output=True, text=True,
                            check=True).stdout.strip() for commit in commits] or ["this tree"]
    print(f"{'':38}" + "".join(f"{name:26}" for name in names).rstrip())
    for i, (what, _) in enumerate(columns[0]):
        print(f"{what:38}" + "".join(f"{column[i][1]:26}" for column in columns).rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
