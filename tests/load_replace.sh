#!/bin/bash
# load_replace.sh ALIGND: `alignd load --replace` makes a graph what the files say, whatever it was: the
# digest is that of a load of the same files, by turns or built; --dry-run counts that and changes
# nothing; killed on the way it is done again; files without a triple delete nothing unasked.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

say() { # WORDS, and whether the command before was right
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: not so"
    fi
}
is() { # WORDS A B
    local same=0
    [ "$2" = "$3" ] || same=1
    say "$1" $same
    [ $same = 0 ] || printf '%s\n-- instead of\n%s\n' "$2" "$3"
}
load() { # STORE GRAPH [OPTION]... FILE...
    local store=$1 graph=$2
    shift 2
    "$alignd" load -q --allow-unlabelled --no-explain -s "$store" -g "$graph" -m cat/mapping.tsv "$@"
}
digest() { "$alignd" digest --store "$1"; }

"$alignd" synth --works 120 --seed 3 --out cat > made 2>&1
graphs=(cat/*.nt)
left=$(basename "${graphs[0]}" .nt) right=$(basename "${graphs[1]}" .nt)

# what the left catalog is tomorrow: some entities gone, some without a triple or two, some new
awk 'NR % 97 != 0 && $1 !~ /7>$/' "${graphs[0]}" > kept.nt
sed -n 's/"\([A-Z]\)/"New \1/; 100,160p' "${graphs[0]}" > changed.nt
{
    cat kept.nt changed.nt
    echo '_:b <http://new.example/is> _:c .'
    echo '_:b <http://new.example/says> "a"@en .'
    echo '_:b <http://new.example/says> "a" .'
    echo '_:b <http://new.example/says> "a"^^<http://new.example/t> .'
    echo '_:b <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> _:t .'
} > tomorrow.nt
sort -u "${graphs[0]}" > a
sort -u tomorrow.nt > b
inserted=$(comm -13 a b | wc -l) deleted=$(comm -23 a b | wc -l) same=$(comm -12 a b | wc -l)
counts="$inserted inserted, $deleted deleted, $same unchanged"

for how in "" "--by-turns"; do
    rm -rf S F
    load F "$left" $how tomorrow.nt && load F "$right" $how "${graphs[1]}"
    fresh=$(digest F)
    load S "$left" $how "${graphs[0]}" && load S "$right" $how "${graphs[1]}"
    before=$(digest S)
    is "a dry run counts" "$(load S "$left" --replace --dry-run tomorrow.nt)" "would be: $counts"
    is "and changes nothing" "$(digest S)" "$before"
    is "it is replaced" "$(load S "$left" --replace tomorrow.nt)" "$counts"
    is "by what a load gives" "$(digest S)" "$fresh"
    "$alignd" verify -q --store S && true
    say "and is verified" $?
    is "once more nothing changes" "$(load S "$left" --replace tomorrow.nt)" \
        "0 inserted, 0 deleted, $(wc -l < b) unchanged"
    is "in small turns and little memory back" \
        "$(load S "$left" --replace --batch 50 --memory 1 "${graphs[0]}")" \
        "$deleted inserted, $inserted deleted, $same unchanged"
    is "to what was before" "$(digest S)" "$before"
done

# whatever load reads: a patch whose last word counts, JSON, packed, in pieces
{
    echo 'A <http://new.example/1> <http://new.example/p> "not there in the end" .'
    sed 's/^/A /' tomorrow.nt
    echo 'D <http://new.example/1> <http://new.example/p> "not there in the end" .'
} > tomorrow.rdfp
is "a patch" "$(load S "$left" --replace tomorrow.rdfp)" "$counts"
is "gives the same" "$(digest S)" "$fresh"
load S "$left" --replace "${graphs[0]}" > out
split -n l/3 tomorrow.nt piece. && gzip piece.ab
is "several files" "$(load S "$left" --replace piece.aa piece.ab.gz piece.ac)" "$counts"
is "give the same" "$(digest S)" "$fresh"
echo '{"op":"replace","s":"a:x","triples":[{"p":"a:p","o":"a:1"}]}
{"op":"replace","s":"a:y","triples":[{"p":"a:p","o":"a:x"}]}
{"op":"replace","s":"a:x","triples":[{"p":"a:p","o":{"value":"2"}}]}' > records.json
rm -rf R R2
load R "$left" tomorrow.nt
is "records" "$(load R "$left" --replace records.json)" "2 inserted, $(wc -l < b) deleted, 0 unchanged"
load R2 "$left" --replace records.json
is "give what a load of them gives" "$(digest R)" "$(digest R2)"

# a clear takes the parts of its entity with it, those that came before it
printf '%s\n' '{"op":"insert","s":"urn:g:1#p~00000","p":"a:p","o":{"value":"1"}}' \
    '{"op":"replace","s":"urn:g:1","triples":[{"p":"a:q","o":{"value":"2"}}]}' \
    '{"op":"insert","s":"urn:g:1#p~00001","p":"a:p","o":{"value":"3"}}' > parts.json
printf '%s\n' '<urn:g:1> <a:q> "2" .' '<urn:g:1#p~00001> <a:p> "3" .' > parts.nt
load P "$left" parts.nt
for how in "" --by-turns --replace; do
    rm -rf Q
    [ "$how" != --replace ] || load Q "$left" parts.nt
    load Q "$left" $how parts.json > out
    is "parts are cleared ($how)" "$(digest Q)" "$(digest P)"
done

# killed after any of its turns, it is done again
load S "$left" --replace "${graphs[0]}" > out
for turn in 1 2 5; do
    status=0
    ALIGND_CRASH_AT=replace-turn:$turn load S "$left" --replace --batch 40 tomorrow.nt > out 2>&1 ||
        status=$?
    is "killed after turn $turn" $status 137
    load S "$left" --replace --batch 40 tomorrow.nt > out
    is "and replaced again" "$(digest S)" "$fresh"
    load S "$left" --replace "${graphs[0]}" > out
done
is "and back" "$(digest S)" "$before"

# what is no dump
refused() { # WORDS, STATUS, PATTERN, COMMAND...
    local words=$1 want=$2 pattern=$3 status=0
    shift 3
    "$@" > out 2>&1 || status=$?
    is "$words: status" $status "$want"
    grep -q -e "$pattern" out && true
    say "$words: $pattern" $?
    is "$words: nothing changes" "$(digest S)" "$before"
}
: > empty.nt
refused "an empty dump" 65 "allow-empty" load S "$left" --replace empty.nt
(cat tomorrow.nt && echo '<http://cut.example/a> <http') > cut.nt
refused "a dump that was cut" 65 "nothing of what was" load S "$left" --replace cut.nt
refused "a dry run of no replacement" 64 "goes with --replace" load S "$left" --dry-run tomorrow.nt
refused "a dry run where there is no store" 66 "" load none "$left" --replace --dry-run tomorrow.nt
is "which it does not make" "$(ls -d none 2> /dev/null || true)" ""
is "an empty dump, as said" "$(load S "$left" --replace --allow-empty empty.nt)" \
    "0 inserted, $(wc -l < a) deleted, 0 unchanged"
rm -rf F
load F "$right" "${graphs[1]}"
is "leaves what the other catalog alone gives" "$(digest S)" "$(digest F)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
