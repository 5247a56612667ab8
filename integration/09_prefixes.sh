#!/usr/bin/env bash
# Folding the events topic by key gives the store's matches, not only at its end: at
# whatever record the store had come to, the records up to there fold to what its matches were,
# through inserts, deletions, renamed people and a restart after each step.
. "$(dirname "$0")/lib.sh"
start_broker
config prefixes one two
conf=$work/prefixes.conf
cd "$work" || exit 1
check "topics are made on request" alignd check -c "$conf" --create

keys() { "$ALIGND" events -c "$conf" --keys; }
# take WORDS: the daemon works off what is there; what the matches and the topic are then
steps=0
take() {
    run_once "$conf" || fail "run --once after $1"
    matches_of "$conf" > "matches.$steps"
    keys | wc -l > "records.$steps"
    say "$1: $(wc -l < "matches.$steps") matches, $(cat "records.$steps") records"
    steps=$((steps + 1))
}

make_films one 120 5 > one.nt
make_films two 120 5 > two.nt
split -n l/3 one.nt one. && split -n l/3 two.nt two.
for part in aa ab ac; do
    produce "$conf" one one.$part && take "a third of one"
    produce "$conf" two two.$part && take "a third of two"
done
grep 'film/[1-4]. ' two.nt > gone.nt
produce "$conf" two --invert gone.nt && take "films are deleted"
sed -n 's/"Director \(.*\)"/"Somebody else \1"/p' one.nt | head -8 > renamed.nt
grep -F "$(cut -d ' ' -f 1,2 renamed.nt)" one.nt > former.nt
produce "$conf" one --invert former.nt && produce "$conf" one renamed.nt && take "people are renamed"
produce "$conf" two gone.nt && take "the films are back"
produce "$conf" one --invert one.nt renamed.nt && take "all of one is deleted"

# fold RECORDS: subject, object, confidence of what the first so many records leave
fold() {
    head -n "$1" all | awk -F '\t' '{ last[$1] = $2 } END { for (k in last) if (last[k] != "") print last[k] }' |
        jq -r '[.subject_id, .object_id, .confidence] | @tsv' | LC_ALL=C sort
}
# the same pairs, and no confidence further off than an update event allows
same() {
    fold "$(cat "records.$1")" > "fold.$1"
    join -t "$(printf '\t')" -a 1 -a 2 -e - -o 0,1.2,2.2 \
        <(sed 's/\t/ /' "fold.$1" | LC_ALL=C sort) <(sed 's/\t/ /' "matches.$1" | LC_ALL=C sort) |
        awk -F '\t' '$2 == "-" || $3 == "-" || ($2 - $3) ^ 2 >= 0.01 ^ 2 { print; bad = 1 } END { exit bad }'
}
keys > all
for ((i = 0; i < steps; i++)); do
    check "the first $(cat "records.$i") records fold to the matches of then" same "$i"
done
some() { [ "$(sort -un records.* | wc -l)" -gt 6 ] && grep -q . matches.5 && ! grep -q . "matches.$((steps - 1))"; }
check "there were matches, and in the end none" some
grows() { alignd events -c "$conf" --check; }
check "no event is missing or there twice" grows
finish
