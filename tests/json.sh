#!/bin/bash
# json.sh ALIGND: what every command says by --json is JSON, has the names that config/README.md
# documents, and tells the same facts as the words.  The two of a broker's run are looked at with
# the broker within the daemon; `alignd reset` in integration/10_reset.sh, with a real one.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
daemon=""
cleanup() { # the daemon is killed: the broker in it has nothing to lose
    if [ -n "$daemon" ]; then
        kill -KILL "$daemon" 2> /dev/null || true
        wait "$daemon" 2> /dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
cd "$work"
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "$*"
}

# Takes what a command prints by --json, in the file OUT: every line has to be an object with the
# members that the table of config/README.md names for it, all of them but those in brackets.
documented() { # COMMAND
    sed -n '/^## JSON/,/^## [^J]/p' "$root/config/README.md" |
        awk -F'|' -v command="\`$1\`" '$2 ~ "^ *" command " *$" { gsub(/\([^)]*\)/, "", $3); print $3 }' |
        grep -o '`[a-z0-9_]*`\|[][]' | tr -d '`'
}
names() { # COMMAND FILE
    local want="" may="" inside=0 name missing other
    while read -r name; do
        case $name in
        '[') inside=1 ;;
        ']') inside=0 ;;
        *) if [ $inside = 1 ]; then may+=" $name"; else want+=" $name"; fi ;;
        esac
    done < <(documented "$1")
    [ -n "$want" ] || fail "config/README.md has no names for '$1'"
    missing=$(jq -r --arg want "$want" '($want | split(" ")[1:]) - keys | .[]' "$2" | sort -u)
    other=$(jq -r --arg want "$want$may" 'keys - ($want | split(" ")[1:]) | .[]' "$2" | sort -u)
    [ -z "$missing$other" ] || fail "$1: missing: ${missing:-none}; not documented: ${other:-none}"
    passed=$((passed + 1))
}
says() { # WORDS FILE JQ-EXPRESSION that is true of it
    if jq -e "$3" "$2" > /dev/null; then
        passed=$((passed + 1))
    else
        fail "$1: not $3: $(head -c 1000 "$2")"
    fi
}
same() { # WORDS, by --json, in words
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        fail "$1: '$2' by --json, '$3' in words"
    fi
}
get() { jq -r "$2" "$1"; }

# ---- without a broker ----

"$alignd" synth -q --kind people --works 200 -o W > words
"$alignd" synth -q --kind people --works 200 -o W2 --json > out
names synth out
same synth "$(get out '"\(.folder | rtrimstr("2")): \(.left_triples) and \(.right_triples) triples"')" "$(cat words)"

# by turns, and built
"$alignd" load -q -s S -g left -m W/mapping.tsv --json W/left.nt > out
names load out
says "a new store is built" out '.way == "build" and .changes == .triples'
cp -r S T
"$alignd" load -s T -g right --by-turns --json W/right.nt > out 2> log
same "load: no words beside" "$(grep -c 'changes\? in' log || true)" 0
names load out
says "turns insert what they take" out '.way == "turns" and .inserted == .changes and .no_ops == 0'
says "and say where the time went" out '.stage_seconds | length > 5 and add > 0'
"$alignd" load -q -s S -g right --json W/right.nt > out
says "what comes to it is built, too" out '.way == "build" and .triples > .changes and .matches > 0'
"$alignd" load -s T -g right --by-turns W/right.nt 2> words
"$alignd" load -q -s T -g right --by-turns --json W/right.nt > out
numbers='"\(.changes) \(.inserted) \(.deleted) \(.no_ops) \(.pairs_scored) \(.matched) \(.unmatched) \(.updated) \(.triples) \(.entities) \(.candidate_pairs) \(.matches)"'
same "load" "$(get out "$numbers")" "$(sed -n 's/^\([0-9]*\) changes in [^:]*/\1 /p; s/^the store holds//p' words |
    tr -c '0-9\n' ' ' | xargs)"

"$alignd" load -q -s T -g right --replace --dry-run W/left.nt > words
"$alignd" load -q -s T -g right --replace --dry-run --json W/left.nt > out
names load out
same "load --replace" "$(get out '.replaced | "would be: \(.inserted) inserted, \(.deleted) deleted, \(.unchanged) unchanged"')" "$(cat words)"

"$alignd" digest -s S > words
"$alignd" digest -s S --json > out
names digest out
same digest "$(get out '.families + {all} | to_entries[] | "\(.key) \(.value)"')" "$(tr -s ' ' < words)"
"$alignd" digest -s S --with S --json > out
names 'digest --with' out
says "a store and itself" out '.verdict == "equal" and (.stores | length == 2) and .stores[0] == .stores[1]'
"$alignd" matches -s S > words
"$alignd" matches -s S --json > out
"$alignd" export -s S --json > exported
names matches out
cmp -s out exported || fail "export --json: other than matches --json"
same matches "$(jq -r '[.subject_id, .object_id, .type, .subject_label, .object_label, .band] | join("\t")' out)" \
    "$(cut -f 1,2,4- words)"

"$alignd" matches -s S --stats > counts
"$alignd" matches -s S --stats --json > out
names "matches --stats" out
same "matches --stats" "$(jq -r '[.type // "all", .matches, .bands.match.matches, .bands.possible.matches, .histogram[]] | join(" ")' out)" \
    "$(tail -n +2 counts | awk '{ $3 = $5 = $7 = ""; print }' | tr -s ' ' | sed 's/ *$//')"
same "matches --stats, all" "$(jq -s 'last | "\(.matches) \(.histogram | add)"' -r out)" "$(wc -l < words) $(wc -l < words)"

read -r a b < <(cut -f 1,2 words | head -n 1)
"$alignd" explain -s S "$a" "$b" --all > words
"$alignd" explain -s S "$a" "$b" --json > out
names explain out
same "explain, the score" "$(get out '"\(.score * 1e6 | round)"')" "$(sed -n '1s/score \([01]\)\.\([0-9]*\).*/\1\2/p' words | sed 's/^0*//')"
same "explain, who" "$(get out '.sides[] | "\(.graph) <\(.iri)>"')" "$(grep '^[a-z]* <.*>$' words)"
same "explain, evidence" "$(get out '.evidence | length')" \
    "$(sed -n '/^evidence/,/in all$/p' words | grep -c '^ .*' | awk '{ print $1 - 2 }')"
says "what the evidence adds is the logit" out '([.evidence[].adds] | add) + .prior - .logit | fabs < 0.001'
same "explain, blocks" "$(get out '.blocks | length')" "$(sed -n '/^blocks shared/,$p' words | tail -n +2 | grep -vc '^  none')"

"$alignd" explain -s S "$a" > words
"$alignd" explain -s S "$a" --json > out
names 'explain IRI' out
same "explain IRI, who" "$(get out '"\(.graph) <\(.iri)>"')" "$(head -n 1 words)"
same "explain IRI, candidates" "$(get out '.graphs[].candidates[] | .iri')" "$(sed -n "s/^  [01]\.[0-9]* .* <\(.*\)>$/\1/p" words)"
same "explain IRI, the match" "$(get out '.graphs[].candidates[] | select(.reason == "match") | .iri')" "$b"

"$alignd" verify -q -s S > words
"$alignd" verify -q -s S --json > out
names verify out
same verify "$(get out 'if .equal then "\(.rows) \(.triples)" else "differs" end')" \
    "$(sed -n 's/^verified: \([0-9]*\) rows are what \([0-9]*\) triples.*/\1 \2/p' words)"
"$alignd" rebuild -s S > words 2> log
"$alignd" rebuild -q -s S --json > out
names rebuild out
same rebuild "$(get out .triples)" "$(cut -d ' ' -f 1 words)"

for command in "judge -s S --links W/links.person.tsv" "eval -s S --links W/links.person.tsv"; do
    # shellcheck disable=SC2086
    "$alignd" $command > words
    # shellcheck disable=SC2086
    "$alignd" $command --json > out
    case $command in
    judge*)
        names judge out
        same judge "$(get out '.types[0] | "\(.type) \(.links) \(.matches) \(.right)"')" \
            "$(sed -n 2p words | awk '{ print $1, $2, $3, $4 }')"
        ;;
    *)
        jq -c '.[]' out > rows
        names eval rows
        same eval "$(jq -r '"\(.links) \(.f1 * 1e4 | round)"' rows)" \
            "$(sed -n 2p words | awk '{ print $3, $7 * 10000 }')"
        ;;
    esac
done
"$alignd" train -q -s S --links W/links.person.tsv --model model > words 2> log
"$alignd" train -q -s S --links W/links.person.tsv --model model2 --json > out 2> log
names train out
same train "$(get out '"\(.model | rtrimstr("2")) \(.epochs) \(.valid_f1 * 1e4 | round) \(.expected.f1 * 1e3 | round) \(.expected.estimated_from)"')" \
    "$(sed -n 's/^\(.*\): \([0-9]*\) epochs .* best F1 \([0-9.]*\) .*/\1 \2 \3/p; s/.*F1 \([0-9.]*\) at .*from \([0-9]*\) link.*/\1 \2/p' words |
        xargs | awk '{ print $1, $2, $3 * 10000, $4 * 1000, $5 }')"
cmp model model2 || fail "train --json: another model"

"$alignd" backup -s S B > words
"$alignd" backup -s S B2 --json > out
names backup out
facts='"\(.store) \(.epoch) \(.event) \(.triples) \(.matches) \(.files) \(.digest)"'
of_words='s/.*: store \([^,]*\), epoch \([0-9]*\), event \([0-9]*\); \([0-9]*\) triples, \([0-9]*\) matches; \([0-9]*\) files, .* digest \(.*\)/\1 \2 \3 \4 \5 \6 \7/p'
same backup "$(get out "$facts")" "$(sed -n "$of_words" words)"
"$alignd" restore -s R B > words
"$alignd" restore -s R3 B --json --check > out
says "restore --check" out '.checked'
names restore out
"$alignd" restore -s R2 B --json > out
names restore out
same restore "$(get out "$facts")" "$(sed -n "$of_words" words)"

# ---- with one ----

cat > d.conf << 'END'
[store]
path = D
[align]
mapping = W/mapping.tsv
[output]
topic = matches
dead_letter_topic = dead
[http]
port = 0
[graph.left]
topics = left
[graph.right]
topics = right
END
"$alignd" check -c d.conf --bootstrap 127.0.0.1:1 > words 2> log && fail "check: no broker is status 0"
"$alignd" check -c d.conf --bootstrap 127.0.0.1:1 --json > out 2> log && fail "check: no broker is status 0"
names check out
says "check: no broker" out '.failed == 1 and (.checks[] | select(.what == "broker") | .result == "failed" and .detail != "")'
same check "$(get out '.checks[] | "\(.result | if . == "failed" then "FAILED" else . end) \(.what)\(if .result != "ok" or .detail == "" then "" else ": " + .detail end)"')" \
    "$(sed '$d' words | sed 's/^\([a-zA-Z]*\)  */\1 /')"
same "check, the sum" "$(get out '"\(.failed) failed, \(.warnings) warnings"')" "$(tail -n 1 words)"
"$alignd" run -q -c d.conf --embedded-broker 2> daemon.log &
daemon=$!
for _ in $(seq 100); do [ ! -s D.broker ] || break; sleep 0.1; done
[ -s D.broker ] || { cat daemon.log; exit 1; }
broker=$(cat D.broker)
"$alignd" produce -c d.conf --bootstrap "$broker" -g left W/left.nt 2> said > nothing
grep -v warning said > words
same "produce: no words on standard output" "$(cat nothing)" ""
"$alignd" produce -q -c d.conf --bootstrap "$broker" -g right --json W/right.nt > out 2>> log
names produce out
says produce out '.topic == "right" and .changes > 0 and .messages <= .changes and .acknowledged'
same "produce, of the same" "$("$alignd" produce -q -c d.conf --bootstrap "$broker" -g left --json W/left.nt 2>> log |
    jq -r '"\(.changes) \(.messages) \(.topic)"')" \
    "$(sed -n "s/^\([0-9]*\) changes in \([0-9]*\) messages to '\(.*\)' in .*/\1 \2 \3/p" words)"

# The daemon may still be at it: what is compared has to be the same before and after.
events() { "$alignd" events -c d.conf --bootstrap "$broker" "$@" 2>> log; }
still() { # FILE OPTION...: into words, and by --json into FILE
    local out=$1
    shift
    for _ in $(seq 50); do
        events "$@" > words
        events "$@" --json > "$out"
        events "$@" > after
        if cmp -s words after && [ -s words ] && ! grep -q '^0 records' words; then return; fi
        sleep 0.2
    done
    fail "events $*: does not come to rest"
}
still out --fold
names "events --fold" out
# of words the confidence has six digits
same "events --fold" "$(jq -r '"\(.subject_id) \(.object_id) \(.confidence)"' out | paste -d ' ' - words |
    awk '$1 != $4 || $2 != $5 || $3 - $6 > 1e-6 || $6 - $3 > 1e-6 { odd++ } END { print NR, odd + 0 }')" \
    "$(wc -l < words) 0"
still out --check
names "events --check" out
same "events --check" "$(get out '"\(.records) \(.events) \(.last) \(.missing) \(.repeated) \(.out_of_order) \(.without_id)"')" \
    "$(sed -n '1s/\([0-9]*\) records, \([0-9]*\) events, last \([0-9-]*\): \([0-9]*\) [^0-9]*\([0-9]*\) [^0-9]*\([0-9]*\) [^0-9]*\([0-9]*\) .*/\1 \2 \3 \4 \5 \6 \7/p' words)"
still out
cmp -s out words || fail "events --json: events are JSON already, and these are others"
still out --keys --headers
names "events --keys --headers" out
same "events --keys" "$(get out '"\(.key)\t\(.value // "" | if . == "" then . else .event_id end)"')" \
    "$(grep -P '\t' words | sed 's/\t{.*"event_id":"\([0-9-]*\)".*/\t\1/')"
same "events --headers" "$(get out '.headers | keys_unsorted[] as $k | "\($k): \(.[$k])"')" "$(grep -vP '\t' words)"

letters() { # VERB OPTION...
    local verb=$1
    shift
    "$alignd" letters "$verb" -c d.conf --bootstrap "$broker" "$@" 2>> log
}
printf 'hello\n' > bad.1
printf '<http://l/1> <http://l/p> "\xff" .\n' > bad.2
"$alignd" produce -q --raw -c d.conf --bootstrap "$broker" -g left bad.1 bad.2 2>> log
for _ in $(seq 100); do letters list --json > out && grep -q utf8 out && break; sleep 0.1; done
letters list > words
letters list --json > out
names "letters list" out
same "letters list" "$(get out '"\(.error) \(.graph) \(.topic) \(.letters) \(.resent) \(.first) \(.last) \(.sample)"' | sort)" \
    "$(sed '1d;$d' words | awk '{ print $1, $2, $3, $4, $5, $6, $7, $8 }' | sort)"
letters show > words
letters show --json > out
names "letters show" out
same "letters show" "$(get out '"\(.letter) \(.topic) \(.partition) \(.offset) \(.graph) \(.time)"' | sort)" \
    "$(sed -n 's/^letter *//p; s/^message *\([^ ]*\) \[\(.*\)\] offset \([0-9]*\), graph \(.*\), \(.*\)/\1 \2 \3 \4 \5/p' words | paste -d ' ' - - | sort)"
says "letters show, of what is no text" out 'select(.error == "utf8") | .value_hex | endswith("22ff22202e0a")'
letters resend --edit 'sed s/hello//' > words && fail "letters resend: one left out is status 0"
letters resend --edit 'sed s/hello//' --json > out && fail "letters resend: one left out is status 0"
names "letters resend" out
same "letters resend" "$(get out '"\(.letter) \(.left_out // "would be sent, edited")"' | sort)" \
    "$(sed -n 's/^\([0-9:]*\) (.*) \(left out: \)*\(would be sent.*\|it still.*\)/\1 \3/p' words | sort)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
