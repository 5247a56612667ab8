#!/bin/sh
# field_cases.sh ALIGND [MODEL]: small catalogs of situations that users of record linkage meet
# (tests/data/field, names and data invented), and what a person says of their pairs.  Each
# folder is loaded as two catalogs; 'same' must be a line of `alignd matches`, 'different' must
# not.  world-*: two catalogs whole, judged against their links, what no link names counted
# as wrong.  What the model is known to judge otherwise is listed in known_wrong.tsv; both a
# case that is wrong and not listed and a listed one that is right by now are failures.
set -eu
alignd=$1 data=$(cd "$(dirname "$0")/data/field" && pwd)
[ -z "${2:-}" ] || export ALIGND_MODEL="$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')
failed=0 wrong=0 right=0

passed() { # CASE
    right=$((right + 1))
    if grep -qxF "$1" "$data/known_wrong.tsv"; then
        failed=1
        echo "right by now, strike it from known_wrong.tsv: $1"
    fi
}

missed() { # CASE WORDS
    wrong=$((wrong + 1))
    if grep -qxF "$1" "$data/known_wrong.tsv"; then
        echo "known: $2"
    else
        failed=1
        echo "$2"
    fi
}

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
            passed "$folder$tab$a$tab$b"
        else
            missed "$folder$tab$a$tab$b" \
                "$folder: $a $b must be $what${line:+, but is a match of $(echo "$line" | cut -f 3)}"
        fi
    done < "$work/expect"
done

for folder in world-music world-volumes; do
    load "$folder"
    "$alignd" judge --store "$work/store" --links "$data/$folder/links.tsv" --closed > "$work/judged"
    # the last line: type links matches right precision recall ...
    if tail -n 1 "$work/judged" | awk '{ exit !($5 >= .98 && $6 >= .98) }'; then
        passed "$folder"
    else
        missed "$folder" "$folder: precision and recall must be .98"
        cat "$work/judged"
    fi
done
echo "$right right, $wrong wrong"
[ "$failed" = 0 ]
