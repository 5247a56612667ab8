#!/bin/bash
# edges.sh ALIGND: what surrounds the program is closed, full, somebody else's or not there: each is
# said, with the exit status of sysexits.h, and nothing is written where it does not belong.
set -eu
alignd=$1 data=$(cd "$(dirname "$0")/data/field/paper-radioactive-two-performers" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

expect() { # WORDS, STATUS that is right, PATTERN of the words said, COMMAND...
    local words=$1 want=$2 pattern=$3 status=0
    shift 3
    "$@" 2> said || status=$?
    if [ "$status" = "$want" ] && grep -q -e "$pattern" said; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$words: status $status, expected $want; said:"
        cat said
    fi
}
closed() { "$@" >&-; }
full() { "$@" > /dev/full; }

for side in left right; do
    "$alignd" load -q --no-explain --store S --graph $side -m "$data/mapping.tsv" "$data/$side.nt" > loaded
done
expect "standard output is closed" 74 "standard output" closed "$alignd" digest --store S
for command in "digest --store S" "explain --store S http://left.example/e/t1 http://right.example/e/u1" \
    "verify -q --store S" --help "load --help" --version "check --defaults"; do
    # shellcheck disable=SC2086
    expect "$command, disk full" 74 "standard output: " full "$alignd" $command
done
# more than a pipe holds, so that the writer meets its end
mkdir many
"$alignd" synth -q --kind people --works 3000 --out many > /dev/null
for side in left right; do
    "$alignd" load -q --no-explain --store M --graph $side -m many/mapping.tsv "many/$side.nt" > loaded
done
status=$("$alignd" matches --store M 2> said | head -c 1 > /dev/null; echo "${PIPESTATUS[0]}")
if [ "$status" = 141 ] && [ ! -s said ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "the reader of a pipe is gone: status $status, said: $(cat said)"
fi

mkdir other
: > empty.conf
echo mine > other/mine.txt
expect "a store without a name" 64 "DIR is missing" "$alignd" load -q --store "" --graph left "$data/left.nt"
expect "a folder of other files" 78 "mine.txt" "$alignd" load -q --store other --graph left "$data/left.nt"
expect "a folder of other files, the daemon" 78 "mine.txt" \
    "$alignd" run -c empty.conf --embedded-broker --once --set store.path=other --set graph.left.topics=t --set http.port=0
[ "$(ls other)" = mine.txt ] || { echo "other files: something was written"; failed=$((failed + 1)); }
expect "a file" 74 "is a file" "$alignd" matches --store other/mine.txt
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
    mkdir inner
    chmod 755 "$work"
    "$alignd" load -q --allow-unlabelled --no-explain --store inner/S --graph left "$data/left.nt" > loaded
    chmod 700 inner/S
    expect "a store of another user" 77 "Permission denied" \
        setpriv --reuid=65534 --regid=65534 --clear-groups "$alignd" matches --store "$work/inner/S"
fi

# KEY=VALUE that is refused, and what is said of it
load() { "$alignd" load -q --allow-unlabelled --no-explain --store T --graph left "$@" "$data/left.nt" > loaded; }
taken() {
    if load "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$*: refused"
    fi
}
while read -r setting words; do
    expect "--set $setting" 64 "$words" load --set "$setting"
done << 'END'
threads=0 threads = '0' does not fit: a whole number, from 1 to 64
threads=65 from 1 to 64
theta=-1.01 a number, from -1 to 1
neighbours=33 a whole number, from 1 to 32
profile_cache=1K bytes, or with K, M, G, T, from 1M to 1T
policy=best one of one-to-one, mutual-best, threshold
neighbors=5 did you mean 'neighbours'?
foo=1 --set foo=1: \[align\] has no option 'foo'
foo expected KEY=VALUE
END
# every key that the documentation has is taken, at its default
for setting in $("$alignd" check --defaults | sed -n '/^\[align\]/,/^\[input\]/s/^\([a-z_]*\) = \(.*\)/\1=\2/p'); do
    taken --set "$setting"
done
rm -rf T
taken --set theta=-0.5 --set threshold=-1 --set row_cache=2M
expect "and others than the store's" 78 "theta: the store has -0.5, asked for 0.3" load --set theta=0.3
expect "and the ways out" 78 "on-mismatch=rebuild or alignd reset .* into a new store" load --set theta=0.3
expect "another mapping" 78 "the mapping differs" load -m "$data/mapping.tsv"

began=$SECONDS
expect "no broker there" 69 "Connection refused" "$alignd" check --bootstrap 127.0.0.1:1 --set graph.left.topics=t > /dev/null
[ $((SECONDS - began)) -lt 15 ] || { echo "no broker there: told after $((SECONDS - began)) s"; failed=$((failed + 1)); }
expect "a store that cannot be made" 74 "Not a directory" \
    "$alignd" check --bootstrap 127.0.0.1:1 --set graph.left.topics=t --set store.path=other/mine.txt/S > /dev/null
expect "a variable that means nothing" 78 "ALIGND_STORE_PTAH: there is no such option" \
    env ALIGND_STORE_PTAH=x "$alignd" run -c empty.conf -q

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
