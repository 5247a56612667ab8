#!/bin/sh
# How the sources are written, as far as a program can tell: rooms include only rooms below
# (check_layers.sh); laid out by clang-format; no function over 70 lines; a comment at the head of
# each source; an export bears its file's name and is called from elsewhere; each source
# has its test file, or a reason in scripts/style/untested.txt.
cd "$(dirname "$0")/.." || exit 1
status=0
scripts/check_layers.sh || status=1
python3 scripts/style/check.py || status=1
exit $status
