#!/bin/sh
# install_packages.sh - the Debian 12 packages that alignd needs, by purpose:
#
#   scripts/install_packages.sh [build] [test] [demo] [page] [monitor] [package] [processors] [clang] [tidy]
#                               (default: build)
#
#   build   compiler, CMake and the libraries that the program links
#   test    what the unit tests need beyond that
#   demo    what scripts/demo.sh needs beyond that
#   page    the browser that integration/20_page.sh drives
#   monitor the Prometheus that integration/24_dashboard.sh starts
#   package  what scripts/package.sh needs beyond build
#   processors  what scripts/processors.sh needs beyond build and test
#   clang   clang, its sanitizers and fuzzer
#   tidy    clang-tidy, for the preset of that name
#
# Does nothing when all are there.  Installs what is missing by apt as root or
# through sudo where that asks for no password; otherwise names what is missing
# and ends with status 1.  (scripts/kafka.sh looks after Java and Maven itself.)
set -eu

build="cmake ninja-build gcc libc6-dev libstdc++-12-dev pkg-config librdkafka-dev librocksdb-dev
       libjansson-dev libinih-dev libutf8proc-dev libxxhash-dev
       libmicrohttpd-dev libserd-dev liblzma-dev zlib1g-dev"
test="libcriterion-dev libopenblas-dev xz-utils jq python3 git openssl"
demo="jq"
page="chromium chromium-driver python3-selenium"
monitor="prometheus"
package="help2man dpkg-dev debootstrap prometheus"
processors="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user mmdebstrap"
clang="clang libclang-rt-14-dev"
tidy="clang clang-tidy"

say() { echo "install_packages.sh: $*" >&2; }

wanted=""
[ $# -gt 0 ] || set -- build
for purpose in "$@"; do
    case $purpose in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    demo) wanted="$wanted $demo" ;;
    page) wanted="$wanted $page" ;;
    monitor) wanted="$wanted $monitor" ;;
    package) wanted="$wanted $package" ;;
    processors) wanted="$wanted $processors" ;;
    clang) wanted="$wanted $clang" ;;
    tidy) wanted="$wanted $tidy" ;;
    *) sed -n '2,19s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
done

# elsewhere the build itself tells what it does not find
if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    say "not a Debian system; needed here, under the names of Debian 12:" $wanted
    exit 0
fi

missing=""
for package in $wanted; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) || status=""
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as=""
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2> /dev/null; then
        say "missing packages; as root: apt-get install --no-install-recommends$missing"
        exit 1
    fi
    as="sudo -n"
fi
say "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
install() {
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
# the package lists may be old or not there at all: then once more with new ones
if ! install > "$log" 2>&1 < /dev/null; then
    if ! { $as apt-get update -q && install; } > "$log" 2>&1 < /dev/null; then
        tail -20 "$log" >&2
        say "apt could not install$missing"
        exit 1
    fi
fi
