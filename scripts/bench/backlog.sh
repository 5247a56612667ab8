#!/usr/bin/env bash
# backlog.sh - a daemon with an empty store and a backlog, to the end of it and the first live event:
# built (daemon/daemon_backlog.c) and by turns ([build] share = 0), over the same topics on a real
# Kafka, one after the other; another program beside, if one is named.  The digests must be equal.
#
#   scripts/bench/backlog.sh [WORKS]        invented catalogs of so many works (10000: 219,000 triples)
#   TURNS=0                                 not by turns: of five million triples they take half an hour
#   BEFORE=PROGRAM                          an alignd of another commit, by its own way
#
# On a busy machine look at the processor times.  Of them the events take a good part: each of the
# net difference says why (align.explain).
set -euo pipefail
name=backlog
. "$(dirname "$0")/../../integration/lib.sh"
start_broker
cd "$work"
"$ALIGND" synth -q --works "${1:-10000}" --seed 3 --out cat > /dev/null 2>&1
triples=$(cat cat/left.nt cat/right.nt | wc -l)
for way in built turns before; do
    config $way left right
    printf '[align]\nmapping = %s/cat/mapping.tsv\n' "$work" >> $way.conf
done
printf '[build]\nshare = 0\n' >> turns.conf
"$ALIGND" check -c built.conf --create > /dev/null 2>&1
for graph in left right; do produce built.conf $graph cat/$graph.nt; done

echo "$(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $("$ALIGND" --version | head -1)"
measured() { # WAY PROGRAM
    "$root/scripts/bench/timed.py" x "$2" run -q -c "$1.conf" --once > figures 2> "$1.log" || { cat "$1.log"; exit 1; }
    jq -rs --arg what "$1" --argjson n "$triples" '
        (map({key: .name, value}) | from_entries) as $f
        | "\($what): \($n) triples, \($f["x.wall"]) s, \(1e6 * $f["x.cpu"] / $n | round)"
          + " us of processor time a triple, \($n / $f["x.wall"] | round) triples/s, \($f["x.peak"] | round) MiB at most"
    ' figures
}
measured built "$ALIGND"
sed -n 's/.*msg="\(.*\(messages read in\|the store is built\).*\)"/    \1/p' built.log
[ "${TURNS:-1}" = 0 ] || measured turns "$ALIGND"
[ -z "${BEFORE:-}" ] || measured before "$BEFORE"
[ "${TURNS:-1}" != 0 ] || exit 0
[ "$("$ALIGND" digest --store built.store)" = "$("$ALIGND" digest --store turns.store)" ] ||
    { echo "the digests differ"; exit 1; }
echo "the digests are equal"
