#!/bin/sh
# homonyms.sh ALIGND MODEL: thirty John Smiths in either catalog, without neighbours and with a
# film each: none is matched, and no pair of them has a confidence over .1.
set -eu
alignd=$1 here=$(cd "$(dirname "$0")" && pwd)
export ALIGND_MODEL="$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
type=http://www.w3.org/1999/02/22-rdf-syntax-ns#type
failed=0

catalog() { # GRAPH NAMESPACE TYPE LABEL FILM-TYPE CAST FIRST-WORD: IRIs as in data/field, films to $films
    i=0
    while [ $i -lt 30 ]; do
        person="<http://$1.example/e/p$i>" film="<http://$1.example/e/f$i>"
        echo "$person <$type> <$2$3> ."
        echo "$person <$2$4> \"John Smith\" ."
        if [ "$films" = 1 ]; then
            echo "$film <$type> <$2$5> ."
            echo "$film <$2$4> \"$7 $i\" ."
            echo "$film <$2$6> $person ."
        fi
        i=$((i + 1))
    done
}

for films in 0 1; do
    rm -rf "$work/store"
    catalog left http://left.example/t# Person title Movie starring Harbour > "$work/left.nt"
    catalog right http://right.example/s# Human name Film cast Meadow > "$work/right.nt"
    for side in left right; do
        "$alignd" load --quiet --no-explain --store "$work/store" --graph $side \
            -m "$here/data/field/same-name-homonyms-other-work/mapping.tsv" "$work/$side.nt"
    done
    "$alignd" matches --store "$work/store" > "$work/matches"
    if grep "John Smith" "$work/matches"; then failed=1; fi
    for i in 0 7 29; do
        "$alignd" explain --store "$work/store" "http://left.example/e/p$i" "http://right.example/e/p$i" > "$work/told"
        head -1 "$work/told" | awk '$1 == "score" && $2 + 0 <= 0.1 { ok = 1 } END { exit !ok }' ||
            { echo "with films: $films, number $i: $(head -1 "$work/told")"; failed=1; }
    done
done
[ "$failed" = 0 ]
