#!/usr/bin/env bash
# Dead letters: bad messages of several kinds and graphs, counted, shown, mended by a command and sent again,
# killed on the way.  The store is then what a load of the files as they should have been gives; what was
# resent is left out the next time, also after a reset.
. "$(dirname "$0")/lib.sh"
tools=$(dirname "$ALIGND")
start_broker
extra="[input]
literal_bytes = 2048"
config letters a b r
conf=$work/letters.conf
dead=$prefix.dead
sed -i "s/^topic = .*/&\ndead_letter_topic = $dead\ndead_letter_bytes = 1K/; s/^\[graph.r\]/&\nsemantics = records\nbase = http:\/\/r\//" "$conf"
check "topics are made" alignd check -c "$conf" --create
raw() { "$ALIGND" produce --raw -q -c "$conf" --graph "$@"; }
letters() { local verb=$1; shift; "$ALIGND" letters "$verb" -c "$conf" "$@"; }
tally() { # [ARGUMENT]...: error, graph, letters, resent
    letters list --json "$@" | sed -E 's/.*"error":"([^"]*)","graph":"([^"]*)".*"letters":([0-9]+),"resent":([0-9]+).*/\1 \2 \3 \4/' |
        LC_ALL=C sort
}
sent() { grep -c '"sent":true'; }

say "bad messages among good ones"
make_films a 60 21 > "$work/a.nt"
make_films b 60 21 > "$work/b.nt"
for g in a b; do
    head -100 "$work/$g.nt" > "$work/$g.good.nt"
    tail -n +101 "$work/$g.nt" | split -l 8 - "$work/$g.part."
    check "graph $g is sent, in part" produce "$conf" $g "$work/$g.good.nt"
done
bad=$work/bad
mkdir "$bad"
n=0
for file in "$work"/a.part.* "$work"/b.part.*; do
    n=$((n + 1)) to=$bad/$(basename "$file")
    case $((n % 3)) in
    0) sed '$s/ \.$/ !/' "$file" > "$to" ;;
    1) { cat "$file"; printf '# \xff\x1b]0;a title\x07\n'; } > "$to" ;;
    2) { echo "hello"; cat "$file"; } > "$to" ;;
    esac
done
raw a "$bad"/a.part.* || fail "messages are sent"
raw b "$bad"/b.part.* || fail "messages are sent"
mend="LC_ALL=C sed -e '/^hello\$/d' -e 's/ !\$/ ./' -e '/^# /d'"
# of one subject: the last of three says that it is gone, and another that it is there
printf 'A <http://a/order> <http://a/p> "1" !\n' > "$bad/order.1"
printf 'D <http://a/order> <http://a/p> "1" !\n' > "$bad/order.2"
printf 'A <http://a/order> <http://a/p> "2" !\n' > "$bad/order.3"
printf 'D <http://a/order> <http://a/p> "3" !\nA <http://a/order> <http://a/p> "3" !\n' > "$bad/order.4"
for i in 1 2 3 4; do raw a "$bad/order.$i"; done
printf '<http://a/order> <http://a/p> "2" .\n<http://a/order> <http://a/p> "3" .\n' >> "$work/a.nt"
# more than a letter holds, and more than a literal may have
awk 'BEGIN { for (i = 0; i < 60; i++) print "<http://a/long> <http://a/p> \"" i "\" ."; print "hello" }' > "$bad/cut"
grep -v hello "$bad/cut" >> "$work/a.nt"
raw a "$bad/cut"
awk 'BEGIN { printf "<http://b/literal> <http://b/p> \""; for (i = 0; i < 3000; i++) printf "x"; print "\" ." }' > "$work/literal.nt"
cat "$work/literal.nt" >> "$work/b.nt"
check "a long literal is sent, with a key and a header" produce "$conf" b "$work/literal.nt"
# records by their keys
printf 'film-1\t{"title":"Ran"\nfilm-2\t{"title":"Ikiru"}\n' > "$work/records"
check "records are sent" "$tools/kafka_admin" "$broker" send "$prefix.r" "$work/records"
check "all is worked off" run_once "$conf"
check "the first bad message tells what can be done" grep -q "alignd letters list" "$conf.log"
check "once" test "$(grep -c "alignd letters list" "$conf.log")" = 1

say "list and show"
bad_count=$(ls "$bad" | wc -l)
total=$((bad_count + 2))
check "all are counted: $(letters list | tail -1)" \
    grep -q "^$total dead letters in '$dead', 0 of them resent\$" <(letters list)
say "$(tally | awk '{ printf "%s%s of %s: %s", s, $1, $2, $3; s = ", " }')"
check "of three errors in graph a at least, two in b, one in r" \
    test "$(tally | awk '{ n[$2]++ } END { print (n["a"] >= 3), (n["b"] >= 2), n["r"] }')" = "1 1 1"
check "one kind of one graph" test "$(tally --where graph=b --where error=limit-literal)" = "limit-literal b 1 0"
expect_status "an unknown condition" 64 "did you mean 'error'" letters list --where eror=utf8
expect_status "an unknown verb" 64 "did you mean 'resend'" letters resned
expect_status "a letter that is not there" 66 "no letter 0:99999" letters show 0:99999
expect_status "no dead letter topic" 78 "dead_letter_topic" letters list --set output.dead_letter_topic=
letters show --where error=utf8 --limit 1 > "$work/shown"
check "a letter is shown whole" grep -q '^error    utf8: ' "$work/shown"
check "and nothing that a terminal obeys" sh -c "! LC_ALL=C grep -q '[^[:print:][:space:]]' <<x
\$(LC_ALL=C tr -d '\200-\377' < '$work/shown')
x"
check "but its escape" grep -qF '\x1b]0;a title\x07' "$work/shown"
letters show --where error=limit-literal > "$work/shown"
check "key, header and what was cut" sh -c "grep -q '^key      <http://b/literal>' '$work/shown' &&
    grep -q '^header   content-type: application/n-triples' '$work/shown' && grep -q '^cut      to ' '$work/shown'"

say "a dry run"
look() { for t in dead a b r; do "$ALIGND" events -c "$conf" --topic "$prefix.${t/#dead/dead}" --keys --headers; done | cksum; }
before=$(look)
plan=$work/plan
letters resend --edit "$mend" --json > "$plan"
check "says what would be left out: a record, and a long literal" \
    test "$(grep -o '"left_out":"[^"]*' "$plan" | cut -c1-60 | wc -l)" = 2
check "with the reason" grep -q 'still cannot be decoded: limit-literal' "$plan"
check "nothing is sent" test "$(sent < "$plan")" = 0
check "and nothing is changed" test "$before" = "$(look)"
expect_status "--dry-run with --execute" 64 "not both" letters resend --dry-run --execute

say "resend"
letters resend --where graph=a --execute --json --edit 'false' > "$plan"
check "a command that fails leaves all out" test "$(sent < "$plan")" = 0
check "and says its status" grep -q 'ended with status 1' "$plan"
check "and changes nothing" test "$before" = "$(look)"
check "what is not mended stays" test "$(letters resend --where graph=a --execute --json | sent)" = 0
of_a=$(ls "$bad" | grep -vc '^b')
(export ALIGND_CRASH_AT=letters-sent:1; letters resend --where graph=a --edit "$mend" --execute > /dev/null 2>&1)
check "killed between, no letter is marked" test "$(tally --where graph=a | awk '{ n += $4 } END { print n + 0 }')" = 0
check "all of graph a are sent, in lots" \
    test "$(letters resend --where graph=a --edit "$mend" --lot 1M --execute --json | tee "$plan" | sent)" = "$of_a"
check "in the order of their offsets" sh -c "sed -E 's/.*\"offset\":([0-9]+).*/\1/' '$plan' | sort -nc"
check "none of them a second time" test "$(letters resend --where graph=a --edit "$mend" --execute --json | wc -l)" = 0
one=$(sed -n '1s/.*"letter":"\([^"]*\)".*/\1/p' "$plan")
check "one of them, named, with --again" test "$(letters resend "$one" --again --edit "$mend" --execute --json | sent)" = 1
check "graph b is sent" letters resend --where graph=b --edit "$mend" --execute --set input.literal_bytes=1M
check "the record as it should have been" test "$(letters resend --where key=film-1 --edit 'sed s/$/}/' --execute --json | sent)" = 1
check "all are resent: $(letters list | tail -1)" grep -q "^$total dead letters in '$dead', $total of them resent\$" <(letters list)
check "none is shown, but with --all" test "$(letters show --json | wc -l) $(letters show --all --limit 1000 --json | wc -l)" = "0 $total"
sed -i 's/^literal_bytes = .*/literal_bytes = 1M/' "$conf"
check "they are worked off" run_once "$conf"
check "and make no further letters" grep -q "^$total dead letters" <(letters list)

printf '{"id":"film-1","title":"Ran"}\n{"id":"film-2","title":"Ikiru"}\n' > "$work/r.jsonl"
for g in a b; do alignd load -q --no-explain --store "$work/loaded" --graph $g "$work/$g.nt" > /dev/null; done
triples() { alignd export --store "$1" -f n-triples --graph "$2" 2> /dev/null | LC_ALL=C sort; }
matches_in() { alignd matches --store "$1" | cut -f1-3 | LC_ALL=C sort; }
matches_in "$work/loaded" > "$work/want"
check "there are matches: $(wc -l < "$work/want")" test -s "$work/want"
check "those of a load of what should have been sent" cmp "$work/want" <(matches_in "$work/letters.store")
for g in a b; do
    check "the triples of $g are those: $(triples "$work/loaded" $g | wc -l)" \
        cmp <(triples "$work/loaded" $g) <(triples "$work/letters.store" $g)
done
check "of one subject the last that was said holds" \
    test "$(triples "$work/letters.store" a | grep -c '^<http://a/order>')" = 2
check "the record is there" grep -q '"Ran"' <(triples "$work/letters.store" r)
check "events and letters are without a gap, marks aside: $(alignd events -c "$conf" --check)" \
    alignd events -c "$conf" --check

say "after a reset, and without the input"
check "it begins anew" alignd reset -c "$conf" --to-earliest --execute
check "and works off all" run_once "$conf"
check "letters of the same messages are no further ones: $(letters list | tail -1)" \
    grep -q "^$total dead letters in '$dead', $total of them resent; [0-9]* more say again" <(letters list)
check "the matches are the same" cmp "$work/want" <(matches_in "$work/letters.store")
end=$("$ALIGND" events -c "$conf" --topic "$prefix.a" --json --keys 2> /dev/null | wc -l)
check "the input is deleted" "$tools/kafka_admin" "$broker" delete-records "$prefix.a" 0 "$end"
letters resend --where graph=a --again --edit "$mend" --json > "$plan"
check "what was cut is left out" grep -q '"left_out":"it was cut, and its input topic no longer holds' "$plan"
check "and that alone" test "$(grep -c left_out "$plan")" = 1
finish
