#!/bin/sh
# How well a benchmark catalog of $ALIGND_DATA is aligned: by the built-in model, by
# one trained on its links, and by one trained without any:
#
#     scripts/quality.sh path/to/alignd movies-hard [OPTION OF alignd train]...
#
# Rows are those of `alignd eval` on the test split; persons, where there are
# links of them, are a type that no model saw links of.
set -e
alignd=$1 name=$2 data=${ALIGND_DATA:?}/$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kind=links
[ ! -f "$data/pairs.test.tsv" ] || kind=pairs
unjudged=
[ ! -f "$data/unjudged.txt" ] || unjudged="--unjudged $data/unjudged.txt"

for file in "$data"/*.nt.xz; do
    graph=$(basename "$file" .nt.xz)
    "$alignd" load --quiet --no-explain --store "$work/store" --graph "$graph" -m "$data/mapping.tsv" "$file"
done

measure() { # the rows of a model: label, model (empty: the built-in one)
    for links in "$data/$kind.test.tsv" "$data/links.persons.test.tsv"; do
        [ -f "$links" ] || continue
        closed="--all-links $data/$kind.train.tsv --all-links $data/$kind.valid.tsv --closed"
        [ $kind = links ] || closed=
        case $links in *persons*) closed=$unjudged ;; *) closed="$closed $unjudged" ;; esac
        printf '%s, %s: ' "$1" "$(basename "$links" .tsv)"
        # shellcheck disable=SC2086
        "$alignd" eval --store "$work/store" ${2:+--model "$2"} --links "$links" $closed | tail -n 1
    done
}

"$alignd" eval --store "$work/store" --links "$data/$kind.valid.tsv" | head -n 1
measure built-in ""
# shellcheck disable=SC2086
"$alignd" train --quiet --store "$work/store" --links "$data/$kind.train.tsv" --valid "$data/$kind.valid.tsv" $unjudged \
    --model "$work/trained" "$@"
measure trained "$work/trained"
"$alignd" train --quiet --store "$work/store" --bootstrap --epochs 3 --model "$work/bootstrap"
measure bootstrap "$work/bootstrap"
