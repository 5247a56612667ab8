#!/bin/sh
# field_cases.sh ALIGND [MODEL]: small catalogs of situations that users of record linkage meet
# (tests/data/field, names and data invented), and what a person says of their pairs.  Each
# folder is loaded as two catalogs; 'same' must be a line of `alignd matches`, 'different' must
# not.  world-*: two catalogs whole, judged against their links, what no link names counted
# as wrong.  At most MOST_WRONG pairs (2) may be judged otherwise.
set -eu
alignd=$1 data=$(cd "$(dirname "$0")/data/field" && pwd)
[ -z "${2:-}" ] || export ALIGND_MODEL="$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')
wrong=0 right=0

load() { # FOLDER: both catalogs, to $work/store
    rm -rf "$work/store"
    for side in left right; do
        file=$data/$1/$side.nt
        [ -e "$file" ] || file=$file.xz
        "$alignd" load --quiet --no-explain --store "$work/store" --graph $side -m "$data/$1/mapping.tsv" "$file"
    done
    "$alignd" matches --store "$work/store" > "$work/matches"
}

for folder in $(grep -v '^#' "$data/expect.tsv" | cut -f 1 | sort -u); do
    load "$folder"
    grep "^$folder$tab" "$data/expect.tsv" > "$work/expect"
    while IFS=$tab read -r _ a b what; do
        line=$(grep -F "$a$tab$b$tab" "$work/matches" || true)
        if { [ -n "$line" ] && [ "$what" = same ]; } || { [ -z "$line" ] && [ "$what" = different ]; }; then
            right=$((right + 1))
        else
            wrong=$((wrong + 1))
            echo "$folder: $a $b must be $what${line:+, but is a match of $(echo "$line" | cut -f 3)}"
        fi
    done < "$work/expect"
done

for folder in world-music world-volumes; do
    load "$folder"
    "$alignd" judge --store "$work/store" --links "$data/$folder/links.tsv" --closed > "$work/judged"
    # the last line: type links matches right precision recall ...
    if tail -n 1 "$work/judged" | awk '{ exit !($5 >= .98 && $6 >= .98) }'; then
        right=$((right + 1))
    else
        wrong=$((wrong + 1))
        echo "$folder: precision and recall must be .98"
        cat "$work/judged"
    fi
done
echo "$right passed, $wrong failed"
[ "$wrong" -le "${MOST_WRONG:-2}" ]
