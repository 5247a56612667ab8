#!/bin/sh
# train_default_twice.sh ALIGND: the default model can be made again, to the byte.
set -e
here=$(dirname "$0")/../scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for i in 1 2; do
    LEARN="1 31 32" MORE=101 MEASURE="21 81" WORKS=60 EPOCHS=1 "$here/train_default.sh" "$1" "$work/$i" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
cmp "$work/1" "$work/2"
