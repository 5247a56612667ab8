#!/usr/bin/env bash
# Dead letters: bad messages of several kinds and graphs, counted, shown, mended by a command and sent again,
# killed on the way.  The store is then what a load of the files as they should have been gives; what was
# resent is left out the next time, also after a reset.
. "$(dirname "$0")/lib.sh"
tools=$(dirname "$ALIGND")
start_broker
extra="[input]
literal_bytes = 2048
[align]
epsilon = 0"
config letters a b r
conf=$work/letters.conf
dead=$prefix.dead
sed -i "s/^topic = .*/&\ndead_letter_topic = $dead\ndead_letter_bytes = 1K/; s/^\[graph.r\]/&\nsemantics = records\nbase = http:\/\/r\//" "$conf"
check "topics are made" alignd check -c "$conf" --create --partitions 2
raw() { "$ALIGND" produce --raw -q -c "$conf" --graph "$@"; }
letters() { local verb=$1; shift; "$ALIGND" letters "$verb" -c "$conf" "$@"; }
tally() { # [ARGUMENT]...: error, graph, letters, resent
    letters list --json "$@" | jq -r '"\(.error) \(.graph) \(.letters) \(.resent)"' | LC_ALL=C sort
}
ends() { # GRAPH: partition and end of its topic
    alignd reset -c "$conf" --to-earliest --json | jq -r --arg t "$prefix.$1" \
        '.partitions[] | select(.topic == $t) | "\(.partition) \(.log_end_offset)"'
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
# of one subject: it comes and goes, and at last something else is said of it
for i in 1 2 3; do
    for code in A D A D; do printf 'http://a/order/%s\t%s <http://a/order/%s> <http://a/p> "1" !\n' $i $code $i; done
    printf 'http://a/order/%s\tA <http://a/order/%s> <http://a/p> "2" !\n' $i $i
    printf '<http://a/order/%s> <http://a/p> "2" .\n' $i >> "$work/a.nt"
done > "$work/order"
check "messages of three subjects in order" "$tools/kafka_admin" "$broker" send "$prefix.a" "$work/order"
# more than a letter holds, and more than a literal may have
awk 'BEGIN { for (i = 0; i < 60; i++) print "<http://a/long> <http://a/p> \"" i "\" ."; print "hello" }' > "$bad/cut"
grep -v hello "$bad/cut" >> "$work/a.nt"
raw a "$bad/cut"
awk 'BEGIN { printf "<http://b/literal> <http://b/p> \""; for (i = 0; i < 3000; i++) printf "x"; print "\" ." }' > "$work/literal.nt"
cat "$work/literal.nt" >> "$work/b.nt"
check "a long literal is sent, with a key and a header" produce "$conf" b "$work/literal.nt"
# records by their keys
printf 'film-1\t{"title":"Ran"\nfilm-2\t{"title":"Ikiru"}\nfilm-3\t{"title":"Solaris"\n' > "$work/records"
printf 'film-3\t{"title":"Stalker"\nfilm-3\t{"title":"Mirror"}\nfilm-3\t{"title":"Persona"\n' >> "$work/records"
check "records are sent" "$tools/kafka_admin" "$broker" send "$prefix.r" "$work/records"
check "all is worked off" run_once "$conf"
check "the first bad message tells what can be done" grep -q "alignd letters list" "$conf.log"
check "once" test "$(grep -c "alignd letters list" "$conf.log")" = 1

say "list and show"
bad_count=$(ls "$bad" | wc -l)
total=$((bad_count + 20))
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
check "key, header and what was cut" sh -c "grep -q '^key      http://b/literal' '$work/shown' &&
    grep -q '^header   content-type: application/n-triples' '$work/shown' && grep -q '^cut      to ' '$work/shown'"

say "a dry run"
look() { for t in dead a b r; do "$ALIGND" events -c "$conf" --topic "$prefix.${t/#dead/dead}" --keys --headers | LC_ALL=C sort; done | cksum; }
before=$(look)
plan=$work/plan
letters resend --edit "$mend" --json > "$plan"
check "says what would be left out: records, and a long literal" test "$(grep -c '"left_out":' "$plan")" = 5
check "with the reason" grep -q 'still cannot be decoded: limit-literal' "$plan"
letters resend --where graph=r --edit 'sed s/$/}/' --json > "$plan.r"
check "of records, over which newer message they would count: of two of them over one" \
    test "$(jq -r 'select(.newer).topic' "$plan.r" | wc -l) $(jq -r 'select(.newer).newer' "$plan.r" | sort -u | wc -l)" = "2 1"
check "in words, too" grep -q ', 2 out of date$' <(letters resend --where graph=r --edit 'sed s/$/}/')
check "nothing is sent" test "$(sent < "$plan")" = 0
check "and nothing is changed" test "$before" = "$(look)"
expect_status "--dry-run with --execute" 64 "not both" letters resend --dry-run --execute

say "resend"
letters resend --where graph=a --execute --json --edit 'false' > "$plan"
check "a command that fails leaves all out" test "$(sent < "$plan")" = 0
check "and says its status" grep -q 'ended with status 1' "$plan"
check "and changes nothing" test "$before" = "$(look)"
check "what is not mended stays" test "$(letters resend --where graph=a --execute --json | sent)" = 0
of_a=$(($(ls "$bad" | grep -vc '^b') + 15))
(export ALIGND_CRASH_AT=letters-sent:1; letters resend --where graph=a --edit "$mend" --execute > /dev/null 2>&1)
check "killed between, no letter is marked" test "$(tally --where graph=a | awk '{ n += $4 } END { print n + 0 }')" = 0
ends a > "$work/ends"
check "all of graph a are sent" \
    test "$(letters resend --where graph=a --edit "$mend" --execute --json | tee "$plan" | sent)" = "$of_a"
check "in the order of partitions and offsets" \
    sh -c "jq -r '\"\(.partition) \(.offset)\"' '$plan' | sort -c -k 1,1n -k 2,2n"
check "to the partition of each: $(jq .partition "$plan" | sort | uniq -c | tr -s ' \n' ' ')" cmp \
    <(jq -r .partition "$plan" | cat - "$work/ends" |
        awk 'NF == 1 { n[$1]++ } NF == 2 { print $1, $2 + n[$1] }') <(ends a)
check "none of them a second time" test "$(letters resend --where graph=a --edit "$mend" --execute --json | wc -l)" = 0
one=$(jq -r 'select(.error == "utf8").letter' "$plan" | head -1)
check "one of them, named, with --again" test "$(letters resend "$one" --again --edit "$mend" --execute --json | sent)" = 1
check "graph b is sent" letters resend --where graph=b --edit "$mend" --execute --set input.literal_bytes=1M
check "records as they should have been" test "$(letters resend --where graph=r --edit 'sed s/$/}/' --execute --json | sent)" = 4
check "all are resent: $(letters list | tail -1)" grep -q "^$total dead letters in '$dead', $total of them resent\$" <(letters list)
check "none is shown, but with --all" test "$(letters show --json | wc -l) $(letters show --all --limit 1000 --json | wc -l)" = "0 $total"
sed -i 's/^literal_bytes = .*/literal_bytes = 1M/' "$conf"
check "they are worked off" run_once "$conf"
check "and make no further letters" grep -q "^$total dead letters" <(letters list)

printf '<http://r/film-1> <http://r/title> "Ran" .\n<http://r/film-2> <http://r/title> "Ikiru" .\n' > "$work/r.nt"
printf '<http://r/film-3> <http://r/title> "Persona" .\n' >> "$work/r.nt"
for g in a b r; do alignd load -q --no-explain --store "$work/loaded" --graph $g "$work/$g.nt" > /dev/null; done
digests() { cmp <(alignd digest --store "$work/letters.store") <(alignd digest --store "$work/loaded"); }
check "the store is what a load of what should have been sent gives" digests
check "and what its triples say" alignd verify -q --store "$work/letters.store"
matches_of "$conf" > "$work/matches"
check "there are matches: $(wc -l < "$work/matches")" test -s "$work/matches"
check "to which the events fold" cmp "$work/matches" <(fold_of "$conf")
check "of one subject the last that was said holds" test "$(alignd export --store "$work/letters.store" --triples -g a |
    grep '^<http://a/order' | LC_ALL=C sort | grep -o '"."' | tr -d '\n')" = '"2""2""2"'
check "events and letters are without a gap, marks aside: $(alignd events -c "$conf" --check)" \
    alignd events -c "$conf" --check

say "after a reset, and without the input"
check "it begins anew" alignd reset -c "$conf" --to-earliest --execute
check "and works off all" run_once "$conf"
check "letters of the same messages are no further ones: $(letters list | tail -1)" \
    grep -q "^$total dead letters in '$dead', $total of them resent; [0-9]* more say again" <(letters list)
check "the digest is the same" digests
ends a > "$work/ends"
while read -r partition end; do
    check "the input is deleted" "$tools/kafka_admin" "$broker" delete-records "$prefix.a" "$partition" "$end"
done < "$work/ends"
letters resend --where graph=a --again --edit "$mend" --json > "$plan"
check "what was cut is left out" grep -q '"left_out":"it was cut, and its input topic no longer holds' "$plan"
check "and that alone" test "$(grep -c left_out "$plan")" = 1
finish
