#!/bin/bash
# http.sh ALIGND: what the daemon tells of its store over HTTP, while turns go on and behind 2,000
# half-sent requests, is what the commands tell of the store when it is stopped.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
alerts=$(cd "$(dirname "$0")/.." && pwd)/config/system/alerts.yml
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
port=$((20000 + $$ % 10000))
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "$*" >&2
}
ask() { # PATH [METHOD]: the body into out, the status into status
    local line
    exec 9<> "/dev/tcp/127.0.0.1/$port"
    printf '%s %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${2:-GET}" "$1" >&9
    IFS=$' \r' read -r _ status _ <&9
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9 > out
    exec 9>&-
}
says() { # PATH STATUS JQ-EXPRESSION that is true of the answer
    ask "$1"
    if [ "$status" = "$2" ] && jq -e "$3" out > /dev/null; then
        passed=$((passed + 1))
    else
        fail "$1: $status, not $2 and $3: $(head -c 600 out) ... $(tail -c 300 out)"
    fi
}
pages() { # PATH MEMBER: all of its pages, a line an element
    local after=""
    while :; do
        ask "$1&after=$after"
        [ "$status" = 200 ] || { fail "$1: $status"; return; }
        jq -c ".$2[]" out
        after=$(jq -r '.next // ""' out)
        [ -n "$after" ] || break
    done
}
same() { # WORDS FILE FILE
    if [ -s "$2" ] && cmp -s "$2" "$3"; then
        passed=$((passed + 1))
    else
        fail "$1: $(diff "$2" "$3" | head -n 5)"
    fi
}

post() { # TOKEN BODY [PATH]: as ask
    local line
    exec 9<> "/dev/tcp/127.0.0.1/$port"
    printf 'POST %s HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %s\r\n\r\n%s' \
        "${3:-/verdicts}" "$1" "$(printf %s "$2" | wc -c)" "$2" >&9
    IFS=$' \r' read -r _ status _ <&9
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9 > out
    exec 9>&-
}
replies() { # STATUS JQ-EXPRESSION: to the post before
    if [ "$status" = "$1" ] && jq -e "$2" out > /dev/null; then
        passed=$((passed + 1))
    else
        fail "POST: $status, not $1 and $2: $(head -c 600 out)"
    fi
}
eventually() { # PATH JQ-EXPRESSION that becomes true of the answer
    for _ in $(seq 100); do
        ask "$1"
        if jq -e "$2" out > /dev/null; then break; fi
        sleep 0.1
    done
    says "$1" 200 "$2"
}

start() { # the daemon, until it is ready
    "$alignd" run -q -c d.conf --embedded-broker 2> daemon.log &
    daemon=$!
    for _ in $(seq 200); do
        if ask /readyz 2> /dev/null && [ "$status" = 200 ]; then break; fi
        sleep 0.1
    done
    [ "$status" = 200 ] || { cat daemon.log out; exit 1; }
}

rdfs=http://www.w3.org/2000/01/rdf-schema#label
make() { # GRAPH: 40 films, some with names that are hard to ask for
    for i in $(seq 40); do
        echo "<http://$1/film/$i> <$rdfs> \"Film $((i * 7919 % 1000)) of the $((i * 31 % 97))th night\" ."
        echo "<http://$1/film/$i> <http://v/by> <http://$1/person/$((i % 8))> ."
        echo "<http://$1/person/$((i % 8))> <$rdfs> \"Person Number$((i % 8)) Oulu\" ."
    done
    echo "<http://$1/C++/ä> <$rdfs> \"Programming in C++, a life\" ."
    echo "_:n1 <$rdfs> \"Blanked by the northern wind\" ."
}
make a > a.nt
make b > b.nt
make c > c.nt
cat > verdicts.nt << END
<http://a/film/3> <http://www.w3.org/2002/07/owl#differentFrom> <http://b/film/3> .
<http://a/film/5> <http://www.w3.org/2002/07/owl#sameAs> <http://b/film/6> .
END
for what in "-g a a.nt" "-g b b.nt" "--verdicts verdicts.nt"; do
    # shellcheck disable=SC2086
    "$alignd" load -q -s S $what > log 2>&1 || { cat log; exit 1; }
done
cat > d.conf << END
[store]
path = S
[http]
port = $port
page_rows = 7
review_s = 0
token_file = token
[graph.a]
topics = a
[graph.b]
topics = b
[verdicts]
topics = v
END
echo 'a token of sufficient length' > token
if "$alignd" run -q -c d.conf --embedded-broker 2> log || ! grep -q 'is no token' log; then
    fail "a token with spaces: $(cat log)"
fi
echo 'an-Astonishing+Token/of=30' > token
start

pages '/matches?limit=3' matches > paged
pages '/matches?limit=1000' matches > whole
same "pages of 3 and of 1,000" paged whole
pages '/matches?limit=5&min=0.6' matches > sure
jq -c 'select(.confidence >= 0.6)' whole > want
same "min=0.6" sure want
pages '/verdicts?limit=1' verdicts > decided
says '/matches?limit=1' 200 '(.matches | length <= 1) and (.next | length > 0)' # of 7 rows
says '/entity?iri=http%3A%2F%2Fa%2Ffilm%2F5' 200 '.entity == "http://a/film/5" and (.graphs | length == 1) and (.graphs[0] |
    .graph == "a" and .triples == 2 and .mentions == 0 and .names == [] and (.matches[0] |
    .id == "http://b/film/6" and .pinned and .confidence == 1 and .band == "match"))'
says '/entity?iri=http%3A%2F%2Fa%2Ffilm%2F3' 200 '[.graphs[0].matches[].id] | index("http://b/film/3") == null'
says '/entity?iri=http%3A%2F%2Fa%2Fperson%2F1' 200 '.graphs[0].mentions == 5'
for cpp in 'http://a/C++/%C3%A4' 'http%3A%2F%2Fa%2FC%2B%2B%2F%c3%a4' 'http://a/C++/ä'; do
    says "/entity?iri=$cpp" 200 '.entity == "http://a/C++/ä" and .graphs[0].matches[0].id == "http://b/C++/ä"'
done
says '/entity?iri=_:n1' 200 '.graphs | length == 2'
says '/match?iri=_:n1' 200 '.graphs | length == 2'
says '/match?a=_:n1' 200 '.graphs | length == 2'
"$alignd" explain -s S --json http://a/film/7 http://b/film/7 2> log | jq -S . > want
ask '/explain?a=http://a/film/7&b=http%3A%2F%2Fb%2Ffilm%2F7'
jq -S . out > got
same "/explain and explain" got want
"$alignd" explain -s S --json http://a/film/7 2> log | jq -S . > want
ask '/candidates?iri=http://a/film/7'
jq -S . out > got
same "/candidates and explain" got want
says '/explain?a=http://b/film/3&b=http://a/film/3' 200 '.reason == "barred" and .barred and .sides[0].graph == "b" and
    ((.prior + ([.evidence[].adds] | add) - .logit) | fabs) < 1e-3 and
    all(.sides[0].neighbours[] | select(.twin != null); .nearest != null)'
says '/explain?a=http://a/C++/%C3%A4&b=http://b/C++/ä' 200 '.match and .sides[1].iri == "http://b/C++/ä"'
says '/explain?a=_:n1&b=_:n1' 200 '.match and .sides[0].graph == "a" and .sides[1].graph == "b"'
says '/explain?a=http://a/film/7' 400 '.detail | test("b=IRI")'
says '/explain?a=http://a/film/7&b=http://a/film/888' 404 '.detail | test("http://a/film/888")'
says '/explain?a=http://a/film/7&b=http://a/film/8' 400 '.detail | test("one catalog")'
says '/explain?a=http://a/film/7&b=http://a/film/7' 400 '.detail | test("one catalog")'
says '/explain?a=http://nobody&b=http://b/film/7' 404 '.detail | test("http://nobody")'
says '/candidates?iri=http://a/film/3&limit=2' 200 '(.graphs | length == 1) and (.graphs[0] | .graph == "b" and (.candidates | length == 2)) and
    any(.graphs[0].candidates[]; .iri == "http://b/film/3" and .reason == "barred")'
says '/candidates?iri=http://a/film/3&limit=0' 400 '.detail | test("limit")'
says '/candidates?iri=http://nobody' 404 '.detail | test("http://nobody")'
pages '/review?limit=4' review > line
jq -c 'del(.likely, .rival)' line | sort > got
jq -c 'select(.confidence < 1 or .subject_id != "http://a/film/5")' whole | sort > want
same "/review goes through all but what is pinned" got want
jq -s 'map((.likely - 0.5) | fabs)' line > doubts
jq -e '. == sort' doubts > /dev/null && passed=$((passed + 1)) || fail "doubts do not rise: $(head -c 300 doubts)"
jq -e -s 'any(.[]; .rival) and all(.[] | select(.rival); .rival.score <= 1 and (.rival.of == "subject" or .rival.of == "object"))' line > /dev/null &&
    passed=$((passed + 1)) || fail "no rivals: $(head -n 3 line)"
says '/review?type=nothing' 200 '.review == [] and .whole'
says '/review?after=12' 400 '.detail | test("next")'
says '/types' 200 '.types == [{"type":"","entities":100}]'
says '/types?q=1' 400 '.detail | test("there is no .q.")'
says '/search?q=Number3+Oulu' 200 '(.results | length >= 3) and .results[0].label == "Person Number3 Oulu" and
    .results[0].score > 0.7 and .results[0].graph != .results[1].graph and
    (.results[0].matches[0] | .label == "Person Number3 Oulu" and .confidence > 0.5 and .band == "match")'
says '/search?q=programming%20in%20c%2B%2B&graph=b' 200 '.results[0].iri == "http://b/C++/ä"'
says '/search?q=Oulu&type=film' 200 '.results == []'
says '/search' 400 '.detail | test("q=WORDS")'
says '/status' 200 '.state == "ready" and .behind == 0 and .pinned == 1 and .barred == 1 and .verdicts_writable and .threshold > 0 and .review == 0.5 and
    (.graphs | map({name, catalog}) == [{name:"a",catalog:true},{name:"b",catalog:true},{name:"verdicts",catalog:false}])'

# Somebody decides.
said='{"subject_id":"http://b/film/7","object_id":"http://a/film/7","verdict":"different"}'
post wrong "$said"; replies 401 '.detail | test("not the token")'
post an-Astonishing+Token/of=3 "$said"; replies 401 .detail
post "$(cat token)" '{}'; replies 400 '.detail | test("verdict")'
post "$(cat token)" '{"a":'; replies 400 '.detail | test("line 1")'
post "$(cat token)" "${said/film\/7/film\/777}"; replies 404 '.detail | test("http://b/film/777")'
post "$(cat token)" "${said/b\/film\/7/a\/film\/8}"; replies 400 '.detail | test("one catalog")'
post "$(cat token)" "$said" /matches; replies 405 .detail
ask '/events'
next=$(jq .next out)
post "$(cat token)" "$said"; replies 202 '.topic == "v"'
eventually "/events?after=$next" 'any(.events[].event; .type == "unmatch" and .subject_id == "http://a/film/7")'
says '/explain?a=http://a/film/7&b=http://b/film/7' 200 '.barred and .reason == "barred"'
post "$(cat token)" "${said/different/same}"; replies 202 .topic
eventually '/explain?a=http://a/film/7&b=http://b/film/7' '.pinned and .match and (.barred | not)'
post "$(cat token)" "${said/different/withdraw}"; replies 202 .topic
eventually '/explain?a=http://a/film/7&b=http://b/film/7' '(.pinned or .barred | not) and .match'

# It is the only one, and the active one.
ask /active
[ "$status $(cat out)" = "200 active" ] || fail "/active: $status $(cat out)"
says /promote 405 .detail
post wrong "" /promote; replies 401 .detail
post "$(cat token)" "" /promote; replies 409 '.detail | test("without --standby")'
ask /digest
jq -r '.digest' out > got
jq -e '.standby == false and .waiting == 0 and (.offsets | length == 3)' out > log || fail "/digest: $(cat out)"
"$alignd" digest -s S --json 2> log | jq -r .all > want
same "the digest of a store beside its daemon" got want
"$alignd" digest -s "http://127.0.0.1:$port" --with S > out 2> log && [ "$(tail -1 out)" = equal ] ||
    fail "digest --with: $(cat out log)"
"$alignd" load -q -s S2 -g a a.nt > log 2>&1
rc=0
"$alignd" digest -s "http://127.0.0.1:$port/" --with S2 > out 2> log || rc=$?
[ "$rc $(tail -1 out)" = "1 different" ] || fail "digest --with another one: $rc $(cat out log)"
rc=0
"$alignd" digest -s http://127.0.0.1:9 --with S2 --wait 0 > out 2> log || rc=$?
[ "$rc" = 74 ] && grep -q 'no answer' log || fail "digest --with nobody: $rc $(cat out log)"
rc=0
"$alignd" digest -s "http://127.0.0.1:$port/x" --with S2 > out 2> log || rc=$?
[ "$rc" = 64 ] || fail "digest --with no URL: $rc $(cat out log)"
says '/events?limit=1' 200 '.events[0].event.type == "update" and .events[0].event.confidence < 1'
says '/events?after=x' 400 '.detail | test("after")'
says '/stats' 200 '.whole and .all.matches > 30 and (.all.histogram | add) == .all.matches and (.types | length) > 0 and .seconds_old >= 0'
says '/entity' 400 '.detail | test("which entity")'
says '/entity?iri=http://nobody' 404 '.type == "about:blank" and .title == "Not Found" and .status == 404 and (.detail | test("http://nobody"))'
says '/entity?iri=http://a/film/5%00' 400 '.status == 400'
says '/matches?limit=1001' 400 '.detail | test("1001")'
says '/matches?min=2' 400 '.detail | test("min")'
says '/matches?graph=verdicts' 400 '.detail | test("a b")'
says '/matches?band=sure' 400 '.detail | test("possible")'
says '/matches?after=7' 400 '.detail | test("next")'
says '/matches?confidence=1' 400 '.detail | test("confidence")'
says '/nothing' 404 '.status == 404 and (.detail | test("/explain") and test("/events"))'

# What the alert rules ask of is told; estimates are of a hundred matches or more, not of these.
ask /metrics
for name in $(grep -o 'alignd_[a-z_]*' "$alerts" | sort -u); do
    if grep -qE "^$name(_bucket)?[{ ]" out; then passed=$((passed + 1)); else fail "/metrics has no $name"; fi
done

# Half-sent requests, as many as this shell may have open.
ulimit -n "$(ulimit -Hn)" 2> /dev/null || true
many=$(ulimit -n)
[ "$many" = unlimited ] || [ "$many" -gt 2100 ] && many=2000 || many=$((many - 100))
for ((i = 0; i < many; i++)); do
    exec {held}<> "/dev/tcp/127.0.0.1/$port"
    printf 'GET /livez HTTP/1.1\r\nX-Slow: ' >&"$held" 2> /dev/null || true
    slow[i]=$held
done
slowest() { # the slowest of three pages, the best of three times, in ms
    local best=100000 page begun took
    for _ in 1 2 3; do
        took=0
        for page in /livez /readyz /metrics; do
            begun=$(date +%s%N)
            ask "$page"
            [ "$status" = 200 ] || fail "$page under $many half-sent requests: $status"
            begun=$((($(date +%s%N) - begun) / 1000000))
            [ "$begun" -le "$took" ] || took=$begun
        done
        [ "$took" -ge "$best" ] || best=$took
    done
    echo "$best"
}
under=$(slowest)
for held in "${slow[@]}"; do exec {held}>&-; done
after=$(slowest)
echo "$many half-sent requests: $under ms, $after ms when they are closed"
# two processes are started for each page that is timed
[ "$under" -lt 150 ] && [ "$after" -lt 150 ] || fail "that is slow"

kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ends with $?"
daemon="" status=""
"$alignd" matches -s S --json 2> log | sort > want
sort whole > got
same "matches" got want
"$alignd" verdicts -s S --json 2> log | sort > want
sort decided > got
same "verdicts" got want

# Of three catalogs the cluster is told as well.
"$alignd" load -q -s S -g c c.nt > log 2>&1 || { cat log; exit 1; }
printf '[graph.c]\ntopics = c\n' >> d.conf
sed -i 's/^topics = v$/topics = another/' d.conf # the broker of before is gone, with its topics
start
says '/entity?iri=http://b/film/7' 200 '.graphs[0].matches | length == 2 and
    all(.[]; .left_out or .cluster == "http://a/film/7")'
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ends with $?"
daemon=""

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
