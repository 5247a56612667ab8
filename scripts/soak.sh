#!/usr/bin/env bash
# soak.sh [MINUTES] - steady load on a real Kafka for MINUTES (30), the daemon's memory
# sampled all the while: after a warm-up of a third it has to stay flat.
#
#   RATE=30      changes a second (deletes and inserts of the same triples)
#   FILMS=2000   the size of each of the two catalogs
#   GROWTH=3     per cent by which the memory may grow over the measured time (regression line)
#   SVG=FILE     where the curve goes; default build/soak.svg
#
# Prints a table, writes the curve, and checks besides that nothing was lost or came twice.
. "$(dirname "$0")/../integration/lib.sh"
minutes=${1:-30} rate=${RATE:-30} growth=${GROWTH:-3}
svg=${SVG:-$root/build/soak.svg}
start_broker --nodes 1

# small caches: full soon, so that what grows is not a cache that fills
extra="[align]
profile_cache = 8M
row_cache = 8M"
config soak a b
conf=$work/soak.conf
sed -i 's/^cache = .*/cache = 16M/; s/^write_buffer = .*/write_buffer = 8M/' "$conf"
check "topics are made" alignd check -c "$conf" --create
for g in a b; do
    make_films $g "${FILMS:-2000}" 9 > "$work/$g.nt"
    produce "$conf" $g "$work/$g.nt" 2> /dev/null || fail "produce $g"
done
start_daemon "$conf" -q
wait_ready "$conf" 120

# what a round takes back and gives again: the store stays as large as it is
(
    round=0
    while true; do
        for g in a b; do
            round=$((round + 1))
            awk -v seed=$round 'BEGIN { srand(seed) } rand() < .03' "$work/$g.nt" > "$work/piece"
            { sed 's/^/D /' "$work/piece"; sed 's/^/A /' "$work/piece"; } > "$work/piece.rdfp"
            produce "$conf" $g --rate "$rate" --rows 4 --blind "$work/piece.rdfp" 2>> "$work/produce.log" ||
                echo "round $round" >> "$work/produce.failed"
        done
    done
) &
producer=$!
pids="$pids $producer"

# seconds, resident MiB, of that anonymous, events
samples=$work/samples
begun=$SECONDS
until [ $((SECONDS - begun)) -ge $((minutes * 60)) ]; do
    sleep 5
    kill -0 "$daemon" 2> /dev/null || { fail "the daemon has ended"; tail -5 "$conf.log"; break; }
    awk -v t=$((SECONDS - begun)) -v sent="$(metric "$conf" 'events_total{type="update"}')" '
        $1 == "VmRSS:" { all = $2 } $1 == "RssAnon:" { anon = $2 }
        END { printf "%d %.2f %.2f %d\n", t, all / 1024, anon / 1024, sent }' "/proc/$daemon/status" >> "$samples"
done
kill "$producer" 2> /dev/null
wait "$producer" 2> /dev/null
forget "$producer"

say "memory of the daemon in MiB, $(wc -l < "$samples") samples:"
awk '{ row[NR] = sprintf("%8d %10.1f %10.1f", $1, $2, $3) }
     END { print " seconds   resident  anonymous"
           for (i = 1; i <= 12; i++) print row[1 + int((NR - 1) * i / 12)] }' "$samples"

# the regression line behind the warm-up
read -r mean per_hour percent < <(awk -v from=$((minutes * 20)) '
    $1 >= from { n++; x += $1; y += $3; xx += $1 * $1; xy += $1 * $3; last = $1 }
    END {
        if (n < 3) { print 0, 0, 100; exit }
        slope = (n * xy - x * y) / (n * xx - x * x)
        print y / n, slope * 3600, 100 * slope * (last - from) / (y / n)
    }' "$samples")
check "anonymous memory is flat: $mean MiB on average, $per_hour MiB an hour, $percent % over the time measured" \
    awk "BEGIN { exit !($percent <= $growth) }"

awk -v growth="$per_hour" '
    { t[NR] = $1; all[NR] = $2; anon[NR] = $3; if ($2 > top) top = $2 }
    function line(values, colour,   i, s) {
        for (i = 1; i <= NR; i++) s = s sprintf("%.1f,%.1f ", 50 + 700 * t[i] / t[NR], 250 - 220 * values[i] / (top * 1.1))
        return "<polyline fill=\"none\" stroke=\"" colour "\" points=\"" s "\"/>"
    }
    END {
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"780\" height=\"280\" font-family=\"sans-serif\" font-size=\"12\">"
        print "<rect width=\"780\" height=\"280\" fill=\"white\"/><path d=\"M50 20V250H760\" fill=\"none\" stroke=\"black\"/>"
        print line(all, "#888"); print line(anon, "#06c")
        printf "<text x=\"5\" y=\"34\">%.0f</text><text x=\"5\" y=\"254\">0 MiB</text><text x=\"700\" y=\"270\">%d min</text>\n", top * 1.1, t[NR] / 60
        printf "<text x=\"60\" y=\"34\">resident (grey), anonymous (blue): %+.1f MiB an hour</text>\n</svg>\n", growth
    }' "$samples" > "$svg" && say "curve: $svg"

check "everything was sent" test ! -e "$work/produce.failed"
published() { [ "$(metric "$conf" outbox_records)" = 0 ]; }
check "the outbox empties" until_true 30 published
stop_daemon
check "SIGTERM ends with status 0" test "$status" = 0
check "no event is missing or there twice: $(alignd events -c "$conf" --check)" alignd events -c "$conf" --check
check "the store is what its triples say" alignd verify -q --store "$(option "$conf" store.path)"
finish
