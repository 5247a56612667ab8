#!/usr/bin/env bash
# Two instances with stores of their own, one active, one standing by: however the active one ends
# (kill -9; SIGSTOP, then SIGCONT; SIGTERM; told by POST /promote), the other one goes on, and the
# events are those of one that nobody ever disturbed.
#
#   LONG=1     on three brokers, with the default lease of 5 s, killed at every point of a turn and of
#              a transaction, twice, and of a takeover, both; SIGUSR1; each broker killed with the
#              active one
#   BAR=10     seconds that nobody may own the group, after a kill with all brokers there
#   SEED=...   of the random choices; told, so that a run can be repeated
. "$(dirname "$0")/lib.sh"
. "$root/integration/pair.sh"
RANDOM=${SEED:=$$}
bar=${BAR:-10}
say "SEED=$SEED"
lease=2s films=150
if [ "$long" = 0 ]; then
    start_broker
else
    lease=5s films=300
    start_broker --nodes 3
fi

dead=$prefix.pair.dead
make_pair a b <<< "[output]
dead_letter_topic = $dead
transaction_records = 50
partitions = 3
[turn]
messages = 100
[align]
epsilon = 0
dirty_budget = 8
hub_chunk = 4
[standby]
lease = $lease"
printf '[build]\ntriples = 500\n' >> "$work/two.conf" # one of both builds its store, and stands by
check "topics are made" alignd check -c "$work/one.conf" --create --partitions 2
for g in a b; do
    make_films $g $films "$SEED" > "$work/$g.nt"
    sed 's/^/A /' "$work/$g.nt" > "$work/$g.all"
    awk 'NR % 9 == 0 { print "D " $0 }' "$work/$g.nt" > "$work/$g.less"
    awk 'NR % 9 == 0 { print "A " $0 }' "$work/$g.nt" > "$work/$g.more"
done
printf '<http://a/1> <http://p> "no end\n' > "$work/bad.nt"

# --- what is sent meanwhile: catalogs lose a ninth and get it back; a message in ten is none ---
feed() {
    local i
    for ((i = 0; ; i++)); do
        for g in a b; do
            produce "$work/pair.conf" $g --rows 3 "$work/$g.less" || touch "$work/feed.failed"
            produce "$work/pair.conf" $g --rows 3 "$work/$g.more" || touch "$work/feed.failed"
        done
        "$ALIGND" produce --raw -q -c "$work/pair.conf" -g a "$work/bad.nt" && echo x >> "$work/bad.sent"
        [ ! -e "$work/feed.stop" ] || break
        sleep 1
    done 2>> "$work/feed.log"
}
for g in a b; do check "graph $g is sent" produce "$work/pair.conf" $g --rows 4 "$work/$g.all"; done

say "one is active, the other stands by"
# traps are set when it is time for them
points=(txn-offsets)
[ "$long" = 0 ] || points=(turn-before turn-after turn-dirty txn-begin txn-produced txn-offsets txn-committed outbox-dropped
    turn-before turn-after turn-dirty txn-begin txn-produced txn-offsets txn-committed outbox-dropped)
trap_of() { [ "$1" -ge ${#points[@]} ] || echo "${points[$1]}:$((1 + RANDOM % 3))"; }
start one "$(trap_of 0)"
check "the first is active at once" fast is_active one
check "and ready" wait_ready "$work/one.conf"
start two "$(trap_of 1)"
check "the second stands by" fast stands_by two
check "it says so" grep -q "standing by: store .* owns group" "$work/two.conf.log"
check "its metrics too" test "$(metric "$work/two.conf" standby)$(metric "$work/one.conf" standby)" = 10
check "both hold the same, by HTTP" alignd digest --store "$(url one)" --with "$(url two)" --wait 30
check "by their metrics" test "$(metric "$work/two.conf" state_digest)" = "$(metric "$work/one.conf" state_digest)"
check "and by a look at their stores" alignd digest --store "$work/one.store" --with "$work/two.store"
feed &
feeder=$!
pids="$pids $feeder"
say "kill -9 at points of a turn and of a transaction"
for ((k = 0; k < ${#points[@]}; k++)); do
    was=$active
    touch "$work/$active.armed"
    ends 137 "${points[k]}"
    passes_on "${points[k]}"
    stands_by_again "$was" "$(trap_of $((k + 2)))"
done

points=()
[ "$long" = 0 ] || points=(takeover fenced new-epoch claimed reconciled)
[ "$long" = 0 ] || say "kill -9 of the active one, then of the other at points of its takeover"
for point in "${points[@]}"; do
    was=$active next=$(other "$active")
    kill -KILL "${instance[$next]}"
    await "$next"
    stands_by_again "$next" "$point"
    touch "$work/$next.armed"
    kill -KILL "${instance[$was]}"
    await "$was"
    active=$next
    ends 137 "takeover at $point"
    start "$next"
    active=$was
    passes_on "killed at $point, started again"
    stands_by_again "$was"
done
if [ "$long" != 0 ]; then
    next=$(other "$active")
    kill -TERM "${instance[$next]}"
    await "$next"
    check "one that stands by ends with status 0" test "$status" = 0
    rm -r "$work/$next.store" # a new one, which has never stood by
    start "$next" demoted
    touch "$work/$next.armed"
    await "$next"
    check "killed when it is about to stand by" test "$status" = 137
    stands_by_again "$next"
fi

say "SIGSTOP, and SIGCONT when another one is active"
was=$active
kill -STOP "${instance[$was]}"
killed=$(now_ms)
passes_on "SIGSTOP"
kill -CONT "${instance[$was]}"
continued=$(now_ms)
await "$was"
check "the one that was stopped is fenced and ends with status 75, after $((killed - continued)) ms" test "$status" = 75
check "it says so" grep -q "was taken over by another instance" "$work/$was.conf.log"
stands_by_again "$was"

say "told to"
was=$active
kill -TERM "${instance[$was]}"
ends 0 "SIGTERM"
passes_on "SIGTERM"
stands_by_again "$was"
was=$active
kill -USR1 "${instance[$was]}" # which harms nobody
if [ "$long" != 0 ]; then
    killed=$(now_ms)
    kill -USR1 "${instance[$(other "$was")]}"
    passes_on "SIGUSR1"
    is_relieved "$was"
    was=$active
fi
post() { # NAME [TOKEN]: the status
    local port status
    port=$(option "$work/$1.conf" http.port)
    exec 9<> "/dev/tcp/127.0.0.1/$port"
    printf 'POST /promote HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n%s\r\n' \
        "${2:+Authorization: Bearer $2$'\r\n'}" >&9
    IFS=$' \r' read -r _ status _ <&9
    exec 9>&-
    echo "$status"
}
next=$(other "$was")
check "POST /promote wants the token" test "$(post "$next")$(post "$next" wrong)" = 401401
check "and another one to be active" test "$(post "$was" "$(cat "$work/token")")" = 409
killed=$(now_ms)
check "it is taken" test "$(post "$next" "$(cat "$work/token")")" = 202
passes_on "POST /promote"
is_relieved "$was"

if [ "$long" != 0 ]; then
    say "a broker is killed with the active one"
    for node in 1 2 3; do
        was=$active
        kafka_sh stop --hard --node $node &
        kill -KILL "${instance[$was]}"
        await "$was"
        passes_on "broker $node too"
        wait $!
        check "node $node comes back" kafka_sh start --node $node
        stands_by_again "$was"
    done
fi

say "what came of it"
touch "$work/feed.stop"
wait "$feeder"
forget "$feeder"
check "all was sent" test ! -e "$work/feed.failed"
check "both hold the same at the end" alignd digest --store "$(url one)" --with "$(url two)" --wait 60
check "all is published" until_true 30 caught_up "$active"
end_both
conf=$work/$active.conf
for g in a b; do alignd load -q -s "$work/fresh.store" -g $g --set epsilon=0 "$work/$g.nt"; done
check "the active one holds what the final triples give" alignd digest --store "$work/$active.store" --with "$work/fresh.store"
check "it is what its triples say" alignd verify -q --store "$work/$active.store"
tells_one_story "$conf"
letters() { alignd events -c "$conf" --topic "$dead" --headers | sed -n 's/^.*__alignd.errors.\(partition\|offset\)[^0-9]*\([0-9]*\).*/\2/p' | paste - -; }
letters > "$work/letters"
check "$(wc -l < "$work/bad.sent") messages were none, each is one letter" sh -c \
    "[ \$(wc -l < '$work/letters') = \$(wc -l < '$work/bad.sent') ] && ! sort '$work/letters' | uniq -d | grep -q ."
tells_times "$bar"
finish
