#!/usr/bin/env bash
# Verdicts from a topic of their own, while the daemon is killed at every point of a message's way: the
# store is what a load of the same triples and verdicts gives, the events fold to its matches and say that
# somebody decided; what is no verdict is a dead letter; withdrawn, all is as before.  A reset, a backup and
# a backlog that is built come to the same.
#
#   FILMS=150  the size of each catalog
#   SEED=...   of the random choices; told, so that a run can be repeated
. "$(dirname "$0")/lib.sh"
RANDOM=${SEED:=$$}
say "SEED=$SEED"
start_broker
config decided a b
conf=$work/decided.conf
sed -i "s/^topic = .*/&\ndead_letter_topic = $prefix.dead/" "$conf"
printf '[verdicts]\ntopics = %s.verdicts\n[turn]\nmessages = 30\n[align]\nepsilon = 0\n' "$prefix.decided" >> "$conf"
check "topics are made" alignd check -c "$conf" --create --partitions 2
for g in a b; do
    make_films $g "${FILMS:-150}" "$SEED" > "$work/$g.nt"
    check "graph $g is sent" produce "$conf" $g "$work/$g.nt"
done
check "it is worked off" run_once "$conf"
before=$(alignd digest --store "$work/decided.store")
alignd matches --store "$work/decided.store" | cut -f 1,2 > "$work/pairs"

same='<http://www.w3.org/2002/07/owl#sameAs>'
different='<http://www.w3.org/2002/07/owl#differentFrom>'
awk -F '\t' -v s="$same" -v d="$different" '
    NR % 4 == 0 { print "<" $1 "> " d " <" $2 "> ." }
    NR % 7 == 1 { a = $1 } NR % 7 == 2 { print "<" a "> " s " <" $2 "> ." }' "$work/pairs" > "$work/v.nt"
awk 'NR % 3' "$work/v.nt" > "$work/v.1.nt"
awk 'NR % 3 == 0' "$work/v.nt" > "$work/v.2.nt"

kills=0
kill_at_point() { # a daemon that ends at $ALIGND_CRASH_AT, or when it has nothing left to do there
    start_daemon "$conf" -q
    local status=0 end=$((SECONDS + 6))
    while kill -0 "$daemon" 2> /dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
    kill -KILL "$daemon" 2> /dev/null
    wait "$daemon" 2> /dev/null || status=$?
    forget "$daemon"
    [ $status != 137 ] || kills=$((kills + 1))
}
points=(turn-before turn-after txn-produced txn-offsets outbox-dropped)
for part in 1 2; do
    check "verdicts are sent, part $part" produce "$conf" verdicts "$work/v.$part.nt"
    for n in 1 2; do
        export ALIGND_CRASH_AT=${points[RANDOM % 5]}:$((1 + RANDOM % 2))
        kill_at_point 2> /dev/null
        unset ALIGND_CRASH_AT
    done
done
check "killed 4 times" test $kills = 4
check "it finishes after the last kill" run_once "$conf"
for g in a b; do
    alignd load -q --no-explain --store "$work/loaded" --graph $g "$work/$g.nt" > /dev/null
done
alignd load -q --no-explain --store "$work/loaded" --verdicts "$work/v.nt"
check "the store is what a load of triples and verdicts gives" \
    test "$(alignd digest --store "$work/decided.store")" = "$(alignd digest --store "$work/loaded")"
check "and what its triples say" alignd verify -q --store "$work/decided.store"
matches_of "$conf" > "$work/matches"
fold_of "$conf" > "$work/fold"
check "the events fold to the matches" cmp "$work/matches" "$work/fold"
check "each event is there once" alignd events -c "$conf" --check
decided=$(alignd events -c "$conf" --json | jq -r 'select(.mapping_justification == "semapv:ManualMappingCuration")
    | .type' | sort | uniq -c | tr -s ' \n' ' ')
check "somebody decided: $decided" test -n "$(echo "$decided" | grep match)" -a -n "$(echo "$decided" | grep unmatch)"
check "with the verdict as cause" test "$(alignd events -c "$conf" --json |
    jq -r 'select(.mapping_justification == "semapv:ManualMappingCuration") | .cause.topic' | sort -u)" = "$prefix.decided.verdicts"
barred=$(grep -c differentFrom "$work/v.nt")
check "none of the $barred barred pairs matches" test "$(alignd verdicts -q --store "$work/decided.store" |
    awk -F '\t' '$1 == "barred" { print $2 "\t" $3 }' | grep -cxFf <(cut -f 1,2 "$work/matches"))" = 0

# what is none
printf '<http://x/a> <http://x/knows> <http://x/b> .\n' > "$work/wrong.nt"
check "something else is sent" alignd produce -q -c "$conf" --topic "$prefix.decided.verdicts" "$work/wrong.nt"
check "and worked off" run_once "$conf"
check "it is a dead letter" grep -q 'no-verdict' "$conf.log"

# a backup, a reset, and another daemon that builds its backlog
check "a backup is made" alignd backup -c "$conf" "$work/backup"
sed "s#$work/decided.store#$work/back#" "$conf" > "$work/back.conf"
check "and put in place" alignd restore -c "$work/back.conf" --check "$work/backup"
check "it holds what was decided" \
    test "$(alignd digest --store "$work/back")" = "$(alignd digest --store "$work/loaded")"
head=$(alignd events -c "$conf" | wc -l)
check "the store is begun anew" alignd reset -c "$conf" --to-earliest --execute
check "from the topics" run_once "$conf"
check "to the same digest" \
    test "$(alignd digest --store "$work/decided.store")" = "$(alignd digest --store "$work/loaded")"
check "and no event was told" test "$(alignd events -c "$conf" | wc -l)" = "$head"
config built a b
printf '[verdicts]\ntopics = %s\non_error = skip\n[build]\ntriples = 10\nshare = 0.01\n' "$prefix.decided.verdicts" >> "$work/built.conf"
check "another daemon reads the same topics" run_once "$work/built.conf"
check "and builds its store" grep -q 'the store is built: ' "$work/built.conf.log"
check "to the same digest" \
    test "$(alignd digest --store "$work/built.store")" = "$(alignd digest --store "$work/loaded")"

# withdrawn
sed 's/^/D /' "$work/v.nt" > "$work/withdrawn.rdfp"
check "all of it is withdrawn" produce "$conf" verdicts "$work/withdrawn.rdfp"
check "and worked off" run_once "$conf"
check "the digest is that of before" test "$(alignd digest --store "$work/decided.store")" = "$before"
matches_of "$conf" > "$work/matches"
fold_of "$conf" > "$work/fold"
check "the events fold to the matches again" cmp "$work/matches" "$work/fold"

# a daemon that knows of no verdicts does not lose them
config without a b
sed "s#$work/without.store#$work/decided.store#" "$work/without.conf" > "$work/other.conf"
expect_status "without a section of theirs it is not opened" 78 'no section .verdicts.' alignd run -c "$work/other.conf" --once
finish
