#!/usr/bin/env bash
# Fuzzes every reader of bytes from outside: libFuzzer with ASan and UBSan.
#
#   scripts/fuzz.sh [SECONDS [TARGET...]]   SECONDS each, an hour without; all targets
#
# Begins with tests/fuzz/corpus/TARGET and what earlier runs found in
# build/fuzz-found/TARGET.  A line a target: executions, coverage, whether it
# failed; the input of a failure is in build/fuzz-found/TARGET-*: keep it in the
# corpus, so that every later run begins with it.  Status 0 when none failed.
# TARGETs are the names in tests/fuzz without 'fuzz_'.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-3600}
[[ $seconds =~ ^[0-9]+$ ]] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }
shift $(($# ? 1 : 0))
names=("$@")
if [ $# = 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        name=${source##*/fuzz_}
        names+=("${name%.c}")
    done
fi
found=$PWD/build/fuzz-found
mkdir -p "$found"

log=$found/build.log
if ! cmake --preset fuzz > "$log" 2>&1 || ! cmake --build build/fuzz --target "${names[@]/#/fuzz_}" >> "$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
fi

# stderr of a target is closed: what it logs about bad input is not of interest,
# and what the sanitizers say is told all the same
run() { # NAME
    local name=$1 options=(-close_fd_mask=2 -print_final_stats=1 -rss_limit_mb=3000) rc=0 log line
    log=$found/$name.log
    mkdir -p "$found/$name"
    if [ "$name" = store ]; then options+=(-len_control=0 -max_len=32); fi
    "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" "${options[@]}" \
        -artifact_prefix="$found/$name-" "$found/$name" "tests/fuzz/corpus/$name" > "$log" 2>&1 < /dev/null || rc=$?
    line=$(awk -v RS='[ \n]' '/^cov:/ { getline; c = $0 } END { print c + 0 }' "$log")
    line="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, $line edges covered"
    if [ "$rc" = 0 ]; then
        echo "ok      $name: $line"
    else
        echo "FAILED  $name: $line (log: ${log#"$PWD"/})"
        grep -E 'ERROR|runtime error|SUMMARY|^ +#[0-9]+ .*/(src|tests)/|Test unit written' "$log" | head -20 | sed 's/^/        | /'
    fi
    return "$rc"
}

failures=0
for name in "${names[@]}"; do
    [ -f "tests/fuzz/fuzz_$name.c" ] || { echo "no target '$name'" >&2; exit 64; }
    run "$name" || failures=$((failures + 1))
done
echo "$((${#names[@]} - failures)) passed, $failures failed"
[ "$failures" = 0 ]
