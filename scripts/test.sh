#!/usr/bin/env bash
# test.sh - every check of the project, from a fresh clone on.
#
#   scripts/test.sh               release build (warnings are errors), unit tests, the
#                                 integration scripts on a real Kafka, the
#                                 demonstration, and the unit tests again under the
#                                 address and undefined behaviour sanitizers
#   scripts/test.sh --unit-only   release build and unit tests
#   scripts/test.sh --asan        unit tests under the sanitizers
#   scripts/test.sh --integration release build and integration scripts
#   scripts/test.sh --all         the first, a build with clang and a short fuzz run
#
# Installs missing packages (install_packages.sh, kafka.sh).  Builds in
# build/release and build/asan; logs are in build/logs.  The last line is
# 'N passed, N failed[, N skipped]': unit tests, the checks that the integration
# scripts count themselves, and everything else one each.  Status 0 when nothing failed.
#
# An integration script gets ALIGND (the program) and ALIGND_TEST_BROKER (a
# Kafka for those that need none of their own); its last line is 'N passed, N
# failed', or its status 77 and its last line says why it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

unit=1 integration=1 asan=1 clang=0
case ${1:-} in
'') ;;
--unit-only) integration=0 asan=0 ;;
--asan) unit=0 integration=0 ;;
--integration) unit=0 asan=0 ;;
--all) clang=1 ;;
*) sed -n '2,20s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

# the catalogs of some tests are not part of the project
if [ -z "${ALIGND_DATA:-}" ] && [ -d ../shared/data ]; then
    ALIGND_DATA=$(cd ../shared/data && pwd)
    export ALIGND_DATA
fi

logs=$root/build/logs
mkdir -p "$logs"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/alignd-test.XXXXXX")
summary=$scratch/summary    # the runners' last lines
counts=$scratch/counts      # passed failed skipped, a line a runner
: > "$summary" > "$counts"

cleanup() {
    [ ! -d "$scratch/kafka" ] || scripts/kafka.sh wipe --dir "$scratch/kafka" || true
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

step() { printf '\n== %s\n' "$*"; }
count() { echo "$1 $2 $3" >> "$counts"; }

# What could not be built or started is one failure; the rest goes on.
failed() {
    echo "FAILED: $1"
    echo "$1: failed" >> "$summary"
    count 0 1 0
}

build() { # preset, further arguments of cmake
    local preset=$1 log=$logs/build-$1.log
    shift
    step "build $preset"
    if cmake --preset "$preset" "$@" > "$log" 2>&1 && cmake --build "build/$preset" >> "$log" 2>&1; then
        echo "ok (log: ${log#"$root"/})"
        return 0
    fi
    grep -E -A 5 'error|Error|FAILED|not found' "$log" | head -60
    failed "build $preset (log: ${log#"$root"/})"
    return 1
}

# Reads the log of `ctest -V`: shows skipped and failed tests and each runner's
# own summary while they come, and writes summary and counts.
read_ctest='
function show(line) { print line; fflush() }
function remember(line) { print line >> summary }
/^ *Start +[0-9]+: / {
    name = $0; sub(/^ *Start +[0-9]+: /, "", name)
    tested = skipped = held = passing = failing = found = 0
    next
}
{ sub(/^[0-9]+: /, "") }
/^\[SKIP\]/ { skipped++; show("  " name ": " $0); next }
/^\[RUN \]|^\[PASS\]|^\[====\] Running/ { next }
/^\[FAIL\]|^\[----\] .*:[0-9]+: /{ show("  " name ": " $0); next }
/^\[====\] Synthesis/ {
    tested = 1
    n = split($0, word, / +/)
    for (i = 1; i < n; i++) {
        if (word[i] == "Passing:") passing = word[i + 1]
        if (word[i] == "Failing:") failing = word[i + 1]    # crashed ones among them
    }
    line = label name ": " $0 (skipped ? "| Skipped: " skipped : "")
    show("  " line); remember(line)
    print passing, failing, skipped >> counts
    found = failing
    next
}
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
    good = /  Passed  /
    line = label name ": " (good ? "passed" : "failed")
    if (!tested) {                          # a check without a runner, or one that died
        show("  " line); remember(line)
        print good ? 1 : 0, good ? 0 : 1, 0 >> counts
    } else if (!good && !found) {           # all tests passed, the runner did not
        line = label name ": the runner failed"
        show("  " line); remember(line)
        print 0, 1, 0 >> counts
    }
    if (!good)
        for (i = 0; i < held; i++) show("    | " hold[i])
    next
}
held < 80 { hold[held++] = $0 }
'

run_ctest() { # preset, label in the summary
    local preset=$1 label=$2 log=$logs/ctest-$1.log
    step "unit tests ($preset)"
    CRITERION_VERBOSITY_LEVEL=1 ctest --test-dir "build/$preset" -V --no-tests=error < /dev/null 2>&1 |
        tee "$log" | awk -v label="$label" -v summary="$summary" -v counts="$counts" "$read_ctest" || true
    grep -q '^Total Test time' "$log" || failed "ctest $preset (log: ${log#"$root"/})"
}

# Counts and shows what the sanitizers said.  A leak is told block by block; one whose
# frames are all Criterion's own (its runner loses a few bytes now and then) is left out.
read_sanitizers='
function close_block() {
    if (leak && foreign) { found++; if (found <= 5) printf "%s", text }
    leak = foreign = 0; text = ""
}
{ sub(/^[0-9]+: /, "") }
/(Direct|Indirect) leak of/ { close_block(); leak = 1; text = "    | " $0 "\n"; next }
leak && /^ +#[0-9]+ / {
    text = text "    | " $0 "\n"
    if ($0 !~ /libcriterion|libsanitizer|libc\.so|libasan/) foreign = 1
    next
}
leak { close_block() }
/ERROR: AddressSanitizer|runtime error: / { found++; if (found <= 5) { print "    | " $0; more = 12 }; next }
more > 0 { more--; print "    | " $0 }
END { close_block(); print found + 0 > counted }
'

# A test that Criterion counts as passed may have leaked: what the sanitizers say is
# counted from the log, and leaks do not change the status of a runner.
# (No -Werror here: the sanitizers' own code makes gcc warn of conversions that
# are none.  The release and the clang build judge warnings.)
run_asan() {
    build asan -DALIGND_TESTS=ON -DALIGND_WERROR=OFF || return 0
    export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1 LSAN_OPTIONS=exitcode=0
    export UBSAN_OPTIONS=print_stacktrace=1
    run_ctest asan "asan "
    unset ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS
    awk -v counted="$scratch/reports" "$read_sanitizers" "$logs/ctest-asan.log"
    local found
    found=$(cat "$scratch/reports")
    if [ "$found" != 0 ]; then
        failed "sanitizers: $found reports (log: build/logs/ctest-asan.log)"
    else
        echo "  no leak, no bad access, no undefined behaviour"
    fi
}

# One broker for all that need a real one and do not stop it.
start_broker() {
    [ -z "${ALIGND_TEST_BROKER:-}" ] || return 0
    step "Kafka"
    local log=$logs/kafka.log
    if ALIGND_TEST_BROKER=$(scripts/kafka.sh start --port auto --dir "$scratch/kafka" < /dev/null 2> "$log"); then
        export ALIGND_TEST_BROKER
        tail -n 1 "$log"
    else
        unset ALIGND_TEST_BROKER
        tail -n 20 "$log"
        failed "scripts/kafka.sh start (log: ${log#"$root"/})"
    fi
}

stop_broker() {
    [ -d "$scratch/kafka" ] || return 0
    scripts/kafka.sh wipe --dir "$scratch/kafka"
    unset ALIGND_TEST_BROKER
}

# name, log, status, seconds of something that counts its own checks
take_result() {
    local name=$1 log=$2 rc=$3 seconds=$4 last p=0 f=0
    last=$(tail -n 1 "$log")
    if [ "$rc" = 77 ]; then
        count 0 0 1
        echo "  $name: skipped: $last" | tee -a "$summary"
        return 0
    fi
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
        p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]}
    fi
    # a script that counts nothing is one check; one that died is a failure more
    if [ "$rc" = 0 ] && [ "$p" = 0 ]; then p=1; fi
    if [ "$rc" != 0 ] && [ "$f" = 0 ]; then f=1; fi
    count "$p" "$f" 0
    echo "  $name: $p passed, $f failed ($seconds s)" | tee -a "$summary"
    if [ "$f" != 0 ]; then
        { grep -A 8 '^FAILED' "$log" || tail -40 "$log"; } | head -80 | sed 's/^/    | /'
        echo "    (log: ${log#"$root"/})"
    fi
}

run_integration() {
    step "integration"
    export ALIGND=$root/build/release/alignd
    local script name log rc begun
    for script in integration/[0-9]*.sh; do
        [ -e "$script" ] || { echo "  no scripts"; return 0; }
        name=${script##*/} log=$logs/${script##*/}.log rc=0 begun=$SECONDS
        timeout --kill-after=30 900 "$script" > "$log" 2>&1 < /dev/null || rc=$?
        take_result "$name" "$log" "$rc" "$((SECONDS - begun))"
    done
}

run_demo() {
    step "the demonstration"
    scripts/install_packages.sh demo
    local log=$logs/demo.log rc=0 begun=$SECONDS
    timeout --kill-after=30 300 scripts/demo.sh > "$log" 2>&1 < /dev/null || rc=$?
    take_result "demo.sh" "$log" "$rc" "$((SECONDS - begun))"
}

fuzz() {
    step "fuzz, 20 s a decoder"
    local log=$logs/fuzz.log target name
    if ! cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DALIGND_FUZZ=ON -DALIGND_TESTS=OFF \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo > "$log" 2>&1 || ! cmake --build build/fuzz >> "$log" 2>&1; then
        tail -20 "$log"
        failed "build fuzz"
        return 0
    fi
    for target in build/fuzz/tests/fuzz/fuzz_*; do
        [ -x "$target" ] && [ -f "$target" ] || continue
        name=${target##*/}
        mkdir -p "$scratch/$name"
        if "$target" -max_total_time=20 -artifact_prefix="$logs/$name-" "$scratch/$name" \
            "tests/fuzz/corpus/${name#fuzz_}" > "$logs/$name.log" 2>&1 < /dev/null; then
            echo "  $name: passed" | tee -a "$summary"
            count 1 0 0
        else
            tail -20 "$logs/$name.log"
            failed "$name"
        fi
    done
}

step "packages"
scripts/install_packages.sh build test
[ "$clang" = 0 ] || scripts/install_packages.sh clang
echo ok

if [ "$unit" = 1 ] || [ "$integration" = 1 ]; then
    if build release -DALIGND_TESTS=ON; then
        [ "$integration" = 0 ] || start_broker
        [ "$unit" = 0 ] || run_ctest release ""
        if [ "$integration" = 1 ]; then
            run_integration
            run_demo
        fi
        stop_broker
    fi
fi
[ "$asan" = 0 ] || run_asan
if [ "$clang" = 1 ]; then
    if build clang -DALIGND_TESTS=ON; then
        echo "build clang: passed" >> "$summary"
        count 1 0 0
    fi
    fuzz
fi

step "summary"
sed 's/^ */  /' "$summary"
read -r passed failures skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
line="$passed passed, $failures failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
[ "$passed" != 0 ] || [ "$failures" != 0 ] || { line="nothing was tested"; failures=1; }
echo
echo "$line"
[ "$failures" = 0 ]
