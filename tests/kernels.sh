#!/bin/sh
# kernels.sh ALIGND: with whichever kernels this processor runs, the same store to the digest; an
# unknown name is refused.
set -eu
alignd=$1
demo=$(dirname "$0")/../scripts/demo
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset ALIGND_KERNEL
kernels=$("$alignd" --version | sed -n 's/^kernels: //p' | sed 's/; this processor also runs /, /; s/,//g')
case $kernels in *baseline*) ;; *) echo "no baseline among '$kernels'"; exit 1 ;; esac
for kernel in $kernels; do
    export ALIGND_KERNEL="$kernel"
    "$alignd" --version | grep -q "^kernels: $kernel" || { echo "$kernel was asked for and does not serve"; exit 1; }
    for graph in archive cinema; do
        "$alignd" load -q -s "$work/$kernel" -g $graph -m "$demo/mapping.tsv" "$demo/$graph.nt" 2> "$work/log" || { cat "$work/log"; exit 1; }
    done
    "$alignd" matches -s "$work/$kernel" > "$work/$kernel.matches"
    [ "$(wc -l < "$work/$kernel.matches")" -gt 40 ] || { echo "$kernel: hardly any matches"; exit 1; }
    "$alignd" digest -s "$work/$kernel" > "$work/$kernel.digest"
done
for kernel in $kernels; do
    cmp "$work/baseline.digest" "$work/$kernel.digest"
    cmp "$work/baseline.matches" "$work/$kernel.matches"
done
rc=0
ALIGND_KERNEL=abacus "$alignd" digest -s "$work/baseline" > "$work/log" 2>&1 || rc=$?
if [ "$rc" != 64 ] || ! grep -q "ALIGND_KERNEL is 'abacus'" "$work/log"; then
    cat "$work/log"
    exit 1
fi
