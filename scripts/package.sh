#!/usr/bin/env bash
# package.sh - makes the Debian package and tries it in a clean Debian of its own (debootstrap, a chroot):
# installed, a daemon started as nobody, catalogs matched, upgraded with its store, removed; the unit as
# systemd-analyze sees it.
#
#   scripts/package.sh [--no-try]
#
# Needs root, and the archive of packages; help2man for the manual pages.  The package lies in build/package.
# The last line is 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/build/package
scripts/install_packages.sh build package
cmake --preset release > /dev/null
cmake --build build/release --target alignd man > /dev/null
mkdir -p "$out"
rm -f "$out"/*.deb
make_package() { # VERSION
    (cd build/release && cpack -G DEB -B "$out" -D CPACK_PACKAGE_VERSION="$1") > "$out/cpack.log" 2>&1 || { cat "$out/cpack.log"; exit 1; }
    rm -rf "$out/_CPack_Packages"
}
version=$(build/release/alignd --version | head -n 1 | cut -d ' ' -f 2)
make_package "$version"
deb=$(ls "$out"/*.deb)
echo "$deb: $(stat -c %s "$deb") bytes"
[ "${1:-}" != --no-try ] || exit 0
make_package "$version.1"
later=$(ls "$out"/*"_$version.1_"*.deb)

passed=0 failed=0
check() { # WORDS COMMAND...: what it says is shown where it fails
    local words=$1 said rc=0
    shift
    said=$("$@" 2>&1) || rc=$?
    if [ "$rc" = 0 ]; then
        passed=$((passed + 1))
        echo "ok      $words"
    else
        failed=$((failed + 1))
        echo "FAILED  $words"
        printf '%s\n' "$said" | tail -20 | sed 's/^/        | /'
    fi
}

root=$out/root daemon=""
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    rm -rf "$root"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
rm -rf "$root"
debootstrap --variant=minbase --include=ca-certificates "${SUITE:-bookworm}" "$root" \
    "${MIRROR:-http://deb.debian.org/debian}" > "$out/debootstrap.log" 2>&1 || { tail -5 "$out/debootstrap.log"; exit 1; }
within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
as_nobody() { within setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
cp "$deb" "$later" "$root/tmp/"
within sh -c 'find / -xdev -type f -o -type l' | sort > "$out/before"

check "it installs, with all it needs" within apt-get install -y --no-install-recommends "/tmp/${deb##*/}"
check "the program runs" within alignd --version
check "there are manual pages, one a command" [ "$(ls "$root"/usr/share/man/man1/alignd*.1* | wc -l)" -gt 20 ]
complete() { # WORD...: what bash would offer for the last one
    # shellcheck disable=SC2016
    within bash -c 'source /usr/share/bash-completion/completions/alignd; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _alignd alignd "${COMP_WORDS[COMP_CWORD]}"; echo "${COMPREPLY[@]}"' bash "$@"
}
check "commands are completed" [ "$(complete alignd expl)" = explain ]
check "options are completed" [ "$(complete alignd load --mapp)" = --mapping ]

mkdir -p "$root/etc/alignd" "$root/var/lib/alignd"
chown nobody "$root/var/lib/alignd" 2> /dev/null || within chown nobody /var/lib/alignd
cp scripts/demo/{archive,cinema}.nt scripts/demo/mapping.tsv "$root/tmp/"
port=$((20000 + $$ % 10000))
printf '[store]\npath = /var/lib/alignd/films\n[align]\nmapping = /tmp/mapping.tsv\n[http]\nport = %s\n[graph.archive]\ntopics = a\n[graph.cinema]\ntopics = c\n' \
    "$port" > "$root/etc/alignd/films.conf"
for graph in archive cinema; do
    check "$graph is loaded, as nobody" as_nobody alignd load -q -s /var/lib/alignd/films -g $graph -m /tmp/mapping.tsv /tmp/$graph.nt
done
as_nobody alignd matches -s /var/lib/alignd/films > "$out/matches"
check "they match as anywhere" [ "$(wc -l < "$out/matches")" -gt 40 ]
lives() {
    local line
    for _ in $(seq 100); do
        if exec 9<> "/dev/tcp/127.0.0.1/$port" 2> /dev/null; then
            printf 'GET /readyz HTTP/1.0\r\n\r\n' >&9
            read -r line <&9
            exec 9>&-
            [[ $line != *200* ]] || return 0
        fi
        sleep 0.1
    done
    return 1
}
# the command of the unit, but for the broker
(exec chroot "$root" /usr/bin/setpriv --reuid=nobody --regid=nogroup --clear-groups /usr/bin/alignd run --quiet \
    --embedded-broker --config /etc/alignd/films.conf 2> "$out/daemon.log") &
daemon=$!
check "the daemon of the unit's command is ready" lives
kill -TERM "$daemon"
status=0
wait "$daemon" || status=$?
check "it ends with 0" [ "$status" = 0 ]
daemon=""

check "it is upgraded" within apt-get install -y "/tmp/${later##*/}"
check "the store is the same" cmp <(as_nobody alignd matches -s /var/lib/alignd/films) "$out/matches"
check "and what its triples give" as_nobody alignd verify -q -s /var/lib/alignd/films

check "systemd is there to look at the unit" within apt-get install -y --no-install-recommends systemd
check "the unit is one" within systemd-analyze verify --man=no /usr/lib/systemd/system/alignd@.service
exposure=$(within systemd-analyze security --offline=true --no-pager /usr/lib/systemd/system/alignd@.service 2> /dev/null |
    sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\).*/\1/p')
echo "        its exposure: ${exposure:-?} of 10"
check "and lets it do little" awk -v x="${exposure:-10}" 'BEGIN { exit !(x < 2.5) }'

cp config/system/alerts.yml tests/data/alerts_test.yml "$root/tmp/"
check "the alerts come when they should" promtool test rules "$root/tmp/alerts_test.yml"

check "it is removed" within apt-get purge -y alignd
within sh -c 'find / -xdev -type f -o -type l' | sort > "$out/after"
check "and leaves nothing but what is its owner's" [ -z "$(comm -13 "$out/before" "$out/after" | grep -i alignd |
    grep -vE '^/(etc|var/lib)/alignd/')" ]
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
