#!/usr/bin/env bash
# The page of the daemon in a real browser (Debian's chromium, without a window): somebody searches a
# film, reads why its pair is one, decides that it is none, sees that come as an event, and withdraws it;
# the same by the keyboard alone; names that are made to hurt; narrow and wide, light and dark, nothing
# from elsewhere; the daemon goes and comes back under it.  What is driven: 20_page.py.
#
#   SHOTS=DIR  the pictures; default: build/page
#   LONG=1     a store of 200,000 entities too
. "$(dirname "$0")/lib.sh"
shots=${SHOTS:-$root/build/page}
python=/usr/bin/python3 # Debian's, which has its packages
browser=$(command -v chromium) && driver=$(command -v chromedriver) ||
    skip "no chromium or no chromedriver (scripts/install_packages.sh page)"
"$python" -c 'import selenium' 2> /dev/null || skip "no python3-selenium (scripts/install_packages.sh page)"
mkdir -p "$shots"
start_broker
export ALIGND PYTHONDONTWRITEBYTECODE=1

# page_config NAME GRAPH...: with a token for verdicts
page_config() {
    config "$@"
    conf=$work/$1.conf
    sed -i "s,^\[http\],&\ntoken_file = $work/token," "$conf"
    printf '[verdicts]\ntopics = %s.verdicts\n' "$prefix.$1" >> "$conf"
}
(umask 077 && echo "a-token-of-this-test" > "$work/token")

# drive PART URL: what 20_page.py says is counted; it may ask for the daemon to stop or to start
drive() {
    local line
    coproc PAGE { "$python" "$root/integration/20_page.py" "$1" "$2" "$shots" "$browser" "$driver" 2> "$work/$1.err"; }
    local page=$PAGE_PID from=${PAGE[0]} to=${PAGE[1]}
    pids="$pids $page"
    while IFS= read -r line <&"$from"; do
        case $line in
        "ok "*) pass "${line#ok }" ;;
        "FAILED "*) fail "${line#FAILED }" ;;
        stop) stop_daemon; echo "$status" >&"$to" ;;
        start*)
            # shellcheck disable=SC2086
            start_daemon "$conf" -q ${line#start}
            wait_ready "$conf" && echo ready >&"$to"
            ;;
        *) echo "        | $line" ;;
        esac
    done
    status=0
    wait "$page" || status=$?
    forget "$page"
    [ "$status" = 0 ] || { fail "20_page.py $1 ends with $status"; tail -20 "$work/$1.err" | sed 's/^/        | /'; }
}

address() { echo "http://127.0.0.1:$(option "$conf" http.port)"; }

# the demonstration begins beside all this, and is looked at in the end
"$root/scripts/demo.sh" --serve > "$work/demo.out" 2>&1 < /dev/null &
demo=$!
pids="$pids $demo"

# --- the catalogs of the demonstration, with names that are made to hurt ---

extra="[align]
mapping = $root/scripts/demo/mapping.tsv"
page_config films archive cinema
check "topics are made" alignd check -c "$conf" --create
"$python" "$root/integration/20_page.py" names "$work"
for g in archive cinema; do
    cat "$root/scripts/demo/$g.nt" "$work/$g.names.nt" > "$work/$g.nt"
    check "graph $g is sent" produce "$conf" $g "$work/$g.nt"
done
start_daemon "$conf" -q
wait_ready "$conf" || finish
drive films "$(address)"
stop_daemon
check "the daemon ends with status 0" test "$status" = 0

# --- the demonstration ---

until_true 60 grep -q 'until Ctrl-C' "$work/demo.out" ||
    { fail "the demonstration has no page"; tail -20 "$work/demo.out" | sed 's/^/        | /'; }
served=$(grep -o 'http://127.0.0.1:[^ ]*#token=[^ ]*' "$work/demo.out")
drive demo "$served"
kill -TERM "$demo"
status=0
wait "$demo" || status=$?
forget "$demo"
check "the demonstration ends with status 0" test "$status" = 0
port=${served#*127.0.0.1:}
check "and leaves no daemon behind" eval "! (exec 3<> /dev/tcp/127.0.0.1/${port%%/*}) 2> /dev/null"

# --- 200,000 entities ---

if [ "$long" = 1 ]; then
    extra="[align]
mapping = $work/synth/mapping.tsv"
    check "two catalogs are invented" alignd synth -q -o "$work/synth" --kind films --works "${WORKS:-70000}"
    page_config large left right
    check "topics are made" alignd check -c "$conf" --create
    for g in left right; do
        check "$g is loaded" alignd load -q --store "$work/large.store" -g $g -m "$work/synth/mapping.tsv" "$work/synth/$g.nt"
    done
    start_daemon "$conf" -q
    wait_ready "$conf" 120 || finish
    drive large "$(address)"
    stop_daemon
fi
finish
