#!/usr/bin/env bash
# What a disk can do to a store: full, read-only, damaged tables, a torn and a damaged log, files
# deleted under the daemon.  A clear error with its status, or recovery to the digest of an
# undisturbed run; never a store that differs from its topics without a word.
. "$(dirname "$0")/lib.sh"
start_broker
disk=$work/disk
mkdir "$disk"
mounted=0
mount -t tmpfs -o size=48m alignd-test "$disk" 2> /dev/null && mounted=1
unmount() { [ $mounted = 0 ] || umount -l "$disk"; mounted=0; }
trap 'unmount; cleanup' EXIT

config disk a b
conf=$work/disk.conf
printf '[align]\nepsilon = 0\n[turn]\nmessages = 40\n' >> "$conf"
sed -i "s#^path = .*#path = $disk/store#; s/^write_buffer = .*/write_buffer = 4M/" "$conf"
store=$disk/store
config calm a b
calm=$work/calm.conf
check "topics are made" alignd check -c "$conf" --create
for g in a b; do
    make_films $g 400 17 > "$work/$g.nt"
    split -n l/4 "$work/$g.nt" "$work/$g."
done
send() { produce "$conf" a "$work/a.$1" 2> /dev/null && produce "$conf" b "$work/b.$1" 2> /dev/null; }
start() { timeout 120 "$ALIGND" run -q -c "$conf" --once "$@"; }
digest() { alignd digest --store "$store"; }
as_calm() { # the digest of an undisturbed run over the same topics
    run_once "$calm" && [ "$(digest)" = "$(alignd digest --store "$work/calm.store")" ]
}
agree() {
    matches_of "$conf" > "$work/matches"
    fold_of "$conf" > "$work/fold"
    cmp "$work/matches" "$work/fold" && [ -s "$work/matches" ]
}
crash() { # POINT: the daemon is killed there, so that what it wrote last is in the log alone
    ALIGND_CRASH_AT=$1 "$ALIGND" run -q -c "$conf" --once 2>> "$conf.log"
    [ $? = 137 ]
}
newest_log() { ls "$store"/*.log | LC_ALL=C sort | tail -1; } # by number: times can be equal

send aa
check "a first part is worked off" run_once "$conf"
check "a backup of it" alignd backup -c "$conf" "$work/backup"

if [ $mounted = 1 ]; then
    say "a full disk"
    send ab
    dd if=/dev/zero of="$disk/ballast" bs=64k 2> /dev/null
    expect_status "no room" 74 "No space left|disk of the store is full" start
    expect_status "still none" 74 "No space left|disk of the store is full" start
    rm "$disk/ballast"
    check "with room it goes on" run_once "$conf"
    check "to the digest of an undisturbed run" as_calm

    [ "$long" = 1 ] || send ac
    if [ "$long" = 1 ]; then
    say "a disk that fills while the daemon works"
    start_daemon "$conf" -q
    wait_ready "$conf"
    dd if=/dev/zero of="$disk/ballast" bs=64k 2> /dev/null
    send ac
    status=0
    wait "$daemon" || status=$?
    forget "$daemon"
    check "it ends with status 74" test $status = 74
    rm "$disk/ballast"
    check "with room it goes on" run_once "$conf"
    check "to the digest of an undisturbed run" as_calm
    check "the events stand for the matches" agree
    fi

    say "a disk that can only be read"
    mount -o remount,ro "$disk"
    expect_status "read-only" 74 "Read-only file system" start
    expect_status "a backup of it cannot be made beside it" 74 "Read-only file system" \
        alignd backup -c "$conf" "$work/none"
    mount -o remount,rw "$disk"
    check "writable again it goes on" run_once "$conf"
else
    say "no right to mount: the full and the read-only disk are left out"
    send ab
    send ac
    check "all is worked off" run_once "$conf"
fi

say "a torn log"
send ad
check "killed in the middle" crash turn-after:4
log=$(newest_log)
cp -r "$store" "$work/kept"
truncate -s -17 "$log"
check "the torn write is forgotten, its records are read again" run_once "$conf"
check "to the digest of an undisturbed run" as_calm
check "the events stand for the matches" agree
check "no event is missing or there twice" alignd events -c "$conf" --check

say "a damaged log"
rm -rf "$store" && cp -r "$work/kept" "$store"
size=$(stat -c %s "$store/$(basename "$log")")
printf 'XXXXXXXX' | dd of="$store/$(basename "$log")" bs=1 seek=$((size / 2)) conv=notrunc status=none
expect_status "is refused" 74 "[Cc]orrupt|checksum" start
expect_status "the ways out are named" 74 "alignd restore.*--on-mismatch=replay" start

say "a damaged table"
rm -rf "$store"
check "the backup is put back" alignd restore -c "$conf" "$work/backup"
for table in "$store"/*.sst; do # every block of every table
    for ((at = 64; at < $(stat -c %s "$table"); at += 1024)); do
        printf '\377\376' | dd of="$table" bs=1 seek=$at conv=notrunc status=none
    done
done
expect_status "is noticed, not believed" 74 "[Cc]orrupt|checksum|bad block" start --on-mismatch=new-epoch
expect_status "verify does neither" 74 "[Cc]orrupt|checksum|bad block" alignd verify -q --store "$store"
expect_status "nor does a backup" 74 "[Cc]orrupt|checksum|bad block" alignd backup -c "$conf" "$work/none"

if [ "$long" = 1 ]; then
say "an older copy"
rm -rf "$store"
check "the backup is put back" alignd restore -c "$conf" "$work/backup"
expect_status "is refused" 78 "old copy of the store was brought back" start
check "goes on in a new epoch" start --on-mismatch=new-epoch
check "to the digest of an undisturbed run" as_calm
check "the events stand for the matches" agree

fi
rm -rf "$store"
check "the backup is put back" alignd restore -c "$conf" "$work/backup"
check "it goes on in a new epoch" start --on-mismatch=new-epoch

say "deleted under the daemon"
start_daemon "$conf" -q
wait_ready "$conf"
rm -rf "$store"
status=0
until_true 20 eval '! kill -0 $daemon' || kill -KILL "$daemon"
wait "$daemon" || status=$?
forget "$daemon"
check "it ends with status 74 and says so" sh -c "[ $status = 74 ] && grep -q 'was deleted or moved while it is open' '$conf.log'"
expect_status "an empty store is not the group's" 78 "last committed by store" start
check "built anew from the topics" start --on-mismatch=replay
check "to the digest of an undisturbed run" as_calm
check "the events stand for the matches" agree
finish
