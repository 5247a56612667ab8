#!/bin/bash
# sssom.sh ALIGND: what `alignd export` writes is SSSOM that others read, whatever its entities are
# called, with a predicate for each band.  Read by sssom-py where that is installed (pip install
# sssom), and by a stricter check of our own everywhere.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0
check() { # WORDS COMMAND...
    local words=$1
    shift
    if "$@" > said 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$words: $(tail -3 said)"
    fi
}

# ---- names of every kind, and pairs of every confidence ----

label="<http://www.w3.org/2000/01/rdf-schema#label>"
cat > a.nt << END
<urn:x:1> $label "Harbour Patrol \"one\"" .
<urn:x:2> $label "Sunset Boulevard Story\tof two" .
_:b3 $label "Silent Mountain Echo" .
<http://a.example/?q=4> $label "Golden River Crossing" .
<http://a.example/x/(5),é%20:y> $label "Winter Lantern Parade" .
<mailto:z@a.example> $label "Quiet Orchard Lament" .
<http://a.example/7> $label "Marble Staircase Seventeen" .
END
cat > b.nt << END
<urn:isbn:1> $label "Harbour Patrol \"one\"" .
<tag:b.example,2020:2> $label "Sunset Boulevard Story of two" .
<http://b.example/i/3> $label "Silent Mountain Echo" .
<http://b.example/i/?q=4> $label "Golden River Crossing" .
<http://b.example> $label "Winter Lantern Parade" .
<http://b.example/i/> $label "Quiet Orchard Lament" .
<http://b.example/7> $label "Marble Staircases Seventeenth" .
END
"$alignd" load -q -s S -g a a.nt
"$alignd" load -q -s S -g b b.nt

# a line between the least and the greatest confidence: there are both bands
line=$("$alignd" matches -s S | cut -f 3 | sort -n | awk '{v[NR] = $1} END {printf "%.6f", (v[1] + v[NR]) / 2}')

# ---- our own check ----

# Of each row: a URI or a CURIE whose prefix the header names, a predicate of the two, a
# justification, a confidence; predicates by the line.
cat > strict.awk << 'END'
BEGIN { FS = "\t"; legal = "^[!#-;=?-Z_a-z~]+$" }
function fault(words) { print FILENAME ":" FNR ": " words ": " $0; bad = 1 }
function reference(text,    prefix) {
    if (text !~ legal) return fault("no URI")
    if (text ~ "^https?://.") return
    prefix = substr(text, 1, index(text, ":") - 1)
    if (!(prefix in prefixes)) return fault("no prefix '" prefix "'")
    if (length(text) == length(prefix) + 1) return fault("nothing behind the prefix")
}
/^#  / { prefixes[substr($0, 4, index($0, ": ") - 4)] = 1; next }
/^#mapping_set_id: "https:\/\/[^" ]+"$/ { id = 1 }
/^#license: "https:\/\/[^" ]+"$/ { license = 1 }
/^#/ { next }
!columns { columns = NF; for (i = 1; i <= NF; i++) at[$i] = i; next }
{
    rows++
    if (NF != columns) fault("not " columns " columns")
    reference($at["subject_id"]); reference($at["object_id"]); reference($at["predicate_id"])
    reference($at["subject_source"]); reference($at["object_source"])
    if ($at["mapping_justification"] !~ /^semapv:(CompositeMatching|ManualMappingCuration)$/)
        fault("no justification")
    if ($at["confidence"] !~ /^(0\.[0-9]+|1\.0+)$/) fault("no confidence")
    if ($at["predicate_id"] != ($at["confidence"] < line ? "skos:closeMatch" : "owl:sameAs"))
        fault("of the other band")
    if ($at["subject_label"] ~ /"/ && $at["subject_label"] !~ /^".*"$/) fault("a quote unquoted")
}
END { if (!id || !license) { print "no id or license"; bad = 1 } exit bad || rows != want }
END
same_pairs() { # every pair of the matches is a verdict
    "$alignd" export -s V --triples -g verdicts | sed 's/ <[^ ]*sameAs> /\t/; s/ \.$//; s/[<>]//g' | LC_ALL=C sort > have
    "$alignd" matches -s S | cut -f 1,2 | LC_ALL=C sort > want
    diff want have
}
strict() { awk -v line="$2" -v want="$3" -f strict.awk "$1"; }
rows=$("$alignd" matches -s S | wc -l)
possible=$("$alignd" matches -s S --review "$line" --band possible | wc -l)
same=$("$alignd" matches -s S --review "$line" --band match | wc -l)
check "there are seven matches" test "$rows" = 7
check "of both bands" test "$possible" -gt 0 -a "$same" -gt 0 -a $((possible + same)) = "$rows"
"$alignd" export -s S --uris --review "$line" > all.tsv
"$alignd" export -s S --uris --review "$line" --band possible > possible.tsv
"$alignd" export -s S --uris --review 0 --set-id https://a.example/sets/1 > plain.tsv
check "both bands" strict all.tsv "$line" "$rows"
check "one of them" strict possible.tsv "$line" "$possible"
check "a line of 0" strict plain.tsv 0 "$rows"
"$alignd" export -s S > iris.sssom.tsv
check "an IRI stays as it is" grep -q '(5),é%20:y	' iris.sssom.tsv
"$alignd" load -q -s V --verdicts iris.sssom.tsv > said 2>&1 || true
check "what is written is read as verdicts of the same entities" same_pairs
check "a set by its name" grep -q '^#mapping_set_id: "https://a.example/sets/1"$' plain.tsv

# ---- the other formats, by the same line ----

count() { "$alignd" export -s S --review "$line" -f "$1" | grep -c "$2" || true; }
check "N-Triples" test "$(count ntriples '<http://www.w3.org/2004/02/skos/core#closeMatch>')" = "$possible"
check "N-Triples, the same" test "$(count ntriples '<http://www.w3.org/2002/07/owl#sameAs>')" = "$same"
check "JSON" test "$(count json '"predicate_id":"skos:closeMatch","band":"possible"')" = "$possible"
check "TSV" test "$(count tsv "	possible$")" = "$possible"

refused() { ! "$@" > said 2>&1 && [ "$(wc -l < said)" = 1 ]; }
check "no band" refused "$alignd" matches -s S --band perhaps
check "no address" refused "$alignd" export -s S --set-id urn:x
check "no line" refused "$alignd" matches -s S --review 2

# ---- sssom-py ----

if command -v sssom > /dev/null; then
    for file in all possible plain; do
        check "sssom parse $file" sssom parse "$file.tsv" -o parsed.tsv
        check "all rows of $file" test "$(grep -vc '^#' parsed.tsv)" = "$(grep -vc '^#' "$file.tsv")"
    done
    check "sssom validate" sssom validate all.tsv
else
    echo "sssom-py is not installed: our own check alone"
fi
echo "sssom: $passed passed, $failed failed"
[ "$failed" = 0 ]
