# lib.sh - what the integration scripts share; to be sourced by bash.
#
#   ALIGND              the program; default: the newest build of it in the tree
#   ALIGND_TEST_BROKER  a broker to use; default: a Kafka of this script's own
#   ALIGND_DATA         the catalogs; default ../shared/data
#   KEEP=1              leaves the work folder behind
#   LONG=1              the parts that take long, too (scripts/test.sh --all)
#
# A script checks things with `check WORDS COMMAND...` and ends with `finish`:
# the last line is 'N passed, N failed'.  Status 77: skipped, the last line says why.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${ALIGND_DATA:-$root/../shared/data}
name=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-$name.XXXXXX")
passed=0 failed=0
pids=""       # daemons and other things of ours that still run
kafka=""      # folder of our own broker
long=${LONG:-0}

if [ -z "${ALIGND:-}" ]; then
    ALIGND=$(ls -t "$root"/build/*/alignd 2> /dev/null | head -1)
fi
[ -x "${ALIGND:-}" ] || { echo "no alignd: build it, or set ALIGND"; exit 1; }
case $ALIGND in /*) ;; *) ALIGND=$PWD/$ALIGND ;; esac

cleanup() {
    local pid
    for pid in $pids; do
        kill -KILL "$pid" 2> /dev/null || true # whatever the script has set
        wait "$pid" 2> /dev/null || true
    done
    [ -z "$kafka" ] || "$root/scripts/kafka.sh" stop --hard --dir "$kafka" 2> /dev/null
    if [ "${KEEP:-0}" = 1 ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

skip() { echo "$*"; exit 77; }
say() { echo "-- $*"; }

pass() { passed=$((passed + 1)); echo "ok      $*"; }
fail() { failed=$((failed + 1)); echo "FAILED  $*"; }

# check WORDS COMMAND...: status 0 is a pass; else what it said is shown
check() {
    local words=$1 out
    shift
    if out=$("$@" 2>&1); then
        pass "$words"
    else
        fail "$words"
        printf '%s\n' "$out" | tail -20 | sed 's/^/        | /'
    fi
}

# expect_status WORDS STATUS PATTERN COMMAND...: ends with that status (or one of A|B), says one
# line that holds the pattern (an extended regular expression)
expect_status() {
    local words=$1 status=$2 pattern=$3 out rc=0
    shift 3
    out=$("$@" 2>&1 > /dev/null) || rc=$?
    if ! [[ "|$status|" == *"|$rc|"* ]]; then
        fail "$words: status $rc, not $status"
    elif ! printf '%s\n' "$out" | grep -qE -e "$pattern"; then
        fail "$words: no word of /$pattern/"
    else
        pass "$words: $(printf '%s\n' "$out" | grep -E -e "$pattern" | head -1 | sed "s#$work/##g" | cut -c1-150)"
        return 0
    fi
    printf '%s\n' "$out" | tail -20 | sed 's/^/        | /'
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

# Sets $broker.
start_broker() { # further arguments of kafka.sh start
    if [ -n "${ALIGND_TEST_BROKER:-}" ] && [ $# = 0 ]; then
        broker=$ALIGND_TEST_BROKER
        return
    fi
    kafka=$work/kafka
    broker=$("$root/scripts/kafka.sh" start --dir "$kafka" --port auto "$@" 2> "$work/kafka.log" < /dev/null) ||
        { cat "$work/kafka.log"; echo "no broker"; exit 1; }
    say "$(tail -1 "$work/kafka.log")"
}

free_port() {
    local p tries
    for ((tries = 0; tries < 100; tries++)); do
        p=$((12000 + RANDOM % 8000))
        (exec 3<> "/dev/tcp/127.0.0.1/$p") 2> /dev/null || { echo "$p"; return; }
    done
}

# config NAME [GRAPH]...: writes $work/NAME.conf, topics PREFIX.GRAPH and PREFIX.NAME.out.
# Further lines come from $extra.  The prefix keeps scripts on one broker apart.
prefix="it$$-$RANDOM" # process ids come again
extra=""
config() {
    local id=$1 graph
    shift
    {
        printf '[alignd]\nname = %s.%s\n' "$prefix" "$id"
        printf '[log]\nformat = logfmt\n'
        printf '[store]\npath = %s/%s.store\ncache = 64M\nwrite_buffer = 64M\n' "$work" "$id"
        printf '[output]\ntopic = %s.%s.out\n' "$prefix" "$id"
        printf '[http]\nport = %s\n' "$(free_port)"
        for graph in "$@"; do
            printf '[graph.%s]\ntopics = %s.%s\n' "$graph" "$prefix" "$graph"
        done
        printf '[kafka]\nbootstrap.servers = %s\n' "$broker"
        printf '%s\n' "$extra"
    } > "$work/$id.conf"
}

option() { # CONF SECTION.KEY: the value in one of our configurations
    sed -n "/^\[${2%%.*}\]/,/^\[/s/^${2#*.} = //p" "$1" | head -1
}

# http CONF PATH: the body, status 0 when the answer is 200
http() {
    local port line status
    port=$(option "$1" http.port)
    exec 9<> "/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&9
    IFS=$' \r' read -r _ status _ <&9 || { exec 9>&-; return 1; }
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9
    exec 9>&-
    [ "$status" = 200 ]
}

metric() { http "$1" /metrics 2> /dev/null | awk -v name="alignd_$2" '$1 == name { print $2 }'; }

# start_daemon CONF [ARGUMENT]...: sets $daemon; the log is CONF.log
start_daemon() {
    local conf=$1
    shift
    "$ALIGND" run -c "$conf" "$@" >> "$conf.log" 2>&1 < /dev/null &
    daemon=$!
    pids="$pids $daemon"
}

# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

wait_ready() { # CONF [SECONDS]
    until_true "${2:-60}" http "$1" /readyz ||
        { fail "the daemon is not ready"; tail -20 "$1.log" | sed 's/^/        | /'; return 1; }
}

forget() { # PID: it has ended
    local pid rest=""
    for pid in $pids; do [ "$pid" = "$1" ] || rest="$rest $pid"; done
    pids=$rest
}

# stop_daemon: SIGTERM; sets $status
stop_daemon() {
    kill -TERM "$daemon" 2> /dev/null
    status=0
    wait "$daemon" || status=$?
    forget "$daemon"
}

alignd() { "$ALIGND" "$@"; }
produce() { # CONF GRAPH FILE...
    local conf=$1 graph=$2
    shift 2
    "$ALIGND" produce -q -c "$conf" --graph "$graph" "$@"
}

# run_once CONF: works off all that is there and ends
run_once() {
    "$ALIGND" run -q -c "$1" --once >> "$1.log" 2>&1 < /dev/null || { tail -5 "$1.log"; return 1; }
}

matches_of() { # CONF: subject, object, confidence, sorted
    "$ALIGND" matches --store "$(option "$1" store.path)" | cut -f1-3 | LC_ALL=C sort
}
fold_of() { "$ALIGND" events -c "$1" --fold | LC_ALL=C sort; }

# make_films NAME COUNT SEED: films with directors, triples in random order; catalogs of one
# seed describe the same films under different IRIs
make_films() {
    awk -v g="$1" -v n="$2" -v seed="$3" '
    BEGIN {
        srand(seed)
        split("Ran Ikiru Yojimbo Sanjuro Stalker Solaris Mirror Nostalgia Persona Silence", word, " ")
        label = "<http://www.w3.org/2000/01/rdf-schema#label>"
        for (i = 1; i <= n; i++) {
            title = word[1 + int(rand() * 10)] " " word[1 + int(rand() * 10)] " " int(rand() * n)
            who = 1 + int(rand() * n / 8)
            film = "<http://" g "/film/" i ">"
            row[++k] = film " " label " \"" title "\" ."
            row[++k] = film " <http://" g "/director> <http://" g "/person/" who "> ."
            row[++k] = film " <http://" g "/year> \"" (1950 + int(rand() * 60)) "\" ."
        }
        for (i = 1; i <= n / 8; i++)
            row[++k] = "<http://" g "/person/" i "> " label " \"Director " word[1 + i % 10] " " i "\" ."
        for (i = 1; i <= k; i++) print rand() "\t" row[i]
    }' | LC_ALL=C sort | cut -f2-
}
