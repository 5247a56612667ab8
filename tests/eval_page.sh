#!/bin/bash
# eval_page.sh ALIGND: the page of `alignd eval --plot FILE.html` is well-formed, fetches and runs
# nothing whatever the catalogs hold, and says what the command prints; its parts agree with each other.
# What is looked at in a page: tests/tools/eval_page.py.
set -eu
case $1 in /*) alignd=$1 ;; *) alignd=$PWD/$1 ;; esac
tools=$(cd "$(dirname "$0")" && pwd)/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

look() { # WORDS, then what eval_page.py takes
    local words=$1
    shift
    if python3 "$tools/eval_page.py" "$@" > said 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$words: $(cat said)"
    fi
}
eval_page() { "$alignd" eval "$@" --plot page.html > printed; }

# ---- what every link comes to, and labels that mean ill ----

# written with \u of N-Triples, where that says what it is
long=$(printf 'very long %.0s' $(seq 100))
ill='<script>alert(1)</script> &amp; \u0027x\u0027 \"><img src=x onerror=alert(2)> ]]> \u202Egnp.exe\u0007'
label='<http://www.w3.org/2000/01/rdf-schema#label>'
cat > left.nt << END
<http://left/same> $label "Brass Monsoon" .
<http://left/ill> $label "$ill" .
<http://left/long> $label "The $long Night" .
<http://left/two> $label "The Glass Orchard" .
<http://left/far> $label "Night Train to Oulu" .
<http://left/rival> $label "Seven Kites over Harbour Street" .
<http://left/stray> $label "Paper Lanterns at Noon" .
<http://left/taken> $label "Amber Telegraph of the Northern Line 2" .
<http://left/taker> $label "Amber Telegraph of the Northern Line" .
<http://left/below> $label "Blue Heron Ferry" .
<http://left/twin> $label "Copper Meridian" .
<http://left/twin2> $label "Copper Meridian, the Other One" .
END
cat > right.nt << END
<http://right/same> $label "Brass Monsoon" .
<http://right/ill> $label "$ill" .
<http://right/ill2> $label "Nothing of that kind" .
<http://right/long> $label "The $long Night" .
<http://right/two> $label "The Glass Orchard, a Memoir of Several Winters" .
<http://right/far> $label "Zebra Crossing" .
<http://right/rival> $label "Seven Kites over Harbour Street" .
<http://right/rival2> $label "Seven Kites over Harbour Street 2" .
<http://right/stray> $label "Paper Lanterns at Noon" .
<http://right/taken> $label "Amber Telegraph of the Northern Line" .
<http://right/below> $label "Red Heron Ferry of 1987, Part 4" .
<http://right/twin> $label "Copper Meridian" .
END
printf '%s\n' 'http://left/same	http://right/same' 'http://left/ill	http://right/ill2' 'http://right/long' \
    'http://left/two	http://right/two' 'http://left/far	http://right/far' \
    'http://left/rival	http://right/rival2' 'http://left/gone	http://right/gone' \
    'http://left/taken	http://right/taken' 'http://left/below	http://right/below' 'http://left/twin	http://left/twin2' > gold.tsv
for side in left right; do
    "$alignd" load -q --no-explain --set threshold=0.02 -s S -g $side $side.nt
done
eval_page -s S --links gold.tsv --worst 10
look "of small catalogs" page.html printed --words 'alert(1)' '[U+202E]gnp.exe[U+0007]' 'no candidate: 2' \
    'by the gold file one of them has no counterpart' 'never compared: they share no block' \
    'is by the links' 'Nothing of that kind' 'another preferred by the second: 1' 'below the threshold: 1' \
    'both ends are in one catalog: 1' 'which is in the same catalog' "that one has a better match: 'Amber Telegraph of the" "this one has a better match: 'Seven Kites over Harbour Street' at" \
    'an end is not in the store: 1' 'matches left out: 1' 'the store is told to match from 0.0200' --whole "The $long Night"
eval_page -s S --links gold.tsv --worst 10 --closed
look "closed" page.html printed --words 'matches left out: 0' 'no link names either of them'
eval_page -s S --links gold.tsv --worst 1
look "one of each" page.html printed --worst 1
eval_page -s S --links gold.tsv --worst 0 --review 1
look "none at all, all but possible" page.html printed --worst 0 --review 1
printf 'http://left/same\thttp://right/same\t1\nhttp://left/ill\thttp://right/ill\t0\nhttp://left/rival\thttp://right/rival2\t1\n' > labelled.tsv
eval_page -s S --links labelled.tsv
look "labelled pairs" page.html printed --words 'labelled candidates, one by one' 'by the gold file they are not the same'
printf 'http://left/gone\thttp://right/gone\n' > gone.tsv
eval_page -s S --links gone.tsv
look "no link is there" page.html printed --words 'an end is not in the store: 1'

# ---- invented catalogs of several types ----

mkdir W
"$alignd" synth -q --kind films --works 300 --make 3 --out W > /dev/null
for side in left right; do
    "$alignd" load -q --no-explain -s T -g $side -m W/mapping.tsv W/$side.nt
done
cat W/links.*.tsv > links.tsv
eval_page -s T --links links.tsv --without cross --without graph
look "several types and runs" page.html printed --words 'without cross' 'without graph'
first=$(sed -n '/<h2>Curves/,$p' page.html | cksum)
eval_page -s T --links links.tsv
[ "$first" = "$(sed -n '/<h2>Curves/,$p' page.html | cksum)" ] || { echo "further runs change the first"; failed=$((failed + 1)); }
"$alignd" eval -s T --links links.tsv --plot page.htm --json > json
cmp -s <(sed '/<dt>when/d' page.htm) <(sed '/<dt>when/d' page.html) || { echo "--json: another page"; failed=$((failed + 1)); }

# what it tells of a pair is what `alignd explain` does
python3 "$tools/eval_page.py" page.html printed --first > pair
read -r a b < pair
"$alignd" explain -s T "$a" "$b" > explained
look "as explained" page.html printed --explained explained
# and of another model than the store's, what that one holds
awk 'NR % 2' links.tsv > half.tsv
"$alignd" train -q -s T --links half.tsv --model M > trained 2>&1
eval_page -s T --links links.tsv --model M
look "of another model" page.html printed --words 'M (digest'
eval_page -s T --links links.tsv --retrain half.tsv
look "fitted anew" page.html printed --words 'fitted anew to half.tsv'

# ---- where it cannot be written ----

status=0
"$alignd" eval -s S --links gold.tsv --plot none/page.html > printed 2> said || status=$?
{ [ $status = 74 ] && grep -q "none/page.html" said; } || { echo "no folder: status $status: $(cat said)"; failed=$((failed + 1)); }

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
