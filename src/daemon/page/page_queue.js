// page_queue.js - what is to be reviewed, most doubtful first: the list beside the page, and which
// pair comes next.
import {make, share, plainName, nameOf, hashOf, wide, exchange, byId} from "./page_dom.js";
import {ask} from "./page_ask.js";
import {isDecided} from "./page_verdict.js";

const PAGE = 50;
const DOUBTFUL = 0.95; // who is more likely right is shown only where somebody asks for more

let rows = [], next = null, loaded = false, shown = "", skipped = new Set(), all = false;

const keyOf = row => `${row.subject_id}\n${row.object_id}`;
const isOpen = row => !isDecided(row.subject_id, row.object_id) && (all || row.likely < DOUBTFUL);
const open = () => rows.filter(isOpen);
const isMore = () => Boolean(next) || rows.some(row => !all && row.likely >= DOUBTFUL);
// More of what is shown, behind what was loaded.
const isLonger = () => Boolean(next) && (all || rows.every(row => row.likely < DOUBTFUL));
const isOf = (row, args) => row.subject_id === args.a && row.object_id === args.b;

export const queueLoaded = () => loaded;
export const argsOf = row => ({a: row.subject_id, b: row.object_id});

// The pair to look at when none is named: the first that nobody has skipped.
export function firstOf() {
    const left = open();
    return left.find(row => !skipped.has(keyOf(row))) ?? left[0];
}

export function skip(args) {
    skipped.add(`${args.a}\n${args.b}`);
}

// The pair after this one (by: 1) or before it (-1).
export function neighbourOf(args, by) {
    const at = rows.findIndex(row => isOf(row, args));
    const candidates = by > 0 ? rows.slice(at + 1) : rows.slice(0, Math.max(at, 0)).reverse();
    return candidates.find(isOpen);
}

// The first page anew; what was loaded behind it stays.
export async function loadQueue() {
    const page = await ask("review", {limit: PAGE});
    const have = new Set(page.review.map(keyOf));
    const behind = rows.slice(PAGE).filter(row => !have.has(keyOf(row)));
    if (!behind.length)
        next = page.next;
    rows = page.review.concat(behind);
    loaded = true;
}

async function loadMore() {
    if (!all && rows.some(row => row.likely >= DOUBTFUL)) {
        all = true;
        return;
    }
    const page = await ask("review", {limit: PAGE, after: next});
    const have = new Set(rows.map(keyOf));
    rows = rows.concat(page.review.filter(row => !have.has(keyOf(row))));
    next = page.next;
}

function namesOf(row) {
    const [a, b] = [[row.subject_label, row.subject_id], [row.object_label, row.object_id]];
    return plainName(...a) === plainName(...b) ? nameOf(...a) : [nameOf(...a), " · ", nameOf(...b)];
}

function rowOf(row, args) {
    return make("li", {}, make("a", {href: hashOf("review", argsOf(row)), "data-focus": keyOf(row),
                                     "aria-current": isOf(row, args) ? "true" : null},
        make("p", {}, namesOf(row)),
        make("small", {}, make("span", {}, row.type), make("span", {}, `likely ${share(row.likely)}`)),
        make("span", {class: "meter", "aria-hidden": "true"}, wide(make("i", {}), row.likely))));
}

// The row of the pair that is shown, within the list; the page itself does not move.
function keepInSight(box) {
    const row = box.querySelector("[aria-current]");
    if (!row || box.scrollHeight <= box.clientHeight)
        return;
    const from = row.offsetTop - box.offsetTop, to = from + row.offsetHeight;
    if (from < box.scrollTop || to > box.scrollTop + box.clientHeight)
        box.scrollTop = from - box.clientHeight / 3;
}

// Redrawn only when it differs: who tabs through it shall not be disturbed.
export function drawQueue(args) {
    const left = open(), key = JSON.stringify([left, args, isMore(), loaded]);
    if (key === shown)
        return;
    shown = key;
    const more = isMore() ? make("button", {type: "button", "data-focus": "more", onclick: async () => {
        await loadMore().catch(() => {}); // the head of the page says why
        drawQueue(args);
    }}, "More, less doubtful") : null;
    exchange(byId("queue"),
             make("h2", {class: "small"}, make("span", {}, "To review, most doubtful first"),
                  make("span", {class: "num"}, loaded ? `${left.length}${isLonger() ? "+" : ""}` : "")),
             loaded && !left.length
                 ? make("p", {class: "soft empty"}, "Nothing is in doubt: all is likely right.") : null,
             make("ol", {class: "queue num"}, left.map(row => rowOf(row, args))), more);
    keepInSight(byId("queue"));
}
