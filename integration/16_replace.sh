#!/usr/bin/env bash
# Records that say what an entity is now (replace), sent again, changed, emptied, and mixed with inserts
# and deletes, while the daemon is killed at every point of a message's way: in the end the store is what a
# load of the final state gives.
#
#   FILMS=150  the size of each catalog
#   SEED=...   of the random choices; told, so that a run can be repeated
. "$(dirname "$0")/lib.sh"
RANDOM=${SEED:=$$}
say "SEED=$SEED"
start_broker
config replaced a b
conf=$work/replaced.conf
printf '[turn]\nmessages = 30\n[align]\nepsilon = 0\ndirty_budget = 4\nhub_chunk = 8\n' >> "$conf"
check "topics are made" alignd check -c "$conf" --create --partitions 2

# N-Triples of make_films, sorted by subject, to replaces, a line each
records() {
    LC_ALL=C sort -u | awk '
    function node(t) { return substr(t, 2, length(t) - 2) }
    $1 != s { if (s) print "]}"; s = $1; printf "{\"op\":\"replace\",\"s\":\"%s\",\"triples\":[", node(s); comma = "" }
    {
        rest = $0
        sub(/^[^ ]+ [^ ]+ /, "", rest)
        sub(/ \.$/, "", rest)
        object = rest ~ /^</ ? "\"" node(rest) "\"" : "{\"value\":" rest "}"
        printf "%s{\"p\":\"%s\",\"o\":%s}", comma, node($2), object
        comma = ","
    }
    END { if (s) print "]}" }'
}
# all triples of every seventh film, and of every third person
gone() { awk '$1 ~ /film\/[0-9]*[07]>$/ || $1 ~ /person\/[0-9]*3>$/'; }
kept() { awk '!($1 ~ /film\/[0-9]*[07]>$/ || $1 ~ /person\/[0-9]*3>$/)'; }

for g in a b; do
    make_films $g "${FILMS:-150}" "$SEED" > "$work/$g.first"
    # tomorrow: other years, some directors less, some aliases more; who is gone is still pointed to
    awk '{ n++ } /year>/ && n % 3 == 0 { sub(/"19/, "\"20") } /director>/ && n % 5 == 0 { next } { print }
         /label>/ && n % 4 == 0 { sub(/"[^"]*"/, "\"Also " n "\""); print }' "$work/$g.first" > "$work/$g.tomorrow"
    kept < "$work/$g.tomorrow" > "$work/$g.kept"
    records < "$work/$g.first" > "$work/$g.1.json"
    {
        # as it was, then otherwise, then as it is: of one turn or of several
        head -40 "$work/$g.1.json"
        records < "$work/$g.tomorrow"
        gone < "$work/$g.tomorrow" | cut -d' ' -f1 | sort -u |
            awk '{ printf "{\"op\":\"replace\",\"s\":\"%s\",\"triples\":[]}\n", substr($1, 2, length($1) - 2) }'
    } > "$work/$g.2.json"
    # what is said besides, before a replace and behind it
    awk 'NR % 9 == 0 { print "A " $1 " <http://x/note> \"n" NR "\" ." }' "$work/$g.first" > "$work/$g.notes.rdfp"
    awk 'NR % 11 == 0 { print $1 " <http://x/last> \"n" NR "\" ." }' "$work/$g.kept" > "$work/$g.last"
    awk 'NR % 13 == 0' "$work/$g.kept" > "$work/$g.taken"
    { sed 's/^/A /' "$work/$g.last"; sed 's/^/D /' "$work/$g.taken"; } > "$work/$g.3.rdfp"
    { cat "$work/$g.kept" "$work/$g.last" | grep -vxFf "$work/$g.taken"; } > "$work/$g.nt"
done

points=(turn-before turn-after txn-begin txn-produced txn-offsets txn-committed outbox-dropped)
kills=0 late=0
kill_at_point() { # a daemon that ends at $ALIGND_CRASH_AT, or when it has nothing left to do there
    start_daemon "$conf" -q
    local status=0 end=$((SECONDS + 6))
    while kill -0 "$daemon" 2> /dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
    kill -KILL "$daemon" 2> /dev/null && late=$((late + 1))
    wait "$daemon" 2> /dev/null || status=$?
    forget "$daemon"
    [ $status != 137 ] || kills=$((kills + 1))
}
for stage in 1.json notes.rdfp 2.json 3.rdfp; do
    for g in a b; do
        check "graph $g, $stage is sent" produce "$conf" $g "$work/$g.$stage"
    done
    for n in 1 2; do
        point=${points[0]}
        points=("${points[@]:1}" "$point")
        export ALIGND_CRASH_AT=$point:$((1 + RANDOM % 3))
        kill_at_point 2> /dev/null
        unset ALIGND_CRASH_AT
    done
done
check "killed 8 times, $late of them when no work was left there" test $kills = 8 -a $late -lt 5
check "it finishes after the last kill" run_once "$conf"

for g in a b; do
    alignd load -q --no-explain --store "$work/loaded" --graph $g \
        --set dirty_budget=4 --set hub_chunk=8 "$work/$g.nt" > /dev/null
done
check "the store is what a load of the final state gives" \
    test "$(alignd digest --store "$work/replaced.store")" = "$(alignd digest --store "$work/loaded")"
check "and what its triples say" alignd verify -q --store "$work/replaced.store"
matches_of "$conf" > "$work/matches"
check "$(wc -l < "$work/matches") matches, more than a few" test "$(wc -l < "$work/matches")" -gt 20
fold_of "$conf" > "$work/fold"
check "the events fold to them" cmp "$work/matches" "$work/fold"
check "each event is there once" alignd events -c "$conf" --check

# the same records again: nothing changes, and nobody is told
head=$(alignd events -c "$conf" | wc -l)
for g in a b; do
    records < "$work/$g.nt" > "$work/$g.again.json"
    check "graph $g is sent as it is" produce "$conf" $g "$work/$g.again.json"
done
check "it is worked off" run_once "$conf"
check "the store is the same" \
    test "$(alignd digest --store "$work/replaced.store")" = "$(alignd digest --store "$work/loaded")"
check "and no event was told" test "$(alignd events -c "$conf" | wc -l)" = "$head"

# all of it as a backlog, which is built, not worked off by turns
config built a b
printf '[build]\ntriples = 10\nshare = 0.01\n[align]\ndirty_budget = 4\nhub_chunk = 8\n' >> "$work/built.conf"
check "another daemon reads the same topics" run_once "$work/built.conf"
check "and builds its store" grep -q 'the store is built: ' "$work/built.conf.log"
check "to the same digest" \
    test "$(alignd digest --store "$work/built.store")" = "$(alignd digest --store "$work/loaded")"
finish
