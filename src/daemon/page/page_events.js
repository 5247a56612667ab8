// page_events.js - the events that came in, newest first: the list beside the page, and the page of
// all that are remembered.
import {make, share, plainName, nameOf, linkTo, exchange, byId, counted} from "./page_dom.js";
import {ask} from "./page_ask.js";

const KEPT = 500, BESIDE = 40, AT_ONCE = 200, SPOKEN = 3;
const FRESH_MS = 4000, COMES_MS = 300; // marked as new for so long; moves in when drawn so soon

let events = [];        // newest first: {number, event, came}, or {missed: true}
let after = null;       // the number of the newest that was asked for
const listeners = new Set();

export const whenEvents = listener => listeners.add(listener);

// Another process counts from the beginning.
export function forgetEvents() {
    after = null;
    events = [];
}

// For who hears the page: a few of those that came, not a flood.
function speak(fresh) {
    const words = fresh.slice(-SPOKEN).map(({event: e}) =>
        `${e.type}: ${plainName(e.subject_label, e.subject_id)}, ${plainName(e.object_label, e.object_id)}`);
    const more = fresh.length - words.length;
    byId("told").textContent = `${words.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function take(answer, first) {
    const came = first ? 0 : Date.now();
    if (answer.missed && !first)
        events.unshift({missed: true});
    for (const {number, event} of answer.events)
        events.unshift({number, event, came});
    events.length = Math.min(events.length, KEPT);
}

// Asks for what is new; all of it, by pages.
export async function pollEvents() {
    for (;;) {
        const first = after === null;
        const answer = await ask("events", first ? {limit: AT_ONCE} : {after, limit: AT_ONCE});
        if (!first && answer.next < after) {
            forgetEvents();
            continue;
        }
        take(answer, first);
        after = answer.next;
        if (answer.events.length && !first)
            speak(answer.events);
        if (answer.events.length || first)
            for (const listener of listeners)
                listener(answer.events.map(e => e.event));
        if (first || answer.events.length < AT_ONCE)
            return;
    }
}

function confidenceWords(e) {
    if (e.previous_confidence !== undefined && e.type !== "match")
        return `${share(e.previous_confidence)} → ${share(e.confidence)}`;
    return share(e.confidence);
}

// From the timestamp of its record to the turn that told it.
function tookWords(e) {
    if (!e.event_time || !e.process_time)
        return "";
    const ms = new Date(e.process_time) - new Date(e.event_time);
    return ms >= 0 && ms < 60000 ? ` · ${ms}\u00a0ms` : "";
}

function pairWords(e) {
    const [a, b] = [[e.subject_label, e.subject_id], [e.object_label, e.object_id]];
    return plainName(...a) === plainName(...b) ? nameOf(...a) : [nameOf(...a), " = ", nameOf(...b)];
}

function row({event: e, came, missed, number}, long) {
    if (missed)
        return make("li", {class: "soft"}, "Some events were missed: more came than the daemon remembers.");
    const age = Date.now() - came;
    const decided = e.mapping_justification === "semapv:ManualMappingCuration" ? " · by verdict" : "";
    const time = long && e.process_time ? ` · ${new Date(e.process_time).toLocaleTimeString("en-GB")}` : "";
    return make("li", {class: `${e.type}${age < FRESH_MS ? " fresh" : ""}${age < COMES_MS ? " comes" : ""}`},
                linkTo("pair", {a: e.subject_id, b: e.object_id}, make("b", {}, e.type), " ", pairWords(e)),
                " ", make("span", {class: "soft num"}, confidenceWords(e),
                          e.band === "possible" ? " possible" : "", decided, tookWords(e), time),
                make("span", {class: "unseen"}, ` event ${number}`));
}

function fade() {
    for (const row of document.querySelectorAll(".fresh, .comes"))
        row.classList.remove("fresh", "comes");
}

let fading = 0;

export function drawBeside(words) {
    clearTimeout(fading);
    fading = setTimeout(fade, FRESH_MS);
    exchange(byId("events"),
             make("h2", {class: "small"}, make("span", {}, "Events, newest first"), make("span", {}, words)),
             events.length ? null : make("p", {class: "soft empty"}, "None since the daemon began."),
             make("ol", {class: "ev"}, events.slice(0, BESIDE).map(e => row(e, false))));
}

export function drawEvents() {
    return [make("h1", {tabindex: -1}, "Events"),
            make("p", {class: "soft"}, events.length
                ? `The newest ${counted(events.length, "event")}, newest first; each leads to its pair.`
                : "None since the daemon began."),
            make("ol", {class: "ev long card"}, events.map(e => row(e, true)))];
}
