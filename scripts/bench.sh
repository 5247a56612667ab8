#!/usr/bin/env bash
# bench.sh - the figures of README.md: invented catalogs (alignd synth), a load
# from files, then the same through a real Kafka, and the time from a changed
# triple to its event.
#
#   scripts/bench.sh [WORKS]      default 10000: about 220,000 triples
#
# Needs a release build (scripts/demo.sh or scripts/test.sh make one) and jq.
works=${1:-10000}
case $works in *[!0-9]* | '') sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 64 ;; esac
ALIGND=${ALIGND:-$(dirname "$0")/../build/release/alignd}
. "$(dirname "$0")/../integration/lib.sh"
cd "$work" || exit 1

line() { printf '%-52s %s\n' "$1" "$2"; }
rate() { # TRIPLES, seconds by the clock, seconds of processor time
    awk -v n="$1" -v wall="$2" -v cpu="$3" \
        'BEGIN { printf "%.1f s, %.0f a second; %.1f s of processor time", wall, n / wall, cpu }'
}
TIMEFORMAT='%R %U %S'
timed() { # COMMAND...: sets wall and cpu
    local user system
    { time "$@" > timed.out 2> timed.err; } 2> timed || { cat timed.err; exit 1; }
    read -r wall user system < timed
    cpu=$(awk "BEGIN { print $user + $system }")
}

alignd synth -q --out cat --works "$works" --seed 11 --deletions 0.01
triples=$(cat cat/left.nt cat/right.nt | LC_ALL=C sort -u | wc -l)
line "processors" "$(nproc), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
line "triples" "$triples"

# ---- from files ----

load_both() {
    alignd load -q --store files -g left -m cat/mapping.tsv cat/left.nt &&
        alignd load -q --store files -g right cat/right.nt
}
timed load_both
line "alignd load, both catalogs, each turn synced" "$(rate "$triples" "$wall" "$cpu")"
line "matches" "$(alignd matches --store files | wc -l)"
cat cat/links.*.tsv > links.tsv
line "precision, recall, F1 with the built-in model" \
    "$(alignd judge --json --store files --links links.tsv | jq -r '.overall | "\(.precision * 1000 | round / 1000), \(.recall * 1000 | round / 1000), \(.f1 * 1000 | round / 1000)"')"
timed alignd verify -q --store files
line "alignd verify" "$(rate "$triples" "$wall" "$cpu")"

# ---- through Kafka ----

extra="[align]
mapping = $work/cat/mapping.tsv"
start_broker 2>&1
config bench left right
conf=$work/bench.conf
alignd check -c "$conf" --create > check.log 2>&1 || { cat check.log; exit 1; }
for g in left right; do produce "$conf" $g cat/$g.nt 2>> produce.log || exit 1; done
is_through() { # so many triples in the store, all of it worked off and published
    http "$conf" /metrics | awk -v triples="$1" '
        /^alignd_triples{/ { n += $2 }
        /^alignd_(dirty_entities|outbox_records|input_lag_records)/ && $2 != 0 { busy = 1 }
        END { exit !(n == triples && !busy) }'
}
begun=$EPOCHREALTIME
start_daemon "$conf" -q
until_true 3600 is_through "$triples" || { echo "not done after an hour"; exit 1; }
wall=$(awk "BEGIN { print ${EPOCHREALTIME/,/.} - ${begun/,/.} }")
cpu=$(awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$daemon/stat")
line "the same from Kafka topics to published events" "$(rate "$triples" "$wall" "$cpu")"

# changes one at a time: deletions, then the same triples again
"$ALIGND" events --follow --from-end -c "$conf" 2> events.log < /dev/null > >(while IFS= read -r event; do
    printf '%s\t%s\n' "$EPOCHREALTIME" "$event"
done > events) &
reader=$!
pids="$pids $reader"
sleep 2
for g in left right; do grep '^D ' cat/$g.deletions.rdfp | head -500 > $g.rdfp; done
changes=$((2 * $(cat left.rdfp right.rdfp | wc -l)))
for how in "" --invert; do
    for g in left right; do produce "$conf" $g --rows 1 --rate 50 $how $g.rdfp 2>> produce.log; done
done
until_true 600 is_through "$triples"
sleep 1
kill -TERM "$reader" 2> /dev/null
wait "$reader" 2> /dev/null
line "changes at 50 a second, events they caused" "$changes, $(wc -l < events)"
jq -R -n -r '
    def ms: (.[0:19] + "Z" | fromdateiso8601) * 1000 + (.[20:23] | tonumber);
    [inputs | split("\t") | ((.[0] | sub(","; ".") | tonumber) * 1000) as $at | .[1] | fromjson |
        select(.event_time) | $at - (.event_time | ms)] |   # deferred work has no one cause
    sort | . as $all | def at($q): $all[($all | length - 1) * $q | floor] | round;
    "\(at(0.5)), \(at(0.9)), \(at(0.99)) ms"' < events > latency
line "from a triple's timestamp to its event at a reader" "$(cat latency) (50, 90, 99 %)"
line "memory of the daemon at most" "$(awk '/^VmHWM/ { printf "%.0f MiB", $2 / 1024 }' "/proc/$daemon/status")"
line "the store on disk" "$(du -sm "$(option "$conf" store.path)" | cut -f 1) MiB"
stop_daemon
[ "$status" = 0 ] || { tail -5 "$conf.log"; exit 1; }
alignd verify -q --store "$(option "$conf" store.path)" || exit 1
[ "$(alignd digest --store files)" = "$(alignd digest --store "$(option "$conf" store.path)")" ] ||
    { echo "the two stores differ"; exit 1; }
echo "both stores are the same, bit for bit"
