"""20_page.py - looks at the page of a running daemon through a browser, for 20_page.sh.

    20_page.py names DIR                                     writes names that are made to hurt
    20_page.py films|demo|large URL SHOTS BROWSER DRIVER     drives the page

A line `ok WORDS` or `FAILED WORDS: why` for each check.  A line `stop` or `start ARGUMENT...` asks
whoever started this to do so with the daemon; what it answers is a line of standard input.
"""
import os
import re
import sys
import time
import urllib.parse

from browser import Page, check, tell

ARCHIVE, CINEMA = "http://archive.example/", "http://cinema.example/"
LABELS = {"archive": ARCHIVE + "terms#mainTitle", "cinema": CINEMA + "schema/title"}
TYPES = {"archive": ARCHIVE + "terms#MotionPicture", "cinema": CINEMA + "schema/Film"}
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# what an entity is called, behind the domain of its catalog; its name
NAMES = [
    ("work/markup", "<img src=x onerror=\"window.pwned=1\"> Harbourfire"),
    ("work/script", "</script><script>window.pwned=1</script> Quaystone <b>bold</b> &amp;"),
    ("work/right", "\u0645\u064a\u0646\u0627\u0621 \u0642\u062f\u064a\u0645 (1987)"),
    ("work/turned", "\u202eLantern turned\u202d by force"),
    ("work/odd?a=1&b=%3Cb%3E#x'(y)+\u00fc;:@", "Oddly Addressed Lantern"),
    ("work/long", "Endless" + "ness" * 500 + " Longwood"),
    ("work/" + "deep/" * 200 + "end", "Deeply Addressed Cellar"),
    ("work/stacked", "Stac" + "\u0301" * 60 + "ked Zalgofilm"),
    ("work/empty", ""),
]
MANY = 300  # films that share a word


def name_triples(graph):
    base = ARCHIVE if graph == "archive" else CINEMA

    def film(term, name):
        yield f"{term} <{RDF_TYPE}> <{TYPES[graph]}> ."
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        yield f'{term} <{LABELS[graph]}> "{quoted}" .'

    for tail, name in NAMES:
        yield from film(f"<{base}{tail}>", name)
    yield from film("_:n1", "Blanked by the northern wind")
    for i in range(MANY):
        yield from film(f"<{base}many/{i}>", f"Manifold Chapter{i}")


def write_names(folder):
    for graph in LABELS:
        with open(f"{folder}/{graph}.names.nt", "w", encoding="utf8") as file:
            file.write("\n".join(name_triples(graph)) + "\n")


ARRIVED = """return [...document.querySelectorAll('#events .fresh.' + arguments[0] + ' a')]
    .some(link => link.textContent.includes('Brass Monsoon'))"""
STANDING = "return document.querySelector('.says span')?.textContent === arguments[0]"
ENABLED = """const [same, different] = ['same', 'different'].map(k => document.querySelector('button.' + k));
    return same && different && !same.disabled && !different.disabled"""


def quoted(text):
    return urllib.parse.quote(text, safe="")


def pair_at(a, b, view="pair"):
    return f"#/{view}?a={quoted(a)}&b={quoted(b)}"


def entity_of(page, graph, name):
    """The IRI of who is called so."""
    found = page.ask(f"search?q={quoted(name)}&graph={graph}&limit=20")["results"]
    return next(r["iri"] for r in found if r["label"] == name)


# --- what somebody does with the mouse ---

def search_and_read(page):
    page.go("#token=a-token-of-this-test")
    page.says("the overview says how it stands", "archive", "cinema", "Throughput", "Lag", "Matches by type and band")
    check("the token has left the address", "token" not in page.browser.current_url, page.browser.current_url)
    matches = page.ask("status")["matches"]
    page.says(f"the head says {matches} matches", f"{matches:,}", selector="#numbers")
    page.js("document.querySelector('#q').value = 'brass monsoon'")
    page.js("document.querySelector('#search').requestSubmit()")
    page.says("a search finds the film in both catalogs", "Brass Monsoon", "archive · film", "cinema · film",
              "with Brass Monsoon")
    address = page.browser.current_url
    check("and its address can be kept", "#/search?q=brass%20monsoon" in address, address)
    page.picture("search")
    check("its match is followed", page.click(".results a[href*='pair']"))
    page.says("the pair has both neighbourhoods side by side", "Why not another?", "What each piece adds or takes",
              "What stands around them")
    args = dict(urllib.parse.parse_qsl(page.browser.current_url.split("?", 1)[1]))
    x = page.ask(f"explain?a={quoted(args['a'])}&b={quoted(args['b'])}")
    compare_with_explain(page, x)
    return args["a"], args["b"]


def compare_with_explain(page, x):
    for i, where in enumerate(("left", "right")):
        names = [n["name"] for n in x["sides"][i]["neighbours"]]
        told = page.text(f".hoods .{where}")
        check(f"{where}: all {len(names)} neighbours stand there", names and all(n in told for n in names), told)
        relations = {n["relation"] for n in x["sides"][i]["neighbours"]}
        check(f"{where}: with their relations", all(r in told for r in relations), told)
    twins = {(i, n["twin"]) for i, n in enumerate(x["sides"][0]["neighbours"]) if n.get("similarity", 0) >= 0.8}
    twins |= {(n["twin"], j) for j, n in enumerate(x["sides"][1]["neighbours"]) if n.get("similarity", 0) >= 0.8}
    lines = page.js("return [...document.querySelectorAll('.hoods path.same')].map(p => ({d: p.getAttribute('d'),"
                    "width: Number(p.getAttribute('stroke-width')), box: p.getBoundingClientRect().width}))")
    ends = {tuple(int((float(y) - 23) / 46) for y in re.match(r"M0 (\S+) C50 .* 100 (\S+)$", line["d"]).groups())
            for line in lines}
    check(f"a line for each of the {len(twins)} that correspond", len(twins) >= 3 and ends == twins, f"{ends} {twins}")
    check("they are drawn", all(line["width"] >= 1.5 and line["box"] > 20 for line in lines), lines)
    thick = {line["width"] for line in lines}
    check("some thicker than others", len(thick) > 1, thick)
    bars = page.js("return [...document.querySelectorAll('.hoods .self i')].map(i => i.getBoundingClientRect().width)")
    every = sum(len(side["neighbours"]) for side in x["sides"])
    check("bars say what counts at all", len(bars) == every and min(bars) >= 1, bars)
    adds_up(page, x)


def adds_up(page, x):
    """The rows of the evidence sum to the logit, and each bar begins where the one before ended."""
    rows = page.js("""return [...document.querySelectorAll('.falls tr')].map(tr => {
        const i = tr.querySelector('.fall i:not(.zero):not(.tick)')?.getBoundingClientRect();
        return [tr.querySelector('.n').textContent, i ? i.left : 0, i ? i.right : 0]})""")
    numbers = [float(n.replace("\u2212", "-")) for n, _, _ in rows[:-1]]
    total = sum(numbers[:-1])
    check("the evidence adds up to the logit", abs(total - numbers[-1]) < 0.01 * len(numbers) and
          abs(numbers[-1] - x["logit"]) < 0.006, f"{total} {numbers[-1]} {x['logit']}")
    apart = []
    for (n, left, right), (m, next_left, next_right) in zip(rows[:-3], rows[1:-2]):
        end = right if not n.startswith("\u2212") else left
        begin = next_left if not m.startswith("\u2212") else next_right
        apart.append(abs(end - begin))
    check("each bar begins where the one before ends", apart and max(apart) < 2.1, apart)
    check("and the confidence stands at the end", rows[-1][0] == page.text(".says b") != "", rows[-1])


def decide_and_withdraw(page, a, b):
    page.until("the verdicts are to be had", ENABLED)
    check("no event of it is marked yet", not page.js("return document.querySelector('#events .fresh.unmatch')"))
    page.click("button.different")
    page.until("an unmatch of the pair arrives among the events and is marked", ARRIVED, "unmatch")
    check("it is said aloud", "unmatch: Brass Monsoon" in page.js("return document.querySelector('#told').textContent"),
          page.js("return document.querySelector('#told').textContent"))
    page.says("the pair is barred by the verdict", "barred by a verdict", "Withdraw")
    check("so says the daemon", page.ask(f"explain?a={quoted(a)}&b={quoted(b)}")["barred"])
    page.picture("barred")
    page.click("button.withdraw")
    page.until("withdrawn, the match arrives", ARRIVED, "match")
    page.until("the pair is a match again", STANDING, "match")
    x = page.ask(f"explain?a={quoted(a)}&b={quoted(b)}")
    check("so says the daemon", x["match"] and not x["barred"])


def read_entity(page, a):
    page.turn_to(f"#/entity?iri={quoted(a)}")
    page.says("the entity has its match and its candidates, with why each is not", "Brass Monsoon", "it is the match",
              "below the threshold", "Candidates in cinema")
    for key, word in (("#/events", "Events"), ("#/review", "")):
        page.turn_to(key)
        time.sleep(0.3)
    page.says("the review begins with the most doubtful", "What each piece adds or takes")
    first = page.ask("review?limit=1")["review"][0]
    address = page.browser.current_url
    check("it is that of the daemon", f"a={quoted(first['subject_id'])}" in address, address)
    page.browser.back()
    page.browser.back()
    page.says("back leads to the entity", "Candidates in cinema")
    page.browser.forward()
    page.says("and forward to the events", "The newest")
    page.browser.back()
    page.browser.refresh()
    page.says("loaded anew, it is the same", "Candidates in cinema")


# --- by the keyboard alone ---

def tab_to(page, what, most=80):
    """Tab until the focus is on it; each stop can be seen."""
    from selenium.webdriver.common.keys import Keys
    unseen = []
    for _ in range(most):
        page.press(Keys.TAB)
        at = page.focused()
        if not at["outline"]:
            unseen.append(at)
        if what(at):
            check("each stop of the focus can be seen", not unseen, unseen)
            return at
    check("the focus gets there", False, page.focused())
    return None


def keyboard_alone(page):
    from selenium.webdriver.common.keys import Keys
    page.go("#/")
    page.says("the page is there", "Throughput")
    page.press(Keys.TAB)
    check("the first stop leads to the content", "To the content" in page.focused()["text"], page.focused())
    page.press(Keys.ENTER)
    check("and does", page.focused()["tag"] == "MAIN", page.focused())
    page.press("?")
    page.until("? shows the keys", "const d = document.querySelector('dialog');"
               "return d.open && d.innerText.includes('withdraw')")
    page.picture("keys")
    page.press(Keys.ESCAPE)
    page.until("Esc closes them", "return !document.querySelector('dialog').open")
    page.press("/")
    page.press("s", "d", "w", " ", "k", "e")
    check("keys do nothing while somebody types", page.js("return location.hash") == "#/" and
          page.js("return document.querySelector('#q').value") == "sdw ke", page.js("return location.hash"))
    page.press(*([Keys.BACKSPACE] * 6), *"brass monsoon", Keys.ENTER)
    page.says("the search is asked", "with Brass Monsoon")
    check("the focus is on its head", page.focused()["tag"] == "H1", page.focused())
    if not tab_to(page, lambda at: "#/pair" in at["href"]):
        return
    page.press(Keys.ENTER)
    page.says("the pair is there", "Why not another?")
    page.until("its buttons too", ENABLED)
    page.press("d")
    page.says("D: the pair is barred", "barred by a verdict")
    page.until("its unmatch arrives", ARRIVED, "unmatch")
    page.press("w")
    page.until("W: it is a match again", STANDING, "match")
    page.press("a")
    page.says("A leads to its entity", "Candidates in")
    page.press("r")
    page.says("R to the review", "What each piece adds or takes")
    first = page.js("return location.hash")
    page.press(" ")
    page.until("space skips to the next", "return location.hash !== arguments[0]", first)
    page.press("k")
    page.until("K goes back to it", "return location.hash === arguments[0]", first)
    review_by_keys(page)
    page.press("e")
    page.says("E leads to the events", "The newest")
    at = tab_to(page, lambda at: at["href"].startswith("#/pair"))
    page.press(Keys.ENTER)
    page.until("an event leads to its pair", "return location.hash === arguments[0]", at["href"] if at else "")
    out = [page.focused() for _ in range(400) if not page.press(Keys.TAB)]
    check("Tab leaves the page at its end: no trap", any(at["tag"] == "BODY" for at in out) or
          sum("To the content" in at["text"] and at["tag"] == "A" for at in out) > 0, out[-1])
    page.press("o")
    page.says("O leads to the overview", "Throughput")


def review_by_keys(page):
    """The first of the queue is decided; the next follows by itself; U and W undo it."""
    page.says("the review is there", "Same")
    here = page.js("return location.hash")
    before = page.ask("status")
    page.press("s")
    page.until("S says that it is the same, and the next one follows", "return location.hash !== arguments[0]", here)
    end = time.monotonic() + 10
    while page.ask("status")["pinned"] <= before["pinned"] and time.monotonic() < end:
        time.sleep(0.1)
    check("the daemon has it pinned", page.ask("status")["pinned"] == before["pinned"] + 1, page.ask("status"))
    page.press("u")
    page.says("U goes back to it", "pinned by a verdict")
    page.press("w")
    page.until("W withdraws it", "const says = document.querySelector('.says span')?.textContent;"
               "return says && says !== 'pinned by a verdict'")


# --- how it looks ---

def every_look(page, a, b):
    views = {"overview": "#/", "search": "#/search?q=monsoon", "entity": f"#/entity?iri={quoted(a)}",
             "pair": pair_at(a, b), "all": pair_at(a, b) + "&all=1", "review": "#/review", "events": "#/events",
             "many": "#/search?q=manifold&limit=200", "none": "#/search?q=nobodyiscalledso",
             "long": f"#/entity?iri={quoted(ARCHIVE + 'work/long')}",
             "longpair": pair_at(ARCHIVE + "work/long", CINEMA + "work/" + "deep/" * 200 + "end"),
             "right": pair_at(ARCHIVE + "work/right", CINEMA + "work/right")}
    for width, colours in ((400, "light"), (400, "dark"), (720, "light"), (1000, "dark"), (1400, "light"),
                           (1400, "dark")):
        page.look(width, colours)
        look_at(page, views, width, colours)
    page.look(1400, "light")


def look_at(page, views, width, colours):
    wide, wrong = [], []
    for name, fragment in views.items():
        page.turn_to(fragment)
        page.js("document.querySelector('#notice').replaceChildren()")
        if not wait_drawn(page):
            wrong.append(name)
        if page.js("return document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
        page.picture(f"{name}-{width}-{colours}")
    check(f"{width} px, {colours}: every view is drawn", not wrong, wrong)
    check(f"{width} px, {colours}: nothing is wider than the window", not wide, wide)
    check_colours(page, width, colours)


def wait_drawn(page):
    """The head of the view that the address names has the focus."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if page.js("""const main = document.querySelector('main'), h1 = main.querySelector('h1');
                      return !main.hasAttribute('aria-busy') && document.activeElement === h1 &&
                          main.innerText.length > 10 && !/^Not /.test(h1.innerText)"""):
            return True
        time.sleep(0.03)
    return False


def check_colours(page, width, colours):
    """Text is told from its ground: WCAG's 4.5 to 1, of what is soft as well."""
    ratios = page.js("""
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255)
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
        const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255,255,255)' };
        return [...document.querySelectorAll('main *, aside *, header *')]
            .filter(e => e.firstChild?.nodeType === 3 && !e.disabled && !e.closest('svg'))
            .map(e => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
                return [(a + .05) / (b + .05), e.textContent.slice(0, 30)] }).sort((x, y) => x[0] - y[0]).slice(0, 3)""")
    check(f"{width} px, {colours}: words stand out from their ground", ratios and ratios[0][0] >= 4.5, ratios)
    light = page.js("return getComputedStyle(document.documentElement).backgroundColor")
    bright = sum(int(v) for v in re.findall(r"\d+", light)[:3]) > 380
    check(f"{width} px, {colours}: the ground is {colours}", bright == (colours == "light"), light)


def reduced_motion(page):
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-reduced-motion", "value": "reduce"}]})
    page.js("document.querySelector('#events li')?.classList.add('comes')")
    still = page.js("return getComputedStyle(document.querySelector('#events li')).animationName")
    page.look(1400, "light")
    page.js("document.querySelector('#events li').classList.add('comes')")
    moves = page.js("return getComputedStyle(document.querySelector('#events li')).animationName")
    check("nothing moves where that is asked for", still == "none" and moves == "come", f"{still} {moves}")


# --- names that are made to hurt ---

def hostile(page):
    bad = []
    for tail, name in NAMES + [("", "Blanked by the northern wind")]:
        iri, other = (ARCHIVE + tail, CINEMA + tail) if tail else ("_:n1", "_:n1")
        want = name[:1024] or "(no name) empty"  # of a longer label this much is kept
        for fragment, times in ((f"#/entity?iri={quoted(iri)}", 1), (pair_at(iri, other), 2)):
            page.turn_to(fragment)
            drawn = wait_drawn(page)
            shown = page.js("return [...document.querySelectorAll('main h1')].map(h => h.textContent)")
            if not drawn or shown != [want] * times:
                bad.append((fragment[:60], [s[:60] for s in shown]))
    check(f"{len(NAMES) + 1} names that are made to hurt are text", not bad, bad)
    page.turn_to("#/search?q=harbourfire")
    page.says("a search finds such a name", "Harbourfire")
    page.turn_to("#/search?q=" + quoted("<img src=x onerror=window.pwned=2>"))
    page.says("and shows what was asked for", "<img src=x onerror=window.pwned=2>")
    check("none of them is markup or runs", not page.js(
        "return document.querySelector('main img, main script, main b b, aside img') || window.pwned"))
    page.turn_to("#/search?q=manifold&limit=200")
    page.until("as many results as there may be", "return document.querySelectorAll('.results li').length === 200")
    page.turn_to("#/entity?iri=" + quoted("http://nobody/%zz"))
    page.says("who is not there is told in words", "no graph knows 'http://nobody/%zz'")
    for fragment in ("#/pair", "#/pair?a=%&b=", "#/entity?iri=", "#/nowhere?x", "#%ff", "#"):
        page.turn_to(fragment)
    page.says("addresses that say nothing do no harm", "Throughput")


def clean(page):
    page.read_logs()
    hosts = {urllib.parse.urlsplit(url).netloc for url in page.requests if not url.startswith("data:")}
    check(f"{len(page.requests)} requests, all to the daemon", hosts == {urllib.parse.urlsplit(page.url).netloc}, hosts)
    # what is not there, and a request that says nothing, were asked for by hostile()
    said = [m for m in page.said if not re.search(r"status of 40[04] ", m)]
    check("no word on the console, none of a policy", not said, said)


def hidden(page):
    """Nobody looks (as the page is told by the browser): nothing is asked."""
    page.go("#/")
    page.says("the overview is there", "Throughput")
    turn = """Object.defineProperty(document, 'hidden', {configurable: true, value: arguments[0]});
              document.dispatchEvent(new Event('visibilitychange'))"""
    page.js(turn, True)
    time.sleep(1)
    page.js("performance.clearResourceTimings()")
    time.sleep(3)
    asked = page.js("return performance.getEntriesByType('resource').length")
    check("nobody looks, and nothing is asked", asked == 0, asked)
    page.js(turn, False)
    page.until("somebody looks, and it is asked at once",
               "return performance.getEntriesByType('resource').length > 0", seconds=1)


# --- the daemon goes and comes back ---

def restart(page, a, b):
    page.go(pair_at(a, b))
    page.says("the pair is there", "Why not another?")
    tell("stop")
    page.says("the daemon is gone, and the page says so", "The daemon does not answer; trying again", selector="#trouble")
    check("what was there stays", "Why not another?" in page.text())
    page.turn_to(f"#/entity?iri={quoted(a)}")
    page.says("another page says it too", "goes on by itself")
    page.picture("gone")
    tell("start --set http.token_file=")
    page.says("it is back, and the page goes on by itself", "Candidates in cinema", seconds=30)
    page.until("without a word of trouble", "return document.querySelector('#trouble').hidden")
    page.turn_to(pair_at(a, b))
    page.says("without a token file verdicts are off, and it says why", "Verdicts are off", "token_file")
    check("their buttons too", page.js("return [...document.querySelectorAll('.verdict button')].every(b => b.disabled)"))
    page.press("d")
    page.says("a key says so as well", "Verdicts are off", selector="#notice")
    tell("stop")
    tell("start")
    page.until("with one they are on again", ENABLED, seconds=30)
    wrong_token(page)


def wrong_token(page):
    page.js("sessionStorage.setItem('alignd.token', 'wrong')")
    page.click("button.different")
    page.says("a wrong token is refused, and said", "does not take this token", selector="#notice")
    page.until("and asked for again", "return document.querySelector('#token')")
    page.js("document.querySelector('#token').focus()")
    page.press(*"a-token-of-this-test", "\ue007")
    page.until("the right one is kept", ENABLED)


def films(page):
    a, b = search_and_read(page)
    decide_and_withdraw(page, a, b)
    read_entity(page, a)
    keyboard_alone(page)
    hostile(page)
    every_look(page, a, b)
    reduced_motion(page)
    clean(page)
    hidden(page)
    restart(page, a, b)


def demo(page, fragment):
    """As the address that the demonstration tells leads there."""
    page.look(1200, "light", 1000)
    page.go(fragment)
    page.says("the demonstration has its page", "archive", "cinema", "Throughput")
    page.turn_to("#/review")
    page.says("its most doubtful pair is to be decided", "What each piece adds or takes", "Same", "Different",
              "Skip")
    page.until("with the token of the address", ENABLED)
    page.js("scrollTo(0, 0)")
    page.picture("demo")


def large(page):
    """Of 200,000 entities: a search and a pair are there within 2 s, once the daemon has walked over
    its store for the queue and the types, which it does when they are first asked for."""
    match = page.ask("matches?limit=1")["matches"][0]
    entities = sum(g["entities"] for g in page.ask("status")["graphs"] if g["catalog"])
    check(f"a store of {entities:,} entities", entities >= 200000 or "WORKS" in os.environ, entities)
    page.go("#/")
    page.says("the overview of it is there", "Throughput", "Matches by type and band")
    begun = time.monotonic()
    page.until("the queue too", "return document.querySelector('#queue h2 .num')?.textContent !== ''", seconds=60)
    print(f"the first walk took {time.monotonic() - begun:.1f} s more")
    for words, fragment, sign in (
            ("a search", f"#/search?q={quoted(match['subject_label'])}", ".results li"),
            ("a pair", pair_at(match["subject_id"], match["object_id"]), ".falls tr"),
            ("an entity", f"#/entity?iri={quoted(match['subject_id'])}", ".others tr"),
            ("the review", "#/review", ".falls tr")):
        begun = time.monotonic()
        page.turn_to(fragment)
        page.until(f"{words} is there", "return document.querySelectorAll('main ' + arguments[0]).length > 0", sign)
        took = time.monotonic() - begun
        check(f"{words} takes {1000 * took:.0f} ms, of 2 s", took < 2)
    page.picture("large")
    clean(page)


def main():
    if sys.argv[1] == "names":
        return write_names(sys.argv[2])
    part, url, shots, browser, driver = sys.argv[1:]
    url, _, fragment = url.partition("/#")
    page = Page(url, shots, browser, driver)
    try:
        if part == "demo":
            demo(page, f"#{fragment}")
        else:
            {"films": films, "large": large}[part](page)
    finally:
        page.browser.quit()
    return None


if __name__ == "__main__":
    main()
