#!/usr/bin/env bash
# Three brokers, one of them killed after the other while the daemon works: with
# two left it goes on as if nothing had happened.
. "$(dirname "$0")/lib.sh"
start_broker --nodes 3
kafka_sh() { "$root/scripts/kafka.sh" "$@" --dir "$kafka" > /dev/null 2>&1 < /dev/null; }
config three a b
conf=$work/three.conf
printf '[turn]\nmessages = 50\n[align]\nepsilon = 0\n' >> "$conf"
check "topics are made, on all three" alignd check -c "$conf" --create --partitions 2
for g in a b; do
    make_films $g 600 3 > "$work/$g.nt"
    split -n l/4 "$work/$g.nt" "$work/$g."
done
cd "$work" || exit 1
lines() { cat "$@" | wc -l; }
has_triples() { [ "$(metric "$conf" 'triples{graph="b"}')" -ge "$1" ]; }
published() { [ "$(metric "$conf" outbox_records)" = 0 ]; }

produce "$conf" a a.nt 2> /dev/null
start_daemon "$conf" -q
wait_ready "$conf"
parts=""
for round in "1 ab" "2 ac" "3 ad"; do
    set -- $round
    parts="$parts b.$2"
    kafka_sh stop --hard --node "$1"
    # shellcheck disable=SC2086
    {
        check "node $1 is killed; the others take what is sent" produce "$conf" b b.$2
        check "the daemon works it off" until_true 60 has_triples "$(lines $parts)"
        check "and publishes" until_true 90 published
    }
    check "node $1 comes back" kafka_sh start --node "$1"
done
produce "$conf" b b.aa 2> /dev/null
check "the rest is worked off" until_true 60 has_triples "$(LC_ALL=C sort -u b.nt | wc -l)"
stop_daemon
check "SIGTERM ends with status 0" test "$status" = 0
check "no event is missing or there twice" alignd events -c "$conf" --check
matches_of "$conf" > matches
fold_of "$conf" > fold
check "the events fold to the store's $(wc -l < matches) matches" cmp matches fold
check "that is more than a few" test "$(wc -l < matches)" -gt 100
finish
