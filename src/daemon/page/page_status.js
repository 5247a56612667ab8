// page_status.js - how the daemon stands: the numbers in the head, and the overview with its small
// pictures.  Counters are of all since the start; rates are made of two answers.
import {make, card, cell, scroll, table, count, share, rate, milliseconds, spark, histogram, exchange, byId, counted,
        wide} from "./page_dom.js";
import {ask} from "./page_ask.js";

const REMEMBERED = 120; // answers, for the lines

const seen = {changes: [], events: [], behind: []};
let status = null, last = null, stats = null;

export const statusNow = () => status;
export const reviewNow = () => status?.review ?? 0.5;

const total = s => ({changes: s.inserted + s.deleted, events: s.events.match + s.events.update + s.events.unmatch,
                     at: performance.now()});

function remember(list, value) {
    list.push(value);
    if (list.length > REMEMBERED)
        list.shift();
}

// True when it is another process than before.
export async function pollStatus() {
    const before = status;
    status = await ask("status");
    const anew = before !== null && status.uptime_s < before.uptime_s;
    const now = total(status);
    if (last && !anew) {
        const seconds = (now.at - last.at) / 1000;
        remember(seen.changes, Math.max(now.changes - last.changes, 0) / seconds);
        remember(seen.events, Math.max(now.events - last.events, 0) / seconds);
    }
    remember(seen.behind, status.behind);
    last = now;
    return anew;
}

export async function pollStats() {
    stats = await ask("stats");
}

// --- the head ---

const catalogNames = () => status.graphs.filter(g => g.catalog).map(g => g.name).join(" ↔ ");

const wrong = all => (all?.estimated_precision === undefined ? null : 1 - all.estimated_precision);
const percent = x => `${(100 * x).toFixed(x < 0.1 ? 1 : 0)} %`;

const possible = () => stats?.all?.bands?.possible?.matches;

function number(words, value) {
    return value === null || value === undefined ? null : make("div", {}, make("dt", {}, words), make("dd", {}, value));
}

export function drawHead() {
    if (!status)
        return;
    byId("catalogs").textContent = catalogNames();
    const doubtful = wrong(stats?.all);
    exchange(byId("numbers"),
             number("matches", count(status.matches)),
             number("possible", possible() === undefined ? null : count(possible())),
             number("likely wrong", doubtful === null ? null : percent(doubtful)),
             number("behind", counted(status.behind, "record")),
             number("latency", status.latency_ms ? milliseconds(status.latency_ms.p50) : null));
}

// --- the overview ---

const STATES = {ready: "It has caught up with its topics.",
                standby: "It stands by: another instance is the active one.",
                "catching up": "It is catching up with its topics.",
                building: "It is building its store."};

function throughput() {
    const most = Math.max(...seen.changes, 0), now = seen.changes.at(-1) ?? 0;
    return card("Throughput", `${rate(now)} triples a second`,
                spark(seen.changes, REMEMBERED,
                      `Triples a second over the last minutes: now ${rate(now)}, at most ${rate(most)}`),
                make("p", {class: "soft small"}, `at most ${rate(most)}; `,
                     `${rate(seen.events.at(-1) ?? 0)} events a second; `,
                     `${count(status.inserted)} inserted, ${count(status.deleted)} deleted since the start`));
}

function lag() {
    const most = Math.max(...seen.behind, 0), ms = status.latency_ms;
    return card("Lag", `${counted(status.behind, "record")} behind`,
                spark(seen.behind, REMEMBERED,
                      `Records behind over the last minutes: now ${status.behind}, at most ${count(most)}`),
                make("p", {class: "soft small"}, `at most ${count(most)}`,
                     ms ? `; from a record to its event ${milliseconds(ms.p50)}, ` : "",
                     ms ? `99 of 100 within ${milliseconds(ms.p99)}` : ""));
}

function bandBar(type, most) {
    const sure = type.bands.match.matches, doubt = type.bands.possible.matches;
    return make("div", {class: "fall", "aria-hidden": "true"},
                sure ? wide(make("i", {class: "up"}), sure / most, 0) : null,
                doubt ? wide(make("i", {class: "perhaps"}), doubt / most, sure / most) : null);
}

function typeRow(type, most) {
    const precision = type.estimated_precision;
    return make("tr", {}, make("th", {scope: "row"}, make("bdi", {}, type.type || "(no type)")),
                cell(bandBar(type, most), {class: "bar"}),
                cell(count(type.bands.match.matches), {class: "n"}),
                cell(count(type.bands.possible.matches), {class: "n"}),
                cell(precision === undefined ? "" : percent(precision), {class: "n"}));
}

function bands() {
    if (!stats)
        return null;
    const most = Math.max(...stats.types.map(type => type.matches), 1);
    return card("Matches by type and band", stats.whole ? null : `of the first ${count(stats.entities)} entities`,
                scroll("Matches by type and band",
                     table(["type", "", ">match", ">possible", ">likely right"],
                           stats.types.map(type => typeRow(type, most)), {class: "num bands"})),
                make("p", {class: "soft small"}, "How many are right is estimated without a label: an entity has one ",
                     "counterpart, so its runner-up scores as a false pair does."));
}

function confidences() {
    if (!stats)
        return null;
    const h = stats.all.histogram;
    const words = h.map((n, i) => `from .${i}: ${n}`).join(", ");
    return card("Matches by confidence", null, histogram(h, `Matches by confidence, ${words}`),
                make("p", {class: "axis soft small num", "aria-hidden": "true"}, make("span", {}, "0"),
                     make("span", {}, "1")));
}

function catalogs() {
    const byPeople = () => make("span", {class: "soft"}, "(decided by people)");
    const rows = status.graphs.map(g => make("tr", {},
        make("th", {scope: "row"}, make("bdi", {}, g.name), " ", g.catalog ? "" : byPeople()),
        cell(count(g.triples), {class: "n"}), cell(g.catalog ? count(g.entities) : "", {class: "n"})));
    return card("Catalogs", null, table(["", ">triples", ">entities"], rows, {class: "num"}),
                make("p", {class: "soft small"}, `${counted(status.pairs, "pair")} compared; matches from `,
                     `${share(status.threshold)}, the same from ${share(status.review)}; `,
                     `${count(status.pinned)} pinned, ${count(status.barred)} barred`,
                     status.contradicted ? `, ${count(status.contradicted)} contradicted` : "", " by verdicts."));
}

export function drawOverview() {
    if (!status)
        return [make("h1", {tabindex: -1}, "alignd"), make("p", {class: "soft"}, "Waiting for the daemon.")];
    return [make("h1", {tabindex: -1}, catalogNames() || "No catalog"),
            make("p", {class: "sentence"}, STATES[status.state] ?? status.state, " ",
                 make("span", {class: "soft"},
                      `alignd ${status.version}, '${status.name}', up for ${upWords(status.uptime_s)}.`)),
            make("div", {class: "tiles"}, throughput(), lag()), bands(),
            make("div", {class: "tiles"}, confidences(), catalogs())];
}

function upWords(s) {
    if (s < 120)
        return counted(Math.round(s), "second");
    if (s < 7200)
        return counted(Math.round(s / 60), "minute");
    return s < 172800 ? counted(Math.round(s / 3600), "hour") : counted(Math.round(s / 86400), "day");
}
