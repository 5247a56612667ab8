#!/bin/sh
# clusters.sh ALIGND: what three catalogs have in common. Of an invented world and a copy of one
# side of it that was made dirty; and of films, where $ALIGND_DATA (or ../shared/data) has them.
#
# No cluster has two of a graph, nobody is in two, every match is in one or left out, and what is
# left out could not be put back: its two clusters have a graph in common. `matches`, SSSOM and
# `export --consistent` say the same.
set -eu
alignd=$1 here=$(cd "$(dirname "$0")" && pwd)
data=${ALIGND_DATA:-$here/../../shared/data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "clusters: $*"
    failed=1
}

# Another catalog out of one: of its names some lose a letter, some a word, some triples are gone.
soil() { # FROM TO: names of the graphs within IRIs
    awk -v from="/$1/" -v to="/$2/" '
        function chance(n) { seed = (seed * 1103 + 12345) % 65521; return seed % n == 0 }
        BEGIN { seed = 7; FS = "\"" }
        chance(25) { next }
        {
            if (NF == 3 && $2 !~ /^[0-9-]*$/) {
                n = split($2, words, " ")
                if (chance(12) && length($2) > 4)
                    $2 = substr($2, 1, 2) substr($2, 4)
                else if (chance(12) && n > 1)
                    $2 = substr($2, 1, length($2) - length(words[n]) - 1)
                $0 = $1 "\"" $2 "\"" $3
            }
            gsub(from, to)
            print
        }'
}

check() { # STORE LEAST-CLUSTERS LEAST-LEFT-OUT
    "$alignd" clusters -s "$1" > "$work/clusters" 2> "$work/said"
    cat "$work/said"
    "$alignd" clusters -s "$1" --conflicts > "$work/conflicts" 2> /dev/null
    "$alignd" matches -s "$1" > "$work/matches"
    [ "$(cut -f1 "$work/clusters" | sort -u | wc -l)" -ge "$2" ] || fail "$1: fewer than $2 clusters"
    [ "$(wc -l < "$work/conflicts")" -ge "$3" ] || fail "$1: fewer than $3 matches left out"
    awk -F'\t' '
        function fault(words) { print "clusters: " words; faults++ }
        FILENAME ~ /clusters$/ {
            if (cluster[$3] != "") fault($3 " is in two clusters")
            if ($1 == $3 && named[$1]++) fault($1 " names two clusters")
            cluster[$3] = $1
            if (graphs[$1, $2]++) fault($1 " has two of " $2)
            all[$2] = 1
            next
        }
        FILENAME ~ /conflicts$/ {
            out[$1, $2] = 1
            if (cluster[$6] != "" && cluster[$6] != $4) fault($6 " is not in " $4)
            if ($6 == $7) fault("rivals of " $1 " are one")
            shared = 0 # by a cluster of one: that is its rival
            for (graph in all)
                shared += (graphs[$4, graph] > 0 || ($6 == $4 && graph == $8)) &&
                          (graphs[$5, graph] > 0 || ($7 == $5 && graph == $8))
            if (!shared) fault($1 " - " $2 " could be put back")
            next
        }
        {
            kept = !(($1, $2) in out)
            if (kept && (cluster[$1] == "" || cluster[$1] != cluster[$2]))
                fault($1 " - " $2 " is neither kept nor left out")
            if (!kept && cluster[$1] != "" && cluster[$1] == cluster[$2])
                fault($1 " - " $2 " is left out within a cluster")
            if (kept ? $8 != cluster[$1] || $9 != "" : $8 != "" || $9 != "left out")
                fault("matches say " $8 $9 " of " $1 " - " $2)
            lines++
        }
        END {
            if (!lines) fault("no matches")
            exit faults > 0
        }' "$work/clusters" "$work/conflicts" "$work/matches" || failed=1
    kept=$(($(wc -l < "$work/matches") - $(wc -l < "$work/conflicts")))
    [ "$("$alignd" export -s "$1" -f ntriples --consistent | wc -l)" = $kept ] || fail "$1: --consistent"
    "$alignd" export -s "$1" > "$work/out.sssom.tsv"
    [ "$(grep -c 'left_out: true$' "$work/out.sssom.tsv")" = "$(wc -l < "$work/conflicts")" ] || fail "$1: SSSOM"
    [ "$(grep -c '	cluster: .*$' "$work/out.sssom.tsv")" = $kept ] || fail "$1: SSSOM"
    "$alignd" clusters -s "$1" --json --left-out 2> /dev/null > "$work/json"
    [ "$(wc -l < "$work/json")" = "$(cut -f1 "$work/clusters" | sort -u | wc -l)" ] || fail "$1: JSON"
    grep -q '"reason":"graph"' "$work/json" || fail "$1: JSON tells no reason"
}

# The same clusters, whatever the order in which the catalogs came.
check_order() { # ONE OTHER
    for store in "$1" "$2"; do
        for how in "" --conflicts; do "$alignd" clusters -s "$store" $how 2> /dev/null; done > "$store.all"
    done
    cmp -s "$1.all" "$2.all" || fail "$2: other clusters than in $1"
}

load() { # STORE GRAPH...: of $work/in
    store=$1
    shift
    for graph in "$@"; do
        "$alignd" load -q --no-explain -s "$store" -g "$graph" -m "$work/in/mapping.tsv" "$work/in/$graph.nt"
    done
}

mkdir "$work/in"
"$alignd" synth -q -o "$work/in" --works 400 --noise 0.5 > /dev/null
soil right third < "$work/in/right.nt" > "$work/in/third.nt"
sed -n 's/^right	/third	/p' "$work/in/mapping.tsv" | sed 's,/right/,/third/,' >> "$work/in/mapping.tsv"
load "$work/invented" left right third
load "$work/turned" third right left
check "$work/invented" 500 1
check_order "$work/invented" "$work/turned"

# What hangs together in more entities than so many is in no cluster, and that is said.
"$alignd" clusters -s "$work/invented" --clusters 2 > "$work/two" 2> "$work/said"
grep -q 'more than 2 entities' "$work/said" || fail "nothing is said of groups that are too large"
[ "$(wc -l < "$work/two")" -lt "$(wc -l < "$work/clusters")" ] || fail "--clusters bounds nothing"

if [ -r "$data/movies/tmdb.nt.xz" ]; then
    for graph in imdb tmdb; do xzcat "$data/movies/$graph.nt.xz" > "$work/in/$graph.nt"; done
    xzcat "$data/movies-hard/imdb.nt.xz" | sed 's,/imdb/,/hard/,g' > "$work/in/hard.nt"
    { cat "$data/movies/mapping.tsv"; sed -n 's/^imdb	/hard	/p' "$data/movies/mapping.tsv" | sed 's,/imdb/,/hard/,'; } > "$work/in/mapping.tsv"
    load "$work/films" imdb tmdb hard
    check "$work/films" 10000 50
else
    echo "clusters: no films: set ALIGND_DATA to the folder that has movies/tmdb.nt.xz"
fi
[ "$failed" = 0 ]
