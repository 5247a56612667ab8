// page_neighbours.js - the two neighbourhoods of a pair, side by side, with lines between those
// that correspond, and the values of both compared.
import {make, draw, card, table, cell, scroll, share, linkTo, nameOf, wide} from "./page_dom.js";

const ROW = 46;        // pixels of a row, as page.css has it
const EQUAL = 0.8;     // similarities from here on are told as the same,
const NEAR = 0.4;      // from here on as alike

const relationWords = n => (n.inverse ? `${n.relation} of` : n.relation);

// The lines: of each pair of twins one, with the weight of the end that weighs it more.
export function linesOf(left, right) {
    const lines = new Map();
    const add = (i, j, neighbour) => {
        const key = `${i} ${j}`, before = lines.get(key);
        const weight = Math.max(neighbour.weight, before?.weight ?? 0);
        lines.set(key, {i, j, weight, mutual: Boolean(before), similarity: neighbour.similarity});
    };
    left.forEach((n, i) => n.twin !== undefined && add(i, n.twin, n));
    right.forEach((n, j) => n.twin !== undefined && add(n.twin, j, n));
    return [...lines.values()].map(line => ({...line, kind: kindOf(line, left[line.i], right[line.j])}))
        .filter(line => line.kind);
}

function kindOf(line, a, b) {
    if (line.similarity >= EQUAL)
        return "same";
    if (line.similarity >= NEAR)
        return "near";
    return line.mutual && a.relation === b.relation && a.inverse === b.inverse ? "apart" : null;
}

function path(line, heaviest) {
    const from = line.i * ROW + ROW / 2, to = line.j * ROW + ROW / 2;
    const thick = line.kind === "apart" ? 1.5 : 1.5 + 6.5 * line.weight / heaviest;
    return draw("path", {class: `line ${line.kind}`, "stroke-width": thick.toFixed(1),
                         d: `M0 ${from} C50 ${from} 50 ${to} 100 ${to}`});
}

function picture(lines, rows) {
    const heaviest = Math.max(...lines.map(line => line.weight), 1e-9);
    return draw("svg", {class: "lines", viewBox: `0 0 100 ${rows * ROW}`, height: rows * ROW,
                        preserveAspectRatio: "none", "aria-hidden": "true"}, lines.map(line => path(line, heaviest)));
}

function row(neighbour, most) {
    const self = wide(make("i", {}), neighbour.self / most);
    const name = neighbour.literal ? nameOf(neighbour.name)
                                   : linkTo("search", {q: neighbour.name}, nameOf(neighbour.name));
    return make("li", {title: `${relationWords(neighbour)}: ${neighbour.name}`},
                make("span", {class: "self"}, self),
                make("span", {class: "what"}, name, make("small", {class: "soft"}, relationWords(neighbour))));
}

function side(neighbours, where) {
    const most = Math.max(...neighbours.map(n => n.self), 1e-9);
    return make("ol", {class: where}, neighbours.length ? neighbours.map(n => row(n, most))
                                                        : make("li", {class: "soft"}, "no neighbours"));
}

// The same for who does not see lines.
function asTable(sides, lines) {
    const rows = sides[0].neighbours.map((n, i) => {
        const line = lines.find(l => l.i === i);
        const twin = line && sides[1].neighbours[line.j];
        const words = {same: "the same", near: "alike", apart: "another one"};
        return make("tr", {}, cell(relationWords(n)), cell(nameOf(n.name)), cell(share(n.self), {class: "n"}),
                    cell(twin ? nameOf(twin.name) : "nothing"), cell(line ? words[line.kind] : ""),
                    cell(line ? share(line.similarity) : "", {class: "n"}),
                    cell(line ? share(line.weight) : "", {class: "n"}));
    });
    const lone = sides[1].neighbours.filter((n, j) => !lines.some(l => l.j === j));
    return make("details", {}, make("summary", {"data-focus": "table"}, "As a table"),
                scroll("Neighbours, as a table", table(["relation", sides[0].graph, ">counts",
                       `corresponds in ${sides[1].graph}`, "", ">similar", ">weight"], rows)),
                lone.length > 0 && make("p", {class: "soft"}, `In ${sides[1].graph} alone: `,
                                        lone.map((n, k) => [k ? ", " : "", nameOf(n.name)])));
}

export function neighbourhoods(sides) {
    const [left, right] = sides.map(s => s.neighbours);
    if (!left.length && !right.length)
        return card("What stands around them", null, make("p", {}, "Neither has a neighbour or a value to go by."));
    const lines = linesOf(left, right);
    const rows = Math.max(left.length, right.length, 1);
    return card("What stands around them. A line: they correspond; the thicker, the more it counts here",
                "bar: counts at all (learned)",
                make("div", {class: "hoods"}, side(left, "left"), picture(lines, rows), side(right, "right")),
                lines.some(l => l.kind === "apart") &&
                    make("p", {class: "soft small"}, "dashed: both have one, and another one"),
                asTable(sides, lines));
}

// --- values ---

const DATE = /^(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function yearsApart(a, b) {
    const [x, y] = [a, b].map(text => DATE.exec(text));
    if (!x || !y || (x[0] !== a && !x[2]) || (y[0] !== b && !y[2]))
        return null;
    const years = Math.abs(x[1] - y[1]);
    if (years)
        return years === 1 ? "a year apart" : `${years} years apart`;
    if (!x[2] || !y[2])
        return "the same year";
    return x[2] === y[2] ? "the same month" : "months apart, of one year";
}

// What there is to say of two values of one relation.
export function difference(a, b, similarity) {
    if (a === b)
        return "equal";
    const years = /-/.test(a + b) || (/^\d{4}$/.test(a) && /^\d{4}$/.test(b)) ? yearsApart(a, b) : null;
    if (years)
        return years;
    if (NUMBER.test(a) && NUMBER.test(b)) {
        const apart = Math.abs(a - b);
        return apart ? `${Number(apart.toPrecision(3))} apart` : "equal";
    }
    return similarity >= EQUAL ? "nearly equal" : similarity >= NEAR ? "alike" : "different";
}

export function values(sides) {
    const [left, right] = sides.map(s => s.neighbours);
    const pairs = [];
    for (const a of left.filter(n => n.literal))
        for (const b of right.filter(n => n.literal && n.relation === a.relation))
            if (right[a.twin] === b || left[b.twin] === a)
                pairs.push([a, b]);
    if (!pairs.length)
        return null;
    const rows = pairs.map(([a, b]) =>
        make("tr", {}, make("th", {scope: "row"}, a.relation), cell(nameOf(a.name)), cell(nameOf(b.name)),
             cell(difference(a.name, b.name, a.similarity), {class: "soft"})));
    return card("Values compared", null, scroll("Values", table(["", sides[0].graph, sides[1].graph, ""], rows)));
}
