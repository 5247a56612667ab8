// page.js - the page: which view stands in the middle (the fragment of the address says it), what
// is asked again and again, and the keys.  Each view has `load`, which asks the daemon, and `draw`,
// which makes elements of the answer; a view is drawn again only when its answer differs.
import {make, byId, exchange, hashOf} from "./page_dom.js";
import {Trouble, whenAnswering, takeToken, token, poll} from "./page_ask.js";
import {loadPair, drawPair, pairTitle} from "./page_pair.js";
import {loadSearch, drawSearch, loadEntity, drawEntity, entityTitle, isIri} from "./page_entity.js";
import {pollEvents, drawBeside, drawEvents, whenEvents, forgetEvents} from "./page_events.js";
import {pollStatus, pollStats, drawHead, drawOverview, statusNow, reviewNow} from "./page_status.js";
import {drawQueue, loadQueue, queueLoaded, firstOf, neighbourOf, argsOf, skip} from "./page_queue.js";
import {setWritable, notice, say, comesBack, lastDecided} from "./page_verdict.js";
import {listenToKeys, showKeys} from "./page_keys.js";

const EVERY_MS = 1500, STATS_MS = 10000, QUEUE_MS = 10000, VIEW_MS = 5000;

const views = {
    "": {load: async () => null, draw: drawOverview, title: () => "overview", steady: true},
    search: {load: loadSearch, draw: drawSearch, title: data => data.q || "search"},
    entity: {load: loadEntity, draw: drawEntity, title: entityTitle},
    pair: {load: loadPair, draw: data => drawPair(data, wants(null)), title: data => pairTitle(data.x)},
    review: {load: loadReview, draw: drawReview, title: data => (data ? pairTitle(data.x) : "review")},
    events: {load: async () => null, draw: drawEvents, title: () => "events", steady: true},
};

// What is shown now: its view, its arguments, its answer.
let here = {view: "", args: {}, data: undefined, text: "", turn: 0, stop: new AbortController()};

// --- the address ---

function readAddress() {
    const [, view, text] = /^#?\/?([a-z]*)\??(.*)$/s.exec(location.hash) ?? [null, "", ""];
    return {view: views[view] ? view : "", args: Object.fromEntries(new URLSearchParams(text))};
}

const go = (view, args) => { location.hash = hashOf(view, args); };

// --- showing ---

function put(nodes, title, anew) {
    document.title = `${title} · ${statusNow()?.name ?? "alignd"}`;
    exchange(byId("main"), nodes);
    byId("main").removeAttribute("aria-busy");
    if (anew) {
        window.scrollTo(0, 0);
        (byId("main").querySelector("h1") ?? byId("main")).focus({preventScroll: true});
    }
}

function putTrouble(trouble, anew) {
    const title = trouble.status === 404 ? "Not found" : "Not now";
    const goesOn = " This page goes on by itself when it does.";
    const words = trouble.status === 0 ? `The daemon does not answer.${goesOn}`
                : trouble.status === 503 ? `The daemon does not work yet: ${trouble.message}.${goesOn}`
                : `${trouble.message}.`;
    here.text = "";
    put([make("h1", {tabindex: -1}, title), make("p", {}, words)], title, anew);
}

// Asks and draws.  `anew`: another page than before, so it begins at its head.
async function show(anew) {
    const view = views[here.view], turn = here.turn;
    try {
        const data = await view.load(here.args, here.stop.signal);
        if (turn !== here.turn)
            return;
        const text = JSON.stringify(data ?? null);
        here.data = data;
        if (anew || text !== here.text)
            put(view.draw(data, here.args), view.title(data), anew);
        here.text = text;
    } catch (trouble) {
        if (turn !== here.turn || trouble.name === "AbortError")
            return;
        if (!(trouble instanceof Trouble))
            throw trouble;
        here.failed = trouble.status === 0 || trouble.status === 503;
        if (anew || !here.failed || here.data === undefined)
            putTrouble(trouble, anew);
    }
}

// Not while somebody marks words of it.
function redraw() {
    if (here.data !== undefined && getSelection().isCollapsed)
        put(views[here.view].draw(here.data, here.args), views[here.view].title(here.data), false);
}

function markNavigation() {
    for (const link of document.querySelectorAll("nav a"))
        if (link.getAttribute("href") === `#/${here.view}`)
            link.setAttribute("aria-current", "page");
        else
            link.removeAttribute("aria-current");
    document.body.dataset.view = here.view || "overview";
}

function follow(first) {
    takeToken();
    here.stop.abort();
    here = {...readAddress(), data: undefined, text: "", turn: here.turn + 1, stop: new AbortController()};
    byId("q").value = here.view === "search" ? here.args.q ?? "" : "";
    byId("main").setAttribute("aria-busy", "true");
    markNavigation();
    drawQueue(here.args);
    return show(first !== true);
}

// --- review and verdicts ---

async function loadReview(args, signal) {
    if (!queueLoaded())
        await loadQueue();
    if (args.a && args.b)
        return loadPair(args, signal);
    const row = firstOf();
    if (!row)
        return null;
    here.args = argsOf(row);
    history.replaceState(null, "", hashOf("review", here.args));
    drawQueue(here.args);
    return loadPair(here.args, signal);
}

function drawReview(data) {
    return data ? drawPair(data, wants(skipPair))
                : [make("h1", {tabindex: -1}, "Nothing to review"),
                   make("p", {}, "No match is in doubt. What comes up will stand here.")];
}

const wants = skipTo => ({view: here.view, args: here.args, review: reviewNow(), press, skip: skipTo, again: redraw});

function toNext(by) {
    const row = neighbourOf(here.args, by) ?? (by > 0 ? firstOf() : null);
    if (row)
        go("review", argsOf(row));
    else if (by > 0)
        go("review", {});
    return true;
}

function skipPair() {
    skip(here.args);
    const row = neighbourOf(here.args, 1);
    if (row)
        return toNext(1);
    notice("That was the last one.");
    return true;
}

async function press(verdict) {
    const {data, turn, view} = here;
    if (!data?.x)
        return;
    if (!await say(data.x.sides, verdict)) {
        redraw();
        return;
    }
    drawQueue(here.args);
    if (turn === here.turn && view === "review" && verdict !== "withdraw")
        toNext(1);
    else if (turn === here.turn)
        redraw();
    if (await comesBack(data.x.sides, verdict))
        loadQueue().then(() => drawQueue(here.args), () => {});
    if (turn === here.turn) {
        here.text = "";
        show(false);
    }
}

// --- keys ---

const button = kind => () => {
    const found = byId("main").querySelector(`.verdict button.${kind}`);
    if (!found)
        return false;
    if (found.disabled)
        notice(statusNow()?.verdicts_writable && !token() ? "Enter the token for verdicts first."
                                                          : byId("verdict-words").textContent);
    else
        found.click();
    return true;
};

function entityKey(side) {
    const iri = here.data?.x?.sides[side].iri;
    if (iri)
        go("entity", {iri});
    return Boolean(iri);
}

listenToKeys({
    "/": () => { byId("q").focus(); byId("q").select(); return true; },
    "?": () => { showKeys(); return true; },
    s: button("same"), d: button("different"), w: button("withdraw"),
    " ": () => here.view === "review" && button("skip")(),
    u: () => { const pair = lastDecided(); if (pair) go("pair", pair); return Boolean(pair); },
    j: () => toNext(1), k: () => toNext(-1),
    a: () => entityKey(0), b: () => entityKey(1),
    o: () => { go("", {}); return true; }, r: () => { go("review", {}); return true; },
    e: () => { go("events", {}); return true; },
});

byId("help").addEventListener("click", showKeys);
byId("search").addEventListener("submit", event => {
    event.preventDefault();
    const q = byId("q").value.trim();
    if (q)
        go(isIri(q) ? "entity" : "search", isIri(q) ? {iri: q} : {q});
});
byId("skip").addEventListener("click", event => {
    event.preventDefault();
    byId("main").focus();
});

// --- again and again ---

whenAnswering(trouble => {
    const line = byId("trouble");
    const words = !trouble ? "" : trouble.status === 0 ? "The daemon does not answer; trying again."
                                : `The daemon is not ready: ${trouble.message}; trying again.`;
    if (line.textContent !== words) {
        line.textContent = words;
        drawBeside(trouble ? "waiting" : "live");
    }
    line.hidden = !trouble;
    if (!trouble && here.failed) {
        here.failed = false;
        show(false);
    }
});

whenEvents(fresh => {
    drawBeside("live");
    if (here.view === "events")
        redraw();
    const ends = here.data?.x?.sides.map(side => side.iri) ?? [here.args.iri];
    if (fresh.some(e => ends.includes(e.subject_id) || ends.includes(e.object_id)))
        show(false);
});

async function everyMoment() {
    const anew = await pollStatus();
    if (anew) {
        forgetEvents();
        show(false);
    }
    drawHead();
    if (setWritable(statusNow().verdicts_writable) || here.view === "")
        redraw();
    await pollEvents();
}

addEventListener("hashchange", () => follow());
takeToken();
follow(true);
poll(EVERY_MS, everyMoment);
poll(STATS_MS, async () => { await pollStats(); drawHead(); if (here.view === "") redraw(); });
poll(QUEUE_MS, async () => {
    await loadQueue();
    drawQueue(here.args);
    if (here.view === "review" && !here.data)
        show(false);
});
poll(VIEW_MS, async () => { if (here.data !== undefined && !views[here.view].steady) await show(false); });
