#!/usr/bin/env bash
# Another model for a store that is there: vectors at the start, pairs in the background, new
# input in between; killed again and again on the way, it ends where a new store would.
#
#   KILLS   SIGKILLs on the way (default 5)
. "$(dirname "$0")/lib.sh"
start_broker
"$ALIGND" synth -q --out "$work/cat" --works 400 --seed 5 || { echo "no catalogs"; exit 1; }
extra="[align]
mapping = $work/cat/mapping.tsv
dirty_budget = 1
epsilon = 0
[turn]
messages = 40"
config model left right
conf=$work/model.conf
store=$work/model.store
cat "$work"/cat/links.*.tsv > "$work/links.tsv"
for g in left right; do # the last tenth is kept for later
    lines=$(wc -l < "$work/cat/$g.nt")
    head -$((lines * 9 / 10)) "$work/cat/$g.nt" > "$work/$g.first.nt"
    tail -n +$((lines * 9 / 10 + 1)) "$work/cat/$g.nt" > "$work/$g.later.nt"
done
check "topics are made" alignd check -c "$conf" --create
for g in left right; do check "graph $g is sent" produce "$conf" $g "$work/$g.first.nt"; done
check "the first model matches them" run_once "$conf"
check "a second model is trained on it" alignd train -q --store "$store" --links "$work/links.tsv" --model "$work/second.safetensors"

first=$(alignd events -c "$conf" | grep -o '"model":"[0-9a-f]*"' | sort -u)
sed -e "s|^\[align\]|[model]\npath = $work/second.safetensors\nrescore = false\n[align]|" "$conf" > "$work/refusing.conf"
expect_status "not unasked" 78 "the model differs from the one that the store was built with" alignd run -q -c "$work/refusing.conf" --once
sed -i -e "s|^\[align\]|[model]\npath = $work/second.safetensors\n[align]|" "$conf"

say "killed on the way"
for g in left right; do check "more of graph $g is sent" produce "$conf" $g "$work/$g.later.nt"; done
for ((i = 1; i <= ${KILLS:-5}; i++)); do
    "$ALIGND" run -q -c "$conf" --once 2>> "$conf.log" &
    pid=$!
    pids="$pids $pid"
    sleep "0.$((RANDOM % 8 + 2))"
    kill -KILL $pid 2> /dev/null
    wait $pid 2> /dev/null
    forget $pid
done
check "it goes on to the end" run_once "$conf"
check "it told that the model is another one" grep -q "another model: the store is scored again" "$conf.log"
check "every row is what the second model gives" alignd verify -q --store "$store"
check "no event is missing or twice" alignd events -c "$conf" --check
matches_of "$conf" > "$work/matches"
fold_of "$conf" > "$work/fold"
check "the events stand for the matches" cmp "$work/matches" "$work/fold"
both=$(alignd events -c "$conf" | grep -o '"model":"[0-9a-f]*"' | sort -u | wc -l)
check "events name the model that scored them, the first ($first) or the second" test "$both" = 2

for g in left right; do
    alignd load -q --store "$work/new" -g $g -m "$work/cat/mapping.tsv" --model "$work/second.safetensors" "$work/cat/$g.nt"
done
check "a store made with the second model has the same digest" \
    test "$(alignd digest --store "$store")" = "$(alignd digest --store "$work/new")"
finish
