"""What a reader may rely on in the sources, held by a ctest: see check_style.sh."""
import os
import re
import subprocess
import sys

LINES = 70  # of a function, at most

DEFINITION = re.compile(r"^(?!static|typedef|struct [a-z_0-9]+ \{|enum [a-z_0-9]*\b ?\{|union|#|/|\*| )[A-Za-z_].*?\b([a-z_0-9]+)\(")
ALLOCATION = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|"
                        r"vasprintf|aligned_alloc|posix_memalign|getline|open_memstream)\(")
EARLIER = re.compile(r"\b((?:\w+(?:->|\.))?rc) \? \1 :")
KERNEL = re.compile(r"\bKERNEL\((\w+)\)")  # a name in one build (src/kernel/build.h)
ATTRIBUTE = re.compile(r"__attribute__\(\([^()]*(?:\([^()]*\)[^()]*)*\)\) ?")
STATIC = re.compile(r"^static .*?\b([a-z_0-9]+)\(")


def listed(pattern):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", pattern],
                         capture_output=True, text=True, check=True).stdout
    return [path for path in out.split("\n") if path and os.path.exists(path)]


def read(path):
    with open(path, encoding="utf8") as file:
        return file.read()


def functions(text):
    """(name, exported, first line, lines) of each function; bodies begin and end in column 0."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line != "{":
            continue
        head = at
        while head and lines[head - 1] and not lines[head - 1].startswith(("#", "/", " *")) and not (
                lines[head - 1].endswith((";", "}", "*/"))):
            head -= 1
        first = KERNEL.sub(r"\1", ATTRIBUTE.sub("", " ".join(part.strip() for part in lines[head:at])))
        static = STATIC.match(first)
        named = static or DEFINITION.match(first)
        end = lines.index("}", at) if "}" in lines[at:] else at
        if named:
            yield named.group(1), not static, head + 1, end - head + 1


def of_table(name):
    """Paths with a reason: PATH REASON, a line each."""
    rows = {}
    for line in read(os.path.join(os.path.dirname(__file__), name)).split("\n"):
        if line and not line.startswith("#"):
            path, _, reason = line.partition(" ")
            rows[path] = reason.strip()
    return rows


class Check:
    def __init__(self):
        self.faults = 0
        self.sources = listed("src/*.c")
        self.texts = {path: read(path) for path in listed("*.c") + listed("*.h")}
        self.words = {path: set(re.findall(r"\w+", text)) for path, text in self.texts.items()}

    def fault(self, where, what):
        self.faults += 1
        print(f"{where}: {what}")

    def format(self):
        """As .clang-format says, where Debian 12's clang-format is: another one lays out otherwise."""
        try:
            version = subprocess.run(["clang-format", "--version"], capture_output=True,
                                     text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            version = ""
        if "version 14." not in version:
            print("clang-format 14 is not installed: the layout is not looked at")
            return
        said = subprocess.run(["clang-format", "--dry-run", *self.texts], capture_output=True,
                              text=True, check=True).stderr
        for path in dict.fromkeys(re.findall(r"^(.+?):\d+:\d+: warning: code should be", said, re.M)):
            self.fault(path, "not as clang-format lays it out: clang-format -i " + path)

    def heads(self):
        for path in self.sources:
            if not self.texts[path].startswith("/*"):
                self.fault(path, "has no comment at its head that says what it is for")

    def lengths(self):
        for path in self.sources:
            for name, _, line, count in functions(self.texts[path]):
                if count > LINES:
                    self.fault(f"{path}:{line}", f"{name} has {count} lines, of {LINES}")

    def allocations(self):
        """malloc and its kind are called by memory.c alone, which ends the process without memory."""
        for path in self.sources:
            if path == "src/base/memory.c":
                continue
            for number, line in enumerate(self.texts[path].split("\n"), 1):
                call = ALLOCATION.search(line)
                if call and not line.lstrip().startswith(("*", "/*")):
                    self.fault(f"{path}:{number}", f"calls {call.group(1)}: base/memory.h has its kind")

    def errors(self):
        """Steps that may fail are `if ((rc = a()) || (rc = b())) goto done;`, and no chain."""
        for path in self.sources:
            for number, line in enumerate(self.texts[path].split("\n"), 1):
                if EARLIER.search(line):
                    self.fault(f"{path}:{number}", "rc ? rc : - one condition of all steps, or err_first "
                                                   "(base/err.h) of two that are both taken")

    def is_called(self, name, path):
        """By another source, or by a macro of a header."""
        for other, words in self.words.items():
            if other != path and name in words and (
                    other.endswith(".c") or len(re.findall(rf"\b{name}\b", self.texts[other])) > 1):
                return True
        return False

    def exports(self):
        """An export begins with a word of its file's name, and another file calls it."""
        for path in self.sources:
            stem = os.path.basename(path)[:-2]
            first = stem.split("_")[0]
            for name, exported, line, _ in functions(self.texts[path]):
                if not exported or name == "main":
                    continue
                if not name.startswith((stem, first)):
                    self.fault(f"{path}:{line}", f"export {name} does not begin with {first}")
                if not self.is_called(name, path):
                    self.fault(f"{path}:{line}", f"export {name} is called by no other file")

    def tests(self):
        reasons = of_table("untested.txt")
        for path in self.sources:
            room, stem = path.split("/")[1], os.path.basename(path)[:-2]
            tested = os.path.exists(f"tests/{room}/test_{stem}.c")
            if tested and path in reasons:
                self.fault(path, "has a test file now: strike it from scripts/style/untested.txt")
            if not tested and not reasons.get(path):
                self.fault(path, f"has no tests/{room}/test_{stem}.c, and scripts/style/untested.txt "
                                 "does not say why")
        for path in reasons:
            if path not in self.texts:
                self.fault("scripts/style/untested.txt", f"{path} is not there")


def main():
    check = Check()
    for what in (check.format, check.heads, check.lengths, check.allocations, check.errors,
                 check.exports, check.tests):
        what()
    print(f"{len(check.sources)} sources, {check.faults} faults")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
