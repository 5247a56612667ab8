#!/usr/bin/env bash
# SIGKILL at random moments and at every point of a message's way: the store and
# the events come out as if nothing had happened.
#
#   KILLS=20   how many (scripts/soak_kill.sh: hundreds)
#   SETTLE=0   milliseconds that a new match has to be quiet before it is told
#   FILMS=400  the size of each catalog
#   SEED=...   of the random choices; told, so that a run can be repeated
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-20}
RANDOM=${SEED:=$$}
say "KILLS=$kills SEED=$SEED"
start_broker

# Two catalogs that overlap, their triples in random order, some taken back and
# given again; messages of a few rows, keyed by subject.
for g in a b; do
    make_films $g "${FILMS:-400}" "$SEED" > "$work/$g.nt"
    {
        sed 's/^/A /' "$work/$g.nt"
        awk 'NR % 7 == 0 { print "D " $0 }' "$work/$g.nt"
        awk 'NR % 7 == 0 && NR % 3 { print "A " $0 }' "$work/$g.nt"
        # who has many neighbours is renamed, and renamed back: work for later turns
        grep '/person/[1-5]> <http://www' "$work/$g.nt" | sed 'p; s/"Director/"Regisseur/' |
            awk '{ print (NR % 2 ? "D " : "A ") $0 } NR % 2 == 0 { back = back "D " $0 "\nA " last "\n" } { last = $0 }
                 END { printf "%s", back }'
    } > "$work/$g.rdfp"
done

config killed a b
config calm a b
killed=$work/killed.conf
calm=$work/calm.conf
# small turns and transactions: many moments to be killed at
for conf in "$killed" "$calm"; do
    printf '[decide]\nsettle_ms = %s\nsettle_max_ms = 2000\n' "${SETTLE:-0}" >> "$conf"
    printf '[turn]\nmessages = 40\n[align]\nepsilon = 0\ndirty_budget = 4\nhub_chunk = 2\n' >> "$conf"
done
sed -i "/^\[output\]/r /dev/stdin" "$killed" <<< "transaction_records = 50
partitions = 3"
check "topics are made" alignd check -c "$killed" --create --partitions 2

# the changes come while the daemon is killed and started again
(
    rounds=$((kills * 3 / 4 + 1))
    for ((round = 1; round <= rounds; round++)); do
        for g in a b; do
            total=$(wc -l < "$work/$g.rdfp")
            sed -n "$(((round - 1) * total / rounds + 1)),$((round * total / rounds))p" "$work/$g.rdfp" > "$work/$g.piece"
            produce "$killed" $g --rows 4 "$work/$g.piece" 2>> "$work/produce.log" || echo "produce failed" >> "$work/produce.failed"
        done
        sleep 1
    done
    touch "$work/produced"
) &
producer=$!
pids="$pids $producer"

points=(turn-before turn-after turn-dirty txn-begin txn-produced txn-offsets txn-committed outbox-dropped)
done_kills=0 starts=0
declare -A hit
while [ "$done_kills" -lt "$kills" ]; do
    starts=$((starts + 1))
    if [ $starts -le 8 ]; then # each point once, then by chance
        point=${points[starts - 1]}
        export ALIGND_CRASH_AT=$point:$((1 + RANDOM % 2))
    elif [ $((RANDOM % 4)) != 0 ]; then
        point=${points[RANDOM % 8]}
        export ALIGND_CRASH_AT=$point:$((1 + RANDOM % 6))
    else
        point=moment
        unset ALIGND_CRASH_AT
    fi
    start_daemon "$killed" -q
    unset ALIGND_CRASH_AT
    end=$((SECONDS + 4))
    [ $point != moment ] || sleep "0.$((10 + RANDOM % 90))"
    while [ $point != moment ] && kill -0 "$daemon" 2> /dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
    kill -KILL "$daemon" 2> /dev/null && [ $point != moment ] && point=late # nothing passed the point any more
    status=0
    wait "$daemon" 2> /dev/null || status=$?
    forget "$daemon"
    if [ $status = 137 ]; then
        done_kills=$((done_kills + 1))
        hit[$point]=$((${hit[$point]:-0} + 1))
    else
        fail "start $starts ended with status $status"
        tail -5 "$killed.log" | sed 's/^/        | /'
        break
    fi
done 2> "$work/killed.words" # the shell's own, of each kill
say "$done_kills kills:$(for p in "${!hit[@]}"; do printf ' %s %s' "${hit[$p]}" "$p"; done)"
check "the changes were all sent meanwhile" until_true 60 test -e "$work/produced"
wait "$producer" 2> /dev/null
forget "$producer"
check "none of them failed" test ! -e "$work/produce.failed"

check "it finishes after the last kill" run_once "$killed"
check "an undisturbed run reads the same topics" run_once "$calm"
check "both stores hold the same" test "$(alignd digest --store "$work/killed.store")" = "$(alignd digest --store "$work/calm.store")"
check "the killed one is what its triples say" alignd verify -q --store "$work/killed.store"
matches_of "$killed" > "$work/matches"
check "$(wc -l < "$work/matches") matches, more than a few" test "$(wc -l < "$work/matches")" -gt 20
fold_of "$killed" > "$work/fold"
check "the events of the killed one fold to them" cmp "$work/matches" "$work/fold"
check "each of its events is there once: $(alignd events -c "$killed" --check)" alignd events -c "$killed" --check
fold_of "$calm" > "$work/fold"
check "so do those of the undisturbed one" cmp "$work/matches" "$work/fold"
groups() { alignd check -c "$1" | sed -n "s/^ok .* on \(.*\): offset \([0-9]*\),.*/\1 \2/p"; }
groups "$killed" > "$work/offsets.killed"
groups "$calm" > "$work/offsets.calm"
check "both groups stand at the ends: $(tr '\n' ';' < "$work/offsets.calm")" cmp "$work/offsets.killed" "$work/offsets.calm"
finish
