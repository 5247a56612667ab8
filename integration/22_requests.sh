#!/usr/bin/env bash
# Eight clients ask for all pages and decide at random, from the moment the daemon starts: while it builds
# the store from a backlog and puts it in the place of the empty one, while a feed comes in, while what
# they decide comes in.  No answer is of a kind that it should not be, none waits long, the daemon
# ends well, and its store is what its triples give.  Under a sanitizer this is the test of the threads.
#
#   LONG=1     70 seconds in place of 12
. "$(dirname "$0")/lib.sh"
seconds=12
[ "$long" = 0 ] || seconds=70
start_broker
cd "$work" || exit 1
"$ALIGND" synth -q --works 1500 --seed 4 --kind films --arrivals 0.5 --out cat > /dev/null
extra="[align]
mapping = $work/cat/mapping.tsv
[verdicts]
topics = $prefix.verdicts
[build]
triples = 1000"
config one left right
echo 'a-token-of-this-test' > token
sed -i "s,^\[http\],&\ntoken_file = $work/token\nreview_s = 1\nstats_s = 1," one.conf
"$ALIGND" check -c one.conf --create > check.log 2>&1 || { cat check.log; exit 1; }
produce one.conf left cat/left.after.nt
produce one.conf right cat/right.nt

cat > clients.py << 'END'
import collections, http.client, json, random, sys, threading, time, urllib.parse
port, until = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
iris = sorted({line.split(">")[0][1:] for side in ("left.after", "right") for line in open("cat/%s.nt" % side)})
names = [line.split('"')[1] for line in open("cat/right.nt") if "vocab/label>" in line]
quote = lambda text: urllib.parse.quote(text, safe="")
told, slowest, lock = collections.Counter(), 0, threading.Lock()
EXPECTED = {"/": {200}, "POST": {202, 400, 404, 503}}  # of others 200, 400, 404 and 503

def request(r):
    a, b, name = r.choice(iris), r.choice(iris), r.choice(names)
    queries = json.dumps({"q0": {"query": name}, "q1": {"query": name, "type": "film", "limit": 3}})
    return r.choice(["/", "/entity?iri=" + quote(a), "/candidates?iri=" + quote(a),
                     "/explain?a=%s&b=%s" % (quote(a), quote(b)), "/matches?limit=50", "/review?limit=20", "/types",
                     "/search?q=" + quote(name), "/status", "/events?limit=20", "/stats", "/metrics", "/verdicts",
                     "/reconcile/left?queries=" + quote(queries), "/reconcile/right/preview?id=" + quote(a),
                     {"subject_id": a, "object_id": b, "verdict": r.choice(["same", "different", "withdraw"])}])

def ask(client, what):
    if isinstance(what, str):
        client.request("GET", what)
    else:
        client.request("POST", "/verdicts", json.dumps(what), {"Authorization": "Bearer a-token-of-this-test"})
    answer = client.getresponse()
    body = answer.read()
    if "json" in answer.getheader("Content-Type"):
        json.loads(body)
    return answer.status

def go_on(number):
    global slowest
    r, client = random.Random(number), None
    while time.monotonic() < until:
        what, begun = request(r), time.monotonic()
        try:
            client = client or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            status = ask(client, what)
        except ConnectionRefusedError:  # it has not begun to listen
            client = None
            time.sleep(0.1)
            continue
        with lock:
            told["POST" if isinstance(what, dict) else what.split("?")[0], status] += 1
            slowest = max(slowest, time.monotonic() - begun)

threads = [threading.Thread(target=go_on, args=(n,)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
pages = {page for page, _ in told}
for page, status in sorted(told):
    if status not in EXPECTED.get(page, {200, 400, 404, 503}):
        print("FAILED %s: %d, %d times" % (page, status, told[page, status]))
for page in sorted(pages):
    if not told[page, 202 if page == "POST" else 200]:
        print("FAILED %s: never answered" % page)
print("%d answers to %d pages, %d of them 503, the slowest after %.2f s"
      % (sum(told.values()), len(pages), sum(n for (_, status), n in told.items() if status == 503), slowest))
sys.exit(slowest > 5)
END
start_daemon one.conf -q
python3 clients.py "$(option one.conf http.port)" "$seconds" > clients.out 2>&1 &
clients=$!
until_true 60 grep -q "the store is built" one.conf.log
produce one.conf right cat/right.changes.rdfp
status=0
wait "$clients" || status=$?
tail -1 clients.out
check "no client was cut off, and none waited long" [ "$status" = 0 ]
check "every page answered, and with what it may" eval '! grep FAILED clients.out'
check "16 pages were asked for" grep -q ' to 16 pages' clients.out
stop_daemon
check "the daemon ends with 0" [ "$status" = 0 ]
check "somebody decided" grep -q 'verdict by HTTP' one.conf.log
check "its store is what its triples give" "$ALIGND" verify -q --store "$(option one.conf store.path)"
finish
