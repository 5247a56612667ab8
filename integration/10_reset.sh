#!/usr/bin/env bash
# alignd reset: only sound starting points, dry run by default; the replay ends in the digest of
# the live run and tells nothing that readers know; killed at any point it goes on to the end.
#
#   LONG=1   kills at every point (scripts/soak_kill.sh), not at the most delicate ones alone
. "$(dirname "$0")/lib.sh"
start_broker
config reset a b
conf=$work/reset.conf
printf '[align]\nepsilon = 0\n[turn]\nmessages = 40\n' >> "$conf"
store=$work/reset.store
admin=$(dirname "$ALIGND")/kafka_admin
check "topics are made" alignd check -c "$conf" --create --partitions 2
reset() { alignd reset -c "$conf" "$@"; }
digest() { alignd digest --store "$store"; }
records() { alignd events -c "$conf" --keys | wc -l; }
agree() { # the events stand for what the store says
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold" && [ -s "$work/matches" ]
}

# a history: inserted, some of it taken back, some given again
for g in a b; do
    make_films $g 200 11 > "$work/$g.nt"
    { sed 's/^/A /' "$work/$g.nt"
      awk 'NR % 5 == 0 { print "D " $0 }' "$work/$g.nt"
      awk 'NR % 5 == 0 && NR % 3 { print "A " $0 }' "$work/$g.nt"; } > "$work/$g.rdfp"
done
expect_status "without a store" 66 "on-mismatch=replay" reset --to-earliest --execute
start_daemon "$conf" -q
wait_ready "$conf"
for g in a b; do check "graph $g is sent" produce "$conf" $g --rows 4 "$work/$g.rdfp"; done
settled() { http "$conf" /metrics | awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n++; if ($2 != 0) bad = 1 } END { exit bad || n < 4 }'; }
check "the live run works it off" until_true 60 settled
expect_status "the daemon has to be stopped" 75 "stop the daemon" reset --to-earliest --execute
check "a dry run beside it is fine" reset --to-earliest
stop_daemon
digest > "$work/live"
check "the events stand for the matches" agree
known=$(records)

say "starting points"
expect_status "no target" 64 "where to" reset
expect_status "the end" 64 "would leave out the [0-9]+ records before it" reset --to-latest
expect_status "an offset" 64 "only|--to-earliest, or put a backup back" reset --to-offset 5 --execute
expect_status "this year's last day" 64 "would leave out" reset --to-datetime 2999-12-31T00:00:00Z
expect_status "a time that is none" 64 "is no time like" reset --to-datetime yesterday
check "a time before the first record is the beginning" reset --to-datetime 1999-01-01T00:00:00.000
reset --to-earliest > "$work/plan"
check "the plan is in the words of kafka-consumer-groups" grep -q '^GROUP  *TOPIC  *PARTITION  *CURRENT-OFFSET  *NEW-OFFSET' "$work/plan"
reset --to-earliest --json > "$work/json"
check "by --json the same partitions" test "$(jq -r '.partitions[] | "\(.topic) \(.partition) \(.current_offset) \(.new_offset) \(.log_end_offset)"' "$work/json")" = \
    "$(sed '1d;/^[0-9]* records/,$d' "$work/plan" | awk '{ print $2, $3, $4, $5, $6 }')"
check "and the same store, untouched" jq -e --arg uuid "$(sed -n 's/^store \([^:]*\):.*/\1/p' "$work/plan")" \
    '.store.uuid == $uuid and .store.new_epoch == .store.epoch + 1 and (.wiped or .group_reset | not)' "$work/json"
check "a dry run is the default" grep -q '^dry run: nothing was changed' "$work/plan"
check "and changes nothing" run_once "$conf"
check "nothing at all" test "$(digest)" = "$(cat "$work/live")" -a "$(records)" = "$known"

say "a replay"
check "reset to the beginning" reset --to-earliest --execute
check "the group is at the beginning, in the next epoch" sh -c \
    "'$ALIGND' check -c '$conf' | grep -c 'offset 0, by store .*, epoch 2, event 0' | grep -qx 4"
check "the topics are read again" run_once "$conf"
check "the replay says what it told" grep -q 'matches compared with .*: 0 were not there, 0 have another confidence, 0 pairs in it match no longer' "$conf.log"
check "it ends in the digest of the live run" test "$(digest)" = "$(cat "$work/live")"
check "and told nobody what they know" test "$(records)" = "$known"
check "the events stand for the matches" agree
rm -rf "$store"
check "after the loss of the store the same" sh -c "timeout 60 '$ALIGND' run -q -c '$conf' --once --on-mismatch=replay 2>> '$conf.log'"
check "the digest of the live run" test "$(digest)" = "$(cat "$work/live")"
check "nothing told twice" test "$(records)" = "$known"

say "killed on the way"
killed() { # POINT COMMAND...: ends by SIGKILL at the point
    local point=$1 rc=0
    shift
    ALIGND_CRASH_AT=$point "$@" > "$work/killed.out" 2>&1 || rc=$?
    [ $rc = 137 ] || { echo "status $rc, not 137"; cat "$work/killed.out"; return 1; }
}
run() { "$ALIGND" run -q -c "$conf" --once; }
points=reset-wiped
[ "$long" = 0 ] || points="reset-begin reset-wiped reset-claimed"
for point in $points; do
    check "killed at $point" killed $point "$ALIGND" reset -c "$conf" --to-earliest --execute
    check "the next start goes on by itself" run_once "$conf"
    check "to the same digest" test "$(digest)" = "$(cat "$work/live")"
done
check "reset once more" reset --to-earliest --execute
points="turn-after:3 reconciled"
[ "$long" = 0 ] || points="turn-after:3 turn-before:6 turn-after:9 reconciled"
for point in $points; do
    check "the replay is killed at $point" killed $point run
done
check "it goes on to the end" run_once "$conf"
check "to the same digest" test "$(digest)" = "$(cat "$work/live")"
check "and nobody was told anything" test "$(records)" = "$known"
check "the store is what its triples say" alignd verify -q --store "$store"

say "other settings, after changes that nobody was told of"
sed -i "s/^epsilon = 0/&\nneighbours = 2/" "$conf"
expect_status "other samples" 78 "neighbours: the store has" run
check "reset is the way" reset --to-earliest --execute
produce "$conf" a --invert "$work/a.nt" 2> /dev/null # all of one graph goes
head -300 "$work/a.nt" > "$work/back.nt"
produce "$conf" a "$work/back.nt" 2> /dev/null
check "killed while it tells the difference" killed txn-produced:2 run
check "it goes on" run_once "$conf"
check "the events stand for the matches" agree
check "$(wc -l < "$work/matches") of $(wc -l < "$work/live") lines" test "$(wc -l < "$work/matches")" -gt 10
check "each tombstone follows an unmatch" sh -c "'$ALIGND' events -c '$conf' --keys | awk -F '\t' '\$2 == \"\" { if (last != \$1) bad = 1 } { last = \$2 ~ /\"type\":\"unmatch\"/ ? \$1 : \"\" } END { exit bad }'"
check "no event id names two events" sh -c "'$ALIGND' events -c '$conf' | sed 's/.*\"event_id\":\"\([^\"]*\)\".*/\1/' | sort | uniq -d | grep -q . && exit 1 || exit 0"

say "a transaction is open on the events topic"
# of a pair that the store knows nothing of: who does not see it cannot take it back
printf '<http://a/x> <http://b/x>\t{"v":1,"type":"match","subject_source":"a","object_source":"b","confidence":0.9}' > "$work/late"
"$admin" "$broker" transact "$prefix.reset.out" late "$work/late" &
late=$!
sleep 1
"$ALIGND" run -q -c "$conf" --once --reconcile > "$work/late.log" 2>&1
check "who compares waits for it" grep -q "waiting for a transaction that is open on topic" "$work/late.log"
check "it is committed" wait $late
check "and seen" grep -q " 1 pairs in it match no longer" "$work/late.log"
check "the events stand for the matches" agree
finish
