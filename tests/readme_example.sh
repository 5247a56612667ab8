#!/bin/sh
# readme_example.sh ALIGND: what README.md says goes in and comes out does.  A block behind the
# comment 'example: NAME' is
#
#   a file         written under its name; its rows are rows of scripts/demo, the configuration's not
#   commands       lines behind '$ ', and what each of them prints
#   event          of the daemon, fed with the files over the broker within it; the fields that
#                  README.md leaves out may be anything
#
# Numbers are compared to two places.  Fields of JSON are taken apart by jq, or else by python3.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
readme=${README:-$root/README.md} demo=$root/scripts/demo
export ALIGND_MODEL="$root/config/default.safetensors"
work=$(mktemp -d)
daemon=""
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
mkdir "$work/bin"
ln -s "$alignd" "$work/bin/alignd"
PATH=$work/bin:$PATH
cd "$work"

die() { echo "readme_example.sh: $*" >&2; exit 1; }

block() { # NAME: the fenced block behind its comment
    awk -v mark="<!-- example: $1 -->" '
        $0 == mark { found = 1; next }
        found && /^```/ { if (open) exit; open = 1; next }
        open' "$readme" > block
    [ -s block ] || die "README.md has no block '$1'"
    cat block
}

round() { # numbers with a decimal point to two places
    awk '{
        rest = $0; line = ""
        while (match(rest, /[0-9]+\.[0-9]+/)) {
            number = substr(rest, RSTART, RLENGTH)
            line = line substr(rest, 1, RSTART - 1) sprintf("%.2f", number)
            rest = substr(rest, RSTART + RLENGTH)
        }
        print line rest
    }' "$1"
}

# ---- the files, out of the demonstration's ----

for file in archive.nt cinema.nt mapping.tsv change.patch films.conf; do block "$file" > "$file"; done
all_in() { # FILE WHOLE
    ! grep -vxFf "$2" "$1" > strange || die "not in $2: $(cat strange)"
}
for file in archive.nt cinema.nt mapping.tsv; do all_in "$file" "$demo/$file"; done
all_in change.patch "$demo/credits.patch"

# ---- the commands, and what they print ----

block commands > commands
grep '^\$ ' commands | cut -c 3- > run
while IFS= read -r command; do
    echo "\$ $command"
    sh -c "$command" 2>&1 < /dev/null || die "status $? of: $command"
done < run > printed
round commands > expected
round printed > got
diff expected got > differences || { cat differences; die "commands print something else than README.md says"; }

# ---- the event ----

facts() { # a line each field of the JSON on standard input: where, and what
    if command -v jq > /dev/null; then
        jq -r 'paths(type != "object" and type != "array") as $p |
            (getpath($p) | if type == "number" then . * 100 | round / 100 else . end) as $value |
            "\($p | map(tostring) | join(".")) \($value)"'
    else
        python3 -c '
import json, sys
def walk(where, value):
    if isinstance(value, dict):
        for key in value: walk(where + [key], value[key])
    elif isinstance(value, list):
        for at, part in enumerate(value): walk(where + [str(at)], part)
    elif isinstance(value, str):
        print(".".join(where), value)
    elif isinstance(value, float):
        print(".".join(where), format(round(value, 2), "g"))
    else:
        print(".".join(where), json.dumps(value))
walk([], json.load(sys.stdin))'
    fi
}

block event > event.json
facts < event.json | LC_ALL=C sort > expected
[ -s expected ] || die "the event of README.md has no fields"
subject=$(sed -n 's/.*"subject_id": *"\([^"]*\)".*/\1/p' event.json)

alignd run -q --embedded-broker -c films.conf --set store.path="$work/served" --set http.port=0 \
    2> daemon.log < /dev/null &
daemon=$!
tries=0
until [ -s served.broker ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || die "the daemon does not start: $(tail -5 daemon.log)"
    kill -0 "$daemon" 2> /dev/null || die "the daemon ended: $(tail -5 daemon.log)"
    sleep 0.1
done
client="-c films.conf --bootstrap $(cat served.broker)"
# a catalog a message, hence in one turn: events do not depend on how fast we send
# shellcheck disable=SC2086
for graph in archive cinema; do
    alignd produce -q $client -g "$graph" --raw "$graph.nt" 2> produce.log || die "$(cat produce.log)"
done
tries=0
# shellcheck disable=SC2086
until alignd events $client 2> events.log | grep -F "\"subject_id\":\"$subject\"" > came; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || die "no event of $subject: $(tail -5 daemon.log events.log)"
    sleep 0.1
done
kill -TERM "$daemon"
wait "$daemon" || die "the daemon ended with status $?: $(tail -5 daemon.log)"
daemon=""
head -1 came | facts | LC_ALL=C sort > got
LC_ALL=C comm -23 expected got > missing
if [ -s missing ]; then
    echo "README.md says:"
    cat missing
    echo "the event:"
    head -1 came
    die "the event is another one than README.md says"
fi
echo "files, $(wc -l < run) commands and $(wc -l < expected) fields of an event: as README.md says"
