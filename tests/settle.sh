#!/bin/bash
# settle.sh ALIGND: with [decide] settle_ms a daemon tells matches once they have been quiet: two
# catalogs that come triple by triple cost fewer events than without it, and an event a match;
# either way they add up to the same matches.  The broker is the one within the daemon.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
export ALIGND_MODEL="$root/config/default.safetensors"
work=$(mktemp -d)
daemon=""
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
die() { echo "settle.sh: $*: $(tail -5 daemon.log)" >&2; exit 1; }

cat > alignd.conf << END
[store]
path = store
[align]
mapping = $root/scripts/demo/mapping.tsv
[output]
topic = matches
[graph.archive]
topics = archive
[graph.cinema]
topics = cinema
END

page() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$1"; }
value() { page "http://127.0.0.1:$port/metrics" | sed -n "s/^alignd_$1 //p"; }
until_is() { # NAME VALUE
    local tries=0
    until [ "$(value "$1")" = "$2" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || die "alignd_$1 is $(value "$1") and not $2"
        sleep 0.1
    done
}

take() { # NAME SETTLE_MS: the events, and what else is to be looked at
    rm -rf store store.*
    port=$((20000 + RANDOM % 20000))
    "$alignd" run -q --embedded-broker -c alignd.conf --set "http.port=$port" --set http.stats_s=1 \
        --set "decide.settle_ms=$2" 2> daemon.log < /dev/null &
    daemon=$!
    local tries=0
    until [ -s store.broker ] && page "http://127.0.0.1:$port/readyz" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || die "the daemon does not start"
        kill -0 "$daemon" 2> /dev/null || die "the daemon ended"
        sleep 0.1
    done
    client=(-c alignd.conf --bootstrap "$(cat store.broker)")
    "$alignd" produce -q "${client[@]}" -g archive "$root/scripts/demo/archive.nt" 2> produce.log
    # a hundred triples a second, each a message and, as they come, a turn
    "$alignd" produce -q "${client[@]}" -g cinema --rows 1 --rate 100 "$root/scripts/demo/cinema.nt" 2>> produce.log
    until_is 'triples{graph="cinema"}' "$(grep "^<" "$root/scripts/demo/cinema.nt" | LC_ALL=C sort -u | wc -l)"
    until_is dirty_entities 0
    sleep 0.3
    until_is settling_pairs 0
    until_is outbox_records 0
    "$alignd" events "${client[@]}" 2> events.log > "$1.events"
    "$alignd" events --fold "${client[@]}" 2>> events.log | cut -f 1-3 | LC_ALL=C sort > "$1.fold"
    page "http://127.0.0.1:$port/metrics" > "$1.metrics"
    kill -TERM "$daemon"
    wait "$daemon" || die "the daemon ended with status $?"
    daemon=""
    "$alignd" matches -s store | cut -f 1-3 | LC_ALL=C sort > "$1.matches"
}
count() { grep -c "\"type\":\"$2\"" "$1.events" || true; }

take at_once 0
take settled 3000
cut -f 1,2 at_once.matches > a
cut -f 1,2 settled.matches > b
cmp -s a b || die "the matches are others"
for name in at_once settled; do
    cut -f 1,2 "$name.fold" | cmp -s - <(cut -f 1,2 "$name.matches") || die "$name: the events do not add up to the matches"
    grep -q '^alignd_estimated_precision{type="film",band="match"} ' "$name.metrics" || die "no estimated precision"
done
n=$(wc -l < settled.matches)
echo "$n matches: at once $(count at_once match) match, $(count at_once unmatch) unmatch, $(count at_once update) update events; settled $(count settled match), $(count settled unmatch), $(count settled update)"
[ "$(count settled match)" = "$n" ] || die "settled: not one event a match"
[ $(($(count settled unmatch) + $(count settled update))) -lt $(($(count at_once unmatch) + $(count at_once update))) ] ||
    die "settling saved nothing"
