#!/bin/bash
# beside.sh ALIGND: the commands that only read a store do so beside a daemon that works on it, and in a
# folder that nobody may write to; those that write are refused meanwhile.  At rest, what they read is
# what the store says once the daemon has stopped.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
work=$(mktemp -d)
daemon="" mounted=""
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    [ -z "$mounted" ] || umount "$mounted" 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
passed=0 failed=0
mkdir messages
export TMPDIR=$work/messages

is() { # WORDS A B
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: not so\n%s\n-- instead of\n%s\n' "$1" "$2" "$3"
    fi
}
die() { echo "beside.sh: $*: $(tail -5 daemon.log)" >&2; exit 1; }

"$alignd" synth -q --works 120 --seed 7 --out cat > /dev/null
cat > films.conf <<END
[alignd]
name = beside
[store]
path = $work/S
[http]
port = 0
[turn]
messages = 20
[align]
mapping = $work/cat/mapping.tsv
[graph.left]
topics = left
[graph.right]
topics = right
END
"$alignd" run -q --embedded-broker -c films.conf 2> daemon.log < /dev/null &
daemon=$!
for ((i = 0; i < 600; i++)); do
    [ ! -s S.broker ] || break
    kill -0 $daemon 2> /dev/null || die "the daemon ended"
    sleep 0.1
done
client=(-q -c films.conf --bootstrap "$(cat S.broker)")

read_all() { # STORE: every command that reads, what it says in OUT
    local c
    for c in digest matches "matches --stats" clusters verdicts export "export --format json"; do
        # shellcheck disable=SC2086
        "$alignd" $c -s "$1" > "out.${c// /_}" 2> said || { echo "$c: status $?: $(cat said)"; return 1; }
    done
    local a b
    IFS=$'\t' read -r a b _ < <(cat out.matches; echo) || true
    [ -z "$a" ] || "$alignd" explain -s "$1" "$a" "$b" > out.explain 2> said ||
        { echo "explain: status $?: $(cat said)"; return 1; }
}

# ---- beside a daemon that works ----

"$alignd" produce "${client[@]}" -g left cat/left.nt
for ((i = 0; i < 600; i++)); do
    ! "$alignd" digest -s S > first 2> said || break # once there is a store with something in it
    sleep 0.1
done
(for n in 1 2; do
    "$alignd" produce "${client[@]}" -g right cat/right.nt
    sed 's/^/D /' cat/right.nt > gone.patch
    [ $n = 2 ] || "$alignd" produce "${client[@]}" -g right gone.patch
done) 2> produce.log &
producer=$!
rounds=0 broken=0
while kill -0 $producer 2> /dev/null || [ $rounds -lt 5 ]; do
    read_all S > told || { broken=$((broken + 1)); cat told; }
    rounds=$((rounds + 1))
done
wait $producer || die "produce: $(cat produce.log)"
is "every command reads, each of $rounds times, while the daemon works" "$broken" 0
is "nothing is left in the temporary folder" "$(ls messages)" ""

# ---- beside one at rest ----

still=0 was=""
for ((i = 0; i < 600 && still < 20; i++)); do
    now=$("$alignd" digest -s S 2> said) || now=failed
    if [ "$now" = "$was" ] && [ "$(wc -l <<< "$now")" -gt 3 ] && ! grep -q 'not final' <<< "$now"; then
        still=$((still + 1))
    else
        still=0
    fi
    was=$now
    sleep 0.1
done
read_all S || die "read"
cp out.matches matches.beside
cp out.explain explain.beside
for c in "verify -q" "rebuild -q" "load -q -g left $work/cat/left.nt"; do
    status=0
    # shellcheck disable=SC2086
    "$alignd" $c -s S > said 2>&1 || status=$?
    is "$c is refused" "$status $(grep -c 'open in another process' said)" "75 1"
done
kill -TERM $daemon
wait $daemon || die "status $?"
daemon=""
is "the digest is that of the store the daemon left" "$("$alignd" digest -s S)" "$was"
"$alignd" matches -s S > after
is "the matches are" "$(cat matches.beside)" "$(cat after)"
is "there are some" "$(awk 'END { print (NR > 40) }' after)" 1
IFS=$'\t' read -r a b _ < after
is "what is explained is" "$("$alignd" explain -s S "$a" "$b")" "$(cat explain.beside)"
"$alignd" verify -q -s S > said || cat said
is "and is what its triples say" "$(grep -c '^verified' said)" 1

# ---- a folder that nobody may write to ----

mkdir mount
if mount --bind S mount 2> said && mounted=$work/mount && mount -o remount,ro,bind mount 2> said; then
    is "a store that cannot be written to is read" "$(read_all mount && cat out.matches)" "$(cat after)"
    umount mount
    mounted=""
else
    echo "read-only folder: skipped, no mount can be made here ($(head -1 said))"
fi
ls -lR --time-style=full-iso S > before
chmod -R a-w S
is "nor one whose files are protected" "$(read_all S && cat out.matches)" "$(cat after)"
chmod -R u+w S
ls -lR --time-style=full-iso S > now
is "nothing of it changed" "$(cat now)" "$(cat before)"
is "nothing is left behind" "$(ls messages)" ""

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
