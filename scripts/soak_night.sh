#!/usr/bin/env bash
# soak_night.sh [MINUTES] - the night: two instances on three brokers, for MINUTES (30) at half of the rate
# that they sustain here, and what happens in nights: the active one is killed (-9), stopped and
# let go on, ended, relieved; the one that stands by is killed; brokers die and come back; verdicts are
# given and taken back.  At the end both stores and one that is loaded from what all that comes to
# have the same digest, every event is there once and in order, and the memory was flat.
#
#   EVERY=45     seconds between two troubles, on average
#   FILMS=1500   the size of each of the two catalogs
#   SHARE=0.5    of the rate that is measured at the start
#   MEMORY=512M  [alignd] memory of each instance
#   GROWTH=10    per cent by which the anonymous memory may be larger in the second half than in the first
#   BAR=10       seconds that nobody may own the group after a kill
#   SEED=...     of the random choices; told, so that a night can be repeated
#   SVG=FILE     where the curves go; default build/night.svg
. "$(dirname "$0")/../integration/lib.sh"
. "$root/integration/pair.sh"
minutes=${1:-30} every=${EVERY:-45} share=${SHARE:-0.5} growth=${GROWTH:-10}
svg=${SVG:-$root/build/night.svg}
RANDOM=${SEED:=$$}
say "SEED=$SEED"
start_broker --nodes 3
make_pair a b <<< "[alignd]
memory = ${MEMORY:-512M}
[align]
epsilon = 0
[verdicts]
topics = $prefix.verdicts"
check "topics are made, on all three" alignd check -c "$work/one.conf" --create --partitions 2 || exit 1
for g in a b; do make_films $g "${FILMS:-1500}" "$SEED" > "$work/$g.nt"; done
for g in a b; do check "graph $g is sent" produce "$work/pair.conf" $g --rows 4 "$work/$g.nt"; done
start one
check "the first is active" until_true 60 is_told one
start two
check "the second stands by" until_true 60 stands_by two

# ---- the rate ----

# A piece of both catalogs taken back, or given again.
piece() { # A|D SHARE SEED
    for g in a b; do
        awk -v seed="$3" -v share="$2" 'BEGIN { srand(seed) } rand() < share' "$work/$g.nt" |
            sed "s/^/$1 /" > "$work/$g.$1.rdfp"
    done
}
send_piece() { # A|D [RATE]
    for g in a b; do
        produce "$work/pair.conf" $g --rows 4 ${2:+--rate "$2"} --blind "$work/$g.$1.rdfp" || return 1
    done
}
same_place() { alignd digest --store "$(url one)" --with "$(url two)" --wait 5; }
begun=$(now_ms) changes=0
for kind in D A; do
    piece $kind .2 1
    changes=$((changes + $(cat "$work"/?.$kind.rdfp | wc -l)))
    send_piece $kind 2>> "$work/feed.log"
    sleep 1
    until_true 300 caught_up one && until_true 300 same_place
done
rate=$(awk -v n=$changes -v ms=$(($(now_ms) - begun)) -v share="$share" 'BEGIN { printf "%d", share * n * 1000 / ms + 1 }')
say "$changes changes in $((($(now_ms) - begun) / 1000)) s by both instances: the night has $rate changes a second"

# ---- what comes meanwhile ----

feed() { # rounds that leave the catalogs as they were
    local round=1
    until [ -e "$work/feed.stop" ]; do
        round=$((round + 1))
        piece D .03 $round
        piece A .03 $round
        for kind in D A; do # what was taken back is always given again
            until send_piece $kind $((rate / 2 + 1)) 2>> "$work/feed.log"; do
                echo "$round $kind" >> "$work/feed.again" # a broker is away; the same once more changes nothing
                sleep 1
            done
        done
        echo "$round" > "$work/rounds"
    done
}
decide() { # a verdict on one film after the other, and every second one taken back
    local i=0 a b line
    until [ -e "$work/feed.stop" ]; do
        i=$((i + 1))
        a=$((1 + i % ${FILMS:-1500})) b=$((1 + RANDOM % ${FILMS:-1500}))
        line="<http://a/film/$a> <http://www.w3.org/2002/07/owl#$([ $((i % 3)) = 0 ] && echo sameAs || echo differentFrom)> <http://b/film/$([ $((i % 3)) = 0 ] && echo $b || echo $a)> ."
        say_verdict A "$line" && echo "$line" >> "$work/given"
        if [ $((i % 2)) = 0 ]; then
            say_verdict D "$line" && echo "$line" >> "$work/taken"
        fi
        sleep 3
    done
}
say_verdict() { # A|D TRIPLE: until it is there
    echo "$1 $2" > "$work/verdict.rdfp"
    until produce "$work/pair.conf" verdicts --blind "$work/verdict.rdfp" 2>> "$work/feed.log"; do sleep 1; done
}
sample() { # seconds, anonymous MiB of each instance by its pid, a line each; - for none
    local i pid
    while true; do
        for i in one two; do
            pid=$(cat "$work/$i.pid" 2> /dev/null)
            awk -v t=$((SECONDS - begun_s)) -v who=$i -v pid="$pid" '$1 == "RssAnon:" { print t, who, pid, $2 / 1024 }' \
                "/proc/$pid/status" 2> /dev/null >> "$work/samples"
        done
        sleep 5
    done
}

# ---- the troubles ----

trouble=0
: > "$work/troubles"
note() { echo "$((SECONDS - begun_s)) $*" >> "$work/troubles"; }
kill_active() {
    local was=$active
    kill -KILL "${instance[$was]}"
    await "$was"
    passes_on "kill -9"
    sleep $((RANDOM % 5))
    stands_by_again "$was"
}
kill_standby() {
    local next
    next=$(other "$active")
    kill -KILL "${instance[$next]}"
    await "$next"
    stands_by_again "$next"
    pass "the one that stands by was killed and is back"
}
stop_and_continue() {
    local was=$active
    kill -STOP "${instance[$was]}"
    killed=$(now_ms)
    passes_on "SIGSTOP"
    kill -CONT "${instance[$was]}"
    is_relieved "$was"
}
end_active() {
    local was=$active
    kill -TERM "${instance[$was]}"
    await "$was"
    check "SIGTERM ends it with status 0" test "$status" = 0
    passes_on "SIGTERM"
    stands_by_again "$was"
}
relieve() {
    local was=$active
    killed=$(now_ms)
    kill -USR1 "${instance[$(other "$was")]}"
    passes_on "SIGUSR1"
    is_relieved "$was"
}
restart_broker() {
    local node=$((1 + RANDOM % 3))
    kafka_sh stop --hard --node $node
    sleep $((3 + RANDOM % 8))
    check "broker $node comes back" kafka_sh start --node $node
}
# A broker that dies can hold up the active one until the other takes over: it ends then with status 75.
find_active() {
    local i
    for i in one two; do
        kill -0 "${instance[$i]}" 2> /dev/null && continue
        await "$i"
        check "$i was relieved meanwhile and ended with status 75" test "$status" = 75
        active=$(other "$i")
        stands_by_again "$i"
    done
    check "$active is active" fast is_active "$active"
}
troubles=(kill_active kill_standby restart_broker stop_and_continue relieve end_active)

begun_s=$SECONDS
feed & feeder=$!
decide & decider=$!
sample & sampler=$!
pids="$pids $feeder $decider $sampler"
until [ $((SECONDS - begun_s)) -ge $((minutes * 60)) ]; do
    sleep $((every / 2 + RANDOM % every))
    find_active
    what=${troubles[trouble++ % ${#troubles[@]}]}
    note "$what"
    say "$((SECONDS - begun_s)) s: $what"
    $what
done

find_active

# ---- the morning ----

touch "$work/feed.stop"
for pid in $feeder $decider; do wait "$pid"; forget "$pid"; done
kill "$sampler" 2> /dev/null
wait "$sampler" 2> /dev/null
forget "$sampler"
say "$(cat "$work/rounds") rounds, $(wc -l < "$work/given") verdicts, $(wc -l < "$work/taken") of them taken back, $trouble troubles"
check "all is worked off" until_true 300 caught_up "$active"
check "both hold the same" alignd digest --store "$(url one)" --with "$(url two)" --wait 120
end_both
LC_ALL=C sort -u "$work/given" | LC_ALL=C comm -23 - <(LC_ALL=C sort -u "$work/taken") > "$work/verdicts.nt"
for g in a b; do alignd load -q -s "$work/fresh.store" -g $g --set epsilon=0 "$work/$g.nt"; done
check "$(wc -l < "$work/verdicts.nt") verdicts stand" alignd load -q -s "$work/fresh.store" --verdicts "$work/verdicts.nt"
check "the active one holds what a load of the final triples gives" \
    alignd digest --store "$work/$active.store" --with "$work/fresh.store"
tells_one_story "$work/$active.conf"
tells_times "${BAR:-10}"

# ---- memory ----

# halves by the age of the night; the first minute of a process is its warming up
awk '{ if (!($3 in first)) first[$3] = $1 } $1 - first[$3] > 60 { print $1, $4 }' "$work/samples" | sort -n > "$work/warm"
median() { sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : 0 }'; }
half=$((minutes * 30))
early=$(awk -v h=$half '$1 < h { print $2 }' "$work/warm" | median)
late=$(awk -v h=$half '$1 >= h { print $2 }' "$work/warm" | median)
check "anonymous memory: median $early MiB in the first half, $late in the second" \
    awk "BEGIN { exit !($early > 0 && $late <= $early * (1 + $growth / 100)) }"
mkdir -p "$(dirname "$svg")"
awk -v minutes="$minutes" '
    FILENAME ~ /troubles$/ { at[++n] = $1; word[n] = $2; next }
    { key = $2 "\t" $3; if (!(key in line)) order[++k] = key
      line[key] = line[key] " " $1 "," $4; if ($4 > top) top = $4; if ($1 > end) end = $1 }
    END {
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"980\" height=\"330\" font-family=\"sans-serif\" font-size=\"12\">"
        print "<rect width=\"980\" height=\"330\" fill=\"white\"/><path d=\"M50 20V290H960\" fill=\"none\" stroke=\"black\"/>"
        for (i = 1; i <= n; i++)
            printf "<path d=\"M%.1f 20V290\" stroke=\"#ddd\"/><text transform=\"translate(%.1f 285) rotate(-90)\" font-size=\"9\" fill=\"#888\">%s</text>\n", 50 + 900 * at[i] / end, 58 + 900 * at[i] / end, word[i]
        for (i = 1; i <= k; i++) {
            split(order[i], who, "\t"); m = split(line[order[i]], p, " "); s = ""
            for (j = 1; j <= m; j++) { split(p[j], q, ","); s = s sprintf("%.1f,%.1f ", 50 + 900 * q[1] / end, 290 - 260 * q[2] / (top * 1.1)) }
            printf "<polyline fill=\"none\" stroke=\"%s\" points=\"%s\"/>\n", who[1] == "one" ? "#06c" : "#c60", s
        }
        printf "<text x=\"5\" y=\"34\">%.0f</text><text x=\"5\" y=\"294\">0 MiB</text><text x=\"900\" y=\"310\">%d min</text>\n", top * 1.1, minutes
        print "<text x=\"60\" y=\"34\">anonymous memory: instance one (blue), two (orange); each line a process</text></svg>"
    }' "$work/troubles" "$work/samples" > "$svg" && say "curves: $svg"
finish
