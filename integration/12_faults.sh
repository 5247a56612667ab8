#!/usr/bin/env bash
# What operators and brokers do to a running daemon: a transaction that times out, partitions
# added, a topic deleted, records deleted unread, a group reset by hand, a record too large for the
# output, a second instance on a copy of the store, a broker away.
#
#   LONG=1    the last three of these as well
#   AWAY=5    seconds that the broker is away
. "$(dirname "$0")/lib.sh"
admin=$(dirname "$ALIGND")/kafka_admin
[ -x "$admin" ] || skip "$admin is not built (cmake -DALIGND_TESTS=ON)"
export KAFKA_EXTRA_PROPERTIES='transaction.abort.timed.out.transaction.cleanup.interval.ms=500'
start_broker --nodes 1
kafka_sh() { "$root/scripts/kafka.sh" "$@" --dir "$kafka" > /dev/null 2>&1 < /dev/null; }
operator() { "$admin" "$broker" "$@"; }
for g in a b; do
    make_films $g 400 19 > "$work/$g.nt"
    split -n l/6 "$work/$g.nt" "$work/$g."
done
new() { # NAME: a configuration of its own with topics of its own
    prefix=it$$.$1
    config "$1" a b
    conf=$work/$1.conf store=$work/$1.store
    printf '[align]\nepsilon = 0\n[turn]\nmessages = 40\nstop_timeout = 2s\n[input]\nmetadata_interval = 1s\n' >> "$conf"
    check "topics of $1 are made" alignd check -c "$conf" --create
}
send() { produce "$conf" a "$work/a.$1" 2> /dev/null && produce "$conf" b "$work/b.$1" 2> /dev/null; }
start() { timeout 120 "$ALIGND" run -q -c "$conf" --once "$@"; }
published() { http "$conf" /metrics | awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n++; if ($2 != 0) bad = 1 } END { exit bad || n < 4 }'; }
works_off() { sleep 0.3; until_true 60 published; }
agree() {
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold" && [ -s "$work/matches" ]
}
all_is_well() { # the store is what the topics say, the events stand for it, each is there once
    stop_daemon
    check "SIGTERM ends with status 0" test "$status" = 0
    check "the events stand for the matches" agree
    check "no event is missing or there twice: $(alignd events -c "$conf" --check)" alignd events -c "$conf" --check
    check "the store is what its triples say" alignd verify -q --store "$store"
}
await_end() { # the daemon ends by itself: sets $status
    status=0
    until_true 60 eval "! kill -0 $daemon" || kill -KILL "$daemon"
    wait "$daemon" || status=$?
    forget "$daemon"
}
ended() { # STATUS PATTERN
    [ "$status" = "$1" ] || { echo "status $status"; tail -5 "$conf.log"; return 1; }
    grep -qE "$2" "$conf.log" || { tail -5 "$conf.log"; return 1; }
}

say "a transaction that times out"
new stopped
send aa
ALIGND_STOP_AT=txn-produced:2 start_daemon "$conf" -q --kafka transaction.timeout.ms=2000
is_stopped() { grep -q '^State:.T' "/proc/$daemon/status"; }
check "the daemon stands still in the middle of a transaction" until_true 60 is_stopped
sleep 4
kill -CONT "$daemon"
check "it goes on by itself" works_off
check "it was told so" grep -qE "aborting|making the producer anew" "$conf.log"
all_is_well

say "partitions are added"
new grown
start_daemon "$conf" -q
wait_ready "$conf"
send aa
check "it works" works_off
check "three partitions in place of one" operator create-partitions "$prefix.a" 3
sleep 2
send ab
three() { [ "$(http "$conf" /metrics | grep -c "^alignd_input_lag_records.*$prefix.a")" = 3 ]; }
check "all three are found" until_true 30 three # before that nothing of the new ones is behind
check "and read" works_off
triples() { http "$conf" /metrics | awk '/^alignd_triples{/ { n += $2 } END { print n + 0 }'; }
check "nothing is missing" test "$(triples)" = "$(cat "$work"/[ab].aa "$work"/[ab].ab | sort -u | wc -l)"
all_is_well

say "a second instance on a copy of the store"
start_daemon "$conf" -q
first=$daemon
wait_ready "$conf"
check "a copy is taken" alignd backup -c "$conf" "$work/copy"
sed "s#^path = .*#path = $work/second.store#; s/^port = .*/port = $(free_port)/" "$conf" > "$work/second.conf"
check "and put up beside it" alignd restore -c "$work/second.conf" "$work/copy"
start_daemon "$work/second.conf" -q
second=$daemon
wait_ready "$work/second.conf"
send ac
daemon=$first
await_end
check "the first one ends with status 75" ended 75 "was taken over by another instance"
daemon=$second conf=$work/second.conf store=$work/second.store
check "the second one works it off" works_off
all_is_well

say "records deleted unread"
send ad
check "records are deleted" operator delete-records "$prefix.b" 0 -1
expect_status "at the start" 78 "were deleted unread" start
expect_status "the ways out" 78 "alignd restore.*on-mismatch=replay" start
expect_status "what was deleted is not made up" 78 "begins at offset" start --on-mismatch=replay

say "a group reset by hand"
new reset
send aa
check "a part is worked off" run_once "$conf"
check "an operator sets its offsets" operator commit "$prefix.reset" "$prefix.a" 0 0
check "of all partitions" operator commit "$prefix.reset" "$prefix.b" 0 0
expect_status "is refused" 78 "it was reset" start
expect_status "two ways out" 78 "on-mismatch=new-epoch.*on-mismatch=replay" start
check "goes on in a new epoch" start --on-mismatch=new-epoch
check "the events stand for the matches" agree

if [ "$long" = 0 ]; then finish; fi

say "a record too large for the output"
new large
check "the output takes 400 bytes" alignd run -q -c "$conf" --once
check "from now on" operator set-topic "$prefix.large.out" cleanup.policy=compact max.message.bytes=400
send aa
expect_status "it says so" 78 "larger than the broker takes.*max.message.bytes" start
check "the limit is raised" operator set-topic "$prefix.large.out" cleanup.policy=compact max.message.bytes=1000000
check "it goes on" run_once "$conf"
check "the events stand for the matches" agree
check "no event is missing or there twice" alignd events -c "$conf" --check

say "a broker away for ${AWAY:-5} s"
start_daemon "$conf" -q
wait_ready "$conf"
rss() { awk '$1 == "VmRSS:" { print int($2 / 1024) }' "/proc/$daemon/status"; }
send ab
check "it works" works_off
before=$(rss)
kafka_sh stop --hard
sleep "${AWAY:-5}"
check "memory stays bounded: $before MiB, then $(rss) MiB" test "$(rss)" -le $((before + 64))
check "it lives" http "$conf" /livez
check "the broker comes back" kafka_sh start
send ac
check "it catches up" works_off
all_is_well

say "a topic deleted while it is read"
start_daemon "$conf" -q
wait_ready "$conf"
check "a topic is deleted" operator delete-topic "$prefix.a"
await_end
check "it ends with status 78 and says so" ended 78 "was deleted while it was read"
expect_status "the next start says so too" 78 "topic '$prefix.a' does not exist" start
check "the topic is made again" alignd check -c "$conf" --create
expect_status "and is another one" 78 "was recreated or cut" start
produce "$conf" a "$work/a.ab" 2> /dev/null
check "a replay takes what is there" start --on-mismatch=replay
check "the events stand for the matches" agree
finish
