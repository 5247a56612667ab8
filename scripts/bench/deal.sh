#!/usr/bin/env bash
# deal.sh - what a deal of memory (engine/memory_deal.c) is worth: the second of two invented catalogs
# by turns, beside the first that is there, by programs built with other weights, in turn.  A line
# each: medians of seconds, processor time and MiB at most, and how many turns it took.
#
#   scripts/bench/deal.sh PROGRAM...
#   WORKS=18500          of the catalogs: 407,000 triples
#   MEMORY="160 512"     MiB of --memory: shares matter where it is scarce
#   ROUNDS=3
#
# On a busy machine look at the processor times.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-deal.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ $# -ge 1 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }

"$1" synth -q --works "${WORKS:-18500}" --seed 5 --out "$work/cat" > /dev/null
"$1" load -q -s "$work/base" -g left -m "$work/cat/mapping.tsv" "$work/cat/left.nt"

measured() { # PROGRAM MIB
    rm -rf "$work/store"
    cp -r "$work/base" "$work/store"
    "$here/timed.py" x "$1" load -v --by-turns --memory "$2" -s "$work/store" -g right \
        -m "$work/cat/mapping.tsv" "$work/cat/right.nt" > "$work/figures" 2> "$work/log" ||
        { cat "$work/log"; exit 1; }
    {
        cat "$work/figures"
        sed -n 's/.*debug: \([0-9]*\) turns, .*/{"name": "x.turns", "value": \1}/p' "$work/log"
    } | jq -cs --arg program "$1" --arg mib "$2" \
        '(map({key: .name, value}) | from_entries) + {program: $program, mib: $mib}' >> "$work/all"
}

echo "$(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $(wc -l < "$work/cat/right.nt") triples after $(wc -l < "$work/cat/left.nt")"
for ((round = 0; round < ${ROUNDS:-3}; round++)); do
    for mib in ${MEMORY:-160 512}; do
        for program in "$@"; do measured "$program" "$mib"; done
    done
done
jq -rs 'def median: sort | .[length / 2 | floor];
    group_by([(.mib | tonumber), .program])[] |
    "\(.[0].mib) MiB, \(.[0].program): \(map(.["x.wall"]) | median) s, \(map(.["x.cpu"]) | median) s of processor time, "
    + "\(map(.["x.peak"]) | median | round) MiB at most, \(map(.["x.turns"]) | median) turns"' "$work/all"
