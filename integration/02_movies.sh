#!/usr/bin/env bash
# Two movie catalogs of 400,000 triples, interleaved: everything is consumed,
# the store is what its triples say, the events are the matches; a hundred
# triples deleted and inserted again leave no trace.
. "$(dirname "$0")/lib.sh"
movies=$data/movies
[ -f "$movies/imdb.nt.xz" ] || skip "no catalogs in $movies (see ALIGND_DATA)"
command -v xz > /dev/null || skip "xz is not installed"
start_broker
# every change of a confidence is told, so that the events can be compared with the store
extra="[align]
mapping = $movies/mapping.tsv
epsilon = 0"
config movies imdb tmdb
conf=$work/movies.conf
store=$(option "$conf" store.path)
check "topics are made" alignd check -c "$conf" --create --partitions 3

# in pieces, both catalogs at once, while the daemon runs
for g in imdb tmdb; do
    xz -dc "$movies/$g.nt.xz" > "$work/$g.nt"
    split -n l/4 "$work/$g.nt" "$work/$g.part."
done
start_daemon "$conf" -q
wait_ready "$conf"
begun=$SECONDS
for part in aa ab ac ad; do
    produce "$conf" imdb "$work/imdb.part.$part" 2>> "$work/produce.log" || fail "imdb $part"
    produce "$conf" tmdb "$work/tmdb.part.$part" 2>> "$work/produce.log" || fail "tmdb $part"
done
total=$(cat "$work/imdb.nt" "$work/tmdb.nt" | LC_ALL=C sort -u | wc -l)
settled() {
    local page
    page=$(http "$conf" /metrics) || return 1
    [ "$(awk '/^alignd_triples{/ { n += $2 } END { print n + 0 }' <<< "$page")" = "$total" ] &&
        awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ && $2 != 0 { bad = 1 } END { exit bad }' \
            <<< "$page"
}
check "every triple arrives and is worked off" until_true 300 settled
say "$total triples after $((SECONDS - begun)) s; end to end: $(http "$conf" /metrics |
    awk '/^alignd_end_to_end_latency_seconds_(sum|count)/ { v[$1] = $2 }
         END { printf "%.0f ms on average", 1000 * v["alignd_end_to_end_latency_seconds_sum"] / v["alignd_end_to_end_latency_seconds_count"] }')"
stop_daemon
check "SIGTERM ends with status 0" test "$status" = 0

check "no event is missing or there twice" alignd events -c "$conf" --check
check "the store is what its triples say" alignd verify -q --store "$store"
matches_of "$conf" > "$work/before"
fold_of "$conf" > "$work/fold"
check "the events fold to the store's $(wc -l < "$work/before") matches" cmp "$work/before" "$work/fold"
say "against the gold links:"
alignd judge --store "$store" --links "$movies/links.test.tsv" \
    --all-links "$movies/links.train.tsv" --all-links "$movies/links.valid.tsv"
f1=$(alignd judge --json --store "$store" --links "$movies/links.test.tsv" \
    --all-links "$movies/links.train.tsv" --all-links "$movies/links.valid.tsv" |
    sed -n 's/.*"f1":\([0-9.]*\).*/\1/p' | head -1)
check "F1 is at least 0.9 ($f1)" awk "BEGIN { exit !(${f1:-0} >= 0.9) }"

# a hundred triples go and come back
shuf -n 50 --random-source="$work/imdb.nt" "$work/imdb.nt" > "$work/imdb.gone"
shuf -n 50 --random-source="$work/tmdb.nt" "$work/tmdb.nt" > "$work/tmdb.gone"
digest=$(alignd digest --store "$store")
for g in imdb tmdb; do
    check "50 triples of $g are deleted" produce "$conf" $g --invert "$work/$g.gone"
done
check "the daemon works them off" run_once "$conf"
matches_of "$conf" > "$work/without"
check "that changed $(diff "$work/before" "$work/without" | grep -c '^[<>]') lines of the matches" \
    sh -c "! cmp -s '$work/before' '$work/without'"
for g in imdb tmdb; do
    check "they are inserted again" produce "$conf" $g "$work/$g.gone"
done
check "the daemon works them off" run_once "$conf"
matches_of "$conf" > "$work/after"
check "the matches are those of before" cmp "$work/before" "$work/after"
check "the whole store is that of before" test "$digest" = "$(alignd digest --store "$store")"
fold_of "$conf" > "$work/fold"
check "the events fold to them" cmp "$work/after" "$work/fold"
check "no event is missing or there twice" alignd events -c "$conf" --check
finish
