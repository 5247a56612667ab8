#!/usr/bin/env bash
# A store built by `alignd load`: the same as by turns; killed at every bucket of every pass and on
# the way into its place it leaves the old store or none, and the next load discards what is left.
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
"$ALIGND" synth --works 150 --seed 7 --out cat > /dev/null 2>&1 || exit 1
graphs=(cat/*.nt)
left=${graphs[0]} right=${graphs[1]}

load() { # STORE FILE [OPTION]...
    local store=$1 file=$2
    shift 2
    "$ALIGND" load -q --store "$store" --graph "$(basename "$file" .nt)" -m cat/mapping.tsv "$@" "$file"
}
digest() { "$ALIGND" digest --store "$1"; }
is() { [ "$(digest "$1")" = "$2" ]; }

load turns "$left" --by-turns --no-explain
one=$(digest turns)
load turns "$right" --by-turns --no-explain
both=$(digest turns)

check "a new store" load built "$left"
check "has the digest that turns give" is built "$one"
check "a second catalog builds it anew" load built "$right"
check "with the digest that turns give" is built "$both"
check "nothing is left beside" test ! -e built.building
check "it is verified" "$ALIGND" verify -q --store built
check "matches are the same" cmp <("$ALIGND" matches --store built) <("$ALIGND" matches --store turns)
check "in little memory" load little "$left" --memory 1
check "the digest is the same" is little "$one"
head -3 "$right" > few.nt
check "a few more triples come by turns" "$ALIGND" load -q --store built --graph right few.nt
check "and change nothing that was there" is built "$both"

# killed: where, and what is there then
killed() { # POINT COUNT STORE FILE
    ALIGND_CRASH_AT=$1:$2 load "$3" "$4" 2> /dev/null
    [ $? = 137 ]
}
for point in build-batch:1 build-bucket:{1..8} build-run:1 build-finished:1; do
    rm -rf fresh
    check "killed at $point" killed ${point/:/ } fresh "$left"
    if [ "$point" = build-finished:1 ]; then
        check "the store is there" is fresh "$one"
    else
        check "there is no store" test ! -e fresh
    fi
    check "loading again" load fresh "$left"
    check "gives the store" is fresh "$one"
    check "and leaves nothing beside it" test ! -e fresh.building
done
for point in build-batch:1 build-bucket:{1..16} build-run:1 build-finished:1; do
    check "a second catalog killed at $point" killed ${point/:/ } fresh "$right"
    if [ "$point" = build-finished:1 ]; then
        check "the store holds both" is fresh "$both"
    else
        check "the store is as it was" is fresh "$one"
    fi
done
check "loading again" load fresh "$right"
check "gives both" is fresh "$both"
check "and leaves nothing beside it" test ! -e fresh.building

printf '%s\n<http://a> <http://b> .\n' "$(head -5 "$left")" > bad.nt
expect_status "a bad line" 65 "nothing of what was to be loaded" \
    "$ALIGND" load -q --store bad --graph left bad.nt
check "leaves no store" test ! -e bad -a ! -e bad.building

# a daemon takes it over: nobody was told yet
start_broker
extra="[align]
mapping = $work/cat/mapping.tsv
epsilon = 0"
config built left right
conf=$work/built.conf
mkdir built.store.building
touch built.store.building/CURRENT
rm -rf built.store
mv built built.store
check "topics are made" alignd check -c "$conf" --create
check "a daemon takes the store over" run_once "$conf"
check "it discards what was left beside" test ! -e built.store.building
check "it says that the events waited" grep -q "matches compared with" "$conf.log"
matches_of "$conf" > matches
fold_of "$conf" > fold
check "the events stand for the matches" cmp matches fold
check "there are some" test -s fold
check "no event is missing or twice" alignd events -c "$conf" --check
sed -n '/label/{s/^/D /;p;q}' "$left" > change.rdfp
check "a label is taken away" produce "$conf" left change.rdfp
check "it goes on by turns" run_once "$conf"
matches_of "$conf" > matches
fold_of "$conf" > fold
check "the events stand for the matches" cmp matches fold
check "every row is what the triples give" alignd verify -q --store built.store

# and is built anew under its name
digest=$(digest built.store)
for point in build-bucket:3 build-run:1; do
    ALIGND_CRASH_AT=$point "$ALIGND" rebuild -q --store built.store
    check "a rebuild killed at $point leaves the store as it was" is built.store "$digest"
    check "and the daemon goes on with it" run_once "$conf"
done
fold_of "$conf" > fold
check "nothing was told" cmp matches fold
check "it is rebuilt" "$ALIGND" rebuild -q --store built.store
check "with the same rows" is built.store "$digest"
check "the daemon goes on with it" run_once "$conf"
matches_of "$conf" > matches
fold_of "$conf" > fold
check "the events stand for the matches" cmp matches fold
check "no event is missing or twice" alignd events -c "$conf" --check
sed 's/^D/A/' change.rdfp > back.rdfp
check "the label comes back" produce "$conf" left back.rdfp
check "it goes on by turns" run_once "$conf"
check "to where it was at first" is built.store "$both"
fold_of "$conf" > fold
matches_of "$conf" > matches
check "the events stand for the matches" cmp matches fold
finish
