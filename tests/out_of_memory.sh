#!/bin/bash
# out_of_memory.sh ALIGND REFUSE_MEMORY: `alignd load` to which memory is refused at some place or
# other, while a store is built and while it goes on by turns: it ends with status 71 and
# says so, and the same load again makes what it would have made.  REFUSE_MEMORY: the library of
# tests/tools/refuse_memory.c.
#
#   PLACES=6  how many, of either load    SEED=1  which
set -eu
alignd=$1 refuse=$2
places=${PLACES:-6}
RANDOM=${SEED:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

"$alignd" synth -q --kind people --works 200 --out many > /dev/null
load() { "$alignd" load -q --no-explain --store S --graph "$1" -m many/mapping.tsv "many/$1.nt"; }
refusing() { # OF AFTER SIDE
    LD_PRELOAD=$refuse REFUSE_OF=$1 REFUSE_AFTER=$2 REFUSE_COUNT=$work/count \
        "$alignd" load -q --no-explain --store S --graph "$3" -m many/mapping.tsv "many/$3.nt"
}
right() { passed=$((passed + 1)); }
wrong() {
    failed=$((failed + 1))
    echo "$1"
    cat said
}
place() { echo $((RANDOM * 32768 + RANDOM)); } # modulo how many there are

# what it makes where nothing is refused, and how often either load asks
declare -A asked
for side in left right; do
    refusing program 1000000000 $side > loaded
    asked[$side]=$(cat count)
done
whole=$("$alignd" digest --store S)
echo "left asks ${asked[left]} times, right ${asked[right]}"

for ((i = 0; i < places; i++)); do
    rm -rf S S.building
    for side in left right; do
        at=$(($(place) % asked[$side]))
        status=0
        refusing program $at $side > loaded 2> said || status=$?
        if [ $status = 71 ] && grep -q "out of memory: .* bytes were refused; .* start it again" said; then
            right
        else
            wrong "$side, allocation $at: status $status, expected 71; said:"
        fi
        load $side > loaded 2> said || wrong "$side again, after allocation $at; said:"
    done
    : > said
    if [ "$("$alignd" digest --store S)" = "$whole" ]; then right; else wrong "another digest, round $i"; fi
done

# RocksDB finds none: the same end; what other libraries do is theirs
: > said
rm -rf S S.building
LD_PRELOAD=$refuse REFUSE_OF=libraries REFUSE_AFTER=1000000000 REFUSE_COUNT=$work/count load left > loaded
asked=$(cat count)
deaths=0
for ((i = 0; i < places; i++)); do
    rm -rf S S.building
    status=0
    refusing libraries $(($(place) % asked)) left > loaded 2> said || status=$?
    case $status in
    71) deaths=$((deaths + 1)) ;;
    esac
    load left > loaded 2> said || wrong "after a library was refused memory; said:"
    load right > loaded 2> said || wrong "the other side of it; said:"
    if [ "$("$alignd" digest --store S)" = "$whole" ]; then right; else wrong "another digest, library $i"; fi
done
echo "$deaths of $places ended with 71 where a library found none"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
