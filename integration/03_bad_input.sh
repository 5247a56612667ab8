#!/usr/bin/env bash
# Everything that can be wrong with arguments, configuration, files, broker and
# messages: one line that says it, the right status, nothing applied.
. "$(dirname "$0")/lib.sh"
start_broker
config bad a b
conf=$work/bad.conf
check "topics are made" alignd check -c "$conf" --create
run() { timeout 60 "$ALIGND" run -q "$@"; }
with() { # LINE...: the configuration with further lines
    { cat "$conf"; printf '%s\n' "$@"; } > "$work/changed.conf"
}
bad_line() { with "$@"; run -c "$work/changed.conf" --once; }

say "arguments and configuration"
expect_status "an unknown command" 64 "unknown command 'rnu'.*did you mean 'run'" alignd rnu
expect_status "an unknown option" 64 "embeded-broker" run --embeded-broker
expect_status "no configuration" 64 "-c FILE is missing" run
expect_status "a configuration that is not there" 66 "nowhere.conf: No such file" run -c "$work/nowhere.conf"
expect_status "an unknown key" 78 "no option 'neighbors'; did you mean 'neighbours'" bad_line "[align]" "neighbors = 3"
expect_status "a value out of bounds" 78 "neighbours = '0' does not fit" bad_line "[align]" "neighbours = 0"
expect_status "an unknown section" 78 "no section \[algin\]; did you mean \[align\]" bad_line "[algin]" "theta = 1"
expect_status "a topic of two graphs" 78 "already belongs to graph" bad_line "[graph.c]" "topics = $prefix.a"
expect_status "an unknown librdkafka property" 78 'No such configuration property: "fetch.weight"' \
    bad_line "[kafka]" "fetch.weight = 3"
expect_status "a property that is not for setting" 78 "transactional.id is not yours" \
    bad_line "[kafka.producer]" "transactional.id = mine"
expect_status "a property that runs code" 78 "allow_code" bad_line "[kafka]" "sasl.kerberos.kinit.cmd = rm"
expect_status "a secret whose file is missing" 78 "sasl.password.*nowhere.*No such file" \
    bad_line "[kafka]" "sasl.password_file = $work/nowhere"
expect_status "a mapping that is not there" "66|74|78" "nowhere.tsv" bad_line "[align]" "mapping = $work/nowhere.tsv"
expect_status "a model that is not there" "66|74|78" "nowhere.model" bad_line "[model]" "path = $work/nowhere.model"
expect_status "--on-mismatch with a word nobody knows" 64 "none of refuse" run -c "$conf" --on-mismatch=pray

say "broker and topics"
with "[input]" "start_timeout = 1s"
expect_status "a broker that is not there" 69 "kafka: " run -c "$work/changed.conf" --bootstrap 127.0.0.1:9 --once
expect_status "the same for produce" 69 "kafka: " alignd produce -c "$work/changed.conf" --bootstrap 127.0.0.1:9 --graph a /dev/null
expect_status "an input topic that is not there" 78 "topic '$prefix.nix' does not exist" \
    bad_line "[graph.c]" "topics = $prefix.nix"

say "files"
printf '<http://a/1> <http://p> "x" .\n<http://a/2> <http://p> "y\n' > "$work/bad.nt"
expect_status "an unknown graph" 64 "no graph 'c'; there are: a, b" produce "$conf" c "$work/bad.nt"
expect_status "a malformed file" 65 "bad.nt:2:[0-9]+: " produce "$conf" a "$work/bad.nt"
expect_status "of which nothing is sent" 65 "nothing was sent" produce "$conf" a "$work/bad.nt"
expect_status "a file that is not there" 66 "nowhere.nt: No such file" produce "$conf" a "$work/nowhere.nt"

say "messages"
printf '<http://a/1> <http://p> "good" .\n' > "$work/good.nt"
send_raw() { # FILE: one message as it is, without looking
    "$ALIGND" produce --raw -q -c "$conf" --graph a "$1"
}
produce "$conf" a "$work/good.nt" 2> /dev/null
check "a malformed message is sent" send_raw "$work/bad.nt"
expect_status "on_error = stop ends before it" 65 "offset 1: [a-z-]+: .* at line 2, column [0-9]+ \(stop\)" \
    run -c "$conf" --once
expect_status "and again, as nothing of it is applied" 65 "offset 1: " run -c "$conf" --once
check "what came before it is in the store" sh -c "'$ALIGND' verify -q --store '$work/bad.store' 2>&1 | grep -q '1 triple'"
sed -i "s/^topic = .*/&\ndead_letter_topic = $prefix.dead/" "$conf"
check "with a dead letter topic it goes on" run_once "$conf"
alignd events -c "$conf" --topic "$prefix.dead" > "$work/dead"
echo >> "$work/bad.nt" # a line end behind each record
check "the dead letter is the message as it was" cmp "$work/dead" "$work/bad.nt"
alignd events -c "$conf" --topic "$prefix.dead" --headers > "$work/headers"
for h in topic partition offset stage code message line column; do
    check "it says its $h: $(sed -n "s/^__alignd.errors.$h: //p" "$work/headers")" \
        grep -q "^__alignd.errors.$h: ." "$work/headers"
done

say "messages of every bad kind"
# name TAB message; each is one message, whatever is wrong with it, among good ones
bad=$work/bad
mkdir -p "$bad"
make() { printf "$2" > "$bad/$1"; }
q='<http://a/s> <http://a/p>'
make not-utf8 "$q \"\\xff\" .\n"
make overlong "$q \"\\xc0\\xaf\" .\n"
make surrogate "$q \"\\xed\\xa0\\x80\" .\n"
make escaped-surrogate "$q \"\\\\ud800\" .\n"
make bad-escape "$q \"\\\\q\" .\n"
make byte-order-mark "\\xff\\xfe$q \"x\" .\n"
make nul-in-an-iri "<http://a/\\0> <http://a/p> \"x\" .\n"
make relative-object "$q o .\n"
make half-a-statement "$q \"good\" .\n$q \"cut"
make unknown-format "hello\n"
make truncated-patch "TX .\nA $q \"x\" .\n"
make nested-block "TX .\nTX .\nA $q \"x\" .\nTC .\nTC .\n"
make aborted-twice "TX .\nTA .\nTA .\n"
make unknown-code "X $q \"x\" .\n"
make prefixed-name "A ex:s $q .\n"
make giant-number '{"n":1e999,"op":"insert","s":"http://a/s","p":"http://a/p","o":"http://a/o"}'
make json-lone-surrogate '{"op":"insert","s":"http://a/s","p":"http://a/p","o":{"value":"\\ud800"}}'
make json-nul '{"op":"insert","s":"http://a/s","p":"http://a/p","o":{"value":"\\u0000"}}'
make json-twice '{"op":"insert","op":"delete","s":"http://a/s","p":"http://a/p","o":"http://a/o"}'
make json-half-good '[{"op":"insert","s":"http://a/s","p":"http://a/p","o":"http://a/o"},{"op":"insert"}]'
awk 'BEGIN { printf "{\"x\":"; for (i = 0; i < 40; i++) printf "["; for (i = 0; i < 40; i++) printf "]"; print "}" }' > "$bad/deep-json"
awk 'BEGIN { printf "<http://a/"; for (i = 0; i < 9000; i++) printf "x"; print "> <http://a/p> \"x\" ." }' > "$bad/long-iri"
awk 'BEGIN { for (i = 0; i < 60; i++) print "<http://a/s> <http://a/p> \"" i "\" ." }' > "$bad/many-rows"
awk 'BEGIN { printf "<http://a/s> <http://a/p> \""; for (i = 0; i < 3000; i++) printf "x"; print "\" ." }' > "$bad/long-literal"
awk 'BEGIN { for (i = 0; i < 600; i++) print "# a comment of no use" }' > "$bad/large-message"
kinds=$(ls "$bad" | wc -l)

extra="[input]
rows = 50
literal_bytes = 2048
message_bytes = 10000"
config kinds k
extra=""
kinds_conf=$work/kinds.conf
sed -i "s/^topic = .*/&\ndead_letter_topic = $prefix.kinds.dead/" "$kinds_conf"
check "topics are made" alignd check -c "$kinds_conf" --create
good=0
for file in "$bad"/*; do
    good=$((good + 1))
    printf '<http://k/%s> <http://k/p> "good" .\n' "$good" > "$work/good.nt"
    "$ALIGND" produce --raw -q -c "$kinds_conf" --graph k "$work/good.nt" "$file" || fail "a message is sent"
done
check "on_error = dlq goes on over all of them" run_once "$kinds_conf"
check "and has nothing to do the second time" run_once "$kinds_conf"
alignd events -c "$kinds_conf" --topic "$prefix.kinds.dead" --headers > "$work/letters"
codes=$(grep -a -c '^__alignd.errors.code: ' "$work/letters")
check "$kinds bad messages are $kinds dead letters, each once" test "$codes" = "$kinds"
say "$(sed -n 's/^__alignd.errors.code: //p' "$work/letters" | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = ", " }')"
for code in utf8 bad-escape byte-order-mark unknown-format truncated nested-transaction no-transaction \
    prefixed-name json limit-nesting limit-iri limit-rows limit-literal limit-message; do
    check "one of them says $code" grep -a -qx "__alignd.errors.code: $code" "$work/letters"
done
check "of bad messages nothing is in the store, of good ones all" \
    sh -c "'$ALIGND' verify -q --store '$work/kinds.store' 2>&1 | grep -q 'what $good triples give'"

sed -e "s/^name = .*/name = $prefix.skip/; s#^path = .*#path = $work/skip.store#; s/^dead_letter_topic.*//" \
    -e "s/^rows = 50/&\non_error = skip/" "$kinds_conf" > "$work/skip.conf"
check "on_error = skip goes on too" run_once "$work/skip.conf"
check "with the same triples" sh -c "'$ALIGND' verify -q --store '$work/skip.store' 2>&1 | grep -q 'what $good triples give'"
check "and says how many it left out" grep -qE 'skip' "$work/skip.conf.log"

say "commands without Kafka"
expect_status "a store that is not there" 66 "no store at '.*nowhere'" alignd matches --store "$work/nowhere"
expect_status "the same for export" 66 "no store at" alignd export --store "$work/nowhere"
expect_status "and explain" 66 "no store at" alignd explain --store "$work/nowhere" http://a http://b
expect_status "and verify" 66 "no store at" alignd verify --store "$work/nowhere"
check "none of them made one" test ! -e "$work/nowhere"
expect_status "load of a file that is not there" 66 "nowhere.nt: No such file" \
    alignd load --store "$work/fresh" --graph a "$work/nowhere.nt"
expect_status "load with a bad setting" 64 "foo=1" alignd load --store "$work/fresh" --graph a --set foo=1 "$work/good.nt"
expect_status "load of a graph with a bad name" 64 "no name of a graph" alignd load --store "$work/fresh" --graph "a b" "$work/good.nt"
check "none of them leaves a store behind" test ! -e "$work/fresh/CURRENT"
expect_status "load into a file" 74 "is a file" alignd load --store "$work/good.nt" --graph a "$work/good.nt"
expect_status "an unknown format" 64 "no format" alignd export --store "$work/kinds.store" --format xml
expect_status "an entity nobody knows" 66 "no graph of the store has <http://nobody>" \
    alignd explain --store "$work/kinds.store" http://nobody http://k/1
check "it and the events are numbered without a gap: $(alignd events -c "$conf" --check)" \
    alignd events -c "$conf" --check

say "the store"
start_daemon "$conf"
wait_ready "$conf"
config second a b
sed -i "s#^path = .*#path = $work/bad.store#" "$work/second.conf"
expect_status "a store that another process has open" 75 "bad.store" run -c "$work/second.conf" --once
stop_daemon
expect_status "a store built with other settings" 78 "neighbours: the store has 12, asked for 5" run -c "$conf" --set align.neighbours=5 --once
echo junk > "$work/file"
expect_status "a store that is a file" 74 "file" run -c "$conf" --set store.path="$work/file" --once
finish
