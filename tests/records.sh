#!/bin/sh
# records.sh ALIGND: two shops' catalogs as CSV, TSV, JSON lines, a JSON array, packed, and as the same
# triples in N-Triples: one digest, the same matches; and what is wrong with a file is said with
# its place.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }

printf '%s\t%s\t%s\n' shop title label shop brand ref:brand:brand shop tags 'ref:tag:tag:|' \
    shop shelf ignore store name label store maker ref:brand:brand store tags ref:tag:tag > mapping.tsv

awk 'BEGIN {
    t = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"; l = "<http://www.w3.org/2000/01/rdf-schema#label>"
    split("Kestrel Otter Heron Wren", brand); split("Lamp Printer Kettle Chair Desk", thing)
    print "\357\273\277sku,title,brand,tags,shelf,gtin\r" > "shop.csv"
    print "sku\ttitle\tbrand\ttags\tshelf\tgtin" > "shop.tsv"
    printf "[" > "store.json"
    for (i = 0; i < 60; i++) {
        b = brand[i % 4 + 1]; n = b " " thing[i % 5 + 1] " " 100 + 7 * i; g = 4006381000000 + i * 977
        w = i % 3 ? "home|new" : ""
        printf "%03d,\"%s, \"\"new\"\"\",%s,%s,%d,%s\r\n", i, n, b, w, i, g >> "shop.csv"
        printf "%03d\t%s, \"new\"\t%s\t%s\t%d\t%s\n", i, n, b, w, i, g >> "shop.tsv"
        s = sprintf("<urn:shop:product/%03d>", i)
        print s, t, "<urn:shop:product> ." > "shop.nt"
        print s, "<urn:shop:title> \"" n ", \\\"new\\\"\" ." > "shop.nt"
        print s, "<urn:shop:brand> <urn:shop:brand/name:" b "> ." > "shop.nt"
        print s, "<urn:shop:gtin> \"" g "\" ." > "shop.nt"
        m = split(w, part, "|")
        for (k = 1; k <= m; k++) {
            print s, "<urn:shop:tags> <urn:shop:tag/name:" part[k] "> ." > "shop.nt"
        }
        j = sprintf("{\"id\":%d, \"name\":\"%s\", \"maker\":\"%s\", \"tags\":[%s], \"gtin\":%s, \"size\":{\"w\":%d,\"h\":null}}",
                    i + 500, n, b, m ? "\"home\",\"new\"" : "", g, i)
        print j > "store.jsonl"
        printf "%s%s", i ? ",\n" : "\n", j > "store.json"
        s = sprintf("<urn:store:product/%d>", i + 500)
        print s, t, "<urn:store:product> ." > "store.nt"
        print s, "<urn:store:name> \"" n "\" ." > "store.nt"
        print s, "<urn:store:maker> <urn:store:brand/name:" b "> ." > "store.nt"
        print s, "<urn:store:gtin> \"" g "\" ." > "store.nt"
        for (k = 1; k <= m; k++) {
            print s, "<urn:store:tags> <urn:store:tag/name:" part[k] "> ." > "store.nt"
        }
        d = substr(s, 1, length(s) - 1) "#size~00000>"
        print s, "<urn:store:size>", d " ." > "store.nt"
        print d, "<urn:store:size.w> \"" i "\" ." > "store.nt"
    }
    print "\n]" > "store.json"
}'
gzip -k store.jsonl

load() { # STORE SHOP-FILE STORE-FILE [OPTION]...
    to=$1 one=$2 other=$3
    shift 3
    "$alignd" load -q -s "$to" -g shop --id sku --type product -m mapping.tsv "$@" "$one" &&
        "$alignd" load -q -s "$to" -g store --id id --type product "$@" "$other"
    "$alignd" digest -s "$to" > "$to.digest" && "$alignd" matches -s "$to" > "$to.matches"
}
load nt shop.nt store.nt
[ "$(grep -c urn:shop:product nt.matches)" -ge 50 ] || fail "$(wc -l < nt.matches) matches of 60 products"
load lines shop.csv store.jsonl.gz
load array shop.tsv store.json
load turns shop.csv store.jsonl --batch 7
for way in lines array turns; do
    cmp nt.digest $way.digest || fail "$way: another digest"
    cmp nt.matches $way.matches || fail "$way: other matches"
done

refused() { # WORDS FILE-NAME TEXT [OPTION]...
    words=$1 file=$2
    printf "$3" > "$file"
    shift 3
    if "$alignd" load -q -s refused -g g "$@" "$file" 2> words; then fail "$file: $words: loaded"; fi
    grep -qF -- "$words" words || fail "$file: $(cat words), not: $words"
    [ ! -e refused ] || { fail "$file: a store was made"; rm -rf refused; }
}
refused "a.csv:1:1: which column is the id (--id)? sku, name" a.csv 'sku,name\n1,x\n'
refused "a.csv:1:1: no column 'id' for the id; there are: sku, name" a.csv 'sku,name\n1,x\n' --id id
refused "a.csv:1:5: two columns are named 'sku'" a.csv 'sku,sku\n1,x\n' --id sku
refused "a.csv:3:5: a row of 3 cells under a header of 2" a.csv 'sku,n\n1,2\n1,x,y\n' --id sku
refused "a.csv:4:1: the record has no value in 'sku'" a.csv 'sku,n\n1,"2\n3"\n,x\n' --id sku
refused "a.csv:2:3: byte 0xe9 is not strict UTF-8" a.csv 'sku,n\n1,\351\n' --id sku
refused "a.csv:3:3: byte 0x81 is not of that encoding" a.csv 'sku,n\n1,a\n2,\201\n' --id sku --encoding windows-1252
refused "--encoding utf-7777: there is no such encoding" a.csv 'sku,n\n1,a\n' --id sku --encoding utf-7777
refused "byte order mark of UTF-16" a.csv '\377\376a\0' --id sku
refused "a.json:1:1: no change: where it is a record, say which member is its id (--id): sku, name" a.json \
    '{"sku":1,"name":"x"}'
refused "a.json:2:12: a member 'a' stands twice" a.json '{"id":1}\n{"a":1,"a":2}' --id id
refused "a.json:2:1: the record has no value in 'id'" a.json '[{"id":1},\n{"a":1}]' --id id
refused "a.json:1:25: the message ends within an array" a.json '[{"id":1},{"id":2,"a":3}'  --id id
refused "looks like RDF/XML: convert it" odd '<rdf:RDF>'
refused "looks like XML: RDF/XML" odd '<?xml?>'
refused "looks like Parquet: convert it" odd 'PAR1'
refused "looks like Avro: convert it" odd 'Obj\001'
refused "looks like an HTML page" odd '<!DOCTYPE html>'
refused "looks like JSON-LD: convert it" odd '{"@context":0}'

# another encoding is read where it is said
printf 'sku,n\n1,caf\303\251\n' > utf8.csv
printf 'sku,n\n1,caf\351\n' > latin1.csv
for file in utf8 latin1; do
    "$alignd" load -q --allow-unlabelled -s in-$file -g shop --id sku --encoding $file $file.csv 2> words || fail "$file: $(cat words)"
done
[ "$("$alignd" digest -s in-utf8)" = "$("$alignd" digest -s in-latin1)" ] || fail "latin1 is read otherwise"

# what cannot be read is left out where that is asked for, and the rest is as without it
left_out() { # FILE GOOD OPTION...: of FILE the lines of GOOD are taken, the others written aside
    file=$1 good=$2
    shift 2
    rm -rf skip skip2
    "$alignd" load -q --allow-unlabelled -s skip -g shop --rejects aside "$@" "$file" 2> words || fail "$file: $(cat words)"
    "$alignd" load -q --allow-unlabelled -s skip2 -g shop "$@" "$good" || fail "$good"
    [ "$("$alignd" digest -s skip)" = "$("$alignd" digest -s skip2)" ] || fail "$file: the rest differs"
}
printf 'sku,n\n1,a\n2,b,c\n3,"d"e\n,f\n4,"g\nh"\n' > bad.csv
printf 'sku,n\n1,a\n4,"g\nh"\n' > good.csv
left_out bad.csv good.csv --id sku
printf 'sku,n\n2,b,c\n3,"d"e\n,f\n' | cmp - aside || fail "written aside: $(cat aside)"
grep -q "3 lines or records could not be read" words || fail "$(cat words)"
grep -q "bad.csv:4:6: 'e' behind a quoted cell" words || fail "$(cat words)"
printf '[{"sku":1},\n{"sku":2,"a":x},\n{"n":1},\n{"sku":3,"sku":3},\n{"sku":4}]\n' > bad.json
printf '{"sku":1}{"sku":4}' > good.json
left_out bad.json good.json --id sku --type t
[ "$(wc -l < aside)" = 3 ] || fail "written aside: $(cat aside)"
printf '<a:a> <a:b> "1" .\n<a:a> <a:b> "2 .\n\n<a:a> b "3" .\n<a:a> <a:b> "4" .\n' > bad.nt
printf '<a:a> <a:b> "1" .\n<a:a> <a:b> "4" .\n' > good.nt
left_out bad.nt good.nt
if "$alignd" load -q -s skip3 -g g --on-error some good.nt 2> words; then fail "--on-error some"; fi
printf 'H prev <uuid:1>\nH id <uuid:2> .\nTX .\nA <a:a> <a:b> "1" .\nA <a:a> <a:b> "4" .\nTC .\n' > head.rdfp
left_out head.rdfp good.nt
printf 'TX .\nA <a:a> <a:b> "1" .\nTC .\nA <a:a> b "2" .\nTX .\nA <a:a> <a:b> "3" .\nX .\nTC .\nA <a:a> <a:b> "4" .\n' > bad.rdfp
left_out bad.rdfp good.nt
printf 'A <a:a> b "2" .\nTX .\nA <a:a> <a:b> "3" .\nX .\nTC .\n' | cmp - aside || fail "written aside: $(cat aside)"
grep -q "bad.rdfp:4:9: 'b' is no term" words || fail "$(cat words)"
printf '@prefix a: <a:> .\na:a a:b "1" .\na:a b:b "2" ;\n  a:c "3" .\na:a a:b "4" .\n' > bad.ttl
left_out bad.ttl good.nt
printf '@prefix a: <a:> .\na:a b:b "2" ;\n  a:c "3" .\n' | cmp - aside || fail "written aside: $(cat aside)"
grep -q "bad.ttl:3:12: a prefix that is not declared: 'b:b'" words || fail "$(cat words)"
left_out head.rdfp good.nt
grep -q "a header without its '.'" words || fail "no warning of a header without its dot"
exit $failed
