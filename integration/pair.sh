# pair.sh - two instances of one configuration, each with a store of its own; to be sourced behind lib.sh.
#
#   make_pair a b <<< LINES    writes pair.conf, one.conf, two.conf
#   start NAME; await NAME     one of them begins as `run --standby`; ends
#   $active                    the one that was made active last
#   passes_on WORDS            the other one becomes active, in a time that is noted
#   end_both, tells_one_story, tells_times    what came of it

declare -A instance # pid of each; the log is NAME.conf.log

make_pair() { # GRAPH...: further lines of the configuration are read
    local i
    extra="$extra
$(cat)"
    config pair "$@"
    echo "a token of this test" | tr ' ' - > "$work/token"
    for i in one two; do
        sed "s#^path = .*#path = $work/$i.store#; s#^port = .*#port = $(free_port)\ntoken_file = $work/token#" \
            "$work/pair.conf" > "$work/$i.conf"
    done
}
declare -A instance
start() { # NAME [POINT[:COUNT]]: with a trap, set by touch $work/NAME.armed
    rm -f "$work/$1.armed"
    export ALIGND_CRASH_AT=${2:-} ALIGND_TRAPS_WHEN=$work/$1.armed
    start_daemon "$work/$1.conf" -q --standby
    unset ALIGND_CRASH_AT ALIGND_TRAPS_WHEN
    instance[$1]=$daemon
    echo "$daemon" > "$work/$1.pid" # for who watches it from another process
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
url() { echo "http://127.0.0.1:$(option "$work/$1.conf" http.port)"; }
caught_up() { # NAME: all is read, worked off and published
    http "$work/$1.conf" /metrics |
        awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n++; if ($2 != 0) bad = 1 } END { exit bad || n < 4 }'
}
kafka_sh() { "$root/scripts/kafka.sh" "$@" --dir "$kafka" > /dev/null 2>&1 < /dev/null; }
fast() { # COMMAND...: until it is so, 30 s at most
    local end=$((SECONDS + 30))
    until "$@" > /dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}

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
is_relieved() { # NAME: another one took over from it while it lived
    await "$1"
    check "the one before ends with status 75" test "$status" = 75
    stands_by_again "$1"
}

# --- what came of it ---

end_both() { # the one that stands by first, or it would take over
    local i
    for i in "$(other "$active")" "$active"; do
        kill -TERM "${instance[$i]}"
        await "$i"
        check "$i ends with status 0" test "$status" = 0
    done
}
tells_one_story() { # CONF: its events are those of one that nobody ever disturbed
    matches_of "$1" > "$work/matches"
    fold_of "$1" > "$work/fold"
    check "the events fold to its $(wc -l < "$work/matches") matches" cmp "$work/matches" "$work/fold"
    check "more than a few" test "$(wc -l < "$work/matches")" -gt 20
    alignd events -c "$1" --keys > "$work/keyed"
    cut -f2- "$work/keyed" | sed -n 's/.*"event_id":"\([^"]*\)".*/\1/p' | LC_ALL=C sort > "$work/ids"
    LC_ALL=C uniq -d "$work/ids" > "$work/ids.twice"
    check "$(wc -l < "$work/ids") events, none is there twice" test ! -s "$work/ids.twice"
    check "of each pair match, updates, unmatch, in turns" awk -F '\t' '
        function bad(what) { print what ": " $0; failed = 1 }
        $2 == "" { if (state[$1] != "unmatch") bad("a tombstone without an unmatch"); next }
        { type = $2; sub(/.*"type":"/, "", type); sub(/".*/, "", type)
          if (type == "match" && (state[$1] == "match")) bad("a second match")
          if (type != "match" && state[$1] != "match") bad("an " type " of no match")
          state[$1] = type == "update" ? "match" : type }
        END { exit failed }' "$work/keyed"
    check "no record is missing: $(alignd events -c "$1" --check)" alignd events -c "$1" --check
}
tells_times() { # SECONDS: after a kill with all brokers there
    local owned=0
    LC_ALL=C sort -n "$work/times" | awk -v bar="$1" '
        $3 == "broker" { next }
        { n++; claimed[n] = $1; if ($2 > most) most = $2 }
        END { print "-- without an owner: median " claimed[int((n + 1) / 2)] " ms, at most " claimed[n] " ms of " n "; until all was told at most " most " ms"
              exit claimed[n] > 1000 * bar }' || owned=$?
    check "nobody owned the group for $1 s at most" test $owned = 0
}
