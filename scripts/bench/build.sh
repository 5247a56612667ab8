#!/usr/bin/env bash
# build.sh - what the builder (engine/build.h) takes: two catalogs are loaded into a new store,
# then every row is built anew by `alignd rebuild` (which reads the triples of the store first), with
# each of the given memories.  A line each: seconds, processor time a triple, triples a second, memory.
# The digests must stay what they were.
#
#   scripts/bench/build.sh NAME MAPPING GRAPH=FILE GRAPH=FILE [MIB...]     (512)
#   scripts/bench/build.sh synth:4700 [MIB...]                             invented catalogs
#
# On a busy machine look at the processor times; they too grow by what shares the caches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
alignd=${ALIGND:-$here/../../build/release/alignd}
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ $# -ge 1 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }

name=$1
shift
case $name in
synth:*)
    "$alignd" synth -q --out "$work/cat" --works "${name#synth:}" --seed 11 > /dev/null
    mapping=$work/cat/mapping.tsv files="left=$work/cat/left.nt right=$work/cat/right.nt"
    ;;
*) mapping=$1 files="$2 $3"; shift 3 ;;
esac
store=$work/store

# measured WHAT COMMAND...: a line of what it took, for all the triples of the store
measured() {
    local what=$1 triples
    shift
    "$here/timed.py" x "$@" > "$work/figures" 2> "$work/log" || { cat "$work/log"; exit 1; }
    triples=$("$alignd" load -s "$store" -g "${files%%=*}" /dev/null 2>&1 |
        grep -o 'holds [0-9]* triples' | cut -d ' ' -f 2)
    jq -rs --arg what "$name, $what" --argjson n "$triples" '
        (map({key: .name, value}) | from_entries) as $f
        | "\($what): \($n) triples, \($f["x.wall"]) s, \(1e6 * $f["x.cpu"] / $n | round | . )"
          + " us of processor time a triple, \($n / $f["x.wall"] | round) triples/s, \($f["x.peak"] | round) MiB at most"
    ' "$work/figures"
}

echo "$(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $("$alignd" --version | head -1)"
for file in $files; do
    measured "load of ${file%%=*}" "$alignd" load -q --store "$store" -g "${file%%=*}" -m "$mapping" "${file#*=}"
done
digest=$("$alignd" digest --store "$store")
for mib in "${@:-512}"; do
    measured "rebuild in $mib MiB" "$alignd" rebuild -q --store "$store" --memory "$mib"
    [ "$digest" = "$("$alignd" digest --store "$store")" ] || { echo "the digests differ"; exit 1; }
done
echo "$(du -sb "$store" | cut -f 1) bytes; the digests stayed"
