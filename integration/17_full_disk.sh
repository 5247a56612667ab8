#!/usr/bin/env bash
# A disk that fills while `alignd load` writes, at several moments of each of its ways: it is said,
# with the status of its own; what the store holds then is whole, and with room the same load goes
# on to the digest of one that nothing stood in the way of.  Needs no broker, but the right to mount.
. "$(dirname "$0")/lib.sh"
disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=512m alignd-test "$disk" 2> /dev/null || { rm -rf "$work"; skip "no right to mount a small disk"; }
trap 'umount -l "$disk"; cleanup' EXIT
store=$disk/store

alignd synth -q --kind people --works 1500 -o "$work/world" > /dev/null
left=$work/world/left.nt right=$work/world/right.nt
load() { # GRAPH OPTION...
    local graph=$1
    shift
    alignd load -q -s "${at:-$store}" -g "$graph" -m "$work/world/mapping.tsv" "$@" "$work/world/$graph.nt"
}
digest() { alignd digest --store "${1:-$store}" | awk '/^all/ { print $2 } /^not final/'; }
triples() { alignd verify -q --store "$store" --json | jq -r 'if .equal then .triples else "differs" end'; }
used() { df -k --output=used "$disk" | tail -n 1 | tr -d ' '; }
room() { mount -o "remount,size=$(($(used) + $1))k" "$disk"; } # KIB beyond what is used
plenty() { mount -o remount,size=512m "$disk"; }
said='No space left|disk of the store is full'

at=$work/undisturbed
check "a load that nothing stands in the way of" load left
of_left=$(digest "$at")
cp -r "$at" "$work/left.store"
check "and of the other catalog" load right
of_both=$(digest "$at")
at=
check "the two differ" test "$of_left" != "$of_both" -a -n "$of_left"

say "a new store"
room 600
expect_status "no room to build it" 74 "$said" load left
check "there is none" test ! -e "$store"
plenty
check "with room it is built" load left
check "to the digest of the undisturbed one" test "$(digest)" = "$of_left"

say "a store built anew, with what comes to it"
room 900
expect_status "no room beside it" 74 "$said" load right
check "it is as it was, on the full disk" test "$(digest)" = "$of_left"
plenty
check "with room it is built" load right
check "to the digest of the undisturbed one" test "$(digest)" = "$of_both"

# by turns, with the log that small turns write, and with the files of large ones
before=$(wc -l < "$left")
after=$((before + $(wc -l < "$right")))
full=0 between=0
by_turns() { # KIB of room, changes of a turn
    local status=0 held
    rm -rf "$store"
    cp -r "$work/left.store" "$store"
    room "$1"
    load right --by-turns --batch "$2" > "$work/log" 2>&1 || status=$?
    plenty
    if [ $status != 0 ]; then
        full=$((full + 1))
        check "turns of $2, room for $1 KiB: it is said" sh -c "[ $status = 74 ] && grep -qE '$said' '$work/log'"
        held=$(triples)
        check "every row is what the triples give, of which no turn is there in part" \
            test "$held" -ge "$before" -a "$held" -le "$after"
        if [ "$held" -gt "$before" ] && [ "$held" -lt "$after" ]; then between=$((between + 1)); fi
        check "with room it goes on" load right --by-turns --batch "$2"
    fi
    check "turns of $2, room for $1 KiB: to the digest of the undisturbed one" test "$(digest)" = "$of_both"
}
say "by turns"
for kib in 250 700 1300 2200; do by_turns $kib 500; done
by_turns 1500 100000
check "it was full more than once ($full times, $between of them between two turns)" test $full -ge 2 -a $between -ge 1
finish
