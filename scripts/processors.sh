#!/usr/bin/env bash
# processors.sh - the program on processors that are not here, under qemu-user: an x86-64 of before
# AVX, and aarch64, built by a cross compiler against arm64 libraries in a folder of their own.
#
#   scripts/processors.sh [x86-64] [aarch64]    (default: both)
#
# On each two catalogs are loaded, whose store must have the digest that it has here; on aarch64
# the unit tests of base, kernel, model and align are run, the recorded bits of scores among them.
#
# Seven tests of base fail under qemu-user and are told as failures, so the status is 1 and test.sh
# --all leaves the script out: six of temporary.c, which takes more addresses than qemu gives, and
# array::ends_the_process_where_there_is_no_memory.
#
# Needs root where packages are missing, and the archive of packages.  Builds in build/release and
# build/aarch64; the arm64 libraries (300 MB) stay in build/aarch64-sysroot.  The last line is
# 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- x86-64 aarch64
for what in "$@"; do
    case $what in
    x86-64 | aarch64) ;;
    *) sed -n '2,17s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
done
scripts/install_packages.sh build test processors
work=$(mktemp -d "${TMPDIR:-/tmp}/alignd-processors.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
unset ALIGND_KERNEL
jobs=${JOBS:-$(nproc)}

passed=0 failed=0
check() { # WORDS COMMAND...: what it says is shown where it fails
    local words=$1
    shift
    if "$@" > "$work/said" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $words"
    else
        failed=$((failed + 1))
        echo "FAILED  $words"
        tail -20 "$work/said" | sed 's/^/        | /'
    fi
}

build() { # FOLDER TARGET...
    cmake --build "$@" -j "$jobs" > "$work/build.log" 2>&1 || { tail -30 "$work/build.log"; return 1; }
}

# By turns: a store built without them takes more addresses than qemu gives.
store_of() { # NAME COMMAND...: the demonstration's catalogs, and the digest of what they give
    local name=$1 graph
    shift
    for graph in archive cinema; do
        "$@" load --by-turns -q -s "$work/$name" -g $graph -m scripts/demo/mapping.tsv scripts/demo/$graph.nt || return 1
    done
    "$@" digest -s "$work/$name" > "$work/$name.digest"
}

cmake --preset release -DALIGND_ARCH= > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
build build/release --target alignd
store_of here build/release/alignd

old_x86() {
    local old="qemu-x86_64 -cpu Nehalem"
    # shellcheck disable=SC2086
    has_baseline() { $old build/release/alignd --version | grep -qx 'kernels: baseline'; }
    check "x86-64 without AVX: the program runs, by its baseline" has_baseline
    # shellcheck disable=SC2086
    check "two catalogs are loaded" store_of old $old build/release/alignd
    check "the store is the one made here" cmp "$work/old.digest" "$work/here.digest"
}

make_sysroot() {
    export AARCH64_SYSROOT=$PWD/build/aarch64-sysroot
    [ ! -e "$AARCH64_SYSROOT/made" ] || return 0
    rm -rf "$AARCH64_SYSROOT"
    mmdebstrap --variant=extract --architectures=arm64 --skip=check/qemu \
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
        --include=libc6-dev,libstdc++-12-dev,librdkafka-dev,librocksdb-dev,libjansson-dev,libinih-dev \
        --include=libutf8proc-dev,libxxhash-dev,libmicrohttpd-dev,libserd-dev,liblzma-dev,zlib1g-dev \
        --include=libcriterion-dev \
        "${SUITE:-bookworm}" "$AARCH64_SYSROOT" "${MIRROR:-http://deb.debian.org/debian}" &&
        touch "$AARCH64_SYSROOT/made"
}

build_aarch64() {
    cmake -G Ninja -S . -B build/aarch64 --toolchain "$PWD/scripts/processors/toolchain.cmake" \
        -DCMAKE_BUILD_TYPE=Release -DALIGND_WERROR=ON &&
        build build/aarch64 --target alignd test_base test_kernel test_model test_align
}

unit_tests() { # ROOM: counted one by one
    local line good bad
    qemu-aarch64 -L "$AARCH64_SYSROOT" "build/aarch64/test_$1" > "$work/said" 2>&1 || true
    line=$(grep '^\[====\] Synthesis' "$work/said" || true)
    good=$(sed -n 's/.*Passing: \([0-9]*\).*/\1/p' <<< "$line")
    bad=$(sed -n 's/.*Failing: \([0-9]*\).*/\1/p' <<< "$line")
    grep -E '^\[(FAIL|SKIP|----)\]' "$work/said" | head -20 || true
    [ -n "$line" ] || tail -5 "$work/said"
    echo "aarch64, $1: ${line:-the runner failed}"
    passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-1}))
}

aarch64() {
    check "arm64 libraries are there" make_sysroot
    check "aarch64: all is built, without a warning" build_aarch64
    for room in base kernel model align; do
        unit_tests $room
    done
    check "two catalogs are loaded" store_of arm qemu-aarch64 -L "$AARCH64_SYSROOT" build/aarch64/alignd
    check "the store is the one made here" cmp "$work/arm.digest" "$work/here.digest"
}

for what in "$@"; do
    case $what in
    x86-64) old_x86 ;;
    aarch64) aarch64 ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
