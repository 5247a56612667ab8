// page_verdict.js - what somebody decides of a pair: the buttons, the token, and the way of a
// verdict, which goes by its topic and comes back some moments later as a change of the pair.
import {make, byId, exchange, plainName, linkTo} from "./page_dom.js";
import {ask, decide, token, keepToken} from "./page_ask.js";

const LOOKS = 40, LOOK_MS = 400; // until a verdict has come back
const NOTICE_MS = 10000;

const underway = new Map(); // pairs whose verdict has been sent and has not come back: what it says
const decided = new Map(); // pairs decided in this window, the latest last: their ends

const keyOf = (a, b) => [a, b].sort().join("\n");
export const isDecided = (a, b) => decided.has(keyOf(a, b));
export const lastDecided = () => [...decided.values()].pop();

let writable = null; // not known yet

// Whether the daemon takes verdicts; true when that is news.
export function setWritable(value) {
    const news = writable !== value;
    writable = value;
    return news;
}

let leaving = 0;

// Some words at the foot of the page, for a while.
export function notice(...words) {
    clearTimeout(leaving);
    leaving = setTimeout(() => notice(), NOTICE_MS);
    exchange(byId("notice"), words);
}

const SAID = {same: "the same", different: "different", withdraw: "withdrawn"};

const isDone = (verdict, x) =>
    verdict === "same" ? x.pinned || x.contradicted : verdict === "different" ? x.barred : !x.pinned && !x.barred;

// Waits until the pair is what was said of it; false: it has not come back in time, or something
// else was said meanwhile.
export async function comesBack([a, b], verdict) {
    const key = keyOf(a.iri, b.iri), sent = underway.get(key);
    for (let i = 0; i < LOOKS && underway.get(key) === sent; i++) {
        await new Promise(done => setTimeout(done, LOOK_MS));
        const x = await ask("explain", {a: a.iri, b: b.iri}).catch(() => null);
        if (x && underway.get(key) === sent && isDone(verdict, x)) {
            underway.delete(key);
            notice(verdict === "withdraw" ? "The verdict is withdrawn: " : `It holds now, they are ${SAID[verdict]}: `,
                   pairLink(a, b));
            return true;
        }
    }
    if (underway.get(key) === sent) {
        underway.delete(key);
        notice("The verdict was sent, and has not come back yet; it holds once its topic is read.");
    }
    return false;
}

const pairLink = (a, b) =>
    linkTo("pair", {a: a.iri, b: b.iri}, `${plainName(a.label, a.iri)} · ${plainName(b.label, b.iri)}`);

function explainFailure(trouble) {
    if (trouble.status === 401) {
        keepToken(null);
        notice("The daemon does not take this token. Enter it again.");
        return;
    }
    notice(`It was not taken: ${trouble.message}`);
}

// Sends it; true: it is underway.
export async function say(sides, verdict) {
    const [a, b] = sides, key = keyOf(a.iri, b.iri);
    try {
        await decide(a.iri, b.iri, verdict);
    } catch (trouble) {
        explainFailure(trouble);
        return false;
    }
    underway.set(key, {says: verdict});
    decided.delete(key);
    if (verdict !== "withdraw")
        decided.set(key, {a: a.iri, b: b.iri});
    notice(make("b", {}, verdict === "withdraw" ? "Withdrawn" : `Said: ${SAID[verdict]}`), ", ", pairLink(a, b),
           verdict === "withdraw" ? "." : ". U goes back to it, W withdraws.");
    return true;
}

function tokenForm(again) {
    const field = make("input", {type: "password", id: "token", name: "token", autocomplete: "off",
                                 "data-focus": "token", required: true});
    return make("form", {class: "token", onsubmit: event => {
        event.preventDefault();
        keepToken(field.value.trim());
        notice("The token is kept until this window is closed.");
        again();
    }}, make("label", {for: "token"}, "Token for verdicts"), field, make("button", {type: "submit"}, "Keep"));
}

function button(words, key, kind, off, press) {
    return make("button", {type: "button", class: kind, disabled: off, "data-focus": kind, onclick: press,
                           "aria-keyshortcuts": key === "␣" ? "Space" : key}, words, make("kbd", {}, key));
}

// `press(verdict)`, `skip` (none: there is no next one), `again`: draws the pair once more.
export function verdictBar(x, press, skip, again) {
    const off = !writable || !token();
    const key = keyOf(x.sides[0].iri, x.sides[1].iri), sent = underway.get(key);
    const buttons = make("div", {class: "verdict", role: "group", "aria-label": "Verdict"},
        button("Same", "S", "same", off || x.pinned, () => press("same")),
        button("Different", "D", "different", off || x.barred, () => press("different")),
        x.pinned || x.barred || x.contradicted
            ? button("Withdraw", "W", "withdraw", off, () => press("withdraw")) : null,
        skip && button("Skip", "␣", "skip", false, skip));
    const words = writable === false
        ? "Verdicts are off: the daemon takes none here. It needs token_file in [http] and topics in [verdicts]."
        : sent ? `${sent.says === "withdraw" ? "The withdrawal" : "The verdict"} is on its way through the topic.`
               : "A verdict is a triple in a topic of its own; it can be withdrawn.";
    return [buttons, make("p", {class: "soft small", id: "verdict-words"}, words),
            writable && !token() ? tokenForm(again) : null];
}
