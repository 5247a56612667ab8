#!/bin/sh
# Trains the default model on catalogs the project invents itself:
#
#     scripts/train_default.sh path/to/alignd config/default.safetensors
#
# No data from outside goes in. The same program gives the same file (a ctest
# holds it to that, with fewer WORKS and EPOCHS).
set -e
alignd=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$alignd" synth --quiet --out "$work" --works "${WORKS:-3000}" --noise 0.35 --seed 5
for side in left right; do
    "$alignd" load --quiet --no-explain --store "$work/store" --graph $side -m "$work/mapping.tsv" "$work/$side.nt"
done
cat "$work"/links.*.tsv > "$work/links.tsv"
"$alignd" train --quiet --store "$work/store" --links "$work/links.tsv" --model "$out" --generic --from - \
    --epochs "${EPOCHS:-10}" --seed 1
"$alignd" eval --store "$work/store" --links "$work/links.tsv" --model "$out"
