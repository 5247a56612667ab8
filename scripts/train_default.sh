#!/bin/sh
# Trains the default model on catalogs the project invents itself:
#
#     scripts/train_default.sh path/to/alignd config/default.safetensors
#
# No data from outside goes in.  Worlds of several kinds and makes (alignd synth
# --kind, --make) stand in one store, each with types of its own.  The network and the
# trees learn from some of the makes; confidence and threshold are of others.  The same
# program gives the same file (a ctest holds it to that, with fewer WORKS and EPOCHS).
set -e
alignd=$1 out=$2
kinds=${KINDS:-music products books films papers places people}
learn=${LEARN:-$(seq 1 8) $(seq 31 70)} more=${MORE:-$(seq 9 14) $(seq 101 130)} measure=${MEASURE:-21 22 23 $(seq 81 90)}
work=${WORK:-$(mktemp -d)}
[ -n "${WORK:-}" ] || trap 'rm -rf "$work"' EXIT

# Makes from 31 on are of small worlds: what is rare in a large catalog is so by its number
# of namesakes, in a small one nobody can tell.
works_of() { # MAKE
    if [ "$1" -gt 30 ]; then echo "${FEW:-25}"; else echo "${WORKS:-400}"; fi
}

invent() { # ROLE MAKE...: the worlds of all kinds of these makes, to the files of a role
    role=$1
    shift
    for make in "$@"; do
        for kind in $kinds; do
            world=$work/$kind$make
            "$alignd" synth --quiet --out "$world" --kind "$kind" --make "$make" --tag "$kind$make" \
                --works "$(works_of "$make")" --seed "$make" > "$work/log"
            for file in left.nt right.nt mapping.tsv; do cat "$world/$file" >> "$work/$file"; done
            cat "$world"/links.*.tsv >> "$work/$role.tsv"
            rm -r "$world"
        done
    done
}
# shellcheck disable=SC2086
invent learn $learn
# of products more: their worlds are small, and no two shops word alike
# shellcheck disable=SC2086
(kinds=products; invent learn $more)
# and small ones of what comes in series and versions: leftovers there are the likest
# shellcheck disable=SC2086
(kinds="films music books"; invent learn ${SERIES:-$(seq 131 160)})
# shellcheck disable=SC2086
invent measure $measure
# the candidates are the same with any model; the default one may be of an older make
export ALIGND_MODEL=-
for side in left right; do
    "$alignd" load --quiet --no-explain --store "$work/store" --graph $side -m "$work/mapping.tsv" "$work/$side.nt"
done
"$alignd" train --quiet --store "$work/store" --links "$work/learn.tsv" --valid "$work/measure.tsv" --closed \
    --model "$out" --generic --from - --epochs "${EPOCHS:-3}" --seed "${SEED:-1}"
"$alignd" eval --store "$work/store" --links "$work/measure.tsv" --closed --model "$out"
