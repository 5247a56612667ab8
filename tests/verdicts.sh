#!/bin/bash
# verdicts.sh ALIGND: what somebody decided of pairs, loaded from files: a barred pair is matched no
# more, a pinned one whatever it is, built and by turns alike; withdrawn, all is as before, to the digest;
# what is no verdict is refused with its place, and what contradicts itself is told.
set -eu
alignd=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

say() { # WORDS STATUS
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: not so"
    fi
}
is() { # WORDS A B
    local same=0
    [ "$2" = "$3" ] || same=1
    say "$1" $same
    [ $same = 0 ] || printf '%s\n-- instead of\n%s\n' "$2" "$3"
}
digest() { "$alignd" digest --store "$1"; }
load() { "$alignd" load -q --no-explain "$@"; }
partner() { "$alignd" matches -s "$1" | awk -F '\t' -v s="$2" '$1 == s { print $2 }'; }

same='<http://www.w3.org/2002/07/owl#sameAs>'
different='<http://www.w3.org/2002/07/owl#differentFrom>'

"$alignd" synth -q --works 150 --seed 5 --out cat > /dev/null
for g in left right; do load -s store -g $g -m cat/mapping.tsv cat/$g.nt; done
before=$(digest store)
"$alignd" matches -s store | cut -f 1,2 > pairs
is "there are matches to decide about" "$(awk 'END { print (NR > 60) }' pairs)" 1

# every fifth pair barred, two of every nine crossed over, so that both have the other's partner
awk -F '\t' -v p="$different" 'NR % 5 == 0 { print "<" $1 "> " p " <" $2 "> ." }' pairs > barred.nt
awk -F '\t' -v p="$same" 'NR % 9 == 1 { a = $1; b = $2 } NR % 9 == 2 {
    print "<" a "> " p " <" $2 "> ."; print "<" b "> " p " <" $1 "> ." }' pairs > pinned.nt
cp -r store turns
cp -r store built
load --by-turns -s turns --verdicts barred.nt pinned.nt
load -s built --verdicts barred.nt pinned.nt
"$alignd" rebuild -q -s built
is "by turns and built they come to the same" "$(digest turns)" "$(digest built)"
"$alignd" verify -q -s turns > /dev/null && say "the store is what its triples say" 0 || say "verify" 1
"$alignd" matches -s turns | cut -f 1,2 > after
sed 's/[<>]//g' barred.nt | awk '{ print $1 "\t" $3 }' > barred
is "no barred pair matches" "$(grep -cxFf barred after || true)" 0
is "each pinned one that nothing contradicts does" \
    "$("$alignd" verdicts -q -s turns | awk -F '\t' '$1 == "pinned" { print $2 "\t" $3 }' |
        grep -vcxFf after || true)" 0
is "more than a few are pinned" \
    "$("$alignd" verdicts -q -s turns | awk -F '\t' '$1 == "pinned" { n++ } END { print (n > 8) }')" 1
is "and barred, as many as were said" \
    "$("$alignd" verdicts -q -s turns | grep -c '^barred')" "$(wc -l < barred.nt)"
is "a pinned match says so" \
    "$("$alignd" export -f json -s turns | jq -r '.mapping_justification' | sort -u | tr '\n' ' ')" \
    "semapv:CompositeMatching semapv:ManualMappingCuration "

# as mappings of SSSOM the same
{
    printf '#mapping_set_id: "https://example.org/decided"\n'
    printf 'subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n'
    sed 's/[<>]//g' pinned.nt | awk '{ print $1 "\towl:sameAs\t\t" $3 "\tsemapv:ManualMappingCuration" }'
    sed 's/[<>]//g' barred.nt | awk '{ print $1 "\towl:differentFrom\t\t" $3 "\tsemapv:ManualMappingCuration" }'
} > decided.sssom.tsv
cp -r store mappings
load -s mappings --verdicts decided.sssom.tsv
is "mappings in SSSOM say the same" "$(digest mappings)" "$(digest turns)"

# before the catalogs
load -s first -m cat/mapping.tsv --verdicts barred.nt pinned.nt
for g in right left; do load -s first -g $g -m cat/mapping.tsv cat/$g.nt; done
is "verdicts that come first wait for their entities" "$(digest first)" "$(digest turns)"

# withdrawn, one way and the other
sed 's/^/D /' barred.nt pinned.nt > withdrawn.rdfp
load -s turns --verdicts withdrawn.rdfp
is "withdrawn, all is as before" "$(digest turns)" "$before"
: > none.nt
"$alignd" load -q --replace --allow-empty -s built --verdicts none.nt > /dev/null
is "replaced by none as well" "$(digest built)" "$before"

# contradictions
a=$(sed -n 1p pairs | cut -f 1) b=$(sed -n 1p pairs | cut -f 2) c=$(sed -n 2p pairs | cut -f 2)
printf '<%s> %s <%s> .\n<%s> %s <%s> .\n' "$a" "$same" "$b" "$a" "$same" "$c" > both.nt
"$alignd" load --no-explain -s turns --verdicts both.nt 2> said
is "what contradicts itself is told at the end" \
    "$(grep -c '2 verdicts: 0 pairs pinned, 0 barred, 2 contradicted' said)" 1
is "and by check" "$("$alignd" check --store turns 2>&1 | grep -c 'warning: verdicts: ')" 2
is "and in a list" "$("$alignd" verdicts -q --contradicted -s turns | cut -f 1 | sort | uniq -c | tr -s ' ')" \
    " 2 contradicted"
is "none of them is pinned" "$(partner turns "$a")" "$b"

is "a mapping is proposed for the two catalogs" \
    "$("$alignd" map -s turns --propose 2> /dev/null | grep '^[a-z]' | cut -f 1 | sort -u | tr '\n' ' ')" "left right "

# what is none
refused() { # WORDS PATTERN FILE
    local rc=0
    load -s turns --verdicts "$3" 2> said || rc=$?
    is "$1: status" $rc 65
    is "$1: the words" "$(grep -cE "$2" said)" 1
}
stands=$(digest turns)
printf '<http://x/a> %s <http://x/b> .\n<http://x/a> <http://x/knows> <http://x/b> .\n' "$same" > wrong.nt
refused "another predicate" 'wrong.nt:2:1: no verdict: its predicate' wrong.nt
printf '<http://x/a> %s "b" .\n' "$same" > literal.nt
refused "a literal" 'literal.nt:1:1: no verdict: its object is a literal' literal.nt
printf '@prefix o: <http://www.w3.org/2002/07/owl#> .\n<http://x/a> o:sameAs <http://x/a> .\n' > self.ttl
refused "an entity and itself" 'self.ttl:2:[0-9]+: no verdict: its object is the subject' self.ttl
printf '{"op":"insert","s":"http://x/a","p":"http://x/p","o":"http://x/b"}\n' > wrong.json
refused "a change of something else" 'wrong.json:1:[0-9]+: no verdict' wrong.json
is "nothing of them is in the store" "$(digest turns)" "$stands"
rc=0
load -s turns -g verdicts both.nt 2> said || rc=$?
is "no catalog is called so" "$rc $(grep -c -- '--verdicts instead of --graph' said)" "64 1"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
