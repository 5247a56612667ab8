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
expect_status "a broker that is not there" 69 "kafka: " run -c "$work/changed.conf" -b 127.0.0.1:9 --once
expect_status "the same for produce" 69 "kafka: " alignd produce -c "$work/changed.conf" -b 127.0.0.1:9 --graph a /dev/null
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

say "the store"
start_daemon "$conf"
wait_ready "$conf"
config second a b
sed -i "s#^path = .*#path = $work/bad.store#" "$work/second.conf"
expect_status "a store that another process has open" 75 "bad.store" run -c "$work/second.conf" --once
stop_daemon
expect_status "a store built with other settings" 78 "neighbours=12.*neighbours=5" run -c "$conf" -s align.neighbours=5 --once
echo junk > "$work/file"
expect_status "a store that is a file" 74 "file" run -c "$conf" -s store.path="$work/file" --once
finish
