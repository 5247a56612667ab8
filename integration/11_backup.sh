#!/usr/bin/env bash
# alignd backup of a stopped and of a running store, alignd restore: checked file by file and row
# by row, whole or not at all; an older copy is refused and recovers without a difference.
. "$(dirname "$0")/lib.sh"
start_broker
config backup a b
conf=$work/backup.conf
printf '[align]\nepsilon = 0\n' >> "$conf"
store=$work/backup.store
check "topics are made" alignd check -c "$conf" --create
for g in a b; do
    make_films $g 200 13 > "$work/$g.nt"
    split -n l/3 "$work/$g.nt" "$work/$g."
done
send() { produce "$conf" a "$work/a.$1" 2> /dev/null && produce "$conf" b "$work/b.$1" 2> /dev/null; }
digest() { alignd digest --store "$store"; }
start() { timeout 120 "$ALIGND" run -q -c "$conf" --once "$@"; }
agree() {
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold" && [ -s "$work/matches" ]
}

send aa
check "a first part is worked off" run_once "$conf"
digest > "$work/digest.aa"
check "a backup of the stopped store" alignd backup --store "$store" "$work/first"
check "its manifest is JSON with uuid, epoch, head, offsets, digests, files" sh -c "
    grep -qE '^\{\"v\":1,\"alignd\":\"[0-9.]+\",\"made\":\"[^\"]+\",\"uuid\":\"[0-9a-f-]{36}\",\"epoch\":1,\"head\":[0-9]+,' '$work/first/manifest.json' &&
    grep -q '\"offsets\":\[{\"topic\"' '$work/first/manifest.json' && grep -q '\"model\":\"' '$work/first/manifest.json' &&
    grep -q '\"files\":\[{\"name\"' '$work/first/manifest.json'"
expect_status "the same place again" 64 "is there already" alignd backup --store "$store" "$work/first"
expect_status "a store that is not there" "66|74" "nowhere" alignd backup --store "$work/nowhere" "$work/none"
expect_status "a store in the way" 64 "is not empty" alignd restore -c "$conf" "$work/first"

say "while the daemon works"
start_daemon "$conf" -q
wait_ready "$conf"
send ab &
sender=$!
check "a backup of the running store" alignd backup -c "$conf" "$work/second"
wait $sender
check "nothing is left beside the store" sh -c "! ls -d '$store'.* 2> /dev/null"
has_lag() { [ "$(http "$conf" /metrics | awk '/^alignd_(dirty_entities|outbox_records|input_lag_records)/ { n += $2 } END { print n + 0 }')" != 0 ]; }
check "the daemon goes on" until_true 60 eval '! has_lag'
kill -STOP "$daemon"
expect_status "a daemon that does not answer" 75 "does not answer" alignd backup -c "$conf" --wait 1 "$work/none"
kill -CONT "$daemon"
stop_daemon
check "SIGTERM ends with status 0" test "$status" = 0
digest > "$work/digest.ab"
mv "$store" "$work/away"
check "the second backup can be put back" alignd restore -c "$conf" "$work/second"
check "it is what its triples say" alignd verify -q --store "$store"
rm -rf "$store"
expect_status "checked with another model" 78 "the model differs" \
    env ALIGND_MODEL=- "$ALIGND" restore -c "$conf" --check "$work/first"
check "it does not take the place" sh -c "! ls -d '$store'* 2> /dev/null"
check "checked with its own, every row is what its triples give" sh -c \
    "'$ALIGND' restore -c '$conf' --check '$work/first' | grep -q '^checked: .* bit for bit'"
check "it takes the place" test "$(digest)" = "$(cat "$work/digest.aa")"

say "damage"
for file in "$(basename "$(ls "$work"/first/store/*.sst | head -1)")" MANIFEST manifest; do
    rm -rf "$store" "$work/bad" && cp -r "$work/first" "$work/bad"
    case $file in
    *.sst) printf 'x' | dd of="$work/bad/store/$file" bs=1 seek=100 conv=notrunc status=none ;;
    MANIFEST) rm "$work"/bad/store/MANIFEST-* ;;
    manifest) sed -i 's/"head":[0-9]*/"head":1/' "$work/bad/manifest.json" ;;
    esac
    expect_status "a backup with another $file" 65 "the backup is damaged" alignd restore --store "$store" "$work/bad"
    check "leaves nothing behind" sh -c "! ls -d '$store'* 2> /dev/null"
done
expect_status "no backup at all" 66 "manifest.json" alignd restore --store "$store" "$work/nowhere"

say "killed on the way"
killed() { # POINT COMMAND...
    local point=$1 rc=0
    shift
    ALIGND_CRASH_AT=$point "$@" > "$work/killed.out" 2>&1 || rc=$?
    [ $rc = 137 ] || { echo "status $rc, not 137"; cat "$work/killed.out"; return 1; }
}
for point in restore-copied restore-checked; do
    check "a restore is killed at $point" killed $point "$ALIGND" restore -c "$conf" "$work/first"
    expect_status "the daemon says so" 78 "was interrupted: run alignd restore again" start
done
check "the restore is run again" alignd restore -c "$conf" "$work/first"
check "the digest is that of then" test "$(digest)" = "$(cat "$work/digest.aa")"
for point in backup-checkpoint backup-copied; do
    check "a backup is killed at $point" killed $point "$ALIGND" backup -c "$conf" "$work/third"
    check "there is none" test ! -e "$work/third"
done

say "an older copy"
expect_status "the group has gone on" 78 "old copy of the store was brought back" start
expect_status "two ways out" 78 "on-mismatch=new-epoch.*on-mismatch=replay" start
check "nothing is left of the killed backups" sh -c "! ls -d '$store'.* 2> /dev/null"
before=$(alignd events -c "$conf" --keys | wc -l)
check "it goes on in a new epoch" start --on-mismatch=new-epoch
check "to the digest of the undisturbed store" test "$(digest)" = "$(cat "$work/digest.ab")"
check "the events stand for the matches" agree
check "and nobody was told again what they know" test "$(alignd events -c "$conf" --keys | wc -l)" = "$before"
send ac
check "more is worked off" run_once "$conf"
check "a backup of now" alignd backup -c "$conf" "$work/third"
rm -rf "$store"
check "is put back" alignd restore -c "$conf" "$work/third"
check "and goes on without further ado" run_once "$conf"
check "the events stand for the matches" agree
check "the store is what its triples say" alignd verify -q --store "$store"
check "no event is missing or there twice" alignd events -c "$conf" --check
finish
