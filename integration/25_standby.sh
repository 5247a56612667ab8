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
kafka_sh() { "$root/scripts/kafka.sh" "$@" --dir "$kafka" > /dev/null 2>&1 < /dev/null; }

config pair a b
dead=$prefix.pair.dead
sed -i "/^\[output\]/r /dev/stdin" "$work/pair.conf" <<< "dead_letter_topic = $dead
transaction_records = 50
partitions = 3"
printf '[turn]\nmessages = 100\n[align]\nepsilon = 0\ndirty_budget = 8\nhub_chunk = 4\n[standby]\nlease = %s\n' $lease >> "$work/pair.conf"
echo "a token of this test" | tr ' ' - > "$work/token"
for i in one two; do
    sed "s#^path = .*#path = $work/$i.store#; s#^port = .*#port = $(free_port)\ntoken_file = $work/token#" \
        "$work/pair.conf" > "$work/$i.conf"
done
printf '[build]\ntriples = 500\n' >> "$work/two.conf" # one of both builds its store, and stands by
check "topics are made" alignd check -c "$work/one.conf" --create --partitions 2
for g in a b; do
    make_films $g $films "$SEED" > "$work/$g.nt"
    sed 's/^/A /' "$work/$g.nt" > "$work/$g.all"
    awk 'NR % 9 == 0 { print "D " $0 }' "$work/$g.nt" > "$work/$g.less"
    awk 'NR % 9 == 0 { print "A " $0 }' "$work/$g.nt" > "$work/$g.more"
done
printf '<http://a/1> <http://p> "no end\n' > "$work/bad.nt"

# --- the instances: pid of each in instance[...], the log in NAME.conf.log ---
declare -A instance
start() { # NAME [POINT[:COUNT]]: with a trap, set by touch $work/NAME.armed
    rm -f "$work/$1.armed"
    export ALIGND_CRASH_AT=${2:-} ALIGND_TRAPS_WHEN=$work/$1.armed
    start_daemon "$work/$1.conf" -q --standby
    unset ALIGND_CRASH_AT ALIGND_TRAPS_WHEN
    instance[$1]=$daemon
}
await() { # NAME: its end; sets $status and $killed, the moment
    local pid=${instance[$1]} end=$((SECONDS + 30))
    while kill -0 "$pid" 2> /dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
    killed=$(now_ms)
    kill -KILL "$pid" 2> /dev/null # it has not ended: status 137, and whoever asked for another one fails
    status=0
    wait "$pid" 2> /dev/null || status=$?
    forget "$pid"
}
is_active() { http "$work/$1.conf" /active; }
stands_by() { [ "$(http "$work/$1.conf" /readyz 2> /dev/null)" = standby ]; }
is_told() { [ "$(http "$work/$1.conf" /readyz 2> /dev/null)" = ok ]; }
other() { [ "$1" = one ] && echo two || echo one; }
now_ms() { echo "${EPOCHREALTIME/[.,]/}" | cut -c1-13; }
fast() { # COMMAND...: until it is so, 30 s at most
    local end=$((SECONDS + 30))
    until "$@" > /dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}

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
url() { echo "http://127.0.0.1:$(option "$work/$1.conf" http.port)"; }
check "both hold the same, by HTTP" alignd digest --store "$(url one)" --with "$(url two)" --wait 30
check "by their metrics" test "$(metric "$work/two.conf" state_digest)" = "$(metric "$work/one.conf" state_digest)"
check "and by a look at their stores" alignd digest --store "$work/one.store" --with "$work/two.store"
feed &
feeder=$!
pids="$pids $feeder"
# --- the active one ends, the other goes on; times are noted ---
active=one
: > "$work/times"
passes_on() { # WORDS: the active one ended at $killed
    local claimed told
    active=$(other "$active")
    if fast is_active "$active"; then
        claimed=$(now_ms)
        fast is_told "$active"
        told=$(now_ms)
        echo "$((claimed - killed)) $((told - killed)) $1" >> "$work/times"
        pass "$1: the other is active after $((claimed - killed)) ms, all is told after $((told - killed)) ms"
    else
        fail "$1: the other is not active"
        tail -20 "$work/$active.conf.log" | sed 's/^/        | /'
    fi
}
stands_by_again() { # NAME [TRAP]
    start "$@"
    fast stands_by "$1" || { fail "$1 does not stand by"; tail -5 "$work/$1.conf.log" | sed 's/^/        | /'; }
}
ends() { # STATUS WORDS: the active one
    await "$active"
    [ "$status" = "$1" ] || fail "$2: it ended with status $status, not $1"
}

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
    await "$was"
    check "the one before ends with status 75" test "$status" = 75
    stands_by_again "$was"
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
await "$was"
check "the one before ends with status 75" test "$status" = 75
stands_by_again "$was"

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
settled() { http "$work/$active.conf" /metrics | awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n++; if ($2 != 0) bad = 1 } END { exit bad || n < 4 }'; }
check "all is published" until_true 30 settled
for i in "$(other "$active")" "$active"; do
    kill -TERM "${instance[$i]}"
    await "$i"
    check "$i ends with status 0" test "$status" = 0
done
conf=$work/$active.conf
for g in a b; do alignd load -q -s "$work/fresh.store" -g $g --set epsilon=0 "$work/$g.nt"; done
check "the active one holds what the final triples give" alignd digest --store "$work/$active.store" --with "$work/fresh.store"
check "it is what its triples say" alignd verify -q --store "$work/$active.store"
matches_of "$conf" > "$work/matches"
fold_of "$conf" > "$work/fold"
check "the events fold to its $(wc -l < "$work/matches") matches" cmp "$work/matches" "$work/fold"
check "more than a few" test "$(wc -l < "$work/matches")" -gt 20
alignd events -c "$conf" --keys > "$work/keyed"
ids() { cut -f2- "$work/keyed" | sed -n 's/.*"event_id":"\([^"]*\)".*/\1/p'; }
check "$(ids | wc -l) events, none is there twice" sh -c "! cut -f2- '$work/keyed' | sed -n 's/.*\"event_id\":\"\([^\"]*\)\".*/\1/p' | sort | uniq -d | grep -q ."
check "of each pair match, updates, unmatch, in turns" awk -F '\t' '
    function bad(what) { print what ": " $0; failed = 1 }
    $2 == "" { if (state[$1] != "unmatch") bad("a tombstone without an unmatch"); next }
    { type = $2; sub(/.*"type":"/, "", type); sub(/".*/, "", type)
      if (type == "match" && (state[$1] == "match")) bad("a second match")
      if (type != "match" && state[$1] != "match") bad("an " type " of no match")
      state[$1] = type == "update" ? "match" : type }
    END { exit failed }' "$work/keyed"
check "no record is missing: $(alignd events -c "$conf" --check)" alignd events -c "$conf" --check
letters() { alignd events -c "$conf" --topic "$dead" --headers | sed -n 's/^.*__alignd.errors.\(partition\|offset\)[^0-9]*\([0-9]*\).*/\2/p' | paste - -; }
letters > "$work/letters"
check "$(wc -l < "$work/bad.sent") messages were none, each is one letter" sh -c \
    "[ \$(wc -l < '$work/letters') = \$(wc -l < '$work/bad.sent') ] && ! sort '$work/letters' | uniq -d | grep -q ."
LC_ALL=C sort -n "$work/times" | awk -v bar="$bar" '
    $3 == "broker" { next }
    { n++; claimed[n] = $1; told[n] = $2; if ($2 > most) most = $2 }
    END { print "-- without an owner: median " claimed[int((n + 1) / 2)] " ms, at most " claimed[n] " ms of " n "; until all was told at most " most " ms"
          exit claimed[n] > 1000 * bar }'
owner=$?
check "nobody owned the group for $bar s at most" test $owner = 0
finish
