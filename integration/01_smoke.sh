#!/usr/bin/env bash
# A few triples become match events; a restart goes on where it was; what is
# deleted is unmatched.
. "$(dirname "$0")/lib.sh"
start_broker
config smoke a b
conf=$work/smoke.conf

label=http://www.w3.org/2000/01/rdf-schema#label
for g in a b; do
    cat > "$work/$g.nt" << TRIPLES
<http://$g/film/1> <$label> "Spirited Away" .
<http://$g/film/1> <http://$g/director> <http://$g/person/1> .
<http://$g/person/1> <$label> "Hayao Miyazaki" .
<http://$g/film/2> <$label> "Ran" .
<http://$g/film/2> <http://$g/director> <http://$g/person/2> .
<http://$g/person/2> <$label> "Akira Kurosawa" .
TRIPLES
done

check "topics are made on request" alignd check -c "$conf" --create
dealt() { alignd check -c "$conf" | grep -qE '^ok +memory: [0-9]+ MiB: .* turn [0-9]+, .*; a build takes [0-9]+; of [0-9]+ that there are$'; }
check "how the memory is dealt is said" dealt
start_daemon "$conf"
wait_ready "$conf"
check "the daemon is alive" http "$conf" /livez
check "graph a is sent" produce "$conf" a "$work/a.nt"
check "graph b is sent" produce "$conf" b "$work/b.nt"
has_matches() { [ "$(metric "$conf" matches)" = "$1" ]; }
check "four pairs match" until_true 20 has_matches 4
events() { alignd events -c "$conf" | grep -c "\"type\":\"$1\""; }
has_events() { [ "$(events "$1")" = "$2" ]; }
check "four match events are out, read committed" until_true 10 has_events match 4
served() { http "$conf" '/match?a=http://a/film/1' | grep -q '"id":"http://b/film/1"'; }
check "the entity's matches are served" served

stop_daemon
check "SIGTERM ends with status 0" test "$status" = 0

sed 's/Ran/Throne of Blood/; s#film/2#film/3#g' "$work/a.nt" | grep 'film/3' > "$work/a2.nt"
sed 's/Ran/Throne of Blood/; s#film/2#film/3#g' "$work/b.nt" | grep 'film/3' > "$work/b2.nt"
check "more is sent while it is away" produce "$conf" a "$work/a2.nt"
check "and to the other graph" produce "$conf" b "$work/b2.nt"
start_daemon "$conf"
check "after a restart the new pair matches" until_true 20 has_matches 5
check "its event is out" until_true 10 has_events match 5

check "what was sent is taken back" produce "$conf" b --invert "$work/b2.nt"
check "the pair is unmatched" until_true 20 has_matches 4
check "an unmatch event is out" until_true 10 has_events unmatch 1
tombstones() { [ "$(alignd events -c "$conf" --keys | awk -F '\t' '$2 == ""' | wc -l)" = 1 ]; }
check "and a tombstone on its key" until_true 10 tombstones
check "no event is missing or there twice" alignd events -c "$conf" --check
no_lag() { http "$conf" /metrics | awk '/^alignd_input_lag_records/ { n += $2; rows++ } END { exit !(rows == 2 && n == 0) }'; }
check "no lag is left" until_true 10 no_lag
published() { [ "$(metric "$conf" outbox_records)" = 0 ]; }
check "the outbox is empty" published
sed -i 's/^format = logfmt/&\nlevel = debug/' "$conf"
kill -HUP "$daemon"
said() { grep -q "$1" "$conf.log"; }
check "SIGHUP reads the log's level again" until_true 10 said "SIGHUP: log"
check "a triple is sent" produce "$conf" a "$work/a2.nt"
check "debugging is on" until_true 10 said 'level=debug msg="turn: '
stop_daemon
check "SIGTERM ends with status 0 again" test "$status" = 0
check "the store is what its triples say" alignd verify -q --store "$(option "$conf" store.path)"
fold_of "$conf" | cut -f1,2 > "$work/fold"
matches_of "$conf" | cut -f1,2 > "$work/matches"
check "the events fold to the store's matches" cmp "$work/fold" "$work/matches"
finish
