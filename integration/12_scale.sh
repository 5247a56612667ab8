#!/usr/bin/env bash
# Catalogs made to hurt: a subject with very many triples, a name that very many
# entities share, predicates without end.  Each is loaded in several turns, in
# bounded time and memory; the store is what its triples give, before and after
# half of it was deleted again.  Needs no broker.
#
#   ALIGND_SCALE=1000000 integration/12_scale.sh     triples a case; 10,000 by default
. "$(dirname "$0")/lib.sh"
n=${ALIGND_SCALE:-10000}
limit=$((60 + n / 1000))         # seconds a load
memory=$((3 * 1024 * 1024))      # KiB of address space; a turn takes memory, the catalog does not
label='<http://www.w3.org/2000/01/rdf-schema#label>'

rows() { # AWK-EXPRESSION: the triple of i, n times
    awk -v n="$n" -v label="$label" "BEGIN { for (i = 0; i < n; i++) print $1 }"
}
load() { # STORE GRAPH FILE
    (
        # a sanitizer's shadow does not fit into any limit
        case $ALIGND in *asan*) ;; *) ulimit -v "$memory" ;; esac
        timeout "$limit" "$ALIGND" load -q --allow-unlabelled --no-explain --batch 10000 --store "$work/$1" --graph "$2" "$3"
    )
}
verified() { timeout "$limit" "$ALIGND" verify -q --store "$work/$1"; }
triples() { # STORE COUNT
    "$ALIGND" verify -q --store "$work/$1" 2>&1 | grep -qE "what $2 triples? give"
}

case_of() { # NAME WORDS FILE: loads, verifies, deletes every second row, verifies
    local name=$1 words=$2 file=$3 begun=$SECONDS
    check "$words: loaded" load "$name" a "$file"
    check "$words: verified" verified "$name"
    awk 'NR % 2 { print "D " $0 }' "$file" > "$file.rdfp"
    check "$words: half of it deleted" load "$name" a "$file.rdfp"
    check "$words: what is left is what $((n / 2)) triples give" triples "$name" $((n / 2))
    say "$((SECONDS - begun)) s"
    rm -rf "${work:?}/$name" "$file" "$file.rdfp"
}

rows '"<http://a/hub> <http://a/p" i % 5 "> <http://a/e" i "> ."' > "$work/hub.nt"
case_of hub "a subject of $n triples" "$work/hub.nt"
rows '"<http://a/e" i "> <http://a/p" i % 5 "> <http://a/hub> ."' > "$work/sink.nt"
case_of sink "an object of $n triples" "$work/sink.nt"
rows '"<http://a/hub> <http://a/v" i % 5 "> \"value " i "\" ."' > "$work/values.nt"
case_of values "a subject of $n values" "$work/values.nt"
rows '"<http://a/hub> " label " \"Name " i "\" ."' > "$work/names.nt"
case_of names "a subject of $n names" "$work/names.nt"
rows '"<http://a/" i % 1000 "> <http://a/p" i "> <http://a/" i * 7 % 1000 "> ."' > "$work/predicates.nt"
case_of predicates "$n predicates" "$work/predicates.nt"
rows '"<http://a/hub> <http://a/p" i "> \"" i "\" ."' > "$work/own.nt"
case_of own "a subject of $n predicates" "$work/own.nt"

for g in a b; do
    rows "\"<http://$g/\" i \"> \" label \" \\\"The Same\\\" .\"" > "$work/same.nt"
    check "$n entities of graph $g with one name: loaded" load same "$g" "$work/same.nt"
done
check "they are nobody's candidates and verified" verified same
check "no match among them" test -z "$("$ALIGND" matches --store "$work/same")"
finish
