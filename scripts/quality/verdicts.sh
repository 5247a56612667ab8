#!/usr/bin/env bash
# verdicts.sh - what is pinned speaks for its neighbours: the training links of a set given as verdicts,
# judged by its test links.  Without them and with them, by the built-in model and by one trained on the
# training links; of a set that grows in steps then the steps, by the trained models.
#
#   scripts/quality/verdicts.sh ALIGND FOLDER      a set of $ALIGND_DATA, such as growing-fr-en
#
# PC: links that are candidates; precision, recall and F1 are of the matches, open.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
set=$(cd "$2" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-verdicts.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

shopt -s nullglob
first=("$set"/*.base.nt.xz)
[ ${#first[@]} -gt 0 ] || first=("$set"/*.nt.xz)
split=$(basename "$(ls "$set"/links*.train.tsv | head -1)" .train.tsv)
awk -F '\t' '{ print "<" $1 "> <http://www.w3.org/2002/07/owl#sameAs> <" $2 "> ." }' \
    "$set/$split.train.tsv" > pinned.nt

load() { # STORE FILE...
    local store=$1 file graph
    shift
    for file in "$@"; do
        graph=$(basename "$file" .nt.xz)
        "$alignd" load -q -s "$store" -g "${graph%%.*}" -m "$set/mapping.tsv" "$file"
    done
}
judged() { # STORE MODEL SPLIT: PC, precision, recall, F1
    "$alignd" eval --json -s "$1" ${2:+--model "$2"} --links "$set/$3.test.tsv" 2> /dev/null |
        jq -rs 'flatten | map(select((.type // "") == "")) | .[0] |
            "\(.pair_completeness) \(.precision) \(.recall) \(.f1)"' |
        awk '{ printf "%.3f  %.3f  %.3f  %.3f", $1, $2, $3, $4 }'
}

load without "${first[@]}"
cp -r without with
"$alignd" load -q -s with --verdicts pinned.nt
echo "$(basename "$set"): $(wc -l < pinned.nt) training links as verdicts"
echo "                                      PC     prec   recall F1"
for store in without with; do
    echo "$store verdicts, the built-in model:  $(judged $store "" "$split")"
    "$alignd" train -q -s $store --links "$set/$split.train.tsv" --valid "$set/$split.valid.tsv" \
        --model $store.safetensors > /dev/null 2>&1
    echo "$store verdicts, trained:             $(judged $store $store.safetensors "$split")"
done
for links in "$set"/links.batch*.test.tsv; do
    step=$(basename "$links" .test.tsv)
    for store in without with; do
        load $store "$set"/*."${step#links.}".nt.xz
        echo "${step#links.}, $store verdicts, trained: $(judged $store $store.safetensors "$step")"
    done
done
