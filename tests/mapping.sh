#!/bin/bash
# mapping.sh ALIGND: a mapping that does not fit is told before it does harm, and what it does not
# meet after a load; a store is taken to another mapping from its own triples, and triples come
# out as they went in.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

expect() { # WORDS, STATUS that is right, PATTERN of the words said, COMMAND...
    local words=$1 want=$2 pattern=$3 status=0
    shift 3
    "$@" > said 2>&1 || status=$?
    if [ "$status" = "$want" ] && grep -q -e "$pattern" said; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$words: status $status, expected $want and '$pattern'; said:"
        cat said
    fi
}
also() { # PATTERN that the last words have, too
    if grep -q -e "$1" said; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "not said: $1" && cat said; fi
}
no() { # PATTERN that they have not
    if ! grep -q -e "$1" said; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "said: $1" && cat said; fi
}
digest() { "$alignd" digest -s "$1" | grep -v '^epoch'; }

type='<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
for i in 1 2 3 4 5 6; do
    echo "<http://l/f$i> <http://l/P31> <http://l/Q11424> ."
    echo "<http://l/f$i> <http://l/title> \"Harbour Patrol $i\" ."
    echo "<http://l/f$i> <http://l/price> \"$i.99\" ."
    echo "<http://l/f$i> <http://l/seen_with> <http://l/f1> ."
done > left.nt
for i in 1 2 3 4 5 6; do
    echo "<http://r/m$i> $type <http://r/Film> ."
    echo "<http://r/m$i> <http://r/name> \"Harbour Patrol $i\"@en ."
    echo "<http://r/m$i> <http://r/budget> \"${i}00000\" ."
done > right.nt

row() { printf '%s\t%s\t%s\n' "$@"; }

# --- rows that would meet nothing, all of them at once, before there is a store
{
    row left http://l/titel label
    row left http://l/title Label
    row left http://l/P31 type
    row left http://l/Q11424 type:film
    row lfet http://l/price ignore
    row right '<http://r/name>' label
    row right 'http://r/name ' label
    row right dc:title label
} > wrong.tsv
expect "a mapping that does not fit" 78 "wrong.tsv:2:21: 'Label' would be a relation of that name: did you mean 'label'" \
    "$alignd" load -q -s S -g left -m wrong.tsv left.nt
also "wrong.tsv:5:1: there is no graph 'lfet': did you mean 'left'"
also "wrong.tsv:6:7: the IRI stands in angle brackets"
also "wrong.tsv:7:20: a blank behind the IRI: write 'http://r/name'"
also "wrong.tsv:8:7: 'dc:title' is a prefixed name.*http://purl.org/dc/elements/1.1/title"
[ ! -e S ] || { echo "there is a store"; failed=$((failed + 1)); }
printf '[align]\nmapping = wrong.tsv\n[graph.left]\ntopics = t\n[graph.right]\ntopics = u\n[kafka]\nbootstrap.servers = 127.0.0.1:1\n[store]\npath = D\n' > d.conf
expect "the same by check" 78 "FAILED  mapping wrong.tsv" "$alignd" check -c d.conf
also "wrong.tsv:8:7:"
expect "the same by run" 78 "wrong.tsv:6:7:" "$alignd" run -c d.conf --once
[ ! -e D ] || { echo "run made a store"; failed=$((failed + 1)); }
{ row a http://l/x director && row a http://l/y actor && row a http://l/x actor; } > twice.tsv
expect "rows that contradict each other" 78 "twice.tsv:3:14: http://l/x of graph 'a' is 'actor' here and 'director' in line 1" \
    "$alignd" load -q -s S -g a -m twice.tsv left.nt

# --- a graph without labels
{ row left http://l/titel label && row left http://l/P31 type && row left http://l/Q11424 type:film; } > unlabelled.tsv
expect "no entity has a label" 78 "left	http://l/title	label  *(\"Harbour Patrol" \
    "$alignd" load -q -s S -g left -m unlabelled.tsv left.nt
[ ! -e S ] || { echo "there is a store"; failed=$((failed + 1)); }
expect "by turns the triples are there" 78 "alignd rebuild --store S --mapping FILE" \
    "$alignd" load -q --by-turns -s S -g left -m unlabelled.tsv left.nt
expect "the store's check says so" 78 "FAILED  labels of graph 'left'" "$alignd" check -s S
also "unlabelled.tsv\|mapping of the store:1:6: no triple of http://l/titel is in graph 'left': did you mean http://l/title"
expect "unless that is wanted" 0 "0 failed, 1 warnings" "$alignd" check -s S --allow-unlabelled
rm -rf S
expect "a load too" 0 "no triple of http://l/titel" "$alignd" load -s S -g left -m unlabelled.tsv --allow-unlabelled left.nt
rm -rf S

# --- what the mapping does not meet
{
    row left http://l/title label
    row left http://l/P31 type
    row left http://l/Q11424 type:film
    row left http://l/Q5 type:person
    row left http://l/price ignore
    row right http://r/name label
    row right http://r/Film type:film
} > mapping.tsv
expect "types and labels" 0 "left  *film  *6  *6  *no other graph yet" "$alignd" load -s S -g left -m mapping.tsv left.nt
also "mapping.tsv:4:6: no entity of type http://l/Q5 is in graph 'left'"
no "http://r/Film is in"
expect "both graphs" 0 "left  *film  *6  *6  *yes" "$alignd" load -s S -g right right.nt
also "graph 'right': 6 triples of http://r/budget have no row"
no "price"
expect "the type is the object of P31" 0 "	film	Harbour Patrol 1	Harbour Patrol 1" "$alignd" matches -s S
expect "what is ignored is no evidence" 0 "film" "$alignd" explain -s S http://l/f1 http://r/m1
no "price"

# --- keys and further names
sed 's/	ignore$/	key:price/' mapping.tsv > keys.tsv
"$alignd" load -q -s K -g left -m keys.tsv left.nt
expect "a key that one graph alone has" 0 "graph 'left': no other graph has a 'key:price': what http://l/price says" \
    "$alignd" load -s K -g right right.nt
rm -rf K
row right http://r/budget key:price >> keys.tsv
sed 's/"\(.\)00000"/"\1.99"/; s/Harbour/Port/' right.nt > right-keys.nt
"$alignd" load -q -s K -g left -m keys.tsv left.nt
"$alignd" load -q -s K -g right right-keys.nt
expect "one that both have" 0 "9.200  a key agrees: 1" "$alignd" explain -s K http://l/f1 http://r/m1
also "identifier *key:price '1.99'  1 x 1"
expect "and that differs" 0 "4.605  keys differ: 1" "$alignd" explain -s K http://l/f1 http://r/m2
sed 's/	key:price$/	alias/' keys.tsv > names.tsv
rm -rf K
"$alignd" load -q -s K -g left -m names.tsv left.nt
"$alignd" load -q -s K -g right right-keys.nt
expect "a further name is told" 0 "judged by the name '1.99'" "$alignd" explain -s K http://l/f1 http://r/m1
"$alignd" explain -s K --json http://l/f1 http://r/m1 > a
expect "for programs too" 0 true jq -e '.sides[0].name == "1.99" and .sides[1].name == "1.99"' a
rm -rf K

# --- another mapping, and what is in a store
"$alignd" export -s S --triples -g left > out.nt
LC_ALL=C sort out.nt > a && LC_ALL=C sort left.nt > b
if cmp a b; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
"$alignd" export -s S --triples -g right > out-right.nt
"$alignd" load -q -s E -g left -m mapping.tsv out.nt
"$alignd" load -q -s E -g right out-right.nt
"$alignd" load -q -s F -g left -m mapping.tsv left.nt
"$alignd" load -q -s F -g right right.nt
digest E > a && digest F > b
if cmp a b; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
expect "no such graph" 66 "has no graph 'middle'" "$alignd" export -s S --triples -g middle

sed 's/	ignore$/	cost/; /Q5/d' mapping.tsv > other.tsv
row right http://r/budget ignore >> other.tsv
expect "another mapping is refused, row by row" 78 "other.tsv:4: http://l/price of graph 'left' is 'cost', and 'ignore' in the store" \
    "$alignd" load -q -s S -g left -m other.tsv left.nt
also "other.tsv:7: http://r/budget of graph 'right' ('ignore') has no row in the store"
also "other.tsv: the row of http://l/Q5 of graph 'left' is missing: it is 'type:person' in the store"
also "alignd rebuild --mapping FILE"
expect "a mapping that is wrong changes nothing" 78 "wrong.tsv" "$alignd" rebuild -s S -m wrong.tsv
expect "the store is taken to it" 0 "42 triples built anew" "$alignd" rebuild -s S -m other.tsv
"$alignd" load -q -s G -g left -m other.tsv left.nt
"$alignd" load -q -s G -g right right.nt
digest S > a && digest G > b
if cmp a b; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
for g in left right; do
    "$alignd" export -s S --triples -g $g | LC_ALL=C sort > a
    LC_ALL=C sort $g.nt > b
    if cmp a b; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
expect "and is proven" 0 "" "$alignd" verify -q -s S

# --- what is in a catalog, and a mapping of two
expect "files are described" 0 "6 *6 *6  name  *http://l/title  \"Harbour Patrol" "$alignd" describe -q left.nt
"$alignd" describe -q --json left.nt > a
expect "for programs too" 0 true jq -e '.triples == 24 and .types[0].entities == 6' a
expect "and a store" 0 "http://r/Film: 6 entities" "$alignd" describe -q -s S
{ echo sku,title && for i in 1 2 3 4 5 6; do echo "$i,Harbour Patrol $i"; done; } > rows.csv
expect "rows of a table too" 0 "6 *6 *6  name  *urn:shop:title" "$alignd" describe -q -g shop --id sku --type film rows.csv
expect "and mapped" 0 "shop	urn:shop:title	label" "$alignd" map --propose -q -g shop --id sku --type film rows.csv -g right right.nt
expect "files or a store" 64 "either --store DIR or files" "$alignd" describe -q
sed "s, <http://l/P31> , $type ," left.nt > typed.nt
printf '[{"no": 7, "name": "Low Meadow", "made": 2012}, {"no": 8, "name": "Two Rivers", "made": 1998}]' > rows.json
expect "files are read as is said behind their graph" 0 "other	urn:other:name	label" \
    "$alignd" map --propose -q --type film -g shop --id sku rows.csv -g other --id no rows.json
expect "a third graph" 64 "a third one" "$alignd" map --propose -q -g a left.nt -g b right.nt -g c left.nt
expect "a file of no graph" 64 "two graphs are mapped" "$alignd" map --propose -q left.nt -g a left.nt -g b right.nt
"$alignd" map --propose -q -g left typed.nt -g right right.nt > proposed.tsv
"$alignd" load -q -s P -g left -m proposed.tsv typed.nt
"$alignd" load -q -s P -g right right.nt
expect "and matches" 0 "Harbour Patrol 6	Harbour Patrol 6" "$alignd" matches -s P
expect "a store's graphs are mapped" 0 "http://r/name	label" "$alignd" map --propose -q -s S
expect "two graphs" 64 "two graphs are mapped" "$alignd" map --propose -q -g left left.nt

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
