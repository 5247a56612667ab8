// page_evidence.js - what each piece of evidence adds to the score or takes from it: bars that add
// up, from what is held before anything is looked at to the logit, and the confidence it stands for.
import {make, card, cell, share, signed, wide} from "./page_dom.js";

const TOLD = 12; // pieces one by one; the others together

function pieces(x, all) {
    const sorted = [...x.evidence].sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds));
    const told = all ? sorted : sorted.slice(0, TOLD);
    const rest = sorted.slice(told.length);
    const rows = [{words: "before anything is looked at", adds: x.prior}];
    for (const piece of told)
        rows.push({words: piece.name, value: piece.value, adds: piece.adds});
    if (rest.length)
        rows.push({words: `together, ${rest.length} more`, adds: rest.reduce((sum, piece) => sum + piece.adds, 0)});
    return rows;
}

function scaleOf(rows) {
    let sum = 0, least = 0, most = 0;
    for (const row of rows) {
        row.from = sum;
        sum += row.adds;
        least = Math.min(least, sum);
        most = Math.max(most, sum);
    }
    const width = most - least || 1;
    return {at: x => (x - least) / width, width};
}

function bar(row, scale) {
    const left = scale.at(Math.min(row.from, row.from + row.adds));
    const piece = make("i", {class: row.adds < 0 ? "down" : "up"});
    const zero = make("i", {class: "zero"});
    zero.style.left = `${100 * scale.at(0)}%`;
    return make("div", {class: "fall", "aria-hidden": "true"}, zero,
                wide(piece, Math.abs(row.adds) / scale.width, left));
}

const valueWords = value => (value === undefined || value === null ? "" : Number(value.toPrecision(3)).toString());

function rowOf(row, scale) {
    return make("tr", {}, make("th", {scope: "row"}, row.words, " ",
                               make("span", {class: "soft"}, valueWords(row.value))),
                cell(bar(row, scale), {class: "bar"}), cell(signed(row.adds), {class: "n"}));
}

// From 0 to 1, with the marks that a confidence is held against.
function confidence(x, review) {
    const line = make("div", {class: "fall whole", "aria-hidden": "true"},
                      wide(make("i", {class: x.score >= x.threshold ? "up" : "down"}), x.score, 0));
    for (const mark of [x.threshold, review].filter(at => at > 0 && at < 1)) {
        const tick = make("i", {class: "tick"});
        tick.style.left = `${100 * mark}%`;
        line.append(tick);
    }
    return line;
}

// `toggle` is where the page with all pieces, or with the weightiest alone, is.
export function evidence(x, review, all, toggle) {
    const rows = pieces(x, all), scale = scaleOf(rows);
    const same = review > x.threshold ? `, the same from ${share(review)}` : "";
    const marks = `matches from ${share(x.threshold)}${same}`;
    const body = make("tbody", {}, rows.map(row => rowOf(row, scale)),
                      make("tr", {class: "sum"}, make("th", {scope: "row"}, "in all"), cell(null, {class: "bar"}),
                           cell(signed(x.logit), {class: "n"})),
                      make("tr", {class: "end"}, make("th", {scope: "row"}, "confidence, calibrated ",
                                                      make("span", {class: "soft"}, marks)),
                           cell(confidence(x, review), {class: "bar"}), cell(share(x.score), {class: "n"})));
    const more = make("a", {href: toggle, "data-focus": "all"}, all ? "the weightiest alone" : "all pieces");
    return card("What each piece adds or takes", `adds up to ${share(x.score)}`,
                x.pinned || x.barred
                    ? make("p", {class: "soft"}, "A verdict decides here, whatever the evidence says.") : null,
                make("table", {class: "num falls"}, make("caption", {class: "unseen"},
                     "Evidence: what each piece adds to the logit"), body),
                make("p", {class: "small"}, more));
}
