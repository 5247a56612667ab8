#!/usr/bin/env bash
# A backlog that is large beside the store is built, not worked off by turns: several topics,
# partitions and formats, deletions, bad messages, transactions; killed at every pass and on the
# way into its place, on a full disk.  It ends in the digest of a daemon that goes by turns, and
# the events stand for the matches.
#
#   LONG=1   200 kills, not 20
. "$(dirname "$0")/lib.sh"
admin=$(dirname "$ALIGND")/kafka_admin
[ -x "$admin" ] || skip "$admin is not built (cmake -DALIGND_TESTS=ON)"
start_broker
disk=$work/disk mounted=0
mkdir "$disk"
mount -t tmpfs -o size=300m alignd-test "$disk" 2> /dev/null && mounted=1
unmount() { [ $mounted = 0 ] || umount -l "$disk"; mounted=0; }
trap 'unmount; cleanup' EXIT
config built a b
config turns a b
conf=$work/built.conf calm=$work/turns.conf
store=$work/built.store
for id in built turns; do
    sed -i "s/^topics = $prefix.a\$/&, $prefix.more/
            s/^topic = .*/&\ndead_letter_topic = $prefix.$id.dead/" "$work/$id.conf"
    printf '[align]\nepsilon = 0\n[build]\ntriples = 50\nmemory = 8M\n' >> "$work/$id.conf"
done
sed -i 's/^triples = 50/share = 0/' "$calm"
check "topics are made" alignd check -c "$conf" --create --partitions 2
check "and those of the other" alignd check -c "$calm" --create --partitions 2

digest() { alignd digest --store "$1"; }
as_calm() { # the digest of a daemon that takes the same topics by turns
    run_once "$calm" && [ "$(digest "$store")" = "$(digest "$work/turns.store")" ]
}
same() { # the events stand for what the store says
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold"
}
agree() { same && [ -s "$work/matches" ]; }
builds() { grep -c 'the store is built: ' "$conf.log"; }
letters() { alignd events -c "$conf" --topic "$prefix.built.dead" --keys | wc -l; }
sound() { alignd events -c "$conf" --check; }
send() { # GRAPH ARGUMENT...
    local topic=$prefix.$1
    shift
    alignd produce -q -c "$conf" --topic "$topic" "$@"
}
epoch() { alignd check -c "$conf" | grep -o 'epoch [0-9]*' | sort -u; }

for g in a b; do
    make_films $g 120 23 > "$work/$g.nt"
    { sed 's/^/A /' "$work/$g.nt"
      awk 'NR % 5 == 0 { print "D " $0 }' "$work/$g.nt"
      awk 'NR % 5 == 0 && NR % 3 { print "A " $0 }' "$work/$g.nt"; } > "$work/$g.rdfp"
    check "graph $g is sent" send $g --rows 4 "$work/$g.rdfp"
done
printf '{"op":"insert","s":"http://a/film/1","p":"http://a/note","o":{"value":"json"}}' > "$work/one.json"
printf 'this is no triple' > "$work/bad"
for file in one.json bad; do
    check "$file is sent as it is" alignd produce -q -c "$conf" --topic "$prefix.more" --raw "$work/$file"
done
head -9 "$work/a.nt" | sed 's/film/more/' > "$work/more.nt"
check "a transaction is committed" "$admin" "$broker" transact "$prefix.more" commit "$work/more.nt"
sed 's/more/never/' "$work/more.nt" > "$work/never.nt"
check "one is aborted" "$admin" "$broker" transact "$prefix.more" abort "$work/never.nt"


say "an empty store"
expect_status "a bad message stops it where that is asked for" 65 "topic '$prefix.more'.*\(stop\)" \
    "$ALIGND" run -q -c "$conf" --once --set input.on_error=stop
check "it goes on when it is set aside" run_once "$conf"
check "to the digest of a daemon by turns" as_calm
check "reset to the beginning" alignd reset -c "$conf" --to-earliest --execute
before=$(letters)
check "the store is built" run_once "$conf"
check "it says so" test "$(builds)" -ge 1
check "to the digest of a daemon by turns" as_calm
check "the events stand for the matches" agree
check "the bad message is a dead letter again, once" test "$(letters)" = $((before + 1))
check "none is missing or there twice" sound
check "what was aborted is not in it" sh -c "! '$ALIGND' explain --store '$store' http://a/never/1 http://b/film/1"
check "every row is what the triples give" alignd verify -q --store "$store"
check "another start finds nothing to do" run_once "$conf"

say "a store with a history"
count=$(builds) before=$(epoch)
check "all of a graph is deleted" send a --rows 4 --invert "$work/a.nt"
head -60 "$work/a.nt" > "$work/some.nt"
check "some of it comes back" send a "$work/some.nt"
check "a transaction is left open behind it" "$admin" "$broker" transact "$prefix.more" leave "$work/never.nt"
start_daemon "$conf" -q
check "the store is built, of what is committed" until_true 60 eval '[ "$(builds)" -gt '"$count"' ]'
check "the transaction ends" "$admin" "$broker" transact "$prefix.more" commit "$work/more.nt"
wait_ready "$conf"
check "the metrics tell of one build" test "$(metric "$conf" builds_total)" = 1
check "and that it is over" test "$(metric "$conf" building)" = 0
check "more comes by turns" send b --rows 4 --invert "$work/some.nt"
settled() { http "$conf" /metrics | awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n++; if ($2 != 0) bad = 1 } END { exit bad || n < 4 }'; }
check "and is worked off" until_true 60 settled
stop_daemon
check "to the digest of a daemon by turns" as_calm
check "the events stand for the matches" agree
check "in the epoch of before" test "$before" = "$(epoch)"
check "no event is missing or there twice" sound

say "killed"
killed() { # POINT: how it ended
    { ALIGND_CRASH_AT=$1 "$ALIGND" run -q -c "$conf" --once; } 2>> "$conf.log"
    [ $? = 137 ]
} 2> /dev/null
check "all is there" send a --rows 4 "$work/a.nt"
check "and is worked off" run_once "$conf"
full=$(digest "$store")
check "all of a graph is deleted" send a --rows 4 --invert "$work/a.nt"
check "and is worked off" run_once "$conf"
less=$(digest "$store")
check "which is something else" test "$full" != "$less"
points=(build-batch:1 build-batch:4 entities:1 entities:3 neighbourhoods:2 blocks:1 vectors:1 scores:2
    pairs:1 choice:1 matches:2 ingest:1 ingest:5 commit:1 build-run:1 build-finished:1
    reconciled:1 txn-produced:1 txn-committed:1)
rounds=${#points[@]}
[ "$long" = 0 ] || rounds=200
RANDOM=7
is=$less was=$less bad=0 kills=0
for ((round = 0; round < rounds; round++)); do
    point=${points[round % ${#points[@]}]}
    [ $round -lt ${#points[@]} ] || point=build-bucket:$((1 + RANDOM % 40))
    was=$is
    if [ "$is" = "$full" ]; then is=$less invert=--invert; else is=$full invert=; fi
    send a --rows 4 $invert "$work/a.nt"
    killed $point && kills=$((kills + 1))
    now=$(digest "$store")
    [ "$now" = "$was" ] || [ "$now" = "$is" ] || { bad=$((bad + 1)); echo "a half at $point"; }
    run_once "$conf" || bad=$((bad + 1))
    [ "$(digest "$store")" = "$is" ] || { bad=$((bad + 1)); echo "another digest after $point"; }
    [ ! -e "$store.building" ] || { bad=$((bad + 1)); echo "something is left after $point"; }
    [ $((round % 10)) != 9 ] || same || { bad=$((bad + 1)); echo "other events after $point"; }
done
check "$kills kills in $rounds rounds left the old store or the new one" test $bad = 0 -a $kills -ge $((rounds * 8 / 10))

say "a full disk"
if [ $mounted = 1 ]; then
    mv "$store" "$disk/built.store"
    store=$disk/built.store was=$is
    sed -i "s#^path = .*#path = $store#; s/^write_buffer = .*/write_buffer = 4M/" "$conf"
    if [ "$is" = "$full" ]; then is=$less invert=--invert; else is=$full invert=; fi
    check "the graph is the other way round" send a --rows 4 $invert "$work/a.nt"
    dd if=/dev/zero of="$disk/ballast" bs=64k 2> /dev/null
    for room in 100k 10M; do
        truncate -s -$room "$disk/ballast"
        expect_status "no room with $room" 74 "No space left|disk of the store is full" \
            "$ALIGND" run -q -c "$conf" --once
    done
    rm "$disk/ballast"
    check "the store is what it was" test "$(digest "$store")" = "$was"
    check "with room it goes on" run_once "$conf"
    check "and is what it should be" test "$(digest "$store")" = "$is"
    check "nothing is left beside" test ! -e "$store.building"
else
    echo "no right to mount: left out"
fi
check "to the digest of a daemon by turns" as_calm
check "no event is missing or there twice" sound
check "the events stand for the matches" same
finish
