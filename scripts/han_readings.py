#!/usr/bin/env python3
"""Writes the readings of Han characters that src/base/text_reading.c is built with.

usage: scripts/han_readings.py > src/base/text_reading_han.inc      (uconv of icu-devtools, ICU 72)

Each character of U+4E00 to U+9FFF by itself through ICU's transforms 'Han-Latin; Latin-ASCII': its
most frequent reading in Mandarin, without tones.  The same ICU gives the same bytes; another one may
read some otherwise, and then names have other keys: raise BLOCK_KEYS_VERSION with the table."""
import re
import subprocess
import sys

FIRST, LAST = 0x4e00, 0x9fff
COLUMNS = 100


def readings():
    text = "".join(chr(point) + "\n" for point in range(FIRST, LAST + 1))
    out = subprocess.run(["uconv", "-f", "utf-8", "-t", "utf-8", "-x", "Han-Latin; Latin-ASCII"], input=text,
                         capture_output=True, encoding="utf8", check=True).stdout.split("\n")[:-1]
    if len(out) != LAST - FIRST + 1:
        sys.exit(f"uconv gave {len(out)} lines of {LAST - FIRST + 1}")
    return [word if re.fullmatch("[a-z]{1,6}", word) else "" for word in out]


def rows(items):
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > COLUMNS:
            yield line
            line = "   "
        line += f" {item},"
    yield line


def main():
    words = readings()
    syllables = sorted(set(words) | {""})
    number = {word: at for at, word in enumerate(syllables)}
    print("/* Made by scripts/han_readings.py.  Syllables, \"\" for none, and of each character from")
    print(" * U+4E00 on the number of its own. */")
    print("static const char han_syllables[][7] = {")
    print(*rows(f'"{word}"' for word in syllables), sep="\n")
    print("};\n")
    print("static const uint16_t han_readings[HAN_LAST - HAN_FIRST + 1] = {")
    print(*rows(str(number[word]) for word in words), sep="\n")
    print("};")


if __name__ == "__main__":
    main()
