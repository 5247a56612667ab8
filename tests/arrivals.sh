#!/bin/bash
# arrivals.sh ALIGND: the feed of `alignd synth --arrivals` behind its world ends in the digest of the world
# afterwards, in one graph and in both, whichever comes first, by turns or built.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

load() { # STORE GRAPH FILE...
    local store=$1 graph=$2
    shift 2
    "$alignd" load -q --allow-unlabelled --no-explain -s "$store" -g "$graph" -m cat/mapping.tsv "$@" 2> log || cat log
}
same() { # WORDS STORE STORE
    if [ "$("$alignd" digest --store "$2")" = "$("$alignd" digest --store "$3")" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: the digests differ"
    fi
}

"$alignd" synth -q --works 300 --arrivals 0.4 --seed 3 --out cat > made
load after left cat/left.after.nt
load after right cat/right.after.nt
load before left cat/left.nt
load before right cat/right.nt
cp -r before half
load half left --by-turns cat/left.changes.rdfp
load half right --by-turns cat/right.changes.rdfp
same "by turns" half after
cp -r before built
load built right cat/right.changes.rdfp
load built left cat/left.changes.rdfp
same "as load has it" built after
if [ "$("$alignd" digest --store before)" = "$("$alignd" digest --store after)" ]; then
    failed=$((failed + 1))
    echo "the feed changes nothing"
else
    passed=$((passed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
