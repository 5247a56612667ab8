#!/usr/bin/env bash
# The broker dies and comes back while the daemon works, is stopped in an orderly
# way, and is away when the daemon should end: nothing is lost, nothing comes twice.
. "$(dirname "$0")/lib.sh"
start_broker --nodes 1
kafka_sh() { "$root/scripts/kafka.sh" "$@" --dir "$kafka" > /dev/null 2>&1 < /dev/null; }
config away a b
conf=$work/away.conf
printf '[turn]\nmessages = 50\nstop_timeout = 2s\n[align]\nepsilon = 0\n' >> "$conf"
check "topics are made" alignd check -c "$conf" --create

for g in a b; do
    make_films $g 600 5 > "$work/$g.nt"
    split -n l/4 "$work/$g.nt" "$work/$g."
done
triples() { metric "$conf" 'triples{graph="b"}'; }
has_triples() { [ "$(triples)" -ge "$1" ]; }
published() { [ "$(metric "$conf" outbox_records)" = 0 ]; }
lines() { cat "$@" | wc -l; }
cd "$work" || exit 1

produce "$conf" a a.nt 2> /dev/null
start_daemon "$conf" -q
wait_ready "$conf"
produce "$conf" b b.aa 2> /dev/null
check "it works" until_true 30 has_triples "$(lines b.aa)"
check "and publishes" until_true 30 published

kafka_sh stop --hard
sleep 3
check "the broker was killed; the daemon lives" kill -0 "$daemon"
check "and says so where it is asked" http "$conf" /livez
check "the broker comes back" kafka_sh start
produce "$conf" b b.ab 2> /dev/null
check "it goes on by itself" until_true 60 has_triples "$(lines b.aa b.ab)"
check "and publishes" until_true 60 published

(sleep 0.3; kafka_sh stop; sleep 4; kafka_sh start) &
restart=$!
produce "$conf" b --rate 500 b.ac 2> /dev/null
wait $restart
check "an orderly stop and start in the middle of it" until_true 60 has_triples "$(lines b.aa b.ab b.ac)"
check "it publishes all of it" until_true 90 published

# away longer than a transaction may take
produce "$conf" b b.ad 2> /dev/null &
producer=$!
sleep 0.5
kafka_sh stop --hard
begun=$SECONDS
stop_daemon
check "SIGTERM ends it without a broker, with status 0, soon" test "$status" = 0 -a $((SECONDS - begun)) -le 15
check "the broker comes back" kafka_sh start
wait $producer
produce "$conf" b b.ad 2> /dev/null
check "what was left is published after the next start" run_once "$conf"

check "no event is missing or there twice" alignd events -c "$conf" --check
matches_of "$conf" > "$work/matches"
fold_of "$conf" > "$work/fold"
check "the events fold to the store's $(wc -l < "$work/matches") matches" cmp "$work/matches" "$work/fold"
check "that is more than a few" test "$(wc -l < "$work/matches")" -gt 100
check "the store is what its triples say" alignd verify -q --store "$work/away.store"
finish
