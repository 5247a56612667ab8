#!/bin/sh
# train_default_twice.sh ALIGND: the default model can be made again, to the byte.
set -e
here=$(dirname "$0")/../scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for i in 1 2; do
    WORKS=60 EPOCHS=2 "$here/train_default.sh" "$1" "$work/$i" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
cmp "$work/1" "$work/2"
