// page_dom.js - elements and words.  Whatever comes from a catalog becomes text by `textContent`
// alone, in a <bdi>, so that it neither is markup nor turns the words around it.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === undefined || value === null || value === false)
            continue;
        if (name.startsWith("on"))
            node.addEventListener(name.slice(2), value);
        else
            node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter(child => child || child === 0));
    return node;
}

export function make(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const byId = id => document.getElementById(id);

// A width in CSS: the policy of the page forbids style attributes, not styles that a script sets.
export function wide(node, share, left) {
    node.style.width = `${100 * share}%`;
    if (left !== undefined)
        node.style.left = `${100 * left}%`;
    return node;
}

const FOCUSABLE = "a, button, input, select, summary, [tabindex]";

// What an element is known by when it is drawn again: its own word, or its kind, where it leads,
// and which of those it is.
function knownBy(place) {
    const times = new Map();
    return new Map([...place.querySelectorAll(FOCUSABLE)].map(node => {
        const key = node.dataset.focus ?? `${node.tagName} ${node.getAttribute("href") ?? ""}`;
        times.set(key, (times.get(key) ?? 0) + 1);
        return [`${key} ${times.get(key)}`, node];
    }));
}

// What stands in `place` is exchanged.  Who is there stays there: the focus, what was typed, and
// what was opened.
export function exchange(place, ...nodes) {
    const known = place.contains(document.activeElement) ? [...knownBy(place)] : [];
    const held = known.find(([, node]) => node === document.activeElement);
    const open = new Set([...place.querySelectorAll("details[open] > summary")].map(s => s.dataset.focus));
    place.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
    for (const summary of place.querySelectorAll("details > summary"))
        summary.parentNode.open = open.has(summary.dataset.focus);
    const next = held && knownBy(place).get(held[0]);
    if (next && held[1].tagName === "INPUT")
        next.value = held[1].value;
    next?.focus({preventScroll: true});
}

// --- names ---

// The end of an IRI: what a person knows it by.
function tailOf(iri) {
    const tail = iri.replace(/[\/#]+$/, "").split(/[\/#]/).pop();
    return tail || iri;
}

export function nameOf(label, iri) {
    if (label && label.trim())
        return make("bdi", {}, label);
    return make("bdi", {class: "soft"}, iri ? `(no name) ${tailOf(iri)}` : "(no name)");
}

export function plainName(label, iri) {
    return label && label.trim() ? label : `(no name) ${iri ? tailOf(iri) : ""}`;
}

export const hashOf = (view, args) => {
    const text = Object.entries(args ?? {})
        .filter(([, value]) => value !== undefined && value !== null && value !== "")
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    return `#/${view}${text ? `?${text}` : ""}`;
};

export const linkTo = (view, args, ...children) => make("a", {href: hashOf(view, args)}, ...children);

export const entityLink = (iri, label) => linkTo("entity", {iri}, nameOf(label, iri));

// --- numbers ---

const WHOLE = new Intl.NumberFormat("en");

export const count = n => WHOLE.format(n);
export const counted = (n, one, many) => `${count(n)} ${n === 1 ? one : many ?? `${one}s`}`;

// A share as people of this trade write it: .905
export function share(x) {
    if (x > 0.9995 && x < 1)
        return ">.999";
    if (x < 0.0005 && x > 0)
        return "<.001";
    return x <= 0 ? "0" : x >= 1 ? "1" : x.toFixed(3).replace(/^0/, "");
}

export const signed = x => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(2);

export function rate(x) {
    return x >= 100 || x === 0 ? count(Math.round(x)) : x.toFixed(x >= 10 ? 0 : 1);
}

export function milliseconds(ms) {
    return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`;
}

export const bandWords = band => (band === "possible" ? "possible match" : "match");

// --- pieces ---

export function card(title, aside, ...children) {
    return make("section", {class: "card"},
                make("h2", {}, make("span", {}, title), aside && make("span", {}, aside)), ...children);
}

// A head that begins with ">" is that of a column of numbers.
export function table(heads, rows, attributes) {
    const head = words => make("th", {scope: "col", class: words.startsWith(">") && "n"}, words.replace(/^>/, ""));
    return make("table", attributes, make("thead", {}, make("tr", {}, heads.map(head))),
                make("tbody", {}, rows));
}

// What may be wider than the window is moved within itself, by keys as well.
export function scroll(words, ...children) {
    return make("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": words}, ...children);
}

export function cell(content, attributes) {
    return make("td", attributes, content);
}

// A line of values over time, the newest at the right; `words` say it to who does not see it.
export function spark(values, most, words) {
    const top = Math.max(...values, 1e-9);
    const step = 100 / Math.max(most - 1, 1);
    const at = values.map((value, i) =>
        `${(100 - (values.length - 1 - i) * step).toFixed(2)},${(29 - 27 * value / top).toFixed(2)}`);
    const area = `${at[0]?.split(",")[0] ?? 100},30 ${at.join(" ")} 100,30`;
    return draw("svg", {class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none", role: "img",
                        "aria-label": words},
                draw("polygon", {points: area}), draw("polyline", {points: at.join(" ")}));
}

// Ten bars, of confidences from 0 to 1.
export function histogram(values, words) {
    const top = Math.max(...values, 1);
    return draw("svg", {class: "bars", viewBox: `0 0 ${values.length * 10} 30`, preserveAspectRatio: "none",
                        role: "img", "aria-label": words},
                values.map((value, i) => {
                    const height = value ? Math.max(1, 29 * value / top) : 0.4;
                    return draw("rect", {x: i * 10 + 1, y: 30 - height, width: 8, height});
                }));
}
