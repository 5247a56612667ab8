#!/usr/bin/env bash
# reads.sh - what reading costs those who wait for events: new titles to their match events in a feed
# (bench_latency.c), alone and beside so many page requests a second, by turns, over one daemon on a
# real Kafka: medians of each, and their ratio.
#
#   scripts/bench/reads.sh [READS]          requests a second (50)
#   RATE=60 SECONDS_EACH=10 ROUNDS=4        changes a second, how long each time, how often
#   WORKS=30000                             of the invented catalogs
set -euo pipefail
name=reads
. "$(dirname "$0")/../../integration/lib.sh"
reads=${1:-50} rate=${RATE:-60} each=${SECONDS_EACH:-10} rounds=${ROUNDS:-4}
start_broker
cd "$work"
"$ALIGND" synth -q --works "${WORKS:-30000}" --seed 11 --kind films --arrivals 0.6 --out live > /dev/null
config one left right
printf '[align]\nmapping = %s/live/mapping.tsv\n' "$work" >> one.conf
"$ALIGND" check -c one.conf --create > /dev/null 2>&1
produce one.conf left live/left.after.nt
produce one.conf right live/right.nt
start_daemon one.conf -q
until_true 600 http one.conf /readyz

# pieces of the feed: 100 to warm up, and what is measured
awk -v size=$((rate * each + 100)) '/^TX / && n++ % size == 0 { file = sprintf("piece.%03d", part++) } { print > file }' \
    live/right.changes.rdfp
[ -s "piece.$(printf %03d $((2 * rounds)))" ] || { echo "the feed is too short: more WORKS"; exit 1; }

grep -o '^<[^>]*>' live/left.after.nt | sort -u | shuf -n 2000 --random-source=<(yes) | tr -d '<>' > iris
cat > reader.py << 'END'
import http.client, random, signal, sys, time, urllib.parse
def stop(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGTERM, stop)
port, rate = int(sys.argv[1]), float(sys.argv[2])
iris = open("iris", encoding="utf8").read().split()
random.seed(1)
quote = lambda x: urllib.parse.quote(x, safe="")
pages = [lambda i: "/entity?iri=" + quote(i), lambda i: "/candidates?iri=" + quote(i),
         lambda i: "/matches?limit=20", lambda i: "/search?q=The+Blind+Road&limit=5", lambda i: "/status"]
c, took, begun = http.client.HTTPConnection("127.0.0.1", port), [], time.monotonic()
try:
    while True:
        time.sleep(max(0, begun + len(took) / rate - time.monotonic()))
        at = time.monotonic()
        c.request("GET", pages[len(took) % len(pages)](random.choice(iris)))
        r = c.getresponse()
        r.read()
        assert r.status == 200, r.status
        took.append(time.monotonic() - at)
except KeyboardInterrupt:
    took.sort()
    print("%d requests, %.0f a second: median %.1f ms, 99 %% %.1f ms"
          % (len(took), len(took) / (time.monotonic() - begun), took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3))
END
# a first time for what is read from disk but once
measured() { # PIECE: median and 99th percentile in ms
    "${ALIGND%/*}/tests/bench/bench_latency" --broker "$broker" --input "$prefix.right" --events "$prefix.one.out" \
        --feed "$(printf piece.%03d "$1")" --rate "$rate" --seconds "$each" --bar 0 2> /dev/null > measured
    jq -rs 'map({key: .name, value}) | from_entries | "\(.["latency.median"]) \(.["latency.p99"])"' measured
}
measured 0 > /dev/null
: > alone; : > beside; : > reader.log
for ((round = 0; round < rounds; round++)); do
    measured $((1 + 2 * round)) >> alone
    python3 reader.py "$(option one.conf http.port)" "$reads" >> reader.log &
    reader=$!
    measured $((2 + 2 * round)) >> beside
    kill -TERM $reader && wait $reader
done
tail -n 1 reader.log
echo "$(nproc) processors; $rate changes a second; alone and beside $reads reads a second, median and 99 % in ms:"
paste alone beside
awk 'FNR == 1 { file++ } { m[file, FNR] = $1; n = FNR }
    function middle(f,   i, k, t) { for (i = 1; i < n; i++) for (k = i + 1; k <= n; k++) if (m[f, k] < m[f, i]) { t = m[f, i]; m[f, i] = m[f, k]; m[f, k] = t }
        return (m[f, int((n + 1) / 2)] + m[f, int(n / 2) + 1]) / 2 }
    END { a = middle(1); b = middle(2); printf "medians %.1f and %.1f ms: %.2f\n", a, b, b / a }' alone beside
