#!/bin/bash
# migration.sh ALIGND DATA: stores that former versions made (DATA/stores): what is read, what is refused and
# with which words, and that the command which they name makes of it what a load of its triples makes.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
stores=$(cd "$2/stores" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0
check() { # WORDS COMMAND...
    local words=$1
    shift
    if "$@" > out 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$words: not so" && tail -5 out
    fi
}
refused() { # PATTERN COMMAND...: status 78, and says so
    local pattern=$1 rc=0
    shift
    "$@" > said 2>&1 || rc=$?
    [ "$rc" = 78 ] && grep -q -e "$pattern" said
}
unpack() { rm -rf S && tar -xJf "$stores/$1.tar.xz"; }
digest() { "$alignd" digest -s "$1"; }
# what the triples of S come to, loaded into a new store
load_anew() {
    local g
    rm -rf fresh
    for g in left right; do
        "$alignd" export -s S --triples -g $g > $g.nt
        "$alignd" load -q -s fresh -m "$stores/mapping.tsv" -g $g $g.nt
    done
}
is_as_loaded() { load_anew && [ "$(digest S)" = "$(digest fresh)" ] && [ "$(wc -l < left.nt)" -gt 100 ]; }
conf() { # TOPICS: a daemon's, on S
    cat << END
[alignd]
name = films
[store]
path = S
[http]
port = 0
[align]
mapping = $stores/mapping.tsv
[graph.left]
topics = $1
[graph.right]
topics = $1.right
[verdicts]
END
}

# ---- format 3, before further names ----

unpack format-3
for command in digest matches verify "explain http://example.org/left/work/458614671486" "export"; do
    # shellcheck disable=SC2086
    check "format 3: $command names the way out" refused 'alignd rebuild --store DIR' "$alignd" $command -s S
done
check "format 3: nor does load write to it" refused 'alignd rebuild --store DIR' "$alignd" load -q -s S -g left "$stores/mapping.tsv"
check "format 3: rebuild" "$alignd" rebuild -q -s S
check "format 3: every row is what its triples give" "$alignd" verify -q -s S
check "format 3: it is what a load of its triples gives" is_as_loaded

unpack format-3
conf other > films.conf
check "format 3: the daemon names its own" refused 'on-mismatch=rebuild' "$alignd" run -q --embedded-broker --once -c films.conf
check "format 3: and takes it there" "$alignd" run -q --embedded-broker --once --on-mismatch=rebuild -c films.conf
check "format 3: to the same" is_as_loaded

# ---- format 4, by the built-in model of before ----

unpack format-4
check "another model: what only reads says who takes it there" refused 'alignd run and alignd load take' "$alignd" matches -s S
: > nothing.nt
check "another model: load takes it there" "$alignd" load -q -s S -g left nothing.nt
check "another model: every row is what its triples give" "$alignd" verify -q -s S
check "another model: it is what a load of its triples gives" is_as_loaded
unpack format-4
check "another model: so does rebuild" "$alignd" rebuild -q -s S
check "another model: to the same" is_as_loaded


check "nothing is left beside the stores" test ! -e S.building
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
