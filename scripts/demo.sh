#!/usr/bin/env bash
# demo.sh - alignd at work, in about half a minute after the build: two small
# catalogs (scripts/demo/) flow in over Kafka topics, matches come out, then the
# catalogs change.  The broker runs within the daemon's process, so nothing but
# the packages of install_packages.sh is needed.  Every line about a match is an
# event read from the output topic.
#
#   scripts/demo.sh [--keep | --serve]    --keep leaves store, events and logs behind;
#                                         --serve leaves the daemon with its page, until Ctrl-C
#   ALIGND=PROGRAM  takes that one, and builds nothing
set -euo pipefail
cd "$(dirname "$0")/.."

keep=0 serve=0
case ${1:-} in
'') ;;
--keep) keep=1 ;;
--serve) serve=1 ;;
*) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

color="" pause=0
if [ -t 1 ]; then
    pause=1
    if [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then color=1; fi
fi
paint() { if [ -n "$color" ]; then printf '\033[%sm%s\033[0m\n' "$1" "$2"; else printf '%s\n' "$2"; fi; }
step() { echo; paint 1 "$1"; [ "$pause" = 0 ] || sleep 1; }
say() { printf '   %s\n' "$@"; }
rest() { [ "$pause" = 0 ] || sleep "$1"; }

work="" daemon="" reader=""
cleanup() {
    local pid
    for pid in $reader $daemon; do
        kill -KILL "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
    done
    [ -z "$work" ] || [ "$keep" = 1 ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

die() {
    echo "demo.sh: $*" >&2
    if [ -s "$work/daemon.log" ]; then tail -5 "$work/daemon.log" >&2; fi
    exit 1
}

# ---- build ----

paint 1 "alignd: a demonstration"
[ -n "${ALIGND:-}" ] || scripts/install_packages.sh build
scripts/install_packages.sh demo
mkdir -p build/logs
log=build/logs/demo-build.log
[ -n "${ALIGND:-}" ] || [ -x build/release/alignd ] || say "building (a minute or two the first time)"
tests=""
[ -e build/release/CMakeCache.txt ] || tests=-DALIGND_TESTS=OFF
build() { # further arguments of cmake
    [ -z "${ALIGND:-}" ] || return 0
    cmake --preset release "$@" && cmake --build build/release --target alignd
}
# a compiler newer than ours may have warnings that we have not met
if ! build $tests > "$log" 2>&1 < /dev/null && ! build -DALIGND_WERROR=OFF > "$log" 2>&1 < /dev/null; then
    grep -E -A 5 'error|Error|not found' "$log" | head -40 >&2
    echo "demo.sh: the build failed, see $log" >&2
    exit 1
fi

alignd=${ALIGND:-$PWD/build/release/alignd}
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-demo.XXXXXX")
store=$work/store events=$work/events
: > "$events"

# ---- the daemon, its metrics, its events ----

port_is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
for ((tries = 0; tries < 100; tries++)); do
    port=$((12000 + RANDOM % 8000))
    if port_is_free "$port"; then break; fi
done

token=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$token" > "$work/token")
"$alignd" run --embedded-broker -q -c scripts/demo/alignd.conf --set store.path="$store" \
    --set http.port="$port" --set http.token_file="$work/token" 2> "$work/daemon.log" < /dev/null &
daemon=$!
daemon_lives() { kill -0 "$daemon" 2> /dev/null || die "the daemon ended:"; }

wait_for() { # SECONDS WORDS COMMAND...
    local until=$((SECONDS + $1)) words=$2
    shift 2
    until "$@"; do
        daemon_lives
        [ "$SECONDS" -lt "$until" ] || die "waited too long for $words"
        sleep 0.02
    done
}

page() { # PATH: a page of the daemon
    local line
    exec 9<> "/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&9
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9
    exec 9>&-
} 2> /dev/null

is_ready() { [ -s "$store.broker" ] && [ "$(page /readyz)" = ok ]; }
wait_for 30 "the daemon" is_ready
broker=$(cat "$store.broker")
client=(-c scripts/demo/alignd.conf --bootstrap "$broker")

# a line for each event: when it reached us, and the event
"$alignd" events --follow "${client[@]}" > >(while IFS= read -r line; do
    printf '%s\t%s\n' "${EPOCHREALTIME/,/.}" "$line"
done >> "$events") 2> "$work/reader.log" < /dev/null &
reader=$!

sent=0 # changes
# all that was sent is in the store, and every event of it has reached us
is_settled() {
    page /metrics | awk -v sent="$sent" -v have="$(wc -l < "$events")" '
        /^alignd_triples_(inserted|deleted|no_op)_total/ { taken += $2 }
        /^alignd_events_total/ { out += $2 }
        /^alignd_(dirty_entities|outbox_records)/ && $2 != 0 { busy = 1 }
        END { exit !(taken == sent && out == have && !busy) }'
}
settle() { wait_for 30 "the events" is_settled; }

send() { # GRAPH FILE [OPTION]...
    local graph=$1 file=$2
    shift 2
    "$alignd" produce -q "${client[@]}" --graph "$graph" "$@" "$file" > "$work/produce.log" 2>&1 ||
        { cat "$work/produce.log" >&2; die "cannot send $file"; }
    sent=$((sent + $(grep -c '^[AD<]' "$file")))
}

seen=0 # events shown or counted so far
# FILTER: over the events that are new; `lines` as in events.jq
show() {
    tail -n "+$((seen + 1))" "$events" |
        jq -n -R -r --arg color "$color" "$(cat scripts/demo/events.jq)"' [inputs | arrived] | '"$1"
    seen=$(wc -l < "$events")
}

iri_of() { # GRAPH NAME: the first thing called so
    grep -F "\"$2\" ." "scripts/demo/$1.nt" | head -1 | cut -d '>' -f 1 | tr -d '<'
}

# ---- 1 ----

step "1. Two catalogs flow in"
say "'archive' and 'cinema' know partly the same films, people and recordings, under other ids," \
    "spellings and terms. scripts/demo/mapping.tsv says which terms correspond; nothing says" \
    "which things are the same. The model is the built-in default; it has seen neither catalog."
send archive scripts/demo/archive.nt
send cinema scripts/demo/cinema.nt
settle
echo
say "$sent triples sent, $(wc -l < "$events") match events came back:" \
    "$(tail -n +1 "$events" | jq -n -R -r --arg color "" "$(cat scripts/demo/events.jq)"'
        [inputs | arrived | kind] | group_by(.) | sort_by(-length) | map("\(length) \(.[0])s") | join(", ")')."
say "Those whose names differ (~: nearly the same on both sides):"
echo
show '[.[] | select(.subject_label != .object_label and (.subject_label | startswith("Aditya") | not))] |
    sort_by(-.confidence) | .[] | lines(false)'
rest 4

# ---- 2 ----

step "2. Names that differ, one person; names that agree, two recordings"
say "'Aditya Raj' and 'Aditya Raj Kapoor': a name within a longer one, and the films they share."
echo
seen=0
show '.[] | select(.subject_label == "Aditya Raj") | lines(false)'
matched() { # NAME OF SUBJECT, NAME OF OBJECT: is a match of these among the events?
    cut -f 2 "$events" | jq -n -e --arg a "$1" --arg b "$2" '
        [inputs | select(.type != null)] | any(.type == "match" and .subject_label == $a and .object_label == $b)' > /dev/null
}
matched "Aditya Raj" "Aditya Raj Kapoor" || die "'Aditya Raj' and 'Aditya Raj Kapoor' are not matched"
echo
say "The event, a JSON object in the topic 'alignd.matches' (one field a line here, long ones cut):"
echo
cut -f 2 "$events" | jq -r 'select(.subject_label == "Aditya Raj") | to_entries[] |
    "      \(.key): \(.value | tojson)" | if length > 96 then .[0:93] + "..." else . end'
rest 4
echo
! matched "Radioactive" "Radioactive" || die "'Radioactive' of two performers is matched"
! matched "Radioactive (Nightbus Remix)" "Radioactive" || die "a remix is matched with the album cut"
say "'Radioactive' and 'Radioactive': the same title, but performer, album and length say no:" \
    "no match. Nor is there one of the remix with a guest." \
    "(alignd explain --store STORE IRI IRI, which reads the store beside the daemon:)"
echo
"$alignd" explain --store "$store" "$(iri_of cinema Radioactive)" "$(iri_of archive Radioactive)" |
    sed -E '/^blocks shared/,$d; s/^(.)/   \1/' | awk '
        /^   evidence/ { evidence = 1 }
        evidence && shown++ > 9 && !/in all$/ { next }
        { print }'
rest 4

# ---- 3 ----

step "3. A title arrives at 'cinema', triple by triple (scripts/demo/new_title.patch)"
say "Behind an event: its confidence, and the time from the triple's timestamp in Kafka to our eyes."
echo
# a row of a patch in words
name_of() { # TERM
    case $1 in
    \"*) echo "${1%%^^*}" ;;
    *) sed -n "s,^$1 <[^>]*/\(title\|name\)> \(\".*\"\) \.\$,\2,p" scripts/demo/cinema.nt | head -1 ;;
    esac
}
words_of() { # ROW
    local subject predicate object
    read -r _ subject predicate object <<< "${1% .}"
    local local_name=${object##*[#/]}
    object=$(name_of "$object") predicate=${predicate##*[#/]}
    echo "$(name_of "$subject") ${predicate%>} ${object:-${local_name%>}}"
}

while IFS= read -r row; do
    echo "$row" > "$work/row.patch"
    say "+ $(words_of "$row" | sed 's/^ *//')"
    send cinema "$work/row.patch"
    settle
    show '.[] | lines(true)'
    rest 1
done < <(grep '^A ' scripts/demo/new_title.patch)
say "Its people's pairs were judged anew as well: each has a neighbour more to go by."
rest 3

# ---- 4 ----

step "4. Triples are deleted (scripts/demo/credits.patch), until two are one no more"
say "Each film less makes it less sure; of the names alone, which no one else here bears, it is" \
    "still likely. Without the name nothing is left to tell by."
has_event() { # TYPE NAME: among the events not shown yet
    tail -n "+$((seen + 1))" "$events" | cut -f 2 | jq -n -e --arg type "$1" --arg name "$2" \
        '[inputs] | any(.type == $type and .subject_label == $name)' > /dev/null
}
confidence_of() {
    page "/match?a=$1" | jq -r '.graphs[0].matches[0].confidence // "none"'
}
aditya=$(iri_of cinema "Aditya Raj Kapoor")
before=$(confidence_of "$aditya")
: > "$work/deleted.patch"
gone=0
while IFS= read -r row; do
    [ "$gone" = 0 ] || break
    echo "$row" | tee -a "$work/deleted.patch" > "$work/row.patch"
    say "- $(words_of "$row")"
    send cinema "$work/row.patch"
    settle
    if has_event unmatch "Aditya Raj"; then gone=1; else say "  (still one: $(confidence_of "$aditya"))"; fi
    show '.[] | lines(true)'
    rest 1
done < <(grep '^D ' scripts/demo/credits.patch)
[ "$gone" = 1 ] || die "'Aditya Raj' is still matched: the model has changed, or something is broken"
rest 2

step "5. They are inserted again"
send cinema "$work/deleted.patch" --invert
settle
has_event match "Aditya Raj" || die "'Aditya Raj' is not matched again"
show '.[] | lines(true)'
after=$(confidence_of "$aditya")
[ "$before" = "$after" ] || die "the confidence was $before and is $after"
say "The confidence is $after again, to the last digit: the matches depend on the triples that" \
    "are there, not on the way there."
rest 3

# ---- 6 ----

step "6. Somebody knows better: a verdict"
say "Whoever has looked at the two may say that they are not the same; that holds whatever arrives." \
    "A verdict is a triple, of owl:differentFrom or owl:sameAs, in a topic of its own."
echo "<$(iri_of archive "Aditya Raj")> <http://www.w3.org/2002/07/owl#differentFrom> <$aditya> ." > "$work/verdict.nt"
send verdicts "$work/verdict.nt"
settle
has_event unmatch "Aditya Raj" || die "'Aditya Raj' is still matched, and a verdict says that it is another"
show '.[] | lines(true)'
say "Withdrawn, all is as before:"
send verdicts "$work/verdict.nt" --invert
settle
has_event match "Aditya Raj" || die "'Aditya Raj' is not matched again"
show '.[] | lines(true)'
after=$(confidence_of "$aditya")
[ "$before" = "$after" ] || die "the confidence was $before and is $after"
rest 3

# ---- the page ----

if [ "$serve" = 1 ]; then
    step "The page: what is matched and why, what is in doubt, and verdicts"
    say "http://127.0.0.1:$port/#token=$token" "until Ctrl-C"
    trap 'exit 0' INT TERM HUP
    wait "$daemon" || true
    die "the daemon ended:"
fi

# ---- 7 ----

step "7. The proof"
"$alignd" events --fold "${client[@]}" 2> "$work/fold.log" | cut -f 1,2 | LC_ALL=C sort > "$work/folded"
kill -TERM "$reader" && wait "$reader" || true
reader=""
kill -TERM "$daemon"
status=0
wait "$daemon" || status=$?
daemon=""
[ "$status" = 0 ] || die "the daemon ended with status $status:"
"$alignd" matches --store "$store" | cut -f 1,2 | LC_ALL=C sort > "$work/matches"
cmp -s "$work/folded" "$work/matches" || die "the events do not add up to the store's matches"
say "The daemon ended with status 0. Its $(wc -l < "$events") events add up to the $(wc -l < "$work/matches") matches of its store."
say "alignd verify builds the store again from its triples alone and compares every row:"
"$alignd" verify -q --store "$store" | sed 's/^/   /'
echo
if [ "$keep" = 1 ]; then
    say "Kept in $work: store, events, daemon.log."
else
    say "Next: README.md; scripts/demo.sh --serve leaves the daemon running, with a page to look at it;" \
        "--keep leaves the store behind."
fi
