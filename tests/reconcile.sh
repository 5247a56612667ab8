#!/bin/bash
# reconcile.sh ALIGND: the reconciliation service of a running daemon, as a client like OpenRefine
# asks it.  Each answer is held to the specification by tests/tools/recon_check.py, which is itself
# held to refuse what is wrong.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
check=$(cd "$(dirname "$0")" && pwd)/tools/recon_check.py
work=$(mktemp -d)
daemon="" status=""
cleanup() {
    if [ -n "$daemon" ]; then
        kill -KILL "$daemon" 2> /dev/null || true
        wait "$daemon" 2> /dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
port=$((10000 + $$ % 9000)) # below those that the system gives away
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "$*" >&2
}
talk() { # REQUEST: the body into out, the headers into headers, the status into status
    local line
    exec 9<> "/dev/tcp/127.0.0.1/$port"
    printf %s "$1" >&9
    IFS=$' \r' read -r _ status _ <&9
    : > headers
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do echo "$line" >> headers; done
    cat <&9 > out
    exec 9>&-
}
nl=$'\r\n'
ask() { talk "GET $1 HTTP/1.0${nl}Host: ${2:-localhost:$port}$nl$nl"; } # PATH [HOST]
form() { # PATH BODY [TYPE]
    talk "POST $1 HTTP/1.0${nl}Host: localhost${nl}Content-Type: ${3:-application/x-www-form-urlencoded}${nl}Content-Length: $(printf %s "$2" | wc -c)$nl$nl$2"
}
encoded() { printf %s "$1" | jq -sRr @uri; }
says() { # STATUS JQ-EXPRESSION [KIND]: of what was asked
    local faults=""
    if [ -n "${3:-}" ] && ! faults=$(python3 "$check" "$3" out 2>&1); then
        fail "${FUNCNAME[1]} ${BASH_LINENO[0]}: not as specified: $faults"
    elif [ "$status" = "$1" ] && jq -e "$2" out > why 2>&1; then
        passed=$((passed + 1))
    else
        fail "line ${BASH_LINENO[0]}: $status, not $1 and $2: $(head -c 900 out)"
    fi
}
queries() { # PATH JSON: by GET and by POST, which have to say the same
    printf %s "$2" > asked
    python3 "$check" batch asked > faults || fail "not a batch as specified: $2: $(cat faults)"
    form "$1" "queries=$(encoded "$2")"
    cp out posted
    ask "$1?queries=$(encoded "$2")"
    cmp -s out posted || fail "GET and POST differ: $(cat out posted)"
}
refuses() { # KIND JQ-EXPRESSION: the validator, of what was answered when it is changed so
    jq "$2" out > wrong
    if cmp -s out wrong || python3 "$check" "$1" wrong > faults; then
        fail "the validator takes $2 of $(head -c 300 out)"
    else
        passed=$((passed + 1))
    fi
}

rdf=http://www.w3.org/1999/02/22-rdf-syntax-ns#type
film() { # GRAPH ID LABEL YEAR PERSON
    echo "<http://$1/film/$2> <$rdf> <http://$1/Film> ."
    echo "<http://$1/film/$2> <http://$1/title> \"$3\" ."
    echo "<http://$1/film/$2> <http://$1/released> \"$4\"^^<http://www.w3.org/2001/XMLSchema#gYear> ."
    echo "<http://$1/film/$2> <http://$1/madeBy> <http://$1/person/$5> ."
}
person() { # GRAPH ID LABEL
    echo "<http://$1/person/$2> <$rdf> <http://$1/Person> ."
    echo "<http://$1/person/$2> <http://$1/title> \"$3\" ."
}
{
    film a 1 "Seven Kites" 2009 1
    film a 2 "Seven Kites" 1999 2
    film a 3 "Seven Kites over Oulu" 2009 1
    film a 4 "Jalkapuu" 1987 2
    film a 6 "Night train along the very old harbours of seven northern islands, seen by Zoe" 1990 2
    film a 5 "<script>alert('1')</script> & \\\"Sons\\\"" 2001 3
    echo "<http://a/film/4> <http://a/also> \"The Stocks\" ."
    echo "<http://a/film/1> <http://a/isbn> \"3-16-148410-X\" ."
    echo "<http://a/film/2> <http://a/isbn> \"0-306-40615-2\" ."
    person a 1 "Ada Marsh"
    person a 2 "Bo Lind"
    person a 3 "</td><img src=x onerror=alert(2)>"
    person a 4 "Jalkapuu"
    echo "<http://a/thing/77> <http://a/title> \"A thing without a type\" ."
    for i in $(seq 30); do film a "n$i" "Night of $i" "$((1950 + i))" "$((i % 3 + 1))"; done
} > a.nt
{
    film b 1 "Seven kites" 2009 1
    person b 1 "Ada Marsh"
    # an IRI that both catalogs have
    echo "<http://a/film/4> <$rdf> <http://b/Film> ."
    echo "<http://a/film/4> <http://b/title> \"Jalkapuu\" ."
} > b.nt
for g in a b; do
    printf "$g\thttp://$g/%s\t%s\n" title label also alias Film type:film Person type:person \
        released year madeBy director isbn key:isbn
done > map.tsv
for g in a b; do
    "$alignd" load -q -s S -m map.tsv -g $g $g.nt > log 2>&1 || { cat log; exit 1; }
done
cat > d.conf << END
[store]
path = S
[align]
mapping = map.tsv
[http]
port = $port
review_s = 0
reconcile_queries = 12
reconcile_limit = 7
allow_origin = http://127.0.0.1:3333
[graph.a]
topics = a
[graph.b]
topics = b
END
"$alignd" run -q -c d.conf --embedded-broker 2> daemon.log &
daemon=$!
for _ in $(seq 200); do
    if ask /readyz 2> /dev/null && [ "$status" = 200 ]; then break; fi
    sleep 0.1
done
[ "$status" = 200 ] || { cat daemon.log out; exit 1; }

# --- the manifest ---
ask /reconcile
says 200 '.versions == ["0.2"] and (.name | test("all catalogs")) and .batchSize == 12' manifest
cp out whole
ask '/reconcile/*'
cmp -s out whole || fail "/reconcile and /reconcile/* differ"
ask /reconcile/b
says 200 '[.defaultTypes[].id] == ["film", "person"] and (.name | test("b$"))' manifest
ask /reconcile/a
says 200 ".view.url == \"http://localhost:$port/#/entity?iri={{id}}\" and
    ([.defaultTypes[].id] == [\"film\", \"person\"]) and (.preview | .width > 100 and .height > 100)" manifest
grep -q '^Access-Control-Allow-Origin: http://127.0.0.1:3333' headers || fail "no CORS: $(cat headers)"
for wrong in 'del(.versions)' '.versions = ["0.1"]' 'del(.name)' '.name = ""' '.identifierSpace = "here"' \
    'del(.schemaSpace)' '.view.url = "http://x/id"' '.view = {}' '.preview.url |= sub("{{id}}"; "")' \
    'del(.preview.height)' '.preview.width = "430"' '.defaultTypes += ["film"]' \
    '.defaultTypes += .defaultTypes[:1]' '.suggest.entity.service_url = 1' '.suggest.nothing = {}' \
    '.batchSize = 0' '.view.url |= sub("http:"; "")' '.view.url += "<"'; do
    refuses manifest "$wrong"
done
preview=$(jq -r .preview.url out)
preview=${preview#"http://localhost:$port"}
entity=$(jq -r .suggest.entity.service_path out)
type=$(jq -r .suggest.type.service_path out)
property=$(jq -r .suggest.property.service_path out)
jq -e --arg base "http://localhost:$port" 'all(.suggest[]; .service_url == $base)' out > why || fail "service_url: $(cat out)"
ask /reconcile/a 'a"b/<c>' # no host that can be
says 200 ".view.url == \"http://127.0.0.1:$port/#/entity?iri={{id}}\"" manifest

# --- names ---
queries /reconcile/a '{"q0":{"query":"Jalkapuu"},"x y":{"query":"jalkapuu ","type":"film"},"3":{"query":"The  STOCKS"}}'
says 200 '(keys == ["3", "q0", "x y"]) and
    ([.q0.result[] | select(.score == 100).id] | sort == ["http://a/film/4", "http://a/person/4"]) and
    (any(.q0.result[]; .match) | not) and
    (.["x y"].result[0] | .id == "http://a/film/4" and .match and .score == 100 and .name == "Jalkapuu" and
        .type == [{"id": "film", "name": "film"}] and .features == [{"id": "name", "value": 1}]) and
    (.["3"].result[0] | .id == "http://a/film/4" and .match and (.description | test("The Stocks")))' results
for wrong in '.q0.result[0].score = "100"' 'del(.q0.result[0].id)' 'del(.q0.result[0].name)' '.q0.result[0].id = ""' \
    'del(.q0.result[0].score)' '.q0.result[0].match = 1' '.q0 = .q0.result' '.q0.result[0].type = "film"' \
    '.q0.result[0].type = [{"name": "film"}]' '.q0.result[0].features[0].value = "1"' \
    '.q0.result[0].features += .q0.result[0].features' '.q0.result += .q0.result' '.q0.result |= {}' \
    '.q0.result[0].score = 1 | .q0.result[1].score = 2' '.q0.result[0].sure = true'; do
    refuses results "$wrong"
done
queries /reconcile/a '{"q":{"query":"Seven Kites"}}'
says 200 '(.q.result | length >= 3) and (any(.q.result[]; .match) | not) and
    ([.q.result[:2][].id] | sort == ["http://a/film/1", "http://a/film/2"]) and .q.result[2].score < 100' results
queries /reconcile/a '{"q":{"query":"nobody is called so"},"e":{"query":""},"thing":{"query":"A thing without a type"}}'
says 200 '.e.result == [] and .thing.result[0].type == [] and .thing.result[0].match and (any(.q.result[]; .match) | not)' results
queries /reconcile/a '{"q":{"query":"http://a/film/4"}}'
says 200 '.q.result | length == 1 and .[0].match and .[0].score == 100 and .[0].name == "Jalkapuu"' results
queries /reconcile '{"q":{"query":"http://a/film/4"},"k":{"query":"Jalkapuu","type":["film"]},"ada":{"query":"Ada Marsh","type":"person"}}'
says 200 '(.q.result | length == 1) and (.k.result | map(.id) == ["http://a/film/4"]) and .k.result[0].match and
    ([.ada.result[:2][] | .score] == [100, 100]) and (any(.ada.result[]; .match) | not)' results
queries /reconcile/b '{"q":{"query":"Seven Kites"}}'
says 200 '.q.result[0].id == "http://b/film/1" and .q.result[0].match and all(.q.result[].description; test("^b"))' results
queries /reconcile/a '{}'
says 200 '. == {}' results

# --- types ---
queries /reconcile/a '{"p":{"query":"Jalkapuu","type":["person"],"type_strict":"any"},
    "none":{"query":"Jalkapuu","type":"boat"},"all":{"query":"Jalkapuu","type":["film","person"],"type_strict":"all"},
    "should":{"query":"Jalkapuu","type":["film","person"],"type_strict":"should"}}'
says 200 '(.p.result | map(.id) == ["http://a/person/4"]) and .none.result == [] and .all.result == [] and
    (.should.result | length == 2)' results

# --- properties ---
queries /reconcile/a '{"early":{"query":"Seven Kites","properties":[{"pid":"year","v":"1999"}]},
    "late":{"query":"Seven Kites","properties":[{"pid":"year","v":2009}]},
    "ada":{"query":"Seven Kites","properties":[{"pid":"director","v":"Ada Marsh"}]},
    "bo":{"query":"Seven Kites","properties":[{"pid":"director","v":{"id":"http://a/person/2","name":"Bo"}}]},
    "nobody":{"query":"Seven Kites","properties":[{"pid":"director","v":{"id":"http://a/person/9"}}]},
    "unknown":{"query":"Seven Kites","properties":[{"pid":"country","v":"Finland"}]},
    "two":{"query":"Seven Kites","properties":[{"pid":"year","v":[1999,"2009"]},{"pid":"year","v":"2009"},{"pid":"director","v":true}]},
    "date":{"query":"Seven Kites","properties":[{"pid":"year","v":"2009-11-27"}]},
    "next":{"query":"The Stocks","properties":[{"pid":"year","v":"1986"}]},
    "that":{"query":"The Stocks","properties":[{"pid":"year","v":"1987"}]},
    "isbn":{"query":"Seven Kites","properties":[{"pid":"key:isbn","v":"9783161484100"}]},
    "isbn alone":{"properties":[{"pid":"key:isbn","v":"978-0-306-40615-7"}]}}'
says 200 'def first: .result[0]; def property($id): .features[] | select(.id == "property:" + $id).value;
    (.early | first.id == "http://a/film/2" and first.match and first.score == 100) and
    (.late | first.id == "http://a/film/1" and first.match and .result[1].score < 85) and
    (.ada | first.id == "http://a/film/1" and first.match) and
    (.bo | first.id == "http://a/film/2" and first.match and (first | property("director") == 1)) and
    (any(.nobody.result[]; .match) | not) and
    (.unknown | (any(.result[]; .match) | not) and (first.features | map(.id) == ["name"]) and first.score < 90) and
    (.two | first | (property("year") < 1) and (property("year#2") | type == "number")) and
    (.date | first.id == "http://a/film/1" and first.match) and
    (.next | first.id == "http://a/film/4" and (first.match | not) and first.features[1].value < 0.5) and (.that | first.match) and
    (.isbn | first.id == "http://a/film/1" and first.match and .result[1].features[1].value == 0) and
    (.["isbn alone"] | first.id == "http://a/film/2" and (.result | length == 1))' results
queries /reconcile/a '{"of":{"query":"Bo Lind","properties":[{"pid":"^director","v":"Jalkapuu"}]},
    "wrong way":{"query":"Bo Lind","properties":[{"pid":"director","v":"Jalkapuu"}]},
    "nameless":{"properties":[{"pid":"director","v":"Ada Marsh"},{"pid":"year","v":"2009"}]},
    "typed":{"type":"film","limit":1,"properties":[{"pid":"year","v":"1987"}]}}'
says 200 '(.of.result[0] | .id == "http://a/person/2" and .match and .features[1] == {"id": "property:^director", "value": 1}) and
    (.["wrong way"].result[0] | .features | length == 1) and
    (.nameless.result | ([.[:2][].id] | sort == ["http://a/film/1", "http://a/film/3"]) and (any(.[]; .match) | not) and
        .[0].score == 100 and .[0].features[0].id == "property:director") and
    (.typed.result | map(.id) == ["http://a/film/4"])' results

# --- bounds ---
queries /reconcile/a '{"one":{"query":"Night of","limit":1},"most":{"query":"Night of","limit":1000},"some":{"query":"Night of"}}'
says 200 '(.one.result | length == 1) and (.most.result | length == 7) and (.some.result | length == 7)' results
many=$(seq 13 | jq -c '{("q\(.)"): {query: "a"}}' | jq -sc add)
form /reconcile/a "queries=$(encoded "$many")"
says 413 '.detail | test("13") and test("12")'
talk "POST /reconcile/a HTTP/1.0${nl}Host: localhost${nl}Content-Length: 300000$nl$nl" # refused by its head
says 413 '.detail | test("body_bytes")'

# --- what is wrong ---
wrong() { # JSON WORDS of a batch
    form /reconcile/a "queries=$(encoded "$1")"
    says 400 ".detail | contains(\"$2\")"
}
wrong '{"q0":' 'line 1'
wrong '[]' 'queries: expected an object'
wrong '{"q0":{"query":1}}' 'queries.q0.query'
wrong '{"q0":{"query":"a","properties":[{"pid":"year"}]}}' 'queries.q0.properties[0].v'
wrong '{"q0":{"query":"a","kind":"film"}}' 'queries.q0.kind'
wrong '{"q0":{}}' 'queries.q0: neither'
wrong '{"q0":{"query":"a"},"q0":{"query":"b"}}' 'no JSON'
form /reconcile/a "queries=$(encoded '{"q":{"query":"Jalkapuu"}}')" 'application/x-www-form-urlencoded; charset=UTF-8'
says 200 '.q.result | length == 2' results
form /reconcile/a 'query=a'
says 400 '.detail | contains("queries")'
form /reconcile/a '{"q0":{"query":"a"}}' application/json
says 400 '.detail | contains("form")'
ask '/reconcile/a?query=a'
says 400 '.detail | contains("queries")'
ask /reconcile/nobody
says 404 '.detail | contains("/reconcile/b")'
ask /reconcile/a/nothing
says 404 '.detail | contains("page")'
form "$entity" 'prefix=a'
says 405 .detail
grep -q '^Allow: GET, HEAD' headers || fail "what is allowed: $(cat headers)"
ask '/reconciled'
says 404 .status

# --- suggestions ---
ask "$entity?prefix=night%20z" # all words, of which one goes on, before names that are more alike
says 200 '.result[0].id == "http://a/film/6" and (.result | length == 10)' entities
ask "$entity?prefix=seven%20ki"
says 200 '[.result[:3][].name] | sort == ["Seven Kites", "Seven Kites", "Seven Kites over Oulu"]' entities
says 200 '.result[0] | .notable == [{"id": "film", "name": "film"}] and (.description | test("^a"))' entities
for wrong in 'del(.result)' 'del(.result[0].name)' '.result[0].id = 7' '.result[0].notable = "film"' '.result += .result'; do
    refuses entities "$wrong"
done
ask "$entity?prefix=Jalkapuu&type=person&type_strict=any&limit=20&filter=x"
says 200 '[.result[].id] == ["http://a/person/4"]' entities
ask "$entity?prefix=http%3A%2F%2Fa%2Ffilm%2F4"
says 200 '[.result[].name] == ["Jalkapuu"]' entities
ask "$entity?prefix=night%20of"
says 200 '.result | length == 10' entities
cp out before
ask "$entity?prefix=night%20of&cursor=10"
says 200 '.result | length == 10' entities
jq -se '[.[].result[].id] | length == (unique | length)' before out > /dev/null || fail "pages of suggestions overlap"
ask "$entity?prefix=night%20of&cursor=1000"
says 200 '.result == []' entities
ask "$entity?prefix="
says 200 '.result == []' entities
ask "$entity"
says 400 '.detail | test("prefix=TEXT")'
ask "$entity?prefix=a&cursor=-1"
says 400 '.detail | test("cursor")'
ask "$type?prefix=PER"
says 200 '[.result[].id] == ["person"]' types
refuses types 'del(.result[0].name)'
ask "$type?prefix="
says 200 '[.result[].id] == ["film", "person"]' types
ask "$property?prefix=dir"
says 200 '[.result[].id] == ["director"]' properties
refuses properties '.result[0].id = ""'
ask "$property?prefix=%5Edir"
says 200 '[.result[].id] == ["^director"]' properties
ask "$property?prefix="
says 200 '[.result[].id] | sort == ["director", "key:isbn", "year"]' properties
ask "$property?prefix=&cursor=1"
says 200 '.result | length == 2' properties

# --- previews ---
look() { ask "${preview/'{{id}}'/$(encoded "$1")}"; }
look http://a/film/5
[ "$status" = 200 ] && grep -qi '^Content-Type: text/html; charset=utf-8' headers &&
    grep -qi "^Content-Security-Policy: default-src 'none'" headers && ! grep -qi '^X-Frame-Options' headers ||
    fail "preview: $status $(cat headers)"
grep -qF "<h1>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;Sons&quot;</h1>" out &&
    grep -qF '&lt;/td&gt;&lt;img src=x' out && ! grep -qE '<(script|img)' out && passed=$((passed + 1)) ||
    fail "a hostile label: $(cat out)"
python3 - out << 'END' || fail "the page is not well formed: $(cat out)"
import html.parser, sys
class Page(html.parser.HTMLParser):
    open, seen = [], set()
    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
page = Page()
page.feed(open(sys.argv[1], encoding="utf8").read())
assert not page.open and page.seen <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "table", "tr", "td"}
END
look http://a/film/4
grep -qF 'also: The Stocks' out && grep -qF '<td>year</td><td>1987</td>' out && grep -qF '<td>director</td><td>Bo Lind</td>' out &&
    grep -qF '<p>film, a</p>' out && passed=$((passed + 1)) || fail "preview: $(cat out)"
look http://nobody
says 404 '.detail | test("http://nobody")'
ask "${preview%%\?*}"
says 400 '.detail | test("id=IRI")'

# --- the facts of a page ---
ask '/entity?iri=http://a/person/2'
says 200 '.graphs[0] | (.facts | length) == 10 and all(.facts[]; .relation == "director" and .inverse and (.id | test("film")) and .label)'
ask '/entity?iri=http://a/film/2'
says 200 '.graphs[0].facts == [{"relation":"director","id":"http://a/person/2","label":"Bo Lind"},
    {"relation":"key:isbn","value":"0-306-40615-2"},
    {"relation":"year","value":"1999","datatype":"http://www.w3.org/2001/XMLSchema#gYear"}]'

# --- behind a proxy, and without CORS ---
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ends with $?"
sed -i '/^allow_origin/d; s/^\[http\]/&\npublic_url = https:\/\/align.example\/x\//' d.conf
"$alignd" run -q -c d.conf --embedded-broker 2> daemon.log &
daemon=$!
status=""
for _ in $(seq 200); do
    if ask /readyz 2> /dev/null && [ "$status" = 200 ]; then break; fi
    sleep 0.1
done
ask /reconcile/a
says 200 '.preview.url == "https://align.example/x/reconcile/a/preview?id={{id}}" and
    .suggest.type.service_url == "https://align.example/x"' manifest
! grep -qi '^Access-Control' headers || fail "nobody asked for CORS: $(cat headers)"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ends with $?"
daemon=""

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
