#!/usr/bin/env bash
# test.sh - every check of the project, from a fresh clone on.
#
#   scripts/test.sh                  walks the matrix: the rows that follow, in that order
#   scripts/test.sh --gcc-release    build by gcc (warnings are errors), unit tests, documents
#   scripts/test.sh --integration    the integration scripts on a real Kafka, the demonstration
#   scripts/test.sh --asan           unit tests under the address and undefined behaviour sanitizers,
#                                    but for those that look at documents or take more data alone
#   scripts/test.sh --clang-release  build by clang (warnings are errors), unit tests of the rooms that reckon
#   scripts/test.sh --fuzz           the readers of what comes from outside, a few seconds each
#
#   scripts/test.sh --unit-only      as --gcc-release
#   scripts/test.sh --sanitizers     unit tests and integration scripts with ASan, UBSan
#                                    and LSan; the stress program with TSan
#   scripts/test.sh --all            the matrix and --sanitizers, the long parts of the
#                                    integration scripts, a longer fuzz run
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

unit=0 integration=0 asan=0 clang=0 asan_integration=0 tsan=0
fuzz_seconds=0                      # a target; 0: none
case ${1:-} in
'') unit=1 integration=1 asan=1 clang=1 fuzz_seconds=1 ;;
--gcc-release | --unit-only) unit=1 ;;
--integration) integration=1 ;;
--asan) asan=1 ;;
--clang-release) clang=1 ;;
--fuzz) fuzz_seconds=4 ;;
--sanitizers) asan=1 asan_integration=1 tsan=1 ;;
--all)
    unit=1 integration=1 asan=1 clang=1 asan_integration=1 tsan=1 fuzz_seconds=20
    export LONG=1
    ;;
*) sed -n '2,25s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

# models of one seed for the examples of tests/seed_examples.sh; --all: of three
[ -n "${LONG:-}" ] || export SEEDS=1

# the catalogs of some tests are not part of the project
if [ -z "${ALIGND_DATA:-}" ] && [ -d ../shared/data ]; then
    ALIGND_DATA=$(cd ../shared/data && pwd)
    export ALIGND_DATA
fi

logs=$root/build/logs
mkdir -p "$logs"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/alignd-test.XXXXXX")
summary=$scratch/summary    # the runners' last lines
counts=$scratch/counts      # passed failed skipped row, a line a runner
times=$scratch/times        # seconds of each part, and its row
: > "$summary" > "$counts" > "$times"

cleanup() {
    build_ahead_ends
    [ ! -d "$scratch/kafka" ] || scripts/kafka.sh wipe --dir "$scratch/kafka" || true
    rm -rf "$scratch"
}
builder=""                  # what builds ahead beside the integration scripts
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

step() { printf '\n== %s\n' "$*"; }
count() { echo "$1 $2 $3 $row" >> "$counts"; }

# part ROW NAME COMMAND...: what is counted belongs to this row of the matrix, and at the end it is
# told how long it took
row=packages
part() {
    local name=$2 begun=$SECONDS rc=0
    row=$1
    shift 2
    "$@" || rc=$?
    echo "$((SECONDS - begun)) $row $name" >> "$times"
    return $rc
}

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

# Reads the log of `ctest -V`, of which two tests run at once: shows skipped and failed tests and
# each runner's own summary while they come, and writes summary and counts.
read_ctest='
function show(line) { print line; fflush() }
function remember(line) { print line >> summary }
/^ *Start +[0-9]+: / {
    id = $2 + 0
    name[id] = $0; sub(/^ *Start +[0-9]+: /, "", name[id])
    tested[id] = skipped[id] = held[id] = found[id] = 0
    next
}
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
    id = $0; sub(/^[^#]*#/, "", id); id += 0
    good = /  Passed  /
    line = label name[id] ": " (good ? "passed" : "failed")
    if (!tested[id]) {                      # a check without a runner, or one that died
        show("  " line); remember(line)
        print good ? 1 : 0, good ? 0 : 1, 0, row >> counts
    } else if (!good && !found[id]) {       # all tests passed, the runner did not
        line = label name[id] ": the runner failed"
        show("  " line); remember(line)
        print 0, 1, 0, row >> counts
    }
    if (!good)
        for (i = 0; i < held[id]; i++) show("    | " hold[id, i])
    next
}
!/^[0-9]+: / { next }
{ id = $1 + 0; sub(/^[0-9]+: /, "") }
/^\[SKIP\]/ { skipped[id]++; show("  " name[id] ": " $0); next }
/^\[RUN \]|^\[PASS\]|^\[====\] Running/ { next }
/^\[FAIL\]|^\[----\] .*:[0-9]+: /{ show("  " name[id] ": " $0); next }
/^\[====\] Synthesis/ {
    tested[id] = 1
    passing = failing = 0
    n = split($0, word, / +/)
    for (i = 1; i < n; i++) {
        if (word[i] == "Passing:") passing = word[i + 1]
        if (word[i] == "Failing:") failing = word[i + 1]    # crashed ones among them
    }
    line = label name[id] ": " $0 (skipped[id] ? "| Skipped: " skipped[id] : "")
    show("  " line); remember(line)
    print passing, failing, skipped[id], row >> counts
    found[id] = failing
    next
}
held[id] < 80 { hold[id, held[id]++] = $0 }
'

run_ctest() { # preset, label in the summary, further arguments of ctest
    local preset=$1 label=$2 log=$logs/ctest-$1.log
    shift 2
    step "unit tests ($preset)"
    CRITERION_VERBOSITY_LEVEL=1 ctest --test-dir "build/$preset" -j 2 -V --no-tests=error "$@" < /dev/null 2>&1 |
        tee "$log" |
        awk -v label="$label" -v summary="$summary" -v counts="$counts" -v row="$row" "$read_ctest" || true
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

# What the asan row leaves to the first row (and --sanitizers does not): documents and layout, and
# the code of the rooms' own tests on more data, or once more through a command; of histories it
# takes fewer.
scripts_of_others='style|links|readme_example|train_default|seed_examples|field_cases|homonyms|sssom'
scripts_of_others+='|clusters|settle|beside|arrivals|load_replace|edges|json|eval_page'
scripts_of_others+='|migration|kernels'

# A test that Criterion counts as passed may have leaked: what the sanitizers say is
# counted from the log, and leaks do not change the status of a runner.
run_asan() {
    build_ahead_ends
    build asan -DALIGND_TESTS=ON || return 0
    export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1 LSAN_OPTIONS=exitcode=0
    export UBSAN_OPTIONS=print_stacktrace=1
    local leave_out=()
    if [ "$asan_integration" = 0 ]; then
        leave_out=(-E "^($scripts_of_others)\$")
        export ALIGND_HISTORIES=60
    fi
    run_ctest asan "asan " "${leave_out[@]}"
    unset ALIGND_HISTORIES
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

# One script; its log is LOGS/NAME.LABEL.log, its result a line for take_result.
run_script() { # LABEL SCRIPT
    local name=${2##*/} rc=0 begun=$SECONDS
    timeout --kill-after=30 900 "$2" > "$logs/$1$name.log" 2>&1 < /dev/null || rc=$?
    echo "$1$name $rc $((SECONDS - begun))" >> "$scratch/results"
}

# Two lanes: scripts with brokers of their own wait for them most of the time.
has_own_broker() { grep -qE '^ *start_broker +[^ ]|kafka\.sh.* start' "$1"; }

# One script after the other; a lane that is through takes what the other one has not begun.
run_lane() { # LABEL SCRIPT...
    local label=$1 script
    shift
    for script in "$@"; do
        if mkdir "$scratch/begun.$label${script##*/}" 2> /dev/null; then run_script "$label" "$script"; fi
    done
}
reversed() { printf '%s\n' "$@" | tac; }

run_integration() { # PROGRAM [LABEL]
    local program=$1 label=${2:-} script one=() two=() name rc seconds
    step "integration, two lanes${label:+ (${label%-})}"
    for script in integration/[0-9]*.sh; do
        if has_own_broker "$script"; then two+=("$script"); else one+=("$script"); fi
    done
    : > "$scratch/results"
    export ALIGND=$program
    # shellcheck disable=SC2046
    run_lane "$label" "${two[@]}" $(reversed "${one[@]}") &
    local lane=$!
    # shellcheck disable=SC2046
    run_lane "$label" "${one[@]}" $(reversed "${two[@]}")
    wait "$lane"
    while read -r name rc seconds; do
        take_result "$name" "$logs/$name.log" "$rc" "$seconds"
    done < <(sort "$scratch/results")
}

# The same with the program built for the sanitizers; what they say goes to files.
run_asan_integration() {
    [ -x build/asan/alignd ] || return 0
    local reports=$scratch/asan
    mkdir -p "$reports"
    export ASAN_OPTIONS=detect_leaks=1:log_path=$reports/report UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/report
    run_integration "$root/build/asan/alignd" asan-
    unset ASAN_OPTIONS UBSAN_OPTIONS
    if [ -n "$(ls "$reports")" ]; then
        cp "$reports"/report* "$logs/"
        head -30 "$reports"/report* | sed 's/^/    | /' | head -60
        failed "sanitizers: $(ls "$reports" | wc -l) reports in integration (build/logs/report.*)"
    else
        echo "  no leak, no bad access, no undefined behaviour"
    fi
}

run_tsan() {
    step "threads (tsan)"
    local log=$logs/tsan.log rc=0 name
    if ! cmake --preset tsan > "$log" 2>&1 || ! cmake --build build/tsan >> "$log" 2>&1; then
        tail -20 "$log"
        failed "build tsan"
        return 0
    fi
    for name in build/tsan/stress_*; do
        [ -x "$name" ] && [ -f "$name" ] || continue
        rc=0
        TSAN_OPTIONS=halt_on_error=1 timeout 300 "$name" > "$logs/${name##*/}.tsan.log" 2>&1 || rc=$?
        if [ "$rc" = 0 ]; then
            echo "  tsan ${name##*/}: passed" | tee -a "$summary"
            count 1 0 0
        else
            head -40 "$logs/${name##*/}.tsan.log" | sed 's/^/    | /'
            failed "tsan ${name##*/}"
        fi
    done
}

# Builds what comes later while the integration scripts wait for brokers: one compiler at a time,
# in a process group of its own.
build_ahead() {
    local commands=:
    [ "$asan" = 0 ] || commands+=" && cmake --preset asan -DALIGND_TESTS=ON && cmake --build build/asan -j 1"
    [ "$clang" = 0 ] || commands+=" && cmake --preset clang -DALIGND_TESTS=ON && cmake --build build/clang -j 1"
    [ "$fuzz_seconds" = 0 ] || commands+=" && cmake --preset fuzz && cmake --build build/fuzz -j 1"
    setsid nice -n 10 bash -c "$commands" > "$logs/build-ahead.log" 2>&1 < /dev/null &
    builder=$!
}

# What is not built yet is built when it is needed, by all processors.
build_ahead_ends() {
    [ -n "$builder" ] || return 0
    kill -- "-$builder" 2> /dev/null || true
    wait "$builder" 2> /dev/null || true
    builder=""
}

# What a compiler can get wrong: the rooms that reckon (with --all every
# room).  Scripts and documents are the first row's.
run_clang() {
    build_ahead_ends
    build clang -DALIGND_TESTS=ON || return 0
    echo "build clang: passed" >> "$summary"
    count 1 0 0
    local rooms
    rooms=$(room_names)
    [ -n "${LONG:-}" ] || rooms='base|kernel|graph|model|align'
    ALIGND_HISTORIES=60 run_ctest clang "clang " -R "^($rooms)\$"
}

# The unit tests that are programs, one a room, as a pattern.
room_names() { (cd tests && find . -mindepth 2 -maxdepth 2 -name 'test_*.c' | cut -d / -f 2 | sort -u | paste -sd '|'); }

run_demo() {
    step "the demonstration"
    scripts/install_packages.sh demo
    local log=$logs/demo.log rc=0 begun=$SECONDS
    timeout --kill-after=30 300 scripts/demo.sh > "$log" 2>&1 < /dev/null || rc=$?
    take_result "demo.sh" "$log" "$rc" "$((SECONDS - begun))"
}

run_fuzz() {
    step "fuzz, $fuzz_seconds s a reader"
    build_ahead_ends
    local log=$logs/fuzz.log rc=0 begun=$SECONDS
    scripts/fuzz.sh "$fuzz_seconds" > "$log" 2>&1 < /dev/null || rc=$?
    grep -E '^ok|^FAILED' "$log" | sed 's/^/  /' || true
    take_result "fuzz.sh" "$log" "$rc" "$((SECONDS - begun))"
}

step "packages"
scripts/install_packages.sh build test
# a browser may not be there for this processor, nor Prometheus: then the page is skipped, and says so
for purpose in page monitor; do
    [ "$integration$asan_integration" = 00 ] || scripts/install_packages.sh $purpose || true
done
if [ "$clang" = 1 ] || [ "$fuzz_seconds" != 0 ]; then scripts/install_packages.sh clang; fi
echo ok

if [ "$unit" = 1 ] || [ "$integration" = 1 ]; then
    first=gcc-release
    [ "$unit" = 1 ] || first=integration
    if part $first build build release -DALIGND_TESTS=ON; then
        [ "$integration" = 0 ] || part integration Kafka start_broker
        [ "$unit" = 0 ] || part gcc-release "unit tests" run_ctest release ""
        if [ "$integration" = 1 ]; then
            build_ahead
            part integration scripts run_integration "$root/build/release/alignd"
            part integration demonstration run_demo
        fi
    fi
fi
[ "$asan" = 0 ] || part asan "build, unit tests" run_asan
if [ "$asan_integration" = 1 ]; then
    part asan Kafka start_broker
    part asan scripts run_asan_integration
fi
stop_broker
[ "$tsan" = 0 ] || part tsan threads run_tsan
[ "$clang" = 0 ] || part clang-release "build, unit tests" run_clang
[ "$fuzz_seconds" = 0 ] || part fuzz readers run_fuzz

# Of each row what came out and how long it took, by part.
print_matrix() {
    awk 'FILENAME == ARGV[1] { passed[$4] += $1; failed[$4] += $2; skipped[$4] += $3; next }
        {
            s = $1; r = $2; sub(/^[0-9]+ [^ ]+ /, "")
            if (!(r in sum)) order[++n] = r
            sum[r] += s; all += s
            parts[r] = parts[r] (parts[r] ? ", " : "") $0 " " s " s"
        }
        END {
            for (i = 1; i <= n; i++) {
                r = order[i]
                printf "%-14s %5d passed %3d failed %3d skipped %5d s: %s\n", r, passed[r], failed[r],
                    skipped[r], sum[r], parts[r]
            }
            printf "%-14s %d min %d s\n", "in all", all / 60, all % 60
        }' "$counts" "$times"
}

step "summary"
sed 's/^ */  /' "$summary"
read -r passed failures skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
line="$passed passed, $failures failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
[ "$passed" != 0 ] || [ "$failures" != 0 ] || { line="nothing was tested"; failures=1; }
step "matrix"
print_matrix
echo
echo "$line"
[ "$failures" = 0 ]
