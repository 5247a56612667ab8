#!/usr/bin/env bash
# bench.sh - every figure of speed and size, each beside what bounds it, measured
# in the same run: one table, results.json and plots.
#
#   scripts/bench.sh [--out DIR] [--only PART,...] [--quick] [--large]
#
#   --out DIR    where figures, table and plots go (build/bench)
#   --only ...   of: kernels load titles triples hub scale daemon large
#   --quick      small sizes: to see whether it works
#   --large      ten million triples and a hub of a million too: half an hour more, 20 GB of disk;
#                LARGE_WORKS (470000) for another size
#
# Needs a release build (scripts/test.sh makes one), python3, jq, and for the
# daemon Kafka (kafka.sh).  $ALIGND_DATA: real catalogs; without it invented ones serve.
# It takes half an hour; on a busy machine look at the processor times.
usage() { sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 64; }

here=$(cd "$(dirname "$0")" && pwd)
out=$here/../build/bench parts=kernels,load,titles,triples,hub,scale,daemon quick=0 large=0
while [ $# -gt 0 ]; do
    case $1 in
    --out) out=${2:?}; shift 2 ;;
    --only) parts=${2:?}; shift 2 ;;
    --quick) quick=1; shift ;;
    --large) large=1; shift ;;
    *) usage ;;
    esac
done
[ $large = 0 ] || parts=$parts,large
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
ALIGND=${ALIGND:-$here/../build/release/alignd}
. "$here/../integration/lib.sh"
programs=$(cd "$(dirname "$ALIGND")" && pwd)/tests/bench
[ -x "$programs/bench_turns" ] || { echo "no $programs/bench_turns: build it"; exit 1; }
cd "$work" || exit 1
figures=$out/figures.jsonl
: > "$figures"

wants() { [[ ",$parts," == *",$1,"* ]]; }
note() { # NAME VALUE UNIT
    [ -n "$2" ] || { echo "no figure for $1"; exit 1; }
    printf '{"name": "%s", "value": %s, "unit": "%s"}\n' "$1" "$2" "${3:-}" >> "$figures"
}
figure() { jq -r --arg n "$1" 'select(.name == $n).value' "$figures" | tail -1; }
# timed NAME COMMAND...: NAME.wall, NAME.cpu, NAME.peak; what it says is in NAME.log
timed() {
    local name=$1
    "$here/bench/timed.py" "$@" >> "$figures" 2> "$name.log" || { tail -5 "$name.log"; exit 1; }
}
# measure PREFIX PROGRAM...: its figures, PREFIX before their names
measure() {
    local prefix=$1
    shift
    "$programs/$@" > measured 2> measured.log || { tail -5 measured.log; exit 1; }
    jq -c --arg p "$prefix" '.name = $p + .name' measured >> "$figures"
}
# load_all NAME MAPPING GRAPH=FILE...: into NAME.store, as load.NAME.*; triples and turns counted
load_all() {
    local name=$1 mapping=$2 wall=0 cpu=0 peak=0 turns=0 one graph
    shift 2
    rm -rf "$name.store"
    for one in "$@"; do
        graph=${one%%=*}
        timed part alignd load --by-turns -v --store "$name.store" -g "$graph" -m "$mapping" "${one#*=}"
        wall=$(awk "BEGIN { print $wall + $(figure part.wall) }")
        cpu=$(awk "BEGIN { print $cpu + $(figure part.cpu) }")
        peak=$(awk "BEGIN { p = $(figure part.peak); print (p > $peak ? p : $peak) }")
        turns=$((turns + $(grep -o '[0-9]* turns' part.log | cut -d ' ' -f 1)))
    done
    note "load.$name.wall" "$wall" s
    note "load.$name.cpu" "$cpu" s
    note "load.$name.peak" "$peak" MiB
    note "load.$name.turns" "$turns"
    note "load.$name.triples" "$(grep -o 'holds [0-9]* triples' part.log | cut -d ' ' -f 2)"
    note "load.$name.entities" "$(grep -o 'triples, [0-9]* entities' part.log | cut -d ' ' -f 2)"
}
alignd_path() { # timed.py runs programs, not our function
    mkdir -p bin
    ln -sf "$ALIGND" bin/alignd
    PATH=$PWD/bin:$PATH
}
alignd_path
invent() { "$ALIGND" synth -q --out "$1" --works "$2" --seed 11 "${@:3}" > /dev/null || exit 1; }

note machine.processors "$(nproc)"
note machine.load "$(cut -d ' ' -f 1 /proc/loadavg)"
say "$(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d ' ' -f 1-3 /proc/loadavg), $("$ALIGND" --version)"

works=10000 count=300
[ $quick = 0 ] || works=1000 count=40
invent cat $works --deletions 0.01

if wants kernels; then
    say "kernels"
    measure "" bench_kernel
fi

# ---- loads, and what RocksDB takes for their rows ----

raw() { # NAME: after load_all
    measure "" bench_store --bulk 1 --from "$1.store" --to raw.store --turns "$(figure "load.$1.turns")"
    note "raw_store.$1.seconds" "$(figure raw_store.seconds)" s
    rm -rf raw.store
}
# the catalogs whose titles come and go: $title_store, $title_graph, $title_file, $title_prefix
if [ -d "$data/movies" ] && [ $quick = 0 ]; then
    title_store=movies.store title_graph=tmdb title_file=$data/movies/tmdb.nt.xz
    title_prefix=http://example.org/tmdb/film/
    load_titles() {
        load_all movies "$data/movies/mapping.tsv" "imdb=$data/movies/imdb.nt.xz" "tmdb=$title_file"
    }
else
    title_store=invented.store title_graph=right title_file=cat/right.nt
    title_prefix=http://example.org/right/work/
    load_titles() { load_all invented cat/mapping.tsv left=cat/left.nt right=cat/right.nt; }
fi
if wants load || wants titles || wants triples; then
    say "load"
    load_titles
    wants load && raw "${title_store%.store}"
fi
if wants load && [ -d "$data/growing-fr-en" ] && [ $quick = 0 ]; then
    say "load of growing-fr-en"
    for g in fr en; do
        for f in base batch1 batch2 batch3 batch4 batch5; do
            xzcat "$data/growing-fr-en/dbp-$g.$f.nt.xz"
        done > "growing-$g.nt"
    done
    graphs=$(cut -f 1 "$data/growing-fr-en/mapping.tsv" | grep -v '^#' | LC_ALL=C sort -u | xargs)
    load_all growing "$data/growing-fr-en/mapping.tsv" \
        "$(tr ' ' '\n' <<< "$graphs" | grep fr)=growing-fr.nt" \
        "$(tr ' ' '\n' <<< "$graphs" | grep en)=growing-en.nt"
    raw growing
    rm -rf growing.store growing-??.nt
fi

# ---- small turns against a large store ----

turns() { # MODE...: on the catalogs with titles
    measure "" bench_turns "$1" --store "$title_store" --graph "$title_graph" \
        --file "$title_file" --prefix "$title_prefix" "${@:2}"
}
if wants titles; then
    say "titles in and out, and pairs scored"
    turns titles --count $count
    turns titles --count $((count / 15)) --cut-offs 0
    measure "" bench_score --store "$title_store"
fi
if wants triples; then
    say "single triples"
    turns triples --count $((count * 2))
fi
if wants hub; then
    neighbours=100000
    [ $quick = 0 ] || neighbours=5000
    [ $large = 0 ] || neighbours=1000000
    say "a hub of $neighbours"
    measure "" bench_turns hub --store hub.store --neighbours $neighbours --count $((count / 3))
    rm -rf hub.store
fi

# ---- from scratch against one change, by size ----

if wants scale; then
    entities="5000 20000 50000 200000"
    [ $quick = 0 ] || entities="1000 4000"
    for n in $entities; do
        say "scale: $n entities"
        invent scale $((n * 100 / 424))
        load_all scale scale/mapping.tsv left=scale/left.nt right=scale/right.nt
        measure "scale." bench_turns titles --store scale.store --graph right \
            --file scale/right.nt --prefix http://example.org/right/work/ --count $((count / 3))
        for f in wall cpu peak triples; do note "scale.$n.$f" "$(figure load.scale.$f)"; done
        note "scale.$n.change" "$(figure scale.title.insert_done.median)" ms
        note "scale.$n.change_p99" "$(figure scale.title.insert_done.p99)" ms
        rm -rf scale scale.store
    done
fi

# ---- by size: built, and grown by turns ----

holds() { grep -o 'holds [0-9]* triples' "$1" | cut -d ' ' -f 2; }

# Both catalogs by the builder: the load of the second one builds all that there is.  They and
# NAME.store are kept.
built() { # NAME WORKS
    local name=$1 left right triples
    timed "$name.synth" alignd synth -q --out "$name" --works "$2" --seed 12
    rm -rf "$name.store" "$name"/*.rdfp "$name"/links.*
    timed left alignd load -v --memory 512 --store "$name.store" -g left -m "$name/mapping.tsv" "$name/left.nt"
    timed right alignd load -v --memory 512 --store "$name.store" -g right -m "$name/mapping.tsv" "$name/right.nt"
    triples=$(holds right.log)
    note "built.$triples.cpu" "$(figure right.cpu)" s
    note "built.$triples.wall" "$(figure right.wall)" s
    note "built.$triples.peak" "$(figure right.peak)" MiB
    note "built.$triples.bytes" "$(du -sb "$name.store" | cut -f 1)" bytes
    say "  $triples triples: $(figure right.cpu) s of processor time, $(figure right.wall) s, at most $(figure right.peak) MiB"
}

# From half of WORKS on by turns, a tenth of each catalog after the other: what a triple of each
# piece costs.
grown() { # WORKS
    local side piece before triples
    timed grown.synth alignd synth -q --out grown --works "$1" --seed 12
    for side in left right; do
        split -n l/10 -d -a 1 "grown/$side.nt" "grown/$side."
        cat "grown/$side".[0-4] > half.nt
        timed part alignd load -v --store grown.store -g "$side" -m grown/mapping.tsv half.nt
        before=$(holds part.log)
    done
    for piece in 5 6 7 8 9; do
        for side in left right; do
            timed part alignd load --by-turns -v --store grown.store -g "$side" "grown/$side.$piece"
            triples=$(holds part.log)
            note "grown.$triples.last" "$(awk "BEGIN { print 1e6 * $(figure part.cpu) / ($triples - $before) }")" us
            say "  $triples triples, by turns: the last ones $(figure "grown.$triples.last") us each, at most $(figure part.peak) MiB"
            before=$triples
        done
    done
    rm -rf grown grown.store half.nt
}

if wants large; then
    large_works=${LARGE_WORKS:-470000}
    [ $quick = 0 ] || large_works=2000
    say "built"
    for n in $((large_works / 100)) $((large_works / 10)); do
        built size $n
        rm -rf size size.store
    done
    built large "$large_works"
    say "built again in 512 and in 256 MiB"
    timed large.rebuild alignd rebuild --memory 512 --store large.store
    timed large.little alignd rebuild --memory 256 --store large.store
    say "  $(figure large.rebuild.wall) s, $(figure large.little.wall) s and at most $(figure large.little.peak) MiB"
    say "titles among them"
    measure large. bench_turns titles --store large.store --graph right --file large/right.nt \
        --prefix http://example.org/right/work/ --count $count
    rm -rf large large.store
    say "grown by turns"
    grown $((large_works * 100 / 470))
fi

# ---- the daemon ----

# The backlog is all of the left catalog and the right one as it is before the feed, which is then
# played to it.
daemon_part() {
    local triples begun wall cpu conf live_works=30000
    [ $quick = 0 ] || live_works=3000
    invent live $live_works --kind films --arrivals 0.6
    extra="[align]
mapping = $work/live/mapping.tsv"
    triples=$(cat live/left.after.nt live/right.nt | LC_ALL=C sort -u | wc -l)
    start_broker > /dev/null 2>&1
    config bench left right
    conf=$work/bench.conf
    "$ALIGND" check -c "$conf" --create > check.log 2>&1 || { cat check.log; exit 1; }
    produce "$conf" left live/left.after.nt 2>> produce.log || exit 1
    produce "$conf" right live/right.nt 2>> produce.log || exit 1
    say "daemon: $triples triples of backlog"
    measure "" bench_consume --broker "$broker" "$prefix.left" "$prefix.right"
    is_through() { # so many triples in the store, all of it worked off and published
        http "$conf" /metrics | awk -v triples="$1" '
            /^alignd_triples{/ { n += $2 }
            /^alignd_(dirty_entities|outbox_records|input_lag_records)/ && $2 != 0 { busy = 1 }
            END { exit !(n == triples && !busy) }'
    }
    begun=$EPOCHREALTIME
    start_daemon "$conf" -q
    until_true 3600 is_through "$triples" || { echo "not done after an hour"; exit 1; }
    wall=$(awk "BEGIN { print ${EPOCHREALTIME/,/.} - ${begun/,/.} }")
    cpu=$(awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$daemon/stat")
    note daemon.triples "$triples"
    note daemon.wall "$wall" s
    note daemon.cpu "$cpu" s
    note daemon.peak "$(awk '/^VmHWM/ { print $2 / 1024 }' "/proc/$daemon/status")" MiB

    say "daemon: new titles to their events, in a feed"
    measure "" bench_latency --broker "$broker" --input "$prefix.right" --events "$prefix.bench.out" \
        --feed live/right.changes.rdfp --rate 300 --seconds $((quick ? 3 : 15))
    triples=$(cat live/left.after.nt live/right.after.nt | LC_ALL=C sort -u | wc -l)
    until_true 600 is_through "$triples"
    note daemon.peak_after "$(awk '/^VmHWM/ { print $2 / 1024 }' "/proc/$daemon/status")" MiB
    stop_daemon
    [ "$status" = 0 ] || { tail -5 "$conf.log"; exit 1; }

    # the feed has been played to its end: the store is the one that the files of afterwards give
    load_all live live/mapping.tsv left=live/left.after.nt right=live/right.after.nt
    [ "$("$ALIGND" digest --store live.store)" = \
        "$("$ALIGND" digest --store "$(option "$conf" store.path)")" ] ||
        { echo "the daemon's store and that of the files differ"; exit 1; }
}
if wants daemon; then daemon_part; fi

note machine.load_after "$(cut -d ' ' -f 1 /proc/loadavg)"
"$here/bench/report.py" "$out" | tee "$out/table.txt"
say "$out: table.txt, results.json, plots"
