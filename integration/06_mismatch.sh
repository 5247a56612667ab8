#!/usr/bin/env bash
# Store and broker disagree: an old copy of the store brought back, another store
# under the same name, other settings. Refused with the reason, and mended when told to.
. "$(dirname "$0")/lib.sh"
start_broker
config mismatch a b
conf=$work/mismatch.conf
admin=$(dirname "$ALIGND")/kafka_admin
printf '[align]\nepsilon = 0\n' >> "$conf"
store=$work/mismatch.store
check "topics are made" alignd check -c "$conf" --create
for g in a b; do
    make_films $g 200 7 > "$work/$g.nt"
    split -n l/3 "$work/$g.nt" "$work/$g."
done
send() { produce "$conf" a "$work/a.$1" 2> /dev/null && produce "$conf" b "$work/b.$1" 2> /dev/null; }
start() { timeout 120 "$ALIGND" run -q -c "$conf" --once "$@"; }
agree() { # the events stand for what the store says
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold" && [ -s "$work/matches" ]
}

send aa
check "a first part is worked off" run_once "$conf"
cp -r "$store" "$work/copy"
send ab
check "a second part is worked off" run_once "$conf"
check "the events stand for the matches" agree

# ---- another line between matches and possible ones ----

events_from() { alignd events -c "$conf" | tail -n "+$((told + 1))"; }
count_events() { alignd events -c "$conf" | wc -l; }
is_so() { # PREDICATE: each event since then is an update to it, and there are some
    events_from > "$work/since"
    [ -s "$work/since" ] && ! grep -v "\"type\":\"update\".*\"predicate_id\":\"$1\"" "$work/since"
}
told=$(count_events)
check "after another review the next start compares" start --set decide.review=0.9999
check "who is below it is a possible match from then on, and nothing else is told" is_so skos:closeMatch
moved=$(wc -l < "$work/since") told=$(count_events)
check "the start after that" start --set decide.review=0.9999
check "tells nothing" test "$told" = "$(count_events)"
check "with the review of before" start
check "they are the same again" is_so owl:sameAs
check "all $moved" test "$moved" = "$(wc -l < "$work/since")"
check "the events stand for the matches" agree

rm -rf "$store" && cp -r "$work/copy" "$store"
expect_status "an old copy of the store" 78 "old copy of the store was brought back" start
expect_status "is refused again" 78 "on-mismatch=new-epoch" start
check "it goes on in a new epoch when told to" start --on-mismatch=new-epoch
check "the events stand for the matches" agree
check "ids of events are never used twice" alignd events -c "$conf" --check
send ac
check "a third part is worked off without further ado" run_once "$conf"
check "the events stand for the matches" agree
check "in epoch 2" sh -c "'$ALIGND' events -c '$conf' | tail -1 | grep -q '\"event_id\":\"2-'"
digest=$(alignd digest --store "$store")

mv "$store" "$work/gone"
expect_status "another store under the same name" 78 "last committed by store" start
expect_status "there is nothing to rebuild it from" 78 "on-mismatch=replay" start --on-mismatch=rebuild
check "the topics are read again when told to" start --on-mismatch=replay
check "and is what the lost one was" test "$digest" = "$(alignd digest --store "$store")"
check "the events stand for the matches" agree

many=$(wc -l < "$work/matches")
expect_status "other settings" 78 "block_limit: the store has 200, asked for 1" start --set align.block_limit=1
if [ -x "$admin" ]; then
    check "the topics are cut" "$admin" "$broker" delete-records "$prefix.a" 0 -1
    expect_status "they are no longer all there" 78 "begins at offset" start --set align.block_limit=1 --on-mismatch=replay
    check "nothing was changed" test "$digest" = "$(alignd digest --store "$store")"
fi
ALIGND_CRASH_AT=build-run start -s align.block_limit=1 --on-mismatch=rebuild 2> /dev/null
check "killed while it is built anew, the store is what it was" test "$digest" = "$(alignd digest --store "$store")"
check "it is built anew of its own triples when told to" start --set align.block_limit=1 --on-mismatch=rebuild
check "nothing is left beside it" test ! -e "$store.building"
check "it is what its triples say" alignd verify -q --store "$store"
check "the pairs that no longer match are out of the events" agree
check "$many matches became $(wc -l < "$work/matches")" test "$(wc -l < "$work/matches")" -lt "$many"
expect_status "the settings of before are the others now" 78 "block_limit: the store has 1, asked for 200" start
check "with which it is built anew" start --on-mismatch=rebuild
check "and is what it was" test "$digest" = "$(alignd digest --store "$store")"
check "the events stand for the matches" agree
check "no event is missing or there twice" alignd events -c "$conf" --check
sed -i '/^\[graph.b\]/,/^topics/d' "$conf"
expect_status "a graph is configured no more" 78 "holds a graph 'b' that is not configured" start
check "the store is built anew without it" start --on-mismatch=rebuild
check "no match is left" test -z "$(alignd matches --store "$store")"
printf '[graph.b]\ntopics = %s.b\n' "$prefix" >> "$conf"
check "it comes back, and its topic is read again" start
check "all is what it was" test "$digest" = "$(alignd digest --store "$store")"
check "the events stand for the matches" agree
finish
