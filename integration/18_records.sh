#!/usr/bin/env bash
# Topics of records: products as JSON with tombstones, and the same products of another shop as a connector
# tells them (Debezium's envelopes, with a schema and without), with references to brands by name, and some of
# them as Wikidata tells them (rdf_change, in pieces), while the daemon is killed at every point of a message's
# way and bad messages stand between: in the end the store is what a load of the final state gives.  And
# compaction, which records bear and changes do not.
#
#   PRODUCTS=120  the size of each catalog
#   SEED=...      of the random choices; told, so that a run can be repeated
. "$(dirname "$0")/lib.sh"
admin=$(dirname "$ALIGND")/kafka_admin
[ -x "$admin" ] || skip "$admin is not built (cmake -DALIGND_TESTS=ON)"
RANDOM=${SEED:=$$}
say "SEED=$SEED"
start_broker
printf '%s\t%s\t%s\n' shop title label shop brand ref:brand:brand shop tags 'ref:tag:tag:|' shop shelf ignore \
    store name label store maker ref:brand:brand store tags ref:tag:tag store depot refid:depot:depot \
    wiki year released > "$work/mapping.tsv"

configure() { # NAME: graphs shop, store and wiki, all of records
    extra="[turn]
messages = 20
[align]
mapping = $work/mapping.tsv
epsilon = 0
dirty_budget = 4
hub_chunk = 8"
    config "$1" shop store wiki
    extra=""
    sed -i "s/^topics = .*shop\$/&\nsemantics = records\nid = sku\ntype = product\nnull = n\/a/
            s/^topics = .*store\$/&\nsemantics = records\nid = id\ntype = product/
            s/^topics = .*wiki\$/&\nsemantics = records/
            s/^topic = .*/&\ndead_letter_topic = $prefix.$1.dead/" "$work/$1.conf"
}
configure records
conf=$work/records.conf
check "topics are made" alignd check -c "$conf" --create --partitions 2

say "compaction"
check "the shop's topic is compacted" "$admin" "$broker" set-topic "$prefix.shop" cleanup.policy=compact
check "check is content, as its messages are records" alignd check -c "$conf"
sed '/^semantics/d; /^id = /d; /^type = /d; /^null = /d' "$conf" > "$work/changes.conf"
expect_status "of changes it is refused" "65|78" \
    "topic '$prefix.shop' is compacted .*semantics = changes.*Set cleanup.policy=delete .*or semantics = records" \
    alignd check -c "$work/changes.conf"

# Two days of both shops.  A line a message: key, tab, value; without a tab there is no value.
awk -v n="${PRODUCTS:-120}" -v dir="$work/" '
BEGIN {
    split("Kestrel Otter Heron Wren Lynx", brand); split("Lamp Printer Kettle Chair Desk Stool Clock", thing)
    for (day = 1; day <= 2; day++)
        for (i = 0; i < n; i++) {
            gone = day == 2 && i % 6 == 1
            new = day == 1 && i % 6 == 2       # comes on the second day
            b = i % 6 == 1 ? "Late " i % 4 : brand[i % 5 + 1] # a brand that goes with its last product
            if (day == 2 && i % 10 == 3) b = "Renamed & Sons"
            t = b " " thing[i % 7 + 1] " " 100 + 7 * i; g = 4006381000000 + i * 977
            shop(day, i, gone, new, b, t, g)
            store(day, i, gone, new, b, t, g)
        }
    print "7\t{\"sku\":\"7\",\"title\":" > dir "bad.shop"
    print "{\"a\":1,\"b\":2}" > dir "bad.shop"       # a tombstone of a key that is no id
    print "9\t<http://a/s> <http://a/p> x ." > dir "bad.shop"
    print "8\t{\"op\":\"t\",\"before\":null,\"source\":{}}" > dir "bad.store"
    print "\t{\"name\":\"no id and no key\"}" > dir "bad.store"
}
function shop(day, i, gone, new, b, t, g,    v, tags, k, offers) {
    for (k = 0; k < (i + day) % 3; k++) # nested objects, of which there are fewer or more tomorrow
        offers = offers sprintf("%s{\"price\":%d,\"terms\":{\"days\":%d}}", k ? "," : "", i + k * day, day)
    tags = i % 3 ? "home|new" : "n/a"
    if (day == 2 && i % 4 == 0) tags = "sale"
    v = sprintf("{\"sku\":\"%03d\",\"title\":\"%s\",\"brand\":\"%s\",\"tags\":\"%s\",\"shelf\":%d,\"gtin\":%s,\"offers\":[%s]}", i, t, b, tags, i + day, g, offers)
    if (gone) { printf "%03d\n", i > dir "shop.2"; return }
    if (!new) printf "%03d\t%s\n", i, v > dir "shop." day
    if (day == 2) print v > dir "shop.json"
}
function row(i, b, t, g, day) {
    return sprintf("{\"id\":%d,\"name\":\"%s\",\"maker\":\"%s\",\"tags\":[\"home\",\"t%d\"],\"gtin\":%s,\"depot\":%d,\"note\":null}", i + 500, t, b, i % (3 + day), g, i % 4)
}
function store(day, i, gone, new, b, t, g,    before, after, op, key, v, schema) {
    was = day == 2 ? rows[i] : ""
    before = was != "" ? was : "null"
    after = gone || (new && day == 1) ? "null" : row(i, b, t, g, day)
    op = day == 1 ? "r" : gone ? "d" : was == "" ? "c" : "u"
    if (new) return
    schema = i % 2
    key = sprintf("{\"id\":%d}", i + 500)
    if (op == "u" && i % 3) before = "null"     # of a table that logs no whole rows
    if (op == "d" && i % 4) before = sprintf("{\"id\":%d}", i + 500)
    v = sprintf("{\"before\":%s,\"after\":%s,\"source\":{\"table\":\"products\",\"ts_ms\":1},\"op\":\"%s\",\"ts_ms\":2}", before, after, op)
    if (schema) {
        key = "{\"schema\":{\"type\":\"struct\",\"optional\":false},\"payload\":" key "}"
        v = "{\"schema\":{\"type\":\"struct\",\"name\":\"Envelope\"},\"payload\":" v "}"
    }
    print key "\t" v > dir "store." day
    if (gone) print key > dir "store." day      # the tombstone behind a deletion
    if (!gone && after != "null") rows[i] = after
    if (day == 2 && !gone) print after > dir "store.json"
}'
# what is new on the second day
awk -v dir="$work/" 'BEGIN {
    for (i = 900; i < 920; i++) {
        a = sprintf("{\"sku\":\"%d\",\"title\":\"Heron Mirror %d\",\"brand\":\"Heron\"}", i, i)
        b = sprintf("{\"id\":%d,\"name\":\"Heron Mirror %d\",\"maker\":\"Heron\"}", i + 500, i)
        print i "\t" a >> dir "shop.2"; print a >> dir "shop.json"
        print "{\"id\":" i + 500 "}\t{\"before\":null,\"after\":" b ",\"op\":\"c\"}" >> dir "store.2"; print b >> dir "store.json"
    }
    # another id is another entity, and the one of before is gone
    print "{\"id\":1400}\t{\"before\":{\"id\":1400},\"after\":{\"id\":2400,\"name\":\"Heron Mirror 900\",\"maker\":\"Heron\"},\"op\":\"u\"}" >> dir "store.2"
}'
sed -i '/"id":1400,/s/.*/{"id":2400,"name":"Heron Mirror 900","maker":"Heron"}/' "$work/store.json"
# a wiki of some of them: their statements have IRIs of their own, and go with them
awk -v dir="$work/" '
BEGIN {
    n = 30
    split("Kestrel Otter Heron Wren Lynx", brand); split("Lamp Printer Kettle Chair Desk Stool Clock", thing)
    for (i = 0; i < n; i++) {
        title = brand[i % 5 + 1] " " thing[i % 7 + 1] " " 100 + 7 * i
        import(i, "import", title, "wiki.1")
        if (i % 3 == 0) event(i, "diff", 0, 1, "w:Q" i " w:year 2001 .", "w:Q" i " w:year 1999 .", "wiki.2")
        if (i % 3 == 1) import(i, "reconcile", title " II", "wiki.2")
        if (i % 5 == 4) event(i, "delete", 0, 1, "", "", "wiki.2")
        if (i % 5 != 4) final(i, i % 3 == 1 ? title " II" : title, i % 3 ? 1999 : 2001, i % 3 == 1 ? "c" : "a")
    }
}
function quoted(t) { return "\\\"" t "\\\"" }
function statement(i, c) { return sprintf("<http://wiki.example/entity/statement/Q%d-%s0000000-0000-0000-0000-%012d>", i, c, i) }
function import(i, op, title, file,    s) {
    s = statement(i, op == "import" ? "a" : "c")
    event(i, op, 0, 2, "w:Q" i " rdfs:label " quoted(title) " ; a <urn:wiki:product> ; w:year 1999 .", "", file)
    event(i, op, 1, 2, "w:Q" i " w:P1 " s " . " s " w:P2 " quoted("s" i) " .", "", file)
}
function data(t) {
    return "{\"mime_type\":\"text/turtle\",\"data\":\"@prefix w: <http://wiki.example/entity/> .\\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\\n" t "\\n\"}"
}
function event(i, op, k, count, added, deleted, file) {
    printf "Q%d\t{\"$schema\":\"/mediawiki/wikibase/entity/rdf_change/2.0.0\",\"entity_id\":\"Q%d\",\"rev_id\":7,\"operation\":\"%s\",\"sequence\":%d,\"sequence_length\":%d,\"meta\":{\"domain\":\"wiki.example\"}%s%s}\n", i, i, op, k, count,
        added == "" ? "" : ",\"rdf_added_data\":" data(added), deleted == "" ? "" : ",\"rdf_deleted_data\":" data(deleted) > dir file
}
function final(i, title, year, c,    q, s) {
    q = "<http://wiki.example/entity/Q" i ">"
    s = statement(i, c)
    print q " <http://www.w3.org/2000/01/rdf-schema#label> \"" title "\" ." > dir "wiki.nt"
    print q " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:wiki:product> ." > dir "wiki.nt"
    print q " <http://wiki.example/entity/year> \"" year "\"^^<http://www.w3.org/2001/XMLSchema#integer> ." > dir "wiki.nt"
    print q " <http://wiki.example/entity/P1> " s " ." > dir "wiki.nt"
    print s " <http://wiki.example/entity/P2> \"s" i "\" ." > dir "wiki.nt"
}'
send() { "$admin" "$broker" send "$prefix.$1" "$2"; }

say "bad messages"
head -1 "$work/bad.store" > "$work/one"
check "one is sent" send store "$work/one"
expect_status "it stops the daemon where that is asked for" 65 \
    "topic '$prefix.store' .[01]. offset 0: .*a table was truncated.*alignd load --replace.*line 1, column 1 \(stop\)" \
    "$ALIGND" run -q -c "$conf" --once --set input.on_error=stop

points=(turn-before turn-after txn-begin txn-produced txn-offsets txn-committed outbox-dropped)
kills=0
kill_at_point() { # a daemon that ends at $ALIGND_CRASH_AT, or when it has nothing left to do there
    start_daemon "$conf" -q
    local status=0 end=$((SECONDS + 4))
    while kill -0 "$daemon" 2> /dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
    kill -KILL "$daemon" 2> /dev/null
    wait "$daemon" 2> /dev/null || status=$?
    forget "$daemon"
    [ $status != 137 ] || kills=$((kills + 1))
}
say "records, with kills"
for stage in shop.1 store.1 wiki.1 bad.shop bad.store shop.2 store.2 wiki.2; do
    topic=${stage%.*}
    [ $topic != bad ] || topic=${stage#*.}
    check "$stage is sent: $(wc -l < "$work/$stage") messages" send $topic "$work/$stage"
    [[ $stage != bad.* && $stage != wiki.1 ]] || continue
    point=${points[RANDOM % ${#points[@]}]}
    export ALIGND_CRASH_AT=$point:$((1 + RANDOM % 3))
    kill_at_point 2> /dev/null
    unset ALIGND_CRASH_AT
done
check "killed $kills times" test $kills = 5
check "it finishes after the last kill" run_once "$conf"

load() { # GRAPH ID FILE
    alignd load -q --no-explain --store "$work/loaded" --graph "$1" --id "$2" --type product --null n/a \
        -m "$work/mapping.tsv" --set dirty_budget=4 --set hub_chunk=8 "$3" > /dev/null
}
load shop sku "$work/shop.json"
load store id "$work/store.json"
load wiki "" "$work/wiki.nt"
digests() { cmp <(alignd digest --store "$1") <(alignd digest --store "$work/loaded"); }
check "the store is what a load of the final state gives" digests "$work/records.store"
check "and what its triples say" alignd verify -q --store "$work/records.store"
alignd export --store "$work/records.store" --triples -g shop > "$work/shop.nt"
check "no brand is left of products that are gone" sh -c "! grep -q 'name:Late' '$work/shop.nt'"
check "nor their offers, but those of the others are" \
    sh -c "! grep -q 'product/001#' '$work/shop.nt' && grep -q 'product/000#offers~00001/terms~00000' '$work/shop.nt'"
matches_of "$conf" > "$work/matches"
check "$(wc -l < "$work/matches") matches, of most products and of brands" \
    test "$(grep -c product/ "$work/matches")" -gt 60 -a "$(grep -c brand/name: "$work/matches")" -gt 4
check "those of the load" cmp "$work/matches" <(alignd matches --store "$work/loaded" | cut -f1-3 | LC_ALL=C sort)
check "the events fold to them" cmp "$work/matches" <(fold_of "$conf")
check "each event is there once" alignd events -c "$conf" --check
alignd events -c "$conf" --topic "$prefix.records.dead" --headers > "$work/letters"
check "each bad message is a dead letter, once" test "$(grep -ac '^__alignd.errors.code: ' "$work/letters")" = 6
for word in "topic: $prefix.shop" "partition: [01]" "offset: [0-9]" "code: no-id" "code: json-shape" "code: truncated" "code: prefixed-name" \
    "message: the record has no value in 'id'" "message: the key is an object without the id" "line: 1" "column: [0-9]"; do
    check "one says $word" grep -aq "^__alignd.errors.$word" "$work/letters"
done

# the same once more, by our own hand: parts come in messages of their own
head=$(alignd events -c "$conf" | wc -l)
check "the shop is sent by alignd produce" produce "$conf" shop "$work/shop.json"
check "and worked off" run_once "$conf"
check "nothing changes" digests "$work/records.store"
check "and nobody is told" test "$(alignd events -c "$conf" | wc -l)" = "$head"

# read otherwise, entities would be called otherwise
sed "s/^id = sku/id = gtin/" "$conf" > "$work/other.conf"
expect_status "another id is refused" 78 \
    "\[graph.shop\] says 'semantics = records, id = gtin, .*made with 'semantics = records, id = sku, type = product, null = n/a'.*--on-mismatch=replay" \
    "$ALIGND" run -q -c "$work/other.conf" --once

# as a backlog, which is built, not worked off by turns
configure built
printf '[build]\ntriples = 10\nshare = 0.01\n' >> "$work/built.conf"
check "another daemon reads the same topics" run_once "$work/built.conf"
check "and builds its store" grep -q 'the store is built: ' "$work/built.conf.log"
check "to the same digest" digests "$work/built.store"
finish
